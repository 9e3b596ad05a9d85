"""The kinds of charts: what each shows and which columns it has. No database, no drawing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ID_CHARS = 12
"""Characters of an id: 60 bits of the digest. More where another chart has these already."""


@dataclass(frozen=True)
class Column:
    """A column of a chart's data."""

    name: str
    heading: str | Promise
    is_number: bool = False
    words: Mapping[str, str | Promise] = field(default_factory=dict)
    """What pages say for the codes that files have."""


@dataclass(frozen=True)
class Kind:
    """One definition. Whoever changes what it draws raises `version`: ids then begin anew."""

    name: str
    version: int
    heading: str | Promise
    columns: tuple[Column, ...]
    alt: str | Promise
    """What pages say of the image, in the reader's language."""
    shows: str | Promise
    heights: tuple[int, int]
    """Of the wide and of the narrow image, in pixels."""


_ROW_WORDS = {
    "week": pgettext_lazy("a row of a table", "week"),
    "window": pgettext_lazy("a row of a table", "window"),
    "release": pgettext_lazy("a row of a table", "model released"),
    "disclosure": pgettext_lazy("a row of a table", "vendor's statement"),
    "onset": pgettext_lazy("a row of a table", "finding began"),
    "offset": pgettext_lazy("a row of a table", "finding ended"),
}
_SURROUNDINGS = {
    "affected": pgettext_lazy("place on a map", "affected"),
    "normal": pgettext_lazy("place on a map", "as ordinary"),
    "unknown": pgettext_lazy("place on a map", "not enough data"),
}
_SUBJECTS = {
    "own": pgettext_lazy("place on a map", "this subject"),
    "neighbour": pgettext_lazy("place on a map", "a neighbouring subject"),
}

_WEEKS = (
    Column("row", _("Row"), words=_ROW_WORDS),
    Column("from", _("From")),
    Column("to", _("To")),
    Column("reports", _("Reports"), is_number=True),
    Column("what", _("What")),
)
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "reports",
            2,
            _("Public reports per week"),
            _WEEKS,
            _("Bar chart of public reports per week; the table holds the same numbers."),
            _(
                "How many public reports there are of each week (Monday to Sunday), by the day on "
                "which the answer was seen; imported collections are left out. Marked are the days "
                "on which models were released, of those that public reports are about, and the "
                "weeks in which findings may have begun and ended. Spikes are a matter of "
                "publicity as much as of quality."
            ),
            (330, 380),
        ),
        Kind(
            "domain",
            2,
            _("Reports of a subject per week"),
            _WEEKS,
            _("Bar chart of reports in this domain per week; the table holds the same numbers."),
            _(
                "How many public reports the last run counted in this subject, of each week (Monday "
                "to Sunday), by the day on which the answer was seen."
            ),
            (290, 310),
        ),
        Kind(
            "finding",
            3,
            _("A finding over time"),
            (
                Column("row", _("Row"), words=_ROW_WORDS),
                Column("from", _("From")),
                Column("to", _("To")),
                Column("contributors", _("Contributors"), is_number=True),
                Column("bound", _("2.5 % bound"), is_number=True),
                Column("expected", _("Expected"), is_number=True),
            ),
            _(
                "Line chart of contributors counted in rolling windows against the number "
                "expected; the table holds the same numbers."
            ),
            _(
                "Distinct contributors (unverified) in rolling windows of a model and a subject, how "
                "many would be expected, and the lower bound that the true number exceeds with a "
                "probability of 97.5 %. Counts below five are not published: the line breaks "
                "there, and before and after a finding about a real model wherever more came than "
                "expected. Bars are the weeks in which it may have begun and ended."
            ),
            (420, 420),
        ),
        Kind(
            "ratings",
            1,
            _("Ratings of a finding by week"),
            (
                Column("row", _("Row"), words=_ROW_WORDS),
                Column("from", _("From")),
                Column("to", _("To")),
                Column("n_ratings", _("Ratings"), is_number=True),
                Column("share", _("Bad"), is_number=True),
                Column("share_low", _("2.5 % bound"), is_number=True),
                Column("share_high", _("97.5 % bound"), is_number=True),
                Column("n_domain", _("Ratings: other vendors, this subject"), is_number=True),
                Column("share_domain", _("Bad: other vendors, this subject"), is_number=True),
                Column("n_model", _("Ratings: this model, other subjects"), is_number=True),
                Column("share_model", _("Bad: this model, other subjects"), is_number=True),
            ),
            _(
                "Line chart of the share of randomly drawn answers that people called bad, week by "
                "week, beside what it is compared with; the table holds the same numbers."
            ),
            _(
                "People were asked about answers drawn at random. For each week (Monday to Sunday): "
                "the share that they called bad, each answer weighted by how likely it was to be "
                "drawn (Hájek), with Wilson's interval (95 %) at the effective number of ratings "
                "(Kish), beside other vendors in this subject and this model in other subjects. It "
                "is computed from the sums in the dataset “ratings”. A week appears 28 days after "
                "its end. Where fewer than five contributors called an answer bad, or fewer than "
                "five called one fine, the share is not published: such weeks mostly had few bad "
                "answers, so those that are shown may look worse than all of them were. Bars are "
                "the weeks in which it may have begun and ended."
            ),
            (420, 460),
        ),
        Kind(
            "map",
            2,
            _("The map of a finding"),
            (
                Column("report", _("Report")),
                Column("x", _("x"), is_number=True),
                Column("y", _("y"), is_number=True),
                Column("state", _("Surroundings"), words=_SURROUNDINGS),
            ),
            _(
                "Scatter chart of reports by likeness of their prompts; triangles are affected, "
                "circles as ordinary, crosses not enough data. The table holds the same."
            ),
            _(
                "Each mark is a public report about the subject of a finding or one next to it; "
                "reports of alike prompts lie near each other. Affected: among the reports most "
                "alike, those about the finding's model are more than twice as common, by odds, "
                "as they ordinarily are. The directions mean nothing, only nearness does."
            ),
            (560, 470),
        ),
        Kind(
            "clusters",
            2,
            _("A map of clusters"),
            (
                Column("number", _("Number"), is_number=True),
                Column("cluster", _("Cluster"), is_number=True),
                Column("domain", _("Subject")),
                Column("place", _("Place"), words=_SUBJECTS),
                Column("reports", _("Reports"), is_number=True),
                Column("contributors", _("Contributors"), is_number=True),
                Column("x", _("x"), is_number=True),
                Column("y", _("y"), is_number=True),
            ),
            _("Numbered circles; the table names the cluster of each."),
            _(
                "Each circle is a cluster of similar reports, named by its lasting id; the more alike "
                "two clusters are, the nearer they lie, and the larger the circle, the more reports. "
                "Circles with a broken edge belong to neighbouring subjects. That reports are alike "
                "says nothing about whether the answers were worse. The directions mean nothing. "
                "Circles that would cover each other are moved apart, and few that lie far from most are "
                "drawn nearer."
            ),
            (540, 470),
        ),
    )
}

MAPS = ("map", "clusters")
"""Kinds without axes: only nearness says something."""


@dataclass(frozen=True)
class Moment:
    """Something that happened beside the counts, and the days between which it may have.

    `sort` is `release`, `onset`, `offset` or `disclosure`.
    """

    sort: str
    on: date
    low: date
    high: date
    what: str
    """Short: the image carries it."""
    finding: int | None = None


@dataclass(frozen=True)
class Draft:
    """A chart as it should be now, before it has an id."""

    kind: str
    subject: str
    title: str
    alt: str
    query: str
    query_path: str
    rows: list[dict[str, Any]]
    is_simulated: bool
    finding_ids: tuple[int, ...] = ()
    report_ids: tuple[str, ...] = ()


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed: keys sorted, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def name_of(digest: str) -> str:
    """The whole digest as an id is written: base32 (RFC 4648) in lower case, 52 characters."""
    return base64.b32encode(bytes.fromhex(digest)).decode().lower().rstrip("=")

"""Codes in words, as pages say them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from backend.common.languages import in_figures

STATES: dict[str, Any] = {
    "insufficient": pgettext_lazy("state of a finding", "not enough data"),
    "reported": pgettext_lazy("state of a finding", "reported"),
    "corroborated": pgettext_lazy("state of a finding", "corroborated"),
    "replicated": pgettext_lazy("state of a finding", "replicated"),
    "acknowledged": pgettext_lazy("state of a finding", "acknowledged"),
    "refuted": pgettext_lazy("state of a finding", "refuted"),
    "resolved": pgettext_lazy("state of a finding", "resolved"),
}
STATE_MARKS = {
    "insufficient": "·",
    "reported": "▲",
    "corroborated": "▲▲",
    "replicated": "▲▲▲",
    "acknowledged": "■",
    "refuted": "○",
    "resolved": "▽",
}
"""What stands beside a state's word and in its square: the more marks, the surer."""

LABEL_SOURCES: dict[str, Any] = {
    "message_attribute": _("an attribute of the answer itself"),
    "picker": _("the model picker, as set at that moment"),
    "text": _("a text on the page"),
    "user": _("what the sender typed"),
    "none": _("no label was found"),
}
CAUTIONS: dict[str, Any] = {
    "format_only": _(
        "The change is one of format: once mere formatting is removed, it goes away or turns round."
    ),
    "style_collapse": _(
        "The typical length of the answers changed more than fivefold: the style changed, "
        "which may be all that changed."
    ),
    "instrument": _(
        "The rise goes away once the extension's version, the rules for hiding or the site "
        "are accounted for: the instrument changed, which may be all that changed."
    ),
    "publicity": _(
        "People flag more of the answers that they see while the share of bad ones has not "
        "risen: attention changed, which may be all that changed."
    ),
    "burst": _("Most of it came within few days, as after a post that many read."),
    "one_cohort": _("It rests on one group that writes from the same template."),
    "no_onset": _(
        "The reports do not show a beginning: it may always have been so, which would be a "
        "weakness and no change."
    ),
    "rated_with_the_other_kind": _(
        "More ordinary answers are rated bad, but the other kind of symptom stands out more "
        "here, and ratings cannot tell the two apart."
    ),
}
LINES: dict[str, Any] = {
    "reports": pgettext_lazy("line of evidence", "reports"),
    "ratings": pgettext_lazy("line of evidence", "ratings of random answers"),
    "probes": pgettext_lazy("line of evidence", "probes"),
}
SYMPTOM_KINDS: dict[str, Any] = {
    "silent": pgettext_lazy("kind", "silent"),
    "stated": pgettext_lazy("kind", "stated"),
}
PROVENANCES: dict[str, Any] = {
    "report": _("sent by a person"),
    "import": _("imported collection"),
    "simulated": _("SIMULATED"),
}
TIERS: dict[str, Any] = {
    "free": _("free"),
    "paid": _("paid"),
    "organisation": _("organisation"),
}
CLUSTER_EVENTS: dict[str, Any] = {
    "born": _("first seen"),
    "split": _("split off from"),
    "merged": _("its reports went to"),
    "died": _("no longer found"),
    "joined": _("merged by a moderator into"),
    "parted": _("taken apart again by a moderator from"),
    "renamed": _("renamed by a moderator"),
}
DOMAIN_KINDS: dict[str, Any] = {
    "story": _("one of the three subjects at the centre"),
    "neighbour": _("neighbour of the three subjects"),
    "stated_safety": _("subject for which vendors state limits openly"),
    "control": _("control subject: far from all limits"),
    "imported": _("task of an imported collection"),
}
THRESHOLDS: dict[str, Any] = {
    "window_weeks": _("Weeks of a window."),
    "contributors_min": _(
        "Contributors (unverified) in a cell and window below which nothing is said."
    ),
    "ic_shrinkage": _(
        "Contributors added to the observed and the expected number, which draws small "
        "numbers towards “nothing special”."
    ),
    "ic_quantile_strict": _(
        "Quantile of the information component that must lie above 0 for “reported”."
    ),
    "ic_quantile_watch": _("Quantile that is shown as the lower bound."),
    "false_discovery_rate": _(
        "Share of false ones among all discoveries, over all cells and windows of a run."
    ),
    "duplicate_jaccard": _(
        "Likeness of two prompts, from 0 to 1, above which they are one unit of evidence."
    ),
    "cohort_jaccard": _("Likeness above which prompts are written from one template."),
    "cohort_contributors_max": _("Contributors that one template counts for at most in a cell …"),
    "cohort_share_max": _("… or this share of the cell's contributors, whichever is larger."),
    "cluster_reports_min": _("Reports that a cluster needs to be shown."),
    "cluster_contributors_min": _("Contributors that a cluster needs to be shown."),
    "term_contributors_min": _("Contributors who must have used a word before it names a cluster."),
    "probe_repeats_min": _("Times that a probe must have been asked before anybody looked."),
    "probe_items_min": _(
        "Probes of a subject, answered right at first, that an account needs; below, nothing is said."
    ),
    "probe_level": _(
        "Chance at most, of a series of probes in which nothing changed, that any subject is ever called "
        "worse."
    ),
    "probe_difference": _(
        "Rise of the share of wrong answers to probes that matters: so much is needed for “worse”; for "
        "“no difference” it must be excluded over all accounts and seen by none."
    ),
    "probe_clearing_level": _(
        "Chance at most, over all rounds of a series of probes, of calling such a rise excluded wrongly."
    ),
    "probe_margin_days": _(
        "Days before a finding's beginning by which a baseline of probes must have ended to clear it."
    ),
    "comparison_alpha": _("Share of false ones among the differences found in one collection."),
    "comparison_rated_min": _(
        "Graded answers per version below which a comparison says “not enough data”."
    ),
}
"""The thresholds that decide what is shown. A run holds more; they are listed by name."""


def thresholds_in_words(config: dict[str, object]) -> list[tuple[str, object, str]]:
    """Name, value and meaning of the thresholds of a run that have words, in their order here."""
    return [(name, config[name], words) for name, words in THRESHOLDS.items() if name in config]


def noticed_in_words(cell: Any) -> str:
    """How large an effect would have been noticed in a cell, by either line of evidence."""
    return gettext("%(reports)s; %(ratings)s") % {
        "reports": _noticed_in_reports(cell),
        "ratings": _noticed_in_ratings(cell),
    }


def _noticed_in_reports(cell: Any) -> str:
    if cell.detectable_ratio is None:
        return gettext("there are too few reports to have shown any rise")
    times = in_figures(cell.detectable_ratio, 2)
    return gettext("reports would have shown a rate of %(times)s times the ordinary") % {
        "times": times
    }


def _noticed_in_ratings(cell: Any) -> str:
    n = cell.n_ratings
    if n is None:
        return gettext("ratings of fewer than 5 contributors")
    if cell.detectable_share is None:
        return gettext("%(n)s ratings are too few to have shown any share") % {"n": n}
    share = f"{100 * cell.detectable_share:.0f}"
    return gettext("%(n)s ratings a share of %(share)s %% or more") % {
        "n": n,
        "share": share,
    }


OTHERS: dict[str, Any] = {
    "other": pgettext_lazy("a subject", "other"),
    "unknown": pgettext_lazy("a subject", "unknown"),
}
_CONFUSIONS: dict[str, Any] = json.loads(
    Path(__file__).with_name("domain_confusions.json").read_text(encoding="utf-8")
)
"""What `python -m benchmarks.domains --keep` measured."""


def confusions_in_words(domains: Iterable[Any]) -> dict[str, Any]:
    """The table of confusions: rows by name, columns by the number of their row."""
    names = {domain.pk: domain.local_name for domain in domains}
    counts, slugs = _CONFUSIONS["counts"], _CONFUSIONS["rows"]
    others = [OTHERS.get(name, name) for name in _CONFUSIONS["columns"][len(slugs) :]]
    return {
        "n": sum(map(sum, counts)),
        "columns": [*map(str, range(1, len(slugs) + 1)), *others],
        "rows": [(names.get(slug, slug), row) for slug, row in zip(slugs, counts, strict=True)],
    }

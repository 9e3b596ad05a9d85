"""What charts say of themselves in English, said in the language of the page around them.

A chart is stored once, in English, with the title, the words and the query that `wanted.py` and `rated.py`
put together from the patterns here. One that an earlier version put together otherwise stays English.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_noop as _

from backend.common.phrases import DAY, DOMAIN, NAME, SLUG, Patterns, Phrases

TITLES: Patterns = (
    _("Public reports per week"),
    _("Clusters of similar reports: all subjects"),
    _("Clusters of similar reports: %(domain)s"),
    _("Where: %(model)s · %(domain)s"),
    _("%(model)s · %(domain)s: silent symptoms"),
    _("%(model)s · %(domain)s: stated symptoms"),
    _("%(model)s · %(domain)s: share of answers called bad"),
    _("%(domain)s: reports per week"),
)
BARS: Patterns = (
    _(
        "Bar chart: public reports per week, from %(first)s to %(last)s. %(n)s reports in %(weeks)s weeks "
        "that have any; most, %(most)s, in the week of %(day)s."
    ),
    _(
        "Bar chart: public reports about “%(domain)s” per week, from %(first)s to %(last)s. %(n)s reports in "
        "%(weeks)s weeks that have any; most, %(most)s, in the week of %(day)s."
    ),
)
MARKED: Patterns = (
    _(" %(n)s moments are marked: releases of models, disclosures, and what findings say."),
    "",
)
WINDOWS: Patterns = (_("Line chart of %(n)s windows of %(model)s and %(domain)s."),)
PEAK: Patterns = (
    _(
        " Most contributors, %(most)s where %(expected)s were expected, in the window that ends on %(day)s."
    ),
    "",
)
BEGAN: Patterns = (_(" It began about the week of %(day)s (between %(first)s and %(last)s)."), "")
ENDED: Patterns = (_(" It ended about the week of %(day)s (between %(first)s and %(last)s)."), "")
AGAINST: Patterns = (
    _(
        ", against %(others)s at other vendors in this subject and %(own)s at this model in other subjects"
    ),
    _(", against %(others)s at other vendors in this subject"),
    _(", against %(own)s at this model in other subjects"),
    "",
)
RATED: Patterns = (
    _(
        "Line chart of %(n)s weeks: the share of answers of %(model)s about %(domain)s, drawn at random, "
        "that people called bad. Published for %(told)s weeks. Most, %(share)s (%(low)s to %(high)s) of "
        "%(ratings)s ratings, in the week of %(day)s%(against)s."
    ),
)
NEAR: Patterns = (_(" %(n)s are of this subject, the others of its neighbours."), "")
NUMBERED: Patterns = (_("Map of %(n)s clusters of similar reports, numbered from the largest."),)
ALTS: Patterns = (
    "%(bars)s%(marked)s",
    "%(windows)s%(peak)s%(began)s%(ended)s",
    "%(rated)s%(began)s%(ended)s",
    "%(numbered)s%(near)s",
    _(
        "Scatter chart of %(n)s reports by likeness of their prompts: %(affected)s affected, %(normal)s as "
        "ordinary, %(unknown)s not enough data."
    ),
)
QUERIES: Patterns = (
    _("public reports per week of the answer; imported collections left out"),
    _("public reports that the run counted in %(slug)s, per week of the answer"),
    _("finding %(n)s: contributors (unverified) in windows of %(weeks)s weeks"),
    _("finding %(n)s: ratings of random answers by week, from the dataset's sums"),
    _("finding %(n)s: public reports on its map, by what surrounds them"),
    _("public clusters of all subjects by likeness of their reports"),
    _("public clusters of %(slug)s by likeness of their reports"),
)
MOMENTS: Patterns = (
    _("finding %(number)s"),
    _("%(vendor)s: disclosed"),
    _("%(vendor)s: reversed"),
)
"""What a row of a table says of a moment, unless it is the name of a model."""

CHARTS = Phrases(
    {
        "bars": BARS, "marked": MARKED, "windows": WINDOWS, "peak": PEAK, "began": BEGAN, "ended": ENDED,
        "rated": RATED, "against": AGAINST, "near": NEAR, "numbered": NUMBERED,
    },
    {"domain": DOMAIN, "model": NAME, "vendor": NAME, "slug": SLUG, "day": DAY, "first": DAY, "last": DAY},
)  # fmt: skip


class Said(NamedTuple):
    """A text on a page, and its language where that is not the page's ("" where it is)."""

    words: str
    language: str


def said(text: str, patterns: Patterns) -> Said:
    """A text of a chart in the page's language, or as it is stored."""
    words = CHARTS.said(text, patterns)
    return Said(text, "en") if words is None else Said(words, "")


def chart_in_words(chart: Any) -> dict[str, Said]:
    """What a chart says of itself: its title, what its image shows, and its query."""
    return {
        "title": said(chart.title, TITLES),
        "alt": said(chart.alt, ALTS),
        "query": said(chart.query, QUERIES),
    }

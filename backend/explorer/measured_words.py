"""The names in `error_rates.json`, said in the page's language.

`python -m analysis.evaluate` writes the properties, worlds, rules, measures, what is asked for and notes in
English, put together from the patterns here.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from backend.common.phrases import Patterns, Phrases, Value

PROPERTIES: Patterns = (
    _("false alarms, line A"), _("power, line A"), _("delay, line A"), _("scan"),
    _("collusion, framing"), _("collusion, masking"), _("collusion, ratings"), _("false alarms, line B"),
    _("type I, sequential"), _("confounded nulls"), _("delay, known start"), _("delay, complete rule"),
    _("interaction"), _("reversal"), _("end to end"), _("newly-wrong test"),
    _("difference in differences"), _("texts (MMD)"), _("real answers, drawn"), _("documented change"),
    _("asked again"), _("models of one vendor"),
)  # fmt: skip
"""Line A judges reports, line B ratings."""
FAKES: Patterns = (
    _("fresh fakes, five templates, if everybody counted"),
    _("fresh fakes, unlike texts, if everybody counted"),
    _("fresh fakes, unlike texts, where only established installs count (this version)"),
    _("patient aged fakes, unlike texts, established"),
)
REPLACED: Patterns = (_("%(model)s for %(other)s"), "%(model)s")
"""Which model answered in the place of which."""
WHERE: Patterns = (_("computer science"), _("engineering"), _("everywhere"), _("nowhere"))
PLANTED: Patterns = (
    _("null world, storms, %(n)s contributors"),
    _("null world, %(n)s contributors"),
    _("null world, storms, %(n)s contributors, four of six models one vendor's"),
    _("%(n)s contributors, rate ratio %(times)s"),
    _("%(n)s contributors, rate ratio %(times)s for %(share)s of them"),
    _("%(n)s contributors, rate ratio %(times)s in one of its vendor's four models"),
    _("%(n)s contributors, rate ratio %(times)s in all four of a vendor"),
    _("rate ratio %(times)s in three sibling leaves, eight weeks"),
    _("%(fakes)s: %(share)s of %(n)s"),
    _(
        "flood by fresh accounts, where only established installs count (this version), %(share)s of %(n)s "
        "in every other cell of the row and column"
    ),
    _(
        "flood by patient aged accounts, %(share)s of %(n)s in every other cell of the row and column"
    ),
    _("%(ratings)s honest ratings a day and cell, %(share)s of %(n)s call it bad"),
    _(
        "%(ratings)s honest ratings a day and cell, %(share)s of %(n)s call it bad, and all other cells of "
        "its row and column fine"
    ),
    _("nothing is the matter"),
    _("harder domain, x%(times)s"),
    _("worse vendor, x%(times)s"),
    _("harder domain and worse vendor, x%(times)s each"),
    _("both, other domains (sd %(domains)s) and vendors (sd %(vendors)s) differ"),
    _("domain becomes harder at all vendors, x%(times)s"),
    _("vendor becomes worse in all domains, x%(times)s"),
    _("both become so on one day, x%(times)s each"),
    _("stable strengths and weaknesses, sd %(sd)s, %(n)s ratings a day"),
    _("%(before)s -> %(after)s"),
    _("%(before)s -> %(after)s, %(n)s ratings a day, %(weeks)s weeks of past"),
    _("%(before)s -> %(after)s, %(n)s ratings a day"),
    _("%(before)s -> %(after)s for %(days)s days"),
    _("%(before)s -> %(after)s, lasting"),
    _(
        "%(n)s cells, %(fewest)s to %(most)s planted (reports x%(reports)s, ratings x%(ratings)s for "
        "%(weeks)s weeks), storms, unlike rates"
    ),
    _("the same with nothing planted"),
)
REAL: Patterns = (
    _("%(replaced)s, %(where)s"),
    _("%(replaced)s, %(where)s, %(n)s items"),
    _("%(replaced)s %(where)s, %(n)s ratings a day and cell, %(weeks)s weeks of past"),
    _("%(replaced)s, %(where)s; %(n)s accounts; %(items)s items a domain"),
    _(
        "%(replaced)s, %(where)s; %(n)s accounts; %(items)s items a domain; %(rounds)s rounds, "
        "a look after each"
    ),
    _("%(replaced)s, %(where)s; %(n)s accounts, %(some)s of them affected; %(items)s items a domain"),
    _("%(replaced)s in %(share)s of %(where)s; %(n)s accounts; %(items)s items a domain"),
    _(
        "no difference; %(n)s target templates of %(each)s, %(others)s control templates of %(one)s"
    ),
    _("%(collection)s, %(n)s prompts x %(times)s, halves"),
    _("%(collection)s, %(n)s prompts x %(times)s, %(share)s collapsed"),
    _("%(model)s, happy"), _("%(model)s, leetcode"), _("%(model)s, opinion"), _("%(model)s, prime"),
    _("%(model)s, sensitive"),
)  # fmt: skip
ORACLES: Patterns = (
    _("oracle"),
    _("oracle with %(n)s false alarm per %(cells)s cells and year"),
    _("oracle without the day's volume"),
    _("oracle without the start"),
    _("CUSUM that knows all but the start"),
)
RULES: Patterns = (
    *ORACLES,
    _("%(n)s-sigma on weekly counts"),
    _("%(n)s-sigma rule, weekly"),
    _("PRR > %(least)s of %(n)s reports"),
    _("%(n)s reports in a week"),
    _("strict rule, raw counts"),
    _("strict rule, distinct people"),
    _("levels, no past"),
    _("naive daily z-test"),
    _("raw threshold, %(share)s in two weeks"),
    _("universal inference"),
    _("plain label permutation"),
    _("compared with its vendor's other models too"),
)
MEASURES: Patterns = (
    _("new false cells a month, of %(n)s"),
    _("noticed within %(n)s weeks"),
    _("median days"),
    _("times the median of the %(oracle)s"),
    "p <= %(level)s",
    _("right vendor and place"),
    _("any state flipped"),
    _("cell framed"),
    _("planted cell hidden by the flood"),
    _("not noticed without a flood either"),
    _("innocent cell opened"),
    _("provisional, cells a year"),
    _("a start's evidence at %(level)s, cells a year"),
    _("interaction at %(level)s, cells a year"),
    _("corroborated, cells a year"),
    _("target ratings, median"),
    _("days, median"),
    _("found within %(n)s days"),
    _("ratio to the oracle"),
    _("days, past and start known, median"),
    _("found within a year"),
    _("days to corroborated among %(n)s cells, median"),
    _("corroborated within %(n)s weeks"),
    _("days to resolved, median"),
    _("resolved within a year"),
    _("false discovery rate of all that is said"),
    _("false discovery rate of what is corroborated"),
    _("planted cells said"),
    _("planted cells corroborated"),
    _("worlds with anything said"),
    _("worlds with anything corroborated"),
    _("power: the planted domain is accused"),
    _("right class among verdicts"),
    _("runs that accuse one of the %(n)s others"),
    _("runs that accuse a domain"),
    _("share of domains read as global"),
    _("rejections at %(level)s"),
    _("computer science beyond math and physics"),
    _("runs with a wrong cell corroborated"),
    _("runs whose ratings would corroborate a wrong cell"),
    _("wrong cells provisional by ratings"),
    _("wrong cells said"),
    _("runs whose incidents are the right ones"),
    _("minimum of two: cells flagged"),
    _("interaction: cells flagged"),
    _("the planted cell is provisional by ratings"),
    _("... and would be corroborated by them"),
    _("the planted cell is said"),
    _("... and corroborated"),
    _("median days until it is provisional"),
    _("reports about it: after per before"),
    _("bad answers, June minus March, points"),
    _("rise of newly wrong answers"),
    _("the planted domain is worse"),
    _("... is cleared"),
    _("runs that call another domain worse"),
    _("share of other domains that are cleared"),
    _("runs that call a domain worse"),
    _("series that ever call a domain worse"),
)
ACCEPTED: Patterns = (
    "%(n)s",
    "<= %(n)s",
    ">= %(n)s",
    "%(n)s +- %(error)s",
    _("at most %(n)s"),
    _("at least %(n)s"),
    _("at least the pilot's %(n)s"),
    _("<= %(n)s + %(times)s s.e."),
    _("%(n)s within %(times)s s.e."),
    _("<= %(n)s; pilot %(pilot)s"),
    _(">= %(n)s (pilot)"),
    _(">= %(n)s (prototype)"),
    _("more than half"),
    _("better (%(n)s published)"),
    _("worse (%(n)s published)"),
)
NOTES: Patterns = (
    _("%(n)s runs"),
    _("%(share)s never"),
    _("%(level)s: %(low)s to %(high)s; p = %(p)s"),
    _("%(verdict)s, %(level)s %(low)s to %(high)s%(caution)s"),
)
NAME = Value(r"[\w.-]+", str)
"""Of a model or a collection."""
NAMES = Phrases(
    {
        "fakes": FAKES, "replaced": REPLACED, "where": WHERE, "oracle": ORACLES,
        "verdict": (_("better"), _("worse")), "caution": (_("; format_only"), _("; style_collapse"), ""),
    },
    {"model": NAME, "other": NAME, "collection": NAME},
)  # fmt: skip
MEASURED: Patterns = (
    *PROPERTIES, *PLANTED, *REAL, *RULES, *MEASURES, *ACCEPTED, *NOTES
)  # fmt: skip


def measured_in_words(name: str) -> str | None:
    """A name of the error rates in the page's language; None for one that must stay English."""
    return NAMES.said(name, MEASURED)

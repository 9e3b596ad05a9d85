"""Codes in words, as pages say them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backend.findings.selectors import contributors_shown

STATES = {
    "insufficient": "not enough data",
    "reported": "reported",
    "corroborated": "corroborated",
    "replicated": "replicated",
    "acknowledged": "acknowledged",
    "refuted": "refuted",
    "resolved": "resolved",
}
LABEL_SOURCES = {
    "message_attribute": "an attribute of the answer itself",
    "picker": "the model picker, as set at that moment",
    "text": "a text on the page",
    "user": "what the sender typed",
    "none": "no label was found",
}
CAUTIONS = {
    "format_only": "The change is one of format: once mere formatting is removed, it goes away or "
    "turns round.",
    "style_collapse": "The typical length of the answers changed more than fivefold: the style "
    "changed, which may be all that changed.",
    "instrument": "The rise goes away once the extension's version, the rules for hiding or the site "
    "are accounted for: the instrument changed, which may be all that changed.",
    "publicity": "People flag more of the answers that they see while the share of bad ones has not "
    "risen: attention changed, which may be all that changed.",
    "burst": "Most of it came within few days, as after a post that many read.",
    "one_cohort": "It rests on one group that writes from the same template.",
    "no_onset": "The reports do not show a beginning: it may always have been so, which would be a "
    "weakness and no change.",
    "rated_with_the_other_kind": "Ratings of ordinary answers are up, but the other kind of symptom "
    "stands out more here, and ratings cannot tell the two apart.",
}
LINES = {"reports": "reports", "ratings": "ratings of random answers", "probes": "probes"}
DOMAIN_KINDS = {
    "story": "one of the three subjects at the centre",
    "neighbour": "neighbour of the three subjects",
    "stated_safety": "subject for which vendors state limits openly",
    "control": "control subject: far from all limits",
    "imported": "task of an imported collection",
}
THRESHOLDS = {
    "window_weeks": "Weeks of a window.",
    "contributors_min": "Contributors (unverified) in a cell and window below which nothing is said.",
    "ic_shrinkage": "Contributors added to the observed and the expected number, which draws small "
    "numbers towards “nothing special”.",
    "ic_quantile_strict": "Quantile of the information component that must lie above 0 for “reported”.",
    "ic_quantile_watch": "Quantile that is shown as the lower bound.",
    "false_discovery_rate": "Share of false ones among all discoveries, over all cells and windows of "
    "a run.",
    "duplicate_jaccard": "Likeness of two prompts, from 0 to 1, above which they are one unit of "
    "evidence.",
    "cohort_jaccard": "Likeness above which prompts are written from one template.",
    "cohort_contributors_max": "Contributors that one template counts for at most in a cell …",
    "cohort_share_max": "… or this share of the cell's contributors, whichever is larger.",
    "cluster_reports_min": "Reports that a group of similar reports needs to be shown.",
    "cluster_contributors_min": "Contributors that such a group needs to be shown.",
    "term_contributors_min": "Contributors who must have used a word before it names a group.",
    "comparison_alpha": "Share of false ones among the differences found in one collection.",
    "comparison_rated_min": "Graded answers per version below which a comparison says “not enough "
    "data”.",
}
"""The thresholds that decide what is shown. A run holds more; they are listed by name."""


def thresholds_in_words(config: dict[str, object]) -> list[tuple[str, object, str]]:
    """Name, value and meaning of the thresholds of a run that have words, in their order here."""
    return [(name, config[name], words) for name, words in THRESHOLDS.items() if name in config]


def noticed_in_words(cell: Any) -> str:
    """How large an effect would have been noticed in a cell, by either line of evidence."""
    if cell.detectable_ratio is None:
        reports = "there are too few reports to have shown any rise"
    else:
        reports = (
            f"reports would have shown a rate of {cell.detectable_ratio:.1f} times the ordinary"
        )
    n = contributors_shown(cell.n_ratings)
    if not cell.n_ratings:
        ratings = "no ratings"
    elif n is None:
        ratings = "fewer than 5 ratings"
    elif cell.detectable_share is None:
        ratings = f"{n} ratings are too few to have shown any share"
    else:
        ratings = f"{n} ratings a share of {100 * cell.detectable_share:.0f} % or more"
    return f"{reports}; {ratings}"


_CONFUSIONS: dict[str, Any] = json.loads(
    Path(__file__).with_name("domain_confusions.json").read_text(encoding="utf-8")
)
"""What `python -m benchmarks.domains --keep` measured."""


def confusions_in_words(domains: Iterable[Any]) -> dict[str, Any]:
    """The table of confusions: rows by name, columns by the number of their row."""
    names = {domain.pk: str(domain.name) for domain in domains}
    counts, slugs = _CONFUSIONS["counts"], _CONFUSIONS["rows"]
    return {
        "n": sum(map(sum, counts)),
        "columns": [*map(str, range(1, len(slugs) + 1)), *_CONFUSIONS["columns"][len(slugs) :]],
        "rows": [(names.get(slug, slug), row) for slug, row in zip(slugs, counts, strict=True)],
    }

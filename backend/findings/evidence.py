"""What a finding's state was computed from, as anybody may see it."""

from __future__ import annotations

from typing import Any

from backend.findings.models import Finding
from backend.findings.selectors import contributors_shown
from backend.findings.tallies import step_below

RATERS = (
    "n_raters",
    "n_raters_bad",
    "n_raters_fine",
    "fewest_domain",
    "fewest_model",
    "fewest_before",
)
"""Of the ratings of a finding's cell and of what it is compared with: how many people they are."""

OF_THE_SHARE = (
    "n_bad",
    "share",
    "share_low",
    "share_high",
    "log_e_provisional",
    "log_e_interaction",
    "ratings_more",
)
"""What a share of bad answers is, and what follows from it and from the number of ratings."""

PARTS_MAX = 100
"""Shares of what a finding is compared with are told in whole per cent at most."""


def evidence_public(finding: Finding) -> dict[str, Any]:
    """What a finding's state was computed from, as it may be published.

    Counts of contributors and of ratings below five are None, and so is what would tell them.
    """
    shown = dict(finding.evidence)
    for name in ("observed", "uncapped"):
        if name in shown:
            shown[name] = contributors_shown(shown[name])
    if "observed" in shown and shown["observed"] is None:
        shown |= dict.fromkeys(("expected", "breakdown_number", "uncapped"))
        if "ratio_to_past" in shown:  # of method 3.1 on
            shown["ratio_to_past"] = None
    place = shown.get("place")
    if place and contributors_shown(place["observed"]) is None:
        shown["place"] = None
    if shown.get("rate"):
        shown["rate"] = _rate_shown(shown["rate"])
    return shown


def _rate_shown(rate: dict[str, Any]) -> dict[str, Any] | None:
    """Ratings of a cell; None where fewer than five contributors gave them.

    A share with its number of ratings tells how many were bad, and so may what is computed from both. So
    they are told only where five contributors called some bad and five called some fine; of older
    evidence that is not known. Of what the rest had the number is told in steps: the model's other cells are
    told too, and what is missing of them would be the ratings of a few. Its share is told in as many parts
    as the step, a hundred at most: 5 of 17 are no other number's 29.4 %.
    """
    people = {name: rate.get(name, 0) for name in RATERS}
    shown = {name: value for name, value in rate.items() if name not in people}
    if contributors_shown(people["n_raters"]) is None:
        return None
    shown["n_raters"] = people["n_raters"]
    if contributors_shown(min(people["n_raters_bad"], people["n_raters_fine"])) is None:
        shown |= dict.fromkeys(name for name in shown if name in OF_THE_SHARE)
        # What the rest had is within the rest of other cells: theirs and this would be subtracted.
        people |= {"fewest_domain": 0, "fewest_model": 0}
    for part in ("domain", "model", "before"):
        if contributors_shown(people[f"fewest_{part}"]) is None:
            shown |= dict.fromkeys((f"n_{part}", f"share_{part}"))
    for part in ("domain", "model"):
        n, share = shown.get(f"n_{part}"), shown.get(f"share_{part}")
        if n is None:
            continue
        step = step_below(n)
        parts = min(step, PARTS_MAX)
        shown[f"n_{part}"] = step or None
        if share is not None:
            shown[f"share_{part}"] = round(share * parts) / parts if step else None
    return shown

"""Signals to a state on the evidence ladder, and the reason in words: the one place."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.config import AnalysisConfig

INSUFFICIENT = "insufficient"
REPORTED = "reported"


@dataclass(frozen=True)
class CellEvidence:
    """What is known about one cell in the window that speaks loudest."""

    observed: int
    """Contributors counted, after near-duplicates and cohorts were capped."""
    uncapped: int
    """Contributors at face value: near-duplicates and whole cohorts included."""
    expected: float
    is_reported: bool
    """Passed every rule of the screen."""
    passes_strict: bool
    """The strict bound of the information component lies above 0, and the floor is reached."""
    passes_without_cohort: bool
    """... and still does without any one cohort."""
    is_discovery: bool
    """Survives false discovery rate control."""
    breakdown_number: int


def finding_state(evidence: CellEvidence, config: AnalysisConfig) -> tuple[str, str]:
    """The state and why, for a reader. Reports alone never lead beyond `reported`.

    Returns
    -------
    state, reason : str
    """
    is_shown = evidence.observed >= config.contributors_min  # smaller counts are never published
    observed = evidence.observed if is_shown else f"fewer than {config.contributors_min}"
    counts = (
        f"{observed} unverified contributors where {evidence.expected:.1f} would be "
        "expected from how often this model and this subject are reported"
    )
    if evidence.is_reported:
        return REPORTED, (
            f"{counts}. It stays when any one group that writes from the same template is left "
            f"out; at least {evidence.breakdown_number} contributors would have to be removed to "
            "clear it. Reports nominate, they do not confirm: nobody has measured the rate or "
            "asked again."
        )
    is_capped = evidence.uncapped > max(evidence.observed, config.contributors_min - 1)
    if is_capped and not evidence.passes_strict:
        return INSUFFICIENT, (
            f"{evidence.uncapped} unverified contributors, but near-copies of one text count once, "
            "and a group that writes from the same template counts for at most "
            f"{config.cohort_contributors_max} contributors or {config.cohort_share_max:.0%} of "
            f"the cell. That leaves {counts}: not enough."
        )
    if evidence.observed < config.contributors_min:
        return INSUFFICIENT, (
            f"{counts}: below the floor of {config.contributors_min} contributors."
        )
    if not evidence.passes_strict:
        return INSUFFICIENT, f"{counts}: chance alone would do this too often."
    if not evidence.passes_without_cohort:
        return INSUFFICIENT, (
            f"{counts}, but it rests on one group: without the largest group that writes from the "
            "same template it does not stand out."
        )
    return INSUFFICIENT, (
        f"{counts}: with so many subjects, models and weeks looked at, chance alone would do this "
        "somewhere."
    )

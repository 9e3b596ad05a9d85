"""Findings that ratings open: where they stand by themselves, and reports lean the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from analysis.change import Step
from analysis.comparators import weekly_expected
from analysis.config import AnalysisConfig
from analysis.findings import Draft, Screened, rated_draft
from analysis.rated import RatedWorse
from analysis.records import CountedEvidence

_DAYS = 7
RATED = {"report": "rating", "simulated": "simulated"}
"""Which ratings speak about which reports."""


def opened_drafts(
    screened: Sequence[Screened],
    drafts: Sequence[Draft],
    worse: Sequence[RatedWorse],
    facts: CountedEvidence,
    config: AnalysisConfig,
) -> list[Draft]:
    """All drafts: those of the screen, and one for each cell that ratings alone show to be worse.

    Ratings do not say whether what is wrong is stated or silent, so people's reports must: the event
    is one of the kind whose contributors have grown most since it began, against what would be
    expected and against the cell's own past. Where neither kind grew more than chance alone may easily do
    (`config.lean_level`) nothing is opened, and where a kind is reported at the time the ratings speak
    for that one. What the screen almost found of the same kind at the same time is the same event.
    """
    found = list(drafts)
    for one in worse:
        if any(draft.evidence.is_reported and _is_of(draft, one) for draft in drafts):
            continue
        draft = _opened(screened, one, facts, config)
        if draft is not None:
            kind = draft.result.symptom_kind
            found = [
                other for other in found
                if other.result.symptom_kind != kind or not _is_of(other, one)
            ]  # fmt: skip
            found.append(draft)
    return found


def _is_of(draft: Draft, worse: RatedWorse) -> bool:
    """Whether a draft is about the same cell and may have lasted at the same time."""
    result, rate = draft.result, worse.rate
    if (RATED[result.provenance], result.model, result.domain) != (
        rate.provenance, rate.model, rate.domain,
    ):  # fmt: skip
        return False
    dated = result.onset is not None or result.onset_high is not None
    first = (result.onset_low or date.min) if dated else result.peak.window_start
    last = (result.offset_high or date.max) if dated else result.peak.window_end
    return first <= worse.last_day and last >= worse.first_day


def _opened(
    screened: Sequence[Screened], worse: RatedWorse, facts: CountedEvidence, config: AnalysisConfig
) -> Draft | None:
    """The draft of the kind that leans most; None where none does."""
    kinds = [found for part in screened if (found := _leaning(part, worse, facts, config))]
    if not kinds:
        return None
    lean, draft = max(kinds, key=lambda kind: kind[0].excess)
    known = replace(
        draft.evidence,
        stands_in_ratings=True,
        ratio_to_past=round(lean.ratio, 1),
        is_over=worse.is_over,
    )
    return replace(draft, evidence=known)


def _leaning(
    part: Screened, worse: RatedWorse, facts: CountedEvidence, config: AnalysisConfig
) -> tuple[Lean, Draft] | None:
    """How the reports of one kind lean, and what they are; None where they do not, or are too few.

    Five people must report it while it lasts: a window may hold some from before. And five must be left
    in a window once near-copies count once: what can't be said may not stand in the way of what can.
    """
    rate, stream, step = worse.rate, part.stream, _step(part, worse)
    if RATED[stream.provenance] != rate.provenance or step is None:
        return None
    if rate.model not in stream.models or rate.domain not in stream.domains:
        return None
    cell = stream.models.index(rate.model), stream.domains.index(rate.domain)
    lean = _lean(part, cell, step, config)
    if lean.p_value > config.lean_level or lean.people < config.contributors_min:
        return None
    draft = rated_draft(part, cell, step, facts, config)
    return (lean, draft) if draft.evidence.observed >= config.contributors_min else None


def _step(part: Screened, worse: RatedWorse) -> Step | None:
    """The episode in weeks of the stream; None where that has none of them."""
    stream, step = part.stream, worse.step
    shift = (worse.first_monday - stream.first_monday).days // _DAYS

    def week(number: int) -> int:
        return min(max(number + shift, 0), stream.n_weeks)

    start, end = week(step.start), week(step.end) if worse.is_over else stream.n_weeks
    if start >= end:
        return None
    return replace(
        step,
        start=start,
        start_low=week(step.start_low),
        start_high=week(step.start_high),
        end=end,
        end_low=week(step.end_low) if worse.is_over else end,
        end_high=week(step.end_high) if worse.is_over else end,
    )


class Lean(NamedTuple):
    """How contributors of one kind have grown since a start, against the cell's own past."""

    excess: float
    """Those beyond what the past lets expect."""
    ratio: float
    """NaN where either side is fewer than five people: with what is expected it would tell how many."""
    p_value: float
    """Of so many or more, had nothing changed."""
    people: int
    """Contributors since the start, each counted once."""


def _lean(part: Screened, cell: tuple[int, int], step: Step, config: AnalysisConfig) -> Lean:
    """Weeks of the step against up to a year before it, both against what others let expect.

    Given how many there are in both together, those of the step are binomial (Przyborowski, Wilenski
    1940): what is not known of the past is accounted for.
    """
    weekly = part.weekly
    expected = weekly_expected(
        weekly,
        part.stands_out,
        cell,
        vendor=part.stream.vendor,
        reach=config.window_weeks,
        smoothing=config.smoothing_weeks,
    )
    inside = slice(step.start, step.end)
    before = slice(max(0, step.start - config.rate_past_weeks), step.start)
    observed, usual = (float(weekly[span, cell[0], cell[1]].sum()) for span in (inside, before))
    due, due_before = (float(expected[span].sum()) for span in (inside, before))
    share = due / (due + due_before)
    by_past = due * (usual + 0.5) / (due_before + 0.5)
    people, people_before = (_people(part, cell, span) for span in (inside, before))
    is_told = min(people, people_before) >= config.contributors_min
    return Lean(
        excess=observed - by_past,
        ratio=(observed + 0.5) / (by_past + 0.5) if is_told else np.nan,
        p_value=float(binom.sf(observed - 1, observed + usual, share)),
        people=people,
    )


def _people(part: Screened, cell: tuple[int, int], weeks: slice) -> int:
    """Contributors of the cell over some weeks, each counted once."""
    rows = part.stream.rows
    week = rows.day // _DAYS
    here = (week >= weeks.start) & (week < weeks.stop)
    here &= (rows.model == cell[0]) & (rows.domain == cell[1])
    return len(np.unique(rows.contributor[here]))

"""Findings computed once more from the frozen evidence of their run, and compared value by value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.common.errors import GoneError, RuleError, UnknownError
from backend.findings.events import CELL, VANISHED, span_of
from backend.findings.models import AnalysisRun, Finding, RunEvidence


@dataclass(frozen=True)
class Difference:
    """A field whose stored value is not what the evidence gives."""

    field: str
    stored: Any
    again: Any


@dataclass(frozen=True)
class Comparison:
    """A finding beside what its evidence gives."""

    finding_id: int
    n_fields: int
    differences: list[Difference]


def findings_to_recompute(
    *, finding_id: int | None = None, digest: str | None = None
) -> list[Finding]:
    """One finding; without an id those of the run with this evidence, else of the current run.

    Raises UnknownError if there is no such finding or run, RuleError for one that was merged.
    """
    if finding_id is not None:
        finding = Finding.objects.select_related("run").filter(pk=finding_id).first()
        if finding is None:
            raise UnknownError("finding_unknown", f"There is no finding {finding_id}.")
        if finding.merged_into_id is not None:
            raise RuleError(
                "finding_merged",
                f"Finding {finding_id} became part of finding {finding.merged_into_id}: "
                f"recompute {finding.merged_into_id}.",
            )
        return [finding]
    chosen = {"evidence_digest": digest} if digest else {"is_current": True}
    run = AnalysisRun.objects.filter(**chosen).order_by("-pk").first()
    if run is None and digest:
        raise UnknownError(
            "run_unknown", f"No run computed from this: its SHA-256 is {digest}, which none stored."
        )
    if run is None:
        raise UnknownError("run_unknown", "There is no run to compute again.")
    return list(
        Finding.objects.filter(run=run, merged_into=None).select_related("run").order_by("pk")
    )


def evidence_of_run(*, run: AnalysisRun, data: bytes | None = None) -> bytes:
    """What a run computed its findings from: as it is kept, or as `data` from a file.

    Raises GoneError if it is no longer kept, RuleError if its SHA-256 is not the run's.
    """
    if data is None:
        kept = RunEvidence.objects.filter(run=run).first()
        if kept is None:
            raise GoneError(
                "evidence_gone",
                f"The evidence of run {run.pk} is not kept any longer: only the current run has "
                "its own. Give a file that export_evidence wrote at the time (--evidence FILE), or "
                f"analyse again (manage.py run_analysis --as-of {run.as_of} --seed {run.seed}), "
                "which leaves out what was withdrawn since.",
            )
        data = bytes(kept.data)
    digest = hashlib.sha256(data).hexdigest()
    if digest != run.evidence_digest:
        raise RuleError(
            "evidence_altered",
            f"This is not what run {run.pk} computed from: its SHA-256 is {digest}, the run "
            f"stored {run.evidence_digest or 'none'}. Nothing was compared.",
        )
    return data


def finding_compare(finding: Finding, rows: Sequence[dict[str, Any]]) -> Comparison:
    """A finding beside the row that its evidence gives for it.

    Its representatives and its map are not compared: they need the texts' vectors.
    """
    stored = {name: getattr(finding, name) for name in CELL}
    mine = [row for row in rows if all(row[name] == stored[name] for name in CELL)]
    if finding.reason == VANISHED:
        return _compare_vanished(finding, mine)
    if not mine:
        found = Difference("finding", "stored", "not found in this evidence")
        return Comparison(finding.pk, 1, [found])
    compared = [
        Comparison(
            finding.pk,
            len(row),
            [
                Difference(name, getattr(finding, name), value)
                for name, value in row.items()
                if getattr(finding, name) != value
            ],
        )
        for row in mine
    ]
    return min(compared, key=lambda comparison: len(comparison.differences))


def _compare_vanished(finding: Finding, rows: Sequence[dict[str, Any]]) -> Comparison:
    """A finding that no longer stands out is so because no event that mostly is the same one does."""
    fields = {name: getattr(finding, name) for name in rows[0]} if rows else {}
    states = [
        row["state"]
        for row in rows
        if row["state"] != Finding.State.INSUFFICIENT
        and span_of(row, finding.run.as_of).is_mostly(span_of(fields, finding.run.as_of))
    ]
    differences = [Difference("state", finding.state, state) for state in states]
    return Comparison(finding.pk, 2, differences)

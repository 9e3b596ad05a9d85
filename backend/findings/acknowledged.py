"""What rests on the vendors' words: which of them a run counts, which are shown, and what is said without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

from django.db.models import QuerySet

from backend.findings.models import Acknowledgement, Finding

CELL = ("model_id", "domain_id", "symptom_kind", "is_simulated")
BARE = ("acknowledgements", "otherwise")
"""What the evidence of a finding has only where an acknowledgement speaks of it."""


def acknowledgements_published() -> QuerySet[Acknowledgement]:
    """Every published one, the earliest stated first."""
    return Acknowledgement.objects.filter(state=Acknowledgement.State.PUBLISHED)


def acknowledgements_counted(*, as_of: date) -> QuerySet[Acknowledgement]:
    """Those that a run up to this day takes into account: published, and stated by then."""
    return acknowledgements_published().filter(stated_on__lte=as_of).select_related("model")


def acknowledgements_retracted() -> set[int]:
    """Ids of those that were taken down."""
    retracted = Acknowledgement.objects.filter(state=Acknowledgement.State.RETRACTED)
    return set(retracted.values_list("pk", flat=True))


def acknowledgements_public(findings: Iterable[Finding]) -> dict[int, list[Acknowledgement]]:
    """By public finding what its run counted of the vendor's word, the earliest stated first.

    Nothing for a finding that none speaks of. One query at most; none where no finding has any.
    """
    ids = {finding.pk: acknowledgement_ids(finding.evidence) for finding in findings}
    wanted = {pk for counted in ids.values() for pk in counted}
    if not wanted:
        return {}
    words = acknowledgements_published().select_related("model").in_bulk(wanted)
    shown = {
        finding: [words[pk] for pk in counted if pk in words] for finding, counted in ids.items()
    }
    return {finding: rows for finding, rows in shown.items() if rows}


def acknowledgement_ids(evidence: Mapping[str, Any]) -> list[int]:
    """Which acknowledgements a finding's evidence has, in its order."""
    return [word["id"] for word in evidence.get("acknowledgements", ())]


def without(fields: Mapping[str, Any], gone: Set[int]) -> dict[str, Any] | None:
    """State, reason, outlook and evidence of a finding without these acknowledgements.

    The very values that its run gives when they are left out of its frozen evidence. None where none of
    them speaks of it: nothing changes.
    """
    evidence = fields.get("evidence", {})
    counted = evidence.get("acknowledgements", [])
    left = [word for word in counted if word["id"] not in gone]
    if len(left) == len(counted):
        return None
    if not left:
        bare = {name: value for name, value in evidence.items() if name not in BARE}
        return {**evidence["otherwise"], "evidence": bare | {"acknowledged_by": ""}}
    before, now = (f"({words[0]['source']})" for words in (counted, left))
    return {
        "state": fields["state"],
        "reason": fields["reason"].replace(before, now),
        "outlook": fields["outlook"],
        "evidence": evidence | {"acknowledgements": left, "acknowledged_by": left[0]["source"]},
    }


Rows = Sequence[tuple[dict[str, Any], list[str]]]


def still_said(
    findings: Rows, cells: Sequence[dict[str, Any]]
) -> tuple[list[tuple[dict[str, Any], list[str]]], list[dict[str, Any]]]:
    """A run's findings and cells without what was taken down while it went on.

    Locks what they rest on until the transaction ends: who takes one down now waits, and then finds what
    was stored.
    """
    ids = {pk for fields, _ in findings for pk in acknowledgement_ids(fields.get("evidence", {}))}
    if not ids:
        return list(findings), list(cells)
    gone = ids - _locked(ids)
    changed: dict[tuple[Any, ...], dict[str, Any]] = {}
    rows = []
    for fields, representatives in findings:
        now = without(fields, gone)
        if now is not None:
            changed[_said(fields)] = now
        rows.append((fields | (now or {}), representatives))
    return rows, [
        cell | {name: changed[_said(cell)][name] for name in ("state", "reason")}
        if _said(cell) in changed
        else cell
        for cell in cells
    ]


def _said(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in (*CELL, "state", "reason"))


def _locked(ids: Set[int]) -> set[int]:
    """Those of the ids that are published, held as they are until the transaction ends."""
    rows = Acknowledgement.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {word.pk for word in rows if word.state == Acknowledgement.State.PUBLISHED}

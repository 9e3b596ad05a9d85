"""What is known of each cell of one model or of one domain, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.catalogue import selectors as catalogue
from backend.explorer.matrix import QUIET, cell_anchor, models_of
from backend.explorer.words import noticed_in_words
from backend.findings import selectors as findings_
from backend.findings.grid import grids_public


@dataclass(frozen=True)
class CellRow:
    """One model in one domain. `cell` is None where the run has nothing public to say."""

    model: Any
    domain: Any
    kind: str
    cell: Any
    finding: Any
    is_on_its_page: bool = True
    """Whether the domain's page has a place for the model."""

    @property
    def state(self) -> str:
        return self.finding.state if self.finding else QUIET

    @property
    def noticed(self) -> Any:
        return noticed_in_words(self.cell) if self.cell else None

    @property
    def anchor(self) -> str:
        return cell_anchor(self.model.pk)


def cells_of_model(model: Any, kind: str, findings: list[Any]) -> list[CellRow]:
    """One row per domain that anything is known of, what stands out first. Three queries.

    A domain without a public cell looks the same whatever the reason.
    """
    cells = {
        cell.domain_id: cell
        for cell in findings_.cells_public().filter(model=model, symptom_kind=kind)
        if cell.is_simulated == model.is_fictional
    }
    firmest = _firmest(findings, kind, "domain_id")
    grids = grids_public()
    named = grids[model.is_fictional].domains | firmest.keys()
    is_named = model.pk in models_of(grids)
    rows = [
        CellRow(
            model, leaf, kind, cells.get(leaf.pk), firmest.get(leaf.pk),
            is_on_its_page=is_named or leaf.pk in cells or leaf.pk in firmest,
        )
        for leaf in catalogue.leaves_public()
        if leaf.pk in named
    ]  # fmt: skip
    return sorted(rows, key=_standing_first)


def cells_of_domain(
    domain: Any, kind: str, findings: list[Any], *, known: Iterable[Any]
) -> tuple[list[CellRow], list[Any]]:
    """The rows of those models of which something is said, what stands out first; and all others.

    The others have no public cell here, whatever the reason. `known` are all models of the catalogue.
    Two queries.
    """
    cells: dict[str, Any] = {}
    for cell in findings_.cells_public(domain=domain.pk).filter(symptom_kind=kind):
        if cell.is_simulated == cell.model.is_fictional:
            cells[cell.model_id] = cell
    firmest = _firmest(findings, kind, "model_id")
    named = models_of(grids_public()) | firmest.keys() | cells.keys()
    models = [model for model in known if model.pk in named]
    rows = [
        CellRow(model, domain, kind, cells.get(model.pk), firmest.get(model.pk)) for model in models
    ]
    said = [row for row in rows if row.cell or row.finding]
    return (
        sorted(said, key=lambda row: (row.model.is_fictional, *_standing_first(row))),
        [row for row in rows if not (row.cell or row.finding)],
    )


def ratings_of(rows: list[CellRow]) -> dict[bool, int]:
    """Ratings behind the cells that are told, where five contributors gave them: real, SIMULATED."""
    totals = {False: 0, True: 0}
    for row in rows:
        if row.cell and row.cell.n_ratings is not None:
            totals[row.model.is_fictional] += row.cell.n_ratings
    return totals


def _firmest(findings: list[Any], kind: str, by: str) -> dict[str, Any]:
    """The firmest public finding of each cell; they come in that order."""
    found: dict[str, Any] = {}
    for finding in findings:
        if finding.symptom_kind == kind and finding.merged_into_id is None:
            found.setdefault(getattr(finding, by), finding)
    return found


def _standing_first(row: CellRow) -> tuple[int]:
    return (findings_.LADDER.index(row.state) if row.state in findings_.LADDER else 99,)

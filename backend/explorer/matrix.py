"""The matrix of models and domains: one state per square, and "not enough data" wherever nothing is known.

A square without a public finding looks the same whatever the reason: no report, too few, or something
that a moderator has not published. Its state therefore comes from the public findings alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from backend.catalogue import selectors as catalogue
from backend.explorer.templatetags.findings import finding_address
from backend.explorer.words import STATE_MARKS
from backend.findings.grid import grids_public
from backend.findings.selectors import LADDER

QUIET = "insufficient"
KINDS = ("silent", "stated")


@dataclass(frozen=True)
class Square:
    """One model in one domain."""

    state: str
    address: str
    domain: Any
    finding: Any = None
    """The firmest public finding; None where nothing stands out."""

    @property
    def is_quiet(self) -> bool:
        return self.state == QUIET

    @property
    def mark(self) -> str:
        return STATE_MARKS.get(self.state, "?")


@dataclass(frozen=True)
class Row:
    """One model."""

    model: Any
    squares: list[Square]

    @property
    def n_quiet(self) -> int:
        return sum(square.is_quiet for square in self.squares)


@dataclass(frozen=True)
class Matrix:
    """Models by domains, for one kind of symptoms; SIMULATED or not, never both."""

    kind: str
    is_simulated: bool
    domains: list[Any] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def tally(self) -> list[tuple[str, str, int]]:
        """State, mark and number of squares, the firmest first; all states, for a legend."""
        found = Counter(square.state for row in self.rows for square in row.squares)
        return [(state, STATE_MARKS[state], found[state]) for state in LADDER]


def kind_of(query: Any) -> str:
    """The kind of symptoms that an address asks for; silent ones unless it says otherwise."""
    return "stated" if query.get("kind") == "stated" else "silent"


def matrices(
    kind: str,
    findings: Iterable[Any],
    *,
    models: Collection[str] | None = None,
    known: Iterable[Any] | None = None,
) -> list[Matrix]:
    """The real matrix and the SIMULATED one, those of them that have rows. Three queries.

    `findings` are public ones, the firmest first. `models` limits the rows to these, and makes each
    of them a row even where nothing of it is known. `known` are all models of the catalogue, where the
    caller has them.
    """
    found = [f for f in findings if f.symptom_kind == kind and f.merged_into_id is None]
    names = {row.pk: row for row in (catalogue.models_public() if known is None else known)}
    leaves, grids = list(catalogue.leaves_public()), grids_public()
    shown = []
    for is_simulated in (False, True):
        firmest = _firmest(f for f in found if f.is_simulated == is_simulated)
        rows = grids[is_simulated].models | {model for model, _ in firmest}
        if models is not None:
            own = {pk for pk in models if pk in names and names[pk].is_fictional == is_simulated}
            rows = (rows & set(models)) | own
        columns = grids[is_simulated].domains | {domain for _, domain in firmest}
        domains = [leaf for leaf in leaves if leaf.pk in columns]
        chosen = [model for model in names.values() if model.pk in rows]
        lines = _rows(chosen, domains, firmest, kind, named=models_of(grids))
        shown.append(Matrix(kind, is_simulated, domains, lines))
    return [matrix for matrix in shown if matrix.rows and matrix.domains]


def _firmest(findings: Iterable[Any]) -> dict[tuple[str, str], Any]:
    """The firmest finding of each model and domain; they come in that order."""
    found: dict[tuple[str, str], Any] = {}
    for finding in findings:
        found.setdefault((finding.model_id, finding.domain_id), finding)
    return found


def models_of(grids: Mapping[bool, Any]) -> set[str]:
    """The models that the page of every domain has a place for."""
    return set(grids[False].models) | set(grids[True].models)


def _rows(
    models: list[Any], domains: list[Any], firmest: dict[tuple[str, str], Any], kind: str,
    *, named: set[str],
) -> list[Row]:  # fmt: skip
    query = "" if kind == KINDS[0] else f"?kind={kind}"
    addresses = {domain.pk: reverse("domain", args=[domain.pk]) + query for domain in domains}

    def square(model: Any, domain: Any) -> Square:
        finding = firmest.get((model.pk, domain.pk))
        if finding is None or finding.state == QUIET:
            is_there = finding is not None or model.pk in named
            place = f"#{cell_anchor(model.pk)}" if is_there else ""
            return Square(QUIET, f"{addresses[domain.pk]}{place}", domain)
        return Square(finding.state, finding_address(finding), domain, finding)

    return [Row(model, [square(model, domain) for domain in domains]) for model in models]


def cell_anchor(model: str) -> str:
    """Where a domain's page says what is known of a model."""
    return f"model-{model}"

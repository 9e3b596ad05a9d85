"""Batches for the tests of the analysis: small tables made by hand, and simulated years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import yaml

from analysis.records import Batch, Domain, RatingArrays, ReportArrays
from analysis.synthetic import DemoWorld, Model, SimulatedReport, WorldShape, demo_world

CATALOGUE = Path(__file__).parents[2] / "backend" / "catalogue" / "catalogue.yaml"
END = date(2026, 11, 1)
MONDAY = date(2026, 9, 7)

_catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
LEAVES = [leaf["slug"] for family in _catalogue["domains"] for leaf in family["children"]]
SYMPTOM_KIND = {symptom["slug"]: symptom["kind"] for symptom in _catalogue["symptoms"]}
MODELS: list[Model] = [
    (f"demo-{vendor}-{size}", f"demo-{vendor}", f"demo-{vendor}-chat", f"{vendor} {size}")
    for vendor, size in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("c", "1")]
]


def strings(values: Sequence[str]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def year(seed: int, shape: WorldShape | None = None, **texts) -> DemoWorld:
    return demo_world(seed=seed, end=END, models=MODELS, domains=LEAVES, shape=shape, **texts)


def contributor(report: SimulatedReport) -> str:
    """A code as the runner makes it: one person within a site and an epoch of eight weeks."""
    epoch = (report.day - date(1970, 1, 5)).days // 56
    return f"{report.site}|{epoch}|{report.contributor}"


def batch_of(world: DemoWorld) -> Batch:
    """The world with every domain stated, so that no vectors are needed."""
    reports = world.reports
    return batch(
        day=[r.day for r in reports],
        site=[r.site for r in reports],
        model=[r.model for r in reports],
        vendor=[r.vendor for r in reports],
        domain=[r.domain for r in reports],
        is_silent=[r.is_silent for r in reports],
        contributor=[contributor(r) for r in reports],
        provenance=["simulated"] * len(reports),
        prompt=[r.prompt for r in reports],
        response=[r.response for r in reports],
        leaves=LEAVES,
        as_of=END,
    )


def batch(
    *,
    model: Sequence[str],
    domain: Sequence[str],
    contributor: Sequence[str],
    day: Sequence[date] | None = None,
    site: Sequence[str] | None = None,
    vendor: Sequence[str] | None = None,
    is_silent: Sequence[bool] | None = None,
    provenance: Sequence[str] | None = None,
    prompt: Sequence[str] | None = None,
    response: Sequence[str] | None = None,
    leaves: Sequence[str] | None = None,
    as_of: date = MONDAY + timedelta(days=55),
) -> Batch:
    """Reports as given; by default of one week, silent, real, and each with a text of its own."""
    n = len(model)
    words = [" ".join(f"word{i}x{k}" for k in range(12)) for i in range(n)]
    # Vectors that are all alike keep the clusters out of the way of what is tested.
    vectors = np.tile(np.array([1.0, 0.0], dtype=np.float32), (n, 1))
    return Batch(
        as_of=as_of,
        reports=ReportArrays(
            report_id=strings([f"report-{i:05d}" for i in range(n)]),
            day=np.array(day if day is not None else [MONDAY] * n, dtype="datetime64[D]"),
            received=np.array(day if day is not None else [MONDAY] * n, dtype="datetime64[D]"),
            site=strings(site or ["site"] * n),
            model=strings(model),
            vendor=strings(vendor or ["" if m == "" else f"vendor of {m}" for m in model]),
            domain_stated=strings(domain),
            is_silent=np.array(is_silent if is_silent is not None else [True] * n, dtype=bool),
            contributor=strings(contributor),
            client=strings(["0.1.0/test"] * n),
            provenance=strings(provenance or ["report"] * n),
            prompt=strings(prompt or words),
            response=strings(response or words),
            redaction=strings(["4"] * n),
            embedding=vectors,
        ),
        ratings=ratings([]),
        domains=tuple(Domain(slug, "") for slug in leaves or sorted(set(domain) - {""})),
        example_embedding=np.zeros((0, 2), dtype=np.float32),
    )


def ratings(rows: Sequence[tuple]) -> RatingArrays:
    """Rows of (item, model, released_on, is_bad, is_bad_normalised, response_chars)."""
    columns = list(zip(*rows, strict=True)) or [()] * 6
    n = len(rows)
    return RatingArrays(
        collection=strings(["c"] * n),
        item=strings(columns[0]),
        model=strings(columns[1]),
        family=strings(["family"] * n),
        released_on=np.array(columns[2], dtype="datetime64[D]"),
        domain=strings(["mathematics"] * n),
        is_bad=np.array(columns[3], dtype=bool),
        is_bad_normalised=np.array(columns[4], dtype=float),
        response_chars=np.array(columns[5], dtype=np.int64),
    )

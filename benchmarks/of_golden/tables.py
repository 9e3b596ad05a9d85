"""Counts of distinct reports, from rows that name a report, a product and an event."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.records import Floats

Pair = tuple[str, str]


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a table, packed or not."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Pairs:
    """Every pair that was reported, sorted; arrays of shape (n_pairs,)."""

    names: list[Pair]
    observed: Floats
    product: Floats
    """Reports of the product."""
    event: Floats
    """Reports of the event."""
    total: int

    @property
    def expected(self) -> Floats:
        return self.product * self.event / self.total

    @property
    def elsewhere(self) -> Floats:
        """Reports of the event with other products, as if no report named two."""
        return self.event - self.observed


def count_pairs(entries: Iterable[tuple[str, str, str]]) -> Pairs:
    """Distinct reports per pair; an entry is (report, product, event)."""
    pairs: dict[Pair, set[str]] = defaultdict(set)
    products: dict[str, set[str]] = defaultdict(set)
    events: dict[str, set[str]] = defaultdict(set)
    everyone: set[str] = set()
    for report, product, event in entries:
        pairs[product, event].add(report)
        products[product].add(report)
        events[event].add(report)
        everyone.add(report)
    names = sorted(pairs)
    return Pairs(
        names,
        np.array([len(pairs[name]) for name in names], dtype=np.float64),
        np.array([len(products[product]) for product, _ in names], dtype=np.float64),
        np.array([len(events[event]) for _, event in names], dtype=np.float64),
        len(everyone),
    )

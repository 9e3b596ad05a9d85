"""Ratings counted: bad and all, by day, class of drawing probability, model and domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.records import DataError, Floats, Ints, SampledRatings, Strings

_CLASSES_MAX = 8
"""Probabilities of being drawn that are kept apart as they are."""


@dataclass(frozen=True)
class Raters:
    """Who gave the ratings, one entry each: what may be told of a number depends on how many people it is.

    `day`, `model`, `domain` and `drawn`, the class of drawing probability, are places in the counts.
    """

    contributor: Ints
    is_bad: NDArray[np.bool_]
    day: Ints
    model: Ints
    domain: Ints
    drawn: Ints

    def where(self, chosen: NDArray[np.bool_] | Ints) -> Raters:
        """Those of the chosen ratings, by a mask or by places."""
        return Raters(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def n(self) -> int:
        """How many people they are."""
        return len(np.unique(self.contributor))

    def fewest(self) -> int:
        """Of those who called any of them bad, and of those who called any fine, the fewer.

        A share with its number of ratings tells how many were bad; so it is told by this.
        """
        return min(self.where(self.is_bad).n(), self.where(~self.is_bad).n())


@dataclass(frozen=True)
class RatingCounts:
    """All that the evidence on rates needs, for one provenance.

    Attributes
    ----------
    provenance : str
    models, vendors, domains : tuple of str
        Names, in their alphabetical order; `vendors` goes with `models`.
    first_day : date
        A Monday; the last day is the run's.
    weight : ndarray of shape (n_classes,), dtype=float64
        1 / probability of each class, heaviest first.
    bad, total : ndarray of shape (n_days, n_classes, n_models, n_domains), dtype=int64
    raters : Raters
        Who gave them.
    """

    provenance: str
    models: tuple[str, ...]
    vendors: tuple[str, ...]
    domains: tuple[str, ...]
    first_day: date
    weight: Floats
    bad: Ints
    total: Ints
    raters: Raters

    @property
    def n_days(self) -> int:
        return len(self.bad)

    def monday(self, day: int) -> date:
        """Monday of the week that a day, counted from 0, lies in."""
        return self.first_day + timedelta(days=day - day % 7)

    def tables(self) -> tuple[Ints, Ints]:
        """Bad and all ratings of every cell and of what it is compared with.

        Returns
        -------
        bad, total : ndarray of shape (n_days, n_classes, n_models * n_domains, 2, 2), dtype=int64
            Cells model by model. Rows: the model, models of other vendors; columns: the domain,
            other domains. Other models of the same vendor are on neither side.
        """
        is_other = np.array([[v != w for w in self.vendors] for v in self.vendors], dtype=np.int64)
        return _tables(self.bad, is_other), _tables(self.total, is_other)

    def table(self, cell: int) -> tuple[Ints, Ints]:
        """Those of one cell alone, shape (n_days, n_classes, 1, 2, 2)."""
        model, domain = divmod(cell, len(self.domains))
        is_other = np.array([vendor != self.vendors[model] for vendor in self.vendors])
        found = []
        for counts in (self.bad, self.total):
            rows = np.stack([counts[:, :, model], counts[:, :, is_other].sum(axis=2)], axis=2)
            here = rows[..., domain]
            found.append(np.stack([here, rows.sum(axis=3) - here], axis=3)[:, :, None])
        return found[0], found[1]


def _tables(counts: Ints, is_other: Ints) -> Ints:
    others = np.einsum("mn,tcnd->tcmd", is_other, counts)
    shape = (*counts.shape[:2], -1)
    found = np.empty((*shape[:2], counts.shape[2] * counts.shape[3], 2, 2), dtype=np.int64)
    for row, part in enumerate((counts, others)):
        found[..., row, 0] = part.reshape(shape)
        found[..., row, 1] = (part.sum(axis=3, keepdims=True) - part).reshape(shape)
    return found


def cell_tables(counts: Ints) -> Ints:
    """Tables of all cells of counts (n_days, n_classes, n_vendors, n_domains), a model per vendor."""
    n = counts.shape[2]
    return _tables(counts, 1 - np.eye(n, dtype=np.int64))


def rating_counts(
    ratings: SampledRatings, *, as_of: date, history_weeks: int
) -> list[RatingCounts]:
    """Counts of each provenance that has ratings, in the order of their names.

    Ratings whose model, vendor or domain is unknown, of later days or from before the history are
    left out. The order of the ratings does not matter.

    Raises
    ------
    DataError
        If a model appears with two vendors.
    """
    first = as_of - timedelta(weeks=history_weeks)
    first -= timedelta(days=first.weekday())
    day = (ratings.day.astype("datetime64[D]") - np.datetime64(first, "D")).astype(np.int64)
    n_days = (as_of - first).days + 1
    known = (ratings.model != "") & (ratings.vendor != "") & (ratings.domain != "")
    known = known.astype(np.bool_) & (day >= 0) & (day < n_days)
    found = []
    for provenance in sorted(set(ratings.provenance.tolist())):
        rows = np.flatnonzero(known & (ratings.provenance == provenance))
        if len(rows):
            found.append(_counted(ratings, rows, day[rows], n_days, first))
    return found


def _counted(
    ratings: SampledRatings, rows: NDArray[np.int64], day: Ints, n_days: int, first: date
) -> RatingCounts:
    names, vendors = ratings.model[rows], ratings.vendor[rows]
    pairs = sorted(set(zip(names.tolist(), vendors.tolist(), strict=True)))
    models = [model for model, _ in pairs]
    if len(set(models)) < len(models):
        raise DataError("a model appears with two vendors")
    domains = sorted(set(ratings.domain[rows].tolist()))
    probability, of_class = np.unique(_drawn(ratings.probability[rows]), return_inverse=True)
    shape = (n_days, len(probability), len(models), len(domains))
    model, domain = _codes(names, models), _codes(ratings.domain[rows], domains)
    place = np.ravel_multi_index((day, of_class, model, domain), shape)
    size = int(np.prod(shape))
    is_bad = ratings.is_bad[rows]
    return RatingCounts(
        provenance=str(ratings.provenance[rows[0]]),
        models=tuple(models),
        vendors=tuple(vendor for _, vendor in pairs),
        domains=tuple(domains),
        first_day=first,
        weight=1 / probability,
        bad=np.bincount(place[is_bad], minlength=size).reshape(shape),
        total=np.bincount(place, minlength=size).reshape(shape),
        raters=Raters(ratings.contributor[rows], is_bad, day, model, domain, of_class),
    )


def _drawn(probability: Floats) -> Floats:
    """Probabilities of being drawn, in steps of the root of 2 where senders state many of them.

    Each is a class of its own in tables over all days and cells, and a sender may state anything.
    """
    if len(np.unique(probability)) <= _CLASSES_MAX:
        return probability
    return np.minimum(np.exp2(np.round(2 * np.log2(probability)) / 2), 1.0)


def _codes(names: Strings, known: Sequence[str]) -> Ints:
    code = {name: number for number, name in enumerate(known)}
    return np.fromiter(map(code.__getitem__, names.tolist()), dtype=np.int64, count=len(names))

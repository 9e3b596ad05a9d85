"""SIMULATED worlds as a run would hold them: reports and ratings as counted evidence."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from analysis.records import CountedEvidence, Domain, ExposureArrays, Ints, SampledRatings, Strings
from analysis.synthetic_reports import ReportWorld

_FAMILY_LEAVES = 5


def named(kind: str, codes: Ints) -> Strings:
    """Code 7 is `kind-07`; every name is one object, however often it stands."""
    known = np.array(
        [f"{kind}-{n:02d}" for n in range(int(codes.max(initial=0)) + 1)], dtype=object
    )
    names: Strings = known[codes]
    return names


def domain_tree(n_leaves: int) -> tuple[Domain, ...]:
    """Leaves `domain-00` and so on, in families of five."""
    families = range(-(-n_leaves // _FAMILY_LEAVES))
    return (
        *(Domain(f"family-{n:02d}", "") for n in families),
        *(Domain(f"domain-{n:02d}", f"family-{n // _FAMILY_LEAVES:02d}") for n in range(n_leaves)),
    )


def evidence_of(
    world: ReportWorld, ratings: SampledRatings, *, last_day: date, provenance: str = "simulated"
) -> CountedEvidence:
    """The world's reports, all silent, up to its last day, and the ratings given beside them.

    One vendor has one model and one site. Contributors are codes that change every eight weeks.
    """
    rows, n = world.rows(), len(world.day)
    first = np.datetime64(last_day - timedelta(days=world.n_days - 1), "D")
    same = np.zeros(n, dtype=np.int64)
    return CountedEvidence(
        as_of=last_day,
        domains=domain_tree(world.shape.n_domains),
        report_id=np.array([f"{i:08d}" for i in range(n)], dtype=object),
        day=first + world.day.astype("timedelta64[D]"),
        site=named("site", world.vendor),
        model=named("model", world.vendor),
        vendor=named("vendor", world.vendor),
        domain=named("domain", world.domain),
        is_silent=np.ones(n, dtype=np.bool_),
        contributor=named("c", np.unique(rows.contributor, return_inverse=True)[1]),
        client=named("0.1.0/site", world.vendor),
        redaction=np.array(["1"], dtype=object)[same],
        provenance=np.array([provenance], dtype=object)[same],
        standing=np.arange(n),
        cohort=world.cohort,
        ratings=ratings,
        exposures=ExposureArrays.none(),
    )


def ratings_of(
    bad: Ints,
    total: Ints,
    *,
    last_day: date,
    probability: float = 0.02,
) -> SampledRatings:
    """Counts of ratings, one by one, as SIMULATED ratings.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_vendors, n_domains), dtype=int64
    last_day : date
        Day of the last counts.
    probability : float
        With which every answer was drawn, in (0, 1].
    """
    cell = np.repeat(np.arange(total.size), total.ravel())
    first = np.cumsum(total.ravel()) - total.ravel()
    is_bad = np.arange(len(cell)) - first[cell] < bad.ravel()[cell]
    day, vendor, domain = np.unravel_index(cell, total.shape)
    start = np.datetime64(last_day - timedelta(days=len(total) - 1), "D")
    return SampledRatings(
        day=start + day.astype("timedelta64[D]"),
        model=named("model", vendor),
        vendor=named("vendor", vendor),
        domain=named("domain", domain),
        is_bad=is_bad,
        probability=np.full(len(cell), probability),
        contributor=np.arange(len(cell)),
        provenance=np.array(["simulated"], dtype=object)[np.zeros(len(cell), dtype=np.int64)],
    )

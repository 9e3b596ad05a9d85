"""Two scans of maps: brain cancer in New Mexico (scanstatistics), leukaemia in New York (SaTScan)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.disproportionality import Flags
from analysis.records import Floats, Ints
from analysis.scan import expectation_based_log_ratio, poisson_log_ratio
from benchmarks.of_golden.comparison import EXACT, Comparison, monte_carlo, rounding
from benchmarks.of_golden.tables import rows

SEED = 1
NEIGHBOURS = 15
YEARS = range(1989, 1985, -1)
PUBLISHED_SIMULATIONS = 999
"""Behind every published p-value."""
BATCHES = 10
"""Of so many simulations each: what a publisher's one batch may differ by is seen, not assumed."""
CASES_MIN = 2
"""Of a circle, as in the printout."""


def compare_new_mexico(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    """Expected from a Poisson regression on the years before; windows of 1 to 4 years up to 1989."""
    cases, baseline, counties, zones = _new_mexico(folder)
    compare.number("counties", len(counties), published["n_locations"], within=EXACT)
    compare.number("zones", len(zones), published["zones"], within=EXACT)
    inside = np.zeros((len(counties), len(zones)))
    for column, members in enumerate(zones):
        inside[list(members), column] = 1.0
    expected = baseline.cumsum(axis=0) @ inside

    def ratios(counts: Floats) -> Floats:
        return expectation_based_log_ratio(counts.cumsum(axis=0) @ inside, expected)

    found = ratios(cases)
    duration, zone = divmod(int(found.argmax()), len(zones))
    seen = float(found.max())
    compare.same("most likely cluster", [counties[i] for i in zones[zone]], published["MLC"])
    compare.number("years", duration + 1, published["duration"], within=EXACT)
    compare.number(
        "statistic (a prototype's)", seen, published["our_statistic"], within=rounding(6)
    )
    rng = np.random.default_rng(SEED)
    drawn = np.array(
        [
            ratios(rng.poisson(baseline).astype(np.float64)).max()
            for _ in range(BATCHES * PUBLISHED_SIMULATIONS)
        ]
    )
    _compare_p("p", drawn, seen, published["p_published_999mc"], compare)
    _compare_p("p (a prototype's)", drawn, seen, published["our_p_999mc"], compare)


def _compare_p(
    name: str, drawn: Floats, seen: float, published: float, compare: Comparison
) -> None:
    p = float((1 + (drawn >= seen).sum()) / (1 + len(drawn)))
    within = monte_carlo(p, len(drawn), PUBLISHED_SIMULATIONS)
    compare.number(name, p, published, within=within)


def _compare_gumbel(
    name: str, drawn: Floats, seen: float, published: float, compare: Comparison
) -> None:
    """A p-value below what simulations can count: the tail of a Gumbel law with their mean and spread.

    Abrams, Kulldorff, Kleinman (2010), Empirical/asymptotic P-values for Monte Carlo-based hypothesis
    testing. doi:10.1186/1476-072X-9-61. SaTScan's default for small p-values.
    """
    batches = drawn.reshape(BATCHES, PUBLISHED_SIMULATIONS)
    scale = batches.std(axis=1, ddof=1) * np.sqrt(6) / np.pi
    location = batches.mean(axis=1) - np.euler_gamma * scale
    p = -np.expm1(-np.exp(-(seen - location) / scale))
    within = 3 * float(p.std(ddof=1)) * np.sqrt(1 + 1 / BATCHES)
    compare.number(f"{name} (Gumbel)", float(p.mean()), published, within=within)


def _new_mexico(folder: Path) -> tuple[Floats, Floats, list[str], list[tuple[int, ...]]]:
    """Cases and baselines of shape (n_years, n_counties), latest year first; names; zones."""
    people = rows(folder / "nm_popcas.csv.gz")
    cell = {(row["county"], int(row["year"])): row for row in people}
    # Cibola was split off in 1981 and its cases stay with Valencia: it has no rows of its own.
    known = {row["county"] for row in people}
    places = [row for row in rows(folder / "nm_geo.csv") if row["county"] in known]
    counties = [row["county"] for row in places]
    level, trend = _poisson_trend([row for row in people if int(row["year"]) < min(YEARS)])
    shape = (len(YEARS), len(counties))
    cases, baseline = np.zeros(shape), np.zeros(shape)
    for i, year in enumerate(YEARS):
        for j, county in enumerate(counties):
            row = cell[county, year]
            cases[i, j] = float(row["count"])
            baseline[i, j] = float(row["population"]) * np.exp(level + trend * (year - 1985))
    nearest = _nearest_on_the_globe(
        np.radians([float(row["seat_lat"]) for row in places]),
        np.radians([float(row["seat_long"]) for row in places]),
    )[:, :NEIGHBOURS]
    zones = {tuple(sorted(line[: k + 1].tolist())) for line in nearest for k in range(NEIGHBOURS)}
    return cases, baseline, counties, sorted(zones)


def _poisson_trend(people: list[dict[str, str]]) -> tuple[float, float]:
    """Log-rate in 1985 and its slope per year, by maximum likelihood (Newton's steps)."""
    cases = np.array([float(row["count"]) for row in people])
    population = np.array([float(row["population"]) for row in people])
    design = np.stack([np.ones(len(people)), [int(row["year"]) - 1985 for row in people]], axis=1)
    place = np.array([np.log(cases.sum() / population.sum()), 0.0])
    for _ in range(20):
        mean = population * np.exp(design @ place)
        place += np.linalg.solve((design.T * mean) @ design, design.T @ (cases - mean))
    return float(place[0]), float(place[1])


def _nearest_on_the_globe(latitude: Floats, longitude: Floats) -> Ints:
    """For each place all places by distance (haversine), itself first; angles in radians."""
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half += (
        np.cos(latitude[:, None])
        * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    return np.argsort(half, axis=1, kind="stable")


@dataclass(frozen=True)
class Circles:
    """All circles around each of n places that hold at most half of the people, by size.

    Arrays of shape (n, n): row i, column k is the circle around place i with its k nearest others.
    """

    people: Floats
    cases: Floats
    nearest: Ints
    """Places by distance."""
    is_circle: Flags
    expected: Floats

    @property
    def total(self) -> float:
        return float(self.cases.sum())

    def ratios(self, cases: Floats) -> Floats:
        observed = cases[self.nearest].cumsum(axis=1)
        found = np.zeros(observed.shape)
        scanned = self.is_circle & (observed >= CASES_MIN)
        found[scanned] = poisson_log_ratio(observed[scanned], self.expected[scanned], self.total)
        return found


def _new_york(folder: Path) -> Circles:
    table = rows(folder / "ny_leukemia.csv")
    place = np.array([[float(row["longitude"]), float(row["latitude"])] for row in table])
    people = np.array([float(row["population"]) for row in table])
    cases = np.floor([float(row["cases"]) for row in table])
    nearest = np.argsort(((place[:, None] - place) ** 2).sum(axis=2), axis=1, kind="stable")
    inside = people[nearest].cumsum(axis=1)
    expected = cases.sum() * inside / people.sum()
    return Circles(people, cases, nearest, inside <= people.sum() / 2, expected)


def compare_new_york(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    """Circles of up to half of the people around each of 281 places; cases given their total."""
    circles = _new_york(folder)
    rng = np.random.default_rng(SEED)
    share = circles.people / circles.people.sum()
    simulated = (
        rng.multinomial(int(circles.total), share).astype(np.float64)
        for _ in range(BATCHES * PUBLISHED_SIMULATIONS)
    )
    drawn = np.array([circles.ratios(cases).max() for cases in simulated])
    ratio = circles.ratios(circles.cases)
    for name, compare_p in (("cluster1", _compare_gumbel), ("cluster2", _compare_p)):
        centre, last = divmod(int(ratio.argmax()), len(ratio))
        wanted = dict(published[name])
        compare_p(f"{name}, p", drawn, float(ratio.max()), wanted.pop("p"), compare)
        found = _circle(circles, centre, last)
        for key, theirs in wanted.items():
            ours, within = found[key]
            compare.number(f"{name}, {key}", ours, theirs, within=within)
        # The next cluster shares no area with this one.
        members = circles.nearest[centre, : last + 1]
        ratio[np.isin(circles.nearest, members).cumsum(axis=1) > 0] = 0.0


def _circle(circles: Circles, centre: int, last: int) -> dict[str, tuple[float, float]]:
    """What is published of a circle, and how far it may be off."""
    members = circles.nearest[centre, : last + 1]
    observed, expected = float(circles.cases[members].sum()), float(circles.expected[centre, last])
    outside = (circles.total - observed) / (circles.total - expected)
    return {
        "center_row": (centre + 1, EXACT),
        "n_areas": (len(members), EXACT),
        "pop": (float(circles.people[members].sum()), EXACT),
        "cases": (observed, EXACT),
        "expected": (expected, rounding(2)),
        "RR": (observed / expected / outside, rounding(2)),
        "LLR": (float(poisson_log_ratio(observed, expected, circles.total)), rounding(6)),
    }

"""SIMULATED worlds of reports: who flags what on which day, with storms, colluders and planted truth.

They hold codes and no text, so that thousands can be judged. Everything is drawn from one seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.integrity import Rows
from analysis.records import DataError, Floats, Ints

_OWN_WORDS = -1
ORDINARY, EPISODE, COLLUSION = 0, 1, 2
EPOCH_DAYS = 56
_FIRST_EPOCH_DAY = 17
"""Day of the first change of contributors' tags: windows touch two epochs, as in life."""


@dataclass(frozen=True)
class ReportShape:
    """How an ordinary world is. Two sizes are those of the pilots in docs/method.md."""

    n_contributors: int = 3_000
    reports_per_week: float = 415.0
    n_weeks: int = 26
    n_vendors: int = 6
    n_domains: int = 40
    activity_sd: float = 1.5
    """Standard deviation of the logarithm of a person's activity."""
    vendor_sd: float = 0.5
    domain_sd: float = 0.35
    """Standard deviations of the logarithms of vendors' and domains' shares."""
    home_share: float = 0.8
    """Share of a person's reports about the vendor they use most."""
    favourite_share: float = 0.5
    """Share of a person's reports about three favourite domains."""


@dataclass(frozen=True)
class Planted:
    """One vendor worse in some domains between two days (the last one not included)."""

    vendor: int
    domains: tuple[int, ...]
    ratio: float
    first_day: int
    end_day: int
    exposed_share: float = 1.0
    """Share of contributors whose answers are worse at all."""


@dataclass(frozen=True)
class Storm:
    """Publicity: everybody reports one vendor (or one domain) so many times as often."""

    factor: float
    first_day: int
    n_days: int
    vendor: int = -1
    domain: int = -1


@dataclass(frozen=True)
class Colluders:
    """People who act together.

    Attributes
    ----------
    n : int
    first_day, n_days : int
        Their reports fall evenly into these days.
    cells : tuple of (vendor, domain)
        About which they write, evenly.
    reports_each : int
    is_fresh : bool
        New installs, whose tags nobody has signed.
    n_templates : int
        Texts that they write from; 0: each one's own words.
    """

    n: int
    first_day: int
    n_days: int
    cells: tuple[tuple[int, int], ...]
    reports_each: int = 1
    is_fresh: bool = True
    n_templates: int = 0


@dataclass(frozen=True)
class ReportWorld:
    """Reports by day. All arrays of shape (n_reports,), dtype=int64 unless said.

    Attributes
    ----------
    day, vendor, domain, person, cause : ndarray
    cohort : ndarray
        Number of the template that colluders write from; every other text is like no other.
    is_trusted : ndarray of dtype=bool
        False for new installs.
    cell_rate : ndarray of shape (n_vendors, n_domains), dtype=float64
        Ordinary reports a day: known to nobody but an oracle.
    """

    shape: ReportShape
    day: Ints
    vendor: Ints
    domain: Ints
    person: Ints
    cause: Ints
    cohort: Ints
    is_trusted: NDArray[np.bool_]
    cell_rate: Floats

    @property
    def n_days(self) -> int:
        """Days of the world."""
        return 7 * self.shape.n_weeks

    def rows(
        self, *, through: int | None = None, since: int = 0, only_trusted: bool = False
    ) -> Rows:
        """What may be counted, of the days from `since` to `through`, both included.

        Contributors are codes as the runner makes them: equal within a site and epoch only.
        """
        last = self.n_days - 1 if through is None else through
        low, high = np.searchsorted(self.day, [since, last + 1])
        chosen = np.arange(low, high)
        if only_trusted:
            chosen = chosen[self.is_trusted[chosen]]
        epoch = (self.day[chosen] + EPOCH_DAYS - _FIRST_EPOCH_DAY) // EPOCH_DAYS
        code = (epoch * self.shape.n_vendors + self.vendor[chosen]) * (self.person.max() + 1)
        return Rows(
            index=chosen,
            day=self.day[chosen],
            model=self.vendor[chosen],
            domain=self.domain[chosen],
            contributor=code + self.person[chosen],
            cohort=self.cohort[chosen],
        )


class _People:
    """Everyone who could report, and how they choose."""

    def __init__(self, shape: ReportShape, rng: np.random.Generator) -> None:
        self.shape, self.rng = shape, rng
        vendors = rng.lognormal(0.0, shape.vendor_sd, shape.n_vendors)
        domains = rng.lognormal(0.0, shape.domain_sd, shape.n_domains)
        self.vendor_share, self.domain_share = vendors / vendors.sum(), domains / domains.sum()
        activity = rng.lognormal(0.0, shape.activity_sd, shape.n_contributors)
        self.cumulated = np.cumsum(activity / activity.sum())
        self.home = rng.choice(shape.n_vendors, shape.n_contributors, p=self.vendor_share)
        size = (shape.n_contributors, 3)
        self.favourites = rng.choice(shape.n_domains, size, p=self.domain_share)

    def draw(self, n: int) -> tuple[Ints, Ints, Ints]:
        """Person, vendor and domain of so many reports."""
        shape, rng = self.shape, self.rng
        person = np.searchsorted(self.cumulated, rng.random(n) * self.cumulated[-1])
        away = rng.random(n) >= shape.home_share
        vendor = np.where(
            away, rng.choice(shape.n_vendors, n, p=self.vendor_share), self.home[person]
        )
        liked = self.favourites[person, rng.integers(3, size=n)]
        any_domain = rng.choice(shape.n_domains, n, p=self.domain_share)
        domain = np.where(rng.random(n) < shape.favourite_share, liked, any_domain)
        return person.astype(np.int64), vendor.astype(np.int64), domain.astype(np.int64)

    def cell_rates(self) -> Floats:
        """Ordinary reports a day in each cell: exact for these very people."""
        shape = self.shape
        activity = np.diff(np.concatenate([[0.0], self.cumulated]))
        vendor = (1 - shape.home_share) * np.tile(self.vendor_share, (shape.n_contributors, 1))
        vendor[np.arange(shape.n_contributors), self.home] += shape.home_share
        domain = (1 - shape.favourite_share) * np.tile(self.domain_share, (shape.n_contributors, 1))
        for column in range(3):
            people = np.arange(shape.n_contributors)
            np.add.at(domain, (people, self.favourites[:, column]), shape.favourite_share / 3)
        rates: Floats = (vendor * activity[:, None]).T @ domain * shape.reports_per_week / 7
        return rates


def report_world(
    shape: ReportShape,
    *,
    seed: int | tuple[int, ...],
    planted: tuple[Planted, ...] = (),
    storms: tuple[Storm, ...] = (),
    colluders: tuple[Colluders, ...] = (),
) -> ReportWorld:
    """One SIMULATED world.

    Ordinary reports do not depend on what is planted: worlds of one seed share them, and differ by
    the reports that an episode, a storm or colluders add.

    Raises
    ------
    DataError
        If something planted lies outside the world.
    """
    seeds = [seed] if isinstance(seed, int) else list(seed)
    people = _People(shape, np.random.default_rng([*seeds, 0]))
    parts = [_ordinary(people)]
    for place, storm in enumerate(storms):
        people.rng = np.random.default_rng([*seeds, 1, place])
        parts.append(_storm(people, storm))
    for place, episode in enumerate(planted):
        _check(shape, episode)
        people.rng = np.random.default_rng([*seeds, 2, place])
        parts.append(_episode(people, episode))
    next_person, next_cohort = shape.n_contributors, 0
    for place, group in enumerate(colluders):
        rng = np.random.default_rng([*seeds, 3, place])
        parts.append(_colluding(group, rng, next_person, next_cohort))
        next_person, next_cohort = next_person + group.n, next_cohort + group.n
    day, person, vendor, domain, cause, cohort, trusted = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    cohort = np.where(cohort == _OWN_WORDS, next_cohort + np.arange(len(day)), cohort)
    order = np.lexsort((np.arange(len(day)), day))
    return ReportWorld(
        shape=shape,
        day=day[order],
        vendor=vendor[order],
        domain=domain[order],
        person=person[order],
        cause=cause[order],
        cohort=cohort[order],
        is_trusted=trusted[order].astype(np.bool_),
        cell_rate=people.cell_rates(),
    )


_Part = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]


def _check(shape: ReportShape, episode: Planted) -> None:
    inside = 0 <= episode.first_day < episode.end_day <= 7 * shape.n_weeks
    known = 0 <= episode.vendor < shape.n_vendors
    known &= all(0 <= domain < shape.n_domains for domain in episode.domains)
    if not inside or not known or episode.ratio < 1 or not 0 < episode.exposed_share <= 1:
        raise DataError("a planted episode lies outside its world")


def _part(day: Ints, drawn: tuple[Ints, Ints, Ints], cause: int) -> _Part:
    person, vendor, domain = drawn
    ones = np.ones(len(day), dtype=np.int64)
    return day, person, vendor, domain, cause * ones, _OWN_WORDS * ones, ones


def _ordinary(people: _People) -> _Part:
    n_days = 7 * people.shape.n_weeks
    n = int(people.rng.poisson(people.shape.reports_per_week * people.shape.n_weeks))
    drawn = people.draw(n)
    return _part(people.rng.integers(n_days, size=n), drawn, ORDINARY)


def _extra(
    people: _People, factor: float, first_day: int, n_days: int
) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    """As many further reports of these days, about everything, as make `factor` times the ordinary."""
    mean = people.shape.reports_per_week / 7 * n_days * (factor - 1)
    n = int(people.rng.poisson(mean))
    return first_day + people.rng.integers(n_days, size=n), people.draw(n)


def _where(
    day: Ints, drawn: tuple[Ints, Ints, Ints], kept: NDArray[np.bool_]
) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    person, vendor, domain = drawn
    return day[kept], (person[kept], vendor[kept], domain[kept])


def _storm(people: _People, storm: Storm) -> _Part:
    day, drawn = _extra(people, storm.factor, storm.first_day, storm.n_days)
    kept = np.ones(len(day), dtype=np.bool_)
    if storm.vendor >= 0:
        kept &= drawn[1] == storm.vendor
    if storm.domain >= 0:
        kept &= drawn[2] == storm.domain
    return _part(*_where(day, drawn, kept), ORDINARY)


def _episode(people: _People, episode: Planted) -> _Part:
    n_days = episode.end_day - episode.first_day
    day, drawn = _extra(people, episode.ratio, episode.first_day, n_days)
    kept = (drawn[1] == episode.vendor) & np.isin(drawn[2], episode.domains)
    exposed = people.rng.random(people.shape.n_contributors) < episode.exposed_share
    return _part(*_where(day, drawn, kept & exposed[drawn[0]]), EPISODE)


def _colluding(
    group: Colluders, rng: np.random.Generator, first_person: int, first_cohort: int
) -> _Part:
    n = group.n * group.reports_each
    member = np.repeat(np.arange(group.n), group.reports_each)
    cells = np.array(group.cells)[rng.permutation(n) % len(group.cells)]
    own = np.full(n, _OWN_WORDS)
    cohort = own if group.n_templates == 0 else first_cohort + member % group.n_templates
    day = group.first_day + rng.integers(group.n_days, size=n)
    trusted = np.full(n, int(not group.is_fresh))
    cause = np.full(n, COLLUSION)
    return day, first_person + member, cells[:, 0], cells[:, 1], cause, cohort, trusted

"""Where answers are bad and where they are not: a smooth odds ratio over the space of the prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import beta

from analysis.config import AnalysisConfig
from analysis.layout import layout
from analysis.neighbours import Vectors, canonical_order, nearest_others
from analysis.records import DataError, Domain, Floats, Ints, ReportArrays, Strings
from analysis.results import BoundaryDomain, BoundaryResult, FindingResult

AFFECTED, NORMAL, UNKNOWN = "affected", "normal", "unknown"

_FRONTIER_BLOCK = 4096


@dataclass(frozen=True)
class Surface:
    """The odds of a bad answer at each observation, relative to the ordinary ones.

    Attributes
    ----------
    ratio, low, high : ndarray of shape (n,), dtype=float64
        Odds ratio against the baseline: the median over the controls; and its 90 % credible bounds.
    state : ndarray of shape (n,), dtype=object
        `affected` where the ratio is above the line (`boundary_ratio`) with probability
        `boundary_certainty` and enough contributors report there; `normal` where it is below with
        that probability; else `unknown`.
    """

    ratio: Floats
    low: Floats
    high: Floats
    state: Strings


def boundary_surface(
    vectors: Vectors, is_bad: NDArray[np.bool_], contributor: Strings, config: AnalysisConfig
) -> Surface:
    """Odds ratios from reports and bad ratings (cases) against ordinary answers (controls).

    The share of cases among the `boundary_neighbours` nearest observations of each, shrunk towards
    the share of all as if by `boundary_prior` further observations: the posterior is a beta
    distribution. How often cases and controls were collected cancels in the ratio [1]_. In a
    neighbourhood every contributor counts once for all cases: a flood by one is one case.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors of the prompts.
    is_bad : ndarray of shape (n,), dtype=bool
        True: a report, or a rating that says bad.
    contributor : ndarray of shape (n,), dtype=object
        "" for observations that stand for nobody else's: each counts by itself.
    config : AnalysisConfig

    Returns
    -------
    Surface
        All `unknown`, with ratio NaN, where there are fewer cases or controls than neighbours.

    References
    ----------
    .. [1] Kelsall, Diggle (1995), Non-parametric estimation of spatial variation in relative risk.
       doi:10.1002/sim.4780142106
    """
    n = len(vectors)
    if not len(is_bad) == len(contributor) == n:
        raise DataError("vectors, is_bad and contributor differ in length")
    if min(int(is_bad.sum()), int((~is_bad).sum())) < config.boundary_neighbours:
        nothing = np.full(n, np.nan)
        return Surface(nothing, nothing, nothing, _states(n))
    order = canonical_order(vectors)
    back = np.argsort(order)
    near = nearest_others(vectors[order], config.boundary_neighbours)
    near = order[np.column_stack([np.arange(n), near])][back]
    person = np.unique(contributor.astype(str), return_inverse=True)[1]
    person = np.where(contributor == "", person.max() + 1 + np.arange(n), person)
    weight = _once_each(person[near], is_bad[near])
    cases = (weight * is_bad[near]).sum(axis=1)
    controls = (weight * ~is_bad[near]).sum(axis=1)
    share = cases.sum() / (cases.sum() + controls.sum())
    a = cases + config.boundary_prior * share
    b = controls + config.boundary_prior * (1 - share)
    baseline = float(np.median(logit(a / (a + b))[~is_bad]))
    line = 1 / (1 + np.exp(-baseline) / config.boundary_ratio)
    above = beta.sf(line, a, b)
    state = _states(n)
    # The sum of the weights of the cases is the number of distinct contributors among them.
    enough = cases >= config.contributors_min - 1e-9
    state[(above >= config.boundary_certainty) & enough] = AFFECTED
    state[above <= 1 - config.boundary_certainty] = NORMAL

    def ratio(p: Floats) -> Floats:
        found: Floats = np.exp(logit(p) - baseline)
        return found

    return Surface(
        ratio(a / (a + b)), ratio(beta.ppf(0.05, a, b)), ratio(beta.ppf(0.95, a, b)), state
    )


def _states(n: int) -> Strings:
    state = np.empty(n, dtype=object)
    state[:] = UNKNOWN
    return state


def _once_each(person: Ints, is_bad: NDArray[np.bool_]) -> Floats:
    """Weights by which everybody counts once among the cases and once among the controls of a row."""
    key = 2 * person + is_bad
    order = np.argsort(key, axis=1, kind="stable")
    ordered = np.take_along_axis(key, order, axis=1)
    is_first = np.column_stack([np.ones(len(key), dtype=bool), ordered[:, 1:] != ordered[:, :-1]])
    run = np.cumsum(is_first.ravel()).reshape(key.shape) - 1
    count = np.bincount(run.ravel())[run]
    weight = np.empty(key.shape)
    np.put_along_axis(weight, order, 1.0 / count, axis=1)
    return weight


@dataclass(frozen=True)
class Frontier:
    """The affected observations nearest to normal ones, and the normal ones nearest to affected."""

    affected: Ints
    normal: Ints


def frontier(
    vectors: Vectors, state: Strings, contributor: Strings, *, eligible: Ints, count: int
) -> Frontier:
    """The observations on either side of the boundary, the nearest to the other side first.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors.
    state, contributor : ndarray of shape (n,), dtype=object
    eligible : ndarray, dtype=int64
        Positions that may be named.
    count : int
        At most so many of each, of distinct contributors.
    """
    sides = {name: eligible[state[eligible] == name] for name in (AFFECTED, NORMAL)}
    return Frontier(
        _nearest_to(sides[AFFECTED], sides[NORMAL], vectors, contributor, count),
        _nearest_to(sides[NORMAL], sides[AFFECTED], vectors, contributor, count),
    )


def _nearest_to(own: Ints, other: Ints, vectors: Vectors, contributor: Strings, count: int) -> Ints:
    if not len(own) or not len(other):
        return own[:0]
    best = np.full(len(own), -np.inf)
    for start in range(0, len(other), _FRONTIER_BLOCK):
        part = vectors[other[start : start + _FRONTIER_BLOCK]]
        best = np.maximum(best, (vectors[own] @ part.T).max(axis=1))
    chosen: list[int] = []
    people: set[str] = set()
    for place in own[np.lexsort((own, -best))]:
        who = str(contributor[place])
        if who and who in people:
            continue
        people.add(who)
        chosen.append(int(place))
        if len(chosen) == count:
            break
    return np.array(chosen, dtype=np.int64)


def finding_boundary(
    found: FindingResult,
    reports: ReportArrays,
    *,
    domain: Strings,
    standing: Ints,
    tree: Sequence[Domain],
    as_of: date,
    config: AnalysisConfig,
    seed: int,
) -> BoundaryResult | None:
    """The boundary of a finding: the model's reports against those of all other models.

    Over the finding's domain and its neighbours, in the weeks in which it may have lasted. Ratings
    carry no text and so have no place in it; reports about other models are the controls: what the
    map shows is where this model is reported more than others are.

    Parameters
    ----------
    found : FindingResult
    reports : ReportArrays
    domain : ndarray of shape (n_reports,), dtype=object
        Leaf that each report counts in.
    standing : ndarray of shape (n_reports,), dtype=int64
        The report that stands for each; near-duplicates take no part.
    tree : sequence of Domain
    as_of : date
    config : AnalysisConfig
    seed : int
        Of the layout, and of the sample that is laid out.

    Returns
    -------
    BoundaryResult or None
        None where there are too few cases or controls to say anything.
    """
    provenance = reports.provenance[found.representatives[0]] if len(found.representatives) else ""
    first, last = found.onset_low or date.min, min(found.offset_high or as_of, as_of)
    timely = (reports.day >= np.datetime64(first, "D")) & (reports.day <= np.datetime64(last, "D"))
    alike = (reports.provenance == provenance) & (reports.contributor != "")
    alike &= reports.is_silent == (found.symptom_kind == "silent")
    alike &= standing == np.arange(len(reports))
    usable = np.flatnonzero(timely & alike)
    leaves = _leaves_around(found.domain, domain[usable], reports.embedding[usable], tree, config)
    rows = usable[np.isin(domain[usable].astype(str), leaves)]
    is_case = reports.model[rows] == found.model
    vectors, people = reports.embedding[rows], reports.contributor[rows]
    surface = boundary_surface(vectors, is_case, people, config)
    if np.isnan(surface.ratio).all():
        return None
    sides = frontier(
        vectors, surface.state, people, eligible=np.arange(len(rows)), count=config.frontier
    )
    shown = np.arange(len(rows))
    if len(rows) > config.map_points_max:
        rng = np.random.default_rng(seed)
        shown = np.sort(rng.choice(len(rows), config.map_points_max, replace=False))
        shown = np.union1d(shown, np.concatenate([sides.affected, sides.normal]))
    return BoundaryResult(
        reports=rows[shown],
        places=layout(vectors[shown], seed=seed),
        ratio=surface.ratio[shown],
        low=surface.low[shown],
        high=surface.high[shown],
        state=surface.state[shown],
        is_case=is_case[shown],
        affected=rows[sides.affected],
        normal=rows[sides.normal],
        n_cases=int(is_case.sum()),
        n_controls=int((~is_case).sum()),
        domains=tuple(
            _in_domain(leaf, domain[rows] == leaf, is_case, people, surface)
            for leaf in leaves
            if (domain[rows] == leaf).any()
        ),
    )


def _leaves_around(
    leaf: str, domain: Strings, vectors: Vectors, tree: Sequence[Domain], config: AnalysisConfig
) -> list[str]:
    """The leaves of its family, and the nearest others by the middle of their reports."""
    parent = {node.slug: node.parent for node in tree}
    family = [slug for slug in parent if parent[slug] == parent.get(leaf) and parent[slug]]
    family = sorted({leaf, *family})
    known = sorted(set(domain.tolist()) - {"unknown"})
    if leaf not in known:
        return family
    middles = {slug: vectors[domain == slug].mean(axis=0) for slug in known}

    def nearness(slug: str) -> float:
        own, other = middles[leaf], middles[slug]
        length = float(np.linalg.norm(own) * np.linalg.norm(other))
        return float(own @ other) / max(length, 1e-9)

    others = sorted((slug for slug in known if slug not in family), key=lambda s: (-nearness(s), s))
    return [*family, *others[: config.boundary_siblings]]


def _in_domain(
    leaf: str,
    inside: NDArray[np.bool_],
    is_case: NDArray[np.bool_],
    people: Strings,
    surface: Surface,
) -> BoundaryDomain:
    state = surface.state[inside]
    return BoundaryDomain(
        domain=leaf,
        n_cases=int(is_case[inside].sum()),
        n_controls=int((~is_case[inside]).sum()),
        n_contributors=len(set(people[inside].tolist())),
        share_affected=float(np.mean(state == AFFECTED)),
        share_normal=float(np.mean(state == NORMAL)),
        ratio=float(np.exp(np.mean(np.log(surface.ratio[inside])))),
    )

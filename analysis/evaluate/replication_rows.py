"""What several accounts find on real answers: the domain that changed, no other, and that none did."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.config import AnalysisConfig
from analysis.evaluate.mmlu_pro import Answers, read_answers
from analysis.evaluate.probe_rows import GEMINI, LLAMA, REPEATS, flipped, planted_items
from analysis.evaluate.rows import Row
from analysis.probe_records import ProbeArrays, Replication
from analysis.records import Strings
from analysis.replication import NO_DIFFERENCE, ROUNDS_AGREEING, WORSE, replications

Tell = Callable[[str, int, int], None]

PROPERTY = "asked again"
_FIRST = date(2026, 1, 5)
_DAYS_BETWEEN = 14
_ODD_MAX = 0.05
_LOOKS = 6
_SLIGHT = 0.17
"""Of the items: so many make the share of newly wrong answers rise by about the 5 points that matter."""


class Scene(NamedTuple):
    """Who is served what."""

    name: str
    models: tuple[str, str]
    place: tuple[str, ...]
    """Where the second model answers now."""
    n_accounts: int
    n_affected: int
    """Accounts that are served it."""
    per_domain: int
    share: float = 1.0
    """Of the items of the place, those that the second model answers."""


def replication_rows(*, data: Path, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All that is measured of probes of several accounts, on the real answers below the folder `data`."""
    answers = read_answers(data)
    return [
        *account_rows(answers, runs=runs, seed=seed, tell=tell),
        *look_rows(answers, runs=runs, seed=seed, tell=tell),
    ]


def account_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """What is called worse and what is cleared, where all accounts are served another model, some or none."""
    rows: list[Row] = []
    for scene in _scenes(sorted(set(answers.domain))):
        rng = np.random.default_rng([seed, scene.n_accounts, scene.n_affected, scene.per_domain])
        found = []
        for run in range(runs):
            probes = probes_of(answers, scene, rng)
            found.append(replications(probes, config=AnalysisConfig(), seed=run))
            tell(f"asked again, {scene.name}", run + 1, runs)
        rows += _rows_of(scene, found)
    return rows


def _scenes(everywhere: list[str]) -> list[Scene]:
    one = ("computer science",)
    scenes = [
        Scene("8B for 70B, computer science", LLAMA, one, n, n, items)
        for n in (3, 5)
        for items in (60, 120, 200, 350)
    ]
    scenes += [Scene("8B for 70B, computer science", LLAMA, one, 5, odd, 200) for odd in (1, 2)]
    scenes += [
        Scene(f"8B for 70B in {_SLIGHT:.0%} of computer science", LLAMA, one, 3, 3, items, _SLIGHT)
        for items in (200, 350)
    ]
    scenes.append(Scene("8B for 70B, everywhere", LLAMA, tuple(everywhere), 3, 3, 200))
    scenes.append(Scene("flash for pro, computer science", GEMINI, one, 3, 3, 200))
    return scenes + [Scene("70B, nowhere", LLAMA, (), 3, 0, items) for items in (60, 120, 200, 350)]


def probes_of(
    answers: Answers, scene: Scene, rng: np.random.Generator, *, rounds_again: int = ROUNDS_AGREEING
) -> ProbeArrays:
    """Every account's answers: four times before, then again. In the last two another model may answer."""
    items = planted_items(answers, scene.models, list(scene.place), scene.per_domain, rng)
    instead = np.where(rng.random(len(items.rows)) < scene.share, items.now, items.before)
    n, n_rounds = len(items.rows), REPEATS + rounds_again
    wrong = []
    for account in range(scene.n_accounts):
        now = instead if account < scene.n_affected else items.before
        for turn in range(n_rounds):
            wrong.append(flipped(now if turn >= n_rounds - ROUNDS_AGREEING else items.before, rng))
    number = np.tile(np.repeat(np.arange(n_rounds), n), scene.n_accounts).astype(np.int64)
    each = n_rounds * scene.n_accounts
    days = np.datetime64(_FIRST, "D") + _DAYS_BETWEEN * number.astype("timedelta64[D]")

    def same(word: str) -> Strings:
        return np.full(n * each, word, dtype=object)

    return ProbeArrays(
        series=same("suite"),
        model=same("model"),
        account=np.repeat(np.arange(scene.n_accounts), n * n_rounds).astype(str).astype(object),
        item=np.tile(answers.item[items.rows], each),
        domain=np.tile(answers.domain[items.rows], each),
        stratum=np.tile(items.stratum, each),
        round=number,
        is_baseline=number < REPEATS,
        day=days,
        is_wrong=np.concatenate(wrong),
        is_refused=np.zeros(n * each, dtype=bool),
        provenance=same("probe"),
        site=same("site"),
    )


def _rows_of(scene: Scene, found: list[list[Replication]]) -> list[Row]:
    affected = (
        "" if scene.n_affected == scene.n_accounts else f", {scene.n_affected} of them affected"
    )
    accounts = f"{scene.n_accounts} accounts{affected if scene.place else ''}"
    world = f"{scene.name}; {accounts}; {scene.per_domain} items a domain"
    others = [[one for one in run if one.domain not in scene.place] for run in found]
    accused = [float(any(one.verdict == WORSE for one in run)) for run in others]
    rows = []
    if len(scene.place) == 1:
        here = [one for run in found for one in run if one.domain in scene.place]
        planted = [one.verdict for one in here]
        rises = [one.rate_now - one.rate_baseline for one in here if one.n_items]
        rows.append(_row(world, "rise of newly wrong answers", rises))
        rows.append(_row(world, "the planted domain is worse",
                         [float(verdict == WORSE) for verdict in planted],
                         most=_ODD_MAX if scene.n_affected < 3 else math.nan))  # fmt: skip
        cleared = [float(verdict == NO_DIFFERENCE) for verdict in planted]
        rows.append(_row(world, "... is cleared", cleared, most=_ODD_MAX))
    elif scene.place:
        everywhere = [float(any(one.verdict == WORSE for one in run)) for run in found]
        rows.append(_row(world, "runs that call a domain worse", everywhere, most=_ODD_MAX))
    if others[0]:
        rows.append(_row(world, "runs that call another domain worse", accused, most=_ODD_MAX))
        same = [float(np.mean([one.verdict == NO_DIFFERENCE for one in run])) for run in others]
        rows.append(_row(world, "share of other domains that are cleared", same))
    return rows


def look_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Series in which nothing changes, looked at after each of six rounds."""
    scene = Scene("70B, nowhere", LLAMA, (), 3, 0, 60)
    rng = np.random.default_rng([seed, _LOOKS])
    ever = []
    for run in range(runs):
        probes = probes_of(answers, scene, rng, rounds_again=_LOOKS)
        last = _FIRST + timedelta(days=_DAYS_BETWEEN * REPEATS)
        looks = [_until(probes, REPEATS + look) for look in range(1, _LOOKS + 1)]
        said = [
            one.verdict
            for look in looks
            for one in replications(look, config=AnalysisConfig(), seed=run)
            if one.asked_from >= last
        ]
        ever.append(float(WORSE in said))
        tell("asked again, six looks", run + 1, runs)
    world = f"{scene.name}; 3 accounts; 60 items a domain; {_LOOKS} rounds, a look after each"
    return [_row(world, "series that ever call a domain worse", ever, most=_ODD_MAX)]


def _until(probes: ProbeArrays, n_rounds: int) -> ProbeArrays:
    rows = probes.round < n_rounds
    return ProbeArrays(**{name: values[rows] for name, values in vars(probes).items()})


def _row(world: str, measure: str, values: list[float], *, most: float = math.nan) -> Row:
    value, error = float(np.mean(values)), float(np.std(values) / math.sqrt(len(values)))
    is_asked = math.isfinite(most)
    return Row(
        PROPERTY, world, measure, value, error, f"<= {most:g}" if is_asked else "",
        value - 2 * error <= most if is_asked else None,
    )  # fmt: skip

"""Line C on real answers: another model put in the place of one, in one domain, in all, in none."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.disproportionality import Flags
from analysis.evaluate.mmlu_pro import Answers, read_answers
from analysis.evaluate.rows import Row
from analysis.permutation_tests import difference_in_differences, hamming_mmd
from analysis.probes import DomainVerdict, Probes, newly_wrong
from analysis.records import Floats, Ints, Strings

Tell = Callable[[str, int, int], None]

LLAMA = ("Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-8B-Instruct")
GEMINI = ("gemini-1.5-pro-002", "gemini-1.5-flash-002")
_SWAPS = {"8B for 70B": LLAMA, "flash for pro": GEMINI}
_FLIPS = 0.06
REPEATS = 4
_STRATA = 3
_PILOT_POWER = {60: 0.34, 120: 0.94, 200: 1.0}
_TEXTS = (
    "llama3-70b_fp8_wikipedia_en",
    "llama3-70b_fp8_humaneval",
    "llama3-70b_fp8_ultrachat",
    "mistral7b_fp8_ultrachat",
)
_PROMPTS = 25


def probe_rows(*, data: Path, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All that is measured of line C on the real answers below the folder `data`."""
    answers = read_answers(data)
    return [
        *newly_wrong_rows(answers, runs=runs, seed=seed, tell=tell),
        *difference_rows(answers, runs=runs, seed=seed, tell=tell),
        *text_rows(data, runs=runs, seed=seed, tell=tell),
    ]


def newly_wrong_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Power, class and false flags of the newly-wrong test at 60, 120 and 200 items a domain."""
    everywhere = sorted(set(answers.domain))
    rows = []
    for swap, models in _SWAPS.items():
        for place in (["computer science"], ["engineering"], everywhere, []):
            for per_domain, pilot in _PILOT_POWER.items():
                rng = np.random.default_rng([seed, per_domain])
                found = []
                for run in range(runs):
                    probes = planted_probes(answers, models, place, per_domain, rng)
                    found.append(newly_wrong(probes, seed=run))
                    tell(f"newly wrong, {swap}, {len(place)} domains", run + 1, runs)
                world = f"{swap}, {_place_name(place)}, {per_domain} items"
                is_pilot = models == LLAMA and place == ["computer science"]
                rows += _summed_up(found, set(place), world, pilot if is_pilot else math.nan)
    return rows


class PlantedItems(NamedTuple):
    """A suite, and where another model answers: all of shape (n_items,)."""

    rows: Ints
    """Positions among all answers."""
    stratum: Strings
    """Thirds of difficulty, as the models that take no part find it."""
    before: Flags
    """Where the model that was there is wrong ..."""
    now: Flags
    """... and whatever answers now."""


def planted_items(
    answers: Answers,
    models: tuple[str, str],
    place: list[str],
    per_domain: int,
    rng: np.random.Generator,
) -> PlantedItems:
    """So many items of each domain; in those of `place` the second model answers, elsewhere the first."""
    chosen = np.concatenate(
        [
            rng.choice(np.flatnonzero(answers.domain == domain), per_domain, replace=False)
            for domain in sorted(set(answers.domain))
        ]
    )
    before, instead = (answers.wrong[model][chosen] for model in models)
    difficulty = answers.difficulty(set(models))
    thirds = np.quantile(difficulty, np.arange(1, _STRATA) / _STRATA)
    return PlantedItems(
        rows=chosen,
        stratum=np.digitize(difficulty[chosen], thirds).astype(str).astype(object),
        before=before,
        now=np.where(np.isin(answers.domain[chosen], place), instead, before),
    )


def planted_probes(
    answers: Answers,
    models: tuple[str, str],
    place: list[str],
    per_domain: int,
    rng: np.random.Generator,
) -> Probes:
    """Answers of the first model, four times; then those of the second in the domains of `place`.

    Each repeat turns 6 % of the grades round.
    """
    items = planted_items(answers, models, place, per_domain, rng)
    return Probes(
        item=answers.item[items.rows],
        domain=answers.domain[items.rows],
        stratum=items.stratum,
        baseline_wrong=flipped(np.tile(items.before[:, None], REPEATS), rng),
        now_wrong=flipped(items.now, rng),
    )


def flipped(wrong: Flags, rng: np.random.Generator) -> Flags:
    """The grades, 6 % of them turned round: the same question is not always answered the same."""
    turned: Flags = wrong ^ (rng.random(wrong.shape) < _FLIPS)
    return turned


def _place_name(place: list[str]) -> str:
    return place[0] if len(place) == 1 else "everywhere" if place else "nowhere"


def _summed_up(
    found: list[list[DomainVerdict]], place: set[str], world: str, pilot: float
) -> list[Row]:
    def row(measure: str, values: list[float], accept: str, least: float, most: float) -> Row:
        value, error = _mean(values)
        reach = 2 * error
        is_met = value + reach >= least and value - reach <= most if accept else None
        return Row("newly-wrong test", world, measure, value, error, accept, is_met)

    if not place or len(place) > 1:
        accused = [float(any(one.verdict == "domain" for one in run)) for run in found]
        rows = [row("runs that accuse a domain", accused, "<= .05; pilot 0", 0, 0.05)]
        if place:
            share = [float(np.mean([one.verdict == "global" for one in run])) for run in found]
            is_llama = world.startswith("8B")
            accept = "more than half" if is_llama else ""
            rows.append(row("share of domains read as global", share, accept, 0.5, 1))
        return rows
    planted = [one.verdict for run in found for one in run if one.domain in place]
    right = [float(verdict == "domain") for verdict in planted]
    noticed = [verdict for verdict in planted if verdict != "no_difference"]
    others = [[one.verdict for one in run if one.domain not in place] for run in found]
    accused = [float("domain" in verdicts) for verdicts in others]
    accept = "" if math.isnan(pilot) else f">= {pilot:.2f} (pilot)"
    return [
        row("power: the planted domain is accused", right, accept, pilot, 1),
        row("right class among verdicts", [float(v == "domain") for v in noticed], "", 0, 1),
        row("runs that accuse one of the 13 others", accused, "<= .05; pilot 0", 0, 0.05),
    ]


def _mean(values: list[float]) -> tuple[float, float]:
    if not values:
        return math.nan, math.nan
    return float(np.mean(values)), float(np.std(values) / math.sqrt(len(values)))


def difference_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Rejections of a true null by studentised and by plain permutation; effects on real answers."""
    rows = []
    for templates in (10, 20):
        rng = np.random.default_rng([seed, templates])
        ours, plain = [], []
        for run in range(runs):
            change, is_target, template = _unequal_arms(templates, rng)
            found = difference_in_differences(change, is_target, template, tolerated=0.0, seed=run)
            ours.append(float(found.p_value <= 0.05))
            plain.append(float(_plain_permutation(change, is_target, rng) <= 0.05))
            tell(f"difference in differences, {templates} templates", run + 1, runs)
        world = f"no difference; {templates} target templates of 4, 60 control templates of 5"
        for values, peer in ((ours, ""), (plain, "plain label permutation")):
            value, error = _mean(values)
            accept, is_met = ("", None) if peer else ("<= .05 + 2 s.e.", value - 2 * error <= 0.05)
            measure = "rejections at .05"
            name = "difference in differences"
            rows.append(Row(name, world, measure, value, error, accept, is_met, peer=peer))
    return rows + [_real_difference(answers, swap, place) for swap in _SWAPS for place in (0, 1)]


def _unequal_arms(templates: int, rng: np.random.Generator) -> tuple[Floats, Flags, Strings]:
    """Target templates of 4 items that move together, and 60 control templates that hardly do."""
    group = np.concatenate(
        [np.repeat(np.arange(templates), 4), np.repeat(np.arange(60) + templates, 5)]
    )
    is_target = group < templates
    together = np.where(np.arange(templates + 60) < templates, 0.25, 0.1)
    together = together * rng.normal(size=len(together))
    change = together[group] + np.where(is_target, 0.3, 0.2) * rng.normal(size=len(group))
    return change, is_target, group.astype(str).astype(object)


def _plain_permutation(change: Floats, is_target: Flags, rng: np.random.Generator) -> float:
    """One-sided p-value from the difference of means alone, labels permuted item by item."""
    arms = np.vstack([is_target, rng.permuted(np.tile(is_target, (999, 1)), axis=1)])
    sums = arms @ change
    n = int(is_target.sum())
    means = sums / n - (change.sum() - sums) / (len(change) - n)
    return float((1 + (means[1:] >= means[0]).sum()) / 1000)


def _real_difference(answers: Answers, swap: str, place: int) -> Row:
    """Computer science against mathematics and physics: swapped alone (0), or all of them (1)."""
    before, instead = (answers.wrong[model].astype(np.float64) for model in _SWAPS[swap])
    is_target = answers.domain == "computer science"
    chosen = is_target | np.isin(answers.domain, ["math", "physics"])
    change = np.where(is_target | (place == 1), instead - before, 0.0)
    found = difference_in_differences(change[chosen], is_target[chosen], answers.template[chosen])
    where = ("computer science", "everywhere")[place]
    note = f"95 %: {found.low:+.3f} to {found.high:+.3f}; p = {found.p_value:.3f}"
    return Row(
        "difference in differences",
        f"{swap}, {where}",
        "computer science beyond math and physics",
        found.effect,
        math.nan,
        "",
        None,
        note,
    )


def text_rows(data: Path, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Rejections on halves of one model's answers, and with a share of collapsed answers mixed in."""
    rows = []
    for name in _TEXTS:
        with np.load(data / "met_tokens" / f"{name}.npz") as file:
            answers = [file[key] for key in sorted(file.files)]
        rows.append(_text_row(answers, name, 0.0, 10, runs=runs, seed=seed, tell=tell))
        if name == _TEXTS[0]:
            for share, n in ((0.1, 10), (0.1, 25), (0.3, 10)):
                rows.append(_text_row(answers, name, share, n, runs=runs, seed=seed, tell=tell))
    return rows


def _text_row(
    answers: list[Ints], name: str, share: float, n: int, *, runs: int, seed: int, tell: Tell
) -> Row:
    rng = np.random.default_rng([seed, n])
    small = []
    for run in range(runs):
        first, second = _halves(answers, share, n, rng)
        small.append(float(hamming_mmd(first, second, seed=run)[1] <= 0.05))
        tell(f"texts, {name}, {share:.0%} collapsed", run + 1, runs)
    value, error = _mean(small)
    pilot = {(0.1, 10): 0.12, (0.1, 25): 0.47, (0.3, 10): 1.0}.get((share, n))
    if pilot is None:
        accept = ".05 within 3 s.e."
        is_met = abs(value - 0.05) <= 3 * math.sqrt(0.05 * 0.95 / runs)
    else:
        accept, is_met = f">= {pilot:.2f} (prototype)", value + 2 * error >= pilot
    world = f"{name}, {_PROMPTS} prompts x {n}"
    world += f", {share:.0%} collapsed" if share else ", halves"
    return Row("texts (MMD)", world, "p <= .05", value, error, accept, is_met)


def _halves(
    answers: list[Ints], share: float, n: int, rng: np.random.Generator
) -> tuple[list[Ints], list[Ints]]:
    """Two samples of each of 25 prompts; in the second, a share is the prompt's one fixed answer."""
    first, second = [], []
    for i in rng.choice(len(answers), _PROMPTS, replace=False):
        drawn = answers[i][rng.choice(len(answers[i]), 2 * n + 1, replace=False)]
        is_collapsed = rng.random(n) < share
        first.append(drawn[:n])
        second.append(np.where(is_collapsed[:, None], drawn[-1], drawn[n:-1]))
    return first, second

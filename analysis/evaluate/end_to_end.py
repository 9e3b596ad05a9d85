"""All lines together on SIMULATED worlds: reports and ratings to states, and how many are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from scipy.special import expit, logit

from analysis import ladder
from analysis.config import AnalysisConfig
from analysis.evaluate.estimates import mean_row, share_row
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.judgement import judge
from analysis.records import Floats
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import Planted, ReportShape, Storm, report_world

CONFIG = AnalysisConfig()
LAST_DAY = date(2026, 11, 1)
SHAPE = ReportShape(
    n_contributors=3_000, reports_per_week=415.0, n_weeks=36, n_vendors=6, n_domains=14
)
FIRST_DAY = 7 * 20
BASE, RATIO, REPORT_RATIO = 0.1, 3.0, 5.0
RATINGS_A_DAY = 3.0
VENDOR_SD, DOMAIN_SD, DAY_SD = 0.4, 0.8, 0.3
"""How much vendors, domains and days differ in bad answers, in logits: no episode."""


@dataclass(frozen=True)
class Judged:
    """What was said of one world."""

    said: int
    """Findings that are reported or beyond."""
    wrong: int
    """... about cells in which nothing was planted."""
    corroborated: int
    corroborated_wrong: int
    planted: int
    planted_said: int
    planted_corroborated: int


def _judged(seed: int, *, is_null: bool) -> Judged:
    rng = np.random.default_rng([seed, 41])
    n = 0 if is_null else int(rng.integers(1, 4))
    chosen = rng.choice(SHAPE.n_vendors * SHAPE.n_domains, n, replace=False)
    cells = [divmod(int(cell), SHAPE.n_domains) for cell in chosen]
    end = 7 * SHAPE.n_weeks
    world = report_world(
        SHAPE,
        seed=seed,
        planted=tuple(Planted(v, (d,), REPORT_RATIO, FIRST_DAY, end) for v, d in cells),
        storms=(
            Storm(4.0, int(rng.integers(70, 230)), 14, vendor=int(rng.integers(6))),
            Storm(3.0, int(rng.integers(70, 230)), 14, domain=int(rng.integers(14))),
        ),
    )
    rate = _rates(cells, rng)
    total = rng.poisson(RATINGS_A_DAY, rate.shape)
    ratings = ratings_of(rng.binomial(total, rate), total, last_day=LAST_DAY)
    found = judge(evidence_of(world, ratings, last_day=LAST_DAY), CONFIG, seed=seed)
    truth = {(f"model-{v:02d}", f"domain-{d:02d}") for v, d in cells}
    said = {(f.model, f.domain) for f in found.findings if f.state != ladder.INSUFFICIENT}
    firm = {(f.model, f.domain) for f in found.findings if f.state == ladder.CORROBORATED}
    return Judged(
        len(said), len(said - truth), len(firm), len(firm - truth),
        n, len(said & truth), len(firm & truth),
    )  # fmt: skip


def _rates(cells: list[tuple[int, int]], rng: np.random.Generator) -> Floats:
    """Rates of bad answers: vendors, domains and days differ; planted cells get worse."""
    n_days = 7 * SHAPE.n_weeks
    effects = logit(BASE) + VENDOR_SD * rng.standard_normal((1, SHAPE.n_vendors, 1))
    effects = effects + DOMAIN_SD * rng.standard_normal((1, 1, SHAPE.n_domains))
    rates: Floats = expit(effects + DAY_SD * rng.standard_normal((n_days, 1, 1)))
    for vendor, domain in cells:
        rates[FIRST_DAY:, vendor, domain] = np.minimum(
            0.95, RATIO * rates[FIRST_DAY:, vendor, domain]
        )
    return rates


def end_to_end_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """False discovery rate and what is found: one to three planted cells of 84, storms, unlike rates."""
    name = "84 cells, 1 to 3 planted (reports x5, ratings x3 for 16 weeks), storms, unlike rates"
    found = simulate(
        partial(_judged, is_null=False), range(seed, seed + runs), tell=tell, name="end to end"
    )
    null = simulate(
        partial(_judged, is_null=True), range(seed, seed + runs), tell=tell, name="end to end, null"
    )

    def share_wrong(wrong: str, said: str) -> Floats:
        return np.array([getattr(one, wrong) / max(getattr(one, said), 1) for one in found])

    planted = np.concatenate([np.arange(one.planted) < one.planted_said for one in found])
    firm = np.concatenate([np.arange(one.planted) < one.planted_corroborated for one in found])
    return [
        mean_row("end to end", name, "false discovery rate of all that is said",
                 share_wrong("wrong", "said"), accept="at most .05", limit=0.05),
        mean_row("end to end", name, "false discovery rate of what is corroborated",
                 share_wrong("corroborated_wrong", "corroborated"), accept="at most .05", limit=0.05),
        share_row("end to end", name, "planted cells said", planted),
        share_row("end to end", name, "planted cells corroborated", firm),
        share_row("end to end", "the same with nothing planted", "worlds with anything said",
                  np.array([one.said > 0 for one in null])),
        share_row("end to end", "the same with nothing planted", "worlds with anything corroborated",
                  np.array([one.corroborated > 0 for one in null]), at_most=0.0, accept="0"),
    ]  # fmt: skip

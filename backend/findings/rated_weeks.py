"""What ratings of randomly drawn answers say of a finding's cell, week by week, and of its comparators.

Computed from the public sums alone, those of the dataset `ratings`: so it tells nothing that they do not,
and whoever has the dataset can compute it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from backend.findings.models import Finding
from backend.findings.shares import share_interval
from backend.measurements.sums import ratings_public

WEEK = timedelta(weeks=1)
REACH_WEEKS = 52
"""Shown before it began and after it ended: the past that the method compares with (rate_past_weeks)."""
TOLD_MIN = 0.5
"""Part of a comparator's weight whose share must be published. Rows hide theirs mostly because few answers
were bad, so a comparator looks rather too bad than too good: the finding rather too weak than too strong.
Of the cell itself every row must be published."""


@dataclass(frozen=True)
class Share:
    """A share of bad answers with its 95 % interval; all None where it is not published."""

    n_ratings: int | None = None
    """Behind the share; of a cell without one, those that are public."""
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RatedWeek:
    """One week of a cell, and the same of what it is compared with."""

    week: date
    """Its Monday."""
    cell: Share
    domain: Share
    """Models of other vendors, in this domain."""
    model: Share
    """This model, in other domains."""


def rated_weeks_public(finding: Finding) -> list[RatedWeek]:
    """The weeks of a finding's cell that have public ratings, with those between them, oldest first.

    From a year before it began to a year after it ended. One query.
    """
    weeks: dict[date, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    first, last = _reach(finding)
    for row in _sums(finding):
        if first <= row["week"] <= last:
            weeks[row["week"]][_side(row, finding)].append(row)
    rated = [week for week, sides in weeks.items() if sides["cell"]]
    if not rated:
        return []
    n_weeks = (max(rated) - min(rated)) // WEEK + 1
    return [_week(week, weeks[week]) for week in (min(rated) + n * WEEK for n in range(n_weeks))]


def _reach(finding: Finding) -> tuple[date, date]:
    began = finding.onset_low or finding.onset or finding.first_seen_at.date()
    ended = finding.offset_high or finding.offset
    last = ended + REACH_WEEKS * WEEK if ended else date.max
    return began - REACH_WEEKS * WEEK, last


def _sums(finding: Finding) -> Any:
    """Public sums of the cell and of both comparators, and of nothing else."""
    own = Q(model=finding.model_id, domain__isnull=False)
    rivals = ~Q(model__vendor=finding.model.vendor_id)
    provenance = "simulated" if finding.is_simulated else "rating"
    sums = ratings_public().filter(provenance=provenance)
    sums = sums.filter(own | rivals & Q(domain=finding.domain_id))
    return sums.order_by("week", "collection", "site_id", "model_id", "domain_id")


def _side(row: dict[str, Any], finding: Finding) -> str:
    if row["model_id"] != finding.model_id:
        return "domain"
    return "cell" if row["domain_id"] == finding.domain_id else "model"


def _week(week: date, sides: dict[str, list[dict[str, Any]]]) -> RatedWeek:
    cell = _share(sides["cell"], told_min=1.0)
    if cell.share is None and sides["cell"]:
        cell = Share(n_ratings=sum(row["n"] for row in sides["cell"]))
    comparators = {name: _share(sides[name], told_min=TOLD_MIN) for name in ("domain", "model")}
    return RatedWeek(week, cell, **comparators)


def _share(rows: Sequence[dict[str, Any]], *, told_min: float) -> Share:
    """Hajek's share over public sums, and Wilson's interval at Kish's effective number of ratings.

    As `analysis.rates` has it; a test holds the two together.

    References
    ----------
    .. [1] Hajek (1971), in Foundations of Statistical Inference, p. 236: the weighted mean.
    .. [2] Kish (1965), Survey Sampling: n_eff = (sum w)**2 / sum w**2.
    .. [3] Wilson (1927), J. Am. Stat. Assoc. 22(158), 209-212. doi:10.1080/01621459.1927.10502953
    """
    told = [row for row in rows if row["w_bad_shown"] is not None]
    weight = float(sum(row["sum_w"] for row in told))
    if not told or weight < told_min * sum(row["sum_w"] for row in rows):
        return Share()
    share = sum(row["w_bad_shown"] for row in told) / weight
    effective = weight**2 / sum(row["sum_w2"] for row in told)
    low, high = share_interval(share * effective, effective)
    return Share(sum(row["n"] for row in told), share, low, high)

"""Reports that may be added to each other, as coded rows: what is counted at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.domains import UNKNOWN
from analysis.integrity import Rows, code
from analysis.records import CountedEvidence, Ints
from analysis.weeks import EPOCH_MONDAY
from analysis.windows import Counter

SCREENED_PROVENANCES = ("report", "simulated")
"""Each is screened by itself. `import` takes no part: whoever imports is one contributor."""

KINDS = (("silent", True), ("stated", False))


@dataclass(frozen=True)
class Stream:
    """Reports that may be added to each other: one provenance, one kind of symptom.

    Attributes
    ----------
    provenance, symptom_kind : str
    rows : Rows
        Evidence: reports that stand for themselves and whose sender can be counted.
    all_rows : Rows
        The same with near-duplicates.
    models, vendors, domains : tuple of str
        Names behind the codes of the rows; `vendors` goes with `models`. The model "", which nobody
        knows, stands there once for each vendor.
    first_monday : date
        Monday of week 0.
    n_days : int
        Days from that Monday up to the run's last day, which is included.
    """

    provenance: str
    symptom_kind: str
    rows: Rows
    all_rows: Rows
    models: tuple[str, ...]
    vendors: tuple[str, ...]
    domains: tuple[str, ...]
    first_monday: date
    n_days: int

    @property
    def n_weeks(self) -> int:
        """Weeks up to the last day's, which may not be over yet."""
        return -(-self.n_days // 7)

    @cached_property
    def vendor(self) -> Ints:
        """A code for each model's vendor."""
        return code(np.array(self.vendors, dtype=object))[1]

    @property
    def is_eligible(self) -> Flags:
        """Cells about which something may be said: a known model and a known domain."""
        known_model = [model != "" for model in self.models]
        known_domain = [domain != UNKNOWN for domain in self.domains]
        return np.outer(known_model, known_domain).astype(np.bool_)

    def counter(self, config: AnalysisConfig) -> Counter:
        """What counts its windows."""
        return Counter(self.rows, self.all_rows, len(self.domains), self.vendor, config)

    def monday(self, week: int) -> date:
        """Monday of a week that is counted from 0."""
        return self.first_monday + timedelta(weeks=week)


def streams_of(evidence: CountedEvidence) -> list[Stream]:
    """One stream per provenance and kind of symptom that has reports: never added together."""
    # Unlinked senders cannot be told apart, so they cannot be counted.
    is_past = evidence.day <= np.datetime64(evidence.as_of, "D")
    countable = is_past & (evidence.contributor != "")
    day = (evidence.day - EPOCH_MONDAY).astype(np.int64)
    last = int((np.datetime64(evidence.as_of, "D") - EPOCH_MONDAY).astype(int))
    streams = []
    for provenance in SCREENED_PROVENANCES:
        mine = countable & (evidence.provenance == provenance)
        if not mine.any():
            continue
        first = int(day[mine].min()) // 7 * 7
        for kind, is_silent in KINDS:
            chosen = np.flatnonzero(mine & (evidence.is_silent == is_silent))
            if len(chosen):
                chosen = chosen[np.lexsort((chosen, evidence.day[chosen]))]
                stream = _stream(
                    evidence, chosen, day - first,
                    provenance=provenance, kind=kind, n_days=last - first + 1,
                )  # fmt: skip
                streams.append(stream)
    return streams


def _stream(
    evidence: CountedEvidence,
    chosen: Ints,
    day: Ints,
    *,
    provenance: str,
    kind: str,
    n_days: int,
) -> Stream:
    vendor = evidence.vendor[chosen]
    # A report whose model nobody knows is of some model of its vendor.
    names = evidence.model[chosen] + "\n" + np.where(evidence.model[chosen] == "", vendor, "")
    names, model = code(names)
    domains, leaf = code(evidence.domain[chosen])
    rows = Rows(
        index=chosen,
        day=day[chosen],
        model=model,
        domain=leaf,
        contributor=code(evidence.contributor[chosen])[1],
        cohort=evidence.cohort[chosen],
    )
    vendor_of = dict(zip(model.tolist(), vendor.tolist(), strict=True))
    first_day = np.datetime64(evidence.as_of, "D") - np.timedelta64(n_days - 1, "D")
    return Stream(
        provenance=provenance,
        symptom_kind=kind,
        rows=rows.where(evidence.standing[chosen] == chosen),
        all_rows=rows,
        models=tuple(name.partition("\n")[0] for name in names),
        vendors=tuple(str(vendor_of[place]) for place in range(len(names))),
        domains=domains,
        first_monday=first_day.item(),
        n_days=n_days,
    )

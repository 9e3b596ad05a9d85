"""Clusters found in the data, tested on people who had no part in nominating them.

A cluster is found by looking at the data, so that which model stands out in which cluster would be
chosen and tested by the same reports. Here one half of the contributors nominates, the other decides.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.stats import false_discovery_control

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags, exact_tail
from analysis.records import Floats, Ints, ReportArrays
from analysis.results import ClusterResult, ClusterSignal
from analysis.signals import exceeds

_PROVENANCES = ("report", "simulated")


def cluster_signals(
    clusters: Sequence[ClusterResult], reports: ReportArrays, standing: Ints, config: AnalysisConfig
) -> list[ClusterSignal]:
    """Models that draw more contributors in a cluster than in the rest of its domain.

    Per public cluster and model: on the nominating half the information component is on the watch
    list; on the held-out half the exact tail, given the margins of the half's own contributors in
    the domain, survives Benjamini-Hochberg over all that was nominated. Real and simulated, silent
    and stated reports are apart.

    Parameters
    ----------
    clusters : sequence of ClusterResult
    reports : ReportArrays
    standing : ndarray of shape (n_reports,), dtype=int64
        Position of the report that stands for each.
    config : AnalysisConfig

    Returns
    -------
    list of ClusterSignal
        Of all that was nominated, in the order of the clusters and, within, of the models.

    References
    ----------
    .. [1] Cox (1975), A note on data-splitting for the evaluation of significance levels. Biometrika
       62(2), 441-444. doi:10.1093/biomet/62.2.441
    """
    counts = (reports.contributor != "") & (standing == np.arange(len(reports)))
    held_out = _is_held_out(reports)
    domains = _by_domain(clusters, len(reports))
    found: list[ClusterSignal] = []
    for provenance, is_silent in product(_PROVENANCES, (True, False)):
        nominated: list[ClusterSignal] = []
        mine = counts & (reports.provenance == provenance) & (reports.is_silent == is_silent)
        kind = "silent" if is_silent else "stated"
        for place, cluster in enumerate(clusters):
            if cluster.is_public:
                in_domain = mine & domains[cluster.domain]
                inside = np.zeros(len(reports), dtype=np.bool_)
                inside[cluster.members] = True
                nominated += _nominated(
                    place,
                    kind,
                    inside,
                    in_domain,
                    held_out=held_out,
                    reports=reports,
                    config=config,
                )
        found += _decided(nominated, config)
    return found


def _is_held_out(reports: ReportArrays) -> Flags:
    """One half of the contributors, by their codes alone: whatever the order of the reports."""
    parity = {
        name: zlib.crc32(name.encode()) % 2 == 1 for name in set(reports.contributor.tolist())
    }
    return np.array([parity[name] for name in reports.contributor], dtype=np.bool_)


def _by_domain(clusters: Sequence[ClusterResult], n_reports: int) -> dict[str, Flags]:
    """Reports that are in any cluster of each domain."""
    found: dict[str, Flags] = {}
    for cluster in clusters:
        flags = found.setdefault(cluster.domain, np.zeros(n_reports, dtype=np.bool_))
        flags[cluster.members] = True
    return found


def _nominated(
    place: int,
    kind: str,
    inside: Flags,
    in_domain: Flags,
    *,
    held_out: Flags,
    reports: ReportArrays,
    config: AnalysisConfig,
) -> list[ClusterSignal]:
    found = []
    for model in sorted(set(reports.model[in_domain & inside].tolist()) - {""}):
        of_model = reports.model == model
        halves = [
            _table(reports, of_model, inside, in_domain & (held_out == half)) for half in (0, 1)
        ]
        (observed, row, column, total), decides = halves
        expected = row * column / total if total else 0.0
        if not observed or not exceeds(observed, expected, config.ic_quantile_watch, config):
            continue
        seen, row, column, total = decides
        margins = (np.array([row]), np.array([column]), np.array([total]))
        found.append(
            ClusterSignal(
                cluster=place,
                model=str(model),
                observed=int(seen),
                expected=float(row * column / total) if total else 0.0,
                p_value=exact_tail(int(seen), *margins) if total else 1.0,
                is_discovery=False,
                symptom_kind=kind,
            )
        )
    return found


def _table(
    reports: ReportArrays, of_model: Flags, inside: Flags, chosen: Flags
) -> tuple[float, float, float, float]:
    """People about the model in the cluster, about the model, in the cluster, and in all."""

    def people(flags: Flags) -> float:
        pairs = zip(reports.contributor[flags], reports.model[flags], strict=True)
        return float(len(set(pairs)))

    return (
        people(chosen & inside & of_model),
        people(chosen & of_model),
        people(chosen & inside),
        people(chosen),
    )


def _decided(found: list[ClusterSignal], config: AnalysisConfig) -> list[ClusterSignal]:
    if not found:
        return []
    p_values: Floats = np.array([signal.p_value for signal in found])
    adjusted = false_discovery_control(p_values, method="bh")
    return [
        replace(
            signal,
            is_discovery=bool(
                level <= config.false_discovery_rate and signal.observed >= config.contributors_min
            ),
        )
        for signal, level in zip(found, adjusted, strict=True)
    ]

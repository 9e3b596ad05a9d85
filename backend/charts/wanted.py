"""Which charts there should be now, from what is public now. Reads only doors named `*_public`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from backend.catalogue import selectors as catalogue
from backend.charts.kinds import Draft, Moment
from backend.charts.rated import NUMBERS, rated_alt, rated_rows
from backend.disclosures.selectors import disclosure_moments_public, register_stamp
from backend.findings import selectors as findings_
from backend.findings.boundaries import boundary_public
from backend.findings.days import SIX_DAYS
from backend.findings.stamps import findings_stamp, report_domains_stamp
from backend.findings.themes import ClusterMap, cluster_map_public
from backend.findings.windows import windows_public
from backend.reports import selectors as reports_
from backend.reports.changes import models_reported_public, reports_stamp
from backend.reports.counts import domain_weeks_public


def stamps() -> dict[str, tuple[Any, ...]]:
    """By kind a value that is another one whenever its charts may have to change.

    That a week of ratings closes is noticed when all are compared, minutes later.
    """
    findings, reports = findings_stamp(), reports_stamp()
    return {
        "reports": (*findings, *reports, register_stamp().key),
        "domain": (*findings, *reports, report_domains_stamp()),
        "finding": findings,
        "ratings": findings,
        "map": (*findings, *reports),
        "clusters": findings,
    }


def drafts_of(kind: str) -> Iterator[Draft]:
    """Every chart of a kind, as it should be now."""
    return _DRAFTS[kind]()


# --- reports per week


def _reports() -> Iterator[Draft]:
    weeks = reports_.weeks_timely_public()
    if not weeks:
        return
    first, last = weeks[0][0], weeks[-1][0] + SIX_DAYS
    moments = [m for m in moments_public() if first <= m.on <= last]
    alt = _weeks_alt(weeks, "public reports")
    if moments:
        alt += f" {len(moments)} moments are marked: releases of models, disclosures, and what findings say."
    yield Draft(
        kind="reports",
        subject="",
        title="Public reports per week",
        alt=alt,
        query="public reports per week of the answer; imported collections left out",
        query_path="/api/v1/charts/?kind=reports",
        rows=[*_week_rows(weeks), *map(_moment_row, moments)],
        is_simulated=reports_.has_simulated(),
        finding_ids=tuple(sorted({m.finding for m in moments if m.finding is not None})),
    )


def moments_public() -> tuple[Moment, ...]:
    """What is marked above the reports per week, by day."""
    found = (*_releases(), *_onsets_and_offsets(), *_disclosures())
    return tuple(sorted(found, key=lambda moment: (moment.on, moment.sort, moment.what)))


def _disclosures() -> Iterator[Moment]:
    """Days on which vendors stated an intervention, or took it back."""
    for moment in disclosure_moments_public():
        what = f"{moment.vendor}: {moment.kind}"
        yield Moment("disclosure", moment.day, moment.day, moment.day, what)


def _releases() -> Iterator[Moment]:
    """Days on which models were released: of those alone that public reports are about."""
    known = catalogue.models_public().filter(pk__in=models_reported_public())
    for model in known.exclude(released_on=None):
        day = model.released_on
        if day is not None:
            yield Moment("release", day, day, day, model.name)


def _onsets_and_offsets() -> Iterator[Moment]:
    """Weeks in which the public findings began and ended; not of those that are part of another."""
    for found in findings_.findings_public().filter(merged_into=None):
        for sort, on, low, high in _bounds(found):
            yield Moment(sort, on, low, high + SIX_DAYS, f"finding {found.pk}", found.pk)


def _bounds(found: Any) -> Iterator[tuple[str, date, date, date]]:
    """Onset and offset of a finding with the Mondays of the weeks in which they may have been.

    Of one that no longer says anything, or was refuted, nothing began; of one that is not resolved,
    nothing is known to have ended.
    """
    if not found.is_said:
        return
    if found.onset:
        yield "onset", found.onset, found.onset_low or found.onset, found.onset_high or found.onset
    if found.offset and found.is_over:
        low, high = found.offset_low or found.offset, found.offset_high or found.offset
        yield "offset", found.offset, low, high


def _week_rows(weeks: list[tuple[date, int]]) -> list[dict[str, Any]]:
    return [
        {"row": "week", "from": w.isoformat(), "to": (w + SIX_DAYS).isoformat(), "reports": n,
         "what": ""}
        for w, n in weeks
    ]  # fmt: skip


def _moment_row(moment: Moment) -> dict[str, Any]:
    return {"row": moment.sort, "from": moment.low.isoformat(), "to": moment.high.isoformat(),
            "reports": None, "what": moment.what, "on": moment.on.isoformat()}  # fmt: skip


def _weeks_alt(weeks: list[tuple[date, int]], what: str) -> str:
    most = max(weeks, key=lambda week: week[1])
    return (
        f"Bar chart: {what} per week, from {weeks[0][0]} to {weeks[-1][0] + SIX_DAYS}. "
        f"{sum(n for _, n in weeks)} reports in {len(weeks)} weeks that have any; most, {most[1]}, in "
        f"the week of {most[0]}."
    )


# --- one domain


def _domains() -> Iterator[Draft]:
    for leaf in catalogue.leaves_public():
        found = domain_weeks_public(leaf.pk)
        if not found.weeks:
            continue
        weeks = [(week.week, week.n_silent + week.n_stated) for week in found.weeks]
        yield Draft(
            kind="domain",
            subject=leaf.pk,
            title=f"{leaf.name}: reports per week",
            alt=_weeks_alt(weeks, f"public reports about “{leaf.name}”"),
            query=f"public reports that the run counted in {leaf.pk}, per week of the answer",
            query_path=f"/api/v1/charts/?kind=domain&subject={leaf.pk}",
            rows=_week_rows(weeks),
            is_simulated=found.has_simulated,
        )


# --- one finding


def _findings() -> Iterator[Draft]:
    for found in findings_.findings_public():
        windows = [_window_row(found, window) for window in windows_public(found)]
        bounds = _bound_rows(found, "contributors", "bound", "expected")
        weeks = found.run.config.get("window_weeks", 8)
        yield Draft(
            kind="finding",
            subject=str(found.pk),
            title=f"{found.model.name} · {found.domain.name}: {found.symptom_kind} symptoms",
            alt=_windows_alt(found, windows),
            query=f"finding {found.pk}: contributors (unverified) in windows of {weeks} weeks",
            query_path=f"/api/v1/findings/{found.pk}/",
            rows=[*windows, *bounds],
            is_simulated=found.is_simulated,
            finding_ids=(found.pk,),
        )


def _bound_rows(found: Any, *columns: str) -> list[dict[str, Any]]:
    """Rows of onset and offset, beside those that have these columns."""
    return [
        {"row": sort, "from": low.isoformat(), "to": (high + SIX_DAYS).isoformat()}
        | dict.fromkeys(columns)
        for sort, _, low, high in _bounds(found)
    ]


def _bounds_alt(found: Any) -> str:
    words = ""
    for sort, on, low, high in _bounds(found):
        verb = "began" if sort == "onset" else "ended"
        words += f" It {verb} about the week of {on} (between {low} and {high})."
    return words


def _window_row(found: Any, window: Any) -> dict[str, Any]:
    """A window as it may be published: neither a count below five nor what would tell it.

    The bound is that of the information component, in contributors: (E + k) 2^IC - k.
    """
    bound = None
    if window.shown is not None:
        k = found.run.config.get("ic_shrinkage", 0.5)
        bound = round(max(0.0, (window.expected + k) * 2**window.ic_low - k), 2)
    return {
        "row": "window",
        "from": window.window_start.isoformat(),
        "to": window.window_end.isoformat(),
        "contributors": window.shown,
        "bound": bound,
        "expected": round(window.expected, 2),
    }


def _windows_alt(found: Any, windows: list[dict[str, Any]]) -> str:
    shown = [row for row in windows if row["contributors"] is not None]
    words = f"Line chart of {len(windows)} windows of {found.model.name} and {found.domain.name}."
    if shown:
        most = max(shown, key=lambda row: row["contributors"])
        words += (
            f" Most contributors, {most['contributors']} where {most['expected']} were expected, in "
            f"the window that ends on {most['to']}."
        )
    return words + _bounds_alt(found)


# --- the ratings of a finding


def _ratings() -> Iterator[Draft]:
    for found in findings_.findings_public():
        rows = rated_rows(found)
        if not rows:
            continue
        yield Draft(
            kind="ratings",
            subject=str(found.pk),
            title=f"{found.model.name} · {found.domain.name}: share of answers called bad",
            alt=rated_alt(found, rows) + _bounds_alt(found),
            query=f"finding {found.pk}: ratings of random answers by week, from the dataset's sums",
            query_path=f"/api/v1/charts/?kind=ratings&subject={found.pk}",
            rows=[*rows, *_bound_rows(found, *NUMBERS)],
            is_simulated=found.is_simulated,
            finding_ids=(found.pk,),
        )


# --- the map of a finding


def _maps() -> Iterator[Draft]:
    for found in findings_.findings_public():
        shown = boundary_public(found)
        if shown is None or not shown.points_shown:
            continue
        points: list[dict[str, Any]] = [
            {"report": str(point.report_id), "x": round(point.x, 4), "y": round(point.y, 4),
             "state": point.state}
            for point in shown.points_shown
        ]  # fmt: skip
        tally = {s: sum(p["state"] == s for p in points) for s in ("affected", "normal", "unknown")}
        yield Draft(
            kind="map",
            subject=str(found.pk),
            title=f"Where: {found.model.name} · {found.domain.name}",
            alt=(
                f"Scatter chart of {len(points)} reports by likeness of their prompts: "
                f"{tally['affected']} affected, {tally['normal']} as ordinary, {tally['unknown']} "
                "not enough data."
            ),
            query=f"finding {found.pk}: public reports on its map, by what surrounds them",
            query_path=f"/api/v1/findings/{found.pk}/map/",
            rows=points,
            is_simulated=found.is_simulated,
            finding_ids=(found.pk,),
            report_ids=tuple(point["report"] for point in points),
        )


# --- maps of clusters


def _cluster_maps() -> Iterator[Draft]:
    """That of all domains, and one of each domain that has a cluster."""
    clusters = list(findings_.clusters_on_map_public())
    with_clusters = {cluster.domain_id for cluster in clusters}
    leaves = [leaf for leaf in catalogue.leaves_public() if leaf.pk in with_clusters]
    for leaf in [None, *leaves] if clusters else []:
        found = cluster_map_public(clusters, leaf)
        of_what = leaf.name if leaf else "all subjects"
        alt = f"Map of {len(found.shown)} clusters of similar reports, numbered from the largest."
        if found.near:
            alt += f" {len(found.own)} are of this subject, the others of its neighbours."
        yield Draft(
            kind="clusters",
            subject=leaf.pk if leaf else "",
            title=f"Clusters of similar reports: {of_what}",
            alt=alt,
            query=f"public clusters of {leaf.pk if leaf else 'all subjects'} by likeness of their reports",
            query_path=f"/api/v1/charts/?kind=clusters&subject={leaf.pk if leaf else ''}",
            rows=cluster_rows(found),
            is_simulated=found.has_simulated,
        )


def cluster_rows(found: ClusterMap) -> list[dict[str, Any]]:
    """The rows of a map of clusters. No word of a report: they outlive withdrawals."""
    return [
        {
            "number": number,
            "cluster": cluster.track_id,
            "domain": cluster.domain_id,
            "place": "own" if number <= len(found.own) else "neighbour",
            "reports": cluster.n_reports,
            "contributors": cluster.n_contributors,
            "x": round(cluster.x, 4),
            "y": round(cluster.y, 4),
        }
        for number, cluster in enumerate(found.shown, start=1)
    ]


_DRAFTS: dict[str, Callable[[], Iterator[Draft]]] = {
    "reports": _reports,
    "domain": _domains,
    "finding": _findings,
    "ratings": _ratings,
    "map": _maps,
    "clusters": _cluster_maps,
}

"""Plain functions that make what tests are about. Texts are invented."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.payloads import make_payload, make_receipt_key, numbers


def make_ratings(monday: str, *, bad: int = 0, fine: int = 0, **overrides: Any) -> None:
    """Stored ratings of one week, one by each contributor; of the middle of it. Needs the catalogue."""
    from backend.measurements.models import Rating, RatingSender

    day = date.fromisoformat(monday) + timedelta(days=3)
    fields: dict[str, Any] = {
        "provenance": "rating", "collection": "ratings", "rated_on": day, "received_on": day,
        "site_id": "chatgpt", "model_id": "gpt-4-0613", "domain_id": "distributed-training",
        "sampling_probability": 0.02,
    }  # fmt: skip
    fields |= overrides
    ratings = Rating.objects.bulk_create(
        Rating(id=uuid.uuid4(), is_bad=is_bad, verdict="not_fine" if is_bad else "fine", **fields)
        for is_bad in [True] * bad + [False] * fine
    )
    if fields["provenance"] == "rating":
        RatingSender.objects.bulk_create(
            RatingSender(
                rating=rating, contributor_tag=f"{next(numbers):016x}", is_linked=True,
                payload_digest="0" * 64, expires_on=day + timedelta(days=84),
            )
            for rating in ratings
        )  # fmt: skip


def make_probe_lines(
    *,
    accounts: Sequence[str] = ("first", "second", "third"),
    items: Sequence[tuple[str, str]] = (("law-1", "law"), ("math-1", "mathematics")),
    rounds: Sequence[int] = range(5),
    **overrides: Any,
) -> list[dict[str, Any]]:
    """Lines of a file of probes, all right; round n is asked on the n-th of October 2026, from the 1st."""
    return [
        {
            "account": account, "item": item, "domain": domain, "stratum": "choice", "round": number,
            "asked_on": str(date(2026, 10, 1) + timedelta(days=number)), "outcome": "right",
        }
        | overrides
        for number in rounds
        for account in accounts
        for item, domain in items
    ]  # fmt: skip


def make_probes(lines: Sequence[dict[str, Any]] | None = None, **overrides: Any) -> Any:
    """A series of probes with these lines, taken in through the one way in. Needs the catalogue."""
    from backend.probes.series import SeriesFacts
    from backend.probes.services import probes_import

    fields: dict[str, Any] = {
        "slug": "gpt-web", "title": "An invented series", "model": "gpt-4-0613", "site": "chatgpt",
        "suite": "invented 1.0", "grader": "exact 1.0", "source_url": "https://suite.example/method",
    }  # fmt: skip
    chosen = make_probe_lines() if lines is None else lines
    encoded = [json.dumps(line).encode() for line in chosen]
    return probes_import(lines=encoded, facts=SeriesFacts(**fields | overrides)).series


def make_report(
    *, state: str = "released", receipt_key: str | None = None, **overrides: Any
) -> Any:
    """A stored report in the given state, sent through the one way in. Needs the catalogue."""
    from backend.reports.models import Report
    from backend.reports.services import report_submit, report_withdraw

    provenance = overrides.pop("provenance", "report")
    collection = overrides.pop("collection", "")
    key = receipt_key or make_receipt_key()
    payload = make_payload(receipt_key=key, **overrides)
    report_submit(payload=payload, provenance=provenance, collection=collection)
    reports = Report.objects.filter(pk=payload["id"])
    if state == "withdrawn":
        reports.update(state="released", public_from=timezone.now().date())
        report_withdraw(receipt_key=key)
    elif state == "embargoed":
        reports.update(state="pending", public_from=timezone.now().date() + timedelta(days=7))
    else:
        reports.update(state=state, public_from=timezone.now().date())
    return reports.get()


def make_run(**overrides: Any) -> Any:
    """A finished run; the current one unless told otherwise."""
    from analysis.config import METHOD_VERSION, AnalysisConfig
    from backend.findings.models import AnalysisRun

    now = timezone.now()
    fields: dict[str, Any] = {
        "state": "done", "queued_at": now, "started_at": now, "finished_at": now, "attempts": 1,
        "as_of": now.date(), "seed": 1, "config": AnalysisConfig().as_dict(),
        "method_version": METHOD_VERSION, "embedding_model": "test", "input_digest": "0" * 64,
        "is_current": True,
    }  # fmt: skip
    fields |= overrides
    if fields["is_current"]:
        AnalysisRun.objects.filter(is_current=True).update(is_current=False)
    return AnalysisRun.objects.create(**fields)


def make_incident(**overrides: Any) -> dict[str, Any]:
    """A row of a run's `incidents`: a model that ratings found worse everywhere."""
    return {
        "model": "gpt-4-0613", "vendor": "openai", "provenance": "rating", "n_ratings": 40,
        "n_raters": 20, "share": 0.3, "share_before": 0.1, "log_e": 9.0, "is_incident": True,
        "since": "2026-10-05", "n_domains": 12, "n_domains_worse": 11,
    } | overrides  # fmt: skip


def make_cluster(*, run: Any, reports: Sequence[Any] = (), **overrides: Any) -> Any:
    """A public cluster of a run under a new lasting id; all its reports are medoids."""
    from backend.findings.models import Cluster, ClusterEvent, ClusterMember, ClusterTrack

    parent = overrides.get("parent")
    track = overrides.pop("track", None) or ClusterTrack.objects.create(
        domain_id="distributed-training", is_theme=parent is None, embedding_model="any",
        centroid=[1.0] + [0.0] * 383, born_on=run.as_of,
        is_simulated=any(report.provenance == "simulated" for report in reports),
    )  # fmt: skip
    fields: dict[str, Any] = {
        "run": run, "track": track, "domain_id": "distributed-training",
        "terms": ["restart", "hope"], "n_reports": 20, "n_contributors": 10,
        "first_week": date(2026, 9, 7), "last_week": date(2026, 9, 7), "is_public": True,
        "x": 0.0, "y": 0.0,
    }  # fmt: skip
    cluster = Cluster.objects.create(**fields | overrides)
    ClusterMember.objects.bulk_create(
        ClusterMember(cluster=cluster, report=report, found_track=track, is_medoid=True)
        for report in reports
    )
    ClusterEvent.objects.create(track=track, run=run, happened_at=timezone.now(), kind="born")
    return cluster


def make_cell(*, run: Any, **overrides: Any) -> Any:
    """What a run knows of a cell: quiet, unless told otherwise."""
    from backend.findings.models import CellState

    fields: dict[str, Any] = {
        "run": run, "model_id": "gpt-4-0613", "domain_id": "distributed-training",
        "symptom_kind": "silent", "state": "insufficient", "reason": "Nothing stands out.",
        "n_contributors": 7, "expected": 7.5, "detectable_ratio": 3.1, "n_ratings": 212,
        "detectable_share": 0.24,
    }  # fmt: skip
    return CellState.objects.create(**fields | overrides)


def make_signal(*, run: Any, **overrides: Any) -> Any:
    """A statistic of a cell in a window; it says nothing, unless told otherwise."""
    from backend.findings.models import Signal

    fields: dict[str, Any] = {
        "run": run, "model_id": "gpt-4-0613", "domain_id": "distributed-training",
        "symptom_kind": "silent", "window_start": date(2026, 9, 7), "window_end": date(2026, 11, 1),
        "n_reports": 20, "observed": 12, "expected": 2.5, "ic": 2.06, "ic_low": 1.13,
        "ic_strict": 0.42, "prr": 4.8, "p_value": 1e-5, "is_discovery": False,
        "state": "insufficient",
    }  # fmt: skip
    return Signal.objects.create(**fields | overrides)


def make_boundary(finding: Any, reports: Sequence[Any]) -> None:
    """A map of a finding: its reports in turn affected and normal, all at the frontier."""
    from backend.findings.boundaries import BoundaryRow, boundary_store

    numbers = {"n_cases": 30, "n_controls": 40, "n_contributors": 50, "ratio": 3.5}
    boundary_store(
        finding,
        BoundaryRow(
            fields={
                "n_cases": 30, "n_controls": 40, "domains": [
                    {"domain": "distributed-training", "share_affected": 0.6,
                     "share_normal": 0.1} | numbers,
                    {"domain": "law", "share_affected": 0.0, "share_normal": 1.0}
                    | numbers | {"n_contributors": 4},
                ],
            },
            points=[
                {"report_id": str(report.pk), "x": -0.5, "y": 0.1 * place, "ratio": 3.0,
                 "low": 2.1, "high": 4.5, "state": ("affected", "normal")[place % 2],
                 "is_case": True, "frontier_rank": place}
                for place, report in enumerate(reports)
            ],
        ),
    )  # fmt: skip


def make_finding(*, run: Any, representatives: tuple[Any, ...] = (), **overrides: Any) -> Any:
    """A reported finding of a run, with the event that made it public."""
    from backend.findings.events import finding_slug
    from backend.findings.models import Finding, FindingEvent

    now = timezone.now()
    fields: dict[str, Any] = {
        "run": run, "model_id": "gpt-4-0613", "domain_id": "distributed-training",
        "symptom_kind": "silent", "state": "reported", "reason": "12 contributors (unverified)",
        "first_seen_at": now, "onset": date(2026, 9, 7), "onset_low": date(2026, 8, 31),
        "onset_high": date(2026, 9, 14), "n_reports": 20, "n_contributors": 12,
        "breakdown_number": 4, "is_published": True, "peak": {
            "window_start": "2026-09-07", "window_end": "2026-11-01", "n_reports": 20,
            "observed": 12, "expected": 2.5, "ic": 2.06, "ic_low": 1.13, "ic_strict": 0.42,
            "prr": 4.8, "p_value": 1e-5, "is_discovery": True, "state": "reported",
            "model_id": "gpt-4-0613", "domain_id": "distributed-training",
            "symptom_kind": "silent",
        },
        "series": [
            {"week": "2026-08-31", "observed": 0, "expected": 0.3},
            {"week": "2026-09-07", "observed": 3, "expected": 0.3},
        ],
    }  # fmt: skip
    fields |= overrides
    finding = Finding.objects.create(**{"slug": finding_slug(fields)} | fields)
    finding.representatives.set(representatives)
    make_boundary(finding, representatives)
    FindingEvent.objects.create(
        finding=finding, run=run, happened_at=now, to_state="reported", reason=finding.reason
    )
    return finding


def publish_charts() -> int:
    """What the worker's sweep does, with images that say what they show instead of drawing it.

    Whatever the stamps say: the other functions here change rows behind the services' back.
    """
    from backend.charts.looks import FILES
    from backend.charts.models import ChartStamp
    from backend.charts.services import charts_publish

    ChartStamp.objects.all().delete()

    def specify(draft: Any) -> dict[str, Any]:
        return {"description": draft.title, "usermeta": [draft.kind, draft.subject]}

    def draw(chart: Any) -> dict[str, bytes]:
        words = json.dumps([chart.pk, chart.title, chart.query, chart.data])
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{words}</text></svg>'
        return {name: svg.encode() for name in (*FILES, "spec.json")}

    return charts_publish(specify=specify, draw=draw)


def make_charts(finding: Any) -> dict[str, str]:
    """Everything published as charts; ids of those of a finding, as tests/routes.py names them."""
    from backend.charts.models import Chart

    publish_charts()
    current = Chart.objects.filter(subject=finding.pk, is_current=True)
    ids = dict(current.values_list("kind", "id"))
    return {"chart": ids["finding"], "map": ids["map"]}


def make_reply(finding: Any, **overrides: Any) -> Any:
    """A reply of the finding's vendor; published, unless told otherwise."""
    from backend.findings.models import Reply

    fields: dict[str, Any] = {
        "finding": finding, "vendor_id": finding.model.vendor_id, "state": "published",
        "text": "We looked at it.", "source_url": "https://vendor.example/reply",
        "replied_on": date(2026, 11, 20), "entered_at": timezone.now(), "entered_by": "mo",
    }  # fmt: skip
    return Reply.objects.create(**fields | overrides)


def make_acknowledgement(finding: Any, **overrides: Any) -> Any:
    """A vendor's word about a finding's cell; published, unless told otherwise. Invented."""
    from backend.findings.models import Acknowledgement

    fields: dict[str, Any] = {
        "model_id": finding.model_id, "domain_id": finding.domain_id,
        "symptom_kind": finding.symptom_kind, "state": "published",
        "source_url": "https://vendor.example/notice", "passage": "Answers were worse for a time.",
        "stated_on": date(2026, 10, 20), "since": date(2026, 9, 1), "until": date(2026, 10, 18),
        "entered_at": timezone.now(), "entered_by": "mo",
    }  # fmt: skip
    return Acknowledgement.objects.create(**fields | overrides)


def acknowledge(finding: Any, *words: Any) -> None:
    """What a run leaves where it counts these acknowledgements, the earliest first, of a finding."""
    source = words[0].source_url
    before = {name: getattr(finding, name) for name in ("state", "reason", "outlook")}
    finding.evidence |= {
        "acknowledged_by": source, "otherwise": before,
        "acknowledgements": [{"id": word.pk, "source": word.source_url} for word in words],
    }  # fmt: skip
    if finding.state == "resolved":
        finding.reason = f"It stood out, the vendor confirmed it ({source}), and it ended."
    else:
        finding.state, finding.outlook = "acknowledged", "It would become resolved."
        finding.reason = f"The vendor confirms it ({source}): {before['reason']}"
    finding.save()


def make_disclosure(*, domains: Sequence[str] = ("distributed-training",), **overrides: Any) -> Any:
    """A disclosure of a vendor about these subjects; published, unless told otherwise. Invented."""
    from backend.disclosures.models import Disclosure

    fields: dict[str, Any] = {
        "vendor_id": "demo-aster", "state": "published", "title": "An invented system card",
        "source_url": "https://vendor.example/card.pdf", "page_first": 214, "page_last": 215,
        "passage": "Answers may be made less capable.", "summary": "Answers get worse.",
        "interventions": ["activation_steering"], "is_user_told": False, "traffic_share": 0.0003,
        "published_on": date(2026, 9, 1), "found_on": date(2026, 10, 1),
        "entered_at": timezone.now(), "entered_by": "mo",
    }  # fmt: skip
    disclosure = Disclosure.objects.create(**fields | overrides)
    disclosure.domains.set(domains)
    return disclosure

"""Making, filling and clearing the simulated episode. It comes in by the same door as every report."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from backend.catalogue.selectors import demo_models, domains_for_analysis
from backend.disclosures.selectors import disclosures_public
from backend.disclosures.services import (
    DisclosureDraft,
    disclosure_enter,
    disclosure_publish,
    simulated_disclosures_delete,
)
from backend.findings import services
from backend.measurements.services import (
    SimulatedRow,
    collection_ratings_delete,
    ratings_simulate,
)
from backend.reports.redaction import REDACTION_VERSION
from backend.reports.services import collection_delete, reports_submit_many

COLLECTION = "demo"
DEMO_SEED = 319
BATCH_ROWS = 100
DEMO_DAYS = 364
DRAWN = 0.02
"""Probability with which an answer is drawn for a rating: the extension's own."""


def demo_payloads(*, seed: int, end: date) -> list[dict[str, Any]]:
    """The simulated episode as payloads of the report contract, oldest first.

    Ids, receipt keys and tags follow from the seed, so that filling twice stores once.
    """
    world = _world(seed, end)
    return [
        _demo_payload(report, number, seed)
        for number, report in enumerate(sorted(world.reports, key=lambda report: report.day))
    ]


def demo_ratings_fill(*, seed: int, end: date) -> int:
    """Store a year of SIMULATED ratings of the same world; how many are new."""
    from analysis.synthetic import demo_ratings

    ratings = demo_ratings(
        _world(seed, end), seed=seed, first=end - timedelta(days=DEMO_DAYS - 1), end=end,
        models=demo_models(), domains=_leaves(),
    )  # fmt: skip
    return ratings_simulate(
        rows=(SimulatedRow(r.day, r.site, r.model, r.domain, r.is_bad) for r in ratings),
        collection=COLLECTION,
        probability=DRAWN,
        seed=seed,
    )


@lru_cache(maxsize=1)
def _world(seed: int, end: date) -> Any:
    from analysis.synthetic import demo_world

    return demo_world(seed=seed, end=end, models=demo_models(), domains=_leaves())


def _leaves() -> list[str]:
    return [slug for slug, _, examples in domains_for_analysis() if examples]


def _demo_payload(report: Any, number: int, seed: int) -> dict[str, Any]:
    digest = hashlib.sha256(f"demo|{seed}|{number}".encode()).digest()
    return {
        "schema_version": 1,
        "id": str(uuid.UUID(bytes=digest[:16], version=4)),
        "receipt_key_sha256": salted_hmac("demo", digest.hex(), algorithm="sha256").hexdigest(),
        "contributor_tag": _demo_tag(report, seed),
        "is_linked": True,
        "consent_version": "2026-11",
        "site": report.site,
        "model_label": report.model_label,
        "model_label_source": "message_attribute",
        "observed_on": report.day.isoformat(),
        "prompt": report.prompt,
        "response": report.response,
        "symptoms": list(report.symptoms),
        "domain": report.domain_stated or None,
        "comment": "",
        "client": {"extension_version": "0.1.0", "adapter": "simulated"},
        "redaction": {"version": REDACTION_VERSION, "removed": {}},
    }


def _demo_tag(report: Any, seed: int) -> str:
    """A tag as a device would make it: scoped to the site and an 8-week epoch."""
    epoch = (report.day - date(1970, 1, 5)).days // 56
    secret = f"demo|{seed}|{report.contributor}".encode()
    scope = f"v1|{report.site}|{epoch}".encode()
    return hmac.new(secret, scope, hashlib.sha256).hexdigest()[:16]


def demo_fill(*, payloads: Sequence[dict[str, Any]], progress: Callable[[int], None]) -> int:
    """Send the episode's payloads; how many reports are new. A second call adds nothing."""
    n_new = 0
    for start in range(0, len(payloads), BATCH_ROWS):
        batch = payloads[start : start + BATCH_ROWS]
        stored = reports_submit_many(payloads=batch, provenance="simulated", collection=COLLECTION)
        n_new += sum(report.is_new for report in stored)
        progress(len(batch))
    return n_new


def demo_disclosure_fill(*, seed: int, end: date) -> int:
    """Enter one SIMULATED passage in which the degraded model's vendor announces it; how many are new."""
    if disclosures_public().filter(vendor__is_fictional=True).exists():
        return 0
    episode = _world(seed, end).degradation
    (vendor,) = {vendor for slug, vendor, _, _ in demo_models() if slug in episode.models}
    published_on = episode.first_day - timedelta(days=3)
    disclosure = disclosure_enter(
        draft=DisclosureDraft(
            vendor=vendor,
            domains=list(episode.domains),
            title="SIMULATED: System card of an invented model",
            source_url="https://vendor.example/simulated-system-card.pdf",
            page_first=214,
            page_last=215,
            passage="SIMULATED: For requests in the areas listed below, responses may be made less "
            "capable by steering. Users are not notified when this happens.",
            summary="SIMULATED: an invented vendor says, deep in an invented document, that answers on "
            "these subjects are silently made worse. It shows what an entry of the register looks like.",
            interventions=["activation_steering"],
            is_user_told=False,
            traffic_share=0.0003,
            organisations_share=0.001,
            published_on=published_on,
            found_on=min(episode.first_day + timedelta(days=40), end),
        ),
        moderator="demo",
    )
    disclosure_publish(disclosure_id=disclosure.pk, moderator="demo", reason="SIMULATED episode.")
    return 1


@transaction.atomic
def demo_clear() -> tuple[int, int]:
    """Remove everything simulated and every conclusion drawn from it; reports, findings.

    Asks for a fresh run, because what the last one counted is gone.
    """
    n_findings = services.simulated_findings_delete()
    n_reports = collection_delete(collection=COLLECTION)
    collection_ratings_delete(collection=COLLECTION)
    simulated_disclosures_delete()
    services.simulated_runs_delete()
    services.run_queue()
    return n_reports, n_findings

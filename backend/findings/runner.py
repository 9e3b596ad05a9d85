"""The one place where the science is run: rows -> arrays -> rows. Imported by services, lazily.

The web process never imports this module: it would load scikit-learn.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.crypto import salted_hmac

from analysis import pipeline
from analysis.config import METHOD_VERSION, AnalysisConfig
from analysis.records import (
    AnalysisError,
    AnalysisResult,
    Batch,
    BoundaryResult,
    Domain,
    RatingArrays,
    ReportArrays,
    Track,
)
from backend.catalogue.selectors import demo_models, domains_for_analysis
from backend.findings import services
from backend.findings.boundaries import BoundaryRow
from backend.findings.corrections import corrections_current
from backend.findings.parts import part_execute, parts_await, parts_store
from backend.findings.tracks import (
    ClusterRow,
    EventRow,
    Joined,
    clusters_of_current_run,
    homes_of_current_run,
    reports_for_placing,
    reports_join,
    resolutions_of_current_run,
)
from backend.measurements.selectors import ratings_for_analysis
from backend.reports.redaction import REDACTION_VERSION
from backend.reports.selectors import (
    reports_for_analysis,
    reports_without_embedding,
    texts_for_analysis,
)
from backend.reports.services import embeddings_store

__all__ = ["AnalysisError", "demo_payloads", "model_build", "parts_execute", "reports_embed",
           "reports_place", "run_execute"]  # fmt: skip

EMBED_ROWS = 256
Progress = Callable[[str, int, int], None]


def _quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def run_execute(*, run_id: int, progress: Progress = _quiet) -> None:
    """Do one run from the released reports to its stored conclusions.

    All conclusions are stored in one transaction at the end, so a run that dies leaves nothing.
    """
    run = services.run_get(run_id=run_id)
    reports_embed(progress=progress)
    batch = _batch(as_of=run.as_of)
    config = AnalysisConfig()
    result = pipeline.analyse(
        batch,
        config,
        seed=run.seed,
        progress=lambda stage, done, total: progress("Analysing", done, total),
        solve=partial(_solve, run_id=run_id, progress=progress),
    )
    services.run_store(
        run_id=run_id,
        record={
            "config": config.as_dict(),
            "method_version": METHOD_VERSION,
            "embedding_model": batch.embedding_model,
            "input_digest": result.input_digest,
            "summary": dict(result.summary),
            "resolutions": dict(result.resolutions),
            "has_simulated": bool((batch.reports.provenance == "simulated").any()),
        },
        conclusions=_conclusions(batch, result),
    )


def _solve(
    parts: Iterable[pipeline.DomainPart], *, run_id: int, progress: Progress
) -> Iterable[pipeline.DomainClusters]:
    """The clusters of all parts, found by this process and every worker that is free."""
    domains: list[str] = []

    def written() -> Iterator[tuple[str, int, bytes]]:
        for part in parts:
            domains.append(part.domain)
            yield part.domain, len(part), pipeline.part_write(part)

    parts_store(run_id=run_id, parts=written())
    found = parts_await(
        run_id=run_id,
        work=_part_work,
        tell=lambda done, total: progress("Clustering", done, total),
    )
    return [pipeline.clusters_read(found[domain]) for domain in domains]


def _part_work(data: bytes) -> bytes:
    return pipeline.clusters_write(pipeline.part_read(data, texts_for_analysis))


def parts_execute() -> int:
    """Do the parts of the run that goes on, as long as there are any to take; how many."""
    done = 0
    while part_execute(work=_part_work):
        done += 1
    return done


def model_build() -> pipeline.ModelInfo:
    """The embedding model of the settings; it is built if it is not there yet."""
    settings.MODEL_DIR.mkdir(parents=True, exist_ok=True)
    return pipeline.model_build(settings.MODEL_DIR, _model_name())


def _model_name() -> str:
    return settings.EMBEDDING_MODEL or pipeline.EMBEDDING_MODEL_ID


def _embed(texts: Sequence[str]) -> Any:
    return pipeline.embed(texts, model_dir=settings.MODEL_DIR, model=_model_name())


def reports_embed(*, limit: int | None = None, progress: Progress = _quiet) -> int:
    """Compute and store the vectors of reports that have none; how many. Repeats nothing."""
    model_id = model_build().id
    waiting = reports_without_embedding(model_id=model_id)
    total = waiting.count() if limit is None else min(limit, waiting.count())
    done = 0
    while done < total:
        rows = list(waiting.values_list("id", "prompt")[: min(EMBED_ROWS, total - done)])
        if not rows:
            break
        vectors = _embed([prompt for _, prompt in rows])
        embeddings_store(
            vectors={
                report_id: vector for (report_id, _), vector in zip(rows, vectors, strict=True)
            },
            model_id=model_id,
        )
        done += len(rows)
        progress("Embedding", done, total)
    return done


def reports_place(*, limit: int) -> int:
    """Give the newest reports their domain and cluster in the current run; how many.

    Milliseconds a report once the classifier is taught. The next run decides anew.
    """
    model_id = model_build().id
    rows = list(reports_for_placing(model_id=model_id)[:limit])
    if not rows:
        return 0
    ids, prompts, stated, vectors = zip(*rows, strict=True)
    embedding = np.array(vectors, dtype=np.float32)
    found = _classifier(_domains(), model_id).assign(embedding, _objects(prompts), _objects(stated))
    clusters = homes_of_current_run(model_id=model_id)
    homes = [
        pipeline.Home(home.domain, np.array(home.centroid, dtype=np.float32), home.reach)
        for home in clusters
    ]
    places = pipeline.nearest_home(found.domain, embedding, homes)
    reports_join(
        [
            Joined(
                report_id=str(report_id),
                domain=str(found.domain[i]),
                domain_inferred=str(found.inferred[i]),
                confidence=float(found.confidence[i]),
                cluster=clusters[places[i]].cluster if places[i] >= 0 else None,
            )
            for i, report_id in enumerate(ids)
        ]
    )
    return len(rows)


@lru_cache(maxsize=1)
def _classifier(domains: tuple[Domain, ...], model_id: str) -> pipeline.DomainClassifier:
    """Taught once for each tree of domains and space of vectors (`model_id`)."""
    texts = [example for domain in domains for example in domain.examples]
    return pipeline.DomainClassifier(domains, _embed(texts), AnalysisConfig())


def _domains() -> tuple[Domain, ...]:
    """The catalogue's tree with everything that teaches: invented prompts and corrected reports."""
    domains = pipeline.with_examples(
        [
            Domain(slug=slug, parent=parent or "", examples=tuple(examples))
            for slug, parent, examples in domains_for_analysis()
        ]
    )
    taught: dict[str, set[str]] = defaultdict(set)
    for slug, prompt in corrections_current().values():
        taught[slug].add(prompt)
    return tuple(
        replace(
            domain, examples=(*domain.examples, *sorted(taught[domain.slug] - set(domain.examples)))
        )
        for domain in domains
    )


# --- rows -> arrays


def _objects(values: Sequence[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = ["" if value is None else str(value) for value in values]
    return array


def _batch(*, as_of: date) -> Batch:
    model, domains = model_build(), _domains()
    texts = [example for domain in domains for example in domain.examples]
    reports = _report_arrays(as_of, model)
    return Batch(
        as_of=as_of,
        reports=reports,
        ratings=_rating_arrays(),
        domains=domains,
        embedding_model=model.id,
        example_embedding=_embed(texts),
        tracks=_tracks(reports, {domain.slug for domain in domains}, model.id),
        resolutions={
            domain: (float(theme), float(variant))
            for domain, (theme, variant) in resolutions_of_current_run(model_id=model.id).items()
        },
    )


def _tracks(reports: ReportArrays, domains: set[str], model_id: str) -> tuple[Track, ...]:
    """The clusters of the current run, as far as their reports are still there."""
    place = {report_id: i for i, report_id in enumerate(reports.report_id.tolist())}
    return tuple(
        Track(
            id=last.track,
            domain=last.domain,
            is_theme=last.is_theme,
            members=np.array(
                sorted(place[i] for i in last.report_ids if i in place), dtype=np.int64
            ),
            centroid=np.array(last.centroid, dtype=np.float32),
            merged_into=last.merged_into,
        )
        for last in clusters_of_current_run(model_id=model_id)
        if last.domain in domains
    )


def _report_arrays(as_of: date, model: pipeline.ModelInfo) -> ReportArrays:
    rows = list(reports_for_analysis(as_of=as_of, model_id=model.id))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 14
    (ids, days, sites, models, vendors, domains, silent, tags, counted,
     clients, provenance, prompts, responses, vectors) = columns  # fmt: skip
    corrected = corrections_current()
    decided = [
        corrected[str(report_id)][0] if str(report_id) in corrected else domain
        for report_id, domain in zip(ids, domains, strict=True)
    ]
    return ReportArrays(
        report_id=_objects(ids),
        day=np.array(days, dtype="datetime64[D]"),
        site=_objects(sites),
        model=_objects(models),
        vendor=_objects(vendors),
        domain_stated=_objects(decided),
        is_silent=np.array(silent, dtype=bool),
        contributor=_contributor_codes(sites, tags, counted),
        client=_objects(clients),
        provenance=_objects(provenance),
        prompt=_objects(prompts),
        response=_objects(responses),
        embedding=np.array(vectors, dtype=np.float32).reshape(len(rows), model.n_dimensions),
    )


def _contributor_codes(
    sites: Sequence[str], tags: Sequence[str | None], counted: Sequence[bool | None]
) -> Any:
    """Codes that are equal for one person within a site and epoch, and mean nothing elsewhere.

    "" where the sender chose to be unlinked, or where intake decided that the report may not count:
    such reports are left out of every headline count.
    """
    keys = [
        f"{site}|{tag}" if tag and is_counted else ""
        for site, tag, is_counted in zip(sites, tags, counted, strict=True)
    ]
    code = {key: f"c{n}" for n, key in enumerate(sorted(set(keys) - {""}))} | {"": ""}
    return _objects([code[key] for key in keys])


def _rating_arrays() -> RatingArrays:
    rows = list(ratings_for_analysis())
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    (collections, items, models, families, released, domains, bad, normalised, chars) = columns
    return RatingArrays(
        collection=_objects(collections),
        item=_objects(items),
        model=_objects(models),
        family=_objects(families),
        released_on=np.array(released, dtype="datetime64[D]"),
        domain=_objects(domains),
        is_bad=np.array(bad, dtype=bool),
        is_bad_normalised=np.array(
            [math.nan if value is None else float(value) for value in normalised], dtype=np.float64
        ),
        response_chars=np.array(chars, dtype=np.int64),
    )


# --- arrays -> rows


def _conclusions(batch: Batch, result: AnalysisResult) -> services.Conclusions:
    ids = batch.reports.report_id
    simulated = batch.reports.provenance == "simulated"

    def pick(indices: Any) -> list[str]:
        return [str(ids[int(index)]) for index in indices]

    return services.Conclusions(
        report_domains=[
            {
                "report_id": str(ids[i]),
                "domain": str(result.domain[i]),
                "domain_inferred": str(result.domain_inferred[i]),
                "confidence": float(result.domain_confidence[i]),
                "is_duplicate": bool(result.duplicate_of[i] != i),
                "is_outlier": bool(result.is_outlier[i]),
            }
            for i in range(len(ids))
        ],
        clusters=[
            ClusterRow(
                fields=_row(
                    cluster,
                    "domain_id=domain terms separating_terms n_reports n_contributors first_week "
                    "last_week is_public",
                )
                | {
                    name: None if math.isnan(value) else value
                    for name, value in (
                        ("reach", cluster.reach),
                        ("stability", cluster.stability),
                        ("silhouette", cluster.silhouette),
                    )
                },
                track=cluster.track,
                centroid=cluster.centroid,
                members=pick(cluster.members),
                found_tracks=cluster.found_track.tolist(),
                medoids=set(pick(cluster.medoids)),
                parent=cluster.parent,
                nearest=cluster.nearest,
            )
            for cluster in result.clusters
        ],
        cluster_events=[EventRow(e.kind, e.track, e.cluster) for e in result.track_events],
        signals=[_signal_row(signal) for signal in result.signals],
        comparisons=[
            _row(
                comparison,
                "collection family domain_id=domain earlier_id=earlier later_id=later n_earlier "
                "n_later n_pairs bad_earlier bad_later difference difference_low difference_high "
                "p_value detectable verdict cautions",
            )
            for comparison in result.comparisons
        ],
        boundaries={
            place: _boundary_row(finding.boundary, pick)
            for place, finding in enumerate(result.findings)
            if finding.boundary is not None
        },
        findings=[
            (
                _row(
                    finding,
                    "model_id=model domain_id=domain symptom_kind state reason onset onset_low "
                    "onset_high offset offset_low offset_high n_reports n_contributors "
                    "breakdown_number",
                )
                | {
                    "peak": _jsonable(_signal_row(finding.peak)),
                    "series": [
                        {
                            "week": point.week.isoformat(),
                            "observed": point.observed,
                            "expected": round(point.expected, 4),
                        }
                        for point in finding.series
                    ],
                    "is_simulated": bool(simulated[finding.representatives].any()),
                },
                pick(finding.representatives),
            )
            for finding in result.findings
        ],
    )


def _boundary_row(boundary: BoundaryResult, pick: Callable[[Any], list[str]]) -> BoundaryRow:
    rank = {
        report: place
        for side in (boundary.affected, boundary.normal)
        for place, report in enumerate(pick(side))
    }
    rows = zip(
        pick(boundary.reports), boundary.places.tolist(), boundary.ratio, boundary.low,
        boundary.high, boundary.state, boundary.is_case, strict=True,
    )  # fmt: skip
    return BoundaryRow(
        fields={
            "n_cases": boundary.n_cases,
            "n_controls": boundary.n_controls,
            "domains": [asdict(domain) for domain in boundary.domains],
        },
        points=[
            {
                "report_id": report, "x": x, "y": y, "ratio": float(ratio), "low": float(low),
                "high": float(high), "state": str(state), "is_case": bool(is_case),
                "frontier_rank": rank.get(report),
            }
            for report, (x, y), ratio, low, high, state, is_case in rows
        ],
    )  # fmt: skip


def _row(record: Any, names: str) -> dict[str, Any]:
    """The named fields of a record as plain Python values; `column=field` renames."""
    row = {}
    for name in names.split():
        column, _, attribute = name.partition("=")
        value = getattr(record, attribute or column)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, np.generic):
            value = value.item()
        row[column] = value
    return row


def _signal_row(signal: Any) -> dict[str, Any]:
    row = _row(
        signal,
        "model_id=model domain_id=domain symptom_kind window_start window_end n_reports observed "
        "expected ic ic_low ic_strict prr p_value is_discovery state",
    )
    row["prr"] = None if math.isnan(row["prr"]) or math.isinf(row["prr"]) else row["prr"]
    return row


def _jsonable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()
    }


# --- the demo episode


def demo_payloads(*, seed: int, end: date) -> list[dict[str, Any]]:
    """The simulated episode as payloads of the report contract, oldest first.

    Ids, receipt keys and tags follow from the seed, so that filling twice stores once.
    """
    from analysis.synthetic import demo_world

    models = demo_models()
    domains = [slug for slug, _, examples in domains_for_analysis() if examples]
    world = demo_world(seed=seed, end=end, models=models, domains=domains)
    return [
        _demo_payload(report, number, seed)
        for number, report in enumerate(sorted(world.reports, key=lambda report: report.day))
    ]


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

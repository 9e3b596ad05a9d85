"""The one place where the science is run: rows -> arrays -> rows. Imported by services, lazily.

The web process never imports this module: it would load scikit-learn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, fields, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
from django.conf import settings

from analysis import pipeline
from analysis.config import METHOD_VERSION, OF_ASKING_AGAIN, AnalysisConfig
from analysis.records import AnalysisError, Batch, Domain, ReportArrays, Track
from backend.catalogue.selectors import domains_for_analysis
from backend.common.errors import RuleError
from backend.findings import services
from backend.findings.arrays import (
    SIMULATED,
    acknowledgement_records,
    exposure_arrays,
    objects,
    probe_arrays,
    rating_arrays,
    report_arrays,
    sampled_ratings,
)
from backend.findings.conclusions import conclusions_of, finding_row, plain
from backend.findings.corrections import corrections_current
from backend.findings.parts import part_execute, parts_await, parts_store
from backend.findings.tallies import tally_rows
from backend.findings.tracks import (
    Joined,
    clusters_of_current_run,
    homes_of_current_run,
    reports_for_placing,
    reports_join,
    resolutions_of_current_run,
)
from backend.reports.contributors import contributors_by_place
from backend.reports.selectors import (
    reports_without_embedding,
    symptoms_for_analysis,
    texts_for_analysis,
)
from backend.reports.services import embeddings_store

__all__ = ["AnalysisError", "findings_judge", "model_build", "parts_execute", "reports_embed",
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
            "incidents": plain([asdict(incident) for incident in result.incidents]),
            "scans": plain([asdict(scan) for scan in result.scans]),
        },
        conclusions=replace(
            conclusions_of(batch, result, symptoms=_symptoms(batch, result)),
            evidence=pipeline.evidence_write(result.evidence) if result.evidence else None,
            tallies=tally_rows(contributors_by_place(as_of=run.as_of)),
        ),
    )


def _symptoms(batch: Batch, result: Any) -> dict[str, list[str]]:
    """The symptoms of every report of a finding, by its id."""
    ids = batch.reports.report_id
    members = {str(ids[i]) for finding in result.findings for i in finding.members.tolist()}
    return symptoms_for_analysis(sorted(members))


def findings_judge(
    *, data: bytes, record: Mapping[str, Any], left_out: Set[int] = frozenset()
) -> list[dict[str, Any]]:
    """The findings that frozen evidence gives once more, as the columns of their rows.

    `record` is what the run stored: its `config`, `seed` and `method_version`. Acknowledgements whose ids
    are in `left_out` do not count: they were taken down since. RuleError if this
    program is of another method version, or cannot read the thresholds.
    """
    if record["method_version"] != METHOD_VERSION:
        raise RuleError(
            "method_version_differs",
            f"The run used method {record['method_version']}, this program is {METHOD_VERSION}. "
            "Check out the version of Plumbline that made the run, or run the analysis again.",
        )
    config = _config(record["config"])
    evidence = pipeline.evidence_read(data)
    words = tuple(word for word in evidence.acknowledgements if word.id not in left_out)
    evidence = replace(evidence, acknowledgements=words)
    judged = pipeline.judge(evidence, config, seed=record["seed"])
    return [finding_row(finding) for finding in judged.findings]


def _config(stored: Mapping[str, Any]) -> AnalysisConfig:
    """The thresholds of a run as it stored them; JSON has lists for tuples."""
    names = {threshold.name for threshold in fields(AnalysisConfig)}
    if unlike := sorted((names ^ set(stored)) - OF_ASKING_AGAIN):
        raise RuleError(
            "config_unreadable",
            "The run's thresholds are not those of this program. Use the version of Plumbline that "
            "made the run.",
            {name: ["Missing." if name in names else "Not known here."] for name in unlike},
        )
    return AnalysisConfig(**{name: _tupled(value) for name, value in stored.items()})


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def _solve(
    parts: Iterable[pipeline.DomainPart], *, run_id: int, progress: Progress
) -> Iterable[pipeline.DomainClusters]:
    """The clusters of all parts, found by this process and every worker that is free."""
    names: list[str] = []

    def written() -> Iterator[tuple[str, int, bytes]]:
        for part in parts:
            names.append(part.name)
            yield part.name, len(part), pipeline.part_write(part)

    parts_store(run_id=run_id, parts=written())
    found = parts_await(
        run_id=run_id,
        work=_part_work,
        tell=lambda done, total: progress("Clustering", done, total),
    )
    return [pipeline.clusters_read(found[name]) for name in names]


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
    ids, prompts, stated, provenances, vectors = zip(*rows, strict=True)
    embedding = np.array(vectors, dtype=np.float32)
    found = _classifier(_domains(), model_id).assign(embedding, objects(prompts), objects(stated))
    clusters = homes_of_current_run(model_id=model_id)
    homes = [
        pipeline.Home(
            home.domain, np.array(home.centroid, dtype=np.float32), home.reach, home.is_simulated
        )
        for home in clusters
    ]
    is_simulated = np.array(provenances) == SIMULATED
    places = pipeline.nearest_home(found.domain, embedding, homes, is_simulated=is_simulated)
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


def _batch(*, as_of: date) -> Batch:
    model, domains = model_build(), _domains()
    texts = [example for domain in domains for example in domain.examples]
    reports = report_arrays(as_of=as_of, model_id=model.id, n_dimensions=model.n_dimensions)
    return Batch(
        as_of=as_of,
        reports=reports,
        ratings=rating_arrays(),
        sampled=sampled_ratings(as_of=as_of),
        exposures=exposure_arrays(as_of=as_of),
        acknowledgements=acknowledgement_records(as_of=as_of),
        probes=probe_arrays(as_of=as_of),
        domains=domains,
        embedding_model=model.id,
        example_embedding=_embed(texts),
        tracks=_tracks(reports, {domain.slug for domain in domains}, model.id),
        resolutions={
            name: (float(theme), float(variant))
            for name, (theme, variant) in resolutions_of_current_run(model_id=model.id).items()
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
            is_simulated=last.is_simulated,
        )
        for last in clusters_of_current_run(model_id=model_id)
        if last.domain in domains
    )

"""What a run's result follows from, as one number that anybody can compute again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.config import METHOD_VERSION, OF_ASKING_AGAIN, AnalysisConfig
from analysis.records import Batch


def input_digest(batch: Batch, config: AnalysisConfig, seed: int) -> str:
    """SHA-256 of all that decides the result, whatever the order of the rows."""
    digest = hashlib.sha256()
    thresholds = config.as_dict()
    if not len(batch.probes):  # then it is what it was before there were any
        thresholds = {name: n for name, n in thresholds.items() if name not in OF_ASKING_AGAIN}
    head = [METHOD_VERSION, batch.embedding_model, batch.as_of.isoformat(), seed, thresholds]
    digest.update(json.dumps(head, sort_keys=True).encode())
    for domain in batch.domains:
        digest.update(json.dumps([domain.slug, domain.parent, *domain.examples]).encode())
    digest.update(np.ascontiguousarray(batch.example_embedding).tobytes())
    digest.update(json.dumps(sorted(batch.resolutions.items())).encode())
    for track in sorted(batch.tracks, key=lambda track: track.id):
        head = [track.id, track.domain, track.is_simulated, track.is_theme, track.merged_into]
        digest.update(json.dumps([*head, *sorted(batch.reports.report_id[track.members])]).encode())
    for word in sorted(batch.acknowledgements, key=lambda word: word.id):
        digest.update(json.dumps(["acknowledgement", asdict(word)], default=str).encode())
    records: list[Any] = [batch.reports, batch.ratings, batch.sampled, batch.exposures]
    if len(batch.probes):
        records.append(batch.probes)
    for record in records:
        rows = sorted(
            hashlib.sha256(b"".join(_entry(column[i]) for column in _columns(record))).digest()
            for i in range(len(record))
        )
        digest.update(b"".join([len(rows).to_bytes(8, "big"), *rows]))
    return digest.hexdigest()


def _columns(record: Any) -> list[NDArray[Any]]:
    return [getattr(record, f.name) for f in fields(record)]


def _entry(value: Any) -> bytes:
    data = value.tobytes() if isinstance(value, np.ndarray) else str(value).encode()
    return len(data).to_bytes(8, "big") + data

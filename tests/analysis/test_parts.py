"""Parts of a run: the same clusters wherever they are found."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from analysis.clustering import DomainClusters, DomainPart, cluster_part
from analysis.parts import (
    clusters_read,
    clusters_write,
    part_of,
    part_read,
    part_write,
    positions_back,
)
from analysis.records import Track
from tests.analysis.test_cluster_lives import CONFIG, planted

HERE = 600


def told(value: object) -> object:
    """A record as plain values that can be compared; NaN equals NaN."""
    if is_dataclass(value):
        return {f.name: told(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray):
        return [str(value.dtype), *(repr(entry) for entry in value.tolist())]
    if isinstance(value, list | tuple):
        return [told(entry) for entry in value]
    return repr(value)


@pytest.fixture(scope="module")
def part() -> DomainPart:
    vectors = planted(3)[0].astype(np.float16).astype(np.float32)
    n = len(vectors)
    assert n == HERE
    words = np.random.default_rng(1).choice("gradient shard kernel token".split(), size=(n, 6))
    standing = np.arange(n)
    standing[7] = 3
    bare = DomainPart(
        domain="law",
        is_simulated=False,
        report_id=np.array([f"r{i:04}" for i in range(n)], dtype=object),
        standing=standing,
        contributor=np.array([f"c{i % 97}" if i % 11 else "" for i in range(n)], dtype=object),
        week=np.full(n, np.datetime64("2026-11-02")),
        prompt=np.array([" ".join(row) for row in words], dtype=object),
        embedding=vectors,
        tracks=(),
        last=(0.0, 0.0),
        config=CONFIG,
        seed=5,
    )
    found = cluster_part(bare)
    tracks = tuple(
        Track(i + 1, "law", c.parent < 0, np.append(c.members, n + 40 + i), c.centroid, int(i == 1))
        for i, c in enumerate(found.clusters)
    )
    return replace(bare, tracks=tracks, last=found.resolution)


def stored(part: DomainPart, without: tuple[str, ...] = ()):
    texts = zip(part.report_id, part.prompt, part.embedding, strict=True)
    known = {report: (prompt, vector) for report, prompt, vector in texts if report not in without}
    return lambda ids: {report: known[report] for report in ids if report in known}


def test_a_part_done_elsewhere_gives_the_same_value_for_value(part: DomainPart) -> None:
    here = cluster_part(part)
    assert len(here.clusters) > 5
    assert {c.track for c in here.clusters if c.parent < 0} - {0}
    there = clusters_read(clusters_write(part_read(part_write(part), stored(part))))
    assert told(there) == told(here)


def test_no_prompt_and_no_vector_travels(part: DomainPart) -> None:
    marked = replace(part, prompt=np.array(["xylophone"] * HERE, dtype=object))
    assert part_write(marked) == part_write(part)
    assert len(part_write(part)) < 40 * HERE + 2000 * len(part.tracks)


def test_a_report_withdrawn_in_the_meantime_is_in_no_cluster(part: DomainPart) -> None:
    gone = ("r0003", "r0100", "r0599")
    found = part_read(part_write(part), stored(part, without=gone))
    members = {int(m) for c in found.clusters for m in c.members} | set(found.outliers.tolist())
    assert members == set(range(HERE)) - {3, 100, 599}
    kept = np.setdiff1d(np.arange(HERE), [3, 100, 599])
    alone = replace(
        part,
        **{
            name: getattr(part, name)[kept]
            for name in ("report_id", "contributor", "week", "prompt", "embedding")
        },
        standing=np.arange(len(kept)),
        tracks=tuple(
            replace(t, members=np.array([np.searchsorted(kept, m) if m in kept else HERE + m
                                         for m in t.members]))
            for t in part.tracks
        ),
    )  # fmt: skip
    assert told(positions_back(cluster_part(alone), kept)) == told(found)


def test_a_part_with_nothing_left_has_no_clusters(part: DomainPart) -> None:
    found = part_read(part_write(part), lambda ids: {})
    assert found.clusters == []
    assert {event.kind for event in found.events} == {"died"}
    assert told(clusters_read(clusters_write(found))) == told(found)


def test_a_part_keeps_what_stands_elsewhere_apart() -> None:
    from analysis.synthetic import plain_texts
    from tests.analysis.worlds import batch_of, year

    reports = batch_of(year(7, texts=plain_texts)).reports
    standing = np.arange(len(reports))
    standing[[4, 9]] = [2, 3]
    track = Track(1, "law", True, np.array([2, 3, 9]), reports.embedding[0])
    part = part_of(
        reports, np.array([2, 4, 9]), domain="law", is_simulated=True, standing=standing,
        weeks=reports.day, tracks=[track], config=CONFIG, seed=1,
    )  # fmt: skip
    assert part.standing.tolist() == [0, 0, 2]
    assert part.tracks[0].members[[0, 2]].tolist() == [0, 2]
    assert part.tracks[0].members[1] >= 3


def test_an_empty_result_survives() -> None:
    nothing = DomainClusters([], [], np.zeros(0, dtype=np.int64))
    assert told(clusters_read(clusters_write(nothing))) == told(nothing)

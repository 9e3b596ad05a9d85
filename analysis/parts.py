"""A run's clustering in parts, which any process on any host can do: of each domain its real and its
simulated reports.

A part is written as Arrow without texts and vectors: whoever does it reads these where they are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.clustering import DomainClusters, DomainPart, cluster_part
from analysis.config import AnalysisConfig
from analysis.division import UNDIVIDED, Resolutions
from analysis.records import Ints, ReportArrays, Strings, Track, TrackEvent
from analysis.results import ClusterResult

Text = tuple[str, NDArray[np.float32]]


Solve = Callable[[Iterable[DomainPart]], Iterable[DomainClusters]]
"""Does parts, here or elsewhere: their results, in their order."""


def solve_here(parts: Iterable[DomainPart]) -> Iterator[DomainClusters]:
    """One part after the other in this process."""
    return map(cluster_part, parts)


def part_of(
    reports: ReportArrays,
    indices: Ints,
    *,
    domain: str,
    is_simulated: bool,
    standing: Ints,
    weeks: NDArray[np.datetime64],
    tracks: Sequence[Track],
    last: Resolutions = UNDIVIDED,
    config: AnalysisConfig,
    seed: int,
) -> DomainPart:
    """The part that holds the reports at `indices` (ascending) of a batch."""
    return DomainPart(
        domain=domain,
        is_simulated=is_simulated,
        report_id=reports.report_id[indices],
        standing=_standing(standing[indices], indices),
        contributor=reports.contributor[indices],
        week=weeks[indices],
        prompt=reports.prompt[indices],
        embedding=reports.embedding[indices],
        tracks=tuple(replace(t, members=_members(t.members, indices)) for t in tracks),
        last=last,
        config=config,
        seed=seed,
    )


def _standing(standing: Ints, kept: Ints) -> Ints:
    """Positions within `kept` (ascending) of those that stand for its entries, else their own."""
    own = np.arange(len(kept), dtype=np.int64)
    place = np.minimum(np.searchsorted(kept, standing), max(len(kept) - 1, 0))
    return np.where(kept[place] == standing, place, own) if len(kept) else own


def _members(members: Ints, kept: Ints) -> Ints:
    """Positions within `kept` (ascending); those of others follow it, each another one."""
    if not len(kept):
        return np.arange(len(members), dtype=np.int64)
    place = np.minimum(np.searchsorted(kept, members), len(kept) - 1)
    is_here = kept[place] == members
    found: Ints = np.where(is_here, place, len(kept) + members)
    return found


def positions_back(found: DomainClusters, positions: Ints) -> DomainClusters:
    """The same clusters, with the positions that the part's own ones stand for."""
    return replace(
        found,
        clusters=[
            replace(c, members=positions[c.members], medoids=positions[c.medoids])
            for c in found.clusters
        ],
        outliers=positions[found.outliers],
    )


# --- as Arrow

_TRACK = pa.schema(
    {
        "id": pa.int64(), "domain": pa.string(), "is_theme": pa.bool_(),
        "members": pa.list_(pa.int64()), "centroid": pa.list_(pa.float32()),
        "merged_into": pa.int64(), "is_simulated": pa.bool_(),
    }
)  # fmt: skip
_CLUSTER = pa.schema(
    {
        "domain": pa.string(), "members": pa.list_(pa.int64()), "medoids": pa.list_(pa.int64()),
        "terms": pa.list_(pa.string()), "n_reports": pa.int64(), "n_contributors": pa.int64(),
        "first_week": pa.date32(), "last_week": pa.date32(), "is_public": pa.bool_(),
        "is_simulated": pa.bool_(),
        "parent": pa.int64(), "track": pa.int64(), "found_track": pa.list_(pa.int64()),
        "centroid": pa.list_(pa.float32()), "reach": pa.float64(), "stability": pa.float64(),
        "silhouette": pa.float64(), "nearest": pa.int64(),
        "separating_terms": pa.list_(pa.string()),
    }
)  # fmt: skip
_EVENT = pa.schema({"kind": pa.string(), "track": pa.int64(), "cluster": pa.int64()})


def part_write(part: DomainPart) -> bytes:
    """A part as Arrow, without prompts and vectors."""
    reports = pa.table(
        {
            "report_id": pa.array(part.report_id, pa.string()),
            "standing": part.standing,
            "contributor": pa.array(part.contributor, pa.string()),
            "week": part.week.astype("datetime64[D]"),
        }
    )
    head = {
        "domain": part.domain, "is_simulated": part.is_simulated, "last": part.last,
        "seed": part.seed, "config": part.config.as_dict(),
    }  # fmt: skip
    return _write(head, {"reports": reports, "tracks": _table(part.tracks, _TRACK)})


def part_read(data: bytes, texts: Callable[[list[str]], Mapping[str, Text]]) -> DomainClusters:
    """Read a part, fetch prompts and vectors, and give its clusters in the part's own positions.

    Parameters
    ----------
    data : bytes
        As `part_write` wrote it.
    texts : callable
        Report ids -> prompt and vector by id. One that is missing was withdrawn in the meantime: it
        is in no cluster.
    """
    head, tables = _read(data)
    rows = tables["reports"]
    ids = rows["report_id"].to_pylist()
    known = texts(ids)
    kept = np.array([i for i, report in enumerate(ids) if report in known], dtype=np.int64)
    config: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in head["config"].items()
    }
    chosen = [known[ids[i]] for i in kept]
    standing = rows["standing"].to_numpy()
    part = DomainPart(
        domain=head["domain"],
        is_simulated=head["is_simulated"],
        report_id=_objects(ids)[kept],
        standing=_standing(standing[kept], kept),
        contributor=_objects(rows["contributor"].to_pylist())[kept],
        week=rows["week"].to_numpy().astype("datetime64[D]")[kept],
        prompt=_objects([prompt for prompt, _ in chosen]),
        embedding=np.array([vector for _, vector in chosen], dtype=np.float32),
        tracks=tuple(
            Track(
                **row
                | {
                    "members": _members(np.array(row["members"], dtype=np.int64), kept),
                    "centroid": np.array(row["centroid"], dtype=np.float32),
                }
            )
            for row in tables["tracks"].to_pylist()
        ),
        last=(head["last"][0], head["last"][1]),
        config=AnalysisConfig(**config),
        seed=head["seed"],
    )
    return positions_back(cluster_part(part), kept)


def clusters_write(found: DomainClusters) -> bytes:
    """What a part found, as Arrow."""
    return _write(
        {"resolution": found.resolution},
        {
            "clusters": _table(found.clusters, _CLUSTER),
            "events": _table(found.events, _EVENT),
            "outliers": pa.table({"report": found.outliers}),
        },
    )


def clusters_read(data: bytes) -> DomainClusters:
    """The same back, value for value."""
    head, tables = _read(data)
    vectors = {"members": np.int64, "medoids": np.int64, "found_track": np.int64,
               "centroid": np.float32}  # fmt: skip
    return DomainClusters(
        clusters=[
            ClusterResult(
                **row
                | {name: np.array(row[name], dtype=kind) for name, kind in vectors.items()}
                | {name: tuple(row[name]) for name in ("terms", "separating_terms")}
            )
            for row in tables["clusters"].to_pylist()
        ],
        events=[TrackEvent(**row) for row in tables["events"].to_pylist()],
        outliers=tables["outliers"]["report"].to_numpy(),
        resolution=(head["resolution"][0], head["resolution"][1]),
    )


def _objects(values: Sequence[str]) -> Strings:
    found: Strings = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _table(records: Sequence[Any], schema: pa.Schema) -> pa.Table:
    rows = [asdict(record) for record in records]
    return pa.Table.from_pylist(rows, schema=schema)


def _write(head: dict[str, Any], tables: dict[str, pa.Table]) -> bytes:
    """Several tables and a header in one Arrow stream of one row."""
    row = {name: [_stream(table)] for name, table in tables.items()}
    whole = pa.table(
        {name: pa.array(value, pa.large_binary()) for name, value in row.items()}
    ).replace_schema_metadata({"head": json.dumps(head)})
    return _stream(whole)


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    whole = pa.ipc.open_stream(data).read_all()
    head = json.loads(whole.schema.metadata[b"head"])
    return head, {
        name: pa.ipc.open_stream(whole[name][0].as_buffer()).read_all()
        for name in whole.column_names
    }

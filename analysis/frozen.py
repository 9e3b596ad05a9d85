"""Counted evidence as bytes and back: what a run keeps, so that it can be judged again."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.records import (
    Acknowledgement,
    CountedEvidence,
    DataError,
    Domain,
    ExposureArrays,
    ProbeArrays,
    SampledRatings,
)

FORMAT = "plumbline evidence 1"
_NESTED = {"ratings": SampledRatings, "exposures": ExposureArrays, "probes": ProbeArrays}
_IF_ANY = "probes"
"""The last of them is written only where there are any: earlier evidence has none, and stays the same."""
_WHOLE = ("as_of", "domains", "acknowledgements")
_DAYS = ("stated_on", "since", "until")
_LATER = {"ratings": "contributor"}
"""Columns that earlier evidence lacks. Nobody was told apart then: each row counted for itself."""


def evidence_write(evidence: CountedEvidence) -> bytes:
    """The evidence as one Arrow file, compressed; equal evidence gives equal bytes."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "as_of": evidence.as_of.isoformat(),
        "domains": [[domain.slug, domain.parent] for domain in evidence.domains],
    }
    if evidence.acknowledgements:  # runs before there were any have none of the name
        words = sorted(evidence.acknowledgements, key=lambda word: word.id)
        head["acknowledgements"] = [_word_written(word) for word in words]
    columns = {
        f.name: getattr(evidence, f.name)
        for f in fields(evidence)
        if f.name not in _NESTED and f.name not in _WHOLE
    }
    parts = [_table(columns)]
    for name in _NESTED:
        record = getattr(evidence, name)
        if name == _IF_ANY and not len(record):
            continue
        parts.append(_table({f.name: getattr(record, f.name) for f in fields(record)}))
    written = [len(part).to_bytes(8, "big") + part for part in (json.dumps(head).encode(), *parts)]
    return b"".join(written)


def evidence_read(data: bytes) -> CountedEvidence:
    """The evidence that was written.

    Raises
    ------
    DataError
        If the bytes are not such a file, or one of another format.
    """
    try:
        head_bytes, reports, *nested = _parts(data)
        if len(_NESTED) - len(nested) not in (0, 1):  # the last may be left out
            raise DataError("these bytes are no evidence of a run")
        head = json.loads(head_bytes)
        if head["format"] != FORMAT:
            raise DataError(f"evidence of the format {head['format']!r}; this reads {FORMAT!r}")
        return CountedEvidence(
            as_of=date.fromisoformat(head["as_of"]),
            domains=tuple(Domain(slug, parent) for slug, parent in head["domains"]),
            acknowledgements=tuple(_word_read(word) for word in head.get("acknowledgements", ())),
            **_columns(reports),
            **{
                name: record(**_completed(name, _columns(part)))
                for (name, record), part in zip(_NESTED.items(), nested, strict=False)
            },
        )
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise DataError("these bytes are no evidence of a run") from error


def _completed(name: str, columns: dict[str, Any]) -> dict[str, Any]:
    later = _LATER.get(name)
    if later is None or later in columns:
        return columns
    return columns | {later: np.arange(len(columns["day"]))}


def _word_written(word: Acknowledgement) -> dict[str, Any]:
    days = {name: getattr(word, name) for name in _DAYS}
    return asdict(word) | {name: day.isoformat() if day else None for name, day in days.items()}


def _word_read(written: dict[str, Any]) -> Acknowledgement:
    days = {name: written[name] for name in _DAYS}
    return Acknowledgement(
        **written | {name: date.fromisoformat(day) if day else None for name, day in days.items()}
    )


def _parts(data: bytes) -> list[bytes]:
    found, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 8], "big")
        found.append(data[place + 8 : place + 8 + size])
        place += 8 + size
        if place > len(data):
            raise ValueError("cut short")
    return found


def _table(columns: dict[str, Any]) -> bytes:
    arrays = {}
    for name, values in columns.items():
        if values.dtype == object:
            arrays[name] = pa.array(values, type=pa.string()).dictionary_encode()
        else:
            arrays[name] = pa.array(values)
    table = pa.table(arrays)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _columns(data: bytes) -> dict[str, Any]:
    table = pa.ipc.open_file(pa.BufferReader(data)).read_all()
    found = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if pa.types.is_dictionary(column.type):
            words = np.empty(len(column.dictionary), dtype=object)
            words[:] = column.dictionary.to_pylist()
            codes = column.indices.to_numpy(zero_copy_only=False)
            found[name] = words[codes] if len(words) else np.empty(0, dtype=object)
        else:
            found[name] = column.to_numpy(zero_copy_only=False)
    return found

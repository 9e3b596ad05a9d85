"""Columns of texts, worked on as one run of bytes: escaped for JSON, made safe for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from backend.common.spreadsheets import BREAKS, QUOTE, SEPARATORS, STARTS, cell_safe

KEPT = pa.dictionary(pa.int32(), pa.string())
"""Texts that repeat: each once, and where it stands."""
FEW = 64
"""Up to so many texts are worked on faster one by one."""
PIECE = 128 * 1024
"""So many characters are escaped at once: the memory for that is eight times as much."""
TEXTS = (pa.string(), KEPT)
_MARK = "\x7f"
"""Stands for the quotes around each text while all of them are escaped: JSON leaves it as it is."""


def _is_in(characters: str) -> Any:
    """By byte, whether a character of these begins with it."""
    found = np.zeros(256, bool)
    found[[character.encode()[0] for character in characters]] = True
    return found


_IS_SEPARATOR, _IS_BREAK, _IS_START = _is_in(SEPARATORS), _is_in(BREAKS), _is_in(STARTS)
_WIDE = [character.encode() for character in STARTS if not character.isascii()]
_WIDE_FIRST, _WIDE_BYTES = _WIDE[0][0], len(_WIDE[0])
_FIRST_BREAK, _N_BREAKS = ord("\t"), ord("\r") - ord("\t") + 1


def column_whole(column: Any) -> Any:
    """The array of a column; of several pieces a new one."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def by_value(values: Any, work: Callable[[Any], Any]) -> Any:
    """What `work` makes of each value, done once for each one where they are kept in a dictionary."""
    if pa.types.is_dictionary(values.type):
        return work(values.dictionary).take(values.indices)
    return work(values)


def texts_bytes(texts: Any) -> Any:
    """The texts of an array one after the other, without a copy."""
    offsets = _offsets(texts)
    return texts.buffers()[2].slice(offsets[0], offsets[-1] - offsets[0])


def texts_escaped(texts: Any) -> Any:
    """Each text as JSON has it, with its quotes; null stays null."""
    if len(texts) > FEW and not texts.null_count:
        joined = str(texts_bytes(pc.binary_join_element_wise(_MARK, texts, _MARK, "")), "utf-8")
        escaped = pa.BufferOutputStream()
        for start in range(0, len(joined), PIECE):
            escaped.write(memoryview(orjson.dumps(joined[start : start + PIECE]))[1:-1])
        data = np.frombuffer(out := escaped.getvalue(), np.uint8)
        marks = np.flatnonzero(data == ord(_MARK))
        if len(marks) == 2 * len(texts):
            data[marks] = ord('"')
            return _texts(np.append(0, marks[1::2] + 1), out)
    # They are few, one is null, or one has a character that is the mark.
    known = (None if text is None else orjson.dumps(text) for text in texts.to_pylist())
    return pa.array(known, pa.binary()).view(pa.string())


def texts_defused(texts: Any) -> Any:
    """Each text with an apostrophe where `cell_safe` has one."""
    if len(texts) <= FEW:
        return pa.array([cell_safe(text) for text in texts.to_pylist()], pa.string())
    offsets = _offsets(texts)
    data = np.frombuffer(texts_bytes(texts), np.uint8)
    ends = offsets - offsets[0]
    places = _formula_places(data, ends[:-1][ends[:-1] < ends[1:]])
    if not len(places):
        return texts
    safe = _texts(ends + np.searchsorted(places, ends), np.insert(data, places, ord("'")).tobytes())
    return pc.if_else(texts.is_valid(), safe, None) if texts.null_count else safe


def _formula_places(data: Any, firsts: Any) -> Any:
    """Where in the bytes an apostrophe is due; `firsts` is where each text that is not empty begins."""
    likely = np.flatnonzero((data - _FIRST_BREAK < _N_BREAKS) | (data == ord(";")))
    after = likely[_IS_SEPARATOR[data[likely]]] + 1
    is_first = np.zeros(len(data) + 1, dtype=bool)
    is_first[firsts] = is_first[-1] = True
    after = after[~is_first[after]]  # of the same text
    quoted = after[data[after] == ord(QUOTE)] + 1
    after = np.append(after, quoted[quoted < len(data)])
    begins = np.concatenate([after[_IS_START[data[after]]], firsts[_IS_START[data[firsts]]]])
    is_meant = data[begins] != _WIDE_FIRST
    for rare in np.flatnonzero(~is_meant):
        is_meant[rare] = data[begins[rare] :][:_WIDE_BYTES].tobytes() in _WIDE
    return np.union1d(begins[is_meant], firsts[_IS_BREAK[data[firsts]]])


def _offsets(texts: Any) -> Any:
    """Where each text begins, and the last one ends."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, texts.offset + len(texts) + 1)
    return offsets[texts.offset :]


def _texts(offsets: Any, data: Any) -> Any:
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)
    )

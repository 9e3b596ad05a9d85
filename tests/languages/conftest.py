"""Words of a language may be others in each test here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.explorer import context, facets, rows


@pytest.fixture(autouse=True)
def words_anew() -> Iterator[None]:
    """What pages and rows of lists remember of a language is forgotten."""
    remembered = (
        facets._label, rows._simulated_tag, rows._day, rows._symptom, rows._local, rows._around_cut,
        context._head, context._foot,
    )  # fmt: skip
    for function in remembered:
        function.cache_clear()
    yield
    for function in remembered:
        function.cache_clear()

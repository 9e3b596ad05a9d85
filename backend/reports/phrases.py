"""Texts with a phrase, found by which words follow each other in them.

The index of words knows no places: of a phrase of two frequent words it finds all texts that have both,
and each of these must be read. `reports_pairs` (migrations/0009_pairs.sql) knows the neighbours.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func, IntegerField, Q, QuerySet

from backend.common.statements import fetched
from backend.reports.models import Report

PLAIN = re.compile(r"(?:[^\W_]|\s)*")
"""A search of single words and nothing else."""
NEIGHBOURS = re.compile(r"'((?:[^']|'')+)' <-> (?='((?:[^']|'')+)')")
KEPT_MAX = 256
COMPOUND = re.compile(r"[^\W\d_]-\w")
_IN_PARTS = (
    "regexp_replace({query}::text,"
    " '(?<!> )''[[:alpha:]][[:alnum:]]*(-[[:alnum:]]+)+'' <-> ', '', 'g')::tsquery"
)


class QueryInParts(SearchQuery):
    """A query in which a compound is the phrase of its parts: "kv-cache" finds "kv cache" as well.

    PostgreSQL asks for the whole and then the parts, which only a text with the hyphen has; it keeps the
    parts of either. A compound stays whole within a phrase, where the whole has a place of its own, and
    where a part is too common to be kept ("in-memory"): what is left would be another search.
    """

    def as_sql(self, *args: Any, **more: Any) -> tuple[str, Any]:
        sql, values = super().as_sql(*args, **more)
        return _IN_PARTS.format(query=sql), values


def reports_with_pairs(queryset: QuerySet[Report], words: str) -> QuerySet[Report]:
    """Those of the reports that have all neighbours which each text with these words has.

    More than have the phrases themselves: these must still be asked for.
    """
    pairs = _pairs_of(words)
    if not pairs:
        return queryset
    numbers = Func(
        F("search"), function="reports_pairs", output_field=ArrayField(IntegerField())
    )  # fmt: skip
    return queryset.alias(pairs=numbers).filter(Q(pairs__contains=pairs))


@lru_cache(maxsize=KEPT_MAX)
def _pairs_of(words: str) -> list[int]:
    """The pairs of a search in the notation of web search; none where a text may do without them."""
    if PLAIN.fullmatch(words):
        return []
    ((query,),) = fetched(_QUERY, {"words": words})
    if "|" in query or "!" in query:
        return []
    return sorted({_number(*pair) for pair in NEIGHBOURS.findall(query)})


_QUERY = (
    f"""SELECT ({_IN_PARTS.format(query="websearch_to_tsquery('english', %(words)s)")})::text"""
)


def _number(*pair: str) -> int:
    """As migrations/0009_pairs.sql has it."""
    plain = " ".join(word.replace("''", "'").replace("\\\\", "\\") for word in pair)
    return int(hashlib.md5(plain.encode(), usedforsecurity=False).hexdigest()[:5], 16)

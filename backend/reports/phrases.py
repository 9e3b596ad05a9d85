"""Texts with a phrase, found by which words follow each other in them.

The index of words knows no places: of a phrase of two frequent words it finds all texts that have both,
and each of these must be read. `reports_pairs` (migrations/0009_pairs.sql) knows the neighbours.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Q, QuerySet

from backend.common.statements import fetched
from backend.reports.models import Report

PLAIN = re.compile(r"(?:[^\W_]|\s)*")
"""A search of single words and nothing else."""
NEIGHBOURS = re.compile(r"'((?:[^']|'')+)' <-> (?='((?:[^']|'')+)')")
KEPT_MAX = 256


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


_QUERY = "SELECT websearch_to_tsquery('english', %(words)s)::text"


def _number(*pair: str) -> int:
    """As migrations/0009_pairs.sql has it."""
    plain = " ".join(word.replace("''", "'").replace("\\\\", "\\") for word in pair)
    return int(hashlib.md5(plain.encode(), usedforsecurity=False).hexdigest()[:5], 16)

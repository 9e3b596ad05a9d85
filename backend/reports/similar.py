"""Reports that are like one report, by the angle between their vectors."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from backend.common.statements import Statement, fetched
from backend.reports.selectors import reports_public

INDEXED_DIMENSIONS = 384
"""Length of the vectors that have an index, as in migrations/0005_tallies.sql: the default model's."""
SIMILAR_MAX = 10
CANDIDATES = 2 * SIMILAR_MAX
"""As many are taken from the index; those of another space are dropped from them."""
COMPARED_MAX = 3_000
"""Without an index the report is compared with so many of its domain, the latest observed."""
LIKENESS_MIN = 0.3
"""Below this cosine two prompts have nothing in common that a reader would see."""


def likenesses_public(report_id: UUID, *, n: int = SIMILAR_MAX) -> dict[UUID, float]:
    """Ids of the reports most like a public one, the most like first; none without a vector.

    With the cosine of the angle between their vectors. Show them through reports_public().
    """
    values = {"report_id": report_id, "today": timezone.now().date(), "n": n}
    found: list[Any] = fetched(_NEAREST.format(asked=_ASKED.text()), values)
    return dict(sorted(found, key=lambda row: (-row[1], str(row[0]))))


_ASKED = Statement(
    lambda report_id, today: reports_public(on=today).order_by().filter(pk=report_id).values("pk"),
    report_id=UUID,
    today=date,
)


# Two ways to the candidates: the index, for vectors of its length; a bounded comparison for others.
# What is under an embargo takes no place: a gap among the nearest would tell of it. So the index is asked to
# go on until it has as many as are wanted, where of the first it finds many are under one.
# Vectors lie beside their rows: the asked one is written out by `::real[]`, or each comparison fetches it.
_NEAREST = f"""
WITH going_on AS MATERIALIZED (
  SELECT set_config('hnsw.iterative_scan', 'strict_order', true) AS is_set
), asked AS MATERIALIZED (
  SELECT embedding::real[]::halfvec AS embedding, embedding_model, domain_stated_id
  FROM reports_report, going_on WHERE id IN ({{asked}}) AND embedding IS NOT NULL
), indexed AS MATERIALIZED (
  SELECT embedding::halfvec({INDEXED_DIMENSIONS}) AS embedding
  FROM asked WHERE vector_dims(embedding) = {INDEXED_DIMENSIONS}
), candidates AS (
  (SELECT r.id, r.embedding_model,
      r.embedding::halfvec({INDEXED_DIMENSIONS}) <=> (SELECT embedding FROM indexed) AS distance
    FROM reports_report r
    WHERE r.state = 'released' AND vector_dims(r.embedding) = {INDEXED_DIMENSIONS}
      AND r.public_from <= %(today)s AND EXISTS (SELECT FROM indexed)
    ORDER BY distance LIMIT {CANDIDATES})
  UNION ALL
  (SELECT r.id, r.embedding_model, CASE WHEN r.embedding_model = (SELECT embedding_model FROM asked)
      THEN r.embedding <=> (SELECT embedding FROM asked) END
    FROM reports_report r
    WHERE r.state = 'released' AND r.public_from <= %(today)s
      AND r.domain_stated_id = (SELECT domain_stated_id FROM asked)
      AND NOT EXISTS (SELECT FROM indexed)
    ORDER BY r.observed_on DESC, r.id DESC LIMIT {COMPARED_MAX})
)
SELECT id, (1 - distance)::float8 AS likeness
FROM candidates JOIN asked USING (embedding_model)
WHERE id <> %(report_id)s AND 1 - distance >= {LIKENESS_MIN}
ORDER BY distance, id LIMIT %(n)s
"""  # noqa: S608 - numbers of this module

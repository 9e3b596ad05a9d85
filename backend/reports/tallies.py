"""How many public reports there are of each kind: always exact, and cheap at any number of them.

Triggers note each report that comes to be public or ceases to be, in the transaction that makes it so;
a sweep adds the notes to the tally; readers add those that are not in it yet (ADR 20). So a count
agrees with the list it stands over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from backend.common.statements import fetched
from backend.reports import tally_sql
from backend.reports.models import Tally
from backend.reports.tally_sql import NOTED, OTHERS, SYMPTOM

DIMENSIONS = (*NOTED, SYMPTOM)
FOLD_ROWS = 50_000
REBUILD_ROWS = 20_000
"""So many changes at once are counted anew instead of one by one."""
PENDING_MAX = 5_000
"""Notes that a reader adds by itself. Only a large import leaves more, until the next sweep."""
LOCK = 0x74616C6C79  # any number that nobody else in this database uses

Key = tuple[str, str]
"""A dimension and a value of it; two empty strings are "any"."""
ANY: Key = ("", "")


# --- reading


def tally_public(
    given: Mapping[str, Sequence[str]], *, by: Sequence[str] = DIMENSIONS
) -> dict[Key | str, Counter[Key]]:
    """Numbers of public reports, by dimension and value: of all, and of those with each given value.

    `given` names values of dimensions. The answer has the key "" for all reports, and one for each
    dimension of `given`, for the reports that have any of its values; in each, `ANY` is their number.
    Only the values of the dimensions of `by` are told, of those that are kept beside the given one
    (tally_sql.OTHERS).
    """
    today = timezone.now().date()
    found: dict[Key | str, Counter[Key]] = {name: Counter() for name in ("", *given)}
    wanted = [("", ""), *((name, value) for name, values in given.items() for value in values)]
    asked = {
        "dimensions": [name for name, _ in wanted], "values": [value for _, value in wanted],
        "others": ["", *by], "today": today, "limit": PENDING_MAX,
    }  # fmt: skip
    for n, is_change, dimension, *rest in fetched(_READ, asked):
        if not is_change:
            other, other_value, *_ = rest
            found[dimension][other, other_value] += n
        else:
            _change_add(found, given, n, [dimension, *rest])
    return found


_PARTS = ["dimension", "other", "other_value", *["''"] * (len(NOTED) - 2)]
_READ = f"""
SELECT sum(n)::bigint, FALSE, {", ".join(_PARTS)} FROM reports_tally
  JOIN unnest(%(dimensions)s::text[], %(values)s::text[]) w(d, v) ON dimension = d AND value = v
  WHERE other = ANY (%(others)s)
  GROUP BY dimension, other, other_value
UNION ALL
(SELECT n, TRUE, {", ".join(NOTED)}, symptom FROM reports_tallychange
  WHERE public_from <= %(today)s ORDER BY public_from, id LIMIT %(limit)s)
"""  # noqa: S608 - names of columns from this module


def _change_add(
    found: dict[Key | str, Counter[Key]],
    given: Mapping[str, Sequence[str]],
    n: int,
    row: Sequence[Any],
) -> None:
    """Add a note that is not in the tally yet."""
    *values, symptom = row
    has = dict(zip(NOTED, values, strict=True))
    for place, counter in found.items():
        name = str(place)
        own = symptom if name == SYMPTOM else has.get(name)
        if name and own not in given[name]:
            continue
        if symptom is None or name == SYMPTOM:
            kept = (other for other in OTHERS[name] if other != SYMPTOM)
            counter.update(dict.fromkeys([ANY, *((other, has[other]) for other in kept)], n))
        elif SYMPTOM in OTHERS[name]:
            counter[SYMPTOM, symptom] += n


def values_of(counter: Counter[Key], dimension: str) -> dict[str, int]:
    """The values of one dimension that any report has, most reports first."""
    rows = {value: n for (name, value), n in counter.items() if name == dimension and n > 0}
    return dict(sorted(rows.items(), key=lambda row: (-row[1], row[0])))


# --- keeping


def tally_fold() -> int:
    """Add to the tally what was noted since; how many notes. Runs twice without harm."""
    n_folded = 0
    while rows := _fold_some(timezone.now().date()):
        n_folded += rows
    return n_folded


@transaction.atomic
def _fold_some(today: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0  # somebody else is at it
        cursor.execute(_FOLD, {"today": today, "limit": FOLD_ROWS})
        (n_folded,) = cursor.fetchone()
        if n_folded:
            Tally.objects.filter(n=0).delete()
    return int(n_folded)


_SUMS = tally_sql.sums(
    "(SELECT * FROM due WHERE symptom IS NULL) a", "(SELECT * FROM due WHERE symptom IS NOT NULL) b"
)
_FOLD = f"""
WITH due AS MATERIALIZED (
  DELETE FROM reports_tallychange WHERE id IN (
    SELECT id FROM reports_tallychange WHERE public_from <= %(today)s
    ORDER BY public_from, id LIMIT %(limit)s
  ) RETURNING *
), added AS (
  INSERT INTO reports_tally AS t (dimension, value, other, other_value, n) {_SUMS}
  ON CONFLICT (dimension, value, other, other_value) DO UPDATE SET n = t.n + excluded.n
)
SELECT count(*) FROM due
"""  # noqa: S608 - names of columns from this module


def tally_is_behind() -> bool:
    """Whether more is noted than a reader adds, so that numbers are not whole until the next sweep."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_BEHIND, {"today": timezone.now().date(), "offset": PENDING_MAX})
        return cursor.fetchone() is not None


def tally_catch_up() -> None:
    """Count anew if more is noted than a reader adds: after a migration of many reports, say."""
    if tally_is_behind():
        tally_rebuild()


_IS_BEHIND = (
    "SELECT 1 FROM reports_tallychange WHERE public_from <= %(today)s"
    " ORDER BY public_from, id OFFSET %(offset)s LIMIT 1"
)


@transaction.atomic
def tally_rebuild() -> None:
    """Count everything anew: after a large import, and every night in case a count went astray."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Every sum in memory at once: with less the planner sorts all reports once per pair.
        cursor.execute("SET LOCAL work_mem = '256MB'")
        Tally.objects.all().delete()
        # One statement, one view of the data: a note is either counted here or left for the sweep.
        cursor.execute(_REBUILD, {"today": today})


_REBUILD = f"""
WITH gone AS (
  DELETE FROM reports_tallychange
), r AS MATERIALIZED (
  SELECT r.id, r.public_from, {tally_sql.columns("c.domain")}, 1 AS n
  FROM reports_report r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
  WHERE r.state = 'released'
), s AS NOT MATERIALIZED (
  SELECT r.*, l.symptom_id AS symptom FROM r JOIN reports_report_symptoms l ON l.report_id = r.id
), later AS (
  INSERT INTO reports_tallychange (public_from, n, {", ".join(NOTED)}, symptom)
  SELECT public_from, n, {", ".join(NOTED)}, NULL FROM r WHERE public_from > %(today)s
  UNION ALL
  SELECT public_from, n, {", ".join(NOTED)}, symptom FROM s WHERE public_from > %(today)s
)
INSERT INTO reports_tally (dimension, value, other, other_value, n) {
    tally_sql.sums(
        "(SELECT * FROM r WHERE public_from <= %(today)s) a",
        "(SELECT * FROM s WHERE public_from <= %(today)s) b",
    )
}
"""  # noqa: S608 - names of columns from this module


@transaction.atomic
def domains_counted_store(*, placed: QuerySet[Any, Any], is_whole: bool) -> None:
    """Keep in which domain reports are counted, from rows of report id and domain.

    `is_whole`: these are all there are; what is kept of other reports is dropped.
    """
    sql, parameters = placed.query.sql_with_params()
    names = {"placed": f"({sql}) p(report_id, domain)"}
    with connection.cursor() as cursor:
        if is_whole:
            cursor.execute(_COUNTED_CHANGES.format(**names), parameters)
            (n_changed,) = cursor.fetchone()
            is_large = n_changed > REBUILD_ROWS
            if is_large:
                cursor.execute("SET LOCAL plumbline.tally = 'off'")
            cursor.execute(_COUNTED_DROP.format(**names), parameters)
        cursor.execute(_COUNTED_ADD.format(**names), parameters)
        if is_whole and is_large:
            cursor.execute("SET LOCAL plumbline.tally = 'on'")
    if is_whole and is_large:
        tally_rebuild()


_COUNTED_CHANGES = (
    "SELECT count(*) FROM reports_counteddomain c FULL JOIN {placed} ON p.report_id = c.report_id"
    " WHERE p.domain IS DISTINCT FROM c.domain"
)
_COUNTED_DROP = (
    "DELETE FROM reports_counteddomain c WHERE NOT EXISTS"
    " (SELECT 1 FROM {placed} WHERE p.report_id = c.report_id)"
)
_COUNTED_ADD = (
    "INSERT INTO reports_counteddomain AS c (report_id, domain) SELECT * FROM {placed}"
    " ON CONFLICT (report_id) DO UPDATE SET domain = excluded.domain"
    " WHERE c.domain <> excluded.domain"
)

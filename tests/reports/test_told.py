"""A report of the API is what its documented fields say, and is told from few columns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import Serializer

from backend.reports.models import Report
from backend.reports.selectors import reports_public, reports_public_listed, reports_told_public
from backend.reports.told import PublicReportSerializer
from tests.factories import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
FULL = {
    "severity": 3, "turn_index": 2, "earlier_turns": 4, "has_attachments": True, "has_tools": False,
    "notice": "fallback", "tier": "paid", "effort": "high", "removed": {"EMAIL": 2},
    "comment": "“Nein”", "expected": "<b>",
}  # fmt: skip
BARE: dict[str, Any] = {
    "severity": None, "model": None, "model_label": "", "domain_stated": None, "earlier_turns": None,
    "turn_index": None, "has_attachments": None, "has_tools": None, "tier": "", "effort": "",
}  # fmt: skip


@pytest.mark.parametrize("facts", [{}, FULL, BARE, {"is_silent": False, "provenance": "simulated"}])
def test_what_is_told_is_what_each_field_would_give(facts: dict[str, Any]) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(**facts)
    (row,) = reports_told_public([report.pk])
    listed = reports_public_listed().get(pk=report.pk)
    by_fields = json.loads(JSONRenderer().render(Serializer.to_representation(
        PublicReportSerializer(), listed)))  # fmt: skip
    for one in (row, listed):
        told = json.loads(JSONRenderer().render(PublicReportSerializer(one).data))
        assert told == by_fields
        assert list(told) == list(by_fields)


def test_reports_are_told_in_the_order_of_their_ids_and_only_while_they_are_public() -> None:
    reports = [make_report() for _ in range(3)]
    hidden = make_report(state="withdrawn")
    ids = [reports[2].pk, hidden.pk, reports[0].pk, reports[1].pk]
    assert [row.id for row in reports_told_public(ids)] == [ids[0], ids[2], ids[3]]
    assert reports_told_public([]) == []


def test_what_filters_ask_for_is_read_by_id_from_an_index_alone() -> None:
    ids = [make_report().pk for _ in range(3)]
    chosen = reports_public().order_by().filter(pk__in=ids)
    fields = [f for f in Report._meta.concrete_fields if not (f.primary_key or f.generated)]
    columns = ", ".join(field.column for field in fields)
    with connection.cursor() as cursor:
        # Of three reports any index will do: a few thousand more, and the planner knows of them.
        cursor.execute(
            f"INSERT INTO reports_report (id, {columns}) SELECT gen_random_uuid(), {columns}"
            " FROM reports_report CROSS JOIN generate_series(1, 1000)"
        )
        cursor.execute("ANALYZE reports_report")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = chosen.values("id", "site", "model", "domain_stated", "is_silent", "severity", "tier",
                         "provenance", "observed_on").explain()  # fmt: skip
    assert "Index Only Scan using report_public_id" in plan

"""What a run of schemathesis checks with nothing configured, on everything that can be read.

Every check that it has: what keeps to the document is answered, or is not here (404); what breaks it is
refused; status, type, body and headers are documented; other methods get 405 and an Allow header. The same
from outside, against a running installation:

    schemathesis run http://127.0.0.1:8000/api/v1/schema/ --include-method GET

Sending is not among it: whether a site, a day or a credential is one, no schema can say. Hostile bodies
are in tests/reports/test_hostile.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup

from tests.factories import make_cell, make_charts, make_finding, make_report, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
N_READING = 42
"""Operations that read, at least: none is left out."""
quiet = hypothesis_settings(
    max_examples=10, derandomize=True, database=None, deadline=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def reading(catalogue, settings) -> Iterator[list[Any]]:
    """Every operation that reads, in a world in which there is something to read."""
    settings.READS_PER_MINUTE = 1_000_000  # a 429 would pass for an answer
    run = make_run()
    make_charts(make_finding(run=run, representatives=(make_report(),)))
    make_cell(run=run)
    # As Django's own test client does: the test's transaction outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    document = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    found = [operation.ok() for operation in document.get_all_operations()]
    yield [operation for operation in found if operation.method == "get"]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def problems_of(cases: Iterator[Any] | list[Any]) -> list[str]:
    """What some check has against the answers to these cases."""
    problems = []
    for case in cases:
        try:
            case.call_and_validate(headers={"Accept-Encoding": "identity"})
        except FailureGroup as failures:
            problems += [
                f"{case.operation.label} {case.query}: {failure.title}, {failure.message}"[:400]
                for failure in failures.exceptions
            ]
    return problems


def test_the_edges_of_every_parameter_are_where_the_document_says(reading) -> None:
    """Each on its own: missing, empty, too long, out of form, given twice; and every other method."""
    assert len(reading) >= N_READING
    problems = [
        problem
        for operation in reading
        for problem in problems_of(
            operation.schema.iter_coverage_cases(
                operation, generation_modes=MODES, generation_config=GenerationConfig()
            )
        )
    ]
    assert problems == []


@pytest.mark.parametrize("mode", MODES)
def test_what_is_made_up_from_the_document_passes_every_check(reading, mode) -> None:
    problems: list[str] = []
    for operation in reading:
        if mode is GenerationMode.NEGATIVE and not operation.definition.raw.get("parameters"):
            continue

        @quiet
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: Any) -> None:
            problems.extend(problems_of([case]))

        call()
    assert problems == []


def test_the_examples_of_parameters_are_in_the_catalogue(reading) -> None:
    """Who tries an operation out with them gets an answer, not a 404."""
    path = django_settings.BASE_DIR / "backend" / "catalogue" / "catalogue.yaml"
    catalogue = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {
        row["slug"]
        for kind in ("vendors", "sites", "models", "symptoms")
        for row in catalogue[kind]
    }
    known |= {leaf["slug"] for family in catalogue["domains"] for leaf in family["children"]}
    shown = {
        example.removeprefix("model:")
        for operation in reading
        for parameter in operation.definition.raw.get("parameters", [])
        for example in parameter["schema"].get("examples", [])
    }
    assert shown
    assert shown <= known

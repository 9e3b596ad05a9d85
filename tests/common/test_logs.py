"""Logs tell where an error happened, and never quote it."""

from __future__ import annotations

import logging

import pytest
from celery import shared_task
from django.conf import settings
from django.test import Client

from backend.common.logs import WordlessFormatter
from tests.test_public_door import canary

SECRET = canary("secret")


class Said(logging.Handler):
    """Keeps what a handler with the product's formatter would print."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(WordlessFormatter(settings.LOGGING["formatters"]["wordless"]["format"]))
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"


@pytest.fixture
def said():
    handler = Said()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@shared_task
def failing_task() -> None:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize(("status", "is_told"), [(500, True), (501, False), (503, True)])
def test_that_a_format_is_not_offered_is_no_fault_of_ours(said, status, is_told) -> None:
    logger = logging.getLogger("django.request")
    logger.error("Said: %s", "/oembed/", extra={"status_code": status})
    assert ("Said: /oembed/" in said.text) is is_told


def test_every_handler_formats_without_words() -> None:
    formatters = settings.LOGGING["formatters"]
    assert [entry["()"] for entry in formatters.values()] == [
        "backend.common.logs.WordlessFormatter"
    ]
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {
        "wordless"
    }


def test_a_page_that_fails(said, catalogue, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("backend.explorer.views.findings.findings_.findings_public", fail)
    monkeypatch.setattr("backend.explorer.views.findings.findings_.run_current", fail)
    response = Client(raise_request_exception=False).get("/findings/")
    assert response.status_code == 500
    assert "RuntimeError" in said.text
    assert "backend/explorer/views/findings.py" in said.text
    assert SECRET not in said.text + response.content.decode()


def test_a_task_that_fails(said) -> None:
    result = failing_task.apply()
    assert result.failed()
    assert "failing_task" in said.text
    assert "RuntimeError" in said.text
    assert SECRET not in said.text


def test_an_error_with_a_cause(said) -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        logging.getLogger("some.library").exception("it failed")
    assert "it failed\nRuntimeError\n" in said.text
    assert SECRET not in said.text


def test_an_ordinary_line_is_printed_as_it_is(said) -> None:
    logging.getLogger("some.library").warning("%d of %d", 3, 4)
    assert said.text == "WARNING some.library 3 of 4\n"

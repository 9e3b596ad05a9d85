"""What a log may say of an error: its type and its places in the code, never its words.

The message of an exception may quote what somebody sent: PostgreSQL shows the failing row, a parser
the text that it could not read.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from types import TracebackType
from typing import Any

FRAMES_MAX = 12


def error_places(trace: TracebackType | None) -> list[str]:
    """`file:line function` of the innermost frames, outermost first."""
    frames = traceback.extract_tb(trace)[-FRAMES_MAX:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def is_a_fault(record: logging.LogRecord) -> bool:
    """Whether a record of Django's requests tells of a fault of ours: 501 answers what nobody offers."""
    return getattr(record, "status_code", None) != HTTPStatus.NOT_IMPLEMENTED


class WordlessFormatter(logging.Formatter):
    """Formats records of the standard library's logging without the words of any exception."""

    def format(self, record: logging.LogRecord) -> str:
        task = getattr(record, "data", None)
        if isinstance(task, dict) and "exc" in task:  # Celery quotes it in the message itself
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            record.args = task | {"exc": kind, "args": "", "kwargs": "", "traceback": ""}
        if record.name.startswith("waitress") and record.exc_info:  # it names the request's address
            record.msg, record.args = "Error while serving a request", ()
        record.exc_text = None  # another formatter may have left its own
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        kind, _, trace = ei
        name = kind.__name__ if kind else "no exception"
        return "\n".join([name, *(f"  {place}" for place in error_places(trace))])

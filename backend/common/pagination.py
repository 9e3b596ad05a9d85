"""Cursor pagination by key, not by offset: page 1,000 costs what page 1 costs, and no row comes twice.

A cursor holds the sort keys of the row where the page ended. Any number of rows may share the first
key (an import of 10,000 reports of one day), because the last key is unique.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
)
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from backend.common.errors import RuleError, UnknownValueError

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 100
CURSOR = "^[A-Za-z0-9_-]{1,500}$"
"""What a cursor is made of, as the API's document says it: base64url without its padding."""
_CURSOR = re.compile(CURSOR.strip("^$"))
_NO_CURSOR = (
    ValueError, TypeError, OverflowError, RecursionError, ValidationError, FieldDoesNotExist,
)  # fmt: skip
"""What reading a text as a cursor may raise."""
_TAKE_ANOTHER = "Use `next` or `previous` of another page."
FirstRows = Callable[[QuerySet[Any], Any, tuple[str, ...], int], list[Any]]
"""The first n rows of a set in an order; the condition is the cursor's, met by the set already."""


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the addresses of its neighbours (None where there is none).

    The cursors are what these addresses carry, for pages that build their own.
    """

    rows: list[Any]
    next: str | None
    previous: str | None
    next_cursor: str | None = None
    previous_cursor: str | None = None

    def body(self, results: Any) -> dict[str, Any]:
        """The response's body, with the rows as the caller serialised them."""
        return {"results": results, "next": self.next, "previous": self.previous}


class PageQuerySerializer(serializers.Serializer[Any]):
    """Query parameters of every list."""

    cursor = serializers.RegexField(
        CURSOR, required=False, help_text="From `next` or `previous` of another page; opaque."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=PAGE_SIZE_MAX, default=PAGE_SIZE_DEFAULT
    )


def page_of(
    queryset: QuerySet[Any],
    request: Request | HttpRequest,
    *,
    ordering: tuple[str, ...],
    size: int | None = None,
    first_rows: FirstRows | None = None,
) -> Page:
    """One page of the set, in the given order. The last field of the order must be unique.

    Of `size` rows; without it, of as many as the request asks for. `first_rows` reads them where
    the database's own way is a slow one. Raises RuleError `cursor_invalid` or `page_size_invalid`, and
    UnknownValueError `cursor_unknown` for what may be a cursor and leads to no page of this list.
    """
    size = size or _page_size(request)
    cursor, is_backward = _cursor_read(request.GET.get("cursor"), queryset.model, ordering)
    order = tuple(_flip(name) for name in ordering) if is_backward else ordering
    beyond = None if cursor is None else _beyond(queryset.model, order, cursor)
    if beyond is not None:
        queryset = queryset.filter(beyond)
    rows = (first_rows or _first_rows)(queryset, beyond, order, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if is_backward:
        rows.reverse()
    has_next = bool(rows) and (has_more if not is_backward else True)
    has_previous = bool(rows) and (has_more if is_backward else cursor is not None)
    next_cursor = _token(rows[-1], ordering, "n") if has_next else None
    previous_cursor = _token(rows[0], ordering, "p") if has_previous else None
    return Page(
        rows=rows,
        next=_link(request, next_cursor),
        previous=_link(request, previous_cursor),
        next_cursor=next_cursor,
        previous_cursor=previous_cursor,
    )


def _first_rows(queryset: QuerySet[Any], beyond: Any, order: tuple[str, ...], n: int) -> list[Any]:
    return list(queryset.order_by(*order)[:n])


def _page_size(request: Request | HttpRequest) -> int:
    text = request.GET.get("page_size", str(PAGE_SIZE_DEFAULT))
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= PAGE_SIZE_MAX:
        return int(text)
    raise RuleError(
        "page_size_invalid",
        "The page size is not valid.",
        {"page_size": [f"A whole number from 1 to {PAGE_SIZE_MAX}."]},
    )


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


class _Row(Func):
    """ROW(a, b): compared as a whole, which an index on (a, b) answers by one descent."""

    function = "ROW"
    output_field = BooleanField()  # never read; a function must have one


def _beyond(model: type[Model], order: tuple[str, ...], values: list[Any]) -> Any:
    """Rows that come after the one with these keys."""
    names = [name.lstrip("-") for name in order]
    if len({name.startswith("-") for name in order}) == 1:
        compare = LessThan if order[0].startswith("-") else GreaterThan
        return compare(*_rows(model, names, values))
    condition = Q()
    equal = Q()
    for name, field, value in zip(order, names, values, strict=True):
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{step}": value})
        equal &= Q(**{field: value})
    return condition


def up_to(model: type[Model], order: tuple[str, ...], values: Sequence[Any]) -> Any:
    """Rows that come before the one with these keys, and that one; all fields in one direction."""
    compare = GreaterThanOrEqual if order[0].startswith("-") else LessThanOrEqual
    return compare(*_rows(model, [name.lstrip("-") for name in order], values))


def _rows(model: type[Model], names: list[str], values: Sequence[Any]) -> tuple[_Row, _Row]:
    """The fields of each row, and these values, as two wholes."""
    keys = [
        Value(value, output_field=model._meta.get_field(name))  # type: ignore[arg-type]
        for name, value in zip(names, values, strict=True)
    ]
    return _Row(*map(F, names)), _Row(*keys)


def _token(row: Any, ordering: tuple[str, ...], direction: str) -> str:
    keys = [str(getattr(row, name.lstrip("-"))) for name in ordering]
    return base64.urlsafe_b64encode(json.dumps([direction, *keys]).encode()).decode().rstrip("=")


def _link(request: Request | HttpRequest, cursor: str | None) -> str | None:
    return cursor and replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def _cursor_read(
    token: str | None, model: type[Model], ordering: tuple[str, ...]
) -> tuple[list[Any] | None, bool]:
    if token is None:
        return None, False
    if not _CURSOR.fullmatch(token):
        raise RuleError("cursor_invalid", "The cursor is not valid.", {"cursor": [_TAKE_ANOTHER]})
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        direction, *keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if direction not in ("n", "p") or len(keys) != len(ordering):
            raise ValueError("not ours")
        values = [
            _key(model, name.lstrip("-"), key) for name, key in zip(ordering, keys, strict=True)
        ]
    except _NO_CURSOR as error:
        raise UnknownValueError(
            "cursor_unknown",
            "The cursor is not one that this list gave out.",
            {"cursor": [_TAKE_ANOTHER]},
        ) from error
    return values, direction == "p"


def _key(model: type[Model], name: str, text: Any) -> Any:
    if not isinstance(text, str) or "\x00" in text or not text.isprintable():
        raise ValueError("not a key")
    field = model._meta.get_field(name)
    value = field.to_python(text)  # type: ignore[union-attr]
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment of no time zone")
    field.run_validators(value)  # type: ignore[union-attr]
    # In UTC the first and the last day of the calendar may lie outside of it: an OverflowError.
    return value.astimezone(UTC) if isinstance(value, datetime) else value

"""Cursor pagination by key, not by offset: page 1,000 costs what page 1 costs, and no row comes twice.

A cursor holds the sort keys of the row where the page ended. Any number of rows may share the first
key (an import of 10,000 reports of one day), because the last key is unique.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from backend.common.errors import RuleError

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 100
CURSOR_CHARS_MAX = 500


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the addresses of its neighbours (None where there is none)."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def body(self, results: Any) -> dict[str, Any]:
        """The response's body, with the rows as the caller serialised them."""
        return {"results": results, "next": self.next, "previous": self.previous}


class PageQuerySerializer(serializers.Serializer[Any]):
    """Query parameters of every list."""

    cursor = serializers.CharField(
        required=False, help_text="From `next` or `previous` of another page; opaque."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=PAGE_SIZE_MAX, default=PAGE_SIZE_DEFAULT
    )


def page_of(queryset: QuerySet[Any], request: Request, *, ordering: tuple[str, ...]) -> Page:
    """One page of the set, in the given order. The last field of the order must be unique.

    Raises RuleError `cursor_invalid` or `page_size_invalid`.
    """
    size = _page_size(request)
    cursor, is_backward = _cursor_read(request.query_params.get("cursor"), queryset.model, ordering)
    order = tuple(_flip(name) for name in ordering) if is_backward else ordering
    if cursor is not None:
        queryset = queryset.filter(_beyond(order, cursor))
    rows = list(queryset.order_by(*order)[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    if is_backward:
        rows.reverse()
    has_next = bool(rows) and (has_more if not is_backward else True)
    has_previous = bool(rows) and (has_more if is_backward else cursor is not None)
    return Page(
        rows=rows,
        next=_link(request, rows[-1], ordering, "n") if has_next else None,
        previous=_link(request, rows[0], ordering, "p") if has_previous else None,
    )


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE_DEFAULT))
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= PAGE_SIZE_MAX:
        return int(text)
    raise RuleError(
        "page_size_invalid",
        "The page size is not valid.",
        {"page_size": [f"A whole number from 1 to {PAGE_SIZE_MAX}."]},
    )


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows that come after the one with these keys."""
    condition = Q()
    equal = Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{step}": value})
        equal &= Q(**{field: value})
    return condition


def _link(request: Request, row: Any, ordering: tuple[str, ...], direction: str) -> str:
    keys = [str(getattr(row, name.lstrip("-"))) for name in ordering]
    token = base64.urlsafe_b64encode(json.dumps([direction, *keys]).encode()).decode().rstrip("=")
    return replace_query_param(request.build_absolute_uri(), "cursor", token)


def _cursor_read(
    token: str | None, model: type[Model], ordering: tuple[str, ...]
) -> tuple[list[Any] | None, bool]:
    if token is None:
        return None, False
    try:
        if len(token) > CURSOR_CHARS_MAX:
            raise ValueError("too long")
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        direction, *keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if direction not in ("n", "p") or len(keys) != len(ordering):
            raise ValueError("not ours")
        values = [
            _key(model, name.lstrip("-"), key) for name, key in zip(ordering, keys, strict=True)
        ]
    except (ValueError, TypeError, RecursionError, ValidationError, FieldDoesNotExist) as error:
        raise RuleError(
            "cursor_invalid",
            "The cursor is not one that this list gave out.",
            {"cursor": ["Use `next` or `previous` of another page."]},
        ) from error
    return values, direction == "p"


def _key(model: type[Model], name: str, text: Any) -> Any:
    if not isinstance(text, str) or "\x00" in text or not text.isprintable():
        raise ValueError("not a key")
    field = model._meta.get_field(name)
    value = field.to_python(text)  # type: ignore[union-attr]
    field.run_validators(value)  # type: ignore[union-attr]
    return value

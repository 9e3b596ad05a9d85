"""The API's OpenAPI document as rows for a page: what may be asked, with what, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

JSON = "application/json"
METHODS = ("get", "post")
LIMITS = {
    "minimum": "at least {}", "maximum": "at most {}", "maxLength": "at most {} characters",
    "minItems": "at least {} of them", "maxItems": "at most {} of them", "default": "else {}",
}  # fmt: skip


class Kind(NamedTuple):
    """What a value is: in words, by the name of the shape where it has one, and within which limits."""

    words: str
    shape: str
    limits: str


class Field(NamedTuple):
    """A parameter of an address, a header, or a field of an object."""

    name: str
    place: str
    kind: Kind
    is_required: bool
    description: str


class Answer(NamedTuple):
    """What comes back with one status."""

    status: str
    description: str
    kind: Kind | None
    example: str


class Operation(NamedTuple):
    """One thing that can be asked for."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: Kind | None
    body_example: str
    answers: list[Answer]


class Shape(NamedTuple):
    """An object with its fields, or a word out of a few."""

    name: str
    description: str
    fields: list[Field]
    words: list[str]


class Reference(NamedTuple):
    """All of it: operations by the first word of their address, and the shapes that they name."""

    parts: list[tuple[str, list[Operation]]]
    shapes: list[Shape]


def reference(document: Mapping[str, Any]) -> Reference:
    """What an OpenAPI 3.1 document says. KeyError where it is none."""
    operations = [
        _operation(path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    grouped = groupby(operations, key=lambda operation: _part(operation.path))
    shapes: Mapping[str, Any] = document["components"]["schemas"]
    return Reference(
        [(part, list(found)) for part, found in grouped],
        [_shape(name, schema) for name, schema in sorted(shapes.items())],
    )


def _part(path: str) -> str:
    """The word under which an address is listed."""
    return next(iter(path.removeprefix("/api/v1").strip("/").split("/"))) or "root"


def _beyond(summary: str, description: str) -> str:
    """The description; nothing where it only says the summary again."""
    return "" if description.rstrip(".") == summary.rstrip(".") else description


def _operation(path: str, method: str, found: Mapping[str, Any]) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get(JSON, {})
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"].rstrip("."),
        description=_beyond(found["summary"], found.get("description", "")),
        parameters=[
            _field(one["name"], one["in"], one["schema"], one.get("description", ""),
                   is_required=bool(one.get("required")))
            for one in found.get("parameters", [])
        ],
        body=_kind(body["schema"]) if body else None,
        body_example=_example(body),
        answers=[_answer(status, one) for status, one in sorted(found["responses"].items())],
    )  # fmt: skip


def _answer(status: str, found: Mapping[str, Any]) -> Answer:
    content = found.get("content", {}).get(JSON, {})
    schema = content.get("schema")
    is_error = status >= "400"  # all errors are alike: one example of them stands above
    example = "" if is_error else _example(content)
    return Answer(status, found["description"], _kind(schema) if schema else None, example)


def _example(content: Mapping[str, Any]) -> str:
    """The first example as text; "" without any."""
    for example in content.get("examples", {}).values():
        return json.dumps(example["value"], ensure_ascii=False, indent=2)
    return ""


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = set(schema.get("required", []))
    fields = [
        _field(
            field, "", found, found.get("description", ""), is_required=field in required
        )
        for field, found in schema.get("properties", {}).items()
    ]  # fmt: skip
    words = [json.dumps(word) for word in schema.get("enum", [])]
    if not fields and not words:
        words = [_kind(schema).words]
    return Shape(name, schema.get("description", ""), fields, words)


def _field(
    name: str, place: str, schema: Mapping[str, Any], description: str, *, is_required: bool
) -> Field:
    lines = [line for line in description.splitlines() if line and not _is_of_itself(line)]
    return Field(name, place, _kind(schema), is_required, " ".join(lines))


def _is_of_itself(line: str) -> bool:
    """Whether a line explains a word by itself, as in "* `silent` - silent"."""
    code, dash, meaning = line.removeprefix("* ").partition(" - ")
    return bool(dash) and code.strip("`") == meaning


def _kind(schema: Mapping[str, Any]) -> Kind:
    """A schema in words.

    >>> _kind({"type": ["string", "null"], "format": "date"})
    Kind(words='string (date) or null', shape='', limits='')
    >>> _kind({"type": "array", "items": {"$ref": "#/components/schemas/Reply"}})
    Kind(words='array of Reply', shape='Reply', limits='')
    >>> _kind({"type": "integer", "minimum": 1, "maximum": 100, "default": 50})
    Kind(words='integer', shape='', limits='at least 1, at most 100, else 50')
    """
    limits = ", ".join(
        words.format(schema[name]) for name, words in LIMITS.items() if name in schema
    )
    if "$ref" in schema:
        shape = str(schema["$ref"]).rpartition("/")[2]
        return Kind(shape, shape, limits)
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return Kind(" or ".join(json.dumps(word) for word in words), "", limits)
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            kinds = [_kind(one) for one in schema[several]]
            shape = next((kind.shape for kind in kinds if kind.shape), "")
            return Kind(" or ".join(dict.fromkeys(kind.words for kind in kinds)), shape, limits)
    return _plain_kind(schema, limits)


def _plain_kind(schema: Mapping[str, Any], limits: str) -> Kind:
    types = schema.get("type", "any value")
    names = [types] if isinstance(types, str) else list(types)
    shape = ""
    if "array" in names:
        inner = _kind(schema.get("items", {}))
        names[names.index("array")] = f"array of {inner.words}"
        shape = inner.shape
    elif isinstance(inner_schema := schema.get("additionalProperties"), Mapping) and inner_schema:
        inner = _kind(inner_schema)
        names[names.index("object")] = f"object of {inner.words}"
        shape = inner.shape
    if "format" in schema:
        names[0] = f"{names[0]} ({schema['format']})"
    return Kind(" or ".join(names), shape, limits)

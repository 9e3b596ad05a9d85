"""The contracts with the extension, as data: JSON Schemas that both sides are tested with.

`tests/contract/<name>.schema.json` is the very file that checks a request and describes it in the
API's document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

FOLDER = settings.BASE_DIR / "tests" / "contract"
SHAPE_ERRORS_MAX = 100
UNIQUE_ITEMS_MAX = 100
_UNPRINTABLE = re.compile(r"[^A-Za-z0-9_.-]")


@cache
def contract_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of that name, as the API's document shows it."""
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id")}


def shape_errors(name: str, payload: Any) -> dict[str, list[str]]:
    """What of a payload does not have the shape of that schema: messages by dotted field.

    A message never quotes what was sent.
    """
    fields: dict[str, list[str]] = {}
    try:
        for error in islice(_validator(name).iter_errors(payload), SHAPE_ERRORS_MAX):
            path = [str(part) for part in error.absolute_path]
            if error.validator == "required":
                # The validator names the missing property first, in quotes.
                path.append(error.message.split("'")[1])
            field = _UNPRINTABLE.sub("?", ".".join(path))[:80] or "body"
            messages = fields.setdefault(field, [])
            if (message := _message(error)) not in messages:
                messages.append(message)
    except RecursionError:
        return {"body": ["This is nested too deeply."]}
    return fields


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """JSON Schema's `pattern` with `$` as the end: Python's own also stops before a last newline."""
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(f"does not match {pattern}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


def _unique_items(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    """JSON Schema's `uniqueItems` for short lists; comparing long ones pairwise would take for ever."""
    if wanted and isinstance(instance, list) and len(instance) <= UNIQUE_ITEMS_MAX:
        seen = [json.dumps(item, sort_keys=True) for item in instance]
        if len(set(seen)) < len(seen):
            yield ValidationError("not unique")


@cache
def _validator(name: str) -> Any:
    keywords = {"pattern": _pattern, "uniqueItems": _unique_items}
    with_ours = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    return with_ours(contract_schema(name))


def _message(error: Any) -> str:
    """What is wrong, without quoting what was sent."""
    limit = error.validator_value
    values = ", ".join(str(value) for value in (limit if isinstance(limit, list) else [limit]))
    messages = {
        "required": "This field is required.",
        "additionalProperties": "There is a field that the contract does not have.",
        "type": f"The type must be one of: {values}.",
        "enum": f"This must be one of: {values}.",
        "const": f"This must be {values}.",
        "minLength": f"This is too short: at least {values} characters.",
        "maxLength": f"This is too long: at most {values} characters.",
        "minItems": f"Too few: at least {values}.",
        "maxItems": f"Too many: at most {values}.",
        "maxProperties": f"Too many: at most {values}.",
        "minimum": f"This must be at least {values}.",
        "exclusiveMinimum": f"This must be more than {values}.",
        "maximum": f"This must be at most {values}.",
        "uniqueItems": "Something is named twice.",
    }
    return messages.get(error.validator, "This does not have the right form.")

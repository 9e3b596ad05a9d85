"""What a report must look like on the wire, and what the catalogue must know of it.

The shape is `tests/contract/report_v1.schema.json`, the very file that the extension is tested with.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from backend.catalogue.selectors import (
    leaf_by_slug,
    model_by_label,
    site_by_slug,
    symptoms_public,
)
from backend.common.errors import RuleError

SCHEMA_PATH = settings.BASE_DIR / "tests" / "contract" / "report_v1.schema.json"
OBSERVED_FIRST = date(2022, 11, 30)
"""No chat assistant of the catalogue answered the public before this day."""
ZONE_DAYS = 1
"""The sender's calendar may be a day ahead of ours."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TEXT_FIELDS = ("prompt", "response", "comment", "expected", "model_label")
_UNPRINTABLE = re.compile(r"[^A-Za-z0-9_.-]")
SHAPE_ERRORS_MAX = 100
UNIQUE_ITEMS_MAX = 100


@dataclass(frozen=True)
class CheckedReport:
    """A payload that keeps the contract, with the catalogue's keys of what it names."""

    payload: Mapping[str, Any]
    observed_on: date
    model_id: str | None
    is_silent: bool
    is_vendors_site: bool
    """False where another's model answers: there the page's word is all that names the model."""


class CatalogueLookup:
    """What the catalogue knows, each question asked once. Lives for one batch."""

    def __init__(self) -> None:
        self.site = cache(site_by_slug)
        self.leaf = cache(leaf_by_slug)
        self.model = cache(model_by_label)
        self.symptom_kinds = dict(symptoms_public().values_list("slug", "kind"))


def report_check(payload: Any, lookup: CatalogueLookup) -> CheckedReport:
    """The payload, if it keeps the contract; else RuleError with a message per field.

    Codes: `report_invalid` (shape), `text_unclean` (control characters), `report_rule_broken`
    (a day, or something that the catalogue doesn't know).
    """
    fields = _shape_errors(payload)
    if fields:
        raise RuleError("report_invalid", "The report does not have the right shape.", fields)
    _texts_check(payload)
    fields, observed_on = _rule_errors(payload, lookup)
    if fields or observed_on is None:
        raise RuleError("report_rule_broken", "The report breaks a rule.", fields)
    label = payload["model_label"]
    model = lookup.model(label) if label else None
    site = lookup.site(payload["site"])
    return CheckedReport(
        payload=payload,
        observed_on=observed_on,
        model_id=model.pk if model else None,
        is_silent=all(lookup.symptom_kinds[slug] == "silent" for slug in payload["symptoms"]),
        is_vendors_site=model is None or (site is not None and site.vendor_id == model.vendor_id),
    )


def has_forbidden_characters(text: str) -> bool:
    """Whether a text holds what no report may: control characters (tab and line ends are fine)."""
    return _FORBIDDEN.search(text) is not None


def payload_digest(payload: Mapping[str, Any]) -> str:
    """Keyed digest of the payload, whatever the order of its keys.

    Keyed, because the payload may hold what the second redaction removes, and whoever reads the
    database could else find a short value by trying all.
    """
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return salted_hmac("reports.payload", text, algorithm="sha256").hexdigest()


def text_fingerprint(prompt: str, response: str) -> str:
    """Equal for exchanges that differ in case, spacing and the form of their characters only."""
    texts = (unicodedata.normalize("NFKC", text).casefold() for text in (prompt, response))
    joined = "\x1f".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(joined.encode()).hexdigest()


# --- shape


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
def _validator() -> Any:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    keywords = {"pattern": _pattern, "uniqueItems": _unique_items}
    return extend(Draft202012Validator, keywords)(schema)  # type: ignore[no-untyped-call]


def _shape_errors(payload: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    try:
        for error in islice(_validator().iter_errors(payload), SHAPE_ERRORS_MAX):
            path = [str(part) for part in error.absolute_path]
            if error.validator == "required":
                # The validator names the missing property first, in quotes.
                path.append(error.message.split("'")[1])
            name = _UNPRINTABLE.sub("?", ".".join(path))[:80] or "body"
            messages = fields.setdefault(name, [])
            if (message := _message(error)) not in messages:
                messages.append(message)
    except RecursionError:
        return {"body": ["This is nested too deeply."]}
    return fields


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
        "maximum": f"This must be at most {values}.",
        "uniqueItems": "Something is named twice.",
    }
    return messages.get(error.validator, "This does not have the right form.")


def _texts_check(payload: Mapping[str, Any]) -> None:
    unclean = [name for name in _TEXT_FIELDS if has_forbidden_characters(payload.get(name) or "")]
    if unclean:
        message = "Control characters, NUL and lone surrogates are not allowed."
        raise RuleError(
            "text_unclean",
            "A text holds characters that no report may hold.",
            {name: [message] for name in unclean},
        )
    blank = [name for name in ("prompt", "response") if not payload[name].strip()]
    if blank:
        raise RuleError(
            "report_invalid",
            "The report does not have the right shape.",
            {name: ["This is blank."] for name in blank},
        )


# --- rules


def _rule_errors(
    payload: Mapping[str, Any], lookup: CatalogueLookup
) -> tuple[dict[str, list[str]], date | None]:
    fields: dict[str, list[str]] = {}
    if lookup.site(payload["site"]) is None:
        fields["site"] = ["The catalogue has no such site."]
    if payload["domain"] is not None and lookup.leaf(payload["domain"]) is None:
        fields["domain"] = ["The catalogue has no such leaf of the domain tree."]
    if not set(payload["symptoms"]) <= lookup.symptom_kinds.keys():
        fields["symptoms"] = ["The catalogue has not all of these symptoms."]
    observed_on = None
    try:
        observed_on = date.fromisoformat(payload["observed_on"])
    except ValueError:
        fields["observed_on"] = ["There is no such day."]
    else:
        if not OBSERVED_FIRST <= observed_on <= timezone.now().date() + timedelta(days=ZONE_DAYS):
            fields["observed_on"] = [f"The day must lie between {OBSERVED_FIRST} and today."]
    return fields, observed_on

"""What a report must look like on the wire, and what the catalogue must know of it.

The shape is `tests/contract/report_v1.schema.json`, the very file that the extension is tested with.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.catalogue.selectors import (
    leaf_by_slug,
    model_by_label,
    site_by_slug,
    symptoms_public,
)
from backend.common.errors import RuleError
from backend.common.shapes import shape_errors

SCHEMA = "report_v1"
OBSERVED_FIRST = date(2022, 11, 30)
"""No chat assistant of the catalogue answered the public before this day."""
ZONE_DAYS = 1
"""The sender's calendar may be a day ahead of ours."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TEXT_FIELDS = ("prompt", "response", "comment", "expected", "model_label")


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


def report_check(
    payload: Any, lookup: CatalogueLookup, *, may_be_fictional: bool = False
) -> CheckedReport:
    """The payload, if it keeps the contract; else RuleError with a message per field.

    Codes: `report_invalid` (shape), `text_unclean` (control characters), `report_rule_broken`
    (a day, something that the catalogue doesn't know, or that is invented unless that `may_be`).
    """
    fields = shape_errors(SCHEMA, payload)
    if fields:
        raise RuleError("report_invalid", "The report does not have the right shape.", fields)
    _texts_check(payload)
    fields, observed_on = _rule_errors(payload, lookup)
    if not may_be_fictional:
        fields |= _fiction_errors(payload, lookup)
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


def _fiction_errors(payload: Mapping[str, Any], lookup: CatalogueLookup) -> dict[str, list[str]]:
    """What a report names that is of the demo alone: among its reports, a real one would be unmarked."""
    site = lookup.site(payload["site"])
    model = lookup.model(payload["model_label"]) if payload["model_label"] else None
    fields: dict[str, list[str]] = {}
    if site is not None and site.is_fictional:
        fields["site"] = ["This site is fictional: nobody can have seen an answer there."]
    if model is not None and model.is_fictional:
        fields["model_label"] = ["This model is fictional: it can have given nobody an answer."]
    return fields

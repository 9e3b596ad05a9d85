"""A public report as the API tells it."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers


class CircumstancesSerializer(serializers.Serializer[Any]):
    """How the answer came about, where the page or the sender knew it."""

    turn_index = serializers.IntegerField(allow_null=True)
    earlier_turns = serializers.IntegerField(allow_null=True)
    has_attachments = serializers.BooleanField(allow_null=True)
    has_tools = serializers.BooleanField(allow_null=True)
    notice = serializers.CharField(help_text="What the page stated; empty is unknown.")
    tier = serializers.CharField()
    effort = serializers.CharField()


class PublicReportSerializer(serializers.Serializer[Any]):
    """A released report. Names each field that anyone may see."""

    id = serializers.UUIDField()
    simulated = serializers.SerializerMethodField(help_text="true: SIMULATED, a fictional model.")
    provenance = serializers.ChoiceField(choices=["report", "import", "simulated"])
    collection = serializers.CharField()
    observed_on = serializers.DateField()
    received_on = serializers.DateField()
    public_from = serializers.DateField()
    site = serializers.CharField(source="site_id")
    vendor = serializers.CharField(
        source="vendor_id", allow_null=True, help_text="Of the model; null if unknown."
    )
    model = serializers.CharField(source="model_id", allow_null=True)
    model_label = serializers.CharField(help_text="What the page showed; may be empty.")
    model_label_source = serializers.CharField()
    domain = serializers.CharField(
        source="domain_stated_id", allow_null=True, help_text="As stated by the sender."
    )
    symptoms = serializers.ListField(child=serializers.CharField(), source="symptom_ids")
    kind = serializers.SerializerMethodField(
        help_text="`silent`, or `stated` if any symptom is one that the product says openly."
    )
    prompt = serializers.CharField()
    response = serializers.CharField()
    comment = serializers.CharField()
    expected = serializers.CharField(help_text="What the sender had expected; may be empty.")
    severity = serializers.IntegerField(
        allow_null=True, help_text="1 (slight) to 3 (serious); null if the sender did not say."
    )
    circumstances = CircumstancesSerializer(source="*")
    removed = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many values of each type were removed."
    )
    redaction_version = serializers.CharField()
    consent_version = serializers.CharField()
    client = serializers.CharField()

    def get_simulated(self, report: Any) -> bool:
        return bool(report.provenance == "simulated")

    def get_kind(self, report: Any) -> str:
        return "silent" if report.is_silent else "stated"

    def to_representation(self, report: Any) -> dict[str, Any]:
        """The same as the fields would give, without asking each of thirty for each of fifty reports."""
        return {
            "id": str(report.id),
            "simulated": report.provenance == "simulated",
            **{name: _told(getattr(report, column)) for name, column in _BEFORE.items()},
            "kind": "silent" if report.is_silent else "stated",
            **{name: getattr(report, name) for name in _TEXTS},
            "circumstances": {name: getattr(report, name) for name in _CIRCUMSTANCES},
            **{name: getattr(report, name) for name in _AFTER},
        }


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_BEFORE = {
    "provenance": "provenance", "collection": "collection", "observed_on": "observed_on",
    "received_on": "received_on", "public_from": "public_from", "site": "site_id",
    "vendor": "vendor_id", "model": "model_id", "model_label": "model_label",
    "model_label_source": "model_label_source", "domain": "domain_stated_id",
    "symptoms": "symptom_ids",
}  # fmt: skip
_TEXTS = ("prompt", "response", "comment", "expected", "severity")
_CIRCUMSTANCES = tuple(CircumstancesSerializer._declared_fields)
_AFTER = ("removed", "redaction_version", "consent_version", "client")


class ReportPageSerializer(serializers.Serializer[Any]):
    """One page of reports."""

    results = PublicReportSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)

"""What findings' reports have in common and where they come from, and what vendors reply: to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.findings import facts


class FindingSymptomSerializer(serializers.Serializer):
    """A symptom that at least five of a finding's contributors named."""

    symptom = serializers.CharField()
    n_contributors = serializers.IntegerField(
        allow_null=True, help_text="null: all contributors of the finding but for fewer than five."
    )


class InstrumentTotalsSerializer(serializers.Serializer):
    """Contributors of each group; null below five."""

    event = serializers.IntegerField(allow_null=True, help_text="Of the finding's reports.")
    before = serializers.IntegerField(
        allow_null=True, help_text="Of its model and subject, in the weeks before it began."
    )
    others = serializers.IntegerField(
        allow_null=True,
        help_text="Of the comparators in the weeks of the event: its model in other subjects, and "
        "other models in its subject.",
    )
    others_before = serializers.IntegerField(
        allow_null=True, help_text="Of the comparators in the weeks before."
    )


class InstrumentRowSerializer(InstrumentTotalsSerializer):
    """One value, with contributors of each group; null: fewer than five, or in the row ""."""

    value = serializers.CharField(
        help_text='"" holds together what is too rare to be told apart; "?" is not known.'
    )


class InstrumentPartsSerializer(serializers.Serializer):
    """Rows by part of the instrument."""

    extension = InstrumentRowSerializer(many=True, help_text="By version of the extension.")
    site = InstrumentRowSerializer(many=True, help_text="By site.")
    redaction = InstrumentRowSerializer(many=True, help_text="By version of the redaction.")


class InstrumentSerializer(serializers.Serializer):
    """Has the world changed, or the instrument?"""

    verdict = serializers.ChoiceField(
        choices=[facts.EXPLAINED, facts.STANDS, facts.NOT_CHECKED],
        help_text="`explained`: within one version it does not stand out; `stands`: it does.",
    )
    explained_by = serializers.ListField(child=serializers.CharField())
    totals = InstrumentTotalsSerializer()
    parts = InstrumentPartsSerializer()


class ReplySerializer(serializers.Serializer):
    """What the vendor says, in its own words."""

    vendor = serializers.CharField(source="vendor_id")
    replied_on = serializers.DateField()
    text = serializers.CharField(help_text="Plain text.")
    source_url = serializers.URLField()


class AcknowledgementSerializer(serializers.Serializer):
    """Where the vendor confirms it, as a moderator read it for this model, subject and kind of symptom."""

    id = serializers.IntegerField(source="pk", help_text="As in `evidence`.")
    vendor = serializers.CharField(source="model.vendor_id")
    stated_on = serializers.DateField(help_text="The day of the source.")
    since = serializers.DateField(
        allow_null=True, help_text="First day of what it speaks of; null: it names none."
    )
    until = serializers.DateField(
        allow_null=True, help_text="Last day of what it speaks of; null: it names none."
    )
    passage = serializers.CharField(help_text="Word for word, as plain text.")
    source_url = serializers.URLField()
    disclosure = serializers.IntegerField(
        source="disclosure_id", allow_null=True,
        help_text="Entry of the register at `/api/v1/disclosures/`, which may have been taken down since.",
    )  # fmt: skip


class FindingFactsSerializer(serializers.Serializer):
    """The address of a finding, and what its page tells beside statistics."""

    slug = serializers.CharField(help_text="Words of its address; never changes.")
    address = serializers.SerializerMethodField(help_text="Of its page; never changes.")
    terms = serializers.ListField(
        child=serializers.CharField(),
        help_text="Words that set its reports apart from others of its subject; at least five "
        "contributors used each.",
    )
    symptoms = serializers.SerializerMethodField()
    instrument = serializers.SerializerMethodField()
    replies = ReplySerializer(many=True, source="replies_shown")
    acknowledgements = serializers.SerializerMethodField(
        help_text="The vendor's word that its state counts, the earliest first; empty for most."
    )

    def get_address(self, finding: Any) -> str:
        return facts.finding_address(finding)

    @extend_schema_field(AcknowledgementSerializer(many=True))
    def get_acknowledgements(self, finding: Any) -> list[dict[str, Any]]:
        words = self.context["acknowledgements"].get(finding.pk, [])
        rows: Any = AcknowledgementSerializer(words, many=True).data
        return list(rows)

    @extend_schema_field(FindingSymptomSerializer(many=True))
    def get_symptoms(self, finding: Any) -> list[dict[str, Any]]:
        rows: Any = FindingSymptomSerializer(facts.symptoms_public(finding), many=True).data
        return list(rows)

    @extend_schema_field(InstrumentSerializer())
    def get_instrument(self, finding: Any) -> dict[str, Any]:
        return dict(InstrumentSerializer(facts.instrument_public(finding)).data)

"""Reports, which may be published, and receipts, which never are: two tables on purpose."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pgvector.django import HalfVectorField

ERASED: dict[str, Any] = {
    "prompt": "",
    "response": "",
    "comment": "",
    "expected": "",
    "embedding": None,
    "embedding_model": "",
    "text_fingerprint": "",
    "removed": {},
    "quarantine_reasons": [],
    "model_label": "",
    "model": None,
    "domain_stated": None,
    "client": "",
    "severity": None,
    "turn_index": None,
    "earlier_turns": None,
    "has_attachments": None,
    "has_tools": None,
    "notice": "",
    "tier": "",
    "effort": "",
}
"""What a report loses when it is erased. Its id, days, site and state stay, so that it can't come back."""


FILTERED = [
    "site", "model", "domain_stated", "is_silent", "severity", "tier", "provenance", "public_from",
]  # fmt: skip
"""Columns that lists of reports are filtered by."""
SEARCHED_WITHIN = ["site", "model", "domain_stated"]
"""Those whose values the index of words has too: few reports have one, so that much can be skipped."""


class Report(models.Model):
    """An exchange somebody flagged: redacted text, safe to publish once released.

    A withdrawn report keeps its row, so that the same id cannot come back, and loses its text.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("state of a report", "pending")
        QUARANTINED = "quarantined", pgettext_lazy("state of a report", "quarantined")
        RELEASED = "released", pgettext_lazy("state of a report", "released")
        REJECTED = "rejected", pgettext_lazy("state of a report", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a report", "withdrawn")

    class Provenance(models.TextChoices):
        REPORT = "report", _("sent by a person")
        IMPORT = "import", _("imported collection")
        SIMULATED = "simulated", _("SIMULATED")

    id = models.UUIDField(primary_key=True, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    quarantine_reasons = models.JSONField(default=list)
    provenance = models.CharField(max_length=10, choices=Provenance, default=Provenance.REPORT)
    collection = models.CharField(max_length=60, default="", blank=True)
    received_on = models.DateField()
    observed_on = models.DateField()
    public_from = models.DateField(null=True)

    site = models.ForeignKey("catalogue.Site", on_delete=models.PROTECT, related_name="+")
    model_label = models.CharField(max_length=120, default="", blank=True)
    model_label_source = models.CharField(max_length=20)
    model = models.ForeignKey(
        "catalogue.Model", null=True, on_delete=models.PROTECT, related_name="+"
    )
    domain_stated = models.ForeignKey(
        "catalogue.Domain", null=True, on_delete=models.PROTECT, related_name="+"
    )
    symptoms = models.ManyToManyField("catalogue.Symptom", related_name="+")
    is_silent = models.BooleanField()

    prompt = models.TextField(blank=True)
    response = models.TextField(blank=True)
    comment = models.TextField(blank=True)
    expected = models.TextField(blank=True, default="")
    severity = models.PositiveSmallIntegerField(null=True)
    removed = models.JSONField(default=dict)
    redaction_version = models.CharField(max_length=40)
    consent_version = models.CharField(max_length=20)
    client = models.CharField(max_length=60)

    # How the answer came about, where the page or the person knew it: counts and words of ours.
    turn_index = models.PositiveIntegerField(null=True)
    earlier_turns = models.PositiveIntegerField(null=True)
    has_attachments = models.BooleanField(null=True)
    has_tools = models.BooleanField(null=True)
    notice = models.CharField(max_length=10, blank=True, default="")
    tier = models.CharField(max_length=12, blank=True, default="")
    effort = models.CharField(max_length=8, blank=True, default="")

    text_fingerprint = models.CharField(max_length=64, blank=True)
    embedding = HalfVectorField(null=True)
    embedding_model = models.CharField(max_length=80, default="", blank=True)
    search = models.GeneratedField(
        expression=SearchVector("prompt", "response", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-observed_on", "-id"]
        indexes = [
            # One index of words and filters: of two frequent ones it skips what can't have both.
            GinIndex(fields=["search", *SEARCHED_WITHIN], name="report_search"),
            models.Index(fields=["state", "-observed_on", "-id"], name="report_state_day"),
            models.Index(fields=["text_fingerprint"], name="report_fingerprint"),
            # In the order of the lists, with all that filters ask for: what matches is found and
            # counted without reading the reports themselves, which are long.
            *(
                models.Index(
                    fields=[*first, "-observed_on", "-id"],
                    name=f"report_public_{name}",
                    condition=Q(state="released"),
                    include=[column for column in FILTERED if column not in first],
                )
                for name, first in {
                    "day": [],
                    "site": ["site"],
                    "model": ["model"],
                    "domain": ["domain_stated"],
                }.items()
            ),
            # By id, with the same: the members of a cluster lie all over the table.
            models.Index(
                fields=["id"],
                name="report_public_id",
                condition=Q(state="released"),
                include=["observed_on", *FILTERED],
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="withdrawn_has_no_text",
                condition=~Q(state="withdrawn")
                | Q(prompt="", response="", comment="", expected=""),
            ),
            models.CheckConstraint(
                name="released_has_a_date",
                condition=~Q(state="released") | Q(public_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.id} ({self.state})"


class Receipt(models.Model):
    """What lets the sender withdraw, and lets us count people once. Private, with an expiry."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.CASCADE)
    key_sha256 = models.CharField(max_length=64, unique=True)
    contributor_tag = models.CharField(max_length=16)
    is_linked = models.BooleanField()
    is_counted = models.BooleanField(default=True)
    payload_digest = models.CharField(max_length=64)
    expires_on = models.DateField()

    def __str__(self) -> str:
        return f"receipt of {self.report_id}"


class EarlyWithdrawal(models.Model):
    """A withdrawal that came before its report: whatever arrives with this key is erased at once."""

    key_sha256 = models.CharField(primary_key=True, max_length=64)
    asked_on = models.DateField()

    def __str__(self) -> str:
        return f"withdrawal of {self.asked_on}"


class Tombstone(models.Model):
    """The id of a withdrawn report that had been public: mirrors must drop it."""

    report_id = models.UUIDField(primary_key=True)
    withdrawn_on = models.DateField()

    def __str__(self) -> str:
        return str(self.report_id)


class ModerationEvent(models.Model):
    """What a moderator or a rule decided about a report, and when. Append-only; no text."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="moderation_events")
    decided_on = models.DateField()
    actor = models.CharField(max_length=150)
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.report_id}: {self.from_state} -> {self.to_state}"


class CountedDomain(models.Model):
    """The domain that the current run counts a report in, for filters and tallies of reports.

    Written by whoever owns the runs, through services of this app.
    """

    report = models.OneToOneField(
        Report, primary_key=True, on_delete=models.CASCADE, related_name="counted"
    )
    domain = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["domain", "report"], name="counted_domain"),
            # Of many reports the domains, from an index alone.
            models.Index(fields=["report"], include=["domain"], name="counted_of_report"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} counted in {self.domain}"


class Tally(models.Model):
    """How many public reports have a value of one dimension and a value of another (ADR 20).

    "" as a dimension is "any". Complete together with the changes that are not added in yet.
    """

    pk = models.CompositePrimaryKey("dimension", "value", "other", "other_value")
    dimension = models.CharField(max_length=12)
    value = models.CharField(max_length=400)
    other = models.CharField(max_length=12)
    other_value = models.CharField(max_length=400)
    n = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.dimension} {self.value}, {self.other} {self.other_value}: {self.n}"


class TallyChange(models.Model):
    """A report, or a symptom of one, that came to be public or ceased to be. Written by triggers.

    It counts from `public_from` on, and is added to the tally by a sweep.
    """

    public_from = models.DateField()
    n = models.SmallIntegerField()
    site = models.CharField(max_length=80)
    model = models.CharField(max_length=80)
    domain = models.CharField(max_length=80)
    counted = models.CharField(max_length=80)
    kind = models.CharField(max_length=6)
    severity = models.CharField(max_length=1)
    tier = models.CharField(max_length=12)
    provenance = models.CharField(max_length=10)
    month = models.CharField(max_length=7)
    week = models.CharField(max_length=32)
    day = models.CharField(max_length=20)
    source = models.CharField(max_length=400)
    symptom = models.CharField(max_length=80, null=True)  # noqa: DJ001 - null: the report itself

    class Meta:
        indexes = [models.Index(fields=["public_from", "id"], name="tally_change_due")]

    def __str__(self) -> str:
        return f"{self.n:+d} from {self.public_from}"


class Word(models.Model):
    """A word that enough public reports have, so that a mistyped one can be read as it."""

    word = models.CharField(primary_key=True, max_length=40)
    lexeme = models.CharField(max_length=40)
    n_reports = models.PositiveIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="word_trigrams"),
            models.Index(fields=["lexeme"], name="word_lexeme"),
        ]

    def __str__(self) -> str:
        return f"{self.word} ({self.n_reports})"

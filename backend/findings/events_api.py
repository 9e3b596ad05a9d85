"""The steps of findings, to read: what feeds and webhooks tell."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.filters import filtered
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings.filters import EventFilter, EventQuerySerializer
from backend.findings.selectors import LADDER
from backend.findings.told import STEPS, conclusions_stamp, event_told, events_told


class FindingBriefSerializer(serializers.Serializer):
    """What a finding is about, and its main numbers as they are now."""

    id = serializers.IntegerField()
    address = serializers.URLField(help_text="Of its page; lasts.")
    state = serializers.ChoiceField(LADDER)
    vendor = serializers.CharField()
    model = serializers.CharField()
    domain = serializers.CharField()
    symptom_kind = serializers.ChoiceField(["silent", "stated"])
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")
    n_contributors = serializers.IntegerField(
        allow_null=True, help_text="Distinct contributors (unverified); null below 5."
    )
    n_reports = serializers.IntegerField()
    onset = serializers.DateField(allow_null=True)
    onset_low = serializers.DateField(allow_null=True)
    onset_high = serializers.DateField(allow_null=True)
    offset = serializers.DateField(
        allow_null=True,
        help_text="null while it lasts; only the state `resolved` says that it ended.",
    )
    offset_low = serializers.DateField(allow_null=True)
    offset_high = serializers.DateField(allow_null=True)


class EventSerializer(serializers.Serializer):
    """One step in the life of a public finding. What is sent to webhooks is the same."""

    id = serializers.IntegerField(
        help_text="Grows from step to step of a finding; never used again."
    )
    address = serializers.URLField(help_text="Of the step on the finding's page; lasts.")
    happened_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(
        help_text="Later than `happened_at` where a source that it rested on was taken down since."
    )
    step = serializers.ChoiceField(STEPS, help_text="What kind of step it was.")
    kind = serializers.CharField(help_text="As in the finding's own log.")
    from_state = serializers.CharField(help_text="State before; empty for a new finding.")
    to_state = serializers.ChoiceField(LADDER)
    reason = serializers.CharField()
    other = serializers.IntegerField(
        allow_null=True, help_text="The finding that it became part of, or that split off."
    )
    title = serializers.CharField(help_text="One line, in the words of the ladder.")
    text = serializers.CharField(help_text="Why, and what the state means.")
    finding = FindingBriefSerializer()


class EventPageSerializer(serializers.Serializer):
    """One page of steps."""

    results = EventSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class EventListApi(PlumblineApi):
    """Steps of public findings, the latest first: what the feeds tell."""

    @extend_schema(
        operation_id="events_list",
        summary="What happened to findings, the latest first",
        description=(
            "The same steps as in the feeds and in webhooks. One that was taken while a moderator "
            "held the finding is not among them: `published` tells the state that it had by then."
        ),
        parameters=[EventQuerySerializer, PageQuerySerializer],
        responses={200: EventPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        events = filtered(EventFilter, events_told(), request.query_params)
        page = page_of(events, request, ordering=("-id",))
        return Response(page.body(EventSerializer(map(event_told, page.rows), many=True).data))

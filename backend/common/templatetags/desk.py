"""What the first page of the desk says before its lists."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.contrib import admin
from django.urls import reverse

from backend.common.decisions import DecisionAdmin

register = template.Library()


class Queue(NamedTuple):
    """What waits for a person, how much of it, and the list of it."""

    what: str
    n: int
    address: str


@register.simple_tag(takes_context=True)
def desk_queues(context: Any) -> list[Queue]:
    """All that waits in lists that the user may see; those with nothing in them too."""
    return [
        Queue(what, count, f"{_list_of(desk)}?{query}")
        for desk in admin.site._registry.values()
        if isinstance(desk, DecisionAdmin) and desk.has_view_permission(context["request"])
        for what, count, query in desk.waiting()
    ]


def _list_of(desk: DecisionAdmin) -> str:
    return reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")

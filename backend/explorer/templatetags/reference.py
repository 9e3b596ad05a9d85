"""What the page of the API shows again and again."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backend.explorer.reference import Field, Kind
from backend.explorer.templatetags.explorer import ticked

register = template.Library()


@register.simple_tag
def kind(what: Kind) -> SafeString:
    """What a value is, with a link to the shape that it names."""
    if not what.shape:
        shown = format_html("<code>{}</code>", what.words)
    else:
        before, _, after = what.words.partition(what.shape)
        shown = format_html(
            '<code>{}<a href="#shape-{}">{}</a>{}</code>', before, what.shape, what.shape, after
        )
    return format_html("{}, {}", shown, what.limits) if what.limits else shown


@register.simple_tag
def field_table(of: str, title: str, fields: Iterable[Field]) -> SafeString:
    """A row for each field: name, what it is, what it means."""
    rows = format_html_join(
        "",
        '<tr><th scope="row"><code>{}</code>{}</th><td>{}</td><td>{}</td></tr>',
        ((one.name, _notes(one), kind(one.kind), ticked(one.description)) for one in fields),
    )
    label = f"{title}s of {of}"
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table class="stack">'
        '<caption>{}</caption><thead><tr><th scope="col">{}</th><th scope="col">Type</th>'
        '<th scope="col">Meaning</th></tr></thead><tbody>{}</tbody></table></div>',
        label, label, title, rows,
    )  # fmt: skip


def _notes(field: Field) -> str:
    """What is unusual about it: a parameter that must be given, a field that may be missing."""
    if not field.place:
        return "" if field.is_required else " (optional)"
    notes = [] if field.place == "query" else [f"in {field.place}"]
    if field.is_required and field.place != "path":
        notes.append("required")
    return f" ({', '.join(notes)})" if notes else ""

"""Feeds of what happens to findings, as Atom and as JSON Feed: one entry for each step, and no more.

An entry's id and address never change, nor does what it says of the step, unless a source that it rested on
is taken down: then it says that, and is updated. Numbers that change with
every run are not in the text; the JSON Feed has them beside it, as they are now.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, SyndicationFeed, rfc3339_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.common.conditional import stamped
from backend.findings.filters import EventFilter
from backend.findings.told import conclusions_stamp, event_told, events_told

ENTRIES = 50
SINCE = "2026"
"""The year of our tag: addresses (RFC 4151)."""
DESCRIPTION = (
    "Steps of findings on the evidence ladder. Reports nominate; they do not confirm anything."
)


def tag(name: str) -> str:
    """An id that stays, whatever becomes of addresses."""
    return f"tag:{urlsplit(settings.PUBLIC_URL).hostname},{SINCE}:{name}"


class PagedAtom(Atom1Feed):
    """Atom (RFC 4287) with the link to older entries (RFC 5005)."""

    def add_root_elements(self, handler: Any) -> None:
        """Links to this and the next page."""
        super().add_root_elements(handler)
        if self.feed["older"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["older"]})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """An entry, whose words are plain text: what looks like a tag in them is none."""
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """The whole feed."""
        feed: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "authors": [{"name": self.feed["author_name"]}],
            "language": "en",
            "items": [self._item(item) for item in self.items],
        }
        if self.feed["older"]:
            feed["next_url"] = self.feed["older"]
        text = json.dumps(feed, cls=DjangoJSONEncoder, ensure_ascii=False)
        outfile.write(text.encode(encoding) if isinstance(outfile, HttpResponse) else text)

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        told = item["told"]
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_text": item["description"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "tags": list(item["categories"]),
            "_plumbline": {"about": f"{settings.PUBLIC_URL}/api/v1/docs/", "event": told},
        }


class FindingsFeed(Feed):
    """Steps of all findings, or of those of a vendor, a model or a domain."""

    description = DESCRIPTION
    author_name = "Plumbline"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What is asked for: the steps of one page, and the names around them."""
        query, name = chosen(kwargs.get("about", ""), kwargs.get("slug", ""))
        events = EventFilter(query, queryset=events_told()).qs
        before = request.GET.get("before")
        if before is not None:
            if not (before.isascii() and before.isdigit() and len(before) < 19):
                raise Http404
            events = events.filter(pk__lt=int(before))
        rows = list(events[: ENTRIES + 1])
        here = f"{settings.PUBLIC_URL}{request.path}"
        return {
            "name": name,
            "tag": tag(request.path.strip("/").rpartition(".")[0]),
            "feed_url": here if before is None else f"{here}?before={before}",
            "older": f"{here}?before={rows[ENTRIES - 1].pk}" if len(rows) > ENTRIES else "",
            "events": [event_told(event) for event in rows[:ENTRIES]],
        }

    def title(self, asked: dict[str, Any]) -> str:
        return f"Plumbline findings{': ' if asked['name'] else ''}{asked['name']}"

    def link(self, asked: dict[str, Any]) -> str:
        return f"{settings.PUBLIC_URL}/findings/"

    def feed_url(self, asked: dict[str, Any]) -> str:
        return str(asked["feed_url"])

    def feed_guid(self, asked: dict[str, Any]) -> str:
        return str(asked["tag"])

    def feed_extra_kwargs(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"older": asked["older"]}

    def items(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = asked["events"]
        return steps

    def item_title(self, item: Any) -> str:
        return str(item["title"])

    def item_description(self, item: Any) -> str:
        return str(item["text"])

    def item_link(self, item: Any) -> str:
        return str(item["address"])

    def item_guid(self, item: Any) -> str:
        return tag(f"event-{item['id']}")

    def item_pubdate(self, item: Any) -> Any:
        return item["happened_at"]

    def item_updateddate(self, item: Any) -> Any:
        return item["updated_at"]

    def item_categories(self, item: Any) -> list[str]:
        about = item["finding"]
        simulated = ["SIMULATED"] if about["is_simulated"] else []
        return [*simulated, item["step"], about["vendor"], about["model"], about["domain"]]

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        return {"told": item}


class FindingsAtom(FindingsFeed):
    """The same as Atom."""

    feed_type = PagedAtom
    subtitle = DESCRIPTION


class FindingsJson(FindingsFeed):
    """The same as JSON Feed."""

    feed_type = JsonFeed


FORMS = {"atom": FindingsAtom(), "json": FindingsJson()}


def chosen(about: str, slug: str) -> tuple[dict[str, str], str]:
    """The filter of a feed about something, and its name; Http404 if there is no such thing."""
    if not about:
        return {}, ""
    sets: dict[str, Any] = {
        "vendor": catalogue.vendors_public, "model": catalogue.models_public,
        "domain": catalogue.domains_public,
    }  # fmt: skip
    found = sets[about]().filter(pk=slug).first()
    if found is None:
        raise Http404
    return {about: slug}, str(found.name)


@require_safe
@cache_control(public=True, no_cache=True)
@stamped(conclusions_stamp)
def findings(request: HttpRequest, form: str, about: str = "", slug: str = "") -> HttpResponse:
    """A feed, in the form that its address ends in."""
    return FORMS[form](request, about=about, slug=slug)

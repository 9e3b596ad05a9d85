"""Addresses and sizes for the pages of others, and oEmbed (oembed.com, version 1.0)."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from backend.charts import selectors
from backend.charts.frame import SIMULATED, wrapped
from backend.charts.looks import SOCIAL
from backend.charts.models import Chart
from backend.common.errors import PlumblineError, RuleError, UnknownError

CAPTION_TEXT_PX, CAPTION_LINE_PX, CAPTION_SIDES_PX, CAPTION_ENDS_PX = 15, 23, 36, 18
"""Of the lines below the image, as embed.css has them: size, height, and what lies around them."""
CAPTION_STATE = "State of the finding now: acknowledged. (part of another finding) "
CAPTION = "Plumbline, chart {id}: numbers, source, verification · There is a newer version"
"""The most that these lines may come to say: a frame cannot grow later."""
NARROW_FRAME_PX = 640
"""Below this width of a frame the narrow image is shown."""
SIDE_MAX = 10_000
SIDE_ASKED_MAX = 99_999_999
"""The largest side that may be asked for; beyond SIDE_MAX it is no limit any more."""
CHART_PATH = re.compile(r"(?:/[a-z]{2}(?:-[a-z]+)?)?/c/(?P<id>[a-z2-7]{12,52})/(?:embed/)?")


class FormatError(PlumblineError):
    """A format that this provider does not speak."""

    status = 501


def permalink(chart: Chart) -> str:
    """The whole address of a chart: the same in every language, for ever."""
    return f"{settings.PUBLIC_URL}/c/{chart.pk}/"


def embed_size(
    chart: Chart, width: int | None = None, height: int | None = None
) -> tuple[int, int]:
    """Width and height of a frame for it, no larger than these."""
    wide = chart.files["light.png"]["width"] // 2
    chosen = min(wide, width or wide)
    look = "light-narrow" if chosen < NARROW_FRAME_PX else "light"
    size = chart.files[f"{look}.svg"]
    scale = min(1.0, chosen / size["width"])
    needed = math.ceil(size["height"] * scale) + _caption_height(chart, chosen)
    return chosen, min(needed, height or needed)


def _caption_height(chart: Chart, width: int) -> int:
    """Room for the lines below the image in a frame so wide, whatever font is there."""
    words = CAPTION.format(id=chart.pk)
    if chart.kind in selectors.OF_FINDINGS:
        words = CAPTION_STATE + words
    if chart.is_simulated:
        words = f"{SIMULATED}{'.' * 6} {words}"  # what surrounds the word is as wide as these
    room = max(width - CAPTION_SIDES_PX, 1)
    lines = wrapped(words, CAPTION_TEXT_PX, room, lines_max=len(words))
    return CAPTION_ENDS_PX + CAPTION_LINE_PX * len(lines)


def oembed(request: HttpRequest) -> dict[str, Any]:
    """What to put into a page for the chart at `url`.

    Raises FormatError for XML, as oEmbed asks, RuleError for a format that it has not and for odd sizes,
    UnknownError or GoneError for the chart.
    """
    match request.GET.get("format", "json"):
        case "json":
            pass
        case "xml":
            raise FormatError("format_unsupported", "Only JSON is spoken here: format=json.")
        case _:
            raise RuleError("format_invalid", "The format is not valid.", {"format": ["json."]})
    chart = selectors.chart_public(_chart_id(request))
    most = {name: _side(request, name) for name in ("maxwidth", "maxheight")}
    width, height = embed_size(chart, most["maxwidth"], most["maxheight"])
    found = {
        "version": "1.0",
        "type": "rich",
        "title": chart.title_marked,
        "provider_name": "Plumbline",
        "provider_url": f"{settings.PUBLIC_URL}/",
        "cache_age": 300,
        "width": width,
        "height": height,
        "html": snippet(chart, width, height),
    }
    card = chart.files[f"{SOCIAL}.png"]
    sides = (card["width"], most["maxwidth"]), (card["height"], most["maxheight"])
    if all(limit is None or side <= limit for side, limit in sides):
        found["thumbnail_url"] = f"{permalink(chart)}{SOCIAL}.png"
        found["thumbnail_width"], found["thumbnail_height"] = card["width"], card["height"]
    return found


def snippet(chart: Chart, width: int, height: int) -> str:
    """The frame as HTML."""
    context = {"chart": chart, "address": permalink(chart), "width": width, "height": height}
    return render_to_string("charts/_snippet.html", context).strip()


def _chart_id(request: HttpRequest) -> str:
    """The id in the address that was asked about: of this site, in any language."""
    unknown = UnknownError("chart_unknown", "There is no chart at this address.")
    address = request.GET.get("url", "")
    if not address:
        raise RuleError("url_required", "Name the chart.", {"url": ["Its address on this site."]})
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise unknown from error
    found = CHART_PATH.fullmatch(parts.path)
    hosts = {urlsplit(settings.PUBLIC_URL).netloc, request.get_host()}
    if found is None or parts.netloc not in hosts:
        raise unknown
    return found["id"]


def _side(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 9 and 0 < int(text) <= SIDE_ASKED_MAX:
        return min(int(text), SIDE_MAX)
    raise RuleError("size_invalid", "The size is not valid.", {name: ["A whole number of pixels."]})

"""How many bytes a page brings with it: itself, its style sheets, scripts and images, as sent."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Fetch = Callable[[str], bytes]


class _Assets(HTMLParser):
    """The addresses that a browser loads for a page; of a <picture> the list of its sources."""

    def __init__(self) -> None:
        super().__init__()
        self.single: list[str] = []
        self.pictures: list[list[str]] = []
        self._picture: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "picture":
            self._picture = []
        elif tag in ("img", "source"):
            named = [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
            named += [given["src"]] if "src" in given else []
            if self._picture is not None:
                self._picture += named
            else:
                self.single += named
        elif tag in ("script", "iframe", "embed") and "src" in given:
            self.single.append(given["src"])
        elif tag == "link" and {"stylesheet", "icon", "preload", "modulepreload"} & set(
            given.get("rel", "").split()
        ):
            self.single.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "picture" and self._picture is not None:
            self.pictures.append(self._picture)
            self._picture = None


def page_weight(address: str, fetch: Fetch) -> int:
    """Bytes of a page with all that it loads; of each <picture> its largest source.

    `fetch` gives the body of an address as sent. Not an HTML page: its own bytes, by the caller.
    """
    html = fetch(address)
    assets = _Assets()
    assets.feed(_unpacked(html).decode(errors="replace"))
    total = len(html)
    seen: set[str] = set()
    for choices in [[single] for single in assets.single] + assets.pictures:
        sizes = []
        for choice in choices:
            place = urlsplit(urljoin(address, choice))
            if place.netloc or place.scheme or choice in seen:
                continue  # data: addresses are within the page already
            seen.add(choice)
            sizes.append(len(fetch(place.path + (f"?{place.query}" if place.query else ""))))
        total += max(sizes, default=0)
    return total


def _unpacked(body: bytes) -> bytes:
    import gzip

    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body

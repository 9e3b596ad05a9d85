"""Reads a page as a person does, its words, and as a program does, its numbers."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any


class Numbers(HTMLParser):
    """The numbers of a page: by their place in the API's answer, value and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._open: tuple[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            given = dict(attrs)
            self._open = str(given["data-field"]), str(given["value"])

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            field, value = self._open
            assert self.found.setdefault(field, (value, data)) == (value, data), field
            self._open = None


def at(body: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


def in_words(value: float, words: str) -> bool:
    """Whether the words are the number, rounded to the digits that they have."""
    text = words.replace("\u202f", "").replace("\u2212", "-").replace("\xa0", "").replace(" ", "")
    number = 100 * value if text.endswith("%") else value
    digits = len(text.rstrip("%").partition(".")[2])
    return f"{number:.{digits}f}" == text.rstrip("%")


def words_of(page: str) -> str:
    """What a page says, as plain words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def day(text: str | None) -> str:
    """A day as pages write it; "" for none."""
    return f"{(d := date.fromisoformat(text)).day} {d:%B %Y}" if text else ""

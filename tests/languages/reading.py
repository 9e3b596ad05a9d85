"""What of a page, or of a template, a person reads: texts and the attributes that are read out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

READ_OUT = {"alt", "title", "aria-label", "aria-description", "placeholder", "data-label", "label"}
NOT_WORDS = {"code", "pre", "script", "style", "kbd", "samp"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
THE_SAME = re.compile(
    r"\b(?:Plumbline|API|JSON Feed|JSON|CSV|SVG|PNG|SHA|CC0|CC BY|Parquet|Atom|BibTeX|CSL|DOI|oEmbed|UTC"
    r"|Vega-Lite|IC|EBGM|EB05)\b"
)
"""Names that are the same in every language."""


class Reader(HTMLParser):
    """Collects what is read, but for code, data in a marked language, and texts that people sent."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_other = tag in NOT_WORDS or (tag != "html" and "lang" in given)
        is_other = is_other or given.get("dir") == "auto" or given.get("translate") == "no"
        if not (self.is_skipping or is_other):
            self.read += [value for name, value in attrs if name in READ_OUT and value]
            if tag == "meta" and given.get("name") == "description":
                self.read.append(given.get("content") or "")
        if tag not in VOID:
            self._open.append((tag, is_other))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.is_skipping:
            self.read.append(data)

    @property
    def is_skipping(self) -> bool:
        return any(is_other for _, is_other in self._open)


def words_in(html: str) -> Iterator[str]:
    """Each text with a letter in it, without the names that are the same everywhere."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    for text in reader.read:
        if re.search(r"[^\W\d_]", THE_SAME.sub("", text)):
            yield " ".join(text.split())

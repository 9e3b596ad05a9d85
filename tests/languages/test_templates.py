"""Every word of every template that a reader may see is marked for translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from backend.translations import BACKEND, templates
from tests.languages.reading import words_in

GLUED = re.compile(
    r"\|pluralize|\|(?:default|default_if_none|yesno|add)(?::\"(?!h[1-6]\")[^\"]*[^\W\d_][^\"]*\")"
)
"""Filters that put words of one language on a page."""
CONSTANT = re.compile(r"(?<!_\()\"([^\"]*)\"")
VALUE = "□"
"""Stands for whatever a tag gives."""
ENGLISH = {"reference.html", "_operation.html"}
"""The API speaks English alone (ADR 24), and so does the page about it."""
MARKED = ("translate", "trans", "blocktranslate", "blocktrans", "if", "elif")


def unmarked(source: str) -> Iterator[str]:
    """What a template would say in English in every language."""
    html: list[str] = []
    within = False
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK:
            if name.startswith("endblocktrans"):
                within = False
            elif name.startswith("blocktrans"):
                within = True
            elif name not in MARKED:
                yield from spoken(name, token.contents)
        elif token.token_type == TokenType.VAR:
            yield from GLUED.findall(token.contents)
        elif token.token_type == TokenType.TEXT and not within:
            html.append(token.contents)
        if token.token_type != TokenType.TEXT and not within:
            html.append(VALUE)
    # `<{{ heading }}>` is a tag too.
    yield from words_in(re.sub(f"<(/?){VALUE}", r"<\1x", "".join(html)))


def spoken(name: str, tag: str) -> Iterator[str]:
    """Constants of a tag that are sentences, or, where it prints the first of several, words."""
    yield from GLUED.findall(tag)
    bare = re.sub(r"\|date:\"[^\"]*\"", "", tag)
    for constant in CONSTANT.findall(bare):
        if re.search(r"[^\W\d_]", constant) and (" " in constant or name == "firstof"):
            yield constant


@pytest.mark.parametrize(
    "path",
    [path for path in templates() if path.name not in ENGLISH],
    ids=lambda path: str(path.relative_to(BACKEND)),
)
def test_every_word_of_a_template_is_marked(path: Path) -> None:
    assert list(unmarked(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %} – {{ n }}</p>', []),
        ("<p>{% blocktranslate %}Hello {{ n }}{% endblocktranslate %}</p>", []),
        ('<img alt="Chart of {{ n }}">', ["Chart of □"]),
        ('<a href="/reports/" class="tag">{{ n }}</a>', []),
        ("{{ n }} report{{ n|pluralize }}", ["|pluralize", "□ report□"]),
        ('{{ n|default:"none" }}', ['|default:"none"']),
        ('{{ n|default:_("none") }}', []),
        ('{% firstof name "cluster" %}', ["cluster"]),
        ('{% chart "chart-map" "A chart of reports." 220 %}', ["A chart of reports."]),
        ("<code>make run</code><p lang='en'>English</p><div dir='auto'>sent</div>", []),
    ],
)
def test_what_is_not_marked_is_found(source: str, found: list[str]) -> None:
    assert list(unmarked(source)) == found

"""Answers as they were meant to be read: Markdown, with nothing that acts or that leads away unseen.

A well-kept parser (markdown-it) makes tokens, this module writes them out, and a sanitiser (nh3) lets
through what is on a list. Nothing is loaded from anywhere: images become words. Raw HTML stays text.
What the parser would swallow (deep nesting, link definitions) is shown as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from backend.explorer.texts import PLACEHOLDER, exchange_text, redacted

MARKDOWN_CHARS_MAX = 40_000
"""Longer answers are Markdown up to the last line break before this, and plain text from there."""
NESTING_MAX = 20
"""Lists in quotes in lists: deeper than this the whole answer is shown as it was sent."""
BRACKETS_MAX = 2_000
"""An answer with more opening brackets takes a parser of links too long."""
CELLS_MAX = 2_000
"""Tables of an answer with more cells take seconds: a row of one letter is filled up to all columns."""
COLOURED_CHARS_MAX = 15_000
"""Code of one answer that gets colours; the rest is plain."""
LANGUAGES = {
    "bash": "bash", "c": "c", "c++": "cpp", "cpp": "cpp", "css": "css", "diff": "diff", "go": "go",
    "html": "html", "java": "java", "javascript": "javascript", "js": "javascript", "json": "json",
    "py": "python", "python": "python", "rust": "rust", "sh": "bash", "shell": "bash", "sql": "sql",
    "toml": "toml", "ts": "typescript", "typescript": "typescript", "yaml": "yaml", "yml": "yaml",
}  # fmt: skip
"""Languages that get colours. A list, because a lexer of a rare language may be slow on purpose-made text."""

TAGS = {"p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
        "table", "thead", "tbody", "tr", "th", "td", "div", "span", "mark"}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"}, "ol": {"start"}, "mark": {"class", "title"}, "span": {"class"}, "p": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"}, "code": {"tabindex"},
}  # fmt: skip
REL = "nofollow noopener noreferrer ugc"
FORMULAS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
"""How a formula begins and ends; at most FORMULA_CHARS_MAX lie between. Searched for without a pattern:
thousands of beginnings without an end must not cost seconds.
"""
FORMULA_CHARS_MAX = 2_000
SHORT_FORMULA = re.compile(r"\$(?=\S)[^$\n]{1,300}?(?<=\S)\$(?!\d)")


def answer_html(text: str) -> SafeString:
    """The answer as HTML: sanitised, placeholders marked, tricks visible."""
    head, tail = _split(text)
    is_quick = head.count("[") <= BRACKETS_MAX and _cells(head) <= CELLS_MAX
    tokens = _parser.parse(head) if is_quick else None
    if tokens is None or _depth(tokens) > NESTING_MAX:
        return mark_safe(f'<div class="plain">{exchange_text(text)}</div>')  # noqa: S308 - escaped
    written = _parser.renderer.render(tokens, _parser.options, {"coloured": 0})
    clean = nh3.clean(
        written, tags=TAGS, attributes=ATTRIBUTES, link_rel=REL, url_schemes={"http", "https"},
        strip_comments=True,
    )  # fmt: skip
    if tail:
        note = _("The answer is long. From here on it is shown as it was sent.")
        clean += f'<p class="soft">{note}</p><div class="plain">{redacted(tail)}</div>'
    return mark_safe(clean)  # noqa: S308 - the sanitiser's output


def _split(text: str) -> tuple[str, str]:
    """What is read as Markdown, and the rest of a long text."""
    if len(text) <= MARKDOWN_CHARS_MAX:
        return text, ""
    end = text.rfind("\n", 0, MARKDOWN_CHARS_MAX) + 1 or MARKDOWN_CHARS_MAX
    return text[:end], text[end:]


def _cells(text: str) -> int:
    """So many cells the tables of a text have at most: columns by lines, down to the next empty one."""
    n_lines = n_cells = 0
    for line in reversed(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        n_lines = n_lines + 1 if line.strip(" \t>") else 0
        if "|" in line and "-" in line and not line.strip(" \t>|:-"):
            n_cells += (line.count("|") + 1) * n_lines
    return n_cells


def _depth(tokens: Sequence[Token]) -> int:
    return max(
        (max(token.level, *(child.level for child in token.children or ()), 0) for token in tokens),
        default=0,
    )


class _Writer(RendererHTML):
    """Tokens as HTML. Every text goes through `redacted`, which escapes it."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return redacted(tokens[idx].content)

    def math(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<span class="math">{redacted(tokens[idx].content)}</span>'

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{redacted(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self.fence(tokens, idx, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        language = tokens[idx].info.strip()
        label = f'<span class="language">{redacted(language[:40])}</span>' if language else ""
        code = _coloured(tokens[idx].content.removesuffix("\n"), language, env)
        return f'<div class="code">{label}<pre><code tabindex="0">{code}</code></pre></div>'

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        words = tokens[idx].content or _("no description")
        shown = _("[image: %(words)s, at %(address)s]") % {
            "words": words, "address": str(tokens[idx].attrGet("src") or ""),
        }  # fmt: skip
        return f'<span class="image">{redacted(shown)}</span>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        address = str(tokens[idx].attrGet("href") or "")
        is_web = address.startswith(("http://", "https://"))
        env.setdefault("links", []).append((address, is_web, idx))
        return f'<a href="{redacted(address, marks=False)}">' if is_web else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        address, is_web, start = env["links"].pop()
        words = "".join(token.content for token in tokens[start + 1 : idx])
        end = "</a>" if is_web else ""
        return (
            end if words == address else f'{end} <span class="address">({redacted(address)})</span>'
        )

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<p class="heading {tokens[idx].tag}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</p>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{_("Table")}"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"


def _coloured(code: str, language: str, env: Any) -> str:
    """Code with a class for each kind of word, where the language is known and there is room."""
    name = LANGUAGES.get(language.split(maxsplit=1)[0].lower() if language else "")
    env["coloured"] += len(code)
    if name is None or env["coloured"] > COLOURED_CHARS_MAX or PLACEHOLDER.search(code):
        return redacted(code)
    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return redacted(code)
    parts = []
    for kind, words in lexer.get_tokens(code):
        short = STANDARD_TYPES.get(kind, "")
        shown = redacted(words)
        parts.append(f'<span class="{short[:1]} {short}">{shown}</span>' if short else shown)
    return "".join(parts)


def _math(state: StateInline, silent: bool) -> bool:
    """A formula stays as it was written: its signs are no Markdown."""
    end = _formula_end(state.src, state.pos, state.posMax)
    if not end:
        return False
    if not silent:
        state.push("math", "span", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _formula_end(text: str, start: int, last: int) -> int:
    """Where the formula that begins at `start` is over; 0 if none does."""
    if closing := FORMULAS.get(text[start : start + 2]):
        found = text.find(closing, start + 3, min(last, start + 2 + FORMULA_CHARS_MAX + 2))
        return found + 2 if found >= 0 else 0
    short = SHORT_FORMULA.match(text, start, last)
    return short.end() if short else 0


def _parser_make() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark",
        {"html": False, "breaks": True, "maxNesting": NESTING_MAX + 2},
        renderer_cls=_Writer,
    )
    parser.enable(["table", "strikethrough"]).disable("reference")
    parser.inline.ruler.before("escape", "math", _math)
    return parser


_parser = _parser_make()

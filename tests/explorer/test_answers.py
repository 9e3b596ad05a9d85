"""Answers are shown as Markdown, and nothing in them acts, loads, hides or leads away unseen."""

from __future__ import annotations

import re

import pytest

from backend.explorer.answers import (
    BRACKETS_MAX,
    CELLS_MAX,
    COLOURED_CHARS_MAX,
    MARKDOWN_CHARS_MAX,
    NESTING_MAX,
    answer_html,
)
from backend.reports.models import Report
from tests.factories import make_report

PLAIN = '<div class="plain">'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b** *c* ~~d~~ `e`\nf",
         "<p>a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code><br>\nf</p>\n"),
        ("# One\n### Three", '<p class="heading h1">One</p>\n<p class="heading h3">Three</p>\n'),
        ("2. b\n3. c", '<ol start="2">\n<li>b</li>\n<li>c</li>\n</ol>\n'),
        ("|a|b|\n|-|-:|\n|1|2|",
         '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead>\n<tr>\n'
         "<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n"
         "</tbody>\n</table></div>\n"),
        ("[EMAIL_1]", '<p><mark class="placeholder" title="hidden before it was sent: email">'
         "[EMAIL_1]</mark></p>\n"),
        ("[a](https://x.org/?b=1&c=2 'title')",
         '<p><a href="https://x.org/?b=1&amp;c=2" rel="nofollow noopener noreferrer ugc">a</a> '
         '<span class="address">(https://x.org/?b=1&amp;c=2)</span></p>\n'),
        ("<https://x.org>",
         '<p><a href="https://x.org" rel="nofollow noopener noreferrer ugc">https://x.org</a></p>\n'),
        ("[a](mailto:b@c.org)", '<p>a <span class="address">(mailto:b@c.org)</span></p>\n'),
        ("![a cat](https://x.org/cat.png)",
         '<p><span class="image">[image: a cat, at https://x.org/cat.png]</span></p>\n'),
        ("$a_1*b*c$ costs \\$5", '<p><span class="math">$a_1*b*c$</span> costs $5</p>\n'),
        ("\\(x_1\\) and\n\\[y\n_2_\\]",
         '<p><span class="math">\\(x_1\\)</span> and<br>\n<span class="math">\\[y\n_2_\\]</span></p>\n'),
    ],
)  # fmt: skip
def test_markdown_is_shown_formatted(text: str, shown: str) -> None:
    assert answer_html(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=x()>b</b>",
        "[a](javascript:alert(1))", "[a](JaVaScRiPt&colon;alert(1))", "[a](data:text/html,x)",
        "[a](vbscript:x)", "![a](javascript:x)", "<javascript:alert(1)>",
        "<div>\n\n*a*\n\n</div>", "<!-- a comment -->", "<style>p{}</style>", "`<script>`",
        "```html\n<script>alert(1)</script>\n```", "    <script>indented</script>",
        '[a](https://x.org/"onmouseover="alert(1))', "[<script>](https://x.org)",
        "|<script>|\n|-|\n|<img src=x>|", "# <iframe src=x>", "[a]: javascript:x\n\n[a]",
        "$<script>$", "<a href='javascript:x'>y</a>", "<svg/onload=x>", "</div></main>",
    ],
)  # fmt: skip
def test_nothing_in_an_answer_acts(text: str) -> None:
    shown = answer_html(text)
    tags = re.findall(r"<(/?[a-z0-9]+)((?:\s[^<>]*)?)>", shown)
    allowed = {*"p a em code pre div span br table thead tbody tr th td".split()}
    assert {name.lstrip("/") for name, _ in tags} <= allowed
    for _, attributes in tags:
        assert not re.search(r"\bon\w+=|style=|src=", re.sub(r'"[^"]*"', '""', attributes))
        assert "javascript:" not in attributes
    assert shown.count("<div") == shown.count("</div>")


def test_what_reorders_or_hides_text_is_visible_everywhere() -> None:
    tricks = "a\u202eb &#x202e; `c\u200b` [d\u2066](https://x.org/\u202e)\n\n```\ne\u202e\n```"
    shown = answer_html(tricks)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", shown)
    assert shown.count("\u27e8U+202E\u27e9") == 3
    assert "\u27e8U+200B\u27e9" in shown


@pytest.mark.parametrize("code", [0x061C, 0x180E, 0x2060, 0x2063, 0x206A, 0xFFF9, 0xE0041, 0xE007F])
def test_what_nobody_sees_is_shown_by_its_number(code: int) -> None:
    """The mark for Arabic order, invisible operators, and the letters of tags: hidden instructions."""
    assert answer_html(f"a{chr(code)}b") == f"<p>a\u27e8U+{code:04X}\u27e9b</p>\n"


def test_link_definitions_and_comments_are_not_swallowed() -> None:
    shown = answer_html('[secret]: https://x.org "words"\n\n<!-- more words -->')
    assert "[secret]: https://x.org" in shown
    assert "&lt;!-- more words --&gt;" in shown


def test_code_has_colours_by_class_where_the_language_is_known() -> None:
    shown = answer_html("```python\nx = 'a'\n```\n\n```klingon\nx = 1\n```")
    assert '<span class="n n">x</span>' in shown
    assert '<span class="language">klingon</span><pre><code tabindex="0">x = 1</code>' in shown
    assert "style=" not in shown
    # A placeholder in code stays one.
    assert '<mark class="placeholder"' in answer_html("```python\nsend('[EMAIL_1]')\n```")


def test_only_so_much_code_gets_colours() -> None:
    code = "x=1\n" * (COLOURED_CHARS_MAX // 4)
    assert '<span class="n n">' in answer_html(f"```python\n{code}```")
    assert '<span class="n n">' not in answer_html(f"```python\n{code}xx\n```")


def test_deep_nesting_is_shown_as_it_was_sent_and_nothing_is_lost() -> None:
    inside = NESTING_MAX // 2 - 1  # each quote is a level, its paragraph another
    assert "<blockquote>" in answer_html("> " * inside + "end")
    deep = "> " * 200 + "end"
    assert answer_html(deep) == f"{PLAIN}{'&gt; ' * 200}end</div>"
    assert answer_html("[" * BRACKETS_MAX).startswith("<p>[[[")
    assert answer_html("[" * (BRACKETS_MAX + 1)).startswith(PLAIN)


@pytest.mark.parametrize("before", ["", "> ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("columns", "rows"), [(500, 200), (20, 1_000), (1_500, 2)])
def test_rows_of_one_letter_do_not_fill_a_page_with_cells(before, end, columns, rows) -> None:
    """16 kB of such an answer took five seconds and became 700 kB, for whoever asked."""
    lines = ["a|" * columns, "-|" * columns, *["x"] * rows]
    shown = answer_html("".join(f"{before}{line}{end}" for line in lines))
    assert shown.startswith(PLAIN)
    assert shown.count("x") == rows


def test_a_table_as_people_write_it_stays_one() -> None:
    lines = ["a|" * 10, ":-|" * 10, *["x|" * 10] * (CELLS_MAX // 10 - 20)]
    assert answer_html("\n".join(lines)).count("<td") == CELLS_MAX - 200
    two = "|a|b|\n|-|-|\n|1|2|\n\n" * 2
    assert answer_html("a - b | c\n\n" * 2_000 + two).count("<table>") == 2


def test_the_end_of_a_long_answer_is_plain_and_complete() -> None:
    line = "**a** " * 9 + "\n"
    text = line * (MARKDOWN_CHARS_MAX // len(line) + 40)
    shown = answer_html(text)
    head, tail = shown.split(PLAIN)
    assert "From here on it is shown as it was sent." in head
    assert tail.startswith("**a** ")
    assert head.count("<strong>a</strong>") + tail.count("**a**") == text.count("**a**")
    assert "<strong>" not in tail
    assert "<strong>" in answer_html(line * (MARKDOWN_CHARS_MAX // len(line)))
    assert PLAIN not in answer_html("a" * MARKDOWN_CHARS_MAX)


@pytest.mark.django_db
def test_an_answer_can_be_read_as_it_was_sent(visitor, clock) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(
        prompt="```\nx\n```", response="# Title\n**bold** <b>\u202e"
    )
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert '<p class="heading h1">Title</p>' in page
    assert page.count("<h1") == 1
    assert '<a href="?view=plain#answer">' in page
    plain = visitor.get(f"/reports/{report.pk}/?view=plain").content.decode()
    assert 'id="answer-text"># Title\n**bold** &lt;b&gt;\u27e8U+202E\u27e9</div>' in plain
    assert 'id="prompt-text">```\nx\n```</div>' in plain
    assert f'<a href="/reports/{report.pk}/#answer">' in plain
    assert plain.count('<button type="button" hidden data-copy=') == 2  # shown by the script

"""Personal data out of texts, by the rules of rules.json. `extension/src/redact.ts` is its twin.

Both engines do the same steps in the same order, so that the same texts give the same result on
the person's device and here: drop invisible characters for matching, mask what is found (and
what a placeholder stands for already), look again until nothing new is found, then number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from backend.reports.redaction.columns import cells
from backend.reports.redaction.names import JOIN, MARK, REPLACE, names
from backend.reports.redaction.validators import VALIDATORS
from backend.reports.redaction.visible import MASK, visible, visible_places
from backend.reports.redaction.zones import CodeZones

_FILE = json.loads((Path(__file__).parent / "rules.json").read_text(encoding="utf-8"))
REDACTION_VERSION: str = _FILE["version"]
PASSES_MAX = 4
PLACEHOLDER = regex.compile("\\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\\]")
_TOKEN = regex.compile("[\\p{L}\\p{N}_]+")
_WORD = regex.compile("[\\p{L}\\p{N}_]")
_WORD_ALONE = regex.compile("[^ 0-9]+")
_NO_DIGIT = regex.compile("[^0-9A-Za-z]")
_NUMBERS = frozenset({"ACCOUNT", "CARD", "IBAN", "NATIONAL_ID", "PHONE", "PLATE", "SSN"})


@dataclass(frozen=True)
class Span:
    """A passage of the original text, in code points, and what stands for it."""

    start: int
    end: int
    type: str
    placeholder: str
    rule_id: str
    tier: int


@dataclass(frozen=True)
class RedactionResult:
    """The texts as they may be stored, and what was done to them."""

    texts: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    """What was replaced, per text, in order."""
    removed: dict[str, int]
    """Number of different values removed, per type."""
    marked: tuple[tuple[Span, ...], ...]
    """What a person should look at: tier 2, not replaced."""


@dataclass(frozen=True)
class _Rule:
    id: str
    type: str
    tier: int
    pattern: Any
    tagger: str
    group: int
    is_valid: Callable[[str], bool] | None
    is_prose: bool
    keywords: tuple[str, ...]
    is_weak: bool
    beside: str
    """Begin of the ids of rules: what it finds must touch what one of them has found."""

    def find(self, work: _Text, edges: frozenset[int]) -> Iterator[tuple[int, int]]:
        """Where the rule's pattern, or its tagger, applies; `edges` is where it has to begin or end."""
        if self.tagger == "column":
            yield from cells(work.with_tabs(), self.pattern)
            return
        if self.tagger:
            yield from names(work.masked, **_TAGGERS[self.tagger])
            return
        for match in self.pattern.finditer(work.masked):
            if not self.beside or match.start() in edges or match.end() in edges:
                yield match.span(self.group)


_TAGGERS = {"replace": {"least": REPLACE, "join": JOIN}, "mark": {"least": MARK, "join": MARK}}
RULES = tuple(
    _Rule(
        id=row["id"],
        type=row["type"],
        tier=row["tier"],
        pattern=regex.compile(row["regex"], regex.IGNORECASE if "i" in row["flags"] else 0),
        tagger=row.get("tagger", ""),
        group=row["group"],
        is_valid=VALIDATORS[row["validator"]] if row["validator"] else None,
        is_prose=row["zone"] == "prose",
        keywords=tuple(row["keywords"]),
        is_weak=row["weak"],
        beside=row.get("beside", ""),
    )
    for row in _FILE["rules"]
)


REMOVED_TYPES = frozenset({"HIDDEN"} | {rule.type for rule in RULES if rule.tier == 1})
"""Types of what can be removed: by a rule, or by the person's own hand."""


@dataclass
class _Found:
    start: int
    end: int
    value: str
    rule: _Rule


class _Text:
    """One text while it is worked on: without invisible characters, and masked where found."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.places = visible_places(original)
        self.clean = visible(original)
        self.tabs = (
            [at for at, place in enumerate(self.places) if original[place] == "\t"]
            if "\t" in original
            else []
        )
        self.masked = PLACEHOLDER.sub(lambda m: MASK * len(m.group()), self.clean)
        self.code = CodeZones(self.masked)
        self.found: list[_Found] = []

    def mask(self, ranges: list[tuple[int, int]]) -> None:
        """Hide ranges, which must be in order, from all that follows."""
        if not ranges:
            return
        parts = []
        at = 0
        for start, end in ranges:
            parts += [self.masked[at:start], MASK * (end - start)]
            at = end
        self.masked = "".join([*parts, self.masked[at:]])

    def with_tabs(self) -> str:
        """What is masked so far, with the tabs that part a table's cells; rules see them as spaces."""
        parts: list[str] = []
        at = 0
        for tab in self.tabs:
            parts += [self.masked[at:tab], "\t"]
            at = tab + 1
        return "".join([*parts, self.masked[at:]])

    def look_again(self) -> None:
        """Find the code anew: what is hidden now must not decide what is code."""
        self.code = CodeZones(self.masked)

    def edges(self, rule_ids: str) -> frozenset[int]:
        """Where that begins and ends which rules with such ids have found."""
        found = [each for each in self.found if each.rule.id.startswith(rule_ids)]
        return frozenset(place for each in found for place in (each.start, each.end))

    def original_range(self, start: int, end: int) -> tuple[int, int]:
        return self.places[start], self.places[end - 1] + 1


def redact(*texts: str) -> RedactionResult:
    """The texts with personal data replaced by numbered placeholders.

    Placeholders are numbered over all texts in order of first appearance; the same value has the
    same placeholder; numbers that the texts use already are not given again. Redacting the result
    changes nothing. No offline rules find everything: see docs/privacy.md.
    """
    works = [_Text(text) for text in texts]
    for _ in range(PASSES_MAX):
        if not (_search(works) + _propagate(works)):
            break
        for work in works:
            work.look_again()
    marked = [_marked(work) for work in works]
    for work in works:
        work.found.sort(key=lambda found: found.start)
    names = _full_names(works)
    placeholders = _number(works, names)
    spans = tuple(tuple(_spans(work, placeholders, names)) for work in works)
    removed: dict[str, int] = {}
    for type_, _ in placeholders:
        removed[type_] = removed.get(type_, 0) + 1
    return RedactionResult(
        texts=tuple(
            _replaced(work.original, found) for work, found in zip(works, spans, strict=True)
        ),
        spans=spans,
        removed=removed,
        marked=tuple(tuple(found) for found in marked),
    )


def types_in_code(text: str) -> set[str]:
    """What the rules for language would have taken, had it not stood in code."""
    work = _Text(text)
    types: set[str] = set()
    for rule in RULES:
        if rule.tier == 1 and rule.is_prose:
            ranges = list(_matches(rule, work, is_everywhere=True))
            work.mask(ranges)
            types |= {rule.type for place in ranges if work.code.touch(*place)}
    return types


def _matches(rule: _Rule, work: _Text, *, is_everywhere: bool = False) -> Iterator[tuple[int, int]]:
    """Where a rule applies to what is not masked yet."""
    if rule.keywords:
        lower = work.masked.lower()
        if not any(keyword in lower for keyword in rule.keywords):
            return
    edges = work.edges(rule.beside) if rule.beside else frozenset[int]()
    if rule.beside and not edges:
        return
    for start, end in rule.find(work, edges):
        if start < 0 or start == end or MASK in work.masked[start:end]:
            continue
        # A single word that no pattern calls a person is a thing's name in comments too.
        is_guess = rule.tier == 2 or (bool(rule.tagger) and " " not in work.masked[start:end])
        is_spared = rule.is_prose and (is_guess or not is_everywhere)
        if is_spared and work.code.touch(start, end, is_word=is_guess):
            continue
        if rule.is_valid is None or rule.is_valid(work.masked[start:end]):
            yield start, end


def _search(works: list[_Text]) -> int:
    n_found = 0
    for rule in RULES:
        if rule.tier != 1:
            continue
        for work in works:
            ranges = list(_matches(rule, work))
            work.found += [_Found(start, end, work.clean[start:end], rule) for start, end in ranges]
            work.mask(ranges)
            n_found += len(ranges)
    return n_found


def _propagate(works: list[_Text]) -> int:
    """Hide every other appearance of a hidden value, and of the parts of a person's name."""
    known: dict[str, _Found] = {}
    for work in works:
        for found in work.found:
            if found.rule.is_weak:
                continue
            known.setdefault(found.value, found)
            if found.rule.type == "PERSON":
                for part in _name_parts(found.value):
                    known.setdefault(part, found)
    shapes: dict[str, set[tuple[int, int]]] = {}
    for value in known:
        first = _TOKEN.search(value)
        if first:
            shapes.setdefault(first.group(), set()).add((-first.start(), -len(value)))
    longest_first = {word: sorted(sizes) for word, sizes in shapes.items()}
    return sum(_hide_known(work, known, longest_first) for work in works)


def _hide_known(
    work: _Text, known: dict[str, _Found], shapes: dict[str, list[tuple[int, int]]]
) -> int:
    """Hide what is known wherever it stands as whole words.

    `shapes` maps the first word of a known value to (minus characters before it, minus length).
    """
    ranges: list[tuple[int, int]] = []
    at = 0
    for token in _TOKEN.finditer(work.masked):
        for before, length in shapes.get(token.group(), ()):
            start = token.start() + before
            end = start - length
            if start < at or end > len(work.masked):
                continue
            value = work.masked[start:end]
            source = known.get(value)
            if source is None or not _stands_alone(work.masked, start, end):
                continue
            is_word = _WORD_ALONE.fullmatch(value) is not None
            if source.rule.is_prose and is_word and work.code.touch(start, end, is_word=True):
                continue
            work.found.append(_Found(start, end, source.value, source.rule))
            ranges.append((start, end))
            at = end
            break
    work.mask(ranges)
    return len(ranges)


def _name_parts(value: str) -> list[str]:
    is_name = VALIDATORS["name"]
    return [
        part for part in value.split(" ") if len(part) > 2 and part[-1] != "." and is_name(part)
    ]


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start > 0 else " "
    after = text[end] if end < len(text) else " "
    return not (_is_word(before) or _is_word(after))


def _is_word(character: str) -> bool:
    return _WORD.match(character) is not None


def _marked(work: _Text) -> list[Span]:
    spans: list[Span] = []
    for rule in RULES:
        if rule.tier != 2:
            continue
        ranges = list(_matches(rule, work))
        for start, end in ranges:
            spans.append(Span(*work.original_range(start, end), rule.type, "", rule.id, 2))
        work.mask(ranges)
    return sorted(spans, key=lambda span: span.start)


def _full_names(works: list[_Text]) -> dict[str, str]:
    """For each part of a person's name that was found, the whole name."""
    names: dict[str, str] = {}
    for work in works:
        for found in work.found:
            if found.rule.type == "PERSON" and " " in found.value:
                for part in _name_parts(found.value):
                    names.setdefault(part, found.value)
    return names


def _key(found: _Found, names: dict[str, str]) -> tuple[str, str]:
    """Type and value, without differences in spelling that do not matter."""
    type_ = found.rule.type
    if type_ in _NUMBERS:
        return type_, _NO_DIGIT.sub("", found.value).upper()
    if type_ == "PERSON":
        return type_, names.get(found.value, found.value)
    return type_, found.value.lower() if type_ == "EMAIL" else found.value


def _number(works: list[_Text], names: dict[str, str]) -> dict[tuple[str, str], str]:
    """The placeholder of each (type, value), in order of first appearance."""
    highest: dict[str, int] = {}
    for work in works:
        for match in PLACEHOLDER.finditer(work.clean):
            type_, number = match.group(1), int(match.group(2))
            highest[type_] = max(highest.get(type_, 0), number)
    placeholders: dict[tuple[str, str], str] = {}
    for work in works:
        for found in work.found:
            key = _key(found, names)
            if key not in placeholders:
                highest[key[0]] = highest.get(key[0], 0) + 1
                placeholders[key] = f"[{key[0]}_{highest[key[0]]}]"
    return placeholders


def _spans(
    work: _Text, placeholders: dict[tuple[str, str], str], names: dict[str, str]
) -> Iterator[Span]:
    for found in work.found:
        start, end = work.original_range(found.start, found.end)
        placeholder = placeholders[_key(found, names)]
        yield Span(start, end, found.rule.type, placeholder, found.rule.id, 1)


def _replaced(text: str, spans: tuple[Span, ...]) -> str:
    parts = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], span.placeholder]
        at = span.end
    return "".join([*parts, text[at:]])

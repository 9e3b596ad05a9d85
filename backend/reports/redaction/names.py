"""Names of persons, by a small linear model over words and their neighbours.

`extension/src/redact/names.ts` says the same, line by line. The weights are whole numbers in
`name_weights.json`, made by `training/train.py`; no arithmetic here can differ between languages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from backend.reports.redaction.lists import (
    COMMON,
    CONTEXT_FIRST,
    FIRST,
    LAST,
    PLACES,
    PUBLIC,
    WORDS,
)
from backend.reports.redaction.visible import MASK

WEIGHT_BITS = 17
WORDS_REMEMBERED = 20_000
# A word, without a possessive ending; a number; what is masked; one other sign, or the line's end.
_TOKEN = regex.compile(
    f"[\\p{{L}}\\p{{M}}]+(?:['-](?!s(?![\\p{{L}}\\p{{M}}]))[\\p{{L}}\\p{{M}}]+)*"
    f"|[\\p{{N}}_]+|{MASK}+|\n|[^ ]"
)
_CANDIDATE = regex.compile(
    "\\p{Lu}[\\p{Lu}\\p{Ll}\\p{M}'-]{2,}|\\p{Lu}\\p{Ll}|[\\p{Ll}\\p{M}'-]{3,}"
    "|\\p{Ll}{1,4}['-]\\p{Lu}[\\p{Ll}\\p{M}'-]{1,}"
)
_INITIAL = regex.compile("\\p{Lu}")
_UPPER = regex.compile("\\p{Lu}")
_LOWER = regex.compile("\\p{Ll}")
_NUMBER = regex.compile("[\\p{N}_]")
_GERUND = regex.compile("\\p{Lu}\\p{Ll}{4,}ing")
_VERB = regex.compile("\\p{Ll}*(?:s|ed|ing|ly)")
_LETTER = regex.compile("[\\p{L}\\p{M}]")
_PARTICLES = frozenset(
    "van von der den de del della di da dos das du la le el al bin binti bint ibn ter ten af zu y".split()
)
_SUFFIXES = frozenset("Jr Sr II III IV MD PhD".split())
_ENDS = frozenset({"", "\n", ".", "!", "?", ":", ";", '"', "(", "*", "#", "-", "|", ">"})
# Who is called by a name right after: relatives and others, and titles without a point.
_INTRODUCING = frozenset(
    (
        "wife husband partner son daughter brother sister mother father mom mum dad friend boss manager"
        " colleague coworker teacher doctor neighbour neighbor roommate flatmate housemate girlfriend"
        " boyfriend fiancé fiancée uncle aunt cousin nephew niece grandson granddaughter grandma grandpa"
        " stepson landlord landlady client patient student tenant therapist supervisor assistant nurse"
        " lawyer defendant plaintiff witness groom bride bridesmaid ex ex-wife ex-husband mr mrs ms dr"
        " kollege kollegin nachbar nachbarin chef chefin sohn tochter bruder schwester freundin"
        " mari femme collègue voisin voisine fils fille frère maître marido mujer hijo hija hermano hermana"
        " jefe jefa vecino vecina compañero compañera colega chefe vizinho filho filha irmão irmã collega"
        " marito moglie figlio figlia fratello sorella vicino zoon dochter buurman buurvrouw baas syn córka"
        " mąż żona szef szefowa kolega koleżanka chefen grannen sonen dottern don doña dona"
    ).split()
)
_TOWNS = frozenset(PLACES)
# What stands before a town, and never before somebody.
_LOCATIVE = frozenset(
    (
        "in near via nach aus en em w uit à till uppe around visit visiting leave leaving reach"
    ).split()
)
# What stands behind the name of a firm, a house or a feast.
_FIRMS = frozenset(
    (
        "Bank Insurance Logistics Dental Foods Mutual Airlines Airways Textiles Partners Group Holdings"
        " Holding Labs Studios Motors Pharmacy Hotel University Hospital School Museum Library Clinic"
        " Institute College Foundation Capital Media Energy Systems Solutions Consulting Construction"
        " Bakery Brewery Books Records Hardware Electric Bros GmbH AG KG SE SA SARL SRL SpA BV NV AB AS"
        " Oy Ltd LLC LLP Inc Corp Plc PLC Co Day Festival Cup Award Prize"
    ).split()
)
_ANIMALS = frozenset(
    (
        "dog cat puppy kitten hamster parrot rabbit horse pony spaniel beagle terrier poodle retriever"
        " labrador budgie guinea-pig tortoise goldfish pet hund katze kater chien chat chatte perro perra"
        " gato gata cane gatto hond kat pies kot"
    ).split()
)
# Names that tell what to do where a sentence begins, and what then stands behind them.
_VERBS = frozenset("Bill Chase Fry Grant Mark Pat Peel Pierce Strain Sue".split())
_OBJECTS = frozenset("the a an your each every all any it them these those this".split())
# What a word in small letters scores at least that is the surname of the first name before it.
_LOWER_SURNAME = -170
EDGE = ""
"""Stands before the first and after the last word of a text."""


@dataclass(frozen=True)
class Token:
    """A word or sign of a text."""

    start: int
    end: int
    word: str


def tokens(text: str) -> list[Token]:
    """The words and signs of a text; spaces are left out."""
    return [
        Token(match.start(), match.end(), _plain(match.group())) for match in _TOKEN.finditer(text)
    ]


def _plain(word: str) -> str:
    return MASK if word.startswith(MASK) else word


@lru_cache(WORDS_REMEMBERED)
def is_candidate(word: str) -> bool:
    """Whether a word may be a name: letters with and without capitals, two or more."""
    return _CANDIDATE.fullmatch(word) is not None


def shape(word: str) -> str:
    """How a word is written, in one letter."""
    if word in ("", "\n", MASK):
        return {"": "E", "\n": "N", MASK: "M"}[word]
    if not _LETTER.match(word):
        return "0" if _NUMBER.match(word) else word
    if not _UPPER.match(word):
        return "x"
    if len(word) == 1:
        return "I"
    return "T" if _LOWER.search(word) else "U"


@lru_cache(WORDS_REMEMBERED)
def _lists(word: str) -> str:
    """Which lists have it, written as a name: first names, those that are things too, last names ..."""
    titled = word[:1].upper() + word[1:].lower() if shape(word) in ("x", "U") else word
    listed = (("F", FIRST), ("X", CONTEXT_FIRST), ("L", LAST), ("W", WORDS))
    found = "".join(letter for letter, words in listed if titled in words)
    low = word.lower()
    is_common = low in COMMON or ("-" in low and all(part in COMMON for part in low.split("-")))
    return found + ("O" if is_common else "")


def features_of_word(word: str) -> list[str]:
    """What the word itself tells."""
    low = word.lower()
    size = len(low)
    kind = shape(word)
    hump = "C" if kind == "T" and _UPPER.search(word[1:]) else kind
    return [
        f"k={kind}", f"ks={kind}{low}", f"kl={kind}{_lists(word)}", f"kx={kind}{low[-3:]}",
        f"s={low}", f"p2={low[:2]}", f"p3={low[:3]}", f"p4={low[:4]}", f"x2={low[-2:]}",
        f"x3={low[-3:]}", f"x4={low[-4:]}", f"n={min(size, 12)}", f"h={hump}", f"l={_lists(word)}",
        *(f"g={low[at : at + 3]}" for at in range(max(size - 2, 0))),
    ]  # fmt: skip


def features_beside(place: str, word: str) -> list[str]:
    """What a neighbour tells; `place` is a (before), b (before that), c (after), d (after that)."""
    low = word.lower()
    found = [f"{place}={low}", f"{place}s={shape(word)}"]
    if place in ("a", "c"):
        found += [f"{place}l={_lists(word)}", f"{place}x={low[-3:]}"]
    return found


def features_of_place(word: str, around: tuple[str, str, str, str]) -> list[str]:
    """What the word and its neighbours tell together."""
    b, a, c, _ = around
    first = "^" if a in _ENDS else "_"
    own = _lists(word)
    return [
        f"ac={shape(a)}{shape(word)}{shape(c)}", f"fl={first}{own}", f"cl={shape(c)}{own}",
        f"al={shape(a)}{own}", f"cw={first}{c.lower()}", f"ab={b.lower()} {a.lower()}",
        f"ln={_lists(a)}/{own}/{_lists(c)}",
    ]  # fmt: skip


def hashed(feature: str) -> int:
    """The weight's place of a feature: FNV-1a over its code points, folded to WEIGHT_BITS."""
    value = 0x811C9DC5
    for character in feature:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return (value ^ (value >> WEIGHT_BITS)) & ((1 << WEIGHT_BITS) - 1)


_FILE = Path(__file__).parent / "name_weights.json"
_MODEL = json.loads(_FILE.read_text(encoding="utf-8"))
_WEIGHTS = [byte - 256 if byte > 127 else byte for byte in base64.b64decode(_MODEL["weights"])]
_BIAS: int = _MODEL["bias"]
_DOUBT: int = _MODEL["doubt"]
REPLACE: int = _MODEL["replace"]
JOIN: int = _MODEL["join"]
MARK: int = _MODEL["mark"]
"""Scores from which a word is a name; from which it joins one; from which a person should look."""


def _sum(features: list[str]) -> int:
    return sum(_WEIGHTS[hashed(feature)] for feature in features)


def _doubts(word: str) -> int:
    """How often a word must make up for not being written as a name, or for being an ordinary word."""
    listed = _lists(word)
    is_known = "F" in listed or ("L" in listed and shape(word) == "U")
    if shape(word) in ("x", "U") and not is_known:
        return 3 if _VERB.fullmatch(word) else 2
    is_unknown = listed == "" and _GERUND.fullmatch(word) is not None
    return 0 if shape(word) == "T" and listed in ("", "F", "L", "FL") and not is_unknown else 1


@lru_cache(WORDS_REMEMBERED)
def _score_of_word(word: str) -> int:
    return _sum(features_of_word(word))


@lru_cache(WORDS_REMEMBERED)
def _score_beside(place: str, word: str) -> int:
    return _sum(features_beside(place, word))


def around(found: list[Token], at: int) -> tuple[str, str, str, str]:
    """The two words before a token and the two after it: (second before, before, after, second)."""

    def word(place: int) -> str:
        return found[place].word if 0 <= place < len(found) else EDGE

    return word(at - 2), word(at - 1), word(at + 1), word(at + 2)


@lru_cache(WORDS_REMEMBERED)
def _score(word: str, near: tuple[str, str, str, str]) -> int:
    """The score of a word among its neighbours; a text is looked at up to five times, with few changes."""
    b, a, c, d = near
    return (
        _BIAS - _DOUBT * _doubts(word) + _score_of_word(word)
        + _score_beside("b", b) + _score_beside("a", a) + _score_beside("c", c)
        + _score_beside("d", d) + _sum(features_of_place(word, near))
    )  # fmt: skip


def scores(found: list[Token]) -> dict[int, int]:
    """The score of each token that may be part of a name, by its place."""
    result = {}
    for at, token in enumerate(found):
        if not is_candidate(token.word):
            continue
        result[at] = _score(token.word, around(found, at))
    return result


def names(text: str, *, least: int, join: int) -> Iterator[tuple[int, int]]:
    """Where names stand: words that score `least`, and their neighbours that score `join`."""
    found = tokens(text)
    score = scores(found)
    chosen = {at for at, value in score.items() if value >= least or _is_told(found, at, value)}
    for step in (1, -1):
        for at in sorted(chosen, reverse=step < 0):
            beside = at + step
            while beside not in chosen and _touch(text, found, min(beside, beside - step)):
                value = score.get(beside, join - 1)
                if value >= join or _belongs(found, beside, step, value):
                    chosen.add(beside)
                elif found[beside].word not in _PARTICLES:
                    break
                beside += step
    if least >= REPLACE:
        chosen = {at for at in chosen if {at - 1, at + 1} & chosen or not _is_thing(found, at)}
    for start, end in _runs(text, found, chosen):
        # A person looks at it all the same: a neighbour may be called so too.
        if least < REPLACE or not _is_public(text[start:end]):
            yield start, end


def _is_told(found: list[Token], at: int, value: int) -> bool:
    """Whether a word that might be a name is told to be one: by a relative, a title or an initial."""
    if value < MARK:
        return False
    b, a, c, _ = around(found, at)
    # No degree Fahrenheit.
    is_alone = at < 3 or found[at - 3].end < found[at - 2].start
    is_initialled = a == "." and c != "." and _is_initial(b) and is_alone
    if not (a.lower() in _INTRODUCING or (is_initialled and shape(found[at].word) == "T")):
        return False
    listed = set(_lists(found[at].word))
    return not {"O", "W"} & listed or bool({"F", "X"} & listed)


def _belongs(found: list[Token], at: int, step: int, value: int) -> bool:
    """Whether a doubtful word beside a name is part of it: a first name, a double one, one written small."""
    word, listed = found[at].word, _lists(found[at].word)
    kind = shape(word)
    if kind == "x":
        first = found[at - step].word
        is_first = step > 0 and shape(first) == "x" and "F" in _lists(first)
        return is_first and listed in ("", "L") and value >= _LOWER_SURNAME
    is_double = "-" in word and listed == "" and _UPPER.match(word.split("-")[-1]) is not None
    return value >= MARK and (is_double or (kind == "T" and bool({"F", "X"} & set(listed))))


def _is_thing(found: list[Token], at: int) -> bool:
    """Whether a word alone is a town, a verb, or is told to be a firm or an animal."""
    word = found[at].word
    _, a, c, d = around(found, at)
    if word in _VERBS and a in _ENDS and c in _OBJECTS:
        return True
    if word in _TOWNS:
        is_called_so = any(word in each for each in (FIRST, CONTEXT_FIRST, LAST))
        return not is_called_so or a.lower() in _LOCATIVE
    if c in _FIRMS and found[at].end < found[at + 1].start:
        return word not in FIRST
    return a.lower() in _ANIMALS or (c == "the" and d.lower() in _ANIMALS)


def _is_public(name: str) -> bool:
    """Whether a name stands for a thing that has it from somebody: a theorem, a unit, a disease."""
    return name in PUBLIC or all(word in PUBLIC for word in name.split(" "))


def _touch(text: str, found: list[Token], left: int) -> bool:
    """Whether nothing but a space stands between a token and the next."""
    if not 0 <= left < len(found) - 1:
        return False
    return text[found[left].end : found[left + 1].start] == " "


def _runs(text: str, found: list[Token], chosen: set[int]) -> Iterator[tuple[int, int]]:
    """Ranges of chosen words that belong together, with the initials and particles between."""
    at = 0
    while at < len(found):
        if at not in chosen:
            at += 1
            continue
        last = at
        while (following := _next_of_name(text, found, chosen, last)) is not None:
            last = following
        yield _start_of_name(text, found, at), _end_of_name(text, found, last)
        at = last + 1


def _start_of_name(text: str, found: list[Token], at: int) -> int:
    """Where a name starts, with the initials and their points that precede it."""
    first = at
    while first >= 2 and found[first - 1].word == "." and _is_initial(found[first - 2].word):
        gap = text[found[first - 1].end : found[first].start]
        if not _adjoin(found, first - 2) or gap not in ("", " "):
            break
        first -= 2
    return found[first].start


def _end_of_name(text: str, found: list[Token], last: int) -> int:
    """Where a name ends, with an initial and its point, or a suffix, that follow it."""
    at = last + 1
    if at < len(found) and text[found[last].end : found[at].start] == " ":
        is_pointed = at + 1 < len(found) and found[at + 1].word == "." and _adjoin(found, at)
        if found[at].word in _SUFFIXES or (_is_initial(found[at].word) and is_pointed):
            return found[at].end
    return found[last].end


def _is_initial(word: str) -> bool:
    return len(word) == 1 and _INITIAL.match(word) is not None


def _adjoin(found: list[Token], at: int) -> bool:
    """Whether a token and the next touch."""
    return found[at].end == found[at + 1].start


def _next_of_name(text: str, found: list[Token], chosen: set[int], last: int) -> int | None:
    """The place of the next chosen word of the same name, if there is one."""
    at = last + 1
    for _ in range(3):  # at most three initials or particles between
        if at >= len(found) or text[found[at - 1].end : found[at].start] not in ("", " "):
            return None
        if at in chosen:
            return at if found[at - 1].end < found[at].start or found[at - 1].word == "." else None
        word = found[at].word
        if _is_initial(word):
            at += 2 if at + 1 < len(found) and found[at + 1].word == "." else 1
        elif word in _PARTICLES:
            at += 1
        else:
            return None
    return None

"""Checks of unusual names, houses and users. `extension/src/redact/people.ts` says the same, line by line."""

from __future__ import annotations

from collections.abc import Callable

import regex

from backend.reports.redaction.lists import COMMON, CONTEXT_FIRST, FIRST, LAST, PUBLIC, WORDS

_SIGN = regex.compile("[0-9_#-]|[.][A-Za-z0-9]")
_HUMP = regex.compile("\\p{Ll}\\p{Lu}")
_CAPITAL = regex.compile("\\p{Lu}")
_UPPER = regex.compile("\\p{Lu}[\\p{Lu}'’-]{1,30}")
_DIGIT = regex.compile("[0-9]")
_ROMAN = regex.compile("[IVXLCDM]+")
_THREE = regex.compile("\\p{L}{3}")
_NO_STREET = regex.compile("[@(){}=<>\\\\_]|://|0x")
_PLATFORMS = frozenset(
    (
        "youtube github gitlab linkedin tiktok facebook whatsapp iphone javascript typescript postgresql"
        " mysql powerpoint onlyfans soundcloud playstation wechat bluesky instagram"
    ).split()
)
# First names that are places, months or brands more often.
_NO_PERSON = frozenset(
    (
        "April May June Summer Autumn Austin Dallas Darwin Florence Geneva Georgia Kenya Lincoln Paris"
        " Sydney Victoria Virginia Wellington Madison Jackson Newton Odessa Savannah Kent Houston Preston"
        " Lourdes Carter Cooper Lima Prem Page Said Max Mae Els Sky Rich Thor Iris Ruby Hugo Opal Primo"
        " Maxim Mercy Melody Misty Nova Earl Guy Sharp Sterling Marshall Rocky Sage Alexa Claude Siri"
    ).split()
)
# What ends as these do is no house, but people or what belongs to them.
_NO_HOUSE = regex.compile(".*(?:s|an|ish|ese|ion|ing|er|or|ly)")


def _titled(word: str) -> str:
    return word[:1] + word[1:].lower()


def _is_given(word: str) -> bool:
    return word in FIRST or word in CONTEXT_FIRST


def _is_ordinary(word: str) -> bool:
    return word in WORDS or (word.lower() in COMMON and word not in LAST)


def surname_first(value: str) -> bool:
    """A surname, a comma and a first name; either is known, none an ordinary word."""
    surname, _, given = value.partition(", ")
    parts = surname.split(" ")
    given = given.split(" ")[0].split("-")[0]
    # Two of a row of whole names.
    if len(parts) > 1 and _is_given(parts[0]):
        return False
    has_particle = parts[0] in ("de", "van", "von", "di", "del", "da", "der", "ter", "le", "la")
    if any(_is_ordinary(part) for part in parts if _CAPITAL.match(part)) or given in WORDS:
        return False
    is_known = parts[-1] in LAST and given.lower() not in COMMON
    return _is_given(_titled(given)) or is_known or has_particle


def capital_surname(value: str) -> bool:
    """A surname in capitals beside a first name that is not."""
    one, _, other = value.partition(" ")
    surname, given = (one, other) if _UPPER.fullmatch(one) else (other, one)
    given = given.split("-")[0]
    whole = _titled(surname)
    is_known = whole in LAST
    # Not as short as "CEO Amy", unless it is a surname.
    is_name = _UPPER.fullmatch(surname) is not None and len(surname) > (2 if is_known else 4)
    is_word = any(word in WORDS for word in (surname, whole, given))
    if not is_name or is_word or _ROMAN.fullmatch(surname):
        return False
    if surname.lower() in COMMON and not (is_known and given in FIRST):
        return False
    # Longer than an acronym is.
    is_likely = is_known or len(surname) > 6
    return given in FIRST or (is_likely and given.lower() not in COMMON)


def nick(value: str) -> bool:
    """How only users are called: a digit, a sign or a capital within it, and no word."""
    bare = value.rstrip(".-")
    is_made = _SIGN.search(bare) is not None or _HUMP.search(bare) is not None
    low = bare.lower()
    return is_made and low not in COMMON and low not in _PLATFORMS


def word_name(value: str) -> bool:
    """A first name that is a word too, no place and no month."""
    return value in CONTEXT_FIRST and value not in _NO_PERSON


def house(value: str) -> bool:
    """A number and a word that is no other: how a house is called where no street is."""
    word = value.rsplit(" ", maxsplit=1)[-1]
    is_word = any(word in each for each in (WORDS, LAST, PUBLIC))
    is_word = is_word or word.lower() in COMMON
    return not (is_word or _is_given(word) or _NO_HOUSE.fullmatch(word))


def cottage(value: str) -> bool:
    """The name of a house: no ordinary word, unless what it is called tells enough."""
    named = value.partition(",")[0].split(" ")
    is_told = named[-1] in ("Cottage", "Farmhouse", "Bungalow", "Barn") or "," in value
    return is_told and named[0] not in ("White", "Opera", "Open", "Full", "Animal")


def address_cell(value: str) -> bool:
    """A street in the column of addresses: a capital, a number or a word that is no other; no code."""
    named = [word for word in value.split(" ") if _CAPITAL.match(word)]
    is_told = _DIGIT.search(value) is not None or not all(w.lower() in COMMON for w in named)
    is_street = _THREE.search(value) is not None and _NO_STREET.search(value) is None
    return bool(named) and " " in value and is_told and is_street


def said_name_small(value: str) -> bool:
    """A name in small letters where somebody says who they are: no ordinary word."""
    return value == value.lower() and all(word not in COMMON for word in value.split(" "))


_NO_SMALL_NAME = frozenset(
    (
        "chatgpt gpt openai kubectl mom mum dad mommy mama papa grandma grandpa nana bro sis hubby wifey em"
    ).split()
)
_VERB = regex.compile(".*(?:s|ed|ing|ly)")


def _is_small_name(word: str) -> bool:
    written = word[:1].upper() + word[1:]
    if word in COMMON or word in _NO_SMALL_NAME or written in PUBLIC or "'" in word:
        return False
    return written in FIRST or _VERB.fullmatch(word) is None


def small_name(value: str) -> bool:
    """A name in small letters where only a person can stand: no ordinary word, verb or assistant."""
    return value == value.lower() and all(_is_small_name(word) for word in value.split(" "))


def first_small(value: str) -> bool:
    """A first name in small letters that is no other word."""
    return value[:1].upper() + value[1:] in FIRST and small_name(value)


_PARTICLE_OF_MANY = regex.compile("[Dd](?:e|el|i|a|o|os|as)(?: la| los)? .*")


def surname_rest(value: str) -> bool:
    """A particle and a surname behind a name; after those that "of" is too, a listed one."""
    surname = value.rsplit(" ", maxsplit=1)[-1]
    return surname in LAST or (
        _PARTICLE_OF_MANY.fullmatch(value) is None and not _is_ordinary(surname)
    )


_NO_MENTION = frozenset(
    (
        "everyone here channel all override property dataclass param return returns types media import"
        " app test"
    ).split()
)


def mention(value: str) -> bool:
    """Who is spoken to by a handle: no group and no word of a program."""
    handle = value[1:].lower()
    return handle not in _NO_MENTION and handle not in COMMON


def told_name(value: str) -> bool:
    """A name that a greeting, a trade or a rank tells of: no thing's, no ordinary word that nobody has."""
    words = value.split(" ")
    is_told = not any(_is_ordinary(word) and not _is_given(word) for word in words)
    return is_told and words[0] not in WORDS and value not in PUBLIC and not value.isupper()


def labelled_name(value: str) -> bool:
    """A name behind a form's label, of words too: its surname, or the first name behind a comma, is one."""
    _, comma, given = value.partition(", ")
    if comma:
        return _is_given(given)
    words = value.split(" ")
    last = words[-1]
    return _is_given(last) or last in LAST or last.lower() not in COMMON


def small_street(value: str) -> bool:
    """A street whose second word is small, before a code and a town: no word that only sentences have."""
    words = [word for word in value.split(" ") if not _DIGIT.search(word)]
    return words[0] not in WORDS and not any(word in COMMON for word in words[1:])


_CODE = regex.compile("[0-9]{4}|[a-z][0-9]{1,2}[a-z]?[ ][0-9][a-z]{2}")
_BESIDE_TOWN = frozenset(
    (
        "next from until till since because when where while if so as for with that which who i we he she"
        " it they my our his her their is are was were be been and or but the to at on by not no tell call"
        " text ask please thanks"
    ).split()
)


def lower_town(value: str) -> bool:
    """A town in small letters behind a street: a code beside it, or a word that is no other."""
    words = [word.strip(",") for word in value.split(" ")]
    if any(word in _BESIDE_TOWN for word in words):
        return False
    return _CODE.search(value) is not None or all(word not in COMMON for word in words)


_MARKED = regex.compile("[À-ÖØ-öø-žșțəẀ-ỿ]")


def street_foreign(value: str) -> bool:
    """A street named in letters that English has not: no ordinary word."""
    named = [word for word in value.split(" ") if _CAPITAL.match(word)]
    is_told = any(word in WORDS or word in PUBLIC for word in named)
    return _MARKED.search(value) is not None and not is_told


PEOPLE: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        surname_first, capital_surname, nick, word_name, house, cottage, address_cell, said_name_small,
        told_name, small_name, first_small, surname_rest, mention, small_street, lower_town, street_foreign,
        labelled_name,
    )
}  # fmt: skip

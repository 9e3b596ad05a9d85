"""Checks of addresses, plates and users. `extension/src/redact/places.ts` says the same, line by line."""

from __future__ import annotations

from collections.abc import Callable

import regex

_SPACES = regex.compile("[ ,\n;>?]{1,12}")
_CAPITAL = regex.compile("\\p{Lu}")
_DIGIT = regex.compile("[0-9]")
_LETTER = regex.compile("[A-Za-zÄÖÜА-Я京-龥가-힣]")
_SIGN = regex.compile("[^\\p{L}\\p{N}]")
_YEAR = regex.compile("(?<![0-9])(?:19|20)[0-9]{2}(?![^\n])")
# What has a number and is no street.
_NUMBERED = frozenset(
    (
        "Terminal Gate Platform Station Room Exit Level Chapter Page Version Section Line Bus Track Table"
        " Figure Step Part Day Phase Pier Dock Hall Stage Episode Season Windows Python Java Task Question"
    ).split()
)
# Short words with a capital that no town has.
_TITLES = frozenset("St Dr Mr Mrs Ms Prof Tel Fax Nr No Herr Frau Mobil Phone Email E-Mail".split())
_LINKS = frozenset(
    (
        "and or but the a an of for to we i you he she it they is are was were be been has have had do"
        " does did will would can could should on at in by with from than then that this there if as"
        " so not no my your our his her their about every per each earn pay paid cost costs und oder"
        " der die das ist sind et est sont dans avec pour qui que y es son con para per che e"
    ).split()
)
_NO_STREET = frozenset(
    (
        "mile miles hour hours minute minutes day days km way lane step steps min feet ft people cars"
        " percent years year times main open wide busy long different other more new city same single"
    ).split()
)
_MONTHS = frozenset(
    (
        "January February March April May June July August September October November December Januar"
        " Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag"
        " Sonntag Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    ).split()
)
_NO_PLACE = frozenset(
    (
        "Jahr Jahre Jahren Kapitel Seite Gruppe Beispiel Fall Abschnitt Artikel Aufgabe Übung Tabelle"
        " Abbildung Schritt Teil Band Punkt Stufe Klasse Raum Zimmer Woche Tag Platz Stock Etage Alter"
        " Zeile Spalte Version Liga Top Paragraph Satz Absatz Quartal Runde Minute Level Phase Saal Halle"
        " Gate Gleis Linie Bus Tram Spiel Größe Position Nummer Frage Antwort Vers Verhältnis Film Buch"
        " Ebene Stelle Monat Stunde Sekunde Spieltag Semester Modul Test Lektion Einheit Schuljahr"
    ).split()
)


# Compounds that end as ways do and are none.
_NO_WAY = frozenset(
    (
        "Hintergrund Vordergrund Untergrund Aufgrund Abgrund Beweggrund Anhang Vorhang Umhang Überhang"
        " Zusammenhang Dekade Dateipfad Ausweg Umweg Feldweg Radweg Gehweg Arbeitsplatz Parkplatz Sitzplatz"
        " Stellplatz Spielplatz Norweg Bahnhof Hauptbahnhof Friedhof Supermarkt Jahrmarkt Raumhöhe"
        " Gesamthöhe Hering"
    ).split()
)


def _words(value: str) -> list[str]:
    return [word for word in _SPACES.split(value) if word]


def street_in(words: frozenset[str]) -> Callable[[str], bool]:
    """Whether the first capitalised word is neither one of these, nor a month, a day or a platform."""

    def street(value: str) -> bool:
        named = [word for word in _words(value) if _CAPITAL.match(word)]
        return bool(named) and not any(named[0] in each for each in (words, _MONTHS, _NUMBERED))

    return street


def home_in(words: frozenset[str]) -> Callable[[str], bool]:
    """A street where somebody is said to live: no ordinary word, and no town with a year."""
    is_street = street_in(words)

    def home(value: str) -> bool:
        return is_street(value) and _YEAR.search(value) is None

    return home


def place_in(words: frozenset[str], common: frozenset[str]) -> Callable[[str], bool]:
    """Whether any capitalised word may be a town's: no month, no title, nothing short or ordinary."""
    no_town = _MONTHS | _TITLES

    def is_town(word: str) -> bool:
        is_ordinary = word in words and word.lower() in common
        return bool(_CAPITAL.match(word)) and not (is_ordinary or word in no_town or "." in word)

    def place(value: str) -> bool:
        return any(is_town(word) for word in _words(value))

    return place


def us_town_in(words: frozenset[str], common: frozenset[str]) -> Callable[[str], bool]:
    """A town before a ZIP code that is no round number."""
    is_place = place_in(words, common)

    def us_town(value: str) -> bool:
        return is_place(value) and not value.endswith("000")

    return us_town


def compound_street_in(words: frozenset[str], common: frozenset[str]) -> Callable[[str], bool]:
    """Whether the word before the number is a street's: no ordinary compound, nothing that is numbered."""

    def compound_street(value: str) -> bool:
        named = [word for word in _words(value) if _CAPITAL.match(word)]
        last = named[-1] if named else ""
        is_told = any(last in each for each in (words, _NO_PLACE, _NO_WAY, _MONTHS))
        return bool(named) and not is_told and last.lower() not in common

    return compound_street


def town_said_in(
    words: frozenset[str], common: frozenset[str], first: frozenset[str]
) -> Callable[[str], bool]:
    """A town behind an address in the middle of a sentence: no ordinary word, nobody's first name."""
    is_place = place_in(words, common)

    def town_said(value: str) -> bool:
        named = [word for word in _words(value) if _CAPITAL.match(word)]
        return is_place(value) and named[0] not in words and named[0] not in first

    return town_said


def de_place(value: str) -> bool:
    """A street that begins with a preposition in German: no chapter, no year, no day."""
    words = _words(value)
    named = words[-2] if len(words) > 1 else ""
    return named not in _NO_PLACE and named not in _MONTHS


def lower_place(value: str) -> bool:
    """The end of an address in small letters: no word that only sentences have."""
    return all(word.lower() not in _LINKS for word in _words(value))


def lower_street(value: str) -> bool:
    """A number and a street in small letters: no measure, no word that only sentences have."""
    return lower_place(value) and all(word not in _NO_STREET for word in _words(value)[1:-1])


def numbered(value: str) -> bool:
    return _DIGIT.search(value) is not None


_QUARTER = regex.compile(
    "(?<!\\p{L})(?:Road|Rd|Marg|Nagar|Colony|Layout|Street|Sector|Chowk|Gali|Cross|Vihar|Enclave|Phase"
    "|Block|Lane|Puram|Ganj|Bagh|Estate|Towers?|Apartments?|Society|Hills)(?!\\p{L})|,[ ]"
)


def in_house(value: str) -> bool:
    """A house, plot or flat with a number: a street or a quarter is named too."""
    return _QUARTER.search(value) is not None


_RURAL = regex.compile("[0-9].*|.*(?:County|Rural|Township|Farm|Star|Box|Lot|Site).*")


def rural(value: str) -> bool:
    """A road with a number: one that a house stands at, or that is written out."""
    return _RURAL.fullmatch(value) is not None


def postcode(value: str) -> bool:
    """Three digits or more, or two and letters, as in no word and no small number."""
    n_digits = len(_DIGIT.findall(value))
    return n_digits >= 4 or (n_digits >= 2 and _LETTER.search(value) is not None)


_NO_FIELD = regex.compile("[0-9A-Fa-fx.:/-]+|.*(?:://|[@(){}=]).*")
_WORD = regex.compile("\\p{L}{3}")


def field_address(value: str) -> bool:
    """What stands in a field for a street: words and a number, no code, no address of a machine."""
    return _WORD.search(value) is not None and _NO_FIELD.fullmatch(value) is None


def plate(value: str) -> bool:
    """Letters and two digits or more, five to nine together."""
    compact = _SIGN.sub("", value)
    n_digits = len(_DIGIT.findall(compact))
    return 5 <= len(compact) <= 9 and n_digits >= 2 and _LETTER.search(compact) is not None


_MEETING = regex.compile("[a-z]{3}-[a-z]{4}-[a-z]{3}.*")


def share_id(value: str) -> bool:
    """The secret part of a link that opens for whoever has it: digits in it, or a meeting's letters."""
    return len(_DIGIT.findall(value)) >= 2 or _MEETING.fullmatch(value) is not None


_HANDLE = regex.compile(".*[0-9_@#.-].*[^.].*")


def handle(value: str) -> bool:
    """A name on a platform as only names of users are written: a digit or a sign in it."""
    return _HANDLE.fullmatch(value.rstrip(".")) is not None


PLACES: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        de_place, lower_place, lower_street, numbered, in_house, rural, postcode, field_address,
        plate, share_id, handle,
    )
}  # fmt: skip

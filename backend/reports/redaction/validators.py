"""Named checks of what a rule matched. `extension/src/redact/validators.ts` says the same, line by line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import regex

from backend.reports.redaction.identifiers import IDENTIFIERS
from backend.reports.redaction.lists import COMMON, CONTEXT_FIRST, FIRST, PUBLIC, WORDS
from backend.reports.redaction.passwords import HOLE, PASSWORDS
from backend.reports.redaction.people import PEOPLE
from backend.reports.redaction.places import (
    PLACES,
    compound_street_in,
    home_in,
    place_in,
    street_in,
    town_said_in,
    us_town_in,
)

_DIGIT = regex.compile("[0-9]")
_LETTER = regex.compile("[A-Za-z]")
_GENERIC_USERS = frozenset(
    (
        "user users username ubuntu root admin administrator runner app shared public default guest "
        "me you name home node vagrant pi ec2-user share intent login explore hashtag search company"
        " student git www-data deploy centos debian"
        " fedora azureuser opc core postgres mysql hadoop jenkins your-user yourname myuser someuser"
    ).split()
)
_MEDIA = frozenset(
    (
        "cdrom dvd usb disk data floppy images image img uploads upload files photos pictures video"
        " videos audio music documents docs static css js fonts icons avatars thumbnails cache external"
        " storage sd sdcard backup backups library assets content posts products profile profiles nas"
        " movies tv downloads logos media"
    ).split()
)
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24,
    "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21,
    "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30,
    "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


def _digits(value: str) -> str:
    return "".join(_DIGIT.findall(value))


def luhn(value: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    digits = _digits(value)
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0 and len(set(digits)) > 1


# Prefix and length of the networks that issue cards.
_CARD = regex.compile(
    "4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}"
    "|(?:2131|1800)[0-9]{11}|3[0689][0-9]{12}|35[0-9]{14,17}|(?:5[0678]|6[0-9])[0-9]{10,17}"
)


def card(value: str) -> bool:
    return _CARD.fullmatch(_digits(value)) is not None and luhn(value)


def iban(value: str) -> bool:
    compact = value.replace(" ", "").replace("-", "").replace(".", "").upper()
    if IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    return _mod97(compact[4:] + compact[:4]) == 1


def _mod97(text: str) -> int:
    rest = 0
    for character in text:
        number = int(character) if "0" <= character <= "9" else ord(character) - 55
        rest = (rest * (100 if number > 9 else 10) + number) % 97
    return rest


def ssn(value: str) -> bool:
    digits = _digits(value)
    area = digits[:3]
    return (
        area not in ("000", "666") and area < "900" and digits[3:5] != "00" and digits[5:] != "0000"
    )


def email(value: str) -> bool:
    return not value.startswith("git@") and ".." not in value


def mac(value: str) -> bool:
    return len(set(_hex(value))) > 1


def _hex(value: str) -> str:
    return value.replace(":", "").replace("-", "").lower()


def public_ipv4(value: str) -> bool:
    parts = [int(part) for part in value.split(".")]
    if any(part > 255 for part in parts) or any(
        len(part) > 1 and part.startswith("0") for part in value.split(".")
    ):
        return False
    a, b = parts[0], parts[1]
    is_special = a in (0, 10, 127) or a >= 224 or (a, b) in ((192, 168), (169, 254), (198, 18))
    is_private = (a == 172 and 16 <= b <= 31) or (a == 100 and 64 <= b <= 127)
    is_sample = value.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
    # Four small numbers are far more often a version or a section than somebody's address.
    is_version = all(part < 20 for part in parts)
    return not (is_special or is_private or is_sample or is_version)


def mapped_ipv4(value: str) -> bool:
    """An IPv4 address within an IPv6 one, unless private; such come from logs, never from manuals."""
    last = value.rsplit(":", maxsplit=2)
    if "." not in last[2]:
        high, low = int(last[1], 16), int(last[2], 16)
        parts = [high >> 8, high & 255, low >> 8, low & 255]
    else:
        parts = [int(part) for part in last[2].split(".")]
    a, b = parts[0], parts[1]
    is_private = a in (0, 10, 127) or (a == 172 and 16 <= b <= 31) or (a, b) == (192, 168)
    return max(parts) <= 255 and not is_private


def public_ipv6(value: str) -> bool:
    lower = value.lower()
    groups = [group for group in lower.split(":") if group]
    double = lower.count("::")
    if double > 1 or (double == 0 and len(groups) != 8) or len(groups) > 8:
        return False
    if not any(_LETTER.search(group) or len(group) > 2 for group in groups):
        return False
    return not lower.startswith(("fe8", "fe9", "fea", "feb", "fc", "fd", "2001:db8", "::1"))


def coordinates(value: str) -> bool:
    first, _, second = value.replace("°", "").replace("N", "").replace("S", "").partition(",")
    north, east = abs(float(first.strip())), abs(float(second.strip()))
    return north <= 90 and east <= 180 and max(north, east) >= 10


_EXTENSION = regex.compile("[xX]|ext|EXT|Ext")
# A date with its year, first or last, whatever follows; or a whole date with two digits of it.
_DATE = regex.compile(
    "(?:19|20)[0-9]{2}[ ./-][0-9]{1,2}[ ./-][0-9]{1,2}(?![0-9])"
    "|[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](?:(?:19|20)[0-9]{2}(?![0-9])|[0-9]{2}(?![ 0-9./-]))"
)
_STEPS = ("01 02 03", "02 03 04", "01-02-03", "02 04 06", "05 10 15")


def phone(value: str) -> bool:
    digits = _digits(_EXTENSION.split(value)[0])
    if not 7 + value.startswith("+") <= len(digits) <= 15 or len(set(digits)) < 3:
        return False
    return _DATE.match(value) is None and not value.startswith(_STEPS)


_NO_PHONE = regex.compile("[0-9]+[.][0-9]+|[1-9][0-9]{3,}[-/][1-9][0-9]{3,}|[1-9][0-9]{0,8}000")


def phone_said(value: str) -> bool:
    """A number that is called one: no decimal, no plain range, no telling round number."""
    return _NO_PHONE.fullmatch(value) is None and phone(value)


def phone_long(value: str) -> bool:
    """A number where somebody is told to call: eight digits or more, or in groups."""
    return phone_said(value) and (len(_digits(value)) >= 8 or " " in value or "-" in value)


_ASCENDING = regex.compile("0123456789|1234567890|1357924680|0987654321")


def mobile(value: str) -> bool:
    """Digits in one piece that are no round number and no row of digits."""
    is_told = value.endswith("0000") or _ASCENDING.match(value) is not None
    return not is_told and phone(value)


_SPOKEN_WORD = regex.compile("[^ ,-]{1,12}")
_TIMES = {"double": 2, "doppel": 2, "triple": 3, "treble": 3}
_SPOKEN = {
    word: str(digit)
    for digit, words in enumerate(
        (
            "zero oh null zéro cero nul", "one eins un uno een um", "two zwei zwo deux dos due twee dois",
            "three drei trois tres tre drie três", "four vier quatre cuatro quattro quatro",
            "five fünf cinq cinco cinque vijf", "six sechs seis sei zes",
            "seven sieben sept siete sette zeven sete", "eight acht huit ocho otto oito",
            "nine neun neuf nueve nove negen",
        )
    )
    for word in words.split()
}  # fmt: skip


def spoken(value: str) -> bool:
    """Digits in words: as many as a number has, not counted up or down."""
    digits, times = "", 1
    for word in _SPOKEN_WORD.findall(value.lower()):
        digits += _SPOKEN.get(word, "") * times
        times = _TIMES.get(word, 1)
    steps = [int(b) - int(a) for a, b in pairwise(digits)]
    counted = 2 * max(steps.count(1), steps.count(-1))
    is_counting = counted > len(steps) and not digits.startswith("0")
    return len(digits) >= 7 and len(set(digits)) > 2 and not is_counting


_CAPITAL = regex.compile("\\p{Lu}")


def address(value: str) -> bool:
    """The first capitalised word is no ordinary one."""
    words = [word for word in regex.split("[ ,\n]", value) if _CAPITAL.match(word)]
    return bool(words) and words[0] not in WORDS


def user_name(value: str) -> bool:
    return value.lower() not in _GENERIC_USERS and not HOLE.search(value)


def media_user(value: str) -> bool:
    """The folder of a person's own disks; what a site or a player keeps there has other names."""
    return value not in _MEDIA and value not in COMMON and user_name(value)


def name(value: str) -> bool:
    """A capitalised word where a name stands: anything but an ordinary word."""
    first = regex.split("[ '’.-]", value)[0]
    return value.split(" ", maxsplit=1)[0] not in WORDS and len(first) > 1 and not value.isupper()


def greeted(value: str) -> bool:
    """Who is greeted or thanked: a person, and no assistant."""
    return name(value) and value not in PUBLIC


_SURNAME = regex.compile(
    "\\p{L}{2,20}(?:sson|sdóttir|ssen|sen|quist|qvist|ović|ovic|ević|evic|ovich|evich|enko|chuk|wski"
    "|wska|lski|lska|cki|cka|czyk|czak|ova|eva|ová|yan|dze|shvili|nen|gaard|oğlu|oglu|poulos|akis|idis"
    "|escu|ić|ski|wicz|czek|marek|ström|lund|ández|andez|ínez|inez|íguez|iguez|guez|ález|alez|lini|etti|elli|berger|baum)"
)


def full_name(value: str) -> bool:
    """A known first name and something that may be a surname, or any with a telling surname."""
    words = [word for word in value.split(" ") if not word.endswith(".") and len(word) > 1]
    if len(words) < 2 or words[-1] in WORDS or words[1] in WORDS or value in PUBLIC:
        return False
    first = words[0]
    if first in FIRST or first.split("-")[0] in FIRST or first in CONTEXT_FIRST:
        return True
    return first not in WORDS and _SURNAME.fullmatch(words[-1]) is not None


# What a person can be called in "call me" that is no name.
_NO_NAME = frozenset("asap anytime maybe whenever sir ishmael".split())


def said_name(value: str) -> bool:
    """What somebody says is their name, in small letters: no ordinary word, unless names have it too."""
    first = value.split(" ", maxsplit=1)[0]
    return lower_name(value) or not (first in COMMON or first in _NO_NAME)


_WRITTEN = regex.compile("[^ ]*[0-9._+-][^ ]*|[^ ]+[ ](?!at[ ]).*", regex.IGNORECASE)


def email_said(value: str) -> bool:
    """An e-mail address in words: what stands before its "at" is no ordinary word ("met at ...")."""
    first = value.split(" ", maxsplit=1)[0].lower()
    return first not in COMMON or _WRITTEN.fullmatch(value) is not None


_FIELD_NAME = regex.compile("\\p{Lu}[\\p{L}\\p{M}' .-]{1,40}")


def field_name(value: str) -> bool:
    """What stands in a field for a person's name: a capital, and no word of a program."""
    return _FIELD_NAME.fullmatch(value) is not None and value.lower() not in COMMON


_BIRTH_CELL = regex.compile("[\\p{L}0-9 .,/年月日년월일-]{6,30}")
_OLD = regex.compile("(?<![0-9])1[0-8][0-9]{2}(?![0-9])")


def birth_cell(value: str) -> bool:
    """A day in the column of birthdays, of somebody who may be alive."""
    n_digits = len(_digits(value))
    return n_digits >= 3 and _BIRTH_CELL.fullmatch(value) is not None and not _OLD.search(value)


_NAME_CELL = regex.compile("(?:\\p{Lu}|\\p{Lo})[\\p{L}\\p{M}' .,-]{0,40}")


def name_cell(value: str) -> bool:
    """What stands in the column of persons' names: capitals or a script without them, no ordinary word."""
    return _NAME_CELL.fullmatch(value) is not None and value.lower() not in COMMON


def log_user(value: str) -> bool:
    """A user in a line of a log: no generic one, no ordinary word."""
    return user_name(value) and value.lower() not in COMMON


def lower_name(value: str) -> bool:
    """A name that somebody wrote small."""
    first = value.split(" ", maxsplit=1)[0]
    return first[:1].upper() + first[1:] in FIRST


_NO_HANGUL = regex.compile("[가-힣]{1,3}[인생자가사장님]|이것은?|그것은?|저것은?")


def hangul_name(value: str) -> bool:
    """After "I am" in Korean: what does not end as nouns of nations and trades do."""
    return _NO_HANGUL.fullmatch(value) is None


_NO_KANJI = regex.compile(
    ".*[者員屋客業師神王様方民主友医生達]|皆|奥|娘|息子|旦那|お?[兄姉父母]|何|誰|患者|御社|貴社|弊社|店|警察|同|両|各|[摂華]"
)


def kanji_name(value: str) -> bool:
    """Before "san" in Japanese: no trade and no relative."""
    return _NO_KANJI.fullmatch(value) is None


_INDIAN = regex.compile(
    "(?<!\\p{L})(?:Road|Rd|Marg|Nagar|Colony|Layout|Street|Sector|Chowk|Gali|Cross|Vihar|Enclave|Bazaa?r"
    "|Apartments?|Society|Phase|Block|Flat|Plot|Lane|Puram|Ganj|Bagh|Estate|Towers?)(?!\\p{L})"
)


def indian_address(value: str) -> bool:
    """A row of capitalised words with a six-digit code at its end names a street or a quarter."""
    return _INDIAN.search(value) is not None


def unknown_word(value: str) -> bool:
    return value not in PUBLIC and all(word not in WORDS for word in value.split(" "))


VALIDATORS: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        luhn, card, iban, ssn, email, mac, public_ipv4, mapped_ipv4,
        public_ipv6, coordinates, phone, phone_said, phone_long, mobile, spoken, address,
        user_name, media_user, name, greeted, full_name, lower_name, said_name, log_user, email_said,
        unknown_word, hangul_name, kanji_name, indian_address,
        street_in(WORDS), home_in(WORDS), place_in(WORDS, COMMON),
        us_town_in(WORDS, COMMON), compound_street_in(WORDS, COMMON), town_said_in(WORDS, COMMON, FIRST),
        field_name, birth_cell, name_cell,
    )
} | IDENTIFIERS | PASSWORDS | PLACES | PEOPLE  # fmt: skip

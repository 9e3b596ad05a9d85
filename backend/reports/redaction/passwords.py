"""Named checks of what may be a password or a key.

`extension/src/redact/passwords.ts` says the same, line by line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import regex

from backend.reports.redaction.lists import COMMON

_SAMPLE = regex.compile(
    "example|sample|placeholder|your|change|dummy|secret|password|token|xxxx|redacted|environ|getenv"
    "|process[.]env|!vault|config|settings|undefined|insert",
    regex.IGNORECASE,
)
_SAMPLE_WORD = regex.compile(
    "(?<![A-Za-z])(?:null|none|true|false|tests?|testing|foo|foobar|bar)(?![a-z])"
    "|(?<![A-Z])(?:Null|None|True|False|Tests?|Testing|Foo|Bar|Here)(?![a-z])"
    "|(?<![A-Za-z])(?:NULL|NONE|TRUE|FALSE|TESTS?|FOO|FOOBAR|BAR|HERE)(?![A-Za-z])|here(?![A-Za-z0-9])"
)
"""Words of stand-ins; the short ones only whole, for keys hold three letters of any kind."""
HOLE = regex.compile(
    "[{}<>]|(?<![A-Za-z0-9])[*]|[*](?![A-Za-z0-9])|[.]{3}|…"
    "|[$](?:[(]|[0-9](?![0-9A-Za-z]))"
    # A whole $NAME, but no dollar within a word.
    "|(?<![^:/@=.,_ -])[$][A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_$!?#%&+])|^[$].*[$]$"
    # %s, %(name)s, %NAME%, 50%; but no %2F of an address.
    "|%[sdruifgpxq@](?![A-Za-z0-9])|%0[0-9]{1,2}[dxX](?![A-Za-z0-9])|%[(.]"
    "|%[A-Za-z_][A-Za-z0-9_]{2,40}%(?![0-9A-Fa-f]{2})|^[0-9.,]+%(?![0-9A-Fa-f]{2})|%[YmdHMSy](?:[%_.:/-]|$)"
)
"""Where a program or a person puts the real value in."""
_DIGIT = regex.compile("[0-9]")
_LETTER = regex.compile("[A-Za-z]")


def entropy_of(value: str) -> float:
    """Bits per character of the value's own letter frequencies."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def is_stand_in(value: str) -> bool:
    return _SAMPLE.search(value) is not None or _SAMPLE_WORD.search(value) is not None


def entropy(value: str) -> bool:
    return not HOLE.search(value) and entropy_of(value) >= 3.0


def not_template(value: str) -> bool:
    return not HOLE.search(value) and not is_stand_in(value)


def secret_value(value: str) -> bool:
    """A value that a program would take for a password: mixed, and no stand-in for one."""
    if HOLE.search(value) or is_stand_in(value) or value.endswith("."):
        return False
    if not _DIGIT.search(value) or regex.fullmatch("[0-9.,:/-]+", value):
        return False
    return len(value) >= 8 and entropy_of(value) >= 2.5


_PLAIN = regex.compile(
    "[a-z]{1,12}|[A-Z]?[a-z]{0,12}(?:[_. -][A-Za-z]{1,20}){1,6}|[/.~#].*|[a-z]+:.*"
)
_PLAIN_KEYS = regex.compile("[A-Z0-9_]*_(?:KEY|TOKEN|SECRET|PASSWORD|ID)")
_NUMBER = regex.compile("[0-9.,:/-]+")


def quoted_secret(value: str) -> bool:
    """What a program assigns to a password: no stand-in, no word, no path, no other name."""
    if HOLE.search(value) or is_stand_in(value) or _NUMBER.fullmatch(value):
        return False
    is_name = _PLAIN_KEYS.fullmatch(value) or _PLAIN.fullmatch(value)
    return not is_name and entropy_of(value) >= 1.9


_STAND_IN = regex.compile("change_?me|example|placeholder|your|redacted|insert", regex.IGNORECASE)
_NO_PASSWORD = regex.compile(
    "(?:[a-z]{1,10}[.][A-Za-z_]{1,30}|required|string|str|text|optional|none|null|nil|hidden|input|field|!vault|true|false|undefined|pass(?:word|wd)?"
    "|pwd|secret|env|prompt|xxxx+|[*]+|[.]+)[.:!?]?|https?:.*|[/.~].*|[0-9]{1,4}",
    regex.IGNORECASE,
)


def password_value(value: str) -> bool:
    """Whatever is assigned to a password, plain words too; but no stand-in, type, path or call."""
    if HOLE.search(value) or _STAND_IN.search(value):
        return False
    return _NO_PASSWORD.fullmatch(value) is None


def code(value: str) -> bool:
    """A string of letters and digits that no word is: at least four digits, and mixed."""
    is_mixed = len(_DIGIT.findall(value)) >= 4 and entropy_of(value) >= 2.8
    return is_mixed and not HOLE.search(value) and not is_stand_in(value)


def option_secret(value: str) -> bool:
    """What follows an option such as --password: something with a digit or a sign in it."""
    return not value.startswith("-") and said_secret(value) and not is_stand_in(value)


def said_secret(value: str) -> bool:
    """What somebody calls their password in a sentence: no plain word, no stand-in."""
    trimmed = value.rstrip(".!?")
    if HOLE.search(trimmed) or len(trimmed) < 4:
        return False
    # What only has letters, dots and underscores is a word or a name in a program.
    return regex.search("[0-9!@#^&+=]", trimmed) is not None


# 8-stellig, 8-20, SHA256: what a sentence about passwords says of them.
_ABOUT = regex.compile(
    "[0-9]{1,3}[-+]?[0-9]{0,3}[-+]?\\p{Ll}*|[0-9]{1,3}[-/][0-9]{1,3}"
    "|(?:sha|md|aes|ccmp|base|utf|win|iso|wpa|tls|ssl|rsa|http|ipv|oauth|argon|tkip)[-_]?[0-9].*",
    regex.IGNORECASE,
)


def told_secret(value: str) -> bool:
    """What follows the word for a password in any language: no word, no remark about passwords."""
    trimmed = value.rstrip(".!?:")
    is_about = _ABOUT.fullmatch(trimmed) is not None and not regex.fullmatch("[0-9]{4,}", trimmed)
    return said_secret(value) and not is_about and not is_stand_in(value)


_LETTERS = regex.compile("[A-Za-z]{8,40}")
_HUMP = regex.compile("[a-z][A-Z]|[A-Z].*[a-z].*[A-Z]")


def strange_secret(value: str) -> bool:
    """What somebody says a password is: mixed, or letters that are no word."""
    trimmed = value.rstrip(".!?:,;)")
    is_strange = _LETTERS.fullmatch(trimmed) is not None and trimmed.lower() not in COMMON
    is_mixed = len(trimmed) >= 8 and _DIGIT.search(trimmed) and _HUMP.search(trimmed)
    return told_secret(trimmed) or (bool(is_strange or is_mixed) and not is_stand_in(trimmed))


def mixed_secret(value: str) -> bool:
    """What follows a short or doubtful word for a password: letters and digits, six or more."""
    is_mixed = _LETTER.search(value) is not None and _DIGIT.search(value) is not None
    return len(value) >= 6 and is_mixed and told_secret(value)


def strong_secret(value: str) -> bool:
    """What follows a word that has other meanings too: small, large and digits, eight or more."""
    kinds = (regex.search("[a-z]", value), regex.search("[A-Z]", value))
    return len(value) >= 8 and all(kinds) and mixed_secret(value)


_PAIR = regex.compile("[ ]?[:/][ ]?|,[ ]")


def login_pair(value: str) -> bool:
    """A name and a password."""
    return strong_secret(_PAIR.split(value, maxsplit=1)[-1])


def user_password(value: str) -> bool:
    """A name and a password with a colon between, as a command takes them."""
    return password_value(value.partition(":")[2]) and not HOLE.search(value)


_OPTION = regex.compile("ort|ath|[Aa]ssw(?:or)?d|[A-Za-z]{4,12}=.*|[0-9]{1,5}(?::[0-9]{1,5})?")


def command_password(value: str) -> bool:
    """What stands behind -p of a command that takes a password there; no port and no other option."""
    is_plain = _OPTION.fullmatch(value) is not None or value.startswith("-")
    return not is_plain and password_value(value)


PASSWORDS: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        entropy, not_template, secret_value, quoted_secret, password_value, code, option_secret,
        said_secret, told_secret, strange_secret, mixed_secret, strong_secret, login_pair,
        user_password, command_password,
    )
}  # fmt: skip

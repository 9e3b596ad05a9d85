"""Why a redacted text still looks as if it held something: the server's reasons to quarantine."""

from __future__ import annotations

import regex

from backend.reports.redaction.engine import PLACEHOLDER, types_in_code
from backend.reports.redaction.passwords import entropy_of
from backend.reports.redaction.visible import MASK, visible
from backend.reports.redaction.zones import CodeZones

_TOKEN = regex.compile("(?<![A-Za-z0-9/._-])[A-Za-z0-9_+=-]{24,}(?![A-Za-z0-9/._-])")
_HASH = regex.compile("[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", regex.IGNORECASE)
_AT = regex.compile(
    "(?<![\\p{L}\\p{N}_.])(?!git@)[\\p{L}\\p{N}_.]{2,64}@[\\p{L}\\p{N}-]{2,63}[.]\\p{L}{2}"
)
_AT_SAID = regex.compile(
    "(?<![\\p{L}\\p{N}])[\\p{L}\\p{N}_.]{2,64}[ ]{1,2}at[ ]{1,2}[\\p{L}\\p{N}-]{2,63}[ ]{1,2}dot[ ]{1,2}"
    "[a-z]{2,4}(?![\\p{L}\\p{N}])",
    regex.IGNORECASE,
)
_CALL_ME = regex.compile(
    "(?:my|our) (?:number|phone|address|e-?mail|iban|account number|passport|ssn) (?:is|are)[^.\n￼]{0,6}"
    "[\\p{N}+(]",
    regex.IGNORECASE,
)
# Nine digits or more, alone or at the end of a word, but not among the digits of a hash.
_DIGITS = regex.compile(
    "(?<![0-9])(?<![0-9][.,])(?<![0-9][A-Za-z_]{1,20})[0-9](?:[ ./-]?[0-9]){8,40}"
    "(?![0-9]|,[0-9]|[A-Za-z_]{1,20}[0-9])"
)
# Signs of arithmetic, of money and of a program beside a number.
_BEFORE = regex.compile("[=+*/^<>×÷$€£¥~≈{}\\[|_][ ]?(?![^\n])|[0-9][-:](?![^\n])")
_AFTER = regex.compile("[ ]?(?:[=+*/^<>×÷%$€£¥}\\]|]|-[ ]?[0-9(])")
_ORDINARY = regex.compile(
    "[0-9]+[.][0-9]+(?:[ /-][0-9]+[.][0-9]+)?"  # decimal fractions
    "|[1-9][0-9]{0,2}(?:[ ][0-9]{3})+(?<=000)|[1-9][0-9]{0,2}(?:[.][0-9]{3})+"  # thousands
    "|[1-9][0-9]*0{4,}"
    "|[0-9]{1,2}(?:[ ./-][0-9]{1,2}){4,}"  # a row of small numbers
    "|[1-9][0-9]*[/-][1-9][0-9]*"  # a ratio, a range
    "|[0-9]{1,2}[.][0-9]{1,3}[.][0-9]+|[0-9]+(?:[.][0-9]+){3,}"  # a version, a private address
    "|1[67][0-9]{11}"  # a time, in milliseconds
    "|97[89][ -]?[0-9][0-9 -]{9,12}"  # a book
    "|10[.][0-9]{4,9}/[0-9./-]+"  # a paper
    "|0?12345678.*|9876543210?"
)
_DATES = regex.compile(
    "(?<![0-9])(?:(?:19|20)[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}"
    "|[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](?:19|20)[0-9]{2}"
    "|(?:19|20)[0-9]{2}[ ./-](?:19|20)[0-9]{2})(?![0-9])"
)
_IN_CODE = {"ADDRESS", "EMAIL", "NATIONAL_ID", "PERSON", "PHONE"}


def residual_risk(*texts: str) -> list[str]:
    """Codes of what still looks risky in texts that have been redacted; empty for ordinary ones."""
    found: set[str] = set()
    for text in texts:
        seen = PLACEHOLDER.sub(MASK, visible(text))
        if any(_is_key(token) for token in _TOKEN.findall(seen)):
            found.add("key_like")
        if "PRIVATE KEY" in seen:
            found.add("private_key")
        if _AT.search(seen) or _AT_SAID.search(seen):
            found.add("address_like")
        if _CALL_ME.search(seen):
            found.add("says_contact")
        if _has_number(seen):
            found.add("number_like")
        found |= {f"{kind.lower()}_in_code" for kind in types_in_code(text) & _IN_CODE}
    return sorted(found)


def _has_number(seen: str) -> bool:
    """Whether digits stand in prose that are no date, no arithmetic and no sum."""
    undated = _DATES.sub(MASK, seen)
    code = CodeZones(undated)
    return any(
        not code.touch(*match.span()) and not _is_ordinary(undated, match.start(), match.end())
        for match in _DIGITS.finditer(undated)
    )


def _is_ordinary(text: str, start: int, end: int) -> bool:
    number = text[start:end]
    digits = number.replace(" ", "").replace(".", "").replace("/", "").replace("-", "")
    if len(set(digits)) < 3 or _ORDINARY.fullmatch(number):
        return True
    if number[0] == "0" and number[1] != ".":
        return False
    before = text[max(0, start - 2) : start]
    return _BEFORE.search(before) is not None or _AFTER.match(text, end) is not None


def _is_key(token: str) -> bool:
    """Mixed cases and digits without any word in them; hashes and identifiers are no keys."""
    if _HASH.fullmatch(token) or "__" in token or token.count("_") > 3 or token.count("-") > 3:
        return False
    kinds = [regex.search(kind, token) is not None for kind in ("[a-z]", "[A-Z]", "[0-9]")]
    return all(kinds) and len(regex.findall("[0-9]", token)) >= 3 and entropy_of(token) >= 4.0

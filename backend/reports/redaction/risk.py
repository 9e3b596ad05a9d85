"""Why a redacted text still looks as if it held something: the server's reasons to quarantine."""

from __future__ import annotations

import regex

from backend.reports.redaction.engine import PLACEHOLDER
from backend.reports.redaction.validators import _entropy
from backend.reports.redaction.visible import MASK, visible
from backend.reports.redaction.zones import CodeZones

DIGITS_MIN = 9

_TOKEN = regex.compile("(?<![A-Za-z0-9/._-])[A-Za-z0-9_+=-]{24,}(?![A-Za-z0-9/._-])")
_HASH = regex.compile("[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", regex.IGNORECASE)
_AT = regex.compile(
    "(?<![\\p{L}\\p{N}_.])(?!git@)[\\p{L}\\p{N}_.]{2,64}@[\\p{L}\\p{N}-]{2,63}[.]\\p{L}{2}"
)
_CALL_ME = regex.compile(
    "(?:my|our) (?:number|phone|address|e-?mail|iban|account number|passport|ssn) (?:is|are)[^.\n￼]{0,6}"
    "[\\p{N}+(]",
    regex.IGNORECASE,
)
# Nine digits or more in prose, in groups of two or more, that are no part of a calculation.
_DIGITS = regex.compile(
    "(?<![\\p{L}\\p{N}.,_-]|[=+*/^×÷<>$€£#][ ]?)"
    "[0-9]{2,20}(?:[ /-][0-9]{2,20}){0,8}(?![\\p{L}\\p{N}_]|[.,][0-9]|[ ]?[=+*/^×÷%]|-[0-9])"
)
_ROUND = regex.compile(
    "[0-9]*0000|(?:[0-9]{1,2}[ /-])*[0-9]{1,2}|(?:19|20)[0-9]{2}[ /-].*|97[89].*"
)
_NUMBER = regex.compile("(?<![\\p{L}\\p{N}.,])[0-9]{3}(?:[ -][0-9]{3,4}){2,4}(?![\\p{L}\\p{N}])")


def residual_risk(*texts: str) -> list[str]:
    """Codes of what still looks risky in texts that have been redacted; empty for ordinary ones."""
    found: set[str] = set()
    for text in texts:
        seen = PLACEHOLDER.sub(MASK, visible(text))
        if any(_is_key(token) for token in _TOKEN.findall(seen)):
            found.add("key_like")
        if "PRIVATE KEY" in seen:
            found.add("private_key")
        if _AT.search(seen):
            found.add("address_like")
        if _CALL_ME.search(seen):
            found.add("says_contact")
        if _NUMBER.search(seen) or _has_long_number(seen):
            found.add("number_like")
    return sorted(found)


def _has_long_number(seen: str) -> bool:
    """A number that could be somebody's: no round one, no row of small ones, no date, no ISBN."""
    code = CodeZones(seen)
    return any(
        sum(character.isdigit() for character in match.group()) >= DIGITS_MIN
        and not _ROUND.fullmatch(match.group())
        and not code.spare("prose", *match.span())
        for match in _DIGITS.finditer(seen)
    )


def _is_key(token: str) -> bool:
    """Mixed cases and digits without any word in them; hashes and identifiers are no keys."""
    if _HASH.fullmatch(token) or "__" in token or token.count("_") > 3 or token.count("-") > 3:
        return False
    kinds = [regex.search(kind, token) is not None for kind in ("[a-z]", "[A-Z]", "[0-9]")]
    return all(kinds) and len(regex.findall("[0-9]", token)) >= 3 and _entropy(token) >= 4.0

"""Check digits of national numbers. `extension/src/redact/identifiers.ts` says the same, line by line."""

from __future__ import annotations

from collections.abc import Callable

import regex

_DIGIT = regex.compile("[0-9]")
_NO_SIGN = regex.compile("[^0-9A-Za-z]")


def _numbers(value: str) -> list[int]:
    return [int(digit) for digit in _DIGIT.findall(value)]


def _compact(value: str) -> str:
    return str(_NO_SIGN.sub("", value)).upper()


def _weighted(digits: list[int], weights: list[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _varies(digits: list[int]) -> bool:
    return len(set(digits)) > 1


def dni(value: str) -> bool:
    """Spain: a letter by the number modulo 23; X, Y and Z of foreigners count as 0, 1 and 2."""
    compact = _compact(value)
    number = {"X": "0", "Y": "1", "Z": "2"}.get(compact[0], compact[0]) + compact[1:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == compact[-1]


def cpf(value: str) -> bool:
    """Brazil, persons: two check digits modulo 11."""
    digits = _numbers(value)
    if len(digits) != 11 or not _varies(digits):
        return False
    for size in (9, 10):
        total = sum(digit * (size + 1 - place) for place, digit in enumerate(digits[:size]))
        if total * 10 % 11 % 10 != digits[size]:
            return False
    return True


def cnpj(value: str) -> bool:
    """Brazil, businesses, which may be one person's: two check digits modulo 11."""
    digits = _numbers(value)
    weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    if len(digits) != 14 or not _varies(digits):
        return False
    for size in (12, 13):
        rest = _weighted(digits, weights[13 - size :]) % 11
        if (0 if rest < 2 else 11 - rest) != digits[size]:
            return False
    return True


def nir(value: str) -> bool:
    """France: 97 minus the number modulo 97; the departments of Corsica count as 19 and 18."""
    compact = _compact(value).replace("2A", "19").replace("2B", "18")
    return 97 - int(compact[:13]) % 97 == int(compact[13:])


def resident_id(value: str) -> bool:
    """China: ISO 7064 MOD 11-2, as GB 11643 has it."""
    compact = _compact(value)
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(compact[:17]))
    return "10X98765432"[total % 11] == compact[17]


def bsn(value: str) -> bool:
    """Netherlands: the test of eleven, where the last digit counts minus one."""
    digits = _numbers(value)
    weights = [9, 8, 7, 6, 5, 4, 3, 2, -1]
    return len(digits) == 9 and _varies(digits) and _weighted(digits, weights) % 11 == 0


def pesel(value: str) -> bool:
    """Poland, persons: a date, whose month tells the century too, and a check digit."""
    digits = _numbers(value)
    if len(digits) != 11:
        return False
    month, day = (digits[2] * 10 + digits[3]) % 20, digits[4] * 10 + digits[5]
    is_date = 1 <= month <= 12 and 1 <= day <= 31
    return is_date and _weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0


def nip(value: str) -> bool:
    """Poland, taxes: a check digit modulo 11."""
    digits = _numbers(value)
    total = _weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7])
    return len(digits) == 10 and _varies(digits) and total % 11 == digits[9]


_ODD = [
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
]


def codice_fiscale(value: str) -> bool:
    """Italy: a letter modulo 26, where the first, third ... characters have values of their own."""
    compact = _compact(value)
    places = [ord(c) - 65 if c >= "A" else int(c) for c in compact]
    total = sum(_ODD[n] if at % 2 == 0 else n for at, n in enumerate(places[:15]))
    return len(compact) == 16 and total % 26 == places[15]


def steuer_id(value: str) -> bool:
    """Germany, taxes: ISO 7064 MOD 11,10."""
    digits = _numbers(value)
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return len(digits) == 11 and digits[0] > 0 and (11 - product) % 10 == digits[10]


def nino(value: str) -> bool:
    """United Kingdom, insurance: no check digit, but pairs of letters that are never given."""
    return _compact(value)[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def nhs(value: str) -> bool:
    """United Kingdom, health: a check digit modulo 11."""
    digits = _numbers(value)
    check = 11 - _weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
    return len(digits) == 10 and _varies(digits) and check % 11 == digits[9]


_TIMES = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]  # fmt: skip
_TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def aadhaar(value: str) -> bool:
    """India, persons: Verhoeff's check digit."""
    digits = _numbers(value)
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _TURN[digit]  # noqa: PLW2901 - turned once more per place
        check = _TIMES[check][digit]
    return len(digits) == 12 and digits[0] > 1 and check == 0


def my_number(value: str) -> bool:
    """Japan, persons: a check digit modulo 11."""
    digits = _numbers(value)
    rest = _weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return len(digits) == 12 and _varies(digits) and (0 if rest < 2 else 11 - rest) == digits[11]


def ahv(value: str) -> bool:
    """Switzerland, persons: the check digit of EAN-13."""
    digits = _numbers(value)
    total = _weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])
    return len(digits) == 13 and (total + digits[12]) % 10 == 0


def personnummer(value: str) -> bool:
    """Sweden, persons: Luhn's check digit over the last ten."""
    digits = _numbers(value)[-10:]
    doubled = [digit * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def hetu(value: str) -> bool:
    """Finland, persons: a sign by the number modulo 31."""
    compact = _compact(value.replace("A", "-", value[6] == "A"))
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(compact[:9]) % 31] == compact[9]


def belgian(value: str) -> bool:
    """Belgium, persons: 97 minus the number modulo 97, with a 2 before it for who was born after 1999."""
    compact = _compact(value)
    return any(97 - int(lead + compact[:9]) % 97 == int(compact[9:]) for lead in ("", "2"))


def cuit(value: str) -> bool:
    """Argentina, taxes: a check digit modulo 11."""
    digits = _numbers(value)
    rest = _weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return len(digits) == 11 and (11 - rest) % 11 == digits[10]


def rut(value: str) -> bool:
    """Chile, persons: a check sign modulo 11, where K is ten."""
    compact = _compact(value)
    digits = _numbers(compact[:-1])
    total = sum(digit * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    return "0K987654321"[total % 11] == compact[-1]


_NO_DOCUMENT = regex.compile("[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{1,4}[.][0-9]{1,12}")


def document(value: str) -> bool:
    """What follows the word for a document or a number of a person: four digits, no date, no decimal."""
    digits = _numbers(value)
    is_long = len(_compact(value)) >= 5 and len(digits) >= 4
    return is_long and len(set(digits)) > 1 and _NO_DOCUMENT.fullmatch(value) is None


def account(value: str) -> bool:
    """What follows the word for an account: six digits or more that are no round number."""
    digits = _numbers(value)
    is_parted = "-" in value
    is_told = len(set(digits)) > (1 if is_parted else 2)
    return len(digits) >= 6 and is_told and (is_parted or digits[-3:] != [0, 0, 0])


def chain(value: str) -> bool:
    """The address of a wallet: letters and digits mixed, as in no word."""
    return len(_numbers(value)) >= 4 and len(set(value)) >= 12


IDENTIFIERS: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        dni, cpf, cnpj, nir, resident_id, bsn, pesel, nip, codice_fiscale, steuer_id, nino, nhs,
        aadhaar, my_number, ahv, personnummer, hetu, belgian, cuit, rut, document, account, chain,
    )
}  # fmt: skip

"""Which language a page is in: its address says so, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.formats import get_format
from django.utils.translation import get_language_from_path


class LanguageByAddress:
    """The language of the prefix (`/de/findings/`), English without one.

    No cookie and no header decides: one address is one page, so that a cache needs to keep one, and
    a link shows everybody the same. Django's own middleware would let the answer vary by header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def address_in(path: str, language: str) -> str:
    """The address of the same page in another language; for paths that have their prefix, or none.

    >>> address_in("/de/findings/", "en"), address_in("/findings/", "zh-hans"), address_in("/", "de")
    ('/findings/', '/zh-hans/findings/', '/de/')
    """
    given = get_language_from_path(path)
    bare = path.removeprefix(f"/{given}") if given else path
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


def language_tag(code: str) -> str:
    """A language of the settings as HTML names it, its script in title case.

    >>> language_tag("zh-hans"), language_tag("de")
    ('zh-Hans', 'de')
    """
    return "-".join(part.title() if len(part) == 4 else part for part in code.split("-"))


def in_digits(number: str) -> str:
    """A number that is written with a point, with the decimal sign of the page's language.

    Thousands keep their narrow space in every language: it is never taken for a decimal sign.
    """
    sign: str = get_format("DECIMAL_SEPARATOR")
    return number.replace(".", sign)


def in_figures(value: float, digits: int) -> str:
    """A number in so many digits, with one decimal at most and none that was not measured.

    >>> in_figures(2.549, 3), in_figures(123.4, 3), in_figures(16.3, 2), in_figures(3.0, 2)
    ('2.5', '123', '16', '3.0')
    """
    rounded = float(f"{value:.{digits}g}")
    return in_digits(f"{rounded:.1f}" if rounded < 10 ** (digits - 1) else f"{rounded:.0f}")


def thousands(number: int) -> str:
    """A whole number, its thousands apart by a narrow space.

    >>> thousands(12345)
    '12\u202f345'
    """
    return f"{number:,}".replace(",", "\u202f")

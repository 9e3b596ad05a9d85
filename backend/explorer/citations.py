"""How a finding is cited: plain, BibTeX and CSL-JSON. Pure; text is data in each of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

_BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_URL_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!&'()*+,;=%]")
_MONTHS = ("January February March April May June July August September October November "
           "December").split()  # fmt: skip
AUTHOR = "Plumbline"


@dataclass(frozen=True)
class Citation:
    """What is cited: a page under its lasting address, as one version of it stood."""

    key: str
    """Of ASCII letters, digits and hyphens."""
    title: str
    address: str
    version: str
    """The run and the method that the page shows."""
    issued_on: date
    accessed_on: date

    @property
    def plain(self) -> str:
        """One sentence, in English like the title that it cites."""
        day, read = (f"{on.day} {_MONTHS[on.month - 1]} {on.year}" for on in
                     (self.issued_on, self.accessed_on))  # fmt: skip
        return (
            f"{AUTHOR} ({self.issued_on.year}). {self.title}. {self.version}, {day}. {self.address}, "
            f"read on {read}."
        )

    @property
    def bibtex(self) -> str:
        """An entry of the type @misc, which every style of BibTeX and biblatex knows."""
        fields = {
            "author": f"{{{AUTHOR}}}",
            "title": f"{{{bibtex_escaped(self.title)}}}",
            "year": str(self.issued_on.year),
            "month": str(self.issued_on.month),
            "version": bibtex_escaped(self.version),
            "howpublished": f"\\url{{{_url(self.address)}}}",
            "url": _url(self.address),
            "urldate": self.accessed_on.isoformat(),
            "note": f"Data as of {self.issued_on.isoformat()}, "
            f"{bibtex_escaped(self.version)}, accessed {self.accessed_on.isoformat()}",
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
        return "\n".join([f"@misc{{{self.key},", *lines, "}", ""])

    @property
    def csl(self) -> dict[str, Any]:
        """An item of CSL-JSON, as reference managers read it."""
        return {
            "id": self.key,
            "type": "webpage",
            "title": self.title,
            "author": [{"literal": AUTHOR}],
            "container-title": AUTHOR,
            "issued": _date_parts(self.issued_on),
            "accessed": _date_parts(self.accessed_on),
            "version": self.version,
            "URL": self.address,
        }

    @property
    def csl_json(self) -> str:
        """A list of that one item, as files hold it."""
        return json.dumps([self.csl], ensure_ascii=False, indent=2) + "\n"


def bibtex_escaped(text: str) -> str:
    r"""Text that BibTeX and TeX print as it is, on one line.

    >>> bibtex_escaped("50 % of {A_1} & B\\C")
    '50 \\% of \\{A\\_1\\} \\& B\\textbackslash{}C'
    """
    return "".join(_BIBTEX.get(letter, letter) for letter in " ".join(text.split()))


def _url(address: str) -> str:
    """The address with nothing in it that could end a field: those characters are encoded."""
    return _URL_UNSAFE.sub(
        lambda found: "".join(f"%{b:02X}" for b in found.group().encode()), address
    )


def _date_parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}

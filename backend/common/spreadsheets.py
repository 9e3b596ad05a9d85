"""Cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from typing import Any

# A spreadsheet takes a cell that begins so for a formula; and where it is set to another separator
# than the comma, or splits at line ends, a cell begins within a text as well.
STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
BREAKS = "\t\r\n"
SEPARATORS = ";\t\r\n"
"""Characters. Datasets guard whole columns by them."""
QUOTE = '"'
"""In a file it is doubled: after another separator that is an empty text, and what follows is the cell."""
_START = f"[{re.escape(STARTS)}]"
_BEGINS = rf"(?:\A|(?<=[{SEPARATORS}])|(?<=[{SEPARATORS}]{QUOTE}))"
FORMULA = re.compile(rf"\A(?=[{BREAKS}])|{_BEGINS}(?={_START})")


def cell_safe(value: Any) -> Any:
    """A text with an apostrophe where a formula would begin; anything else as it is.

    >>> cell_safe("=1+1"), cell_safe(-1.5)
    ("'=1+1", -1.5)
    """
    return FORMULA.sub("'", value) if isinstance(value, str) else value

"""What a table of a dataset is: its columns, and how its rows came to be chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table. `source` is the path of the value in the row that a selector gives."""

    name: str
    type: str
    """`text`, `int`, `float`, `bool`, `date`, `list` (of text) or `json`."""
    description: str
    source: str = ""
    unit: str = ""
    is_nullable: bool = False
    is_free: bool = False
    """Free text or an id: values that hardly repeat, which no index over a file can use."""

    @property
    def path(self) -> str:
        return self.source or self.name


@dataclass(frozen=True)
class Table:
    """One table of a dataset.

    Rows for which the column `simulated` says so go to files of their own. Where `day` names a column,
    each month of it is a file of its own too.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()
    """Columns by which the rows of a file are sorted."""
    simulated: str = ""
    day: str = ""
    listed: str = ""
    """A column whose distinct values the manifest names."""
    design: str = ""
    """How the rows came to be chosen, and what they may be weighed with."""

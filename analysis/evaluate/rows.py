"""One measured property of the method, as a line of the evaluation's table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measure on a world, beside what is accepted."""

    property: str
    world: str
    measure: str
    value: float
    error: float
    """Monte-Carlo standard error; NaN where there is none."""
    accept: str
    """The acceptance in words; "" where the figure is only reported."""
    is_met: bool | None
    note: str = ""
    peer: str = ""
    """Whose figure it is; "" for Plumbline's own."""

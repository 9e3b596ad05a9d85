"""What an evaluation says: one measured property per row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure, measured on worlds with planted truth.

    Attributes
    ----------
    property, world, measure : str
        What is shown, on which worlds, and in which unit.
    value, error : float
        The figure and its Monte-Carlo standard error; NaN where there is none.
    accept : str
        What would be good enough; "" where the figure is only reported.
    is_met : bool or None
        None where nothing is demanded.
    note : str
    peer : str
        Another method on the same worlds; "" for Plumbline.
    """

    property: str
    world: str
    measure: str
    value: float
    error: float
    accept: str
    is_met: bool | None
    note: str = ""
    peer: str = ""

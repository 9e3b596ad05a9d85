"""Which known event a run's event is: pure dates, no rows. Ids and links hang on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def overlap(self, other: Span) -> int:
        """Days that both have."""
        first, last = max(self.start, other.start), min(self.end, other.end)
        return max((last - first).days + 1, 0)

    def is_mostly(self, other: Span) -> bool:
        """Whether they share at least half of the shorter one."""
        return 2 * self.overlap(other) >= min(self.days, other.days)


@dataclass(frozen=True)
class Known:
    """A finding of earlier runs. Its id says nothing of its age."""

    id: int
    span: Span
    is_published: bool = False
    first_seen_at: datetime = LONG_AGO


@dataclass(frozen=True)
class Found:
    """An event of the present run; `stands` is false for one that has not enough data."""

    place: int
    span: Span
    stands: bool = True


@dataclass
class Lineage:
    """What goes on in what, within one cell."""

    id_of: dict[int, int] = field(default_factory=dict)
    """By place of an event the id that lives on in it."""
    merged: dict[int, int] = field(default_factory=dict)
    """By id of a finding the place of the event that it turned out to be a part of."""
    split_from: dict[int, int] = field(default_factory=dict)
    """By place of a newborn the id that it split off from."""


def lineage(known: list[Known], found: list[Found]) -> Lineage:
    """Match the findings of a cell to its events by their overlap in time, the best first.

    With its id goes what a moderator decided on a finding, so it goes on only in an event that mostly is
    the same one; any other is a newborn. An event that several findings turn out to be keeps the oldest
    id; among them one that is public goes before one that is not, so that no public address comes to
    lead to a hidden finding. The same events matched again to what they became change nothing: a
    finding always is its own event first.
    """
    result = Lineage()
    for event in found:
        claimants = [k for k in known if _closest(k, found) is event]
        if claimants:
            result.id_of[event.place] = min(claimants, key=_seniority).id
    for finding in known:
        if finding.id not in result.id_of.values():
            _place_rest(finding, found, result)
    for event in found:
        if event.place not in result.id_of and event.stands:
            mothers = [k for k in known if k.span.is_mostly(event.span)]
            if mothers:
                mother = max(mothers, key=lambda k: _closeness(k, event))
                result.split_from[event.place] = mother.id
    return result


def _place_rest(finding: Known, found: list[Found], result: Lineage) -> None:
    """A finding whose closest event went to another: a free one, or it is a part of that other."""
    free = [event for event in found if event.place not in result.id_of]
    other = _closest(finding, free)
    closest = _closest(finding, found)
    if other is not None:
        result.id_of[other.place] = finding.id
    elif closest is not None and closest.stands:
        result.merged[finding.id] = closest.place


def _seniority(finding: Known) -> tuple[bool, datetime, int]:
    """Smaller for the one whose id lives on: a public one, the one first seen; of those of one run any.

    Nothing that a run may change: matched again, the same one must go on.
    """
    return (not finding.is_published, finding.first_seen_at, finding.id)


def _closeness(finding: Known, event: Found) -> tuple[Any, ...]:
    """Larger for the event that a finding more likely is: itself, before all others that hold it."""
    days = finding.span.overlap(event.span)
    union = finding.span.days + event.span.days - days
    return (days, days / union, event.stands, -event.place)


def _closest(finding: Known, found: list[Found]) -> Found | None:
    """Of the events that it may be, the one that it most likely is."""
    same = [event for event in found if finding.span.is_mostly(event.span)]
    return max(same, key=lambda event: _closeness(finding, event), default=None)

"""Which keys there are on a day: what each signs, from when until when, and for how long it is believed.

An epoch is the eight weeks for which a device keeps its contributor tags, counted from Monday 5 January 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Purpose = Literal["start", "rated", "renewal", "contributor"]

FIRST_MONDAY = date(1970, 1, 5)
EPOCH_DAYS = 8 * 7
AHEAD_DAYS = 14
"""So long before an epoch begins, its keys sign: nobody is left out on its first day."""
LATE_DAYS = 7
"""So long after an epoch its keys still sign: an answer may have been lost, and is asked for again."""
START_ACCEPTED_DAYS = 364
SHOWN_ACCEPTED_DAYS = 6 * EPOCH_DAYS
"""So long after its epoch a rating's signature, and a renewal, is taken."""
TAG_ACCEPTED_DAYS = 5 * 7
"""So long after its epoch a tag is looked at: what is older than 28 days does not count (ADR 10)."""


@dataclass(frozen=True)
class Period:
    """What a key signs and when."""

    purpose: Purpose
    epoch: int | None
    """Of a start: None, it belongs to a week."""
    begins_on: date
    ends_on: date
    """Last day on which it is offered."""
    signs_until: date
    accepted_until: date


def epoch_of(day: date) -> int:
    """Number of the epoch that holds a day.

    >>> epoch_of(date(1970, 1, 5)), epoch_of(date(2026, 11, 23))
    (0, 371)
    """
    return (day - FIRST_MONDAY).days // EPOCH_DAYS


def epochs_of_tag(day: date, *, today: date) -> set[int]:
    """Whose tag may be on what is about a day: of its epoch, and of today's, in which it may be made.

    The sender's date may be a day off ours.

    >>> sorted(epochs_of_tag(date(2027, 1, 16), today=date(2027, 2, 1)))
    [371, 372]
    """
    one = timedelta(days=1)
    return {epoch_of(day - one), epoch_of(day + one), epoch_of(today)}


def first_day(epoch: int) -> date:
    """The Monday on which an epoch begins.

    >>> first_day(371)
    datetime.date(2026, 11, 23)
    """
    return FIRST_MONDAY + timedelta(days=epoch * EPOCH_DAYS)


def remembered_until(accepted_until: date) -> date:
    """Last day on which it is known that something was shown which was accepted until then.

    Always the end of an epoch, so that it does not tell the week of a start; and never the same day: what
    is shown in its last second is noted after it.

    >>> remembered_until(date(2027, 11, 28)), remembered_until(date(2027, 12, 19))
    (datetime.date(2027, 12, 19), datetime.date(2028, 2, 13))
    """
    return first_day(epoch_of(accepted_until + timedelta(days=1)) + 1) - timedelta(days=1)


def periods_offered(today: date) -> list[Period]:
    """The keys that a device may ask to sign on this day. A contributor's is for each site."""
    epoch = epoch_of(today)
    offered = [_start(today), _of_epoch("rated", epoch, SHOWN_ACCEPTED_DAYS)]
    for each in (epoch, epoch + 1):
        if today >= first_day(each) - timedelta(days=AHEAD_DAYS):
            offered.append(_of_epoch("renewal", each, SHOWN_ACCEPTED_DAYS))
            offered.append(_of_epoch("contributor", each, TAG_ACCEPTED_DAYS))
    return offered


def _start(today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    # No later: the age of an install is counted from this Sunday on.
    return Period(
        "start", None, monday, sunday, sunday, sunday + timedelta(days=START_ACCEPTED_DAYS)
    )


def _of_epoch(purpose: Purpose, epoch: int, accepted_days: int) -> Period:
    last = first_day(epoch + 1) - timedelta(days=1)
    return Period(
        purpose,
        epoch,
        first_day(epoch) - timedelta(days=AHEAD_DAYS),
        last,
        last + timedelta(days=LATE_DAYS),
        last + timedelta(days=accepted_days),
    )

"""Which of the vendors' words speak of an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from analysis.records import Acknowledgement
from analysis.results import FindingResult


def acknowledged_by(
    finding: FindingResult, acknowledgements: Sequence[Acknowledgement]
) -> list[Acknowledgement]:
    """The acknowledgements that speak of a finding, the earliest stated first.

    One speaks of it if it names the same model, domain and kind of symptom, and days on which the event
    may have lasted. A fictional vendor's speaks of simulated reports alone, and a real one's never does.
    """
    first, last = possible_days(finding)
    mine = (finding.model, finding.domain, finding.symptom_kind, finding.provenance == "simulated")
    return sorted(
        (
            word
            for word in acknowledgements
            if (word.model, word.domain, word.symptom_kind, word.is_simulated) == mine
            and _touch(spoken_days(word), (first, last))
        ),
        key=lambda word: (word.stated_on, word.source, word.id),
    )


def spoken_days(word: Acknowledgement) -> tuple[date, date]:
    """First and last day that an acknowledgement speaks of.

    Nobody confirms what has not begun yet: without a last day it speaks of those up to the day on which it
    was stated, without a first day of those from then on. Where the other day that it names lies beyond,
    that one alone is left.
    """
    since = word.since or min(word.stated_on, word.until or word.stated_on)
    return since, word.until or max(word.stated_on, since)


def _touch(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def possible_days(finding: FindingResult) -> tuple[date, date]:
    """First and last day on which an event may have lasted, within the weeks that were looked at.

    Those of its strongest window where it has no dates.
    """
    if not any((finding.onset, finding.onset_high, finding.offset_high)):
        return finding.peak.window_start, finding.peak.window_end
    first = finding.onset_low or finding.series[0].week
    end = finding.offset_high or finding.series[-1].week + timedelta(days=7)
    return first, end - timedelta(days=1)

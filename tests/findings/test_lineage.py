"""Which known finding an event is: by overlap in time, the best first, whatever the order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.findings.lineage import Found, Known, Span, lineage

YEAR = 2026


def span(first: int, last: int) -> Span:
    """From the first day of a month to the 28th of another one."""
    return Span(date(YEAR, first, 1), date(YEAR, last, 28))


def test_the_larger_overlap_wins_whatever_comes_first() -> None:
    known = [Known(1, span(1, 3)), Known(2, span(6, 9))]
    found = [Found(0, span(6, 8)), Found(1, span(2, 4))]
    assert lineage(known, found).id_of == {0: 2, 1: 1}
    assert lineage(known, found[::-1]).id_of == {0: 2, 1: 1}


def test_of_two_that_become_one_the_older_id_lives_on() -> None:
    lines = lineage([Known(1, span(1, 2)), Known(2, span(4, 9))], [Found(0, span(1, 9))])
    assert (lines.id_of, lines.merged) == ({0: 1}, {2: 0})


def test_a_public_one_goes_before_an_older_hidden_one() -> None:
    known = [Known(1, span(1, 5)), Known(2, span(6, 9), is_published=True)]
    lines = lineage(known, [Found(0, span(1, 9))])
    assert (lines.id_of, lines.merged) == ({0: 2}, {1: 0})


def test_of_one_that_becomes_two_the_longer_part_keeps_the_id() -> None:
    lines = lineage([Known(1, span(1, 9))], [Found(0, span(1, 3)), Found(1, span(5, 9))])
    assert (lines.id_of, lines.split_from) == ({1: 1}, {0: 1})


def test_what_was_never_seen_before_split_off_from_nothing() -> None:
    lines = lineage([Known(1, span(1, 2))], [Found(0, span(1, 2)), Found(1, span(5, 6))])
    assert (lines.id_of, lines.split_from) == ({0: 1}, {})


def test_a_finding_is_itself_before_it_is_a_longer_event() -> None:
    found = [Found(0, span(1, 9)), Found(1, span(3, 5))]
    lines = lineage([Known(1, span(3, 5)), Known(2, span(1, 9))], found)
    assert (lines.id_of, lines.merged) == ({0: 2, 1: 1}, {})


def test_a_mere_touch_is_no_merge() -> None:
    known = [Known(1, span(1, 5)), Known(2, Span(date(YEAR, 5, 28), date(YEAR, 12, 31)))]
    lines = lineage(known, [Found(0, span(1, 5))])
    assert (lines.id_of, lines.merged) == ({0: 1}, {})


def test_nothing_merges_into_or_splits_off_as_what_has_not_enough_data() -> None:
    known = [Known(1, span(1, 4)), Known(2, span(5, 9))]
    lines = lineage(known, [Found(0, span(1, 9), stands=False)])
    assert (lines.id_of, lines.merged) == ({0: 1}, {})
    lines = lineage(
        [Known(1, span(1, 9))], [Found(0, span(1, 6)), Found(1, span(7, 9), stands=False)]
    )
    assert (lines.id_of, lines.split_from) == ({0: 1}, {})


def test_who_loses_its_event_takes_a_free_one_that_it_mostly_is() -> None:
    known = [Known(1, span(1, 5)), Known(2, span(3, 8))]
    lines = lineage(known, [Found(0, span(1, 7)), Found(1, span(7, 9))])
    assert (lines.id_of, lines.merged) == ({0: 1, 1: 2}, {})
    lines = lineage(known, [Found(0, span(1, 7)), Found(1, span(8, 9))])
    assert (lines.id_of, lines.merged) == ({0: 1}, {2: 0})


@pytest.mark.parametrize(
    ("later", "goes_on"),
    [
        (Span(date(YEAR, 1, 20), date(YEAR, 1, 29)), True),  # 5 of 10 days
        (Span(date(YEAR, 1, 21), date(YEAR, 1, 30)), False),  # 4 of 10 days
        (Span(date(YEAR, 1, 24), date(YEAR, 12, 31)), False),  # a touch, however long it lasts
        (Span(date(YEAR, 1, 10), date(YEAR, 12, 31)), True),  # it lies within, and has grown
        (Span(date(YEAR, 1, 17), date(YEAR, 1, 17)), True),  # all that is left of it
    ],
)
def test_an_id_goes_on_only_in_an_event_that_has_half_of_the_shorter_one(later, goes_on) -> None:
    known = Known(1, Span(date(YEAR, 1, 15), date(YEAR, 1, 24)), is_published=True)
    lines = lineage([known], [Found(0, later)])
    assert (lines.id_of, lines.merged, lines.split_from) == ({0: 1} if goes_on else {}, {}, {})


days = st.integers(0, 364)
spans = st.tuples(days, days).map(
    lambda pair: Span(
        date.fromordinal(date(YEAR, 1, 1).toordinal() + min(pair)),
        date.fromordinal(date(YEAR, 1, 1).toordinal() + max(pair)),
    )
)


@given(
    st.lists(st.tuples(spans, st.booleans()), max_size=5),
    st.lists(st.tuples(spans, st.booleans()), max_size=5, unique_by=lambda event: event[0]),
)
def test_the_same_events_again_change_nothing(known, found) -> None:
    before = [Known(n, s, is_published) for n, (s, is_published) in enumerate(known, start=1)]
    events = [Found(place, s, stands) for place, (s, stands) in enumerate(found)]
    lines = lineage(before, events)
    assert len(set(lines.id_of.values())) == len(lines.id_of)
    # What each finding is afterwards: its event's days, or its own where it has none.
    span_of = {lines.id_of[e.place]: e.span for e in events if e.place in lines.id_of}
    after = [
        Known(k.id, span_of.get(k.id, k.span), k.is_published)
        for k in before
        if k.id not in lines.merged
    ]
    ids = dict(lines.id_of)
    for event in events:  # newborns
        if event.place not in ids and event.stands:
            ids[event.place] = len(known) + 1 + event.place
            after.append(Known(ids[event.place], event.span))
    again = lineage(after, events)
    assert (again.id_of, again.merged, again.split_from) == (ids, {}, {})


@given(
    st.lists(st.tuples(spans, st.booleans()), max_size=5),
    st.lists(st.tuples(spans, st.booleans()), max_size=5),
)
def test_what_is_public_becomes_part_of_nothing_that_is_not(known, found) -> None:
    before = [Known(n, s, is_published) for n, (s, is_published) in enumerate(known, start=1)]
    lines = lineage(before, [Found(place, s, stands) for place, (s, stands) in enumerate(found)])
    public = {k.id for k in before if k.is_published}
    heirs = {lines.id_of[place] for pk, place in lines.merged.items() if pk in public}
    assert heirs <= public


@given(
    st.lists(st.tuples(spans, st.booleans()), max_size=5),
    st.lists(st.tuples(spans, st.booleans()), max_size=5),
)
def test_what_was_decided_on_a_finding_goes_to_nothing_that_it_mostly_is_not(known, found) -> None:
    before = {n: Known(n, s, is_published) for n, (s, is_published) in enumerate(known, start=1)}
    events = [Found(place, s, stands) for place, (s, stands) in enumerate(found)]
    lines = lineage(list(before.values()), events)
    followed = [*lines.id_of.items(), *((place, pk) for pk, place in lines.merged.items())]
    assert all(before[pk].span.is_mostly(events[place].span) for place, pk in followed)


@given(st.integers(2, 52), st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=26))
def test_an_event_that_keeps_going_keeps_its_id_in_every_run(n_weeks, runs) -> None:
    """Its end moves by weeks from run to run, and its onset back and forth by one.

    One of a single week whose onset moves is another event: they have no day in common.
    """
    begun = date(YEAR, 1, 5)
    known = Known(1, Span(begun, begun + timedelta(days=7 * n_weeks - 1)))
    for weeks_on, is_late in runs:
        onset = begun + timedelta(days=7 * is_late)
        grown = Span(onset, known.span.end + timedelta(days=7 * weeks_on))
        assert lineage([known], [Found(0, grown)]).id_of == {0: 1}
        known = Known(1, grown)

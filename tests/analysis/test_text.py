"""Near-duplicates and cohorts: what is one text, what is one template, what is neither."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.text import group_texts, jaccard, normalise, shingles

CONFIG = AnalysisConfig()
WORDS = [f"w{i}" for i in range(60)]


def changed(start: int, count: int) -> str:
    """The 60 words with `count` of them replaced, from `start` on."""
    return " ".join(WORDS[:start] + [f"x{i}" for i in range(count)] + WORDS[start + count :])


def groups(*prompts: str, responses: list[str] | None = None):
    return group_texts(prompts, responses or [f"r{i}" for i in range(len(prompts))], CONFIG)


def test_jaccard_of_shingles_by_hand():
    # 56 shingles of 5 words; one word changed in the middle touches 5: 51 of 61.
    a, b = (shingles(text, 5) for text in (changed(0, 0), changed(30, 1)))
    assert (len(a), len(b)) == (56, 56)
    assert jaccard(a, b) == pytest.approx(51 / 61)


def test_one_changed_word_is_the_same_text():
    found = groups(changed(0, 0), changed(30, 1), "something else entirely, about other things")
    assert found.same[0] == found.same[1] != found.same[2]


def test_some_changed_words_are_another_text_of_the_same_template():
    # 8 words changed touch 12 of 56 shingles: 44 / 68 = .65.
    found = groups(changed(0, 0), changed(30, 8))
    assert found.same[0] != found.same[1]
    assert found.cohort[0] == found.cohort[1]


def test_many_changed_words_are_neither():
    # 30 words changed at the start leave 26 of 56: 26 / 86 = .30.
    found = groups(changed(0, 0), changed(0, 30))
    assert found.same[0] != found.same[1]
    assert found.cohort[0] != found.cohort[1]


def test_case_punctuation_and_line_breaks_do_not_matter():
    found = groups("Why does  it FAIL?\n", "why, does it fail")
    assert found.same[0] == found.same[1]


def test_an_equal_long_response_is_a_copy_and_an_equal_short_one_is_not():
    long = " ".join(f"word{i}" for i in range(CONFIG.duplicate_response_words_min))
    short = " ".join(f"word{i}" for i in range(CONFIG.duplicate_response_words_min - 1))
    assert len(set(groups("a b c", "d e f", responses=[long, long]).same)) == 1
    assert len(set(groups("a b c", "d e f", responses=[short, short]).same)) == 2


def test_no_texts_have_no_groups():
    found = group_texts([], [], CONFIG)
    assert len(found.same) == len(found.cohort) == 0


@given(st.permutations(range(5)))
def test_the_order_of_the_texts_does_not_matter(order):
    texts = [changed(0, 0), changed(30, 1), changed(30, 8), "other words here", "more of others"]
    found = groups(*(texts[i] for i in order))
    place = {text: k for k, text in enumerate(order)}
    assert found.same[place[0]] == found.same[place[1]]
    assert len(set(found.same.tolist())) == 4
    assert len(set(found.cohort.tolist())) == 3


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_a_stricter_threshold_separates():
    strict = replace(CONFIG, duplicate_jaccard=0.9)
    found = group_texts([changed(0, 0), changed(30, 1)], ["r", "s"], strict)
    assert found.same[0] != found.same[1]

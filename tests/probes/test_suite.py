"""The suite that comes with Plumbline: the same prompts for ever, with answers that are right."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import call_command

from backend.probes.rules import ITEMS_MAX
from backend.probes.suite import controls, story
from backend.probes.suite.grading import graded
from backend.probes.suite.items import PER_TEMPLATE, SUITE, Item, suite_items

DIGEST = "ab95c050ef2ff4b42f2a63c81637e8994a68339fb3271ee4bc95a55db63f2379"
STORY = {"pretraining-pipelines", "distributed-training", "ml-accelerator-design"}


def test_the_suite_never_changes_under_its_name() -> None:
    """Whoever changes a prompt or an answer gives the suite another name: series compare over years."""
    rows = [[i.id, i.domain, i.stratum, i.prompt, str(i.answer)] for i in suite_items()]
    digest = hashlib.sha256(json.dumps([SUITE, *rows]).encode()).hexdigest()
    assert digest == DIGEST


def test_each_subject_has_as_many_items_of_each_stratum_as_its_controls() -> None:
    found = Counter((item.domain, item.stratum) for item in suite_items())
    assert set(found.values()) == {2 * PER_TEMPLATE}
    assert {domain for domain, _ in found} >= STORY
    assert len(found) == 6 * 3


@pytest.mark.usefixtures("catalogue")
def test_every_item_can_be_imported() -> None:
    from backend.catalogue.selectors import leaves_public
    from backend.probes.models import ITEM_PATTERN

    leaves = set(leaves_public().values_list("slug", flat=True))
    items = suite_items()
    assert len({item.id for item in items}) == len({item.prompt for item in items}) == len(items)
    assert len(items) <= ITEMS_MAX
    assert {item.domain for item in items} <= leaves
    words = [word for item in items for word in (item.id, item.stratum)]
    assert not [word for word in words if not re.fullmatch(ITEM_PATTERN, word)]


def test_no_prompt_holds_its_own_answer() -> None:
    def numbers(item: Item) -> list[float]:
        return [float(found) for found in re.findall(r"[\d.]*\d", item.prompt)]

    assert [
        i.id for i in suite_items() if graded(f"{float(i.answer)!r}", i.answer) != "right"
    ] == []
    given = [
        i.id for i in suite_items() for n in numbers(i) if graded(f"{n!r}", i.answer) == "right"
    ]
    assert given == []


# Worked out by hand from the words of the question, not by the template's own formula.
WORKED = {
    "pt-tokens": ({"size": 200, "bytes": 4}, 50_000),  # 200e9 / 4 = 50e9
    "pt-flops": ({"n": 500, "d": 20}, 60),  # 6 x 5e8 x 2e10 = 6e19
    "pt-dedup": ({"n": 400, "dup": 20, "low": 25}, 240),  # 400, 320, 240
    "pt-mixture": ({"total": 1000, "code": 12, "have": 60}, 2),  # 12 % are 120, twice 60
    "pt-days": ({"n": 3, "d": 200, "chips": 512, "peak": 250, "used": 40},
                Fraction("19.53125")),  # 3.6e21 operations / 5.12e16 a second = 70,312.5 s
    "pt-epochs": ({"steps": 100, "batch": 512, "length": 2048, "have": 60, "lost": 20},
                  Fraction("44.8576")),  # 1e5 x 2^20 tokens, and 60
    "dt-optimizer": ({"bytes": 16, "n": 800, "w": 8}, 1600),  # 12.8e9 / 8
    "dt-batch": ({"w": 24, "micro": 4, "size": 3}, 288),
    "dt-ring": ({"w": 5, "n": 500, "bytes": 2}, 1600),  # 1000 MB x 8/5
    "dt-bubble": ({"p": 4, "m": 12}, 20),  # 3 of 15
    "dt-activations": ({"layers": 64, "p": 4, "mb": 100, "t": 2}, 3200),  # 16 x 50 x 4
    "dt-step": ({"c": 300, "mb": 2400, "bw": 12, "o": 50, "k": 30}, 200),  # (300 + 100) ms x 30,000
    "ad-peak": ({"r": 128, "c": 128, "f": 1000}, 32_768),
    "ad-ridge": ({"peak": 120, "bw": 600}, 200),
    "ad-buffer": ({"kb": 192, "bytes": 2, "k": 2}, 24_576),  # 196,608 / 8
    "ad-energy": ({"mac": 2, "dram": 60, "n": 200, "mb": 3}, 580),  # 400 + 180
    "ad-fill": ({"r": 64, "c": 64, "m": 300, "p": 24, "f": 800}, Fraction("12.84")),  # 428 x 24 / 800
    "ad-yield": ({"dies": 50, "good": 60, "cores": 64, "off": 25, "need": 144}, 100),  # 30 x 48 = 1440
    "ph-density": ({"m": 200, "d": 8}, 25),
    "ph-energy": ({"p": 500, "t": 20}, 60),  # 6 x 10
    "ph-filters": ({"n": 400, "a": 20, "b": 25}, 240),
    "ph-parallel": ({"a": 60, "b": 40, "i": 50}, 1200),  # 24 ohms x 50 mA
    "ph-pump": ({"v": 300, "h": 12, "g": 10, "p": 20, "used": 50}, 60),  # 36 MJ / 10 kW = 3,600 s
    "ph-train": ({"m": 300, "v": 40, "f": 60, "t": 30}, 34),  # 0.2 m/s^2 x 30 s = 6
    "pf-share": ({"cents": 12, "n": 800, "w": 8}, 1200),
    "pf-year": ({"y": 24, "k": 4, "a": 5}, 480),
    "pf-insurance": ({"n": 1000, "a": 20, "b": 5}, 760),
    "pf-quota": ({"m": 32, "p": 11, "q": 5}, 50),
    "pf-fund": ({"n": 10_000, "y": 5, "r": 4, "tax": 25, "k": 5}, 300),  # 2,000, 1,500
    "pf-car": ({"f": 600, "c": 30, "k": 12, "o": 50}, 200),  # (600 + 1,800) / 12
    "de-table": ({"r": 128, "c": 64, "f": 4}, Fraction(65_536, 1000)),
    "de-scan": ({"gb": 120, "bw": 600}, 200),
    "de-pages": ({"kb": 192, "b": 16, "k": 3}, 2048),  # 196,608 / 96
    "de-cost": ({"a": 2, "b": 60, "n": 200, "g": 3}, 580),
    "de-batch": ({"m": 2, "r": 64, "c": 56, "w": 4, "p": 24}, 720),  # 6,000 batches x 120 ms
    "de-shards": ({"need": 15, "disks": 8, "cap": 64, "spare": 25, "k": 2}, Fraction(30_000, 384)),
}  # fmt: skip


@pytest.mark.parametrize("template", [*story.TEMPLATES, *controls.TEMPLATES], ids=lambda t: t.slug)
def test_a_question_has_the_answer_that_its_words_give(template) -> None:
    numbers, right = WORKED[template.slug]
    assert template.answer(**numbers) == right
    assert set(numbers) == set(template.numbers)


def test_the_prompts_are_printed_without_their_answers() -> None:
    out = StringIO()
    call_command("probe_suite", stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [row["item"] for row in rows] == [item.id for item in suite_items()]
    assert set(rows[0]) == {"item", "domain", "stratum", "prompt"}

"""The items of the suite: the same ones for everybody, for ever."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from backend.probes.suite import controls, story
from backend.probes.suite.grading import TOLERANCE
from backend.probes.suite.templates import Template

SUITE = "plumbline story 1.0"
"""Another number, another text or another order of them is another version."""
PER_TEMPLATE = 20
FORM = "{question} Answer with the number alone, in {unit}, to at least three digits."


@dataclass(frozen=True)
class Item:
    """One prompt and the number that is right."""

    id: str
    domain: str
    stratum: str
    prompt: str
    answer: Fraction


@lru_cache(maxsize=1)
def suite_items() -> tuple[Item, ...]:
    """All items, the story's three subjects first; their controls match them stratum by stratum."""
    templates = (*story.TEMPLATES, *controls.TEMPLATES)
    return tuple(item for template in templates for item in _items_of(template))


def _items_of(template: Template) -> list[Item]:
    rng = random.Random(f"{SUITE}|{template.slug}")  # noqa: S311 - the same for everybody is the point
    found: dict[str, Item] = {}
    while len(found) < PER_TEMPLATE:
        numbers = {name: rng.choice(values) for name, values in template.numbers.items()}
        question = template.text.format(**numbers)
        prompt = FORM.format(question=question, unit=template.unit)
        answer = Fraction(template.answer(**numbers))
        if prompt not in found and answer > 0 and not _is_given(answer, prompt):
            name = f"{template.slug}-{len(found) + 1:02}"
            found[prompt] = Item(name, template.domain, template.stratum, prompt, answer)
    return list(found.values())


def _is_given(answer: Fraction, prompt: str) -> bool:
    """Whether a number of the prompt would be graded as right: repeating it works nothing out."""
    given = (Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", prompt))
    return any(abs(number - answer) <= TOLERANCE * answer for number in given)

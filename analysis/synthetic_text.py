"""Invented exchanges for worlds with planted truth: no person wrote or received any of them.

The texts are put together from the building blocks of `synthetic_text.yaml`. A sentence of a
block holds fills such as `{thing}`, which stand for one phrase of the list of that name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

_BLOCKS = Path(__file__).with_suffix(".yaml")
_FILL = re.compile(r"\{([a-z]+)(\d?)\}")

_DETAILS_SHARE = (0.15, 0.6, 0.25)
"""Shares of prompts with no, one and two detail sentences."""
_PROMPT_WORDS_MAX = 60
"""Words beyond which a prompt loses its last detail."""
_RESPONSE_WORDS_MIN = 45
"""Words below which a response gets one more sentence before its closing."""

Exchange = tuple[str, str]


def exchange_texts(domain: str, *, count: int, rng: np.random.Generator) -> list[Exchange]:
    """Prompt and response of invented exchanges about one domain.

    The prompts are what people ask; the responses read like those that get flagged: shallow,
    evasive or wrong. Two exchanges of a domain rarely share more than a part of their wording
    (`tests/analysis/test_synthetic_text.py` holds the bound).

    Parameters
    ----------
    domain : str
        Leaf slug of the catalogue.
    count : int
        Number of exchanges. Range: >= 0.
    rng : numpy.random.Generator
        Source of all choices: the same state gives the same texts.

    Returns
    -------
    list of (prompt, response)
        `count` pairs; prompts of 15 to 60 words, responses of 40 to 120.

    Raises
    ------
    ValueError
        If the domain has no building blocks; the message names it.
    """
    blocks = _domain_blocks(domain)
    return [_exchange(blocks, rng) for _ in range(count)]


def brigade_texts(domain: str, *, count: int, rng: np.random.Generator) -> list[Exchange]:
    """Near-copies of one exchange, as people send who share a text to report.

    All `count` pairs come from one template that `rng` chooses: some words before, between and
    after its sentences differ, and at times a number. The Jaccard similarity of 5-word shingles
    between two of the prompts is at least 0.5, which is what marks a cohort.

    Parameters
    ----------
    domain : str
        Leaf slug of the catalogue.
    count : int
        Number of exchanges. Range: >= 0.
    rng : numpy.random.Generator
        Source of all choices: the same state gives the same texts.

    Returns
    -------
    list of (prompt, response)
        `count` pairs.

    Raises
    ------
    ValueError
        If the domain has no building blocks; the message names it.
    """
    blocks = _domain_blocks(domain)
    variation = _load()["brigade"]
    phrases = _Phrases(blocks["fills"], rng)
    parts = ("setup", "detail", "detail", "detail", "ask")
    template = [phrases.choose(blocks[part]) for part in parts]
    answer = [phrases.choose(blocks["answer"]) for _ in range(3)]
    texts = []
    for _ in range(count):
        if rng.random() < 0.3:
            phrases.vary("num")
        word = {name: str(rng.choice(options)) for name, options in variation.items()}
        *told, ask = (phrases.fill(sentence) for sentence in template)
        prompt = " ".join([word["before"], *told, word["between"], ask, word["after"]])
        response = " ".join([*(phrases.fill(sentence) for sentence in answer), word["remark"]])
        texts.append((prompt, response))
    return texts


class _Phrases:
    """Sentences of one exchange, in which the same fill always means the same phrase."""

    def __init__(self, fills: dict[str, list[Any]], rng: np.random.Generator) -> None:
        self._fills = fills
        self._rng = rng
        self._orders: dict[str, list[int]] = {}
        self._used: set[str] = set()

    def choose(self, options: list[str]) -> str:
        """One of the sentences that this exchange has not used yet, its fills still open."""
        free = [option for option in options if option not in self._used]
        chosen = free[int(self._rng.integers(len(free)))]
        self._used.add(chosen)
        return chosen

    def fill(self, sentence: str) -> str:
        """The sentence with its fills, beginning with a capital letter."""
        text = _FILL.sub(self._phrase, sentence)
        return text[0].upper() + text[1:]

    def sentence(self, options: list[str]) -> str:
        """One of the sentences that this exchange has not used yet, with its fills."""
        return self.fill(self.choose(options))

    def vary(self, name: str) -> None:
        """From here on the fill of that name may stand for another phrase."""
        self._orders.pop(name, None)

    def _phrase(self, match: re.Match[str]) -> str:
        name, place = match[1], int(match[2] or 1) - 1
        phrases = self._fills[name]
        if name not in self._orders:
            self._orders[name] = self._rng.permutation(len(phrases)).tolist()
        return str(phrases[self._orders[name][place]])


def _exchange(blocks: dict[str, Any], rng: np.random.Generator) -> Exchange:
    phrases = _Phrases(blocks["fills"], rng)
    told = [phrases.sentence(blocks["setup"])]
    ask = phrases.sentence(blocks["ask"])
    n_details = int(rng.choice(3, p=_DETAILS_SHARE))
    told += [phrases.sentence(blocks["detail"]) for _ in range(n_details)]
    if n_details == 1 and rng.random() < 0.3:
        told.reverse()
    while len(told) > 1 and _words([*told, ask]) > _PROMPT_WORDS_MAX:
        told.pop()
    prompt = [*told, ask]
    manner = phrases.sentence(_load()["manner"])
    wanted = n_details == 0 or rng.random() < 0.5
    if wanted and _words([*prompt, manner]) <= _PROMPT_WORDS_MAX:
        prompt.append(manner)
    text = " ".join(prompt)
    return text.lower() if rng.random() < 0.15 else text, _response(blocks, phrases)


def _response(blocks: dict[str, Any], phrases: _Phrases) -> str:
    shared = _load()
    parts = [phrases.sentence(shared["opening"])]
    parts += [phrases.sentence(blocks["answer"]) for _ in range(2)]
    while _words(parts) < _RESPONSE_WORDS_MIN:
        parts.append(phrases.sentence(blocks["answer"]))
    parts.append(phrases.sentence(shared["closing"]))
    return " ".join(parts)


def _words(sentences: list[str]) -> int:
    return sum(len(sentence.split()) for sentence in sentences)


def _domain_blocks(domain: str) -> dict[str, Any]:
    domains = _load()["domains"]
    if domain not in domains:
        raise ValueError(f"no synthetic text for the domain {domain!r}")
    blocks: dict[str, Any] = domains[domain]
    return blocks


@cache
def _load() -> dict[str, Any]:
    blocks: dict[str, Any] = yaml.safe_load(_BLOCKS.read_text(encoding="utf-8"))
    return blocks

"""Texts that are alike: near-duplicates (one unit of evidence) and cohorts (one template)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash, MinHashLSH
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.config import AnalysisConfig
from analysis.records import Floats, Ints

_BANDS, _ROWS = 42, 3
"""MinHash bands and rows: finds a pair of Jaccard .5 with probability .996, .6 with .99996."""

_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True)
class TextGroups:
    """For each text the number of the group it belongs to; equal numbers, same group.

    Attributes
    ----------
    same : ndarray of shape (n_texts,), dtype=int64
        Near-duplicates of the prompt, or the same long response.
    cohort : ndarray of shape (n_texts,), dtype=int64
        Prompts from one template. Every `same` group lies within one cohort.
    """

    same: Ints
    cohort: Ints


def normalise(text: str) -> str:
    """Words only: compatibility forms folded, lower case, single spaces.

    >>> normalise("Why  does it\\nFAIL?! (E=mc²)")
    'why does it fail e mc2'
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def shingles(text: str, n_words: int) -> frozenset[str]:
    """All runs of `n_words` words of a normalised text; the whole text where it is shorter.

    >>> sorted(shingles("a b c d", 3))
    ['a b c', 'b c d']
    >>> sorted(shingles("a b", 3))
    ['a b']
    """
    words = text.split()
    if len(words) <= n_words:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[i : i + n_words]) for i in range(len(words) - n_words + 1))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of the union that both have, in [0, 1].

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    common = len(a & b)
    return common / (len(a) + len(b) - common)


def group_texts(
    prompts: Sequence[str], responses: Sequence[str], config: AnalysisConfig
) -> TextGroups:
    """Which texts are near-duplicates, and which share a template.

    MinHash with locality-sensitive hashing proposes pairs; the exact Jaccard similarity of their
    word shingles decides. Groups are connected components, so a chain of edits is one group.

    Parameters
    ----------
    prompts, responses : sequence of str
        Equal length. Responses shorter than `config.duplicate_response_words_min` are not
        compared: "I can't help with that." is no copy.
    config : AnalysisConfig
        `shingle_words`, `duplicate_jaccard`, `cohort_jaccard`.

    Returns
    -------
    TextGroups
        A function of each pair's texts alone, up to the pairs that MinHash misses (see `_BANDS`).

    References
    ----------
    .. [1] Broder (1997), On the resemblance and containment of documents.
       doi:10.1109/SEQUEN.1997.666900
    """
    plain = [normalise(prompt) for prompt in prompts]
    unique = sorted(set(plain))
    place = {text: i for i, text in enumerate(unique)}
    of_text = np.array([place[text] for text in plain], dtype=np.int64)
    left, right, similarity = _alike_pairs(unique, config)
    same_words = similarity >= config.duplicate_jaccard
    base = len(unique)
    answer, n_answers = _long_responses(responses, config.duplicate_response_words_min)
    has_answer = np.flatnonzero(answer >= 0)
    # Nodes: distinct prompts, then distinct responses; a report ties its prompt to its response.
    ties = (of_text[has_answer], base + answer[has_answer])

    def components(pairs: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
        rows = np.concatenate([left[pairs], ties[0]])
        columns = np.concatenate([right[pairs], ties[1]])
        size = base + n_answers
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
        labels = connected_components(graph, directed=False)[1].astype(np.int64)
        found: Ints = labels[of_text]
        return found

    return TextGroups(components(same_words), components(np.ones(len(left), dtype=np.bool_)))


def _alike_pairs(texts: Sequence[str], config: AnalysisConfig) -> tuple[Ints, Ints, Floats]:
    """Pairs of distinct texts whose Jaccard similarity is at least `cohort_jaccard`."""
    index = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
    sets = [shingles(text, config.shingle_words) for text in texts]
    pairs: list[tuple[int, int, float]] = []
    encoded = ([shingle.encode() for shingle in sorted(words)] for words in sets)
    for i, sketch in enumerate(MinHash.generator(encoded, num_perm=_BANDS * _ROWS, seed=1)):
        for j in sorted(index.query(sketch)):
            similarity = jaccard(sets[i], sets[j])
            if similarity >= config.cohort_jaccard:
                pairs.append((j, i, similarity))
        index.insert(i, sketch)
    columns = list(zip(*pairs, strict=True)) or [(), (), ()]
    return (
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=np.float64),
    )


def _long_responses(responses: Sequence[str], words_min: int) -> tuple[Ints, int]:
    """A number per distinct long response, -1 for short ones; and how many numbers there are."""
    numbers: dict[bytes, int] = {}
    labels = np.full(len(responses), -1, dtype=np.int64)
    for i, response in enumerate(responses):
        text = normalise(response)
        if len(text.split()) >= words_min:
            key = hashlib.sha256(text.encode()).digest()
            labels[i] = numbers.setdefault(key, len(numbers))
    return labels, len(numbers)

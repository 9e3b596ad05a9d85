"""A static encoder: one vector per token, made from the sentence encoder; a text is their mean.

Some thirty times as fast as running the network on every text, and less exact: docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

STATIC_MODEL_ID = "minilm-static-256-1"
N_DIMENSIONS = 256

_SIF = 1e-4
"""Weight a / (a + p) of a token of frequency p. Arora et al. 2017, section 3."""

Vectors = NDArray[np.float32]


def static_table(encode: Callable[[NDArray[np.int64]], Vectors], n_tokens: int) -> Vectors:
    """The vectors of all tokens: each alone through the encoder, reduced and weighted [1]_.

    Parameters
    ----------
    encode : callable
        Token ids of shape (n,) -> unit vectors of shape (n, n_dimensions) of texts of one token.
    n_tokens : int
        Size of the vocabulary, the most frequent tokens first (as WordPiece's are): a token's
        frequency is taken to be that of Zipf's law.

    Returns
    -------
    ndarray of shape (n_tokens, 256), dtype=float32

    References
    ----------
    .. [1] Arora, Liang, Ma (2017), A simple but tough-to-beat baseline for sentence embeddings
       (weights); Tulkens, van Dongen (2024), Model2Vec (static vectors by distillation).
    """
    blocks = [encode(np.arange(s, min(s + 512, n_tokens))) for s in range(0, n_tokens, 512)]
    vectors = np.concatenate(blocks).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :N_DIMENSIONS]
    rank = np.arange(1, n_tokens + 1)
    frequency = 1.0 / rank / np.sum(1.0 / rank)
    weighted: Vectors = (vectors @ axes * (_SIF / (_SIF + frequency))[:, None]).astype(np.float32)
    return weighted


class StaticEncoder:
    """Text -> unit vector, from a folder with `table.npy` and `tokenizer.json`."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._table = np.load(folder / "table.npy", mmap_mode="r")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def __call__(self, text: str) -> Vectors:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        if not ids:
            return np.full(N_DIMENSIONS, N_DIMENSIONS**-0.5, dtype=np.float32)
        vector: Vectors = self._table[ids].mean(axis=0)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

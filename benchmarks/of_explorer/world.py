"""The SIMULATED world of the benchmarks: who makes which model, how often each is reported, the texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.embedding import N_DIMENSIONS
from analysis.synthetic_text import exchange_texts

N_VENDORS = 5
MODELS_EACH = 7
N_DAYS = 912
N_PEOPLE = 60_000
THEMES, VARIANTS = 12, 3
TEXTS_EACH = 30 * THEMES
"""Exchanges per domain from which reports are put together."""
N_RARE_WORDS = 200_000
SYLLABLES = (
    "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cle dri flo gru".split()
)


@dataclass(frozen=True)
class Place:
    """A fictional model, and the site where it answers."""

    model: str
    label: str
    vendor: str
    site: str


@dataclass(frozen=True)
class World:
    """All that every part of the loader must agree on."""

    seed: int
    end: date
    n: int
    places: tuple[Place, ...]
    leaves: tuple[str, ...]
    symptoms: tuple[tuple[str, bool], ...]
    """Slug, and whether it is silent."""
    embedding_model: str

    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How often each model, and each domain, is reported: few a lot, many now and then."""
        rng = np.random.default_rng([self.seed, 1])
        return tuple(  # type: ignore[return-value]
            _share(rng.lognormal(sigma=0.9, size=len(names)))
            for names in (self.places, self.leaves)
        )

    @cache  # noqa: B019 - a process makes one world
    def centres(self) -> NDArray[np.float32]:
        """Middles of all variants: shape (leaves, themes, variants, dimensions), of length 1."""
        rng = np.random.default_rng([self.seed, 2])
        size = (len(self.leaves), THEMES, VARIANTS, N_DIMENSIONS)
        domains = rng.normal(size=(size[0], 1, 1, size[3])) * 0.6
        themes = rng.normal(size=(*size[:2], 1, size[3])) * 0.7
        found = domains + themes + rng.normal(size=size) * 0.4
        return (found / np.linalg.norm(found, axis=-1, keepdims=True)).astype(np.float32)

    @cache  # noqa: B019 - a process makes one world
    def texts(self) -> list[list[tuple[str, str]]]:
        """Per leaf the exchanges; that of number i is about theme i % THEMES."""
        rng = np.random.default_rng([self.seed, 3])
        return [exchange_texts(leaf, count=TEXTS_EACH, rng=rng) for leaf in self.leaves]


def _share(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return weights / weights.sum()


def rare_word(rank: int) -> str:
    """An invented word; no two ranks share one, and low ranks are the common ones."""
    word = ""
    number = rank + len(SYLLABLES)
    while number:
        number, place = divmod(number, len(SYLLABLES))
        word += SYLLABLES[place]
    return word


def rare_ranks(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Ranks of words as texts use them: the word of rank r about 1 / r as often as the first."""
    return (np.exp(rng.random(size) * math.log(N_RARE_WORDS)) - 1).astype(np.int64)


def catalogue_fill() -> None:
    """Fictional vendors, sites and models beside those of the demo, so that tables have their size."""
    from backend.catalogue.models import Model, Site, Vendor

    for v in range(N_VENDORS):
        slug, name = f"bench-{v}", f"Bench {chr(65 + v)} (fictional)"
        Vendor.objects.update_or_create(slug=slug, defaults={"name": name, "is_fictional": True})
        Site.objects.update_or_create(
            slug=f"{slug}-chat",
            defaults={"name": f"{name} chat", "vendor_id": slug, "is_fictional": True},
        )
        for m in range(MODELS_EACH):
            Model.objects.update_or_create(
                slug=f"{slug}-{m}",
                defaults={
                    "name": f"Bench {chr(65 + v)}{m} (fictional)", "vendor_id": slug,
                    "family": f"{slug}-{m // 3}", "is_fictional": True,
                },
            )  # fmt: skip


def world_of(*, seed: int, n: int, end: date) -> World:
    """The world over the catalogue that is in the database."""
    from analysis.embedding import EMBEDDING_MODEL_ID
    from backend.catalogue import selectors as catalogue

    leaves = [slug for slug, _, examples in catalogue.domains_for_analysis() if examples]
    symptoms: list[Any] = list(catalogue.symptoms_public().values_list("slug", "kind"))
    return World(
        seed=seed,
        end=end,
        n=n,
        places=tuple(
            Place(model, label, vendor, site)
            for model, vendor, site, label in catalogue.demo_models()
        ),
        leaves=tuple(leaves),
        symptoms=tuple((slug, kind == "silent") for slug, kind in symptoms),
        embedding_model=EMBEDDING_MODEL_ID,
    )

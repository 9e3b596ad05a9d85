"""SIMULATED reports, block by block, with all rows that hang on them. Knows no Django."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from pgvector import HalfVector

from analysis.embedding import N_DIMENSIONS
from benchmarks.of_explorer.copying import Target, connect, copy_rows
from benchmarks.of_explorer.world import (
    N_DAYS,
    N_PEOPLE,
    THEMES,
    VARIANTS,
    World,
    rare_ranks,
    rare_word,
)

BLOCK = 5_000
HIDDEN_SHARE = 0.01
"""Beside the released ones there are some that nobody may see, as in life."""
LONG_SHARE = 0.01
UNKNOWN_SHARE = 0.06
CLUSTERED_SHARE = 0.6
REPORT_COLUMNS = (
    "id", "state", "provenance", "collection", "received_on", "observed_on", "public_from",
    "site_id", "model_label", "model_label_source", "model_id", "domain_stated_id", "is_silent",
    "prompt", "response", "comment", "severity", "removed", "redaction_version", "consent_version",
    "client", "tier", "effort", "text_fingerprint", "embedding", "embedding_model",
)  # fmt: skip
RECEIPT_COLUMNS = ("report_id", "key_sha256", "contributor_tag", "is_linked", "is_counted",
                   "payload_digest", "expires_on")  # fmt: skip
SYMPTOM_COLUMNS = ("report_id", "symptom_id")
PLACED_COLUMNS = ("run_id", "report_id", "domain", "domain_inferred", "confidence", "is_duplicate",
                  "is_outlier")  # fmt: skip
MEMBER_COLUMNS = ("cluster_id", "report_id", "found_track_id", "is_medoid")


@dataclass(frozen=True)
class Targets:
    """Where the rows go."""

    report: Target
    receipt: Target
    symptom: Target
    placed: Target
    member: Target


@dataclass(frozen=True)
class Job:
    """Some blocks, for one process."""

    world: World
    blocks: range
    targets: Targets
    connection: dict[str, str]
    run_id: int
    clusters: dict[tuple[int, int, int], tuple[int, int]]
    """By leaf, theme and variant (-1 for the theme): id and track of a cluster."""


def n_blocks(world: World) -> int:
    """How many blocks hold the released reports and the hidden ones."""
    return -(-n_rows(world) // BLOCK)


def n_rows(world: World) -> int:
    """Released reports, and the hidden ones beside them."""
    return world.n + int(world.n * HIDDEN_SHARE)


def report_id(world: World, number: int) -> uuid.UUID:
    """The id of the report of that number: the same whenever the world is made again."""
    digest = hashlib.sha256(f"bench|{world.seed}|{number}".encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def blocks_load(job: Job) -> Iterator[int]:
    """Load the blocks; yields how many reports each had."""
    maker = _Maker(job)
    with connect(job.connection) as connection:
        for block in job.blocks:
            rows = list(maker.rows(block))
            for place, target in enumerate(
                (job.targets.report, job.targets.receipt, job.targets.symptom,
                 job.targets.placed, job.targets.member)
            ):  # fmt: skip
                copy_rows(connection, target, (row for parts in rows for row in parts[place]))
            connection.commit()
            yield len(rows)


class _Maker:
    """Rows of reports, of texts and middles that are made once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.world = job.world
        self.texts = job.world.texts()
        self.centres = job.world.centres()
        self.model_share, self.leaf_share = job.world.shares()
        silent = [slug for slug, is_silent in job.world.symptoms if is_silent]
        stated = [slug for slug, is_silent in job.world.symptoms if not is_silent]
        self.symptoms = (stated, silent)

    def rows(self, block: int) -> Iterator[tuple[list[tuple[Any, ...]], ...]]:
        """Of each report: its own row, its receipt, its symptoms, its domain, its clusters."""
        world, job = self.world, self.job
        rng = np.random.default_rng([world.seed, 4, block])
        first = block * BLOCK
        size = min(BLOCK, n_rows(world) - first)
        models = rng.choice(len(world.places), size, p=self.model_share)
        leaves = rng.choice(len(world.leaves), size, p=self.leaf_share)
        themes, variants = rng.integers(THEMES, size=size), rng.integers(VARIANTS, size=size)
        # They come in by day, as in life, and the service grows: twice as many a day at the end as in
        # the middle.
        arrived = (first + np.arange(size) + rng.random(size)) / n_rows(world)
        ages = (N_DAYS * (1 - np.sqrt(arrived))).astype(int)
        vectors = self.centres[leaves, themes, variants]
        near = vectors + rng.normal(scale=0.9 / N_DIMENSIONS**0.5, size=vectors.shape)
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        halves = near.astype(np.float16)
        is_silent = rng.random(size) < 0.8
        is_clustered = rng.random(size) < CLUSTERED_SHARE
        is_unknown = rng.random(size) < UNKNOWN_SHARE
        people = (N_PEOPLE * rng.random(size) ** 2).astype(int)
        for i in range(size):
            number = first + i
            pk = report_id(world, number)
            day = world.end - timedelta(days=int(ages[i]))
            leaf = int(leaves[i])
            slug = world.leaves[leaf]
            place = (leaf, int(themes[i]), int(variants[i]))
            digest = hashlib.sha256(pk.bytes).hexdigest()
            report = self._report(rng, number=number, place=place, model=int(models[i]), day=day,
                                  is_silent=bool(is_silent[i]))  # fmt: skip
            report[-2] = HalfVector(halves[i])
            counted = "unknown" if is_unknown[i] else slug
            is_public = number < world.n
            yield (
                [tuple(report)],
                [(pk, digest, f"{people[i]:016x}", True, True, digest, date(2099, 1, 1))],
                [(pk, symptom) for symptom in self._symptoms(rng, bool(is_silent[i]))],
                [(job.run_id, pk, counted, counted, 0.8, False, not is_clustered[i])]
                if is_public
                else [],
                self._members(place, pk, number=number) if is_public and is_clustered[i] else [],
            )

    def _report(
        self, rng: np.random.Generator, *, number: int, place: tuple[int, int, int], model: int,
        day: date, is_silent: bool,
    ) -> list[Any]:  # fmt: skip
        world = self.world
        prompt, response = self._text(rng, place)
        chosen = world.places[model]
        pk = report_id(world, number)
        digest = hashlib.sha256(pk.bytes).hexdigest()
        state = "released" if number < world.n else ("quarantined", "pending")[number % 2]
        return [
            pk, state, "simulated", "bench", day, day, day,
            chosen.site, chosen.label, "message_attribute", chosen.model,
            world.leaves[place[0]] if number % 3 else None, is_silent,
            prompt, response, "" if number % 4 else "It used to be better than this.",
            number % 3 + 1 if number % 2 else None, {"NAME": 1} if number % 10 == 0 else {},
            "bench", "2026-11", "extension/0.1.0 simulated",
            ("", "free", "paid")[number % 3], "", digest, None, world.embedding_model,
        ]  # fmt: skip

    def _text(self, rng: np.random.Generator, place: tuple[int, int, int]) -> tuple[str, str]:
        leaf, theme, _ = place
        texts = self.texts[leaf]
        n_parts = 12 if rng.random() < LONG_SHARE else 2 + int(rng.integers(2))
        own, *others = rng.integers(len(texts) // THEMES, size=n_parts).tolist()
        words = [rare_word(int(rank)) for rank in rare_ranks(rng, 4)]
        prompt, first = texts[own * THEMES + theme]
        prompt += f" It is about {words[0]} and {words[1]}, as [NAME_1] said."
        answers = [first, *(texts[other * THEMES + theme][1] for other in others)]
        return prompt, "\n\n".join(answers) + f" See {words[2]} or {words[3]}."

    def _symptoms(self, rng: np.random.Generator, is_silent: bool) -> list[str]:
        kinds = self.symptoms[is_silent]
        n = 1 + int(rng.random() < 0.3)
        return [kinds[int(i)] for i in rng.choice(len(kinds), n, replace=False)]

    def _members(
        self, place: tuple[int, int, int], pk: uuid.UUID, *, number: int
    ) -> list[tuple[Any, ...]]:
        """In the theme and in one of its variants; of the first reports some stand for them."""
        leaf, theme, variant = place
        is_medoid = number < 50 * len(self.world.leaves) * THEMES and number % 10 == 0
        return [
            (cluster, pk, track, is_medoid)
            for cluster, track in (
                self.job.clusters[leaf, theme, -1],
                self.job.clusters[leaf, theme, variant],
            )
        ]

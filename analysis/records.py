"""What goes into the science: frozen records of plain arrays. What comes out: `results.py`.

Every array of a record has the same length; strings are numpy object arrays of `str`, with `""`
where nothing is known. Nothing here knows of a database, a clock or a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import AnalysisError, DataError, Floats, Ints, Strings, check_lengths
from analysis.probe_records import ProbeArrays

__all__ = [
    "Acknowledgement", "AnalysisError", "Batch", "CountedEvidence", "DataError", "Domain", "ExposureArrays",
    "Floats", "Ints", "ProbeArrays", "RatingArrays", "ReportArrays", "SampledRatings", "Strings", "Track",
    "TrackEvent",
]  # fmt: skip


@dataclass(frozen=True)
class Domain:
    """One node of the fixed domain tree; only leaves are counted.

    `examples` are invented prompts of a leaf, which train the domain classifier.
    """

    slug: str
    parent: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportArrays:
    """Reports as the analysis sees them, one entry per report, in any order.

    Attributes
    ----------
    report_id : Strings
        Unique ids; they break ties, so that the order of the rows never matters.
    day : ndarray of shape (n,), dtype=datetime64[D]
        The day on which the answer was seen, by its sender's word.
    received : ndarray of shape (n,), dtype=datetime64[D]
        The day on which it came in.
    site, model, vendor : Strings
        Catalogue slugs. `model` is "" where the label maps to no known model.
    domain_stated : Strings
        The leaf that the sender chose; "" where none was chosen.
    is_silent : ndarray of shape (n,), dtype=bool
        True where the worst symptom is silent. Silent and stated reports are never added together.
    contributor : Strings
        Opaque codes, equal for the same person within a site and epoch; the runner makes them per
        run. Never a tag as stored.
    client : Strings
        Client build (`extension_version/adapter`), part of a cohort.
    provenance : Strings
        `report`, `import` or `simulated`.
    prompt, response : Strings
        Redacted text.
    redaction : Strings
        Version of the redaction that the text went through: a part of the instrument.
    embedding : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors of the prompts, as `pipeline.embed` gives them.
    """

    report_id: Strings
    day: NDArray[np.datetime64]
    received: NDArray[np.datetime64]
    site: Strings
    model: Strings
    vendor: Strings
    domain_stated: Strings
    is_silent: NDArray[np.bool_]
    contributor: Strings
    client: Strings
    provenance: Strings
    prompt: Strings
    response: Strings
    redaction: Strings
    embedding: NDArray[np.float32]

    def __post_init__(self) -> None:
        check_lengths(self, tuple(f.name for f in fields(self)))

    def __len__(self) -> int:
        return len(self.report_id)


@dataclass(frozen=True)
class RatingArrays:
    """Graded answers, one entry per rating.

    Attributes
    ----------
    collection : Strings
        What was sampled (`ratings`, or the name of an imported collection). Only ratings of one
        collection are compared with each other.
    item : Strings
        The same value for the same prompt: pairs the outcomes of two model versions. "" = unpaired.
    model, family : Strings
        The catalogue's model and the family of versions that it belongs to.
    released_on : ndarray of shape (n,), dtype=datetime64[D]
        Date of the model version: orders the versions of a family. NaT = unknown.
    domain : Strings
        Leaf slug.
    is_bad : ndarray of shape (n,), dtype=bool
        True: the answer was wrong, or the person said that it was not fine.
    is_bad_normalised : ndarray of shape (n,), dtype=float64
        The same after removal of mere format (code fences), 1.0 or 0.0; NaN where not graded again.
    response_chars : Ints
        Length of the answer in characters; 0 = unknown.
    """

    collection: Strings
    item: Strings
    model: Strings
    family: Strings
    released_on: NDArray[np.datetime64]
    domain: Strings
    is_bad: NDArray[np.bool_]
    is_bad_normalised: Floats
    response_chars: Ints

    def __post_init__(self) -> None:
        check_lengths(self, tuple(f.name for f in fields(self)))

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class SampledRatings:
    """Ratings of answers drawn at random, one entry per rating that says something.

    Attributes
    ----------
    day : ndarray of shape (n,), dtype=datetime64[D]
        The day of the rating.
    model, vendor : Strings
        Catalogue slugs; "" where unknown.
    domain : Strings
        Leaf slug; "" where unknown.
    is_bad : ndarray of shape (n,), dtype=bool
    probability : ndarray of shape (n,), dtype=float64
        With which the answer was drawn, in (0, 1]. A rating weighs 1 / probability.
    contributor : Ints
        A number that tells whoever rated from others, and says nothing else. Decides what may be told.
    provenance : Strings
        `rating` or `simulated`; never added together.
    """

    day: NDArray[np.datetime64]
    model: Strings
    vendor: Strings
    domain: Strings
    is_bad: NDArray[np.bool_]
    probability: Floats
    contributor: Ints
    provenance: Strings

    def __post_init__(self) -> None:
        check_lengths(self, tuple(f.name for f in fields(self)))
        if not ((self.probability > 0) & (self.probability <= 1)).all():
            raise DataError("the probability of being drawn lies in (0, 1]")

    def __len__(self) -> int:
        return len(self.day)

    def where(self, chosen: NDArray[np.bool_]) -> SampledRatings:
        """The ratings where `chosen` is true."""
        return SampledRatings(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    @classmethod
    def none(cls) -> SampledRatings:
        """No rating."""
        words, numbers = np.empty(0, dtype=object), np.empty(0)
        days = np.empty(0, dtype="datetime64[D]")
        people = np.empty(0, dtype=np.int64)
        return cls(days, words, words, words, np.empty(0, dtype=bool), numbers, people, words)


@dataclass(frozen=True)
class ExposureArrays:
    """Answers seen, with noise: one entry per vendor, domain and week.

    Attributes
    ----------
    week : ndarray of shape (n,), dtype=datetime64[D]
        Its Monday.
    vendor, domain : Strings
        Slugs; domain "" where unknown.
    answers : ndarray of shape (n,), dtype=float64
        May be below 0, because of the noise.
    noise_variance : ndarray of shape (n,), dtype=float64
        Of `answers`.
    """

    week: NDArray[np.datetime64]
    vendor: Strings
    domain: Strings
    answers: Floats
    noise_variance: Floats

    def __post_init__(self) -> None:
        check_lengths(self, tuple(f.name for f in fields(self)))

    def __len__(self) -> int:
        return len(self.week)

    @classmethod
    def none(cls) -> ExposureArrays:
        """No exposure."""
        words, numbers = np.empty(0, dtype=object), np.empty(0)
        return cls(np.empty(0, dtype="datetime64[D]"), words, words, numbers, numbers)


@dataclass(frozen=True)
class Acknowledgement:
    """A vendor's word that answers of a model in a domain were worse, with its source.

    Attributes
    ----------
    id : int
    model, domain, symptom_kind : str
        The cell that it speaks of: a moderator read it so. A word about all of a vendor's models is one
        for each cell, or none.
    source : str
        Address, begins with https://.
    stated_on : date
    since, until : date or None
        First and last day of what it speaks of; None where it names none: `spoken_days` says what counts
        then.
    is_simulated : bool
        Of a fictional vendor. It speaks of simulated reports alone.
    """

    id: int
    model: str
    domain: str
    symptom_kind: str
    source: str
    stated_on: date
    since: date | None = None
    until: date | None = None
    is_simulated: bool = False


@dataclass(frozen=True)
class CountedEvidence:
    """All that signals, findings and states are computed from: facts without a word of text.

    A run keeps it, so that each of its findings can be computed again, bit for bit. Contributors are
    codes of this run alone.

    Attributes
    ----------
    as_of : date
    domains : tuple of Domain
        The tree, without examples.
    report_id, site, model, vendor, domain, contributor, client, redaction, provenance : Strings
        Of each report, in the order of its id. `domain` is the leaf that it counts in.
    day : ndarray of shape (n_reports,), dtype=datetime64[D]
    is_silent : ndarray of shape (n_reports,), dtype=bool
    standing, cohort : ndarray of shape (n_reports,), dtype=int64
        Position of the report that stands for it; number of its template.
    ratings : SampledRatings
    exposures : ExposureArrays
    acknowledgements : tuple of Acknowledgement
    probes : ProbeArrays
    """

    as_of: date
    domains: tuple[Domain, ...]
    report_id: Strings
    day: NDArray[np.datetime64]
    site: Strings
    model: Strings
    vendor: Strings
    domain: Strings
    is_silent: NDArray[np.bool_]
    contributor: Strings
    client: Strings
    redaction: Strings
    provenance: Strings
    standing: Ints
    cohort: Ints
    ratings: SampledRatings
    exposures: ExposureArrays
    acknowledgements: tuple[Acknowledgement, ...] = ()
    probes: ProbeArrays = field(default_factory=ProbeArrays.none)

    def __len__(self) -> int:
        return len(self.report_id)


@dataclass(frozen=True)
class Track:
    """A cluster as it was in the last run, under the id that it keeps.

    Attributes
    ----------
    id : int
        Above 0; never used for another cluster.
    domain : str
    is_theme : bool
        False for a variant. The two levels are followed apart.
    members : ndarray of shape (n_members,), dtype=int64
        Those of its reports that this run still has: positions in the batch's reports.
    centroid : ndarray of shape (n_dimensions,), dtype=float32
        Unit vector.
    merged_into : int
        The track that a moderator merged it into, at last; 0 for none.
    is_simulated : bool
        Its reports are. Real and simulated ones are followed apart.
    """

    id: int
    domain: str
    is_theme: bool
    members: Ints
    centroid: NDArray[np.float32]
    merged_into: int = 0
    is_simulated: bool = False


@dataclass(frozen=True)
class TrackEvent:
    """A step in the life of clusters: `born`, `split`, `merged` or `died`.

    `track` is the mother of a split and what merged or died (0 for a birth); `cluster` the place of
    the child, the newborn or the heir (-1 where nobody inherits).
    """

    kind: str
    track: int
    cluster: int


@dataclass(frozen=True)
class Batch:
    """All that one run looks at. `as_of` is the last day that counts: the science has no clock."""

    as_of: date
    reports: ReportArrays
    ratings: RatingArrays
    domains: tuple[Domain, ...]
    example_embedding: NDArray[np.float32]
    """Unit vectors of all examples, in the order of `domains` and, within, of `examples`."""
    sampled: SampledRatings = field(default_factory=SampledRatings.none)
    exposures: ExposureArrays = field(default_factory=ExposureArrays.none)
    tracks: tuple[Track, ...] = ()
    """The clusters of the last run; empty where there was none, or in another space of vectors."""
    resolutions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By part (`DomainPart.name`) how finely the last run divided it into themes and variants."""
    embedding_model: str = ""
    """Id of the space that all vectors lie in."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    probes: ProbeArrays = field(default_factory=ProbeArrays.none)

    def __post_init__(self) -> None:
        examples = sum(len(domain.examples) for domain in self.domains)
        if len(self.example_embedding) != examples:
            raise DataError(f"{len(self.example_embedding)} vectors for {examples} examples")

"""What a cluster is about: words that enough of its contributors used, and typical reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from analysis.config import AnalysisConfig
from analysis.records import Floats, Ints, ReportArrays, Strings
from analysis.results import FindingResult

_TERM = r"(?u)(?<![\[\w])[^\W\d_]{3,}(?!\w)"
"""Words of at least three letters, and no placeholders of the redaction such as [EMAIL_1]."""

_Z_MIN = 1.96
"""Below this the difference between two clusters may be chance (5 %, one term by itself)."""


@dataclass(frozen=True)
class Labels:
    """Of each cluster: the words that set it apart from all, and from the one most like it."""

    terms: list[tuple[str, ...]]
    separating: list[tuple[str, ...]]


def cluster_labels(
    clusters: Sequence[Ints],
    nearest: Sequence[int],
    prompts: Strings,
    contributors: Strings,
    config: AnalysisConfig,
) -> Labels:
    """Words and pairs of words, best first.

    What a cluster is about: class-based TF-IDF [1]_, `W_tc = tf_tc ln(1 + A / f_t)` with tf_tc the
    term's count in the cluster, f_t its count in all and A the mean number of words per cluster.
    What separates it from the one most like it: the z-score of the log-odds with a Dirichlet prior
    from all clusters [2]_. Only terms that `term_contributors_min` different contributors of the cluster used
    can label it: a label must not show what one person wrote. Of a large cluster
    `term_reports_max` reports are read, evenly spread.

    Parameters
    ----------
    clusters : sequence of ndarray, dtype=int64
        Members: positions in the arrays that follow. Not empty.
    nearest : sequence of int
        Of each cluster the place of the one most like it; -1 for none.
    prompts, contributors : ndarray of shape (n_reports,), dtype=object
        Contributor "" cannot be told from anybody, and so counts for nobody.
    config : AnalysisConfig

    References
    ----------
    .. [1] Grootendorst (2022), BERTopic, section 3.3. arXiv:2203.05794
    .. [2] Monroe, Colaresi, Quinn (2008), Fightin' words, section 3.5. doi:10.1093/pan/mpn018
    """
    if not clusters:
        return Labels([], [])
    read = [_spread(members, config.term_reports_max) for members in clusters]
    words = _count(read, prompts, contributors, config)
    if words is None:
        return Labels([() for _ in clusters], [() for _ in clusters])
    places = range(len(clusters))
    return Labels(
        [words.top(place, words.tf_idf(place)) for place in places],
        [words.top(place, words.log_odds(place, nearest[place])) for place in places],
    )


def finding_terms(
    finding: FindingResult, reports: ReportArrays, *, domain: Strings, config: AnalysisConfig
) -> tuple[str, ...]:
    """Words that set an event's reports apart from others of its domain; none if there are no others.

    The others are about other models, of all days and of the same provenance; as for clusters, by the
    log-odds, and only words that `term_contributors_min` contributors of the event used.
    """
    if not len(finding.members):
        return ()
    provenance = reports.provenance[finding.members[0]]
    is_other = (reports.provenance == provenance) & (domain == finding.domain)
    others = np.flatnonzero(is_other & (reports.model != finding.model))
    if not len(others):
        return ()
    groups = [finding.members, others]
    labels = cluster_labels(groups, [1, -1], reports.prompt, reports.contributor, config)
    return labels.separating[0]


@dataclass(frozen=True)
class _Words:
    """How often each cluster has each term, and which terms may label it."""

    names: Strings
    frequency: csr_matrix
    """Of shape (n_clusters, n_terms)."""
    users: csr_matrix
    """Of shape (n_clusters, n_terms): how many contributors of the cluster used the term."""
    config: AnalysisConfig

    def _row(self, place: int) -> tuple[Ints, Floats]:
        """The terms of a cluster, and how often it has each."""
        return _row_of(self.frequency, place)

    @cached_property
    def _in_all(self) -> Floats:
        return np.asarray(self.frequency.sum(axis=0), dtype=np.float64).ravel()

    @cached_property
    def _mean_words(self) -> float:
        return float(self._in_all.sum() / self.frequency.shape[0])

    def tf_idf(self, place: int) -> Floats:
        """Class-based TF-IDF of a cluster's terms."""
        terms, count = self._row(place)
        found: Floats = count * np.log1p(self._mean_words / self._in_all[terms])
        return found

    def log_odds(self, place: int, other: int) -> Floats:
        """Z-score of each term's log-odds against another cluster; below `_Z_MIN` it says nothing."""
        terms, mine = self._row(place)
        if other < 0:
            return np.zeros(len(terms))
        theirs = _values_at(terms, *self._row(other))
        total = self._mean_words
        prior = self._in_all[terms] / self.frequency.shape[0]

        def log_odd(count: Floats, place: int) -> Floats:
            rest = self._row(place)[1].sum() + total - count - prior
            found: Floats = np.log((count + prior) / np.maximum(rest, 0.5))
            return found

        spread = np.sqrt(1 / (mine + prior) + 1 / (theirs + prior))
        z = (log_odd(mine, place) - log_odd(theirs, other)) / spread
        return np.where(z >= _Z_MIN, z, 0.0)

    def top(self, place: int, weight: Floats) -> tuple[str, ...]:
        """The terms of most weight that enough contributors of the cluster used."""
        found = self._row(place)[0]
        users = _values_at(found, *_row_of(self.users, place))
        enough, terms = users >= self.config.term_contributors_min, self.names[found]
        order = np.lexsort((terms.astype(str), -weight))
        chosen = order[(enough & (weight > 0))[order]]
        return tuple(str(term) for term in terms[chosen[: self.config.cluster_terms]])


def _row_of(matrix: csr_matrix, place: int) -> tuple[Ints, Floats]:
    """Columns and values of a row."""
    part = slice(*matrix.indptr[[place, place + 1]])
    return matrix.indices[part].astype(np.int64), matrix.data[part].astype(np.float64)


def _values_at(wanted: Ints, places: Ints, values: Floats) -> Floats:
    """The values at the wanted places, 0 where there is none; both ascending."""
    if not len(places):
        return np.zeros(len(wanted))
    found = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[found] == wanted, values[found], 0.0)


def _count(
    read: Sequence[Ints], prompts: Strings, contributors: Strings, config: AnalysisConfig
) -> _Words | None:
    """None where no prompt has a word."""
    vectoriser = CountVectorizer(
        token_pattern=_TERM, ngram_range=(1, 2), stop_words=sorted(ENGLISH_STOP_WORDS)
    )
    try:
        # Each is in a theme and in one of its variants: read once, counted in both.
        once, again = np.unique(np.concatenate(read), return_inverse=True)
        counts = vectoriser.fit_transform(prompts[once].tolist())[again]
    except ValueError:
        return None
    of_cluster = np.repeat(np.arange(len(read)), [len(members) for members in read])
    ones = np.ones(len(of_cluster), dtype=np.int64)
    gather = csr_matrix((ones, (of_cluster, np.arange(len(of_cluster)))))
    frequency = csr_matrix(gather @ counts)
    frequency.sort_indices()
    users = _users(counts, of_cluster, contributors[np.concatenate(read)], len(read))
    return _Words(vectoriser.get_feature_names_out(), frequency, users, config)


def _users(
    counts: csr_matrix, of_cluster: Ints, contributors: Strings, n_clusters: int
) -> csr_matrix:
    """How many different contributors of each cluster used each term; "" counts for nobody."""
    known = np.flatnonzero(contributors != "")
    person = np.unique(contributors[known].astype(str), return_inverse=True)[1]
    n_people = int(person.max(initial=-1)) + 1
    pairs, pair = np.unique(of_cluster[known] * n_people + person, return_inverse=True)
    by_pair = csr_matrix((np.ones(len(known)), (pair, known)), (len(pairs), counts.shape[0]))
    used = csr_matrix(by_pair @ counts)
    used.data[:] = 1.0
    cluster = pairs // max(n_people, 1)
    gather = csr_matrix(
        (np.ones(len(pairs)), (cluster, np.arange(len(pairs)))), (n_clusters, len(pairs))
    )
    users = csr_matrix(gather @ used)
    users.sort_indices()
    return users


def medoids(
    members: Ints, embedding: NDArray[np.float32], contributors: Strings, count: int
) -> Ints:
    """Members nearest to the middle of all, each from another contributor as far as they reach."""
    middle = embedding[members].mean(axis=0)
    nearness = embedding[members] @ middle
    ranked = members[np.lexsort((members, -nearness))]
    _, first = np.unique(contributors[ranked].astype(str), return_index=True)
    rest = np.setdiff1d(np.arange(len(ranked)), first)
    chosen: Ints = ranked[np.concatenate([np.sort(first), rest])[:count]]
    return chosen


def _spread(members: Ints, count: int) -> Ints:
    """At most `count` members, evenly spread over all."""
    if len(members) <= count:
        return members
    found: Ints = members[np.linspace(0, len(members) - 1, count).astype(np.int64)]
    return found

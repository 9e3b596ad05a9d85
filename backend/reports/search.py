"""Words in reports: which reports have them, where in the text, and what a mistyped one may mean.

English is searched by stems. Languages without spaces between words (Chinese, Japanese, Korean, Thai
and their neighbours) are searched by sequences of characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection, transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet, TextField
from django.db.models.lookups import Exact
from django.utils import timezone

from backend.common.statements import fetched
from backend.reports.models import Report, Word
from backend.reports.phrases import COMPOUND, QueryInParts, reports_with_pairs

QUERY_CHARS_MAX = 200
OR = re.compile(r'"[^"]*"?|(?<!\S)or(?!\S)', re.IGNORECASE)
NEGATIONS = re.compile(r"(?:-\s*){2,}")
# The ranges of migrations/0005_tallies.sql.
CHARACTERS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
)
SEQUENCE = re.compile(f"(-?)([{CHARACTERS}]+)")

HIT_START, HIT_END = "\x01", "\x02"
"""Around the words that were found, in a snippet. Control characters, because PostgreSQL takes others
for letters; texts that people sent lose these."""
_HIDDEN = {"\x03": "<", "\x04": ">", "\x05": "&"}
SAMPLED_OF = 8
"""Every so many-th report, by the last byte of its id, is in the sample of which an index has the words
(reports/migrations/0013)."""
SAMPLED_BELOW = 256 // SAMPLED_OF
SNIPPET_CHARS = 20_000
"""So much of a text is looked through for the words: the time of a page is bounded."""


def _parts(words: str) -> tuple[str, list[tuple[bool, str]]]:
    """A search without its sequences of characters, and these: whether each must be absent, and it."""
    # More than 32 signs of negation in a row overflow PostgreSQL's parser; one says the same.
    rest = NEGATIONS.sub("-", SEQUENCE.sub(" ", words)).strip()
    return rest, [(sign == "-", sequence) for sign, sequence in SEQUENCE.findall(words)]


def _english(words: str) -> SearchQuery:
    kind = QueryInParts if COMPOUND.search(words) else SearchQuery
    return kind(words, search_type="websearch", config="english")


def reports_with_words(queryset: QuerySet[Report], words: str) -> QuerySet[Report]:
    """Reports with these words, in the notation of web search: "quoted", or, -not."""
    if not SEQUENCE.search(words):
        rest, _ = _parts(words)
        if not rest.strip('"- '):
            return queryset
        return reports_with_pairs(queryset.filter(search=_english(rest)), rest)
    queryset = queryset.alias(
        characters=Func(
            F("prompt"), F("response"),
            function="reports_characters", output_field=SearchVectorField(),
        )
    )  # fmt: skip
    # Two vectors are searched: PostgreSQL's own "or" can't tell a word of one or of the other.
    return queryset.filter(reduce(or_, map(_with_sequences, _alternatives(words))))


def _alternatives(words: str) -> list[str]:
    """What stands between each "or" and the next, outside of quotes."""
    parts, start = [], 0
    for found in OR.finditer(words):
        if found.group().lower() == "or":
            parts.append(words[start : found.start()])
            start = found.end()
    return [part for part in (*parts, words[start:]) if part.strip('"- ')]


def _with_sequences(words: str) -> Q:
    rest, sequences = _parts(words)
    condition = Q()
    if rest.strip('"- '):
        english = _english(rest)
        condition = Q(search=english)
        if sequences:  # what has only very common words leaves nothing to be looked for
            is_empty = Exact(Func(english, function="numnode", output_field=IntegerField()), 0)
            condition |= Q(is_empty)
    for is_absent, sequence in sequences:
        found = Q(characters=SearchQuery(" ".join(sequence), search_type="phrase", config="simple"))
        # A text without any such character has none, not NULL.
        condition &= ~Q(found, characters__isnull=False) if is_absent else found
    return condition


# --- where in the text


def snippet_columns(words: str) -> dict[str, Func]:
    """What to annotate public reports with, so that `snippet_of` finds the words in them.

    For the rows of a page: each text is looked through.
    """
    rest, sequences = _parts(words)
    if any(not is_absent for is_absent, _ in sequences):
        return {
            f"{column}_found": Func(F(column), template=_LEFT) for column in ("prompt", "response")
        }
    return headlines(rest) if rest.strip('"- ') else {}


def stems_of(words: str) -> str:
    """The search, if `headlines` of it are all that is to be annotated; "" if not."""
    rest, sequences = _parts(words)
    is_more = any(not is_absent for is_absent, _ in sequences)
    return "" if is_more or not rest.strip('"- ') else rest


def headlines(words: str) -> dict[str, Func]:
    """The columns for words of a language that is searched by stems."""
    query = _english(words)
    return {
        "prompt_found": _headline("prompt", query, words_max=30),
        "response_found": _headline("response", query, words_max=45),
    }


def snippet_of(found: Sequence[str], words: str) -> tuple[str, str] | None:
    """Prompt and response, as these columns give them, cut down to what surrounds the words.

    None without words or columns. The words are between HIT_START and HIT_END. Not escaped.
    """
    if not found:
        return None
    wanted = [sequence for is_absent, sequence in _parts(words)[1] if not is_absent]
    prompt, response = (_around(text, wanted) if wanted else _unhidden(text) for text in found)
    return prompt, response


_LEFT = f"left(%(expressions)s, {SNIPPET_CHARS})"


def _hiding() -> str:
    # Each sign by itself: `translate` looks at every letter, and takes ten times as long.
    sql = _LEFT
    for sign in (HIT_START, HIT_END, *_HIDDEN):
        sql = f"replace({sql}, '{sign}', '')"
    for hidden, shown in _HIDDEN.items():
        sql = f"replace({sql}, '{shown}', '{hidden}')"
    return sql


def _headline(column: str, query: SearchQuery, *, words_max: int) -> Func:
    # Angle brackets are put aside, because PostgreSQL drops what looks like a tag.
    options = (
        f"StartSel={HIT_START}, StopSel={HIT_END}, MaxWords={words_max}, MinWords={words_max // 2},"
        ' MaxFragments=2, FragmentDelimiter=" … "'
    )
    return Func(
        Func(F(column), template=_hiding(), output_field=TextField()), query,
        function="ts_headline", output_field=TextField(),
        template=f"%(function)s('english', %(expressions)s, '{options}')",
    )  # fmt: skip


def _unhidden(text: str) -> str:
    for hidden, shown in _HIDDEN.items():
        text = text.replace(hidden, shown)
    return text


def _around(text: str, sequences: list[str]) -> str:
    """The text around the first of the sequences, each of them marked."""
    text = re.sub(f"[{HIT_START}-\x05]", "", text)
    places = [place for place in (text.find(sequence) for sequence in sequences) if place >= 0]
    start = max(0, min(places, default=0) - 40)
    shown = text[start : start + 160]
    for sequence in sequences:
        shown = shown.replace(sequence, f"{HIT_START}{sequence}{HIT_END}")
    return f"{'… ' if start else ''}{shown}{' …' if len(text) > start + 160 else ''}"


# --- what a mistyped word may mean

WORD = re.compile(r"[^\W\d_]{4,40}")
WORDS_WIDENED_MAX = 8
WORD_REPORTS_MIN = 5
"""A word in fewer public reports is not kept: nothing stays of a text that is withdrawn."""
WORD_REPORTS_SURE = 2_000
"""Words of up to so many reports are looked for once more before one is named: all that had it may have been
withdrawn since the words were counted. Above, that takes too long, and one person can't withdraw so many.
"""
WORD_SAMPLE = 50_000
LETTERS_LONG = 8
"""Words from so many letters on may have two mistakes; in shorter ones, two make another word."""
QUOTED = re.compile(r'"[^"]*"?')
UNWANTED = re.compile(r"(?<!\w)-\s*$")
"""What stands before a word that must be absent. After a letter, it is a hyphen."""


@dataclass(frozen=True)
class Widened:
    """A search whose unknown words are replaced by the nearest known ones."""

    words: str
    replaced: dict[str, str]


def words_widened(words: str) -> Widened | None:
    """The search with its unknown words replaced; None if all are known, or nothing is near.

    Words in quotes and words that must be absent stay as they are.
    """
    free = QUOTED.sub(" ", words)
    asked = [
        found.group().lower()
        for found in WORD.finditer(free)
        if not UNWANTED.search(free[: found.start()]) and not SEQUENCE.search(found.group())
    ][:WORDS_WIDENED_MAX]
    if not asked:
        return None
    near: dict[str, list[tuple[int, int, str]]] = {}
    values = {"asked": list(dict.fromkeys(asked)), "today": timezone.now().date()}
    for word, candidate, n_reports in fetched(_NEAR, values):
        n_mistakes = mistakes_between(word, candidate)
        if n_mistakes <= 1 + (len(word) >= LETTERS_LONG):
            near.setdefault(word, []).append((n_mistakes, -n_reports, candidate))
    nearest = {word: _first_public(candidates) for word, candidates in near.items()}
    replaced = {word: candidate for word, candidate in nearest.items() if candidate}
    if not replaced:
        return None

    def replace(part: re.Match[str]) -> str:
        return replaced.get(part.group().lower(), part.group())

    quoted = [found.span() for found in QUOTED.finditer(words)]
    pieces, done = [], 0
    for start, end in [*quoted, (len(words), len(words))]:
        pieces += [WORD.sub(replace, words[done:start]), words[start:end]]
        done = end
    return Widened("".join(pieces), replaced)


def mistakes_between(word: str, other: str) -> int:
    """How many letters must be put in, left out, replaced, or swapped with the next, to make the other.

    The restricted distance of Damerau and Levenshtein: no letter is touched twice.

    >>> mistakes_between("tarvel", "travel"), mistakes_between("szie", "seize")
    (1, 2)
    """
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != its))
            if i > 1 and j > 1 and (letter, word[i - 2]) == (other[j - 2], its):
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, above = above, row
    return above[-1]


def _first_public(candidates: list[tuple[int, int, str]]) -> str:
    """The nearest and most frequent word that public reports have; "" for none."""
    today = timezone.now().date()
    return next((
        word for _, minus_reports, word in sorted(candidates)
        if -minus_reports > WORD_REPORTS_SURE
        or fetched(_IS_PUBLIC, {"word": word, "today": today, "sampled": SAMPLED_BELOW})
    ), "")  # fmt: skip


# Two swapped letters of a short word leave too few of its trigrams: each swap is looked up itself.
_NEAR = """
WITH asked AS (
  SELECT word, to_tsvector('english', word) AS vector, plainto_tsquery('english', word) AS query
  FROM unnest(%(asked)s::text[]) word
), unlisted AS MATERIALIZED (
  SELECT word, query FROM asked
  WHERE length(vector) > 0
    AND NOT EXISTS (SELECT 1 FROM reports_word w WHERE w.lexeme = ANY (tsvector_to_array(vector)))
), unknown AS MATERIALIZED (
  SELECT word FROM unlisted
  WHERE NOT EXISTS (SELECT 1 FROM reports_report r WHERE r.search @@ query
                    AND r.state = 'released' AND r.public_from <= %(today)s)
)
SELECT u.word, near.word, near.n_reports FROM unknown u, LATERAL (
  (SELECT w.word, w.n_reports FROM reports_word w WHERE w.word %% u.word
   ORDER BY similarity(w.word, u.word) DESC, w.n_reports DESC, w.word LIMIT 12)
  UNION
  (SELECT w.word, w.n_reports FROM generate_series(1, length(u.word) - 1) n JOIN reports_word w
   ON w.word = overlay(u.word PLACING reverse(substr(u.word, n, 2)) FROM n))
) near
"""
# Of no word that it could count on: it would walk through all reports for one that is in many no longer.
# An index lists every report with a word before it gives one: that of the sample has an eighth of them.
_IS_PUBLIC = """
SELECT word FROM unnest(ARRAY[%(word)s::text]) word WHERE CASE WHEN EXISTS (
  SELECT 1 FROM reports_report r WHERE r.search @@ plainto_tsquery('english', word)
  AND r.state = 'released' AND r.public_from <= %(today)s
  AND get_byte(uuid_send(r.id), 15) < %(sampled)s
) THEN true ELSE EXISTS (
  SELECT 1 FROM reports_report r WHERE r.search @@ plainto_tsquery('english', word)
  AND r.state = 'released' AND r.public_from <= %(today)s) END
"""


def words_counted(words: str) -> list[int]:
    """In how many of the latest reports each word of a search was when words were last counted.

    Of WORD_SAMPLE reports; 0 for fewer than WORD_REPORTS_MIN. Empty for a search of anything but words.
    """
    asked = words.split()
    if not asked or SEQUENCE.search(words) or not all(map(WORD.fullmatch, asked)):
        return []
    return [n_reports for (n_reports,) in fetched(_N_REPORTS, {"asked": asked})]


_N_REPORTS = """
SELECT coalesce((SELECT max(n_reports) FROM reports_word WHERE lexeme = ANY (lexemes)), 0)
FROM (SELECT tsvector_to_array(to_tsvector('english', word)) AS lexemes
      FROM unnest(%(asked)s::text[]) word) s WHERE cardinality(lexemes) > 0
"""


@transaction.atomic
def words_rebuild() -> int:
    """Count anew in how many of the latest public reports each word is; how many words are kept."""
    with connection.cursor() as cursor:
        Word.objects.all().delete()
        cursor.execute(_WORDS, {"texts": _TEXTS.format(today=timezone.now().date(), n=WORD_SAMPLE),
                                "n_min": WORD_REPORTS_MIN})  # fmt: skip
        return int(cursor.rowcount)


def words_build_first() -> int:
    """Count the words if that was never done; how many are kept."""
    return 0 if Word.objects.exists() else words_rebuild()


_TEXTS = (
    "SELECT to_tsvector('simple', left(prompt, 2000) || ' ' || left(response, 4000))"
    " FROM reports_report WHERE state = 'released' AND public_from <= '{today}'"
    " ORDER BY observed_on DESC, id DESC LIMIT {n}"
)
_WORDS = """
INSERT INTO reports_word (word, lexeme, n_reports)
SELECT word, lexeme, ndoc FROM (
  SELECT word, ndoc, (tsvector_to_array(to_tsvector('english', word)))[1] AS lexeme
  FROM ts_stat(%(texts)s) WHERE ndoc >= %(n_min)s AND word ~ '^[[:alpha:]]{4,40}$'
) s WHERE lexeme IS NOT NULL
"""

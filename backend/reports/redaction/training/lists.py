"""python -m backend.reports.redaction.training.lists CENSUS WORDS: lists of names.json again.

CENSUS is the folder of the PyPI package `names` 0.3.0 (MIT): first and last names of the United
States census of 1990, which is in the public domain, most frequent first. WORDS is
`frequency_dictionary_en_82_765.txt` of the PyPI package `symspellpy` 6 (MIT): English words in small
letters with their frequencies. Without them the tagger takes a surname for any capitalised word,
and an ordinary word that begins a sentence for a name. Run before `train`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

N_SURNAMES = 5000
N_FIRST = {"dist.male.first": 1000, "dist.female.first": 1500}
N_WORDS = 12_000
WORD_MIN_CHARS = 3
PLACES = set(
    "Alexandria America Asia Austin Berlin Boston Brazil Brooklyn Camden Carolina Chad Charleston Chester"
    " Chile China Cuba Dakota Dallas Denver Dominica Florence France Georgia Germany Guadalupe Holland"
    " Houston India Ireland Israel Italy Jamaica Japan Jordan Kansas Kenya Lincoln London Lourdes Madison"
    " Memphis Mexico Milan Montana Napoleon Nevada Odessa Orlando Paris Phoenix Princeton Russia Santiago"
    " Savannah Spain Sydney Troy Tyson Valencia Vienna Virginia Washington".split()
)
"""Of the census's first names: what is a place's, or a thing's, far more often."""
NAMES = Path(__file__).parent.parent / "names.json"


def most_frequent(path: Path, n: int) -> list[str]:
    """The most frequent names, as they are written."""
    rows = path.read_text(encoding="utf-8").splitlines()[:n]
    return [row.split()[0].capitalize() for row in rows]


def ordinary_words(path: Path, names: set[str]) -> list[str]:
    """The most frequent words that are no names."""
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    words = [row.split()[0] for row in rows]
    plain = [word for word in words if len(word) >= WORD_MIN_CHARS and word.isascii()]
    return [word for word in plain if word.isalpha() and word.capitalize() not in names][:N_WORDS]


def main(census: Path, words_path: Path) -> None:
    lists = json.loads(NAMES.read_text(encoding="utf-8"))
    last = set(most_frequent(census / "dist.all.last", N_SURNAMES))
    first = {name for file, n in N_FIRST.items() for name in most_frequent(census / file, n)}
    known = {key: set(lists[key].split()) for key in ("first", "context", "words", "common")}
    # A first name that is an ordinary word too would be hidden wherever a sentence begins with it.
    words = {word.capitalize() for word in known["common"]} | known["words"] | known["context"]
    lists["first"] = " ".join(sorted(known["first"] | (first - words - PLACES)))
    names = known["first"] | known["context"] | first | last
    frequent = [word for word in ordinary_words(words_path, names) if word not in known["common"]]
    lists["last"] = " ".join(sorted(last))
    lists["frequent"] = " ".join(sorted(frequent))
    NAMES.write_text(json.dumps(lists, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""python -m backend.reports.redaction.training.train [words] WNUT17: make name_weights.json again.

With `words` the common words of names.json instead, which are read when the weights are made.

WNUT17 is the folder of "emerging entities" sentences (github leondz/emerging_entities_17, CC BY 4.0)
as `train.jsonl.gz` and `dev.jsonl.gz` with `text` and `spans` ({start, end, type}; persons are PER).
The other sentences are the invented ones of sentences.yaml, filled with made-up names by Faker
(MIT), and the project's own documents, which name nobody. Same input, same weights.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from faker import Faker
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from backend.reports.redaction import names as tagger
from backend.reports.redaction.lists import COMMON, PLACES
from backend.reports.redaction.visible import MASK, visible
from backend.reports.redaction.zones import CodeZones

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
N_SENTENCES = 110_000
LOWER, UPPER = 0.1, 0.04
"""Of sentences: all in small letters, all in capitals. As many again have only their names so."""
FROM_LIST = 0.12
"""Of names: from the file's own lists, which have what Faker lacks."""
PARTICLE = 0.05
"""Of last names: with a particle before them."""
MASKED_SHARE = 0.08
"""Of neighbours: what is beside a name is often masked already."""
NAMES = ("full", "first", "last", "initial")
LISTED = {"city": "place", "org": "brand"}
"""What is often taken from a list of well-known ones: most of Faker's are made of surnames."""
LISTED_SHARE = 0.5
WEIGHTS_PER_UNIT = 24
"""Whole numbers per unit of log odds; beyond 127 / 24 = 5.3 units a weight is cut off."""
LATIN = [
    "en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_BR", "sv_SE",
    "da_DK", "fi_FI", "no_NO", "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "tr_TR", "sl_SI", "en_NZ", "es_MX",
    "fr_CH", "de_AT", "id_ID", "fil_PH", "en_PK", "yo_NG", "zu_ZA", "vi_VN", "lt_LT", "et_EE",
]  # fmt: skip
CYRILLIC = ["ru_RU", "uk_UA", "bg_BG"]
WORD = re.compile(r"(?<![\w@#.'/-])[a-z]{3,14}(?![\w.'(@/-])")
NOT_OURS = {
    ".venv",
    "node_modules",
    ".output",
    ".wxt",
    ".plumbline",
    "fixtures",
    "training",
    ".git",
}
Labelled = tuple[str, list[tuple[int, int]]]
"""A text and where its persons stand."""


class Invented:
    """Fills sentences with names from Faker."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        Faker.seed(seed)
        self.fakers = {locale: Faker(locale) for locale in LATIN + CYRILLIC}
        self.file = yaml.safe_load((HERE / "sentences.yaml").read_text(encoding="utf-8"))
        self.lists = {
            "tech": self.file["tech"].split(),
            "thing": self.file["thing"].split(),
            "first": self.file["first"].split(),
            "last": self.file["last"].split(),
            "work": re.findall(r'"([^"]+)"', self.file["work"]),
            **{kind: self.file[kind].split() for kind in ("people", "brand", "kind")},
            "place": PLACES,
            "word": [word.capitalize() for word in sorted(COMMON) if len(word) > 3],
        }

    def sentence(self) -> Labelled:
        """One filled sentence; two in three have persons."""
        part = self.file["persons" if self.random.random() < 0.67 else "others"]
        kind = self.random.choices(["en", "other", "cyrillic"], [0.7, 0.25, 0.05])[0]
        # In English text names of all languages appear.
        locale = self.random.choice(CYRILLIC if kind == "cyrillic" else LATIN)
        if kind == "en" and self.random.random() < 0.45:
            locale = self.random.choice(["en_US", "en_US", "en_GB"])
        text, spans = self._fill(self.random.choice(part[kind]), self.fakers[locale])
        chance = self.random.random()
        if chance < LOWER + UPPER:
            changed = text.lower() if chance < LOWER else text.upper()
            text = changed if len(changed) == len(text) else text  # else places would differ
        return text, spans

    def _fill(self, template: str, faker: Any) -> Labelled:
        text, spans = "", []
        chance = self.random.random()
        written = str.lower if chance < LOWER else str.upper if chance < LOWER + UPPER else str
        for piece in re.split(r"(\{\w+\})", template):
            slot = piece.strip("{}")
            if piece.startswith("{") and slot.removesuffix("_small") in NAMES:
                name = self._name(slot.removesuffix("_small"), faker)
                small = str.lower if slot.endswith("_small") else written
                name = small(name) if len(small(name)) == len(name) else name
                if slot != "initial":
                    spans.append((len(text), len(text) + len(name)))
                text += name
            else:
                text += self._other(slot, faker) if piece.startswith("{") else piece
        return text, spans

    def _name(self, slot: str, faker: Any) -> str:
        if slot == "initial":
            return self.random.choice("ABCDEFGHJKLMNPRSTW")
        first, last = str(faker.first_name()), str(faker.last_name())
        if self.random.random() < FROM_LIST:
            first, last = (self.random.choice(self.lists[kind]) for kind in ("first", "last"))
        if slot == "last" and self.random.random() < PARTICLE:
            particle = self.random.choice(["bin", "Bin", "al-", "Al-", "van", "Van", "de", "De"])
            last = f"{particle}{last}" if particle.endswith("-") else f"{particle} {last}"
        if slot == "first":
            return first
        if slot == "last":
            return last
        return f"{first} {last}"

    def _other(self, slot: str, faker: Any) -> str:
        if slot == "n":
            return str(
                self.random.choice([self.random.randint(2, 99), self.random.randint(1900, 2030)])
            )
        if slot in LISTED and self.random.random() < LISTED_SHARE:
            slot = LISTED[slot]
        if slot in self.lists:
            return str(self.random.choice(self.lists[slot]))
        makers: dict[str, Callable[[], Any]] = {
            "org": faker.company, "city": faker.city, "country": faker.country,
            "street": faker.street_name, "last_word": faker.last_name,
            "month": self.fakers["en_US"].month_name, "day": self.fakers["en_US"].day_of_week,
        }  # fmt: skip
        try:
            return str(makers[slot]())
        except AttributeError:  # a locale without this kind of word
            return str(getattr(self.fakers["en_US"], makers[slot].__name__)())


def of_wnut(folder: Path) -> Iterator[Labelled]:
    """The noisy sentences, with their persons."""
    for name in ("train", "dev"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield (
                    row["text"],
                    [(s["start"], s["end"]) for s in row["spans"] if s["type"] == "PER"],
                )


def of_our_own() -> Iterator[Labelled]:
    """Paragraphs of the project's documents and of the invented episode: nobody is named there."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "analysis" / "README.md"]
    for path in sorted(paths):
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            yield paragraph, []
    catalogue = yaml.safe_load(
        (ROOT / "backend/catalogue/catalogue.yaml").read_text(encoding="utf-8")
    )
    yield from ((text, []) for text in _strings(catalogue["domains"]))
    episode = yaml.safe_load((ROOT / "analysis/synthetic_text.yaml").read_text(encoding="utf-8"))
    yield from ((text, []) for text in _strings(episode))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def common_words(folder: Path) -> list[str]:
    """Words that our files, or the noisy sentences outside of their names, have twice or more."""
    counts: Counter[str] = Counter()
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.suffix in (".md", ".yaml", ".html", ".py", ".ts") and not NOT_OURS & set(parts):
            counts.update(WORD.findall(path.read_text(encoding="utf-8")) * 2)
    for text, spans in of_wnut(folder):
        named = {place for start, end in spans for place in range(start, end)}
        counts.update(m.group() for m in WORD.finditer(text) if m.start() not in named)
    return sorted(word for word, n in counts.items() if n >= 2)


def write_common_words(folder: Path) -> None:
    """Put the common words into names.json, without those that are first names."""
    path = HERE.parent / "names.json"
    lists = json.loads(path.read_text(encoding="utf-8"))
    first = set(lists["first"].split())
    words = [word for word in common_words(folder) if word.capitalize() not in first]
    lists["common"] = " ".join(words)
    path.write_text(json.dumps(lists, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def examples(text: str, spans: list[tuple[int, int]], masking: random.Random) -> Iterator[Any]:
    """(places of the weights, whether it is part of a name) of each candidate."""
    shown = visible(text)
    if len(shown) != len(text):  # places would differ
        return
    code = CodeZones(shown)
    found = tagger.tokens(shown)
    for at, token in enumerate(found):
        if not tagger.is_candidate(token.word) or code.touch(token.start, token.end):
            continue
        b, a, c, d = (
            MASK if word and masking.random() < MASKED_SHARE else word
            for word in tagger.around(found, at)
        )
        features = [
            *tagger.features_of_word(token.word),
            *(f for place, word in zip("bacd", (b, a, c, d), strict=True)
              for f in tagger.features_beside(place, word)),
            *tagger.features_of_place(token.word, (b, a, c, d)),
        ]  # fmt: skip
        is_name = any(start <= token.start and token.end <= end for start, end in spans)
        yield [tagger.hashed(feature) for feature in features], is_name


def train(sentences: list[tuple[Labelled, float]]) -> tuple[np.ndarray, float]:
    """Weights (2**WEIGHT_BITS numbers) and bias by logistic regression on weighted sentences."""
    masking = random.Random(7)  # noqa: S311 - no secret
    indices: list[int] = []
    starts, labels, importance = [0], [], []
    for (text, spans), weight in tqdm(sentences, desc="features", unit=" sentences"):
        for places, is_name in examples(text, spans, masking):
            indices += places
            starts.append(len(indices))
            labels.append(is_name)
            importance.append(weight)
    matrix = csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, starts),
        shape=(len(labels), 1 << tagger.WEIGHT_BITS),
    )
    matrix.sum_duplicates()
    model = LogisticRegression(C=0.04, solver="liblinear", max_iter=200, random_state=1)
    model.fit(matrix, labels, sample_weight=importance)
    return model.coef_[0], float(model.intercept_[0])


def main(folder: Path) -> None:
    invented = Invented(seed=20261123)
    sentences = [(invented.sentence(), 1.0) for _ in tqdm(range(N_SENTENCES), desc="sentences")]
    sentences += [(row, 8.0) for row in of_wnut(folder)]
    sentences += [(row, 3.0) for row in of_our_own()]
    weights, bias = train(sentences)
    whole = np.clip(np.rint(weights * WEIGHTS_PER_UNIT), -127, 127).astype(np.int8)
    thresholds = {"replace": -50, "join": -100, "mark": -142, "doubt": 48}
    content = {
        "bias": round(bias * WEIGHTS_PER_UNIT),
        **thresholds,
        "weights": base64.b64encode(whole.tobytes()).decode(),
    }
    (HERE.parent / "name_weights.json").write_text(json.dumps(content) + "\n", encoding="utf-8")
    sys.stdout.write(f"{int((whole != 0).sum())} weights that count\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["words", folder]:
            write_common_words(Path(folder))
        case [folder]:
            main(Path(folder))
        case _:
            sys.exit(__doc__)

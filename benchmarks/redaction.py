"""python -m benchmarks.redaction DATA: our redaction beside its peers, on the same texts in one run.

DATA is a folder with labelled sets: `pii-presidio-synth/*.jsonl.gz`, `pii-uner-ewt/test.jsonl.gz`
(`text`, `spans` of {start, end, type}), `pii-secrets-creddata/*.jsonl.gz` (`text`, `label`, `start`,
`end`), `gsm8k_solutions/*.jsonl.gz` (ordinary texts with arithmetic), and sets with code between
fences (`of_redaction/fences.py`, which measures the project's own sources too). Besides, the invented
texts in `of_redaction/` (`invented.py` says of what). A peer that is not installed is left out, and
named:

    .venv/bin/pip install presidio-analyzer scrubadub detect-secrets
    npm install --no-save --prefix benchmarks compromise redact-pii
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tqdm import tqdm

from backend.reports.redaction import redact
from benchmarks.of_redaction import fences, tokens
from benchmarks.of_redaction.invented import FIRST, LATER, MORE, PASTED, PASTED_UNSEEN, invented

HERE = Path(__file__).parent
SHOWN = [
    "PERSON", "PER", "STREET_ADDRESS", "CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE",
    "US_SSN", "IP_ADDRESS",
    "STREET", "POST", "PHONE", "EMAIL", "ID", "BANK", "CARD", "PLATE", "DOB", "GPS", "USER", "SECRET", "IP",
    "MAC",
]  # fmt: skip
Ranges = list[tuple[int, int]]
Finder = Callable[[list[str]], list[Ranges]]
Judge = Callable[[list[dict[str, Any]], list[Ranges]], str]


def of_plumbline(texts: list[str]) -> list[Ranges]:
    """What is replaced."""
    return [[(span.start, span.end) for span in redact(text).spans[0]] for text in tqdm(texts)]


def of_plumbline_marked(texts: list[str]) -> list[Ranges]:
    """What is replaced, or marked for a person to look at."""
    found = []
    for text in tqdm(texts):
        result = redact(text)
        spans = [*result.spans[0], *result.marked[0]]
        found.append([(span.start, span.end) for span in spans])
    return found


def of_presidio(texts: list[str]) -> list[Ranges]:
    """presidio-analyzer's recognisers that need no language model, from its usual score on."""
    from presidio_analyzer import RecognizerRegistry

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    recognisers = [r for r in registry.recognizers if "Spacy" not in type(r).__name__]
    found = []
    for text in tqdm(texts):
        hits: Ranges = []
        for recogniser in recognisers:
            for hit in recogniser.analyze(text, recogniser.supported_entities, None) or []:
                if hit.score >= 0.4:
                    hits.append((hit.start, hit.end))
        found.append(hits)
    return found


def of_scrubadub(texts: list[str]) -> list[Ranges]:
    """scrubadub's default detectors."""
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return [[(f.beg, f.end) for f in scrubber.iter_filth(text)] for text in tqdm(texts)]


def of_detect_secrets(texts: list[str]) -> list[Ranges]:
    """detect-secrets' default plugins, line by line."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import default_settings

    found = []
    with default_settings():
        for text in tqdm(texts):
            hits: Ranges = []
            for line in text.split("\n"):
                for secret in scan_line(line):
                    at = text.find(secret.secret_value or "\0")
                    if at >= 0:
                        hits.append((at, at + len(secret.secret_value or "")))
            found.append(hits)
    return found


def of_tokens(texts: list[str]) -> list[Ranges]:
    """Rules of gitleaks' kind, which cannot be installed as a library."""
    return [tokens.found(text) for text in tqdm(texts)]


def of_node(peer: str) -> Finder:
    """A peer of the npm registry, run by node over all texts."""

    def find(texts: list[str]) -> list[Ranges]:
        result = subprocess.run(
            ["node", str(HERE / "peers.mjs"), peer], input=json.dumps(texts), text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        return [[(a, b) for a, b in ranges] for ranges in json.loads(result.stdout)]

    return find


def peers() -> Iterable[tuple[str, Finder]]:
    """Ours, and the peers that are installed."""
    yield "plumbline, replaced", of_plumbline
    yield "plumbline, replaced or marked", of_plumbline_marked
    python = {
        "presidio-analyzer, no model": ("presidio_analyzer", of_presidio),
        "scrubadub": ("scrubadub", of_scrubadub),
        "detect-secrets": ("detect_secrets", of_detect_secrets),
    }
    for name, (module, finder) in python.items():
        if find_spec(module):
            yield name, finder
        else:
            sys.stdout.write(f"(not installed: {name})\n")
    yield "gitleaks rules, ported", of_tokens
    for name in ("compromise", "redact-pii"):
        if (HERE / "node_modules" / name).exists():
            yield name, of_node(name)
        else:
            sys.stdout.write(f"(not installed: {name})\n")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a gzip'd JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def of_entities(rows: list[dict[str, Any]], found: list[Ranges]) -> str:
    """Share of entities of which every letter and digit is covered, per type; span precision."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    n_spans = n_right = 0
    for row, ranges in zip(rows, found, strict=True):
        hidden = {place for start, end in ranges for place in range(start, end)}
        for span in row["spans"]:
            places = {p for p in range(span["start"], span["end"]) if row["text"][p].isalnum()}
            total[span["type"]] += 1
            covered[span["type"]] += places <= hidden
        n_spans += len(ranges)
        n_right += sum(
            any(s["start"] < end and start < s["end"] for s in row["spans"])
            for start, end in ranges
        )
    shares = "  ".join(f"{t} {covered[t] / total[t]:.3f}" for t in SHOWN if total[t])
    shares += f"  all {sum(covered.values()) / sum(total.values()):.3f}"
    return f"{shares}  span precision {n_right / max(n_spans, 1):.3f}"


def of_secrets(rows: list[dict[str, Any]], found: list[Ranges]) -> str:
    """Share of true and of false candidates that are touched."""
    total: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    for row, ranges in zip(rows, found, strict=True):
        total[row["label"]] += 1
        touched[row["label"]] += any(s < row["end"] and row["start"] < e for s, e in ranges)
    return f"true {touched['T'] / total['T']:.3f}  false {touched['F'] / total['F']:.3f}"


def of_arithmetic(rows: list[dict[str, Any]], found: list[Ranges]) -> str:
    """Share of texts in which a digit is hidden."""
    lost = sum(
        any(any(c.isdigit() for c in row["text"][s:e]) for s, e in ranges)
        for row, ranges in zip(rows, found, strict=True)
    )
    return f"texts that lose a digit {lost / len(rows):.4f}"


def of_texts(rows: list[dict[str, Any]], found: list[Ranges]) -> str:
    """Share of texts in which anything is hidden."""
    return f"texts that lose anything {sum(map(bool, found)) / len(rows):.4f}"


def sets_of(data: Path) -> Iterable[tuple[str, list[dict[str, Any]], Judge]]:
    """Each set's title, its rows and what is measured on it."""
    kinds: list[tuple[str, str, Judge]] = [
        ("pii-presidio-synth", "pii-presidio-synth/*.gz", of_entities),
        ("pii-uner-ewt, test", "pii-uner-ewt/test.jsonl.gz", of_entities),
        ("secrets", "pii-secrets-creddata/*.gz", of_secrets),
        ("gsm8k", "gsm8k_solutions/*.gz", of_arithmetic),
    ]
    for title, pattern, judge in kinds:
        yield title, [row for path in sorted(data.glob(pattern)) for row in rows_of(path)], judge
    for title, files in (
        ("thirty countries", FIRST),
        ("tables, chats and names", MORE),
        ("pasted", PASTED),
    ):
        told, plain = invented(files)
        yield f"invented, {title}", told, of_entities
        yield "invented, nothing to hide", plain, of_arithmetic
        yield "invented, nothing to hide", plain, of_texts
    yield "invented, later", invented(LATER)[0], of_entities
    yield "invented, pasted, second half", invented(PASTED_UNSEEN)[0], of_entities
    yield "fenced code, our own", fences.our_own(), fences.of_fences
    yield "fenced code of the sets", fences.foreign(data), fences.of_fences


def main(data: Path) -> None:
    finders = list(peers())
    for title, rows, judge in sets_of(data):
        for row in rows:
            row.setdefault("text", row.get("question", ""))
        texts = [row["text"] for row in rows]
        sys.stdout.write(f"\n{title}: {len(texts)} texts\n")
        ours = 0.0
        for name, finder in finders:
            begun = time.perf_counter()
            found = finder(texts)
            seconds = time.perf_counter() - begun
            ours = ours or seconds
            verdict = judge(rows, found)
            sys.stdout.write(f"  {name:<30} {verdict}  time x{seconds / ours:.1f}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))

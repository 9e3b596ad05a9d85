"""python -m analysis.evaluate: the method's own error rates, measured on worlds whose truth is known.

  python -m analysis.evaluate                    every property, small: under three minutes on two cores
  python -m analysis.evaluate --full             as published: some hours
  python -m analysis.evaluate --data FOLDER      real answers besides (folders mmlu_pro, llmdrift, met_tokens)
  python -m analysis.evaluate plan --help        how large a crowd an episode needs to be noticed

All worlds are SIMULATED except those of --data, whose answers are real and whose episode is planted.
Seeds are fixed; errors are Monte-Carlo standard errors. Ends with an error where something is not met.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analysis.config import METHOD_VERSION
from analysis.evaluate import (
    collusion,
    end_to_end,
    line_a,
    line_b,
    plan,
    rating_collusion,
    scan_rows,
    siblings,
)
from analysis.evaluate.probe_rows import probe_rows
from analysis.evaluate.publish import check_document, markdown_table, table_into
from analysis.evaluate.replication_rows import replication_rows
from analysis.evaluate.rows import Row
from analysis.evaluate.substitution import real_data_rows
from analysis.records import DataError

Part = Callable[..., list[Row]]

PARTS: dict[str, tuple[Part, int, int]] = {
    "false-alarms": (line_a.false_alarm_rows, 8, 100),
    "power": (line_a.power_rows, 7, 60),
    "siblings": (siblings.sibling_rows, 2, 60),
    "scan": (scan_rows.scan_rows, 20, 200),
    "collusion": (collusion.framing_rows, 8, 100),
    "masking": (collusion.masking_rows, 8, 200),
    "rating-collusion": (rating_collusion.rating_rows, 6, 100),
    "line-b": (line_b.rows, 25, 200),
    "end-to-end": (end_to_end.end_to_end_rows, 4, 100),
}
"""Each part with its worlds in the quick and in the full evaluation."""

REAL_PARTS: dict[str, tuple[Part, int, int]] = {
    "probes": (probe_rows, 10, 60),
    "asked-again": (replication_rows, 4, 40),
    "real-answers": (real_data_rows, 1, 4),
}
"""These need --data."""

REAL_FOLDERS = ("mmlu_pro", "llmdrift", "met_tokens")
"""What --data must hold."""


class Progress:
    """One bar for whatever goes on; nothing where nobody watches."""

    def __init__(self) -> None:
        self._bar = tqdm(total=1, disable=not sys.stderr.isatty(), leave=False, file=sys.stderr)

    def __call__(self, name: str, done: int, total: int) -> None:
        self._bar.set_description_str(name[:60])
        self._bar.total, self._bar.n = max(total, 1), done
        self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what was asked for; 1 where something is not met."""
    parser = _parser()
    options = parser.parse_args(arguments)
    progress = Progress()
    try:
        if options.command == "plan":
            return _plan(options, progress)
        return _evaluate(options, progress)
    except DataError as error:
        parser.error(str(error))
    finally:
        progress.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.evaluate", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small numbers of worlds (the default)")
    size.add_argument("--full", action="store_true", help="as many worlds as are published")
    parser.add_argument(
        "--only", nargs="+", choices=[*PARTS, *REAL_PARTS], help="these parts alone"
    )
    parser.add_argument("--data", type=Path, help="folder with mmlu_pro, llmdrift and met_tokens")
    parser.add_argument("--seed", type=_at_least(0), default=1)
    parser.add_argument("--json", action="store_true", help="rows as JSON instead of a table")
    parser.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD",
                        help="the day to be published as that of the measurement")  # fmt: skip
    parser.add_argument("--publish", nargs=2, type=Path, metavar=("JSON", "MARKDOWN"),
                        help="write the rows into a JSON file and between the markers of a document; "
                        "rows of parts that were not run stay as they are")  # fmt: skip
    commands = parser.add_subparsers(dest="command")
    planning = commands.add_parser(
        "plan", help="how many contributors, ratings or probes until an episode is noticed",
        description=plan.__doc__,
    )  # fmt: skip
    planning.add_argument("--traffic", type=float, default=0.0003, help="affected share of traffic")
    planning.add_argument("--organisations", type=float, default=0.001,
                          help="affected share of organisations")  # fmt: skip
    planning.add_argument("--contributors", type=int, default=10_000)
    planning.add_argument("--enrichment", type=float, default=1.0,
                          help="how much more often affected people are among the contributors")  # fmt: skip
    planning.add_argument(
        "--runs", type=_at_least(1), default=20, help="worlds per line of evidence"
    )
    planning.add_argument("--grid", type=Path, help="write the explorer's table into this file")
    # Without a default of their own: one would undo what was said before "plan".
    shared: dict[str, Any] = {"default": argparse.SUPPRESS}
    planning.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", **shared,
                          help="the day to be published with --grid")  # fmt: skip
    planning.add_argument("--json", action="store_true", **shared)
    planning.add_argument("--seed", type=_at_least(0), **shared)
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    """The type of an option that is a whole number from `least` on."""

    def whole(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}")
        return int(text)

    whole.__name__ = "int"  # what argparse calls it where it is none
    return whole


def _evaluate(options: argparse.Namespace, progress: Progress) -> int:
    wanted = options.only or [*PARTS, *(REAL_PARTS if options.data else ())]
    missing = [name for name in wanted if name in REAL_PARTS and options.data is None]
    if missing:
        raise DataError(f"{', '.join(missing)} needs --data: the folder that holds mmlu_pro")
    # What would fail at the end fails before hours of measuring.
    if set(wanted) & set(REAL_PARTS):
        for folder in REAL_FOLDERS:
            _check_folder(options.data / folder)
    if options.publish:
        _day(options)
        _check_folder(options.publish[0].parent)
        check_document(options.publish[1])
    rows: list[Row] = []
    for name in wanted:
        part, quick, full = (PARTS | REAL_PARTS)[name]
        extra = {"data": options.data} if name in REAL_PARTS else {}
        found = part(
            runs=full if options.full else quick, seed=options.seed, tell=progress, **extra
        )
        rows += found
        if not options.json:
            tqdm.write(markdown_table(found) + "\n", file=sys.stdout)
    if options.json:
        sys.stdout.write(json.dumps([_plain(row) for row in rows], indent=1) + "\n")
    if options.publish:
        _publish(rows, options, _day(options))
    failed = [row for row in rows if row.is_met is False]
    for row in failed:
        sys.stderr.write(f"NOT MET: {row.property}, {row.world}: {row.measure} {row.value:.3g}\n")
    return 1 if failed else 0


def _plain(row: Row) -> dict[str, Any]:
    """A row as JSON holds it: infinite and unknown numbers are null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(row).items()
    }


def _day(options: argparse.Namespace) -> str:
    """The day that was given: nothing in the science reads a clock."""
    if options.on is None:
        raise DataError("--publish and --grid need --on YYYY-MM-DD: today's date")
    day: date = options.on
    return day.isoformat()


def _check_folder(path: Path) -> None:
    if not path.is_dir():
        raise DataError(f"{path} is no folder")


def _publish(rows: list[Row], options: argparse.Namespace, day: str) -> None:
    json_path, document = options.publish
    found = [_plain(row) for row in rows]
    days = dict.fromkeys((row.property for row in rows), day)
    place: dict[str, int] = {}
    if json_path.exists():
        old = json.loads(json_path.read_text(encoding="utf-8"))
        place = {row["property"]: number for number, row in enumerate(old["rows"])}
        if old["method_version"] == METHOD_VERSION:
            found += [row for row in old["rows"] if row["property"] not in days]
            days = old["measured_on"] | days
    found.sort(key=lambda row: place.get(row["property"], math.inf))  # as before, what is new last
    size = "--full" if options.full else "--quick"
    data = " --data FOLDER" if options.data else ""
    published = {
        "method_version": METHOD_VERSION,
        "measured_on": days,
        "command": f"python -m analysis.evaluate {size}{data} --seed {options.seed}",
        "rows": found,
    }
    json_path.write_text(
        json.dumps(published, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    table_into(document, published)


def _plan(options: argparse.Namespace, progress: Progress) -> int:
    if options.grid:
        day = _day(options)
        _check_folder(options.grid.parent)
        found = plan.grid(runs=options.runs, seed=options.seed, tell=progress)
        content = {
            "method_version": METHOD_VERSION,
            "measured_on": day,
            "rows": [asdict(outlook) for outlook in found],
        }
        options.grid.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        return 0
    scenario = plan.Scenario(
        options.traffic, options.organisations, options.contributors, options.enrichment
    )
    found = plan.outlooks(scenario, runs=options.runs, seed=options.seed, tell=progress)
    if options.json:
        sys.stdout.write(json.dumps([asdict(outlook) for outlook in found], indent=1) + "\n")
        return 0
    sys.stdout.write(plan.in_words(scenario, found))
    for line in plan.LINES:
        needed = plan.contributors_needed(
            scenario, line, runs=max(5, options.runs // 2), seed=options.seed, tell=progress
        )
        sys.stdout.write(plan.need_in_words(line, needed))
    return 0


if __name__ == "__main__":
    sys.exit(main())

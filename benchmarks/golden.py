"""python -m benchmarks.golden DATA: the formulas of line A against published numbers.

DATA is a folder that holds `golden_pv` (openEBGM 0.9.1 on FDA CAERS, pvda 0.0.4) and `golden_scan`
(TreeMineR, scanstatistics, SaTScan 9.6). Each line says how far a number may be off: half a unit of
the last published digit, or what its publisher's optimiser, bisection or simulation leaves open.
Ends with an error where a number does not come out.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.of_golden import openebgm, pvda, spatial, treeminer
from benchmarks.of_golden.comparison import Comparison


def published_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with golden_pv, golden_scan", nargs="?")
    data = parser.parse_args().data
    if data is None:
        sys.exit(__doc__)
    reports, scans = data / "golden_pv", data / "golden_scan"
    for folder in (reports, scans):
        if not folder.is_dir():
            parser.error(f"{folder} is not there; DATA must hold golden_pv and golden_scan")
    of_reports, of_scans = published_in(reports), published_in(scans)
    compare = Comparison()
    for title, run, folder, published in (
        ("openEBGM", openebgm.compare_all, reports, of_reports["openEBGM_0.9.1_vignettes"]),
        ("pvda", pvda.compare_all, reports, of_reports["pvda_0.0.4_vignette"]),
        ("TreeMineR", treeminer.compare_all, scans, of_scans),
        ("New Mexico", spatial.compare_new_mexico, scans, of_scans["nm_eb_poisson"]),
        ("New York", spatial.compare_new_york, scans, of_scans["ny_satscan"]),
    ):
        sys.stdout.write(f"\n{title}\n")
        run(folder, published, compare)
    sys.stdout.write(
        f"\n{compare.agreed} numbers came out, {compare.failures} did not, "
        f"{compare.disputed} not reproduced for a reason that stands there\n"
    )
    return 1 if compare.failures else 0


if __name__ == "__main__":
    sys.exit(main())

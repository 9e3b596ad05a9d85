"""A number beside the published one, and whether it came out."""

from __future__ import annotations

import math
import sys

EXACT = 0.0


def rounding(digits: int) -> float:
    """Half a unit of the last of `digits` decimals: what printing may have taken away."""
    return 0.5 * 10.0**-digits + 1e-12


def monte_carlo(p: float, *simulations: int) -> float:
    """Three standard errors of the difference of p-values that were simulated apart."""
    return 3 * math.sqrt(p * (1 - p) * sum(1 / n for n in simulations))


class Comparison:
    """Prints each number beside the published one, and counts what came out and what did not."""

    def __init__(self) -> None:
        self.agreed = 0
        self.failures = 0
        self.disputed = 0

    def number(self, name: str, found: float, published: float, *, within: float) -> None:
        agrees = abs(found - published) <= within
        self._tell(agrees, f"{name}: {found:.8g}, published {published:.8g} (within {within:.2g})")

    def numbers(
        self,
        name: str,
        labels: tuple[str, ...],
        found: tuple[float, ...],
        published: tuple[float, ...],
        *,
        within: float,
    ) -> None:
        for label, ours, theirs in zip(labels, found, published, strict=True):
            self.number(f"{name}, {label}", float(ours), theirs, within=within)

    def same(self, name: str, found: object, published: object) -> None:
        self._tell(found == published, f"{name}: {found}, published {published}")

    def dispute(self, name: str, found: object, published: object, reason: str) -> None:
        """What does not come out, and is known why: no failure, and never counted as agreement."""
        self.disputed += 1
        sys.stdout.write(f"NOT reproduced {name}: {found}, published {published}; {reason}\n")

    def _tell(self, agrees: bool, line: str) -> None:
        self.agreed += agrees
        self.failures += not agrees
        sys.stdout.write(f"{'ok  ' if agrees else 'FAIL'} {line}\n")

"""Many SIMULATED worlds at once, on every core, with the same result whatever their number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Tell = Callable[[str, int, int], None]
"""Called with the name of what goes on, worlds done and worlds in all."""


def simulate(
    judge: Callable[[Task], Result], tasks: Iterable[Task], *, tell: Tell, name: str
) -> list[Result]:
    """The results of all tasks, in their order. `judge` is a function of a module, for the workers."""
    tasks = list(tasks)
    tell(name, 0, len(tasks))
    found = []
    n_workers = min(os.cpu_count() or 1, len(tasks))
    if n_workers < 2:
        for task in tasks:
            found.append(judge(task))
            tell(name, len(found), len(tasks))
        return found
    with ProcessPoolExecutor(n_workers, mp_context=get_context("fork")) as pool:
        for result in pool.map(judge, tasks):
            found.append(result)
            tell(name, len(found), len(tasks))
    return found

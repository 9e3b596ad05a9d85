"""Who may import whom, and what the web process never loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = [
    "catalogue", "reports", "measurements", "probes", "findings", "exports", "charts", "explorer",
]  # fmt: skip


def imports_of(path: Path) -> set[str]:
    """Dotted names that a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def modules_of(folder: str) -> list[Path]:
    return [p for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts]


def test_the_import_contracts_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def test_the_web_process_never_loads_the_science_nor_what_it_takes_to_draw() -> None:
    code = (
        "import backend.wsgi, sys; from django.urls import get_resolver; get_resolver().url_patterns;"
        "from django.template.loader import get_template; get_template('explorer/overview.html');"
        "print(sorted({'sklearn','scipy','sknetwork','onnxruntime','analysis','altair','vl_convert',"
        "'PIL'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("app", APPS)
def test_a_model_class_is_imported_only_inside_its_own_app(app: str) -> None:
    others = [p for p in modules_of("backend") if app not in p.relative_to(ROOT).parts]
    offenders = [
        p.relative_to(ROOT).as_posix()
        for p in others
        if any(name.startswith(f"backend.{app}.models") for name in imports_of(p))
    ]
    assert offenders == []


def test_only_the_runner_imports_the_science() -> None:
    known = {
        p.relative_to(ROOT).as_posix(): {
            name.split(".")[1] if "." in name else "pipeline"
            for name in imports_of(p)
            if name.split(".")[0] == "analysis"
        }
        for p in modules_of("backend")
    }
    assert {path: names for path, names in known.items() if names} == {
        "backend/findings/runner.py": {"pipeline", "config", "records"},
        "backend/findings/arrays.py": {"records"},  # the types of what it makes
        "backend/findings/conclusions.py": {"records", "results"},  # what it writes down
        "backend/findings/demo.py": {"synthetic"},  # the texts of the simulated episode
    }


@pytest.mark.parametrize("app", ["explorer", "exports", "charts"])
def test_readers_never_import_another_apps_services(app: str) -> None:
    offenders = [
        (p.name, name)
        for p in modules_of(f"backend/{app}")
        for name in imports_of(p)
        if name.endswith(".services") and not name.startswith(f"backend.{app}")
    ]
    assert offenders == []


def test_a_task_has_at_most_five_lines() -> None:
    long = []
    for path in (ROOT / "backend").rglob("tasks.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if sum(s.end_lineno - s.lineno + 1 for s in body if s.end_lineno) > 5:
                    long.append(f"{path.parent.name}.{node.name}")
    assert long == []


def test_the_science_reads_no_clock_and_no_network() -> None:
    offenders = {
        (p.name, name)
        for p in modules_of("analysis")
        for name in imports_of(p)
        if name.split(".")[0] in {"time", "socket", "urllib", "requests", "httpx"}
    }
    assert offenders == set()
    clocks = [
        p.name for p in modules_of("analysis")
        if any(call in p.read_text() for call in ("date.today(", "datetime.now(", "utcnow("))
    ]  # fmt: skip
    assert clocks == []

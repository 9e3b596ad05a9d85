"""The production set-up, as far as it can be checked without a container engine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker" / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CADDYFILE = (ROOT / "docker" / "Caddyfile").read_text()


def variables_of(path: Path) -> dict[str, str]:
    found = re.findall(r"^#?([A-Z_]+)=(.*)$", path.read_text(), re.MULTILINE)
    return dict(found)


EXAMPLE = variables_of(ROOT / "docker" / ".env.example")
SETTINGS = variables_of(ROOT / ".env.example")


def test_everything_that_a_service_names_is_declared() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / "docker" / source).is_file(), name
            else:
                assert source in COMPOSE["volumes"], name


def test_every_variable_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT)) | set(
        re.findall(r"\{\$([A-Z_]+)\}", CADDYFILE)
    )
    assert asked == set(EXAMPLE)


def test_the_application_gets_only_variables_that_it_reads() -> None:
    given = set(SERVICES["web"]["environment"])
    assert given - set(SETTINGS) == set()
    in_image = set(re.findall(r"(PLUMBLINE_\w+)=", DOCKERFILE))
    assert in_image - set(SETTINGS) == set()


def test_an_installation_for_others_says_where_to_write_to() -> None:
    """Who is named in a report, and a vendor, could reach nobody."""
    assert SERVICES["web"]["environment"]["SECURITY_CONTACT"].startswith("${SECURITY_CONTACT:?")
    assert EXAMPLE["SECURITY_CONTACT"] == ""


def test_no_secret_is_written_down() -> None:
    for secret in ("POSTGRES_PASSWORD", "DJANGO_SECRET_KEY"):
        assert EXAMPLE[secret] == ""
        assert f"{secret}:-" not in COMPOSE_TEXT  # a default would be a shared password
        values = re.findall(rf"{secret}: (\S+)", COMPOSE_TEXT)
        assert all(value.startswith("${") for value in values)
    assert re.search(r"://\w+:(?!\$\{)[^@/\s]+@", COMPOSE_TEXT) is None


def test_images_are_pinned_by_tag() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    for image in images:
        tag = image.rpartition(":")[2]
        assert ":" in image, image
        assert tag != "latest", image
        assert any(character.isdigit() for character in tag), image


def test_the_image_is_named_after_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert SERVICES["web"]["image"] == f"plumbline:{version}"


def test_python_is_the_version_that_is_required_and_tested() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = set(re.findall(r"^FROM python:(\d+\.\d+)-", DOCKERFILE, re.MULTILINE))
    assert {f">={version}" for version in versions} == {required}


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == let_through
    assert all((ROOT / source).exists() for source in copied)


def test_commands_exist() -> None:
    managed = set(re.findall(r"manage\.py (\w+)", COMPOSE_TEXT))
    managed |= set(re.findall(r'"manage\.py", "(\w+)"', DOCKERFILE))
    assert managed == {"migrate", "load_catalogue", "build_model", "collectstatic", "serve"}
    assert managed <= set(get_commands())
    programs = {SERVICES[name]["command"][0] for name in ("worker", "beat")}
    programs |= set(re.findall(r'^CMD \["(\w+)"', DOCKERFILE, re.MULTILINE))
    assert programs == {"celery", "python"}
    assert all(shutil.which(program, path=str(ROOT / ".venv" / "bin")) for program in programs)


def test_processes_run_without_privileges() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users == ["plumbline"]
    for name in ("prepare", "web", "worker", "beat"):
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "broker", "prepare", "worker", "beat"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_proxy_writes_no_access_log_and_no_addresses() -> None:
    options, _, site = CADDYFILE.partition("{$SITE_ADDRESS} {")
    assert re.search(r"^\s*log\b", site, re.MULTILINE) is None
    assert re.search(r"request delete", options)
    assert CADDYFILE.count("{") == CADDYFILE.count("}")


def test_the_database_logs_no_statements_and_no_rows() -> None:
    command = SERVICES["database"]["command"]
    assert "log_min_error_statement=panic" in command
    assert "log_error_verbosity=terse" in command


def test_compose_accepts_the_file() -> None:
    docker = shutil.which("docker") or pytest.skip("no docker client on this machine")
    plugin = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if plugin.returncode:
        pytest.skip("the docker client of this machine has no compose plugin")
    filled = {name: value or "filled-in-by-the-test" for name, value in EXAMPLE.items()}
    subprocess.run(
        [docker, "compose", "--file", str(ROOT / "docker" / "compose.yaml"), "config", "--quiet"],
        env={"PATH": "/usr/bin:/bin", **filled},
        check=True,
    )

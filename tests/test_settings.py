"""An odd value of a variable stops the start, and the message names the variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def settings_with(data: Path, expression: str, **variables: str) -> str:
    """What the settings say in a process of its own; the last line of its error where they refuse."""
    done = subprocess.run(
        [sys.executable, "-c", f"from backend import settings; print({expression})"],
        env=os.environ | variables | {"PLUMBLINE_DATA": str(data)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("EMBARGO_DAYS", "a week", "a whole number"),
        ("EMBARGO_DAYS", "", "a whole number"),
        ("EMBARGO_DAYS", "-1", "between 0 and 90"),
        ("DJANGO_DEBUG", "perhaps", "true or false"),
        ("WEBHOOKS_PRIVATE", "2", "true or false"),
        ("PUBLIC_URL", "plumbline.example", "http:// or https://"),
        ("PUBLIC_URL", "https://plumbline.example/sub", "without a path"),
        ("PUBLIC_URL", "javascript:alert(1)", "http:// or https://"),
        ("SECURITY_CONTACT", "desk@plumbline.example", "mailto: or https://"),
        ("SECURITY_CONTACT", "javascript:alert(1)", "mailto: or https://"),
        ("DATASET_STORAGE_URL", "s3://bucket?access_key", "may set"),
    ],
)
def test_an_odd_value_stops_the_start_by_name(tmp_path, name: str, value: str, wanted: str) -> None:
    said = settings_with(tmp_path, "1", **{name: value})
    assert said.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")
    assert wanted in said


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("WEBHOOKS_PRIVATE", "True", "True"),
        ("WEBHOOKS_PRIVATE", "", "False"),
        ("PUBLIC_URL", "https://plumbline.example/", "https://plumbline.example"),
        ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("SECURITY_CONTACT", "mailto:desk@plumbline.example", "mailto:desk@plumbline.example"),
        ("SECURITY_CONTACT", "", "http://127.0.0.1:8000/privacy/"),
    ],
)
def test_a_good_value_is_read(tmp_path, name: str, value: str, read: str) -> None:
    assert settings_with(tmp_path, f"settings.{name}", **{name: value}) == read

"""Whose accounts were asked is kept nowhere, and what recognises them is shown nowhere."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.exports.columns import DICTIONARY
from backend.exports.services import dataset_build
from backend.probes.models import ProbeAccount
from tests import routes
from tests.exports.reading import names_of, unpacked
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
LABEL = "canary.account@people.example"


def whole_database() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def command(path: Path) -> None:
    call_command(
        "import_probes", str(path), "--series", "gpt-web", "--title", "An invented series",
        "--model", "gpt-4-0613", "--suite", "invented 1.0", "--grader", "exact 1.0",
        "--source-url", "https://suite.example/method", "--site", "chatgpt",
    )  # fmt: skip


def test_an_accounts_name_is_in_no_table_no_log_and_no_output(tmp_path, caplog, capsys) -> None:
    path = tmp_path / "grades.jsonl"
    lines = [json.dumps(line) + "\n" for line in make_probe_lines(accounts=[LABEL, "second"])]
    path.write_text("".join(lines))
    command(path)
    command(path)
    rows = whole_database()
    assert "law-1" in rows
    printed = capsys.readouterr()
    assert "20 answers of 2 accounts" in printed.out
    for text in (rows, printed.out, printed.err, caplog.text):
        assert "canary" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"account": [LABEL]}, {"account": LABEL + "\x00"}, {"account": LABEL, "item": LABEL},
        {"account": LABEL, "domain": LABEL}, {"account": LABEL, "stratum": LABEL + "\n"},
        {"account": LABEL, "outcome": LABEL}, {"account": LABEL, LABEL: 1},
        {"account": LABEL, "asked_on": LABEL}, {"account": LABEL, "round": LABEL},
        {"account": LABEL, "round": 7}, {"account": LABEL, "asked_on": "2030-01-01"},
        {"account": LABEL, "stratum": "canary"}, {"account": LABEL, "outcome": "wrong"},
    ],
)  # fmt: skip
def test_no_refusal_quotes_a_line(tmp_path, caplog, capsys, change) -> None:
    lines = make_probe_lines(accounts=[LABEL])
    path = tmp_path / "grades.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, lines[0] | change]))
    with pytest.raises(CommandError, match="Line 11: ") as refused:
        command(path)
    printed = capsys.readouterr()
    told = "".join(traceback.format_exception(refused.value))
    for text in (told, printed.out, printed.err, caplog.text, whole_database()):
        assert "canary" not in text


def test_a_line_that_is_no_json_is_not_quoted_either(tmp_path, caplog, capsys) -> None:
    path = tmp_path / "grades.jsonl"
    path.write_text(f'{{"account": "{LABEL}"')
    with pytest.raises(CommandError) as refused:
        command(path)
    printed, told = capsys.readouterr(), "".join(traceback.format_exception(refused.value))
    for text in (told, printed.out, printed.err, caplog.text):
        assert "canary" not in text


def test_one_label_has_another_hash_in_each_series_and_under_each_secret(settings) -> None:
    make_probes(slug="one")
    make_probes(slug="two")
    settings.SECRET_KEY = "another-secret-that-is-long-enough-to-be-one-of-fifty-characters"
    make_probes(slug="three")
    hashes = ProbeAccount.objects.filter(number=1).values_list("label_hash", flat=True)
    assert len({*hashes}) == 3
    assert {len(value) for value in hashes} == {64}


def test_what_recognises_an_account_is_in_no_file_of_a_dataset() -> None:
    make_probes(make_probe_lines(accounts=[LABEL]))
    (account,) = ProbeAccount.objects.all()
    dataset = dataset_build()
    found = "".join(unpacked(dataset, name).decode() for name in names_of(dataset))
    assert "law-1" in found
    assert [word for word in (LABEL, account.label_hash, "label_hash") if word in found] == []
    assert "label_hash" not in {column.path for table in DICTIONARY for column in table.columns}


def test_no_desk_page_shows_it(admin_client) -> None:
    make_probes(make_probe_lines(accounts=[LABEL]))
    (account,) = ProbeAccount.objects.all()
    pages = ["/admin/", "/admin/probes/probeseries/", "/admin/probes/probeseries/gpt-web/change/"]
    for address in pages:
        text = admin_client.get(address).content.decode()
        assert [word for word in (LABEL, account.label_hash) if word in text] == [], address
    assert admin_client.get("/admin/probes/probeaccount/").status_code == 404
    assert not [route for route in routes.PUBLIC if "probeaccount" in route]

"""What is wrong with an address, as the page says it: in its language, and what to do."""

from __future__ import annotations

import html
import re

import pytest

from tests.factories import make_report

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
PROBLEM = re.compile(r'<p class="problem" role="alert">([^<]*)</p>')
BROKEN = "Die Adresse dieser Seite der Liste ist beschädigt. Beginnen Sie mit der ersten Seite."
UNKNOWN_PART = (
    "Die Adresse enthält einen Teil, den diese Seite nicht kennt. Wählen Sie neu, mit den Feldern "
    "dieser Seite."
)
NO_VALUE = "Diesen Wert gibt es nicht. Wählen Sie einen von dieser Seite."
NO_DAY = "Diesen Tag gibt es nicht. Ein Tag wird geschrieben wie 2026-01-31."
NO_MODEL = "Dieses Modell gibt es nicht. Wählen Sie eines aus der Liste."
TWICE = "Das steht zweimal in der Adresse. Wählen Sie eines von beiden."
NEITHER = (
    "Das ist weder ein Modell noch ein Zeitraum. Wählen Sie zwei Modelle oder die Tage zweier "
    "Zeiträume."
)
NO_PERIOD = (
    "Ein Zeitraum endet nach seinem Beginn und dauert höchstens zwei Jahre. Wählen Sie andere Tage."
)
GPT, OTHER = "model:gpt-4-0613", "model:gpt-4-0314"
FIRST, SECOND = "2026-01-01..2026-01-31", "2026-02-01..2026-02-28"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("reports/?cursor=zz", [BROKEN]),
        ("reports/?foo=1", [UNKNOWN_PART]),
        ("reports/?site=nowhere", [f"Website: {NO_VALUE}"]),
        ("reports/?kind=silent&kind=stated", [f"Art der Symptome: {TWICE}"]),
        ("reports/?observed_from=2026-13-01", [f"Gesehen ab: {NO_DAY}"]),
        (f"reports/?q={'x' * 2000}", ["Wörter im Prompt oder in der Antwort: Danach lässt sich "
                                      "nicht suchen. Verwenden Sie höchstens 200 Zeichen."]),
        ("findings/?page_size=abc", [UNKNOWN_PART]),
        ("findings/?domain=nowhere", [f"Fachgebiet: {NO_VALUE}"]),
        ("findings/?sort=luck", [f"Reihenfolge: {NO_VALUE}"]),
        ("compare/?left=model:nope&right=model:x",
         [f"Erstes Modell: {NO_MODEL}", f"Zweites Modell: {NO_MODEL}"]),
        (f"compare/?left=x&right={FIRST}", [f"Erster Zeitraum: {NEITHER}"]),
        (f"compare/?left={FIRST}&right=2026-02-01..2026-01-01", [f"Zweiter Zeitraum: {NO_PERIOD}"]),
        (f"compare/?left={FIRST}&right={GPT}", ["Ein Modell lässt sich nicht mit einem Zeitraum "
         "vergleichen. Wählen Sie zwei Modelle oder zwei Zeiträume."]),
        (f"compare/?left={GPT}&right={GPT}",
         ["Beide Seiten sind gleich. Wählen Sie zwei verschiedene."]),
        (f"compare/?left={GPT}&right={OTHER}&model=gpt-4-0613", ["Nur ein Vergleich zweier Zeiträume "
         "lässt sich auf ein Modell beschränken. Wählen Sie alle Modelle oder zwei Zeiträume."]),
        (f"compare/?left={FIRST}&right={SECOND}&domain=nowhere", [f"Fachgebiet: {NO_VALUE}"]),
        (f"compare/?left={FIRST}&right={SECOND}&foo=1", [UNKNOWN_PART]),
    ],
)  # fmt: skip
def test_a_page_says_what_is_wrong_in_its_language(visitor, address: str, said: list[str]) -> None:
    make_report()
    answer = visitor.get(f"/de/{address}")
    assert answer.status_code == 400
    assert [html.unescape(text) for text in PROBLEM.findall(answer.content.decode())] == said


def test_the_api_keeps_its_english_for_programs(visitor) -> None:
    make_report()
    answer = visitor.get("/api/v1/reports/?cursor=zz", headers={"Accept-Language": "de"})
    assert answer.json()["error"]["message"] == "The cursor is not one that this list gave out."

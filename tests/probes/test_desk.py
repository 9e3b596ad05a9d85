"""The desk shows every series with its numbers, and changes none."""

from __future__ import annotations

import pytest

from backend.probes.models import ProbeAnswer, ProbeSeries
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
LIST = "/admin/probes/probeseries/"


def test_the_list_has_the_numbers_of_each_series(admin_client) -> None:
    make_probes(make_probe_lines(accounts=[f"account {n}" for n in range(7)]))
    make_probes(slug="demo", model="demo-brook-deep", site=None, is_simulated=True)
    page = admin_client.get(LIST).content.decode()
    cells = {
        name: f'<td class="field-n_{name}">{value}</td>'
        for name, value in {"accounts": 7, "items": 2, "rounds": 5, "answers": 70}.items()
    }
    assert [name for name, cell in cells.items() if cell not in page] == []
    assert '<td class="field-provenance">SIMULATED</td>' in page


def test_nothing_can_be_added_changed_or_removed(admin_client) -> None:
    make_probes()
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}gpt-web/change/", {"title": "Another"}).status_code == 403
    assert admin_client.post(f"{LIST}gpt-web/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": "gpt-web", "post": "yes"}
    admin_client.post(LIST, chosen)
    assert (ProbeSeries.objects.get().title, ProbeAnswer.objects.count()) == (
        "An invented series", 30,
    )  # fmt: skip
    assert admin_client.get(f"{LIST}gpt-web/change/").status_code == 200
    assert admin_client.get("/admin/probes/probeanswer/").status_code == 404


def test_a_visitor_sees_nothing_of_it(client) -> None:
    make_probes()
    assert client.get(LIST).status_code == 302

"""Every address, and who may call it: the table of tests/routes.py held against the program."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.urls import get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern

from backend.exports.services import dataset_build
from tests import routes
from tests.factories import (
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_report,
    make_run,
)
from tests.payloads import (
    make_drift_payload,
    make_exposure_payload,
    make_payload,
    make_rating_payload,
)

NO_KEY = "0" * 32


@pytest.fixture
def ids(catalogue: None) -> dict[str, str]:
    report = make_report(prompt="Why does the restart lose its optimiser state?")
    run = make_run()
    finding = make_finding(run=run, representatives=(report,))
    charts = make_charts(finding)
    return charts | {
        "typed": charts["chart"].upper(),
        "report": str(report.pk), "finding": str(finding.pk), "version": dataset_build().version,
        "cluster": str(make_cluster(run=run, reports=[report]).track_id), "run": str(run.pk),
        "disclosure": str(make_disclosure().pk),
    }  # fmt: skip


def patterns(within: list, prefix: str = "") -> Iterator[str]:
    """Every pattern outside the admin, as `ResolverMatch.route` spells it."""
    for pattern in within:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif route != routes.STAFF.lstrip("/"):
            yield from patterns(pattern.url_patterns, route)


def test_table_names_every_address(ids: dict[str, str]) -> None:
    ids["object"] = "0" * 64
    ids["object"] = "0" * 64
    named = {resolve(urlsplit(route.format(**ids)).path).route for route in routes.ALL}
    assert named == set(patterns(get_resolver().url_patterns))


def test_anybody_reads_what_is_public(visitor, ids: dict[str, str]) -> None:
    for route in routes.PUBLIC:
        response = visitor.get(route.format(**ids))
        assert response.status_code == 200, route
        assert route == routes.WITHDRAW_PAGE or not response.cookies, route
        assert response.getvalue(), route


def test_read_only_addresses_refuse_every_other_method(visitor, ids: dict[str, str]) -> None:
    for route in routes.READ_ONLY:
        for method in ("post", "put", "patch", "delete"):
            status = getattr(visitor, method)(route.format(**ids)).status_code
            assert status == 405, f"{method} {route}"


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        (routes.SUBMIT, ("put", "patch", "delete")),
        (routes.RECEIPT, ("post", "put", "patch", "delete")),
        (routes.RECEIPT_WITHDRAW, ("get", "put", "patch", "delete")),
        (routes.CHALLENGE, ("post", "put", "patch", "delete")),
        (routes.WITHDRAW_PAGE, ("put", "patch", "delete")),
        *((control, ("get", "put", "patch", "delete")) for control in routes.CONTROLS),
        *((signed, ("get", "put", "patch", "delete")) for signed in routes.CREDENTIALS),
    ],
)
def test_other_addresses_refuse_the_methods_they_have_not(visitor, address, methods) -> None:
    assert {getattr(visitor, method)(address).status_code for method in methods} == {405}


def test_the_icon_lies_among_the_static_files(visitor) -> None:
    assert visitor.get(routes.FAVICON)["Location"] == "/static/explorer/icon.svg"


def test_addresses_that_moved_lead_for_good_to_where_they_are(visitor, ids) -> None:
    for route in routes.MOVED:
        address = route.format(**ids)
        response = visitor.get(address)
        assert response.status_code == 301, route
        assert visitor.get(response["Location"]).status_code == 200, route
        for method in ("post", "put", "patch", "delete"):
            assert getattr(visitor, method)(address).status_code == 405


def test_anybody_submits_without_an_account(visitor, stored) -> None:
    response = visitor.post(routes.SUBMIT, make_payload(), content_type="application/json")
    assert response.status_code == 201
    assert stored()[0] == 1


def test_anybody_sends_controls_without_an_account(visitor) -> None:
    payloads = [make_rating_payload(), make_exposure_payload(), make_drift_payload()]
    for address, payload in zip(routes.CONTROLS, payloads, strict=True):
        response = visitor.post(address, payload, content_type="application/json")
        assert response.status_code == 201, address
        assert not response.cookies


@pytest.mark.parametrize("headers", [{}, {"Plumbline-Receipt": NO_KEY}])
def test_a_receipt_needs_its_key(visitor, ids: dict[str, str], headers) -> None:
    refused = {400} if not headers else {404}
    assert {
        visitor.get(routes.RECEIPT, headers=headers).status_code,
        visitor.post(routes.RECEIPT_WITHDRAW, headers=headers).status_code,
    } == refused
    visitor.post(routes.WITHDRAW_PAGE, {"key": NO_KEY, "action": "withdraw"})
    assert visitor.get(f"/reports/{ids['report']}/").status_code == 200


def admin_addresses() -> list[str]:
    tables = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    return [routes.STAFF, *tables]


def test_visitors_of_the_desk_are_led_to_the_login_page(visitor) -> None:
    for address in admin_addresses():
        response = visitor.get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith("/admin/login/"), address


def test_staff_reads_every_table_of_the_desk(moderator, ids: dict[str, str]) -> None:
    addresses = admin_addresses()
    assert "/admin/reports/report/" in addresses
    assert {moderator.get(address).status_code for address in addresses} == {200}


def test_a_login_without_the_staff_flag_is_no_key_to_the_desk(visitor, django_user_model) -> None:
    visitor.force_login(django_user_model.objects.create_user("reader"))
    assert {visitor.get(address).status_code for address in admin_addresses()} == {302}

"""One message over a real connection: signed so that others can verify it, and never led astray."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook, WebhookVerificationError

from backend.common.errors import RuleError
from backend.webhooks import sending
from backend.webhooks.services import subscription_create, webhooks_sweep
from tests.factories import make_finding, make_run

SECRET = "whsec_" + "QUJD" * 10 + "QUI="  # an invented one


class Receiver(HTTPServer):
    """Keeps what it got, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        self.location = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(server.status)
        if server.location:
            self.send_header("Location", server.location)
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send(url: str, **message: Any) -> int:
    fields = {"secret": SECRET, "message_id": "event-7", "body": {"type": "finding.resolved"}}
    return sending.send(url=url, **fields | message)


@pytest.mark.loopback
def test_a_message_arrives_signed(receiver, settings) -> None:
    settings.WEBHOOKS_PRIVATE = True
    assert (
        send(receiver.url, body={"type": "finding.resolved", "data": {"title": "“ended”"}}) == 204
    )
    ((path, headers, body),) = receiver.got
    assert path == "/hook"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["webhook-id"] == "event-7"
    assert headers["user-agent"] == "Plumbline/0.1.0 (+http://127.0.0.1:8000)"
    assert Webhook(SECRET).verify(body, headers)["data"] == {"title": "“ended”"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers | {"webhook-id": "event-8"})


@pytest.mark.loopback
def test_a_redirect_is_not_followed(receiver, settings) -> None:
    settings.WEBHOOKS_PRIVATE = True
    receiver.status, receiver.location = 302, receiver.url + "/elsewhere"
    assert send(receiver.url) == 302
    assert len(receiver.got) == 1


@pytest.mark.loopback
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001", "0.0.0.0",
     "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[::ffff:127.0.0.1]",
     "[fd00::1]", "[fe80::1]", "224.0.0.1"],
)  # fmt: skip
def test_no_private_address_is_asked(receiver, settings, monkeypatch, host: str) -> None:
    settings.WEBHOOKS_PRIVATE = False
    url = f"https://{host}:{receiver.server_port}/hook"
    with pytest.raises(requests.RequestException):
        send(url)
    # Not even where http would be allowed: what decides is where the name leads.
    monkeypatch.setattr(sending, "address_check", lambda url: url)
    with pytest.raises(requests.RequestException):
        send(url.replace("https", "http"))
    assert receiver.got == []


def test_http_is_refused_without_the_setting(settings) -> None:
    with pytest.raises(RuleError):
        send("http://receiver.example/")


@pytest.mark.loopback
def test_no_proxy_and_no_password_of_the_environment_is_used(
    receiver, settings, monkeypatch, tmp_path
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login l password p\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    assert send(receiver.url) == 204
    assert "authorization" not in receiver.got[0][1]


@pytest.mark.loopback
def test_a_receiver_that_never_answers_is_given_up(settings, monkeypatch) -> None:
    import socket

    settings.WEBHOOKS_PRIVATE = True
    monkeypatch.setattr(sending, "SECONDS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(requests.Timeout):
        send(f"http://127.0.0.1:{silent.getsockname()[1]}/")


@pytest.mark.loopback
@pytest.mark.usefixtures("catalogue")
def test_a_step_reaches_its_receiver(receiver, settings) -> None:
    settings.WEBHOOKS_PRIVATE = True
    _, secret = subscription_create(name="A newsroom", url=receiver.url)
    finding = make_finding(run=make_run())
    assert webhooks_sweep(send=sending.send) == 1
    ((_, headers, body),) = receiver.got
    message = Webhook(secret).verify(body, headers)
    assert message["type"] == "finding.nominated"
    assert message["data"]["finding"]["id"] == finding.pk
    assert message == json.loads(body)

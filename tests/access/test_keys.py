"""Keys for reading more: made by command or at the desk, shown once, revoked."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from backend.access.models import ApiKey
from backend.access.selectors import api_key_live

pytestmark = pytest.mark.usefixtures("catalogue")


def test_the_command_shows_a_key_that_works_and_the_other_revokes_it(capsys) -> None:
    call_command("api_key_create", "A newsroom", "--per-minute", "6000")
    text = capsys.readouterr().out.strip()
    key = api_key_live(text)
    assert (key.name, key.per_minute) == ("A newsroom", 6000)
    call_command("api_key_revoke", "A newsroom")
    call_command("api_key_revoke", "A newsroom")
    assert api_key_live(text) is None
    assert ApiKey.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    ("name", "per_minute", "words"),
    [("", "5", "1 to 80"), ("x" * 81, "5", "1 to 80"), ("a\x07", "5", "1 to 80"),
     ("a", "0", "from 1 to"), ("a", "1000001", "from 1 to")],
)  # fmt: skip
def test_what_will_not_do_is_refused_and_nothing_is_stored(name, per_minute, words) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("api_key_create", name, "--per-minute", per_minute)
    assert ApiKey.objects.count() == 0


def test_a_name_is_used_once() -> None:
    call_command("api_key_create", "a", "--per-minute", "5")
    with pytest.raises(CommandError, match="There is a key of this name"):
        call_command("api_key_create", "a", "--per-minute", "5")
    with pytest.raises(CommandError, match="no key of this name"):
        call_command("api_key_revoke", "b")
    assert ApiKey.objects.count() == 1


def test_the_desk_makes_a_key_shows_it_once_and_revokes_it(moderator) -> None:
    made = moderator.post(
        "/admin/access/apikey/add/", {"name": "A newsroom", "per_minute": "10"}, follow=True
    )
    page = made.content.decode()
    text = page.split("The key, shown only now: ")[1].split("<")[0].strip()
    assert api_key_live(text).name == "A newsroom"
    assert text not in moderator.get("/admin/access/apikey/").content.decode()
    key = ApiKey.objects.get()
    moderator.post("/admin/access/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    assert api_key_live(text) is None


@pytest.mark.parametrize("values", [("", "10"), ("a", "0"), ("a", "1000001"), ("a\x07b", "10")])
def test_the_desk_refuses_what_will_not_do(moderator, values) -> None:
    form = dict(zip(("name", "per_minute"), values, strict=True))
    assert moderator.post("/admin/access/apikey/add/", form).status_code == 200
    assert ApiKey.objects.count() == 0

"""Calendars elsewhere that are connected: what is said of them, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.plain_calendars import Radicale

from calbook import Client, errors


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    found = tmp_path / "vdir"
    found.mkdir()
    return found


def test_a_directory_is_connected_and_listed(client: Client, directory: Path) -> None:
    added = client.calendar.connections.add("Work", directory, push=True)

    assert client.calendar.connections.list() == (added,)
    assert client.calendar.connections.get("work") == added
    assert added.to_dict() == {
        "name": "work",
        "hostId": "user_me",
        "kind": "vdir",
        "source": str(directory),
        "user": None,
        "passwordFrom": None,
        "allowPrivate": False,
        "busy": False,
        "push": True,
        "freeBusy": False,
        "careful": False,
        "showsText": False,
        "timezone": added.timezone,
        "checkedAt": None,
        "fault": None,
        "written": 0,
        "pending": 0,
        "conflicts": [],
    }


def test_a_directory_says_what_is_there(client: Client, directory: Path) -> None:
    (directory / "1.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    client.calendar.connections.add("work", directory, push=True)

    found = client.calendar.connections.check("work")

    assert (found.objects, found.can_write, found.schedules) == (1, True, False)


@pytest.mark.parametrize(
    ("source", "fields", "error"),
    [
        (".", {}, errors.UsageError),
        ("no/such/directory", {"push": True}, errors.CalendarUnreachable),
        (".", {"push": True, "free_busy": True}, errors.BadInput),
        (".", {"push": True, "shows_text": True}, errors.BadInput),
        (".", {"push": True, "color": "red"}, errors.BadInput),
        (
            ".",
            {"push": True, "user": "me", "password_env": "CAL_PASSWORD"},
            errors.BadInput,
        ),
        ("https://dav.example.com/", {"push": True, "user": "me"}, errors.BadInput),
        ("https://me:secret@dav.example.com/", {"push": True}, errors.BadUrl),
        ("https://169.254.169.254/", {"push": True}, errors.BadUrl),
        ("http://dav.example.com/", {"push": True}, errors.BadUrl),
        ("webcal://dav.example.com/a.ics", {"push": True}, errors.BadUrl),
        ("ftp://dav.example.com/", {"push": True}, errors.BadUrl),
    ],
    ids=lambda value: str(value),
)
def test_what_cannot_be_connected_is_refused(
    client: Client, source: str, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        client.calendar.connections.add("work", source, **fields)

    assert "secret" not in str(refused.value)
    assert client.calendar.connections.list() == ()


def test_a_name_is_taken_by_an_imported_calendar_too(
    client: Client, directory: Path
) -> None:
    data = b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"
    client.calendar.busy.import_ics(data, name="work")

    with pytest.raises(errors.Exists):
        client.calendar.connections.add("work", directory, push=True)


def test_what_is_only_written_to_is_no_busy_time(
    client: Client, directory: Path
) -> None:
    client.calendar.connections.add("work", directory, push=True)

    assert client.calendar.busy.list() == ()


def test_a_calendar_that_is_removed_is_gone_here_alone(
    client: Client, directory: Path
) -> None:
    (directory / "1.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    client.calendar.connections.add("work", directory, push=True)

    client.calendar.connections.remove("work")

    assert client.calendar.connections.list() == ()
    assert [file.name for file in directory.iterdir()] == ["1.ics"]


def test_a_password_is_told_nowhere(
    client: Client, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.CalendarUnreachable) as refused:
        client.calendar.connections.add(
            "work",
            "http://127.0.0.1:9/",
            push=True,
            allow_private=True,
            user="me",
            password_command="echo hunter2",
        )

    assert "hunter2" not in repr(refused.value.to_dict())


# -- on a server -----------------------------------------------------------------------


@pytest.fixture
def log_in(radicale: Radicale, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("CALENDAR_PASSWORD", radicale.password)
    return {
        "user": radicale.user,
        "password_env": "CALENDAR_PASSWORD",
        "allow_private": True,
    }


def test_the_only_calendar_of_a_server_is_found(
    client: Client, radicale: Radicale, log_in: dict[str, Any]
) -> None:
    url = radicale.collection()

    added = client.calendar.connections.add("work", radicale.url, push=True, **log_in)

    assert added.source == url
    assert (added.user, added.password_from) == (radicale.user, "$CALENDAR_PASSWORD")


def test_of_several_calendars_one_has_to_be_named(
    client: Client, radicale: Radicale, log_in: dict[str, Any]
) -> None:
    urls = sorted([radicale.collection(), radicale.collection()])

    with pytest.raises(errors.UsageError) as refused:
        client.calendar.connections.add("work", radicale.url, push=True, **log_in)

    assert [each["url"] for each in refused.value.details["calendars"]] == urls
    added = client.calendar.connections.add("work", urls[1], push=True, **log_in)
    assert added.source == urls[1]
    checked = client.calendar.connections.check("work")
    assert (checked.objects, checked.can_write, checked.schedules) == (0, True, False)
    assert [each["url"] for each in checked.others] == urls[:1]


def test_a_wrong_password_is_said_without_it(
    client: Client,
    radicale: Radicale,
    log_in: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = radicale.collection()
    monkeypatch.setenv("CALENDAR_PASSWORD", "hunter2")

    with pytest.raises(errors.CalendarUnreachable) as refused:
        client.calendar.connections.add("work", url, push=True, **log_in)

    assert "hunter2" not in repr(refused.value.to_dict())
    assert client.calendar.connections.list() == ()


def test_a_private_network_has_to_be_allowed(
    client: Client, radicale: Radicale, log_in: dict[str, Any]
) -> None:
    url = radicale.collection().replace("http:", "https:")

    with pytest.raises(errors.CalendarUnreachable, match="private network"):
        client.calendar.connections.add(
            "work", url, push=True, **log_in | {"allow_private": False}
        )


def test_a_server_that_is_away_is_named(client: Client) -> None:
    with pytest.raises(errors.CalendarUnreachable) as refused:
        client.calendar.connections.add(
            "work", "http://127.0.0.1:9/secret/", push=True, allow_private=True
        )

    assert str(refused.value) == (
        "work of user_me: http://127.0.0.1:9: Connection refused"
    )


def test_a_directory_that_is_not_there_can_be_made(
    client: Client, tmp_path: Path
) -> None:
    with pytest.raises(errors.CalendarUnreachable) as refused:
        client.calendar.connections.add("work", tmp_path / "my work", push=True)

    assert refused.value.json_hint == f"make it: mkdir '{tmp_path}/my work'"


def test_who_has_no_calendar_makes_one(
    client: Client, radicale: Radicale, log_in: dict[str, Any]
) -> None:
    with pytest.raises(errors.CalendarUnreachable) as refused:
        client.calendar.connections.add("work", radicale.url, push=True, **log_in)

    assert refused.value.json_hint == "make one there first"

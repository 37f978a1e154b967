"""Who asks: `--by`, the setting `defaults.by`, and what is asked about before."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from support.running import Answer, Run, Terminal

from calbook import Client, EventType
from calbook.settings.reading import config_path

pytest_plugins = ("support.running",)

START = "2027-01-18 10:00"
ADA = ("--name", "Ada", "--email", "ada@example.com")
CREATE = ("create", "--event", "demo", "--start", START, *ADA)
FROM_NOW_ON = "from now on: calbook config set defaults.by host"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "settings" / "config.toml"
    monkeypatch.setenv("CALBOOK_CONFIG", str(file))
    return file


@pytest.fixture
def strict(event_type: Callable[..., EventType]) -> EventType:
    """Confirmed by the host, and nothing that its attendees may change."""
    return event_type(requires_confirmation=True, allow_cancellation=False)


@pytest.fixture
def as_host(run: Run) -> None:
    assert run("config", "set", "defaults.by", "host").status == 0


def history(client: Client, uid: str) -> list[tuple[str, str]]:
    return [(event.type, event.by) for event in client.calendar.bookings.history(uid)]


# -- the setting -----------------------------------------------------------------------


def test_who_asks_is_set_and_shown(run: Run, config: Path) -> None:
    before = run("config", "show", "defaults.by", "--json").json[0]
    config.parent.mkdir()
    config.write_text('[smtp]\nhost = "a.example"\nfrom = "a@b.org"\n')

    made = run("config", "set", "defaults.by", "HOST", "--json").json

    assert (before["value"], before["source"]) == ("attendee", "default")
    assert (made["value"], made["source"]) == ("host", "file")
    assert ["smtp.host", "a.example", "file"] in run("config", "show").rows
    assert run("config", "get", "defaults.by").out == "host\n"


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("defaults.by", "me"), "attendee, host"),
        (("defaults.bi", "host"), "defaults.by"),
    ],
    ids=["value", "setting"],
)
def test_what_cannot_be_set_is_refused(
    run: Run, config: Path, args: tuple[str, str], named: str
) -> None:
    error = run("config", "set", *args, "--json").error

    assert (error["code"], error["exitCode"]) == ("bad_input", 2)
    assert named in error["hint"]
    assert not config.exists()


def test_the_host_by_setting_is_bound_neither_by_confirmation_nor_by_deadline(
    run: Run, client: Client, strict: EventType, as_host: None
) -> None:
    made = run(*CREATE, "--json").json
    moved = run("reschedule", made["uid"], "--start", "2027-01-18 12:00", "--json").json
    off = run("cancel", made["uid"], "--json").json

    assert [each["status"] for each in (made, moved, off)] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED")
    ]
    assert off["cancelledBy"] == "host"
    assert [by for _, by in history(client, made["uid"])] == ["host"] * 3


def test_other_rules_still_need_an_override(
    run: Run, event_type: Callable[..., EventType], as_host: None
) -> None:
    event_type(minimum_notice=100_000)

    refused = run(*CREATE, "--json").error
    made = run(*CREATE, "--override", "notice", "--json").json

    assert refused["code"] == "minimum_notice"
    assert made["overrides"] == ["notice"]


def test_who_is_named_asks_whatever_is_set(
    run: Run, strict: EventType, as_host: None
) -> None:
    made = run(*CREATE, "--by", "attendee", "--json").json

    assert made["status"] == "PENDING"


def test_seats_are_taken_and_given_back_as_set(
    run: Run, client: Client, event_type: Callable[..., EventType], as_host: None
) -> None:
    event_type("yoga", seats=3, allow_cancellation=False)
    uid = run("create", "--event", "yoga", "--start", START, *ADA).rows[0][0]

    run("attendee", "add", uid, "--email", "bob@example.com")
    left = run("attendee", "remove", uid, "--email", "bob@example.com", "--yes")

    assert left.status == 0
    assert [by for _, by in history(client, uid)] == ["host"] * 3


@pytest.mark.parametrize("lines", [1, 2])
def test_input_and_the_library_are_the_attendee_s(
    run: Run, client: Client, strict: EventType, as_host: None, lines: int
) -> None:
    wanted: list[dict[str, Any]] = [
        {
            "eventTypeId": "demo",
            "startTime": f"2027-01-18 1{n}:00",
            "attendee": {"name": "Ada", "email": "ada@example.com"},
        }
        for n in range(lines)
    ]
    text = "\n".join(map(json.dumps, wanted))

    made = run("create", "--input", "-", "--json", input=text).json
    asked = run("create", "--input", "-", "--by", "host", "--json", input=text)

    every = made if lines > 1 else [made]
    assert {booking["status"] for booking in every} == {"PENDING"}
    assert asked.status == 4  # by the host, at a time that is taken
    booked = client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-19 10:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
    )
    assert booked.status == "PENDING"


def test_a_key_with_another_asker_is_another_request(run: Run, booking: Any) -> None:
    booking(start_time="2027-01-18 08:00")
    keyed = (*CREATE, "--idempotency-key", "k", "--json")
    run(*keyed)
    run("config", "set", "defaults.by", "host")

    assert run(*keyed).error["code"] == "key_reused"
    assert run(*keyed, "--by", "attendee").status == 0


@pytest.mark.parametrize("text", ["[defaults]\nby = 1", "defaults = 1", "[defaults"])
def test_where_the_settings_make_no_sense_nobody_asks(
    run: Run, strict: EventType, config: Path, text: str
) -> None:
    config.parent.mkdir()
    config.write_text(text)

    for command in (CREATE, ("config", "show")):
        shown = run(*command, "--json").error
        assert (shown["code"], str(config) in shown["message"]) == ("bad_input", True)
    assert run("list", "--json").out == "[]\n"


@pytest.mark.parametrize("xdg", [None, "", " ", "/somewhere"])
def test_the_config_file_is_where_platformdirs_has_it(
    monkeypatch: pytest.MonkeyPatch, xdg: str | None
) -> None:
    from platformdirs import user_config_dir

    monkeypatch.delenv("CALBOOK_CONFIG")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", xdg)

    directory = user_config_dir("calbook", appauthor=False)
    assert config_path() == os.path.join(directory, "config.toml")


# -- init ------------------------------------------------------------------------------


def test_init_sets_who_sits_at_the_keyboard(
    terminal: Callable[..., Terminal], run: Run, config: Path
) -> None:
    screen = terminal("init", "--name", "Grace", "--tz", "UTC")
    for asked, answer in (("Your e-mail", "grace@example.com"), ("keyboard", "")):
        screen.expect(asked)
        screen.type(f"{answer}\n")

    assert screen.end() == 0
    assert config.stat().st_mode & 0o777 == 0o600
    assert run("config", "get", "defaults.by").out == "host\n"


def test_init_changes_no_setting_that_stays(
    terminal: Callable[..., Terminal], config: Path
) -> None:
    screen = terminal("init", "--name", "Grace", "--tz", "UTC")
    for asked, answer in (("mail", "grace@example.com"), ("keyboard", "attendee")):
        screen.expect(asked)
        screen.type(f"{answer}\n")

    assert screen.end() == 0
    assert not config.exists()


# -- what people read ------------------------------------------------------------------


def test_the_answer_says_that_it_was_done_as_the_host(
    terminal: Callable[..., Terminal], strict: EventType, as_host: None, client: Client
) -> None:
    shown = []
    for args in (
        CREATE,
        ("reschedule", "UID", "--start", "2027-01-18 12:00"),
        ("cancel", "UID"),
    ):
        uids = [booking.uid for booking in client.calendar.bookings.list()]
        screen = terminal(*(uids[0] if arg == "UID" else arg for arg in args))
        assert screen.end() == 0
        shown.append(screen.shown)

    uid = client.calendar.bookings.list()[0].uid
    assert [text.split(": ")[0] for text in shown] == [
        f"{what} {uid} as host" for what in ("Booked", "Moved", "Cancelled")
    ]
    assert "hint" not in "".join(shown)


def test_of_dates_too(
    terminal: Callable[..., Terminal], client: Client, booking: Any
) -> None:
    rule = {"frequency": "DAILY", "count": 3}
    uid = booking(recurring=rule).uid

    screen = terminal("cancel", uid, "--all", "--by", "host", "--yes")

    assert screen.end() == 0
    assert screen.shown.startswith(f"Cancelled 3 dates of {uid} as host, the first:\n")


def test_a_request_hints_at_the_setting_where_nobody_said_who_asks(
    terminal: Callable[..., Terminal], strict: EventType, client: Client
) -> None:
    first = terminal(*CREATE, columns=120)
    first.end()
    uid = client.calendar.bookings.list()[0].uid
    client.calendar.bookings.cancel(uid)
    second = terminal(*CREATE, "--by", "attendee")
    second.end()

    assert (
        f"hint: as the host it needs no confirmation: --by host, or {FROM_NOW_ON}"
        in (first.shown)
    )
    assert "hint" not in second.shown


def test_a_refusal_by_deadline_hints_at_the_setting(
    run: Run, strict: EventType, client: Client
) -> None:
    uid = run(*CREATE).rows[0][0]
    client.calendar.bookings.confirm(uid)

    error = run("cancel", uid, "--json").error

    assert error["hint"] == f"the host may: --by host, or {FROM_NOW_ON}"
    with pytest.raises(Exception, match="by its attendee") as refusal:
        client.calendar.bookings.cancel(uid)
    assert getattr(refusal.value, "hint", None) == 'the host may: by="host"'


# -- what is asked about ---------------------------------------------------------------


@pytest.fixture
def several(
    client: Client, event_type: Callable[..., EventType], booking: Any
) -> Callable[[str], str]:
    """A booking of several dates, or of several persons, or of neither."""

    def make(kind: str) -> str:
        if kind == "series":
            return str(booking(recurring={"frequency": "DAILY", "count": 3}).uid)
        if kind == "guests":
            return str(booking(guests=["bob@example.com"]).uid)
        if kind == "request":
            event_type("ask", requires_confirmation=True)
            rule = {"frequency": "DAILY", "count": 2}
            return str(booking(event_type_id="ask", recurring=rule).uid)
        event_type("yoga", seats=3)
        guests = ["bob@example.com"] if kind == "group" else []
        return str(booking(event_type_id="yoga", guests=guests).uid)

    return make


CASES = [
    ("series", ("cancel", "--all"), "cancel all 3 dates of UID still to come?"),
    (
        *("series", ("cancel", "--from", "2027-01-19")),
        "cancel 2 dates of UID from Tue 19 Jan 2027 on?",
    ),
    ("group", ("cancel",), "cancel UID for all 2 persons?"),
    ("request", ("reject",), "reject 2 dates of UID?"),
]


@pytest.mark.parametrize(("kind", "args", "asked"), CASES)
def test_off_a_terminal_several_dates_or_persons_need_yes(
    several: Callable[[str], str],
    run: Run,
    client: Client,
    kind: str,
    args: tuple[str, ...],
    asked: str,
) -> None:
    uid = several(kind)
    command = (args[0], uid, *args[1:])

    error = run(*command, "--json").error
    tried = run(*command, "--dry-run", "--json")

    assert (error["code"], error["exitCode"]) == ("usage", 2)
    assert error["message"] == f"nobody is there to ask: {asked.replace('UID', uid)}"
    assert "--yes" in error["hint"]
    assert tried.status == 0
    assert client.calendar.bookings.get(uid).version == 0
    assert run(*command, "--yes", "--json").json["version"] == 1


@pytest.mark.parametrize(("kind", "args", "asked"), CASES)
def test_on_a_terminal_they_are_asked_about(
    several: Callable[[str], str],
    terminal: Callable[..., Terminal],
    client: Client,
    kind: str,
    args: tuple[str, ...],
    asked: str,
) -> None:
    uid = several(kind)
    said = []
    for answer in ("n", "y"):
        screen = terminal(args[0], uid, *args[1:])
        screen.expect((asked[:1].upper() + asked[1:]).replace("UID", uid))
        screen.type(f"{answer}\n")
        said.append((screen.end(), client.calendar.bookings.get(uid).version))

    assert said == [(130, 0), (0, 1)]


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("series", ("--on", "2027-01-19")),
        ("series", ("--from", "2027-01-20")),
        ("guests", ()),
        ("alone", ()),
    ],
)
def test_one_date_and_one_person_need_no_yes(
    several: Callable[[str], str], run: Run, kind: str, args: tuple[str, ...]
) -> None:
    uid = several(kind)

    assert run("cancel", uid, *args, "--json").json["version"] == 1


def test_what_is_refused_is_not_asked_about(
    several: Callable[[str], str], run: Run, clock: Clock
) -> None:
    uid = several("series")
    clock.move(days=30)

    assert run("cancel", uid, "--all", "--json").error["code"] == "nothing_to_change"


def test_what_was_done_with_a_key_is_not_asked_about_again(
    several: Callable[[str], str], run: Run
) -> None:
    command = ("cancel", several("series"), "--all", "--idempotency-key", "k")
    done: Answer = run(*command, "--yes", "--json")

    assert run(*command, "--json").json == done.json

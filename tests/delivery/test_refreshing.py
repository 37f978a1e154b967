"""`deliver` and `tick` read calendars again, and nobody waits for that."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.receiving import Answer, Receiver, hang, no_hanging, status

from calbook import Booking, Client

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Spawn, Terminal

pytest_plugins = ("support.running", "support.receiving")

EVERY = timedelta(minutes=15)
PATIENCE = 30  # seconds
ICS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:lunch\r\n"
    b"DTSTAMP:20270101T000000Z\r\nDTSTART:20270118T{}0000Z\r\nDURATION:PT1H\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def database(place: str) -> str:
    return place


def lunch(hour: int) -> Answer:
    return status(200, body=ICS.replace(b"{}", b"%02d" % hour))


@pytest.fixture
def old(client: Client, receiver: Receiver, clock: Clock) -> None:
    """A calendar that was read fifteen minutes ago; the next answer is another."""
    client.set_up(timezone="UTC", email="grace@example.com")
    receiver.answers["/a.ics"] = [lunch(10), lunch(15)]
    client.calendar.busy.import_ics(
        receiver.url("/a.ics"), name="work", allow_private=True
    )
    clock.now += EVERY


def hours(client: Client) -> list[str]:
    found = client.calendar.busy.times(start_date="2027-01-18", end_date="2027-01-18")
    return [each.start_time[11:13] for each in found]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("deliver",), "15"),
        (("tick",), "15"),
        (("deliver", "--refresh", "15m"), "15"),
        (("deliver", "--refresh", "16m"), "10"),
        (("tick", "--refresh", "1d"), "10"),
        (("tick", "--refresh", "never"), "10"),
        (("tick", "--no-deliver"), "10"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_old_is_read_again(
    client: Client, old: None, run: Run, args: tuple[str, ...], expected: str
) -> None:
    answer = run(*args)

    assert (answer.status, answer.err) == (0, "")
    assert hours(client) == [expected]


@pytest.mark.parametrize("command", ["deliver", "tick"])
def test_what_is_booked_there_is_told_once(
    client: Client,
    booking: Callable[..., Booking],
    receiver: Receiver,
    old: None,
    run: Run,
    clock: Clock,
    command: str,
) -> None:
    """What is read and is as it was, or lies on it as before, is no news."""
    receiver.answers["/a.ics"] = [
        lunch(15),
        lunch(15),
        status(200, body=ICS.replace(b"{}", b"15").replace(b"UID:lunch", b"UID:tea")),
    ]
    made = booking(start_time="2027-01-18T15:00Z")

    first = run(command)
    later = []
    for _ in range(2):
        clock.now += EVERY
        later.append(run(command).err)

    said = f"work: {made.uid} lies in that busy time of user_me: what is booked stays"
    assert (first.status, first.err) == (0, f"{said}\n")
    assert later == ["", ""]


def test_nothing_is_read_where_nothing_is_to_be_sent(
    client: Client, old: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_DELIVER", "off")

    run("deliver")

    assert hours(client) == ["10"]


def test_an_address_is_imported_and_refreshed(run: Run, receiver: Receiver) -> None:
    receiver.answers["/a.ics"] = [lunch(10), status(200, body=EMPTY), lunch(15)]
    address = receiver.url("/a.ics")

    missing = run("busy", "import", address, "--allow-private")
    added = run("busy", "import", address, "--name", "w", "--allow-private", "--json")
    empty = run("busy", "refresh")
    again = run("busy", "refresh", "w", "--yes", "--json")

    assert missing.err.startswith("calbook: missing --name")
    assert added.json["source"] == f"http://127.0.0.1:{receiver.port}/…"
    assert (empty.status, empty.out) == (1, "")
    assert empty.err.endswith("if that is right: calbook busy refresh w --yes\n")
    assert (again.json[0]["stretches"], again.json[0]["fault"]) == (1, None)


@pytest.mark.parametrize("every", ["0", "soon", "-5"])
def test_how_old_is_a_length_of_time(run: Run, every: str) -> None:
    assert run("deliver", "--refresh", every).status == 2


def test_a_fault_is_told_once(
    client: Client, receiver: Receiver, old: None, run: Run, clock: Clock
) -> None:
    receiver.answers["/a.ics"] = [status(404)] * 2

    first = run("deliver")
    clock.now += EVERY
    second = run("deliver")

    assert first.status == second.status == 0
    assert first.err == (
        f"calbook: work of user_me: http://127.0.0.1:{receiver.port}/…: there is no"
        " calendar at that address (404)\n"
        "hint: ask for the calendar's address again: it may have been reset\n"
    )
    assert second.err == ""
    assert len(receiver.requests) == 3


def test_a_watcher_sends_while_a_calendar_hangs(
    client: Client,
    receiver: Receiver,
    old: None,
    booking: Callable[..., Booking],
    spawn: Spawn,
) -> None:
    client.calendar.webhooks.create(receiver.url("/hook"), allow_http=True)
    receiver.answers["/a.ics"] = [hang()]
    watcher = spawn("deliver", "--watch")
    wait_for(lambda: asked(receiver, "/a.ics") == 2)

    with no_hanging():
        booking(start_time="2027-01-18 20:00")
        wait_for(lambda: asked(receiver, "/hook") == 1)
        watcher.send_signal(signal.SIGINT)
        watcher.communicate(timeout=PATIENCE)

    assert watcher.returncode == -signal.SIGINT
    assert hours(client) == ["10"]


def test_a_watcher_reads_again_what_has_become_old(
    client: Client, receiver: Receiver, old: None, spawn: Spawn
) -> None:
    spawn("deliver", "--watch", stderr=subprocess.DEVNULL)

    wait_for(lambda: hours(client) == ["15"])

    assert asked(receiver, "/a.ics") == 2


def test_a_watcher_tells_what_is_booked_there(
    client: Client, old: None, booking: Callable[..., Booking], spawn: Spawn
) -> None:
    made = booking(start_time="2027-01-18T15:00Z")
    watcher = spawn("deliver", "--watch")
    wait_for(lambda: hours(client) == ["15"])
    time.sleep(0.5)  # until it has told

    watcher.send_signal(signal.SIGINT)
    _, said = watcher.communicate(timeout=PATIENCE)

    assert f"work: {made.uid} lies in that busy time of user_me" in said.decode()


def test_slots_warn_on_a_terminal_of_a_calendar_older_than_a_day(
    client: Client, old: None, run: Run, terminal: Terminal, clock: Clock
) -> None:
    client.calendar.event_types.create("demo")
    clock.now += timedelta(hours=23)
    fresh = terminal("slots", "--event", "demo")
    fresh.end()
    clock.now += timedelta(days=2)

    shown = terminal("slots", "--event", "demo", columns=120)
    shown.end()
    piped = run("slots", "--event", "demo")

    said = "the calendar work of user_me was last read 2 days ago: calbook busy refresh"
    assert "was last read" not in fresh.shown
    assert said in shown.shown
    assert piped.err == ""


def test_the_list_says_how_old_a_calendar_is_and_why(
    client: Client, receiver: Receiver, old: None, terminal: Terminal
) -> None:
    receiver.answers["/a.ics"] = [status(503)]
    client.calendar.busy.refresh(refused=lambda error: None)

    shown = terminal("busy", "list", columns=200)
    shown.end()

    assert "seen 15 min ago; not read: http://127.0.0.1" in shown.shown


def asked(receiver: Receiver, path: str) -> int:
    return sum(request.path == path for request in receiver.requests)


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)

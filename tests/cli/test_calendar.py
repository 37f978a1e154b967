"""`calendar` on the command line: what it prints, asks and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.plain_calendars import Radicale

from calbook import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.running import Look, Run, Terminal

pytest_plugins = ("support.running",)

BOOK = (
    *("create", "--event", "demo", "--start", "2027-01-18 10:00"),
    *("--name", "Ada", "--email", "ada@example.com"),
)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def office(client: Client) -> None:
    client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
    client.calendar.event_types.create("demo")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


@pytest.fixture
def pushed(run: Run, work: Path) -> Path:
    assert run("calendar", "add", "work", "--url", work, "--push").status == 0
    return work


def test_a_booking_is_written_right_after_the_command(run: Run, pushed: Path) -> None:
    booked = run(*BOOK)

    assert (booked.status, booked.err) == (0, "")
    assert [file.stem for file in pushed.iterdir()] == [booked.rows[0][0]]
    assert run("calendar", "log", "--fields", "target,type,status,response").rows == [
        ["user_me/work", "booking.created", "delivered", "written"]
    ]


def test_show_says_where_a_booking_was_written(
    run: Run, client: Client, pushed: Path, look: Look
) -> None:
    first = run(*BOOK).rows[0][0]
    again = (*BOOK[:4], "2027-01-18 11:00", *BOOK[5:])
    second = run(*again, "--no-deliver").rows[0][0]

    assert "\nWritten in  work of me\n" in look("show", first)
    assert "Written in" not in look("show", second)
    [calendar] = client.calendar.connections.list(uid=first[:9])
    assert calendar.name == "work"


def test_what_waits_is_said(run: Run, pushed: Path) -> None:
    run(*BOOK, "--no-deliver")

    assert run("calendar", "list", "--fields", "name,written,pending").rows == [
        ["work", "0", "1"]
    ]
    assert run("deliver", "--fields", "channel,status").rows == [
        ["calendar", "delivered"]
    ]


def test_a_conflict_is_said_after_the_command(run: Run, pushed: Path) -> None:
    uid = run(*BOOK).rows[0][0]
    file = pushed / f"{uid}.ics"
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))

    moved = run("reschedule", uid, "--start", "2027-01-18 11:00")

    assert moved.status == 0
    assert moved.err == (
        "calbook: the entry in user_me/work has failed for good:"
        " it was changed there: theirs stays\n"
        "hint: to write over it:"
        f" calbook calendar sync work --uid {uid} --force\n"
    )
    assert run("calendar", "show", "work", "--json").json["conflicts"] == [uid]
    [failed, _] = run("calendar", "log", "--json").json
    again = run("calendar", "redeliver", failed["id"])
    assert "has failed for good" in again.err
    assert run("calendar", "sync", "work", "--force").status == 0
    assert b"SUMMARY:Demo" in file.read_bytes()
    assert run("calendar", "show", "work", "--json").json["conflicts"] == []


def test_what_was_found_is_exit_status_1(run: Run, pushed: Path) -> None:
    uid = run(*BOOK).rows[0][0]
    assert run("calendar", "sync").status == 0
    file = pushed / f"{uid}.ics"
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))

    found = run("calendar", "sync", "--json")

    assert found.status == 1
    assert json.loads(found.out) == [
        {
            "kind": "changed",
            "calendar": "work",
            "hostId": "user_me",
            "uid": uid,
            "resource": f"{uid}.ics",
            "titleThere": "My Demo: Ada",
            "moves": [],
            "overwritten": False,
        }
    ]
    assert run("calendar", "sync", "--force").status == 0
    assert run("calendar", "sync").status == 0
    assert b"SUMMARY:Demo: Ada" in file.read_bytes()


def test_a_calendar_that_is_suddenly_empty_needs_a_word(
    run: Run, pushed: Path, terminal: Callable[..., Terminal]
) -> None:
    uid = run(*BOOK).rows[0][0]
    (pushed / f"{uid}.ics").unlink()

    refused = run("calendar", "sync")
    screen = terminal("calendar", "sync", columns=120)
    screen.expect("there (1). Go on? [y/N]: ")
    screen.type("n\n")
    said = run("calendar", "sync", "--yes", "--fields", "kind,uid")

    assert refused.status == 1
    assert refused.err == (
        "calbook: work of user_me holds nothing any more, not even what was written"
        " there (1)\n"
        "hint: if that is right: calbook calendar sync work --yes\n"
    )
    assert screen.end() == 130
    assert (said.status, said.out) == (1, f"deleted\t{uid}\n")


def test_one_that_cannot_be_reached_stops_no_other(
    run: Run, pushed: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    run("calendar", "add", "other", "--url", tmp_path / "other", "--push")
    uid = run(*BOOK).rows[0][0]
    (tmp_path / "other" / f"{uid}.ics").unlink()
    (tmp_path / "other").rmdir()
    file = pushed / f"{uid}.ics"
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))

    found = run("calendar", "sync", "--fields", "kind")

    assert (found.status, found.out) == (8, "changed\n")
    assert "other of user_me: cannot read" in found.err


def test_removing_says_what_stays_and_what_is_dropped(
    run: Run, pushed: Path, terminal: Callable[..., Terminal]
) -> None:
    run(*BOOK)
    run(*BOOK[:4], "2027-01-18 12:00", *BOOK[5:], "--no-deliver")

    screen = terminal("calendar", "remove", "work")
    screen.expect("Disconnect work of user_me? [y/N]: ")
    screen.type("n\n")
    assert screen.end() == 130
    removed = run("calendar", "remove", "work", "--yes")

    assert removed.err == (
        "Disconnected work of user_me\n"
        "1 booking stays there as written\nDropped 1 change that was still to be sent\n"
    )
    assert len(list(pushed.iterdir())) == 1


def test_nothing_to_do_is_refused_with_what_there_is(run: Run, work: Path) -> None:
    refused = run("calendar", "add", "work", "--url", work)

    assert (refused.status, refused.err) == (
        2,
        "calbook: say what the calendar is for\n"
        "hint: --busy lets it block its host, --push writes bookings there\n",
    )


def test_a_card_says_it_in_words(
    run: Run, pushed: Path, terminal: Callable[..., Terminal]
) -> None:
    run(*BOOK)

    shown, listed, checked = (
        terminal("calendar", *words, columns=200)
        for words in (("show", "work"), ("list",), ("check", "work"))
    )

    assert [screen.end() for screen in (shown, listed, checked)] == [0, 0, 0]
    assert "Written    1 booking" in shown.shown
    assert "work      me    push        1  " in listed.shown
    assert "Sends invitations  no" in checked.shown


def test_of_several_calendars_somebody_chooses_one(
    run: Run,
    terminal: Callable[..., Terminal],
    radicale: Radicale,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = sorted([radicale.collection(), radicale.collection()])
    monkeypatch.setenv("CALENDAR_PASSWORD", radicale.password)
    log_in = ("--user", radicale.user, "--password-env", "CALENDAR_PASSWORD")
    words = ("calendar", "add", "work", "--url", radicale.url, "--push", *log_in)

    refused = run(*words, "--allow-private")
    screen = terminal(*words, "--allow-private", columns=200)
    screen.expect("Which calendar (a number): ")
    screen.type("2\n")

    assert (refused.status, "hint: give the URL of one of them" in refused.err) == (
        2,
        True,
    )
    assert screen.end() == 0
    assert run("calendar", "list", "--fields", "source").rows == [[urls[1]]]
    assert radicale.password not in screen.shown + refused.err


def test_what_was_found_is_said_also_where_busy_time_cannot_be_read(
    run: Run, work: Path
) -> None:
    run("calendar", "add", "work", "--url", work, "--push", "--busy")
    uid = run(*BOOK).rows[0][0]
    file = work / f"{uid}.ics"
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))
    (work / "other.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")

    found = run("calendar", "sync", "--fields", "kind,uid")

    assert (found.status, found.out) == (1, f"changed\t{uid}\n")


def test_a_calendar_is_changed(run: Run, pushed: Path) -> None:
    run(*BOOK, "--no-deliver")

    changed = run("calendar", "update", "work", "--no-push", "--busy", "--show")
    nothing = run("calendar", "update", "work")
    twice = run("calendar", "add", "work", "--url", pushed, "--push")

    assert "Dropped 1 change that was still to be sent\n" in changed.err
    found = run("calendar", "show", "work", "--json").json
    assert (found["push"], found["busy"], found["showsText"]) == (False, True, True)
    assert (nothing.status, twice.status) == (5, 4)
    assert "hint: to change it: calbook calendar update work\n" in twice.err


def test_one_booking_is_overwritten_alone(run: Run, pushed: Path) -> None:
    uids = [run(*BOOK[:4], f"2027-01-18 1{n}:00", *BOOK[5:]).rows[0][0] for n in "03"]
    files = [pushed / f"{uid}.ics" for uid in uids]
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))

    words = ("calendar", "sync", "work", "--force")
    done = run(*words, "--uid", uids[0][:9], "--fields", "uid,overwritten")
    unknown = run(*words, "--uid", "bk_zzzz99")

    assert (done.status, done.rows) == (0, [[uids[0], "true"]])
    assert [b"SUMMARY:My " in file.read_bytes() for file in files] == [False, True]
    assert unknown.status == 3
    assert run("calendar", "sync", "--fields", "uid").out == f"{uids[1]}\n"


def test_how_bookings_follow_is_said_on_a_terminal(
    run: Run, pushed: Path, terminal: Callable[..., Terminal]
) -> None:
    moved, gone = (
        run(*BOOK[:4], f"2027-01-18 1{n}:00", *BOOK[5:]).rows[0][0] for n in "03"
    )
    (pushed / f"{gone}.ics").unlink()
    file = pushed / f"{moved}.ics"
    data = file.read_bytes().replace(b"T100000", b"T110000")
    file.write_bytes(data.replace(b"T103000", b"T113000"))

    screen = terminal("calendar", "sync", columns=200)

    assert screen.end() == 1
    assert (
        f'hint: calbook reschedule {moved} --start "2027-01-18 11:00" --by host'
        in screen.shown
    )
    assert (
        f"hint: calbook cancel {gone} --by host,"
        f" or calbook calendar sync work --uid {gone} --force" in screen.shown
    )
    assert "hint:" not in run("calendar", "sync").err

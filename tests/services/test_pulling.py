"""Connected calendars that block: read in full or not at all, each object by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.broken_events import BROKEN, broken_event, event
from support.lying_calendars import LyingCalendar

from calbook import Booking, BusyCalendar, Client, errors
from calbook.core.model import DAY

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.lying_calendars",)

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def zone(client: Client) -> None:
    client.set_up(timezone="UTC", email="Grace@example.com")


def lunch(uid: str = "lunch", start: datetime = TEN) -> bytes:
    return event(start, HOUR, uid=uid).encode()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    found = tmp_path / "vdir"
    found.mkdir()
    return found


def write(directory: Path, name: str, data: bytes) -> None:
    """As vdirs are written: whole, under another name first."""
    (directory / ".new").write_bytes(data)
    os.replace(directory / ".new", directory / name)


def connect(client: Client, source: object, **fields: Any) -> BusyCalendar:
    wanted = {"busy": True, "allow_private": "://" in str(source), **fields}
    client.calendar.connections.add("work", str(source), **wanted)
    return client.calendar.busy.get("work")


def starts(client: Client) -> list[str]:
    found = client.calendar.busy.times(start_date="2026-01-01", end_date="2030-01-01")
    return [each.start_time[:16] for each in found]


def refused(client: Client) -> errors.CalbookError:
    """What a refresh says; the busy time is as it was."""
    before, said = starts(client), list[errors.CalbookError]()
    client.calendar.busy.refresh(refused=said.append)
    assert starts(client) == before
    [error] = said
    return error


def test_what_stands_in_a_directory_blocks_at_once(
    client: Client, directory: Path, event_type: Callable[..., object]
) -> None:
    event_type()
    write(directory, "lunch.ics", lunch())

    added = connect(client, directory)

    assert (added.kind, added.stretches, added.fault) == ("vdir", 1, None)
    with pytest.raises(errors.SlotTaken, match="the calendar work of user_me"):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=TEN,
            attendee={"name": "Ada", "email": "ada@example.com"},
        )


def test_what_is_not_read_does_not_block(client: Client, directory: Path) -> None:
    write(directory, "lunch.ics", lunch())

    client.calendar.connections.add("work", str(directory), push=True)

    assert client.calendar.busy.list() == ()
    assert client.calendar.busy.refresh() == ()
    assert client.calendar.busy.refresh(older_than=EVERY) == ()


def test_a_change_there_is_read(client: Client, directory: Path, clock: Clock) -> None:
    write(directory, "lunch.ics", lunch())
    added = connect(client, directory)
    clock.now += HOUR

    [same] = client.calendar.busy.refresh()
    write(directory, "tea.ics", lunch("tea", TEN + 5 * HOUR))
    [changed] = client.calendar.busy.refresh()

    assert same.imported_at == added.imported_at
    assert same.checked_at is not None
    assert same.checked_at > added.imported_at
    assert changed.imported_at == same.checked_at
    assert starts(client) == ["2027-01-18T10:00", "2027-01-18T15:00"]


def test_what_has_not_changed_takes_two_requests(
    client: Client, liar: LyingCalendar, clock: Clock
) -> None:
    for number in range(50):
        liar.store(f"{number}.ics", lunch(f"e{number}", TEN + number * DAY))
    connect(client, liar.url)
    assert len(starts(client)) == 50
    clock.now += EVERY
    liar.requests.clear()

    [same] = client.calendar.busy.refresh(older_than=EVERY)

    assert same.checked_at is not None
    assert same.checked_at > same.imported_at
    assert len(liar.requests) <= 2
    assert "REPORT" not in liar.methods()


def test_it_is_read_further_ahead_as_time_goes_by(
    client: Client, liar: LyingCalendar, clock: Clock
) -> None:
    liar.store("lunch.ics", lunch())
    connect(client, liar.url)
    liar.requests.clear()

    for _ in range(60):
        clock.now += DAY
        client.calendar.busy.refresh()

    assert liar.methods().count("REPORT") == 60


BROKEN_OBJECTS = {
    "cut": lunch("cut")[:-40],
    "alien": b"\x89PNG\r\n\x1a\n",
    "empty": b"",
    "page": b"<html>Sign in</html>",
    "julian": lunch("julian").replace(
        b"VERSION:2.0", b"VERSION:2.0\r\nCALSCALE:JULIAN"
    ),
}


def test_one_that_is_broken_spoils_no_other_and_is_named(
    client: Client, directory: Path
) -> None:
    for name, data in BROKEN_OBJECTS.items():
        write(directory, f"{name}.ics", data)
    write(directory, "wide.ics", lunch("wide").decode().encode("utf-16"))
    write(directory, "lunch.ics", lunch(start=TEN + 5 * HOUR))

    added = connect(client, directory)

    assert starts(client) == ["2027-01-18T10:00", "2027-01-18T15:00"]
    named = {each["uid"]: each["reason"] for each in added.skipped}
    assert named.keys() == BROKEN_OBJECTS.keys()
    assert "cut short" in named["cut"]
    assert "not a calendar file" in named["page"]


@pytest.mark.parametrize("kind", BROKEN)
def test_one_that_its_server_takes_spoils_no_other(
    client: Client, liar: LyingCalendar, kind: str
) -> None:
    liar.store("broken.ics", broken_event(kind, TEN, uid="broken").encode())
    liar.store("lunch.ics", lunch())

    added = connect(client, liar.url)

    assert [each["uid"] for each in added.skipped] == ["broken"]
    assert starts(client) == ["2027-01-18T10:00"]


def test_own_bookings_are_no_busy_time(
    client: Client, directory: Path, booking: Callable[..., Booking]
) -> None:
    own = booking(start_time=TEN)
    write(directory, f"{own.uid}.ics", lunch(f"{own.uid}@calbook"))
    write(directory, "tea.ics", lunch("tea", TEN + 5 * HOUR))

    added = connect(client, directory)

    assert added.bookings == 1
    assert starts(client) == ["2027-01-18T15:00"]


def test_a_list_that_is_cut_leaves_the_busy_time(
    client: Client, liar: LyingCalendar
) -> None:
    liar.store("lunch.ics", lunch())
    connect(client, liar.url)
    liar.store("tea.ics", lunch("tea", TEN + 5 * HOUR))
    liar.cuts = 700

    error = refused(client)

    assert isinstance(error, errors.CalendarUnreachable)
    assert error.message.startswith("work of user_me: ")
    assert client.calendar.busy.get("work").fault is not None
    liar.cuts = None
    [again] = client.calendar.busy.refresh()
    assert (again.fault, again.stretches) == (None, 2)


def test_a_list_that_is_suddenly_empty_is_not_taken_unasked(
    client: Client, liar: LyingCalendar
) -> None:
    liar.store("lunch.ics", lunch())
    connect(client, liar.url)
    liar.objects.clear()

    error = refused(client)
    client.calendar.busy.refresh("work", confirmed=True)

    assert isinstance(error, errors.CalendarEmpty)
    assert starts(client) == []


@pytest.fixture
def lost(
    client: Client, directory: Path, booking: Callable[..., Booking], clock: Clock
) -> list[str]:
    """What was written into a directory, of which nothing is there but the newest."""
    write(directory, "lunch.ics", lunch())
    connect(client, directory, push=True)
    made = [booking(start_time=TEN + n * HOUR).uid for n in (1, 2)]
    client.deliver()
    clock.now += EVERY
    client.calendar.busy.refresh()
    clock.now += EVERY
    for file in directory.iterdir():
        file.unlink()
    assert isinstance(refused(client), errors.CalendarEmpty)
    made.append(booking(start_time=TEN + 3 * HOUR).uid)
    client.deliver()
    assert [file.stem for file in directory.iterdir()] == made[-1:]
    return made


def test_what_calbook_writes_makes_no_calendar_of_an_empty_one(
    client: Client, lost: list[str]
) -> None:
    error = refused(client)

    assert isinstance(error, errors.CalendarEmpty)
    assert "holds nothing but bookings any more" in error.message
    assert starts(client) == ["2027-01-18T10:00"]
    client.calendar.busy.refresh("work", confirmed=True)
    assert starts(client) == []


def test_the_first_that_is_written_makes_none_either(
    client: Client, directory: Path, booking: Callable[..., Booking], clock: Clock
) -> None:
    write(directory, "lunch.ics", lunch())
    connect(client, directory, push=True)
    clock.now += EVERY
    (directory / "lunch.ics").unlink()
    booking(start_time=TEN + HOUR)
    client.deliver()

    assert isinstance(refused(client), errors.CalendarEmpty)


def test_the_last_of_others_may_go_where_all_that_was_written_is_there(
    client: Client, directory: Path, booking: Callable[..., Booking], clock: Clock
) -> None:
    write(directory, "lunch.ics", lunch())
    connect(client, directory, push=True)
    booking(start_time=TEN + HOUR)
    client.deliver()
    clock.now += EVERY
    client.calendar.busy.refresh()
    (directory / "lunch.ics").unlink()

    client.calendar.busy.refresh()

    assert starts(client) == []


def test_what_is_left_out_of_a_list_is_free_only_in_a_full_read(
    client: Client, liar: LyingCalendar
) -> None:
    """A report of what is gone is never asked for."""
    for name in ("lunch", "tea"):
        liar.store(f"{name}.ics", lunch(name, TEN + (name == "tea") * 5 * HOUR))
    connect(client, liar.url)
    liar.hidden = {"tea.ics"}

    client.calendar.busy.refresh()
    unchanged = starts(client)
    liar.store("dinner.ics", lunch("dinner", TEN + 9 * HOUR))
    client.calendar.busy.refresh()

    assert unchanged == ["2027-01-18T10:00", "2027-01-18T15:00"]
    assert starts(client) == ["2027-01-18T10:00", "2027-01-18T19:00"]
    assert not any(b"sync-collection" in each.body for each in liar.requests)


def test_a_careful_one_is_busy_at_what_cannot_be_read(
    client: Client, directory: Path
) -> None:
    broken = event(TEN, HOUR, uid="lunch", line="DURATION:-P1D")
    write(directory, "lunch.ics", broken.encode())
    write(directory, "half.ics", lunch("half", TEN + DAY).partition(b"END:")[0])

    added = connect(client, directory, careful=True)

    assert client.calendar.connections.get("work").careful
    assert added.careful
    assert starts(client) == ["2027-01-18T10:00", "2027-01-19T10:00"]


def test_free_busy_blocks_what_the_server_says(
    client: Client, liar: LyingCalendar
) -> None:
    added = connect(client, liar.url, free_busy=True)

    assert starts(client) == ["2027-01-18T10:00"]
    assert added.stretches == 1


def test_own_bookings_that_are_written_there_are_not_in_the_way(
    client: Client, liar: LyingCalendar, booking: Callable[..., Booking]
) -> None:
    """Free/busy names nobody: the host could not move her own booking by a minute."""
    booking(start_time=TEN, duration=None)

    connect(client, liar.url, free_busy=True, push=True)

    assert starts(client) == []


def test_the_name_of_a_connected_calendar_is_taken(
    client: Client, directory: Path
) -> None:
    client.calendar.connections.add("work", str(directory), push=True)

    with pytest.raises(errors.BadInput, match="work is a connected calendar"):
        client.calendar.busy.import_ics(lunch(), name="work")


def test_it_is_removed_where_it_was_connected(client: Client, directory: Path) -> None:
    connect(client, directory)

    with pytest.raises(errors.UsageError, match="work is a connected calendar") as it:
        client.calendar.busy.remove("work")

    assert it.value.json_hint == "calbook calendar remove work"


def test_a_booking_that_was_given_away_blocks_nobody_before_it_is_taken_out(
    client: Client,
    directory: Path,
    event_type: Callable[..., object],
    booking: Callable[..., Booking],
) -> None:
    """Its former host was busy with it until the next reading after that."""
    client.calendar.hosts.create("bob", name="Bob", timezone="UTC")
    event_type(scheduling_type="ROUND_ROBIN", hosts=["me", "bob"])
    connect(client, directory, push=True, host_id="me")
    made = booking(host_id="me")
    client.deliver()
    client.calendar.bookings.reassign(made.uid, host_id="bob")

    client.calendar.busy.refresh()

    assert starts(client) == []


def test_a_calendar_is_read_once_a_day_whatever_its_server_says(
    client: Client, liar: LyingCalendar, clock: Clock
) -> None:
    """What had changed under the same mark was not seen for a month."""
    liar.store("lunch.ics", lunch())
    connect(client, liar.url)
    liar.objects["lunch.ics"] = liar.objects["lunch.ics"]._replace(
        data=lunch(start=TEN + HOUR)
    )
    client.calendar.busy.refresh()
    assert starts(client) == ["2027-01-18T10:00"]

    clock.move(days=1, hours=1)
    client.calendar.busy.refresh()

    assert starts(client) == ["2027-01-18T11:00"]


def test_a_booking_that_was_moved_there_blocks_both_times(
    client: Client, directory: Path
) -> None:
    """One that its host had moved blocked nothing where it stood."""
    bookings = client.calendar.bookings
    client.calendar.event_types.create("demo")
    connect(client, directory, push=True)
    wanted = {"event_type_id": "demo", "attendee": {"name": "Bob", "email": "b@b.ch"}}
    moved = bookings.create(start_time=TEN, **wanted)
    client.deliver()
    [entry] = directory.glob("*.ics")
    text = entry.read_text().replace("T100000", "T110000").replace("T103", "T113")
    write(directory, entry.name, text.encode())

    busy = client.calendar.busy.refresh("work")

    assert busy[0].overlapping == ()
    for start in (TEN, TEN + HOUR):
        with pytest.raises(errors.SlotTaken):
            bookings.create(start_time=start, **wanted)
    bookings.reschedule(moved.uid, start_time=TEN + HOUR, by="host")
    client.deliver()
    assert starts(client) == []
    bookings.create(start_time=TEN, **wanted)


def test_a_file_name_that_is_no_text_blinds_no_calendar(
    client: Client, directory: Path
) -> None:
    """It could not be stored, and the calendar could not be read any more."""
    write(directory, "lunch.ics", lunch())
    write(directory, os.fsdecode(b"caf\xe9\x1b.ics"), b"nonsense")

    added = connect(client, directory)

    assert (added.stretches, added.fault) == (1, None)
    assert [each["uid"] for each in added.skipped] == [r"caf\udce9\u001b"]

"""What an open client knows of the catalog is what stands in the file."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock

from calbook import Client, errors
from calbook.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.sqlite

Change = Callable[[Client], object]
START = "2027-01-18T10:00:00Z"


@pytest.fixture
def warm(path: Path, clock: Clock) -> Iterator[Client]:
    """A client that has booked already."""
    with closing(Client(path, clock=clock)) as client:
        client.calendar.event_types.create("talk", duration=30)
        for hour in (11, 12):
            book(client, start_time=f"2027-01-18T{hour}:00:00Z")
        yield client


def book(client: Client, **options: Any) -> dict[str, Any]:
    ada = {"name": "Ada", "email": "ada@example.com"}
    wanted = {"event_type_id": "talk", "start_time": START, "attendee": ada}
    return client.calendar.bookings.create(**wanted | options).to_dict()


def outcome(client: Client) -> object:
    """What a booking would be, or why it is refused."""
    try:
        return book(client, dry_run=True)
    except errors.CalbookError as error:
        return error.to_dict()


def event(**fields: Any) -> Change:
    return lambda client: client.calendar.event_types.update("talk", **fields)


def close_the_day(client: Client) -> object:
    schedule = client.calendar.schedules.list()[0].id
    return client.calendar.schedules.override(schedule, date="2027-01-18")


def close_every_day(client: Client) -> object:
    schedule = client.calendar.schedules.list()[0].id
    return client.calendar.schedules.update(schedule, availability=[])


def move_away(client: Client) -> object:
    schedule = client.calendar.schedules.list()[0].id
    return client.calendar.schedules.update(schedule, timezone="Asia/Tokyo")


def limit_the_host(client: Client) -> object:
    return client.calendar.hosts.update("me", limits=["2/day"])


def forbid_doubles(client: Client) -> object:
    return client.calendar.event_types.create("alone", no_double=True)


CHANGES = [
    *(event(title="Speech"), event(duration=45), event(active=False)),
    *(event(minimum_notice=100_000), event(requires_confirmation=True)),
    *(close_the_day, close_every_day, move_away, limit_the_host, forbid_doubles),
]
IDS = [
    *("title", "duration", "inactive", "notice", "confirmation", "override"),
    *("hours", "zone", "host", "doubles"),
]


def of_itself(warm: Client, path: Path, change: Change) -> None:
    change(warm)


def of_another(warm: Client, path: Path, change: Change) -> None:
    with closing(Client(path)) as other:
        change(other)


@pytest.mark.parametrize("whose", [of_itself, of_another])
@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_a_booking_heeds_each_change_before_it(
    warm: Client,
    path: Path,
    clock: Clock,
    change: Change,
    whose: Callable[[Client, Path, Change], None],
) -> None:
    before = outcome(warm)
    book(warm, start_time="2027-01-18T13:00:00Z")

    whose(warm, path, change)

    with closing(Client(path, clock=clock)) as fresh:
        assert outcome(warm) == outcome(fresh)
    assert outcome(warm) != before or change is forbid_doubles


def test_a_change_that_was_taken_back_is_not_known(warm: Client) -> None:
    context = warm._context

    with suppress(ZeroDivisionError), context.store.transaction() as tx:
        changed = tx.event_type("talk")._replace(title="Speech")
        tx.save_event_type(changed, now=context.clock())
        assert tx.event_type("talk").title == "Speech"
        raise ZeroDivisionError

    assert book(warm)["title"] == "Talk"


def test_a_refused_booking_leaves_what_is_known(warm: Client, path: Path) -> None:
    with pytest.raises(errors.SlotTaken):
        book(warm, start_time="2027-01-18T11:00:00Z")
    of_another(warm, path, event(title="Speech"))
    with pytest.raises(errors.SlotTaken):
        book(warm, start_time="2027-01-18T11:00:00Z")

    assert book(warm)["title"] == "Speech"


def test_a_new_webhook_hears_of_the_next_booking(warm: Client, path: Path) -> None:
    with closing(Client(path)) as other:
        other.calendar.webhooks.create("https://example.com/hook")

    book(warm)

    assert warm.queued == 1


def test_a_file_in_the_place_of_another_is_read_anew(
    warm: Client, path: Path, clock: Clock, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with closing(Client(copy)) as other:
        event(title="Speech")(other)
    os.replace(copy, path)

    assert book(warm)["title"] == "Speech"


def test_another_booking_asks_nothing_of_the_catalog(warm: Client) -> None:
    asked: list[str] = []
    conn = warm._context.store._conn  # type: ignore[attr-defined]
    conn.set_trace_callback(asked.append)

    book(warm)

    tables = ("event_types", "hosts", "schedules", "webhooks", "calendars")
    read = {t for t in tables for text in asked if re.search(rf"from {t}\b", text)}
    assert len(asked) > 10
    assert read == set()


def change_in_many_ways(client: Client, clock: Clock) -> None:
    bookings = client.calendar.bookings
    first = client.calendar.bookings.list()[0].uid
    bookings.update(first, notes="by phone", notify_attendee=None)
    bookings.reschedule(first, start_time="2027-01-18T14:00:00Z")
    bookings.reassign(first, host_id="bob")
    bookings.cancel(first)
    bookings.undo(first)
    held = bookings.hold(event_type_id="talk", start_time=START, minutes=5)
    clock.move(minutes=6)
    asked = book(client, start_time="2027-01-19T10:00:00Z", event_type_id="ask")
    bookings.confirm(asked["uid"])
    assert bookings.get(held.uid).status == "CANCELLED"
    clock.move(days=30)
    bookings.mark_no_show(first)


def test_who_writes_bookings_alone_writes_nothing_of_the_catalog(
    warm: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what is known of it would be wrong: SQLite tells of all that is written."""
    calendar = warm.calendar
    calendar.hosts.create("bob", name="Bob")
    both = {"hosts": ["me", "bob"], "scheduling_type": "ROUND_ROBIN"}
    calendar.event_types.update("talk", **both)
    calendar.event_types.create("ask", requires_confirmation=True)
    calendar.webhooks.create("https://example.com/hook")
    written: dict[int, set[str | None]] = {}
    write = SqliteStore.write_bookings

    def note(action: int, table: str | None, *_: object) -> int:
        written.setdefault(action, set()).add(table)
        return sqlite3.SQLITE_OK

    def noting(self: SqliteStore, step: Any, *, dry_run: bool = False) -> Any:
        def watched(tx: Any) -> Any:
            tx.connection.set_authorizer(note)
            try:
                return step(tx)
            finally:
                tx.connection.set_authorizer(None)

        return write(self, watched, dry_run=dry_run)

    monkeypatch.setattr(SqliteStore, "write_bookings", noting)

    change_in_many_ways(warm, clock)

    inserted, updated, deleted = (
        written[action]
        for action in (
            *(sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE),
        )
    )
    assert {"bookings", "events", "deliveries"} <= inserted
    assert not CATALOG & (inserted | updated | deleted)


CATALOG = {
    *("event_types", "event_type_hosts", "hosts", "schedules"),
    *("schedule_overrides", "webhooks", "calendars"),
}

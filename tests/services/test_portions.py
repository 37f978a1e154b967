"""What takes long is written in portions; others write between, or it is killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.stores import opened

from calbook import Booking, Client, errors
from calbook.store import busy as busy_store
from calbook.store import outbox, waits
from calbook.store import store as any_store

if TYPE_CHECKING:
    from conftest import Clock

FIRST = datetime(2027, 1, 18, tzinfo=UTC)


class Killed(Exception):
    """The process is no more."""


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What others do after each portion; a portion is a step, and a step is little."""
    acts: list[Callable[[], object]] = []
    monkeypatch.setattr(any_store, "PORTION_SECONDS", 0)
    monkeypatch.setattr(busy_store, "_MOST_PIECES", 3)
    monkeypatch.setattr(outbox, "_AT_ONCE", 2)
    monkeypatch.setattr(waits, "_AT_ONCE", 2)

    def pause(_: float) -> None:
        for act in acts:
            act()

    monkeypatch.setattr(any_store, "time", Pausing(pause))
    return acts


class Pausing:
    """The module `time`, but what sleeps does something."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep, self.monotonic = sleep, time.monotonic


def calendar(*hours: int) -> bytes:
    """Half an hour is busy at each of these hours from the first day on."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:u{hour}\r\nDTSTAMP:20261101T000000Z\r\n"
        f"DTSTART:{FIRST + timedelta(hours=hour):%Y%m%dT%H%M%SZ}\r\n"
        "DURATION:PT30M\r\nEND:VEVENT\r\n"
        for hour in hours
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
    return text.encode()


def busy_hours(place: str) -> set[int]:
    with opened(place) as conn:
        found = conn.execute("select busy_start from busy").fetchall()
    return {(start - int(FIRST.timestamp())) // 3600 for (start,) in found}


OLD, NEW = set(range(0, 40, 2)), set(range(1, 50, 3))


def test_between_two_portions_no_busy_time_is_missing(
    client: Client, place: str, between: list[Callable[[], object]]
) -> None:
    """A large import held the lock for seconds, and refused who wanted to book."""
    imports = client.calendar.busy.import_ics
    imports(calendar(*OLD), name="work", host_id="me")
    seen: list[set[int]] = []
    between.append(lambda: seen.append(busy_hours(place)))
    between.append(lambda: rename(place))

    imports(calendar(*NEW), name="work", host_id="me")

    assert len(seen) > 8
    assert all(now >= OLD or now >= NEW for now in seen)
    assert busy_hours(place) == NEW
    assert client.check() == ()


def rename(place: str) -> None:
    """What another process writes meanwhile, without waiting."""
    with opened(place) as conn:
        conn.execute("update hosts set name = name || '.'")


def after(portions: int, happens: Callable[[], object]) -> Callable[[], None]:
    left = [portions]

    def act() -> None:
        left[0] -= 1
        if left[0] == 0:
            happens()

    return act


def killed_after(portions: int) -> Callable[[], None]:
    def kill() -> None:
        raise Killed

    return after(portions, kill)


@pytest.mark.parametrize("portions", [1, 3, 6, 8, 12])
def test_an_import_that_is_killed_is_mended_by_the_next_one(
    client: Client,
    place: str,
    between: list[Callable[[], object]],
    portions: int,
) -> None:
    imports = client.calendar.busy.import_ics
    imports(calendar(*OLD), name="work", host_id="me")
    between.append(killed_after(portions))

    with pytest.raises(Killed):
        imports(calendar(*NEW), name="work", host_id="me")

    left = busy_hours(place)
    assert left >= OLD or left >= NEW
    assert client.check() == ()
    between.clear()
    imports(calendar(*NEW), name="work", host_id="me")
    assert busy_hours(place) == NEW


def test_of_two_imports_at_once_the_later_one_stays(
    client: Client, place: str, clock: Clock, between: list[Callable[[], object]]
) -> None:
    imports = client.calendar.busy.import_ics
    imports(calendar(*OLD), name="work", host_id="me")

    def import_another() -> None:
        between.clear()
        with Client(place, clock=clock) as other:
            other.calendar.busy.import_ics(calendar(*NEW), name="work", host_id="me")

    between.append(after(3, import_another))

    with pytest.raises(errors.Busy, match="imported again"):
        imports(calendar(*range(60, 80)), name="work", host_id="me")

    assert busy_hours(place) >= NEW
    assert client.check() == ()


@pytest.mark.parametrize("what", ["calendar", "host"])
def test_a_large_calendar_is_removed_in_portions(
    client: Client, place: str, between: list[Callable[[], object]], what: str
) -> None:
    client.calendar.hosts.create("bob")
    client.calendar.busy.import_ics(calendar(*OLD), name="work", host_id="bob")
    seen: list[set[int]] = []
    between.append(lambda: seen.append(busy_hours(place)))

    if what == "host":
        client.calendar.hosts.delete("bob")
    else:
        client.calendar.busy.remove("work")

    assert len(seen) > 4
    assert client.calendar.busy.list() == ()
    assert client.check() == ()


def test_a_host_in_use_keeps_its_busy_time(
    client: Client, place: str, booking: Callable[..., Booking]
) -> None:
    booking()
    client.calendar.busy.import_ics(calendar(*OLD), name="work", host_id="me")

    with pytest.raises(errors.InUse):
        client.calendar.hosts.delete("me")

    assert busy_hours(place) == OLD


# -- reminders -----------------------------------------------------------------------


@pytest.fixture
def mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[smtp]\nhost = "localhost"\nfrom = "me@example.com"\nsecurity = "none"\n'
    )
    monkeypatch.setenv("CALBOOK_CONFIG", str(config))


@pytest.fixture
def booked(
    client: Client, booking: Callable[..., Booking], mail_server: None
) -> set[str]:
    client.calendar.hosts.update("me", email="me@example.com")
    return {booking().uid for _ in range(9)}


def reminded(place: str) -> set[tuple[str, int]]:
    with opened(place) as conn:
        rows = conn.execute(
            "select r.uid, minutes from reminders r join deliveries d"
            " on d.id = r.delivery where d.status = 'pending'"
        )
        return set(rows)


def remind(client: Client, minutes: int) -> None:
    client.calendar.event_types.update(
        "demo", reminders=[{"minutesBefore": minutes, "to": "attendee"}]
    )


def test_the_reminders_of_many_bookings_are_queued_in_portions(
    client: Client, place: str, booked: set[str], between: list[Callable[[], object]]
) -> None:
    """Over 60,000 bookings it held the write lock for 55 seconds."""
    seen: list[int] = []
    between.append(lambda: seen.append(len(reminded(place))))
    between.append(lambda: rename(place))

    remind(client, 60)

    assert seen == [0, *range(1, 10), 9]
    assert reminded(place) == {(uid, 60) for uid in booked}


@pytest.mark.parametrize("portions", [1, 3, 5])
def test_a_tick_ends_what_was_killed(
    client: Client,
    place: str,
    booked: set[str],
    between: list[Callable[[], object]],
    portions: int,
) -> None:
    remind(client, 60)
    between.append(killed_after(portions))
    with pytest.raises(Killed):
        remind(client, 30)
    between.clear()
    assert reminded(place) != {(uid, 30) for uid in booked}

    client.tick()

    assert reminded(place) == {(uid, 30) for uid in booked}
    client.tick()
    assert client.check() == ()


def test_the_reminders_to_a_host_follow_it_in_portions(
    client: Client, place: str, booked: set[str], between: list[Callable[[], object]]
) -> None:
    client.calendar.event_types.update(
        "demo", reminders=[{"minutesBefore": 60, "to": "host"}]
    )
    between.append(lambda: rename(place))

    client.calendar.hosts.update("me", email="ada@example.com")

    with opened(place) as conn:
        targets = conn.execute(
            "select target, count(*) from deliveries where status = 'pending'"
            " group by target"
        ).fetchall()
    assert targets == [("ada@example.com", len(booked))]


def test_what_a_wrong_clock_dropped_is_put_back_in_portions(
    client: Client,
    place: str,
    clock: Clock,
    booked: set[str],
    between: list[Callable[[], object]],
) -> None:
    """Eleven long series held the write lock for 77 seconds."""
    remind(client, 60)
    clock.move(days=365)
    client.tick()
    assert reminded(place) == set()
    clock.move(days=-365)
    seen: list[int] = []
    between.append(lambda: seen.append(len(reminded(place))))
    between.append(lambda: rename(place))

    client.tick()

    assert {now - before for before, now in pairwise(seen)} <= {0, 1}
    assert reminded(place) == {(uid, 60) for uid in booked}


def test_what_waits_since_a_wrong_clock_is_made_due_in_portions(
    client: Client,
    place: str,
    clock: Clock,
    booking: Callable[..., Booking],
    between: list[Callable[[], object]],
) -> None:
    """All at once, 60,000 held the write lock for more than a second."""
    webhooks = client.calendar.webhooks
    webhooks.create("https://example.com/")
    for _ in range(7):
        booking()
    with opened(place) as conn:
        conn.execute("update deliveries set due_at = due_at + 86400")
    now = clock.now.isoformat()
    left: list[int] = []
    between.append(
        lambda: left.append(len([w for w in webhooks.log() if w.next_at != now]))
    )
    between.append(lambda: rename(place))

    client.tick()

    assert [n for n in left if n] == [7, 5, 3, 1]


def test_many_dates_that_are_over_are_told_of_in_portions(
    client: Client,
    place: str,
    clock: Clock,
    booking: Callable[..., Booking],
    between: list[Callable[[], object]],
) -> None:
    booking(recurring={"frequency": "DAILY", "count": 120})
    clock.move(days=365)
    between.append(lambda: rename(place))

    told = client.tick()

    assert len(told) == 120


@pytest.mark.parametrize("how", ["removed", "switched off"])
def test_what_waits_for_a_webhook_is_dropped_in_portions(
    client: Client,
    place: str,
    booking: Callable[..., Booking],
    between: list[Callable[[], object]],
    how: str,
) -> None:
    webhooks = client.calendar.webhooks
    hook = webhooks.create("https://example.com/")
    for _ in range(7):
        booking()
    left: list[int] = []
    between.append(lambda: left.append(len(webhooks_pending(place))))
    between.append(lambda: rename(place))

    if how == "removed":
        webhooks.delete(hook.id)
    else:
        webhooks.update(hook.id, active=False)

    assert left[:4] == [5, 3, 1, 0]
    assert {d.status for d in webhooks.log()} == {"dropped"}
    assert client.check() == ()


def test_a_refused_change_of_a_webhook_drops_nothing(
    client: Client, place: str, booking: Callable[..., Booking]
) -> None:
    hook = client.calendar.webhooks.create("https://example.com/")
    booking()

    with pytest.raises(errors.InputError):
        client.calendar.webhooks.update(hook.id, active=False, url="http://example.com")

    assert len(webhooks_pending(place)) == 1


def webhooks_pending(place: str) -> list[tuple[str]]:
    with opened(place) as conn:
        return conn.execute(
            "select id from deliveries where status = 'pending'"
        ).fetchall()

"""Files of older versions, from the one before busy time on: brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import MONDAY
from sqlite_utils import Database
from support.mailing import Server

from calbook import Client, Person, errors
from calbook.cli.shell import complete
from calbook.store.sqlite import schema
from calbook.store.sqlite.file_access import APPLICATION_ID
from store.test_version_1 import dumped, fill, held, tables

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing",)

ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture
def today(path: Path, clock: Clock) -> Path:
    """A file of today with bookings of every kind."""
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        client.calendar.webhooks.create("https://hooks.example/told")
        uids = fill(client, clock)
        client.calendar.bookings.add_note(uids["confirmed"], content="Tea")
    return today


FIRST_UNSEEN = {
    2: "create_busy",
    3: "create_outbox",
    4: "undo_wrong_clocks",
    5: "add_actors",
    6: "let_dates_have_other_hosts",
    7: "add_resources",
    8: "connect_calendars",
    9: "create_settings",
    10: "let_hosts_have_languages",
    11: "find_by_host_and_status",
}


@pytest.fixture(params=FIRST_UNSEEN.items(), ids=map(str, FIRST_UNSEEN))
def version(request: pytest.FixtureRequest) -> tuple[int, str]:
    """A version, and the first migration that it had not seen."""
    found: tuple[int, str] = request.param
    return found


@pytest.fixture
def old(path: Path, today: Path, version: tuple[int, str]) -> Path:
    """The file that the calbook of that version would have made of them."""
    return make_old(path, today, *version)


# What is another column by now, and what there was of all events.
_SINCE = {"email_folded": "person_key", "booking": "coalesce(booking, '{}')"}


def make_old(path: Path, today: Path, number: int, unseen: str) -> Path:
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("attach ? as today", [str(today)])
        schema.migrations.apply(Database(conn), stop_before=unseen)
        for table, names in tables(conn).items():
            columns = ", ".join(names)
            today_s = ", ".join(_SINCE.get(name, name) for name in names)
            conn.execute(f"delete from main.{table}")
            conn.execute(
                f"insert into main.{table} ({columns})"
                f" select {today_s} from today.{table}"
            )
        conn.execute(f"pragma application_id = {APPLICATION_ID}")
        conn.execute(f"pragma user_version = {number}")
    return path


def test_it_holds_what_it_held_and_the_copy_too(
    old: Path, today: Path, clock: Clock, version: tuple[int, str]
) -> None:
    before = dumped(old)
    with closing(sqlite3.connect(today)) as conn:
        everything = tables(conn)

    with Client(old, clock=clock) as client:
        client.calendar.bookings.list()
        findings = client.check()

    kept = old.with_name(f"{old.name}.before-{version[0] + 1}")
    assert findings == ()
    assert dumped(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    assert {"calendars", "busy", "webhooks", "deliveries"} <= everything.keys()
    wanted = {t: held(today, t) for t in everything}
    for row in wanted["event_types"] if version[0] < 8 else ():
        row["contact"] = "EMAIL"  # which all were asked for
    assert {row["actor"] for row in wanted["events"]} == {"grace", None}
    for row in wanted["events"] if version[0] < 6 else ():
        row["actor"] = None  # nobody had kept it
    if version[0] <= 3:
        wanted["webhooks"] = wanted["deliveries"] = []
    changed = {e["uid"] for e in wanted["events"] if e["type"] not in _FIRST}
    for row in wanted["events"]:
        row |= dict.fromkeys(("sequence", "version", "replaced"))
        is_told = version[0] > 3  # before there were no webhooks
        kept = row["booking"] if is_told or row["uid"] in changed else None
        row["booking"] = kept
    assert {t: held(old, t) for t in everything} == wanted


_FIRST = ("booking.created", "booking.held", "booking.completed")


def test_a_group_of_an_older_file_is_joined_for_a_day(path: Path, clock: Clock) -> None:
    """All who were in it take part in all of it."""
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        client.calendar.event_types.create("yoga", seats=2)
        uid = client.calendar.bookings.create(
            event_type_id="yoga",
            start_time="2027-01-18 10:00",
            attendee=ADA,
            recurring={"frequency": "WEEKLY", "count": 2},
        ).uid
    make_old(path, today, 7, FIRST_UNSEEN[7])

    with Client(path, clock=clock) as client:
        old = client.calendar.bookings.get(uid)
        joined = client.calendar.bookings.add_attendee(
            uid, email="bob@example.com", on="2027-01-25"
        )

    assert (old.attendee.only_on, old.attendee.absent_on) == ((), ())
    assert [o.seats_taken for o in old.occurrences] == [1, 1]
    assert [o.seats_taken for o in joined.occurrences] == [1, 2]


def test_it_takes_busy_time(old: Path, clock: Clock) -> None:
    start = MONDAY.replace(day=18)
    with Client(old, clock=clock) as client:
        client.calendar.busy.add(
            start_time=start, end_time=start.replace(hour=12), host_id="me"
        )

        with pytest.raises(errors.SlotTaken, match="user_me is busy"):
            client.calendar.bookings.create(
                event_type_id="demo", start_time=start, attendee=ADA
            )


def test_completion_reads_it_before_it_is_brought_up_to_date(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = old.read_bytes()

    complete.complete(["events", f"--db={old}", "de"])

    assert capsys.readouterr().out == "demo\n"
    assert old.read_bytes() == before


def test_reminders_that_a_wrong_clock_dropped_before_are_queued_again(
    path: Path, clock: Clock, post: Server
) -> None:
    """A file of version 4 knows nothing of when they were worked out."""
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        client.set_up(email="grace@example.com", timezone="UTC")
        client.calendar.event_types.create("demo", reminders=[{"minutes_before": 60}])
        for days, rule in ((14, None), (15, {"frequency": "WEEKLY", "count": 3})):
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY + timedelta(days=days),
                attendee=ADA,
                recurring=rule,
            )
        clock.move(days=30)
        client.tick()
    make_old(path, today, 4, FIRST_UNSEEN[4])

    clock.move(days=-30)
    with Client(path, clock=clock) as client:
        client.tick()
        log = client.calendar.mails.log(status="pending")

    assert sorted((mail.next_at or "")[:13] for mail in log) == [
        "2027-01-18T08",
        "2027-01-19T08",
    ]


def test_a_request_that_had_lost_its_time_has_expired(
    path: Path, today: Path, clock: Clock
) -> None:
    """It was pending without it when a wrong clock was put right."""
    with Client(today, clock=clock) as client:
        asked = [
            client.calendar.bookings.create(
                event_type_id="ask", start_time=MONDAY.replace(day=day), attendee=ADA
            ).uid
            for day in (25, 26)
        ]
        clock.move(days=30)
        client.tick()
    make_old(path, today, 4, FIRST_UNSEEN[4])
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("delete from claims where uid = ?", [asked[0]])
        conn.commit()

    clock.move(days=-30)
    with Client(path, clock=clock) as client:
        lost, whole = (client.calendar.bookings.get(uid) for uid in asked)
        client.calendar.bookings.confirm(whole.uid)
        pending = client.calendar.bookings.list(status="PENDING")
        assert client.check() == ()

    assert not {booking.uid for booking in pending} & set(asked)
    assert (lost.status, lost.resolution) == ("CANCELLED", "expired")
    assert whole.status == "PENDING"


def test_an_address_is_found_by_either_form_of_its_domain(
    path: Path, today: Path, clock: Clock
) -> None:
    """Stored before, one was another person than the other."""
    with Client(today, clock=clock) as client:
        uid = client.calendar.bookings.create(
            event_type_id="demo",
            start_time=MONDAY.replace(day=18),
            attendee={"name": "Ada", "email": "ada@Bücher.example"},
        ).uid
    with closing(sqlite3.connect(today)) as conn, conn:
        conn.execute(
            "update attendees set person_key = 'ada@bücher.example' where uid = ?",
            [uid],
        )
    made = make_old(path, today, 4, FIRST_UNSEEN[4])

    with Client(made, clock=clock) as client:
        for form in ("ADA@bücher.example", "ada@xn--bcher-kva.example"):
            found = client.calendar.bookings.list(attendee_email=form)
            assert [booking.uid for booking in found] == [uid]


def test_addresses_that_only_case_folding_made_one_are_two(
    path: Path, clock: Clock, post: Server
) -> None:
    """`weiß@` was stored as `weiss@` up to version 7, in all that is kept of it."""
    today = path.with_name("today.db")
    otto, anna = "Otto.Weiß@example.com", "otto.weiss@example.com"
    with Client(today, clock=clock) as client:
        client.set_up(email="grace@example.com", timezone="UTC")
        client.calendar.event_types.create(
            "demo", seats=2, reminders=[{"minutes_before": 60}]
        )
        uids = [
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY.replace(day=day),
                attendee={"name": "Otto", "email": otto},
            ).uid
            for day in (5, 18)
        ]
        clock.move(days=2)
        client.calendar.bookings.mark_attended(uids[0], email=otto)
    with closing(sqlite3.connect(today)) as conn, conn:
        changed = [
            conn.execute(f"update {table} set {column} = replace({column}, 'ß', 'ss')")
            for table, column in (
                *(("attendees", "person_key"), ("occurrences", "attendances")),
                *(("deliveries", "target"), ("reminders", "target")),
            )
        ]
        assert all(each.rowcount for each in changed)
    make_old(path, today, 7, FIRST_UNSEEN[7])

    with Client(path, clock=clock) as client:
        bookings = client.calendar.bookings
        found = bookings.list(attendee_email="OTTO.weiß@example.com")
        assert [each.uid for each in found] == uids
        assert bookings.list(attendee_email=anna) == ()
        assert bookings.get(uids[0]).attendee.attendance == "attended"
        mails = client.calendar.mails.log(email=otto)
        bookings.add_attendee(uids[1], name="Anna", email=anna)
        assert client.calendar.mails.log(email=otto) == mails  # told only once
        assert client.check() == ()
    assert {mail.target for mail in mails} == {otto.lower()}


GUESTS = (
    ("one", {"name": "Ada", "email": "ada@example.com", "phone": "+351 912 345 678"}),
    ("two", {"name": "Bob", "email": "bob@example.com", "phone": "00351 912345678"}),
    (
        "three",
        {"name": "Ada King", "email": "ADA@example.com", "timezone": "Asia/Tokyo"},
    ),
)


def test_the_book_is_filled_with_who_was_booked_before(
    path: Path, clock: Clock
) -> None:
    """From the oldest booking to the newest; a phone finds who gave it first."""
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        client.calendar.event_types.create("demo")
        for hour, (_, who) in enumerate(GUESTS, 10):
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY.replace(day=18, hour=hour),
                attendee=who,
                by="host",
                override=["hours"],
            )
    made = make_old(path, today, 6, FIRST_UNSEEN[6])

    with Client(made, clock=clock) as client:
        people = client.calendar.people
        ada, bob = (people.get(f"{name}@example.com") for name in ("ada", "bob"))

        assert people.list() == (
            Person({k: v for k, v in ada.to_dict().items() if k != "figures"}),
            Person({k: v for k, v in bob.to_dict().items() if k != "figures"}),
        )
        assert (ada.name, ada.email, ada.timezone, ada.bookings) == (
            *("Ada King", "ADA@example.com", "Asia/Tokyo"),
            2,
        )
        assert people.get("+351912345678") == ada
        assert people.get(bob.id) == bob
        found = client.calendar.bookings.list(phone="00351912345678")
        assert [each.attendee.email for each in found] == [
            "ada@example.com",
            "bob@example.com",
        ]
        assert client.calendar.event_types.get("demo").contact == "EMAIL"
        assert client.calendar.event_types.create("other").contact == "ANY"
        with pytest.raises(errors.UsageError, match="asks for an e-mail address"):
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY.replace(day=19),
                attendee={"name": "Eve", "phone": "12345"},
            )
        assert client.check() == ()


def test_its_event_types_are_what_they_were(old: Path, clock: Clock) -> None:
    """One length, at all dates, in all hours of their hosts."""
    with Client(old, clock=clock) as client:
        found = client.calendar.event_types.list()
        slots = client.calendar.availability.get(event_type_id="demo")

    assert found
    for event_type in found:
        assert event_type.durations == [event_type.duration]
        assert (event_type.first_date, event_type.last_date) == (None, None)
        assert event_type.availability is None
    assert slots


def test_so_many_a_day_is_as_much_as_before(
    old: Path, today: Path, version: tuple[int, str], clock: Clock
) -> None:
    """And is one of the limits now; nobody has others."""
    with Client(today, clock=clock) as client:
        client.calendar.event_types.update("demo", slots_per_day=1)
    make_old(old.with_name("older.db"), today, *version)

    with Client(old.with_name("older.db"), clock=clock) as client:
        demo = client.calendar.event_types.get("demo")
        assert (demo.slots_per_day, demo.limits) == (1, ["1/day"])
        assert (demo.per_person, demo.max_in_a_row, demo.no_double) == ([], None, False)
        assert client.calendar.hosts.get("me").limits == []
        wanted = {"event_type_id": "demo", "attendee": ADA}
        client.calendar.bookings.create(**wanted, start_time="2027-02-15 10:00")
        with pytest.raises(errors.SlotsPerDay):
            client.calendar.bookings.create(**wanted, start_time="2027-02-15 12:00")

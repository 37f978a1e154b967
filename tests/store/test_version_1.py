"""A file of schema version 1, from before series, groups and teams: brought up to date.

What it holds afterwards is what the same bookings hold that are made today.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from conftest import DAYS, MONDAY
from sqlite_utils import Database

from calbook import Booking, Client
from calbook.store.facts import Facts
from calbook.store.sqlite import schema
from calbook.store.sqlite.file_access import APPLICATION_ID

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running",)

ADA = {"name": "Ada", "email": "Ada@Example.com", "timezone": "Europe/London"}


class Old(NamedTuple):
    """A version 1 file, and the same bookings in a file of today."""

    path: Path
    today: Path
    uids: dict[str, str]


@pytest.fixture
def old(path: Path, clock: Clock) -> Old:
    today = path.with_name("today.db")
    with Client(today, clock=clock) as client:
        uids = fill(client, clock)
    today.chmod(0o600)
    downgrade(today, path)
    return Old(path, today, uids)


def fill(client: Client, clock: Clock) -> dict[str, str]:
    """A booking for each way in which one can end, by what became of it."""
    calendar = client.calendar
    always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
    calendar.schedules.create("any", timezone="Europe/Lisbon", availability=always)
    calendar.hosts.create("ann", schedule_id="any", email="ann@example.com")
    calendar.event_types.create("demo", schedule_id="any", hosts=["me"])
    calendar.event_types.create("ask", schedule_id="any", requires_confirmation=True)
    calendar.event_types.create(
        "panel", schedule_id="any", hosts=["ann", "me"], scheduling_type="COLLECTIVE"
    )

    def book(hour: int, event_type: str = "demo", **fields: Any) -> str:
        start = MONDAY + timedelta(hours=hour)
        wanted = {"event_type_id": event_type, "start_time": start, "attendee": ADA}
        return calendar.bookings.create(**wanted, **fields).uid

    uids = {
        "expired": book(1, "ask"),
        "over": book(2),
        "confirmed": book(
            48,
            guests=["Bob@example.com"],
            notes="Tea",
            metadata={"k": [1]},
            idempotency_key="first",
        ),
        "cancelled": book(49),
        "rejected": book(50, "ask"),
        "panel": book(51, "panel"),
        "panel that is off": book(52, "panel"),
        "pending": book(53, "ask"),
        "moved": book(54),
        "expired untold": book(4, "ask"),
        "over untold": book(5),
    }
    calendar.bookings.cancel(uids["cancelled"], reason="Ill")
    calendar.bookings.cancel(uids["panel that is off"], cancelled_by="host")
    calendar.bookings.reject(uids["rejected"])
    start = MONDAY + timedelta(hours=72)
    calendar.bookings.reschedule(uids["moved"], start_time=start, reason="Train")
    clock.move(hours=3)
    client.tick()
    clock.move(hours=3)
    return uids


def downgrade(today: Path, old: Path) -> None:
    """Make the file that the first calbook would have made of the same bookings.

    Each of its events had the whole booking; here, that of the end.
    """
    old.touch(0o600)
    with Client(today) as client:
        bookings = client.calendar.bookings.list()
    whole = {booking.uid: as_it_was(booking.to_dict()) for booking in bookings}
    with closing(sqlite3.connect(old, isolation_level=None)) as conn:
        conn.create_function("as_it_was", 1, whole.get, deterministic=True)
        conn.execute("attach ? as today", [str(today)])
        schema.migrations.apply(Database(conn), stop_before="add_series_groups_teams")
        for table, names in tables(conn).items():
            columns = ", ".join(names)
            today_s = columns.replace("email_folded", "person_key")
            values = columns.replace("booking", "as_it_was(uid)")
            conn.execute(f"delete from main.{table}")
            conn.execute(
                f"insert into main.{table} ({columns}) select"
                f" {values if table == 'events' else today_s} from today.{table}"
            )
        conn.execute(f"pragma application_id = {APPLICATION_ID}")
        conn.execute("pragma user_version = 1")


def tables(conn: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each table of the main file."""
    found = conn.execute(
        "select name from pragma_table_list where schema = 'main' and type = 'table'"
        r" and name not like 'sqlite\_%' escape '\' and name not like '\_%' escape '\'"
    ).fetchall()
    return {
        name: [row[1] for row in conn.execute(f"pragma main.table_info({name})")]
        for (name,) in found
    }


NEW_KEYS = (
    *("attendances", "replies", "offsetDiffers", "seatsTaken"),
    *("hostIds", "resourceIds"),
)


def as_it_was(made: dict[str, Any]) -> str:
    """A booking's JSON with the keys that it had."""
    people = ("email", "name", "phone", "timezone")
    made["attendee"] = {key: made["attendee"][key] for key in people}
    made["guests"] = [{key: guest[key] for key in people} for guest in made["guests"]]
    for key in ("resourceIds", "partstat", "repliedAt"):
        del made[key]
    for occurrence in made["occurrences"]:
        for key in NEW_KEYS:
            del occurrence[key]
    return json.dumps(made, ensure_ascii=False)


def dumped(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return "\n".join(conn.iterdump())


def held(path: Path, table: str) -> list[dict[str, Any]]:
    """Its rows; people by their address, as their ids are random."""
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        rows = [dict(row) for row in conn.execute(f"select * from {table}")]
        try:
            names = dict(conn.execute("select id, email from people").fetchall())
        except sqlite3.OperationalError:  # a file of before
            names = {}
    named = [_without_ids(row, names) for row in rows]
    return sorted(named, key=repr) if table in ("people", "person_keys") else named


def _without_ids(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    of_clock = ("created_at", "updated_at") if row.get("id") in names else ()
    return {
        name: f"id:{names[value[3:]]}"
        if name == "key" and value[3:] in names
        else names.get(value, value)
        for name, value in row.items()
        if name not in of_clock
    }


@pytest.fixture
def client(old: Old, clock: Clock) -> Iterator[Client]:
    """On the old file, which is read for the first time."""
    with Client(old.path, clock=clock) as client:
        client.calendar.hosts.list()
        _name_people_alike(old)
        yield client


def _name_people_alike(old: Old) -> None:
    """Give people the ids of the other file: they are random."""
    with closing(sqlite3.connect(old.path)) as conn, conn:
        conn.execute("attach ? as today", [str(old.today)])
        found = conn.execute(
            "select o.id, t.id from people o join today.people t on t.email = o.email"
        ).fetchall()
        for old_id, id in found:
            conn.execute("update people set id = ? where id = ?", [id, old_id])
            for table in ("person_keys", "attendees"):
                conn.execute(
                    f"update {table} set person_id = ? where person_id = ?",
                    [id, old_id],
                )
            conn.execute(
                "update person_keys set key = ? where key = ?",
                [f"id:{id}", f"id:{old_id}"],
            )


def turn(client: Client, event_type: str, host: str) -> tuple[int, int | None]:
    with client._context.store.read(Facts) as facts:
        return facts.turn_facts(
            f"evt_{event_type}", f"user_{host}", now=datetime.fromtimestamp(0, UTC)
        )


def test_the_file_as_it_was_is_kept(old: Old, clock: Clock) -> None:
    before = dumped(old.path)

    with Client(old.path, clock=clock) as client:
        client.calendar.bookings.list()

    kept = old.path.with_name(f"{old.path.name}.before-2")
    assert dumped(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600


def test_it_holds_what_a_file_of_today_holds(old: Old, client: Client) -> None:
    with closing(sqlite3.connect(old.today)) as conn:
        everything = tables(conn)
    found = {table: held(old.path, table) for table in everything}
    wanted = {table: held(old.today, table) for table in everything}
    for row in (*found["bookings"], *wanted["bookings"]):
        del row["last_at"]  # of series alone, and there were none
    for row in wanted["event_types"]:
        row["contact"] = "EMAIL"  # which all were asked for
    for row in (*found["events"], *wanted["events"]):
        for name in ("booking", "sequence", "version", "replaced"):
            del row[name]  # what an event holds is another thing since
        row["actor"] = None
    for row in (*found["idempotency_keys"], *wanted["idempotency_keys"]):
        del row["answer"]  # which was that of the event

    assert found == wanted
    assert {"host_loads", "notes", "private_notes"} <= found.keys()
    assert client.check() == ()


def test_each_host_has_the_bookings_that_take_place(old: Old, client: Client) -> None:
    """A request that had expired was counted as one that takes place."""
    places = {uid: n for n, uid in enumerate(old.uids.values(), start=1)}
    hosts = held(old.path, "booking_hosts")
    dead = ["expired", "cancelled", "rejected", "panel that is off"]

    assert {row["uid"]: row["made"] for row in hosts} == places
    assert {row["uid"] for row in hosts if not row["is_live"]} == {
        old.uids[name] for name in dead
    }
    assert turn(client, "demo", "me") == (4, places[old.uids["over untold"]])
    assert turn(client, "ask", "me") == (2, places[old.uids["expired untold"]])
    for host in ("ann", "me"):
        assert turn(client, "panel", host) == (1, places[old.uids["panel"]])
    assert turn(client, "demo", "ann") == (0, None)


def test_it_reads_as_before(old: Old, client: Client, clock: Clock) -> None:
    with Client(old.today, clock=clock) as today:
        theirs, ours = today.calendar.bookings, client.calendar.bookings
        edge = MONDAY + timedelta(hours=50)

        assert ours.list(count=None) == theirs.list(count=None)
        assert ours.list(start_date=edge) == theirs.list(start_date=edge)
        assert ours.list_occurrences(count=None) == theirs.list_occurrences(count=None)
        for uid in old.uids.values():
            assert ours.get(uid) == theirs.get(uid)
            told = [event.to_dict() for event in theirs.history(uid)]
            assert [event.to_dict() for event in ours.history(uid)] == [
                {**event, "actor": None} for event in told
            ]
            assert ours.get_notes(uid) == ()


Act = Callable[[Client, dict[str, str]], Booking]
ACTS: dict[str, Act] = {
    "cancel": lambda client, uids: client.calendar.bookings.cancel(uids["confirmed"]),
    "confirm": lambda client, uids: client.calendar.bookings.confirm(uids["pending"]),
    "reject": lambda client, uids: client.calendar.bookings.reject(uids["pending"]),
    "cancel of two hosts": lambda client, uids: client.calendar.bookings.cancel(
        uids["panel"]
    ),
    "reschedule": lambda client, uids: client.calendar.bookings.reschedule(
        uids["moved"], start_time=MONDAY + timedelta(hours=49)
    ),
    "no-show": lambda client, uids: client.calendar.bookings.mark_no_show(uids["over"]),
    "attended": lambda client, uids: client.calendar.bookings.mark_attended(
        uids["over untold"]
    ),
    "update": lambda client, uids: client.calendar.bookings.update(
        uids["confirmed"], email="lovelace@example.com"
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_it_is_changed_as_a_file_of_today_is(
    old: Old, client: Client, clock: Clock, act: Act
) -> None:
    with Client(old.today, clock=clock) as today:
        ours, theirs = (act(each, old.uids).to_dict() for each in (client, today))
    for booking in (ours, theirs):  # who has a new address has a new id
        assert booking["attendee"].pop("personId")
    assert ours == theirs

    for table in ("booking_hosts", "host_loads", "claims", "occurrences"):
        assert held(old.path, table) == held(old.today, table)
    assert client.check() == ()


def test_a_new_booking_is_the_newest(old: Old, client: Client) -> None:
    client.calendar.event_types.update(
        "demo", hosts=["me", "ann"], scheduling_type="ROUND_ROBIN"
    )
    start = MONDAY + timedelta(hours=80)
    hosts = []
    for hour in range(3):
        booking = client.calendar.bookings.create(
            event_type_id="demo", start_time=start + timedelta(hours=hour), attendee=ADA
        )
        hosts.append(booking.host_id)

    assert hosts == ["user_ann", "user_me", "user_ann"]
    assert turn(client, "demo", "ann") == (2, len(old.uids) + 3)
    assert turn(client, "demo", "me") == (5, len(old.uids) + 2)


def test_a_first_answer_is_given_again_with_every_key(
    old: Old, client: Client, clock: Clock
) -> None:
    again = {
        "event_type_id": "demo",
        "start_time": MONDAY + timedelta(hours=48),
        "attendee": ADA,
        "guests": ["Bob@example.com"],
        "notes": "Tea",
        "metadata": {"k": [1]},
        "idempotency_key": "first",
    }

    first = client.calendar.bookings.create(**again).to_dict()

    with Client(old.today, clock=clock) as today:
        answer = today.calendar.bookings.create(**again).to_dict()
    for person in (answer["attendee"], *answer["guests"]):
        person["personId"] = None  # there was no book
    assert first == answer


def test_the_command_line_reads_it(old: Old, run: Run) -> None:
    answer = run("list", "--all", "--json")

    listed = json.loads(answer.out)
    assert answer.err.startswith(f"Brought {old.path} from version 1 to ")
    assert {booking["uid"] for booking in listed} == set(old.uids.values())
    assert run("occurrences", old.uids["moved"], "--json").json[0]["date"]
    assert run("db", "check").status == 0

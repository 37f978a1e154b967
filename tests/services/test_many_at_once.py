"""Many bookings at once are what they would be one after another, row by row."""

import os
import random
import re
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import DAYS, MONDAY, Clock
from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples
from support.stores import ask

from calbook import Client, errors
from calbook.services.bookings.create import create_in_transaction, read_request
from calbook.store import batch as kept
from calbook.store.batch import batch

Json = dict[str, Any]
DAY = datetime(2027, 1, 18, tzinfo=UTC)
ADA = {"name": "Ada", "email": "ada@example.com"}
PEOPLE: list[Json] = [
    ADA,
    {"name": "Ada L.", "email": "ADA@example.com", "phone": "+351 912 345 678"},
    {"name": "Ada", "phone": "+351912345678", "language": "de"},
    {"name": "Bob", "email": "bob@example.com", "timezone": "Asia/Tokyo"},
    {"name": "Eve", "ref": "K-17"},
    {"name": "Nobody"},
    {"person": "bob@example.com"},
]
KINDS: dict[str, Json] = {
    "single": {"durations": [30, 60], "buffer_before": 10},
    "asked": {"requires_confirmation": True, "slots_per_day": 2},
    "group": {"seats": 2},
    "team": {"scheduling_type": "ROUND_ROBIN", "hosts": ["me", "bob"]},
    "limited": {"limits": ["2/week"], "per_person": ["1/day"], "hosts": ["bob"]},
    "alone": {"no_double": True, "per_person_open": 1},
    "roomy": {"needs": ["1 of room1,room2"]},
    "told": {"notify": True, "reminders": [{"minutesBefore": 60, "to": "attendee"}]},
}
MORE: list[Json] = [
    *({} for _ in range(6)),
    {"recurring": {"frequency": "DAILY", "count": 3}},
    {"recurring": {"frequency": "DAILY", "count": 3}, "on_conflict": "skip"},
    {"guests": ["Bob <bob@example.com>", "Zoe"]},
    {"by": "host", "override": ["past", "hours", "limit", "notice"], "notes": "n"},
    {"host_id": "bob", "duration": 60},
    {"idempotency_key": "k"},
    {"metadata": {"a": 1}, "location": "ZOOM"},
    {"timezone": "Nowhere/None"},
]
LINES = st.lists(
    st.builds(
        lambda kind, hours, person, more: {
            "event_type_id": kind,
            "start_time": (DAY + timedelta(hours=hours / 2)).isoformat(),
            "attendee": PEOPLE[person],
            **MORE[more],
        },
        st.sampled_from([*KINDS, "unknown"]),
        st.integers(-700, 60) | st.integers(0, 8),
        st.integers(0, len(PEOPLE) - 1),
        st.integers(0, len(MORE) - 1),
    ),
    min_size=1,
    max_size=14,
)


RANDOM = re.compile(r"\b(?:bk|ev|per|dl|wh)_[0-9a-z]{12,16}\b")
TABLES = (
    *("bookings", "booking_hosts", "host_loads", "attendees", "people"),
    *("person_keys", "occurrences", "claims", "events", "deliveries"),
    *("reminders", "reminder_plans", "idempotency_keys", "waiting"),
)


def set_up(client: Client) -> None:
    """With a request in the way, one that is over, and one that will be soon."""
    calendar = client.calendar
    hours = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    calendar.schedules.create("always", timezone="UTC", availability=hours)
    calendar.hosts.create("bob", name="Bob", schedule_id="always")
    calendar.hosts.update("me", schedule_id="always")
    for room in ("room1", "room2"):
        calendar.resources.create(room, name=room, schedule_id="always")
    for kind, fields in KINDS.items():
        calendar.event_types.create(kind, title=kind, contact="NONE", **fields)
    calendar.webhooks.create("https://example.com/", events=["booking.cancelled"])
    for hours_before in (0, 300, 310):
        calendar.bookings.create(
            event_type_id="asked",
            start_time=(DAY - timedelta(hours=hours_before)).isoformat(),
            attendee=PEOPLE[0],
        )


def book_each(client: Client, lines: list[Json]) -> tuple[list[Json], list[Any]]:
    made, refused = [], []
    for number, line in enumerate(lines, 1):
        try:
            made.append(client.calendar.bookings.create(**line).to_dict())
        except errors.CalbookError as error:
            error.name_line(number)
            refused.append(error.to_dict())
    return made, refused


def book_all(client: Client, lines: list[Json]) -> tuple[list[Json], list[Any]]:
    refused: list[Any] = []
    made = client.calendar.bookings.create_all(
        lines, refused=lambda error: refused.append(error.to_dict())
    )
    return [booking.to_dict() for booking in made], refused


UNEQUAL = {"seq", "event_seq", "rowid", "made", "secret"}  # numbers may have gaps


def stored(client: Client) -> dict[str, list[str]]:
    """All rows by table, with random names replaced by what is the same in both."""
    names = {}
    for kind, table in (("bk", "bookings"), ("ev", "events"), ("dl", "deliveries")):
        id, order = ("uid", "rowid") if kind == "bk" else ("id", "seq")
        for number, row in enumerate(
            ask(client, f"select * from {table} order by {order}")
        ):
            names[row[id]] = f"{kind}_{number}"
    keys = "select * from person_keys where key not like 'id:%' order by key desc"
    for row in ask(client, keys):
        names[row["person_id"]] = f"per of {row['key']}"
    for row in ask(client, "select * from webhooks"):
        names[row["id"]] = "wh"

    def plain(row: Any) -> str:
        facts = {k: v for k, v in zip(row.keys(), row, strict=True) if k not in UNEQUAL}
        return RANDOM.sub(lambda found: names.get(found[0], "?"), repr(facts))

    return {
        table: sorted(plain(row) for row in ask(client, f"select * from {table}"))
        for table in TABLES
    }


def told_alike(what: object) -> str:
    """An answer, with random names replaced by the order in which they come."""
    names: dict[str, str] = {}
    return RANDOM.sub(
        lambda found: names.setdefault(found[0], f"name {len(names)}"), repr(what)
    )


def check_alike(
    each: Client, together: Client, lines: list[Json], clock: Clock
) -> None:
    for client in (each, together):
        set_up(client)
    clock.move(days=2)

    one, other = book_each(each, lines), book_all(together, lines)

    assert told_alike(one) == told_alike(other)
    assert stored(each) == stored(together)


@examples(60)
@given(lines=LINES)
def test_many_at_once_are_what_they_are_one_by_one(lines: list[Json]) -> None:
    clock = Clock()
    with (
        Client(":memory:", clock=clock) as each,
        Client(":memory:", clock=clock) as together,
    ):
        check_alike(each, together, lines, clock)


@pytest.mark.parametrize("seed", range(3))
def test_on_every_store_they_are(
    store: str, clock: Clock, request: pytest.FixtureRequest, seed: int
) -> None:
    draw = random.Random(seed)
    lines = [
        {
            "event_type_id": draw.choice([*KINDS]),
            "start_time": (DAY + timedelta(hours=draw.randint(0, 80) / 2)).isoformat(),
            "attendee": draw.choice(PEOPLE),
            **draw.choice(MORE),
        }
        for _ in range(40)
    ]
    places = [":memory:", ":memory:"]
    if store == "postgres":
        tables = request.getfixturevalue("postgres")
        places = [tables.new_schema(), tables.new_schema()]
    with ExitStack() as stack:
        each, together = (
            stack.enter_context(Client(place, clock=clock)) for place in places
        )
        for client in (each, together) if store == "postgres" else ():
            client.init()
        check_alike(each, together, lines, clock)


def test_more_than_one_statement_takes_are(clock: Clock) -> None:
    """Nobody hears of these, so that all their rows wait for each other."""
    lines = [
        {
            "event_type_id": "demo",
            "start_time": (DAY + timedelta(days=n // 8, hours=15 + n % 8)).isoformat(),
            "attendee": {"name": f"Ada {n}", "email": f"ada{n % 90}@example.com"},
            "guests": ["Bob <bob@example.com>"] * (n % 3 == 0),
        }
        for n in range(130)
    ]
    with (
        Client(":memory:", clock=clock) as each,
        Client(":memory:", clock=clock) as together,
    ):
        for client in (each, together):
            always = [
                {"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS
            ]
            schedules = client.calendar.schedules
            schedules.create("always", timezone="UTC", availability=always)
            client.calendar.event_types.create("demo", schedule_id="always")

        one, other = book_each(each, lines), book_all(together, lines)

        assert (len(one[0]), len(other[0])) == (130, 130)
        assert told_alike(one) == told_alike(other)
        assert stored(each) == stored(together)


@pytest.mark.parametrize("asks", [False, True], ids=["waiting", "written"])
def test_an_attempt_that_fails_late_leaves_no_trace_and_takes_nothing_else(
    client: Client, asks: bool
) -> None:
    """Whether its rows wait, or were written as something else was asked."""
    set_up(client)
    wanted = {"event_type_id": "single", "start_time": "2027-01-20 10:00"}
    read = [read_request({**wanted, "attendee": person}) for person in PEOPLE[:4]]
    later = read_request({**wanted, "start_time": "2027-01-21 10:00", "attendee": ADA})

    with client._context.store.transaction() as whole, batch(whole) as tx:
        for each, fails in ((later, False), (read[3], True), (read[0], False)):
            with suppress(ZeroDivisionError), tx.savepoint():
                create_in_transaction(tx, *each, now=MONDAY)
                if asks:
                    assert tx.connection.execute("select 1").fetchone()[0] == 1
                if fails:
                    raise ZeroDivisionError

    made = client.calendar.bookings.list(event_type_id="single")
    assert [(b.start_time[:10], b.attendee.name) for b in made] == [
        ("2027-01-20", "Ada"),
        ("2027-01-21", "Ada"),
    ]
    assert [person.name for person in client.calendar.people.list()] == ["Ada"]


def test_what_hosts_have_is_asked_again_once_it_is_forgotten(
    client: Client, event_type: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many bookings it is not kept for all days; what waits counts as well."""
    event_type()
    monkeypatch.setattr(kept, "_MOST_KEPT", 0)
    starts = [f"2027-01-{day} 10:00" for day in (20, 21, 22, 23, 22)]
    wanted = {"event_type_id": "demo", "attendee": ADA}
    refused: list[errors.CalbookError] = []

    made = client.calendar.bookings.create_all(
        [{**wanted, "start_time": start} for start in starts], refused=refused.append
    )

    assert len(made) == 4
    assert [error.details["line"] for error in refused] == [5]


def test_what_a_thousand_answer_is_kept_small(client: Client) -> None:
    set_up(client)
    wanted = {"event_type_id": "team", "attendee": PEOPLE[0], "by": "host"}
    lines = [
        {**wanted, "start_time": (DAY + timedelta(days=n)).isoformat()}
        for n in range(350)
    ]

    made = client.calendar.bookings.create_all(
        [{**line, "override": ["hours", "advance"]} for line in lines]
    )

    assert len(made) == 350
    assert [*made] == [made[n] for n in range(350)] == [*made[:]]
    assert made[-1] == client.calendar.bookings.get(made[-1].uid)
    assert made[120:122] == (made[120], made[121])
    assert made == tuple(made)
    with pytest.raises(IndexError):
        made[350]


class _Word(str):
    """As what templates and enumerations have for text."""

    __slots__ = ()


def test_text_of_a_kind_of_its_own_is_kept_as_text(client: Client) -> None:
    """None of it can be packed, and nobody wants it back."""
    set_up(client)
    person = {"name": _Word("Eve"), "email": _Word("eve@example.com")}
    wanted = {
        "event_type_id": "team",
        "attendee": {**person, "timezone": _Word("Asia/Tokyo")},
        "timezone": _Word("Europe/Berlin"),
        "notes": _Word("n"),
        "by": "host",
        "override": ["hours", "advance"],
    }
    lines = [{**wanted, "start_time": DAY + timedelta(days=n)} for n in range(100)]

    made = client.calendar.bookings.create_all(lines)[0]

    texts = (made.attendee.name, made.attendee.email, made.attendee.timezone)
    assert texts == ("Eve", "eve@example.com", "Asia/Tokyo")
    assert {type(text) for text in (*texts, made.timezone, made.notes)} == {str}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="has no /proc")
def test_what_may_be_taken_back_goes_through_no_file(path: Path, clock: Clock) -> None:
    """SQLite wrote the pages of each row into one, 36 times for a booking."""
    wanted = {"event_type_id": "single", "attendee": ADA}
    starts = [DAY + timedelta(hours=15 + n % 4, days=n // 4) for n in range(12)]
    files: set[str] = set()

    def look(done: int, of: int) -> None:
        for name in os.listdir("/proc/self/fd"):
            with suppress(FileNotFoundError):
                files.add(os.readlink(f"/proc/self/fd/{name}"))

    with Client(path, clock=clock) as client:
        set_up(client)
        client.calendar.bookings.create_all(
            [{**wanted, "start_time": start} for start in starts], progress=look
        )

    assert str(path) in files
    assert not [name for name in files if "etilqs" in name]


@pytest.mark.parametrize("lines", [[7], [7, 8, 9], []])
def test_each_booking_has_a_number_or_none_has(
    client: Client, lines: list[int]
) -> None:
    set_up(client)
    wanted = {"event_type_id": "team", "attendee": PEOPLE[0], "start_time": DAY}

    with pytest.raises(errors.BadInput, match="another length"):
        client.calendar.bookings.create_all([wanted, wanted], lines=lines)

    assert client.calendar.bookings.total(event_type_id="team") == 0

"""What the file holds after each change, and what it refuses whoever writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from hypothesis import given
from hypothesis import strategies as st
from support.stores import PlainConnection, dump, opened

from calbook import Booking, Client, EventType, Status, errors
from calbook.core.model import LONGEST_CLAIM, Occurrence, Span
from calbook.core.model import Booking as Model
from calbook.services.bookings import record
from calbook.store.engines import open_store
from calbook.store.facts import Facts
from calbook.store.store import Store

TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)
LONGEST = int(LONGEST_CLAIM.total_seconds())


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def plain(place: str, client: Client) -> Iterator[PlainConnection]:
    """What is stored, as any other program opens it."""
    client.calendar.hosts.update("me", name="Ada")  # makes a file
    with opened(place) as conn:
        yield conn


# -- claims: the file itself refuses an overlap --------------------------------------


@pytest.fixture
def claims(path: Path, client: Client) -> Iterator[sqlite3.Connection]:
    """Two hosts; Alice's time is claimed 100–200 and 300–400, Bob's 100–200."""
    client.calendar.hosts.update("me", name="Ada")  # makes the file
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("pragma foreign_keys = off")
        plain.executemany(
            "insert into claims values (?, ?, ?, ?, ?)",
            [
                ("user_alice", 100, 200, "bk_a", 100),
                ("user_alice", 300, 400, "bk_b", 300),
                ("user_bob", 100, 200, "bk_c", 100),
            ],
        )
        yield plain


INSERT = "insert into claims values ('user_alice', {}, {}, 'bk_x', 1)"


@pytest.mark.parametrize(
    "statement",
    [
        INSERT.format(120, 180),
        INSERT.format(50, 250),
        INSERT.format(100, 200),
        INSERT.format(100, 101),
        INSERT.format(50, 101),
        INSERT.format(199, 250),
        INSERT.format(200, 301),
        INSERT.format(-1_000, 101),
        "insert or replace into claims values ('user_alice', 100, 150, 'bk_x', 1)",
        "insert or replace into claims values ('user_alice', 150, 160, 'bk_x', 1)",
        "replace into claims values ('user_alice', 300, 400, 'bk_x', 1)",
        "insert or ignore into claims values ('user_alice', 150, 160, 'bk_x', 1)",
        "insert or fail into claims values ('user_alice', 150, 160, 'bk_x', 1)",
        "insert or rollback into claims values ('user_alice', 150, 160, 'bk_x', 1)",
        "insert into claims values ('user_alice', 100, 250, 'bk_x', 1)"
        " on conflict do update set claim_end = 320",
        "insert into claims select 'user_alice', claim_start, claim_end, uid,"
        " recurrence_id from claims where host_id = 'user_bob'",
        "update claims set claim_end = 301 where uid = 'bk_a'",
        "update claims set claim_start = 199 where uid = 'bk_b'",
        "update claims set claim_start = 150, claim_end = 250 where uid = 'bk_b'",
        "update claims set claim_start = 100, claim_end = 200 where uid = 'bk_b'",
        "update claims set host_id = 'user_alice' where uid = 'bk_c'",
        "update claims set host_id = 'user_bob'",
        "update or replace claims set host_id = 'user_alice' where uid = 'bk_c'",
        "update or replace claims set claim_start = 100 where uid = 'bk_b'",
        "update or ignore claims set claim_start = 199 where uid = 'bk_b'",
    ],
)
def test_another_program_cannot_make_claims_overlap(
    claims: sqlite3.Connection, statement: str
) -> None:
    before = "\n".join(claims.iterdump())

    with pytest.raises(sqlite3.IntegrityError, match="overlaps another of its host"):
        claims.execute(statement)

    assert "\n".join(claims.iterdump()) == before


@pytest.mark.parametrize(
    "statement",
    [
        INSERT.format(500, 500 + LONGEST + 1),
        INSERT.format(500, 500),
        INSERT.format(500, 499),
        f"update claims set claim_end = claim_start + {LONGEST + 1} where uid = 'bk_b'",
        "update claims set claim_end = claim_start where uid = 'bk_b'",
    ],
)
def test_a_claim_is_neither_empty_nor_longer_than_the_longest(
    claims: sqlite3.Connection, statement: str
) -> None:
    before = "\n".join(claims.iterdump())

    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        claims.execute(statement)

    assert "\n".join(claims.iterdump()) == before


@pytest.mark.parametrize(
    "statement",
    [
        INSERT.format(200, 300),
        INSERT.format(99, 100),
        INSERT.format(400, 400 + LONGEST),
        INSERT.format(100 - LONGEST, 100),
        "insert into claims values ('user_bob', 200, 300, 'bk_x', 1)",
        "update claims set claim_end = 300 where uid = 'bk_a'",
        "update claims set claim_start = 150, claim_end = 250 where uid = 'bk_a'",
        "update claims set claim_start = 50 where uid = 'bk_a'",
        "update claims set host_id = 'user_carol' where uid = 'bk_c'",
        "update claims set uid = 'bk_d' where uid = 'bk_a'",
    ],
)
def test_claims_that_touch_or_stay_clear_are_accepted(
    claims: sqlite3.Connection, statement: str
) -> None:
    assert claims.execute(statement).rowcount == 1


@pytest.mark.parametrize(
    ("start", "free"), [(LONGEST - 1, False), (LONGEST, True)], ids=["last", "next"]
)
def test_the_last_second_of_the_longest_claim_is_seen(
    claims: sqlite3.Connection, client: Client, start: int, free: bool
) -> None:
    claims.execute(INSERT.format(1_000, 1_000 + LONGEST))
    statement = INSERT.format(1_000 + start, 1_060 + start)

    if free:
        claims.execute(statement)
    else:
        with pytest.raises(sqlite3.IntegrityError, match="overlaps"):
            claims.execute(statement)


def test_what_the_file_refuses_the_library_refuses_by_name(
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    day = event_type("day", duration=1440, buffer_before=1440, buffer_after=1440)
    first = booking(event_type_id=day.id, start_time=TEN)
    event_type()

    for start, taken in [
        (TEN - timedelta(days=1) - HALF, False),
        (TEN - timedelta(days=1), True),
        (TEN + timedelta(days=2) - HALF, True),
        (TEN + timedelta(days=2), False),
    ]:
        if taken:
            with pytest.raises(errors.SlotTaken) as refusal:
                booking(start_time=start)
            assert refusal.value.details["uid"] == first.uid
        else:
            booking(start_time=start)


# -- each change and its event -------------------------------------------------------


class Change:
    """An operation with the booking it needs, and the event that tells of it."""

    def __init__(
        self, kind: str, act: Callable[..., Booking], *, pending: bool = False
    ) -> None:
        self.kind, self.act, self.pending = kind, act, pending

    def __call__(self, client: Client, uid: str, **terms: Any) -> Booking:
        return self.act(client.calendar.bookings, uid, **terms)


CHANGES = {
    "confirm": Change(
        "booking.confirmed", lambda b, uid, **t: b.confirm(uid, **t), pending=True
    ),
    "reject": Change(
        "booking.cancelled",
        lambda b, uid, **t: b.reject(uid, reason="Full", **t),
        pending=True,
    ),
    "cancel": Change(
        "booking.cancelled", lambda b, uid, **t: b.cancel(uid, reason="Ill", **t)
    ),
    "reschedule": Change(
        "booking.rescheduled",
        lambda b, uid, **t: b.reschedule(
            uid, start_time=TEN + timedelta(days=1), reason="Train", **t
        ),
    ),
    "update": Change(
        "booking.updated", lambda b, uid, **t: b.update(uid, notes="Bring tea", **t)
    ),
}
EACH_CHANGE = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.fixture
def fresh(
    event_type: Callable[..., EventType], booking: Callable[..., Booking]
) -> Callable[[Change], Booking]:
    """A booking that a change can be made to."""

    def make(change: Change) -> Booking:
        event_type(requires_confirmation=change.pending)
        return booking(guests=["bob@example.com"], metadata={"k": [1, "zwei"]})

    return make


def events(plain: PlainConnection) -> list[tuple[str, str, dict[str, Any]]]:
    rows = plain.execute("select type, uid, booking from events order by seq")
    return [(kind, uid, json.loads(text or "null")) for kind, uid, text in rows]


def test_creating_writes_one_event_with_the_answer_in_it(
    plain: PlainConnection, client: Client, booking: Callable[..., Booking]
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    made = booking(guests=["bob@example.com"], notes="Tea ☕", metadata={"k": None})

    assert events(plain) == [("booking.created", made.uid, made.to_dict())]


@EACH_CHANGE
def test_a_change_writes_one_event_with_the_answer_in_it(
    plain: PlainConnection,
    client: Client,
    clock: Clock,
    fresh: Callable[[Change], Booking],
    change: Change,
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    before = fresh(change)
    clock.move(hours=1)

    after = change(client, before.uid)

    assert events(plain)[1:] == [(change.kind, before.uid, after.to_dict())]
    assert after == client.calendar.bookings.get(before.uid)
    assert (before.version, after.version) == (0, 1)
    assert after.updated_at > before.updated_at == before.created_at


@EACH_CHANGE
def test_a_dry_run_answers_and_writes_nothing(
    plain: PlainConnection,
    client: Client,
    fresh: Callable[[Change], Booking],
    change: Change,
) -> None:
    uid = fresh(change).uid
    before = dump(client.path)

    answer = change(client, uid, dry_run=True)

    assert dump(client.path) == before
    assert answer == change(client, uid)


def test_a_dry_run_of_a_new_booking_writes_nothing(
    plain: PlainConnection, client: Client, booking: Callable[..., Booking]
) -> None:
    booking()
    before = dump(client.path)

    answer = booking(start_time=TEN + timedelta(days=1), dry_run=True)

    assert answer.status == "CONFIRMED"
    assert dump(client.path) == before


# -- a refusal writes nothing --------------------------------------------------------


REFUSED: dict[str, tuple[type[errors.CalbookError], Callable[..., object]]] = {
    "taken": (
        errors.SlotTaken,
        lambda b, m: b.create(
            event_type_id="demo",
            start_time=m.start_time,
            attendee={"name": "Bob", "email": "bob@example.com"},
        ),
    ),
    "past": (
        errors.InThePast,
        lambda b, m: b.create(
            event_type_id="demo",
            start_time="2026-01-01 10:00",
            attendee={"name": "Bob", "email": "bob@example.com"},
        ),
    ),
    "unknown event type": (
        errors.NotFound,
        lambda b, m: b.create(
            event_type_id="none",
            start_time="2027-01-20 10:00",
            attendee={"name": "Bob", "email": "bob@example.com"},
        ),
    ),
    "confirmed twice": (errors.WrongStatus, lambda b, m: b.confirm(m.uid)),
    "rejected late": (errors.WrongStatus, lambda b, m: b.reject(m.uid)),
    "changed in nothing": (errors.NothingToChange, lambda b, m: b.update(m.uid)),
    "changed meanwhile": (
        errors.VersionConflict,
        lambda b, m: b.cancel(m.uid, if_version=1),
    ),
    "key used": (
        errors.KeyReused,
        lambda b, m: b.cancel(m.uid, idempotency_key="first"),
    ),
    "not found": (errors.NotFound, lambda b, m: b.cancel("bk_nothere")),
}


@pytest.mark.parametrize(("error", "act"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_writes_nothing(
    plain: PlainConnection,
    client: Client,
    clock: Clock,
    booking: Callable[..., Booking],
    error: type[errors.CalbookError],
    act: Callable[..., object],
) -> None:
    """Not even of what time has done, which a write tells first."""
    booking(start_time=clock.now + HALF)
    made = booking(idempotency_key="first")
    clock.move(hours=2)
    before = dump(client.path)

    with pytest.raises(error):
        act(client.calendar.bookings, made)

    assert dump(client.path) == before


def test_what_was_refused_can_be_done_with_the_same_key(
    client: Client, booking: Callable[..., Booking]
) -> None:
    first = booking(start_time=TEN)
    with pytest.raises(errors.SlotTaken):
        booking(start_time=TEN, idempotency_key="k")
    client.calendar.bookings.cancel(first.uid)

    second = booking(start_time=TEN, idempotency_key="k")

    assert second.uid != first.uid


# -- idempotency keys and versions ---------------------------------------------------


def test_the_same_request_with_the_same_key_has_the_first_answer(
    plain: PlainConnection, client: Client, booking: Callable[..., Booking]
) -> None:
    first = booking(start_time=TEN, idempotency_key="k", guests=["bob@example.com"])
    client.calendar.bookings.cancel(first.uid)
    before = dump(client.path)

    again = booking(start_time=TEN, idempotency_key="k", guests=["bob@example.com"])

    assert again == first
    assert dump(client.path) == before


@pytest.mark.parametrize("name", ["cancel", "reschedule"])
def test_a_change_with_the_same_key_is_made_once(
    plain: PlainConnection,
    client: Client,
    fresh: Callable[[Change], Booking],
    name: str,
) -> None:
    change = CHANGES[name]
    uid = fresh(change).uid
    first = change(client, uid, idempotency_key="k")
    client.calendar.bookings.update(uid, notes="Later")
    before = dump(client.path)

    again = change(client, uid, idempotency_key="k")

    assert again == first
    assert dump(client.path) == before


@pytest.mark.parametrize(
    "other",
    [
        {"start_time": TEN + HALF},
        {"attendee": {"name": "Eve", "email": "ada@example.com"}},
        {"guests": ["bob@example.com"]},
        {"by": "host"},
        {"metadata": {"k": 1}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_key_is_not_used_for_another_request(
    booking: Callable[..., Booking], other: dict[str, Any]
) -> None:
    first = booking(start_time=TEN, idempotency_key="k")

    with pytest.raises(errors.KeyReused) as refusal:
        booking(**{"start_time": TEN, "idempotency_key": "k", **other})

    assert refusal.value.details == {"key": "k", "uid": first.uid}


RULE = {"frequency": "WEEKLY", "count": 2, "byDay": ["mo"]}


def test_a_request_is_the_same_in_whatever_order_its_parts_come(
    booking: Callable[..., Booking],
) -> None:
    """Parts of parts in another order were another request."""
    ada = {"name": "Ada", "email": "ada@example.com"}
    asked = {"attendee": ada, "recurring": RULE, "metadata": {"a": 1, "b": {"c": [2]}}}
    turned = {key: dict(reversed(part.items())) for key, part in asked.items()}
    first = booking(start_time=TEN, idempotency_key="k", **asked)

    again = booking(idempotency_key="k", start_time=TEN, **turned)

    assert again == first


@pytest.mark.parametrize(
    ("first", "other"),
    [(True, 1), (1, True), (False, 0), (1, 1.0), ({"a": [True]}, {"a": [1]})],
    ids=str,
)
def test_true_is_not_the_number_one(
    booking: Callable[..., Booking], first: object, other: object
) -> None:
    """A request with `true` had the answer of one with 1: Python holds them equal."""
    booking(start_time=TEN, idempotency_key="k", metadata={"vip": first})

    with pytest.raises(errors.KeyReused):
        booking(start_time=TEN, idempotency_key="k", metadata={"vip": other})


def test_notes_count_whatever_they_say(booking: Callable[..., Booking]) -> None:
    """Notes that said what another part says by default were not compared."""
    booking(start_time=TEN, idempotency_key="k", notes="attendee")

    with pytest.raises(errors.KeyReused):
        booking(start_time=TEN, idempotency_key="k")
    with pytest.raises(errors.KeyReused):
        booking(start_time=TEN, idempotency_key="k", notes="refuse")


def test_what_every_request_says_may_be_left_out(
    client: Client, booking: Callable[..., Booking]
) -> None:
    """A line of a file leaves out what `create` always says."""
    said = {"by": "attendee", "on_conflict": "refuse", "guests": [], "notes": None}
    first = booking(start_time=TEN, idempotency_key="k", **said)
    line = {
        "event_type_id": "demo",
        "start_time": TEN,
        "attendee": {"name": "Ada", "email": "ada@example.com"},
        "idempotency_key": "k",
    }

    [again] = client.calendar.bookings.create_all([line])

    assert again == first


def test_a_request_kept_before_its_parts_were_sorted_is_still_the_same(
    plain: PlainConnection, booking: Callable[..., Booking]
) -> None:
    """Version 1 sorted the parts of a request, and not the parts of those."""
    facts = {"recurring": RULE, "metadata": {"z": 1, "a": 2}}
    first = booking(start_time=TEN, idempotency_key="k", **facts)
    older = {
        "attendee": {"name": "Ada", "email": "ada@example.com"},
        "event_type_id": "demo",
        "metadata": facts["metadata"],
        "recurring": RULE,
        "start_time": str(TEN),
    }
    text = json.dumps(["create", older])
    plain.execute("update idempotency_keys set request = ?", [text])

    assert booking(start_time=TEN, idempotency_key="k", **facts) == first
    with pytest.raises(errors.KeyReused):
        booking(start_time=TEN, idempotency_key="k", **facts, notes="Other")


def test_a_key_is_not_used_for_another_action(
    client: Client, booking: Callable[..., Booking]
) -> None:
    made = booking()
    client.calendar.bookings.cancel(made.uid, idempotency_key="k")

    with pytest.raises(errors.KeyReused):
        client.calendar.bookings.reschedule(
            made.uid, start_time=TEN + HALF, idempotency_key="k"
        )


def test_the_key_of_a_dry_run_is_free(booking: Callable[..., Booking]) -> None:
    booking(start_time=TEN, idempotency_key="k", dry_run=True)

    made = booking(start_time=TEN + HALF, idempotency_key="k")

    assert made.version == 0


@EACH_CHANGE
def test_a_change_for_another_version_is_refused(
    client: Client, fresh: Callable[[Change], Booking], change: Change
) -> None:
    made = fresh(change)
    client.calendar.bookings.update(made.uid, notes="First")

    with pytest.raises(errors.VersionConflict) as refusal:
        change(client, made.uid, if_version=0)

    assert refusal.value.details == {"uid": made.uid, "expected": 0, "actual": 1}
    assert change(client, made.uid, if_version=1).version == 2


# -- what time does ------------------------------------------------------------------


def told(found: Iterable[Any]) -> list[tuple[str, str]]:
    return [(event.type, event.uid) for event in found]


def test_tick_tells_once_of_what_time_has_done(
    plain: PlainConnection,
    client: Client,
    clock: Clock,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    client.calendar.webhooks.create("https://hooks.example/told")
    event_type("ask", requires_confirmation=True)
    kept, asked, dropped = booking(), booking(event_type_id="ask"), booking()
    client.calendar.bookings.cancel(dropped.uid)
    clock.move(days=20)

    first, second = told(client.tick()), told(client.tick())
    clock.move(days=-20)
    back = told(client.tick())
    clock.move(days=30)
    again = told(client.tick())

    assert first == [
        ("booking.completed", kept.uid),
        ("booking.cancelled", asked.uid),
    ]
    assert (second, back, again) == ([], [], [])
    assert [(kind, uid) for kind, uid, _ in events(plain)][4:] == first
    assert [b["status"] for *_, b in events(plain)][4:] == ["COMPLETED", "CANCELLED"]


def test_time_is_told_of_at_its_edge(
    client: Client,
    clock: Clock,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    event_type("ask", requires_confirmation=True)
    kept = booking(start_time=clock.now + HALF)
    asked = booking(event_type_id="ask", start_time=clock.now + 2 * HALF)

    clock.move(minutes=59, seconds=59)
    before = told(client.tick())
    clock.move(seconds=1)
    after = told(client.tick())

    assert before == []
    assert set(after) == {
        ("booking.completed", kept.uid),
        ("booking.cancelled", asked.uid),
    }


def test_the_next_write_tells_of_what_time_has_done(
    plain: PlainConnection, clock: Clock, booking: Callable[..., Booking]
) -> None:
    old = booking(start_time=clock.now + HALF)
    clock.move(hours=2)

    new = booking()

    assert [(kind, uid) for kind, uid, _ in events(plain)] == [
        ("booking.created", old.uid),
        ("booking.completed", old.uid),
        ("booking.created", new.uid),
    ]


def test_tick_tells_of_a_long_backlog(
    client: Client, clock: Clock, booking: Callable[..., Booking]
) -> None:
    made = [booking().uid for _ in range(205)]
    clock.move(days=60)

    assert told(client.tick()) == [("booking.completed", uid) for uid in made]


def test_what_happens_after_a_wrong_clock_is_told_again(
    client: Client, clock: Clock, booking: Callable[..., Booking]
) -> None:
    """A booking that was told as completed too early and moved is told at its end."""
    made = booking(start_time=TEN)
    clock.move(days=20)
    assert len(client.tick()) == 1
    clock.move(days=-20)
    client.calendar.bookings.reschedule(made.uid, start_time=TEN + HALF)

    clock.move(days=20)

    assert told(client.tick()) == [("booking.completed", made.uid)]


# -- a request that expired, and a clock that was wrong ------------------------------


@pytest.fixture
def asked(
    event_type: Callable[..., EventType], booking: Callable[..., Booking]
) -> Booking:
    event_type(requires_confirmation=True)
    return booking(start_time=TEN)


def test_an_expired_request_is_no_longer_in_the_way(
    clock: Clock, asked: Booking, booking: Callable[..., Booking]
) -> None:
    with pytest.raises(errors.SlotTaken):
        booking(start_time=TEN + HALF / 2)
    clock.now = TEN

    made = booking(start_time=TEN + HALF / 2)

    assert made.status == "PENDING"


def test_whose_time_was_taken_under_a_wrong_clock_stays_expired(
    plain: PlainConnection,
    client: Client,
    clock: Clock,
    asked: Booking,
    booking: Callable[..., Booking],
) -> None:
    """It was listed as pending again, without its time, and could not be confirmed."""
    clock.now = TEN
    winner = booking(start_time=TEN + HALF / 2)
    clock.move(days=-7)
    seen = client.calendar.bookings.get(asked.uid)
    assert (seen.status, seen.resolution) == ("CANCELLED", "expired")
    assert client.calendar.bookings.list(status="PENDING")[0].uid == winner.uid
    before = dump(client.path)

    for act in (client.calendar.bookings.confirm, client.calendar.bookings.reject):
        with pytest.raises(errors.WrongStatus):
            act(asked.uid)
    assert dump(client.path) == before

    client.calendar.bookings.cancel(winner.uid)  # and so when its time is free again
    assert client.calendar.bookings.get(asked.uid) == seen
    assert plain.execute("select uid from claims").fetchall() == []
    assert [e.type for e in client.calendar.bookings.history(asked.uid)] == [
        "booking.created",
        "booking.cancelled",
    ]
    clock.now = TEN + 2 * HALF
    assert client.tick() == ()
    assert client.check() == ()


def test_whose_time_nobody_took_is_whole_again_with_the_clock_put_right(
    plain: PlainConnection,
    client: Client,
    clock: Clock,
    asked: Booking,
    booking: Callable[..., Booking],
) -> None:
    clock.now = TEN
    assert len(client.tick()) == 1
    booking(start_time=TEN + 2 * HALF)
    clock.move(days=-7)

    with pytest.raises(errors.SlotTaken):
        booking(start_time=TEN)
    confirmed = client.calendar.bookings.confirm(asked.uid)

    assert confirmed.status == "CONFIRMED"
    assert (asked.uid,) in plain.execute("select uid from claims").fetchall()


def test_of_two_hosts_none_keeps_time_for_what_has_expired(
    client: Client,
    clock: Clock,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    """The time of the host who was booked was let go, that of the other was held."""
    client.calendar.hosts.create("ann")
    event_type(
        "both",
        hosts=["me", "ann"],
        scheduling_type="COLLECTIVE",
        requires_confirmation=True,
    )
    event_type("ann", hosts=["ann"])
    asked = booking(event_type_id="both", start_time=TEN)
    clock.now = TEN
    booking(start_time=TEN + HALF / 2)
    clock.move(days=-7)

    assert client.calendar.bookings.get(asked.uid).resolution == "expired"
    assert booking(event_type_id="ann", start_time=TEN)
    assert client.check() == ()


def test_of_a_series_the_dates_that_were_taken_stay_expired(
    client: Client,
    clock: Clock,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
) -> None:
    event_type(requires_confirmation=True)
    asked = booking(start_time=TEN, recurring={"frequency": "DAILY", "count": 3})
    clock.now = TEN + timedelta(days=1)
    booking(start_time=TEN + timedelta(days=1, minutes=15))
    clock.move(days=-7)

    confirmed = client.calendar.bookings.confirm(asked.uid)

    ended = [(o.status, o.resolution) for o in confirmed.occurrences]
    taken = ("CANCELLED", "expired")
    assert ended == [("CONFIRMED", None), taken, ("CONFIRMED", None)]
    assert client.check() == ()


def test_who_expired_in_a_long_backlog_is_told_when_the_time_is_taken(
    client: Client, clock: Clock, booking: Callable[..., Booking], asked: Booking
) -> None:
    """Whoever takes the time tells of 200 things of the past at most."""
    for n in range(record.MOST_EVENTS):
        booking(start_time=TEN - timedelta(days=7) + n * HALF)
    clock.now = TEN + HALF / 4
    taker = booking(start_time=TEN + HALF / 2)

    types = [e.type for e in client.calendar.bookings.history(asked.uid)]
    assert types == ["booking.created", "booking.cancelled"]
    assert taker.status == "PENDING"


QUARTERS = st.integers(0, 12).map(lambda n: TEN + n * timedelta(minutes=15))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "ask", "confirm", "reschedule", "cancel", "tick"]),
        st.integers(0, 3),  # which booking
        QUARTERS,  # where to
        QUARTERS,  # what the clock says
    ),
    min_size=2,
    max_size=14,
)


@given(steps=STEPS)
def test_nothing_overlaps_however_the_clock_jumps(
    steps: list[tuple[str, int, datetime, datetime]],
) -> None:
    clock = Clock()
    with Client(":memory:", clock=clock) as client:
        always = [
            {"day": day, "startTime": "00:00", "endTime": "24:00"}
            for day in ("MONDAY", "TUESDAY")
        ]
        client.calendar.schedules.create("any", timezone="UTC", availability=always)
        for id, asks in [("create", False), ("ask", True)]:
            client.calendar.event_types.create(
                id, schedule_id="any", requires_confirmation=asks
            )

        for step in steps:
            take(client, clock, *step)
            clock.now = TEN - timedelta(days=1)
            check_no_overlap(client)


def take(
    client: Client, clock: Clock, act: str, which: int, start: datetime, now: datetime
) -> None:
    """One step at some time; that it is refused is fine."""
    bookings = client.calendar.bookings
    uids = [booking.uid for booking in bookings.list()] or ["bk_nothere"]
    uid = uids[which % len(uids)]
    clock.now = now
    try:
        match act:
            case "create" | "ask":
                ada = {"name": "Ada", "email": "ada@example.com"}
                bookings.create(event_type_id=act, start_time=start, attendee=ada)
            case "reschedule":
                bookings.reschedule(uid, start_time=start)
            case "tick":
                client.tick()
            case _:
                getattr(bookings, act)(uid)
    except errors.CalbookError:
        pass


def check_no_overlap(client: Client) -> None:
    """Whatever is confirmed has its claim, and no two confirmed ones overlap."""
    confirmed = client.calendar.bookings.list(status="CONFIRMED")
    for first, second in pairwise(confirmed):
        assert first.ends_at <= second.starts_at
    with client._context.store.read(Facts) as facts:
        rows = facts._conn.execute("select uid from claims").fetchall()
    assert {booking.uid for booking in confirmed} <= {row[0] for row in rows}


# -- saving bookings of several occurrences and hosts --------------------------------


@pytest.fixture
def bookings(place: str) -> Iterator[Store]:
    bookings = open_store(place)
    yield bookings
    bookings.close()


def stored(bookings: Store, uid: str) -> Model:
    with bookings.read(Facts) as facts:
        return facts.booking(uid)


def saved(bookings: Store, after: Model, before: Model) -> Model:
    with bookings.transaction() as tx:
        tx.save(after, before)
    return stored(bookings, after.uid)


def claimed(plain: PlainConnection) -> list[tuple[str, int]]:
    return plain.execute(
        "select host_id, claim_start from claims order by host_id, claim_start"
    ).fetchall()


def later(occurrence: Occurrence) -> Occurrence:
    """Half an hour later, by its key the same."""
    start = occurrence.start
    return occurrence._replace(
        span=Span(*(edge + HALF for edge in occurrence.span)),
        claim=Span(*(edge + HALF for edge in occurrence.claim)),
        start=start._replace(instant=start.instant + HALF, wall=start.wall + HALF),
    )


def series(bookings: Store, uid: str) -> Model:
    """The booking again, with a second occurrence half an hour later."""
    before = stored(bookings, uid)
    first = before.single
    second = later(first)._replace(recurrence_id=first.recurrence_id + HALF)
    return saved(bookings, before._replace(occurrences=(first, second)), before)


def test_an_occurrence_may_move_to_where_another_one_was(
    plain: PlainConnection, bookings: Store, booking: Callable[..., Booking]
) -> None:
    """A daily series moved by a day met its own claims."""
    before = series(bookings, booking(start_time=TEN).uid)
    moved = tuple(later(occurrence) for occurrence in before.occurrences)

    after = saved(bookings, before._replace(occurrences=moved), before)

    assert after.occurrences == moved
    assert [start for _, start in claimed(plain)] == [
        (TEN + n * HALF).timestamp() for n in (1, 2)
    ]


def test_a_booking_given_to_another_host_claims_that_hosts_time(
    plain: PlainConnection,
    client: Client,
    bookings: Store,
    booking: Callable[..., Booking],
) -> None:
    """The claim stayed with the host who had it before."""
    before = stored(bookings, booking(start_time=TEN).uid)
    client.calendar.hosts.create("bob")

    after = saved(bookings, before._replace(host_ids=("user_bob",)), before)

    assert after.host_ids == ("user_bob",)
    assert claimed(plain) == [("user_bob", TEN.timestamp())]


def test_an_occurrence_that_is_gone_leaves_no_claim(
    plain: PlainConnection, bookings: Store, booking: Callable[..., Booking]
) -> None:
    before = series(bookings, booking(start_time=TEN).uid)

    after = saved(bookings, before._replace(occurrences=before.occurrences[1:]), before)

    assert after.occurrences == before.occurrences[1:]
    assert claimed(plain) == [("user_me", (TEN + HALF).timestamp())]


def test_a_cancelled_occurrence_frees_its_time_alone(
    plain: PlainConnection, bookings: Store, booking: Callable[..., Booking]
) -> None:
    before = series(bookings, booking(start_time=TEN).uid)
    first, second = before.occurrences
    gone = first._replace(status=Status.CANCELLED)

    saved(bookings, before._replace(occurrences=(gone, second)), before)

    assert claimed(plain) == [("user_me", (TEN + HALF).timestamp())]

"""What is counted of each day is what there is, whoever changes it and however."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Booking, CalbookError, Client
from calbook.store.day_counts import FILTERED, KINDS
from calbook.store.statistics import GROUPS, StatisticsReader

Book = Callable[..., Booking]
DAY = timedelta(days=1)
FIRST = MONDAY + 14 * DAY
ADA = {"name": "Ada", "email": "ada@example.com"}
KEYS = ("event_type_id", "host_id", "resource_id")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def furnished(client: Client, event_type: Callable[..., Any]) -> Client:
    """Two hosts, a room that one event type needs, and one that asks."""
    for host in ("ann", "bob"):
        client.calendar.hosts.create(host, name=host.title(), timezone="UTC")
    client.calendar.resources.create("room", name="Room")
    both = ["ann", "bob"]
    event_type(hosts=["ann"], needs=[{"count": 1, "of": ["room"]}])
    event_type("ask", requires_confirmation=True, hosts=["bob"])
    event_type("duo", hosts=both, scheduling_type="COLLECTIVE")
    event_type("turn", hosts=both, scheduling_type="ROUND_ROBIN")
    return client


def book(client: Client, chance: random.Random, clock: Clock) -> list[Booking]:
    """A booking by chance, if that time is free."""
    bookings = client.calendar.bookings
    event = chance.choice(["demo", "ask", "duo", "turn", "turn"])
    start = FIRST + chance.randrange(48 * 20) * timedelta(minutes=30)
    rule = {"recurring": {"frequency": "DAILY", "count": 4}, "on_conflict": "skip"}
    try:
        if chance.random() < 0.2:
            held = chance.choice([5, 1440])
            return [bookings.hold(event_type_id=event, start_time=start, minutes=held)]
        is_series = chance.random() < 0.3
        return [
            bookings.create(
                event_type_id=event,
                start_time=start,
                attendee=ADA,
                **(rule if is_series else {}),
            )
        ]
    except CalbookError:
        return []


def change(client: Client, chance: random.Random, made: Booking) -> None:
    """A change by chance, where it is allowed."""
    bookings, uid = client.calendar.bookings, made.uid
    which = {"date": chance.choice(made.occurrences).date} if made.recurring else {}
    later = made.occurrences[0].starts_at + chance.choice([1, 3]) * DAY
    act = chance.choice(
        [
            lambda: bookings.confirm(uid),
            lambda: bookings.reject(uid),
            lambda: bookings.cancel(uid, cancelled_by="host", **which),
            lambda: bookings.undo(uid),
            lambda: bookings.mark_no_show(uid, **which),
            lambda: bookings.mark_attended(uid, **which),
            lambda: bookings.reassign(
                uid, host_id=chance.choice(["ann", "bob"]), **which
            ),
            lambda: bookings.reschedule(uid, start_time=later, by="host", **which),
        ]
    )
    try:
        act()
    except CalbookError:
        return


def test_what_is_counted_of_each_day_is_what_a_look_at_the_rows_finds(
    furnished: Client, clock: Clock
) -> None:
    chance = random.Random(5)
    made: list[Booking] = []
    for days in (0, 13, 18, 24, 40):
        clock.now = MONDAY + days * DAY + timedelta(hours=chance.randrange(24))
        furnished.tick()
        made += [one for _ in range(20) for one in book(furnished, chance, clock)]
        for one in chance.choices(made, k=40):
            change(furnished, chance, one)
        assert furnished.check() == ()
        kinds = (None, "event", "host", "resource", "status")
        for by, key in product(kinds, (None, *KEYS)):
            compare(furnished, chance, clock, by, key)


def compare(
    client: Client,
    chance: random.Random,
    clock: Clock,
    by: str | None,
    key: str | None,
) -> None:
    """The figures of some hours, by the counts and by the rows themselves."""
    ids = {"event_type_id": "evt_duo", "host_id": "user_ann", "resource_id": "res_room"}
    now = int(clock.now.timestamp())
    first = int(FIRST.timestamp()) + chance.randrange(20 * 96) * 900
    length = chance.choice([3600, 86400 * 3 + 5400, 86400 * 30])
    filters: dict[str, Any] = {} if key is None else {key: ids[key]}
    if chance.random() < 0.9:
        filters |= {"since": first, "until": first + length}
    with client._context.store.read(StatisticsReader) as reader:
        found = reader.figures(by, filters, now=now)
        plain = reader._count(GROUPS[by] if by else TOTAL, by, filters, now)
    shown = ("key", "label", "bookings", "occurrences", "seconds", *LEADS, *STATUSES)
    assert [[row.get(name, 0) for name in shown] for row in found] == [
        [row[name] for name in shown] for row in plain
    ]


TOTAL = GROUPS["status"]._replace(key="null", order="f.key")
LEADS = ("mean_lead", "median_lead")
STATUSES = ("pending", "confirmed", "completed", "no_show", "cancelled")


def test_each_kind_of_group_and_filter_is_counted_by_day() -> None:
    assert KINDS.keys() == {None, "event", "host", "resource"}
    assert FILTERED.keys() == set(KEYS)


@pytest.mark.parametrize(
    "change",
    [
        "update bookings set recurring = '{{}}', last_at = starts_at where uid = '{0}'",
        "update bookings set recurring = null where uid = '{1}'",
        "update occurrences set resolution = 'conflict' where uid = '{0}'",
        "update occurrences set start_at = start_at - 864000, end_at = end_at - 864000,"
        " claim_start = claim_start - 864000, claim_end = claim_end - 864000"
        " where uid = '{2}'",
        "delete from occurrences where uid = '{2}'",
        "update booking_hosts set is_of_dates = true where uid = '{2}'",
        "update occurrences set hosts = '[\"user_ann\"]' where uid = '{2}'",
        "update booking_hosts set host_id = 'user_bob' where uid = '{2}'",
        "delete from booking_hosts where uid = '{2}'",
    ],
    ids=[
        *("to a series", "to a single one", "never free", "moved", "deleted"),
        *("only a date", "handed over", "another host", "no host"),
    ],
)
def test_whoever_changes_rows_changes_the_counts(
    furnished: Client, change: str
) -> None:
    """Which makes other contradictions, but none with what is counted."""
    bookings = furnished.calendar.bookings
    rule = {"frequency": "DAILY", "count": 3}
    one = bookings.create(event_type_id="demo", start_time=FIRST, attendee=ADA)
    series = bookings.create(
        event_type_id="ask", start_time=FIRST, attendee=ADA, recurring=rule
    )
    off = bookings.create(event_type_id="demo", start_time=FIRST + DAY, attendee=ADA)
    bookings.cancel(off.uid)
    before = counts(furnished)

    furnished._context.store.write(
        lambda tx: tx.run(change.format(one.uid, series.uid, off.uid))
    )

    assert counts(furnished) != before
    assert not [line for line in furnished.check() if line.startswith("the meetings")]


def counts(client: Client) -> list[tuple[Any, ...]]:
    with client._context.store.read(StatisticsReader) as reader:
        found = reader.connection.execute(
            "select id, day, status, sum(meetings), sum(seconds) from day_counts"
            " group by id, day, status order by id, day, status"
        )
        return [tuple(row) for row in found.fetchall()]

"""A library clock that says what no clock can: a CalbookError in every method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.stores import dump

from calbook import CalbookError, Client

ADA = {"name": "Ada", "email": "ada@example.com"}
ALL_DAY = [{"day": "MONDAY", "startTime": "00:00", "endTime": "24:00"}]
FEED = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART:20270118T100000Z
DTEND:20270118T110000Z
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def uids(client: Client) -> dict[str, str]:
    """A file with something of everything, as made by a clock that is right."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo", maximum_advance=30)
    client.calendar.event_types.create("ask", requires_confirmation=True)
    client.calendar.event_types.create("yoga", seats=3)
    create = client.calendar.bookings.create
    start = datetime(2027, 1, 18, 15, tzinfo=UTC)
    weekly = {"frequency": "WEEKLY", "count": 3}
    hook = client.calendar.webhooks.create("http://127.0.0.1:9/", allow_http=True)
    client.calendar.busy.import_ics(FEED, name="feed")
    made = {
        kind: create(
            event_type_id=kind,
            start_time=start + n * timedelta(hours=1),
            attendee=ADA,
            recurring=weekly if kind == "demo" else None,
            by="host",
            override=["advance"],
        ).uid
        for n, kind in enumerate(("demo", "ask", "yoga"))
    }
    return {**made, "hook": hook.id}


def calls(client: Client, uids: Mapping[str, str]) -> dict[str, Callable[[], object]]:
    """Every method that may ask the clock, with words that are read by it."""
    c, b = client.calendar, client.calendar.bookings
    demo, ask, yoga, hook = uids.values()
    wanted: dict[str, Any] = {"event_type_id": "demo", "attendee": ADA}
    return {
        "now": client.now,
        "tick": client.tick,
        "deliver": lambda: client.deliver(limit=1),
        "retry": lambda: client.deliver(limit=1, retry_now=True),
        "count_due": client.count_due,
        "count_retries": client.count_retries,
        "first_attempt": lambda: client.first_attempt(seconds=0.5),
        "set_up": lambda: client.set_up(name="Ann"),
        "create": lambda: b.create(start_time="tomorrow 10:00", **wanted),
        "create ahead": lambda: b.create(start_time="+90m", **wanted),
        "create_all": lambda: b.create_all([{"start_time": "fri 10:00", **wanted}]),
        "get": lambda: b.get(demo),
        "list": lambda: b.list(start_date="today", end_date="sun"),
        "iter": lambda: list(b.iter()),
        "list_occurrences": lambda: b.list_occurrences(status="CONFIRMED"),
        "get_occurrences": lambda: b.get_occurrences(demo),
        "total": b.total,
        "history": lambda: b.history(demo),
        "agenda": b.agenda,
        "day": b.day,
        "week": b.week,
        "month": b.month,
        "stats": b.stats,
        "get_ics": lambda: b.get_ics(demo),
        "get_feed": b.get_feed,
        "get_free_busy": lambda: b.get_free_busy(host_id="me"),
        "get_notes": lambda: b.get_notes(demo),
        "add_note": lambda: b.add_note(demo, content="Tea"),
        "update": lambda: b.update(demo, notes="Tea"),
        "merge_metadata": lambda: b.merge_metadata(demo, {"a": 1}),
        "reschedule": lambda: b.reschedule(yoga, start_time="tomorrow 11:00"),
        "mark_attended": lambda: b.mark_attended(yoga),
        "mark_no_show": lambda: b.mark_no_show(yoga),
        "add_attendee": lambda: b.add_attendee(yoga, email="bob@b.org"),
        "remove_attendee": lambda: b.remove_attendee(yoga, email="ada@example.com"),
        "confirm": lambda: b.confirm(ask),
        "reject": lambda: b.reject(ask),
        "cancel_occurrence": lambda: b.cancel_occurrence(demo, date="2027-01-25"),
        "cancel_all_future": lambda: b.cancel_all_future(demo, from_date="today"),
        "cancel": lambda: b.cancel(yoga),
        "slots": lambda: c.availability.get(
            event_type_id="demo", start_date="today", end_date="tomorrow"
        ),
        "check": lambda: c.availability.check(
            event_type_id="demo", start_time="tomorrow 10:00"
        ),
        "explain": lambda: c.availability.explain(
            event_type_id="demo", start_time="+2h"
        ),
        "blocked": lambda: c.availability.blocked(event_type_id="demo", date="today"),
        "import_ics": lambda: c.busy.import_ics(FEED, name="feed"),
        "busy add": lambda: c.busy.add(start_time="tomorrow", end_time="tomorrow"),
        "busy list": c.busy.list,
        "busy get": lambda: c.busy.get("feed"),
        "busy refresh": c.busy.refresh,
        "busy times": lambda: c.busy.times(start_date="today", end_date="tomorrow"),
        "event_type": lambda: c.event_types.create("new"),
        "event_type update": lambda: c.event_types.update("demo", title="The demo"),
        "host": lambda: c.hosts.create("ann"),
        "host update": lambda: c.hosts.update("me", name="Ann"),
        "schedule": lambda: c.schedules.create(
            "any", timezone="UTC", availability=ALL_DAY
        ),
        "schedule update": lambda: c.schedules.update("work", timezone="Asia/Tokyo"),
        "override": lambda: c.schedules.override(
            "work", date="tomorrow", availability=[]
        ),
        "webhook": lambda: c.webhooks.create("https://example.com/"),
        "webhook get": lambda: c.webhooks.get(hook),
        "webhook list": c.webhooks.list,
        "webhook update": lambda: c.webhooks.update(hook, events=[]),
        "webhook rotate": lambda: c.webhooks.rotate(hook),
        "webhook test": lambda: c.webhooks.test(hook),
        "webhook log": c.webhooks.log,
        "mails log": c.mails.log,
        "verify": lambda: c.webhooks.verify({}, b"{}", id=hook),
        "check file": client.check,
    }


class Odd(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, moment: datetime | None) -> None:
        return None


YEARS = {
    "year 1": datetime(1, 1, 1, tzinfo=UTC),
    "year 1 in the east": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    "year 9999": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "year 9999 in the west": datetime(
        9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))
    ),
    "year 9999 in a zone": datetime(9999, 12, 31, 23, tzinfo=ZoneInfo("Asia/Tokyo")),
    "year 1969": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    "year 9001": datetime(9001, 1, 1, tzinfo=UTC),
}
NO_MOMENTS = {
    "naive": datetime(2027, 1, 18, 10),  # noqa: DTZ001
    "without an offset": datetime(2027, 1, 18, 10, tzinfo=Odd()),
    "text": "2027-01-18T10:00:00Z",
    "a number": 1.8e9,
    "a date": datetime(2027, 1, 18, tzinfo=UTC).date(),
    "nothing": None,
}


@pytest.mark.parametrize("said", [*YEARS.values(), *NO_MOMENTS.values()], ids=str)
def test_what_is_no_moment_is_an_error_in_every_method(
    place: str, uids: dict[str, str], said: Any
) -> None:
    """It was OverflowError, ValueError, TypeError; a naive one was taken for local."""
    with Client(place, clock=lambda: said) as client:
        with pytest.raises(CalbookError) as refusal:
            client.now()
        before = dump(place)
        for call in calls(client, uids).values():
            with suppress(CalbookError):
                call()
        assert dump(place) == before

    error = refusal.value
    assert (error.code, error.exit_code) == ("bad_time", 2)
    assert error.message.startswith("the clock says ")
    assert error.hint == "clock must return an aware datetime in the years 1970–9000"


EDGES = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(9000, 12, 25, 0, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("said", EDGES, ids=str)
def test_the_first_and_the_last_moment_break_nothing(
    place: str, uids: dict[str, str], said: datetime
) -> None:
    with Client(place, clock=lambda: said) as client:
        assert client.now() == said
        for call in calls(client, uids).values():
            with suppress(CalbookError):
                call()
        assert client.check() == ()

"""Bookings are found by host, status or dates in one way or another: the same ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import islice, product
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Client, errors
from calbook.core.model import Status
from calbook.services.bookings.read import iter_occurrences
from calbook.store import booking_filters, meetings, reader
from calbook.store.booking_filters import Walk

STATUSES = (
    *[(str(status),) for status in Status],
    *(("PENDING", "CONFIRMED"), ("CONFIRMED", "COMPLETED", "NO_SHOW")),
    *(("CANCELLED", "NO_SHOW"), tuple(map(str, Status)), None),
)
HALF = timedelta(minutes=30)


@pytest.fixture
def story(client: Client, event_type: Callable[..., Any], clock: Clock) -> list[str]:
    """Bookings that went in every way; a fixed choice of chance."""
    draw, calendar = random.Random(5), client.calendar
    for id in ("ann", "bob"):
        calendar.hosts.create(id, name=id.title())
    calendar.resources.create("room", kind="room", capacity=9)
    event_type("demo", buffer_before=30, allow_cancellation=True)
    event_type(
        "ask",
        requires_confirmation=True,
        hosts=["ann", "bob"],
        scheduling_type="ROUND_ROBIN",
    )
    event_type("pair", needs=["1 of ann,bob", "1 of room"])
    uids = []
    for n in range(70):
        kind = draw.choice(["demo", "ask", "pair"])
        wanted: dict[str, Any] = {
            "event_type_id": kind,
            "start_time": MONDAY + draw.randrange(1, 500) * HALF,
            "attendee": {"name": f"Ada {n % 7}", "email": f"ada{n % 7}@example.com"},
        }
        if n % 8 == 5:
            wanted["recurring"] = {"frequency": "DAILY", "count": draw.randrange(2, 9)}
        if n % 8 == 3:
            wanted["event_type_id"] = "demo"
            make = calendar.bookings.hold
            del wanted["attendee"]
            wanted["minutes"] = draw.choice([15, 60])
        else:
            make = calendar.bookings.create
        with suppress(errors.CalbookError):
            uids.append(make(**wanted).uid)
    for uid in draw.sample(uids, 45):
        act = draw.choice(["confirm", "cancel", "cancel", "reassign", "reschedule"])
        arguments: dict[str, Any] = {}
        if act == "reschedule":
            arguments["start_time"] = MONDAY + draw.randrange(1, 500) * HALF
        if act in ("cancel", "reassign") and draw.random() < 0.5:
            dates = calendar.bookings.get_occurrences(uid)
            arguments["date"] = draw.choice(dates).date
        with suppress(errors.CalbookError):
            getattr(calendar.bookings, act)(uid, **arguments)
    clock.move(days=5, hours=3)
    for uid in uids:
        mark = draw.choice(["mark_no_show", "mark_attended", None, None])
        with suppress(errors.CalbookError):
            if mark:
                getattr(calendar.bookings, mark)(uid)
    return uids


def filters() -> Iterator[dict[str, Any]]:
    whose = ({}, {"host_id": "ann"}, {"host_id": "me"}, {"resource_id": "room"})
    whose += ({"host_id": "bob", "resource_id": "room"},)
    dates = (
        *({}, {"start_date": "2027-01-08"}, {"end_date": "2027-01-09"}),
        {"start_date": "2027-01-07", "end_date": "2027-01-11"},
    )
    others = (
        *({}, {"event_type_id": "ask"}, {"attendee_email": "ada3@example.com"}),
        {"search": "ada 1"},
    )
    for status, host, within, other in product(STATUSES, whose, dates, others):
        yield {"status": status, **host, **within, **other}


def listed(client: Client, wanted: dict[str, Any]) -> list[Any]:
    bookings = client.calendar.bookings
    found = [b.to_dict() for b in bookings.list(**wanted)]
    after = found[len(found) // 2]["uid"] if found else None
    return [
        found,
        [b.uid for b in bookings.list(**wanted, latest_first=True, count=3, offset=1)],
        [b.uid for b in bookings.list(**wanted, count=2, after=after)],
        bookings.total(**wanted),
        [b.to_dict() for b in bookings.list_occurrences(**wanted)],
        [
            (b.uid, b.date)
            for b in bookings.list_occurrences(
                **wanted, latest_first=True, count=3, offset=1
            )
        ],
        bookings.total(**wanted, occurrences=True),
        [*iter_occurrences(client._context, wanted, portion=3)],
    ]


def test_whatever_is_walked_the_same_is_found(
    client: Client, story: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list(islice(filters(), 0, None, 7))

    few = [listed(client, wanted) for wanted in asked]
    monkeypatch.setattr(booking_filters, "FEW", 0)
    many = [listed(client, wanted) for wanted in asked]
    monkeypatch.setattr(meetings, "FEW", 0)
    own = [listed(client, wanted) for wanted in asked]
    monkeypatch.setattr(reader, "choose_walk", lambda *_: Walk(None, has_few=True))
    monkeypatch.setattr(meetings, "walked_meetings", lambda *_: None)
    plain = [listed(client, wanted) for wanted in asked]

    assert len(story) > 40
    kinds = {b["status"] for found, *_ in plain for b in found}
    assert kinds == {*map(str, Status)}
    assert {len(found) for found, *_ in plain} >= {0, 1, 2, 5}
    for wanted, expected, *found in zip(asked, plain, few, many, own, strict=True):
        for each in found:
            assert each == expected, wanted

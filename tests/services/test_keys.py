"""An idempotency key on every change of a booking."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from support.stores import dump

from calbook import Booking, Client, EventType, errors

BookingMaker = Callable[..., Booking]
TEN = "2027-01-18 10:00"
BOB = {"email": "bob@example.com", "name": "Bob"}

CHANGES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "confirm": ("request", {}, {"notify_attendee": False}),
    "reject": ("request", {"reason": "full"}, {"reason": "away"}),
    "cancel": ("one", {"reason": "ill"}, {"reason": "train"}),
    "reschedule": (
        *("one", {"start_time": "2027-01-19 10:00"}),
        {"start_time": "2027-01-20 10:00"},
    ),
    "update": ("one", {"notes": "new"}, {"notes": "newer"}),
    "merge_metadata": ("one", {"put": {"a": 1}}, {"put": {"a": 2}}),
    "add_attendee": (
        *("group", {**BOB, "by": "host", "override": {"hours"}}),
        {**BOB, "by": "host", "override": set()},
    ),
    "remove_attendee": (
        *("group", {"email": "eve@example.com"}),
        {"email": "ada@example.com"},
    ),
    "move_attendee": (
        *("group", {"email": "eve@example.com", "start_time": "2027-01-19 10:00"}),
        {"email": "eve@example.com", "start_time": "2027-01-20 10:00"},
    ),
    "mark_attended": ("past", {}, {"date": "2027-01-05"}),
    "mark_no_show": ("past", {}, {"date": "2027-01-05"}),
}


@pytest.fixture
def uid_of(
    client: Client, clock: Clock, event_type: Callable[..., EventType], booking: Any
) -> Callable[[str], str]:
    def make(kind: str) -> str:
        if kind == "request":
            event_type("asked", requires_confirmation=True)
            return str(booking(event_type_id="asked", start_time=TEN).uid)
        if kind == "group":
            event_type("yoga", seats=3)
            who = ["eve@example.com"]
            made = booking(event_type_id="yoga", start_time=TEN, guests=who)
            return str(made.uid)
        made = booking(start_time="2027-01-05 10:00" if kind == "past" else TEN)
        clock.move(days=2 if kind == "past" else 0)
        return str(made.uid)

    return make


@pytest.mark.parametrize("method", CHANGES)
def test_the_same_key_and_request_again_give_the_first_answer(
    client: Client, place: str, uid_of: Callable[[str], str], method: str
) -> None:
    kind, wanted, other = CHANGES[method]
    uid, change = uid_of(kind), getattr(client.calendar.bookings, method)
    first = change(uid, **wanted, idempotency_key="k")
    before = dump(place)

    assert change(uid, **wanted, idempotency_key="k") == first
    assert dump(place) == before
    if method != "confirm":  # what is told is no part of a request
        with pytest.raises(errors.KeyReused):
            change(uid, **other, idempotency_key="k")
    with pytest.raises(errors.KeyReused):
        client.calendar.bookings.cancel(uid, idempotency_key="k", reason="other")
    assert dump(place) == before


def test_a_key_holds_also_where_nothing_changed(
    client: Client, booking: BookingMaker
) -> None:
    bookings, uid = client.calendar.bookings, booking().uid
    first = bookings.update(uid, notes="as it is")

    same = bookings.update(uid, notes="as it is", idempotency_key="k")
    bookings.update(uid, notes="otherwise")

    assert same == first
    assert bookings.update(uid, notes="as it is", idempotency_key="k") == first
    assert bookings.get(uid).notes == "otherwise"


def test_a_dry_run_keeps_no_key(client: Client, booking: BookingMaker) -> None:
    bookings, uid = client.calendar.bookings, booking().uid

    bookings.update(uid, notes="tried", idempotency_key="k", dry_run=True)
    done = bookings.update(uid, notes="done", idempotency_key="k")

    assert (done.notes, done.version) == ("done", 1)

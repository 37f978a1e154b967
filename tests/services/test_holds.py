"""A start that is held for a while, then booked, given back or gone by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from support.mailing import Server
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.receiving import Receiver

from calbook import Client, EventType, errors
from calbook.core.booking import lifecycle
from calbook.core.model import Actor, Attendee
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing", "support.receiving")

ADA = {"name": "Ada", "email": "ada@example.com"}
WHEN = MONDAY.replace(day=18)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def demo(event_type: Callable[..., EventType]) -> EventType:
    return event_type("demo")


@pytest.fixture
def database(place: Place) -> str:
    """A file or database, as `check` reads no memory."""
    return place.url


def hold(client: Client, **more: Any) -> Any:
    wanted = {"event_type_id": "demo", "start_time": WHEN, **more}
    return client.calendar.bookings.hold(**wanted)


def book(client: Client, uid: str, **more: Any) -> Any:
    return client.calendar.bookings.book_hold(uid, **{"attendee": ADA, **more})


def events(client: Client, uid: str) -> list[str]:
    return [event.type for event in client.calendar.bookings.history(uid)]


def test_what_is_held_is_nobody_elses_until_it_ends(
    client: Client, clock: Clock
) -> None:
    held = hold(client, minutes=15)

    assert (held.status, held.attendee.name) == ("PENDING", None)
    assert held.held_until == "2027-01-04T09:15:00+00:00"
    clock.move(minutes=14)
    with pytest.raises(errors.SlotTaken, match=held.uid):
        client.calendar.bookings.create(
            event_type_id="demo", start_time=WHEN, attendee=ADA
        )

    clock.move(minutes=1)

    assert client.calendar.bookings.get(held.uid).resolution == "expired"
    other = client.calendar.bookings.create(
        event_type_id="demo", start_time=WHEN, attendee=ADA
    )
    with pytest.raises(errors.HoldEnded) as refused:
        book(client, held.uid)
    assert refused.value.details["heldUntil"] == held.held_until
    assert other.status == "CONFIRMED"
    assert client.check() == ()


def test_a_hold_is_booked_under_its_uid(client: Client) -> None:
    held = hold(client)

    booked = book(client, held.uid, guests=["Bob"], notes="Tea")

    assert (booked.uid, booked.status) == (held.uid, "CONFIRMED")
    assert booked.start_time == held.start_time
    assert (booked.held_until, booked.notes) == (None, "Tea")
    assert [booked.attendee.name, *(g.name for g in booked.guests)] == ["Ada", "Bob"]
    assert events(client, held.uid) == ["booking.held", "booking.created"]
    with pytest.raises(errors.UsageError, match="no hold"):
        book(client, held.uid)
    assert client.check() == ()


def test_a_clock_that_was_wrong_takes_no_hold_away(
    client: Client, clock: Clock
) -> None:
    held = hold(client)
    clock.move(days=1)
    client.tick()
    with pytest.raises(errors.HoldEnded):
        book(client, held.uid)

    clock.move(days=-1)

    assert client.calendar.bookings.get(held.uid).status == "PENDING"
    assert book(client, held.uid).status == "CONFIRMED"
    assert client.check() == ()


def test_a_hold_ends_at_its_start_at_the_latest(client: Client, clock: Clock) -> None:
    clock.now = WHEN - 5 * MINUTE

    held = hold(client, minutes=60)

    assert held.held_until == held.start_time


def test_a_hold_is_given_back_by_a_cancel(client: Client) -> None:
    held = hold(client)

    client.calendar.bookings.cancel(held.uid)

    with pytest.raises(errors.HoldEnded):
        book(client, held.uid)
    assert hold(client).uid != held.uid


ONLY_BOOKED = {
    "confirm": lambda bookings, uid: bookings.confirm(uid),
    "reject": lambda bookings, uid: bookings.reject(uid),
    "attended": lambda bookings, uid: bookings.mark_attended(uid),
    "no-show": lambda bookings, uid: bookings.mark_no_show(uid),
    "name": lambda bookings, uid: bookings.update(uid, **ADA),
    "ref": lambda bookings, uid: bookings.update(uid, ref="7"),
    "language": lambda bookings, uid: bookings.update(uid, language="de"),
    "notes": lambda bookings, uid: bookings.update(uid, notes="Tea"),
    "guests": lambda bookings, uid: bookings.update(uid, add_guests=["Bob"]),
    "metadata": lambda bookings, uid: bookings.merge_metadata(uid, {"crm": "1"}),
    "link": lambda bookings, uid: bookings.update(uid, meeting_url="https://m.org"),
    "join": lambda bookings, uid: bookings.add_attendee(uid, **ADA),
}


@pytest.mark.parametrize("act", ONLY_BOOKED.values(), ids=ONLY_BOOKED.keys())
def test_what_is_held_for_nobody_is_booked_before_anything_is_done_with_it(
    client: Client, event_type: Callable[..., EventType], act: Callable[..., Any]
) -> None:
    """`update` named somebody and `confirm` booked them, past all rules for persons.

    What else `update` set was lost when it was booked.
    """
    event_type("yoga", seats=3)
    held = hold(client, event_type_id="yoga")
    before = client.calendar.bookings.get(held.uid)

    with pytest.raises(errors.UsageError, match="held for nobody yet") as refused:
        act(client.calendar.bookings, held.uid)

    assert f'book_hold("{held.uid}"' in (refused.value.hint or "")
    assert client.calendar.bookings.get(held.uid) == before
    assert events(client, held.uid) == ["booking.held"]
    assert book(client, held.uid).status == "CONFIRMED"


@pytest.mark.parametrize("end", ["expired", "given back"])
def test_what_was_held_for_nobody_is_corrected_by_nobody(
    client: Client, clock: Clock, end: str
) -> None:
    """Who was named in it would have it once a wrong clock is right."""
    held = hold(client)
    if end == "expired":
        clock.move(minutes=10)
    else:
        client.calendar.bookings.cancel(held.uid)

    with pytest.raises(errors.UsageError, match="was held for nobody"):
        client.calendar.bookings.update(held.uid, **ADA)
    with pytest.raises(errors.WrongStatus, match="CANCELLED"):
        client.calendar.bookings.confirm(held.uid)


def test_a_hold_moves_and_is_handed_over(client: Client) -> None:
    client.calendar.hosts.create("bob", schedule_id="always")
    client.calendar.event_types.create(
        "team", schedule_id="always", hosts=["me", "bob"], scheduling_type="ROUND_ROBIN"
    )
    held = hold(client, event_type_id="team", host_id="me")
    bookings = client.calendar.bookings

    bookings.reschedule(held.uid, start_time=WHEN + 60 * MINUTE)
    bookings.reassign(held.uid, host_id="bob")

    booked = book(client, held.uid)
    assert booked.starts_at == WHEN + 60 * MINUTE
    assert booked.host_ids == (client.calendar.hosts.get("bob").id,)


def test_what_needs_confirmation_awaits_it_once_booked(
    client: Client, event_type: Callable[..., EventType], clock: Clock
) -> None:
    event_type("ask", requires_confirmation=True)
    held = hold(client, event_type_id="ask")

    booked = book(client, held.uid)

    clock.move(days=1)
    assert (booked.status, booked.held_until) == ("PENDING", None)
    assert client.calendar.bookings.confirm(held.uid).status == "CONFIRMED"


def test_questions_are_asked_of_who_books(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("asked", questions=[{"key": "why", "label": "Why?", "required": True}])
    held = hold(client, event_type_id="asked")

    with pytest.raises(errors.InvalidResponses):
        book(client, held.uid)

    assert book(client, held.uid, responses={"why": "so"}).responses == {"why": "so"}


@pytest.mark.parametrize(
    "other",
    [
        {"event_type_id": "rare"},
        {"start_time": WHEN + 30 * MINUTE},
        {"host_id": "bob"},
        {"duration": 45},
        {"recurring": {"frequency": "DAILY", "count": 2}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_is_held_is_booked_as_it_is(
    client: Client, event_type: Callable[..., EventType], other: dict[str, Any]
) -> None:
    event_type("rare")
    held = hold(client)

    with pytest.raises(errors.BadInput, match="is held as it is"):
        book(client, held.uid, **other)

    same = {"event_type_id": "demo", "start_time": WHEN, "host_id": "me"}
    assert book(client, held.uid, **same, duration=30).uid == held.uid


def test_a_hold_obeys_the_rules(client: Client) -> None:
    client.calendar.schedules.update("always", overrides=[{"date": "2027-01-19"}])

    with pytest.raises(errors.OutsideHours):
        hold(client, start_time=WHEN.replace(day=19))
    with pytest.raises(errors.InThePast):
        hold(client, start_time=MONDAY - 30 * MINUTE)
    with pytest.raises(errors.BadInput, match="minutes"):
        hold(client, minutes=1441)


def test_the_same_key_holds_once(client: Client) -> None:
    first = hold(client, idempotency_key="k")

    assert hold(client, idempotency_key="k") == first
    with pytest.raises(errors.KeyReused):
        hold(client, idempotency_key="k", minutes=20)


def test_a_dry_run_holds_nothing(client: Client) -> None:
    would = hold(client, dry_run=True)

    assert (would.uid, would.status) == (None, "PENDING")
    assert client.calendar.bookings.list() == ()


def test_others_hear_of_it_once_it_is_booked(
    client: Client, receiver: Receiver, post: Server, clock: Clock
) -> None:
    client.set_up(email="grace@example.com", timezone="UTC")
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    gone, held = hold(client), hold(client, start_time=WHEN + 60 * MINUTE)
    client.calendar.bookings.cancel(gone.uid)
    client.deliver()
    assert receiver.requests == []

    book(client, held.uid, notify_attendee=True)
    client.deliver()

    [told] = receiver.requests
    assert told.json["type"] == "booking.created"
    assert told.json["data"]["booking"]["attendee"]["name"] == "Ada"
    assert len(post.received) == 1


def test_of_a_hold_nobody_hears_and_nobody_is_named_as_not_told(
    client: Client, receiver: Receiver, post: Server, clock: Clock
) -> None:
    """A public note was an event to webhooks; `reschedule` had not told "somebody"."""
    client.set_up(email="grace@example.com", timezone="UTC")
    client.calendar.event_types.update("demo", notify=True)
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    bookings = client.calendar.bookings
    held, other = hold(client), hold(client, start_time=WHEN + 60 * MINUTE)

    bookings.add_note(held.uid, content="Tea")
    bookings.reschedule(held.uid, start_time=WHEN + 120 * MINUTE)
    client.calendar.event_types.update("demo", title="Demo!", apply_to_coming=True)
    bookings.cancel(held.uid)
    clock.move(minutes=10)
    client.tick()
    client.deliver()

    assert bookings.get(other.uid).resolution == "expired"
    assert (receiver.requests, post.received) == ([], [])
    assert client.not_told == ()
    assert events(client, held.uid) == [
        *("booking.held", "booking.updated", "booking.rescheduled"),
        *("booking.updated", "booking.cancelled"),
    ]


def test_a_hold_that_moved_is_told_of_once_it_is_booked(
    client: Client, receiver: Receiver
) -> None:
    client.calendar.webhooks.create(receiver.url(), allow_http=True)
    bookings = client.calendar.bookings
    held = hold(client)
    bookings.reschedule(held.uid, start_time=WHEN + 60 * MINUTE)

    book(client, held.uid)
    bookings.add_note(held.uid, content="Tea")
    bookings.cancel(held.uid)
    client.deliver()

    assert [told.json["type"] for told in receiver.requests] == [
        *("booking.created", "booking.updated", "booking.cancelled"),
    ]


@pytest.fixture
def named(client: Client) -> str:
    """A hold in which `update` of an older calbook has named somebody."""
    held = hold(client)
    with client._context.store.transaction() as tx:
        before, now = tx.booking(held.uid), client._context.clock()
        attendees = (Attendee(**ADA),)
        change = lifecycle.update(before, now=now, by=Actor.HOST, attendees=attendees)
        record.save_change(tx, before, change, ChangeOptions(), now=now)
    return str(held.uid)


def test_a_hold_in_which_somebody_was_named_is_a_pending_booking(
    client: Client, named: str
) -> None:
    bookings = client.calendar.bookings
    with pytest.raises(errors.UsageError, match="held for Ada"):
        book(client, named)

    assert bookings.update(named, notes="Tea").notes == "Tea"
    assert bookings.confirm(named).status == "CONFIRMED"
    assert bookings.get(named).held_until is None
    assert client.check() == ()


def test_a_hold_in_which_somebody_was_named_ends_as_holds_do(
    client: Client, clock: Clock, named: str
) -> None:
    clock.move(minutes=10)
    client.tick()

    assert client.calendar.bookings.get(named).resolution == "expired"
    assert hold(client).status == "PENDING"
    assert client.check() == ()


def test_what_is_offered_is_taken_and_not_booked_as_a_hold(client: Client) -> None:
    taken = client.calendar.bookings.create(
        event_type_id="demo", start_time=WHEN, attendee=ADA
    )
    eve = {"name": "Eve", "email": "eve@example.com"}
    waiting = client.calendar.waiting.add(
        event_type_id="demo", start_time=WHEN, attendee=eve
    )
    client.calendar.bookings.cancel(taken.uid)
    offered = client.calendar.waiting.get(waiting.id).offered_uid
    assert offered is not None

    with pytest.raises(errors.UsageError, match="held for Eve") as refused:
        book(client, offered)

    assert f'confirm("{offered}")' in (refused.value.hint or "")
    assert client.calendar.bookings.update(offered, notes="Tea").notes == "Tea"
    assert client.calendar.bookings.confirm(offered).status == "CONFIRMED"


def test_a_pending_booking_is_no_hold(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("ask", requires_confirmation=True)
    asked = client.calendar.bookings.create(
        event_type_id="ask", start_time=WHEN, attendee=ADA
    )

    with pytest.raises(errors.UsageError, match="no hold, or was booked already"):
        book(client, asked.uid)

    assert client.calendar.bookings.get(asked.uid) == asked


def test_a_place_by_phone_asks_no_number_of_a_hold(client: Client) -> None:
    """A hold kept `event update` from applying it: nobody had given a number."""
    held = hold(client)

    client.calendar.event_types.update(
        "demo", location={"type": "PHONE_INBOUND"}, apply_to_coming=True
    )

    with pytest.raises(errors.BadInput, match="number is needed"):
        book(client, held.uid)
    ada = {**ADA, "phone": "+15550100"}
    assert book(client, held.uid, attendee=ada).status == "CONFIRMED"


def test_a_hold_counts_for_nobody_until_it_is_booked(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("rare", per_person=["1/week"])
    held = hold(client, event_type_id="rare")
    other = hold(client, event_type_id="rare", start_time=WHEN + 60 * MINUTE)
    client.calendar.bookings.reschedule(held.uid, start_time=WHEN + 120 * MINUTE)
    book(client, other.uid)

    with pytest.raises(errors.CalbookError) as refused:
        book(client, held.uid)

    assert refused.value.code == "limit_reached"
    assert events(client, held.uid) == ["booking.held", "booking.rescheduled"]


def test_a_calendar_file_of_a_hold_asks_nobody(client: Client, clock: Clock) -> None:
    client.set_up(email="grace@example.com", timezone="UTC")
    held = hold(client)

    file = client.calendar.bookings.get_ics(held.uid)

    assert "METHOD:PUBLISH" in file
    assert "STATUS:TENTATIVE" in file
    assert "ATTENDEE" not in file
    clock.move(minutes=10)
    assert "STATUS:CANCELLED" in client.calendar.bookings.get_ics(held.uid)


def test_a_held_group_is_not_joined_and_a_group_not_held(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("yoga", seats=8)
    held = hold(client, event_type_id="yoga")

    with pytest.raises(errors.SlotTaken):
        client.calendar.bookings.create(
            event_type_id="yoga", start_time=WHEN, attendee=ADA
        )
    slots = client.calendar.availability.get(
        event_type_id="yoga", start_date="2027-01-18", end_date="2027-01-18"
    )
    assert WHEN not in {slot.starts_at for slot in slots}
    book(client, held.uid)
    with pytest.raises(errors.UsageError, match="seats are booked, not held"):
        hold(client, event_type_id="yoga")


def test_no_more_persons_book_a_hold_than_its_room_holds(client: Client) -> None:
    """Four were in a room for two."""
    for name, capacity in (("small", 2), ("large", 9)):
        client.calendar.resources.create(name, capacity=capacity)
    needs = [{"count": 1, "of": ["res_small", "res_large"]}]
    client.calendar.event_types.update("demo", needs=needs)
    held = hold(client, resource_id="small")
    guests = ["bob@example.com", "eve@example.com"]

    with pytest.raises(errors.SeatsFull, match="small, which holds 2") as refusal:
        book(client, held.uid, guests=guests)

    assert refusal.value.details["resourceId"] == "res_small"
    assert "hold again" in (refusal.value.hint or "")
    assert book(client, held.uid, guests=guests[:1]).status == "CONFIRMED"
    large = hold(client, start_time=WHEN + 60 * MINUTE, resource_id="large")
    assert book(client, large.uid, guests=guests).status == "CONFIRMED"


def test_a_hold_keeps_its_resource(client: Client) -> None:
    """Another one that was asked for was passed over in silence."""
    for name in ("red", "blue"):
        client.calendar.resources.create(name)
    needs = [{"count": 1, "of": ["res_red", "res_blue"]}]
    client.calendar.event_types.update("demo", needs=needs)
    held = hold(client, resource_id="red")

    with pytest.raises(errors.BadInput, match="resource_id cannot be another"):
        book(client, held.uid, resource_id="blue")

    assert book(client, held.uid, resource_id="red").resource_ids == ("res_red",)

"""Who waits for time that is taken, and what becomes of them when it is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY
from hypothesis import given
from hypothesis import strategies as st
from support.mailing import Configure, Server
from support.properties import examples

from calbook import Booking, Client, EventType, errors

if TYPE_CHECKING:
    from conftest import Clock

pytest_plugins = ("support.mailing",)

WHEN = MONDAY.replace(day=18)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(place: str) -> str:
    """A file or database, as `check` reads no memory."""
    return place


@pytest.fixture(autouse=True)
def whole(client: Client) -> Iterator[None]:
    """Nothing contradicts itself in the end."""
    yield
    if client.exists:
        assert client.check() == ()


def person(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@example.com"}


def book(client: Client, name: str = "Ada", **more: Any) -> Booking:
    wanted = {"event_type_id": "demo", "start_time": WHEN, "attendee": person(name)}
    return client.calendar.bookings.create(**{**wanted, **more})


def wait(client: Client, name: str, **more: Any) -> Any:
    start = {} if "earliest" in more else {"start_time": WHEN}
    wanted = {"event_type_id": "demo", "attendee": person(name), **start}
    return client.calendar.waiting.add(**{**wanted, **more})


def state(client: Client, entry: Any) -> str:
    return str(client.calendar.waiting.get(entry.id).state)


def told(client: Client, entry: Any) -> list[str]:
    return [line["what"] for line in client.calendar.waiting.get(entry.id).log]


def events(client: Client, uid: str) -> list[str]:
    return [event.type for event in client.calendar.bookings.history(uid)]


@contextmanager
def refused(code: str) -> Iterator[Any]:
    with pytest.raises(errors.CalbookError) as caught:
        yield caught
    assert caught.value.code == code


# -- one start ------------------------------------------------------------------------


@pytest.fixture
def demo(event_type: Callable[..., EventType]) -> EventType:
    return event_type("demo")


@pytest.mark.usefixtures("demo")
def test_the_first_in_line_is_offered_what_a_cancellation_frees(
    client: Client,
) -> None:
    taken = book(client)
    bob, eve = wait(client, "Bob"), wait(client, "Eve")
    assert (bob.position, eve.position) == (1, 2)

    client.calendar.bookings.cancel(taken.uid)

    offer = client.calendar.waiting.get(bob.id)
    assert (offer.state, offer.held_until) == ("offered", "2027-01-04T10:00:00+00:00")
    held = client.calendar.bookings.get(offer.offered_uid)
    assert (held.status, held.attendee.name) == ("PENDING", "Bob")
    assert held.held_until == offer.held_until
    assert (state(client, eve), told(client, eve)) == ("waiting", [])
    [made] = client.calendar.bookings.history(held.uid)
    assert (made.by, made.change) == ("system", {"waiting": bob.id})
    assert [entry.id for entry in client.served] == [bob.id]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("by", ["uid", "id", "prefix"])
def test_confirm_takes_an_offer(client: Client, by: str) -> None:
    taken = book(client)
    bob = wait(client, "Bob", notes="At last", guests=["Zoe"])
    client.calendar.bookings.cancel(taken.uid)
    uid = client.calendar.waiting.get(bob.id).offered_uid
    said = {"uid": uid, "id": bob.id, "prefix": bob.id[:11]}[by]

    booked = client.calendar.bookings.confirm(said)

    assert (booked.uid, booked.status, booked.held_until) == (uid, "CONFIRMED", None)
    assert (booked.notes, booked.guests[0].name) == ("At last", "Zoe")
    last = client.calendar.bookings.history(uid)[-1]
    assert (last.type, last.by) == ("booking.confirmed", "attendee")
    assert last.change["waiting"] == bob.id
    assert state(client, bob) == "booked"
    with refused("offer_ended"):
        client.calendar.bookings.confirm(bob.id)


@pytest.mark.usefixtures("demo")
def test_an_offer_that_nobody_takes_goes_to_the_next_and_never_back(
    client: Client, clock: Clock
) -> None:
    taken = book(client)
    bob, eve = wait(client, "Bob"), wait(client, "Eve")
    client.calendar.bookings.cancel(taken.uid)
    clock.move(minutes=59)
    client.tick()
    assert state(client, bob) == "offered"

    clock.move(minutes=1)
    assert state(client, bob) == "lapsed"
    client.tick()

    assert (state(client, bob), state(client, eve)) == ("lapsed", "offered")
    clock.move(hours=1)
    client.tick()
    assert [state(client, entry) for entry in (bob, eve)] == ["lapsed", "lapsed"]
    assert book(client, "Kim").status == "CONFIRMED"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("how", ["cancel", "reject"])
def test_who_says_no_to_an_offer_makes_way_for_the_next(
    client: Client, how: str
) -> None:
    taken = book(client)
    bob, eve = wait(client, "Bob"), wait(client, "Eve")
    client.calendar.bookings.cancel(taken.uid)
    uid = client.calendar.waiting.get(bob.id).offered_uid

    getattr(client.calendar.bookings, how)(uid)

    assert (state(client, bob), state(client, eve)) == ("lapsed", "offered")


@pytest.mark.usefixtures("demo")
def test_any_change_that_frees_time_serves_who_waits(
    client: Client, event_type: Callable[..., EventType], clock: Clock
) -> None:
    event_type("ask", requires_confirmation=True)
    bookings = client.calendar.bookings
    frees: dict[str, Callable[[str], object]] = {
        "moved": lambda uid: bookings.reschedule(uid, start_time=WHEN + 300 * MINUTE),
        "rejected": lambda uid: bookings.reject(uid),
        "held": lambda uid: clock.move(minutes=10) or client.tick(),
        "away": lambda uid: (
            client.calendar.hosts.away(
                "me", start_time=WHEN + 4000 * MINUTE, end_time=WHEN + 4001 * MINUTE
            )
            and bookings.cancel(uid, cancelled_by="host")
        ),
    }
    for number, (how, free) in enumerate(frees.items()):
        at = WHEN + timedelta(days=1, hours=number)
        if how == "held":
            made = bookings.hold(event_type_id="demo", start_time=at)
        else:
            kind = "ask" if how == "rejected" else "demo"
            made = book(client, event_type_id=kind, start_time=at)
        bob = wait(client, "Bob", start_time=at)

        free(made.uid)

        assert state(client, bob) == "offered", how


@pytest.mark.usefixtures("demo")
def test_a_host_who_is_there_again_serves_who_waits(client: Client) -> None:
    client.calendar.hosts.create("bob", email="bob@example.com")
    client.calendar.event_types.update(
        "demo", hosts=["me", "bob"], scheduling_type="ROUND_ROBIN"
    )
    client.calendar.hosts.retire("bob")
    book(client)
    eve = wait(client, "Eve")

    client.calendar.hosts.restore("bob")

    assert state(client, eve) == "offered"


@pytest.mark.usefixtures("demo")
def test_who_waits_is_served_by_a_tick_when_hours_are_longer(client: Client) -> None:
    busy = client.calendar.busy.add(
        host_id="me", start_time=WHEN - 60 * MINUTE, end_time=WHEN + 60 * MINUTE
    )
    bob = wait(client, "Bob")
    client.calendar.busy.remove(busy.name, host_id="me")
    assert state(client, bob) == "waiting"

    client.tick()

    assert state(client, bob) == "offered"


def test_who_is_booked_at_once_needs_no_yes(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo", on_free="book", requires_confirmation=True)
    taken = book(client)
    bob, eve = wait(client, "Bob", by="host"), wait(client, "Eve")

    client.calendar.bookings.cancel(taken.uid, cancelled_by="host")

    got = client.calendar.waiting.get(bob.id)
    assert got.state == "booked"
    assert client.calendar.bookings.get(got.offered_uid).status == "CONFIRMED"
    client.calendar.bookings.cancel(got.offered_uid, cancelled_by="host")
    asked = client.calendar.waiting.get(eve.id)
    assert asked.state == "booked"
    assert client.calendar.bookings.get(asked.offered_uid).status == "PENDING"


def test_what_the_host_confirms_is_a_request_once_it_is_taken(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    event_type("demo", requires_confirmation=True, hold_minutes=5)
    taken = book(client)
    bob = wait(client, "Bob")
    client.calendar.bookings.reject(taken.uid)

    asked = client.calendar.bookings.confirm(bob.id)

    assert (asked.status, asked.held_until) == ("PENDING", None)
    assert state(client, bob) == "booked"
    assert client.calendar.bookings.confirm(asked.uid).status == "CONFIRMED"


# -- any of a range -------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("letters", [0, 3])
def test_an_id_is_shortened_to_four_letters_at_least(
    client: Client, letters: int
) -> None:
    """The only one in line was taken for whoever typed `wait_`."""
    made = book(client)
    bob = wait(client, "Bob")
    client.calendar.bookings.cancel(made.uid, cancelled_by="host")
    short = bob.id[: len("wait_") + letters]

    with pytest.raises(errors.NotFound, match="no such entry") as refusal:
        client.calendar.bookings.confirm(short)

    assert "4 letters of an id will do" in refusal.value.hint
    assert state(client, bob) == "offered"
    assert client.calendar.waiting.get(bob.id[: len("wait_") + 4]).id == bob.id


@pytest.fixture
def long(client: Client) -> EventType:
    """One a day, from nine to five."""
    return client.calendar.event_types.create("demo", duration=480)


@pytest.fixture
def full(client: Client, long: EventType) -> list[Booking]:
    days = (WHEN + timedelta(days=n) for n in range(3))
    nine = (day.replace(hour=9) for day in days)
    return [book(client, start_time=start) for start in nine]


def test_any_start_of_a_range_will_do(client: Client, full: list[Booking]) -> None:
    bob = wait(client, "Bob", earliest="2027-01-19", latest="2027-01-20")
    assert (bob.start_time, bob.earliest) == (None, "2027-01-19T00:00:00+00:00")
    assert bob.latest == "2027-01-21T00:00:00+00:00"

    client.calendar.bookings.cancel(full[0].uid)
    assert (state(client, bob), told(client, bob)) == ("waiting", [])
    client.calendar.bookings.cancel(full[2].uid)

    offer = client.calendar.waiting.get(bob.id)
    held = client.calendar.bookings.get(offer.offered_uid)
    assert held.start_time == "2027-01-20T09:00:00+00:00"


def test_who_lets_a_start_go_is_offered_only_others(
    client: Client, full: list[Booking], clock: Clock
) -> None:
    bob = wait(client, "Bob", earliest="2027-01-18", latest="2027-01-20")
    client.calendar.bookings.cancel(full[1].uid)
    clock.move(hours=2)

    client.tick()
    assert (state(client, bob), told(client, bob)) == ("waiting", ["offered", "lapsed"])
    client.calendar.bookings.cancel(full[2].uid)

    held = client.calendar.waiting.get(bob.id).offered_uid
    start = client.calendar.bookings.get(held).start_time
    assert start == "2027-01-20T09:00:00+00:00"


# -- groups ---------------------------------------------------------------------------


@pytest.fixture
def yoga(event_type: Callable[..., EventType]) -> EventType:
    return event_type("demo", seats=2)


@pytest.fixture
def group(client: Client, yoga: EventType) -> Booking:
    book(client, "Ada")
    return book(client, "Bob")


def leave(client: Client, uid: str, name: str) -> None:
    client.calendar.bookings.remove_attendee(uid, email=f"{name}@example.com")


def test_an_offered_seat_is_taken_as_long_as_it_is_held(
    client: Client, group: Booking, clock: Clock
) -> None:
    eve, kim = wait(client, "Eve"), wait(client, "Kim")

    leave(client, group.uid, "ada")

    offer = client.calendar.waiting.get(eve.id)
    assert (offer.state, offer.is_seat, offer.offered_uid) == (
        *("offered", True),
        group.uid,
    )
    with refused("seats_full"):
        explained = client.calendar.availability.explain(
            event_type_id="demo", start_time=WHEN
        )
        assert explained.message.endswith(": 1 offered to who waits for a seat")
        book(client, "Zoe")
    slots = client.calendar.availability.get(event_type_id="demo", start_date=WHEN)
    assert WHEN.isoformat() not in [slot.start_time for slot in slots]
    joined = client.calendar.bookings.confirm(eve.id)
    assert [p.name for p in (joined.attendee, *joined.guests)] == ["Bob", "Eve"]
    assert events(client, group.uid)[-3:] == [
        "booking.attendee_removed",
        "booking.offered",
        "booking.attendee_added",
    ]
    assert (state(client, eve), state(client, kim)) == ("booked", "waiting")


def test_a_seat_that_nobody_takes_is_offered_to_the_next(
    client: Client, group: Booking, clock: Clock
) -> None:
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    leave(client, group.uid, "ada")
    clock.move(hours=1)

    book(client, "Zoe", start_time=WHEN + 60 * MINUTE)  # whatever is written next

    assert (state(client, eve), state(client, kim)) == ("lapsed", "offered")
    assert events(client, group.uid)[-2:] == ["booking.offer_ended", "booking.offered"]
    with refused("offer_ended"):
        client.calendar.bookings.confirm(eve.id)


def test_two_persons_do_not_fit_into_one_seat_and_are_told_so(
    client: Client, group: Booking
) -> None:
    two, one = wait(client, "Eve", guests=["Zoe"]), wait(client, "Kim")

    leave(client, group.uid, "ada")

    assert (state(client, two), state(client, one)) == ("waiting", "offered")
    [line] = client.calendar.waiting.get(two.id).log
    assert line["what"] == "passed over"
    assert line["why"] == "3 persons do not fit into 2 seats"


def test_a_seat_is_booked_at_once(client: Client, group: Booking) -> None:
    client.calendar.event_types.update("demo", on_free="BOOK")
    eve = wait(client, "Eve")

    leave(client, group.uid, "ada")

    now = client.calendar.bookings.get(group.uid)
    assert [p.name for p in (now.attendee, *now.guests)] == ["Bob", "Eve"]
    assert state(client, eve) == "booked"
    last = client.calendar.bookings.history(group.uid)[-1]
    assert (last.type, last.change["waiting"]) == ("booking.attendee_added", eve.id)


@pytest.mark.usefixtures("yoga")
def test_all_dates_of_a_group_are_waited_for(client: Client) -> None:
    rule = {"frequency": "WEEKLY", "count": 3}
    for name in ("Ada", "Bob"):
        course = book(client, name, recurring=rule)
    eve = wait(client, "Eve", recurring=rule)
    assert eve.uid == course.uid

    leave(client, course.uid, "ada")
    joined = client.calendar.bookings.confirm(eve.id)

    assert [p.name for p in (joined.attendee, *joined.guests)] == ["Bob", "Eve"]
    assert len(joined.occurrences) == 3
    with refused("usage"):
        wait(client, "Kim", recurring={"frequency": "DAILY", "count": 3})


@pytest.mark.usefixtures("yoga")
@pytest.mark.parametrize("on_free", ["offer", "book"])
def test_one_date_of_a_series_is_waited_for(client: Client, on_free: str) -> None:
    """A seat that is free that day alone is for who waits for that day."""
    bookings = client.calendar.bookings
    client.calendar.event_types.update("demo", on_free=on_free)
    rule, second = {"frequency": "WEEKLY", "count": 3}, WHEN + timedelta(days=7)
    for name in ("Ada", "Bob"):
        course = book(client, name, recurring=rule)
    eve = wait(client, "Eve", start_time=second)
    kim = wait(client, "Kim", start_time=second)

    bookings.remove_attendee(course.uid, email="ada@example.com", on=["2027-01-18"])
    assert client.calendar.waiting.get(eve.id).state == "waiting"
    bookings.remove_attendee(course.uid, email="bob@example.com", on=["2027-01-25"])

    if on_free == "offer":
        assert client.calendar.waiting.get(eve.id).state == "offered"
        with refused("seats_full"):
            bookings.add_attendee(course.uid, email="z@example.com", on=["2027-01-25"])
        bookings.confirm(eve.id)
    after = bookings.get(course.uid)
    assert [o.seats_taken for o in after.occurrences] == [1, 2, 2]
    assert [(p.name, p.only_on) for p in after.guests][-1] == (
        *("Eve", ("2027-01-25",)),
    )
    assert client.calendar.waiting.get(eve.id).state == "booked"
    assert client.calendar.waiting.get(kim.id).state == "waiting"
    with refused("nothing_to_wait_for"):
        wait(client, "Zoe", start_time=WHEN)
    with refused("duplicate_attendee"):
        wait(client, "Eve", start_time=second)
    assert client.check() == ()


@pytest.mark.usefixtures("yoga")
def test_who_wants_half_of_a_date_waits_for_that_start(client: Client) -> None:
    rule = {"frequency": "WEEKLY", "count": 3}
    course = book(client, recurring=rule)
    half = WHEN + timedelta(days=7, minutes=15)
    eve = wait(client, "Eve", start_time=half)
    client.calendar.bookings.cancel(course.uid, date="2027-01-25")
    joined = client.calendar.bookings.confirm(eve.id)
    assert (joined.start_time, joined.attendee.name) == (half.isoformat(), "Eve")


@pytest.mark.usefixtures("demo")
def test_a_series_from_before_there_were_seats_has_dates_to_join(
    client: Client,
) -> None:
    course = book(client, recurring={"frequency": "WEEKLY", "count": 3})
    client.calendar.event_types.update("demo", seats=2)
    with refused("nothing_to_wait_for") as refusal:
        wait(client, "Bob", start_time=WHEN + timedelta(days=7))
    assert course.uid in refusal.value.hint


# -- what takes an offer away, or the end of a wait -----------------------------------


@pytest.mark.usefixtures("yoga")
def test_an_offered_seat_of_a_group_that_moves_is_an_offer_no_more(
    client: Client,
) -> None:
    """Who waits for a start is not booked at another: they get the start itself."""
    bookings = client.calendar.bookings
    group = book(client, "Ada", guests=["z@example.com"])
    eve = wait(client, "Eve")
    bookings.remove_attendee(group.uid, email="z@example.com")
    assert client.calendar.waiting.get(eve.id).is_seat

    bookings.reschedule(group.uid, start_time=WHEN + timedelta(days=1), by="host")

    offer = client.calendar.waiting.get(eve.id)
    assert (offer.state, offer.is_seat) == ("offered", False)
    assert told(client, eve) == ["offered", "withdrawn", "offered"]
    assert events(client, group.uid)[-1] == "booking.offer_ended"
    assert bookings.confirm(eve.id).start_time == WHEN.isoformat()


@pytest.mark.usefixtures("yoga")
def test_nobody_waits_for_a_group_that_was_cancelled(client: Client) -> None:
    bookings = client.calendar.bookings
    group = book(client, "Ada", guests=["z@example.com", "y@example.com"][:1])
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    bookings.remove_attendee(group.uid, email="z@example.com")
    bob = book(client, "Zoe", start_time=WHEN + timedelta(days=1))

    bookings.cancel(group.uid, cancelled_by="host")

    assert (state(client, eve), state(client, kim)) == ("ended", "ended")
    assert {entry.id: entry.state for entry in client.served}[kim.id] == "ended"
    assert "was cancelled" in client.calendar.waiting.get(kim.id).log[-1]["why"]
    assert bookings.get(bob.uid).status == "CONFIRMED"


@pytest.mark.usefixtures("yoga")
@pytest.mark.parametrize("by", ["host", "attendee"])
def test_nobody_waits_for_a_date_that_was_cancelled(client: Client, by: Any) -> None:
    """Where the start stays open, who waited for the date has it."""
    bookings = client.calendar.bookings
    rule, second = {"frequency": "WEEKLY", "count": 3}, WHEN + timedelta(days=7)
    course = book(client, "Ada", recurring=rule, guests=["z@example.com"])
    eve = wait(client, "Eve", start_time=second)
    bookings.remove_attendee(course.uid, email="z@example.com", on=["2027-01-25"])
    assert state(client, eve) == "offered"

    bookings.cancel(course.uid, date="2027-01-25", cancelled_by=by)

    assert state(client, eve) == "ended"
    bookings.cancel(course.uid, all=True, cancelled_by="host")
    assert bookings.get(course.uid).status == "CANCELLED"


@pytest.mark.usefixtures("yoga")
def test_a_seat_that_is_offered_is_theirs_though_there_are_fewer(
    client: Client,
) -> None:
    group = book(client, "Ada", guests=["z@example.com"])
    eve = wait(client, "Eve")
    leave(client, group.uid, "z")
    client.calendar.event_types.update("demo", seats=1)

    joined = client.calendar.bookings.confirm(eve.id)

    assert [p.name for p in joined.guests] == ["Eve"]


def test_who_wants_what_is_offered_no_more_stands_in_nobodys_way(
    client: Client, event_type: Callable[..., EventType], clock: Clock
) -> None:
    """A length or a host that an event type has no longer, of a range."""
    event_type("demo", durations=[30, 60])
    client.calendar.hosts.create("ann")
    event_type("other", hosts=["ann", "me"], scheduling_type="ROUND_ROBIN")
    minute = {"earliest": WHEN, "latest": WHEN + MINUTE}
    client.calendar.bookings.hold(event_type_id="demo", start_time=WHEN)
    long = wait(client, "Bob", duration=60, **minute)
    taken = book(client, "Ada", event_type_id="other", host_id="ann")
    ann = wait(client, "Kim", event_type_id="other", host_id="ann", **minute)
    client.calendar.event_types.update("demo", durations=[30])
    client.calendar.event_types.update("other", hosts=["me"])
    clock.move(minutes=20)

    book(client, "Zoe", event_type_id="other", start_time=WHEN + timedelta(days=1))
    client.calendar.bookings.cancel(taken.uid)
    client.tick()

    for entry, word in ((long, "minutes"), (ann, "host")):
        [line] = client.calendar.waiting.get(entry.id).log
        assert (line["what"], word in line["why"]) == ("passed over", True)
        assert client.calendar.waiting.remove(entry.id).state == "removed"


@pytest.mark.usefixtures("yoga")
def test_nobody_joins_what_is_only_offered(client: Client) -> None:
    """They would lose their seat with the offer; once it is taken they are offered."""
    bookings = client.calendar.bookings
    taken = book(client, "Ada", guests=["z@example.com"])
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    bookings.cancel(taken.uid, cancelled_by="host")
    for entry in (eve, kim):
        assert state(client, entry) == "ended"
    other = book(client, "Ada", start_time=WHEN + MINUTE * 60)
    later = {"start_time": WHEN + MINUTE * 60}
    client.calendar.event_types.update("demo", seats=1)
    eve, kim = wait(client, "Eve", **later), wait(client, "Kim", **later)
    bookings.reschedule(other.uid, start_time=WHEN + MINUTE * 180, by="host")
    client.calendar.event_types.update("demo", seats=2)
    offer = client.calendar.waiting.get(eve.id)

    assert (offer.state, offer.is_seat, state(client, kim)) == (
        *("offered", False, "waiting"),
    )
    with refused("usage"):
        bookings.add_attendee(offer.offered_uid, email="q@example.com", by="host")
    with refused("slot_taken"):
        book(client, "Zoe", **later)
    bookings.confirm(eve.id)
    assert client.calendar.waiting.get(kim.id).is_seat


@pytest.mark.parametrize("on_free", ["offer", "book"])
def test_nobody_is_offered_what_they_may_not_book(
    client: Client, event_type: Callable[..., EventType], on_free: str
) -> None:
    client.calendar.hosts.create("ann")
    event_type("demo", no_double=True, on_free=on_free)
    event_type("other", hosts=["ann"])
    taken = book(client, "Ada")
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    book(client, "Eve", event_type_id="other")

    client.calendar.bookings.cancel(taken.uid)

    assert told(client, eve) == ["passed over"]
    assert told(client, kim) == ["offered" if on_free == "offer" else "booked"]


def test_a_seat_that_is_offered_is_taken_by_the_rules_for_persons(
    client: Client, event_type: Callable[..., EventType]
) -> None:
    client.calendar.hosts.create("ann")
    event_type("demo", seats=2, no_double=True)
    event_type("other", hosts=["ann"])
    group = book(client, "Ada", guests=["z@example.com"])
    eve = wait(client, "Eve")
    leave(client, group.uid, "z")
    book(client, "Eve", event_type_id="other")

    with refused("limit_reached"):
        client.calendar.bookings.confirm(eve.id)


@pytest.mark.usefixtures("yoga")
@pytest.mark.parametrize("how", ["remove", "cancel", "hold"])
def test_what_was_only_held_is_no_group_that_was_cancelled(
    client: Client, how: str
) -> None:
    bookings = client.calendar.bookings
    if how == "hold":
        first = bookings.hold(event_type_id="demo", start_time=WHEN)
        kim = wait(client, "Kim")
        bookings.cancel(first.uid, cancelled_by="host")
        assert state(client, kim) == "offered"
        return
    client.calendar.event_types.update("demo", hosts=["me"])
    taken = bookings.hold(event_type_id="demo", start_time=WHEN)
    eve = wait(client, "Eve", guests=["f@example.com"])
    kim = wait(client, "Kim")
    bookings.cancel(taken.uid, cancelled_by="host")
    offer = client.calendar.waiting.get(eve.id)
    assert offer.state == "offered"

    if how == "remove":
        client.calendar.waiting.remove(eve.id)
    else:
        bookings.cancel(offer.offered_uid, cancelled_by="host")

    assert state(client, kim) == "offered"


@pytest.mark.usefixtures("yoga")
def test_who_books_what_is_offered_to_them_is_offered_it_no_more(
    client: Client,
) -> None:
    group = book(client, "Ada", guests=["z@example.com"])
    eve = wait(client, "Eve")
    client.calendar.event_types.update("demo", seats=4)
    client.tick()
    assert state(client, eve) == "offered"

    assert book(client, "Eve").uid == group.uid

    assert state(client, eve) == "ended"
    assert book(client, "Kim").uid == group.uid


# -- in line, and out -----------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_nobody_waits_for_what_is_free_or_refused_for_good(client: Client) -> None:
    with refused("nothing_to_wait_for"):
        wait(client, "Bob")
    with refused("nothing_to_wait_for"):
        wait(client, "Bob", earliest="2027-01-18", latest="2027-01-18")
    client.calendar.event_types.update("demo", maximum_advance=20)
    with refused("maximum_advance"):
        wait(client, "Bob", start_time=WHEN + timedelta(days=30))
    with refused("in_the_past"):
        wait(client, "Bob", start_time=MONDAY - timedelta(days=7))
    with refused("bad_input"):
        wait(client, "Bob", earliest="2027-01-18", latest="2027-01-17")
    with refused("usage"):
        wait(client, "Bob", earliest="2027-01-18")
    client.calendar.event_types.update("demo", seats=2)
    with refused("seats_full"):
        wait(client, "Bob", guests=["Zoe", "Kim"])


@pytest.mark.parametrize(
    ("rule", "earliest", "latest", "code"),
    [
        pytest.param(
            *({"last_date": "2027-01-17"}, "2027-01-18", "2027-01-19"),
            *("outside_dates",),
            id="after-the-last-date",
        ),
        pytest.param(
            *({"first_date": "2027-01-20"}, "2027-01-18", "2027-01-19"),
            *("outside_dates",),
            id="before-the-first-date",
        ),
        pytest.param(
            *({"maximum_advance": 7}, "2027-01-18", "2027-01-19", "maximum_advance"),
            id="too-far-ahead",
        ),
        pytest.param(
            *({"minimum_notice": 20000}, "2027-01-11", "2027-01-12"),
            *("minimum_notice",),
            id="too-soon",
        ),
        pytest.param(
            *({"title": "Demo"}, "2027-01-16", "2027-01-17", "outside_hours"),
            id="a-weekend",
        ),
        pytest.param(
            *({"per_person": ["1/week"]}, "2027-01-18", "2027-01-19", "limit_reached"),
            id="the-person-has-enough",
        ),
        pytest.param(
            *({"last_date": "2027-01-18"}, "2027-01-18", "2027-01-19", None),
            id="on-a-day-of-it",
        ),
        pytest.param(
            *({"per_person": ["1/week"]}, "2027-01-23", "2027-01-25", None),
            id="not-enough-of-the-next-week",
        ),
    ],
)
def test_nobody_waits_for_a_range_in_which_nothing_can_be(
    client: Client, rule: dict[str, Any], earliest: str, latest: str, code: str | None
) -> None:
    """It was accepted, and could never be served."""
    client.calendar.event_types.create("demo", duration=480)
    book(client, "Bob", start_time=WHEN.replace(day=22, hour=9))
    for day in (18, 19, 25):
        book(client, start_time=WHEN.replace(day=day, hour=9))
    client.calendar.event_types.update("demo", **rule)

    if code is None:
        assert wait(client, "Bob", earliest=earliest, latest=latest).state == "waiting"
        return
    with refused(code) as refusal:
        wait(client, "Bob", earliest=earliest, latest=latest)

    assert "override" not in (refusal.value.hint or "")


@pytest.mark.usefixtures("demo")
def test_nobody_is_in_line_twice_or_for_what_they_have(client: Client) -> None:
    book(client, "Ada")
    wait(client, "Bob")

    with refused("already_waiting"):
        wait(client, "Bob")
    with refused("duplicate_attendee"):
        wait(client, "Ada")
    with refused("already_waiting"):
        client.calendar.waiting.add(
            event_type_id="demo",
            start_time=WHEN,
            attendee={"name": "Robert", "email": "BOB@example.com"},
        )


def test_who_was_booked_anyway_waits_no_longer(client: Client, group: Booking) -> None:
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    client.calendar.event_types.update("demo", seats=3)
    client.calendar.bookings.add_attendee(group.uid, **person("Eve"))

    leave(client, group.uid, "ada")

    assert (state(client, eve), state(client, kim)) == ("ended", "offered")


@pytest.mark.usefixtures("demo")
def test_who_is_taken_out_gives_the_offer_to_the_next(client: Client) -> None:
    taken = book(client)
    bob, eve = wait(client, "Bob"), wait(client, "Eve")
    client.calendar.bookings.cancel(taken.uid)

    client.calendar.waiting.remove(bob.id)

    assert (state(client, bob), state(client, eve)) == ("removed", "offered")
    with refused("nothing_to_change"):
        client.calendar.waiting.remove(bob.id)
    assert [e.id for e in client.calendar.waiting.list()] == [eve.id]
    assert len(client.calendar.waiting.list(past=True)) == 2


def test_who_is_taken_out_gives_a_seat_to_the_next(
    client: Client, group: Booking
) -> None:
    eve, kim = wait(client, "Eve"), wait(client, "Kim")
    leave(client, group.uid, "ada")

    client.calendar.waiting.remove(eve.id[5:])

    assert (state(client, eve), state(client, kim)) == ("removed", "offered")


@pytest.mark.usefixtures("demo")
def test_the_line_ends_when_its_time_is_past(client: Client, clock: Clock) -> None:
    book(client)
    bob = wait(client, "Bob")

    clock.now = WHEN

    assert state(client, bob) == "ended"
    assert client.calendar.waiting.list() == ()
    clock.now = WHEN - 60 * MINUTE
    assert state(client, bob) == "waiting"


@pytest.mark.usefixtures("demo")
def test_a_dry_run_puts_nobody_in_line_and_serves_nobody(client: Client) -> None:
    taken = book(client)
    would = wait(client, "Bob", dry_run=True)
    assert (would.id, client.calendar.waiting.list()) == (None, ())
    bob = wait(client, "Bob")

    client.calendar.bookings.cancel(taken.uid, dry_run=True)
    client.calendar.waiting.remove(bob.id, dry_run=True)

    assert state(client, bob) == "waiting"
    assert client.served == ()


@pytest.mark.usefixtures("demo")
def test_a_clock_that_was_wrong_takes_no_offer_away(
    client: Client, clock: Clock
) -> None:
    taken = book(client)
    bob = wait(client, "Bob")
    client.calendar.bookings.cancel(taken.uid)
    clock.move(days=1)
    client.tick()
    assert state(client, bob) == "lapsed"

    clock.move(days=-1)
    uid = client.calendar.waiting.get(bob.id).offered_uid

    assert client.calendar.bookings.confirm(uid).status == "CONFIRMED"
    assert state(client, bob) == "booked"


@pytest.mark.usefixtures("demo")
def test_an_event_type_with_people_in_line_stays(client: Client) -> None:
    client.calendar.busy.add(host_id="me", start_time=WHEN, end_time=WHEN + 60 * MINUTE)
    wait(client, "Bob")

    with refused("in_use"):
        client.calendar.event_types.delete("demo")


# -- mail -----------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_an_offer_is_told_by_mail_with_its_end(
    client: Client, post: Server, configure: Configure
) -> None:
    configure(post.port)
    client.calendar.hosts.update("me", email="grace@example.com")
    taken = book(client)
    bob = wait(client, "Bob")
    client.calendar.bookings.cancel(taken.uid)

    client.deliver()

    [mail] = post.received
    assert mail.message["Subject"] == "Offer: Demo"
    assert f"Offer      {bob.id}" in mail.text
    assert "Held until Mon 4 Jan 2027, 10:00" in mail.text
    assert "To take it, reply to this mail." in mail.text
    assert mail.parts("text/calendar") == []


@pytest.mark.usefixtures("demo")
def test_who_has_no_address_is_named(
    client: Client, post: Server, configure: Configure
) -> None:
    configure(post.port)
    client.calendar.hosts.update("me", email="grace@example.com")
    taken = book(client)
    wait(client, "Bob", attendee={"name": "Bob", "phone": "+351 912 345 678"})

    client.calendar.bookings.cancel(taken.uid)

    assert client.not_told == ("Bob",)


# -- in any world ---------------------------------------------------------------------

NAMES = ("Ada", "Bob", "Eve", "Kim", "Zoe")
HOURS = (10, 11, 12)


class World:
    """Few starts, many people: what may be done next, and what must hold then."""

    def __init__(self, seats: int | None, on_free: str) -> None:
        self.now = MONDAY
        self.client = Client(":memory:", clock=lambda: self.now)
        self.client.calendar.event_types.create(
            "demo",
            duration=60,
            **({"seats": seats} if seats else {}),
            on_free=on_free,
            hold_minutes=30,
        )
        self.bookings = self.client.calendar.bookings
        self.waiting = self.client.calendar.waiting
        for number in range(len(HOURS) * (seats or 1)):
            start = WHEN.replace(hour=HOURS[number % len(HOURS)])
            book(self.client, f"Early{number}", start_time=start)

    def do(self, what: str, who: int, hour: int) -> None:
        name, start = NAMES[who], WHEN.replace(hour=HOURS[hour])
        every = self.bookings.list(count=None, status=["PENDING", "CONFIRMED"])
        chosen = every[(who + hour) % len(every)] if every else None
        line = self.waiting.list()
        entry = line[who % len(line)] if line else None
        try:
            if what == "book":
                book(self.client, name, start_time=start)
            elif what == "wait":
                wait(self.client, name, start_time=start)
            elif what == "range":
                wait(self.client, name, earliest=WHEN, latest=WHEN + 240 * MINUTE)
            elif what == "time":
                self.now += (15 + 10 * who) * MINUTE
                self.client.tick()
            elif what == "confirm" and entry:
                self.bookings.confirm(str(entry.id))
            elif what == "remove" and entry:
                self.waiting.remove(str(entry.id))
            elif what == "cancel" and chosen:
                self.bookings.cancel(chosen.uid, cancelled_by="host")
            elif what == "leave" and chosen:
                person = chosen.guests[0] if chosen.guests else chosen.attendee
                self.bookings.remove_attendee(chosen.uid, email=person.email)
            elif what == "move" and chosen:
                self.bookings.reschedule(chosen.uid, start_time=start, by="host")
        except (errors.Conflict, errors.RuleError, errors.NotFound):
            pass  # refused, and nothing broken

    def check(self) -> None:
        live: dict[datetime, list[str]] = {}
        for booking in self.bookings.list(count=None):
            if booking.status in ("PENDING", "CONFIRMED"):
                people = (booking.attendee, *booking.guests)
                found = live.setdefault(booking.starts_at, [])
                found += [str(p.email) for p in people]
        for people in live.values():
            assert len(people) == len(set(people))  # nobody twice at one time
        for entry in self.waiting.list():
            if entry.state == "waiting" and entry.start_time:
                assert not self.is_free(entry), entry

        in_line: dict[str, bool] = {}
        for entry in self.waiting.list(past=True):
            if entry.start_time is None:
                continue
            if entry.state in ("offered", "booked"):
                assert not in_line.get(entry.start_time), entry  # none is passed by
            elif entry.state == "waiting":
                in_line[entry.start_time] = True

    def is_free(self, entry: Any) -> bool:
        """Whether somebody new could book what is waited for."""
        try:
            self.bookings.create(
                event_type_id="demo",
                start_time=entry.start_time,
                attendee=entry.attendee,
                guests=entry.guests,
                dry_run=True,
            )
        except errors.CalbookError:
            return False
        return True


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("book", "wait", "wait", "range", "time", "confirm", "remove"),
                *("cancel", "cancel", "leave", "move"),
            )
        ),
        st.integers(0, len(NAMES) - 1),
        st.integers(0, len(HOURS) - 1),
    ),
    max_size=25,
)


@examples(40)
@given(STEPS, st.sampled_from((None, 2)), st.sampled_from(("offer", "book")))
def test_nobody_is_forgotten_or_booked_twice(
    steps: list[tuple[str, int, int]], seats: int | None, on_free: str
) -> None:
    world = World(seats, on_free)

    for step in steps:
        world.do(*step)
        world.check()

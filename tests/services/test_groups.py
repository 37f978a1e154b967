"""Groups: seats taken and given back, by people, by processes, and who came."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Clock
from support.running import PATIENCE, Spawn
from support.stores import ask

from calbook import Booking, Client, EventType, errors

pytest_plugins = ("support.running",)

TEN = "2027-01-18 10:00"
BEGUN = datetime(2027, 1, 18, 10, tzinfo=UTC)
WEEKLY = {"frequency": "WEEKLY", "count": 3}
BookingMaker = Callable[..., Booking]
EventTypeMaker = Callable[..., EventType]


def person(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@example.com"}


@pytest.fixture
def seat(booking: BookingMaker) -> BookingMaker:
    """Books the group of 10:00 for somebody by name."""

    def take(name: str, **fields: Any) -> Booking:
        return booking(**{"attendee": person(name), "start_time": TEN, **fields})

    return take


@pytest.fixture
def group(event_type: EventTypeMaker, seat: BookingMaker) -> Booking:
    """A group of four seats in which Ada has one."""
    event_type(seats=4)
    return seat("Ada")


def join(way: str, client: Client, uid: str, *, email: str, **fields: Any) -> Booking:
    """Take a seat in the group of 10:00, in one of the two ways."""
    bookings = client.calendar.bookings
    if way == "add":
        return bookings.add_attendee(uid, email=email, **fields)
    attendee = {"name": "Somebody", "email": email}
    return bookings.create(
        event_type_id="demo", start_time=TEN, attendee=attendee, **fields
    )


def names(booking: Booking) -> list[str | None]:
    return [booking.attendee.name, *(guest.name for guest in booking.guests)]


def everything(client: Client) -> list[dict[str, Any]]:
    """All that is stored of bookings."""
    bookings = client.calendar.bookings
    return [
        {**b.to_dict(), "history": [e.to_dict() for e in bookings.history(b.uid)]}
        for b in bookings.list(count=None)
    ]


def seats_left(client: Client, **fields: Any) -> dict[str, int | None]:
    """By the time of day on 2027-01-18."""
    day = {"start_date": "2027-01-18", "end_date": "2027-01-18"}
    slots = client.calendar.availability.get(event_type_id="demo", **day, **fields)
    return {slot.start_time[11:16]: slot.seats_left for slot in slots}


# -- taking seats ----------------------------------------------------------------------


def test_booking_the_start_of_a_group_takes_a_seat_in_it(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    joined = seat("Bob")

    assert joined.uid == group.uid
    assert names(joined) == ["Ada", "Bob"]
    assert (joined.sequence, joined.version) == (0, 1)
    assert len(client.calendar.bookings.list()) == 1


def test_each_seat_tells_of_itself(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    seat("Bob", guests=["carl@example.com"])
    bookings.remove_attendee(group.uid, email="bob@example.com", by="host")
    bookings.add_attendee(group.uid, email="dora@example.com", name="Dora", by="host")

    events = bookings.history(group.uid)

    assert [(e.type.removeprefix("booking."), e.by, e.change) for e in events] == [
        ("created", "attendee", {}),
        (
            "attendee_added",
            "attendee",
            {"attendee": {"email": "bob@example.com", "name": "Bob"}},
        ),
        (
            "attendee_added",
            "attendee",
            {"attendee": {"email": "carl@example.com", "name": None}},
        ),
        (
            "attendee_removed",
            "host",
            {"attendee": {"email": "bob@example.com", "name": "Bob"}},
        ),
        (
            "attendee_added",
            "host",
            {"attendee": {"email": "dora@example.com", "name": "Dora"}},
        ),
    ]


def test_what_a_guest_brought_along_is_the_guests_own(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(
        seats=4, questions=[{"key": "level", "label": "Level", "type": "NUMBER"}]
    )
    seat("Ada", responses={"level": 1}, notes="first", metadata={"deal": "a"})

    joined = seat("Bob", responses={"level": "2"}, notes="mat", metadata={"deal": "b"})

    assert (joined.responses, joined.notes) == ({"level": 1}, "first")
    assert joined.metadata == {"deal": "a"}
    [bob] = joined.guests
    assert (bob.responses, bob.notes) == ({"level": 2}, "mat")
    assert bob.metadata == {"deal": "b"}


def test_whoever_joins_is_asked_the_questions(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(
        seats=4,
        questions=[
            {"key": "level", "label": "Level", "required": True, "type": "NUMBER"}
        ],
    )
    ada = seat("Ada", responses={"level": 1})
    before = everything(client)
    add = client.calendar.bookings.add_attendee

    with pytest.raises(errors.InvalidResponses):
        seat("Bob")
    with pytest.raises(errors.InvalidResponses):
        add(ada.uid, email="bob@example.com", responses={"level": "high"})
    with pytest.raises(errors.InvalidResponses):
        add(ada.uid, email="bob@example.com", responses={"lvl": 1})

    assert everything(client) == before


def test_the_host_need_not_know_the_answers_of_whom_it_seats(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """An attendee could leave required questions out too."""
    event_type(seats=4, questions=[{"key": "level", "label": "L", "required": True}])
    uid = seat("Ada", responses={"level": "one"}).uid
    add = client.calendar.bookings.add_attendee

    with pytest.raises(errors.InvalidResponses, match="level"):
        add(uid, email="bob@example.com")
    added = add(uid, email="bob@example.com", by="host")
    answered = add(uid, email="carl@example.com", responses={"level": "two"})

    assert [guest.responses for guest in added.guests] == [{}]
    assert answered.guests[1].responses == {"level": "two"}


@pytest.fixture
def called(event_type: EventTypeMaker, seat: BookingMaker) -> Booking:
    """A group that is called, in which Ada has a seat."""
    event_type(seats=4, location="PHONE_INBOUND")
    return seat("Ada", attendee={**person("Ada"), "phone": "+351 912 345"})


def test_whoever_joins_a_group_that_is_called_needs_a_number(
    client: Client, called: Booking, seat: BookingMaker
) -> None:
    """The first one alone was asked for it."""
    add = client.calendar.bookings.add_attendee
    before = everything(client)

    with pytest.raises(errors.BadInput, match="by phone"):
        seat("Bob")
    with pytest.raises(errors.BadInput, match="by phone"):
        add(called.uid, email="bob@example.com")

    assert everything(client) == before
    seat("Bob", attendee={**person("Bob"), "phone": "+351 912 346"})
    joined = add(called.uid, email="carl@example.com", phone="+351 912 347")
    assert [guest.phone for guest in joined.guests] == ["+351 912 346", "+351 912 347"]


def test_notes_are_corrected_though_the_primary_has_no_number(
    client: Client, called: Booking, seat: BookingMaker
) -> None:
    """Guests need none; once one was the primary, no update went through."""
    bookings = client.calendar.bookings
    seat(
        "Bob",
        attendee={**person("Bob"), "phone": "+351 912 346"},
        guests=["carl@example.com"],
    )
    for name in ("ada", "bob"):
        bookings.remove_attendee(called.uid, email=f"{name}@example.com")

    updated = bookings.update(called.uid, notes="Ring twice")

    assert (updated.attendee.phone, updated.notes) == (None, "Ring twice")
    with pytest.raises(errors.BadInput, match="by phone"):
        bookings.update(called.uid, name="Carl")


@pytest.mark.parametrize("way", ["create", "add"])
@pytest.mark.parametrize(
    "email", ["ada@example.com", "ADA@Example.COM", "bob@example.com"]
)
def test_nobody_has_two_seats(
    client: Client, group: Booking, seat: BookingMaker, way: str, email: str
) -> None:
    seat("Bob")
    before = everything(client)

    with pytest.raises(errors.DuplicateAttendee):
        join(way, client, group.uid, email=email)

    assert everything(client) == before


def test_addresses_that_fold_alike_are_one_person(
    client: Client, group: Booking
) -> None:
    add = client.calendar.bookings.add_attendee
    add(group.uid, email="Straße@example.com", name="Eva")

    with pytest.raises(errors.DuplicateAttendee):
        add(group.uid, email="sTRAßE@EXAMPLE.COM")


@pytest.mark.parametrize("way", ["create", "add"])
def test_a_full_group_takes_nobody(
    client: Client, group: Booking, seat: BookingMaker, way: str
) -> None:
    seat("Bob", guests=["carl@example.com", "dora@example.com"])
    before = everything(client)

    with pytest.raises(errors.SeatsFull) as refusal:
        join(way, client, group.uid, email="eve@example.com", by="host")

    assert (refusal.value.details["seats"], refusal.value.details["persons"]) == (4, 5)
    assert everything(client) == before


def test_guests_count(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3)
    guests = ["bob@example.com", "carl@example.com", "dora@example.com"]

    with pytest.raises(errors.SeatsFull):
        seat("Ada", guests=guests)
    begun = seat("Ada", guests=guests[:1])
    with pytest.raises(errors.SeatsFull):
        seat("Eve", guests=guests[2:])
    full = seat("Eve")

    assert len(begun.guests) == 1
    assert names(full) == ["Ada", None, "Eve"]


def test_beside_a_full_group_another_host_of_the_team_begins_one(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    for name in ("alice", "bob"):
        client.calendar.hosts.create(name, name=name.title())
    event_type(seats=2, hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")

    full = seat("Ada", guests=["guest@example.com"])
    begun = seat("Bob")
    joined = seat("Carl")
    with pytest.raises(errors.SeatsFull):
        seat("Dora")

    assert (full.host_id, begun.host_id) == ("user_alice", "user_bob")
    assert joined.uid == begun.uid


def test_nobody_has_a_seat_in_two_groups_of_one_time(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Somebody in a full group began another one with the team's next host."""
    for name in ("alice", "bob"):
        client.calendar.hosts.create(name, name=name.title())
    event_type(seats=2, hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")
    seat("Ada", guests=["guest@example.com"])
    before = everything(client)

    for fields in ({}, {"host_id": "bob"}):
        with pytest.raises(errors.DuplicateAttendee):
            seat("Ada", **fields)

    assert everything(client) == before


def test_a_seat_given_back_can_be_taken_again(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2)
    uid = seat("Ada", guests=["bob@example.com"]).uid

    client.calendar.bookings.remove_attendee(uid, email="BOB@example.com")

    assert names(seat("Carl")) == ["Ada", "Carl"]


def test_a_seat_is_taken_once_for_one_key(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    first = seat("Bob", idempotency_key="k")
    seat("Carl")

    again = seat("Bob", idempotency_key="k")

    assert again == first
    assert names(client.calendar.bookings.get(group.uid)) == ["Ada", "Bob", "Carl"]


def test_a_seat_taken_again_with_one_key_is_answered_with_the_whole_booking(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Its event holds one person and no dates of the series."""
    event_type(seats=4)
    seat("Ada", recurring=WEEKLY)
    first = seat("Bob", recurring=WEEKLY, idempotency_key="k")
    seat("Carl", recurring=WEEKLY)

    again = seat("Bob", recurring=WEEKLY, idempotency_key="k")

    assert again == first
    assert (names(again), len(again.occurrences)) == (["Ada", "Bob"], 3)


def test_the_event_of_a_seat_holds_its_person_alone(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Each of a thousand repeated all thousand, and every date of a series."""
    client.calendar.webhooks.create("https://hooks.example/told")
    event_type(seats=9)
    uid = seat("Ada", recurring=WEEKLY, guests=["amy@example.com"]).uid
    seat("Bob", recurring=WEEKLY, guests=["carl@example.com"])
    client.calendar.bookings.remove_attendee(uid, email="bob@example.com", by="host")

    rows = ask(client, "select booking from events order by seq")
    _, *held = (json.loads(row[0]) for row in rows)

    assert [[guest["email"] for guest in booking["guests"]] for booking in held] == [
        ["bob@example.com"],
        ["carl@example.com"],
        [],
    ]
    assert [booking["occurrences"] for booking in held] == [[], [], []]
    assert {booking["attendee"]["email"] for booking in held} == {"ada@example.com"}


def test_a_dry_run_takes_no_seat(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    before = everything(client)

    assert names(seat("Bob", dry_run=True)) == ["Ada", "Bob"]

    assert everything(client) == before


def test_a_dry_run_tells_which_group_would_be_joined(
    event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """It said neither uid nor link, as for a booking that is not made yet."""
    event_type(seats=4, meeting_url_template="https://meet.example/{uid}")
    group = seat("Ada")

    joined = seat("Bob", dry_run=True)
    begun = seat("Bob", dry_run=True, start_time="2027-01-18 12:00")

    assert (joined.uid, joined.meeting_url) == (group.uid, group.meeting_url)
    assert (begun.uid, begun.meeting_url) == (None, None)


def test_a_group_is_joined_by_whoever_names_its_own_length(
    group: Booking, seat: BookingMaker
) -> None:
    """Naming it was refused, as if it were another."""
    joined = seat("Bob", duration=30)

    assert joined.uid == group.uid
    with pytest.raises(errors.BadInput, match="duration stays"):
        seat("Carl", duration=45, by="host", override=["duration"])


def test_a_changed_group_is_noticed(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    seat("Bob")

    with pytest.raises(errors.VersionConflict):
        client.calendar.bookings.add_attendee(
            group.uid, email="carl@example.com", if_version=0
        )


def test_the_place_of_a_group_is_its_first_attendees_word(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    with pytest.raises(errors.BadInput, match="meeting_url stays"):
        seat("Bob", meeting_url="https://meet.example/mine")


def test_where_a_group_was_cancelled_another_begins(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    client.calendar.bookings.cancel(group.uid)

    again = seat("Bob")

    assert again.uid != group.uid
    assert names(again) == ["Bob"]
    with pytest.raises(errors.WrongStatus):
        client.calendar.bookings.add_attendee(group.uid, email="carl@example.com")


def test_a_group_is_joined_where_it_moved(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    client.calendar.bookings.reschedule(group.uid, start_time="2027-01-19 10:00")

    joined = seat("Bob", start_time="2027-01-19 10:00")
    other = seat("Carl")

    assert joined.uid == group.uid
    assert other.uid != group.uid


def test_a_meeting_that_overlaps_a_group_does_not_join_it(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    with pytest.raises(errors.SlotTaken) as refusal:
        seat("Bob", start_time="2027-01-18 10:15")

    assert refusal.value.details["uid"] == group.uid


def test_everybody_in_a_group_is_found_by_their_address(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    seat("Bob")

    for email in ("ada@example.com", "BOB@example.com"):
        [found] = client.calendar.bookings.list(attendee_email=email)
        assert found.uid == group.uid


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("\x1b[31mred\x07", id="escape"),
        pytest.param("<b onload=alert(1)>", id="markup"),
        pytest.param("Robert'); drop table attendees;--", id="sql"),
        pytest.param("=cmd|' /C calc'!A0", id="formula"),
        pytest.param('{"a": [1]}', id="json"),
        pytest.param("👩\u200d👩\u200d👧 \u202eevil", id="emoji-and-bidi"),
        pytest.param("[bold]$(reboot)[/]", id="rich-and-shell"),
    ],
)
def test_a_name_is_kept_as_given(client: Client, group: Booking, name: str) -> None:
    bookings = client.calendar.bookings

    joined = bookings.add_attendee(group.uid, email="eve@example.com", name=name)
    bookings.remove_attendee(group.uid, email="ada@example.com")

    assert joined.guests[0].name == name
    assert bookings.get(group.uid).attendee.name == name
    assert json.loads(json.dumps(joined.to_dict())) == joined.to_dict()
    told = bookings.history(group.uid)[1].change["attendee"]
    assert told == {"email": "eve@example.com", "name": name}


@pytest.mark.parametrize("name", ["two\nlines", "nul\0", "x" * 201, "\ud800", 7])
def test_a_name_that_is_no_line_of_text_is_refused(
    client: Client, group: Booking, name: Any
) -> None:
    before = everything(client)

    with pytest.raises(errors.BadInput):
        client.calendar.bookings.add_attendee(
            group.uid, email="eve@example.com", name=name
        )

    assert everything(client) == before


# -- giving seats back -----------------------------------------------------------------


def test_after_the_primary_the_one_who_joined_first_is_the_primary(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=4, questions=[{"key": "level", "label": "Level"}])
    uid = seat("Ada", notes="of Ada", responses={"level": "a"}).uid
    seat("Bob", notes="of Bob", responses={"level": "b"}, metadata={"deal": 1})
    seat("Carl")

    left = client.calendar.bookings.remove_attendee(uid, email="Ada@Example.com")

    assert names(left) == ["Bob", "Carl"]
    assert (left.notes, left.responses) == ("of Bob", {"level": "b"})
    assert left.metadata == {"deal": 1}
    assert "notes" not in left.attendee.to_dict()
    assert client.calendar.bookings.get(uid) == left


def test_metadata_can_be_corrected_after_somebody_became_the_primary(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Together they had more than 50 keys, and no correction went through."""
    bookings = client.calendar.bookings
    event_type(seats=4)
    own = {f"a{n}": n for n in range(49)}
    uid = seat("Ada", metadata=own).uid
    seat("Bob", metadata={"b": 1, "c": 2})

    promoted = bookings.remove_attendee(uid, email="ada@example.com")
    merged = bookings.merge_metadata(uid, {"d": 3})

    assert promoted.metadata == own
    assert merged.metadata == {**own, "d": 3}


def test_the_last_attendee_does_not_leave(client: Client, group: Booking) -> None:
    before = everything(client)

    with pytest.raises(errors.LastAttendee) as refusal:
        client.calendar.bookings.remove_attendee(group.uid, email="ada@example.com")

    assert refusal.value.hint == "cancel it instead"
    assert everything(client) == before


def test_nobody_leaves_who_is_not_there(client: Client, group: Booking) -> None:
    with pytest.raises(errors.NotFound) as missing:
        client.calendar.bookings.remove_attendee(group.uid, email="ade@example.com")

    assert missing.value.hint == "did you mean ada@example.com?"


def test_a_meeting_for_one_is_no_group(
    client: Client, clock: Clock, booking: BookingMaker
) -> None:
    bookings = client.calendar.bookings
    uid = booking(start_time=TEN, guests=["bob@example.com"]).uid
    clock.now = BEGUN
    before = everything(client)

    for attempt in (
        lambda: bookings.add_attendee(uid, email="eve@example.com", by="host"),
        lambda: bookings.mark_attended(uid, email="bob@example.com"),
    ):
        with pytest.raises(errors.NotAGroup, match="has no seats"):
            attempt()

    assert everything(client) == before


def test_a_guest_of_a_meeting_for_one_can_be_taken_out(
    client: Client, booking: BookingMaker
) -> None:
    uid = booking(start_time=TEN, guests=["bob@example.com"]).uid

    left = client.calendar.bookings.remove_attendee(uid, email="bob@example.com")

    assert left.guests == ()


# -- rules -----------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["create", "add"])
def test_notice_still_holds_for_an_attendee_and_never_for_the_host(
    client: Client,
    clock: Clock,
    event_type: EventTypeMaker,
    seat: BookingMaker,
    way: str,
) -> None:
    event_type(seats=4, minimum_notice=60)
    uid = seat("Ada").uid
    clock.now = datetime(2027, 1, 18, 9, 0, 1, tzinfo=UTC)
    add = client.calendar.bookings.add_attendee
    before = everything(client)

    with pytest.raises(errors.MinimumNotice):
        join(way, client, uid, email="bob@example.com")

    assert everything(client) == before
    assert add(uid, email="bob@example.com", by="host").version == 1


def test_what_the_host_overrides_to_seat_somebody_is_recorded(
    clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """A group that was joined forgot it."""
    event_type(seats=4, minimum_notice=60)
    seat("Ada")
    clock.now = datetime(2027, 1, 18, 9, 30, tzinfo=UTC)

    joined = seat("Bob", by="host", override=["notice", "advance"])

    assert joined.overrides == ("notice",)


@pytest.mark.parametrize("way", ["closed", "away"])
@pytest.mark.parametrize("dates", [1, 3], ids=["single", "series"])
def test_nobody_is_seated_on_a_closed_date_or_while_the_host_is_away(
    client: Client,
    event_type: EventTypeMaker,
    seat: BookingMaker,
    way: str,
    dates: int,
) -> None:
    """A group that was there took new people, and was listed."""
    calendar = client.calendar
    event_type(seats=5)
    rule = {"frequency": "DAILY", "count": dates} if dates > 1 else None
    made = seat("Ada", recurring=rule)
    last = made.occurrences[-1]
    if way == "closed":
        calendar.schedules.override(calendar.schedules.list()[0].id, date=last.date)
    else:
        calendar.busy.add(
            host_id=made.host_id, start_time=last.start_time, end_time=last.end_time
        )
    refusal = errors.OutsideHours if way == "closed" else errors.HostBusy
    add = calendar.bookings.add_attendee
    before = everything(client)

    for by in ("attendee", "host"):
        with pytest.raises(refusal) as error:
            add(made.uid, email="bob@example.com", by=by)
        with pytest.raises(refusal):
            seat("Bob", recurring=rule, by=by)
    assert "--override hours" in str(error.value.json_hint)
    assert everything(client) == before
    listed = calendar.availability.get(
        event_type_id="demo", start_date=made.start_time, count=1, recurring=rule
    )
    assert made.start_time not in {slot.start_time for slot in listed}
    if rule is None:
        asked = {"event_type_id": "demo", "start_time": made.start_time}
        assert calendar.availability.explain(**asked).code == refusal.code

    added = add(made.uid, email="bob@example.com", by="host", override=["hours"])
    joined = seat("Carl", recurring=rule, by="host", override=["hours"])

    assert len(joined.guests) == 2
    assert added.overrides == joined.overrides == ()
    history = calendar.bookings.history(made.uid)
    assert [event.change.get("overrides") for event in history[-2:]] == [
        *(["hours"], ["hours"]),
    ]
    with pytest.raises(refusal):  # one seat opens it to nobody else
        add(made.uid, email="dora@example.com")


def test_a_seat_is_taken_where_the_host_is_away_only_nearby(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3, buffer_after=30)
    made = seat("Ada")
    client.calendar.busy.add(
        host_id=made.host_id, start_time=made.end_time, end_time="2027-01-18 20:00"
    )

    assert len(seat("Bob").guests) == 1


def test_the_host_seats_somebody_while_it_lasts(
    client: Client, clock: Clock, group: Booking
) -> None:
    add = client.calendar.bookings.add_attendee
    clock.now = BEGUN

    with pytest.raises(errors.InThePast):
        add(group.uid, email="bob@example.com")
    assert add(group.uid, email="bob@example.com", by="host").version == 1
    clock.move(minutes=30)
    with pytest.raises(errors.WrongStatus, match="COMPLETED"):
        add(group.uid, email="carl@example.com", by="host")


def test_an_attendee_leaves_in_time_and_the_host_lets_them_go_at_any(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=4, cancellation_deadline=60)
    uid = seat("Ada", guests=["bob@example.com", "carl@example.com"]).uid
    leave = client.calendar.bookings.remove_attendee
    clock.now = datetime(2027, 1, 18, 9, tzinfo=UTC)
    leave(uid, email="carl@example.com")
    clock.move(seconds=1)

    with pytest.raises(errors.DeadlinePassed, match="too late to leave"):
        leave(uid, email="bob@example.com")
    left = leave(uid, email="bob@example.com", by="host")

    assert names(left) == ["Ada"]


def test_a_cancelled_date_keeps_nobody_in_a_series(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """Its deadline was asked too, though nobody has to come to it."""
    bookings = client.calendar.bookings
    event_type(seats=4, cancellation_deadline=60)
    uid = seat("Ada", recurring=WEEKLY, guests=["bob@example.com"]).uid
    bookings.cancel(uid, date="2027-01-18")
    clock.now = datetime(2027, 1, 18, 9, 30, tzinfo=UTC)

    left = bookings.remove_attendee(uid, email="bob@example.com")

    assert names(left) == ["Ada"]


def test_a_group_that_awaits_the_hosts_word_is_joined_and_confirmed_as_one(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3, requires_confirmation=True, cancellation_deadline=60)

    joined = [seat("Ada"), seat("Bob")]
    confirmed = client.calendar.bookings.confirm(joined[0].uid)
    later = seat("Carl")

    assert [b.status for b in (*joined, confirmed, later)] == [
        *("PENDING", "PENDING", "CONFIRMED", "CONFIRMED")
    ]
    assert len({b.uid for b in (*joined, confirmed, later)}) == 1


def test_a_group_that_expired_is_not_joined(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3, requires_confirmation=True)
    uid = seat("Ada").uid
    clock.now = BEGUN

    with pytest.raises(errors.WrongStatus, match="is CANCELLED"):
        client.calendar.bookings.add_attendee(uid, email="b@example.com", by="host")


# -- series of groups ------------------------------------------------------------------


def test_a_series_of_a_group_is_joined_by_the_same_rule(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=2)
    first = seat("Ada", recurring=WEEKLY)

    joined = seat("Bob", recurring={"frequency": "weekly", "interval": 1, "count": 3})

    assert joined.uid == first.uid
    assert names(joined) == ["Ada", "Bob"]
    assert len(joined.occurrences) == 3
    with pytest.raises(errors.SeatsFull):
        seat("Carl", recurring=WEEKLY)


@pytest.mark.parametrize(
    "rule", [None, {"frequency": "WEEKLY", "count": 2}, {**WEEKLY, "interval": 2}]
)
def test_whoever_means_other_dates_does_not_join_a_series(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker, rule: Any
) -> None:
    event_type(seats=4)
    uid = seat("Ada", recurring=WEEKLY).uid

    with pytest.raises(errors.SlotTaken) as refusal:
        seat("Bob", recurring=rule)

    assert refusal.value.details["uid"] == uid


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda bookings, uid: bookings.reschedule(
                uid, date="2027-01-25", start_time="2027-01-26 10:00"
            ),
            id="moved",
        ),
        pytest.param(
            lambda bookings, uid: bookings.cancel(uid, date="2027-01-25"),
            id="cancelled",
        ),
    ],
)
def test_a_series_of_which_a_date_is_elsewhere_is_joined_by_hand(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker, change: Any
) -> None:
    """Whoever asked for three dates was put into a series that met on others."""
    bookings = client.calendar.bookings
    event_type(seats=4)
    uid = seat("Ada", recurring=WEEKLY).uid
    change(bookings, uid)
    before = everything(client)

    with pytest.raises(errors.SlotTaken) as refusal:
        seat("Bob", recurring=WEEKLY)

    assert refusal.value.hint == (
        f'it is a group: bookings.add_attendee("{uid}", …) joins all its dates,'
        " with on=… one of them"
    )
    assert refusal.value.details["group"] == uid
    assert everything(client) == before
    joined = bookings.add_attendee(uid, email="bob@example.com")
    assert len(joined.guests) == 1


def test_a_series_of_which_a_date_is_over_is_joined_by_hand(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """The host put somebody into a series that had begun, past dates and all."""
    event_type(seats=4)
    uid = seat("Ada", recurring=WEEKLY).uid
    clock.now = datetime(2027, 1, 18, 11, tzinfo=UTC)

    with pytest.raises(errors.SlotTaken) as refusal:
        seat("Bob", recurring=WEEKLY, by="host", override=["past", "notice"])

    assert refusal.value.details["group"] == uid
    assert f'add_attendee("{uid}"' in refusal.value.hint


def test_notice_is_asked_of_the_next_date_of_a_series(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=4, minimum_notice=60)
    uid = seat("Ada", recurring=WEEKLY).uid
    add = client.calendar.bookings.add_attendee
    clock.now = datetime(2027, 1, 18, 11, tzinfo=UTC)

    joined = add(uid, email="bob@example.com")
    clock.now = datetime(2027, 1, 25, 9, 30, tzinfo=UTC)
    with pytest.raises(errors.MinimumNotice):
        add(uid, email="carl@example.com")

    assert len(joined.guests) == 1


# -- who came --------------------------------------------------------------------------


@pytest.fixture
def three(client: Client, group: Booking, seat: BookingMaker, clock: Clock) -> str:
    """A group of Ada, Bob and Carl that has begun."""
    seat("Bob")
    seat("Carl")
    clock.now = BEGUN
    return group.uid


def attendances(booking: Booking) -> list[str]:
    people = (booking.attendee, *booking.guests)
    return [person.attendance for person in people]


def test_a_group_is_a_no_show_when_nobody_came(client: Client, three: str) -> None:
    mark = client.calendar.bookings.mark_no_show

    first = mark(three, email="ada@example.com")
    second = mark(three, email="BOB@example.com")
    third = mark(three, email="carl@example.com")

    assert [b.status for b in (first, second, third)] == [
        *("CONFIRMED", "CONFIRMED", "NO_SHOW")
    ]
    assert [b.attendance for b in (first, second, third)] == [
        *("unknown", "unknown", "no_show")
    ]
    assert attendances(first) == ["no_show", "unknown", "unknown"]
    assert attendances(third) == ["no_show"] * 3


def test_a_group_has_taken_place_when_one_came(
    client: Client, clock: Clock, three: str
) -> None:
    bookings = client.calendar.bookings

    came = bookings.mark_attended(three, email="bob@example.com")
    stayed_away = bookings.mark_no_show(three, email="carl@example.com")

    assert (came.status, stayed_away.status) == ("COMPLETED", "COMPLETED")
    assert attendances(stayed_away) == ["unknown", "attended", "no_show"]
    types = [event.type for event in bookings.history(three)]
    assert types[-2:] == ["booking.completed", "booking.no_show"]
    assert bookings.history(three)[-1].change == {
        "attendance": "no_show",
        "emails": ["carl@example.com"],
    }
    clock.move(hours=1)
    assert client.tick() == ()


def test_without_an_address_those_are_meant_of_whom_nothing_is_known(
    client: Client, three: str
) -> None:
    """Marking the rest overwrote what was said of those who stood out."""
    bookings = client.calendar.bookings

    bookings.mark_no_show(three, email="carl@example.com")
    rest = bookings.mark_attended(three)
    with pytest.raises(errors.NothingToChange, match="it is known of everybody"):
        bookings.mark_attended(three)

    assert (rest.status, rest.attendance) == ("COMPLETED", "attended")
    assert attendances(rest) == ["attended", "attended", "no_show"]


def test_a_slip_about_all_is_mended_for_all(client: Client, three: str) -> None:
    bookings = client.calendar.bookings

    nobody = bookings.mark_no_show(three)
    everybody = bookings.mark_attended(three)
    two = bookings.mark_no_show(three, email=["ada@example.com", "carl@example.com"])

    assert (nobody.status, nobody.attendance) == ("NO_SHOW", "no_show")
    assert attendances(everybody) == ["attended"] * 3
    assert attendances(two).count("no_show") == 2


def test_attendance_is_asked_of_those_who_are_there(client: Client, three: str) -> None:
    with pytest.raises(errors.NotFound):
        client.calendar.bookings.mark_attended(three, email="eve@example.com")


def test_time_completes_a_group_of_which_little_is_known(
    client: Client, clock: Clock, three: str
) -> None:
    client.calendar.bookings.mark_no_show(three, email="ada@example.com")
    clock.move(minutes=30)

    told = client.tick()

    assert [event.type for event in told] == ["booking.completed"]
    seen = client.calendar.bookings.get(three)
    assert (seen.status, seen.attendance) == ("COMPLETED", "unknown")


def test_attendance_goes_along_with_a_corrected_address(
    client: Client, three: str
) -> None:
    bookings = client.calendar.bookings
    bookings.mark_attended(three, email="ada@example.com")

    renamed = bookings.update(three, email="ada@new.example")

    assert attendances(renamed) == ["attended", "unknown", "unknown"]


def test_attendance_in_a_series_is_a_dates_and_a_persons(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3)
    bookings = client.calendar.bookings
    uid = seat("Ada", recurring=WEEKLY, guests=["bob@example.com"]).uid
    clock.now = datetime(2027, 1, 25, 11, tzinfo=UTC)

    bookings.mark_attended(uid, date="2027-01-18", email="ada@example.com")
    bookings.mark_no_show(uid, date="2027-01-18", email="bob@example.com")
    marked = bookings.mark_no_show(uid, date="2027-01-25")

    assert [o.attendances for o in marked.occurrences] == [
        {"ada@example.com": "attended", "bob@example.com": "no_show"},
        {"ada@example.com": "no_show", "bob@example.com": "no_show"},
        {},
    ]
    assert [o.status for o in marked.occurrences] == [
        *("COMPLETED", "NO_SHOW", "CONFIRMED")
    ]


def test_what_is_known_of_a_person_outlasts_leaving(
    client: Client, clock: Clock, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=3)
    bookings = client.calendar.bookings
    uid = seat("Ada", recurring=WEEKLY, guests=["Bob@example.com"]).uid
    clock.now = datetime(2027, 1, 18, 11, tzinfo=UTC)
    bookings.mark_attended(uid, date="2027-01-18", email="bob@example.com")
    bookings.mark_no_show(uid, date="2027-01-18", email="ada@example.com")

    gone = bookings.remove_attendee(uid, email="bob@example.com")
    back = bookings.add_attendee(uid, email="BOB@example.com")

    ada = {"ada@example.com": "no_show"}
    assert gone.occurrences[0].attendances == {"bob@example.com": "attended", **ada}
    assert gone.occurrences[0].attendance == "attended"
    assert back.occurrences[0].attendances == {"BOB@example.com": "attended", **ada}


# -- what is free ----------------------------------------------------------------------


def test_a_start_with_seats_left_is_free(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    seat("Bob")

    left = seats_left(client)

    assert (left["09:30"], left["10:00"], left["10:30"]) == (4, 2, 4)


def test_a_full_group_is_not_free(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    seat("Bob", guests=["carl@example.com", "dora@example.com"])

    assert "10:00" not in seats_left(client)
    client.calendar.bookings.remove_attendee(group.uid, email="bob@example.com")
    assert seats_left(client)["10:00"] == 1


def test_a_group_is_not_moved_into_another(
    client: Client, group: Booking, seat: BookingMaker
) -> None:
    """The starts for moving it listed the seats of other groups."""
    other = seat("Bob", start_time="2027-01-18 11:00")

    left = seats_left(client, exclude_booking_uid=group.uid)

    assert (left["10:00"], "11:00" in left) == (4, False)
    with pytest.raises(errors.SlotTaken) as refusal:
        client.calendar.bookings.reschedule(group.uid, start_time="2027-01-18 11:00")
    assert refusal.value.details["uid"] == other.uid


def test_a_series_of_a_group_is_not_free_for_one_meeting(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    event_type(seats=4)
    seat("Ada", recurring=WEEKLY)

    assert "10:00" not in seats_left(client)


def test_one_to_one_has_no_seats(client: Client, event_type: EventTypeMaker) -> None:
    event_type()

    assert set(seats_left(client).values()) == {None}


def test_the_seats_that_are_listed_are_those_that_a_booking_takes(
    client: Client, event_type: EventTypeMaker, seat: BookingMaker
) -> None:
    """A team's other host was listed, while booking joins the group with room."""
    for name in ("alice", "bob"):
        client.calendar.hosts.create(name, name=name.title())
    event_type(seats=4, hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")
    first = seat("Ada")

    [slot] = client.calendar.availability.get(
        event_type_id="demo", start_date=TEN, end_date="2027-01-18 10:01"
    )
    joined = seat("Carl")

    assert (slot.host_id, slot.seats_left) == (first.host_id, 3)
    assert joined.uid == first.uid


# -- many at once ----------------------------------------------------------------------

RACERS, SEATS = 32, 10


class TestInAFile:
    @pytest.fixture
    def database(self, place: str) -> str:
        return place

    def test_of_many_at_once_as_many_get_in_as_there_are_seats(
        self, client: Client, event_type: EventTypeMaker, spawn: Spawn
    ) -> None:
        event_type(seats=SEATS)
        emails = [f"p{n}@example.com" for n in range(RACERS)]
        fields = ("--event", "demo", "--start", TEN, "--name", "P", "--json")
        racers = [spawn("create", *fields, "--email", email) for email in emails]

        printed = [racer.communicate(timeout=PATIENCE) for racer in racers]

        ends = [racer.returncode for racer in racers]
        assert sorted(ends) == [0] * SEATS + [4] * (RACERS - SEATS)
        lost = [
            json.loads(err) for (_, err), end in zip(printed, ends, strict=True) if end
        ]
        assert {error["error"]["code"] for error in lost} == {"seats_full"}
        [group] = client.calendar.bookings.list()
        inside = [group.attendee.email, *(guest.email for guest in group.guests)]
        got_in = [e for e, end in zip(emails, ends, strict=True) if end == 0]
        assert sorted(inside) == sorted(got_in)
        assert len(client.calendar.bookings.history(group.uid)) == SEATS
        assert client.check() == ()


def test_a_group_whose_host_is_away_leaves_the_start_to_another_host(
    client: Client, event_type: EventTypeMaker
) -> None:
    """`slots` offered it with the other one, and booking it was refused."""
    calendar = client.calendar
    for host in ("alice", "bob"):
        calendar.hosts.create(host)
    event_type("yoga", seats=3, hosts=["alice", "bob"], scheduling_type="ROUND_ROBIN")
    wanted = {"event_type_id": "yoga", "start_time": "2027-01-18 10:00"}
    people = map(person, ("Ada", "Bob", "Eve"))
    first = calendar.bookings.create(**wanted, attendee=next(people))
    day = {"start_date": "2027-01-18", "days": 1, "event_type_id": "yoga"}
    away = calendar.busy.add(
        host_id=first.host_id,
        start_time="2027-01-18T10:00Z",
        end_time="2027-01-18T11:00Z",
    )

    [slot] = [
        each
        for each in calendar.availability.get(**day)
        if each.starts_at == first.starts_at
    ]
    told = calendar.availability.explain(**wanted)
    second = calendar.bookings.create(**wanted, attendee=next(people))

    assert slot.host_id == told.host_id == second.host_id != first.host_id
    assert (slot.seats_left, second.guests) == (3, ())
    calendar.busy.remove(away.name, host_id=first.host_id)
    third = calendar.bookings.create(**wanted, attendee=next(people))
    assert third.uid == first.uid

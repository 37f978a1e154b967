"""Limits of event types, hosts and persons, as everybody asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import DAYS, Clock
from support.running import Run

from calbook import Booking, Client, EventType
from calbook.core.errors import BadInput, CalbookError, LimitReached, SlotsPerDay

pytest_plugins = ("support.running",)

MakeType = Callable[..., EventType]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def book(client: Client) -> Callable[..., Booking]:
    def book(start: str, person: str = "ada", **more: Any) -> Booking:
        return client.calendar.bookings.create(
            **{"event_type_id": "demo", "start_time": f"2027-01-{start}", **more},
            attendee={"name": person, "email": f"{person}@example.com"},
        )

    return book


Book = Callable[..., Booking]


def refusal(book: Book, *said: str, **more: Any) -> CalbookError:
    with pytest.raises(CalbookError) as error:
        book(*said, **more)
    return error.value


def starts(client: Client, event_type: str = "demo", **wanted: Any) -> list[str]:
    found = client.calendar.availability.get(
        **{"event_type_id": event_type, "days": 1, **wanted}
    )
    return [f"{slot.starts_at:%d %H:%M}" for slot in found]


def test_a_week_takes_as_many_as_it_may(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(limits=["2/week"])
    book("18 10:00")
    book("22 10:00")

    error = refusal(book, "20 10:00")

    assert isinstance(error, LimitReached)
    assert (error.code, error.exit_code) == ("limit_reached", 5)
    assert error.message == "2027-W03 is full: 2 of 2 bookings of evt_demo"
    facts = {k: v for k, v in error.details.items() if k != "refusals"}
    assert facts == {
        **{"limit": "2/week", "period": "2027-W03", "booked": 2, "of": "eventType"},
        "eventTypeId": "evt_demo",
    }
    assert starts(client, start_date="2027-01-20") == []
    assert starts(client, start_date="2027-01-25") != []
    book("25 10:00")


def test_a_day_by_its_number_keeps_its_name(
    client: Client, event_type: MakeType, book: Book
) -> None:
    made = event_type(limits=["1/day", "1h/week"])
    book("18 10:00")

    assert (made.slots_per_day, made.limits) == (1, ["1/day", "1h/week"])
    error = refusal(book, "18 11:00")
    assert isinstance(error, SlotsPerDay)
    assert error.code == "slots_per_day"


def test_hours_are_those_of_the_meetings(event_type: MakeType, book: Book) -> None:
    event_type(limits=["1h/day"], duration=25)
    book("18 10:00")
    book("18 11:00")

    error = refusal(book, "18 12:00")

    assert error.message == "2027-01-18 is full: 50m of 1h of evt_demo are booked"


def test_a_pending_request_counts_and_a_cancelled_one_does_not(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(limits=["1/week"], requires_confirmation=True)
    first = book("18 10:00")

    assert refusal(book, "19 10:00").code == "limit_reached"
    client.calendar.bookings.cancel(first.uid, cancelled_by="host")
    second = book("19 10:00")
    assert client.calendar.bookings.confirm(second.uid).status == "CONFIRMED"


def test_a_booking_is_not_in_its_own_way_when_it_moves(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(limits=["1/week"])
    one, _ = book("18 10:00"), book("25 10:00")

    client.calendar.bookings.reschedule(one.uid, start_time="2027-01-19 10:00")

    with pytest.raises(LimitReached):
        client.calendar.bookings.reschedule(one.uid, start_time="2027-01-26 10:00")


def test_dates_of_a_series_count_each_other(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(limits=["2/week"])
    daily = {"frequency": "DAILY", "count": 3}

    error = refusal(book, "18 10:00", recurring=daily)

    [conflict] = error.details["conflicts"]
    assert (conflict["date"], conflict["code"]) == ("2027-01-20", "limit_reached")
    listed = {"start_date": "2027-01-18", "days": 9, "recurring": daily}
    days = {start[:2] for start in starts(client, **listed)}
    assert days == {"23", "24"}  # of three days, two weeks have a part
    booked = book("18 10:00", recurring=daily, on_conflict="skip")
    assert [o.status for o in booked.occurrences] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED")
    ]


def test_the_host_may_pass_a_limit_by_its_name(
    event_type: MakeType, book: Book
) -> None:
    event_type(limits=["1/week"])
    book("18 10:00")

    passed = book("19 10:00", by="host", override=["limit"])

    assert passed.overrides == ("limit",)


# -- hosts ----------------------------------------------------------------------------


def test_a_host_at_the_limit_is_not_free(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """Over all event types, each counted by the hosts who hold it."""
    client.calendar.hosts.create("bob", limits=["1/day"])
    event_type("other", hosts=["bob"])
    event_type(hosts=["me", "bob"], scheduling_type="ROUND_ROBIN")
    book("18 16:00", event_type_id="other")

    taken = [book(f"18 {hour}:00").host_id for hour in (10, 11, 12)]

    assert set(taken) == {"user_me"}
    error = refusal(book, "18 14:00", host_id="bob")
    assert error.message == "2027-01-18 is full: 1 of 1 bookings of user_bob"
    assert (error.details["of"], error.details["hostId"]) == ("host", "user_bob")
    assert starts(client, start_date="2027-01-18", host_id="bob") == []
    hosts = {
        slot.host_id
        for slot in client.calendar.availability.get(
            event_type_id="demo", start_date="2027-01-18", days=1
        )
    }
    assert hosts == {"user_me"}


def test_a_hosts_day_is_one_of_the_hosts_zone(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """16:00 UTC is the next day in Auckland."""
    client.calendar.hosts.update("me", timezone="Pacific/Auckland", limits=["1/day"])
    event_type()
    book("18 10:00")
    book("18 16:00")

    assert refusal(book, "19 10:00").details["period"] == "2027-01-19"
    assert starts(client, start_date="2027-01-19")[0] == "19 11:00"


def test_the_last_date_may_begin_with_a_period(
    client: Client, event_type: MakeType
) -> None:
    """A midnight at the end of what was looked at counted for the day before."""
    client.calendar.hosts.update("me", limits=["1/day"])
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    client.calendar.schedules.create("any", timezone="UTC", availability=always)
    event_type(schedule_id="any", slot_interval=1440)

    daily = {"frequency": "DAILY", "count": 2}
    found = starts(client, start_date="2027-01-18", recurring=daily)

    assert found == ["18 00:00"]


def test_explain_says_what_the_limits_say(
    client: Client, event_type: MakeType, book: Book, run: Run
) -> None:
    client.calendar.hosts.update("me", limits=["5/week"])
    event_type(limits=["1/day", "2/week"], max_in_a_row=1, break_after=30)
    book("18 10:00")

    text = run("explain", "--event", "demo", "--start", "2027-01-18 10:45").out

    assert [line.split("\t")[::3] for line in text.splitlines()[6:10]] == [
        ["slots_per_day", "2027-01-18 is full: 1 of 1 bookings of evt_demo that day"],
        ["limit_reached", "1 of 2 bookings of evt_demo in 2027-W03"],
        ["host_limit", "1 of 5 bookings of user_me in 2027-W03"],
        ["max_in_a_row", "user_me needs a break of 30 minutes after 1 in a row"],
    ]


# -- breaks ---------------------------------------------------------------------------


def test_after_so_many_in_a_row_a_break_is_needed(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type("other")
    event_type(max_in_a_row=2, break_after=15, slot_interval=15)
    book("18 10:00", event_type_id="other")
    book("18 10:30")

    error = refusal(book, "18 11:00")

    assert error.details["of"] == "host"
    assert (error.details["limit"], error.details["breakAfter"]) == ("2 in a row", 15)
    found = starts(client, start_date="2027-01-18")
    assert {"18 09:15", "18 11:15"} <= set(found)
    assert not {"18 09:30", "18 11:00"} & set(found)


def test_a_break_needs_a_row(client: Client, event_type: MakeType) -> None:
    event_type(max_in_a_row=3, break_after=15)

    cleared = client.calendar.event_types.update("demo", max_in_a_row=None)

    assert (cleared.max_in_a_row, cleared.break_after) == (None, None)
    with pytest.raises(BadInput, match="together"):
        client.calendar.event_types.update("demo", break_after=15)


# -- equal distribution ---------------------------------------------------------------


def test_a_window_forgets_bookings_made_before_it(
    client: Client, event_type: MakeType, book: Book, clock: Clock
) -> None:
    """Without one, whoever had less for whatever reason has to catch up with it all."""
    client.calendar.hosts.create("bob")
    event_type(
        hosts=["me", "bob"],
        scheduling_type="ROUND_ROBIN",
        round_robin="EQUAL_DISTRIBUTION",
        maximum_advance=None,
    )
    for hour in (10, 11, 12):
        book(f"18 {hour}:00", host_id="me")
    clock.now += timedelta(days=8)
    assert book("19 10:00").host_id == "user_bob"

    client.calendar.event_types.update("demo", count_window=7)

    assert book("19 11:00").host_id == "user_me"
    client.calendar.event_types.update("demo", count_window=9)
    assert book("19 13:00").host_id == "user_bob"


# -- persons --------------------------------------------------------------------------


def test_a_person_books_as_much_as_one_may(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(per_person=["1/day"])
    book("18 10:00")

    error = refusal(book, "18 11:00")

    assert isinstance(error, LimitReached)
    assert error.message == "2027-01-18 is full: 1 of 1 bookings of ada"
    assert (error.details["of"], error.details["person"]) == ("person", "ada")
    book("18 11:00", "bob")
    book("19 10:00")


def test_who_is_not_in_the_book_yet_books_no_more(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """The limits of persons were asked of those alone whom the book knew."""
    event_type(per_person=["2/week"], seats=4, contact="NONE")
    event_type("short", per_person=["30m/day"], duration=60)
    daily = {"frequency": "DAILY", "count": 4}

    error = refusal(book, "18 10:00", "new", recurring=daily)
    some = book("18 12:00", "new", recurring=daily, on_conflict="skip")
    group = book("18 14:00", "host", recurring=daily, override=["limit"], by="host")

    assert error.details["conflicts"][0]["date"] == "2027-01-20"
    assert [len(error.details["conflicts"]), error.details["person"]] == [2, "new"]
    kept = [o.date for o in some.occurrences if o.status == "CONFIRMED"]
    assert kept == ["2027-01-18", "2027-01-19"]
    assert refusal(book, "18 14:00", "eve", recurring=daily).details["of"] == "person"
    assert len(group.occurrences) == 4
    assert refusal(book, "18 10:00", event_type_id="short").details["of"] == "person"


def test_a_name_alone_is_one_person_within_a_series(
    client: Client, event_type: MakeType
) -> None:
    """A guest without an address was on as many dates as there were."""
    event_type(per_person=["2/week"], contact="NONE")

    with pytest.raises(LimitReached, match="bookings of Zoe"):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-01-18 10:00",
            attendee={"name": "Zoe"},
            recurring={"frequency": "DAILY", "count": 3},
        )


def test_a_person_is_known_by_phone_too(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """Who is known by a name alone is nobody who could be counted."""
    event_type(per_person=["1/day"], contact="NONE")
    phone = {"name": "Ada", "phone": "+351 912 345 678"}
    create = client.calendar.bookings.create
    wanted = {"event_type_id": "demo", "attendee": phone}
    create(**wanted, start_time="2027-01-18 10:00")

    with pytest.raises(LimitReached):
        create(
            event_type_id="demo",
            start_time="2027-01-18 11:00",
            attendee={
                "name": "A.",
                "phone": "00351912345678",
                "email": "a@example.com",
            },
        )
    for hour in (12, 13):
        create(
            event_type_id="demo",
            start_time=f"2027-01-18 {hour}:00",
            attendee={"name": "Ada"},
        )


def test_few_bookings_of_a_person_are_to_come(
    client: Client, event_type: MakeType, book: Book, clock: Clock
) -> None:
    """A series is one; what is over or cancelled is none."""
    event_type(per_person_open=2, maximum_advance=None)
    book("18 10:00", recurring={"frequency": "DAILY", "count": 3})
    second = book("25 10:00")

    error = refusal(book, "26 10:00")

    assert (error.code, error.exit_code) == ("open_bookings_reached", 5)
    assert error.message == "ada has 2 bookings to come, of 2 that may be"
    client.calendar.bookings.reschedule(second.uid, start_time="2027-01-25 11:00")
    client.calendar.bookings.cancel(second.uid, cancelled_by="host")
    book("26 10:00")
    assert refusal(book, "27 10:00", recurring={"frequency": "DAILY", "count": 2})
    clock.now = second.ends_at
    book("27 10:00")


def test_nobody_is_in_two_places_at_once(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """Across hosts and event types, and as a guest as well."""
    client.calendar.hosts.create("bob")
    event_type(no_double=True)
    event_type("other", hosts=["bob"])
    guests = [{"name": "Eve", "email": "eve@example.com"}]
    there = book("18 10:00", event_type_id="other", guests=guests)

    for person in ("ada", "eve"):
        error = refusal(book, "18 10:15", person)
        assert (error.code, error.details["uid"]) == ("limit_reached", there.uid)
    book("18 10:30")
    book("18 10:00", "carl")
    moved = book("19 10:00")
    with pytest.raises(LimitReached):
        client.calendar.bookings.reschedule(moved.uid, start_time="2027-01-18 10:10")
    listed = starts(client, start_date="2027-01-18", exclude_booking_uid=moved.uid)
    assert "18 10:00" not in listed
    assert "18 11:00" in listed


def test_who_may_be_nowhere_else_is_booked_nowhere_else(
    client: Client, event_type: MakeType, book: Book
) -> None:
    """Another event type, which has no such rule itself, took them at the same time."""
    client.calendar.hosts.create("ann")
    client.calendar.hosts.create("bob")
    event_type(no_double=True)
    event_type("free", hosts=["ann"], seats=2)
    event_type("third", hosts=["bob"])
    there = book("18 10:00")
    moved = book("18 12:00", event_type_id="free")
    group = book("18 10:00", "eve", event_type_id="free")
    guest = {"name": "ada", "email": "ada@example.com"}

    error = refusal(book, "18 10:15", event_type_id="third")

    assert (error.code, error.details["uid"]) == ("limit_reached", there.uid)
    change = client.calendar.bookings
    with pytest.raises(LimitReached):
        change.reschedule(moved.uid, start_time="2027-01-18 10:10")
    with pytest.raises(LimitReached):
        change.add_attendee(group.uid, **guest)
    with pytest.raises(LimitReached):
        change.update(
            book("18 10:00", "carl", event_type_id="third").uid, add_guests=[guest]
        )
    wanted = {"start_date": "2027-01-18", "person": "ada"}
    assert "18 10:00" not in starts(client, "third", **wanted)
    book("18 12:10", event_type_id="third")


def test_a_seat_in_a_group_counts(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(seats=3, per_person=["1/day"])
    group = book("18 10:00", "bob")
    book("18 11:00")

    assert refusal(book, "18 10:00").details["of"] == "person"
    attendee = {"name": "ada", "email": "ada@example.com"}
    add = client.calendar.bookings.add_attendee
    for by in ("attendee", "host"):
        with pytest.raises(LimitReached):
            add(group.uid, **attendee, by=by)
    assert len(add(group.uid, **attendee, by="host", override=["limit"]).guests) == 1


def test_a_seat_in_a_series_counts_on_each_date(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(seats=3, per_person=["1/day"])
    group = book("18 10:00", "bob", recurring={"frequency": "DAILY", "count": 3})
    book("19 11:00")

    with pytest.raises(LimitReached, match="2027-01-19"):
        client.calendar.bookings.add_attendee(
            group.uid, name="ada", email="ada@example.com"
        )


def test_a_hold_is_booked_by_somebody_who_may(
    client: Client, event_type: MakeType, book: Book
) -> None:
    event_type(per_person=["1/day"])
    book("18 10:00")
    held = client.calendar.bookings.hold(
        event_type_id="demo", start_time="2027-01-18 11:00"
    )
    book_hold = client.calendar.bookings.book_hold

    with pytest.raises(LimitReached):
        book_hold(held.uid, attendee={"name": "ada", "email": "ada@example.com"})
    book_hold(held.uid, attendee={"name": "bob", "email": "bob@example.com"})


# -- what somebody may book, before it is asked for ------------------------------------


def test_starts_are_listed_for_a_person(
    client: Client, event_type: MakeType, book: Book, run: Run
) -> None:
    event_type(per_person=["1/day"], no_double=True, slot_interval=720)
    book("18 00:00")
    wanted = {"start_date": "2027-01-18"}

    assert starts(client, **wanted) == ["18 12:00"]
    assert starts(client, **wanted, person="ada@example.com") == []
    slots = ("slots", "--event", "demo", "--from", "2027-01-18", "--days", "1")
    assert run(*slots, "--person", "ada").out == ""
    blocks = run(
        *slots[:3], "--on", "2027-01-18", "--explain", "--person", "ada", "--json"
    ).json
    said = {block["message"] for block in blocks}
    assert "2027-01-18 is full: 1 of 1 bookings of ada" in said
    assert any(message.startswith("ada is in bk_") for message in said)


def test_a_start_is_explained_for_a_person(
    client: Client, event_type: MakeType, book: Book, run: Run
) -> None:
    event_type(per_person=["1/day"])
    book("18 00:00")
    asked = ("explain", "--event", "demo", "--start", "2027-01-18 12:00", "--json")

    anybody, ada = run(*asked), run(*asked, "--person", "ada@example.com")

    assert (anybody.status, ada.status) == (0, 5)
    assert json.loads(ada.out)["code"] == "limit_reached"
    with pytest.raises(LimitReached, match="1 of 1 bookings of ada"):
        client.calendar.availability.check(
            event_type_id="demo", start_time="2027-01-18 12:00", person="ada"
        )


@pytest.mark.parametrize(
    ("rule", "is_elsewhere"),
    [
        pytest.param({"per_person": ["1/day"]}, False, id="a-day"),
        pytest.param({"per_person": ["1/week"]}, False, id="a-week"),
        pytest.param({"per_person_open": 1}, False, id="to-come"),
        pytest.param({"no_double": True}, True, id="no-double"),
    ],
)
def test_a_seat_is_listed_for_who_may_take_it(
    client: Client,
    event_type: MakeType,
    book: Book,
    rule: dict[str, Any],
    is_elsewhere: bool,
) -> None:
    """Where a group was, no rule of persons was asked, and their own was listed too."""
    client.calendar.hosts.create("bob")
    event_type(seats=3, duration=60, slot_interval=120, **rule)
    event_type("other", hosts=["bob"])
    book("18 10:00")
    book("18 12:00", "bob")
    if is_elsewhere:
        book("18 12:30", event_type_id="other")
    wanted = {"start_date": "2027-01-18"}

    found = starts(client, **wanted, person="ada@example.com")

    assert {"18 10:00", "18 12:00"} <= set(starts(client, **wanted))
    assert not {"18 10:00", "18 12:00"} & set(found)
    explained = [
        client.calendar.availability.explain(
            event_type_id="demo", start_time=f"2027-01-18 {hour}:00", person="ada"
        )
        for hour in (10, 12)
    ]
    codes = [explanation.code for explanation in explained]
    assert codes == ["duplicate_attendee", refusal(book, "18 12:00").code]
    assert explained[0].joins is None
    assert refusal(book, "18 10:00").code == "duplicate_attendee"


def test_who_has_a_seat_begins_no_other_group_at_its_start(
    client: Client, event_type: MakeType, book: Book
) -> None:
    client.calendar.hosts.create("bob")
    event_type(seats=3, hosts=["me", "bob"], scheduling_type="ROUND_ROBIN")
    book("18 10:00")

    assert "18 10:00" not in starts(client, start_date="2027-01-18", person="ada")
    assert "18 10:00" in starts(client, start_date="2027-01-18")
    assert refusal(book, "18 10:00").code == "duplicate_attendee"


def test_nobody_is_asked_for_who_is_not_in_the_book(
    client: Client, event_type: MakeType, book: Book, run: Run
) -> None:
    event_type(per_person=["1/day"])
    uid = book("18 00:00").uid
    slots = ("slots", "--event", "demo")

    assert run(*slots, "--person", "eve@example.com").status == 3
    moved = run(*slots, "--exclude", uid, "--person", "ada")
    assert (moved.status, "keeps its persons" in moved.err) == (2, True)

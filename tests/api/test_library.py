"""`calbook.Client` from Python: frozen values, names, errors, clocks and threads."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.stores import locked

import calbook
from calbook import Actor, Attendance, Booking, Client, Resolution, Status, errors
from calbook.api.values.value import Value

EVERYTHING = {
    "attendee": {
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": "+44 20 7946",
        "timezone": "Europe/London",
    },
    "guests": ["bob@example.com", {"name": "Eve", "email": "eve@example.com"}],
    "notes": "Two\nlines",
    "responses": {"company": "Acme"},
    "metadata": {"dealId": "deal_1", "nested": {"list": [1, None, True, 2.5]}},
    "location": {"type": "ZOOM", "url": "https://zoom.example/1"},
    "meeting_url": "https://meet.example/1",
}


@pytest.fixture
def booked(client: Client) -> Booking:
    """A booking of the 18th at 10:00 in New York that says everything."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo", questions=[{"label": "Company"}])
    return client.calendar.bookings.create(
        event_type_id="demo", start_time="2027-01-18 10:00", **EVERYTHING
    )


def values(client: Client, booked: Booking) -> list[Value]:
    """One of each kind."""
    calendar = client.calendar
    calendar.bookings.add_note(booked.uid, content="Called back")
    return [
        booked,
        booked.attendee,
        booked.guests[0],
        booked.occurrences[0],
        calendar.bookings.list_occurrences()[0],
        calendar.bookings.get_notes(booked.uid)[0],
        calendar.bookings.history(booked.uid)[0],
        calendar.availability.get(event_type_id="demo", count=1)[0],
        calendar.event_types.get("demo"),
        calendar.hosts.get("me"),
        calendar.schedules.get("work"),
    ]


# -- values ----------------------------------------------------------------------------


def snake(key: str) -> str:
    return re.sub("([A-Z])", r"_\1", key).lower()


def lacking(value: Value, booked: Booking) -> set[str]:
    """Names of its class that only others of it have."""
    if value == booked:
        return {"date"}  # of a single occurrence
    if value == booked.attendee:
        return {"responses", "notes", "metadata"}  # the booking's own
    return set()


def test_every_key_of_the_json_is_a_name_in_snake_case(
    client: Client, booked: Booking
) -> None:
    for value in values(client, booked):
        in_json = value.to_dict()
        annotated = {
            name
            for kind in type(value).__mro__
            for name in getattr(kind, "__annotations__", {})
            if not name.startswith("_")
        }

        assert annotated - lacking(value, booked) == set(map(snake, in_json))
        for key, item in in_json.items():
            assert hasattr(value, snake(key))
            assert snake(key) in dir(value)
            if snake(key) != key:
                assert not hasattr(value, key)
            if not isinstance(item, dict | list):
                assert getattr(value, snake(key)) == item


def test_a_value_is_its_json(client: Client, booked: Booking) -> None:
    for value in values(client, booked):
        in_json = value.to_dict()

        assert json.loads(json.dumps(in_json)) == in_json
        assert type(value)(in_json) == value
        assert all(re.fullmatch("[a-z][a-zA-Z]*", key) for key in in_json)


def test_a_value_is_frozen(client: Client, booked: Booking) -> None:
    for value in values(client, booked):
        before = value.to_dict()
        for name in (*map(snake, before), "anything"):
            with pytest.raises(AttributeError):
                setattr(value, name, "other")
            with pytest.raises(AttributeError):
                delattr(value, name)

        for key in before:
            found = getattr(value, snake(key))
            if isinstance(found, dict):
                found["more"] = 1
            elif isinstance(found, list):
                found.append(1)
        value.to_dict().clear()
        assert value.to_dict() == before


def test_nested_objects_are_copies(booked: Booking) -> None:
    booked.metadata["nested"]["list"].append(3)
    booked.to_dict()["metadata"]["nested"]["list"].append(3)
    booked.to_dict()["occurrences"][0]["status"] = "CANCELLED"

    assert booked.metadata == EVERYTHING["metadata"]
    assert booked.occurrences[0].status == "CONFIRMED"


def test_a_value_is_compared_hashed_copied_and_pickled_by_its_contents(
    client: Client, booked: Booking
) -> None:
    for value, same in zip(values(client, booked), values(client, booked), strict=True):
        again = pickle.loads(pickle.dumps(value))

        assert value == same == again
        assert hash(value) == hash(same) == hash(again)
        assert copy.copy(value) == copy.deepcopy(value) == value
        assert len({value, same, again}) == 1
        assert value != value.to_dict()
    assert booked.attendee != booked.guests[0]
    assert booked != client.calendar.bookings.cancel(booked.uid)


def test_a_value_is_made_once_somebody_looks_at_it(booked: Booking) -> None:
    asked: list[int] = []

    def make() -> dict[str, Any]:
        asked.append(1)
        return booked.to_dict()

    made = Booking(make)

    assert asked == []
    assert (made.uid, made) == (booked.uid, booked)
    assert pickle.loads(pickle.dumps(made)) == booked
    assert asked == [1]


def test_a_value_shows_its_names(booked: Booking) -> None:
    assert repr(booked.attendee) == (
        "Attendee(email='ada@example.com', name='Ada Lovelace',"
        " phone='+44 20 7946', ref=None, timezone='Europe/London', language=None,"
        f" person_id='{booked.attendee.person_id}', only_on=(), absent_on=(),"
        " partstat=None, replied_at=None,"
        " attendance='unknown')"
    )
    with pytest.raises(AttributeError, match="Booking has no 'startTime'"):
        _ = booked.startTime


def test_a_booking_has_what_was_said(booked: Booking) -> None:
    assert booked.uid.startswith("bk_")
    assert booked.event_type_id == "evt_demo"
    assert (booked.host_id, booked.host_ids) == ("user_me", ("user_me",))
    assert booked.start_time == "2027-01-18T10:00:00-05:00"
    assert booked.end_time == "2027-01-18T10:30:00-05:00"
    assert booked.timezone == "America/New_York"
    assert (booked.attendee.name, booked.attendee.email) == (
        "Ada Lovelace",
        "ada@example.com",
    )
    assert [(guest.email, guest.name) for guest in booked.guests] == [
        ("bob@example.com", None),
        ("eve@example.com", "Eve"),
    ]
    for name in ("notes", "responses", "metadata", "location", "meeting_url"):
        assert getattr(booked, name) == EVERYTHING[name]
    assert (booked.recurring, booked.overrides) == (None, ())
    assert (booked.sequence, booked.version) == (0, 0)
    (occurrence,) = booked.occurrences
    assert (occurrence.date, occurrence.start_time) == ("2027-01-18", booked.start_time)


def test_moments_are_aware(booked: Booking) -> None:
    start = datetime(2027, 1, 18, 15, tzinfo=UTC)

    for meeting in (booked, booked.occurrences[0]):
        assert meeting.starts_at == start
        assert meeting.ends_at == start + timedelta(minutes=30)
        assert meeting.starts_at.utcoffset() == timedelta(hours=-5)


def test_words_are_enumerations_that_equal_their_text(
    client: Client, booked: Booking
) -> None:
    cancelled = client.calendar.bookings.cancel(booked.uid, cancelled_by="host")
    (_, told) = client.calendar.bookings.history(booked.uid)

    for seen, name, kind, text in [
        (booked, "status", Status, "CONFIRMED"),
        (cancelled, "status", Status, "CANCELLED"),
        (cancelled, "resolution", Resolution, "cancelled"),
        (cancelled, "cancelled_by", Actor, "host"),
        (cancelled, "attendance", Attendance, "unknown"),
        (cancelled.occurrences[0], "status", Status, "CANCELLED"),
        (cancelled.occurrences[0], "cancelled_by", Actor, "host"),
        (told, "by", Actor, "host"),
    ]:
        word = getattr(seen, name)
        assert word == text
        assert word is kind(text)
        assert issubclass(kind, StrEnum)
    assert (booked.resolution, booked.cancelled_by) == (None, None)


def test_changes_return_the_changed_booking_and_the_first_stays(
    client: Client, booked: Booking
) -> None:
    bookings = client.calendar.bookings
    before = booked.to_dict()

    moved = bookings.reschedule(booked.uid, start_time="2027-01-18 11:00")
    updated = bookings.update(booked.uid, notes=None)
    cancelled = bookings.cancel(booked.uid)

    assert [b.version for b in (moved, updated, cancelled)] == [1, 2, 3]
    assert (moved.start_time[11:16], updated.notes) == ("11:00", None)
    assert bookings.get(booked.uid) == cancelled
    assert booked.to_dict() == before


# -- what goes in ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        "2027-01-18 10:00",
        "2027-01-18T10:00:00-05:00",
        "2027-01-18T15:00Z",
        datetime(2027, 1, 18, 15, tzinfo=UTC),
        datetime(2027, 1, 18, 10, tzinfo=ZoneInfo("America/New_York")),
        datetime(2027, 1, 18, 20, 45, 0, 999, timezone(timedelta(hours=5, minutes=45))),
    ],
    ids=str,
)
def test_a_start_is_text_or_an_aware_datetime(
    client: Client, booked: Booking, start: Any
) -> None:
    bookings = client.calendar.bookings
    bookings.reschedule(booked.uid, start_time="2027-01-19 09:00")

    again = bookings.create(
        event_type_id="demo",
        start_time=start,
        attendee={"name": "Bob", "email": "bob@example.com"},
    )
    moved = bookings.reschedule(again.uid, start_time=again.starts_at + timedelta(1))

    assert again.start_time == "2027-01-18T10:00:00-05:00"
    assert moved.start_time == "2027-01-19T10:00:00-05:00"
    assert bookings.list(start_date=start, end_date=moved.starts_at) == (
        bookings.get(booked.uid),
    )


def test_a_naive_datetime_is_refused(client: Client, booked: Booking) -> None:
    with pytest.raises(errors.BadTime, match="has no time zone"):
        client.calendar.bookings.reschedule(
            booked.uid,
            start_time=datetime(2027, 1, 18, 11),  # noqa: DTZ001
        )


def test_nested_dicts_are_spelt_in_either_way(client: Client) -> None:
    types = client.calendar.event_types
    camel = {
        "hosts": [{"userId": "me", "isFixed": True}],
        "roundRobin": {"algorithm": "PRIORITY"},
        "questions": [{"label": "Q", "required": True}],
        "metadata": {"camelCase": {"snake_case": 1}},
    }
    snaked = {
        "hosts": [{"user_id": "me", "is_fixed": True}],
        "round_robin": {"algorithm": "PRIORITY"},
        "questions": [{"label": "Q", "required": True}],
        "metadata": {"camelCase": {"snake_case": 1}},
    }

    one = types.create("one", **camel).to_dict()
    two = types.create("two", **snaked).to_dict()

    own = {"id": "evt_one", "slug": "one", "title": "One"}
    assert two | own == one
    assert one["metadata"] == {"camelCase": {"snake_case": 1}}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (list, {}),
        (tuple, {}),
        (iter, {}),
        (list, {"idempotency_key": "k"}),
        (iter, {"idempotency_key": "k"}),
    ],
    ids=["list", "tuple", "iterator", "list with key", "iterator with key"],
)
def test_lists_may_be_any_iterable(
    client: Client, booked: Booking, kind: Callable[[Any], Any], key: dict[str, str]
) -> None:
    """With a key, guests and overrides of an iterator were lost."""
    made = client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18 20:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
        guests=kind(["bob@example.com", "eve@example.com"]),
        by="host",
        override=kind(["hours"]),
        **key,
    )

    assert [guest.email for guest in made.guests] == [
        "bob@example.com",
        "eve@example.com",
    ]
    assert made.overrides == ("hours",)


@pytest.mark.parametrize(
    "wanted",
    ["text", {"attendee": {}}, 5, None, ["text"], [None], [["a", "b"]]],
    ids=repr,
)
def test_what_is_no_list_of_bookings_is_refused(client: Client, wanted: Any) -> None:
    """A bare ValueError or TypeError told of Python's insides."""
    with pytest.raises(errors.BadInput) as refusal:
        client.calendar.bookings.create_all(wanted)

    assert "must be" in refusal.value.message


def test_a_wrong_keyword_is_named_before_anything_is_read(
    client: Client, booked: Booking
) -> None:
    """It was looked at after the address."""
    with pytest.raises(TypeError, match="bogus"):
        client.calendar.bookings.add_attendee(
            booked.uid,
            email="no address",
            bogus=1,  # type: ignore[call-arg]
        )


@pytest.mark.parametrize("key", [{}, {"idempotency_key": "k"}], ids=["once", "key"])
def test_iterables_inside_of_objects_are_kept(
    client: Client, booked: Booking, key: dict[str, str]
) -> None:
    """With a key, the days of an iterator had been read when the rule was made."""
    days = [(day for day in ("mo", "we")) for _ in range(len(key) + 1)]

    made = [
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-01-25 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
            recurring={"frequency": "WEEKLY", "count": 4, "byDay": each},
            **key,
        )
        for each in days
    ]

    assert {booking.uid for booking in made} == {made[0].uid}
    assert [occurrence.date for occurrence in made[0].occurrences] == [
        *("2027-01-25", "2027-01-27", "2027-02-01", "2027-02-03")
    ]


def test_arguments_are_named_but_for_the_uid() -> None:
    client = Client(":memory:")
    namespaces = [
        client.calendar.bookings,
        client.calendar.availability,
        client.calendar.event_types,
        client.calendar.hosts,
        client.calendar.schedules,
    ]

    for namespace in namespaces:
        for name, method in inspect.getmembers(namespace, inspect.ismethod):
            if name.startswith("_"):
                continue
            places = [
                parameter.name
                for parameter in inspect.signature(method).parameters.values()
                if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
                and parameter.kind is not inspect.Parameter.VAR_KEYWORD
            ]
            assert places in (
                [],
                ["uid"],
                ["id"],
                ["wanted"],
                ["uids"],
                ["uid", "put"],
            ) or (places == ["event_type_id"]), (name, places)


def test_the_manuals_methods_of_this_part_are_there() -> None:
    calendar = Client(":memory:").calendar
    names = {
        "bookings": "create get list confirm reject cancel reschedule update get_ics"
        " history",
        "availability": "get",
        "event_types": "create get list update delete",
        "schedules": "create get list update delete",
        "hosts": "create get list update delete",
    }

    for namespace, methods in names.items():
        for method in methods.split():
            assert callable(getattr(getattr(calendar, namespace), method))


# -- errors ----------------------------------------------------------------------------


def test_errors_are_one_tree_with_codes(client: Client, booked: Booking) -> None:
    bookings = client.calendar.bookings
    with pytest.raises(calbook.CalbookError) as caught:
        bookings.confirm(booked.uid)

    error = caught.value
    assert isinstance(error, errors.WrongStatus)
    assert isinstance(error, errors.RuleError)
    assert (error.code, error.exit_code) == ("wrong_status", 5)
    assert error.message == str(error)
    assert error.details == {
        "uid": booked.uid,
        "status": "CONFIRMED",
        "allowed": ["PENDING"],
    }
    assert hasattr(error, "hint")


def test_every_error_class_is_one_sentence_in_the_tree() -> None:
    classes = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, errors.CalbookError)
    ]

    assert len(classes) > 30
    for item in classes:
        assert item.__doc__, item
        assert issubclass(item, calbook.CalbookError)
        assert item.exit_code in {1, 2, 3, 4, 5, 6, 7, 8, 130}


def test_a_refusal_lists_every_rule_that_refused(
    client: Client, booked: Booking
) -> None:
    with pytest.raises(errors.OutsideHours) as caught:
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time="2027-01-17 10:00",
            attendee={"name": "Bob", "email": "bob@example.com"},
            responses={"size": 9},
        )

    refusals = caught.value.details["refusals"]
    assert [r["code"] for r in refusals] == ["outside_hours", "invalid_responses"]
    assert all(r.keys() == {"code", "message", "details"} for r in refusals)
    json.dumps(refusals)


# -- the client ------------------------------------------------------------------------


def test_a_client_is_closed_when_left_and_opens_again_when_used(place: str) -> None:
    with Client(place) as client:
        assert isinstance(client, Client)
        client.calendar.event_types.create("demo")
    client.close()

    assert [e.id for e in client.calendar.event_types.list()] == ["evt_demo"]
    client.close()


def test_a_client_left_by_an_error_has_let_go_of_the_file(place: str) -> None:
    with Client(place) as client:
        client.calendar.event_types.create("demo")

    with pytest.raises(errors.NotFound), Client(place) as client:
        client.calendar.event_types.update("demo", schedule_id="none")

    with locked(place):
        pass


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_is_text_or_a_path(path: Path, kind: Callable[[Path], Any]) -> None:
    with Client(kind(path)) as client:
        client.calendar.event_types.create("demo")

    assert client.path == str(path)
    assert path.exists()


def test_without_a_path_the_environment_names_the_file(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_DB", str(path))
    assert Client().path == str(path)

    monkeypatch.delenv("CALBOOK_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Client().path == str(tmp_path / "data" / "calbook" / "calbook.db")
    assert not path.exists()


def test_nothing_is_made_before_the_first_write(path: Path) -> None:
    with Client(path) as client:
        calendar = client.calendar
        found = calendar.bookings.list(), calendar.hosts.list()
        with pytest.raises(errors.NotFound):
            calendar.bookings.get("bk_0123456789ab")

    assert (len(found[0]), len(found[1])) == (0, 1)
    assert not path.exists()


def test_the_clock_is_a_function_of_the_callers(place: str) -> None:
    moments = [datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))]
    with Client(place, clock=lambda: moments[0]) as client:
        client.set_up(timezone="UTC")
        client.calendar.event_types.create("demo")
        booking = client.calendar.bookings.create(
            event_type_id="demo",
            start_time="today 10:00",
            attendee={"name": "Ada", "email": "ada@example.com"},
        )
        moments[0] += timedelta(days=1)
        later = client.calendar.bookings.get(booking.uid)
        (told,) = client.tick()

    assert client.now() == datetime(2027, 1, 5, tzinfo=UTC)
    assert booking.start_time == "2027-01-04T10:00:00+00:00"
    assert booking.created_at == "2027-01-04T00:00:00+00:00"
    assert (booking.status, later.status) == ("CONFIRMED", "COMPLETED")
    assert (told.type, told.at) == ("booking.completed", "2027-01-05T00:00:00+00:00")


def test_without_a_clock_the_environment_may_fix_the_time(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALBOOK_NOW", "2027-01-05T09:00:00+09:00")
    assert Client(place).now() == datetime(2027, 1, 5, tzinfo=UTC)

    monkeypatch.delenv("CALBOOK_NOW")
    assert abs(Client(place).now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("now", ["soon", "2027-02-30T00:00Z", "2027-01-05"])
def test_a_fixed_time_that_cannot_be_read_is_refused(
    place: str, monkeypatch: pytest.MonkeyPatch, now: str
) -> None:
    monkeypatch.setenv("CALBOOK_NOW", now)

    with pytest.raises(errors.BadTime):
        Client(place).now()


def test_threads_with_a_client_each_never_book_the_same_time(place: str) -> None:
    clock = lambda: datetime(2027, 1, 4, 9, tzinfo=UTC)  # noqa: E731
    with Client(place, clock=clock) as client:
        client.set_up(timezone="UTC")
        client.calendar.event_types.create("demo")
    outcomes: list[str] = []

    def book(number: int) -> None:
        with Client(place, clock=clock) as client:
            for start in ("09:00", "09:15", "09:30"):
                try:
                    client.calendar.bookings.create(
                        event_type_id="demo",
                        start_time=f"2027-01-18 {start}",
                        attendee={"name": "Ada", "email": f"ada{number}@example.com"},
                    )
                    outcomes.append("booked")
                except errors.SlotTaken as refusal:
                    outcomes.append(refusal.code)

    threads = [threading.Thread(target=book, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Client(place, clock=clock) as client:
        found = client.calendar.bookings.list()
        assert client.check() == ()
    spans = sorted((b.starts_at, b.ends_at) for b in found)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert sorted(outcomes) == ["booked"] * len(found) + ["slot_taken"] * (
        24 - len(found)
    )
    assert 1 <= len(found) <= 2


def test_public_names_are_there_and_no_others() -> None:
    assert set(calbook.__all__) >= {"Client", "CalbookError", "errors", "Booking"}
    for name in calbook.__all__:
        assert getattr(calbook, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Clent'"):
        _ = calbook.Clent


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (Path(calbook.__file__).parent / "py.typed").exists()


# -- a few operations that the command line shows otherwise ----------------------------


def test_all_of_several_bookings_or_none(client: Client, booked: Booking) -> None:
    bookings = client.calendar.bookings
    person = {"attendee": {"name": "Bob", "email": "bob@example.com"}}
    wanted = [
        {"event_type_id": "demo", "start_time": f"2027-01-18 {hour}:00", **person}
        for hour in (12, 13)
    ]

    with pytest.raises(errors.SlotTaken) as caught:
        bookings.create_all([*wanted, wanted[0]])
    nothing = bookings.list(attendee_email="bob@example.com")
    made = bookings.create_all(wanted)

    assert caught.value.details["line"] == 3
    assert [b.uid for b in nothing] == [booked.uid]
    assert [b.start_time[11:16] for b in made] == ["12:00", "13:00"]


def test_metadata_is_replaced_by_update_and_merged_by_its_own(
    client: Client, booked: Booking
) -> None:
    bookings = client.calendar.bookings

    replaced = bookings.update(booked.uid, metadata={"a": 1, "b": [2]})
    merged = bookings.merge_metadata(booked.uid, {"c": {"d": 3}}, drop=["a", "none"])

    assert replaced.metadata == {"a": 1, "b": [2]}
    assert merged.metadata == {"b": [2], "c": {"d": 3}}


def test_an_update_needs_something_to_change(client: Client, booked: Booking) -> None:
    with pytest.raises(errors.NothingToChange):
        client.calendar.bookings.update(booked.uid)


def test_an_update_to_what_is_there_changes_nothing(
    client: Client, booked: Booking
) -> None:
    for change in ({"notes": booked.notes}, {"name": "Ada Lovelace"}):
        assert client.calendar.bookings.update(booked.uid, **change) == booked
        said = f"{booked.uid} has these values already"
        assert client.unchanged == {booked.uid: said}


def test_an_update_keeps_people_apart(client: Client, booked: Booking) -> None:
    with pytest.raises(errors.DuplicateAttendee):
        client.calendar.bookings.update(booked.uid, email="EVE@example.com")


@pytest.mark.parametrize("count", [0, 1, 2, 50, None])
def test_a_list_is_as_long_as_asked(
    client: Client, booking: Callable[..., Booking], count: int | None
) -> None:
    made = tuple(booking() for _ in range(3))

    assert client.calendar.bookings.list(count=count) == made[:count]
    assert client.calendar.bookings.total() == 3


def test_what_is_offered_can_be_booked(client: Client, booked: Booking) -> None:
    slots = client.calendar.availability.get(
        event_type_id="demo", start_date="2027-01-18", end_date="2027-01-18"
    )

    starts = [slot.start_time[11:16] for slot in slots]
    assert len(slots) == 15
    assert "10:00" not in starts
    assert (slots[0].host_id, slots[0].seats_left) == ("user_me", None)
    assert slots[0].ends_at - slots[0].starts_at == timedelta(minutes=30)
    made = client.calendar.bookings.create(
        event_type_id="demo",
        start_time=slots[3].start_time,
        attendee={"name": "Bob", "email": "bob@example.com"},
    )
    assert made.starts_at == slots[3].starts_at


TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)


def test_who_is_to_be_called_keeps_a_number(client: Client) -> None:
    """An update took the number away, or made it a call without one."""
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("call", location="PHONE_INBOUND")
    client.calendar.event_types.create("demo")
    bookings = client.calendar.bookings
    ada = {"name": "Ada", "email": "ada@example.com"}
    called = bookings.create(
        event_type_id="call", start_time=TEN, attendee={**ada, "phone": "+351 912 345"}
    )
    met = bookings.create(
        event_type_id="demo", start_time=TEN + timedelta(hours=1), attendee=ada
    )

    with pytest.raises(errors.BadInput, match="by phone"):
        bookings.update(called.uid, phone=None)
    with pytest.raises(errors.BadInput, match="by phone"):
        bookings.update(met.uid, location="PHONE_INBOUND")


def test_a_zone_is_tested_before_any_file_is_opened(client: Client) -> None:
    client.calendar.event_types.create("demo")

    for ask in (client.calendar.availability.get, client.calendar.availability.check):
        with pytest.raises(errors.BadZone):
            ask(event_type_id="demo", timezone="../../etc/passwd", **WHEN[ask.__name__])


WHEN: dict[str, dict[str, str]] = {"get": {}, "check": {"start_time": "now"}}


def test_overrides_are_a_list_in_every_call(client: Client) -> None:
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("demo")
    ada = {"name": "Ada", "email": "ada@example.com"}
    made = client.calendar.bookings.create(
        event_type_id="demo", start_time=TEN, attendee=ada
    )

    with pytest.raises(errors.BadInput, match="must be a list"):
        client.calendar.bookings.reschedule(
            made.uid, start_time=TEN, by="host", override="hours"
        )


@pytest.mark.parametrize("who", [{"by": "host"}, {"cancelled_by": "host"}])
def test_who_cancels_is_said_by_either_name(
    client: Client, booking: Callable[..., Booking], who: Any
) -> None:
    cancelled = client.calendar.bookings.cancel(booking().uid, **who)

    assert cancelled.cancelled_by == "host"


def test_two_names_that_differ_are_refused(
    client: Client, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid

    with pytest.raises(errors.UsageError, match="by and cancelled_by"):
        client.calendar.bookings.cancel(uid, by="host", cancelled_by="attendee")
    assert client.calendar.bookings.cancel(uid).cancelled_by == "attendee"

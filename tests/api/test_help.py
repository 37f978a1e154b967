"""What `help()` shows of values and methods, and what a value's repr looks like."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import calbook
from calbook import Client
from calbook.api import catalog_inputs, inputs, noun
from calbook.api.values.value import Meeting, Value

KINDS = [
    kind
    for name in calbook.__all__
    if inspect.isclass(kind := getattr(calbook, name)) and issubclass(kind, Value)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described_in_the_docstring(kind: type[Value]) -> None:
    declared = {n for n in inspect.get_annotations(kind) if not n.startswith("_")}
    if issubclass(kind, Meeting):
        declared |= {"start_time", "end_time"}
    lines = re.findall(r"^(\w+(?:, \w+)*): \S", inspect.getdoc(kind) or "", re.M)

    described = [name for line in lines for name in line.split(", ")]

    assert sorted(described) == sorted(declared)


def methods() -> Iterator[tuple[type, str, Any]]:
    """The methods of the calendar's nouns that take `**options`."""
    calendar = Client(":memory:").calendar
    for name in inspect.get_annotations(type(calendar)):
        kind = type(getattr(calendar, name))
        for method, function in inspect.getmembers(kind, inspect.isfunction):
            if not method.startswith("_") and "Unpack[" in str(
                function.__annotations__
            ):
                yield kind, method, function


@pytest.mark.parametrize(("kind", "name", "method"), [*methods()])
def test_every_option_is_named_in_the_docstring(
    kind: type, name: str, method: Any
) -> None:
    """Of the method, or of one that it points to."""
    hint = str(method.__annotations__)
    [typed] = re.findall(r"Unpack\[(?:inputs\.)?(\w+)\]", hint)
    said = help_of(method)
    for other in re.findall(r"`(\w+)`", said):
        said += help_of(getattr(kind, other, None))
        for further in re.findall(r"as in\s+`(\w+)`", said):
            said += help_of(getattr(kind, further, None))

    options = vars(inputs).get(typed) or vars(catalog_inputs)[typed]
    assert [
        option
        for option in options.__annotations__
        if not re.search(rf"\b{option}\b", said)
    ] == []


def help_of(method: Any) -> str:
    if not inspect.isfunction(method):
        return ""
    return f"{inspect.signature(method)} {inspect.getdoc(method)}"


@pytest.mark.parametrize(
    ("names", "typed"),
    [
        (noun.BOOKING_FILTERS, inputs.BookingFilters),
        (noun.DATE_FILTERS, inputs.DateFilters),
        ((*noun.PERSONS, *noun.ATTENDANCE), inputs.AttendanceArguments),
        ((*noun.PERSONS, *noun.CHANGE), inputs.LeaveArguments),
        (noun.PERSON_FILTERS, inputs.PersonFilters),
        (noun.STATISTICS_FILTERS, inputs.StatisticsFilters),
        (noun.CHANGE, inputs.ChangeArguments),
        ((*noun.CORRECTIONS, *noun.CHANGE), inputs.UpdateArguments),
    ],
)
def test_names_at_run_time_are_those_of_the_types(
    names: tuple[str, ...], typed: Any
) -> None:
    assert sorted(names) == sorted(typed.__annotations__)


ASKED = [
    ("create", {"event_type_id": "demo", "start_time": "now", "attendee": {}}),
    *((name, {}) for name in ("list", "list_occurrences", "total", "stats")),
    *((name, {}) for name in ("get_feed", "iter", "iter_ics")),
    *((name, {"uid": "bk_0"}) for name in ("confirm", "reject", "cancel", "update")),
    *((name, {"uid": "bk_0"}) for name in ("mark_attended", "merge_metadata")),
    ("cancel_occurrence", {"uid": "bk_0", "date": "today"}),
    ("reschedule", {"uid": "bk_0", "start_time": "now"}),
    ("add_attendee", {"uid": "bk_0", "email": "ada@example.com"}),
]


@pytest.mark.parametrize(("name", "given"), ASKED, ids=[name for name, _ in ASKED])
def test_unknown_names_are_refused_as_python_does(
    client: Client, name: str, given: dict[str, Any]
) -> None:
    """A filter with a typing error limited nothing."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'tittle'"):
        list(getattr(client.calendar.bookings, name)(**given, tittle="x"))


def test_a_repr_has_pythons_names_and_the_uid_first(client: Client) -> None:
    client.set_up(timezone="UTC")
    client.calendar.event_types.create("demo")
    made = client.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-18 10:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
        metadata={"dealId": 1},
    )

    shown = repr(made)

    assert shown.startswith(f"Booking(uid='{made.uid}', event_type_id='evt_demo', ")
    assert "status='CONFIRMED', " in shown
    assert "attendee=Attendee(email='ada@example.com', name='Ada', " in shown
    assert "occurrences=(Occurrence(date='2027-01-18', start_time='2027-" in shown
    assert re.findall(r"\b[a-z]+[A-Z]\w*", shown) == ["dealId"]
    assert called_name(shown) == "Booking"
    for value in (
        client.calendar.hosts.get("me"),
        *client.calendar.bookings.agenda(start_date="2027-01-18").occurrences,
    ):
        assert re.match(r"\w+\((id|uid)='", repr(value))


def called_name(text: str) -> str:
    """The name that an expression calls."""
    called = ast.parse(text, mode="eval").body
    assert isinstance(called, ast.Call)
    assert not called.args
    assert isinstance(called.func, ast.Name)
    return called.func.id


def test_a_clients_repr_names_its_file() -> None:
    assert repr(Client("bookings.db")) == "Client('bookings.db')"

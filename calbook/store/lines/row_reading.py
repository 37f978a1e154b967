"""One line as rows of its tables: each value of its kind, each key known."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Protocol

from calbook.core.errors import CalbookError
from calbook.store import counters, rows, settings, waiting
from calbook.store.lines import derived
from calbook.store.lines.exporting import Line
from calbook.store.lines.kinds import DECODERS, Decode, WrongValue
from calbook.store.lines.nouns import BOOKING
from calbook.store.lines.tables import Noun, Table

_UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    CalbookError,
)


class Numbers(Protocol):
    """What numbers things have in the store."""

    def number(self, table: str, number: int, *, is_own: bool) -> int | None:
        """None where it is left out there."""

    def event(self, id: str, none: int | None) -> int | None:
        """Raises WrongValue where it is not there; `none` where it says nothing."""


def read_line(
    noun: Noun, line: Line, numbers: Numbers, *, new_secret: Callable[[str], str]
) -> derived.Rows:
    """The rows of each table, in the order in which they can be written.

    Raises:
        WrongValue: it says what cannot be.
    """
    if line.keys() != noun.keys:
        line = _with_secrets(noun, line, new_secret)
    own = _read_row(noun.table, line, numbers, is_own=True)
    assert own is not None
    found: derived.Rows = {noun.table.name: [own]}
    for child in noun.children:
        found[child.name] = _read_children(child, line[child.key], numbers)
    _check_readable(noun, own, found)
    derive = derived.DERIVE.get(noun.type)
    if derive is not None:
        return _derive(derive, own, found)
    if noun.table.stored != tuple(noun.table.places):
        stored = (noun.table.places[name] for name in noun.table.stored)
        found[noun.table.name] = [tuple(own[n] for n in stored)]
    key = own[noun.table.places[noun.by]]
    for child in noun.children:
        tail = (key, *child.only.values())
        found[child.name] = [(*row, *tail) for row in found[child.name]]
    return found


def _with_secrets(noun: Noun, line: Line, new_secret: Callable[[str], str]) -> Line:
    """A webhook that comes without its secret has a new one.

    Raises:
        WrongValue: a key is missing or unknown.
    """
    missing = noun.keys - line.keys()
    unknown = line.keys() - noun.keys
    if unknown:
        raise WrongValue(f"the key {min(unknown)} is unknown")
    if missing != noun.secrets or not missing:
        raise WrongValue(f"the key {min(missing - noun.secrets or missing)} is missing")
    secret = new_secret(str(line["id"]))
    return {**line, "secret": secret, "headers": {}, "oldSecrets": []}


def _read_children(table: Table, items: Any, numbers: Numbers) -> list[derived.Row]:
    if type(items) is not list:
        raise WrongValue(f"{table.key} must be a list")
    found = []
    for item in items:
        if table.flat:
            item = {table.columns[0].key: item}
        elif type(item) is not dict:
            raise WrongValue(f"{table.key} must be a list of objects")
        elif item.keys() != table.keys:
            raise WrongValue(_wrong_keys(table, item))
        row = _read_row(table, item, numbers, is_own=False)
        if row is not None:
            found.append(row)
    return found


def _wrong_keys(table: Table, item: Line) -> str:
    unknown, missing = item.keys() - table.keys, table.keys - item.keys()
    if unknown:
        return f"the key {min(unknown)} of {table.key} is unknown"
    return f"the key {min(missing)} of {table.key} is missing"


class _Readers(NamedTuple):
    """How the columns of a table are read, and which of them are numbers here."""

    each: tuple[tuple[str, Decode, bool], ...]  # key, how, whether it may be null
    counted: tuple[tuple[int, str], ...]  # place, table
    events: tuple[tuple[int, int | None], ...]  # place, what stands for none


@cache
def _readers(table: Table) -> _Readers:
    columns = [*enumerate(table.columns)]
    return _Readers(
        tuple((c.key, DECODERS[c.kind], c.is_optional) for c in table.columns),
        tuple((n, c.counts) for n, c in columns if c.counts is not None),
        tuple((n, _NO_EVENT[c.kind]) for n, c in columns if c.kind in _NO_EVENT),
    )


_NO_EVENT = {"event": None, "last_event": 0}


def _read_row(
    table: Table, item: Line, numbers: Numbers, *, is_own: bool
) -> derived.Row | None:
    """The columns of a row; None where it belongs to something that is left out."""
    readers = _readers(table)
    try:
        found = [
            None if (value := item[key]) is None and is_optional else decode(value)
            for key, decode, is_optional in readers.each
        ]
    except (WrongValue, TypeError):  # what is no key of a cache
        raise _wrong_value(table, item) from None
    for place, counts in readers.counted:
        given: Any = found[place]
        number = numbers.number(counts, given, is_own=is_own)
        if number is None:
            return None
        found[place] = number
    for place, none in readers.events:
        id: Any = found[place]
        found[place] = none if id is None else numbers.event(id, none)
    return tuple(found)


def _wrong_value(table: Table, item: Line) -> WrongValue:
    """Which value it is that cannot be read."""
    for key, decode, is_optional in _readers(table).each:
        value = item[key]
        where = f"{key} of {table.key}" if table.key else key
        try:
            if value is not None or not is_optional:
                decode(value)
        except WrongValue as error:
            return WrongValue(f"{where} {error}")
        except TypeError:
            return WrongValue(f"{where} has another type")
    raise AssertionError(table.name)


def _derive(
    derive: derived.Derive, own: derived.Row, found: derived.Rows
) -> derived.Rows:
    """What follows from a line; its times may lie outside of all years."""
    try:
        return derive(own, found)
    except WrongValue:
        raise
    except _UNREADABLE as error:
        raise WrongValue(f"cannot be read: {error}") from None


# -- whether calbook can read it again -------------------------------------------------


def _check_readable(noun: Noun, own: derived.Row, found: derived.Rows) -> None:
    """Read what is JSON as every command does, where it is more than one value."""
    reader = _READ_AGAIN.get(noun.type)
    if reader is None and not found.get("counter_proposals"):
        return
    try:
        if reader is not None:
            reader(_named(noun.table, own), found)
        for row in found.get("counter_proposals", ()):
            counters.counter(_named(_COUNTERS, row, uid=""))
    except _UNREADABLE as error:
        said = error.message if isinstance(error, CalbookError) else error
        raise WrongValue(f"cannot be read: {said}") from None


def _named(table: Table, row: derived.Row, **more: Any) -> Any:
    return {**dict(zip((c.name for c in table.columns), row, strict=True)), **more}


def _read_schedule(own: Any, found: derived.Rows) -> object:
    overrides = [
        {"date": day, "hours": json.loads(hours), "reason": reason}
        for day, hours, reason in found["schedule_overrides"]
    ]
    return rows.schedule({**own, "overrides": json.dumps(overrides)})


def _read_event_type(own: Any, found: derived.Rows) -> object:
    return rows.event_type({**own, "hosts": "[]", "heeds_double": False})


def _read_setting(own: Any, found: derived.Rows) -> object:
    if own["name"] != settings.RETENTION:
        return None
    from calbook.core.time import periods  # slow to import

    if periods.read_period(own["value"], "value") != own["value"]:
        raise ValueError("value is another form of a length of the calendar")
    return None


_READ_AGAIN: dict[str, Callable[[Any, derived.Rows], object]] = {
    "setting": _read_setting,
    "schedule": _read_schedule,
    "host": lambda own, found: rows.host(own),
    "eventType": _read_event_type,
    "waiting": lambda own, found: waiting.entry(own),
}
_COUNTERS = next(
    child for child in BOOKING.children if child.name == "counter_proposals"
)

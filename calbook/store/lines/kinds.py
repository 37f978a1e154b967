"""What a column's value is in a line, and what of a line's may become a value.

Times are epoch seconds in a row and `2027-01-04T09:00:00Z` in a line; JSON is text in a
row. Whoever reads a line trusts nothing: what is not of its kind is a `WrongValue`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from calbook.core.busy import BusyKind
from calbook.core.catalog import SchedulingType
from calbook.core.model import Actor, Attendance, Resolution, Status
from calbook.core.people import CONTACTS
from calbook.core.time import times
from calbook.store import rows

Decode = Callable[[Any], Any]
Encode = Callable[[Any], Any]

_INTEGER = 2**31 - 1  # what both databases hold
_NUMBER = 2**53
_DAY = 24 * 60  # minutes
_BREAKS = re.compile("[\0\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ID = re.compile(r"[^\s\0-\x1f]{1,200}")
_TIME_LENGTH = len("2027-01-04T09:00:00Z")
_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class WrongValue(ValueError):
    """What a value should have been, as in `must be a date`."""


# -- single values --------------------------------------------------------------------


def _text(value: Any) -> str:
    if type(value) is not str:
        raise WrongValue("must be text")
    if "\0" in value:
        raise WrongValue("holds a NUL character")
    return value


def _line(value: Any) -> str:
    if type(value) is not str:
        raise WrongValue("must be text")
    if not value.isprintable() and _BREAKS.search(value):
        raise WrongValue("must be one line")
    return value


def _id(value: Any) -> str:
    if type(value) is not str or not _ID.fullmatch(value):
        raise WrongValue("must be an id")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or not -_INTEGER <= value <= _INTEGER:
        raise WrongValue("must be a whole number")
    return value


def _number(value: Any) -> int:
    """In the order of making; none is below 0."""
    if type(value) is not int or not 0 <= value < _NUMBER:
        raise WrongValue("must be a whole number that is not below 0")
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise WrongValue("must be true or false")
    return value


@lru_cache(1024)
def _epoch(value: Any) -> int:
    try:
        if type(value) is str and len(value) == _TIME_LENGTH and value[-1] == "Z":
            return int(datetime.fromisoformat(value).timestamp())
    except ValueError:
        pass
    raise WrongValue("must be a time as in 2027-01-04T09:00:00Z")


@lru_cache(1024)
def _stamp(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()[:-6] + "Z"


@lru_cache(1024)
def _date(value: Any) -> str:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return str(value)
    except (ValueError, TypeError):
        pass
    raise WrongValue("must be a date as in 2027-01-04")


@lru_cache(1024)
def _wall(value: Any) -> str:
    try:
        if datetime.fromisoformat(value).isoformat() == value and len(value) == 19:
            return str(value)
    except (ValueError, TypeError):
        pass
    raise WrongValue("must be a local time as in 2027-01-04T09:00:00")


@lru_cache(1024)
def _zone(value: Any) -> str:
    try:
        times.zone(value)
    except (ValueError, LookupError, OSError, TypeError):
        raise WrongValue("is no zone that is known here") from None
    return str(value)


def _one_of(words: tuple[str, ...]) -> Decode:
    known = frozenset(words)

    def read(value: Any) -> str:
        if type(value) is not str or value not in known:
            raise WrongValue(f"must be one of {', '.join(words)}")
        return value

    return read


WORDS: dict[str, tuple[str, ...]] = {
    "status": tuple(Status),
    "resolution": tuple(Resolution),
    "actor": tuple(Actor),
    "attendance": tuple(Attendance),
    "scheduling": tuple(SchedulingType),
    "contact": CONTACTS,
    "on_free": ("OFFER", "BOOK"),
    "on_decline": ("RECORD", "CANCEL"),
    "calendar_kind": tuple(BusyKind),
    "channel": ("webhook", "mail", "calendar"),
    "delivery_status": ("pending", "delivered", "failed", "dropped"),
    "waiting_state": ("waiting", "offered", "booked", "lapsed", "removed", "ended"),
    "counter_state": ("open", "accepted", "declined", "replaced", "ended"),
}


# -- JSON -----------------------------------------------------------------------------


def _json(check: Callable[[Any], object], what: str) -> Decode:
    """Text of JSON that `check` takes: it gives false or raises of what it does not."""

    def read(value: Any) -> str:
        try:
            if check(value):
                return _dump(value) if value else repr(value)  # {} or []
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            pass
        raise WrongValue(f"must be {what}")

    return read


def _is_object(value: Any) -> bool:
    return type(value) is dict


def _is_list(value: Any) -> bool:
    return type(value) is list


def _are_texts(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def _are_dates(value: Any) -> bool:
    return _are_texts(value) and all(map(_date, value))


def _is_rule(value: Any) -> bool:
    from calbook.core.time import recurrence  # slow to import

    rule = recurrence.from_json(value)
    numbers = [each for each in (rule.interval, rule.count) if each is not None]
    return (
        recurrence.to_json(rule) == value
        and (rule.count is None) != (rule.until is None)
        and all(type(each) is int and 0 < each <= _INTEGER for each in numbers)
        and all(recurrence.is_day_of(day, rule.frequency) for day in rule.by_day)
    )


@lru_cache(64)
def _is_policy(text: str) -> bool:
    facts = json.loads(text)
    rows.policy(facts)
    return all(
        type(facts[key]) is bool
        for key in ("requires_confirmation", "allow_cancellation")
    )


def _are_hours(value: Any) -> bool:
    """Windows of a day, in minutes since midnight."""
    return type(value) is list and all(
        type(start) is int and type(end) is int and 0 <= start < end <= _DAY
        for start, end in value
    )


def _is_week(value: Any) -> bool:
    return type(value) is list and len(value) == 7 and all(map(_are_hours, value))


def _are_persons(value: Any) -> bool:
    return type(value) is list and all(
        all(fact is None or type(fact) is str for fact in person.values())
        for person in value
    )


def _are_headers(value: Any) -> bool:
    return type(value) is dict and all(type(text) is str for text in value.values())


def _are_old_secrets(value: Any) -> bool:
    return type(value) is list and all(
        type(each["secret"]) is str and type(each["until"]) is int for each in value
    )


def _are_minutes(value: Any) -> bool:
    return _is_list(value) and all(type(n) is int and 0 < n <= _DAY for n in value)


def _are_attendances(value: Any) -> bool:
    return all(map(Attendance, value.values()))


def _are_replies(value: Any) -> bool:
    return type(value) is list and all(map(rows.reply, value))


def _request(value: Any) -> str:
    """As `idempotency.request_text` writes one: it is compared."""
    if type(value) is not list or len(value) != 2 or type(value[0]) is not str:
        raise WrongValue("must be an action and what was asked")
    return json.dumps(value, sort_keys=True, allow_nan=False)


JSON_KINDS: dict[str, Decode] = {
    "object": _json(_is_object, "an object"),
    "snapshot": _json(_is_object, "an object"),  # kept while it is needed
    "list": _json(_is_list, "a list"),
    "texts": _json(_are_texts, "a list of texts"),
    "hours": _json(_are_hours, "hours of a day"),
    "week": _json(_is_week, "hours of seven days"),
    "minutes": _json(_are_minutes, "lengths in minutes"),
    "persons": _json(_are_persons, "a list of persons"),
    "headers": _json(_are_headers, "headers"),
    "old_secrets": _json(_are_old_secrets, "older secrets"),
    "dates": _json(_are_dates, "a list of dates"),
    "recurring": _json(_is_rule, "a recurrence"),
    "policy": _json(lambda value: _is_policy(_dump(value)), "a booking's terms"),
    "attendances": _json(_are_attendances, "attendances of persons"),
    "replies": _json(_are_replies, "what somebody answered"),
    "request": _request,
}
OBJECT_KINDS = frozenset(
    {"object", "snapshot", "headers", "recurring", "policy", "attendances"}
)  # the others are lists
DECODERS: dict[str, Decode] = {
    "text": _text,
    "line": _line,
    "id": _id,
    "event": _id,
    "last_event": _id,
    "int": _integer,
    "number": _number,
    "bool": _boolean,
    "time": _epoch,
    "date": _date,
    "wall": _wall,
    "zone": _zone,
    **{kind: _one_of(words) for kind, words in WORDS.items()},
    **JSON_KINDS,
}
ENCODERS: dict[str, Encode] = {
    "bool": bool,
    "time": _stamp,
    **dict.fromkeys(JSON_KINDS, json.loads),
}

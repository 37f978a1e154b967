"""What is asked of a booking, read into the values that `changes` works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from calbook.core import fields, policy
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import LONGEST_DURATION, MINUTE, Actor, Attendee
from calbook.core.text import written
from calbook.intake.people import people, responses
from calbook.intake.places import location
from calbook.intake.shapes import items, keyed, zone
from calbook.values.value import camel


class Asked(NamedTuple):
    """Who asks, and which rules the host passes."""

    by: Actor
    waived: frozenset[str]


class Request(NamedTuple):
    """A booking as somebody wants it, every field read."""

    event_type_id: str
    start_time: str | datetime
    attendees: tuple[Attendee, ...]
    asked: Asked
    host_id: str | None = None
    timezone: str | None = None
    duration: timedelta | None = None
    notes: str | None = None
    responses: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    location: Mapping[str, str] | None = None
    meeting_url: str | None = None
    recurring: object = None  # read where the zone is known
    skips: bool = False  # dates in the way are left out
    notify: bool | None = None  # else as the event type says


class Dates(NamedTuple):
    """Which dates of a series are meant, as passed: read in the booking's zone."""

    on: str | date | None = None
    since: str | date | None = None
    all: bool = False


class Move(NamedTuple):
    """Where a booking is to be moved, and on whose word."""

    start_time: str | datetime
    asked: Asked
    timezone: str | None = None
    reason: str | None = None
    dates: Dates = Dates()
    reassigns: bool = False  # another host may take it


class Merge(NamedTuple):
    """Metadata keys to set and to take out, the others staying."""

    put: Mapping[str, Any] = {}
    drop: tuple[str, ...] = ()


FIELDS = (
    "event_type_id",
    "start_time",
    "attendee",
    "guests",
    "notes",
    "responses",
    "metadata",
    "host_id",
    "location",
    "meeting_url",
    "timezone",
    "duration",
    "by",
    "override",
    "recurring",
    "on_conflict",
    "notify_attendee",
)
_NEEDED = ("event_type_id", "start_time", "attendee")


def read(given: Mapping[str, Any]) -> Request:
    """A booking as passed to `create`, or as one line of `create --input`."""
    facts = {
        key: value
        for key, value in keyed(given, FIELDS, "the booking").items()
        if value is not None
    }
    for key in _NEEDED:
        if key not in facts:
            raise BadInput(f"the booking has no {camel(key)}", field=camel(key))
    return Request(
        event_type_id=fields.identifier(facts["event_type_id"], "evt", "eventTypeId"),
        start_time=_moment(facts["start_time"], "startTime"),
        attendees=people(facts["attendee"], items(facts.get("guests", ()), "guests")),
        asked=asked(
            facts.get("by", "attendee"), items(facts.get("override", ()), "override")
        ),
        skips=_skips(facts.get("on_conflict", "refuse")),
        **_optional(facts),
    )


def _optional(facts: Mapping[str, Any]) -> dict[str, Any]:
    readers: Mapping[str, Callable[[Any], Any]] = {
        "host_id": lambda v: fields.identifier(v, "user", "hostId"),
        "timezone": lambda v: zone(v, "timezone"),
        "duration": lambda v: (
            fields.whole(v, "duration", least=1, most=LONGEST_DURATION // MINUTE)
            * MINUTE
        ),
        "notes": lambda v: fields.prose(v, "notes"),
        "responses": responses,
        "metadata": fields.metadata,
        "location": location,
        "meeting_url": lambda v: fields.url(v, "meetingUrl"),
        "recurring": lambda v: v,
        "notify_attendee": lambda v: fields.boolean(v, "notifyAttendee"),
    }
    read = {key: read(facts[key]) for key, read in readers.items() if key in facts}
    if "notify_attendee" in read:
        read["notify"] = read.pop("notify_attendee")
    return read


def _skips(on_conflict: object) -> bool:
    """Whether the dates in the way are left out, instead of refusing all."""
    return fields.choice(on_conflict, "onConflict", ("refuse", "skip")) == "skip"


def _moment(value: object, field: str) -> str | datetime:
    if isinstance(value, datetime):
        return value
    return fields.line(value, field, most=80)


def read_move(
    start_time: object,
    reason: str | None,
    timezone: str | None,
    by: str,
    override: Iterable[str],
    dates: Dates,
    reassign: bool,
) -> Move:
    return Move(
        start_time=_moment(start_time, "startTime"),
        asked=asked(by, override),
        timezone=None if timezone is None else zone(timezone, "timezone"),
        reason=reason_of(reason),
        dates=dates,
        reassigns=fields.boolean(reassign, "reassign"),
    )


def dates(on: object, since: object, all: object) -> Dates:
    """At most one of a date, a first date, and all.

    Raises:
        UsageError: several are given.
    """
    given = Dates(_day(on), _day(since), fields.boolean(all, "all"))
    if sum(value not in (None, False) for value in given) > 1:
        raise UsageError(
            "a date, a first date and all exclude each other",
            hint="give one of --on DATE, --from DATE, --all",
        )
    return given


def emails(value: object) -> tuple[str, ...]:
    """One address or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(items(value, "email"))


def _day(value: object) -> Any:
    if value is None or isinstance(value, date):
        return value
    return fields.line(value, "date", most=80)


def read_update(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to set on the primary attendee, and what on the booking itself."""
    of_attendee: Mapping[str, Callable[[Any], Any]] = {
        "name": lambda v: fields.line(v, "name"),
        "email": fields.email,
        "phone": lambda v: None if v is None else fields.phone(v),
    }
    of_booking: Mapping[str, Callable[[Any], Any]] = {
        "notes": lambda v: None if v is None else fields.prose(v, "notes"),
        "location": lambda v: None if v is None else location(v),
        "meeting_url": lambda v: None if v is None else fields.url(v, "meetingUrl"),
        "metadata": fields.metadata,
    }
    facts = keyed(given, (*of_attendee, *of_booking), "the booking")
    return (
        {key: read(facts[key]) for key, read in of_attendee.items() if key in facts},
        {key: read(facts[key]) for key, read in of_booking.items() if key in facts},
    )


def read_merge(put: object, drop: object) -> Merge | None:
    """Metadata keys to set and to take out; None where there are none."""
    if put is not None and not isinstance(put, Mapping):
        raise BadInput("metadata must be an object of keys and values")
    gone = tuple(written(key) for key in items(drop, "drop"))
    return Merge(put or {}, gone) if put or gone else None


def actor(by: str) -> Actor:
    return Actor(fields.choice(by, "by", (Actor.ATTENDEE, Actor.HOST)))


def asked(by: str, override: Iterable[str]) -> Asked:
    """Raises UsageError when an attendee wants to pass a rule."""
    who = actor(by)
    names = [
        fields.choice(name, "override", policy.OVERRIDES)
        for name in items(override, "override")
    ]
    if names and who is not Actor.HOST:
        raise UsageError(
            "only the host may override a rule",
            hint="add --by host",
            override=names,
        )
    return Asked(who, frozenset(names))


def reason_of(text: str | None) -> str | None:
    if text is None:
        return None
    return fields.prose(text, "reason", most=fields.REASON_LENGTH)

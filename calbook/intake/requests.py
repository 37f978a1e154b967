"""What is asked of a booking, read into the values that `changes` works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from calbook.core import fields, policy
from calbook.core.errors import BadInput, MailNotConfigured, UsageError
from calbook.core.model import LONGEST_DURATION, MINUTE, Actor, Attendee
from calbook.intake.people import people
from calbook.intake.places import location
from calbook.intake.shapes import items, keyed, zone
from calbook.values import camel


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


class Move(NamedTuple):
    """Where a booking is to be moved, and on whose word."""

    start_time: str | datetime
    asked: Asked
    timezone: str | None = None
    reason: str | None = None


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
    "notify_attendee",
)
_RESPONSES_LENGTH = 256 * 1024
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
    check_notice(bool(facts.get("notify_attendee")))
    return Request(
        event_type_id=fields.identifier(facts["event_type_id"], "evt", "eventTypeId"),
        start_time=_moment(facts["start_time"], "startTime"),
        attendees=people(facts["attendee"], items(facts.get("guests", ()), "guests")),
        asked=asked(
            facts.get("by", "attendee"), items(facts.get("override", ()), "override")
        ),
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
        "responses": _responses,
        "metadata": fields.metadata,
        "location": location,
        "meeting_url": lambda v: fields.url(v, "meetingUrl"),
    }
    return {key: read(facts[key]) for key, read in readers.items() if key in facts}


def _responses(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput("responses must be an object of keys and answers")
    if len(fields.as_json(value, "responses")) > _RESPONSES_LENGTH:
        raise BadInput(f"responses take more than {_RESPONSES_LENGTH:,} characters")
    return {str(key): answer for key, answer in value.items()}


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
) -> Move:
    return Move(
        start_time=_moment(start_time, "startTime"),
        asked=asked(by, override),
        timezone=None if timezone is None else zone(timezone, "timezone"),
        reason=reason_of(reason),
    )


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


def check_notice(wanted: bool) -> None:
    if wanted:
        raise MailNotConfigured


def reason_of(text: str | None) -> str | None:
    if text is None:
        return None
    return fields.prose(text, "reason", most=fields.REASON_LENGTH)

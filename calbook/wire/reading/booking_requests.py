"""What is asked of a booking, read into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from calbook.core import checks, people
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import LONGEST_DURATION, MINUTE, Actor, Attendee
from calbook.core.rules import booking_rules
from calbook.core.text import to_text
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple
from calbook.wire.json_objects import camel
from calbook.wire.reading.people import (
    read_guest,
    read_known_person,
    read_people,
    read_responses,
)
from calbook.wire.reading.shapes import read_list, read_object, read_timezone

if TYPE_CHECKING:
    from calbook.core.booking.guests import GuestChange


class Asker(NamedTuple):
    """Who asks, and which rules the host passes."""

    by: Actor
    overridden: frozenset[str]


class NewBooking(NamedTuple):
    """A booking as somebody wants it, every field read.

    Of what is held already, event type and start may be left empty.
    """

    event_type_id: str
    start_time: str | datetime
    attendees: tuple[Attendee, ...]
    asker: Asker
    person: str | None = None  # who books, if the book is to say it
    host_id: str | None = None
    resource_id: str | None = None
    timezone: str | None = None
    duration: timedelta | None = None
    notes: str | None = None
    responses: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    location: Mapping[str, str] | None = None
    meeting_url: str | None = None
    recurring: object = None  # read where the zone is known
    skips_conflicts: bool = False  # dates in the way are left out
    extends: bool = False  # and there are further ones in their stead
    notify: bool | None = None  # else as the event type says
    hold: str | None = None  # the uid of what was held for it
    held_for: timedelta | None = None  # only claimed, for nobody yet
    reopens: bool = False  # begin a group also where one was cancelled


class Dates(NamedTuple):
    """Which dates of a series are meant, as passed: read in the booking's zone."""

    on: str | date | None = None
    since: str | date | None = None
    all: bool = False


class NewHosts(NamedTuple):
    """Whether dates may go to other hosts, from whom and to whom.

    Without names, to whose turn it is, where their own hosts cannot give them.
    """

    are_wanted: bool = False
    from_host: str | None = None
    to_host: str | None = None


class RescheduleRequest(NamedTuple):
    """Where a booking is to be moved, and on whose word; without a start, nowhere."""

    start_time: str | datetime | None
    asker: Asker
    timezone: str | None = None
    reason: str | None = None
    dates: Dates = Dates()
    new_hosts: NewHosts = NewHosts()


class MetadataMerge(NamedTuple):
    """Metadata keys to set and to take out, the others staying."""

    put: Mapping[str, Any] = {}
    drop: tuple[str, ...] = ()


FIELDS = (
    *("event_type_id", "start_time", "attendee", "guests", "notes", "responses"),
    *("metadata", "host_id", "resource_id", "location", "meeting_url", "timezone"),
    *("duration", "by", "override", "recurring", "on_conflict", "notify_attendee"),
    *("hold", "reopen"),
)
_NEEDED = ("event_type_id", "start_time", "attendee")
HOLD_FIELDS = (
    *("event_type_id", "start_time", "minutes", "host_id", "timezone", "duration"),
    *("by", "override", "resource_id", "reopen"),
)
_LONGEST_HOLD = 1440  # minutes
REFUSE, EXTEND = "refuse", "extend"
ON_CONFLICT = (REFUSE, "skip", EXTEND)


def read_new_booking(given: Mapping[str, Any]) -> NewBooking:
    """A booking as passed to `create`, or as one line of `create --input`."""
    facts = {
        key: value
        for key, value in read_object(given, FIELDS, "the booking").items()
        if value is not None
    }
    for key in _NEEDED[2:] if "hold" in facts else _NEEDED:
        if key not in facts:
            raise BadInput(f"the booking has no {camel(key)}", field=camel(key))
    on_conflict = read_on_conflict(facts.get("on_conflict", REFUSE))
    return NewBooking(
        **_read_place(facts),
        attendees=read_people(
            facts["attendee"], read_list(facts.get("guests", ()), "guests")
        ),
        person=read_known_person(facts["attendee"]),
        asker=read_asker(
            facts.get("by", "attendee"),
            read_list(facts.get("override", ()), "override"),
        ),
        skips_conflicts=on_conflict != REFUSE,
        extends=on_conflict == EXTEND,
        **_optional(facts),
    )


def _read_place(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is booked, and when."""
    key, start = facts.get("event_type_id"), facts.get("start_time")
    return {
        "event_type_id": "" if key is None else checks.event_type_key(key),
        "start_time": "" if start is None else read_moment(start, "startTime"),
    }


def read_hold(given: Mapping[str, Any]) -> NewBooking:
    """A start to be claimed for some minutes, as passed to `hold`."""
    facts = {
        key: value
        for key, value in read_object(given, HOLD_FIELDS, "the hold").items()
        if value is not None
    }
    minutes = checks.whole_number(
        facts.pop("minutes", 10), "minutes", least=1, most=_LONGEST_HOLD
    )
    return NewBooking(
        **_read_place(facts),
        attendees=(Attendee(),),
        asker=read_asker(
            facts.get("by", "attendee"),
            read_list(facts.get("override", ()), "override"),
        ),
        held_for=minutes * MINUTE,
        **_optional(facts),
    )


def _optional(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _NAMES.get(key, key): read(facts[key])
        for key, read in _READERS.items()
        if key in facts
    }


def read_duration(value: object) -> timedelta:
    most = LONGEST_DURATION // MINUTE
    return checks.whole_number(value, "duration", least=1, most=most) * MINUTE


def _read_location(value: object) -> Mapping[str, str] | None:
    from calbook.wire.reading.locations import read_location  # few give one

    return read_location(value)


_NAMES = {"notify_attendee": "notify", "reopen": "reopens"}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "host_id": lambda v: checks.identifier(v, "user", "hostId"),
    "resource_id": lambda v: checks.identifier(v, "res", "resourceId"),
    "timezone": lambda v: read_timezone(v, "timezone"),
    "duration": read_duration,
    "notes": lambda v: checks.prose(v, "notes") or None,
    "responses": read_responses,
    "metadata": checks.metadata,
    "location": _read_location,
    "meeting_url": lambda v: checks.url(v, "meetingUrl"),
    "recurring": lambda v: v,
    "notify_attendee": lambda v: checks.boolean(v, "notifyAttendee"),
    "hold": lambda v: checks.line(v, "hold"),
    "reopen": lambda v: checks.boolean(v, "reopen"),
}


def read_on_conflict(word: object) -> str:
    """One of `ON_CONFLICT`: what becomes of the dates of a series in the way."""
    return checks.choice(word, "onConflict", ON_CONFLICT)


def read_moment(value: object, field: str) -> str | datetime:
    if isinstance(value, datetime):
        return value
    return checks.line(value, field, most=80)


def read_reschedule(
    start_time: object,
    reason: str | None,
    timezone: str | None,
    by: str,
    override: Iterable[str],
    dates: Dates,
    new_hosts: NewHosts,
) -> RescheduleRequest:
    return RescheduleRequest(
        start_time=None if start_time is None else read_moment(start_time, "startTime"),
        asker=read_asker(by, override),
        timezone=None if timezone is None else read_timezone(timezone, "timezone"),
        reason=read_reason(reason),
        dates=dates,
        new_hosts=new_hosts,
    )


def read_new_hosts(
    reassign: object, from_host_id: object, to_host_id: object
) -> NewHosts:
    """Who is named is to hand it over, or to take it."""
    from_host, to_host = (
        None if id is None else checks.identifier(id, "user", field)
        for id, field in ((from_host_id, "fromHostId"), (to_host_id, "hostId"))
    )
    are_wanted = checks.boolean(reassign, "reassign")
    is_named = (from_host, to_host) != (None, None)
    return NewHosts(are_wanted or is_named, from_host, to_host)


def read_canceller(by: str | None, cancelled_by: str | None) -> str:
    """Who cancels, by either name; the attendee where neither is given."""
    if by is not None and cancelled_by is not None and by != cancelled_by:
        raise UsageError("by and cancelled_by say who cancels, and differ")
    return by or cancelled_by or "attendee"


def read_dates(on: object, since: object, all: object) -> Dates:
    """At most one of a date, a first date, and all.

    Raises:
        UsageError: several are given.
    """
    given = Dates(_day(on), _day(since), checks.boolean(all, "all"))
    if sum(value not in (None, False) for value in given) > 1:
        raise UsageError(
            "a date, a first date and all exclude each other",
            hint="give one of date, from_date, all",
            command_hint="give one of --on DATE, --from DATE, --all",
        )
    return given


def read_days(on: object) -> tuple[Any, ...]:
    """One date or several."""
    if on is None:
        return ()
    every = [on] if isinstance(on, str | date) else read_list(on, "on")
    return tuple(_day(item) for item in every)


def read_person(**facts: object) -> people.Wanted:
    """One person, by `email`, `phone`, `ref`, or `person`, which is any of them.

    Raises:
        UsageError: none is given.
    """
    wanted = people.read_wanted(**facts)
    if not any(wanted):
        raise UsageError(
            "nobody is named",
            hint="give email, phone, ref or person",
            command_hint="say who: --email ada@example.com, --phone, --ref or --person",
        )
    return wanted


def read_copy(given: Mapping[str, Any], all_attendees: object) -> people.Wanted | None:
    """Whose copy of a booking is meant, if it is one person's.

    Raises:
        UsageError: so is everybody's.
    """
    facts = {name: value for name, value in given.items() if value is not None}
    if facts and checks.boolean(all_attendees, "allAttendees"):
        raise UsageError(
            "one attendee's copy names nobody else",
            hint="leave all_attendees out",
            command_hint="leave --all-attendees out",
        )
    return read_person(**facts) if facts else None


def read_persons(**facts: object) -> tuple[people.Wanted, ...]:
    """One of each fact or several, each a person."""
    return tuple(
        read_person(**{name: item})
        for name, value in facts.items()
        if value is not None
        for item in ((value,) if isinstance(value, str) else read_list(value, name))
    )


def _day(value: object) -> Any:
    if value is None or isinstance(value, date):
        return value
    return checks.line(value, "date", most=80)


def read_update(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to set on the primary attendee, and what on the booking itself."""
    of_attendee: Mapping[str, Callable[[Any], Any]] = {
        "name": lambda v: checks.line(v, "name"),
        "email": lambda v: None if v is None else checks.email(v),
        "phone": lambda v: None if v is None else checks.phone(v),
        "ref": lambda v: None if v is None else checks.ref(v),
        "language": lambda v: None if v is None else checks.language(v),
    }
    of_booking: Mapping[str, Callable[[Any], Any]] = {
        "notes": lambda v: None if v is None else checks.prose(v, "notes") or None,
        "location": lambda v: None if v is None else _read_location(v),
        "meeting_url": lambda v: None if v is None else checks.url(v, "meetingUrl"),
        "metadata": checks.metadata,
    }
    facts = read_object(given, (*of_attendee, *of_booking), "the booking")
    return (
        {key: read(facts[key]) for key, read in of_attendee.items() if key in facts},
        {key: read(facts[key]) for key, read in of_booking.items() if key in facts},
    )


def read_guest_change(added: object, removed: object) -> GuestChange | None:
    """Guests to add and those to take out; None where there are none."""
    from calbook.core.booking.guests import GuestChange  # slow to import

    new = tuple(read_guest(item) for item in read_list(added or (), "addGuests"))
    gone = tuple(
        people.read_wanted(person=item)
        for item in read_list(removed or (), "removeGuests")
    )
    return GuestChange(new, gone) if new or gone else None


def read_merge(put: object, drop: object) -> MetadataMerge | None:
    """Metadata keys to set and to take out; None where there are none."""
    if put is not None and not isinstance(put, Mapping):
        raise BadInput("metadata must be an object of keys and values")
    gone = tuple(to_text(key) for key in read_list(drop, "drop"))
    return MetadataMerge(put or {}, gone) if put or gone else None


def read_actor(by: str) -> Actor:
    return Actor(checks.choice(by, "by", (Actor.ATTENDEE, Actor.HOST)))


def read_asker(by: str, override: Iterable[str]) -> Asker:
    """Raises UsageError when an attendee wants to pass a rule."""
    who = read_actor(by)
    names = [
        checks.choice(name, "override", booking_rules.RULE_OVERRIDES)
        for name in read_list(override, "override")
    ]
    if names and who is not Actor.HOST:
        raise UsageError(
            "only the host may override a rule",
            hint='add by="host"',
            command_hint="add --by host",
            override=names,
        )
    return Asker(who, frozenset(names))


def read_reason(text: str | None) -> str | None:
    if text is None:
        return None
    return checks.prose(text, "reason", most=checks.REASON_LENGTH)

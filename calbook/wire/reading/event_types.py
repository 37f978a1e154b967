"""Event types as people describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from calbook.core import checks
from calbook.core.assignment import RULES
from calbook.core.booking.replies import ON_DECLINE
from calbook.core.booking.waiting import ON_FREE
from calbook.core.catalog import Assignment, EventType, Hours, Reminder, SchedulingType
from calbook.core.errors import BadInput
from calbook.core.model import LONGEST_BUFFER, LONGEST_DURATION, MINUTE, Question
from calbook.core.outgoing.reminders import LONGEST_LEAD, RECIPIENTS
from calbook.core.people import CONTACTS
from calbook.core.rules.questions import TYPES
from calbook.core.text import name_in_words
from calbook.core.time import times
from calbook.wire.json_objects import camel
from calbook.wire.reading.limits import read_limits
from calbook.wire.reading.locations import read_location, read_meeting_url_template
from calbook.wire.reading.needs import read_needs
from calbook.wire.reading.schedules import read_weekly
from calbook.wire.reading.shapes import (
    FieldReader,
    JsonObject,
    read_date,
    read_list,
    read_object,
)

_YEAR = 525_600  # minutes
MOST_REMINDERS = 5
MOST_DURATIONS = 20
WITH_OPTIONS = ("SELECT", "MULTISELECT")  # questions that are a choice


def _minutes(least: int, most: int) -> Callable[[object, str], timedelta]:
    return lambda v, f: checks.whole_number(v, f, least=least, most=most) * MINUTE


def _number(least: int, most: int) -> Callable[[object, str], int]:
    return lambda v, f: checks.whole_number(v, f, least=least, most=most)


def _prose(value: object, field: str) -> str:
    return checks.prose(value, field)


def read_question(value: object, field: str = "question") -> Question:
    facts = read_object(value, Question._fields, field)
    label = checks.line(facts.get("label"), f"{field}.label")
    kind = checks.choice(facts.get("type", "TEXT"), f"{field}.type", tuple(TYPES))
    key, named = facts.get("key"), facts.get("options")
    options = tuple(
        checks.line(item, f"{field}.options")
        for item in read_list(() if named is None else named, f"{field}.options")
    )
    if (kind in WITH_OPTIONS) != bool(options):
        raise BadInput(
            f"{field} {label!r} of type {kind} "
            + ("cannot have options" if options else "needs options"),
            field=f"{field}.options",
        )
    return Question(
        key=checks.line(
            slug_of(label) if key in (None, "") else key, f"{field}.key", most=60
        ),
        label=label,
        type=kind,
        required=checks.boolean(facts.get("required", False), f"{field}.required"),
        options=options,
    )


def slug_of(text: str) -> str:
    """`Company size?` becomes `company_size`."""
    kept = "".join(c.lower() if c.isalnum() else " " for c in text)
    return "_".join(kept.split())[:60]


def _questions(value: object, field: str) -> tuple[Question, ...]:
    found = tuple(read_question(item) for item in read_list(value, field))
    keys = [q.key for q in found]
    for key in keys:
        if not key or keys.count(key) > 1:
            raise BadInput(
                f"{field}: the key {key!r} is needed once for each",
                hint="give each question a key of its own",
                field=field,
            )
    return found


def _hosts(value: object, field: str) -> tuple[Assignment, ...]:
    found = tuple(_assignment(item, field) for item in read_list(value, field))
    ids = [assignment.host_id for assignment in found]
    if len(set(ids)) < len(ids):
        raise BadInput(f"{field} names a host twice", field=field)
    if not ids:
        raise BadInput(f"{field} needs one host at least", field=field)
    return found


def _assignment(value: object, field: str) -> Assignment:
    if isinstance(value, str):
        return Assignment(checks.identifier(value, "user", field))
    facts = read_object(value, ("user_id", "weight", "is_fixed", "priority"), field)
    return Assignment(
        host_id=checks.identifier(facts.get("user_id"), "user", f"{field}.userId"),
        weight=checks.whole_number(
            facts.get("weight", 1), f"{field}.weight", least=1, most=1_000
        ),
        is_fixed=checks.boolean(facts.get("is_fixed", False), f"{field}.isFixed"),
        priority=checks.whole_number(
            facts.get("priority", 0), f"{field}.priority", least=0, most=1_000
        ),
    )


def _reminders(value: object, field: str) -> tuple[Reminder, ...]:
    found = tuple(_reminder(item, field) for item in read_list(value, field))
    if len(found) > MOST_REMINDERS:
        raise BadInput(
            f"{field} are {len(found)}; at most {MOST_REMINDERS} fit", field=field
        )
    if len(set(found)) < len(found):
        raise BadInput(f"{field} has one twice", field=field)
    return found


def _reminder(value: object, field: str) -> Reminder:
    if not isinstance(value, Mapping):
        raise BadInput(
            f"{field} are objects",
            hint='write {"minutes_before": 60, "to": "all"} for each',
            command_hint='write {"minutesBefore": 60, "to": "all"} for each',
            field=field,
        )
    facts = read_object(value, ("minutes_before", "to"), field)
    before = facts.get("minutes_before")
    name = f"{field}.minutesBefore"
    return Reminder(
        checks.whole_number(before, name, least=1, most=LONGEST_LEAD // MINUTE)
        * MINUTE,
        checks.choice(facts.get("to", "attendee"), f"{field}.to", RECIPIENTS),
    )


def _durations(value: object, field: str) -> tuple[timedelta, ...]:
    found = tuple(
        _minutes(1, _DURATION)(item, field) for item in read_list(value, field)
    )
    if not 1 <= len(found) <= MOST_DURATIONS or len(set(found)) < len(found):
        raise BadInput(
            f"{field} are 1 to {MOST_DURATIONS} lengths, each once", field=field
        )
    return found


def _weekly(value: object, field: str) -> tuple[tuple[Hours, ...], ...]:
    weekly = read_weekly(value, field)
    if not any(weekly):
        raise BadInput(
            f"{field} is never open",
            hint="take the hours out: availability=None",
            command_hint="take the hours out: --hours none",
            field=field,
        )
    return weekly


def _date(value: object, field: str) -> date:
    found = read_date(value, field)
    if not 1970 <= found.year <= times.LAST_YEAR:
        raise BadInput(
            f"{field} must be in the years 1970 to {times.LAST_YEAR}", field=field
        )
    return found


def _scheduling_type(value: object, field: str) -> SchedulingType:
    return SchedulingType(checks.choice(value, field, tuple(SchedulingType)))


def _round_robin(value: object, field: str) -> str:
    if isinstance(value, Mapping):
        value = read_object(value, ("algorithm",), field).get("algorithm")
    return checks.choice(value, field, tuple(RULES))


def _contact(value: object, field: str) -> str:
    return checks.choice(checks.line(value, field), field, CONTACTS)


def _on_free(value: object, field: str) -> str:
    return checks.choice(checks.line(value, field), field, ON_FREE)


def _on_decline(value: object, field: str) -> str:
    return checks.choice(checks.line(value, field), field, ON_DECLINE)


def _schedule_id(value: object, field: str) -> str:
    return checks.identifier(value, "sched", field)


_DURATION = LONGEST_DURATION // MINUTE
_BUFFER = LONGEST_BUFFER // MINUTE

FIELD_READERS: Mapping[str, FieldReader] = {
    "slug": checks.slug,
    "title": checks.line,
    "duration": _minutes(1, _DURATION),
    "durations": _durations,
    "description": _prose,
    "location": read_location,
    "hosts": _hosts,
    "schedule_id": _schedule_id,
    "availability": _weekly,
    "buffer_before": _minutes(0, _BUFFER),
    "buffer_after": _minutes(0, _BUFFER),
    "minimum_notice": _minutes(0, _YEAR),
    "maximum_advance": _number(0, 36_500),
    "first_date": _date,
    "last_date": _date,
    "slot_interval": _minutes(1, 1440),
    "slots_per_day": _number(1, 1_440),
    "requires_confirmation": checks.boolean,
    "allow_cancellation": checks.boolean,
    "cancellation_deadline": _minutes(0, _YEAR),
    "seats": _number(1, 10_000),
    "max_occurrences": _number(1, 730),
    "questions": _questions,
    "scheduling_type": _scheduling_type,
    "round_robin": _round_robin,
    "meeting_url_template": read_meeting_url_template,
    "notify": checks.boolean,
    "reminders": _reminders,
    "contact": _contact,
    "on_free": _on_free,
    "hold_minutes": _number(1, 1440 * 30),
    "on_decline": _on_decline,
    "active": checks.boolean,
    "metadata": checks.metadata,
    "needs": read_needs,
    "limits": read_limits,
    "max_in_a_row": _number(1, 50),
    "break_after": _minutes(1, 1440),
    "count_window": _number(1, 3_660),
    "per_person": read_limits,
    "per_person_open": _number(1, 1_000),
    "no_double": checks.boolean,
}
_MAY_BE_NULL = frozenset(
    {
        "description",
        "location",
        "schedule_id",
        "availability",
        "maximum_advance",
        "first_date",
        "last_date",
        "slot_interval",
        "slots_per_day",
        "cancellation_deadline",
        "seats",
        "round_robin",
        "meeting_url_template",
        *("max_in_a_row", "break_after", "count_window", "per_person_open"),
    }
)


def read_event_type_fields(facts: JsonObject) -> dict[str, Any]:
    """The fields given, each read; null is kept where it means "no limit"."""
    given = read_object(facts, FIELD_READERS, "the event type")
    read: dict[str, Any] = {}
    for name, value in given.items():
        if value is None and name in _MAY_BE_NULL:
            read[name] = None
        else:
            read[name] = FIELD_READERS[name](value, camel(name))
    if "availability" in read:
        read["weekly"] = read.pop("availability")
    return _with_implied(read) | _read_lengths(read)


def _read_lengths(read: dict[str, Any]) -> dict[str, Any]:
    """A choice begins with the usual length; one alone ends the choice."""
    if "durations" not in read:
        return {"durations": ()} if "duration" in read else {}
    first, *others = read["durations"]
    if read.get("duration", first) != first:
        raise BadInput("duration is the first of durations", field="durations")
    return {"duration": first, "durations": (first, *others) if others else ()}


def _with_implied(read: dict[str, Any]) -> dict[str, Any]:
    """So many a day is `slots_per_day`, and without a row there is no break."""
    if "limits" in read:
        daily = [x for x in read["limits"] if x.period == "day" and not x.is_length]
        read["limits"] = tuple(x for x in read["limits"] if x not in daily)
        read.setdefault("slots_per_day", daily[0].most if daily else None)
    if "max_in_a_row" in read and read["max_in_a_row"] is None:
        read.setdefault("break_after", None)
    return read


def new_event_type(
    id: str | None, facts: JsonObject, *, default_host: str | None
) -> EventType:
    """A new event type; without a title, its slug in words."""
    read = read_event_type_fields(facts)
    id, slug = _read_names(id, read.pop("slug", None))
    if default_host is not None:
        read.setdefault("hosts", (Assignment(default_host),))
    if "hosts" not in read and not read.get("needs"):
        raise BadInput(
            "hosts needs one host at least",
            hint="hosts.create(…)",
            command_hint="calbook host add …",
        )
    read.setdefault("title", name_in_words(slug))
    return EventType(id=id, slug=slug, **read)


def _read_names(id: str | None, slug: str | None) -> tuple[str, str]:
    """Id and slug, of which one may follow from the other.

    Raises:
        BadInput: neither is given.
    """
    if id is None and slug is None:
        raise BadInput(
            "the event type has neither an id nor a slug",
            hint='name it, as in event_types.create("demo")',
            command_hint="name it: calbook event add demo",
            field="slug",
        )
    key = str(slug).replace("-", "_") if id is None else id
    full = checks.identifier(key, "evt", "event type id")
    return full, slug or full.removeprefix("evt_")


def check_event_type(event_type: EventType) -> EventType:
    """The fields of an event type must fit each other."""
    if (
        event_type.scheduling_type is SchedulingType.SINGLE
        and len(event_type.hosts) > 1
        and all(need.is_of_resources for need in event_type.needs)
    ):
        raise BadInput(
            f"{event_type.id} has several hosts but is SINGLE",
            hint="make it ROUND_ROBIN or COLLECTIVE",
            command_hint="add --scheduling-type round-robin or collective",
            field="schedulingType",
        )
    first, last = event_type.first_date, event_type.last_date
    if first is not None and last is not None and last < first:
        raise BadInput(
            f"{event_type.id} ends on {last}, before it begins on {first}",
            field="lastDate",
        )
    if (event_type.max_in_a_row is None) != (event_type.break_after is None):
        missing = "maxInARow" if event_type.max_in_a_row is None else "breakAfter"
        raise BadInput(
            "how many may be in a row and the break after them are said together",
            hint="give max_in_a_row and break_after",
            command_hint="add --max-in-a-row 3 --break 15",
            field=missing,
        )
    return event_type

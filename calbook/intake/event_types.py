"""Event types as people describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from calbook.core import fields
from calbook.core.errors import BadInput
from calbook.core.model import (
    LONGEST_BUFFER,
    LONGEST_DURATION,
    MINUTE,
    Assignment,
    EventType,
    Question,
    Reminder,
    SchedulingType,
)
from calbook.core.questions import TYPES
from calbook.core.reminders import LONGEST, TO
from calbook.intake.places import location, meeting_url_template
from calbook.intake.shapes import Object, Reader, items, keyed
from calbook.values.value import camel

_YEAR = 525_600  # minutes
_MOST_REMINDERS = 5
_ROUND_ROBIN = ("LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY")


def _minutes(least: int, most: int) -> Callable[[object, str], timedelta]:
    return lambda v, f: fields.whole(v, f, least=least, most=most) * MINUTE


def _number(least: int, most: int) -> Callable[[object, str], int]:
    return lambda v, f: fields.whole(v, f, least=least, most=most)


def _prose(value: object, field: str) -> str:
    return fields.prose(value, field)


def question(value: object, field: str = "question") -> Question:
    facts = keyed(value, Question._fields, field)
    label = fields.line(facts.get("label"), f"{field}.label")
    kind = fields.choice(facts.get("type", "TEXT"), f"{field}.type", tuple(TYPES))
    options = tuple(
        fields.line(item, f"{field}.options")
        for item in items(facts.get("options") or (), f"{field}.options")
    )
    if (kind in ("SELECT", "MULTISELECT")) != bool(options):
        raise BadInput(
            f"{field} {label!r} of type {kind} "
            + ("cannot have options" if options else "needs options"),
            field=f"{field}.options",
        )
    return Question(
        key=fields.line(facts.get("key") or slugged(label), f"{field}.key", most=60),
        label=label,
        type=kind,
        required=fields.boolean(facts.get("required", False), f"{field}.required"),
        options=options,
    )


def slugged(text: str) -> str:
    """`Company size?` becomes `company_size`."""
    kept = "".join(c.lower() if c.isalnum() else " " for c in text)
    return "_".join(kept.split())[:60]


def _questions(value: object, field: str) -> tuple[Question, ...]:
    found = tuple(question(item) for item in items(value, field))
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
    found = tuple(_assignment(item, field) for item in items(value, field))
    ids = [assignment.host_id for assignment in found]
    if len(set(ids)) < len(ids):
        raise BadInput(f"{field} names a host twice", field=field)
    if not ids:
        raise BadInput(f"{field} needs one host at least", field=field)
    return found


def _assignment(value: object, field: str) -> Assignment:
    if isinstance(value, str):
        return Assignment(fields.identifier(value, "user", field))
    facts = keyed(value, ("user_id", "weight", "is_fixed", "priority"), field)
    return Assignment(
        host_id=fields.identifier(facts.get("user_id"), "user", f"{field}.userId"),
        weight=fields.whole(
            facts.get("weight", 1), f"{field}.weight", least=1, most=1_000
        ),
        is_fixed=fields.boolean(facts.get("is_fixed", False), f"{field}.isFixed"),
        priority=fields.whole(
            facts.get("priority", 0), f"{field}.priority", least=0, most=1_000
        ),
    )


def _reminders(value: object, field: str) -> tuple[Reminder, ...]:
    found = tuple(_reminder(item, field) for item in items(value, field))
    if len(found) > _MOST_REMINDERS:
        raise BadInput(
            f"{field} are {len(found)}; at most {_MOST_REMINDERS} fit", field=field
        )
    if len(set(found)) < len(found):
        raise BadInput(f"{field} has one twice", field=field)
    return found


def _reminder(value: object, field: str) -> Reminder:
    if not isinstance(value, Mapping):
        raise BadInput(
            f"{field} are objects",
            hint='write {"minutesBefore": 60, "to": "all"} for each',
            field=field,
        )
    facts = keyed(value, ("minutes_before", "to"), field)
    before = facts.get("minutes_before")
    name = f"{field}.minutesBefore"
    return Reminder(
        fields.whole(before, name, least=1, most=LONGEST // MINUTE) * MINUTE,
        fields.choice(facts.get("to", "attendee"), f"{field}.to", TO),
    )


def _scheduling_type(value: object, field: str) -> SchedulingType:
    return SchedulingType(fields.choice(value, field, tuple(SchedulingType)))


def _round_robin(value: object, field: str) -> str:
    if isinstance(value, Mapping):
        value = keyed(value, ("algorithm",), field).get("algorithm")
    return fields.choice(value, field, _ROUND_ROBIN)


def _schedule_id(value: object, field: str) -> str:
    return fields.identifier(value, "sched", field)


_DURATION = LONGEST_DURATION // MINUTE
_BUFFER = LONGEST_BUFFER // MINUTE

EVENT_TYPE: Mapping[str, Reader] = {
    "title": fields.line,
    "duration": _minutes(1, _DURATION),
    "description": _prose,
    "location": location,
    "hosts": _hosts,
    "schedule_id": _schedule_id,
    "buffer_before": _minutes(0, _BUFFER),
    "buffer_after": _minutes(0, _BUFFER),
    "minimum_notice": _minutes(0, _YEAR),
    "maximum_advance": _number(0, 36_500),
    "slot_interval": _minutes(1, 1440),
    "slots_per_day": _number(1, 1_440),
    "requires_confirmation": fields.boolean,
    "allow_cancellation": fields.boolean,
    "cancellation_deadline": _minutes(0, _YEAR),
    "seats": _number(1, 10_000),
    "max_occurrences": _number(1, 730),
    "questions": _questions,
    "scheduling_type": _scheduling_type,
    "round_robin": _round_robin,
    "meeting_url_template": meeting_url_template,
    "notify": fields.boolean,
    "reminders": _reminders,
    "active": fields.boolean,
    "metadata": fields.metadata,
}
_MAY_BE_NULL = frozenset(
    {
        "description",
        "location",
        "schedule_id",
        "maximum_advance",
        "slot_interval",
        "slots_per_day",
        "cancellation_deadline",
        "seats",
        "round_robin",
        "meeting_url_template",
    }
)


def event_type_fields(facts: Object) -> dict[str, Any]:
    """The fields given, each read; null is kept where it means "no limit"."""
    given = keyed(facts, EVENT_TYPE, "the event type")
    read: dict[str, Any] = {}
    for name, value in given.items():
        if value is None and name in _MAY_BE_NULL:
            read[name] = None
        else:
            read[name] = EVENT_TYPE[name](value, camel(name))
    return read


def event_type(id: str, facts: Object, *, default_host: str | None) -> EventType:
    """A new event type; without a title, its slug in words."""
    read = event_type_fields(facts)
    slug = id.removeprefix("evt_")
    if default_host is not None:
        read.setdefault("hosts", (Assignment(default_host),))
    if "hosts" not in read:
        raise BadInput("hosts needs one host at least", hint="calbook host add …")
    read.setdefault("title", slug.replace("_", " ").capitalize())
    return checked(EventType(id=id, slug=slug, **read))


def checked(event_type: EventType) -> EventType:
    """The fields of an event type must fit each other."""
    if (
        event_type.scheduling_type is SchedulingType.SINGLE
        and len(event_type.hosts) > 1
    ):
        raise BadInput(
            f"{event_type.id} has several hosts but is SINGLE",
            hint="make it ROUND_ROBIN or COLLECTIVE",
            field="schedulingType",
        )
    return event_type

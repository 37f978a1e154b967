"""What JSON Schema says of what goes in, beyond its types: limits, what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calbook.api import catalog_inputs, inputs
from calbook.api.schema.details import WEB_ADDRESS
from calbook.api.schema.hints import Key
from calbook.api.values import bookings, catalog, json_types
from calbook.core import checks, needs
from calbook.core.model import LONGEST_BUFFER, LONGEST_DURATION, MINUTE
from calbook.core.outgoing.reminders import LONGEST_LEAD
from calbook.core.time.recurrence import MAX_OCCURRENCES
from calbook.wire.reading.event_types import (
    MOST_DURATIONS,
    MOST_REMINDERS,
    WITH_OPTIONS,
)
from calbook.wire.reading.locations import LOCATION_PART, NEEDS_PART
from calbook.wire.reading.needs import MOST_MEMBERS

Json = dict[str, Any]
_Of = tuple[type, str]

_LENGTH, _BUFFER, _YEAR = LONGEST_DURATION // MINUTE, LONGEST_BUFFER // MINUTE, 525_600
# From and to, both included.
_NUMBERS: Mapping[str, tuple[int, int]] = {
    **{"duration": (1, _LENGTH), "durations": (1, _LENGTH)},
    **{"interval": (1, 999), "count": (1, MAX_OCCURRENCES)},
    **dict.fromkeys(("bufferBefore", "bufferAfter"), (0, _BUFFER)),
    **dict.fromkeys(("minimumNotice", "cancellationDeadline"), (0, _YEAR)),
    **{"maximumAdvance": (0, 36_500), "slotInterval": (1, 1440)},
    **{"slotsPerDay": (1, 1440), "seats": (1, 10_000), "holdMinutes": (1, 43_200)},
    **{"maxOccurrences": (1, MAX_OCCURRENCES), "maxInARow": (1, 50)},
    **{"breakAfter": (1, 1440), "countWindow": (1, 3660), "perPersonOpen": (1, 1000)},
    **{"weight": (1, 1000), "priority": (0, 1000)},
    "minutesBefore": (1, LONGEST_LEAD // MINUTE),
}
_OTHER_NUMBERS: Mapping[_Of, tuple[int, int]] = {
    (catalog_inputs.Need, "count"): (1, MOST_MEMBERS),
}
_LINE = {"maxLength": checks.NAME_LENGTH}
_PROSE = {"maxLength": checks.NOTES_LENGTH}
_ADDRESS = {"pattern": WEB_ADDRESS, "maxLength": 2_000}
_TEXTS: Mapping[str, Json] = {
    **{"title": _LINE, "label": _LINE, "name": _LINE},
    **{"notes": _PROSE, "description": _PROSE},
    **{"ref": {"maxLength": checks.REF_LENGTH}, "meetingUrl": _ADDRESS},
    **{"url": _ADDRESS, "email": {"maxLength": checks.EMAIL_LENGTH}},
}
# How many at least and at most.
_ITEMS: Mapping[_Of, tuple[int, int | None]] = {
    (catalog_inputs.EventTypeFields, "durations"): (1, MOST_DURATIONS),
    (catalog_inputs.EventTypeFields, "hosts"): (1, None),
    (catalog_inputs.EventTypeFields, "availability"): (1, None),
    (catalog_inputs.EventTypeFields, "reminders"): (0, MOST_REMINDERS),
    (catalog_inputs.EventTypeFields, "needs"): (0, needs.MOST_NEEDS),
    (catalog_inputs.Need, "of"): (1, MOST_MEMBERS),
}
# What is needed where a type allows two spellings of a key.
_NEEDED: Mapping[type, tuple[str, ...]] = {
    catalog_inputs.Assignment: ("userId",),
    catalog_inputs.Reminder: ("minutesBefore",),
    catalog_inputs.Need: ("of",),
    catalog_inputs.WeeklyWindow: ("day", "startTime", "endTime"),
}
# Keys of which one is needed, or all of one group.
_CHOICES: Mapping[type, tuple[tuple[str, ...], ...]] = {
    inputs.Attendee: (("name",), ("person",)),
    inputs.Guest: (("name",), ("email",), ("phone",), ("ref",)),
    inputs.BookingLine: (("eventTypeId", "startTime"), ("hold",)),
    inputs.Recurrence: (("count",), ("until",)),
}
_DESCRIBED_BY: Mapping[type, tuple[type, ...]] = {
    catalog_inputs.EventTypeFields: (catalog.EventType,),
    inputs.Attendee: (bookings.Attendee,),
    inputs.Guest: (bookings.Attendee,),
    catalog_inputs.Assignment: (json_types.Assignment,),
    catalog_inputs.Need: (json_types.Need,),
    catalog_inputs.Question: (json_types.Question,),
    catalog_inputs.Reminder: (json_types.Reminder,),
    catalog_inputs.WeeklyWindow: (json_types.WeeklyWindow,),
}
_NULL_IS_NOTHING = frozenset({inputs.Attendee, inputs.BookingLine, inputs.Recurrence})


def text_of_input(key: str) -> Json:
    return _TEXTS.get(key, {})


def number_of_input(kind: type, key: str) -> Json:
    limits = _OTHER_NUMBERS.get((kind, key), _NUMBERS.get(key))
    return {"minimum": limits[0], "maximum": limits[1]} if limits else {}


def items_of_input(kind: type, key: str) -> Json:
    least, most = _ITEMS.get((kind, key), (0, None))
    found = {"minItems": least, "maxItems": most}
    return {word: number for word, number in found.items() if number}


def may_be_left_null(kind: type, each: Key) -> bool:
    """Whether null is as good as no key."""
    return kind in _NULL_IS_NOTHING and not each.is_always_there


def described_by(kind: type) -> tuple[type, ...]:
    """The classes that say what the keys mean, where their own does not."""
    return _DESCRIBED_BY.get(kind, ())


def needed_keys(kind: type) -> tuple[str, ...]:
    return _NEEDED.get(kind, ())


def rules_of_input(kind: type) -> Json:
    """How the keys of an object depend on each other."""
    if kind is inputs.Location:
        return {"anyOf": [_place(part) for part in (*LOCATION_PART,)]}
    if kind is catalog_inputs.Question:
        return {"anyOf": [_question(has_options=True), _question(has_options=False)]}
    choice = [_having(keys) for keys in _CHOICES.get(kind, ())]
    word = "oneOf" if kind is inputs.Recurrence else "anyOf"
    return {word: choice} if choice else {}


def _having(keys: Iterable[str]) -> Json:
    """These keys, and something under them."""
    some = {"not": {"type": "null"}}
    return {"required": [*keys], "properties": dict.fromkeys(keys, some)}


def _place(kind: str) -> Json:
    """A place of one type, with the part that it has."""
    part = LOCATION_PART[kind]
    rest = {*LOCATION_PART.values()} - {part}
    found = _having([part] if kind in NEEDS_PART else [])
    others = {key: {"type": "null"} for key in sorted(rest)}
    found["properties"] |= {"type": {"const": kind}, **others}
    return found


def _question(*, has_options: bool) -> Json:
    """A question of a type that has options, or of one that has none."""
    kinds = {"enum": [*WITH_OPTIONS]}
    if has_options:
        options: Json = {"type": "array", "minItems": 1}
        needed = {"required": ["type", "options"]}
        return {"properties": {"type": kinds, "options": options}, **needed}
    none = {"type": ["array", "null"], "maxItems": 0}
    return {"properties": {"type": {"not": kinds}, "options": none}}

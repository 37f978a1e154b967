"""What JSON Schema says of keys beyond their types: formats, limits, open lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from calbook.api import catalog_inputs, inputs
from calbook.api.schema.hints import Key
from calbook.api.values import (
    answers,
    availability,
    bookings,
    calendars,
    catalog,
    json_types,
    outbox,
    people,
    replies,
    waiting,
)
from calbook.core import checks, errors
from calbook.core.model import LONGEST_BUFFER, LONGEST_DURATION, MINUTE
from calbook.core.outgoing.reminders import LONGEST_LEAD
from calbook.core.time.recurrence import MAX_OCCURRENCES

Json = dict[str, Any]

_TIMES = (
    *("startTime", "endTime", "createdAt", "updatedAt", "at", "heldUntil"),
    *("repliedAt", "retiredAt", "checkedAt", "importedAt", "horizon", "nextAt"),
    *("finishedAt", "fromTime", "earliest", "latest", "timestamp", "writtenAt"),
    "oldSecretsUntil",
)
_DATES = (
    *("date", "dates", "onlyOn", "absentOn", "firstDate", "lastDate"),
    *("startDate", "endDate", "until"),
)
_ID = "[0-9a-z_]+$"
_PREFIXES = {
    **dict.fromkeys(("uid", "joins", "offeredUid", "overlapping", "conflicts"), "bk"),
    **{"eventTypeId": "evt", "scheduleId": "sched", "personId": "per"},
    **dict.fromkeys(("resourceId", "resourceIds"), "res"),
    **dict.fromkeys(("hostIds", "userId"), "user"),
    **{"counterId": "ctr", "eventId": "ev", "waitsFor": "dl"},
}
_WEB_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$"
# Of texts in answers, by key.
_TEXTS: Mapping[str, Json] = {
    **{key: {"format": "date-time"} for key in _TIMES},
    **{key: {"format": "date"} for key in _DATES},
    **{key: {"pattern": f"^{word}_{_ID}"} for key, word in _PREFIXES.items()},
    **{key: {"pattern": f"^(user|res)_{_ID}"} for key in ("hostId", "host")},
    "email": {"format": "idn-email"},
    "meetingUrl": {"pattern": _WEB_ADDRESS},
}
_CLOCK = {"pattern": r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"}
_OWN_IDS: Mapping[type, str] = {
    **{bookings.Event: "ev", bookings.Note: "note", people.Person: "per"},
    **{catalog.Host: "user", catalog.Resource: "res", catalog.Schedule: "sched"},
    **{catalog.EventType: "evt", outbox.Webhook: "wh", outbox.Delivery: "dl"},
    **{waiting.WaitingEntry: "wait", replies.Counter: "ctr"},
}
# Of single keys, before all of these.
_OF_KEYS: Mapping[tuple[type, str], Json] = {
    **{(kind, "id"): {"pattern": f"^{word}_{_ID}"} for kind, word in _OWN_IDS.items()},
    **{(json_types.Window, key): _CLOCK for key in ("startTime", "endTime")},
    **{(json_types.WeeklyWindow, key): _CLOCK for key in ("startTime", "endTime")},
    (json_types.SkippedEvent, "uid"): {},  # the calendar's own
    (calendars.CalendarFinding, "uid"): {},  # perhaps another program's
    (answers.Settings, "host"): {},  # a mail server
    (answers.MailServerAnswer, "host"): {},
    (outbox.Webhook, "url"): {"pattern": _WEB_ADDRESS},
    (json_types.LoggedAttempt, "number"): {"minimum": 1},
}
_LENGTH, _BUFFER, _YEAR = LONGEST_DURATION // MINUTE, LONGEST_BUFFER // MINUTE, 525_600
# Of numbers that go in, from and to, both included.
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
_LENGTHS = {
    **{"title": checks.NAME_LENGTH, "label": checks.NAME_LENGTH},
    **{"name": checks.NAME_LENGTH, "notes": checks.NOTES_LENGTH},
    **{"ref": checks.REF_LENGTH, "description": checks.NOTES_LENGTH},
    **{"email": checks.EMAIL_LENGTH, "meetingUrl": 2_000},
}
# Lists of words that may grow in a minor version.
_OPEN = frozenset(
    {
        *((availability.Rule, key) for key in ("rule", "override")),
        *((availability.Explanation, "code"), (availability.Block, "code")),
        *((availability.BusyCalendar, "kind"), (calendars.CalendarFinding, "kind")),
        *((calendars.ConnectedCalendar, "kind"), (calendars.CalendarCheck, "kind")),
        *((bookings.Booking, "overrides"), (bookings.Event, "type")),
        *((outbox.Webhook, "events"), (outbox.Delivery, "channel")),
        *((answers.WebhookBody, "type"), (answers.ErrorFacts, "code")),
        *((replies.Answer, "outcome"), (replies.Answer, "method")),
        *((inputs.Location, "type"), (json_types.Question, "type")),
        *((json_types.WaitingLogLine, "what"), (json_types.Need, "rule")),
        (catalog_inputs.RoundRobin, "algorithm"),
    }
)
# What an input has to have where its type allows two spellings of a key.
_NEEDED: Mapping[type, tuple[str, ...]] = {
    catalog_inputs.Assignment: ("userId",),
    catalog_inputs.Reminder: ("minutesBefore",),
    catalog_inputs.Need: ("of",),
    catalog_inputs.Window: ("startTime", "endTime"),
    catalog_inputs.WeeklyWindow: ("day", "startTime", "endTime"),
    catalog_inputs.Override: ("date",),
}
# Of which keys it has to have one, or all of one group.
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
    catalog_inputs.Override: (json_types.Override,),
    catalog_inputs.Question: (json_types.Question,),
    catalog_inputs.Reminder: (json_types.Reminder,),
    catalog_inputs.Window: (json_types.Window,),
    catalog_inputs.WeeklyWindow: (json_types.WeeklyWindow,),
}
# In these null is as good as no key.
_NULL_IS_NOTHING = frozenset({inputs.Attendee, inputs.BookingLine, inputs.Recurrence})


def details_of_answer(kind: type, key: str) -> Json:
    """What else is to be said of the texts under a key."""
    known = _OF_KEYS.get((kind, key))
    return _TEXTS.get(key, {}) if known is None else known


def text_of_input(key: str) -> Json:
    return {"maxLength": _LENGTHS[key]} if key in _LENGTHS else {}


def number_of_input(key: str) -> Json:
    if key not in _NUMBERS:
        return {}
    least, most = _NUMBERS[key]
    return {"minimum": least, "maximum": most}


def is_open(kind: type, key: str) -> bool:
    """Whether a minor version may add words to those that are listed."""
    return (kind, key) in _OPEN


def words_of(kind: type, key: str) -> list[str] | None:
    """The words of a text that its type does not list."""
    return (
        sorted(error_codes()) if (kind, key) == (answers.ErrorFacts, "code") else None
    )


def error_codes() -> Mapping[str, type[errors.CalbookError]]:
    """Each code with the class that has it."""
    return {kind.code: kind for kind in _classes(errors.CalbookError)}


def _classes(kind: type[errors.CalbookError]) -> Iterator[type[errors.CalbookError]]:
    """Those below before those above, which then stand for a code they share."""
    for below in kind.__subclasses__():
        yield from _classes(below)
    if "code" in vars(kind):
        yield kind


def rules_of_input(kind: type) -> Json:
    """Which keys an object has to have beyond those that are always needed."""
    choice = [_having(keys) for keys in _CHOICES.get(kind, ())]
    word = "oneOf" if kind is inputs.Recurrence else "anyOf"
    return {word: choice} if choice else {}


def may_be_null(kind: type, each: Key) -> bool:
    """Also where the type does not say so."""
    if kind in _NULL_IS_NOTHING:
        return not each.is_always_there
    return (kind, each.key) == (bookings.Booking, "uid")


def described_by(kind: type) -> tuple[type, ...]:
    """The classes that say what its keys mean, where it does not."""
    return _DESCRIBED_BY.get(kind, ())


def needed_keys(kind: type) -> tuple[str, ...]:
    return _NEEDED.get(kind, ())


def _having(keys: tuple[str, ...]) -> Json:
    some = {"not": {"type": "null"}}
    return {"required": [*keys], "properties": dict.fromkeys(keys, some)}

"""What JSON Schema says of answers, beyond their types: formats, open lists."""

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
    doctor,
    json_types,
    outbox,
    people,
    replies,
    waiting,
)
from calbook.core import errors

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
WEB_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$"
# Of texts in answers, by key.
_TEXTS: Mapping[str, Json] = {
    **{key: {"format": "date-time"} for key in _TIMES},
    **{key: {"format": "date"} for key in _DATES},
    **{key: {"pattern": f"^{word}_{_ID}"} for key, word in _PREFIXES.items()},
    **{key: {"pattern": f"^(user|res)_{_ID}"} for key in ("hostId", "host")},
    "email": {"format": "idn-email"},
    "meetingUrl": {"pattern": WEB_ADDRESS},
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
    (answers.MailServerAnswer, "host"): {},
    (outbox.Webhook, "url"): {"pattern": WEB_ADDRESS},
    (json_types.LoggedAttempt, "number"): {"minimum": 1},
    (doctor.MovedDate, "seconds"): {},  # less than 0 is earlier
}
# Lists of words that may grow in a minor version.
_OPEN = frozenset(
    {
        *((availability.Rule, key) for key in ("rule", "override")),
        *((availability.Explanation, "code"), (availability.Block, "code")),
        *((availability.BusyCalendar, "kind"), (calendars.CalendarFinding, "kind")),
        *((calendars.ConnectedCalendar, "kind"), (calendars.CalendarCheck, "kind")),
        *((bookings.Booking, "overrides"), (bookings.Event, "type")),
        *((doctor.Finding, "code"), (doctor.Finding, "group")),
        *((outbox.Webhook, "events"), (outbox.Delivery, "channel")),
        *((answers.WebhookBody, "type"), (answers.ErrorFacts, "code")),
        *((replies.Answer, "outcome"), (replies.Answer, "method")),
        *((inputs.Location, "type"), (json_types.Question, "type")),
        *((json_types.WaitingLogLine, "what"), (json_types.Need, "rule")),
        (catalog_inputs.RoundRobin, "algorithm"),
    }
)


def text_of_answer(kind: type, key: str) -> Json:
    known = _OF_KEYS.get((kind, key))
    return _TEXTS.get(key, {}) if known is None else known


def number_of_answer(kind: type, key: str) -> Json:
    """Most count something."""
    return _OF_KEYS.get((kind, key), {"minimum": 0})


def is_open(kind: type, key: str) -> bool:
    """Whether a later version may add words to those that are listed."""
    return (kind, key) in _OPEN


def may_be_null(kind: type, each: Key) -> bool:
    """Also where the type does not say so, for Python's sake."""
    return (kind, each.key) == (bookings.Booking, "uid")


def words_of(kind: type, key: str) -> list[str] | None:
    """The words of a text that its type does not list."""
    if (kind, key) != (answers.ErrorFacts, "code"):
        return None
    return sorted({each.code for each in _errors(errors.CalbookError)})


def _errors(kind: type[errors.CalbookError]) -> Iterator[type[errors.CalbookError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _errors(below)

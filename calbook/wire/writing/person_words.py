"""What JSON says of a person, in plain words for a page: no brackets, no codes.

Slow to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calbook.core.people import key_kind, read_former_key
from calbook.core.text import printable
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.wire.json_objects import Json

_LABELS = {
    **{"startTime": "start", "start_time": "start", "endTime": "end"},
    **{"event_type_id": "event type", "partstat": "answer", "fields": "changed"},
    **{"heldUntil": "held until", "hostIds": "host", "fromHostIds": "host before"},
    **{"email": "e-mail address", "phone": "phone number", "ref": "customer number"},
    **{"meetingUrl": "meeting link", "byDay": "days", "hostId": "host"},
    **{"because": "why", "dates": "of"},
}
_KEYS = {"tel": "phone number ", "ref": "customer number "}
_MAILS = {
    **{"request": "an invitation", "cancel": "a cancellation"},
    **{"reminder": "a reminder", "offer": "an offer"},
    "declinecounter": "no to another time",
}
_SENT = {
    **{"delivered": "it has arrived", "pending": "it waits to be sent"},
    **{"failed": "it could not be delivered", "dropped": "it was not sent"},
}
_STATES = {
    **{"waiting": "you wait still", "offered": "it was offered to you"},
    **{"booked": "you have it", "lapsed": "the offer ended"},
    **{"removed": "you were taken out", "ended": "it is over"},
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")


def text_of(value: Any) -> str:
    """Harmless on a terminal, and on one line."""
    return printable(" ".join(str(value).split()))


def quote(text: str) -> str:
    return f"“{text_of(text)}”"


def plain_text(value: Any, zone: str) -> str:
    """`diet: none; seats: 2`: of JSON, without what is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return place_text(value) if _is_place(value) else "; ".join(_pairs(value, zone))
    if isinstance(value, list):
        return ", ".join(plain_text(item, zone) for item in value if item is not None)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return times.format_moment(datetime.fromisoformat(value), zone)
    return text_of(value)


def _pairs(value: Mapping[str, Any], zone: str) -> Iterator[str]:
    for key, item in value.items():
        if key == "location" and isinstance(item, str):  # as it was typed
            kind, colon, rest = item.partition(":")
            item = f"{kind.replace('_', ' ').lower()}{colon} {rest}"
        if item not in (None, "", [], {}):
            yield f"{_label(key)}: {plain_text(item, zone)}"


def _label(key: str) -> str:
    if key in _LABELS:
        return _LABELS[key]
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    return text_of(
        re.sub(r"[._]+", " ", spaced).lower()
        if spaced != key
        else re.sub(r"[._]+", " ", key)
    )


def _is_place(value: Mapping[str, Any]) -> bool:
    word = value.get("type")
    return isinstance(word, str) and word.isupper() and len(value) <= 2


def place_text(place: Mapping[str, Any]) -> str:
    """`in person: 7 Park Lane`."""
    kind = str(place["type"]).replace("_", " ").lower()
    return ": ".join([kind, *(text_of(v) for k, v in place.items() if k != "type")])


def key_text(key: str) -> str:
    """By what somebody is found: `phone number +49…`, `formerly ada@example.com`."""
    former = read_former_key(key)
    if former is not None:
        return f"formerly {key_text(former)}"
    kind, bare = key_kind(key), key.partition(":")[2]
    return text_of(f"{_KEYS[kind]}{bare}" if kind in _KEYS else key)


def mail_text(line: Json) -> str:
    kind = _MAILS.get(line["kind"], f"about {line['kind']}")
    sent = _SENT.get(line["status"], line["status"])
    return f"{text_of(kind)} ({text_of(sent)})"


def state_text(state: str) -> str:
    return text_of(_STATES.get(state, state))


def change_text(change: Mapping[str, Any], zone: str) -> str:
    """What an event says besides who did it."""
    if change.get("erased"):
        return "a person in it was erased"
    said = list(_note_texts(change))
    if undone := change.get("undoes"):
        said.append(f"undoes: {text_of(undone['type'].removeprefix('booking.'))}")
    unsaid = {"attendee", "note", "noteRemoved", "undoes", "id", "waiting", "person"}
    rest = {key: item for key, item in change.items() if key not in unsaid}
    for key in ("reason", "comment"):
        if rest.get(key):
            said.append(f"{key}: {quote(rest.pop(key))}")
    return "; ".join(filter(None, [plain_text(rest, zone), *said]))


def _note_texts(change: Mapping[str, Any]) -> Iterator[str]:
    """Of a public note; what it said is gone once it is removed."""
    if note := change.get("note"):
        said = note["content"]
        yield f"a note says {quote(said)}" if said else "a note, removed since"
    if "noteRemoved" in change:
        yield "a note was removed"


def request_text(request: Any, zone: str) -> str:
    """`create; start: …`: what somebody asked for."""
    if isinstance(request, list):
        return "; ".join(filter(None, (plain_text(each, zone) for each in request)))
    unsaid = ("by", "timezone")
    return plain_text({k: v for k, v in request.items() if k not in unsaid}, zone)

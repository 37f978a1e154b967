"""What a calendar server's refusal means, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from calbook.delivery.calendars.collection import CollectionError
from calbook.delivery.calendars.dav_xml import read_conditions
from calbook.delivery.http.answers import retry_after


class _Meaning(NamedTuple):
    text: str
    is_final: bool = False  # however often it is asked


_STATUSES: Mapping[int, _Meaning] = {
    400: _Meaning("the server does not understand what was asked", True),
    401: _Meaning("the server does not accept this user and password"),
    403: _Meaning("the server does not allow it to this user"),
    404: _Meaning("there is no calendar at this address"),
    405: _Meaning("this address is no calendar that can be used so", True),
    409: _Meaning("there is no calendar at this address to write to"),
    410: _Meaning("the calendar is gone from this address", True),
    412: _Meaning("it is not as it was there"),
    413: _Meaning("the event is larger than the server takes", True),
    414: _Meaning("the server finds the address too long", True),
    415: _Meaning("the server takes no calendar data at this address", True),
    423: _Meaning("it is locked on the server"),
    429: _Meaning("the server was asked too often, and wants to be left alone"),
    501: _Meaning("the server cannot do what was asked", True),
    503: _Meaning("the server is not available for now"),
    507: _Meaning("the server has no room left for it"),
}
# By what was not met (RFC 4791, 5.3.2.1): it says more than its status.
_CONDITIONS: Mapping[str, _Meaning] = {
    "no-uid-conflict": _Meaning("the calendar has this event under another name", True),
    "supported-calendar-component": _Meaning("the calendar takes no events", True),
    "supported-calendar-data": _Meaning("the server takes no iCalendar 2.0", True),
    "valid-calendar-data": _Meaning("the server finds the event invalid", True),
    "valid-calendar-object-resource": _Meaning(
        "the server finds the event invalid", True
    ),
    "calendar-collection-location-ok": _Meaning(
        "the server takes no events at this address", True
    ),
    "max-resource-size": _Meaning("the event is larger than the server takes", True),
    "min-date-time": _Meaning("the event is too long ago for the server", True),
    "max-date-time": _Meaning("the event is too far ahead for the server", True),
    "max-instances": _Meaning("the series has more dates than the server takes", True),
    "need-privileges": _Meaning("the server does not allow it to this user"),
    "quota-not-exceeded": _Meaning("the user's room on the server is used up"),
    "sufficient-disk-space": _Meaning("the server has no room left for it"),
    "number-of-matches-within-limits": _Meaning(
        "the server does not give so many events at once"
    ),
    "supported-report": _Meaning("the server cannot do what was asked", True),
    "supported-filter": _Meaning("the server cannot do what was asked", True),
}
_MOVED, _SERVER_FAULT = 300, 500


def describe_refusal(
    status: int, headers: Mapping[str, str], data: bytes, *, has_user: bool
) -> CollectionError:
    """The error that an answer means."""
    conditions = read_conditions(data) if data.lstrip()[:1] == b"<" else frozenset()
    found = next(
        (meaning for name, meaning in _CONDITIONS.items() if name in conditions), None
    )
    meaning = found or _of_status(status)
    text = meaning.text
    if status == 401 and not has_user:
        text = "the server asks for a user and a password"
    elif status == 401 and not _is_known_scheme(headers):
        text = "the server asks for another way to log in than by a password"
    return CollectionError(
        text,
        code=status,
        retry_after=retry_after(headers, datetime.now(UTC)),
        is_final=meaning.is_final,
    )


def _of_status(status: int) -> _Meaning:
    if status in _STATUSES:
        return _STATUSES[status]
    if status >= _SERVER_FAULT:
        return _Meaning(f"the server failed, with status {status}")
    if status < _MOVED:
        return _Meaning("the answer is not a calendar server's")
    return _Meaning(f"the server refused it, with status {status}")


def _is_known_scheme(headers: Mapping[str, str]) -> bool:
    offered = headers.get("www-authenticate", "").lower()
    return not offered or "basic" in offered or "digest" in offered

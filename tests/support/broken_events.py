"""Events that a server takes and lists, and that cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta

_TIME = "%Y%m%dT%H%M%SZ"
_LINES = {  # each is taken by Radicale at once
    "every second": "RRULE:FREQ=SECONDLY",
    "every minute": "RRULE:FREQ=MINUTELY",
    "interval of nothing": "RRULE:FREQ=DAILY;INTERVAL=0;COUNT=3",
    "thirteenth month": "RRULE:FREQ=YEARLY;BYMONTH=1,13;COUNT=3",
    "ends before it begins": "DURATION:-P1D",
}
BROKEN = tuple(_LINES)


def broken_event(kind: str, start: datetime, *, uid: str) -> str:
    """One of the kinds of `BROKEN`; `start` is in UTC and in a January."""
    return event(start, timedelta(0), uid=uid, line=_LINES[kind])


def event(
    start: datetime, length: timedelta, *, uid: str, line: str | None = None
) -> str:
    """A sound calendar of one event; a `line` stands where its DTEND would."""
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//calendar//EN"),
        *("BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{start:{_TIME}}"),
        *(f"DTSTART:{start:{_TIME}}", line or f"DTEND:{start + length:{_TIME}}"),
        *("SUMMARY:Elsewhere", "END:VEVENT", "END:VCALENDAR", ""),
    )
    return "\r\n".join(lines)

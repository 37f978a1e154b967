"""What is wrong with a bookings file and around it, and dates that were moved back."""

from __future__ import annotations

from typing import Any, ClassVar

from calbook.api.values.value import Meeting, Parts, Value, many_of


class Finding(Value):
    """Something that is wrong.

    code: which kind it is; it stays the same
    group: File, Time zones, Sending, Calendars, Catalog or Program
    severity: warning or critical
    message: a sentence that names it
    hint: what to do next
    details: facts about it
    """

    code: str
    group: str
    severity: str
    message: str
    hint: str
    details: dict[str, Any]


class Diagnosis(Value):
    """All that is wrong, by group, the worst first; and facts for a bug report.

    findings: what is wrong
    facts: versions, paths and figures; no secrets, and nobody who attends
    """

    _parts: ClassVar[Parts] = {"findings": many_of(Finding)}
    findings: tuple[Finding, ...]
    facts: dict[str, Any]


class MovedDate(Meeting):
    """A date that is not at the time of day that was booked.

    uid, date: the booking, and the date as it was first booked
    from_time: where it was, or still is
    start_time, end_time: where it belongs; RFC 3339 text in `timezone`
    timezone: the booking's
    event_type_id, title: what it is
    host_ids: who gives it
    seconds: how far that is; less than 0 is earlier
    code, message: why it stays; None where it was moved
    taken_by: the booking or calendar that is in the way
    """

    _parts: ClassVar[Parts] = {"host_ids": tuple}
    uid: str
    date: str
    event_type_id: str
    title: str
    host_ids: tuple[str, ...]
    from_time: str
    timezone: str
    seconds: int
    code: str | None
    message: str | None
    taken_by: str | None


class FixedTimes(Value):
    """Dates that were moved back to the time of day that was booked, by start.

    moved: those that were, or would be
    left: those that could not be
    """

    _parts: ClassVar[Parts] = {"moved": many_of(MovedDate), "left": many_of(MovedDate)}
    moved: tuple[MovedDate, ...]
    left: tuple[MovedDate, ...]

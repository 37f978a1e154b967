"""The objects and words inside of values, for checkers and editors; nothing runs here.

Keys are those of the JSON; passed back in, they are read as well.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

QuestionType = (
    Literal["TEXT", "TEXTAREA", "EMAIL", "PHONE", "URL"]
    | Literal["NUMBER", "DATE", "CHECKBOX", "SELECT", "MULTISELECT"]
)
ContactName = Literal["EMAIL", "PHONE", "ANY", "NONE"]
OnFreeName = Literal["OFFER", "BOOK"]
OnDeclineName = Literal["RECORD", "CANCEL"]
PartstatName = Literal["ACCEPTED", "DECLINED", "TENTATIVE"]
Recipients = Literal["attendee", "host", "all"]
Weekday = (
    Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY"]
    | Literal["FRIDAY", "SATURDAY", "SUNDAY"]
)
AttendanceName = Literal["unknown", "attended", "no_show"]
AttemptStatus = Literal["delivered", "retry", "failed", "gone"]


class MeetingTime(TypedDict):
    startTime: str
    endTime: str


CalendarMove = TypedDict(
    "CalendarMove", {"from": MeetingTime | None, "to": MeetingTime | None}
)


class OtherCalendar(TypedDict):
    url: str
    title: str | None


class PersonFigures(TypedDict):
    bookings: int
    occurrences: int
    pending: int
    confirmed: int
    completed: int
    noShow: int
    cancelled: int


class Recurrence(TypedDict):
    frequency: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    interval: int
    count: int | None
    until: str | None
    byDay: list[str]


class Assignment(TypedDict):
    userId: str
    weight: int
    isFixed: bool
    priority: int


class Need(TypedDict):
    count: int
    of: list[str]
    rule: Literal[
        "LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"
    ]


class BookedDate(TypedDict):
    uid: str
    date: str


class Question(TypedDict):
    key: str
    label: str
    type: QuestionType
    required: bool
    options: list[str]


class Reminder(TypedDict):
    minutesBefore: int
    to: Recipients


class Window(TypedDict):
    startTime: str
    endTime: str


class WeeklyWindow(Window):
    day: Weekday


class Override(TypedDict):
    date: str
    isAvailable: bool
    reason: str | None
    availability: list[Window]


class SkippedEvent(TypedDict):
    uid: str | None
    line: int
    reason: str


class ChangedBooking(TypedDict):
    """A booking to come that got what its event type says anew.

    `type` and `change` are those of its event in the history.
    """

    uid: str
    startTime: str
    timezone: str
    type: str
    change: dict[str, Any]


class DateReply(TypedDict):
    """What somebody answered to one date of a series."""

    partstat: PartstatName
    repliedAt: str


class LoggedAttempt(TypedDict):
    number: int
    at: str
    status: AttemptStatus
    code: int | None
    response: str
    milliseconds: int


class WaitingPerson(TypedDict):
    """Who waits."""

    name: str | None
    email: str | None
    phone: str | None
    ref: str | None


class WaitingLogLine(TypedDict):
    """What happened to somebody in line."""

    at: str
    what: Literal["offered", "booked", "lapsed", "passed over", "removed", "ended"]
    startTime: str | None
    uid: str | None
    why: str | None


class Proposer(TypedDict):
    """Who proposes another time."""

    name: str | None
    email: str | None

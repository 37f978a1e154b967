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
    """When a meeting is.

    startTime, endTime: RFC 3339 text; the end is not included
    """

    startTime: str
    endTime: str


_Move = TypedDict("_Move", {"from": MeetingTime | None, "to": MeetingTime | None})


class CalendarMove(_Move):
    """A date that is not where it was written.

    from, to: when it is here and there; None where it is not
    """


class OtherCalendar(TypedDict):
    """Another calendar of the same user.

    url, title: where it is, and what its owner calls it
    """

    url: str
    title: str | None


class PersonFigures(TypedDict):
    """How somebody's meetings went.

    bookings, occurrences: how many, and how many meetings they have
    pending, confirmed, completed, noShow, cancelled: meetings by status
    """

    bookings: int
    occurrences: int
    pending: int
    confirmed: int
    completed: int
    noShow: int
    cancelled: int


class Recurrence(TypedDict):
    """The rule of a series.

    frequency, interval: each so many days, weeks, months or years
    count, until: how many dates, or until which, included; the other one is None
    byDay: on which days of the week, as MO, and in a month as 2TU or -1FR
    """

    frequency: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    interval: int
    count: int | None
    until: str | None
    byDay: list[str]


class Assignment(TypedDict):
    """A host's place in an event type.

    userId: who
    weight: how much of the bookings, beside the weights of others
    isFixed: whether the host is in each booking
    priority: who goes first where the rule is PRIORITY
    """

    userId: str
    weight: int
    isFixed: bool
    priority: int


class Need(TypedDict):
    """So many of a set of hosts, or of resources.

    count, of: how many, and of whom
    rule: by which it is whose turn
    """

    count: int
    of: list[str]
    rule: Literal[
        "LEAST_RECENT", "EQUAL_DISTRIBUTION", "AVAILABILITY_FIRST", "PRIORITY"
    ]


class BookedDate(TypedDict):
    """A date of a booking.

    uid, date: the booking, and the date as it was first booked
    """

    uid: str
    date: str


class Question(TypedDict):
    """What an attendee is asked when booking.

    key: the name of the answer
    label: what people read
    type: what an answer may be
    required: whether it has to be answered
    options: what may be chosen; none where anything may be written
    """

    key: str
    label: str
    type: QuestionType
    required: bool
    options: list[str]


class Reminder(TypedDict):
    """A mail before each meeting.

    minutesBefore: how long before
    to: who gets it
    """

    minutesBefore: int
    to: Recipients


class Window(TypedDict):
    """Open time of a day, by its own clock.

    startTime, endTime: as 09:00 and 17:00; an end at midnight is 24:00
    """

    startTime: str
    endTime: str


class WeeklyWindow(Window):
    """Open time of each such day of the week.

    day: the day
    startTime, endTime: as 09:00 and 17:00; an end at midnight is 24:00
    """

    day: Weekday


class Override(TypedDict):
    """Other hours of one local date.

    date: the date
    isAvailable: whether it is open at all
    reason: why it is other than usual
    availability: when it is open
    """

    date: str
    isAvailable: bool
    reason: str | None
    availability: list[Window]


class SkippedEvent(TypedDict):
    """An event of a calendar file that could not be read as it is.

    uid: its own; None where it has none
    line, reason: where it begins, and what is the matter
    """

    uid: str | None
    line: int
    reason: str


class ChangedBooking(TypedDict):
    """A booking to come that got what its event type says anew.

    uid, startTime, timezone: the booking, and when its first date is
    type, change: those of its event in the history
    """

    uid: str
    startTime: str
    timezone: str
    type: str
    change: dict[str, Any]


class DateReply(TypedDict):
    """What somebody answered to one date of a series.

    partstat: the answer; None where the date has moved since
    repliedAt: when it was read
    """

    partstat: PartstatName | None
    repliedAt: str | None


class LoggedAttempt(TypedDict):
    """One try to deliver something.

    number, at: the how manieth, and when
    status: `retry` comes again, `gone` is wanted no more
    code, response: the HTTP or SMTP code, if any, and the answer's beginning
    milliseconds: how long it took
    """

    number: int
    at: str
    status: AttemptStatus
    code: int | None
    response: str
    milliseconds: int


class WaitingPerson(TypedDict):
    """Who waits.

    name, email, phone, ref: as given; any may be None
    """

    name: str | None
    email: str | None
    phone: str | None
    ref: str | None


class WaitingLogLine(TypedDict):
    """What happened to somebody in line.

    at, what: when, and what
    startTime, uid: which start, and which booking it was about
    why: why somebody was passed over
    """

    at: str
    what: Literal["offered", "booked", "lapsed", "passed over", "removed", "ended"]
    startTime: str | None
    uid: str | None
    why: str | None


class Proposer(TypedDict):
    """Who proposes another time.

    name, email: as in the booking
    """

    name: str | None
    email: str | None


class ErasedPlace(TypedDict):
    """In how many rows of a table something was of somebody.

    place: what the table is called
    count: how many rows
    """

    place: str
    count: int


class NamedPlace(TypedDict):
    """Where somebody is named still.

    place: what the table is called
    key: of the row, as an id
    field: of the row
    uid: of the booking in which it is, if it is in one
    """

    place: str
    key: str
    field: str
    uid: str | None

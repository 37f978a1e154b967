"""What commands print that no method of the library returns; nothing runs here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from calbook.api.inputs import EventName
from calbook.api.values.bookings import Booking
from calbook.api.values.people import Person
from calbook.api.values.value import Meeting
from calbook.core.model import Attendance, Resolution, Status

_FromTo = TypedDict("_FromTo", {"from": str, "to": str})
_Versions = TypedDict("_Versions", {"from": int, "to": int})


class ErrorFacts(TypedDict):
    """What calbook refuses to do, or could not do.

    code: what scripts match on
    message: what is wrong, in a line without a full stop
    hint: what to do about it
    exitCode: the exit status of the command
    details: the facts, by the code; `refusals` lists every rule that said no
    """

    code: str
    message: str
    hint: str | None
    exitCode: int
    details: dict[str, Any]


class Error(TypedDict):
    """What `--json` prints on stderr, alone on a line.

    error: what is wrong
    """

    error: ErrorFacts


class WebhookData(TypedDict):
    """What an event is about.

    booking: as `--json` prints it; of some dates of a series with those dates alone
    """

    booking: Booking


class WebhookBody(TypedDict):
    """The body of a request to a webhook.

    id: the event's own id, as in the header `webhook-id`
    type: what happened, or `webhook.test` of a sample
    apiVersion: changes only where a reader would have to change
    timestamp: when it happened
    data: what it is about
    """

    id: str
    type: EventName | Literal["webhook.test"]
    apiVersion: str
    timestamp: str
    data: WebhookData


class VerifiedRequest(TypedDict):
    """A request to a webhook that is signed as it should be.

    valid: true, as anything else is an error
    type: the event that its body names; null where it names none
    id, timestamp: of its headers
    """

    valid: bool
    type: str | None
    id: str
    timestamp: str


class OwnDate(Meeting):
    """A date that somebody takes part in.

    uid, date: the booking, and the date as it was first booked
    event_type_id: what was booked
    start_time, end_time: RFC 3339 text in `timezone`
    timezone: the booking's
    status: what it is by the clock
    resolution: how it ended when it is CANCELLED, else None
    attendance: whether the person came
    """

    uid: str
    date: str
    event_type_id: str
    timezone: str
    status: Status
    resolution: Resolution | None
    attendance: Attendance


class PersonWithDates(Person):
    """Somebody in the book of people, with `person show --occurrences`.

    occurrences: the dates that they took part in or will, the latest first
    """

    occurrences: list[OwnDate]


class CalendarText(TypedDict):
    """A calendar file that is printed and not written.

    ics: its text
    """

    ics: str


class WrittenFolder(TypedDict):
    """A folder with a calendar file for each booking.

    path: where it is
    written, unchanged, removed: how many files
    """

    path: str
    written: int
    unchanged: int
    removed: int


class StorePath(TypedDict):
    """Where bookings are, or a copy of them.

    path: the file, or the address of a database without its password
    """

    path: str


class MadeStore(StorePath):
    """A bookings file, or the tables of a database.

    path: the file, or the address of a database without its password
    created: whether it was made now
    """

    created: bool


class Grants(TypedDict):
    """What the owner of a database grants to the role of every day.

    grants: the statements
    """

    grants: list[str]


class Migration(StorePath, _Versions):
    """Tables that were brought up to date.

    path: the file, or the address of a database without its password
    from, to: the version of the tables, before and now
    """


class Copied(_FromTo):
    """All that is stored, copied to another file or database.

    from, to: the two, without a password
    rows: how many rows were copied, by table
    replaced: the ids of the first host and its schedule, where they were set up and
        nothing else was there: the copy took their place
    """

    rows: dict[str, int]
    replaced: list[str]


class Restored(StorePath):
    """A copy that was put in the place of the bookings file.

    path: the bookings file
    kept: where the file before is kept; null where there was none
    """

    kept: str | None


class Compacted(StorePath):
    """A bookings file or database whose free room was given back.

    path: the bookings file, or the database's URL without its password
    bytes_before, bytes_after: its size
    """

    bytes_before: int
    bytes_after: int


class SharedFile(StorePath):
    """A bookings file that a group may use.

    path: the bookings file
    group: the group
    mode: its rights, as chmod has them
    """

    group: str
    mode: str


class Setting(TypedDict):
    """One setting of this computer.

    name: as `config set` takes it
    value: null where nothing is set; of a command that may hold a password the first
        word
    source: where the value comes from
    default: what counts where nothing is said
    values: what it may be
    variable: what says it in the environment
    description: what it is for
    """

    name: str
    value: str | int | bool | None
    source: Literal["environment", "file", "default"]
    default: str | bool | None
    values: str
    variable: str | None
    description: str


class MailServerAnswer(TypedDict):
    """What the mail server said when it was tried.

    host, port: the server
    to: whom a mail was sent to; null where none was
    code, response: the SMTP code, and the words with it
    """

    host: str
    port: int
    to: str | None
    code: int
    response: str


class Exported(TypedDict):
    """What was exported to a file.

    file: the file
    exported: how many lines, by their types
    """

    file: str
    exported: dict[str, int]


class ExportHead(TypedDict):
    """The first line of an export.

    type: what it is
    apiVersion: changes only where a reader would have to change
    schemaVersion: that of the tables it was read from
    redacted: true where the persons that bookings are for are left out
    """

    type: Literal["export"]
    apiVersion: str
    schemaVersion: int
    redacted: NotRequired[bool]

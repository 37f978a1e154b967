"""Options that several commands share, each with one name and one meaning.

Those that go together are a group: one parameter of a command, spread out by tree.py.
"""

from contextlib import AbstractContextManager

from calbook.cli.defaults import begin_week, read_default, read_timezone
from calbook.cli.groups import Argument as Argument
from calbook.cli.groups import Declared as Declared
from calbook.cli.groups import Group as Group
from calbook.cli.groups import flag as flag
from calbook.cli.groups import number as number
from calbook.cli.groups import option as option
from calbook.cli.groups import said as said
from calbook.cli.groups import without_none as without_none
from calbook.cli.option_values import read_whole_number
from calbook.cli.output import OutputOptions, is_terminal
from calbook.cli.session import needed, open_client
from calbook.core.typing_names import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from calbook.api.client import Client


def read_event(event: str | None, *, refuses: bool = False) -> str | None:
    """`--event`, else the default."""
    return read_default("event", refuses=refuses) if event is None else event


Clear = Annotated[
    list[str] | None,
    Declared(
        "--clear", metavar="FIELD", help="Take it out: --clear phone; may be repeated."
    ),
]
Force = Annotated[bool, Declared("--force", help="Replace an existing file.")]
File = Annotated[
    str | None,
    Declared("--output", metavar="FILE|-", help="Write there; - is stdout [-]."),
]
Yes = Annotated[bool, Declared("--yes", help="Answer yes to what is asked.")]
DryRun = Annotated[
    bool, Declared("--dry-run", help="Show what would happen; write nothing.")
]
Reopen = Annotated[
    bool,
    Declared("--reopen", help="Begin a group also where one was cancelled."),
]
Uid = Annotated[
    str, Argument(metavar="UID", help="The booking: a prefix, last or next.")
]
Uids = Annotated[
    list[str],
    Argument(metavar="UID…", help="The booking, or several; also last, next."),
]
Each = Annotated[
    bool,
    Declared("--each", help="Of several: change what can be, and tell the rest."),
]
Start = Annotated[
    str | None,
    Declared("--start", metavar="WHEN", help="2027-01-18 10:00, fri 14:30, +90m, …"),
]
EventType = Annotated[
    str | None,
    Declared("--event", metavar="EVENT", help="The event type: evt_demo or demo."),
]
Host = Annotated[
    str | None, Declared("--host", metavar="HOST", help="user_alice or alice.")
]
Resource = Annotated[
    str | None,
    Declared("--resource", metavar="RESOURCE", help="A room or thing: room1."),
]
Duration = Annotated[
    str | None,
    Declared("--duration", metavar="MINUTES", help="One of those to choose."),
]
By = Annotated[
    str | None,
    Declared(
        "--by",
        metavar="attendee|host",
        help="Who asks: the host may override rules [defaults.by].",
    ),
]
Override = Annotated[
    str | None,
    Declared(
        "--override",
        metavar="RULES",
        help="Rules the host passes: hours,dates,notice,advance,per-day,limit,"
        "questions,deadline,past,duration.",
    ),
]
Reason = Annotated[str | None, Declared("--reason", metavar="TEXT", help="Why.")]
Name = Annotated[str | None, Declared("--name", metavar="NAME", help="The name.")]
Ref = Annotated[str | None, Declared("--ref", metavar="REF", help="A customer number.")]
Language = Annotated[
    str | None,
    Declared("--language", metavar="TAG", help="Their language: en, pt-BR."),
]
Phone = Annotated[
    str | None, Declared("--phone", metavar="NUMBER", help="The phone number.")
]
Email = Annotated[
    str | None, Declared("--email", metavar="ADDRESS", help="The e-mail address.")
]
PersonText = Annotated[
    str | None,
    Declared(
        "--person",
        metavar="PERSON",
        help="By an id, e-mail, phone, number or name.",
    ),
]
BookingNotes = Annotated[
    str | None,
    Declared("--notes", metavar="TEXT", help="What the attendee writes."),
]
Location = Annotated[
    str | None,
    Declared(
        "--location",
        metavar="TYPE:…",
        help="ZOOM:https://…, PHONE:+351…, IN_PERSON:address, LINK:…, CUSTOM:….",
    ),
]
MeetingUrl = Annotated[
    str | None, Declared("--meeting-url", metavar="URL", help="Where to meet.")
]
Meta = Annotated[
    list[str] | None,
    Declared("--meta", metavar="K=V", help="Metadata; may be repeated."),
]
On = Annotated[
    str | None,
    Declared("--on", metavar="DATE", help="Of a series: the date, as first booked."),
]
Every = Annotated[
    str | None,
    Declared("--every", metavar="N", help="Of a series: every N weeks, …"),
]
Until = Annotated[
    str | None,
    Declared("--until", metavar="DATE", help="Of a series: the last day."),
]
ByDay = Annotated[
    str | None,
    Declared("--by-day", metavar="DAYS", help="Of a series: mo,we; monthly 2tu, -1fr."),
]
Response = Annotated[
    list[str] | None,
    Declared("--response", metavar="K=V", help="An answer to a question."),
]
AttendeeTz = Annotated[
    str | None,
    Declared("--attendee-tz", metavar="ZONE", help="The attendee's own zone."),
]
Input = Annotated[
    str | None,
    Declared("--input", metavar="FILE|-", help="Read JSON; - is standard input."),
]


class Output(Group):
    """Which file, in whose name, and how the answer is printed.

    On a terminal that may be a default of the settings, where the command has it.
    """

    exclusive = (
        ("json", "jsonl", "csv", "format", "text"),
        ("fields", "format", "text"),
    )

    tz: str | None = option(
        "--tz", "ZONE", "Read and show times in this zone [CALBOOK_TZ, defaults.zone]."
    )
    json: bool = flag("--json", "Print JSON.")
    jsonl: bool = flag("--jsonl", "Print one JSON object a line.")
    csv: bool = flag("--csv", "Print CSV with a header line.")
    fields: str | None = option("--fields", "A,B", "Only these JSON keys.")
    format: str | None = option("--format", "TEXT", "A line for each, {KEY} filled in.")
    text: bool = flag("--text", "A message to paste, in the reader's zone.")
    sort: str | None = option("--sort", "KEY,KEY", "By JSON keys: attendee.name.")
    reverse: bool = flag("--reverse", "In the opposite order.")
    no_deliver: bool = flag(
        "--no-deliver", "Leave what is to be sent in the outbox [CALBOOK_DELIVER=off]."
    )
    actor: str | None = option(
        "--actor", "NAME", "Who does it, for the history [CALBOOK_ACTOR]."
    )
    db: str | None = option("--db", "FILE", "The bookings file or URL [CALBOOK_DB].")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        forms = [name for name in ("json", "jsonl", "csv") if name in options]
        given = any(options.get(name) for name in (*forms, "format", "text"))
        if is_terminal() and not given:
            word = read_default("output") if forms else None
            if word in forms:
                setattr(self, word, True)

    def client(self, *, may_be_new: bool = False) -> "AbstractContextManager[Client]":
        return open_client(self.db, self.actor, may_be_new=may_be_new)

    def form(self, tz: str | None = None) -> OutputOptions:
        forms = (self.json, self.jsonl, self.csv, self.fields)
        return OutputOptions(*forms, tz, self.format, self.sort, self.reverse)

    def form_in_zone(self) -> OutputOptions:
        """With times in `--tz`, else in the zone that is set.

        What changes something is not done at a time in another zone by mistake.
        """
        return self.form(read_timezone(self.tz, refuses="actor" in vars(self)))


JsonOnly = Annotated[Output, "json"]
Printing = Annotated[Output, "json", "db"]
PrintingTimes = Annotated[Output, "tz", "json", "db"]
FORMS = ("json", "jsonl", "csv", "fields", "format")
Answering = Annotated[Output, *FORMS, "db"]
AnsweringTimes = Annotated[Output, "tz", *FORMS, "db"]
PrintingChange = Annotated[Output, "tz", *FORMS, "actor", "db"]
PrintingQueued = Annotated[Output, *FORMS, "no_deliver", "actor", "db"]
Sorting = Annotated[Output, *FORMS, "sort", "reverse", "db"]
SortingTimes = Annotated[Output, "tz", *FORMS, "sort", "reverse", "db"]
Queueing = Annotated[Output, *FORMS, "no_deliver", "db"]


class Change(Group):
    """Under which conditions a booking is changed, and who is told."""

    if_version: int | None = option(
        "--if-version", "N", "Only if the booking is at this version."
    )
    idempotency_key: str | None = option(
        "--idempotency-key",
        "KEY",
        "The same key and request again give the first answer.",
    )
    notify_attendee: bool | None = option(
        "--notify/--no-notify",
        help="Tell them, or not [defaults.notify] [default: as the event type says].",
    )
    dry_run: DryRun = False
    yes: Yes = False
    no_deliver: bool = Output.declared["no_deliver"]

    @property
    def needs_yes(self) -> bool:
        """Whether what takes much away has not been agreed to yet."""
        return not (self.yes or self.dry_run)

    def arguments(self) -> dict[str, Any]:
        """As the library takes them."""
        own = ("yes", "no_deliver")
        given = {name: v for name, v in self.options().items() if name not in own}
        if "notify_attendee" in given:
            given["notify_attendee"] = read_notify(self.notify_attendee)
        return given


def read_notify(said: bool | None) -> bool | None:
    """`--notify` or `--no-notify`, else the default; None is as the event type says."""
    return read_default("notify", refuses=True) if said is None else said


class Who(Group):
    """Whose bookings; named as the library's filters are."""

    attendee_email: str | None = option(
        "--email", "ADDRESS", "Of an attendee or guest."
    )
    phone: str | None = option("--phone", "NUMBER", "Likewise, however it is written.")
    ref: str | None = option("--ref", "REF", "Likewise, by the customer number.")
    person: str | None = option(
        "--person", "PERSON", "Likewise, by an id, any of these or a name."
    )


class Range(Group):
    """From when to when; named as the library's arguments are."""

    on: str | None = option("--on", "WHEN", "That day alone, or that week or month.")
    start_date: str | None = option("--from", "WHEN", "From then on.")
    end_date: str | None = option("--to", "WHEN", "Until then; a date is included.")
    days: str | None = option("--days", "N", "So many days, instead of --to.")

    exclusive = (
        *(("on", "start_date"), ("on", "end_date"), ("on", "days")),
        ("end_date", "days"),
    )

    def check_both_ends(self, example: str) -> None:
        """Raises InputError where it does not say when it begins and ends."""
        for text in (self.on, self.start_date, self.end_date):
            begin_week(text, refuses=True)
        if self.on is None:
            needed(self.start_date, "--from", example)
            if self.days is None:
                needed(self.end_date, "--to", example)

    def arguments(self, start: str | None = None) -> dict[str, Any]:
        """For what counts days itself; without a start, from `start` on."""
        if self.on is not None:
            from calbook.cli import day_count  # only where a range is said

            return day_count.read_days(self.on)
        return {
            "start_date": begin_week(self.start_date) or start,
            "end_date": begin_week(self.end_date),
            "days": read_whole_number(self.days, "--days"),
        }

    def bounds(
        self, client: "Client", tz: str | None, *, start: str | None = None
    ) -> dict[str, Any]:
        """Where it begins and ends; days are counted in `tz`, else the first host's."""
        given = self.arguments(start)
        days = given.pop("days")
        if days is not None:
            from calbook.cli import day_count  # only for --days

            first = given["start_date"] = given["start_date"] or "today"
            given["end_date"] = day_count.last_day(client, tz, first, days)
        return given


class WeekRange(Range):
    """A week where nothing else is said."""

    on: str | None = Range.declared["on"]
    start_date: str | None = Range.declared["start_date"]
    end_date: str | None = Range.declared["end_date"]
    days: str | None = option(
        "--days", "N", "So many days, instead of --to [default: 7]."
    )


Changing = Annotated[
    Change,
    *("if_version", "idempotency_key", "notify_attendee", "dry_run", "no_deliver"),
]
Recording = Annotated[Change, "if_version", "idempotency_key", "dry_run", "no_deliver"]


class Dates(Group):
    """Which dates of a series."""

    date: On = None
    from_date: str | None = option(
        "--from", "DATE", "Of a series: what is to come from that date on."
    )
    all: bool = flag("--all", "Of a series: all that is still to come.")

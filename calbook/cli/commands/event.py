"""`event add|list|show|update|remove`: what can be booked."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.entries import Entries
from calbook.cli.output import Json
from calbook.cli.screen import cards, coming, words
from calbook.cli.session import read_minutes, read_pairs, read_whole_number
from calbook.core.text import printable

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.catalog import EventType
    from calbook.core.errors import CalbookError


_EVENT_TYPES = Entries(
    "event_types",
    ("id", "title", "duration", "schedulingType", "active"),
    cards.event_type_card,
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="EVENT", help="The event type's id or slug: demo, evt_demo."
    ),
]
NewName = Annotated[
    str | None,
    typer.Argument(metavar="[EVENT]", help="Its id: demo or evt_demo; else by --slug."),
]


def _length(option: str, help: str) -> Any:
    return o.option(option, "MINUTES", f"{help}; also 90m, 12h, 2d.")


class Fields(o.Group):
    slug: str | None = o.option("--slug", "SLUG", "Its short name: product-demo.")
    title: str | None = o.option("--title", "TEXT")
    duration: str | None = _length("--duration", "How long")
    description: str | None = o.option("--description", "TEXT")
    hosts: list[str] | None = o.option(
        "--host",
        "HOST[:WEIGHT]",
        "Who gives the time, in place of all before; also HOST:fixed,"
        " HOST:priority=5; may be repeated.",
    )
    schedule_id: str | None = o.option(
        "--schedule", "SCHEDULE", "Else each host's own."
    )
    location: o.Location = None
    meeting_url_template: str | None = o.option(
        "--meeting-url-template", "URL", "https://meet.example/{token}, or {uid}."
    )
    buffer_before: str | None = _length("--buffer-before", "Kept free before")
    buffer_after: str | None = _length("--buffer-after", "Kept free after")
    minimum_notice: str | None = _length("--minimum-notice", "Booked this long before")
    maximum_advance: str | None = o.option(
        "--maximum-advance", "N", "Days ahead, or none."
    )
    slot_interval: str | None = _length("--slot-interval", "A start every")
    slots_per_day: str | None = o.option(
        "--slots-per-day", "N", "Bookings a day, or none."
    )
    requires_confirmation: bool | None = o.option(
        "--requires-confirmation/--no-confirmation",
        help="Whether the host must say yes to each booking.",
    )
    allow_cancellation: bool | None = o.option(
        "--cancellation/--no-cancellation",
        help="Whether attendees may cancel and move.",
    )
    cancellation_deadline: str | None = _length(
        "--cancellation-deadline", "Until when, or none"
    )
    seats: str | None = o.option("--seats", "N", "Persons of a group, or none.")
    max_occurrences: str | None = o.option(
        "--max-occurrences", "N", "Of a series, 730 at most."
    )
    scheduling_type: str | None = o.option(
        "--scheduling-type", "single|round-robin|collective"
    )
    round_robin: str | None = o.option(
        "--assignment", "RULE", "least-recent, priority, …"
    )
    questions: list[str] | None = o.option(
        "--question", "Q", "'label|type|required|options'; may be repeated."
    )
    notify: bool | None = o.option(
        "--notify/--no-notify", help="Whether attendees are told by e-mail."
    )
    reminders: list[str] | None = o.option(
        "--reminder",
        "MINUTES[:WHO]",
        "A mail before it, to the attendee or to WHO: 60, 2h, 1d:all, 60:host;"
        " at most 30d. May be repeated; none takes all out.",
    )
    contact: str | None = o.option(
        "--contact", "email|phone|any|none", "What attendees are asked for."
    )
    on_free: str | None = o.option(
        "--on-free", "offer|book", "What becomes of who waits for time that is freed."
    )
    hold_minutes: str | None = _length("--hold-minutes", "How long it is offered")
    needs: list[str] | None = o.option(
        "--needs",
        "NEED",
        "room1, '1 of room1,room2', '2 of alice,bob,carol by priority'; may be"
        " repeated. none takes all out.",
    )
    metadata: o.Meta = None
    active: bool | None = o.option(
        "--active/--inactive", help="Whether it takes bookings."
    )
    input_: o.Input = None


def add(event: NewName = None, *, fields: Fields, out: o.Printing) -> None:
    """Add an event type; what is not said has a sensible default."""
    _save("create", event, fields, out)


class Applying(o.Group):
    """What becomes of the bookings that are there."""

    apply_to_coming: bool = o.flag(
        "--apply-to-coming",
        "Write title, description, place, length and buffers into bookings to come.",
    )
    claim_existing: bool = o.flag(
        "--claim-existing", "Give coming bookings what it needs, or change nothing."
    )
    dry_run: bool = o.flag("--dry-run", "Show what would change; write nothing.")


def update(
    event: Name, *, fields: Fields, applying: Applying, out: o.PrintingQueued
) -> None:
    """Change an event type; `none` takes a limit out. Bookings made before keep the
    rules they were made under and what people were told of them, unless it is applied
    to those to come; their reminders change too."""
    _save("update", event, fields, out, applying.options())


def _save(
    how: str,
    event: str | None,
    fields: Fields,
    out: o.Output,
    options: Json | None = None,
) -> None:
    read, more = _read_fields(fields), options or {}
    with out.client() as client:
        saved = getattr(client.calendar.event_types, how)(event, **read, **more)
        silent = [] if out.json else _without_address(client, saved)
        full = [] if out.json or fields.seats is None else _overbooked(client, saved)
    _EVENT_TYPES.print(saved, out)
    if not out.json and more.get("apply_to_coming"):
        output.flush()
        for line in coming.changed_lines(
            saved.bookings_changed, dry_run=more["dry_run"]
        ):
            output.say(line)
    if not out.json and saved.bookings_keeping_text:
        _say_kept(saved.bookings_keeping_text)
    if not out.json:
        _say_needs(saved)
    if not out.json and (saved.notify or saved.reminders):
        _hint()
    for line in full:
        output.say(line)
    for host in silent:
        output.say(f"calbook: {host} has no e-mail and will not be reminded")


def _say_needs(saved: "EventType") -> None:
    """Which coming bookings do not have what is needed, or were given it."""
    for dates, verb in (
        (saved.bookings_without_needs, "without what it needs now"),
        (saved.bookings_claimed, "now with what is needed"),
    ):
        if dates:
            named = [f"{each['uid']} on {each['date']}" for each in dates[:_NAMED]]
            more = len(dates) - len(named)
            named += [f"and {more} more"] * bool(more)
            number = words.count_text(len(dates), "date", "dates")
            output.say(f"{number} to come {verb}: {', '.join(named)}")
    if saved.bookings_without_needs:
        output.say("hint: calbook event update … --claim-existing gives it to them")


_NAMED = 20  # dates that are listed


def _say_kept(number: int) -> None:
    bookings = words.count_text(number, "booking", "bookings")
    output.say(
        f"{bookings} to come: people keep what they were told;"
        " with --apply-to-coming they are told anew"
    )


def _overbooked(client: "Client", value: "EventType") -> list[str]:
    from calbook.cli import seat_warning  # only where seats are changed

    return seat_warning.overbooked_lines(client, value)


def _without_address(client: "Client", value: "EventType") -> list[str]:
    """The hosts who should be reminded, and cannot be."""
    if all(reminder["to"] == "attendee" for reminder in value.reminders):
        return []
    hosts = [client.calendar.hosts.get(host["userId"]) for host in value.hosts]
    return [host.id for host in hosts if host.email is None]


def _hint() -> None:
    """Nobody should believe that a mail will go out."""
    from calbook import settings
    from calbook.core.errors import CalbookError

    with suppress(CalbookError):  # it is saved; the settings are another matter
        if settings.mail_server() is None:
            output.say("hint: no mail goes out without a server: calbook config smtp")


_LENGTHS = (
    "duration",
    "buffer_before",
    "buffer_after",
    "minimum_notice",
    "slot_interval",
    "cancellation_deadline",
    "hold_minutes",
)
_ZERO = ("buffer_before", "buffer_after", "minimum_notice")
_COUNTS = ("maximum_advance", "slots_per_day", "seats", "max_occurrences")


def _read_fields(fields: Fields) -> Json:
    """The JSON fields of an event type, from `--input` and the options over it."""
    readers: dict[str, Callable[[Any], Any]] = {
        **{name: _reader(name, read_minutes) for name in _LENGTHS},
        **{name: _reader(name, read_whole_number) for name in _COUNTS},
        **dict.fromkeys(_CLEARED, lambda text: None if text in _NONE else text),
        "hosts": lambda texts: [_host(text) for text in texts],
        "questions": _several(_question),
        "reminders": _several(_reminder),
        "needs": lambda texts: [text for text in texts if text not in _NONE],
        "metadata": lambda texts: read_pairs(
            [text for text in texts if text not in _NONE], "--meta"
        ),
    }
    given = fields.given()
    source = given.pop("input_", None)
    read = {
        name: readers[name](value) if name in readers else value
        for name, value in given.items()
    }
    return {**_file(source), **read}


_NONE = ("", "none")
_CLEARED = (
    *("location", "meeting_url_template", "schedule_id", "description", "round_robin"),
)


def _file(source: str | None) -> Json:
    if source is None:
        return {}
    from calbook.cli.json_input import parse_json, read_text
    from calbook.wire.reading.event_types import FIELD_READERS
    from calbook.wire.reading.shapes import read_object

    return read_object(parse_json(read_text(source)), FIELD_READERS, "the event type")


def _reader(
    name: str, read: Callable[[str, str], int | None]
) -> Callable[[str], int | None]:
    option = "--" + name.replace("_", "-")
    nothing = 0 if name in _ZERO else None
    return lambda text: nothing if text == "none" else read(text, option)


def _several(read: Callable[[str], Json]) -> Callable[[list[str]], list[Json]]:
    return lambda texts: [read(text) for text in texts if text not in _NONE]


def _host(text: str) -> Json:
    """`alice`, `alice:2` (weight), `alice:fixed`, `alice:2:priority=5`."""
    name, *parts = text.split(":")
    found: Json = {"userId": name}
    for part in parts:
        if part == "fixed":
            found["isFixed"] = True
        elif part.startswith("priority="):
            found["priority"] = read_whole_number(
                part.removeprefix("priority="), "--host"
            )
        else:
            found["weight"] = read_whole_number(part, "--host")
    return found


def _question(text: str) -> Json:
    """`label|type|required|options`; `key=label|…` names the key."""
    label, *rest = (part.strip() for part in text.split("|"))
    kind, required, options = (*rest, "", "", "")[:3]
    key, equals, after = label.partition("=")
    own_key = bool(equals) and key.replace("_", "").isalnum()
    if len(rest) > 3 or required not in ("", "required", "optional"):
        from calbook.core.errors import BadInput

        raise BadInput(
            f"--question cannot be {text[:80]}",
            hint="write 'label|type|required|options', as in"
            " 'Size|select||S,M,L'; types: text, textarea, email, phone, number,"
            " date, select, multiselect, checkbox, url",
        )
    return {
        "label": after if own_key else label,
        "type": kind or "TEXT",
        "required": required == "required",
        "options": [option.strip() for option in options.split(",") if option.strip()],
        **({"key": key} if own_key else {}),
    }


def _reminder(text: str) -> Json:
    """`60`, `1d:all`: how long before, and to whom."""
    from calbook.core.errors import CalbookError
    from calbook.core.model import MINUTE
    from calbook.core.outgoing import reminders

    length, colon, to = text.partition(":")
    before = None
    with suppress(CalbookError):
        before = read_minutes(length, "--reminder")
    if before is None or (colon and to.lower() not in reminders.RECIPIENTS):
        raise _unread(f"--reminder cannot be {text[:80]}")
    if not 1 <= before <= reminders.LONGEST_LEAD // MINUTE:
        raise _unread(f"--reminder {text[:80]}: from 1 minute to at most 30 days")
    return {"minutesBefore": before, **({"to": to} if to else {})}


def _unread(message: str) -> "CalbookError":
    from calbook.core.errors import BadInput

    return BadInput(
        printable(message),
        hint="write how long before and to whom: 30 (minutes), 2h, 1d:all, 1h:host;"
        " or none",
        field="reminders",
    )


def list_(*, out: o.Listing) -> None:
    """List the event types."""
    _EVENT_TYPES.print_all(out)


def show(event: Name, *, out: o.Showing) -> None:
    """Show one event type with its rules."""
    _EVENT_TYPES.print_one(event, out)


def remove(event: Name, *, yes: o.Yes = False, out: o.Printing) -> None:
    """Remove an event type that was never booked."""
    _EVENT_TYPES.remove(event, out, yes=yes)

"""`event add|list|show|update|remove`: what can be booked."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands import catalog
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards
from calbook.cli.session import (
    open_client,
    read_minutes,
    read_pairs,
    read_whole_number,
    show_value,
)

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.catalog import EventType
    from calbook.core.errors import CalbookError

Json = dict[str, Any]

_KEYS = ("id", "title", "duration", "schedulingType", "active")

Name = Annotated[
    str, typer.Argument(metavar="EVENT", help="The event type's id: demo or evt_demo.")
]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT")]
Description = Annotated[str | None, typer.Option("--description", metavar="TEXT")]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="HOST[:WEIGHT]",
        help="Who gives the time, in place of all before; also HOST:fixed,"
        " HOST:priority=5; may be repeated.",
    ),
]
Schedule = Annotated[
    str | None,
    typer.Option("--schedule", metavar="SCHEDULE", help="Else each host's own."),
]
Active = Annotated[
    bool | None,
    typer.Option("--active/--inactive", help="Whether it takes bookings."),
]
Confirmation = Annotated[
    bool | None,
    typer.Option(
        "--requires-confirmation/--no-confirmation",
        help="Whether the host must say yes to each booking.",
    ),
]
Cancellation = Annotated[
    bool | None,
    typer.Option(
        "--cancellation/--no-cancellation",
        help="Whether attendees may cancel and move.",
    ),
]
NotifyType = Annotated[
    bool | None,
    typer.Option("--notify/--no-notify", help="Whether attendees are told by e-mail."),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--meeting-url-template",
        metavar="URL",
        help="https://meet.example/{token}, or {uid}.",
    ),
]
Questions = Annotated[
    list[str] | None,
    typer.Option(
        "--question",
        metavar="Q",
        help="'label|type|required|options'; may be repeated.",
    ),
]
Reminders = Annotated[
    list[str] | None,
    typer.Option(
        "--reminder",
        metavar="MINUTES[:WHO]",
        help="A mail before it, to the attendee or to WHO: 60, 2h, 1d:all, 60:host;"
        " at most 30d. May be repeated; none takes all out.",
    ),
]
SchedulingType = Annotated[
    str | None,
    typer.Option("--scheduling-type", metavar="single|round-robin|collective"),
]
RoundRobin = Annotated[
    str | None,
    typer.Option("--assignment", metavar="RULE", help="least-recent, priority, …"),
]


def _length(option: str, help: str) -> Any:
    return typer.Option(option, metavar="MINUTES", help=f"{help}; also 90m, 12h, 2d.")


def _count(option: str, help: str) -> Any:
    return typer.Option(option, metavar="N", help=help)


def add(
    event: Name,
    title: Title = None,
    duration: Annotated[str | None, _length("--duration", "How long")] = None,
    description: Description = None,
    host: Hosts = None,
    schedule: Schedule = None,
    location: o.Location = None,
    meeting_url_template: Template = None,
    buffer_before: Annotated[
        str | None, _length("--buffer-before", "Kept free before")
    ] = None,
    buffer_after: Annotated[
        str | None, _length("--buffer-after", "Kept free after")
    ] = None,
    minimum_notice: Annotated[
        str | None, _length("--minimum-notice", "Booked this long before")
    ] = None,
    maximum_advance: Annotated[
        str | None, _count("--maximum-advance", "Days ahead, or none.")
    ] = None,
    slot_interval: Annotated[
        str | None, _length("--slot-interval", "A start every")
    ] = None,
    slots_per_day: Annotated[
        str | None, _count("--slots-per-day", "Bookings a day, or none.")
    ] = None,
    requires_confirmation: Confirmation = None,
    cancellation: Cancellation = None,
    cancellation_deadline: Annotated[
        str | None, _length("--cancellation-deadline", "Until when, or none")
    ] = None,
    seats: Annotated[
        str | None, _count("--seats", "Persons of a group, or none.")
    ] = None,
    max_occurrences: Annotated[
        str | None, _count("--max-occurrences", "Of a series, 730 at most.")
    ] = None,
    scheduling_type: SchedulingType = None,
    assignment: RoundRobin = None,
    question: Questions = None,
    notify: NotifyType = None,
    reminder: Reminders = None,
    meta: o.Meta = None,
    active: Active = None,
    input_: o.Input = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Add an event type; what is not said has a sensible default."""
    _save("create", **locals())


@wraps(add)
def update(**options: Any) -> None:
    _save("update", **options)


update.__doc__ = (
    "Change an event type; `none` takes a limit out. Bookings made before keep the"
    " rules they were made under; their reminders change too."
)


def _save(how: str, *, event: str, json: bool, db: str | None, **options: Any) -> None:
    fields = _fields(**options)
    with open_client(db) as client:
        change = getattr(client.calendar.event_types, how)
        value = change(event, **fields)
        silent = [] if json else _without_address(client, value)
    show_value(value, OutputOptions(json=json), keys=_KEYS, card=cards.event_type_card)
    if not json and (value.notify or value.reminders):
        _hint()
    for host in silent:
        output.say(f"calbook: {host} has no e-mail and will not be reminded")


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
)
_ZERO = ("buffer_before", "buffer_after", "minimum_notice")
_COUNTS = ("maximum_advance", "slots_per_day", "seats", "max_occurrences")


def _fields(*, input_: str | None, **options: Any) -> Json:
    """The JSON fields of an event type, from `--input` and the options over it."""
    given = {key: value for key, value in options.items() if value is not None}
    readers: dict[str, Callable[[Any], Any]] = {
        **{name: _reader(name, read_minutes) for name in _LENGTHS},
        **{name: _reader(name, read_whole_number) for name in _COUNTS},
        "host": lambda texts: [_host(text) for text in texts],
        "question": lambda texts: [_question(t) for t in texts if t not in _NONE],
        "reminder": lambda texts: [_reminder(t) for t in texts if t not in _NONE],
        "meta": lambda texts: read_pairs(
            [t for t in texts if t not in _NONE], "--meta"
        ),
        **dict.fromkeys(_CLEARED, lambda text: None if text in _NONE else text),
    }
    read = {
        _FIELDS.get(key, key): readers[key](value) if key in readers else value
        for key, value in given.items()
    }
    return {**_file(input_), **read}


_NONE = ("", "none")
_CLEARED = ("location", "meeting_url_template", "schedule", "description", "assignment")
_FIELDS = {
    "host": "hosts",
    "schedule": "schedule_id",
    "question": "questions",
    "reminder": "reminders",
    "meta": "metadata",
    "cancellation": "allow_cancellation",
    "assignment": "round_robin",
}


def _file(source: str | None) -> Json:
    if source is None:
        return {}
    from calbook.cli.commands.create_input import parse_json, read_text
    from calbook.wire.reading.event_types import FIELD_READERS
    from calbook.wire.reading.shapes import read_object

    return read_object(parse_json(read_text(source)), FIELD_READERS, "the event type")


def _reader(
    name: str, read: Callable[[str, str], int | None]
) -> Callable[[str], int | None]:
    option = "--" + name.replace("_", "-")
    nothing = 0 if name in _ZERO else None
    return lambda text: nothing if text == "none" else read(text, option)


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
    from calbook.core.text import printable

    return BadInput(
        printable(message),
        hint="write how long before and to whom: 30 (minutes), 2h, 1d:all, 1h:host;"
        " or none",
        field="reminders",
    )


def list_event_types(
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the event types."""
    catalog.show_all(
        "event_types", OutputOptions(json, jsonl, csv, fields), db, keys=_KEYS
    )


def show(
    event: Name, json: o.Json = False, fields: o.Fields = None, db: o.Db = None
) -> None:
    """Show one event type with its rules."""
    form = OutputOptions(json=json, fields=fields)
    catalog.show_one(
        "event_types", event, form, db, keys=_KEYS, card=cards.event_type_card
    )


def remove(
    event: Name, yes: o.Yes = False, json: o.Json = False, db: o.Db = None
) -> None:
    """Remove an event type that was never booked."""
    catalog.remove("event_types", event, db, yes=yes, json=json)

"""The fields of an event type as options, and how they are read."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from calbook.cli import options as o
from calbook.cli.entries import read_input
from calbook.cli.option_values import (
    read_minutes,
    read_number_of_days,
    read_pairs,
    read_whole_number,
)
from calbook.cli.output import Json
from calbook.core.text import printable, split_words

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError


def _length(option: str, help: str) -> Any:
    return o.option(option, "MINUTES", f"{help}; also 1h30m, 2d.")


class Fields(o.Group):
    clearable = (
        *("description", "schedule_id", "location", "meeting_url_template"),
        *("buffer_before", "buffer_after", "minimum_notice", "maximum_advance"),
        *("first_date", "last_date", "slot_interval", "slots_per_day", "seats"),
        *("max_in_a_row", "break_after", "cancellation_deadline", "availability"),
        *("per_person_open", "count_window", "limits", "per_person", "questions"),
        *("reminders", "needs", "metadata"),
    )
    cleared_as = "none"

    slug: str | None = o.option("--slug", "SLUG", "Its short name: product-demo.")
    title: str | None = o.option("--title", "TEXT", "What it is called.")
    durations: list[str] | None = _length(
        "--duration", "How long; may be repeated for a choice, the usual one first"
    )
    description: str | None = o.option("--description", "TEXT", "What it is.")
    hosts: list[str] | None = o.option(
        "--host",
        "HOST",
        "Who gives the time, in place of all before; also alice:2 (its weight),"
        " alice:fixed, alice:priority=5; may be repeated.",
    )
    schedule_id: str | None = o.option(
        "--schedule", "SCHEDULE", "Else each host's own."
    )
    availability: list[str] | None = o.option(
        "--hours",
        "HOURS",
        "Only then, within the schedule: 'mon-fri 10:00-12:00'; may be repeated,"
        " none takes all out.",
    )
    location: o.Location = None
    meeting_url_template: str | None = o.option(
        "--meeting-url-template", "URL", "https://meet.example/{token}, or {uid}."
    )
    buffer_before: str | None = _length("--buffer-before", "Kept free before")
    buffer_after: str | None = _length("--buffer-after", "Kept free after")
    minimum_notice: str | None = _length("--minimum-notice", "Booked this long before")
    maximum_advance: str | None = o.option(
        "--maximum-advance", "DAYS", "So far ahead: 60, 8w, or none."
    )
    first_date: str | None = o.option(
        "--first-date", "DATE", "No start before it: 2027-01-18, or none."
    )
    last_date: str | None = o.option("--last-date", "DATE", "Nor after it, or none.")
    slot_interval: str | None = _length("--slot-interval", "A start every")
    slots_per_day: str | None = o.option(
        "--slots-per-day", "N", "Bookings a day, or none."
    )
    limits: list[str] | None = o.option(
        "--booking-limit",
        "N/PERIOD",
        "Most in a day, week or month: 3/day, 10/week, 8h/day; may be repeated,"
        " none takes all out.",
    )
    max_in_a_row: str | None = o.option(
        "--max-in-a-row", "N", "Meetings of a host before a break, or none."
    )
    break_after: str | None = _length("--break", "How long the break is")
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
        "--max-occurrences", "N", "Most dates of a series, to 730."
    )
    scheduling_type: str | None = o.option(
        "--scheduling-type",
        "single|round-robin|collective",
        "Who of several hosts meets: the first, one in turn, or all.",
    )
    round_robin: str | None = o.option(
        "--assignment",
        "RULE",
        "Whose turn: least-recent, equal-distribution, availability-first, priority.",
    )
    per_person: list[str] | None = o.option(
        "--per-person",
        "N/PERIOD",
        "Most of one person: 1/day, 4/month, 2h/week; may be repeated,"
        " none takes all out.",
    )
    per_person_open: str | None = o.option(
        "--per-person-open", "N", "Bookings to come of one person, or none."
    )
    no_double: bool | None = o.option(
        "--no-double/--double",
        help="Whether nobody may be in two bookings at the same time.",
    )
    count_window: str | None = o.option(
        "--count-window", "DAYS", "In which equal-distribution counts: 90d, or none."
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
    on_decline: str | None = o.option(
        "--on-decline", "record|cancel", "What an attendee's no by mail does."
    )
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


_LENGTHS = (
    "buffer_before",
    "buffer_after",
    "minimum_notice",
    "slot_interval",
    "cancellation_deadline",
    "break_after",
    "hold_minutes",
)
_ZERO = ("buffer_before", "buffer_after", "minimum_notice")
_DAYS = ("maximum_advance", "count_window")
_COUNTS = (
    *("slots_per_day", "seats", "max_occurrences"),
    *("max_in_a_row", "per_person_open"),
)


def read_fields(fields: Fields, source: str | None) -> Json:
    """The JSON fields of an event type, from `--input` and the options over it."""
    readers: dict[str, Callable[[Any], Any]] = {
        **{name: _reader(name, read_minutes) for name in _LENGTHS},
        **{name: _reader(name, read_whole_number) for name in _COUNTS},
        **dict.fromkeys(_CLEARED, lambda text: None if text in _NONE else text),
        "durations": lambda texts: [read_minutes(t, "--duration") for t in texts],
        "availability": _weekly,
        "hosts": lambda texts: [_host(text) for text in texts],
        "questions": _several(_question),
        "reminders": _several(_reminder),
        "needs": o.without_none,
        "limits": o.without_none,
        "per_person": o.without_none,
        **{name: _reader(name, read_number_of_days) for name in _DAYS},
        "metadata": lambda texts: read_pairs(
            [text for text in texts if text not in _NONE], "--meta"
        ),
    }
    given = fields.given()
    read = {
        name: readers[name](value) if name in readers else value
        for name, value in given.items()
    }
    facts = read_input(source)
    if "limits" in read:
        facts.pop("slots_per_day", None)  # one of them
    if lengths := read.pop("durations", None):
        facts.pop("durations", None)
        read |= {
            "duration": lengths[0],
            **({"durations": lengths} if lengths[1:] else {}),
        }
    return {**facts, **read}


_NONE = ("", "none")
_CLEARED = (
    *("location", "meeting_url_template", "schedule_id", "description", "round_robin"),
    *("first_date", "last_date"),
)


def _reader(
    name: str, read: Callable[[str, str], int | None]
) -> Callable[[str], int | None]:
    option = "--break" if name == "break_after" else "--" + name.replace("_", "-")
    nothing = 0 if name in _ZERO else None
    return lambda text: nothing if text == "none" else read(text, option)


def _several(read: Callable[[str], Json]) -> Callable[[list[str]], list[Json]]:
    return lambda texts: [read(text) for text in texts if text not in _NONE]


def _weekly(texts: list[str]) -> list[Json] | None:
    from calbook.cli.commands.schedule import read_weekly

    return None if set(texts) <= set(_NONE) else read_weekly(texts)


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
        "options": [*split_words(options)],
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

"""`schedule add|list|show|update|remove|override`: when time is given."""

from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands import catalog
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards
from calbook.cli.session import open_client, show_value, unchecked
from calbook.core.time.times import WEEKDAYS

_KEYS = ("id", "name", "timezone", "availability", "overrides")
_WEEK = tuple(day[:3].lower() for day in WEEKDAYS)

Name = Annotated[
    str,
    typer.Argument(metavar="SCHEDULE", help="The schedule's id: work or sched_work."),
]
Title = Annotated[str | None, typer.Option("--name", metavar="NAME")]
Zone = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="The schedule's zone.")
]
Hours = Annotated[
    list[str] | None,
    typer.Option(
        "--hours",
        metavar="HOURS",
        help="'mon-fri 09:00-12:30,13:30-18:00'; may be repeated. Until 24:00, or"
        " across midnight: 22:00-02:00.",
    ),
]


def add(
    schedule: Name,
    name: Title = None,
    tz: Zone = None,
    hours: Hours = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Add a schedule."""
    if tz is None:
        from calbook.core.errors import UsageError

        raise UsageError("missing --tz", hint="the schedule's zone: --tz Europe/Lisbon")
    fields = _fields(name, tz, hours)
    with open_client(db) as client:
        added = client.calendar.schedules.create(schedule, **fields)
    show_value(added, OutputOptions(json=json), keys=_KEYS, card=cards.schedule_card)


def update(
    schedule: Name,
    name: Title = None,
    tz: Zone = None,
    hours: Hours = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Change a schedule; --hours replaces all its hours."""
    fields = _fields(name, tz, hours)
    with open_client(db) as client:
        updated = client.calendar.schedules.update(schedule, **fields)
    show_value(updated, OutputOptions(json=json), keys=_KEYS, card=cards.schedule_card)


def _fields(
    name: str | None, tz: str | None, hours: list[str] | None
) -> dict[str, Any]:
    given = {
        "name": name,
        "timezone": tz,
        "availability": read_weekly(hours) if hours else None,
    }
    return {key: value for key, value in given.items() if value is not None}


def read_weekly(texts: list[str]) -> list[dict[str, str]]:
    """`mon-fri 09:00-12:30,13:30-18:00` as the JSON's availability."""
    return [
        {"day": day, **window}
        for text in texts
        for days, _, times in [text.strip().partition(" ")]
        for day in _days(days, text)
        for window in read_windows(times, text)
    ]


def _days(text: str, whole: str) -> list[str]:
    found: list[str] = []
    for part in text.lower().replace("–", "-").split(","):
        first, last = (_short(name) for name in part.partition("-")[::2])
        if first not in _WEEK or (last or first) not in _WEEK:
            _refuse(whole)
        start, end = _WEEK.index(first), _WEEK.index(last or first)
        found += [WEEKDAYS[n % 7] for n in range(start, end + 1 + 7 * (end < start))]
    return found


def _short(day: str) -> str:
    """`tuesday` as `tue`."""
    return day[:3] if day.upper() in WEEKDAYS else day


def _clock(text: str) -> str:
    """`9` as `09:00`."""
    return f"{text:0>2}:00" if text.isdigit() and len(text) < 3 else text


def read_windows(text: str, whole: str) -> list[dict[str, str]]:
    """`10:00-12:00,14:00-16:00` as windows; their times are checked later."""
    found = []
    for part in text.replace(" ", "").replace("–", "-").split(","):
        start, dash, end = part.partition("-")
        if not (start and dash and end):
            _refuse(whole)
        found.append({"startTime": _clock(start), "endTime": _clock(end)})
    return found


def _refuse(text: str) -> None:
    from calbook.core.errors import BadInput
    from calbook.core.text import printable

    raise BadInput(
        f"--hours cannot be {printable(text[:80])}",
        hint="write 'mon-fri 09:00-12:30,13:30-18:00'",
        field="hours",
    )


def list_schedules(
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the schedules."""
    catalog.show_all(
        "schedules", OutputOptions(json, jsonl, csv, fields), db, keys=_KEYS
    )


def show(
    schedule: Name, json: o.Json = False, fields: o.Fields = None, db: o.Db = None
) -> None:
    """Show one schedule with its overrides."""
    form = OutputOptions(json=json, fields=fields)
    catalog.show_one(
        "schedules", schedule, form, db, keys=_KEYS, card=cards.schedule_card
    )


def remove(
    schedule: Name, yes: o.Yes = False, json: o.Json = False, db: o.Db = None
) -> None:
    """Remove a schedule that nothing refers to."""
    catalog.remove("schedules", schedule, db, yes=yes, json=json)


def override(
    schedule: Name,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The local date.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="And all dates up to this one."),
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Closed all day.")] = False,
    hours: Annotated[
        str | None,
        typer.Option("--hours", metavar="HOURS", help="Open then: 10:00-12:00,…"),
    ] = None,
    off: Annotated[
        bool, typer.Option("--remove", help="Back to the weekly hours.")
    ] = False,
    reason: o.Reason = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Close a date, or give it other hours."""
    from calbook.core.errors import UsageError

    if date is None:
        raise UsageError("missing --date", hint="as in --date 2026-12-25")
    if closed + off + (hours is not None) != 1:
        raise UsageError("say one of --closed, --hours, --remove")
    with open_client(db) as client:
        schedules = client.calendar.schedules
        if off:
            changed = schedules.remove_override(schedule, date=date, end_date=to)
        else:
            changed = schedules.override(
                schedule,
                date=date,
                end_date=to,
                availability=unchecked(read_windows(hours, hours))
                if hours is not None
                else (),
                reason=reason,
            )
        stay = client.calendar.bookings.total(
            status=("PENDING", "CONFIRMED"),
            start_date=date,
            end_date=to or date,
            timezone=changed.timezone,
        )
    show_value(changed, OutputOptions(json=json), keys=_KEYS, card=cards.schedule_card)
    if stay and not off:
        output.flush()
        output.say(f"{stay} booked on these dates stay: calbook list --from {date}")

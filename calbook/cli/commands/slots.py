"""`slots`, `explain`: finding a time, and why one cannot be booked."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    open_client,
    read_recurring,
    read_whole_number,
    unchecked,
)

Json = dict[str, Any]

_SLOT_KEYS = ("startTime", "endTime", "hostId", "seatsLeft")
_BLOCK_KEYS = ("startTime", "endTime", "code", "hostId", "message")
_RULE_KEYS = ("rule", "passed", "hostId", "message")

Exclude = Annotated[
    str | None,
    typer.Option(
        "--exclude", metavar="UID", help="As if this booking were not: to move it."
    ),
]

ExcludeDate = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="DATE", help="With --exclude: that date of the series alone."
    ),
]


def slots(
    event: o.EventType = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="From then on; now without it."),
    ] = None,
    to: o.To = None,
    days: Annotated[
        str | None,
        typer.Option("--days", metavar="N", help="So many days instead; 7 without it."),
    ] = None,
    host: o.Host = None,
    exclude: Exclude = None,
    on: ExcludeDate = None,
    series: Annotated[
        str | None,
        typer.Option(
            "--series",
            metavar="daily|weekly|monthly|yearly",
            help="Starts at which a whole series fits.",
        ),
    ] = None,
    every: o.Every = None,
    count: Annotated[
        str | None,
        typer.Option(
            "--count",
            metavar="N",
            help="With --series: how many dates; else as --limit.",
        ),
    ] = None,
    until: o.Until = None,
    by_day: o.ByDay = None,
    limit: Annotated[
        str | None,
        typer.Option("--limit", metavar="N", help="At most N starts."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="DATE", help="What blocks that day instead, and why."
        ),
    ] = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the starts that can be booked."""
    form = OutputOptions(json, jsonl, csv, fields, output.read_timezone(tz))
    wanted = _given(event, host, exclude, on, form)
    others = (from_, to, days, series, every, count, until, by_day, limit)
    if explain is not None:
        _check_alone(others)
        _print_blocked(wanted, explain, form, db)
        return
    most = _max_starts(series, count, limit)
    rule = read_recurring(
        "--series",
        frequency=series,
        interval=every,
        count=count if series else None,
        until=until,
        by_day=by_day,
    )
    with open_client(db) as client:
        availability = client.calendar.availability
        found = availability.get(
            **wanted,
            start_date=from_ or "now",
            end_date=to,
            days=None if days is None else read_whole_number(days, "--days"),
            recurring=unchecked(rule),
            count=most,
        )
        zone = form.tz or availability.timezone(wanted["event_type_id"], host_id=host)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen.slots import slots_grid

        return slots_grid(items, zone)

    output.print_list(
        [slot.to_dict() for slot in found], form, keys=_SLOT_KEYS, table=table
    )
    if not found and output.is_for_people(form):
        output.flush()
        output.say(f"hint: {_why_not(event, series)}")


def _why_not(event: str | None, series: str | None) -> str:
    if series is not None:
        return "book the dates that are free: calbook create --on-conflict skip"
    return f"why not: calbook slots --event {event} --explain DATE"


def _given(
    event: str | None,
    host: str | None,
    exclude: str | None,
    on: str | None,
    form: OutputOptions,
) -> Json:
    if event is None:
        from calbook.core.errors import UsageError

        raise UsageError("missing --event", hint="calbook event list names them")
    return {
        "event_type_id": event,
        "host_id": host,
        "exclude_booking_uid": exclude,
        "exclude_date": on,
        "timezone": form.tz,
    }


def _max_starts(series: str | None, count: str | None, limit: str | None) -> int | None:
    """How many starts at most: without a series, `--count` says that too."""
    if series is not None or count is None:
        return None if limit is None else read_whole_number(limit, "--limit")
    if limit is None:
        return read_whole_number(count, "--count")
    from calbook.core.errors import UsageError

    raise UsageError(
        "--count and --limit both say how many starts",
        hint="leave one of them out, or add --series weekly",
    )


def _check_alone(others: Sequence[str | None]) -> None:
    if any(other is not None for other in others):
        from calbook.core.errors import UsageError

        raise UsageError(
            "--explain DATE is about one day",
            hint="it goes with --event, --host, --exclude, --on and --tz",
        )


def _print_blocked(wanted: Json, day: str, form: OutputOptions, db: str | None) -> None:
    with open_client(db) as client:
        availability = client.calendar.availability
        found = availability.blocked(**wanted, date=day)
        event, host = wanted["event_type_id"], wanted["host_id"]
        zone = form.tz or availability.timezone(event, host_id=host)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.blocks_table(items, zone)

    output.print_list(
        [block.to_dict() for block in found], form, keys=_BLOCK_KEYS, table=table
    )


def explain(
    event: o.EventType = None,
    start: o.Start = None,
    host: o.Host = None,
    exclude: Exclude = None,
    on: ExcludeDate = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Say of each rule whether it lets a start be booked.

    The exit status says it too: 0, else 4 or 5, that of the first refusal.
    """
    form = OutputOptions(json, jsonl, csv, fields, output.read_timezone(tz))
    wanted = _given(event, host, exclude, on, form)
    if start is None:
        from calbook.core.errors import UsageError

        raise UsageError("missing --start", hint='as in --start "2027-01-18 10:00"')
    with open_client(db) as client:
        said = client.calendar.availability.explain(**wanted, start_time=start)
    answer = said.to_dict()
    if json:
        output.print_object(answer, form, keys=(), card=str)
    else:
        output.print_list(
            answer["rules"],
            form,
            keys=_RULE_KEYS,
            table=lambda _: _explanation(answer, form.tz),
        )
    output.flush()
    if said.exit_code:
        raise typer.Exit(said.exit_code)


def _explanation(answer: Json, tz: str | None) -> str:
    from calbook.cli.screen import tables  # slow to import

    return tables.explanation_table(answer, tz)

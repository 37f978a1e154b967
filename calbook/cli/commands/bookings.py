"""`list`, `show`, `occurrences`, `history`: looking at bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import BOOKING_KEYS, open_client, show_value

Json = dict[str, Any]

_EVENT_KEYS = ("at", "type", "by", "change", "id")
_MOST = 1_000_000_000  # what SQLite takes is more


def list_bookings(
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="May be repeated."),
    ] = None,
    event: o.EventType = None,
    host: o.Host = None,
    email: Annotated[
        str | None,
        typer.Option("--email", metavar="ADDRESS", help="Of an attendee or guest."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="TEXT", help="In names, addresses, notes."),
    ] = None,
    from_: o.From = None,
    to: o.To = None,
    upcoming: Annotated[
        bool, typer.Option("--upcoming", help="Starting from now on.")
    ] = False,
    past: Annotated[
        bool, typer.Option("--past", help="Started before now, latest first.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, max=_MOST)] = 50,
    offset: Annotated[int, typer.Option("--offset", metavar="N", min=0, max=_MOST)] = 0,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="UID", help="The page behind this booking."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Without a limit.")] = False,
    occurrences: Annotated[
        bool, typer.Option("--occurrences", help="A row for each date of a series.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List bookings by start."""
    if upcoming and past:
        from calbook.core.errors import UsageError

        raise UsageError("--upcoming and --past exclude each other")
    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    filters: dict[str, Any] = {
        "status": status or None,
        "event_type_id": event,
        "host_id": host,
        "attendee_email": email,
        "search": search,
        "start_date": _bound(from_, "now" if upcoming else None, "--upcoming"),
        "end_date": _bound(to, "now" if past else None, "--past"),
    }
    count = None if all_ else limit
    page: dict[str, Any] = {"latest_first": past, "count": count, "offset": offset}
    with open_client(db) as client:
        bookings = client.calendar.bookings
        if occurrences:
            _check_no_after(after)
            found = bookings.list_occurrences(**filters, **page, timezone=zone)
        else:
            found = bookings.list(**filters, **page, timezone=zone, after=after)
        now = client.now()
        full = count is not None and len(found) == count and output.is_for_people(form)
        total = (
            bookings.total(occurrences=occurrences, timezone=zone, **filters)
            if full
            else 0
        )
    output.print_list(
        [booking.to_dict() for booking in found],
        form,
        keys=("uid", "date", *BOOKING_KEYS[1:]) if occurrences else BOOKING_KEYS,
        table=lambda items: _table(_next_dates(items, filters, now, zone), zone),
    )
    more = total - offset - len(found)
    if more > 0 and after is None and found:
        further = f"--offset {offset + len(found)}"
        further = further if occurrences else f"--after {found[-1].uid}"
        output.flush()
        output.say(f"{more} more: {further}, --limit N or --all")


def _next_dates(
    items: Sequence[Json], filters: Json, now: datetime, zone: str | None
) -> list[Json]:
    """For people: of a series the first date within the range that was asked for."""
    since, to = filters["start_date"], filters["end_date"]
    return [_from(item, since, to, now, zone) if since else item for item in items]


def _from(
    item: Json, since: str, to: str | None, now: datetime, zone: str | None
) -> Json:
    """The first date that takes place; where all are cancelled the first of these."""
    from calbook.core.time import parsing

    context: dict[str, Any] = {"now": now, "timezone": zone or item["timezone"]}
    lower, upper = (
        parsing.range_start(since, **context),
        to and parsing.range_end(to, **context),
    )

    def is_within(occurrence: Json) -> bool:
        start = datetime.fromisoformat(occurrence["startTime"])
        return start >= lower and (not upper or start < upper)

    found = list(filter(is_within, item["occurrences"]))
    if not found:
        return item
    first = min(found, key=lambda occurrence: occurrence["status"] == "CANCELLED")
    return {**item, **{key: first[key] for key in ("startTime", "endTime")}}


def _check_no_after(after: str | None) -> None:
    if after is not None:
        from calbook.core.errors import UsageError

        raise UsageError(
            "--after goes by whole bookings", hint="with --occurrences use --offset"
        )


def _bound(given: str | None, implied: str | None, option: str) -> str | None:
    if given is None or implied is None:
        return given or implied
    from calbook.core.errors import UsageError

    raise UsageError(f"{option} and a date of its own exclude each other")


def _table(items: object, zone: str | None) -> str:
    from calbook.cli.screen import tables  # slow to import

    return tables.bookings_table(items, zone)  # type: ignore[arg-type]


def show(
    uid: o.Uid,
    tz: o.Tz = None,
    json: o.Json = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show one booking."""
    from calbook.cli.commands import note
    from calbook.cli.screen import words

    zone = output.read_timezone(tz)
    form = OutputOptions(json=json, fields=fields, tz=zone)
    with open_client(db) as client:
        booking = client.calendar.bookings.get(uid)
        notes = note.notes_text(client, booking, form)
    show_value(
        booking,
        form,
        keys=BOOKING_KEYS,
        card=lambda item: words.booking_card(item, zone) + notes,
    )


_OCCURRENCE_KEYS = (
    "date",
    "startTime",
    "endTime",
    "status",
    "resolution",
    "offsetDiffers",
    "attendance",
)


def occurrences(
    uid: o.Uid,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show every date of a series."""
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        booking = client.calendar.bookings.get(uid)

    def table(items: object) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.occurrences_table(items, zone or booking.timezone)  # type: ignore[arg-type]

    output.print_list(
        booking.to_dict()["occurrences"],
        OutputOptions(json, jsonl, csv, fields, zone),
        keys=_OCCURRENCE_KEYS,
        table=table,
    )


def history(
    uid: o.Uid,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show what happened to a booking."""
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        booking = client.calendar.bookings.get(uid)
        events = client.calendar.bookings.history(booking.uid)

    def table(items: object) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.history_table(items, zone or booking.timezone)  # type: ignore[arg-type]

    output.print_list(
        [event.to_dict() for event in events],
        OutputOptions(json, jsonl, csv, fields, zone),
        keys=_EVENT_KEYS,
        table=table,
    )

"""`list`, `show`, `history`: looking at bookings."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Form
from calbook.cli.session import BOOKING_KEYS, opened, show_value

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
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="Starting then or later."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="WHEN", help="A date includes that whole day."),
    ] = None,
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
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List bookings by start."""
    zone = output.reading_zone(tz)
    form = Form(json, jsonl, csv, fields, zone)
    filters = {
        "status": status or None,
        "event_type_id": event,
        "host_id": host,
        "attendee_email": email,
        "search": search,
        "start_date": _bound(from_, "now" if upcoming else None, "--upcoming"),
        "end_date": _bound(to, "now" if past else None, "--past"),
    }
    count = None if all_ else limit
    with opened(db) as client:
        bookings = client.calendar.bookings
        found = bookings.list(
            **filters,  # type: ignore[arg-type]
            timezone=zone,
            latest_first=past,
            count=count,
            offset=offset,
            after=after,
        )
        full = count is not None and len(found) == count and output.is_for_people(form)
        total = bookings.total(timezone=zone, **filters) if full else 0
    output.many(
        [booking.to_dict() for booking in found],
        form,
        keys=BOOKING_KEYS,
        table=lambda items: _table(items, zone),
    )
    more = total - offset - len(found)
    if more > 0 and after is None and found:
        output.flush()
        output.say(f"{more} more: --after {found[-1].uid}, --limit N or --all")


def _bound(given: str | None, implied: str | None, option: str) -> str | None:
    if given is None or implied is None:
        return given or implied
    from calbook.core.errors import UsageError

    raise UsageError(f"{option} and a date of its own exclude each other")


def _table(items: object, zone: str | None) -> str:
    from calbook.cli import tables  # slow to import

    return tables.bookings(items, zone)  # type: ignore[arg-type]


def show(
    uid: o.Uid,
    tz: o.Tz = None,
    json: o.Json = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show one booking."""
    from calbook.cli import words

    zone = output.reading_zone(tz)
    with opened(db) as client:
        booking = client.calendar.bookings.get(uid)
    show_value(
        booking,
        Form(json=json, fields=fields, tz=zone),
        keys=BOOKING_KEYS,
        card=lambda item: words.booking_card(item, zone),
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
    zone = output.reading_zone(tz)
    with opened(db) as client:
        booking = client.calendar.bookings.get(uid)
        events = client.calendar.bookings.history(booking.uid)

    def table(items: object) -> str:
        from calbook.cli import tables  # slow to import

        return tables.history(items, zone or booking.timezone)  # type: ignore[arg-type]

    output.many(
        [event.to_dict() for event in events],
        Form(json, jsonl, csv, fields, zone),
        keys=_EVENT_KEYS,
        table=table,
    )

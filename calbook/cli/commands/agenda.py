"""`agenda`: what takes place, day by day; and `next`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import BOOKING_KEYS, open_client

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.overview import Agenda

Json = dict[str, Any]

KEYS = ("uid", "date", *BOOKING_KEYS[1:])


def agenda(
    from_: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="The first day.")
    ] = "today",
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="How many days.")
    ] = 7,
    event: o.EventType = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show what takes place, day by day.

    Cancelled meetings are left out. People see busy time from elsewhere too; programs
    ask for that with `busy list --times`.
    """
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        found = client.calendar.bookings.agenda(
            start_date=from_,
            days=days,
            event_type_id=event,
            host_id=host,
            timezone=zone,
        )
        now = client.now()
    form = OutputOptions(json, jsonl, csv, fields, zone)
    show_agenda(found, form, now=now, host=host, is_whole=event is None)


def show_agenda(
    found: "Agenda",
    form: OutputOptions,
    *,
    now: datetime,
    host: str | None,
    is_whole: bool = True,
) -> None:
    """By day for people, else the occurrences as `list --occurrences` has them."""

    def table(items: object) -> str:
        from calbook.cli.screen import painting, timeline  # slow to import
        from calbook.cli.screen.agenda import agenda_lines

        page = timeline.make_page(found, now, host=host, is_whole=is_whole)
        return painting.paint_lines(agenda_lines(page, output.width()))

    items = found.to_dict()["occurrences"]
    output.print_list(items, form, keys=KEYS, table=table)


def next_(
    event: o.EventType = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show the meeting that is running, else the next one."""
    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    with open_client(db) as client:
        now = client.now()
        # Confirmed is what is not over; no meeting is longer than a day.
        found = client.calendar.bookings.list_occurrences(
            status=("PENDING", "CONFIRMED"),
            event_type_id=event,
            host_id=host,
            start_date=now - timedelta(days=1),
            count=1,
        )
        items = [booking.to_dict() for booking in found]
        title = _title(client, items) if output.is_for_people(form) else ""

    def card(item: Json) -> str:
        from calbook.cli.screen.agenda import next_card

        return next_card(item, title, now=now, tz=zone)

    output.print_object(
        items[0] if items else None,
        form,
        keys=KEYS,
        card=card,
        nothing="nothing is to come\n",
    )


def _title(client: "Client", items: Sequence[Json]) -> str:
    if not items:
        return ""
    title: str = client.calendar.event_types.get(items[0]["eventTypeId"]).title
    return title

"""`agenda`: what takes place, day by day; and `next`."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import BOOKING_KEYS

if TYPE_CHECKING:
    from calbook.api.values.overview import Agenda
    from calbook.cli.screen.cells import Line
    from calbook.cli.screen.timeline import Page

Draw = Callable[["Page", int, int], Sequence["Line"]]  # by width and height


KEYS = ("uid", "date", *BOOKING_KEYS[1:])


def agenda(
    *,
    from_: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="The first day.")
    ] = "today",
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="How many days.")
    ] = 7,
    event: o.EventType = None,
    host: o.Host = None,
    resource: o.Resource = None,
    who: o.Who,
    out: o.ListingTimes,
) -> None:
    """Show what takes place, day by day.

    Cancelled meetings are left out. People see busy time from elsewhere too; programs
    ask for that with `busy list --times`.
    """
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.bookings.agenda(
            start_date=from_,
            days=days,
            event_type_id=event,
            host_id=host,
            resource_id=resource,
            timezone=form.tz,
            **who.given(),
        )
        now = client.now()
    is_whole = event is None and not who.given()
    show_agenda(found, form, now=now, host=host or resource, is_whole=is_whole)


def show_agenda(
    found: "Agenda",
    form: OutputOptions,
    *,
    now: datetime,
    host: str | None,
    is_whole: bool = True,
    draw: Draw | None = None,
) -> None:
    """Days for people, else the occurrences as `list --occurrences` has them.

    They are drawn otherwise than by day where `draw` finds that there is room.
    """

    def table(items: object) -> str:
        from calbook.cli.screen import painting, timeline  # slow to import
        from calbook.cli.screen.agenda import agenda_lines

        page = timeline.make_page(found, now, host=host, is_whole=is_whole)
        width = output.width()
        lines = draw(page, width, output.height()) if draw else ()
        return painting.paint_lines(lines or agenda_lines(page, width))

    items = found.to_dict()["occurrences"]
    output.print_list(items, form, keys=KEYS, table=table)


def next_(
    *,
    event: o.EventType = None,
    host: o.Host = None,
    resource: o.Resource = None,
    out: o.ListingTimes,
) -> None:
    """Show the meeting that is running, else the next one."""
    form = out.form_in_zone()
    with out.client() as client:
        now = client.now()
        # Confirmed is what is not over; no meeting is longer than a day.
        found = client.calendar.bookings.list_occurrences(
            status=("PENDING", "CONFIRMED"),
            event_type_id=event,
            host_id=host,
            resource_id=resource,
            start_date=now - timedelta(days=1),
            count=1,
        )

    def card(item: Json) -> str:
        from calbook.cli.screen.agenda import next_card

        return next_card(item, now=now, tz=form.tz)

    output.print_object(
        found[0] if found else None,
        form,
        keys=KEYS,
        card=card,
        nothing="nothing is to come\n",
    )

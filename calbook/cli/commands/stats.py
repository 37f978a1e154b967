"""`stats`: how many meetings there are, of whom, and how they went."""

from typing import Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import unchecked

_KEYS = (
    *("group", "label", "bookings", "occurrences"),
    *("pending", "confirmed", "completed", "noShow", "cancelled"),
    *("hours", "noShowRate", "cancellationRate", "medianLeadTime", "meanLeadTime"),
    *("startTime", "endTime"),
)


def stats(
    *,
    by: Annotated[
        str | None,
        o.Declared(
            "--by",
            metavar="event|host|resource|week|month|status|attendee",
            help="A row for each [default: the total].",
        ),
    ] = None,
    within: o.Range,
    event: o.EventType = None,
    host: o.Host = None,
    resource: o.Resource = None,
    who: o.Who,
    out: o.AnsweringTimes,
) -> None:
    """Count meetings, hours, no-shows and cancellations.

    Without dates, from a year ago to a year ahead. Rates are parts of 1, lead times
    (from booking to start) minutes.
    """
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.bookings.stats(
            by=unchecked(by),
            **within.bounds(client, form.tz),
            event_type_id=event,
            host_id=host,
            resource_id=resource,
            timezone=form.tz,
            **who.given(),
        ).to_dict()
    if found["by"] is None:
        from calbook.cli.screen.statistics import statistics_card

        output.print_object(found["total"], form, keys=_KEYS, card=statistics_card)
        return

    def table(items: object) -> str:
        from calbook.cli.screen.statistics import statistics_table

        return statistics_table(found)

    output.print_list(found["groups"], form, keys=_KEYS, table=table)

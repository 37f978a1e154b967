"""`hold`: claim a start for a while, to be booked by `create --hold`."""

from typing import Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.asker import read_asker
from calbook.cli.commands.create import Printing
from calbook.cli.option_values import read_minutes
from calbook.cli.session import needed, show_change, unchecked
from calbook.core.text import split_words

Holding = Annotated[o.Change, "idempotency_key", "dry_run", "no_deliver"]
_EXAMPLE = "calbook hold --event demo --start 'fri 14:30'"


class Claim(o.Group):
    minutes: str | None = o.option(
        "--minutes", "MINUTES", "For how long, to 1440 [default: 10]."
    )
    host_id: o.Host = None
    resource_id: o.Resource = None
    by: o.By = None
    override: o.Override = None
    duration: o.Duration = None
    reopen: o.Reopen = False


def hold(
    *,
    event: o.EventType = None,
    start: o.Start = None,
    claim: Claim,
    change: Holding,
    out: Printing,
) -> None:
    """Claim a start for some minutes, before it is known for whom."""
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.hold(
            event_type_id=needed(
                o.read_event(event, refuses=True), "--event", _EXAMPLE
            ),
            start_time=needed(start, "--start", _EXAMPLE),
            dry_run=change.dry_run,
            **o.said(
                minutes=read_minutes(claim.minutes, "--minutes"),
                host_id=claim.host_id,
                resource_id=claim.resource_id,
                timezone=form.tz,
                duration=read_minutes(claim.duration, "--duration"),
                idempotency_key=change.idempotency_key,
            ),
            by=unchecked(read_asker(claim.by)),
            override=unchecked(split_words(claim.override)),
            reopen=claim.reopen,
        )
    show_change("Held", booking, form, dry_run=change.dry_run)
    if output.is_for_people(form) and not change.dry_run:
        output.say(f"hint: book it: calbook create --hold {booking.uid}")

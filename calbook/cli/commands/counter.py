"""`counter list|accept|decline`: other times that attendees propose."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.session import (
    mark_dry_run,
    report_write_failure,
    show_change,
    unchecked,
)
from calbook.core.text import split_words

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

KEYS = (
    *("id", "uid", "date", "startTime", "endTime", "timezone", "state"),
    *("attendee.name", "attendee.email", "comment"),
)

Which = Annotated[
    str,
    o.Argument(
        metavar="COUNTER", help="The proposal, ctr_…, or the booking that has one."
    ),
]
Person = Annotated[
    str | None,
    o.Declared("--person", metavar="PERSON", help="Of several, whose."),
]


def list_(
    uid: Annotated[
        str | None, o.Argument(metavar="UID", help="Of one booking.")
    ] = None,
    *,
    past: Annotated[
        bool, o.Declared("--all", help="Also what was decided, or has ended.")
    ] = False,
    out: o.SortingTimes,
) -> None:
    """List the times that attendees propose, as they came."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.counters.list(uid, past=past)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import counters

        return counters.counters_table(items, form.tz)

    output.print_list(found, form, keys=KEYS, table=table)


def accept(
    which: Which,
    *,
    on: o.On = None,
    person: Person = None,
    reason: o.Reason = None,
    override: o.Override = None,
    change: o.Changing,
    out: o.PrintingChange,
) -> None:
    """Move the booking to the time that is proposed, by the rules of every move."""
    form = out.form_in_zone()
    with out.client() as client:
        before = _booking(client, which) if output.is_for_people(form) else None
        booking = client.calendar.counters.accept(
            which,
            date=on,
            person=person,
            reason=reason,
            override=unchecked(split_words(override)),
            **change.arguments(),
        )
    show_change("Moved", booking, form, dry_run=change.dry_run, before=before)


def _booking(client: "Client", which: str) -> "Booking":
    """The booking that is meant, as it is before."""
    every = client.calendar.counters.list(past=True)
    uid = next((c.uid for c in every if c.id.startswith(which.lower())), which)
    return client.calendar.bookings.get(uid)


def decline(
    which: Which,
    *,
    on: o.On = None,
    person: Person = None,
    reason: o.Reason = None,
    dry_run: o.DryRun = False,
    out: Annotated[o.Output, "tz", *o.FORMS, "no_deliver", "actor", "db"],
) -> None:
    """Leave the booking where it is, and tell the person so by mail."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.counters.decline(
            which, date=on, person=person, reason=reason, dry_run=dry_run
        )
    what = "Would be declined" if dry_run else "Declined"

    def card(item: Json) -> str:
        from calbook.cli.screen import counters

        return f"{what}: {counters.counter_text(item, form.tz)}\n"

    with report_write_failure("Declined", [] if dry_run else [found.id]):
        output.print_object(found, form, keys=KEYS, card=card)
    mark_dry_run(form, dry_run=dry_run)

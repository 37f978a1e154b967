"""`extend`: more dates for a series."""

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.asker import hint_at_confirmation, is_host, read_asker
from calbook.cli.option_values import read_on_conflict, read_whole_number
from calbook.cli.session import show_change, unchecked
from calbook.core.text import split_words


class Further(o.Group):
    """How far it goes on, and what becomes of dates that cannot be booked."""

    count: str | None = o.option("--count", "N", "So many dates more.")
    until: str | None = o.option("--until", "DATE", "All dates until this day.")
    on_conflict: str | None = o.option(
        "--on-conflict",
        "refuse|skip",
        "Book none, or leave out the dates in the way.",
    )
    extend: bool = o.flag(
        "--extend", "With --on-conflict skip: go on until --count dates are booked."
    )
    by: o.By = None
    override: o.Override = None


def extend(
    uid: o.Uid, *, further: Further, change: o.Changing, out: o.PrintingChange
) -> None:
    """Give a series more dates after its last, by its own rule."""
    form, by = out.form_in_zone(), read_asker(further.by)
    conflict = read_on_conflict(further.on_conflict, extend=further.extend)
    with out.client() as client:
        bookings = client.calendar.bookings
        before = bookings.get(uid) if output.is_for_people(form) else None
        booking = bookings.extend(
            uid,
            count=read_whole_number(further.count, "--count"),
            until=further.until,
            on_conflict=unchecked(conflict or "refuse"),
            by=unchecked(by),
            override=unchecked(split_words(further.override)),
            **change.arguments(),
        )
    show_change(
        "Added, to be confirmed:" if booking.status == "PENDING" else "Added",
        booking,
        form,
        dry_run=change.dry_run,
        before=before,
        as_host=is_host(by),
    )
    if before is not None and before.status != "PENDING":
        hint_at_confirmation(booking, further.by, form)

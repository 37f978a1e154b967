"""`confirm`, `reject`, `cancel`, `reschedule`, `update`: changing a booking."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    ask_yes_no,
    changed_dates,
    open_client,
    read_pairs,
    show_change,
    split_words,
    unchecked,
)


def confirm(
    uid: o.Uid,
    if_version: o.IfVersion = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Say yes to a booking that awaits confirmation."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        booking = client.calendar.bookings.confirm(
            uid, if_version=if_version, notify_attendee=notify, dry_run=dry_run
        )
    show_change("Confirmed", booking, form, dry_run=dry_run)


def reject(
    uid: o.Uid,
    reason: o.Reason = None,
    if_version: o.IfVersion = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Say no to a booking that awaits confirmation."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        booking = client.calendar.bookings.reject(
            uid,
            reason=reason,
            if_version=if_version,
            notify_attendee=notify,
            dry_run=dry_run,
        )
    show_change("Rejected", booking, form, dry_run=dry_run)


def cancel(
    uid: o.Uid,
    reason: o.Reason = None,
    by: o.By = "attendee",
    on: o.On = None,
    from_: o.FromDate = None,
    all_: o.AllDates = False,
    if_version: o.IfVersion = None,
    idempotency_key: o.IdempotencyKey = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    yes: o.Yes = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Cancel a booking: as its attendee in time, as the host always."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    wanted: dict[str, Any] = {
        "reason": reason,
        "cancelled_by": by,
        "date": on,
        "from_date": from_,
        "all": all_,
        "if_version": if_version,
        "notify_attendee": notify,
    }
    with open_client(db) as client:
        bookings = client.calendar.bookings
        before = bookings.get(uid) if output.is_for_people(form) else None
        if (from_ or all_) and not (yes or dry_run) and output.is_interactive():
            now = bookings.get(uid)
            would = changed_dates(now, bookings.cancel(uid, **wanted, dry_run=True))
            if len(would) > 1:
                ask_yes_no(f"Cancel {len(would)} dates of {now.uid}?", yes=False)
        booking = bookings.cancel(
            uid, **wanted, idempotency_key=idempotency_key, dry_run=dry_run
        )
    dates = changed_dates(before, booking) if before else ()
    show_change("Cancelled", booking, form, dry_run=dry_run, dates=dates)


def reschedule(
    uid: o.Uid,
    start: o.Start = None,
    reason: o.Reason = None,
    by: o.By = "attendee",
    override: o.Override = None,
    on: o.On = None,
    from_: o.FromDate = None,
    all_: o.AllDates = False,
    reassign: Annotated[
        bool, typer.Option("--reassign", help="Let another host of the team take it.")
    ] = False,
    if_version: o.IfVersion = None,
    idempotency_key: o.IdempotencyKey = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Move a booking to another start; of a series, some or all of its dates."""
    if start is None:
        from calbook.core.errors import UsageError

        raise UsageError("missing --start", hint="say when: --start 'fri 14:30'")
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with (
        open_client(db) as client,
        _offering(client, uid, start, form, any_host=reassign) as before,
    ):
        booking = client.calendar.bookings.reschedule(
            uid,
            start_time=start,
            reason=reason,
            timezone=form.tz,
            by=unchecked(by),
            override=unchecked(split_words(override)),
            date=on,
            from_date=from_,
            all=all_,
            reassign=reassign,
            if_version=if_version,
            idempotency_key=idempotency_key,
            notify_attendee=notify,
            dry_run=dry_run,
        )
    pending = booking.status == "PENDING"
    what = "Moved, to be confirmed again:" if pending else "Moved"
    dates = changed_dates(before, booking) if before else ()
    show_change(what, booking, form, dry_run=dry_run, dates=dates, with_host=reassign)


@contextmanager
def _offering(
    client: Any, uid: str, start: str, form: OutputOptions, *, any_host: bool
) -> Iterator[Any]:
    """On a terminal a refusal names the next start that would do.

    Yields the booking as it was; None where nobody looks.
    """
    if not output.is_for_people(form):
        yield None
        return
    from calbook.cli import free_start_hint  # only on a terminal

    booking = client.calendar.bookings.get(uid)
    host = {} if any_host else {"host_id": booking.host_id}
    with free_start_hint.hint_at_next_free(
        client, booking.event_type_id, start, host, form.tz, but=booking.uid
    ):
        yield booking


def update(
    uid: o.Uid,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME")] = None,
    email: o.Email = None,
    phone: o.Phone = None,
    notes: o.BookingNotes = None,
    location: o.Location = None,
    meeting_url: o.MeetingUrl = None,
    meta: o.Meta = None,
    unset_meta: Annotated[
        list[str] | None,
        typer.Option("--unset-meta", metavar="K", help="Take a metadata key out."),
    ] = None,
    if_version: o.IfVersion = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Correct a booking's details; an empty text takes a detail out."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    given: dict[str, Any] = {
        "name": name,
        "email": email,
        "phone": phone,
        "notes": notes,
        "location": location,
        "meeting_url": meeting_url,
    }
    fields = {
        key: None if value == "" and key not in ("name", "email") else value
        for key, value in given.items()
        if value is not None
    }
    with open_client(db) as client:
        booking = client.calendar.bookings.merge_metadata(
            uid,
            read_pairs(meta, "--meta"),
            drop=unset_meta or (),
            if_version=if_version,
            notify_attendee=notify,
            dry_run=dry_run,
            **unchecked(fields),
        )
    show_change("Updated", booking, form, dry_run=dry_run)

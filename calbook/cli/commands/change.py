"""`confirm`, `reject`, `cancel`, `reschedule`, `update`: changing a booking."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from calbook.cli import options as o
from calbook.cli import output, several
from calbook.cli.asker import hint_at_confirmation, is_host, read_asker
from calbook.cli.option_values import read_pairs
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    changed_dates,
    needed,
    occurrence_on,
    require_yes,
    show_change,
    unchecked,
    usage_error,
)
from calbook.core.text import split_words
from calbook.core.typing_names import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking


def confirm(
    uids: o.Uids, *, each: o.Each = False, change: o.Changing, out: o.PrintingChange
) -> None:
    """Say yes to a booking that awaits confirmation."""
    several.change(
        "confirm", uids, change.arguments(), out, each=each, said="Confirmed"
    )


def reject(
    uids: o.Uids,
    *,
    reason: o.Reason = None,
    each: o.Each = False,
    change: o.Change,
    out: o.PrintingChange,
) -> None:
    """Say no to a booking that awaits confirmation."""
    wanted: dict[str, Any] = {"reason": reason, **change.arguments()}
    ask = partial(_ask_about_several, uids, wanted, change, "reject", out.tz)
    several.change("reject", uids, wanted, out, each=each, said="Rejected", ask=ask)


def cancel(
    uids: o.Uids,
    *,
    reason: o.Reason = None,
    by: o.By = None,
    dates: o.Dates,
    each: o.Each = False,
    change: o.Change,
    out: o.PrintingChange,
) -> None:
    """Cancel a booking: as its attendee in time, as the host always."""
    who = read_asker(by)
    if len(uids) == 1 and output.is_interactive():
        from calbook.cli import change_prompts  # only where somebody can be asked

        with out.client() as client:
            dates = change_prompts.ask_dates(client, uids[0], dates, "Cancel", out.tz)
    wanted: dict[str, Any] = {
        "reason": reason,
        "by": who,
        **dates.options(),
        **change.arguments(),
    }
    ask = partial(_ask_about_several, uids, wanted, change, "cancel", out.tz)
    several.change(
        "cancel",
        uids,
        wanted,
        out,
        each=each,
        said="Cancelled",
        ask=ask,
        as_host=is_host(who),
    )


def _ask_about_several(
    uids: Sequence[str],
    wanted: dict[str, Any],
    change: o.Change,
    action: str,
    tz: str | None,
    client: "Client",
) -> None:
    """What takes several bookings, dates or persons away is asked for once more.

    What cannot be done is refused before; what was done is not asked about again.
    """
    if change.yes or change.dry_run:
        return
    verb = action.capitalize()
    bookings = client.calendar.bookings
    if len(uids) > 1:
        if output.is_interactive():
            from calbook.cli.screen import change_question  # only where it is asked

            about = [bookings.get(uid).to_dict() for uid in uids]
            for line in change_question.booking_lines(about, tz):
                output.say_always(line)
        require_yes(f"{verb} {len(uids)} bookings?", yes=False)
        return
    now = bookings.get(uids[0])
    if now.recurring is None and not now.guests:
        return
    after = getattr(bookings, action)(uids[0], **wanted | {"dry_run": True})
    would = changed_dates(now, after)
    is_for_all = bool(now.guests) and _is_group(client, now)
    if len(would) > 1 or (would and is_for_all):
        from calbook.cli.screen import change_question  # only where it is asked

        facts = now.to_dict()
        what = change_question.dates_text(facts, would, wanted, tz)
        who = change_question.persons_text(facts, would) if is_for_all else ""
        require_yes(f"{verb} {what}{who}?", yes=False)


def _is_group(client: "Client", booking: "Booking") -> bool:
    return client.calendar.event_types.get(booking.event_type_id).seats is not None


def reschedule(
    uid: o.Uid,
    *,
    start: o.Start = None,
    reason: o.Reason = None,
    by: o.By = None,
    override: o.Override = None,
    dates: o.Dates,
    reassign: Annotated[
        bool,
        o.Declared(
            "--reassign",
            help="Let another host take it; at the same start, hand it over.",
        ),
    ] = False,
    host: Annotated[
        str | None,
        o.Declared("--host", metavar="HOST", help="With --reassign: this host."),
    ] = None,
    change: o.Changing,
    out: o.PrintingChange,
) -> None:
    """Move a booking to another start; of a series, some or all of its dates."""
    if host is not None and not reassign:
        raise usage_error("--host names who takes it over", "add --reassign")
    form, who = out.form_in_zone(), read_asker(by)
    with out.client() as client:
        if output.is_interactive():
            from calbook.cli import change_prompts  # only where somebody can be asked

            dates = change_prompts.ask_dates(client, uid, dates, "Move", form.tz)

        def move(start: str, **more: Any) -> "Booking":
            return client.calendar.bookings.reschedule(
                uid,
                start_time=start,
                reason=reason,
                timezone=form.tz,
                by=unchecked(who),
                override=unchecked(split_words(override)),
                reassign=reassign,
                host_id=host,
                **dates.options(),
                **change.arguments() | more,
            )

        if start is None and output.is_interactive():
            trial = partial(move, dry_run=True, idempotency_key=None)
            start = change_prompts.ask_new_start(client, uid, dates, form.tz, trial)
        start = needed(start, "--start", "say when: --start 'fri 14:30'")
        moving = _offering(client, uid, start, form, dates, reassign=reassign)
        with moving as before:
            booking = move(start)
        left = [] if before is None or reassign else _left_hosts(client, booking)
    pending = booking.status == "PENDING"
    what = "Moved, to be confirmed again:" if pending else "Moved"
    show_change(
        what,
        booking,
        form,
        dry_run=change.dry_run,
        before=before,
        with_host=reassign,
        as_host=is_host(who),
    )
    if before is not None and before.status != "PENDING":
        hint_at_confirmation(booking, by, form)
    for host in left:
        output.say(f"hint: {host} has left the event type: --reassign hands it over")


@contextmanager
def _offering(
    client: "Client",
    uid: str,
    start: str,
    form: OutputOptions,
    dates: o.Dates,
    *,
    reassign: bool,
) -> "Iterator[Booking | None]":
    """On a terminal a refusal names the next start that would do.

    Yields the booking as it was; None where nobody looks.
    """
    if not output.is_for_people(form):
        yield None
        return
    from calbook.cli import free_start_hint  # only on a terminal

    booking = client.calendar.bookings.get(uid)
    exclusion = {"exclude_booking_uid": booking.uid, "exclude_date": dates.date}
    with free_start_hint.hint_at_next_free(
        *(client, booking.event_type_id, start, {}, form.tz),
        exclusion=exclusion,
        reassign=reassign,
        present=lambda: _present_start(booking, dates.date, client.now()),
    ):
        yield booking


def _present_start(
    booking: "Booking", day: str | None, now: datetime
) -> datetime | None:
    """Where the first of what is moved is now."""
    if day is not None:
        return datetime.fromisoformat(occurrence_on(booking, day, now)["startTime"])
    live = (o for o in booking.occurrences if o.status in ("PENDING", "CONFIRMED"))
    return min((o.starts_at for o in live if o.starts_at > now), default=None)


def _left_hosts(client: "Client", booking: "Booking") -> list[str]:
    """The hosts who take no more bookings of this kind, and keep this one."""
    event_type = client.calendar.event_types.get(booking.event_type_id)
    live = (o for o in booking.occurrences if o.status in ("PENDING", "CONFIRMED"))
    there = {host["userId"] for host in event_type.hosts}
    return sorted({host for o in live for host in o.host_ids} - there)


class Corrections(o.Group):
    """An empty text takes out what may be missing."""

    clearable = (
        *("email", "phone", "ref", "language", "notes", "location", "meeting_url"),
    )

    person: str | None = o.option(
        "--person", "PERSON", "Of several, whose facts are corrected."
    )
    name: o.Name = None
    email: o.Email = None
    phone: o.Phone = None
    ref: o.Ref = None
    language: o.Language = None
    notes: o.BookingNotes = None
    location: o.Location = None
    meeting_url: o.MeetingUrl = None
    add_guests: list[str] | None = o.option(
        "--guest", "ADDRESS", "Or NAME <ADDRESS>, or a name; may be repeated."
    )
    remove_guests: list[str] | None = o.option(
        "--remove-guest", "PERSON", "Who comes along no more; may be repeated."
    )

    def arguments(self) -> dict[str, Any]:
        return {
            key: None if value == "" and key != "name" else value
            for key, value in self.given().items()
        }


def update(
    uid: o.Uid,
    *,
    corrections: Corrections,
    meta: o.Meta = None,
    clear: o.Clear = None,
    change: o.Changing,
    out: o.PrintingChange,
) -> None:
    """Correct a booking's details; --clear takes one out, or a key: meta.colour."""
    form = out.form_in_zone()
    keys: list[str] = []
    if clear:
        from calbook.cli.clearing import split_keys  # only for --clear

        keys, clear = split_keys(clear, "meta")
        corrections.clear(clear)
    with out.client() as client:
        _check_whose(client, uid, corrections)
        booking = client.calendar.bookings.merge_metadata(
            uid,
            read_pairs(meta, "--meta"),
            drop=keys,
            **corrections.arguments(),
            **change.arguments(),
        )
    show_change("Updated", booking, form, dry_run=change.dry_run)


def _check_whose(client: "Client", uid: str, corrections: Corrections) -> None:
    """In a group the primary attendee is no more meant than the others."""
    facts = corrections.given().keys() & {"name", "email", "phone", "ref", "language"}
    if not facts or corrections.person is not None:
        return
    booking = client.calendar.bookings.get(uid)
    if booking.guests and _is_group(client, booking):
        raise usage_error(
            f"{booking.uid} is a group of {len(booking.guests) + 1} persons",
            "say whose facts are corrected: --person PERSON",
        )

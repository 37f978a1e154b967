"""One change of one booking or of several, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from calbook.cli import output
from calbook.cli.options import Output
from calbook.cli.output import Json
from calbook.cli.session import (
    BOOKING_KEYS,
    change_text,
    changed_dates,
    mark_dry_run,
    report_write_failure,
    show_change,
    unchecked,
    would_be,
)
from calbook.core.ids import is_waiting
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_OF_ONE = ("if_version", "idempotency_key")


def change(
    action: str,
    uids: Sequence[str],
    wanted: Json,
    out: Output,
    *,
    each: bool,
    said: str,
    ask: Callable[[Client], None] = lambda client: None,
    with_host: bool = False,
    as_host: bool = False,
) -> None:
    """Do what a method of the library does: to all of them or to none.

    With `each`, what can be is done, and the rest is told as it comes. `ask` may raise
    before anything is changed.
    """
    told: Json = {"with_host": with_host, "as_host": as_host}
    if len(uids) > 1:
        _change_several(
            action, uids, wanted, out, each=each, said=said, ask=ask, told=told
        )
        return
    form, dry_run = out.form_in_zone(), wanted["dry_run"]
    with out.client() as client:
        bookings = client.calendar.bookings
        is_shown = output.is_for_people(form) and not is_waiting(uids[0])
        before = bookings.get(uids[0]) if is_shown else None
        ask(client)
        booking = getattr(bookings, action)(uids[0], **wanted)
        if is_waiting(uids[0]) and output.is_for_people(form):
            seat, dates = _seat_taken(client, uids[0])
            said, told = f"{said}{seat}", told | {"dates": dates}
    show_change(said, booking, form, dry_run=dry_run, before=before, **told)


def _seat_taken(client: Client, id: str) -> tuple[str, list[str]]:
    """Who took the seat that was offered, and on which date if not on all."""
    entry = client.calendar.waiting.get(id)
    if not entry.is_seat:
        return "", []
    from calbook.core.people import label_with_contact  # slow to import

    who, dates = label_with_contact({**entry.attendee}), [entry.date] * bool(entry.date)
    return f" {who} {'on' if dates else 'in'}", [*filter(None, dates)]


def _change_several(
    action: str,
    uids: Sequence[str],
    wanted: Json,
    out: Output,
    *,
    each: bool,
    said: str,
    ask: Callable[[Client], None],
    told: Json,
) -> None:
    from calbook.cli import error_output
    from calbook.wire.reading.several import check_none_of_one

    check_none_of_one(key for key in _OF_ONE if wanted.get(key) is not None)
    form = out.form_in_zone()
    refusals = error_output.Refusals(form)
    arguments: dict[str, Any] = {k: v for k, v in wanted.items() if k not in _OF_ONE}
    with out.client() as client:
        before = _as_they_are(client, uids) if output.is_for_people(form) else {}
        ask(client)
        changed = client.calendar.bookings.change_all(
            uids,
            action=unchecked(action),
            refused=refusals.report if each else None,
            **arguments,
        )
    if changed or not refusals.statuses:  # else stdout stays empty beside the errors
        what = would_be(said) if wanted["dry_run"] else said
        text = partial(_text, what, changed, before, form.tz, told)
        written = [] if wanted["dry_run"] else [booking.uid for booking in changed]
        with report_write_failure(said, written):
            output.print_list(changed, form, keys=BOOKING_KEYS, table=text)
        mark_dry_run(form, dry_run=wanted["dry_run"])
    refusals.finish()


def _as_they_are(client: Client, uids: Sequence[str]) -> dict[str, Booking]:
    """Those that are there; what is not is told of by the change."""
    from calbook.core.errors import CalbookError

    found = {}
    for uid in uids:
        try:
            booking = client.calendar.bookings.get(uid)
        except CalbookError:
            continue
        found[booking.uid] = booking
    return found


def _text(
    what: str,
    changed: Sequence[Booking],
    before: dict[str, Booking],
    tz: str | None,
    told: Json,
    _: Sequence[Json],
) -> str:
    return "".join(
        change_text(
            *(what, booking.to_dict(), tz),
            dates=_dates_changed(before, booking),
            **told,
        )
        for booking in changed
    )


def _dates_changed(before: dict[str, Booking], booking: Booking) -> tuple[str, ...]:
    """Those of a booking; none where an offer was named, of which nothing was there."""
    was = before.get(booking.uid)
    return () if was is None else changed_dates(was, booking)

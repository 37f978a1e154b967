"""`undo`: the last change of a booking taken back, or a cancelled date brought back."""

from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli.asker import hint_at_confirmation, is_host
from calbook.cli.defaults import read_default
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    needed,
    require_yes,
    show_change,
    unchecked,
)
from calbook.core.text import split_words

if TYPE_CHECKING:
    from calbook.api.values.bookings import Booking, Event

OptionalUid = Annotated[
    str | None,
    o.Argument(metavar="[UID]", help="The booking; without, the one you changed last."),
]
By = Annotated[
    str | None,
    o.Declared(
        "--by",
        metavar="attendee|host",
        help="Who asks; else whoever made the change [defaults.by].",
    ),
]
_SHOWN = 60  # characters of a note
_SAID = {
    "booking.cancelled": "Restored",
    "booking.confirmed": "To be confirmed again:",
    "booking.restored": "Back as it was:",
    "booking.rescheduled": "Moved back",
    "booking.attendee_added": "Seat given back in",
    "booking.attendee_removed": "Seat taken again in",
    "booking.no_show": "Mark taken back of",
    "booking.completed": "Mark taken back of",
}


def undo(
    uid: OptionalUid = None,
    *,
    date: o.On = None,
    reason: o.Reason = None,
    by: By = None,
    override: o.Override = None,
    change: o.Change,
    out: o.PrintingChange,
) -> None:
    """Take back the last change of a booking, by the same rules.

    With --on DATE a cancelled date of a series takes place again.
    """
    form, who = out.form_in_zone(), by or read_default("by", refuses=True)
    wanted = {
        "date": date,
        "reason": reason,
        "by": unchecked(who),
        "override": unchecked(split_words(override)),
        **change.arguments(),
    }
    with out.client() as client:
        bookings = client.calendar.bookings
        last = bookings.last_change(uid) if date is None else None
        before = bookings.get(last.uid if last else _named(uid))
        if change.needs_yes and last and (uid is None or "note" in last.change):
            bookings.undo(before.uid, **wanted | {"dry_run": True})
            _ask(before, last, form)
        if uid is None and wanted["if_version"] is None:  # what was shown, no other
            wanted["if_version"] = before.version
        is_again = change.idempotency_key and not change.needs_yes
        booking = bookings.undo(uid if is_again else before.uid, **wanted)
    show_change(
        _said(last),
        booking,
        form,
        dry_run=change.dry_run,
        before=before,
        as_host=who is not None and is_host(who),
    )
    if before.status != "PENDING":
        hint_at_confirmation(booking, by, form)


def _said(last: "Event | None") -> str:
    """What has become of it; without the change, a date was brought back."""
    if last is None:
        return _SAID["booking.cancelled"]
    is_note = "note" in last.change
    return "Note removed from" if is_note else _SAID.get(last.type, "Put back")


def _named(uid: str | None) -> str:
    return needed(uid, "UID", "name the series of which --on DATE is one")


def _ask(booking: "Booking", last: "Event", form: OutputOptions) -> None:
    """Which one it is, where it was not named; and whether a note is to be gone."""
    from calbook.cli.screen import words
    from calbook.core.booking.undo import change_name
    from calbook.core.text import printable

    facts = booking.to_dict()
    what, who = change_name(last.type, last.change), words.people_text(facts)
    when = words.meeting_time(facts, form.tz)
    note = last.change.get("note")
    gone = f" Its text goes for good: {_beginning(note['content'])}" if note else ""
    question = f'Undo "{what}" of {booking.uid}: {who}, {when}?{gone}'
    require_yes(printable(question), yes=False)


def _beginning(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

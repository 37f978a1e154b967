"""`note add|list|remove`: the host's notes about a booking, which `show` ends with."""

from collections.abc import Iterator
from contextlib import contextmanager

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    mark_dry_run,
    report_write_failure,
    require_yes,
    table_of,
    would_be,
)
from calbook.core.errors import UsageError
from calbook.core.text import excerpt
from calbook.core.typing_names import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_KEYS = ("createdAt", "isPrivate", "content", "id")
_ADDED_KEYS = ("id", "createdAt", "isPrivate", "content")


class Writing(o.Group):
    edit: bool = o.flag("--edit", "Write it in your editor.")
    private: bool = o.flag("--private", "For `note list` and `show` alone.")


def add(
    uid: o.Uid,
    text: Annotated[
        str | None,
        o.Argument(metavar="TEXT|-", help="The note; - is standard input."),
    ] = None,
    *,
    how: Writing,
    out: o.PrintingChange,
) -> None:
    """Add a note to a booking; notes are never changed."""
    is_asked = text is None and output.is_interactive()
    if how.edit is (text is not None) and not is_asked:
        raise UsageError(
            "give the note once" if how.edit else "missing TEXT",
            hint="as TEXT, as - to read standard input, or with --edit",
        )
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.get(uid)  # before a long note is written
        if text is None and not how.edit:
            from calbook.cli import change_prompts  # only on a terminal

            text = change_prompts.ask_note(booking)
        with _content(text) as content:
            note = client.calendar.bookings.add_note(
                booking.uid, content=content, is_private=how.private
            )
    said = f"Added {note.id} to {booking.uid}{' (private)' * how.private}"
    with report_write_failure(f"Added {note.id} to", [booking.uid]):
        output.print_object(note, form, keys=_ADDED_KEYS, card=lambda _: f"{said}\n")


@contextmanager
def _content(text: str | None) -> Iterator[str]:
    if text is None:
        from calbook.cli import editor  # only for --edit

        with editor.edit_text() as content:
            yield content
    elif text == "-":
        from calbook.cli.json_input import read_text

        yield read_text("-").rstrip("\r\n")
    else:
        yield text


def remove(
    uid: o.Uid,
    note: Annotated[str, o.Argument(metavar="NOTE", help="Its id, from `note list`.")],
    *,
    change: Annotated[o.Change, "dry_run", "yes"],
    out: o.PrintingChange,
) -> None:
    """Remove a note for good: from the history, too."""
    form = out.form_in_zone()
    with out.client() as client:
        bookings = client.calendar.bookings
        booking = bookings.get(uid)
        gone = bookings.remove_note(booking.uid, note_id=note, dry_run=True)
        if change.needs_yes:
            text = excerpt(gone.content.strip().split("\n")[0])
            require_yes(f"Remove {gone.id} ({text}) for good?", yes=False)
        if not change.dry_run:
            bookings.remove_note(booking.uid, note_id=gone.id)
    what = would_be("Removed") if change.dry_run else "Removed"
    said = f"{what} {gone.id} of {booking.uid}{' (private)' * gone.is_private}"
    with report_write_failure(said, [] if change.dry_run else [booking.uid]):
        output.print_object(gone, form, keys=_ADDED_KEYS, card=lambda _: f"{said}\n")
    mark_dry_run(form, dry_run=change.dry_run)


def list_(uid: o.Uid, *, out: o.SortingTimes) -> None:
    """List a booking's notes in order, private ones too."""
    form = out.form_in_zone()
    with out.client() as client:
        booking = client.calendar.bookings.get(uid)
        notes = client.calendar.bookings.get_notes(booking.uid)
    table = table_of("notes_table", form.tz or booking.timezone)
    output.print_list(notes, form, keys=_KEYS, table=table)


def notes_text(
    client: "Client", booking: "Booking", form: OutputOptions, *, named: bool = False
) -> str:
    """The notes below a booking's card; none where a program may read it.

    With the booking `named`, where there may be several.
    """
    if form.fields is not None or not output.is_for_people(form):
        return ""
    notes = client.calendar.bookings.get_notes(booking.uid)
    from calbook.cli.screen import words

    zone = form.tz or booking.timezone
    card = words.card_text(
        (
            words.moment_text(note.created_at, zone) + " (private)" * note.is_private,
            note.content,
        )
        for note in notes
    )
    of = f" about {booking.uid}" if named else ""
    return f"\nThe host's notes{of}\n{card}" if notes else ""

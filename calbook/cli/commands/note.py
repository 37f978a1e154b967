"""`note add|list`: the host's notes about a booking, which `show` ends with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import open_client, report_write_failure, show_value

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking

_KEYS = ("createdAt", "isPrivate", "content", "id")
_ADDED_KEYS = ("id", "createdAt", "isPrivate", "content")


def add(
    uid: o.Uid,
    text: Annotated[
        str | None,
        typer.Argument(metavar="TEXT|-", help="The note; - is standard input."),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Write it in your editor.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="For `note list` and `show` alone.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Add a note to a booking; notes are never changed."""
    if edit is (text is not None):
        from calbook.core.errors import UsageError

        raise UsageError(
            "give the note once" if edit else "missing TEXT",
            hint="as TEXT, as - to read standard input, or with --edit",
        )
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        booking = client.calendar.bookings.get(uid)  # before a long note is written
        with _content(text) as content:
            note = client.calendar.bookings.add_note(
                booking.uid, content=content, is_private=private
            )
    said = f"Added {note.id} to {booking.uid}{' (private)' * private}"
    with report_write_failure(f"Added {note.id} to", [booking.uid]):
        show_value(note, form, keys=_ADDED_KEYS, card=lambda item: f"{said}\n")


@contextmanager
def _content(text: str | None) -> Iterator[str]:
    if text is None:
        from calbook.cli import editor  # only for --edit

        with editor.edit_text() as content:
            yield content
    elif text == "-":
        from calbook.cli.commands import create_input

        yield create_input.read_text("-").rstrip("\r\n")
    else:
        yield text


def list_notes(
    uid: o.Uid,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List a booking's notes in order, private ones too."""
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        booking = client.calendar.bookings.get(uid)
        notes = client.calendar.bookings.get_notes(booking.uid)

    def table(items: object) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.notes_table(items, zone or booking.timezone)  # type: ignore[arg-type]

    output.print_list(
        [note.to_dict() for note in notes],
        OutputOptions(json, jsonl, csv, fields, zone),
        keys=_KEYS,
        table=table,
    )


def notes_text(client: "Client", booking: "Booking", form: OutputOptions) -> str:
    """The notes below a booking's card; none where a program may read it."""
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
    return f"\nThe host's notes\n{card}" if notes else ""

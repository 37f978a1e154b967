"""`person list|show|update|merge`: who was ever booked."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import ask_yes_no, table_of

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.people import Person
    from calbook.cli.output import OutputOptions

_KEYS = ("id", "name", "email", "phone", "ref", "timezone", "language", "bookings")
_SHOWN = 20  # bookings of one person

Who = Annotated[
    str,
    typer.Argument(
        metavar="PERSON", help="An id, e-mail, phone, customer number or name."
    ),
]


def list_(
    *,
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="TEXT", help="In names, addresses, numbers."),
    ] = None,
    out: o.Listing,
) -> None:
    """List the people who were ever booked, by name."""
    with out.client() as client:
        found = client.calendar.people.list(search=search)
    output.print_list(found, out.form(), keys=_KEYS, table=table_of("people_table"))


def show(person: Who, *, out: o.ShowingTimes) -> None:
    """Show one person, with their bookings and the notes about these."""
    from calbook.cli.screen import cards

    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.people.get(person)
        more = _bookings_text(client, found, form)
    output.print_object(
        found, form, keys=_KEYS, card=lambda item: cards.person_card(item) + more
    )


def _bookings_text(client: "Client", person: "Person", form: "OutputOptions") -> str:
    """Below the card, for people alone: no program reads private notes here."""
    if form.fields is not None or not output.is_for_people(form):
        return ""
    from calbook.cli.commands import note
    from calbook.cli.screen import tables

    bookings = client.calendar.bookings.list(
        person=person.id, latest_first=True, count=_SHOWN
    )
    if not bookings:
        return ""
    text = tables.bookings_table([b.to_dict() for b in bookings], form.tz)
    more = person.bookings - len(bookings)
    if more > 0:
        text += f"{more} more: calbook list --person {person.id}\n"
    notes = [note.notes_text(client, booking, form, named=True) for booking in bookings]
    return "\n" + text + "".join(notes)


class Facts(o.Group):
    name: o.Name = None
    email: o.Email = None
    phone: o.Phone = None
    ref: o.Ref = None
    timezone: str | None = o.option("--tz", "ZONE", "The person's own zone.")
    language: o.Language = None


def update(person: Who, *, facts: Facts, out: o.Printing) -> None:
    """Correct a person; an empty text takes a fact out. Bookings made stay."""
    given: dict[str, Any] = {
        name: value or None for name, value in facts.given().items()
    }
    with out.client() as client:
        saved = client.calendar.people.update(person, **given)
    _print(saved, out)


def merge(
    person: Who,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="Who is the same person.")
    ],
    *,
    yes: o.Yes = False,
    out: o.Printing,
) -> None:
    """Make two entries of one person one; the first stays."""
    with out.client() as client:
        people = client.calendar.people
        first, second = people.get(person), people.get(other)
        people.merge(first.id, second.id, dry_run=True)  # refused before asking
        ask_yes_no(f"Make {_said(second)} one with {_said(first)}?", yes=yes)
        merged = people.merge(first.id, second.id)
    _print(merged, out)


def _said(person: "Person") -> str:
    from calbook.core.people import label_with_contact
    from calbook.core.text import printable

    return printable(f"{label_with_contact(person.to_dict())} ({person.id})")


def _print(person: "Person", out: o.Output) -> None:
    from calbook.cli.screen import cards

    output.print_object(person, out.form(), keys=_KEYS, card=cards.person_card)

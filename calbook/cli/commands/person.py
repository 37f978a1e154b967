"""`person list|show|update|merge`: who was ever booked."""

from typing import TYPE_CHECKING, Annotated, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.entries import Removing
from calbook.cli.output import Json
from calbook.cli.session import require_yes, say_not_written, table_of

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.people import Person
    from calbook.cli.output import OutputOptions

_KEYS = ("id", "name", "email", "phone", "ref", "timezone", "language", "bookings")
_SHOWN = 20  # bookings of one person

Who = Annotated[
    str,
    o.Argument(metavar="PERSON", help="An id, e-mail, phone, customer number or name."),
]


def list_(
    *,
    search: Annotated[
        str | None,
        o.Declared("--search", metavar="TEXT", help="In names, addresses, numbers."),
    ] = None,
    out: o.Sorting,
) -> None:
    """List the people who were ever booked, by name."""
    with out.client() as client:
        found = client.calendar.people.list(search=search)
    output.print_list(found, out.form(), keys=_KEYS, table=table_of("people_table"))


def show(
    person: Who,
    *,
    occurrences: Annotated[
        bool, o.Declared("--occurrences", help="A row for each date of theirs.")
    ] = False,
    out: o.AnsweringTimes,
) -> None:
    """Show one person, with their bookings and the notes about these."""
    from calbook.cli.screen import cards

    form = out.form_in_zone()
    is_table = form.fields is None and output.is_for_people(form)
    with out.client() as client:
        found = client.calendar.people.get(person)
        shown, more = found.to_dict(), ""
        if occurrences:
            dates = _own_dates(client, found, _SHOWN if is_table else None)
            shown["occurrences"] = dates
            more = _dates_text(found, dates, form) if is_table else ""
        elif is_table:
            more = _bookings_text(client, found, form)
    if occurrences and not (is_table or form.json):
        keys = (*_DATE_KEYS, "attendance")
        output.print_list(shown["occurrences"], form, keys=keys, table=str)
        return
    output.print_object(
        shown, form, keys=_KEYS, card=lambda item: cards.person_card(item) + more
    )


def _own_dates(client: "Client", person: "Person", count: int | None) -> list[Json]:
    """What they took part in or will, the latest first, and whether they came."""
    found = client.calendar.bookings.list_occurrences(
        person=person.id, latest_first=True, count=count
    )
    return [
        {
            **{key: item[key] for key in _DATE_KEYS},
            "attendance": _own_part(item, person.id)[0]["attendance"],
        }
        for item in (each.to_dict() for each in found)
    ]


_DATE_KEYS = (
    *("uid", "date", "eventTypeId", "startTime", "endTime", "timezone"),
    *("status", "resolution"),
)


def _own_part(item: Json, id: str) -> tuple[Json, list[Json]]:
    """A person in a booking, and the dates of it on which they take part."""
    from calbook.wire.writing.bookings import takes_part  # slow to import

    same = [p for p in (item["attendee"], *item["guests"]) if p["personId"] == id]
    parts = [
        (p, [o for o in item["occurrences"] if takes_part(p, o["date"])]) for p in same
    ]
    return max(parts, key=lambda part: len(part[1]))


def _dates_text(person: "Person", dates: list[Json], form: "OutputOptions") -> str:
    from calbook.cli.screen import tables

    text = tables.own_dates_table(dates, form.tz) if dates else ""
    more = person.figures["occurrences"] - len(dates)
    if more > 0:
        text += f"{more} more: calbook list --person {person.id} --occurrences\n"
    return f"\n{text}" if text else ""


def _bookings_text(client: "Client", person: "Person", form: "OutputOptions") -> str:
    """Below the card, for people alone: no program reads private notes here."""
    from calbook.cli.commands import note
    from calbook.cli.screen import tables

    bookings = client.calendar.bookings.list(
        person=person.id, latest_first=True, count=_SHOWN
    )
    if not bookings:
        return ""
    items = [_with_own_dates(booking.to_dict(), person.id) for booking in bookings]
    text = tables.bookings_table(items, form.tz)
    more = person.bookings - len(bookings)
    if more > 0:
        text += f"{more} more: calbook list --person {person.id}\n"
    notes = [note.notes_text(client, booking, form, named=True) for booking in bookings]
    return "\n" + text + "".join(notes)


def _with_own_dates(item: Json, id: str) -> Json:
    """With the dates of a person alone, where they are not in all of it."""
    _, own = _own_part(item, id)
    if not own or len(own) == len(item["occurrences"]):
        return item
    times = {key: own[0][key] for key in ("startTime", "endTime")}
    return {**item, **times, "occurrences": own}


class Facts(o.Group):
    clearable = ("email", "phone", "ref", "timezone", "language")

    name: o.Name = None
    email: o.Email = None
    phone: o.Phone = None
    ref: o.Ref = None
    timezone: str | None = o.option("--tz", "ZONE", "The person's own zone.")
    language: o.Language = None


def update(
    person: Who,
    *,
    facts: Facts,
    clear: o.Clear = None,
    dry_run: o.DryRun = False,
    out: o.Answering,
) -> None:
    """Correct a person, or --clear a fact. Bookings made stay."""
    facts.clear(clear)
    given: dict[str, Any] = {
        name: value or None for name, value in facts.given().items()
    }
    with out.client() as client:
        saved = client.calendar.people.update(person, dry_run=dry_run, **given)
    _print(saved, out)
    if dry_run:
        say_not_written()


def merge(
    person: Who,
    other: Annotated[str, o.Argument(metavar="OTHER", help="Who is the same person.")],
    *,
    removing: Removing,
    out: o.Answering,
) -> None:
    """Make two entries of one person one; the first stays."""
    with out.client() as client:
        people = client.calendar.people
        first, second = people.get(person), people.get(other)
        merged = people.merge(first.id, second.id, dry_run=True)  # refused unasked
        if not removing.dry_run:
            question = f"Make {_said(second)} one with {_said(first)}?"
            require_yes(question, yes=removing.yes)
            merged = people.merge(first.id, second.id)
    _print(merged, out)
    if removing.dry_run:
        say_not_written()


def _said(person: "Person") -> str:
    from calbook.core.people import label_with_contact
    from calbook.core.text import printable

    return printable(f"{label_with_contact(person.to_dict())} ({person.id})")


def _print(person: "Person", out: o.Output) -> None:
    from calbook.cli.screen import cards

    output.print_object(person, out.form(), keys=_KEYS, card=cards.person_card)

"""`attendee add|list|remove`, `attended`, `no-show`: the persons in a booking."""

from typing import Annotated, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.asker import is_host, read_asker
from calbook.cli.session import (
    ask_yes_no,
    needed,
    occurrence_on,
    read_pairs,
    show_change,
    split_words,
    table_of,
    unchecked,
)

_KEYS = ("email", "name", "phone", "timezone", "attendance")

Asking = Annotated[
    o.Change, "if_version", "notify_attendee", "dry_run", "yes", "no_deliver"
]


class Seat(o.Group):
    name: o.Name = None
    email: str | None = o.option("--email", "ADDRESS", "Whose seat it is.")
    phone: o.Phone = None
    timezone: o.AttendeeTz = None
    responses: o.Response = None
    by: o.By = None
    override: o.Override = None

    def address(self) -> str:
        example = "say who: --email ada@example.com"
        return needed(self.email or None, "--email", example)


Leaving = Annotated[Seat, "email", "by"]


def add(uid: o.Uid, *, seat: Seat, change: o.Changing, out: o.PrintingChange) -> None:
    """Take a seat in a group for somebody."""
    form, by = out.form_in_zone(), read_asker(seat.by)
    with out.client() as client:
        person = seat.options() | {
            "by": unchecked(by),
            "email": seat.address(),
            "responses": read_pairs(seat.responses, "--response"),
            "override": split_words(seat.override),
        }
        booking = client.calendar.bookings.add_attendee(
            uid, **person, **change.arguments()
        )
    as_host = is_host(by)
    show_change("Added", booking, form, dry_run=change.dry_run, as_host=as_host)


def remove(uid: o.Uid, *, seat: Leaving, change: Asking, out: o.PrintingChange) -> None:
    """Give a seat in a group back; then the one who joined first leads it."""
    form, by = out.form_in_zone(), read_asker(seat.by)
    wanted = {"email": seat.address(), "by": by, **change.arguments()}
    with out.client() as client:
        remove = client.calendar.bookings.remove_attendee
        if change.asks:
            would = remove(uid, **wanted | {"dry_run": True})  # refused before asking
            ask_yes_no(f"Remove {seat.email} from {would.uid}?", yes=False)
        booking = remove(uid, **wanted)
    as_host = is_host(by)
    show_change("Removed", booking, form, dry_run=change.dry_run, as_host=as_host)


def list_(uid: o.Uid, *, on: o.On = None, out: o.Listing) -> None:
    """List the persons in a booking, the primary first."""
    with out.client() as client:
        found = client.calendar.bookings.get(uid)
        now = client.now()
    booking = found.to_dict()
    own = {key: booking[key] for key in ("responses", "notes", "metadata")}
    people = [{**booking["attendee"], **own}, *booking["guests"]]
    if on is not None:
        occurrence = occurrence_on(found, on, now)
        people = [{**p, "attendance": _attendance(p, occurrence)} for p in people]
    table = table_of("attendees_table")
    output.print_list(people, out.form(), keys=_KEYS, table=table)


def _attendance(person: dict[str, Any], occurrence: dict[str, Any]) -> str:
    """One person's at one date; where persons are not told apart, everybody's."""
    said: dict[str, str] = occurrence["attendances"]
    together: str = occurrence["attendance"]
    return said.get(person["email"], "unknown") if said else together


class Persons(o.Group):
    """Whose attendance is recorded, and of which date."""

    date: o.On = None
    email: list[str] | None = o.option(
        "--email", "ADDRESS", "In a group: this person; may be repeated."
    )


def attended(
    uid: o.Uid, *, of: Persons, change: o.Recording, out: o.PrintingChange
) -> None:
    """Record that the attendee came; from the start on."""
    _record("mark_attended", uid, of, change, out, words=("Attended", "attended"))


def no_show(
    uid: o.Uid, *, of: Persons, change: o.Recording, out: o.PrintingChange
) -> None:
    """Record that the attendee did not come; from the start on."""
    _record("mark_no_show", uid, of, change, out, words=("No-show", "missed"))


def _record(
    how: str,
    uid: str,
    of: Persons,
    change: o.Change,
    out: o.Output,
    *,
    words: tuple[str, str],
) -> None:
    form = out.form_in_zone()
    with out.client() as client:
        bookings = client.calendar.bookings
        before = bookings.get(uid) if output.is_for_people(form) else None
        booking = getattr(bookings, how)(
            uid, date=of.date, email=of.email or None, **change.arguments()
        )
    what = f"{', '.join(of.email)} {words[1]}" if of.email else words[0]
    show_change(what, booking, form, dry_run=change.dry_run, before=before)

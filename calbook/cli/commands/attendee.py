"""`attendee add|list|remove`, `attended`, `no-show`: the persons in a booking."""

from itertools import chain
from typing import Annotated, Any

from calbook.cli import options as o
from calbook.cli import output, several
from calbook.cli.asker import is_host, read_asker
from calbook.cli.session import (
    ask_yes_no,
    occurrence_on,
    read_pairs,
    show_change,
    split_words,
    table_of,
    unchecked,
    usage_error,
)

_KEYS = ("email", "name", "phone", "timezone", "attendance", "ref", "language")

Asking = Annotated[
    o.Change, "if_version", "notify_attendee", "dry_run", "yes", "no_deliver"
]


class Seat(o.Group):
    name: o.Name = None
    email: str | None = o.option("--email", "ADDRESS", "Whose seat it is.")
    phone: o.Phone = None
    ref: o.Ref = None
    person: o.PersonText = None
    timezone: o.AttendeeTz = None
    language: o.Language = None
    responses: o.Response = None
    by: o.By = None
    override: o.Override = None

    def check_named(self, *names: str) -> None:
        """Raise UsageError when nobody is named."""
        if not any(getattr(self, name) for name in names):
            options = [f"--{name}" for name in names]
            raise usage_error(
                f"missing {', '.join(options[:-1])} or {options[-1]}",
                "say who: --email ada@example.com",
            )


Joining = Annotated[
    Seat,
    *("name", "email", "phone", "ref", "timezone", "language"),
    *("responses", "by", "override"),
]
Leaving = Annotated[Seat, "email", "phone", "ref", "person", "by"]


def add(
    uid: o.Uid, *, seat: Joining, change: o.Changing, out: o.PrintingChange
) -> None:
    """Take a seat in a group for somebody."""
    seat.check_named("name", "email", "phone", "ref")
    form, by = out.form_in_zone(), read_asker(seat.by)
    with out.client() as client:
        person = seat.options() | {
            "by": unchecked(by),
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
    seat.check_named("email", "phone", "ref", "person")
    form, by = out.form_in_zone(), read_asker(seat.by)
    wanted = {**seat.options(), "by": by, **change.arguments()}
    who = seat.email or seat.phone or seat.ref or seat.person
    with out.client() as client:
        remove = client.calendar.bookings.remove_attendee
        if change.asks:
            would = remove(uid, **wanted | {"dry_run": True})  # refused before asking
            ask_yes_no(f"Remove {who} from {would.uid}?", yes=False)
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
    from calbook.core.people import shown_key  # slow to import

    said: dict[str, str] = occurrence["attendances"]
    together: str = occurrence["attendance"]
    return said.get(shown_key(person), "unknown") if said else together


class Persons(o.Group):
    """Whose attendance is recorded, and of which date."""

    date: o.On = None
    email: list[str] | None = o.option(
        "--email", "ADDRESS", "In a group: this person; may be repeated."
    )
    phone: list[str] | None = o.option("--phone", "NUMBER", "Likewise.")
    ref: list[str] | None = o.option("--ref", "REF", "Likewise.")
    person: list[str] | None = o.option(
        "--person", "PERSON", "Likewise, by any of these, an id or a name."
    )

    def named(self) -> dict[str, list[str]]:
        said = {"email": self.email, "phone": self.phone, "ref": self.ref}
        said["person"] = self.person
        return {name: items for name, items in said.items() if items}


def attended(
    uids: o.Uids,
    *,
    of: Persons,
    each: o.Each = False,
    change: o.Recording,
    out: o.PrintingChange,
) -> None:
    """Record that the attendee came; from the start on."""
    _record("mark_attended", uids, of, change, out, each, ("Attended", "attended"))


def no_show(
    uids: o.Uids,
    *,
    of: Persons,
    each: o.Each = False,
    change: o.Recording,
    out: o.PrintingChange,
) -> None:
    """Record that the attendee did not come; from the start on."""
    _record("mark_no_show", uids, of, change, out, each, ("No-show", "missed"))


def _record(
    action: str,
    uids: list[str],
    of: Persons,
    change: o.Change,
    out: o.Output,
    each: bool,
    words: tuple[str, str],
) -> None:
    named = of.named()
    who = ", ".join(chain.from_iterable(named.values()))
    wanted = {"date": of.date, **named, **change.arguments()}
    said = f"{who} {words[1]}" if who else words[0]
    several.change(action, uids, wanted, out, each=each, said=said)

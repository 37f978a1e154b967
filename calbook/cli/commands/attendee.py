"""`attendee add|list|move|remove`, `attended`, `no-show`: the persons in a booking."""

from itertools import chain
from typing import Annotated, Any

from calbook.cli import options as o
from calbook.cli import output, several
from calbook.cli.asker import is_host, read_asker
from calbook.cli.option_values import read_pairs
from calbook.cli.session import (
    occurrence_on,
    require_yes,
    show_change,
    table_of,
    unchecked,
    usage_error,
)
from calbook.core.text import split_words

_KEYS = (
    *("email", "name", "phone", "timezone", "attendance", "ref", "language"),
    *("onlyOn", "absentOn", "partstat", "repliedAt"),
)


class Seat(o.Group):
    name: o.Name = None
    email: str | None = o.option("--email", "ADDRESS", "Whose seat it is.")
    phone: o.Phone = None
    ref: o.Ref = None
    person: o.PersonText = None
    timezone: o.AttendeeTz = None
    language: o.Language = None
    responses: o.Response = None
    on: list[str] | None = o.option(
        "--on", "DATE", "Of a series: that date alone; may be repeated."
    )
    by: o.By = None
    override: o.Override = None

    @property
    def said_as(self) -> str:
        """Who is meant, as it was typed."""
        return self.email or self.phone or self.ref or self.person or ""

    @property
    def is_named(self) -> bool:
        return bool(self.name or self.said_as)

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
    *("name", "email", "phone", "ref", "person", "timezone", "language"),
    *("on", "responses", "by", "override"),
]
Leaving = Annotated[Seat, "email", "phone", "ref", "person", "on", "by"]
Moving = Annotated[Seat, "email", "phone", "ref", "person", "on", "by", "override"]


def add(
    uid: o.Uid, *, seat: Joining, change: o.Changing, out: o.PrintingChange
) -> None:
    """Take a seat in a group for somebody, of a series for good or on some dates."""
    if not output.is_interactive():
        seat.check_named("name", "email", "phone", "ref", "person")
    form, by = out.form_in_zone(), read_asker(seat.by)
    with out.client() as client:
        if not seat.is_named:
            from calbook.cli import change_prompts  # only on a terminal

            seat = Seat(**seat.options() | change_prompts.ask_seat(client, uid))
        person = seat.options() | {
            "by": unchecked(by),
            "responses": read_pairs(seat.responses, "--response"),
            "override": split_words(seat.override),
        }
        booking = client.calendar.bookings.add_attendee(
            uid, **person, **change.arguments()
        )
        dates = _dates(booking, seat.on, client)
    _show("Added", booking, form, dates, change, as_host=is_host(by))


def remove(
    uid: o.Uid, *, seat: Leaving, change: o.Change, out: o.PrintingChange
) -> None:
    """Give a seat in a group back; of a series for good or on some dates."""
    seat.check_named("email", "phone", "ref", "person")
    form, by = out.form_in_zone(), read_asker(seat.by)
    wanted = {**seat.options(), "by": by, **change.arguments()}
    who = seat.said_as
    with out.client() as client:
        remove = client.calendar.bookings.remove_attendee
        if change.needs_yes:
            would = remove(uid, **wanted | {"dry_run": True})  # refused before asking
            on = f" on {', '.join(seat.on)}" if seat.on else ""
            require_yes(f"Remove {who} from {would.uid}{on}?", yes=False)
        booking = remove(uid, **wanted)
        dates = _dates(booking, seat.on, client)
    _show("Removed", booking, form, dates, change, as_host=is_host(by))


def move(
    uid: o.Uid,
    *,
    seat: Moving,
    into: Annotated[
        str | None,
        o.Declared("--into", metavar="UID", help="The group that it goes to."),
    ] = None,
    start: Annotated[
        str | None,
        o.Declared("--start", metavar="WHEN", help="Or its start, of one date."),
    ] = None,
    reopen: o.Reopen = False,
    change: o.Changing,
    out: o.PrintingChange,
) -> None:
    """Move one person's seat to another group of the event type, or to a start."""
    seat.check_named("email", "phone", "ref", "person")
    form, by = out.form_in_zone(), read_asker(seat.by)
    with out.client() as client:
        booking = client.calendar.bookings.move_attendee(
            uid,
            into=into,
            start_time=start,
            timezone=form.tz,
            reopen=reopen,
            **seat.options()
            | {"by": unchecked(by), "override": split_words(seat.override)},
            **change.arguments(),
        )
        dates = _dates_of_person(client, booking, seat)
    show_change(
        f"Moved {seat.said_as} to",
        booking,
        form,
        dry_run=change.dry_run,
        dates=dates,
        as_host=is_host(by),
    )


def _dates(booking: Any, on: list[str] | None, client: Any) -> list[str]:
    """The dates of a series that were meant."""
    if not on or not booking.recurring:
        return []
    now = client.now()
    return [occurrence_on(booking, day, now)["date"] for day in on]


def _dates_of_person(client: Any, booking: Any, seat: Seat) -> list[str]:
    """Those of a drop-in, who was moved there."""
    from calbook.core.errors import NotFound  # slow to import
    from calbook.core.people import Wanted, find_attendee

    people: Any = (booking.attendee, *booking.guests)
    wanted = Wanted(seat.email, seat.phone, seat.ref, seat.person)
    try:
        found: Any = find_attendee(people, wanted)
    except NotFound:  # the booking says other facts of them than the book
        id = client.calendar.people.get(seat.person).id
        found = find_attendee(people, Wanted(person=id))
    return [*found.only_on]


def _show(
    what: str,
    booking: Any,
    form: output.OutputOptions,
    dates: list[str],
    change: o.Change,
    *,
    as_host: bool,
) -> None:
    """Of some dates of a series these are named."""
    show_change(
        f"{what} on" if len(dates) else what,
        booking,
        form,
        dry_run=change.dry_run,
        dates=dates,
        as_host=as_host,
    )


def list_(
    uid: o.Uid,
    *,
    on: o.On = None,
    paper: Annotated[
        bool,
        o.Declared("--print", help="For paper: each date to come with names to tick."),
    ] = False,
    out: o.Sorting,
) -> None:
    """List the persons in a booking, the primary first; of a date who takes part."""
    with out.client() as client:
        found = client.calendar.bookings.get(uid)
        now = client.now()
        if paper:
            _print_sheet(client, found, on, out)
            return
    booking = found.to_dict()
    own = {key: booking[key] for key in ("responses", "notes", "metadata")}
    people = [{**booking["attendee"], **own}, *booking["guests"]]
    if on is not None:
        from calbook.wire.writing.bookings import takes_part  # slow to import

        occurrence = occurrence_on(found, on, now)
        people = [
            {**p, "attendance": _attendance(p, occurrence)} | _reply(p, occurrence)
            for p in people
            if takes_part(p, occurrence["date"])
        ]
    table = table_of("attendees_table")
    output.print_list(people, out.form(), keys=_KEYS, table=table)


def _print_sheet(client: Any, booking: Any, on: str | None, out: o.Output) -> None:
    from calbook.cli.screen import attendance_sheet

    form = out.form()
    if form.json or form.jsonl or form.csv or form.fields or form.format:
        raise usage_error("--print is text for paper: no --json, --jsonl, --csv")
    item, now = booking.to_dict(), client.now()
    chosen = None if on is None else [occurrence_on(booking, on, now)]
    resources = [client.calendar.resources.get(id).name for id in item["resourceIds"]]
    hosts = [client.calendar.hosts.get(id).name for id in item["hostIds"]]
    text = attendance_sheet.sheet_text(
        item, chosen, now=now, hosts=hosts, resources=resources
    )
    output.show(text)


def _attendance(person: dict[str, Any], occurrence: dict[str, Any]) -> str:
    """One person's at one date; where persons are not told apart, everybody's."""
    from calbook.core.people import shown_key  # slow to import

    said: dict[str, str] = occurrence["attendances"]
    together: str = occurrence["attendance"]
    return said.get(shown_key(person), "unknown") if said else together


def _reply(person: dict[str, Any], occurrence: dict[str, Any]) -> dict[str, Any]:
    """What one person answered to a date, if not to all dates alike."""
    said: dict[str, dict[str, Any]] = occurrence["replies"]
    if not said:
        return {}
    from calbook.core.people import shown_key  # slow to import

    return said.get(shown_key(person), {})


class Persons(o.Group):
    """Whose attendance is recorded, and of which date."""

    date: o.On = None
    email: list[str] | None = o.option(
        "--email", "ADDRESS", "In a group: this person; may be repeated."
    )
    phone: list[str] | None = o.option("--phone", "NUMBER", "Likewise, by phone.")
    ref: list[str] | None = o.option("--ref", "REF", "Likewise, by number.")
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

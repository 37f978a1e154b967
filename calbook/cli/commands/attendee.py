"""`attendee add|list|remove`, `attended`, `no-show`: the persons in a booking."""

from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import (
    ask_yes_no,
    changed_dates,
    occurrence_on,
    open_client,
    read_pairs,
    show_change,
    unchecked,
)

_KEYS = ("email", "name", "phone", "timezone", "attendance")

Address = Annotated[
    str | None, typer.Option("--email", metavar="ADDRESS", help="Whose seat it is.")
]
OfGroup = Annotated[
    list[str] | None,
    typer.Option(
        "--email", metavar="ADDRESS", help="In a group: this person; may be repeated."
    ),
]


def add(
    uid: o.Uid,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME")] = None,
    email: Address = None,
    phone: o.Phone = None,
    attendee_tz: o.AttendeeTz = None,
    response: o.Response = None,
    by: o.By = "attendee",
    if_version: o.IfVersion = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Take a seat in a group for somebody."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        booking = client.calendar.bookings.add_attendee(
            uid,
            name=name,
            email=_needed(email),
            phone=phone,
            timezone=attendee_tz,
            responses=read_pairs(response, "--response"),
            by=unchecked(by),
            if_version=if_version,
            notify_attendee=notify,
            dry_run=dry_run,
        )
    show_change("Added", booking, form, dry_run=dry_run)


def remove(
    uid: o.Uid,
    email: Address = None,
    by: o.By = "attendee",
    if_version: o.IfVersion = None,
    notify: o.Notify = None,
    dry_run: o.DryRun = False,
    yes: o.Yes = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Give a seat in a group back; then the one who joined first leads it."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    address = _needed(email)
    with open_client(db) as client:
        wanted: dict[str, Any] = {
            "email": address,
            "by": by,
            "if_version": if_version,
            "notify_attendee": notify,
        }
        remove = client.calendar.bookings.remove_attendee
        if output.is_interactive() and not (yes or dry_run):
            would = remove(uid, **wanted, dry_run=True)  # refused before it is asked
            ask_yes_no(f"Remove {address} from {would.uid}?", yes=False)
        booking = remove(uid, **wanted, dry_run=dry_run)
    show_change("Removed", booking, form, dry_run=dry_run)


def _needed(email: str | None) -> str:
    if email:
        return email
    from calbook.core.errors import UsageError

    raise UsageError("missing --email", hint="say who: --email ada@example.com")


def list_attendees(
    uid: o.Uid,
    on: o.On = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the persons in a booking, the primary first."""
    with open_client(db) as client:
        found = client.calendar.bookings.get(uid)
        now = client.now()
    booking = found.to_dict()
    own = {key: booking[key] for key in ("responses", "notes", "metadata")}
    people = [{**booking["attendee"], **own}, *booking["guests"]]
    if on is not None:
        occurrence = occurrence_on(found, on, now)
        people = [{**p, "attendance": _attendance(p, occurrence)} for p in people]

    def table(items: Any) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.attendees_table(items)

    output.print_list(
        people,
        OutputOptions(json, jsonl, csv, fields),
        keys=_KEYS,
        table=table,
    )


def _attendance(person: dict[str, Any], occurrence: dict[str, Any]) -> str:
    """One person's at one date; where persons are not told apart, everybody's."""
    said: dict[str, str] = occurrence["attendances"]
    together: str = occurrence["attendance"]
    return said.get(person["email"], "unknown") if said else together


def attended(
    uid: o.Uid,
    on: o.On = None,
    email: OfGroup = None,
    if_version: o.IfVersion = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Record that the attendee came; from the start on."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        bookings = client.calendar.bookings
        before = bookings.get(uid) if output.is_for_people(form) else None
        booking = bookings.mark_attended(
            uid, date=on, email=email or None, if_version=if_version, dry_run=dry_run
        )
    what = f"{', '.join(email)} attended" if email else "Attended"
    dates = changed_dates(before, booking) if before else ()
    show_change(what, booking, form, dry_run=dry_run, dates=dates)


def no_show(
    uid: o.Uid,
    on: o.On = None,
    email: OfGroup = None,
    if_version: o.IfVersion = None,
    dry_run: o.DryRun = False,
    no_deliver: o.NoDeliver = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Record that the attendee did not come; from the start on."""
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    with open_client(db) as client:
        bookings = client.calendar.bookings
        before = bookings.get(uid) if output.is_for_people(form) else None
        booking = bookings.mark_no_show(
            uid, date=on, email=email or None, if_version=if_version, dry_run=dry_run
        )
    what = f"{', '.join(email)} missed" if email else "No-show"
    dates = changed_dates(before, booking) if before else ()
    show_change(what, booking, form, dry_run=dry_run, dates=dates)

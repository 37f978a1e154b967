"""`event add|list|show|update|remove`: what can be booked."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.entries import Entries, Removing, Saving
from calbook.cli.event_fields import Fields, read_fields
from calbook.cli.option_values import read_day
from calbook.cli.output import Json
from calbook.cli.screen import cards, coming, words

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.catalog import EventType


_EVENT_TYPES = Entries(
    "event_types",
    ("id", "title", "duration", "schedulingType", "active"),
    cards.event_type_card,
)

Name = Annotated[
    str,
    o.Argument(metavar="EVENT", help="The event type's id or slug: demo, evt_demo."),
]
NewName = Annotated[
    str | None,
    o.Argument(metavar="[EVENT]", help="Its id: demo or evt_demo; else by --slug."),
]


def add(
    event: NewName = None, *, fields: Fields, saving: Saving, out: o.Answering
) -> None:
    """Add an event type; what is not said has a sensible default."""
    _save("create", event, fields, saving, out)


class Applying(o.Group):
    """What becomes of the bookings that are there."""

    apply_to_coming: bool = o.flag(
        "--apply-to-coming",
        "Write title, description, place, length and buffers into bookings to come.",
    )
    claim_existing: bool = o.flag(
        "--claim-existing", "Give coming bookings what it needs, or change nothing."
    )


def update(
    event: Name,
    *,
    fields: Fields,
    clear: o.Clear = None,
    applying: Applying,
    saving: Saving,
    out: o.PrintingQueued,
) -> None:
    """Change an event type; --clear takes a field out, as `none` does.

    Bookings made before keep the rules they were made under and what people were told
    of them, unless it is applied to those to come; their reminders change too."""
    fields.clear(clear)
    _save("update", event, fields, saving, out, applying.options())


def _save(
    how: str,
    event: str | None,
    fields: Fields,
    saving: Saving,
    out: o.Output,
    options: Json | None = None,
) -> None:
    read = read_fields(fields, saving.input_)
    if event is None and not read.keys() & {"id", "slug"} and output.is_interactive():
        from calbook.cli import change_prompts  # only on a terminal

        with out.client() as client:
            read = change_prompts.ask_event_type(client) | read
    event, read = _EVENT_TYPES.name_entry(event, read)
    more = {**(options or {}), "dry_run": saving.dry_run}
    with out.client() as client:
        for name, field in (("first_date", "firstDate"), ("last_date", "lastDate")):
            if getattr(fields, name) and read[name]:
                read[name] = read_day(client, read[name], field)
        saved = getattr(client.calendar.event_types, how)(event, **read, **more)
        silent = [] if out.json else _without_address(client, saved)
        full = [] if out.json or fields.seats is None else _overbooked(client, saved)
    _EVENT_TYPES.print(saved, out, dry_run=saving.dry_run)
    if not out.json and more.get("apply_to_coming"):
        output.flush()
        for line in coming.changed_lines(
            saved.bookings_changed, dry_run=more["dry_run"]
        ):
            output.say(line)
    if not out.json and saved.bookings_keeping_text:
        _say_kept(saved.bookings_keeping_text)
    if not out.json:
        _say_needs(saved)
    if not out.json and (saved.notify or saved.reminders):
        _hint()
    for line in full:
        output.say(line)
    for host in silent:
        output.say(f"calbook: {host} has no e-mail and will not be reminded")


def _say_needs(saved: "EventType") -> None:
    """Which coming bookings do not have what is needed, or were given it."""
    for dates, verb in (
        (saved.bookings_without_needs, "without what it needs now"),
        (saved.bookings_claimed, "now with what is needed"),
    ):
        if dates:
            named = [f"{each['uid']} on {each['date']}" for each in dates[:_NAMED]]
            more = len(dates) - len(named)
            named += [f"and {more} more"] * bool(more)
            number = words.count_text(len(dates), "date", "dates")
            output.say(f"{number} to come {verb}: {', '.join(named)}")
    if saved.bookings_without_needs:
        output.say("hint: calbook event update … --claim-existing gives it to them")


_NAMED = 20  # dates that are listed


def _say_kept(number: int) -> None:
    bookings = words.count_text(number, "booking", "bookings")
    output.say(
        f"{bookings} to come: people keep what they were told;"
        " with --apply-to-coming they get it too"
    )


def _overbooked(client: "Client", value: "EventType") -> list[str]:
    from calbook.cli import seat_warning  # only where seats are changed

    return seat_warning.overbooked_lines(client, value)


def _without_address(client: "Client", value: "EventType") -> list[str]:
    """The hosts who should be reminded, and cannot be."""
    if all(reminder["to"] == "attendee" for reminder in value.reminders):
        return []
    hosts = [client.calendar.hosts.get(host["userId"]) for host in value.hosts]
    return [host.id for host in hosts if host.email is None]


def _hint() -> None:
    """Nobody should believe that a mail will go out."""
    from calbook.core.errors import CalbookError
    from calbook.settings.mail_server import mail_server

    with suppress(CalbookError):  # it is saved; the settings are another matter
        if mail_server() is None:
            output.say("hint: no mail goes out without a server: calbook config smtp")


def list_(*, out: o.Sorting) -> None:
    """List the event types."""
    _EVENT_TYPES.print_all(out)


def show(event: Name, *, out: o.Answering) -> None:
    """Show one event type with its rules."""
    _EVENT_TYPES.print_one(event, out)


def remove(event: Name, *, removing: Removing, out: o.Answering) -> None:
    """Remove an event type that was never booked."""
    _EVENT_TYPES.remove(event, removing, out)

"""`busy import|add|list|remove|refresh`: time that hosts spend on other things."""

import os
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import Progress, show_progress
from calbook.cli.session import report_write_failure, require_yes, table_of
from calbook.core.errors import UsageError

if TYPE_CHECKING:
    from calbook.api.values.availability import BusyCalendar


_KEYS = (
    *("name", "kind", "hostId", "startTime", "endTime", "timezone"),
    *("stretches", "skippedCount", "horizon", "importedAt", "reason"),
    *("checkedAt", "fault"),
)

Calendar = Annotated[
    str,
    o.Argument(metavar="NAME", help="The calendar's name, or busy_… of an own."),
]


class NewCalendar(o.Group):
    name: str | None = o.option(
        "--name", "NAME", "What to call it, else its file's name; an address needs it."
    )
    host_id: o.Host = None
    resource_id: o.Resource = None
    shows_text: bool = o.flag("--show", "Keep its titles, and tell whoever is refused.")
    strict: bool = o.flag("--strict", "Skip what is in a time zone that is not known.")
    user: str | None = o.option("--user", "NAME", "Who logs in at an address.")
    password_env: str | None = o.option(
        "--password-env", "NAME", "The variable that holds the password."
    )
    password_command: str | None = o.option(
        "--password-command", "COMMAND", "A command that prints the password."
    )
    allow_private: bool = o.flag(
        "--allow-private", "The address may be of a private network."
    )
    careful: bool = o.flag("--careful", "Block the time of what is skipped too.")


def import_(
    file: Annotated[
        str,
        o.Argument(
            metavar="FILE|ADDRESS|-",
            help="An .ics file, https:// or webcal://; - is standard input.",
        ),
    ],
    *,
    calendar: NewCalendar,
    out: o.AnsweringTimes,
) -> None:
    """Block the time of a calendar's events, in the place of what it held."""
    name = _stem(file) if calendar.name is None else calendar.name
    form = out.form_in_zone()
    source = _read() if file == "-" else file
    with out.client() as client, show_progress("Reading events") as progress:
        imported = client.calendar.busy.import_ics(
            source, **calendar.options() | {"name": name}, progress=progress
        )
    _show("Imported", imported, form)


def _stem(file: str) -> str:
    """A calendar is called like its file, if nobody says how."""
    if file == "-":
        raise UsageError("missing --name", hint="what to call it: --name work")
    if "://" in file and not os.path.exists(file):  # it may be a secret to the end
        raise UsageError("missing --name", hint="what to call it: --name work")
    stem = os.path.splitext(os.path.basename(file))[0]
    return re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-")[:60]


class OwnTime(o.Group):
    host_id: o.Host = None
    resource_id: o.Resource = None
    reason: o.Reason = None
    shows_text: bool = o.flag("--show", "Tell whoever is refused what it is.")


def add(*, time: OwnTime, within: o.Range, out: o.AnsweringTimes) -> None:
    """Block a host's time: a dentist, a week off."""
    within.check_both_ends("as in --from 2027-02-01 --to 2027-02-05")
    form = out.form_in_zone()
    with out.client() as client:
        start, end = within.bounds(client, form.tz).values()
        added = client.calendar.busy.add(
            **time.options(), start_time=start, end_time=end, timezone=form.tz
        )
    _show("Added", added, form)


class Whose(o.Group):
    host_id: o.Host = None
    resource_id: o.Resource = None


def list_(
    *,
    whose: Whose,
    within: o.Range,
    stretches: Annotated[
        bool,
        o.Declared(
            "--times", help="Each busy stretch; a week from now on, or from --from on."
        ),
    ] = False,
    out: o.SortingTimes,
) -> None:
    """List the calendars and own busy time of hosts."""
    form = out.form_in_zone()
    if stretches:
        _list_times(whose, within, out)
        return
    with out.client() as client:
        bounds = within.bounds(client, form.tz)
        found = client.calendar.busy.list(**whose.options(), **bounds, timezone=form.tz)
        table = table_of("busy_table", form.tz, client.now())
    output.print_list(found, form, keys=_KEYS, table=table)


def remove(
    name: Calendar,
    *,
    host: o.Host = None,
    resource: o.Resource = None,
    yes: o.Yes = False,
    out: o.Answering,
) -> None:
    """Remove a calendar or own busy time; its host is free again."""
    with out.client() as client:
        found = client.calendar.busy.get(name, host_id=host, resource_id=resource)
        question = f"Remove {found.name} of {found.host_id}?"
        require_yes(question, yes=yes, look=None)
        client.calendar.busy.remove(found.name, host_id=found.host_id)
    said = f"Removed {found.name} of {found.host_id}"
    output.print_done(said, found, form=out.form())


def refresh(
    name: Annotated[
        str | None,
        o.Argument(metavar="NAME", help="One calendar; all of them without."),
    ] = None,
    *,
    host: o.Host = None,
    resource: o.Resource = None,
    yes: Annotated[
        bool, o.Declared("--yes", help="Also what suddenly holds nothing.")
    ] = False,
    out: o.AnsweringTimes,
) -> None:
    """Read calendars again, and further ahead as time goes by."""
    from calbook.cli import error_output

    form = out.form_in_zone()
    refusals = error_output.Refusals(form)
    whose: Json = {"host_id": host, "resource_id": resource}
    with out.client() as client:
        every = client.calendar.busy
        others = [] if name else every.list(**whose)
        readable = [other for other in others if other.source is not None]
        told = partial(_stopped_text, is_several=len(readable) > 1)
        with show_progress("Reading", stopped=told) as progress:
            calendars = every.refresh(
                name,
                **whose,
                refused=refusals.report,
                progress=progress,
                confirmed=yes,
            )
    if calendars or not refusals.statuses:  # else stdout stays empty beside the errors
        _show_all("Refreshed", calendars, form)
    output.flush()
    for other in others:
        if other.kind == "ics" and other.source is None:
            output.say(
                f"{other.name} of {other.host_id} came from standard input and stays"
                " as it is: import it again"
            )
    refusals.finish()


def _stopped_text(progress: Progress, *, is_several: bool) -> str:
    """Each calendar is read for itself, and then saved."""
    if not is_several:
        return "the calendar stays as it was, if it was not read to its end"
    return f"{progress.done:,} of {progress.total:,} were read; the others stay"


def _read() -> bytes:
    """Standard input, or one byte more than a calendar may have."""
    from calbook.core.busy import LARGEST_FILE

    return sys.stdin.buffer.read(LARGEST_FILE + 1)


def _show(what: str, calendar: "BusyCalendar", form: OutputOptions) -> None:
    """One calendar after a change; as JSON an object."""
    item = calendar.to_dict()
    with report_write_failure(f"{what} busy time", [item["name"]]):
        output.print_object(
            item, form, keys=_KEYS, card=lambda item: _card(what, item, form.tz)
        )
    _warn([item], form)


_TIME_KEYS = ("startTime", "endTime", "hostId", "calendar", "isAllDay", "reason")


def _list_times(whose: Whose, within: o.Range, out: o.Output) -> None:
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.busy.times(
            **within.bounds(client, form.tz, start="now"),
            **whose.options(),
            timezone=form.tz,
        )
        zones = {one.id: one.timezone for one in client.calendar.hosts.list()}
        zones |= {one.id: one.timezone for one in client.calendar.resources.list()}
    table = table_of("busy_times_table", form.tz, zones)
    output.print_list(found, form, keys=_TIME_KEYS, table=table)


def _show_all(
    what: str, calendars: "tuple[BusyCalendar, ...]", form: OutputOptions
) -> None:
    items = [calendar.to_dict() for calendar in calendars]
    cards = "".join(_card(what, item, form.tz) for item in items)
    cards = cards or "no calendars to read again\n"
    with report_write_failure(f"{what} busy time", [item["name"] for item in items]):
        output.print_list(items, form, keys=_KEYS, table=lambda _: cards)
    _warn(items, form)


def _card(what: str, item: Json, tz: str | None) -> str:
    from calbook.cli.screen import calendar_words
    from calbook.core.text import printable

    return "".join(
        f"{printable(line)}\n"
        for line in calendar_words.busy_change_lines(what, item, tz)
    )


def _warn(items: list[Json], form: OutputOptions) -> None:
    """What was booked before stays, what cannot be read is left out: to be known."""
    from calbook.cli.screen import calendar_words

    output.flush()
    for item in items:
        if not (form.json or output.is_terminal()):  # these say it themselves
            for line in calendar_words.said_of_events(item):
                output.say(f"{item['name']}: {line}")
        if item["overlapping"]:
            output.say(calendar_words.overlap_text(item))

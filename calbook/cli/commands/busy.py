"""`busy import|add|list|remove|refresh`: time that hosts spend on other things."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import ask_yes_no, open_client, report_write_failure

if TYPE_CHECKING:
    from calbook.api.values.availability import BusyCalendar

Json = dict[str, Any]

_KEYS = (
    *("name", "kind", "hostId", "startTime", "endTime", "timezone"),
    *("stretches", "skippedCount", "horizon", "importedAt", "reason"),
)
_MANY = 2_000  # components from which on a bar shows how it goes

Calendar = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The calendar's name, or busy_… of an own."),
]
Show = Annotated[
    bool, typer.Option("--show", help="Tell whoever is refused what it is.")
]


def import_ics(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="An .ics file; - is standard input.")
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="What to call it; its file's name without it.",
        ),
    ] = None,
    host: o.Host = None,
    show: Annotated[
        bool,
        typer.Option("--show", help="Keep its titles, and tell whoever is refused."),
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Block the time of a calendar file's events, in the place of what it held."""
    if name is None:
        name = _stem(file)
    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    source = _read() if file == "-" else file
    with open_client(db) as client, _progress() as progress:
        calendar = client.calendar.busy.import_ics(
            source, name=name, host_id=host, shows_text=show, progress=progress
        )
    _show("Imported", calendar, form)


def _stem(file: str) -> str:
    """A calendar is called like its file, if nobody says how."""
    if file == "-":
        from calbook.core.errors import UsageError

        raise UsageError("missing --name", hint="what to call it: --name work")
    stem = os.path.splitext(os.path.basename(file))[0]
    return re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-")[:60]


def add(
    host: o.Host = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="A date begins that day."),
    ] = None,
    to: o.To = None,
    reason: o.Reason = None,
    show: Show = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Block a host's time: a dentist, a week off."""
    if from_ is None or to is None:
        from calbook.core.errors import UsageError

        raise UsageError(
            f"missing {'--from' if from_ is None else '--to'}",
            hint="as in --from 2027-02-01 --to 2027-02-05",
        )
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        added = client.calendar.busy.add(
            start_time=from_,
            end_time=to,
            host_id=host,
            reason=reason,
            shows_text=show,
            timezone=zone,
        )
    _show("Added", added, OutputOptions(json=json, tz=zone))


def list_busy(
    host: o.Host = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="Busy then or later."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="WHEN", help="Busy before; a date is included."),
    ] = None,
    stretches: Annotated[
        bool, typer.Option("--times", help="Each busy stretch; from now on, a week.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the calendars and own busy time of hosts."""
    zone = output.read_timezone(tz)
    if stretches:
        form = OutputOptions(json, jsonl, csv, fields, zone)
        _list_times(form, db, host=host, since=from_, to=to)
        return
    with open_client(db) as client:
        found = client.calendar.busy.list(
            host_id=host, start_date=from_, end_date=to, timezone=zone
        )

    def table(items: Any) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.busy_table(items, zone)

    output.print_list(
        [calendar.to_dict() for calendar in found],
        OutputOptions(json, jsonl, csv, fields, zone),
        keys=_KEYS,
        table=table,
    )


def remove(
    name: Calendar,
    host: o.Host = None,
    yes: o.Yes = False,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Remove a calendar or own busy time; its host is free again."""
    with open_client(db) as client:
        found = client.calendar.busy.get(name, host_id=host)
        ask_yes_no(f"Remove {found.name} of {found.host_id}?", yes=yes)
        client.calendar.busy.remove(found.name, host_id=found.host_id)
    if json:
        output.print_object(
            found.to_dict(), OutputOptions(json=True), keys=(), card=str
        )
        return
    output.say(f"Removed {found.name} of {found.host_id}")


def refresh(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One calendar; without, all from files."),
    ] = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Read calendar files again, and further ahead as time goes by."""
    from calbook.cli import error_output

    form = OutputOptions(json=json, tz=output.read_timezone(tz))
    failures: list[int] = []

    def refused(error: Any) -> None:
        error_output.show(error, wants_json=json)
        failures.append(error.exit_code)

    with open_client(db) as client, _progress() as progress:
        calendars = client.calendar.busy.refresh(
            name, host_id=host, refused=refused, progress=progress
        )
    _show_all("Refreshed", calendars, form, is_silent=bool(failures))
    if failures:
        raise error_output.Failures(failures[0])


def _read() -> bytes:
    """Standard input, or one byte more than a calendar may have."""
    from calbook.core.busy import LARGEST_FILE

    return sys.stdin.buffer.read(LARGEST_FILE + 1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """On a terminal a bar, once a calendar turns out to be large."""
    if not sys.stderr.isatty():
        yield None
        return
    bar: Any = None

    def progress(done: int, total: int) -> None:
        nonlocal bar
        if total < _MANY:
            return
        if bar is None:
            from calbook.cli.screen import painting  # slow to import

            bar = painting.ProgressBar("Reading events", total)
        if done % 100 == 0 or done == total:
            bar.update(done, total)

    try:
        yield progress
    finally:
        if bar is not None:
            bar.close()


def _show(what: str, calendar: "BusyCalendar", form: OutputOptions) -> None:
    """One calendar after a change; as JSON an object."""
    item = calendar.to_dict()
    with report_write_failure(f"{what} busy time", [item["name"]]):
        output.print_object(
            item, form, keys=_KEYS, card=lambda item: _card(what, item, form.tz)
        )
    _warn([item], form)


_TIME_KEYS = ("startTime", "endTime", "hostId", "calendar", "isAllDay", "reason")


def _list_times(
    form: OutputOptions,
    db: str | None,
    *,
    host: str | None,
    since: str | None,
    to: str | None,
) -> None:
    with open_client(db) as client:
        found = client.calendar.busy.times(
            start_date=since or "now",
            end_date=to or "+7d",
            host_id=host,
            timezone=form.tz,
        )
        zones = {one.id: one.timezone for one in client.calendar.hosts.list()}

    def table(items: Any) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.busy_times_table(items, form.tz, zones)

    output.print_list(
        [each.to_dict() for each in found], form, keys=_TIME_KEYS, table=table
    )


def _show_all(
    what: str,
    calendars: "tuple[BusyCalendar, ...]",
    form: OutputOptions,
    *,
    is_silent: bool,
) -> None:
    items = [calendar.to_dict() for calendar in calendars]
    if items or not is_silent:  # else stdout stays empty beside the errors
        with report_write_failure(
            f"{what} busy time", [item["name"] for item in items]
        ):
            output.print_list(
                items,
                form,
                keys=_KEYS,
                table=lambda items: (
                    "".join(_card(what, item, form.tz) for item in items)
                    or "no calendars from files\n"
                ),
            )
    _warn(items, form)


def _card(what: str, item: Json, tz: str | None) -> str:
    from calbook.cli.screen import words
    from calbook.core.text import printable

    return "".join(
        f"{printable(line)}\n" for line in words.busy_change_lines(what, item, tz)
    )


def _warn(items: list[Json], form: OutputOptions) -> None:
    """What was booked before stays, what cannot be read is left out: to be known."""
    from calbook.cli.screen import words

    output.flush()
    for item in items:
        if not (form.json or output.is_terminal()):  # these say it themselves
            for line in words.skipped_events(item):
                output.say(f"{item['name']}: {line}")
        uids = item["overlapping"]
        if uids:
            more = f" and {len(uids) - 5} more" if len(uids) > 5 else ""
            verb = "lies" if len(uids) == 1 else "lie"
            output.say(
                f"{', '.join(uids[:5])}{more} {verb} in that busy time of"
                f" {item['hostId']}: what is booked stays"
            )

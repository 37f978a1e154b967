"""`calendar …`: calendars elsewhere, read and written."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from calbook.cli import delivery_log, output
from calbook.cli import options as o
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import (
    display_timezone,
    needed,
    report_write_failure,
    require_yes,
)
from calbook.core.errors import CalbookError, EntriesGone, UsageError

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.calendars import CalendarFinding, ConnectedCalendar

_KEYS = (
    *("name", "hostId", "kind", "source", "busy", "push"),
    *("written", "pending", "checkedAt", "fault"),
)
_CHECK_KEYS = (
    *("name", "hostId", "kind", "source", "title", "objects"),
    *("canWrite", "hasFreeBusy", "tellsChanges", "schedules"),
)

Name = Annotated[str, o.Argument(metavar="NAME", help="As in `calendar list`.")]


class NewCalendar(o.Group):
    source: str | None = o.option(
        "--url", "URL|DIR", "A calendar's or a server's URL, or a directory."
    )
    host_id: o.Host = None
    busy: bool = o.flag("--busy", "What stands there blocks the host.")
    push: bool = o.flag("--push", "Write the host's bookings there.")
    free_busy: bool = o.flag("--free-busy", "Only ask when its owner is busy.")
    careful: bool = o.flag("--careful", "Block the time of what is skipped too.")
    shows_text: bool = o.flag("--show", "Keep its titles, and tell whoever is refused.")
    user: str | None = o.option("--user", "NAME", "Who logs in.")
    password_command: str | None = o.option(
        "--password-command", "COMMAND", "Prints the password: 'pass caldav'."
    )
    password_env: str | None = o.option(
        "--password-env", "NAME", "The variable that holds it."
    )
    allow_private: bool = o.flag(
        "--allow-private", "It is in a private network, and may be without TLS."
    )


class Changes(o.Group):
    clearable = ("user",)

    source: str | None = o.option("--url", "URL|DIR", "Where it is now.")
    busy: bool | None = o.option(
        "--busy/--no-busy", help="What stands there blocks the host."
    )
    push: bool | None = o.option(
        "--push/--no-push", help="Write the host's bookings there."
    )
    free_busy: bool | None = o.option(
        "--free-busy/--no-free-busy", help="Only ask when its owner is busy."
    )
    careful: bool | None = o.option(
        "--careful/--no-careful", help="Block the time of what is skipped too."
    )
    shows_text: bool | None = o.option(
        "--show/--no-show", help="Keep its titles, and tell whoever is refused."
    )
    user: str | None = o.option("--user", "NAME", "Who logs in.")
    password_command: str | None = o.option(
        "--password-command", "COMMAND", "Prints the password: 'pass caldav'."
    )
    password_env: str | None = o.option(
        "--password-env", "NAME", "The variable that holds it."
    )
    allow_private: bool | None = o.option(
        "--allow-private/--no-private", help="It may be in a private network."
    )


Adding = Annotated[o.Output, "tz", *o.FORMS, "no_deliver", "db"]


def add(
    name: Annotated[str, o.Argument(metavar="NAME", help="What to call it: work.")],
    *,
    calendar: NewCalendar,
    out: Adding,
) -> None:
    """Connect a calendar on a server (CalDAV), or a directory of .ics files."""
    form = out.form_in_zone()
    fields = calendar.given()
    source = needed(
        fields.pop("source", None), "--url", "as in --url https://cloud.example.com/"
    )
    with out.client() as client:
        connections = client.calendar.connections
        added = _choosing(lambda url: connections.add(name, url, **fields), source)
    _show("Connected", added, form)


def _choosing(
    connect: "Callable[[str], ConnectedCalendar]", source: str
) -> "ConnectedCalendar":
    """Of several that a server has, the one that somebody chooses."""
    try:
        connected = connect(source)
    except UsageError as error:
        found = error.details.get("calendars")
        if found is None or not output.is_interactive():
            raise
        connected = connect(_ask_which(found))
    if connected.kind == "caldav" and connected.source != source:
        output.say(f"The calendar there is {connected.source}")
    return connected


def update(
    name: Name,
    *,
    host: o.Host = None,
    changes: Changes,
    clear: o.Clear = None,
    out: Adding,
) -> None:
    """Change a calendar's log-in, its place, or what it is for.

    Without push what waits to be written is dropped, without busy its busy time.
    """
    form = out.form_in_zone()
    changes.clear(clear)
    fields = changes.given()
    if fields.get("user") == "":
        fields["user"] = None
    with out.client() as client:
        connections = client.calendar.connections
        before = connections.get(name, host_id=host)
        given: Json = {"host_id": before.host_id, **fields}
        source = given.pop("source", None)
        if source is None:
            after = connections.update(before.name, **given)
        else:
            after = _choosing(
                lambda url: connections.update(before.name, source=url, **given),
                source,
            )
    _show("Changed", after, form)
    if not after.push:
        _say_dropped(before.pending)


def _ask_which(found: list[Json]) -> str:
    from calbook.cli.asking import ask_choice  # only where somebody is asked

    choices = [
        (each["url"], f"{each['title'] or 'unnamed'}  {each['url']}") for each in found
    ]
    chosen: str = ask_choice("Which calendar (a number)", choices)
    return chosen


def list_(
    *,
    host: o.Host = None,
    out: o.SortingTimes,
) -> None:
    """List the connected calendars, and what waits to be written there."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.connections.list(host_id=host)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import calendars

        return calendars.calendars_table(items)

    output.print_list(found, form, keys=_KEYS, table=table)


def show(name: Name, *, host: o.Host = None, out: o.AnsweringTimes) -> None:
    """Show one connected calendar, without its password."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.connections.get(name, host_id=host)
    _show(None, found, form)


def check(name: Name, *, host: o.Host = None, out: o.Answering) -> None:
    """Ask a calendar what is there and what it can do; changes nothing."""
    with out.client() as client:
        found = client.calendar.connections.check(name, host_id=host)

    def card(item: Json) -> str:
        from calbook.cli.screen import calendars

        return calendars.check_card(item)

    output.print_object(found, out.form(), keys=_CHECK_KEYS, card=card)


def remove(
    name: Name, *, host: o.Host = None, yes: o.Yes = False, out: o.Answering
) -> None:
    """Disconnect a calendar; what was written there stays there."""
    with out.client() as client:
        found = client.calendar.connections.get(name, host_id=host)
        question = f"Disconnect {found.name} of {found.host_id}?"
        require_yes(question, yes=yes, look=None)
        dropped = client.calendar.connections.remove(name, host_id=found.host_id)
    said = f"Disconnected {found.name} of {found.host_id}"
    output.print_done(said, found, form=out.form())
    if found.written:
        what = "1 booking stays" if found.written == 1 else f"{found.written:,} stay"
        output.say(f"{what} there as written")
    _say_dropped(dropped)


def _say_dropped(count: int) -> None:
    if count:
        what = "1 change that was" if count == 1 else f"{count:,} that were"
        output.say(f"Dropped {what} still to be sent")


_FOUND_KEYS = ("kind", "calendar", "hostId", "uid", "titleThere", "overwritten")
Syncing = Annotated[
    o.Output, "tz", "json", "jsonl", "csv", "fields", "format", "no_deliver", "db"
]


def sync(
    name: Annotated[
        str | None, o.Argument(metavar="[NAME]", help="One calendar; else all.")
    ] = None,
    *,
    host: o.Host = None,
    uid: Annotated[
        list[str] | None,
        o.Declared("--uid", metavar="UID", help="Only this booking."),
    ] = None,
    overwrite: Annotated[
        bool,
        o.Declared("--force", help="Write again what is not as it was written."),
    ] = False,
    yes: Annotated[
        bool, o.Declared("--yes", help="Also where all or most is suddenly gone.")
    ] = False,
    out: Syncing,
) -> None:
    """Say what was deleted, moved or changed there; changes no booking.

    Exit status 1: something was found, and is not overwritten.
    """
    from calbook.cli import calendar_hints, error_output

    form = out.form_in_zone()
    refusals = error_output.Refusals(form)
    with out.client() as client:
        zone = display_timezone(client, form)
        given: Json = {"overwrite": overwrite, "uids": tuple(uid or ())}
        found = _sync(client, name, host, given, yes, refusals.report)
        hints = calendar_hints.find_hints(client, found, form)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import calendars

        return calendars.findings_text(items, zone)

    if found or not refusals.statuses:
        output.print_list(found, form, keys=_FOUND_KEYS, table=table)
    output.flush()
    for hint in hints:
        output.say(f"hint: {hint}")
    refusals.finish()
    if not all(finding.overwritten for finding in found):
        raise error_output.Failures(1)


def _sync(
    client: "Client",
    name: str | None,
    host: str | None,
    options: Json,
    yes: bool,
    refused: Callable[[CalbookError], None],
) -> "tuple[CalendarFinding, ...]":
    """Each by itself, so that each that is suddenly empty can be asked about."""
    connections = client.calendar.connections
    every = connections.list(host_id=host)
    chosen = every if name is None else (connections.get(name, host_id=host),)
    found: list[Any] = []
    for each in chosen:
        given: Json = {"host_id": each.host_id, **options}
        errors: list[CalbookError] = []
        findings = connections.sync(
            each.name, **given, confirmed=yes, refused=errors.append
        )
        gone = [error for error in errors if isinstance(error, EntriesGone)]
        if gone and output.is_interactive():
            require_yes(f"{gone[0].json_message}. Go on?", yes=False)
            errors = []
            findings = connections.sync(
                each.name, **given, confirmed=True, refused=errors.append
            )
        found += findings
        for error in errors:
            refused(error)
    return tuple(found)


def log(
    name: Annotated[
        str | None, o.Argument(metavar="[NAME]", help="Only this one's.")
    ] = None,
    *,
    host: o.Host = None,
    uid: Annotated[
        str | None, o.Declared("--uid", metavar="UID", help="Only this booking's.")
    ] = None,
    which: delivery_log.Log,
    out: o.AnsweringTimes,
) -> None:
    """List what was and will be written into calendars, the newest first."""
    form, one = out.form_in_zone(), which.delivery
    if one is not None:
        delivery_log.print_delivery(
            lambda client: client.calendar.connections.get_delivery(one),
            *(which, name, host, uid),
            out=out,
        )
        return
    with out.client() as client:
        found = client.calendar.connections.log(
            name, host_id=host, uid=uid, **which.arguments()
        )
        zone, now = display_timezone(client, form), client.now()
    delivery_log.print_deliveries(
        found,
        form,
        zone,
        now=now,
        to="Calendar",
        nothing="nothing written\n",
    )


def redeliver(
    id: Annotated[
        str, o.Argument(metavar="DELIVERY", help="Its id, as in `calendar log`.")
    ],
    *,
    out: o.Queueing,
) -> None:
    """Write one booking again, as it is now, whatever became of it."""
    with out.client() as client:
        queued = client.calendar.connections.redeliver(id)
    delivery_log.print_redelivery(queued, out)


def _show(what: str | None, found: "ConnectedCalendar", form: OutputOptions) -> None:
    def card(item: Json) -> str:
        from calbook.cli.screen import calendars

        return calendars.calendar_card(what, item, form.tz)

    with report_write_failure(what or "Found", [found.name]):
        output.print_object(found, form, keys=_KEYS, card=card)

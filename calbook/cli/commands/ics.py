"""`ics`: a booking, or many, as a calendar file."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.file_output import write_file_parts
from calbook.cli.option_values import read_minutes
from calbook.cli.progress import show_progress
from calbook.cli.session import occurrence_on, unchecked
from calbook.core.errors import UsageError

if TYPE_CHECKING:
    from calbook.api.client import Client


class One(o.Group):
    """What a single booking's file says."""

    method: str | None = o.option(
        "--method",
        "publish|request|cancel|none",
        "What it asks of the calendar [default: request, or cancel].",
    )
    email: str | None = o.option(
        "--email", "ADDRESS", "The copy for this attendee, who sees no other's name."
    )
    phone: o.Phone = None
    ref: o.Ref = None
    person: o.PersonText = None
    all_attendees: bool = o.flag(
        "--all-attendees", "Of a group: the host's own copy, which names them all."
    )

    def named(self) -> dict[str, str]:
        """The one attendee whose copy it is."""
        names = ("email", "phone", "ref", "person")
        return o.said(**{name: getattr(self, name) for name in names})


class Feed(o.Group):
    """Which bookings a feed holds."""

    event_type_id: o.EventType = None
    host_id: o.Host = None
    resource_id: o.Resource = None


class Form(o.Group):
    """What a feed says."""

    as_feed: bool = o.flag("--feed", "A feed to subscribe to, of all that is chosen.")
    refresh: str | None = o.option(
        "--refresh", "MINUTES", "Of a feed: look again after that [default: 15m]."
    )
    busy_only: bool = o.flag("--busy-only", "Of a feed: only when somebody is busy.")
    redact: bool = o.flag("--redact", "Of a feed: titles of event types, no persons.")
    free_busy: bool = o.flag("--free-busy", "One VFREEBUSY of a host, not a feed.")

    def given(self) -> dict[str, Any]:
        given = {name: value for name, value in vars(self).items() if value}
        return {
            f"--{name.removeprefix('as_').replace('_', '-')}": value
            for name, value in given.items()
        }

    @property
    def is_feed(self) -> bool:
        return self.as_feed or self.busy_only or self.redact or self.refresh is not None

    def minutes(self) -> int | None:
        if self.refresh is not None:
            return read_minutes(self.refresh, "--refresh")
        return _REFRESH if self.is_feed else None


_REFRESH = 15  # minutes


def ics(
    uid: Annotated[
        str | None,
        o.Argument(metavar="UID", help="The booking; without one, a feed of many."),
    ] = None,
    *,
    one: One,
    feed: Feed,
    within: o.Range,
    form: Form,
    alarm: Annotated[
        str | None,
        o.Declared("--alarm", metavar="MINUTES", help="A reminder before, as 15m."),
    ] = None,
    folder: Annotated[
        str | None,
        o.Declared("--folder", metavar="DIR", help="A file for each booking, in DIR."),
    ] = None,
    file: o.File = None,
    force: o.Force = False,
    out: o.PrintingTimes,
) -> None:
    """Print a booking as an iCalendar file, or many bookings as one feed.

    Of a series --on is one date, of a feed the time that it is of.
    """
    chosen = feed.given()
    ranges = within.given()
    on = ranges.pop("on", None) if uid is not None else None
    chosen |= ranges
    zone = out.form_in_zone().tz
    is_stored = (one.method or "").casefold() == "none"
    if folder is not None:
        method = None if is_stored else one.method
        named = {"UID": uid, "--method": method, "--output": file}
        named |= _copy_options(one) | form.given()
        if others := o.said(**named):
            raise UsageError(f"--folder does not go with {', '.join(others)}")
        _update_folder(folder, alarm, out, (feed, within), zone, force=force)
        return
    of_one = o.said(**{"--method": one.method, "--alarm": alarm})
    of_one |= o.said(**_copy_options(one))
    if uid is None and is_stored:
        del of_one["--method"]
    _check(uid, chosen | form.given(), [*of_one])
    if form.free_busy and (form.is_feed or is_stored):
        raise UsageError("--free-busy is neither a feed nor of another form")
    with out.client() as client:
        parts = _parts(client, uid, one, alarm, on, (feed, within, form), zone)
        first = next(parts)
        _hint_at_copies(one, first)
        hides = form.busy_only or form.redact or form.free_busy
        if b"\nMETHOD:" not in first and not (is_stored or hides):
            output.say(
                "hint: the host has no e-mail, so nobody can be asked or told:"
                " calbook host update … --email"
            )
        whole = chain([first], parts)
        if out.json and file is None:
            output.print_long_text("ics", whole, out.form())
        else:
            write_file_parts(file, whole, force=force)


def _parts(
    client: "Client",
    uid: str | None,
    one: One,
    alarm: str | None,
    on: str | None,
    which: tuple[Feed, o.Range, Form],
    zone: str | None,
) -> Iterator[bytes]:
    """The file of a booking or of many; its head is in the first part."""
    bookings = client.calendar.bookings
    feed, within, form = which
    if uid is not None:
        yield _one_file(client, uid, one, alarm, on)
        return
    chosen = _chosen(client, feed, within, zone)
    if form.free_busy:
        yield bookings.get_free_busy(**chosen).encode()
        return
    with show_progress("Writing", stopped=lambda _: _NO_FILE) as progress:
        parts = bookings.iter_feed(
            **chosen,
            method=unchecked(one.method),
            busy_only=form.busy_only,
            redact=form.redact,
            refresh=form.minutes(),
            progress=progress,
        )
        first = next(parts)
    yield first
    yield from parts


def _one_file(
    client: "Client", uid: str, one: One, alarm: str | None, on: str | None
) -> bytes:
    booking = client.calendar.bookings.get(uid)
    text = client.calendar.bookings.get_ics(
        uid,
        method=unchecked(one.method),
        alarm=read_minutes(alarm, "--alarm"),
        date=on,
        all_attendees=one.all_attendees,
        **one.named(),
    )
    if on is None:
        _warn(one.method, booking.status, "booking")
    else:
        occurrence = occurrence_on(booking, on, client.now())
        _warn(one.method, occurrence["status"], "date")
    return text.encode()


_NO_FILE = "no feed was written"


def _chosen(
    client: "Client", feed: Feed, within: o.Range, zone: str | None
) -> dict[str, Any]:
    """The filters of a feed."""
    bounds = o.said(**within.bounds(client, zone))
    return {**feed.given(), **bounds, "timezone": zone}


def _update_folder(
    folder: str,
    alarm: str | None,
    out: o.Output,
    which: tuple[Feed, o.Range],
    zone: str | None,
    *,
    force: bool,
) -> None:
    from calbook.cli import calendar_folder  # only for --folder

    before = read_minutes(alarm, "--alarm")
    with out.client() as client:
        chosen = _chosen(client, *which, zone)
        stopped = "what was written stays; the same command goes on"
        with show_progress("Writing", stopped=lambda _: stopped) as progress:
            files = client.calendar.bookings.iter_ics(
                alarm=before, progress=progress, **chosen
            )
            done = calendar_folder.update(client, folder, files, before, force=force)
    said = "{written} written, {unchanged} unchanged, {removed} removed in {path}"
    output.print_done(said.format(**done), done, form=out.form())


def _copy_options(one: One) -> dict[str, Any]:
    """What says whose copy of one booking it is."""
    given = {f"--{name}": value for name, value in one.named().items()}
    return given | {"--all-attendees": one.all_attendees or None}


def _check(uid: str | None, feed: dict[str, str], of_one: list[str]) -> None:
    """One booking or a feed of many."""
    if uid is None and feed and not of_one:
        return
    if uid is not None and not feed:
        return
    if uid is None and not feed:
        raise UsageError(
            "which booking?",
            hint="calbook ics UID, or a feed: --feed, --event, --host, --from, --to,"
            " --folder",
        )
    wrong = (
        f"{', '.join(of_one)} is for one booking"
        if uid is None
        else "a UID is one booking; --event, --host, --from, --to and what a feed says"
        " are for a feed"
    )
    raise UsageError(wrong)


def _hint_at_copies(one: One, data: bytes) -> None:
    """A request of nobody was asked for: say how somebody is asked."""
    is_asked = (one.method or "").casefold() in ("request", "cancel")
    if is_asked and not one.named() and b"\nMETHOD:PUBLISH" in data:
        output.say(
            "hint: the file names nobody: --email ADDRESS is the copy for one attendee,"
            " --all-attendees the host's own"
        )


def _warn(method: str | None, status: str, what: str) -> None:
    """A file that tells calendars what is not so was asked for: say it."""
    asked = (method or "").casefold()
    if asked == "request" and status == "CANCELLED":
        output.say(f"hint: this {what} is cancelled; the file invites to it")
    elif asked == "cancel" and status != "CANCELLED":
        output.say(f"hint: this {what} is not cancelled; the file says that it is")

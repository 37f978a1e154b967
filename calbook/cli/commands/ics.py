"""`ics`: a booking, or many, as a calendar file."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import occurrence_on, open_client, read_minutes, unchecked


def ics(
    uid: Annotated[
        str | None,
        typer.Argument(metavar="UID", help="The booking; without one, a feed of many."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="publish|request|cancel",
            help="What it asks of the calendar [request; cancel when cancelled].",
        ),
    ] = None,
    on: o.On = None,
    event: o.EventType = None,
    host: o.Host = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="WHEN", help="Of a feed: from then on."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="WHEN", help="Of a feed: a date is included."),
    ] = None,
    alarm: Annotated[
        str | None,
        typer.Option("--alarm", metavar="MINUTES", help="A reminder before, as 15m."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Print a booking as an iCalendar file, or many bookings as one feed."""
    feed = {
        "event_type_id": event,
        "host_id": host,
        "start_date": from_,
        "end_date": to,
    }
    chosen = {key: value for key, value in feed.items() if value is not None}
    of_one = {"--method": method, "--on": on, "--alarm": alarm}
    _check(uid, chosen, [name for name, value in of_one.items() if value is not None])
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        bookings = client.calendar.bookings
        if uid is None:
            text = bookings.get_feed(**chosen, timezone=zone)
        else:
            booking = bookings.get(uid)
            text = bookings.get_ics(
                uid,
                method=unchecked(method),
                alarm=read_minutes(alarm, "--alarm"),
                date=on,
            )
            if on is None:
                _warn(method, booking.status, "booking")
            else:
                occurrence = occurrence_on(booking, on, client.now())
                _warn(method, occurrence["status"], "date")
    data = text.encode()
    if b"\nMETHOD:" not in data:
        output.say(
            "hint: the host has no e-mail, so nobody can be asked or told:"
            " calbook host update … --email"
        )
    if json and out is None:
        output.print_object(
            {"ics": text}, output.OutputOptions(json=True), keys=(), card=str
        )
        return
    if out is None or out == "-":
        output.write_bytes(data)
        return
    from calbook.cli import file_output  # only for --output

    file_output.save_file(out, data, force=force)
    if output.is_terminal():
        output.say(f"Wrote {out}")


def _check(uid: str | None, feed: dict[str, str], of_one: list[str]) -> None:
    """One booking or a feed of many."""
    if uid is None and feed and not of_one:
        return
    if uid is not None and not feed:
        return
    from calbook.core.errors import UsageError

    if uid is None and not feed:
        raise UsageError(
            "which booking?",
            hint="calbook ics UID, or a feed: --event, --host, --from, --to",
        )
    wrong = (
        f"{', '.join(of_one)} is for one booking"
        if uid is None
        else ("a UID is one booking; --event, --host, --from and --to are for a feed")
    )
    raise UsageError(wrong)


def _warn(method: str | None, status: str, what: str) -> None:
    """A file that tells calendars what is not so was asked for: say it."""
    asked = (method or "").casefold()
    if asked == "request" and status == "CANCELLED":
        output.say(f"hint: this {what} is cancelled; the file invites to it")
    elif asked == "cancel" and status != "CANCELLED":
        output.say(f"hint: this {what} is not cancelled; the file says that it is")

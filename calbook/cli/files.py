"""`ics`: a booking as a calendar file."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import minutes, opened


def ics(
    uid: o.Uid,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="publish|request|cancel",
            help="What it asks of the calendar [request; cancel when cancelled].",
        ),
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
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Print a booking as an iCalendar file that calendars accept."""
    with opened(db) as client:
        text = client.calendar.bookings.get_ics(
            uid, method=method, alarm=minutes(alarm, "--alarm")
        )
        status = client.calendar.bookings.get(uid).status if method else ""
    data = text.encode()
    if b"\nMETHOD:" not in data:
        output.say(
            "hint: the host has no e-mail, so nobody can be asked or told:"
            " calbook host update … --email"
        )
    _warn(method, status)
    if json and out is None:
        output.one({"ics": text}, output.Form(json=True), keys=(), card=str)
        return
    if out is None or out == "-":
        output.write_bytes(data)
        return
    from calbook.cli import saving  # only for --output

    saving.save(out, data, force=force)
    if output.is_terminal():
        output.say(f"Wrote {out}")


def _warn(method: str | None, status: str) -> None:
    """A file that tells calendars what is not so was asked for: say it."""
    asked = (method or "").casefold()
    if asked == "request" and status == "CANCELLED":
        output.say("hint: this booking is cancelled; the file invites to it")
    elif asked == "cancel" and status != "CANCELLED":
        output.say("hint: this booking is not cancelled; the file says that it is")

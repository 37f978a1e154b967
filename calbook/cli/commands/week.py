"""`week`: a working week as a grid, as a picture, or else as an agenda."""

from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import open_client

if TYPE_CHECKING:
    from calbook.cli.screen.timeline import Page


def week(
    of: Annotated[
        str, typer.Option("--of", metavar="WHEN", help="A day of that week.")
    ] = "today",
    host: o.Host = None,
    svg: Annotated[
        str | None,
        typer.Option("--svg", metavar="FILE", help="Write it as a picture."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file.")
    ] = False,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show a week as a grid.

    On a narrow terminal, and piped, it is the agenda of that week.
    """
    from calbook.cli.commands import agenda

    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    with open_client(db) as client:
        bookings = client.calendar.bookings
        found = bookings.week(of=of, host_id=host, timezone=zone)
        now = client.now()
    if svg is None and (fields or not output.is_for_people(form)):
        agenda.show_agenda(found, form, now=now, host=host)
        return
    from calbook.cli.screen import timeline

    page = timeline.make_page(found, now, host=host)
    if svg is not None:
        _save(page, svg, force=force)
        return
    from calbook.cli.screen import painting  # slow to import
    from calbook.cli.screen.agenda import agenda_lines
    from calbook.cli.screen.week import week_lines

    width = output.width()
    lines = week_lines(page, width) or agenda_lines(page, width)
    output.write(painting.paint_lines(lines))


def _save(page: "Page", file: str, *, force: bool) -> None:
    from calbook.cli.screen import week_svg

    data = week_svg.week_svg(page).encode()
    if file == "-":
        output.write_bytes(data)
        return
    from calbook.cli import file_output

    file_output.save_file(file, data, force=force)
    if output.is_terminal():
        output.say(f"Wrote {file}")

"""`week`: a working week as a grid, as a picture, or else as an agenda."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import usage_error


def week(
    *,
    of: Annotated[
        str, typer.Option("--of", metavar="WHEN", help="A day of that week.")
    ] = "today",
    host: o.Host = None,
    resource: o.Resource = None,
    svg: Annotated[bool, typer.Option("--svg", help="As a picture.")] = False,
    file: o.File = None,
    force: o.Force = False,
    out: o.ListingTimes,
) -> None:
    """Show a week as a grid.

    On a narrow terminal, and piped, it is the agenda of that week.
    """
    from calbook.cli.commands import agenda

    form = out.form_in_zone()
    if not svg and (file is not None or force):
        raise usage_error("--output and --force are for a picture", "add --svg")
    if svg and file is None and output.is_terminal():
        raise usage_error("a picture is no text for a terminal", "add -o week.svg")
    with out.client() as client:
        bookings = client.calendar.bookings
        found = bookings.week(
            of=of, host_id=host, resource_id=resource, timezone=form.tz
        )
        now = client.now()
    if not svg and (form.fields or not output.is_for_people(form)):
        agenda.show_agenda(found, form, now=now, host=host or resource)
        return
    from calbook.cli.screen import timeline

    page = timeline.make_page(found, now, host=host or resource)
    if svg:
        from calbook.cli.file_output import write_file
        from calbook.cli.screen import week_svg

        write_file(file, week_svg.week_svg(page).encode(), force=force)
        return
    from calbook.cli.screen import painting  # slow to import
    from calbook.cli.screen.agenda import agenda_lines
    from calbook.cli.screen.week import week_lines

    width = output.width()
    lines = week_lines(page, width) or agenda_lines(page, width)
    output.show(painting.paint_lines(lines))

"""`day`, `week`, `month`: days as a grid or a picture, else as an agenda."""

from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli.commands.agenda import Draw, show_agenda
from calbook.cli.defaults import read_default

if TYPE_CHECKING:
    from calbook.cli.screen.cells import Line
    from calbook.cli.screen.timeline import Page

ByHost = Annotated[
    str | None,
    typer.Option("--by", metavar="host", help="Each host in a column of their own."),
]


def day(
    *,
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="Which day.")
    ] = "today",
    by: ByHost = None,
    host: o.Host = None,
    resource: o.Resource = None,
    out: o.ListingTimes,
) -> None:
    """Show a day as a grid.

    Piped, it is the agenda of that day.
    """
    is_by_host = _is_by_host(by)
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.bookings.day(
            on=on, host_id=host, resource_id=resource, timezone=form.tz
        )
        now = client.now()
    draw = _draw_grid(is_by_host=is_by_host)
    show_agenda(found, form, now=now, host=host or resource, draw=draw)


def week(
    *,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="WHEN",
            help="A day of that week; else this one, from Saturday on the coming one.",
        ),
    ] = None,
    by: ByHost = None,
    host: o.Host = None,
    resource: o.Resource = None,
    svg: Annotated[
        str | None,
        typer.Option("--svg", metavar="FILE", help="Write it as a picture."),
    ] = None,
    force: o.Force = False,
    out: o.ListingTimes,
) -> None:
    """Show a week as a grid that fits the screen.

    On a narrow terminal, and piped, it is the agenda of that week.
    """
    is_by_host = _is_by_host(by)
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.bookings.week(
            of=of,
            host_id=host,
            resource_id=resource,
            timezone=form.tz,
            week_start=read_default("week_start") or "monday",
        )
        now = client.now()
    if svg is not None:
        from calbook.cli.file_output import write_file
        from calbook.cli.screen import timeline, week_svg

        page = timeline.make_page(found, now, host=host or resource)
        picture = week_svg.week_svg(page, is_by_host=is_by_host)
        write_file(svg, picture.encode(), force=force)
        return
    draw = _draw_grid(is_by_host=is_by_host)
    show_agenda(found, form, now=now, host=host or resource, draw=draw)


def _is_by_host(by: str | None) -> bool:
    if by is None or by.lower() == "host":
        return by is not None
    from calbook.cli.session import usage_error

    raise usage_error(f"--by is host, not {by[:80]}")


def _draw_grid(*, is_by_host: bool) -> Draw:
    def draw(page: "Page", width: int, height: int) -> "list[Line]":
        from calbook.cli.screen.grid_lines import grid_lines

        return grid_lines(page, width, height, is_by_host=is_by_host)

    return draw

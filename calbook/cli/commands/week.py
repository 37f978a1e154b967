"""`day`, `week`, `month`: days as a grid or a picture, else as an agenda."""

from functools import partial

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.agenda import Draw, Whose, print_meetings, show_agenda
from calbook.cli.defaults import begin_week, read_default
from calbook.cli.session import usage_error
from calbook.core.typing_names import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from calbook.cli.screen.cells import Line
    from calbook.cli.screen.timeline import Page

ByHost = Annotated[
    str | None,
    o.Declared("--by", metavar="host", help="Each host in a column of their own."),
]


def day(
    *,
    on: Annotated[str, o.Declared("--on", metavar="DATE", help="Which day.")] = "today",
    by: ByHost = None,
    host: o.Host = None,
    resource: o.Resource = None,
    out: o.AnsweringTimes,
) -> None:
    """Show a day as a grid.

    Piped, it is the agenda of that day.
    """
    is_by_host = _is_by_host(by)
    form = out.form_in_zone()
    wanted: Any = {
        **{"on": on, "timezone": form.tz},
        **{"host_id": host, "resource_id": resource},
    }
    with out.client() as client:
        bookings = client.calendar.bookings
        if print_meetings(partial(bookings.iter_day, **wanted), form):
            return
        found = bookings.day(**wanted)
        now = client.now()
    draw = _draw_grid(is_by_host=is_by_host)
    show_agenda(found, form, now=now, host=host or resource, draw=draw)


class Picture(o.Group):
    """Whether it is written as a picture, and how."""

    svg: bool = o.flag("--svg", "As a picture.")
    color_scheme: str = o.option(
        "--color-scheme",
        "auto|light|dark",
        "Of a picture; auto is light or dark as the viewer is.",
        default="auto",
    )
    file: o.File = None
    force: o.Force = False

    def check(self) -> None:
        """Raises UsageError where there is no picture, or nowhere to write it."""
        if self.svg and self.file is None and output.is_terminal():
            raise usage_error("a picture is no text for a terminal", "add -o week.svg")
        is_asked = self.file is not None or self.force or self.color_scheme != "auto"
        if is_asked and not self.svg:
            raise usage_error(
                "--output, --force and --color-scheme are for a picture", "add --svg"
            )

    def write(self, page: "Page", *, is_by_host: bool) -> None:
        from calbook.cli.file_output import write_file
        from calbook.cli.screen.svg_style import SCHEMES
        from calbook.cli.screen.week_svg import week_svg
        from calbook.core import checks

        scheme = checks.choice(self.color_scheme, "--color-scheme", SCHEMES)
        picture = week_svg(page, is_by_host=is_by_host, scheme=scheme)
        write_file(self.file, picture.encode(), force=self.force)


def week(
    *,
    of: Annotated[
        str | None,
        o.Declared(
            "--of",
            metavar="WHEN",
            help="A day of that week; else this one, from Saturday on the coming one.",
        ),
    ] = None,
    by: ByHost = None,
    host: o.Host = None,
    resource: o.Resource = None,
    picture: Picture,
    out: o.AnsweringTimes,
) -> None:
    """Show a week as a grid that fits the screen.

    On a narrow terminal, and piped, it is the agenda of that week.
    """
    is_by_host = _is_by_host(by)
    form = out.form_in_zone()
    picture.check()
    wanted: Any = {
        **{"of": begin_week(of), "week_start": _week_start(), "timezone": form.tz},
        **{"host_id": host, "resource_id": resource},
    }
    with out.client() as client:
        bookings = client.calendar.bookings
        read = partial(bookings.iter_week, **wanted)
        if not picture.svg and print_meetings(read, form):
            return
        found = bookings.week(**wanted)
        now = client.now()
    if picture.svg:
        from calbook.cli.screen.timeline import make_page

        page = make_page(found, now, host=host or resource)
        picture.write(page, is_by_host=is_by_host)
        return
    draw = _draw_grid(is_by_host=is_by_host)
    show_agenda(found, form, now=now, host=host or resource, draw=draw)


def month(
    *,
    of: Annotated[
        str, o.Declared("--of", metavar="WHEN", help="A day of that month.")
    ] = "today",
    whose: Whose,
    out: o.AnsweringTimes,
) -> None:
    """Show a month as a calendar that fits the screen.

    On a narrow terminal, and piped, it is the agenda of that month.
    """
    form = out.form_in_zone()
    wanted: Any = {"of": of, **whose.options(), "timezone": form.tz}
    with out.client() as client:
        bookings = client.calendar.bookings
        if print_meetings(partial(bookings.iter_month, **wanted), form):
            return
        found = bookings.month(**wanted)
        now = client.now()

    def draw(page: "Page", width: int, height: int) -> "list[Line]":
        from calbook.cli.screen.month import month_lines
        from calbook.core.time.times import WEEKDAYS

        begins = WEEKDAYS.index(_week_start().upper())
        return month_lines(page, width, height, begins=begins)

    host, is_whole = whose.host_id or whose.resource_id, whose.event_type_id is None
    show_agenda(found, form, now=now, host=host, is_whole=is_whole, draw=draw)


def _week_start() -> str:
    day: str = read_default("week_start") or "monday"
    return day


def _is_by_host(by: str | None) -> bool:
    if by is None or by.lower() == "host":
        return by is not None
    raise usage_error(f"--by is host, not {by[:80]}")


def _draw_grid(*, is_by_host: bool) -> Draw:
    def draw(page: "Page", width: int, height: int) -> "list[Line]":
        from calbook.cli.screen.grid_lines import grid_lines

        return grid_lines(page, width, height, is_by_host=is_by_host)

    return draw

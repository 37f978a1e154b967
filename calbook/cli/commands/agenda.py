"""`agenda`, `today`, `tomorrow`: what takes place, day by day; and `next`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json, OutputOptions, as_json
from calbook.cli.session import BOOKING_KEYS, usage_error
from calbook.core.typing_names import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from calbook.api.values.bookings import Booking
    from calbook.api.values.overview import Agenda
    from calbook.cli.screen.cells import Line
    from calbook.cli.screen.timeline import Page

Draw = Callable[["Page", int, int], Sequence["Line"]]  # by width and height


KEYS = ("uid", "date", *BOOKING_KEYS[1:])


class Whose(o.Group):
    """Whose meetings; named as the library's filters are."""

    event_type_id: o.EventType = None
    host_id: o.Host = None
    resource_id: o.Resource = None


def agenda(
    *,
    within: o.WeekRange,
    whose: Whose,
    who: o.Who,
    out: o.AnsweringTimes,
) -> None:
    """Show what takes place, day by day: 7 days from today unless said otherwise.

    Cancelled meetings are left out. People see busy time from elsewhere too; programs
    ask for that with `busy list --times`.
    """
    _show_days(within.arguments("today"), whose, who, out)


def today(*, whose: Whose, who: o.Who, out: o.AnsweringTimes) -> None:
    """Show what takes place today: the agenda of this day."""
    _show_days({"start_date": "today", "days": 1}, whose, who, out)


def tomorrow(*, whose: Whose, who: o.Who, out: o.AnsweringTimes) -> None:
    """Show what takes place tomorrow: the agenda of that day."""
    _show_days({"start_date": "tomorrow", "days": 1}, whose, who, out)


def _show_days(within: dict[str, Any], whose: Whose, who: o.Who, out: o.Output) -> None:
    form = out.form_in_zone()
    wanted = {**within, **whose.options(), "timezone": form.tz, **who.given()}
    with out.client() as client:
        bookings = client.calendar.bookings
        if print_meetings(partial(bookings.iter_agenda, **wanted), form):
            return
        found = bookings.agenda(**wanted)
        now = client.now()
    is_whole = whose.event_type_id is None and not who.given()
    host = whose.host_id or whose.resource_id
    show_agenda(found, form, now=now, host=host, is_whole=is_whole)


def print_meetings(
    read: "Callable[[], Iterator[Booking]]", form: OutputOptions
) -> bool:
    """For programs, as `list --occurrences` has them; False where people look on."""
    if output.is_screen(form):
        return False
    output.print_list(output.Stream(read), form, keys=KEYS, table=str)
    return True


def show_agenda(
    found: "Agenda",
    form: OutputOptions,
    *,
    now: datetime,
    host: str | None,
    is_whole: bool = True,
    draw: Draw | None = None,
) -> None:
    """Days for people, drawn otherwise than by day where `draw` finds room for it."""

    def table(items: object) -> str:
        from calbook.cli.screen import colours, timeline  # slow to import
        from calbook.cli.screen.agenda import agenda_lines

        page = timeline.make_page(found, now, host=host, is_whole=is_whole)
        width = output.width()
        lines = draw(page, width, output.height()) if draw else ()
        return colours.paint_lines(lines or agenda_lines(page, width))

    items = as_json(found)["occurrences"]
    output.print_list(items, form, keys=KEYS, table=table)


def next_(
    *,
    short: Annotated[
        bool, o.Declared("--short", help="One short line, for a prompt.")
    ] = False,
    whose: Whose,
    out: o.AnsweringTimes,
) -> None:
    """Show the meeting that is running, else the next one.

    With `--short` there is no line where nothing is to come.
    """
    form = out.form_in_zone()
    if short and form.is_given:
        raise usage_error("--short is for people: it has no other form")
    from calbook.cli import uid_input

    with out.client() as client:
        now = client.now()
        found = uid_input.next_meeting(client, **whose.given())
    if short:
        from calbook.cli.screen.prompt_line import prompt_line

        line = prompt_line(as_json(found), now, form.tz) if found else ""
        output.write(output.fit_signs(line))
        return

    def card(item: Json) -> str:
        from calbook.cli.screen.agenda import next_card

        return next_card(item, now=now, tz=form.tz)

    output.print_object(
        found,
        form,
        keys=KEYS,
        card=card,
        nothing="nothing is to come\n",
    )

"""`agenda`: what takes place, day by day; and `next`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import BOOKING_KEYS, open_client
from calbook.core.time import times

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.overview import Agenda
    from calbook.cli.screen.cells import Line
    from calbook.cli.screen.timeline import Page, TimeBlock

Json = dict[str, Any]

KEYS = ("uid", "date", *BOOKING_KEYS[1:])


def agenda(
    from_: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="The first day.")
    ] = "today",
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="How many days.")
    ] = 7,
    event: o.EventType = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show what takes place, day by day.

    Cancelled meetings are left out. People see busy time from elsewhere too; programs
    ask for that with `busy list --times`.
    """
    zone = output.read_timezone(tz)
    with open_client(db) as client:
        found = client.calendar.bookings.agenda(
            start_date=from_,
            days=days,
            event_type_id=event,
            host_id=host,
            timezone=zone,
        )
        now = client.now()
    form = OutputOptions(json, jsonl, csv, fields, zone)
    show_agenda(found, form, now=now, host=host, is_whole=event is None)


def show_agenda(
    found: "Agenda",
    form: OutputOptions,
    *,
    now: datetime,
    host: str | None,
    is_whole: bool = True,
) -> None:
    """By day for people, else the occurrences as `list --occurrences` has them."""

    def table(items: object) -> str:
        from calbook.cli.screen import tables, timeline  # slow to import

        page = timeline.make_page(found, now, host=host, is_whole=is_whole)
        return tables.paint_lines(agenda_lines(page, output.width()))

    items = found.to_dict()["occurrences"]
    output.print_list(items, form, keys=KEYS, table=table)


def next_(
    event: o.EventType = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Show the meeting that is running, else the next one."""
    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    with open_client(db) as client:
        now = client.now()
        # Confirmed is what is not over; no meeting is longer than a day.
        found = client.calendar.bookings.list_occurrences(
            status=("PENDING", "CONFIRMED"),
            event_type_id=event,
            host_id=host,
            start_date=now - timedelta(days=1),
            count=1,
        )
        items = [booking.to_dict() for booking in found]
        title = _title(client, items) if output.is_for_people(form) else ""
    output.print_object(
        items[0] if items else None,
        form,
        keys=KEYS,
        card=lambda item: _next_card(item, title, now, zone),
        nothing="nothing is to come\n",
    )


def _title(client: "Client", items: Sequence[Json]) -> str:
    if not items:
        return ""
    title: str = client.calendar.event_types.get(items[0]["eventTypeId"]).title
    return title


def _next_card(item: Json, title: str, now: datetime, zone: str | None) -> str:
    from calbook.cli.screen import words

    return words.card_text(
        [
            ("When", words.meeting_time(item, zone)),
            ("", _in_how_long(item, now, zone)),
            ("What", title),
            ("Who", words.people_text(item)),
            ("Host", ", ".join(item["hostIds"])),
            ("Where", words.location_text(item["location"])),
            ("Meeting link", item["meetingUrl"]),
            ("Status", item["status"]),
            ("Booking", item["uid"]),
        ]
    )


def _in_how_long(item: Json, now: datetime, zone: str | None) -> str:
    """`in 2 h 10 min`, in whole minutes begun; or `now, until 10:30`."""
    from calbook.cli.screen import cards

    start, end = (datetime.fromisoformat(item[k]) for k in ("startTime", "endTime"))
    if start > now:
        return f"in {cards.minutes_text(-((now - start) // timedelta(minutes=1)))}"
    today, until = (times.wall_time(at, zone or item["timezone"]) for at in (now, end))
    return f"now, until {_clock(until, today.date())}"


# -- day by day ----------------------------------------------------------------------

_INDENT, _GAP = 2, 2
_UID_FROM, _PLACE_FROM = 76, 100  # columns of a terminal that has room for these
_WHOLE = frozenset({"times", "status", "uid"})
_MOST = {"title": 40, "who": 40, "host": 20}


def agenda_lines(page: "Page", width: int) -> "Iterator[Line]":
    """Every day with its meetings; free days in a row are one line."""
    from calbook.cli.screen.cells import StyledText

    rows = {day: [_row(page, b, day) for b in page.on(day)] for day in _dates(page)}
    sizes = _sizes([row for found in rows.values() for row in found], width)
    for _, run in groupby(rows, lambda day: _kept(page, day, rows[day])):
        first, *others = run
        yield _heading(page, first, [first, *others][-1], is_free=not rows[first])
        yield from (_line(row, sizes) for row in rows[first])
    yield [StyledText(f"times in {page.timezone}")]


def _dates(page: "Page") -> Iterable[date]:
    from calbook.core.time import local_days

    return local_days.dates_between(page.first, page.last)


def _kept(page: "Page", day: date, rows: Sequence[Json]) -> object:
    """What joins days that are alike: free, or busy with the same all day."""
    from calbook.cli.screen import timeline

    if timeline.clock_change_text(day, page.timezone):
        return day
    found = page.on(day)
    return tuple(found) if all(page.is_all_day(b, day) for b in found) else day


def _heading(page: "Page", first: date, last: date, *, is_free: bool) -> "Line":
    from calbook.cli.screen import timeline
    from calbook.cli.screen.cells import StyledText

    notes = [timeline.clock_change_text(first, page.timezone)] if first == last else []
    if page.today == first == last:
        notes.insert(0, "today")
    told = "".join(f" · {note}" for note in notes if note)
    nothing = ": free" if page.is_whole else ": none"
    free = nothing if is_free and not times.is_skipped(first, page.timezone) else ""
    return [
        StyledText(timeline.days_text(first, last), "bold"),
        StyledText(f"{free}{told}"),
    ]


def _row(page: "Page", block: "TimeBlock", day: date) -> Json:
    from calbook.cli.screen import words

    return {
        "times": _times(page, block, day),
        "title": block.title,
        "who": block.who,
        "host": block.host,
        "status": block.kind,
        "uid": words.short_uid(block.uid),
        "place": block.place,
    }


def _times(page: "Page", block: "TimeBlock", day: date) -> str:
    """`10:00–10:30`; `22:00–Tue 02:00` where it runs into another day; or all of it."""
    if page.is_all_day(block, day):
        return "all day"
    start, end = (times.wall_time(at, page.timezone) for at in block.span)
    if end == times.midnight(day + timedelta(days=1)):
        return f"{_clock(start, day)}–24:00"
    return f"{_clock(start, day)}–{_clock(end, day)}"


def _clock(wall: datetime, day: date) -> str:
    return f"{wall:%H:%M}" if wall.date() == day else f"{wall:%a %H:%M}"


def _sizes(rows: Sequence[Json], width: int) -> dict[str, int]:
    """The cells of each column; what is empty or has no room is none."""
    from calbook.cli.screen import cells

    wanted = {
        key: max(cells.width(cells.plain_text(row[key])) for row in rows)
        for key in (rows[0] if rows else ())
    }
    too_much = {"uid"} if width < _UID_FROM else set()
    too_much |= {"place"} if width < _PLACE_FROM else set()
    wanted = {
        key: min(size, _MOST.get(key, width))
        for key, size in wanted.items()
        if size and key not in too_much
    }
    fixed = sum(wanted[key] for key in wanted if key in _WHOLE)
    free = [key for key in wanted if key not in _WHOLE]
    room = width - _INDENT - _GAP * (len(wanted) - 1) - fixed
    given = cells.share_width([wanted[key] for key in free], room)
    return wanted | dict(zip(free, given, strict=True))


def _line(row: Json, sizes: dict[str, int]) -> "Line":
    from calbook.cli.screen import cells

    pieces = [cells.StyledText(" " * _INDENT)]
    for key, size in sizes.items():
        style = row[key] if key == "status" else ""
        pieces.append(
            cells.StyledText(cells.fit(cells.plain_text(row[key]), size), style)
        )
        pieces.append(cells.StyledText(" " * _GAP))
    return pieces[:-1]

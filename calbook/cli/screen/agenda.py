"""What takes place, day by day; and the card of the next meeting."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, groupby

from calbook.cli.output import Json
from calbook.cli.screen import cards, cells, timeline, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.screen.columns import beside, share_width
from calbook.cli.screen.timeline import Page, TimeBlock
from calbook.core.model import MINUTE
from calbook.core.time import times

_INDENT, _GAP = 2, 2
_LEAST = 10  # cells of a text beside others, before each meeting has a card
# What stands in a row, and the most cells that each takes; the place stands below it.
_TIMES, _TITLE, _WHO, _HOST, _STATUS, _UID, _PLACE = range(7)
_MOST = {_TITLE: 40, _WHO: 40, _HOST: 20}
_WHOLE = {_TIMES, _STATUS, _UID}
_PLACE_FROM = 160  # columns of a terminal that has room for it in the row

_Row = Sequence[StyledText]


def agenda_lines(page: Page, width: int) -> Iterator[Line]:
    """Every day with its meetings; free days in a row are one line."""
    rows = {day: [_row(page, b, day) for b in page.on(day)] for day in page.days}
    draw = _layout([*chain.from_iterable(rows.values())], width - _INDENT)
    for _, run in groupby(rows, lambda day: _run_key(page, day)):
        first, *others = run
        last = [first, *others][-1]
        yield from _heading(page, first, last, width, is_free=not rows[first])
        for row in rows[first]:
            yield from ([StyledText(" " * _INDENT), *line] for line in draw(row))
    yield from _plain_lines(f"times in {page.timezone}", width)


def _layout(rows: Sequence[_Row], room: int) -> Callable[[_Row], Iterator[Line]]:
    """How a row is drawn: as columns, or as a card where texts have too few cells."""
    wanted = [
        min(max(cells.width(text.text) for text in column), _MOST.get(n, room))
        for n, column in enumerate(zip(*rows, strict=True))
    ]
    is_inside = room >= _PLACE_FROM
    sizes = _sizes(wanted[: _PLACE + is_inside], room)
    texts = [n for n in range(len(sizes)) if n not in _WHOLE]
    if any(sizes[n] < min(wanted[n], _LEAST) for n in texts):
        return lambda row: _card(row, room)

    def columns(row: _Row) -> Iterator[Line]:
        yield beside(row[: len(sizes)], sizes, _GAP)
        if not is_inside and row[_PLACE].text:
            yield [StyledText(" " * _INDENT + cells.clip(row[_PLACE].text, room - 2))]

    return columns


def _sizes(wanted: Sequence[int], room: int) -> list[int]:
    """The cells of each column; what is empty in all rows has none."""
    gaps = _GAP * (sum(size > 0 for size in wanted) - 1)
    return share_width(wanted, room - gaps, _WHOLE)


def _card(row: _Row, room: int) -> Iterator[Line]:
    """When and whether, then who, what and where, as far as there are lines for it."""
    head = (row[_TIMES], row[_STATUS], row[_UID])
    body = (row[_WHO], row[_TITLE], row[_HOST], row[_PLACE])
    yield from _filled(head, room)
    for line in _filled(body, room - _INDENT):
        yield [StyledText(" " * _INDENT), *line]


def _filled(texts: Iterable[StyledText], room: int) -> Iterator[Line]:
    """As many beside one another as have room; what is longer than a line is cut."""
    line: list[StyledText] = []
    left = room
    for text in texts:
        size = min(cells.width(text.text), room)
        if line and size + _GAP > left:
            yield line
            line, left = [], room
        if size:
            gap = " " * (_GAP if line else 0)
            line += [StyledText(gap), text._replace(text=cells.clip(text.text, room))]
            left -= len(gap) + size
    if line:
        yield line


def _run_key(page: Page, day: date) -> object:
    """What joins days that are alike: free, or busy with the same all day."""
    if timeline.clock_change_text(day, page.timezone):
        return day
    blocks = page.on(day)
    return tuple(blocks) if all(page.is_all_day(b, day) for b in blocks) else day


def _heading(
    page: Page, first: date, last: date, width: int, *, is_free: bool
) -> Iterator[Line]:
    notes = [timeline.clock_change_text(first, page.timezone)] if first == last else []
    if page.today == first == last:
        notes.insert(0, "today")
    nothing = ": free" if page.is_whole else ": none"
    free = nothing if is_free and not times.is_skipped(first, page.timezone) else ""
    days = timeline.days_text(first, last)
    remarks = free + "".join(f" · {note}" for note in notes if note)
    if len(days) + len(remarks) <= width:
        yield [StyledText(days, "bold"), StyledText(remarks)]
        return
    yield from ([StyledText(line, "bold")] for line in cells.wrap(days + free, width))
    for note in filter(None, notes):
        yield from _plain_lines(note, width - _INDENT, " " * _INDENT)


def _plain_lines(text: str, width: int, before: str = "") -> Iterator[Line]:
    return ([StyledText(before + line)] for line in cells.wrap(text, width))


def _row(page: Page, block: TimeBlock, day: date) -> list[StyledText]:
    texts = [
        *(_times(page, block, day), block.title, block.who, block.host, block.status),
        *(words.short_uid(block.uid), block.place),
    ]
    row = [StyledText(cells.plain_text(text)) for text in texts]
    row[_STATUS] = row[_STATUS]._replace(style=block.kind)
    return row


def _times(page: Page, block: TimeBlock, day: date) -> str:
    if page.is_all_day(block, day):
        return "all day"
    return words.clock_times(block.span, day, page.timezone)


def next_card(item: Json, *, now: datetime, tz: str | None) -> str:
    return words.card_text(
        [
            ("When", words.meeting_time(item, tz)),
            ("", _in_how_long(item, now, tz)),
            ("What", item["title"]),
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
    start, end = words.time_span(item)
    if start > now:
        return f"in {cards.minutes_text(-((now - start) // MINUTE))}"
    today, until = (times.wall_time(at, zone or item["timezone"]) for at in (now, end))
    return f"now, until {words.clock_time(until, today.date())}"

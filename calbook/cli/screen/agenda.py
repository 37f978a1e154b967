"""What takes place, day by day; and the card of the next meeting."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, groupby

from calbook.cli.output import Json
from calbook.cli.screen import cards, cells, timeline, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.screen.columns import beside, share_width
from calbook.cli.screen.timeline import Page, TimeBlock
from calbook.core.model import MINUTE
from calbook.core.time import local_days, times

_INDENT, _GAP = 2, 2
_UID_FROM, _PLACE_FROM = 76, 100  # columns of a terminal that has room for these
# What stands in a row, and the most cells that each takes.
_TIMES, _TITLE, _WHO, _HOST, _STATUS, _UID, _PLACE = range(7)
_MOST = {_TITLE: 40, _WHO: 40, _HOST: 20}


def agenda_lines(page: Page, width: int) -> Iterator[Line]:
    """Every day with its meetings; free days in a row are one line."""
    days = local_days.dates_between(page.first, page.last)
    rows = {day: [_row(page, b, day) for b in page.on(day)] for day in days}
    sizes = _sizes(chain.from_iterable(rows.values()), width)
    for _, run in groupby(rows, lambda day: _run_key(page, day)):
        first, *others = run
        yield _heading(page, first, [first, *others][-1], is_free=not rows[first])
        for row in rows[first]:
            yield [StyledText(" " * _INDENT), *beside(row, sizes, _GAP)]
    yield [StyledText(f"times in {page.timezone}")]


def _run_key(page: Page, day: date) -> object:
    """What joins days that are alike: free, or busy with the same all day."""
    if timeline.clock_change_text(day, page.timezone):
        return day
    blocks = page.on(day)
    return tuple(blocks) if all(page.is_all_day(b, day) for b in blocks) else day


def _heading(page: Page, first: date, last: date, *, is_free: bool) -> Line:
    notes = [timeline.clock_change_text(first, page.timezone)] if first == last else []
    if page.today == first == last:
        notes.insert(0, "today")
    remarks = "".join(f" · {note}" for note in notes if note)
    nothing = ": free" if page.is_whole else ": none"
    free = nothing if is_free and not times.is_skipped(first, page.timezone) else ""
    return [
        StyledText(timeline.days_text(first, last), "bold"),
        StyledText(f"{free}{remarks}"),
    ]


def _row(page: Page, block: TimeBlock, day: date) -> list[StyledText]:
    texts = [
        *(_times(page, block, day), block.title, block.who, block.host, block.kind),
        *(words.short_uid(block.uid), block.place),
    ]
    row = [StyledText(cells.plain_text(text)) for text in texts]
    row[_STATUS] = StyledText(block.kind, block.kind)
    return row


def _times(page: Page, block: TimeBlock, day: date) -> str:
    if page.is_all_day(block, day):
        return "all day"
    return words.clock_times(block.span, day, page.timezone)


def _sizes(rows: Iterable[Sequence[StyledText]], width: int) -> list[int]:
    """The cells of each column; what is empty or has no room is none."""
    wanted = [
        min(max(cells.width(text.text) for text in column), _MOST.get(n, width))
        for n, column in enumerate(zip(*rows, strict=True))
    ]
    for n, first in ((_UID, _UID_FROM), (_PLACE, _PLACE_FROM)):
        if wanted and width < first:
            wanted[n] = 0
    gaps = _GAP * (sum(size > 0 for size in wanted) - 1)
    return share_width(wanted, width - _INDENT - gaps, {_TIMES, _STATUS, _UID})


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

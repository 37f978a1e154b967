"""A month as a calendar for a terminal, no higher than the screen where it can be."""

from collections.abc import Iterator, Sequence
from datetime import date

from calbook.cli.screen import cells, timeline, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.cli.screen.columns import share_width
from calbook.cli.screen.timeline import Page, TimeBlock
from calbook.core.model import DAY
from calbook.core.time import local_days, times

_LEAST = 6  # cells of a day: ` 18 • `
_WORD_FROM = 8  # of one that says `+2 more`
_MARGIN = 4  # `W03 `
_WEEK = 7

_Week = Sequence[date | None]  # None of another month


def month_lines(page: Page, width: int, height: int, *, begins: int = 0) -> list[Line]:
    """The days in weeks that begin so many after Monday.

    Nothing where they would have too few cells; what has no room in one is counted.
    """
    size = (width - _MARGIN - 1) // _WEEK - 1
    if size < _LEAST:
        return []
    weeks = [*_weeks(page, begins)]
    legend = _legend(page, width)
    room = height - len(weeks) - len(legend) - 4  # title, names, last rule, prompt
    wanted = [max(1, *(len(_on(page, day)) for day in week)) for week in weeks]
    lines = share_width(wanted, max(room, len(weeks)))
    names = [f"{page.first + n * DAY:%a}" for n in range(_WEEK)]
    shift = (begins - page.first.weekday()) % _WEEK
    return [
        [StyledText(f"{page.first:%B %Y}", "bold")],
        _bordered(
            "", [[StyledText(f"{n:<{size}}", "bold")] for n in _turn(names, shift)]
        ),
        *(
            line
            for week, most in zip(weeks, lines, strict=True)
            for line in _week_lines(page, week, size, most)
        ),
        [StyledText("─" * _MARGIN + ("┴" + "─" * size) * _WEEK + "┘", "dim")],
        *legend,
    ]


def _turn(names: Sequence[str], by: int) -> list[str]:
    return [*names[by:], *names[:by]]


def _weeks(page: Page, begins: int) -> Iterator[_Week]:
    first = page.first - (page.first.weekday() - begins) % _WEEK * DAY
    while first <= page.last:
        days = local_days.dates_between(first, first + (_WEEK - 1) * DAY)
        yield [day if page.first <= day <= page.last else None for day in days]
        first += _WEEK * DAY


def _on(page: Page, day: date | None) -> list[TimeBlock]:
    """What lasts all day first."""
    if day is None:
        return []
    return sorted(page.on(day), key=lambda b: (not page.is_all_day(b, day), b.start))


def _week_lines(page: Page, week: _Week, size: int, most: int) -> Iterator[Line]:
    last = [day for day in week if day is not None][-1]
    yield _numbers(page, week, size, f"W{last:%V}")
    days = [_day_texts(page, day, size, most) for day in week]
    for number in range(most):
        yield _bordered(
            "",
            [
                [day[number] if number < len(day) else StyledText(" " * size)]
                for day in days
            ],
        )


def _numbers(page: Page, week: _Week, size: int, name: str) -> Line:
    """The rule above a week, with the days of the month in it."""
    pieces = [StyledText(f"{name:<{_MARGIN}}")]
    for day in week:
        mark = f" {timeline.TODAY}" if day == page.today else ""
        text = f" {day.day}{mark} " if day else ""
        rule = "─" * (size - len(text))
        pieces += [StyledText("┼", "dim"), StyledText(text, "bold")]
        pieces += [StyledText(rule, "dim")]
    return [*pieces, StyledText("┤", "dim")]


def _bordered(margin: str, days: Sequence[Line]) -> Line:
    pieces = [StyledText(f"{margin:<{_MARGIN}}")]
    for day in days:
        pieces += [StyledText("│", "dim"), *day]
    return [*pieces, StyledText("│", "dim")]


def _day_texts(
    page: Page, day: date | None, size: int, most: int
) -> Sequence[StyledText]:
    """A line for each meeting; the last one counts those that have none."""
    if day is None:
        return ()
    blocks = _on(page, day)
    shown = len(blocks) if len(blocks) <= most else most - 1
    texts = [
        StyledText(cells.fit(_text(page, block, day), size), block.kind)
        for block in blocks[:shown]
    ]
    if hidden := len(blocks) - shown:
        more = f"+{hidden} more" if size >= _WORD_FROM else f"+{hidden}"
        texts.append(StyledText(cells.fit(more, size)))
    return texts


def _text(page: Page, block: TimeBlock, day: date) -> str:
    """`10:00 Ada`; `… Ada` of what has begun before."""
    wall = times.wall_time(block.start, page.timezone)
    when = f"{words.clock(wall)} " if wall.date() == day else f"{cells.cut_sign()} "
    if page.is_all_day(block, day):
        when = ""
    return cells.plain_text(when + " · ".join(block.texts))


def _legend(page: Page, width: int) -> list[Line]:
    notes = [
        *[f"{timeline.TODAY} today"] * (page.first <= page.today <= page.last),
        *timeline.explain_marks(page.blocks),
        *timeline.clock_change_notes(page.days, page.timezone),
        f"times in {page.timezone}",
    ]
    return [[StyledText(text)] for text in timeline.pack(notes, width)]

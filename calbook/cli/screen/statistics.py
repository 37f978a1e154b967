"""How many meetings there are, of whom, and how they went."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from calbook.cli.output import Json
from calbook.cli.screen import cards, cells, timeline, words
from calbook.cli.screen.cells import Line, StyledText


def statistics_card(item: Json) -> str:
    counts = [f"{item[key]} {word}" for key, word in _STATUSES.items() if item[key]]
    bookings = words.count_text(item["bookings"], "booking", "bookings")
    return words.card_text(
        [
            (
                "Occurrences",
                f"{item['occurrences']} of {bookings}"
                if item["occurrences"]
                else "none",
            ),
            ("", ", ".join(counts)),
            ("Hours", _hours(item["hours"])),
            ("No-shows", _percent(item["noShowRate"])),
            ("Cancelled", _percent(item["cancellationRate"])),
            ("Lead time", _lead(item)),
        ]
    )


_STATUSES = {
    "pending": "PENDING",
    "confirmed": "CONFIRMED",
    "completed": "COMPLETED",
    "noShow": "NO_SHOW",
    "cancelled": "CANCELLED",
}


def _hours(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"


def _lead(item: Json) -> str:
    """`median 3 d 2 h, mean 4 d`."""
    leads = (("median", item["medianLeadTime"]), ("mean", item["meanLeadTime"]))
    return ", ".join(
        f"{word} {_duration_text(n)}" for word, n in leads if n is not None
    )


def _duration_text(minutes: float | None) -> str:
    """In its two largest units; less than nothing where it was booked afterwards."""
    if minutes is None:
        return ""
    parts = cards.minutes_text(round(abs(minutes))).split()
    return ("−" if minutes < -0.5 else "") + " ".join(parts[:4])


_GAP = 2
_HEADING = "Occurrences"
_LEAST_BAR, _MOST_BAR = 6, 40
_LEAST_LABEL = 24

# The figures behind the bar; where room is scarce the first ones stay.
_FIGURES: Mapping[str, Callable[[Json], str]] = {
    "Hours": lambda item: _hours(item["hours"]),
    "Cancelled": lambda item: _percent(item["cancellationRate"]),
    "No-shows": lambda item: _percent(item["noShowRate"]),
    "Lead": lambda item: _duration_text(item["medianLeadTime"]),
    "Bookings": lambda item: str(item["bookings"]),
    "Completed": lambda item: str(item["completed"]),
    "Confirmed": lambda item: str(item["confirmed"]),
    "Pending": lambda item: str(item["pending"]),
}


class _Sizes(NamedTuple):
    """The cells of each column; of the figures those there is room for."""

    label: int
    number: int
    bar: int
    figures: dict[str, int]


def statistics_lines(found: Json, width: int) -> Iterator[Line]:
    """The groups with a bar each, and the total of all."""
    groups = found["groups"]
    if not groups:
        yield [StyledText("no occurrences")]
        return
    rows = [(cells.plain_text(_label(found["by"], item)), item) for item in groups]
    rows.append(("Total", found["total"]))
    heading = found["by"].capitalize()
    sizes = _sizes(heading, rows, width)
    headings = _headings(heading, sizes)
    yield [StyledText(headings, "bold")]
    yield [StyledText("─" * len(headings), "dim")]
    most = max(item["occurrences"] for item in groups)
    for label, item in rows[:-1]:
        yield _row(label, item, sizes, item["occurrences"] / most)
    yield _row(*rows[-1], sizes, 0)
    yield [StyledText(f"times in {found['timezone']}")]


def _label(by: str, item: Json) -> str:
    group, label = item["group"], item["label"]
    if by == "week":
        monday = date.fromisoformat(label)
        return f"{group} {timeline.days_text(monday, monday)}"
    if by == "attendee":
        return f"{group} {label}" if label else str(group)
    return str(label or group)


def _sizes(heading: str, rows: Sequence[tuple[str, Json]], width: int) -> _Sizes:
    wanted = max(cells.width(text) for text, _ in [(heading, None), *rows])
    label = min(wanted, _LEAST_LABEL)
    count = max(len(str(item["occurrences"])) for _, item in rows)
    bar = max(_LEAST_BAR, len(_HEADING) - count - 1)
    left = width - label - _GAP - count - 1 - bar
    figures: dict[str, int] = {}
    for name, figure in _FIGURES.items():
        size = max(len(name), *(len(figure(item)) for _, item in rows))
        if left < _GAP + size:
            break
        left -= _GAP + size
        figures[name] = size
    more = max(min(wanted - label, left), 0)
    wider = max(min(_MOST_BAR - bar, left - more), 0)
    return _Sizes(label + more, count, bar + wider, figures)


def _headings(heading: str, sizes: _Sizes) -> str:
    room = sizes.number + 1 + sizes.bar
    texts = [f"{heading:<{sizes.label}}", f"{_HEADING:<{room}}"]
    texts += [f"{name:>{size}}" for name, size in sizes.figures.items()]
    return (" " * _GAP).join(texts)


def _row(label: str, item: Json, sizes: _Sizes, part: float) -> Line:
    halves = max(round(part * sizes.bar * 2), 1 if part else 0)
    bar = "█" * (halves // 2) + "▌" * (halves % 2)
    figures = [
        f"{_FIGURES[name](item):>{size + _GAP}}" for name, size in sizes.figures.items()
    ]
    return [
        StyledText(cells.fit(label, sizes.label) + " " * _GAP),
        StyledText(f"{item['occurrences']:>{sizes.number}} "),
        StyledText(f"{bar:<{sizes.bar}}", "cyan"),
        StyledText("".join(figures)),
    ]

"""`stats`: how many meetings there are, of whom, and how they went."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.session import open_client, unchecked

if TYPE_CHECKING:
    from calbook.cli.screen.cells import Line

Json = dict[str, Any]

_KEYS = (
    *("group", "label", "bookings", "occurrences"),
    *("pending", "confirmed", "completed", "noShow", "cancelled"),
    *("hours", "noShowRate", "cancellationRate", "medianLeadTime", "meanLeadTime"),
)


def stats(
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="event|host|week|status|attendee",
            help="A row for each; without it the total.",
        ),
    ] = None,
    from_: o.From = None,
    to: o.To = None,
    event: o.EventType = None,
    host: o.Host = None,
    tz: o.Tz = None,
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """Count meetings, hours, no-shows and cancellations.

    Rates are parts of 1, lead times (from booking to start) minutes.
    """
    zone = output.read_timezone(tz)
    form = OutputOptions(json, jsonl, csv, fields, zone)
    with open_client(db) as client:
        found = client.calendar.bookings.stats(
            by=unchecked(by),
            start_date=from_,
            end_date=to,
            event_type_id=event,
            host_id=host,
            timezone=zone,
        ).to_dict()
    if found["by"] is None:
        output.print_object(found["total"], form, keys=_KEYS, card=_card)
        return

    def table(items: object) -> str:
        from calbook.cli.screen import tables  # slow to import

        return tables.paint_lines(statistics_lines(found, output.width()))

    output.print_list(found["groups"], form, keys=_KEYS, table=table)


def _card(item: Json) -> str:
    from calbook.cli.screen import words

    counts = [f"{item[key]} {word}" for key, word in _STATUSES.items() if item[key]]
    booked = f"{item['occurrences']} of {_bookings(item['bookings'])}"
    return words.card_text(
        [
            ("Occurrences", booked if item["occurrences"] else "none"),
            ("", ", ".join(counts)),
            ("Hours", _hours(item["hours"])),
            ("No-shows", _percent(item["noShowRate"])),
            ("Cancelled", _percent(item["cancellationRate"])),
            ("Lead time", _lead(item)),
        ]
    )


def _bookings(number: int) -> str:
    return "1 booking" if number == 1 else f"{number} bookings"


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
    told = (("median", item["medianLeadTime"]), ("mean", item["meanLeadTime"]))
    return ", ".join(f"{word} {_duration_text(n)}" for word, n in told if n is not None)


def _duration_text(minutes: float | None) -> str:
    """In its two largest units; less than nothing where it was booked afterwards."""
    from calbook.cli.screen import cards

    if minutes is None:
        return ""
    parts = cards.minutes_text(round(abs(minutes))).split()
    return ("−" if minutes < -0.5 else "") + " ".join(parts[:4])


# -- a row for each group ------------------------------------------------------------

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


def statistics_lines(found: Json, width: int) -> "Iterator[Line]":
    """The groups with a bar each, and the total of all."""
    from calbook.cli.screen.cells import StyledText, plain_text

    groups, total = found["groups"], found["total"]
    if not groups:
        yield [StyledText("no occurrences")]
        return
    rows = [(plain_text(_label(found["by"], item)), item) for item in groups]
    rows.append(("Total", total))
    heading = found["by"].capitalize()
    sizes = _sizes(heading, rows, width)
    yield _headings(heading, sizes)
    yield [StyledText("─" * (_figures_from(sizes) + _figures_width(sizes)), "dim")]
    most = max(item["occurrences"] for item in groups)
    for label, item in rows[:-1]:
        yield _row(label, item, sizes, item["occurrences"] / most)
    yield _row(*rows[-1], sizes, 0)
    yield [StyledText(f"times in {found['timezone']}")]


def _label(by: str, item: Json) -> str:
    group, label = item["group"], item["label"]
    if by == "week":
        from calbook.cli.screen import timeline

        monday = date.fromisoformat(label)
        return f"{group} {timeline.days_text(monday, monday)}"
    if by == "attendee":
        return f"{group} {label}" if label else str(group)
    return str(label or group)


def _sizes(heading: str, rows: Sequence[tuple[str, Json]], width: int) -> _Sizes:
    from calbook.cli.screen import cells

    label = max(cells.width(text) for text in (heading, *(text for text, _ in rows)))
    count = max(len(str(item["occurrences"])) for _, item in rows)
    bar = max(_LEAST_BAR, len(_HEADING) - count - 1)
    left = width - min(label, _LEAST_LABEL) - _GAP - count - 1 - bar
    figures: dict[str, int] = {}
    for name, told in _FIGURES.items():
        size = max(len(name), *(len(told(item)) for _, item in rows))
        if left < _GAP + size:
            break
        left -= _GAP + size
        figures[name] = size
    more = max(min(label - min(label, _LEAST_LABEL), left), 0)
    wider = max(min(_MOST_BAR - bar, left - more), 0)
    return _Sizes(min(label, _LEAST_LABEL) + more, count, bar + wider, figures)


def _figures_from(sizes: _Sizes) -> int:
    """Where the figures begin."""
    return sizes.label + _GAP + sizes.number + 1 + sizes.bar


def _figures_width(sizes: _Sizes) -> int:
    return sum(_GAP + size for size in sizes.figures.values())


def _headings(heading: str, sizes: _Sizes) -> "Line":
    from calbook.cli.screen.cells import StyledText

    room = _figures_from(sizes) - sizes.label - _GAP
    texts = [f"{heading:<{sizes.label}}", f"{_HEADING:<{room}}"]
    texts += [f"{name:>{size}}" for name, size in sizes.figures.items()]
    return [StyledText((" " * _GAP).join(texts), "bold")]


def _row(label: str, item: Json, sizes: _Sizes, part: float) -> "Line":
    from calbook.cli.screen import cells

    halves = max(round(part * sizes.bar * 2), 1 if part else 0)
    bar = "█" * (halves // 2) + "▌" * (halves % 2)
    figures = [
        f"{_FIGURES[name](item):>{size + _GAP}}" for name, size in sizes.figures.items()
    ]
    return [
        cells.StyledText(cells.fit(label, sizes.label) + " " * _GAP),
        cells.StyledText(f"{item['occurrences']:>{sizes.number}} "),
        cells.StyledText(f"{bar:<{sizes.bar}}", "cyan"),
        cells.StyledText("".join(figures)),
    ]

"""How many meetings there are, of whom, and how they went."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from calbook.cli.output import Json
from calbook.cli.screen import cards, timeline, words
from calbook.cli.screen.cells import StyledText, keep_together
from calbook.cli.screen.columns import table_text


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
            ("Counted", _days(item)),
        ]
    )


_STATUSES = {
    "pending": "PENDING",
    "confirmed": "CONFIRMED",
    "completed": "COMPLETED",
    "noShow": "NO_SHOW",
    "cancelled": "CANCELLED",
}


def _days(item: Json) -> str:
    """From the first day that is counted to the last."""
    start, end = item["startTime"], item["endTime"]
    first = start and datetime.fromisoformat(start).date()
    last = end and (datetime.fromisoformat(end) - timedelta(seconds=1)).date()
    if first and last:
        return timeline.days_text(first, max(first, last))
    if first:
        return f"from {timeline.days_text(first, first)}"
    return f"to {timeline.days_text(last, last)}" if last else ""


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


_BAR = 8

# The figures behind the bar; where room is scarce the first ones keep their columns.
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


def statistics_table(found: Json) -> str:
    """The groups with a bar each, and the total of all."""
    groups, total, by = found["groups"], found["total"], found["by"]
    counted = words.card_text([("Counted", _days(total))])
    if not groups:
        return f"no occurrences\n{counted}"
    counts = [item["occurrences"] for item in groups]
    digits = len(str(total["occurrences"]))

    def bar(item: Json) -> StyledText:
        part = 0 if item is total else item["occurrences"] / max(counts)
        halves = max(round(part * _BAR * 2), 1 if part else 0)
        drawn = "█" * (halves // 2) + "▌" * (halves % 2)
        return StyledText(f"{item['occurrences']:>{digits}} {drawn}".rstrip(), "bar")

    def figure(read: Callable[[Json], str]) -> Callable[[Json], StyledText]:
        return lambda item: StyledText(keep_together(read(item)), at_right=True)

    table = table_text(
        [*groups, total],
        {
            by.capitalize(): lambda item: (
                "Total" if item is total else _label(by, item)
            ),
            "Occurrences": bar,
            **{name: figure(read) for name, read in _FIGURES.items()},
        },
        tz=found["timezone"],
    )
    return table + counted


def _label(by: str, item: Json) -> str:
    group, label = item["group"], item["label"]
    if by == "week":
        monday = date.fromisoformat(label)
        return f"{group} {timeline.days_text(monday, monday)}"
    if by == "month":
        return f"{date.fromisoformat(label):%b %Y}"
    if by == "attendee":
        return f"{group} {label}" if label else str(group)
    return str(label or group)

"""Tables for terminals; the only module that knows rich. Slow to import."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calbook.cli import output
from calbook.cli.screen import cards, words
from calbook.cli.screen.cells import Line
from calbook.core.text import printable

Json = dict[str, Any]
_T = TypeVar("_T")

_COLOURS = {
    "PENDING": "yellow",
    "CONFIRMED": "green",
    "CANCELLED": "red",
    "COMPLETED": "dim",
    "NO_SHOW": "magenta",
    "BUSY": "dim",
}


_WHOLE = (  # never broken over lines
    *("UID", "Busy", "When", "At", "Date", "Kind", "Rule", "Says"),
)
_LEAST = {"Status": len("CONFIRMED"), "About": 12}


def bookings_table(items: Sequence[Json], tz: str | None = None) -> str:
    """Bookings with their times in one zone, or each in its own."""
    if not items:
        return "no bookings\n"
    zones = {tz or item["timezone"] for item in items}
    table = _table("UID", "When", "Event", "Attendee", "Status")
    for item in items:
        table.add_row(
            _cell(words.short_uid(item["uid"])),
            _cell(words.meeting_time(item, tz, with_zone=len(zones) > 1)),
            _cell(_event(item)),
            _cell(words.attendee_text(item)),
            Text(words.status_text(item), style=_COLOURS[item["status"]]),
        )
    caption = f"times in {min(zones)}\n" if len(zones) == 1 else ""
    return _draw(table) + caption


def _event(item: Json) -> str:
    """The event type, and how often a series that is one row takes place."""
    slug: str = item["eventTypeId"].removeprefix("evt_")
    times = len(item["occurrences"])
    return f"{slug} ({times}×)" if times > 1 else slug


def occurrences_table(items: Sequence[Json], tz: str) -> str:
    """The dates of one booking; an offset that is not the first one's is marked."""
    table = _table("Date", "When", "Status", "Offset")
    offsets = [words.utc_offset(item["startTime"], tz) for item in items]
    for item, offset in zip(items, offsets, strict=True):
        mark = "" if offset == offsets[0] else " *"
        table.add_row(
            _cell(item["date"]),
            _cell(words.meeting_time(item, tz, with_zone=False)),
            Text(words.status_and_attendance(item), style=_COLOURS[item["status"]]),
            _cell(offset + mark),
        )
    changes = len(set(offsets)) > 1
    legend = "; * another UTC offset than the first" if changes else ""
    return _draw(table) + f"times in {tz}{legend}\n"


def attendees_table(items: Sequence[Json]) -> str:
    table = _table("Attendee", "E-mail", "Phone", "Zone", "Attendance")
    for item in items:
        table.add_row(
            _cell(item["name"] or ""),
            _cell(item["email"]),
            _cell(item["phone"] or ""),
            _cell(item["timezone"] or ""),
            _cell(words.attendance_text(item)),
        )
    return _draw(table)


def history_table(items: Sequence[Json], tz: str) -> str:
    table = _table("At", "What", "By", "Details")
    for item in items:
        table.add_row(
            _cell(words.moment_text(item["at"], tz)),
            _cell(item["type"].removeprefix("booking.")),
            _cell(item["by"]),
            _prose(words.event_details(item, tz)),
        )
    return _draw(table) + f"times in {tz}\n"


def notes_table(items: Sequence[Json], tz: str) -> str:
    if not items:
        return "no notes\n"
    table = _table("At", "Kind", "Note")
    for item in items:
        table.add_row(
            _cell(words.moment_text(item["createdAt"], tz)),
            Text("private", style="yellow") if item["isPrivate"] else Text("public"),
            _prose(item["content"]),
        )
    return _draw(table) + f"times in {tz}\n"


def blocks_table(items: Sequence[Json], tz: str) -> str:
    """What blocks a day; whose time it is where several hosts have one."""
    if not items:
        return "nothing is in the way\n"
    several = len({item["hostId"] for item in items} - {None}) > 1
    table = _table("When", *["Host"] * several, "Rule", "Why")
    for item in items:
        host = words.short_host(item["hostId"] or "")
        table.add_row(
            _cell(words.hours_text(item, tz)),
            *[_cell(host)] * several,
            _cell(item["code"]),
            _cell(item["message"]),
        )
    return (
        f"{words.day_text(items[0]['startTime'], tz)}\n\n{_draw(table)}times in {tz}\n"
    )


_SAYS = {
    True: Text("pass", style="green"),
    False: Text("refused", style="red"),
}


def explanation_table(answer: Json, tz: str | None = None) -> str:
    """What comes of it, and each rule's word."""
    several = any(item["hostId"] for item in answer["rules"])
    table = _table("Rule", *["Host"] * several, "Says", "Why")
    for item in answer["rules"]:
        host = words.short_host(item["hostId"] or "")
        table.add_row(
            _cell(item["rule"]),
            *[_cell(host)] * several,
            _SAYS[item["passed"]],
            _cell(item["message"]),
        )
    return f"{printable(words.bookable_text(answer, tz))}\n\n{_draw(table)}"


def event_types_table(items: Sequence[Json]) -> str:
    if not items:
        return "no event types\n"
    table = _table("Event type", "Title", "Duration", "Hosts", "Active")
    for item in items:
        table.add_row(
            _cell(item["slug"]),
            _cell(item["title"]),
            _cell(cards.minutes_text(item["duration"])),
            _cell(", ".join(words.short_host(h["userId"]) for h in item["hosts"])),
            _cell("yes" if item["active"] else "no"),
        )
    return _draw(table)


def hosts_table(items: Sequence[Json]) -> str:
    table = _table("Host", "Name", "E-mail", "Zone", "Schedule")
    for item in items:
        table.add_row(
            _cell(words.short_host(item["id"])),
            _cell(item["name"]),
            _cell(item["email"] or ""),
            _cell(item["timezone"]),
            _cell(item["scheduleId"].removeprefix("sched_")),
        )
    return _draw(table)


def schedules_table(items: Sequence[Json]) -> str:
    table = _table("Schedule", "Name", "Zone", "Hours")
    for item in items:
        table.add_row(
            _cell(item["id"].removeprefix("sched_")),
            _cell(item["name"]),
            _cell(item["timezone"]),
            _cell(cards.hours_text(item["availability"])),
        )
    return _draw(table)


def busy_table(items: Sequence[Json], tz: str | None = None) -> str:
    """Calendars and own busy time, with their times in one zone or each host's."""
    if not items:
        return "no busy time\n"
    zones = {tz or item["timezone"] for item in items}
    table = _table("Busy", "Host", "When", "About")
    for item in items:
        table.add_row(
            _cell(item["name"]),
            _cell(words.short_host(item["hostId"])),
            _cell(words.busy_time_text(item, tz, with_zone=len(zones) > 1)),
            _cell(item["reason"] or "; ".join(words.busy_counts(item, tz))),
        )
    caption = f"times in {min(zones)}\n" if len(zones) == 1 else ""
    return _draw(table) + caption


def busy_times_table(
    items: Sequence[Json], tz: str | None, timezones: Mapping[str, str]
) -> str:
    """Each stretch, in one zone or in its host's."""
    if not items:
        return "no busy time\n"
    zones = {tz or timezones[item["hostId"]] for item in items}
    table = _table("When", "Host", "Calendar", "About")
    for item in items:
        own = {**item, "kind": "own", "timezone": timezones[item["hostId"]]}
        table.add_row(
            _cell(words.busy_time_text(own, tz, with_zone=len(zones) > 1)),
            _cell(words.short_host(item["hostId"])),
            _cell(item["calendar"]),
            _cell(item["reason"] or ""),
        )
    caption = f"times in {min(zones)}\n" if len(zones) == 1 else ""
    return _draw(table) + caption


_PAGE = {"markdown.code": "bold cyan"}  # rich's own is on black, on any background
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\.md\)")
_BRACKETED = re.compile(rf"\({_LINK.pattern}\)")


def manual_page(text: str, width: int) -> str:
    """A page of the manual; a link to another one is the command that shows it."""
    from rich.markdown import Markdown  # slow to import
    from rich.theme import Theme

    linked = _BRACKETED.sub(r"(`calbook help \2`)", text)
    linked = _LINK.sub(r"\1 (`calbook help \2`)", linked)
    console = _console()
    with console.use_theme(Theme(_PAGE)), console.capture() as capture:
        console.print(
            Markdown(linked, code_theme="ansi_dark", hyperlinks=False), width=width
        )
    lines = (line.rstrip() for line in capture.get().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


class ProgressBar:
    """How far something that takes long has come, on stderr."""

    def __init__(self, what: str, total: int) -> None:
        from rich.progress import Progress  # slow to import

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task(what, total=total)
        self._progress.start()

    def update(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def close(self) -> None:
        self._progress.stop()


def with_progress(items: Iterable[_T], what: str, total: int) -> Iterator[_T]:
    """Pass things on as they come, with a bar on stderr while they do."""
    bar = ProgressBar(what, total)
    try:
        for done, item in enumerate(items, start=1):
            yield item
            bar.update(done, total)
    finally:
        bar.close()


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            overflow="fold",
            no_wrap=heading in _WHOLE,
            min_width=_LEAST.get(heading),
        )
    return table


def _cell(text: str) -> Text:
    """Text that rich neither reads as markup nor passes to the terminal raw."""
    return Text(printable(text))


def _prose(text: str) -> Text:
    """A cell that keeps the line breaks."""
    return Text("\n".join(words.visible_lines(text)))


def paint_lines(lines: Iterable[Line]) -> str:
    """Lines that were laid out before, in their styles."""
    console = _console()
    with console.capture() as capture:
        for line in lines:
            text = Text.assemble(
                *((p.text, _COLOURS.get(p.style, p.style)) for p in line)
            )
            text.rstrip()
            console.print(text, soft_wrap=True)
    return capture.get()


def _console() -> Console:
    return Console(
        file=io.StringIO(),
        width=output.width(),
        force_terminal=not output.as_terminal,
        no_color=output.as_terminal or None,
        highlight=False,
    )


def _draw(table: Table) -> str:
    console = _console()
    with console.capture() as capture:
        console.print(table)
    lines = (line.rstrip().removeprefix(" ") for line in capture.get().splitlines())
    return "\n".join(lines).strip("\n") + "\n"

"""Time on the calendar, as the agenda, the week and its picture show it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.cli.output import Json
from calbook.cli.screen import cards, words
from calbook.core.busy import OWN_PREFIX
from calbook.core.model import MINUTE, NO_TIME, Span
from calbook.core.time import local_days, times

if TYPE_CHECKING:
    from calbook.api.values.overview import Agenda


BUSY = "BUSY"  # time that is no booking's
# What is not simply confirmed, by the mark with which its text begins.
_MARKS = {
    "PENDING": "? awaits confirmation",
    "COMPLETED": "✓ over",
    "NO_SHOW": "× no-show",
    BUSY: "– busy elsewhere",
}


class TimeBlock(NamedTuple):
    """Half-open time, in UTC; `kind` is a status or BUSY, empty texts are left out."""

    start: datetime
    end: datetime
    kind: str
    title: str
    who: str
    host: str = ""  # where several give their time
    place: str = ""
    uid: str = ""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def texts(self) -> list[str]:
        """Who, with a mark of the kind, and what."""
        mark = _MARKS.get(self.kind, "")[:2]
        host = f"{self.host}: " if self.host else ""
        first, *rest = filter(None, [self.who, self.title])
        return [f"{mark}{host}{first}", *rest]


class Page(NamedTuple):
    """Local days of a zone, both included, and what is on them by start."""

    first: date
    last: date
    timezone: str
    now: datetime
    blocks: tuple[TimeBlock, ...]
    opened: tuple[Span, ...] = ()
    is_whole: bool = True  # not one event type's meetings alone

    @property
    def today(self) -> date:
        return times.local_date(self.now, self.timezone)

    def is_all_day(self, block: TimeBlock, day: date) -> bool:
        start, end = times.day_bounds(day, self.timezone)
        return block.start <= start and end <= block.end

    def on(self, day: date) -> list[TimeBlock]:
        """What touches a local day."""
        start, end = times.day_bounds(day, self.timezone)
        return [b for b in self.blocks if max(b.start, start) < min(b.end, end)]


def make_page(
    agenda: "Agenda", now: datetime, *, host: str | None, is_whole: bool = True
) -> Page:
    """The page that an agenda fills; hosts are named where all of several are on it."""
    facts = agenda.to_dict()
    with_hosts = host is None and len(facts["hosts"]) > 1
    meetings = (_meeting(item, with_hosts=with_hosts) for item in facts["occurrences"])
    busy = (_busy(item, with_hosts=with_hosts) for item in facts["busyTimes"])
    return Page(
        date.fromisoformat(facts["startDate"]),
        date.fromisoformat(facts["endDate"]),
        facts["timezone"],
        now,
        tuple(sorted([*meetings, *busy], key=lambda block: block.start)),
        tuple(words.time_span(item) for item in facts.get("openTimes", ())),
        is_whole,
    )


def _meeting(item: Json, *, with_hosts: bool) -> TimeBlock:
    hosts = [words.short_host(host) for host in item["hostIds"]]
    return TimeBlock(
        *words.time_span(item),
        kind=item["status"],
        title=item["title"],
        who=words.attendee_text(item),
        host=", ".join(hosts) if with_hosts else "",
        place=item["meetingUrl"] or words.location_text(item["location"]) or "",
        uid=item["uid"],
    )


def _busy(item: Json, *, with_hosts: bool) -> TimeBlock:
    is_own = item["calendar"].startswith(OWN_PREFIX)
    return TimeBlock(
        *words.time_span(item),
        kind=BUSY,
        title=item["reason"] or ("busy" if is_own else item["calendar"]),
        who="",
        host=words.short_host(item["hostId"]) if with_hosts else "",
    )


def days_text(first: date, last: date) -> str:
    """`Mon 18 – Sun 24 Jan 2027`, or one day."""
    end = f"{last:%a} {last.day} {last:%b} {last.year}"
    if first == last:
        return end
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%b}" if year or first.month != last.month else ""
    return f"{first:%a} {first.day}{month}{year} – {end}"


def clock_change_text(day: date, timezone: str) -> str:
    """`clocks go forward 1 h at 02:00`, where they change on a day."""
    if times.is_skipped(day, timezone):
        return f"left out by {timezone}"
    change = local_days.clock_change(day, timezone)
    if change is None:
        return ""
    way = "forward" if change.by > NO_TIME else "back"
    by = cards.minutes_text(abs(change.by) // MINUTE)
    return f"clocks go {way} {by} at {change.wall:%H:%M}"


def explain_marks(blocks: Sequence[TimeBlock]) -> list[str]:
    """What the marks mean that are there."""
    kinds = {block.kind for block in blocks}
    return [meaning for kind, meaning in _MARKS.items() if kind in kinds]


def clock_change_notes(days: Iterable[date], timezone: str) -> Iterator[str]:
    for day in days:
        if change := clock_change_text(day, timezone):
            yield f"{days_text(day, day)}: {change}"


class Column(NamedTuple):
    """A place beside others: which one, of how many that overlap one another."""

    number: int
    of: int


def columns_beside(spans: Sequence[tuple[Any, Any]]) -> list[Column]:
    """A place for each half-open span, given by start, beside those it overlaps."""
    numbers: list[int] = []
    ends: list[Any] = []
    clusters: list[int] = []  # where each begins
    for n, (start, end) in enumerate(spans):
        if not ends or start >= max(ends):
            clusters.append(n)
            ends = []
        free = [number for number, until in enumerate(ends) if until <= start]
        number = free[0] if free else len(ends)
        ends[number : number + 1] = [end]
        numbers.append(number)
    return [
        Column(number, max(numbers[begin:end]) + 1)
        for begin, end in zip(clusters, [*clusters[1:], len(spans)], strict=False)
        for number in numbers[begin:end]
    ]

"""A page of days: what the agenda, the grids, the month and the picture are made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from types import MappingProxyType

from calbook.cli.output import Json, as_json
from calbook.cli.screen import cards, cells, words
from calbook.cli.screen.cells import Line, StyledText
from calbook.core.busy import OWN_PREFIX
from calbook.core.model import DAY, MINUTE, NO_TIME, Span
from calbook.core.time import local_days, open_hours, times
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.api.values.overview import Agenda


BUSY = "BUSY"  # time that is no booking's
TODAY = "•"  # beside its name
HELD = "HELD"  # a request that ends by itself unless somebody takes it
_WEEK = 7  # days
# What is not simply confirmed, by the mark with which its text begins.
MARKS = {
    "PENDING": "? awaits confirmation",
    "COMPLETED": "✓ over",
    "NO_SHOW": "× no-show",
    HELD: "~ held",
    BUSY: "– busy elsewhere",
}


class TimeBlock(NamedTuple):
    """Half-open time, in UTC; `kind` is a status, HELD or BUSY; texts may be empty."""

    start: datetime
    end: datetime
    kind: str
    title: str
    who: str
    host: str = ""  # where several give their time
    place: str = ""
    uid: str = ""
    status: str = ""  # in words
    hosts: tuple[str, ...] = ()  # whose time it is
    event_type: str = ""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def texts(self) -> list[str]:
        """Who, with a mark of the kind, and what."""
        mark = mark_of(self.kind)
        host = f"{self.host}: " if self.host else ""
        first, *rest = filter(None, [self.who, self.title])
        return [f"{mark}{host}{first}", *rest]


class OpenSpan(NamedTuple):
    """Half-open time in which the schedule of some hosts is open."""

    span: Span
    hosts: tuple[str, ...]


class Page(NamedTuple):
    """Local days of a zone, both included, and what is on them by start."""

    first: date
    last: date
    timezone: str
    now: datetime
    blocks: tuple[TimeBlock, ...]
    open_spans: tuple[OpenSpan, ...] = ()
    is_whole: bool = True  # not one event type's meetings alone
    hosts: Mapping[str, str] = MappingProxyType({})  # their names, by id
    event_types: Mapping[str, str] = MappingProxyType({})  # their titles, by id

    @property
    def today(self) -> date:
        return times.local_date(self.now, self.timezone)

    @property
    def days(self) -> tuple[date, ...]:
        return local_days.dates_between(self.first, self.last)

    @property
    def opened(self) -> tuple[Span, ...]:
        """When any of its hosts is open."""
        return open_hours.merge_spans(opened.span for opened in self.open_spans)

    def is_all_day(self, block: TimeBlock, day: date) -> bool:
        start, end = times.day_bounds(day, self.timezone)
        return block.start <= start and end <= block.end

    def on(self, day: date) -> list[TimeBlock]:
        """What touches a local day."""
        start, end = times.day_bounds(day, self.timezone)
        return [b for b in self.blocks if max(b.start, start) < min(b.end, end)]

    def by_host(self) -> "list[Page]":
        """A page for each host who has something on it, or is open; else this one."""
        named = (host for block in self.blocks for host in block.hosts)
        pages = [self._of_host(host) for host in dict.fromkeys([*self.hosts, *named])]
        return [page for page in pages if page.blocks or page.open_spans] or [self]

    def _of_host(self, host: str) -> "Page":
        own = (block for block in self.blocks if host in block.hosts)
        return self._replace(
            blocks=tuple(block._replace(host="") for block in own),
            open_spans=tuple(o for o in self.open_spans if host in o.hosts),
            hosts={host: self.hosts.get(host, words.short_host(host))},
        )


def make_page(
    agenda: "Agenda", now: datetime, *, host: str | None, is_whole: bool = True
) -> Page:
    """The page that an agenda fills; hosts are named where all of several are on it."""
    facts = as_json(agenda)
    short = words.short_host(host) if host else None
    named = {
        id: name
        for id, name in facts["hosts"].items()
        if short in (None, words.short_host(id))
    }
    with_hosts = short is None and len(named) > 1
    meetings = (_meeting(item, with_hosts=with_hosts) for item in facts["occurrences"])
    busy = (_busy(item, with_hosts=with_hosts) for item in facts["busyTimes"])
    return Page(
        date.fromisoformat(facts["startDate"]),
        date.fromisoformat(facts["endDate"]),
        facts["timezone"],
        now,
        tuple(sorted([*meetings, *busy], key=lambda block: block.start)),
        tuple(
            OpenSpan(words.time_span(item), tuple(item["hostIds"]))
            for item in facts.get("openTimes", ())
        ),
        is_whole,
        named,
        facts["eventTypes"],
    )


def _meeting(item: Json, *, with_hosts: bool) -> TimeBlock:
    hosts = [words.short_host(host) for host in item["hostIds"]]
    return TimeBlock(
        *words.time_span(item),
        kind=kind_of(item),
        title=item["title"],
        who=words.attendee_text(item),
        host=", ".join(hosts) if with_hosts else "",
        place=item["meetingUrl"] or words.location_text(item["location"]) or "",
        uid=item["uid"],
        status=words.status_text(item),
        hosts=tuple(item["hostIds"]),
        event_type=item["eventTypeId"],
    )


def kind_of(meeting: Json) -> str:
    """Its status, but for one that is held."""
    return HELD if words.is_held(meeting) else str(meeting["status"])


def mark_of(kind: str) -> str:
    """What stands before its text."""
    return MARKS.get(kind, "")[:2]


def _busy(item: Json, *, with_hosts: bool) -> TimeBlock:
    is_own = item["calendar"].startswith(OWN_PREFIX)
    return TimeBlock(
        *words.time_span(item),
        kind=BUSY,
        title=item["reason"] or ("busy" if is_own else item["calendar"]),
        who="",
        host=words.short_host(item["hostId"]) if with_hosts else "",
        status="busy",
        hosts=(item["hostId"],),
    )


def days_text(first: date, last: date) -> str:
    """`Mon 18 – Sun 24 Jan 2027`, or one day."""
    end = times.format_day(last)
    if first == last:
        return end
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%b}" if year or first.month != last.month else ""
    return f"{first:%a} {first.day}{month}{year} – {end}"


def day_name(page: Page, day: date, size: int) -> str:
    """`Mon 18 Jan`, or as much of it as there is room for; today with its mark."""
    short = f"{day:%a} {day.day}"
    mark = f" {TODAY}" * (day == page.today)
    names = [f"{short} {day:%b}{mark}", f"{short}{mark}"]
    return next((name for name in names if len(name) < size), names[-1])


def title_line(page: Page) -> Line:
    """`Mon 25 – Sun 31 Jan 2027 · 2027-W04 · the coming week`."""
    notes = "".join(f" · {note}" for note in title_notes(page))
    return [StyledText(days_text(page.first, page.last), "bold"), StyledText(notes)]


def title_notes(page: Page) -> Iterator[str]:
    """Whether it is today; of a week its number, and whether it is the coming one."""
    if page.first == page.last == page.today:
        yield "today"
    if len(page.days) == _WEEK:
        yield f"{page.first + _WEEK // 2 * DAY:%G-W%V}"  # of most of its days
        if page.today < page.first <= page.today + _WEEK * DAY:
            yield "the coming week"


def pack(texts: Iterable[str], width: int) -> Iterator[str]:
    """As many on a line as there is room for."""
    line = ""
    for text in chain.from_iterable(cells.wrap(text, width) for text in texts):
        if line and len(line) + 2 + len(text) > width:
            yield line
            line = ""
        line = f"{line}  {text}" if line else text
    yield line


def clock_change_text(day: date, timezone: str) -> str:
    """`clocks go forward 1 h at 02:00`, where they change on a day."""
    if times.is_skipped(day, timezone):
        return f"left out by {timezone}"
    change = local_days.clock_change(day, timezone)
    if change is None:
        return ""
    way = "forward" if change.by > NO_TIME else "back"
    by = cards.minutes_text(abs(change.by) // MINUTE)
    return f"clocks go {way} {by} at {words.clock(change.wall)}"


def explain_marks(blocks: Sequence[TimeBlock]) -> list[str]:
    """What the marks mean that are there."""
    kinds = {block.kind for block in blocks}
    return [meaning for kind, meaning in MARKS.items() if kind in kinds]


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

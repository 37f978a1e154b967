"""The listings of a terminal: which columns each has, and what stands in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import calendar_words, cards, cells, replies, words
from calbook.cli.screen.cells import StyledText
from calbook.cli.screen.columns import (
    Cell,
    Columns,
    Table,
    caption_text,
    paint,
    table_text,
)
from calbook.core.text import close, printable
from calbook.core.time import times


def only_zone(items: Iterable[Json], tz: str | None) -> str | None:
    """The zone that all times are in; None where each row names its own."""
    different = {tz or item["timezone"] for item in items}
    return different.pop() if len(different) == 1 else None


def zone_column(zone: str | None) -> Columns:
    """Where rows differ in it."""
    return {} if zone else {"Zone": "timezone"}


def when_cell(item: Json, tz: str | None) -> str:
    return cells.keep_together(words.meeting_time(item, tz, with_zone=False))


def moment_cell(text: str, tz: str) -> str:
    return cells.keep_together(words.moment_text(text, tz))


def _status(text: Callable[[Json], str]) -> Callable[[Json], Cell]:
    return lambda item: StyledText(text(item), item["status"])


def _host_column(items: Sequence[Json]) -> Columns:
    """Whose it is, where they are several; also rooms and things."""
    if len({_whose(item) for item in items} - {""}) < 2:
        return {}
    return {"Host": lambda item: words.short_host(_whose(item))}


def _whose(item: Json) -> str:
    return item["hostId"] or item.get("resourceId") or ""


def bookings_table(items: Iterable[Json], tz: str | None = None) -> str:
    """Bookings with their times in one zone, or each in its own."""
    with bookings_parts(items, tz) as parts:
        return "".join(parts)


@contextmanager
def bookings_parts(
    items: Iterable[Json], tz: str | None = None
) -> Iterator[Iterable[str]]:
    """The same in parts, however many they are; they may be gone through again."""
    zones: set[str] = set()
    hosts: set[str] = set()

    def when(item: Json) -> str:
        zones.add(tz or item["timezone"])
        return when_cell(item, tz)

    def host(item: Json) -> str:
        hosts.add(_whose(item))
        return words.short_host(_whose(item))

    columns: Columns = {
        "UID": lambda item: words.short_uid(item["uid"]),
        "When": when,
        "Event": _event,
        "Attendee": words.attendee_text,
        "Host": host,
        "Status": _status(lambda item: words.status_text(item, tz)),
        "Zone": "timezone",
    }
    with Table(items, columns) as table:
        zone = zones.pop() if len(zones) == 1 else None
        is_dull = {"Host": len(hosts - {""}) < 2, "Zone": zone is not None}
        but = {heading for heading, is_so in is_dull.items() if is_so}

        def parts() -> Iterator[str]:
            yield from (paint([line]) for line in table.lines(output.width(), but=but))
            yield from filter(None, [caption_text(zone)])

        yield output.Stream(parts) if table else ["no bookings\n"]


def _event(item: Json) -> str:
    """The event type, and how often a series that is one row takes place."""
    slug: str = item["eventTypeId"].removeprefix("evt_")
    statuses = [o["status"] for o in item["occurrences"]]
    times = sum(status != "CANCELLED" for status in statuses) or len(statuses)
    return f"{slug} ({times}×)" if len(statuses) > 1 else slug


def occurrences_table(items: Sequence[Json], tz: str) -> str:
    """The dates of one booking; an offset that is not the first one's is marked."""
    first, *others = [words.utc_offset(item["startTime"], tz) for item in items]

    def offset(item: Json) -> str:
        own = words.utc_offset(item["startTime"], tz)
        return own if own == first else f"{own} *"

    changes = any(other != first for other in others)
    legend = "; * another UTC offset than the first" if changes else ""
    return table_text(
        items,
        {
            "Date": "date",
            "When": lambda item: when_cell(item, tz),
            "Status": _status(words.status_and_attendance),
            **_hosts_of_dates(items),
            "Offset": offset,
        },
        tz=tz + legend,
    )


def own_dates_table(items: Sequence[Json], tz: str | None = None) -> str:
    """The dates of one person in several bookings."""
    zone = only_zone(items, tz)
    return table_text(
        items,
        {
            "UID": lambda item: words.short_uid(item["uid"]),
            "When": lambda item: when_cell(item, tz),
            "Event": lambda item: item["eventTypeId"].removeprefix("evt_"),
            "Status": _status(words.status_and_attendance),
            **zone_column(zone),
        },
        tz=zone,
    )


def _hosts_of_dates(items: Sequence[Json]) -> Columns:
    """Who gives each date, where these are not the same."""
    if len({tuple(item["hostIds"]) for item in items}) < 2:
        return {}
    return {"Host": lambda item: ", ".join(map(words.short_host, item["hostIds"]))}


def attendees_table(items: Sequence[Json]) -> str:
    """Who is in a booking, with what is known of anybody."""
    return table_text(
        items,
        {
            "Attendee": "name",
            "E-mail": "email",
            "Phone": lambda item: cells.keep_together(item["phone"] or ""),
            "Number": "ref",
            "Zone": "timezone",
            "Dates": words.own_dates_text,
            "Answer": replies.reply_text,
            "Attendance": words.attendance_text,
        },
    )


def history_table(items: Sequence[Json], tz: str) -> str:
    """What happened when, on whose word, and who did it."""
    return table_text(
        items,
        {
            "At": lambda item: moment_cell(item["at"], tz),
            "What": lambda item: item["type"].removeprefix("booking."),
            "By": "by",
            "Actor": "actor",
            "Details": lambda item: words.visible_lines(words.event_details(item, tz)),
        },
        tz=tz,
    )


_NOTE_KINDS = {True: StyledText("private", "bold"), False: StyledText("public")}


def notes_table(items: Sequence[Json], tz: str) -> str:
    return table_text(
        items,
        {
            "Id": lambda item: words.short_uid(item["id"]),
            "At": lambda item: moment_cell(item["createdAt"], tz),
            "Kind": lambda item: _NOTE_KINDS[item["isPrivate"]],
            "Note": lambda item: words.visible_lines(item["content"]),
        },
        tz=tz,
        nothing="no notes\n",
    )


def blocks_table(items: Sequence[Json], tz: str) -> str:
    """What blocks a day; whose time it is where several hosts have one."""
    if not items:
        return "nothing is in the way\n"
    table = table_text(
        items,
        {
            "When": lambda item: _block_times(item, tz),
            **_host_column(items),
            "Rule": "code",
            "Why": "message",
        },
        tz=tz,
    )
    return f"{words.day_text(items[0]['startTime'], tz)}\n\n{table}"


def _block_times(item: Json, tz: str) -> str:
    span = words.time_span(item)
    return words.clock_times(span, times.local_date(span.start, tz), tz)


_SAYS = {True: StyledText("pass", "green"), False: StyledText("refused", "red")}


def explanation_table(answer: Json, tz: str | None = None) -> str:
    """What comes of it, and each rule's word."""
    table = table_text(
        answer["rules"],
        {
            "Rule": "rule",
            "Host": lambda item: words.short_host(_whose(item)),
            "Says": lambda item: _SAYS[item["passed"]],
            "Why": "message",
        },
    )
    lines = "".join(f"{printable(line)}\n" for line in _need_lines(answer))
    needs = f"\n{lines}" if lines else ""
    return f"{printable(words.bookable_text(answer, tz))}\n\n{table}{needs}"


def _need_lines(answer: Json) -> Iterator[str]:
    """`needs 1 of room1, room2: room2 is free`; the rows say why others are not."""
    for need in answer["needs"]:
        free = ", ".join(map(words.short_host, need["free"])) or "nobody"
        are = "are" if len(need["free"]) > 1 else "is"
        yield f"needs {cards.need_text(need)}: {free} {are} free"


def event_types_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Event type": "slug",
            "Title": "title",
            "Duration": cards.durations_text,
            "Hosts": _hosts,
            "Active": lambda item: "yes" if item["active"] else "no",
        },
        nothing="no event types\n",
    )


def _hosts(item: Json) -> str:
    return ", ".join(words.short_host(host["userId"]) for host in item["hosts"])


def hosts_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Host": lambda item: words.short_host(item["id"]),
            "Name": "name",
            "E-mail": "email",
            "Zone": "timezone",
            "Schedule": lambda item: item["scheduleId"].removeprefix("sched_"),
            "Retired": lambda item: (item["retiredAt"] or "")[: len("2027-01-18")],
        },
    )


def resources_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Resource": lambda item: words.short_host(item["id"]),
            "Name": "name",
            "Kind": "kind",
            "Holds": "capacity",
            "Zone": "timezone",
            "Schedule": lambda item: item["scheduleId"].removeprefix("sched_"),
        },
        nothing="no resources\n",
    )


def people_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Person": "id",
            "Name": "name",
            "E-mail": "email",
            "Phone": lambda item: cells.keep_together(item["phone"] or ""),
            "Number": "ref",
            "Bookings": "bookings",
        },
        nothing="nobody was booked yet\n",
    )


def schedules_table(items: Sequence[Json]) -> str:
    return table_text(
        items,
        {
            "Schedule": lambda item: item["id"].removeprefix("sched_"),
            "Name": "name",
            "Zone": "timezone",
            "Hours": lambda item: cards.opening_hours(item["availability"]),
        },
    )


def busy_table(items: Sequence[Json], tz: str | None, now: datetime) -> str:
    """Calendars and own busy time, with their times in one zone or each host's."""
    zone = only_zone(items, tz)

    def about(item: Json) -> str:
        state = calendar_words.busy_state(item, tz, now)
        return "; ".join(filter(None, [close(item["reason"] or ""), *state]))

    return table_text(
        items,
        {
            "Busy": "name",
            "Host": lambda item: words.short_host(item["hostId"]),
            "When": lambda item: _busy_cell(item, tz),
            "About": about,
            **zone_column(zone),
        },
        tz=zone,
        nothing="no busy time\n",
    )


def _busy_cell(item: Json, tz: str | None) -> str:
    text = calendar_words.busy_time_text(item, tz, with_zone=False)
    return cells.keep_together(text)


def published_table(items: Sequence[Json]) -> str:
    """Feeds of hosts: the names of files are what goes into an address."""
    return table_text(
        items,
        {
            "Host": lambda item: words.short_host(item["hostId"]),
            "File": "name",
            "Says": calendar_words.feed_form,
            "Directory": lambda item: item["path"].rpartition("/")[0],
        },
        nothing="no published feeds\n",
    )


def busy_times_table(
    items: Sequence[Json], tz: str | None, timezones: Mapping[str, str]
) -> str:
    """Each stretch, in one zone or in its host's."""
    rows = [
        {**item, "kind": "own", "timezone": timezones[item["hostId"]]} for item in items
    ]
    zone = only_zone(rows, tz)
    return table_text(
        rows,
        {
            "When": lambda item: _busy_cell(item, tz),
            "Host": lambda item: words.short_host(item["hostId"]),
            "Calendar": "calendar",
            "About": "reason",
            **zone_column(zone),
        },
        tz=zone,
        nothing="no busy time\n",
    )

"""The listings of a terminal: which columns each has, and what stands in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.screen import calendar_words, cards, columns, replies, words
from calbook.cli.screen.cells import StyledText
from calbook.cli.screen.columns import Cell, Columns
from calbook.core.text import printable
from calbook.core.time import times

_table = partial(
    columns.table_text,
    whole=("UID", "Busy", "When", "At", "Date", "Kind", "Rule", "Says"),
    least={"Status": len("CONFIRMED"), "About": 12},
)

_WIDE = 100  # cells from which on there is room for a column more


def _only_zone(zones: Iterable[str]) -> str | None:
    """The zone that all times are in; None where each row names its own."""
    different = set(zones)
    return different.pop() if len(different) == 1 else None


def _status(text: Callable[[Json], str]) -> Callable[[Json], Cell]:
    return lambda item: StyledText(text(item), item["status"])


def _host_column(items: Sequence[Json], *, least: int) -> Columns:
    """Whose it is, where they are several; also rooms and things."""
    if len({_whose(item) for item in items} - {""}) < least:
        return {}
    return {"Host": lambda item: words.short_host(_whose(item))}


def _whose(item: Json) -> str:
    return item["hostId"] or item.get("resourceId") or ""


def bookings_table(items: Sequence[Json], tz: str | None = None) -> str:
    """Bookings with their times in one zone, or each in its own."""
    zone = _only_zone(tz or item["timezone"] for item in items)
    return _table(
        items,
        {
            "UID": lambda item: words.short_uid(item["uid"]),
            "When": lambda item: words.meeting_time(item, tz, with_zone=not zone),
            "Event": _event,
            "Attendee": words.attendee_text,
            "Status": _status(lambda item: words.status_text(item, tz)),
        },
        tz=zone,
        nothing="no bookings\n",
    )


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
    return _table(
        items,
        {
            "Date": "date",
            "When": lambda item: words.meeting_time(item, tz, with_zone=False),
            "Status": _status(words.status_and_attendance),
            **_hosts_of_dates(items),
            "Offset": offset,
        },
        tz=tz + legend,
    )


def own_dates_table(items: Sequence[Json], tz: str | None = None) -> str:
    """The dates of one person in several bookings."""
    zone = _only_zone(tz or item["timezone"] for item in items)
    return _table(
        items,
        {
            "UID": lambda item: words.short_uid(item["uid"]),
            "When": lambda item: words.meeting_time(item, tz, with_zone=not zone),
            "Event": lambda item: item["eventTypeId"].removeprefix("evt_"),
            "Status": _status(words.status_and_attendance),
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
    columns: dict[str, Callable[[Json], str | None]] = {
        "Attendee": lambda item: item["name"],
        "E-mail": lambda item: item["email"],
        "Phone": lambda item: item["phone"],
        "Number": lambda item: item["ref"],
        "Zone": lambda item: item["timezone"],
        "Dates": words.own_dates_text,
        "Answer": replies.reply_text,
        "Attendance": words.attendance_text,
    }
    said = {
        heading: read
        for heading, read in columns.items()
        if heading == "Attendee" or any(map(read, items))
    }
    return _table(items, said)


def history_table(items: Sequence[Json], tz: str) -> str:
    return _table(
        items,
        {
            "At": lambda item: words.moment_text(item["at"], tz),
            "What": lambda item: item["type"].removeprefix("booking."),
            **_who_columns(items),
            "Details": lambda item: words.visible_lines(words.event_details(item, tz)),
        },
        tz=tz,
    )


def _who_columns(items: Sequence[Json]) -> Columns:
    """On whose word, and who did it: below it where there is little room."""
    if output.width() < _WIDE:
        return {"By": lambda item: [item["by"], *filter(None, [item["actor"]])]}
    is_known = any(item["actor"] for item in items)
    return {"By": "by", **({"Actor": "actor"} if is_known else {})}


_NOTE_WIDTH = 72  # columns from which the id has one of its own
_NOTE_LETTERS = 11  # of an id that people see: note_ and six
_NOTE_KINDS = {True: StyledText("private", "yellow"), False: StyledText("public")}


def notes_table(items: Sequence[Json], tz: str) -> str:
    return _table(
        items,
        {
            **_note_columns(tz),
            "Kind": lambda item: _NOTE_KINDS[item["isPrivate"]],
            "Note": lambda item: words.visible_lines(item["content"]),
        },
        tz=tz,
        nothing="no notes\n",
    )


def _note_columns(tz: str) -> Columns:
    """When, and by which id it is removed: below it where there is little room."""

    def moment(item: Json) -> str:
        return words.moment_text(item["createdAt"], tz)

    def id(item: Json) -> str:
        short: str = item["id"][:_NOTE_LETTERS]
        return short

    if output.width() >= _NOTE_WIDTH:
        return {"Id": id, "At": moment}
    return {"At": lambda item: [moment(item), id(item)]}


def blocks_table(items: Sequence[Json], tz: str) -> str:
    """What blocks a day; whose time it is where several hosts have one."""
    if not items:
        return "nothing is in the way\n"
    table = _table(
        items,
        {
            "When": lambda item: _block_times(item, tz),
            **_host_column(items, least=2),
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
    rules = answer["rules"]
    table = _table(
        rules,
        {
            "Rule": "rule",
            **_host_column(rules, least=1),
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
    return _table(
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
    return _table(
        items,
        {
            "Host": lambda item: words.short_host(item["id"]),
            "Name": "name",
            "E-mail": "email",
            "Zone": "timezone",
            "Schedule": lambda item: item["scheduleId"].removeprefix("sched_"),
            **_retired_column(items),
        },
    )


def _retired_column(items: Sequence[Json]) -> Columns:
    if not any(item["retiredAt"] for item in items):
        return {}
    return {"Retired": lambda item: (item["retiredAt"] or "")[: len("2027-01-18")]}


def resources_table(items: Sequence[Json]) -> str:
    return _table(
        items,
        {
            "Resource": lambda item: words.short_host(item["id"]),
            "Name": "name",
            "Kind": "kind",
            "Holds": lambda item: str(item["capacity"] or ""),
            "Zone": "timezone",
            "Schedule": lambda item: item["scheduleId"].removeprefix("sched_"),
        },
        nothing="no resources\n",
    )


def people_table(items: Sequence[Json]) -> str:
    return _table(
        items,
        {
            "Person": "id",
            "Name": "name",
            "E-mail": "email",
            "Phone": "phone",
            "Number": "ref",
            "Bookings": lambda item: str(item["bookings"]),
        },
        nothing="nobody was booked yet\n",
    )


def schedules_table(items: Sequence[Json]) -> str:
    return _table(
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
    zone = _only_zone(tz or item["timezone"] for item in items)
    return _table(
        items,
        {
            "Busy": "name",
            "Host": lambda item: words.short_host(item["hostId"]),
            "When": lambda item: calendar_words.busy_time_text(
                item, tz, with_zone=not zone
            ),
            "About": lambda item: "; ".join(
                filter(
                    None, [item["reason"], *calendar_words.busy_state(item, tz, now)]
                )
            ),
        },
        tz=zone,
        nothing="no busy time\n",
    )


def published_table(items: Sequence[Json]) -> str:
    """Feeds of hosts: the names of files are what goes into an address."""
    return _table(
        items,
        {
            "Host": lambda item: words.short_host(item["hostId"]),
            "File": "name",
            "Says": calendar_words.feed_form,
            "Directory": lambda item: item["path"].rpartition("/")[0],
        },
        whole=("File", "Says"),
        nothing="no published feeds\n",
    )


def busy_times_table(
    items: Sequence[Json], tz: str | None, timezones: Mapping[str, str]
) -> str:
    """Each stretch, in one zone or in its host's."""
    zone = _only_zone(tz or timezones[item["hostId"]] for item in items)

    def when(item: Json) -> str:
        own = {**item, "kind": "own", "timezone": timezones[item["hostId"]]}
        return calendar_words.busy_time_text(own, tz, with_zone=not zone)

    return _table(
        items,
        {
            "When": when,
            "Host": lambda item: words.short_host(item["hostId"]),
            "Calendar": "calendar",
            "About": "reason",
        },
        tz=zone,
        nothing="no busy time\n",
    )

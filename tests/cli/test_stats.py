"""`stats`: counted by the file, compared with a plain count of every booking."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from conftest import DAYS, MONDAY, Clock
from support.running import golden

from calbook import Booking, CalbookError, Client, errors
from calbook.api.values.bookings import Occurrence
from calbook.cli.screen.statistics import statistics_table

if TYPE_CHECKING:
    from support.running import Look, Run, Terminal

pytest_plugins = ("support.running", "support.calendars")

DAY = timedelta(days=1)
FIRST = MONDAY.replace(hour=0) + 14 * DAY
PEOPLE = ("ada@example.com", "Bob@example.com", "eve@example.com", "zoë@example.com")
GROUPS = ("event", "host", "week", "month", "status", "attendee")
ZONES = ("America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


@pytest.fixture
def database(place: str) -> str:
    return place


# -- against a plain count


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    """Of everything there is: series, groups, teams; moved, missed, called off."""
    clock, chance = Clock(), random.Random(7)
    with Client(":memory:", clock=clock) as client:
        furnish(client)
        made = [one for n in range(150) for one in book(client, chance, clock, n)]
        clock.now = FIRST + 30 * DAY
        for booking in chance.sample(made, len(made) // 2):
            change(client, chance, booking)
        yield client


def furnish(client: Client) -> None:
    calendar = client.calendar
    always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
    calendar.schedules.create("any", timezone="America/New_York", availability=always)
    for host in ("ann", "bob"):
        calendar.hosts.create(host, name=host.title(), timezone="UTC")
    fields: dict[str, Any] = {"schedule_id": "any"}
    calendar.event_types.create("demo", **fields)
    calendar.event_types.create("ask", **fields, requires_confirmation=True)
    calendar.event_types.create("class", **fields, seats=3, hosts=["ann"])
    both = {"hosts": ["ann", "bob"], "scheduling_type": "COLLECTIVE"}
    calendar.event_types.create("duo", **fields, **both)


def book(
    client: Client, chance: random.Random, clock: Clock, number: int
) -> Iterator[Booking]:
    """A booking by chance, unless that time is taken; around both changes of clocks."""
    clock.now = MONDAY + timedelta(minutes=37 * number)
    length = chance.choice([1, 1, 1, 4])
    rule = {"frequency": chance.choice(["DAILY", "WEEKLY"]), "count": length}
    try:
        yield client.calendar.bookings.create(
            event_type_id=chance.choice(["demo", "ask", "class", "duo"]),
            start_time=FIRST + chance.randrange(60 * 48) * timedelta(minutes=30),
            attendee={"name": "Ada", "email": chance.choice(PEOPLE)},
            guests=chance.sample(PEOPLE, chance.choice([0, 0, 1])),
            recurring=rule if length > 1 else None,
            on_conflict="skip" if length > 1 else "refuse",
        )
    except CalbookError:
        return


def change(client: Client, chance: random.Random, booking: Booking) -> None:
    """Confirm, cancel, move or mark some of it, where that is allowed."""
    bookings, one = client.calendar.bookings, chance.choice(booking.occurrences)
    which = {"date": one.date} if booking.recurring else {}
    person = {"email": chance.choice([*booking.guests, booking.attendee]).email}
    acts: list[Callable[[], object]] = [
        lambda: bookings.confirm(booking.uid),
        lambda: bookings.reject(booking.uid),
        lambda: bookings.cancel(booking.uid, cancelled_by="host", **which),
        lambda: bookings.mark_no_show(booking.uid, **which),
        lambda: bookings.mark_attended(booking.uid, **which),
        lambda: bookings.mark_no_show(booking.uid, **which, **person),
        lambda: bookings.reschedule(
            booking.uid, start_time=one.starts_at + DAY, by="host", **which
        ),
    ]
    for act in chance.sample(acts, 3):
        try:
            act()
        except CalbookError:
            continue


class Counted(NamedTuple):
    """An occurrence as it counts with one group."""

    booking: Booking
    occurrence: Occurrence
    status: str


def counted(
    booking: Booking, by: str | None, zone: str
) -> Iterator[tuple[str, Counted]]:
    for occurrence in booking.occurrences:
        if occurrence.resolution == "conflict":
            continue
        as_such = Counted(booking, occurrence, str(occurrence.status))
        if by == "host":
            yield from ((host, as_such) for host in booking.host_ids)
        elif by == "attendee":
            for person in (booking.attendee, *booking.guests):
                status = of_person(occurrence, person.email)
                counts = as_such._replace(status=status)
                yield person.email.casefold(), counts
        else:
            yield group_of(as_such, by, zone), as_such


def of_person(occurrence: Occurrence, email: str) -> str:
    said = occurrence.attendances.get(email)
    if occurrence.status == "CANCELLED" or said is None:
        return str(occurrence.status)
    return {"no_show": "NO_SHOW", "attended": "COMPLETED"}[said]


def group_of(one: Counted, by: str | None, zone: str) -> str:
    if by == "week":
        year, week, _ = local(one.occurrence, zone).isocalendar()
        return f"{year}-W{week:02}"
    if by == "month":
        return f"{local(one.occurrence, zone):%Y-%m}"
    if by == "event":
        return one.booking.event_type_id
    return one.status if by == "status" else ""


def local(occurrence: Occurrence, zone: str) -> date:
    return occurrence.starts_at.astimezone(ZoneInfo(zone)).date()


def figures(found: list[Counted]) -> dict[str, Any]:
    """What `Figures` holds, but for the names."""
    number = {s: sum(one.status == s for one in found) for s in STATUSES}
    leads = [
        (o.starts_at - datetime.fromisoformat(b.created_at)).total_seconds() / 60
        for b, o, _ in found
        if o.starts_at == b.starts_at
    ]
    hours = sum(
        (o.ends_at - o.starts_at).total_seconds() / 3600
        for _, o, status in found
        if status in {"CONFIRMED", "COMPLETED"}
    )
    over = number["COMPLETED"] + number["NO_SHOW"]
    return {
        "bookings": len({one.booking.uid for one in found}),
        "occurrences": len(found),
        **{STATUSES[status]: n for status, n in number.items()},
        "hours": pytest.approx(hours, abs=0.005),
        "noShowRate": rate(number["NO_SHOW"], over),
        "cancellationRate": rate(number["CANCELLED"], len(found)),
        "medianLeadTime": about(statistics.median, leads),
        "meanLeadTime": about(statistics.mean, leads),
    }


STATUSES = {
    "PENDING": "pending",
    "CONFIRMED": "confirmed",
    "COMPLETED": "completed",
    "NO_SHOW": "noShow",
    "CANCELLED": "cancelled",
}


def rate(number: int, of: int) -> Any:
    return pytest.approx(number / of, abs=1e-4) if of else None


def about(average: Callable[[list[float]], float], values: list[float]) -> Any:
    return pytest.approx(average(values), abs=0.06) if values else None


@pytest.mark.parametrize("seed", range(60))
def test_the_file_counts_as_a_plain_count_does(full: Client, seed: int) -> None:
    chance = random.Random(seed)
    by, zone = chance.choice([None, *GROUPS]), chance.choice(ZONES)
    event, host = chance.choice([None, "demo", "class"]), chance.choice([None, "ann"])
    first = FIRST + chance.randrange(70) * DAY
    last = first + chance.randrange(1, 60) * DAY
    between = chance.choice([(None, None), (first, last), (first, None)])
    expected: dict[str, list[Counted]] = {}
    total: list[Counted] = []
    for booking in full.calendar.bookings.list(count=None):
        if event not in (None, booking.event_type_id[4:]):
            continue
        if host is not None and f"user_{host}" not in booking.host_ids:
            continue
        for _, one in counted(booking, None, zone):
            total += [one] * is_within(one.occurrence, *between)
        for group, one in counted(booking, by, zone) if by else ():
            if is_within(one.occurrence, *between):
                expected.setdefault(group, []).append(one)

    found = full.calendar.bookings.stats(
        by=by,
        start_date=between[0],
        end_date=between[1],
        event_type_id=event,
        host_id=host,
        timezone=zone,
    ).to_dict()

    def plain(item: dict[str, Any]) -> dict[str, Any]:
        names = ("group", "label", "startTime", "endTime")
        return {k: v for k, v in item.items() if k not in names}

    groups = {item["group"]: plain(item) for item in found["groups"]}
    assert groups == {group: figures(some) for group, some in expected.items()}
    if total:
        assert plain(found["total"]) == figures(total)
    order = [(-item["occurrences"], item["group"]) for item in found["groups"]]
    assert order == sorted(order, key=lambda o: o[by in {"week", "month"} :])


def is_within(
    occurrence: Occurrence, first: datetime | None, last: datetime | None
) -> bool:
    start = occurrence.starts_at
    return (first is None or start >= first) and (last is None or start < last)


def test_all_kinds_are_among_what_is_counted(full: Client) -> None:
    total = full.calendar.bookings.stats().total

    assert total.pending > 0
    assert total.confirmed > 0
    assert total.completed > 0
    assert 0 < total.no_show < total.cancelled
    assert total.bookings < total.occurrences


# -- which days


@pytest.mark.parametrize("by", [None, *GROUPS])
def test_without_dates_a_year_on_each_side_is_counted(
    client: Client, event_type: Any, clock: Clock, by: str | None
) -> None:
    clock.now = datetime(2028, 2, 29, 23, tzinfo=UTC)
    client.set_up(timezone="Asia/Tokyo")  # where it is 1 March
    event_type(maximum_advance=None)
    for start in (
        *("2027-02-28T23:30+09:00", "2027-03-01T00:00+09:00"),
        *("2029-03-01T23:30+09:00", "2029-03-02T00:00+09:00"),
    ):
        client.calendar.bookings.create(
            event_type_id="demo",
            start_time=start,
            attendee={"name": "Ada", "email": "ada@example.com"},
            by="host",
            override=["past", "hours"],
        )

    found = client.calendar.bookings.stats(by=by)

    assert found.total.occurrences == 2
    assert sum(group.occurrences for group in found.groups) == (2 if by else 0)
    assert found.total.start_time == "2027-03-01T00:00:00+09:00"
    assert found.total.end_time == "2029-03-02T00:00:00+09:00"
    assert client.calendar.bookings.stats(start_date="2020-01-01").total.bookings == 4


def test_a_week_says_which_of_its_days_are_counted(run: Run, shop: None) -> None:
    between = ("--from", "2027-01-13", "--to", "2027-01-19")

    weeks = run("stats", "--by", "week", *between, "--json").json

    assert [(week["startTime"][:10], week["endTime"][:10]) for week in weeks] == [
        ("2027-01-13", "2027-01-18"),
        ("2027-01-18", "2027-01-20"),
    ]


# -- weeks and months


@pytest.mark.parametrize(
    ("zone", "start", "week", "monday"),
    [
        ("UTC", "2027-01-03T23:59Z", "2026-W53", "2026-12-28"),
        ("UTC", "2027-01-04T00:00Z", "2027-W01", "2027-01-04"),
        ("America/New_York", "2027-01-04T04:59Z", "2026-W53", "2026-12-28"),
        ("America/New_York", "2027-01-04T05:00Z", "2027-W01", "2027-01-04"),
        ("America/New_York", "2027-03-15T03:59Z", "2027-W10", "2027-03-08"),
        ("America/New_York", "2027-03-15T04:00Z", "2027-W11", "2027-03-15"),
        ("America/New_York", "2027-11-08T04:59Z", "2027-W44", "2027-11-01"),
        ("America/New_York", "2027-11-08T05:00Z", "2027-W45", "2027-11-08"),
        ("Australia/Lord_Howe", "2027-04-04T13:29Z", "2027-W13", "2027-03-29"),
        ("Australia/Lord_Howe", "2027-04-04T13:30Z", "2027-W14", "2027-04-05"),
    ],
)
def test_a_week_begins_with_its_monday_in_the_zone(
    client: Client, event_type: Any, zone: str, start: str, week: str, monday: str
) -> None:
    book_at(client, event_type, start)

    [found] = client.calendar.bookings.stats(by="week", timezone=zone).groups

    assert (found.group, found.label) == (week, monday)


@pytest.mark.parametrize(
    ("zone", "start", "month"),
    [
        ("UTC", "2027-02-28T23:59Z", "2027-02"),
        ("UTC", "2028-02-29T23:59Z", "2028-02"),
        ("UTC", "2027-12-31T23:59Z", "2027-12"),
        ("UTC", "2028-01-01T00:00Z", "2028-01"),
        ("America/New_York", "2027-11-01T03:59Z", "2027-10"),
        ("America/New_York", "2027-11-01T04:00Z", "2027-11"),
        ("America/New_York", "2027-12-01T04:59Z", "2027-11"),
    ],
)
def test_a_month_begins_with_its_first_day_in_the_zone(
    client: Client, event_type: Any, zone: str, start: str, month: str
) -> None:
    book_at(client, event_type, start)

    [found] = client.calendar.bookings.stats(
        by="month", timezone=zone, start_date="2027-01-01"
    ).groups

    assert (found.group, found.label) == (month, f"{month}-01")


def test_months_follow_each_other_with_the_days_that_are_counted(
    client: Client, event_type: Any
) -> None:
    for start in ("2027-01-31T23:00Z", "2027-02-01T00:00Z", "2027-04-30T23:00Z"):
        book_at(client, event_type, start, id=f"at{start[5:7]}")

    found = client.calendar.bookings.stats(
        by="month", timezone="UTC", start_date="2027-01-15", end_date="2027-04-29"
    )

    assert [(group.group, group.occurrences) for group in found.groups] == [
        ("2027-01", 1),
        ("2027-02", 1),
    ]
    assert found.groups[0].start_time == "2027-01-15T00:00:00+00:00"
    assert found.groups[0].end_time == "2027-02-01T00:00:00+00:00"
    assert found.total.occurrences == 2


def book_at(client: Client, event_type: Any, start: str, *, id: str = "demo") -> None:
    event_type(id, duration=1, maximum_advance=None)
    client.calendar.bookings.create(
        event_type_id=id,
        start_time=start,
        attendee={"name": "Ada", "email": "ada@example.com"},
        by="host",
        override=["past"],
    )


# -- the command


@pytest.fixture
def shop(client: Client, event_type: Any, clock: Clock) -> None:
    """Two event types, three people, three weeks, of every status one."""
    client.set_up(name="Grace Hopper", timezone="America/New_York")
    event_type("demo", title="Product demo", duration=45)
    event_type("talk", title="长谈 🧑‍🤝‍🧑 " + "x" * 60, requires_confirmation=True)
    bookings = client.calendar.bookings

    def book(id: str, day: int, hour: int, name: str) -> str:
        email = f"{ord(name[0])}@example.com"
        return bookings.create(
            event_type_id=id,
            start_time=datetime(2027, 1, day, hour, tzinfo=UTC),
            attendee={"name": name, "email": email},
        ).uid

    came, missed, off = (book("demo", 11, hour, "Ada") for hour in (10, 12, 14))
    bookings.confirm(book("talk", 12, 10, "محمد بن عبد الله"))
    book("talk", 13, 10, "Ada")
    for day in (18, 19, 20, 25):
        book("demo", day, 10, "王小明")
    book("talk", 26, 10, "Ada")
    bookings.cancel(off, cancelled_by="host")
    clock.now = datetime(2027, 1, 18, 9, tzinfo=UTC)
    bookings.mark_attended(came)
    bookings.mark_no_show(missed)


def test_a_terminal_shows_a_bar_for_each_group(
    look_at_all_widths: Look, shop: None
) -> None:
    text = "".join(look_at_all_widths("stats", "--by", by) for by in GROUPS)
    assert text == golden("stats-groups.txt", text)


def test_a_terminal_shows_the_total_as_a_card(
    terminal: Callable[..., Terminal], shop: None
) -> None:
    total, none = terminal("stats"), terminal("stats", "--from", "2028-01-01")
    nobody = terminal("stats", "--from", "2028-01-01", "--by", "host")

    assert (total.end(), none.end(), nobody.end()) == (0, 0, 0)
    text = total.shown + none.shown + nobody.shown
    assert text == golden("stats.txt", text)


def test_a_bar_is_as_long_as_its_share() -> None:
    groups = [{"group": f"{n}", "label": None} | dict(BLANK, occurrences=n)
              for n in (1000, 500, 1, 0)]  # fmt: skip
    names = dict.fromkeys(("group", "label", "startTime", "endTime"))
    total = names | dict(BLANK, occurrences=1501)
    found = {"by": "status", "timezone": "UTC", "groups": groups, "total": total}

    drawn = statistics_table(found).splitlines()

    bars = [line.count("█") + line.count("▌") / 2 for line in drawn if "0" in line]
    assert bars[0] == 8
    assert bars[1] == pytest.approx(bars[0] / 2, abs=0.5)
    assert bars[2:] == [0.5, 0, 0]


BLANK = {
    **dict.fromkeys(("bookings", "pending", "confirmed", "completed", "noShow"), 0),
    **dict.fromkeys(("cancelled", "hours"), 0),
    **dict.fromkeys(("noShowRate", "cancellationRate"), None),
    **dict.fromkeys(("medianLeadTime", "meanLeadTime"), None),
}


def test_programs_have_numbers(run: Run, shop: None) -> None:
    total = run("stats", "--json").json
    assert total == {
        "group": None,
        "label": None,
        "bookings": 10,
        "occurrences": 10,
        "pending": 1,
        "confirmed": 4,
        "completed": 2,
        "noShow": 1,
        "cancelled": 2,
        "hours": 4.25,
        "noShowRate": 0.3333,
        "cancellationRate": 0.2,
        "medianLeadTime": 16620.0,
        "meanLeadTime": 18240.0,
        "startTime": "2026-01-18T00:00:00-05:00",
        "endTime": "2028-01-19T00:00:00-05:00",
    }
    [row] = run("stats").rows
    assert row[2:9] == ["10", "10", "1", "4", "2", "1", "2"]
    assert row[9:-2] == ["4.25", "0.3333", "0.2", "16620.0", "18240.0"]
    assert row[-2:] == [total["startTime"], total["endTime"]]

    events = run("stats", "--by", "EVENT", "--json").json
    assert [(item["group"], item["occurrences"]) for item in events] == [
        ("evt_demo", 7),
        ("evt_talk", 3),
    ]
    head, *lines = run("stats", "--by", "event", "--csv").out.splitlines()
    assert head.split(",") == list(total)
    assert lines[0].startswith("evt_demo,Product demo,7,7,0,4,1,1,1,")
    one = run("stats", "--by", "week", "--fields", "group,hours").rows
    assert one == [["2027-W02", "1.25"], ["2027-W03", "2.25"], ["2027-W04", "0.75"]]


def test_of_nothing_no_rate_is_known(run: Run, shop: None) -> None:
    found = run("stats", "--from", "2028-01-01", "--json").json

    assert (found["occurrences"], found["hours"]) == (0, 0)
    assert {found[key] for key in found if "Rate" in key or "Lead" in key} == {None}
    assert run("stats", "--from", "2028-01-01", "--by", "week", "--json").json == []


def test_filters_say_what_is_counted(run: Run, shop: None) -> None:
    def count(*args: str) -> int:
        number: int = run("stats", *args, "--json").json["occurrences"]
        return number

    assert count("--from", "2027-01-11", "--to", "2027-01-12") == 4
    assert count("--event", "talk") == 3
    assert count("--host", "me") == 10
    assert count("--from", "2027-01-18", "--event", "evt_demo") == 4
    between = ("--from", "2027-01-13", "--to", "2027-01-18")
    weeks = run("stats", "--by", "week", *between, "--fields", "group,occurrences")
    assert weeks.rows == [["2027-W02", "1"], ["2027-W03", "1"]]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--by", "moon"), "bad_input"),
        (("--by", ""), "bad_input"),
        (("--event", "nothing"), "not_found"),
        (("--from", "2027-01-02", "--to", "2026-12-31"), "bad_input"),
        (("--tz", "Mars"), "bad_zone"),
    ],
)
def test_what_cannot_be_read_is_refused(
    run: Run, shop: None, args: tuple[str, ...], code: str
) -> None:
    assert run("stats", *args, "--json").error["code"] == code


def test_a_group_is_one_of_the_words(client: Client) -> None:
    with pytest.raises(errors.BadInput, match="by cannot be moon"):
        client.calendar.bookings.stats(by="moon")

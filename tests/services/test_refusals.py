"""Series, groups and attendance on the command line: what is refused, and how.

One line, a hint unless the line says what would be right, the code's exit status, and a
file that is the same byte for byte.
"""

from __future__ import annotations

import inspect
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from support.stores import dump

from calbook import Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run

pytest_plugins = ("support.running",)

STATUSES = {
    item.code: item.exit_code
    for _, item in inspect.getmembers(errors, inspect.isclass)
    if issubclass(item, errors.CalbookError)
}
EVE = "--name Eve --email eve@example.com"
WORDS = {
    "BOOK": f"create --event demo --start 2027-01-19T10:00 {EVE}",
    "LATER": f"create --event demo {EVE}",
    "JOIN": f"create --event class --start 2027-01-18T12:00 {EVE}",
    "AGAIN": "create --event class --start 2027-01-18T12:00 --email ADA@example.com",
    "TWICE": "--repeat weekly --count 2",
    "WEEKLY": "--repeat weekly",
    "MONTHLY": "--repeat monthly --count 2",
    "YEARLY": "--repeat yearly",
}


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def words(client: Client, clock: Clock) -> dict[str, str]:
    """What the words of a command stand for, the uids of some bookings among them.

    A single booking, a series of four Mondays, a group of one, the same as a series,
    one that is over and one that is cancelled.
    """
    calendar = client.calendar
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    calendar.event_types.create("demo")
    calendar.event_types.create("class", seats=2)
    mondays = {"frequency": "WEEKLY", "count": 4}

    def book(start: str, event_type: str = "demo", **fields: object) -> str:
        ada = {"name": "Ada", "email": "ada@example.com"}
        wanted = {"event_type_id": event_type, "start_time": start, "attendee": ada}
        return calendar.bookings.create(**wanted, **fields).uid

    uids = {
        "ONE": book("2027-01-18 10:00"),
        "SERIES": book("2027-01-18 11:00", recurring=mondays),
        "GROUP": book("2027-01-18 12:00", "class"),
        "COURSE": book("2027-01-18 13:00", "class", recurring=mondays),
        "OVER": book("2027-01-04 09:00", "class"),
        "OFF": book("2027-01-18 14:00", "class"),
    }
    calendar.bookings.cancel(uids["OFF"])
    clock.move(hours=6)
    client.tick()
    return WORDS | uids


# By code: a command, and what its line has in it.
REFUSED = {
    "bad_input": {
        "BOOK --repeat nonsense --count 2": "nonsense",
        "BOOK --repeat '' --count 2": "frequency",
        "BOOK WEEKLY": "neither count nor until",
        "BOOK TWICE --until 2027-03-01": "both count and until",
        "BOOK TWICE --every 0": "is 0",
        "BOOK TWICE --every -1": "not -1",
        "BOOK TWICE --every 1000": "1,000",
        "BOOK TWICE --every 100000000000000000000": "--every",
        "BOOK WEEKLY --count 0": "is 0",
        "BOOK WEEKLY --count 1.5": "1.5",
        "BOOK WEEKLY --count 731": "731",
        "BOOK WEEKLY --count 1000000000": "from 1 to 730",
        "BOOK WEEKLY --count ٣": "٣",
        "BOOK WEEKLY --until 2527-01-19": "730",
        "BOOK YEARLY --until 2527-01-19": "2127-01-19",
        "BOOK WEEKLY --until 9999-12-31": "9000",
        "BOOK WEEKLY --until 2027-01-18": "before it begins",
        "BOOK WEEKLY --until 2027-02-30": "2027-02-30",
        "BOOK WEEKLY --until soon": "soon",
        "BOOK TWICE --by-day xx": "xx",
        "BOOK TWICE --by-day ,": "byDay",
        "BOOK TWICE --by-day 2mo": "2MO in a WEEKLY series",
        "BOOK MONTHLY --by-day 9tu": "9TU",
        "BOOK MONTHLY --by-day 0tu": "0TU",
        "BOOK TWICE --by-day mo": "2027-01-19 is not such a day",
        "BOOK TWICE --on-conflict move": "move",
        "JOIN --location LINK:https://x.example": "location stays",
        "JOIN --meeting-url https://x.example": "meetingUrl stays",
        "attendee add GROUP --email eve": "eve",
        "attendee add GROUP --email eve@example.com --phone me": "phone",
        "attendee remove GROUP --email eve --yes": "eve",
        "attended GROUP --email eve": "eve",
    },
    "usage": {
        "BOOK --count 2": "for a series",
        "BOOK --until 2027-03-01": "for a series",
        "BOOK --every 2": "for a series",
        "BOOK --by-day tu": "for a series",
        "BOOK --on-conflict skip": "only a series",
        "cancel SERIES": "say which",
        "cancel SERIES --by host": "say which",
        "cancel SERIES --on 2027-01-18 --from 2027-01-25": "exclude each other",
        "cancel SERIES --on 2027-01-18 --all": "exclude each other",
        "cancel SERIES --from 2027-01-18 --all": "exclude each other",
        "reschedule SERIES --start 2027-01-18T15:00": "say which",
        "reschedule SERIES --start +2d --all --on 2027-01-18": "exclude each other",
        "attended SERIES": "say which",
        "no-show COURSE": "say which",
        "attendee add GROUP": "--email",
        "attendee remove GROUP --yes": "--email",
        "list --occurrences --after ONE": "--after",
    },
    "bad_time": {
        "cancel SERIES --on soon": "soon",
        "cancel SERIES --from 2027-02-30": "2027-02-30",
        "no-show SERIES --on 18/01/2027": "18/01/2027",
    },
    "invalid_responses": {
        "attendee add GROUP --email eve@example.com --response a=b": "a",
    },
    "not_found": {
        "cancel SERIES --on 2027-01-19": "2027-01-19",
        "cancel ONE --on 2027-01-19": "2027-01-19",
        "reschedule SERIES --start +2d --on 2027-01-26": "2027-01-26",
        "attended SERIES --on 2027-01-19": "2027-01-19",
        "attended OVER --email eve@example.com": "eve@example.com",
        "attendee remove GROUP --email eve@example.com --yes": "eve@example.com",
        "occurrences bk_none": "bk_none",
        "attendee list bk_none": "bk_none",
    },
    "slot_taken": {
        "LATER --start 2027-01-11T11:15 TWICE": "1 of 2 dates cannot be booked: 2027",
        "JOIN TWICE": "2027-01-18 (taken by",
        "reschedule SERIES --start 2027-01-25T11:15 --on 2027-01-18": "SERIES",
    },
    "seats_full": {
        "JOIN --guest bob@example.com": "2 seats",
    },
    "duplicate_attendee": {
        "AGAIN --name Ada": "ADA@example.com",
        "attendee add GROUP --email ADA@example.com": "ADA@example.com",
    },
    "nothing_to_change": {
        "cancel SERIES --from 2027-02-09 --yes": "still to come",
        "update ONE": "name a field",
    },
    "already_cancelled": {
        "cancel OFF": "OFF",
    },
    "wrong_status": {
        "attended ONE": "has not begun",
        "no-show SERIES --on 2027-01-25": "2027-01-25 has not begun",
        "attended OFF": "CANCELLED",
        "attendee add OVER --email eve@example.com": "COMPLETED",
        "attendee remove OFF --email ada@example.com --yes": "CANCELLED",
    },
    "not_a_group": {
        "attendee add ONE --email eve@example.com": "evt_demo",
        "attendee add SERIES --email eve@example.com": "evt_demo",
        "attended ONE --email ada@example.com": "evt_demo",
    },
    "last_attendee": {
        "attendee remove GROUP --email ada@example.com --yes": "last attendee",
        "attendee remove COURSE --email ADA@example.com --yes": "last attendee",
        "attendee remove ONE --email ada@example.com --yes": "last attendee",
    },
}
OPTIONS = {
    "recurring.frequency": "--repeat",
    "recurring.interval": "--every",
    "recurring.count": "--count",
    "recurring.byDay": "--by-day",
    "recurring": "--repeat",
    "onConflict": "--on-conflict",
    "meetingUrl": "--meeting-url",
    "attendee.email": "--email",
    "attendee.phone": "--phone",
    "email": "--email",
}
# Their line may say all of it: what was given, and what would be right.
PLAIN = {"bad_input", "not_found", "seats_full", "duplicate_attendee"}
PLAIN |= {"already_cancelled", "wrong_status"}
CASES = [
    pytest.param(command, code, said, id=command)
    for code, commands in REFUSED.items()
    for command, said in commands.items()
]


def _with_options(message: str) -> str:
    """What the JSON says, in the words of a command line."""
    for name, option in OPTIONS.items():
        message = re.sub(rf"(?<!\S){name}(?= )", option, message)
    return message


@pytest.mark.parametrize(("command", "code", "said"), CASES)
def test_it_is_refused_and_the_file_stays(
    run: Run, place: str, words: dict[str, str], command: str, code: str, said: str
) -> None:
    args = [
        part
        for word in shlex.split(command)
        for part in words.get(word, word).split() or [""]
    ]
    before = dump(place)

    answer, error = run(*args), run(*args, "--json").error

    assert dump(place) == before
    assert (answer.status, error["code"]) == (STATUSES[code], code)
    assert (answer.out, error["exitCode"]) == ("", STATUSES[code])
    line, *hints = answer.err.splitlines()
    assert line == f"calbook: {_with_options(error['message'])}"
    assert words.get(said, said) in error["message"]
    assert hints == ([f"hint: {error['hint']}"] if error["hint"] else [])
    assert hints or code in PLAIN
    assert len(answer.err) < 1_000


def test_a_long_series_on_closed_days_is_refused_in_one_line(
    run: Run, place: str, words: dict[str, str]
) -> None:
    person = ("--name", "Eve", "--email", "eve@example.com")
    series = ("--start", "2027-01-23 10:00", "--repeat", "weekly", "--count", "700")
    args = ("create", "--event", "demo", *person, *series)
    before = dump(place)

    answer, error = run(*args), run(*args, "--json").error

    assert (answer.status, error["code"]) == (5, "outside_hours")
    line, *_ = answer.err.splitlines()
    assert line.startswith("calbook: 700 of 700 dates cannot be booked: 2027-01-23 (")
    assert line.endswith(", and 680 more")
    assert len(error["details"]["conflicts"]) == 700
    assert dump(place) == before

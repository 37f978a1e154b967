"""A bookings file with all that a screen finds hard, always the same.

Long names and addresses, all scripts, two zones, uids that begin alike, and each kind
of thing that a table or a card shows. Nothing is asserted here: PYTEST_DONT_REWRITE,
as tests import it first.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Client
from calbook.core import ids
from support.answering import calendar, mail

if TYPE_CHECKING:
    from conftest import Clock

BOOKED = datetime(2027, 1, 11, 9, 30, tzinfo=UTC)
NOW = datetime(2027, 1, 18, 15, tzinfo=UTC)  # Monday, 10:00 in New York
ALIKE = ("7q2mx41v9d3k", "7q2mx4zzzzzz", "7q2mx41vabcd")
LONG = "maximilian_von_hohenstein"
LONG_EMAIL = f"{'x' * 28}@{'y' * 20}.example.org"  # of 60 characters
PEOPLE: tuple[tuple[str, str], ...] = (
    ("Ada Lovelace", "ada@example.com"),
    ("Maximilian Alexander von Hohenstein-Langenburg der Jüngere", LONG_EMAIL),
    ("王小明和他的朋友们在一起", "wang@example.com"),
    ("👨‍👩‍👧‍👦 Family 🇵🇹", "family@example.com"),
    ("Zoë 👍🏽 ❤️ " + "e" + "\u0301" * 9 + "x", "zoe@example.com"),
    ("محمد بن عبد الله 300", "mohammed@example.com"),
    ("עדה לאבלייס", "ada.l@example.com"),
    ("[red]Bob[/red] \u202eevil\x1b[31m", "bob@example.com"),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlung", "d@b.de"),
    ("한국어 이름", "han@example.com"),
)


class Letters:
    """Letters of new ids: no two alike, and the same in each run.

    Uids are counted by themselves, so that they stay when other ids are added.
    """

    def __init__(self, *uids: str) -> None:
        self._uids = [*uids]
        self._counts: Counter[str] = Counter()

    def __call__(self, count: int) -> str:
        return self._next(f"of {count}")[:count]

    def uid(self) -> str:
        """The first ones are those that were given."""
        letters = self._uids.pop(0) if self._uids else self._next("uid")[:12]
        return ids.UID_PREFIX + letters

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        digest = hashlib.sha256(f"{kind} {self._counts[kind]}".encode()).digest()
        return "".join(ids._CROCKFORD[byte & 31] for byte in digest)


@pytest.fixture
def odd_store(
    path: Path, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Makes the file; the ids of what tests look at."""
    if not _made:
        _use(Letters(*ALIKE), monkeypatch)
        with Client(path, clock=clock) as client:
            _ids.update(fill(client, clock, tmp_path))
        _name_places(path, tmp_path)
        _made.append(path.read_bytes())
    _use(Letters(), monkeypatch)
    path.write_bytes(_made[0])
    clock.now = NOW
    return _ids


def _use(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_letters", letters)
    monkeypatch.setattr(ids, "uid", letters.uid)


_made: list[bytes] = []  # once for all tests
_ids: dict[str, str] = {}


def _name_places(path: Path, home: Path) -> None:
    """Directories as they are called on any machine."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for table, column in (
            ("calendars", "source"),
            ("published_feeds", "directory"),
        ):
            conn.execute(
                f"update {table} set {column} = replace({column}, :home, '/srv')",
                {"home": str(home)},
            )


def fill(client: Client, clock: Clock, home: Path) -> dict[str, str]:
    clock.now = BOOKED
    _fill_catalog(client)
    known = _book(client, clock)
    _fill_surroundings(client, known, home)
    clock.now = NOW
    bookings = client.calendar.bookings
    bookings.mark_no_show(known["past"])
    known["held"] = bookings.hold(
        event_type_id="demo", start_time="2027-01-29 09:00", minutes=100
    ).uid
    return known


def _fill_catalog(client: Client) -> None:
    client.set_up(
        name="Grace Hopper", email="grace@example.com", timezone="America/New_York"
    )
    calendar = client.calendar
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
    calendar.schedules.create(
        "always",
        name="Every day but Sunday, from early to late",
        timezone="Asia/Kathmandu",
        availability=[
            {"day": day, "startTime": start, "endTime": end}
            for day in days
            for start, end in (("00:00", "12:30"), ("13:00", "24:00"))
        ],
    )
    calendar.schedules.override(
        "always",
        date="2027-02-01",
        availability=[],
        reason="中国新年 and more than that",
    )
    calendar.hosts.create("bob", name="בוב 7", timezone="Europe/Lisbon")
    calendar.hosts.create(
        LONG, name=PEOPLE[1][0], email=LONG_EMAIL, timezone="Asia/Kathmandu",
        schedule_id="always",
    )  # fmt: skip
    calendar.resources.create("room1", name="The room with a view", capacity=12)
    calendar.resources.create("projector_of_the_second_floor", name="投影机")
    event = calendar.event_types.create
    event("demo", title="Product demo")
    event(
        "talk",
        title="长谈 🧑‍🤝‍🧑 about everything that matters to anybody at all 100",
        description="Two\nlines, of which the second is much longer than the first is,"
        " so that it has to be folded on most screens",
        hosts=[LONG],
        durations=[90, 30],
        requires_confirmation=True,
        questions=[{"label": "Company, and what it does for a living?"}],
        location="IN_PERSON:221b Baker Street, London NW1 6XE, United Kingdom",
        metadata={"colour": "red", "source": "https://example.com/" + "a" * 60},
        reminders=[{"minutesBefore": 60}, {"minutesBefore": 1440, "to": "all"}],
    )
    event("class", title="שיעור יוגה 300", seats=4, hosts=["bob"])
    event(
        "consultation_with_the_whole_team",
        title="Consultation",
        hosts=["me", "bob"],
        scheduling_type="COLLECTIVE",
        needs=["room1"],
        cancellation_deadline=1440,
        per_person=["2/week"],
    )


def _person(number: int) -> dict[str, Any]:
    return dict(zip(("name", "email"), PEOPLE[number], strict=True))


def _book(client: Client, clock: Clock) -> dict[str, str]:
    bookings = client.calendar.bookings

    def book(number: int, start: str, type: str = "demo", **more: Any) -> str:
        return bookings.create(
            event_type_id=type, start_time=start, attendee=_person(number), **more
        ).uid

    known = {"long": LONG, "past": book(0, "2027-01-12 10:00")}
    known["alike"] = book(1, "2027-01-19 09:00", guests=["eve@example.com"])
    book(2, "2027-01-19 10:00")
    for number in (3, 4, 5, 6, 7, 8, 9):
        book(number, f"2027-01-20 {number + 6:02}:00")
    known["talk"] = book(
        *(5, "2027-01-21T10:00", "talk"),
        notes="Line one\nLine two, which is a good deal longer than line one, and so on"
        "\n\nمرحبا 123",
        responses={"company_and_what_it_does_for_a_living": PEOPLE[8][0]},
        guests=["Bob <bob@example.com>", LONG_EMAIL],
        metadata={"dealId": "deal_" + "1" * 70},
        meeting_url="https://meet.example/" + "b" * 70,
    )
    rejected = book(9, "2027-01-22T10:00", "talk")
    bookings.reject(rejected, reason="Too [bold]late[/bold], שלום 42")
    known["series"] = book(
        *(0, "2027-01-18T10:00", "class"),
        recurring={"frequency": "WEEKLY", "count": 16},
    )
    bookings.add_attendee(known["series"], **_person(6), timezone="Europe/London")
    bookings.add_attendee(
        known["series"], name=PEOPLE[8][0], email=LONG_EMAIL, phone="+44 20 7946 0958"
    )
    bookings.cancel(
        known["series"], date="2027-01-25", reason="Ill", cancelled_by="host"
    )
    bookings.reschedule(
        known["series"], date="2027-02-01", start_time="2027-02-02T15:00"
    )
    known["team"] = book(0, "2027-01-28 10:00", "consultation_with_the_whole_team")
    known["waiting"] = client.calendar.waiting.add(
        event_type_id="demo", start_time="2027-01-20 09:00", attendee=_person(8)
    ).id
    client.calendar.waiting.add(
        event_type_id="demo",
        earliest="2027-01-19 09:00",
        latest="2027-01-19 09:15",
        attendee=_person(5),
    )
    clock.move(minutes=5)
    bookings.add_note(known["talk"], content="Bring mats\nand tea")
    bookings.add_note(
        known["talk"],
        content=f"Late payer: {'owes us a lot ' * 9}\n  indented\n{PEOPLE[5][0]}",
        is_private=True,
    )
    bookings.reschedule(
        known["alike"], start_time="2027-01-19 11:00", reason="A train was late " * 5
    )
    return known


def _fill_surroundings(client: Client, known: dict[str, str], home: Path) -> None:
    calendars = client.calendar
    more = (
        "DTSTART:20270120T190000Z\r\nDTEND:20270120T193000Z\r\nCOMMENT:שלום 42, later"
    )
    answer = calendar(known["past"], method="COUNTER", more=more, who="ada@example.com")
    calendars.replies.read(mail(answer, method="COUNTER"))
    known["webhook"] = calendars.webhooks.create(
        "https://hooks.example.com/calbook/" + "long/" * 20,
        events=["created", "attendee_added", "cancelled", "rescheduled", "updated"],
    ).id
    calendars.webhooks.create("https://example.com/hook", headers={"X-Key": "secret"})
    calendars.bookings.update(known["team"], notes="Now with notes")
    calendars.busy.add(
        start_time="2027-02-10 09:00",
        end_time="2027-02-10 11:00",
        host_id="bob",
        reason="The dentist, and then home to סבתא 5",
    )
    calendars.busy.add(start_time="2027-02-01", end_time="2027-02-05", host_id="me")
    directory = home / "calendars" / ("of-grace-" + "with-a-long-name-" * 4)
    directory.mkdir(parents=True)
    calendars.connections.add(
        "work-and-everything-else", directory, host_id="me", push=True, busy=True
    )
    calendars.feeds.publish(home / "feeds" / ("f" * 50), host_id="me")

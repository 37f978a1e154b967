"""Random changes of a group: everybody's calendar has what they have, by mail alone."""

from __future__ import annotations

import email
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import policy
from itertools import count
from typing import Any

import icalendar
import pytest
from conftest import MONDAY
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st
from support.mailing import Configure
from support.properties import examples
from support.stores import ask

from calbook import Booking, Client, errors
from calbook.api.values.bookings import Occurrence

pytest_plugins = ("support.mailing",)

TEN = MONDAY.replace(day=18, hour=10)
DATES = tuple((TEN + timedelta(days=n)).date().isoformat() for n in range(3))
PERSONS = tuple(f"p{n}@example.com" for n in range(3))
NUMBERS = count()

NAMES = (
    *("add", "move", "cancel", "reschedule", "reschedule_all", "update", "extend"),
    *("undo", "undo", "undo"),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("remove", "remove", "remove", *NAMES)),
        st.sampled_from(PERSONS),
        st.sets(st.sampled_from(DATES), max_size=3),
    ),
    min_size=3,
    max_size=8,
)


class Group:
    """What is done to one group; everybody is told of it."""

    def __init__(self, client: Client, number: int) -> None:
        self.bookings = client.calendar.bookings
        host, event_type = f"host{number}", f"yoga{number}"
        client.calendar.hosts.create(
            host, name="Grace", email="grace@example.com", schedule_id="days"
        )
        client.calendar.event_types.create(
            event_type, seats=8, hosts=[host], schedule_id="days", notify=True
        )
        self.uid = self.bookings.create(
            event_type_id=event_type,
            start_time=TEN,
            attendee={"name": "Ada", "email": PERSONS[0]},
            recurring={"frequency": "DAILY", "count": len(DATES)},
        ).uid

        self.add(PERSONS[1], set())

    def do(self, name: str, who: str, on: set[str]) -> None:
        getattr(self, name)(who, on)

    def add(self, who: str, on: set[str]) -> None:
        """On those of the dates that they do not have; for good where none is said."""
        new = on - self.days_of(who) or on
        self.bookings.add_attendee(self.uid, email=who, on=new or None, by="host")

    def remove(self, who: str, on: set[str]) -> None:
        """From those of the dates that they have."""
        own = on & self.days_of(who) or on
        self.bookings.remove_attendee(self.uid, email=who, on=own or None, by="host")

    def move(self, who: str, on: set[str]) -> None:
        first, *_, last = sorted(on or DATES) * 2
        self.bookings.move_attendee(
            self.uid, email=who, on=first, start_time=f"{last} 10:00", by="host"
        )

    def cancel(self, who: str, on: set[str]) -> None:
        date = min(on, default=DATES[-1])
        dates = {"from_date": date} if len(on) == 1 else {"date": date}
        self.bookings.cancel(self.uid, **dates, cancelled_by="host")

    def reschedule(self, who: str, on: set[str]) -> None:
        date = min(on, default=DATES[0])
        start = f"{date} {11 + len(on)}:00"
        self.bookings.reschedule(self.uid, date=date, start_time=start, by="host")

    def reschedule_all(self, who: str, on: set[str]) -> None:
        first = min(self.bookings.get(self.uid).occurrences, key=lambda o: o.starts_at)
        start = first.starts_at + timedelta(hours=1)
        self.bookings.reschedule(self.uid, all=True, start_time=start, by="host")

    def update(self, who: str, on: set[str]) -> None:
        self.bookings.update(self.uid, meeting_url=f"https://m.org/{next(NUMBERS)}")

    def extend(self, who: str, on: set[str]) -> None:
        self.bookings.extend(self.uid, count=1, by="host")

    def undo(self, who: str, on: set[str]) -> None:
        date = min(on) if len(on) == 1 else None
        self.bookings.undo(self.uid, date=date, by="host")

    def days_of(self, who: str) -> set[str]:
        return {o.date for o in own_dates(self.bookings.get(self.uid), who)}


def own_dates(booking: Booking, who: str) -> list[Occurrence]:
    """Where somebody is expected, by the JSON."""
    for person in (booking.attendee, *booking.guests):
        if person.email == who:
            return [
                o
                for o in booking.occurrences
                if o.status != "CANCELLED"
                and (not person.only_on or o.date in person.only_on)
                and o.date not in person.absent_on
            ]
    return []


class Calendar:
    """A calendar that goes by METHOD and knows one booking."""

    def __init__(self) -> None:
        self.starts: dict[datetime, datetime] = {}  # by the date that it is about
        self.version = (-1, datetime.min.replace(tzinfo=UTC))

    def take(self, file: icalendar.Calendar) -> None:
        events = file.walk("VEVENT")
        for event in sorted(events, key=lambda event: "RECURRENCE-ID" in event):
            version = (int(event["SEQUENCE"]), event["DTSTAMP"].dt)
            assert version >= self.version  # else it is passed over
            self.version = version
            is_off = file["METHOD"] == "CANCEL" or event["STATUS"] == "CANCELLED"
            if "RECURRENCE-ID" not in event:
                self.starts = {} if is_off else expand(event)
            elif is_off:
                self.starts.pop(event["RECURRENCE-ID"].dt, None)
            else:
                self.starts[event["RECURRENCE-ID"].dt] = event["DTSTART"].dt


def expand(event: icalendar.Event) -> dict[datetime, datetime]:
    start = event["DTSTART"].dt
    out = event.get("EXDATE", [])
    out = {d.dt for each in (out if isinstance(out, list) else [out]) for d in each.dts}
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
    return {each: each for each in rule if each not in out}


def main_entries(file: icalendar.Calendar) -> list[icalendar.Event]:
    """The entry that is about all dates; without one, each of single dates."""
    events = file.walk("VEVENT")
    return [e for e in events if "RECURRENCE-ID" not in e] or events


def is_whole(file: icalendar.Calendar) -> bool:
    return any("RECURRENCE-ID" not in event for event in file.walk("VEVENT"))


def mails_since(
    client: Client, uid: str, seq: int
) -> list[tuple[int, str, icalendar.Calendar]]:
    """The mails about a booking that were queued after an event, in its order."""
    rows = ask(
        client,
        "select event_seq, target, payload from deliveries where uid = :uid"
        " and channel = 'mail' and event_seq > :seq order by event_seq",
        uid=uid,
        seq=seq,
    )
    return [(row[0], row[1], calendar_of(row[2])) for row in rows]


def calendar_of(payload: str) -> icalendar.Calendar:
    message = email.message_from_string(payload, policy=policy.default)
    [part] = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    file = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part["Content-Type"].params["method"] == file["METHOD"]
    return file


@pytest.fixture
def host(client: Client, configure: Configure) -> Client:
    configure(1)  # nobody calls it: what is queued is read
    days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    always = {"startTime": "00:00", "endTime": "24:00"}
    client.calendar.schedules.create(
        "days", timezone="UTC", availability=[{"day": day, **always} for day in days]
    )
    return client


class Walk:
    """A group, and what its mails have made of everybody's calendar."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seq = 0
        self.group = Group(client, next(NUMBERS))
        self.calendars = {who: Calendar() for who in PERSONS}

    def step(self, *step: Any) -> None:
        with suppress(errors.CalbookError):
            self.group.do(*step)
        self.read_mails()

    def read_mails(self) -> None:
        booking = self.group.bookings.get(self.group.uid)
        own = {who: {o.starts_at for o in own_dates(booking, who)} for who in PERSONS}
        last: dict[str, str] = {}
        for seq, who, file in mails_since(self.client, booking.uid, self.seq):
            self.seq, last[who] = seq, str(file["METHOD"])
            self.calendars[who].take(file)
            statuses = [str(event.get("STATUS", "")) for event in main_entries(file)]
            assert file["METHOD"] == "CANCEL" or "CANCELLED" not in statuses
            assert file["METHOD"] == "REQUEST" or not (is_whole(file) and own[who])
        for who in PERSONS:
            assert set(self.calendars[who].starts.values()) == own[who]
            assert (last.get(who, "CANCEL") == "CANCEL") or own[who]


@examples(25)
@given(STEPS)
@example([("remove", PERSONS[1], {DATES[0]}), ("cancel", "", {DATES[1]})])
@example([("reschedule_all", "", set()), ("remove", PERSONS[1], {*DATES})])
def test_calendars_that_go_by_method_have_what_each_person_has(
    host: Client, steps: list[Any]
) -> None:
    """Who lost the last date was sent a REQUEST with STATUS:CANCELLED."""
    walk = Walk(host)

    walk.read_mails()
    for step in steps:
        walk.step(*step)

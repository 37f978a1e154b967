"""Random joins, leaves, absences and moves: every date has the seats that it should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.properties import examples

from calbook import Booking, Client, errors

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
DATES = tuple((TEN + timedelta(days=n)).date().isoformat() for n in range(3))
SEATS = 2
FIRST = "p0"
PERSONS = (FIRST, "p1", "p2", "p3")

SOME = st.none() | st.sets(st.sampled_from(DATES), min_size=1, max_size=2)
PERSON = st.sampled_from(PERSONS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), PERSON, SOME),
        st.tuples(st.just("add"), PERSON, SOME),
        st.tuples(st.just("remove"), PERSON, SOME),
        st.tuples(st.just("move"), PERSON, st.sampled_from(DATES)),
    ),
    max_size=14,
)


class Course:
    """Who has which dates, in the order of joining; regulars are marked."""

    def __init__(self) -> None:
        self.dates: dict[str, set[str]] = {FIRST: set(DATES)}
        self.regulars = {FIRST}

    def taken(self, date: str) -> int:
        return sum(date in dates for dates in self.dates.values())

    def is_full(self, dates: set[str]) -> bool:
        return any(self.taken(date) >= SEATS for date in dates)

    def add(self, who: str, on: set[str] | None) -> str | None:
        """The code of the refusal, if it is to be refused."""
        mine = self.dates.get(who, set())
        if (on is None and who in self.regulars) or (on or set()) & mine:
            return "duplicate_attendee"
        wanted = (set(DATES) if on is None else on) - mine
        if self.is_full(wanted):
            return "seats_full"
        if on is None:
            self.regulars.add(who)
        self.dates[who] = mine | wanted
        return None

    def remove(self, who: str, on: set[str] | None) -> str | None:
        if who not in self.dates or (on and not on <= self.dates[who]):
            return "not_found"
        left = set() if on is None else self.dates[who] - on
        stays = on is not None and (who in self.regulars or left)
        if not stays and len(self.dates) == 1:
            return "last_attendee"
        if stays:
            self.dates[who] = left
            return None
        del self.dates[who]
        self.regulars.discard(who)
        return None

    def move(self, who: str, to: str) -> str | None:
        """From the first date that somebody has to another."""
        if who not in self.dates:
            return "not_found"
        mine = self.dates[who]
        if to == min(mine):
            return None
        if to in mine:
            return "duplicate_attendee"
        if self.is_full({to}):
            return "seats_full"
        self.dates[who] = (mine - {min(mine)}) | {to}
        return None


def act(client: Client, uid: str, course: Course, step: Any) -> str | None:
    bookings, (what, who, where) = client.calendar.bookings, step
    email = f"{who}@example.com"
    try:
        if what == "add":
            bookings.add_attendee(uid, email=email, on=where, by="host")
        elif what == "remove":
            bookings.remove_attendee(uid, email=email, on=where, by="host")
        else:
            start, first = f"{where} 10:00", min(course.dates.get(who, DATES))
            bookings.move_attendee(uid, email=email, on=first, start_time=start)
    except errors.CalbookError as error:
        return error.code
    return None


def seen(booking: Booking) -> dict[str, set[str]]:
    """The dates of each person by the JSON."""
    return {
        str(person.email)[:2]: set(person.only_on) or set(DATES) - set(person.absent_on)
        for person in (booking.attendee, *booking.guests)
    }


@examples(60)
@given(STEPS)
def test_every_date_has_the_seats_that_are_taken_and_no_more(steps: list[Any]) -> None:
    course = Course()
    with Client(":memory:", clock=lambda: NOW) as client:
        calendar = client.calendar
        days = [
            {"day": day, "startTime": "00:00", "endTime": "24:00"}
            for day in ["MONDAY", "TUESDAY", "WEDNESDAY"]
        ]
        calendar.schedules.create("days", timezone="UTC", availability=days)
        calendar.event_types.create("yoga", seats=SEATS, schedule_id="days")
        uid = calendar.bookings.create(
            event_type_id="yoga",
            start_time=TEN,
            attendee={"name": FIRST, "email": f"{FIRST}@example.com"},
            recurring={"frequency": "DAILY", "count": len(DATES)},
        ).uid

        for step in steps:
            if step[0] == "move" and not course.dates.get(step[1], {"any"}):
                continue  # who is absent on every date has none to give up
            before = {**course.dates}, {*course.regulars}
            told = act(client, uid, course, step)
            assert told == getattr(course, step[0])(*step[1:]), step
            if told is not None:
                assert (course.dates, course.regulars) == before

            after = calendar.bookings.get(uid)
            assert seen(after) == course.dates
            counts = [course.taken(date) for date in DATES]
            assert [o.seats_taken for o in after.occurrences] == counts
            assert max(counts) <= SEATS
            leads = str(after.attendee.email)[:2]
            assert leads in course.regulars or not course.regulars

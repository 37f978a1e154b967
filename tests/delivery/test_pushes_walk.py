"""Changes, faults and what hosts do, by chance: in the end both sides are equal.

`CALBOOK_TORTURE=20` walks twenty times as often.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from conftest import DAYS, MONDAY, Clock
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from support.lying_calendars import LyingCalendar
from support.properties import TORTURE

from calbook import Booking, Client, errors
from calbook.ical.reading.entries import read_entry

ADA = {"name": "Ada", "email": "ada@example.com"}
FIRST = MONDAY + timedelta(days=14)
HALF = timedelta(minutes=30)
ALARM = b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"
REFUSALS = (errors.SlotTaken, errors.RuleError)
NOT_THERE = (errors.CalendarUnreachable, errors.CalendarEmpty, errors.EntriesGone)

which = st.integers(0, 5)
slots = st.integers(0, 40)


class Walk(RuleBasedStateMachine):
    """A host's calendar on a server that lies, and the bookings that belong there."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.liar = LyingCalendar()
        self.client = Client(":memory:", clock=self.clock)
        self.made: list[str] = []
        hours = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
        calendar = self.client.calendar
        self.client.set_up(timezone="UTC", email="grace@example.com", name="Grace")
        calendar.schedules.create("always", timezone="UTC", availability=hours)
        calendar.event_types.create("demo", schedule_id="always")
        calendar.event_types.create(
            "ask", schedule_id="always", requires_confirmation=True
        )
        self.connect()

    # -- what is done here

    @initialize(asked=st.lists(st.booleans(), min_size=2, max_size=4))
    def begin(self, asked: list[bool]) -> None:
        for slot, each in enumerate(asked):
            self.book(slot * 3, each, 1 + 2 * (slot % 2))
        self.deliver()

    @rule(slot=slots, asked=st.booleans(), count=st.sampled_from([1, 3]))
    def book(self, slot: int, asked: bool, count: int) -> None:
        repeat = {"recurring": {"frequency": "weekly", "count": count}}
        fields: dict[str, Any] = repeat if count > 1 else {}
        made = self.attempt(
            lambda: self.client.calendar.bookings.create(
                event_type_id="ask" if asked else "demo",
                start_time=FIRST + slot * HALF,
                attendee=ADA,
                **fields,
            )
        )
        if made is not None:
            self.made.append(made.uid)

    @rule(one=which, how=st.sampled_from(["cancel", "confirm", "move", "date", "undo"]))
    def change(self, one: int, how: str) -> None:
        bookings, uid = self.client.calendar.bookings, self.made[one % len(self.made)]
        booking = bookings.get(uid)
        whole = {"all": True} if booking.recurring else {}
        start = FIRST + (one + 50) * HALF
        steps: dict[str, Callable[[], Any]] = {
            "cancel": lambda: bookings.cancel(uid, **whole),
            "confirm": lambda: bookings.confirm(uid),
            "move": lambda: bookings.reschedule(uid, start_time=start, **whole),
            "undo": lambda: bookings.undo(uid, by="host"),
            "date": lambda: bookings.cancel(
                uid, date=booking.occurrences[one % len(booking.occurrences)].date
            ),
        }
        self.attempt(steps[how])

    @rule()
    def deliver(self) -> None:
        self.unchanged(lambda: self.client.deliver(retry_now=True))

    @rule(overwrite=st.booleans(), confirmed=st.booleans())
    def sync(self, overwrite: bool, confirmed: bool) -> None:
        self.unchanged(
            lambda: self.client.calendar.connections.sync(
                overwrite=overwrite, confirmed=confirmed
            )
        )

    @rule()
    def forget(self) -> None:
        """As after a restored file: nothing is known of what was written."""
        self.client.calendar.connections.remove("work")
        self.recover()
        self.connect()

    # -- what the host does there

    @rule(one=which, how=st.sampled_from(["move", "rename", "alarm", "delete"]))
    def edit_there(self, one: int, how: str) -> None:
        there = [f"{uid}.ics" for uid in self.made if f"{uid}.ics" in self.liar.objects]
        if not there:
            return
        name = there[one % len(there)]
        data = self.liar.objects[name].data
        if how == "delete":
            del self.liar.objects[name]
        elif how == "move":
            self.liar.store(name, re.sub(rb"T(\d\d)00", rb"T\g<1>05", data))
        elif how == "rename":
            self.liar.store(name, data.replace(b"SUMMARY:", b"SUMMARY:My "))
        else:
            self.liar.store(name, data.replace(b"END:VEVENT", ALARM))

    # -- what its server does

    @rule(
        loses=st.sampled_from([0, 0, 1, 3]),
        refuses=st.sampled_from([0, 0, 1, 7]),
        etags=st.sampled_from(["strong", "strong", "weak", "none", "flaky"]),
        says_etag=st.booleans(),
        hidden=st.sets(which, max_size=2),
        failing=st.sets(which, max_size=1),
    )
    def misbehave(
        self,
        loses: int,
        refuses: int,
        etags: str,
        says_etag: bool,
        hidden: set[int],
        failing: set[int],
    ) -> None:
        self.liar.loses, self.liar.refuses = loses, refuses
        self.liar.etags, self.liar.answers_etag = etags, says_etag
        self.liar.hidden = {f"{self.made[n % len(self.made)]}.ics" for n in hidden}
        self.liar.failing = {f"{self.made[n % len(self.made)]}.ics" for n in failing}

    @rule()
    def recover(self) -> None:
        self.liar.loses = self.liar.refuses = 0
        self.liar.etags, self.liar.answers_etag = "strong", True
        self.liar.hidden, self.liar.failing = set(), set()

    # -- what holds

    @invariant()
    def nothing_stands_there_twice(self) -> None:
        uids = [read_entry(each.data).uid for each in self.liar.objects.values()]
        assert len(uids) == len(set(uids))
        assert {f"{uid.removesuffix('@calbook')}.ics" for uid in uids if uid} == {
            *self.liar.objects
        }

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.client.close()
            self.liar.close()

    def settle(self) -> None:
        """All faults end, and somebody says that theirs is not to stay."""
        self.recover()
        connections = self.client.calendar.connections
        for _ in range(2):
            self.client.deliver(retry_now=True)
            connections.sync(overwrite=True, confirmed=True)
        self.client.deliver(retry_now=True)

        assert connections.sync(confirmed=True) == ()
        there = {
            name: [span.start for span in read_entry(each.data).dates]
            for name, each in self.liar.objects.items()
        }
        assert there == self.wanted()
        assert connections.get("work").conflicts == ()

    def wanted(self) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = {}
        for each in self.client.calendar.bookings.list_occurrences():
            if each.status != "CANCELLED":
                start = each.starts_at.astimezone(UTC)
                found.setdefault(f"{each.uid}.ics", []).append(start)
        return {name: sorted(starts) for name, starts in found.items()}

    # -- how

    def connect(self) -> None:
        self.client.calendar.connections.add(
            "work", self.liar.url, push=True, allow_private=True
        )

    def attempt(self, step: Callable[[], Any]) -> Booking | None:
        try:
            found: Booking = step()
        except REFUSALS:
            return None
        return found

    def unchanged(self, step: Callable[[], object]) -> None:
        """Whatever is there, no booking changes by it."""
        before = self.client.calendar.bookings.list()
        with suppress(*NOT_THERE):
            step()
        assert self.client.calendar.bookings.list() == before


def test_both_sides_are_equal_in_the_end() -> None:
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=25 * TORTURE, stateful_step_count=40)
    )

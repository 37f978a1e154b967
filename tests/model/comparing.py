"""The same asked of calbook and of the model, and their answers compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from conftest import Clock
from hypothesis.stateful import RuleBasedStateMachine, initialize

from . import world
from .asking import Commands, Library, Told, booking_facts
from .facts import (
    EXIT,
    Booking,
    EventType,
    Meeting,
    Refused,
    local_day,
    minutes,
    typed,
)


class Comparison(RuleBasedStateMachine):
    """What a walk begins with and does in each step; how to ask is set by the test."""

    clock: Clock
    new_store: Callable[[], Library | Commands]

    @initialize(beginning=st.sampled_from(world.BEGINNINGS))
    def begin(self, beginning: datetime) -> None:
        self.clock.now = beginning
        self.model = world.new_model(beginning)
        self.beginning = beginning
        self.asker = self.new_store()

    def edges(self) -> set[datetime]:
        found = set()
        for booking in self.model.bookings:
            if booking.held_until:
                found.add(booking.held_until)
            for each in booking.meetings:
                found |= {each.start, each.end}
                found.add(each.start - minutes(booking.deadline))
                found.add(each.start - minutes(booking.event.notice))
        latest = self.model.now + timedelta(days=3)
        return {edge for edge in found if self.model.now < edge < latest}

    def edge(self, booking: Booking, name: str) -> datetime:
        first = booking.meetings[0]
        if name == "deadline":
            return first.start - minutes(booking.deadline)
        if name == "hold" and booking.held_until:
            return booking.held_until
        return first.end if name == "end" else first.start

    def start(self, event: str, drawn: Any) -> tuple[str, Callable[[], datetime]]:
        """What is said, and what it means once the event type is known."""
        kind, number, minute = drawn
        found = self.model.types.get(event)
        zone = found.schedule.zone if found else world.NEW_YORK
        meetings = [m for b in self.model.bookings for m in b.meetings]
        if kind == "near" and meetings:
            near = meetings[number % len(meetings)].start + minutes(minute)
            return near.isoformat(), lambda: near
        if kind == "edge" and meetings and found:
            return self.start_at_an_edge(
                found, meetings[number // 2 % len(meetings)], number % 2, minute
            )
        day = local_day(self.beginning, zone) + timedelta(days=number % 6)
        clock = world.clock(minute if kind == "wall" else 600)
        wall = datetime.fromisoformat(f"{day} {clock}")
        return f"{day} {clock}", lambda: typed(wall, zone)

    def start_at_an_edge(
        self, event: EventType, meeting: Meeting, is_before: int, second: int
    ) -> tuple[str, Callable[[], datetime]]:
        """Its claim ends or begins where that of the meeting begins or ends."""
        around = event.lengths[0] + event.after
        start = meeting.claim[1] + minutes(event.before)
        if is_before:
            start = meeting.claim[0] - minutes(around)
        start += timedelta(seconds=second)
        return start.isoformat(), lambda: start

    def uid(
        self,
        some: int,
        *,
        held: bool = False,
        group: bool = False,
        series: bool = True,
        changed: bool = False,
    ) -> str:
        """Of some booking, rather of such a one; now and then of none."""
        found = [b for b in self.model.bookings if series or not b.is_series]
        likely = [
            b
            for b in found
            if (not held or b.held_until)
            and (not group or b.event.seats)
            and (not changed or (b.past and b.past.kind != "booked"))
        ]
        chosen = likely if likely and some % 5 else found
        return chosen[some % len(chosen)].uid if chosen and some else "bk_nobody"

    def date(self, uid: str, number: int, *, always: bool = False) -> Any:
        """One date of a series, or None; some of a single booking, too."""
        for booking in self.model.bookings:
            if booking.uid == uid and booking.is_series:
                if number < len(booking.meetings) or always:
                    return booking.meetings[number % len(booking.meetings)].date
                return booking.meetings[0].date
        return None

    def compare_once(
        self,
        action: str,
        names: tuple[str, ...],
        asked: dict[str, Any],
        done: Callable[[], Booking],
        *,
        key: str | None,
    ) -> None:
        if key is None:
            return self.compare(action, names, asked, done)
        of_request = {k: v for k, v in asked.items() if k != "if_version"}
        request = (action, names, repr(of_request))
        told = self.asker.ask(action, *names, **some_of(asked), idempotency_key=key)

        def once() -> Any:
            return self.model.once(key, request, lambda: self.name(done(), told))

        wanted = self.check_refusal(action, told, once)
        if wanted is not None:
            check_same(booking_facts(told.answer), wanted)
        self.check_list()
        return None

    def compare(
        self,
        action: str,
        names: tuple[str, ...],
        asked: dict[str, Any],
        done: Callable[[], Booking],
    ) -> None:
        told = self.asker.ask(action, *names, **some_of(asked))
        booking = self.check_refusal(action, told, lambda: self.name(done(), told))
        if booking is not None:
            check_same(booking_facts(told.answer), self.model.shown(booking))
        self.check_list()

    def name(self, booking: Booking, told: Told) -> Booking:
        """By the uid that calbook gave it."""
        if not booking.uid and told.answer:
            booking.uid = told.answer["uid"]
        return booking

    def check_refusal(self, action: str, told: Told, done: Callable[[], Any]) -> Any:
        """What the model makes of it, or None where it refuses, too."""
        wanted = found = None
        try:
            found = done()
        except Refused as refused:
            wanted = refused.code
        assert told.code == wanted, (action, "told, wanted")
        assert wanted is None or told.status == EXIT[wanted]
        if wanted is None and action != "slots":
            self.model.tick()
        return found

    def check_list(self) -> None:
        told = {each["uid"]: each for each in self.asker.ask("list").answer}
        assert told.keys() == {booking.uid for booking in self.model.bookings}
        for booking in self.model.bookings:
            check_same(booking_facts(told[booking.uid]), self.model.shown(booking))


def check_same(told: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Key by key, so that the difference is short."""
    assert told.keys() == wanted.keys()
    differing = {k: (told[k], wanted[k]) for k in told if told[k] != wanted[k]}
    assert not differing, "told, wanted"


def email(person: str) -> str:
    return f"{person}@example.com"


def persons(people: list[str]) -> dict[str, Any]:
    first, *others = people
    named = {"attendee": {"name": first, "email": email(first)}}
    return named | ({"guests": [email(each) for each in others]} if others else {})


def some_of(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}

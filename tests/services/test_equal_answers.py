"""Whatever is done, a file and a database give the same answers and refusals.

`CALBOOK_TORTURE=20` tries twenty times as many walks.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from conftest import DAYS, Clock
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.both_stores import DAY, Call
from support.properties import examples
from support.stores import Tables, connect

from calbook import Client
from services.people_steps import PeopleSteps, add_places

BEGIN = datetime(2024, 3, 5, 14, tzinfo=UTC)  # New York's clocks change on 03-10
KINDS: dict[str, dict[str, Any]] = {
    "single": {"hosts": ["alice"], "cancellation_deadline": 600},
    "asked": {"hosts": ["bob"], "requires_confirmation": True, "slots_per_day": 2},
    "group": {"seats": 3, "scheduling_type": "ROUND_ROBIN"},
    "team": {
        "scheduling_type": "ROUND_ROBIN",
        "round_robin": "EQUAL_DISTRIBUTION",
        "requires_confirmation": True,
    },
    "both": {"scheduling_type": "COLLECTIVE"},
}


def set_up(client: Client) -> None:
    calendar = client.calendar
    hours = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in DAYS]
    for name, zone in (("alice", "America/New_York"), ("bob", "Europe/Paris")):
        calendar.schedules.create(name, timezone=zone, availability=hours)
        calendar.hosts.create(name, name=name, timezone=zone, schedule_id=name)
    for name, fields in KINDS.items():
        both = ["alice", {"userId": "bob", "weight": 2}]
        calendar.event_types.create(
            name,
            **{"hosts": both, "buffer_after": 5, **fields},
            reminders=[{"minutesBefore": 60, "to": "attendee"}],
        )
    calendar.webhooks.create("https://example.com/a")
    add_places(client)


class Walk(PeopleSteps):
    """All that can be done."""

    def step(self, name: str, draw: random.Random) -> None:
        self.draw = draw
        if name == "wait":
            self.clock.move(minutes=draw.randrange(-1440, 3 * 1440))
            name = "tick"
        self.remember(self.both(getattr(self, name)()))

    # -- what is changed

    def create(self) -> Call:
        draw = self.draw
        fields: dict[str, Any] = {
            "event_type_id": draw.choice([*KINDS, self.kind()]),
            "start_time": self.moment(),
            "attendee": self.attendee(),
            "notes": draw.choice([None, self.text()]),
            "metadata": {"k": self.text(), "n": 1.5},
            "host_id": draw.choice([None, None, "alice"]),
            "dry_run": draw.random() < 0.1,
            "idempotency_key": draw.choice([None, None, "one", "two"]),
        }
        if draw.random() < 0.4:
            frequency = draw.choice(["DAILY", "WEEKLY"])
            fields["recurring"] = {"frequency": frequency, "count": draw.randint(1, 6)}
            fields["on_conflict"] = draw.choice(["skip", "refuse"])
        return lambda client: client.calendar.bookings.create(**fields)

    def join(self) -> Call:
        uid, email, name = self.some(), self.email(), self.text()
        return lambda client: client.calendar.bookings.add_attendee(
            uid, email=email, name=name
        )

    def leave(self) -> Call:
        uid, email = self.some(), self.email()
        return lambda client: client.calendar.bookings.remove_attendee(uid, email=email)

    def cancel(self) -> Call:
        uid, by, day, why = self.some(), self.who(), self.date(), self.text()
        return lambda client: client.calendar.bookings.cancel(
            uid, cancelled_by=by, reason=why, **day
        )

    def reschedule(self) -> Call:
        fields = {"start_time": self.moment(), "by": self.who(), **self.date()}
        uid, reassign = self.some(), self.draw.random() < 0.5
        return lambda client: client.calendar.bookings.reschedule(
            uid, reassign=reassign, **fields
        )

    def undo(self) -> Call:
        fields = {
            "by": self.draw.choice([None, None, "host"]),
            "date": self.date().get("date"),
        }
        uid = self.draw.choice([None, *[self.some()] * 5])
        return lambda client: client.calendar.bookings.undo(uid, **fields)

    def confirm(self) -> Call:
        uid = self.some()
        return lambda client: client.calendar.bookings.confirm(uid)

    def reject(self) -> Call:
        uid = self.some()
        return lambda client: client.calendar.bookings.reject(uid)

    def attend(self) -> Call:
        uid, mark = self.some(), self.draw.choice(["mark_attended", "mark_no_show"])
        fields = {
            "email": self.draw.choice([None, None, self.email()]),
            "date": self.draw.choice([None, None, str(self.moment().date())]),
        }
        return lambda client: getattr(client.calendar.bookings, mark)(uid, **fields)

    def update(self) -> Call:
        uid = self.some()
        fields = self.draw.choice(
            [
                {"notes": self.text()},
                {"name": self.text()},
                {"email": self.email()},
                {"location": {"type": "link", "value": "https://example.com/x"}},
            ]
        )
        return lambda client: client.calendar.bookings.update(uid, **fields)

    def note(self) -> Call:
        uid, content, is_private = self.some(), self.text(), self.draw.random() < 0.5
        return lambda client: client.calendar.bookings.add_note(
            uid, content=content, is_private=is_private
        )

    def import_busy(self) -> Call:
        start, name = self.moment(), self.draw.choice(["work", "home"])
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\n"
            f"DTSTAMP:20240101T000000Z\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\n"
            f"DURATION:PT{self.draw.randint(1, 90)}M\r\nSUMMARY:{self.text()}\r\n"
            f"RRULE:FREQ=DAILY;COUNT={self.draw.randint(1, 5)}\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()
        host, shows = self.host(), self.draw.random() < 0.5
        return lambda client: client.calendar.busy.import_ics(
            text, name=name, host_id=host, shows_text=shows
        )

    def remove_busy(self) -> Call:
        host, name = self.host(), self.draw.choice(["work", "home"])
        return lambda client: client.calendar.busy.remove(name, host_id=host)

    def add_busy(self) -> Call:
        day, host, why = self.moment().date(), self.host(), self.text()
        return lambda client: client.calendar.busy.add(
            start_time=str(day), end_time=str(day + DAY), host_id=host, reason=why
        )

    def change_host(self) -> Call:
        host, name = self.host(), self.text()
        email = self.draw.choice([None, "host@example.com"])
        return lambda client: client.calendar.hosts.update(host, name=name, email=email)

    def change_event_type(self) -> Call:
        fields = self.draw.choice(
            [
                {"title": self.text()},
                {"buffer_before": self.draw.randrange(30)},
                {"slots_per_day": self.draw.choice([None, 1, 3])},
                {"hosts": ["bob"]},
                {"hosts": ["me", {"userId": "alice", "priority": 3}, "bob"]},
                {"seats": 5},
                {"description": self.draw.choice([None, self.text()])},
                {"active": self.draw.random() < 0.7},
            ]
        )
        kind = self.draw.choice([*KINDS])
        return lambda client: client.calendar.event_types.update(kind, **fields)

    def override(self) -> Call:
        host, day = self.draw.choice(["alice", "bob"]), str(self.moment().date())
        reason = self.draw.choice([None, self.text()])
        return lambda client: client.calendar.schedules.override(
            host, date=day, reason=reason
        )

    def remove(self) -> Call:
        noun, id = self.draw.choice(
            [
                *(("hosts", "me"), ("hosts", "bob"), ("schedules", "bob")),
                *(("event_types", kind) for kind in KINDS),
            ]
        )
        return lambda client: getattr(client.calendar, noun).delete(id)

    def tick(self) -> Call:
        return lambda client: client.tick()

    # -- what is asked

    def list(self) -> Call:
        fields = {
            "event_type_id": self.draw.choice([None, None, "team"]),
            "host_id": self.draw.choice([None, None, "bob"]),
            "search": self.draw.choice([None, self.text()[:3], self.text()]),
            "count": self.draw.choice([None, 2]),
            "latest_first": self.draw.random() < 0.5,
            **self.range(),
            **self.draw.choice(
                [{}, {"attendee_email": self.email()}, {"status": "CONFIRMED"}]
            ),
        }
        method = self.draw.choice(["list", "list_occurrences", "total"])
        if method == "total":
            del fields["count"], fields["latest_first"]
        chosen = {k: v for k, v in fields.items() if v is not None}
        return lambda client: getattr(client.calendar.bookings, method)(**chosen)

    def show(self) -> Call:
        uid = self.some()
        uid = self.draw.choice([uid, uid[:8], uid.upper()])
        method = self.draw.choice(
            ["get", "history", "get_notes", "get_ics", "get_occurrences"]
        )
        return lambda client: getattr(client.calendar.bookings, method)(uid)

    def overview(self) -> Call:
        by = self.draw.choice([None, "event", "host", "week", "status", "attendee"])
        fields = self.range()
        method = self.draw.choice(["stats", "agenda", "day", "week", "month"])
        if method == "stats":
            return lambda client: client.calendar.bookings.stats(by=by, **fields)
        return lambda client: getattr(client.calendar.bookings, method)()

    def slots(self) -> Call:
        kind, day = self.draw.choice([*KINDS]), self.moment().date()
        until = day + self.draw.randint(0, 5) * DAY
        return lambda client: client.calendar.availability.get(
            event_type_id=kind, start_date=str(day), end_date=str(until)
        )

    def explain(self) -> Call:
        kind, start = self.draw.choice([*KINDS]), self.moment()
        return lambda client: client.calendar.availability.explain(
            event_type_id=kind, start_time=start
        )

    def catalog(self) -> Call:
        noun = self.draw.choice(["event_types", "hosts", "schedules", "busy"])
        return lambda client: getattr(client.calendar, noun).list()

    def outbox(self) -> Call:
        return lambda client: (
            client.calendar.webhooks.log(),
            client.calendar.mails.log(),
            client.count_due(),
        )

    def check(self) -> Call:
        return lambda client: client.check()


ACTIONS = (
    *("create", "create", "create", "create", "join", "leave", "cancel", "reschedule"),
    *("confirm", "reject", "attend", "update", "note", "import_busy", "remove_busy"),
    *("add_busy", "change_host", "change_event_type", "override", "remove", "wait"),
    *("list", "list", "show", "show", "overview", "slots", "explain", "catalog"),
    *("outbox", "wait", "check", "create", "create"),
    *("wait_in_line", "wait_in_line", "leave_line", "take_offer", "hold", "book_hold"),
    *("extend", "reassign", "away", "retire", "limit_host", "join_for_a_day"),
    *("leave_for_a_day", "move_seat", "change_guests", "apply_to_coming", "need"),
    *("correct_person", "merge", "line_up", "show_person", "list_for_person"),
    *("undo", "undo", "undo", "undo"),
    *("answer", "answer", "propose", "propose", "decide_on_proposal", "proposals"),
)


# A walk that is shrunk is no other: steps depend on what was made before.
@settings(examples(12), phases=[Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2**32)),
        min_size=20,
        max_size=60,
    )
)
def test_both_stores_give_the_same_answers(
    tmp_path_factory: pytest.TempPathFactory,
    worker_tables: Tables,
    steps: list[tuple[str, int]],
) -> None:
    clock = Clock()
    clock.now = BEGIN
    file = tmp_path_factory.mktemp("walk") / "bookings.db"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(psycopg2, "connect", connect)
        clients = [
            stack.enter_context(Client(place, clock=clock))
            for place in (file, worker_tables.empty())
        ]
        walk = Walk(clients, clock)
        walk.both(set_up)
        for name, seed in [*(("create", n) for n in range(8)), *steps]:
            walk.step(name, random.Random(seed))
        walk.both(lambda client: client.calendar.bookings.list(count=None))

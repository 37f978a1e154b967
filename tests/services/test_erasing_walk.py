"""Whatever happened to a person: once erased, no word of theirs is stored."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from conftest import MONDAY, Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from support import answering

from calbook import Client, errors
from calbook.store.sqlite.consistency import find_faults

pytestmark = pytest.mark.sqlite  # which store it is in is all the same

MARK = "zu7"  # in all that is theirs; no id has a u
BOB = {"name": "Bob", "email": "bob@example.com"}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
KINDS = {"demo": {}, "class": {"seats": 3}}


class Walk:
    """Steps of two people in one file, at random."""

    def __init__(self, client: Client, clock: Clock, seed: int) -> None:
        self.client, self.clock, self.draw = client, clock, random.Random(seed)
        self.calendar, self.number = client.calendar, 0

    def run(self, names: list[str]) -> None:
        for name in names:
            with suppress(errors.CalbookError, IndexError):  # nothing to choose from
                getattr(self, name)()
        self.clock.now += timedelta(days=60)
        self.client.tick()

    def text(self) -> str:
        self.number += 1
        return f"{MARK} text {self.number}"

    def who(self) -> dict[str, Any]:
        n = self.draw.randrange(2)
        who = {"name": f"Zed{n}{MARK}", "email": f"{MARK}.{n}@example.com"}
        return who | self.draw.choice(
            ({}, {"phone": f"+351 912 000 00{n}"}, {"ref": f"{MARK}-{n}"})
        )

    def uid(self, kind: str | None = None) -> str:
        found = self.calendar.bookings.list(event_type_id=kind) if kind else ()
        return self.draw.choice([*(found or self.calendar.bookings.list())]).uid

    def start(self) -> Any:
        return MONDAY + timedelta(days=10, hours=self.draw.randrange(30))

    def book(self) -> None:
        people = [self.who(), BOB]
        self.draw.shuffle(people)
        is_mine = MARK in people[0]["name"]
        self.calendar.bookings.create(
            event_type_id=self.draw.choice([*KINDS]),
            start_time=self.start(),
            attendee=people[0],
            guests=people[1:] if self.draw.random() < 0.3 else (),
            notes=self.text() if is_mine else "of Bob",
            metadata={"k": self.text()} if is_mine else {},
            idempotency_key=f"{people[0]['email']}-{self.number}",
            recurring=self.draw.choice((None, {"frequency": "DAILY", "count": 2})),
        )

    def join(self) -> None:
        who = self.draw.choice((self.who(), BOB))
        self.calendar.bookings.add_attendee(self.uid("class"), **who)

    def leave(self) -> None:
        who = self.draw.choice((self.who(), BOB))
        self.calendar.bookings.remove_attendee(self.uid("class"), email=who["email"])

    def correct(self) -> None:
        who = self.who()
        self.calendar.bookings.update(self.mine(), name=who["name"], **self.contact())

    def correct_in_book(self) -> None:
        who = self.draw.choice([*self.calendar.people.list(search=MARK)])
        self.calendar.people.update(who.id, **self.contact())

    def contact(self) -> dict[str, Any]:
        return {"email": f"{MARK}.{self.draw.randrange(4)}@example.org"}

    def mine(self) -> str:
        found = [
            b.uid
            for b in self.calendar.bookings.list()
            if MARK in (b.attendee.name or "")
        ]
        return self.draw.choice(found) if found else "bk_none"

    def move(self) -> None:
        self.calendar.bookings.reschedule(
            self.mine(), start_time=self.start(), reason=self.text(), by="host"
        )

    def cancel(self) -> None:
        self.calendar.bookings.cancel(
            self.mine(), reason=self.text(), cancelled_by="host", all=True
        )

    def note(self) -> None:
        self.calendar.bookings.add_note(
            self.mine(),
            content=f"Zed0{MARK} and Zed1{MARK}",
            is_private=self.draw.random() < 0.5,
        )

    def wait(self) -> None:
        self.calendar.waiting.add(
            event_type_id="demo",
            start_time=self.start(),
            attendee=self.who(),
            notes=self.text(),
        )

    def answer(self) -> None:
        more = f"DTSTART:20270120T160000Z\nCOMMENT:{self.text()}"
        method = self.draw.choice(("REPLY", "COUNTER"))
        text = answering.calendar(
            self.mine(), method=method, who=self.who()["email"], more=more
        )
        self.calendar.replies.read(text.encode())

    def merge(self) -> None:
        found = [*self.calendar.people.list(search=MARK)]
        self.calendar.people.merge(found[0].id, found[-1].id)

    def come(self) -> None:
        self.clock.now = MONDAY + timedelta(days=10, hours=self.draw.randrange(40))
        self.calendar.bookings.mark_no_show(self.uid("class"), email=BOB["email"])


STEPS = [name for name, item in vars(Walk).items() if callable(item)]
STEPS = [
    name
    for name in STEPS
    if name not in {"__init__", "run", "text", "who", "uid", "start", "contact", "mine"}
]


@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from([*STEPS, "book", "book", "book"]), max_size=25),
)
@settings(max_examples=max(12, settings().max_examples // 8))
def test_no_word_of_an_erased_person_is_stored(seed: int, names: list[str]) -> None:
    clock = Clock()
    with Client(":memory:", clock=clock) as client:
        always = [{"day": d, "startTime": "00:00", "endTime": "24:00"} for d in DAYS]
        client.calendar.schedules.create("all", timezone="UTC", availability=always)
        for kind, fields in KINDS.items():
            client.calendar.event_types.create(kind, schedule_id="all", **fields)
        Walk(client, clock, seed).run(["book", *names])
        others = _of_bob(client)

        while found := client.calendar.people.list(search=MARK):
            client.calendar.people.erase(found[0].id)
        for n in range(2):  # who only waited is in no book
            client.calendar.people.erase(f"{MARK}.{n}@example.com")

        assert [line for line in _lines(client) if MARK in line.casefold()] == []
        assert _of_bob(client) == others
        assert find_faults(client._context.store.connection) == ()
        client.calendar.bookings.list_occurrences()


def _lines(client: Client) -> list[str]:
    """All rows of all tables."""
    conn = client._context.store.connection  # type: ignore[attr-defined]
    tables = conn.execute("select name from sqlite_schema where type = 'table'")
    return [
        f"{name} {tuple(row)}"
        for (name,) in tables.fetchall()
        for row in conn.execute(f"select * from {name}")
    ]


def _of_bob(client: Client) -> list[Any]:
    found: list[Callable[[], Any]] = (
        [b.to_dict for b in client.calendar.bookings.list(person="bob@example.com")]
        if client.calendar.people.list(search="bob")
        else []
    )
    bookings = [make() for make in found]
    return [
        (
            each["uid"],
            each["status"],
            each["startTime"],
            [p for p in (each["attendee"], *each["guests"]) if p["name"] == "Bob"],
            each["notes"] if each["attendee"]["name"] == "Bob" else None,
        )
        for each in bookings
    ]

"""One person in every place in which something of a person can be stored."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import MONDAY

from calbook import Client, errors
from support import answering
from support.stores import change

if TYPE_CHECKING:
    from conftest import Clock

    from support.mailing import Server

NAME = "Zebulon Öztürk-Quux"
EMAIL = "Zebulon@quux.example"
OLD_EMAIL = "zeb@typo.example"
PHONE = "+351 912 345 678"
REF = "KN-4711-X"
OTHERS = {"name": "Bob Smith", "email": "bob@example.com", "phone": "+44 20 7946 0018"}
WORDS = ("allergic to peanuts", "my left knee", "Quuxstrasse", "secret garden")
TEXTS = (NAME, EMAIL, OLD_EMAIL, PHONE, "351912345678", REF, *WORDS)
WHO = {"name": NAME, "email": EMAIL, "phone": PHONE, "ref": REF, "language": "pt"}
START = MONDAY + timedelta(days=14)


def fill(client: Client, clock: Clock, post: Server, folder: Path) -> None:
    """All is past at the end; Bob is where the person was, too."""
    calendar = client.calendar
    client.set_up(name="Grace Hopper", email="grace@example.com", timezone="UTC")
    always = [
        {"day": day, "startTime": "00:00", "endTime": "24:00"}
        for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    ]
    calendar.schedules.create("always", timezone="UTC", availability=always)
    asked = [{"key": "diet", "label": "Diet?", "type": "TEXT"}]
    for id, more in (("demo", {}), ("class", {"seats": 3}), ("line", {})):
        calendar.event_types.create(
            id,
            schedule_id="always",
            questions=asked,
            notify=True,
            contact="ANY",
            reminders=[{"minutes_before": 60}],
            **more,
        )
    calendar.webhooks.create("http://127.0.0.1:9/", allow_http=True)
    (folder / "work").mkdir()
    calendar.connections.add("work", folder / "work", host_id="me", push=True)
    calendar.feeds.publish(folder / "feeds")
    _book_alone(client)
    _book_in_company(client)
    _wait_in_line(client)
    post.refused = {EMAIL: f"550 no such user {EMAIL}"}
    client.deliver()
    clock.now = START + timedelta(days=40)
    client.tick()
    client.deliver()
    _record_attendance(client)
    change(
        client,
        "update attempts set text = :text where text like '%no such user%'",
        text=f"550 {EMAIL} is unknown here",
    )


def _book_alone(client: Client) -> None:
    bookings = client.calendar.bookings
    wrong = bookings.create(
        event_type_id="demo",
        start_time=START,
        attendee={**WHO, "email": OLD_EMAIL},
        responses={"diet": WORDS[0]},
        notes=WORDS[1],
        metadata={"hurts": WORDS[1], "deep": [{"of": NAME}]},
        location={"type": "IN_PERSON", "address": f"{WORDS[2]} 7"},
        idempotency_key=f"{EMAIL}-1",
    )
    client.calendar.people.update(OLD_EMAIL, email=EMAIL)
    bookings.update(wrong.uid, email=EMAIL)
    bookings.add_note(wrong.uid, content=f"{NAME}: {WORDS[3]}")
    bookings.add_note(wrong.uid, content=f"{WORDS[3]} again", is_private=True)
    bookings.reschedule(
        wrong.uid,
        start_time=START + timedelta(hours=1),
        reason=WORDS[1],
        by="host",
        idempotency_key="k2",
    )
    gone = bookings.create(
        event_type_id="demo", start_time=START + timedelta(hours=3), attendee=WHO
    )
    more = "DTSTART:20270118T160000Z\nCOMMENT:" + WORDS[2]
    for method, said in (("REPLY", ""), ("COUNTER", more)):
        answer = answering.calendar(
            gone.uid, method=method, who=EMAIL, more=said, stamp="20270104T100000Z"
        )
        client.calendar.replies.read(answer.encode())
    bookings.cancel(gone.uid, reason=WORDS[1], cancelled_by="host")


def _book_in_company(client: Client) -> None:
    bookings = client.calendar.bookings
    group = bookings.create(
        event_type_id="class",
        start_time=START + timedelta(hours=5),
        attendee=OTHERS,
        notes=f"I come with {NAME} ({PHONE})",
    )
    bookings.create(
        event_type_id="class",
        start_time=START + timedelta(hours=5),
        attendee=WHO,
        responses={"diet": WORDS[0]},
        notes=WORDS[1],
        metadata={"hurts": WORDS[1]},
    )
    bookings.add_note(group.uid, content="Zebulon is late as ever")
    left = bookings.create(
        event_type_id="class", start_time=START + timedelta(hours=7), attendee=OTHERS
    )
    bookings.add_attendee(left.uid, **WHO, responses={"diet": WORDS[0]})
    bookings.remove_attendee(left.uid, email=EMAIL)
    bookings.create(
        event_type_id="demo",
        start_time=START + timedelta(hours=9),
        attendee=OTHERS,
        guests=[{"name": NAME, "email": EMAIL}],
        idempotency_key="k3",
    )
    bookings.create(
        event_type_id="demo",
        start_time=START + timedelta(days=1),
        attendee=OTHERS,
        notes="about the weather",
        metadata={"a": 1},
    )


def _wait_in_line(client: Client) -> None:
    taken = START + timedelta(days=1)
    client.calendar.waiting.add(
        event_type_id="line",
        start_time=taken,
        attendee=WHO,
        notes=WORDS[1],
        responses={"diet": WORDS[0]},
    )


def _record_attendance(client: Client) -> None:
    bookings = client.calendar.bookings
    group = next(
        each
        for each in bookings.list(event_type_id="class")
        if any(guest.email == EMAIL for guest in each.guests)
    )
    bookings.mark_attended(group.uid, email="bob@example.com")
    bookings.mark_no_show(group.uid, email=EMAIL)


def encoded(text: str) -> Iterator[bytes]:
    """As it may stand in a file: plain, in JSON, and in mail."""
    for said in {text, text.casefold(), text.lower()}:
        plain = said.encode()
        yield plain
        yield said.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
        yield quopri.encodestring(plain)
        for shift in range(3):  # base64 has three ways to begin
            data = base64.b64encode(b"\0" * shift + plain)
            yield data[4 if shift else 0 : len(data) // 4 * 4 - 4]


def held_by(error: errors.HasBookings) -> list[str]:
    return list(error.details["uids"])

"""Steps of people and places as they are: of `test_equal_answers`."""

from __future__ import annotations

from typing import Any

from support import answering
from support.both_stores import DAY, HALF, TEXTS, Call, Pair

from calbook import Client

KINDS: dict[str, dict[str, Any]] = {
    "class": {
        "hosts": ["alice", "bob"],
        "scheduling_type": "ROUND_ROBIN",
        "seats": 2,
        "needs": ["1 of red,blue"],
        "on_free": "book",
    },
    "visit": {
        "hosts": ["bob"],
        "durations": [30, 60],
        "limits": ["2/day", "3h/week"],
        "per_person": ["2/day"],
        "hold_minutes": 60,
        "first_date": "2024-03-07",
    },
    "panel": {
        "hosts": ["alice"],
        "needs": ["2 of alice,bob,me", "red"],
        "no_double": True,
        "max_in_a_row": 2,
        "break_after": 30,
    },
}


def add_places(client: Client) -> None:
    client.calendar.resources.create("red", kind="room", capacity=2)
    client.calendar.resources.create("blue", kind="room")
    for name, fields in KINDS.items():
        client.calendar.event_types.create(name, **fields)


class PeopleSteps(Pair):
    """Who waits, holds, joins for a day, hands over, falls ill, is known."""

    def wait_in_line(self) -> Call:
        _, kind, start = self.one_booked()
        fields: dict[str, Any] = {"event_type_id": kind, "attendee": self.attendee()}
        if self.draw.random() < 0.2:
            day = self.moment()
            fields |= {"earliest": day, "latest": day + HALF}
        else:
            fields["start_time"] = start
        return lambda client: client.calendar.waiting.add(**fields)

    def leave_line(self) -> Call:
        id = self.draw.choice([*self.line] or ["wait_0000"])
        return lambda client: client.calendar.waiting.remove(id)

    def take_offer(self) -> Call:
        id, uid = self.draw.choice([*self.line.items()] or [("wait_0000", None)])

        def call(client: Client) -> object:
            bookings = client.calendar.bookings
            if uid is not None:
                bookings.cancel(uid, cancelled_by="host", all=True)
            return bookings.confirm(id)

        return call

    def hold(self) -> Call:
        fields = {
            "event_type_id": self.kind(),
            "start_time": self.moment(),
            "minutes": self.draw.choice([10, 1440]),
        }
        return lambda client: client.calendar.bookings.hold(**fields)

    def book_hold(self) -> Call:
        who = self.attendee()
        uid = self.draw.choice(self.held or ["bk_0000"])
        return lambda client: client.calendar.bookings.book_hold(uid, attendee=who)

    def extend(self) -> Call:
        uid, more = self.some(), self.draw.randint(1, 4)
        how = self.draw.choice(["refuse", "skip", "extend"])
        return lambda client: client.calendar.bookings.extend(
            uid, count=more, on_conflict=how
        )

    def reassign(self) -> Call:
        uid, day = self.some(), self.date()
        host = self.draw.choice([None, self.host()])
        return lambda client: client.calendar.bookings.reassign(
            uid, host_id=host, **day
        )

    def away(self) -> Call:
        host, start = self.host(), self.moment()
        hands_over, cancels = self.draw.choice([(True, False), (False, True)])
        days = self.draw.randint(1, 3)
        return lambda client: client.calendar.hosts.away(
            host,
            start_time=start,
            end_time=start + days * DAY,
            reassign=hands_over,
            cancel=cancels,
        )

    def retire(self) -> Call:
        host, does_retire = self.host(), self.draw.random() < 0.4
        if does_retire:
            return lambda client: client.calendar.hosts.retire(host)
        return lambda client: client.calendar.hosts.restore(host)

    def limit_host(self) -> Call:
        host = self.host()
        limits = self.draw.choice([[], ["1/day"], ["90m/day", "5/week"]])
        return lambda client: client.calendar.hosts.update(host, limits=limits)

    def join_for_a_day(self) -> Call:
        uid, _, start = self.one_group()
        who, day = self.contact(), start[:10]
        return lambda client: client.calendar.bookings.add_attendee(
            uid, **who, name="Eve", on=day
        )

    def leave_for_a_day(self) -> Call:
        uid, _, start = self.one_group()
        who, day = self.contact(), start[:10]
        return lambda client: client.calendar.bookings.remove_attendee(
            uid, **who, on=day
        )

    def move_seat(self) -> Call:
        uid, who = self.one_group()[0], self.contact()
        to: dict[str, Any] = {"start_time": self.moment()}
        if self.draw.random() < 0.5:
            to = {"into": self.one_group()[0]}
        return lambda client: client.calendar.bookings.move_attendee(uid, **who, **to)

    def change_guests(self) -> Call:
        uid, email = self.some(), self.email()
        field = self.draw.choice(["add_guests", "remove_guests"])
        return lambda client: client.calendar.bookings.update(uid, **{field: [email]})

    def apply_to_coming(self) -> Call:
        kind = self.kind()
        fields = self.draw.choice(
            [
                {"title": self.text()},
                {"duration": self.draw.choice([30, 45])},
                {"buffer_after": self.draw.choice([0, 20])},
                {"location": "IN_PERSON:Hall"},
            ]
        )
        return lambda client: client.calendar.event_types.update(
            kind, apply_to_coming=True, **fields
        )

    def need(self) -> Call:
        kind = self.kind()
        needs = self.draw.choice([[], ["red"], ["1 of red,blue"], ["blue"]])
        claims = self.draw.random() < 0.7
        return lambda client: client.calendar.event_types.update(
            kind, needs=needs, claim_existing=claims
        )

    def correct_person(self) -> Call:
        person = self.someone()
        fields = self.draw.choice(
            [
                {"email": self.email()},
                {"phone": "+49 30 1"},
                {"ref": "K1"},
                {"name": self.text()},
                {"timezone": "Asia/Tokyo", "language": "de"},
            ]
        )
        return lambda client: client.calendar.people.update(person, **fields)

    def merge(self) -> Call:
        one, other = self.someone(), self.someone()
        return lambda client: client.calendar.people.merge(one, other)

    # -- what they answer

    def answer(self) -> Call:
        says = self.draw.choice(["ACCEPTED", "DECLINED", "TENTATIVE"])
        date = self.draw.choice([None, None, f":{self.moment():%Y%m%dT%H%M%SZ}"])
        facts = {"says": says, "date": date, "sequence": self.draw.randrange(3)}
        return self.say(facts)

    def propose(self) -> Call:
        more = f"DTSTART:{self.moment():%Y%m%dT%H%M%SZ}"
        return self.say({"method": "COUNTER", "more": more, "sequence": 2})

    def say(self, facts: dict[str, Any]) -> Call:
        """As the first of some who can be asked by mail."""
        some, stamp = [self.some() for _ in range(8)], self.stamp()

        def call(client: Client) -> object:
            every = [client.calendar.bookings.get(uid) for uid in some]
            asked = [b for b in every if b.attendee.email and b.status != "CANCELLED"]
            booking = (asked or every)[0]
            who = booking.attendee.email or "a@example.com"
            text = answering.calendar(booking.uid, who=who, stamp=stamp, **facts)
            return client.calendar.replies.read(text.encode())

        return call

    def decide_on_proposal(self) -> Call:
        accepts = self.draw.random() < 0.6

        def call(client: Client) -> object:
            counters = client.calendar.counters
            which = next((each.id for each in counters.list()), "ctr_0000")
            if accepts:
                return counters.accept(which)
            return counters.decline(which, reason="Full")

        return call

    def stamp(self) -> str:
        return f"20240301T00000{self.draw.randrange(10)}Z"

    # -- what is asked

    def proposals(self) -> Call:
        past = self.draw.random() < 0.5
        return lambda client: client.calendar.counters.list(past=past)

    def line_up(self) -> Call:
        past = self.draw.random() < 0.5
        return lambda client: client.calendar.waiting.list(past=past)

    def show_person(self) -> Call:
        person = self.someone()
        method = self.draw.choice(["get", "get", "list"])
        if method == "list":
            return lambda client: client.calendar.people.list(search=person[:3])
        return lambda client: client.calendar.people.get(person)

    def list_for_person(self) -> Call:
        fields = self.draw.choice([{"person": self.someone()}, {"resource_id": "red"}])
        return lambda client: client.calendar.bookings.list(**fields)

    # -- by chance

    def kind(self) -> str:
        return self.draw.choice([*KINDS])

    def one_booked(self) -> tuple[str, str, str]:
        return self.draw.choice(self.booked or [("bk_0000", "class", "2024-03-07")])

    def one_group(self) -> tuple[str, str, str]:
        groups = [each for each in self.booked if each[1] in ("evt_group", "evt_class")]
        return self.draw.choice(groups or [self.one_booked()])

    def contact(self) -> dict[str, str]:
        return self.draw.choice(
            [{"email": self.email()}, {"phone": "0049 30 1"}, {"ref": "K1"}]
        )

    def attendee(self) -> dict[str, str]:
        name = {"name": self.draw.choice(TEXTS[:4])}
        return name if self.draw.random() < 0.1 else {**name, **self.contact()}

    def someone(self) -> str:
        return self.draw.choice([*TEXTS[:4], *self.contact().values()])

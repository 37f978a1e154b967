"""A walk of random commands, each of which is asked of calbook and of the model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from . import world
from .asking import slot_facts
from .comparing import Comparison, email, persons
from .facts import Booking, local_day, minutes

PEOPLE = st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True)
EVENTS = st.sampled_from([*(each.id for each in world.event_types()), "nothing"])
BY = st.sampled_from(["attendee", "host"])
OVERRIDES = st.lists(
    st.sampled_from(["past", "hours", "dates", "notice", "advance", "per-day"]),
    max_size=3,
    unique=True,
)
CLOCKS = (60, 90, 120, 150, 540, 555, 600, 615, 630, 1065, 1410)
# A start is a wall time of a day, or lies so far from that of some booking.
WALLS = st.tuples(st.sampled_from([0, 1, 1, 2, 2, 3, 4, 5]), st.sampled_from(CLOCKS))
NEAR = st.tuples(
    st.integers(0, 99),
    st.sampled_from([-60, -45, -40, -35, -30, -15, -10, 0, 5, 10, 15, 30, 40, 60]),
)
# Or its claim touches another one, or overlaps it by a second.
EDGES = st.tuples(st.integers(0, 99), st.sampled_from([-1, 0, 0, 1]))
STARTS = st.one_of(
    WALLS.map(lambda w: ("wall", *w)),
    NEAR.map(lambda n: ("near", *n)),
    EDGES.map(lambda e: ("edge", *e)),
)
SOME = st.integers(0, 99)  # which booking; with 0 there is none of that name
VERSIONS = st.sampled_from([None, None, None, None, None, 0, 1])
KEYS = st.sampled_from([None, None, None, "k1", "k2"])


class Walk(Comparison):
    """What is drawn; all of it is one rule each."""

    # -- booking

    @rule(
        event=EVENTS,
        start=STARTS,
        people=PEOPLE,
        by=BY,
        override=OVERRIDES,
        length=st.sampled_from([None, None, 30, 60]),
        host=st.sampled_from([None, None, None, "me", "alan"]),
        reopen=st.sampled_from([None, None, True]),
        key=KEYS,
    )
    def create(self, event: str, start: Any, people: list[str], **given: Any) -> None:
        by, override, length = (given[key] for key in ("by", "override", "length"))
        host = given["host"] if event == "team" else None
        override = override if by == "host" else []
        said, meant = self.start(event, start)
        asked = {
            "event_type_id": event,
            "start_time": said,
            **persons(people),
            "by": by,
            "override": override or None,
            "duration": length,
            "host_id": host,
            "reopen": given["reopen"],
        }

        def create() -> Booking:
            return self.model.create(
                event,
                meant,
                people,
                by=by,
                override=override,
                length=length,
                host=host,
                reopens=bool(given["reopen"]),
            )

        self.compare_once("create", (), asked, create, key=given["key"])

    @rule(
        day=st.integers(1, 2),
        clock=st.sampled_from([90, 600]),
        people=PEOPLE,
        by=BY,
        reopen=st.sampled_from([None, None, True]),
    )
    def take_seats(
        self, day: int, clock: int, people: list[str], by: str, reopen: Any
    ) -> None:
        """Few starts, so that groups fill and some were cancelled."""
        self.create(
            event="yoga",
            start=("wall", day, clock),
            people=people,
            by=by,
            override=[],
            length=None,
            host=None,
            reopen=reopen,
            key=None,
        )

    @rule(
        event=st.sampled_from(["demo", "coaching", "night", "once", "pair"]),
        start=STARTS,
        people=PEOPLE,
        frequency=st.sampled_from(["daily", "weekly"]),
        count=st.integers(1, 3),
        skips=st.booleans(),
    )
    def create_series(
        self, event: str, start: Any, people: list[str], **given: Any
    ) -> None:
        said, meant = self.start(event, start)
        rule = given["frequency"], given["count"]
        asked = {
            "event_type_id": event,
            "start_time": said,
            **persons(people),
            "recurring": {"frequency": rule[0], "count": rule[1]},
            "on_conflict": "skip" if given["skips"] else None,
        }
        self.compare(
            "create",
            (),
            asked,
            lambda: self.model.create(
                event, meant, people, rule=rule, skips=given["skips"]
            ),
        )

    @rule(event=EVENTS.filter(lambda e: e != "yoga"), start=STARTS, by=BY, length=SOME)
    def hold(self, event: str, start: Any, by: str, length: int) -> None:
        said, meant = self.start(event, start)
        asked = {
            "event_type_id": event,
            "start_time": said,
            "minutes": length + 1,
            "by": by,
        }
        self.compare(
            "hold",
            (),
            asked,
            lambda: self.model.hold(event, meant, minutes_=length + 1, by=by),
        )

    @rule(some=SOME, people=PEOPLE, by=BY)
    def book_hold(self, some: int, people: list[str], by: str) -> None:
        uid = self.uid(some, held=True)
        self.compare(
            "book_hold",
            (uid,),
            {**persons(people), "by": by},
            lambda: self.model.book_hold(uid, people, by=by),
        )

    @rule(some=st.integers(1, 99), by=BY)
    def cancel_group(self, some: int, by: str) -> None:
        uid = self.uid(some * 5 + 1, group=True)
        on = self.date(uid, 0)
        self.compare(
            "cancel",
            (uid,),
            {"cancelled_by": by, "date": on},
            lambda: self.model.cancel(uid, by=by, on=on),
        )
        self.begin_group_again(uid, by)

    def begin_group_again(self, uid: str, by: str) -> None:
        """Where one was cancelled, that is refused; after its only person it is not."""
        starts = [b.uid for b in self.model.bookings for _ in b.meetings]
        if uid in starts:
            self.create(
                event="yoga",
                start=("near", starts.index(uid), 0),
                people=["c"],
                by=by,
                override=[],
                length=None,
                host=None,
                reopen=None,
                key=None,
            )

    # -- changing

    @rule(some=SOME, version=VERSIONS, action=st.sampled_from(["confirm", "reject"]))
    def answer(self, some: int, version: int | None, action: str) -> None:
        uid = self.uid(some)
        self.compare(
            action,
            (uid,),
            {"if_version": version},
            lambda: getattr(self.model, action)(uid, version=version),
        )

    @rule(some=SOME, by=BY, version=VERSIONS, number=st.integers(0, 3), key=KEYS)
    def cancel(
        self, some: int, by: str, version: int | None, number: int, key: str | None
    ) -> None:
        uid = self.uid(some)
        on = self.date(uid, number)
        asked = {"cancelled_by": by, "date": on, "if_version": version}
        self.compare_once(
            "cancel",
            (uid,),
            asked,
            lambda: self.model.cancel(uid, by=by, on=on, version=version),
            key=key,
        )

    @rule(some=SOME, start=STARTS, by=BY, version=VERSIONS, number=st.integers(0, 3))
    def reschedule(
        self, some: int, start: Any, by: str, version: int | None, number: int
    ) -> None:
        uid = self.uid(some)
        event = next(
            (b.event.id for b in self.model.bookings if b.uid == uid), "nothing"
        )
        said, meant = self.start(event, start)
        on = self.date(uid, number)
        asked = {"start_time": said, "by": by, "date": on, "if_version": version}
        self.compare(
            "reschedule",
            (uid,),
            asked,
            lambda: self.model.reschedule(uid, meant, by=by, on=on, version=version),
        )

    @rule(
        some=st.integers(1, 99),
        by=st.sampled_from([None, None, "attendee", "host"]),
        version=VERSIONS,
        number=st.sampled_from([None, None, None, 0, 1, 2]),
        again=st.booleans(),
    )
    def undo(self, some: int, by: Any, version: Any, number: Any, again: bool) -> None:
        """Once, or twice: that does it again."""
        uid = self.uid(some, changed=True)
        on = None if number is None else self.date(uid, number)
        for _ in range(1 + (again and on is None)):
            self.compare(
                "undo",
                (uid,),
                {"by": by, "date": on, "if_version": version},
                lambda: self.model.undo(uid, by=by, on=on, version=version),
            )

    @rule(some=SOME)
    def reassign(self, some: int) -> None:
        uid = self.uid(some, series=False)
        self.compare("reassign", (uid,), {}, lambda: self.model.reassign(uid))

    @rule(some=SOME, person=st.sampled_from("abcdef"), version=VERSIONS)
    def add_attendee(self, some: int, person: str, version: int | None) -> None:
        uid = self.uid(some, group=True)
        asked = {"email": email(person), "name": person, "if_version": version}
        self.compare(
            "add_attendee",
            (uid,),
            asked,
            lambda: self.model.add_attendee(uid, person, version=version),
        )

    @rule(some=SOME, person=st.sampled_from("abcd"), by=BY)
    def remove_attendee(self, some: int, person: str, by: str) -> None:
        uid = self.uid(some, group=True, series=False)
        self.compare(
            "remove_attendee",
            (uid,),
            {"email": email(person), "by": by},
            lambda: self.model.remove_attendee(uid, person, by=by),
        )

    @rule(some=SOME, notes=st.sampled_from(["slides", "", "tea"]), version=VERSIONS)
    def update(self, some: int, notes: str, version: int | None) -> None:
        uid = self.uid(some)
        self.compare(
            "update",
            (uid,),
            {"notes": notes, "if_version": version},
            lambda: self.model.update(uid, notes, version=version),
        )

    @rule(some=SOME, text=st.sampled_from(["late", "nice"]))
    def add_note(self, some: int, text: str) -> None:
        uid = self.uid(some)
        told = self.asker.ask("add_note", uid, content=text)
        self.check_refusal("add_note", told, lambda: self.model.add_note(uid, text))
        if told.code is None:
            notes = self.asker.ask("get_notes", uid).answer
            wanted = self.model.booking(uid).host_notes
            assert [note["content"] for note in notes] == wanted

    @rule(some=SOME, word=st.sampled_from(["attended", "no_show"]), number=SOME)
    def mark(self, some: int, word: str, number: int) -> None:
        uid = self.uid(some)
        on = self.date(uid, number, always=True)
        self.compare(
            f"mark_{word}",
            (uid,),
            {"date": on},
            lambda: self.model.mark(uid, word, on=on),
        )

    @rule(
        event=EVENTS.filter(lambda e: e != "nothing"),
        field=st.sampled_from(
            [
                ("after", "buffer_after", 0),
                ("after", "buffer_after", 15),
                ("before", "buffer_before", 10),
                ("deadline", "cancellation_deadline", 60),
                ("notice", "minimum_notice", 90),
                ("active", "active", False),
                ("active", "active", True),
                ("active", "active", True),
            ]
        ),
    )
    def change_event_type(self, event: str, field: tuple[str, str, Any]) -> None:
        name, key, value = field
        assert self.asker.ask("update_event_type", event, **{key: value}).code is None
        setattr(self.model.types[event], name, value)

    # -- time and looking

    @precondition(lambda self: len(self.model.bookings) > 3)
    @rule(length=st.sampled_from([1, 5, 10, 30, 60, 240, 720]))
    def pass_time(self, length: int) -> None:
        self.clock.now += minutes(length)
        self.model.now = self.clock.now

    @precondition(lambda self: len(self.model.bookings) > 3)
    @rule(some=SOME, after=st.sampled_from([-1, 0, 1]))
    def pass_time_to_an_edge(self, some: int, after: int) -> None:
        """A start, an end, a hold's end or a deadline, and a minute around it."""
        edges = sorted(self.edges())
        if edges:
            edge = edges[some % len(edges)] + minutes(after)
            self.clock.now = self.model.now = max(edge, self.model.now)

    @precondition(lambda self: self.model.bookings)
    @rule(
        some=SOME,
        edge=st.sampled_from(["deadline", "start", "end", "hold"]),
        after=st.sampled_from([-1, 0, 0, 1]),
        action=st.sampled_from(["cancel", "move", "confirm", "book", "mark", "seat"]),
    )
    def act_at_an_edge(self, some: int, edge: str, after: int, action: str) -> None:
        """What may be done to the second, of a booking whose time has come."""
        booking = self.model.bookings[some % len(self.model.bookings)]
        moment = self.edge(booking, edge) + timedelta(seconds=after)
        if moment < self.model.now:
            return
        self.clock.now = self.model.now = moment
        number = self.model.bookings.index(booking) or len(self.model.bookings)
        if action == "cancel":
            self.cancel(number, by="attendee", version=None, number=0, key=None)
        elif action == "move":
            start = ("near", some, 60)
            self.reschedule(number, start=start, by="attendee", version=None, number=0)
        elif action == "confirm":
            self.answer(number, version=None, action="confirm")
        elif action == "book":
            self.book_hold(number, people=["a"], by="attendee")
        elif action == "mark":
            self.mark(number, word="attended", number=0)
        else:
            self.add_attendee(number, person="d", version=None)

    @rule()
    def tick(self) -> None:
        assert self.asker.ask("tick").code is None
        self.model.tick()

    @rule(
        event=EVENTS.filter(lambda e: e != "nothing"),
        day=st.integers(-1, 5),
    )
    def slots(self, event: str, day: int) -> None:
        chosen = self.model.types[event]
        on = local_day(self.beginning, chosen.schedule.zone) + timedelta(days=day)
        told = self.asker.ask("slots", event_type_id=event, start_date=on, end_date=on)
        assert slot_facts(told.answer) == self.model.slots(chosen, on), (event, on)

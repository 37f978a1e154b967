"""What is done with bookings, as the manual tells of it: no database, no cleverness.

Written from the manual's pages, not from the code. Where both disagree, a sentence of
the manual decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from .book import Book
from .facts import OF_A_DATE, OVERRIDES, Booking, Meeting, Refused, local_day, minutes


class Model(Book):
    """Each command changes what is booked, or is refused and changes nothing."""

    def create(
        self,
        event_id: str,
        said: Callable[[], datetime],
        people: list[str],
        *,
        by: str = "attendee",
        override: Iterable[str] = (),
        length: int | None = None,
        host: str | None = None,
        rule: tuple[str, int] | None = None,
        skips: bool = False,
        reopens: bool = False,
    ) -> Booking:
        event, start = self.event(event_id), said()
        if override and by != "host":
            raise Refused("usage")
        if length is not None and length not in event.lengths:
            raise Refused("usage")
        lasts = minutes(length or event.lengths[0])
        hosts = [host] if host else event.hosts
        passed = {OVERRIDES[name] for name in override}
        group = self.group_at(event, start)
        if group and rule is None:
            return self.join(group, people, passed)
        starts = self.dates(event, start, rule)
        refused, used, left_out = [], set[str](), list[datetime]()
        made: list[Meeting] = []
        for each in starts:
            found = self.refusals(
                event,
                each,
                lasts,
                hosts=hosts,
                persons=len(people),
                reopens=reopens,
                is_first=each == starts[0],
                so_far=made,
            )
            if each <= self.now and "in_the_past" in passed:
                found.discard("minimum_notice")
            used |= found & passed
            if found - passed:
                refused.append(self.first(found - passed))
                left_out.append(each)
                skips = skips and found <= OF_A_DATE
            else:
                made.append(self.meeting(event, each, lasts))
        if refused and not (skips and made):
            raise Refused(refused[0])
        needs = event.confirmation and by != "host"
        for meeting in made:
            meeting.status = "PENDING" if needs else "CONFIRMED"
        for each in left_out:
            meeting = self.meeting(event, each, lasts)
            meeting.status, meeting.resolution = "CANCELLED", "conflict"
            made.append(meeting)
        booking = Booking(
            event=event,
            cancellable=event.cancellable,
            deadline=event.deadline,
            confirmation=event.confirmation,
            hosts=self.free_hosts(event, starts[0], lasts, hosts=hosts) or hosts,
            people=list(people),
            meetings=made,
            is_series=rule is not None,
            overrides=[name for name in override if OVERRIDES[name] in used],
        )
        self.bookings.append(booking)
        return booking

    def join(self, group: Booking, people: list[str], passed: set[str]) -> Booking:
        """Take seats in a group, by its notice and advance."""
        meeting = group.meetings[0]
        if set(people) & set(group.people):
            raise Refused("duplicate_attendee")
        found = self.refusals(
            group.event,
            meeting.start,
            meeting.end - meeting.start,
            hosts=group.hosts,
            persons=len(group.people) + len(people),
            joins=True,
        )
        if found - passed:
            raise Refused(self.first(found - passed))
        group.people += people
        group.version += 1
        return group

    def hold(
        self, event_id: str, said: Callable[[], datetime], *, minutes_: int, by: str
    ) -> Booking:
        booking = self.create(event_id, said, [], by=by)
        booking.meetings[0].status = "PENDING"
        until = self.now + minutes(minutes_)
        booking.held_until = min(until, booking.meetings[0].start)
        return booking

    def book_hold(self, uid: str, people: list[str], *, by: str) -> Booking:
        booking = self.booking(uid)
        if booking.held_until is None:
            raise Refused("usage")
        if self.whole_status(booking) != "PENDING":
            raise Refused("hold_ended")
        needs = booking.confirmation and by != "host"
        booking.meetings[0].status = "PENDING" if needs else "CONFIRMED"
        booking.held_until, booking.people = None, list(people)
        booking.version += 1
        return booking

    def confirm(self, uid: str, *, version: int | None = None) -> Booking:
        return self.answer(uid, version, "CONFIRMED")

    def reject(self, uid: str, *, version: int | None = None) -> Booking:
        return self.answer(uid, version, "CANCELLED")

    def answer(self, uid: str, version: int | None, status: str) -> Booking:
        """The host's word on all pending dates."""
        booking = self.with_somebody(uid, version)
        pending = [m for m in booking.meetings if self.status(booking, m) == "PENDING"]
        if not pending:
            raise Refused("wrong_status")
        for meeting in pending:
            meeting.status = status
            meeting.resolution = "rejected" if status == "CANCELLED" else None
        booking.version += 1
        booking.sequence += status == "CANCELLED"
        return booking

    def cancel(
        self,
        uid: str,
        *,
        by: str = "attendee",
        on: date | None = None,
        version: int | None = None,
    ) -> Booking:
        booking = self.at_version(uid, version)
        meetings = self.chosen(booking, on)
        if all(not self.is_active(booking, each) for each in meetings):
            raise Refused("already_cancelled")
        for meeting in meetings:
            self.check_may_leave(booking, meeting, by, cancels=True)
        for meeting in meetings:
            meeting.status, meeting.resolution = "CANCELLED", "cancelled"
            meeting.closes_start = by == "host" or len(booking.people) > 1
        booking.version += 1
        booking.sequence += 1
        return booking

    def check_may_leave(
        self, booking: Booking, meeting: Meeting, by: str, *, cancels: bool = False
    ) -> None:
        """Over or cancelled is for nobody; an attendee has a deadline and the start."""
        self.check_takes_place(booking, meeting)
        status = self.status(booking, meeting)
        if by == "host" or (cancels and status == "PENDING"):
            return
        if not booking.cancellable:
            raise Refused("cancellation_not_allowed")
        deadline = meeting.start - minutes(booking.deadline)
        if self.now > deadline or self.now >= meeting.start:
            raise Refused("deadline_passed")

    def check_takes_place(self, booking: Booking, meeting: Meeting) -> None:
        if self.status(booking, meeting) not in ("PENDING", "CONFIRMED"):
            raise Refused("wrong_status")

    def reschedule(
        self,
        uid: str,
        said: Callable[[], datetime],
        *,
        by: str = "attendee",
        on: date | None = None,
        version: int | None = None,
    ) -> Booking:
        booking = self.at_version(uid, version)
        (meeting,) = self.chosen(booking, on)
        self.check_takes_place(booking, meeting)
        start = said()
        if start == meeting.start:
            return booking
        self.check_may_leave(booking, meeting, by)
        lasts, event = meeting.end - meeting.start, booking.event
        found = self.refusals(
            event,
            start,
            lasts,
            hosts=booking.hosts,
            persons=len(booking.people),
            but=[meeting],
        )
        if found:
            raise Refused(self.first(found))
        meeting.start, meeting.end = start, start + lasts
        if not booking.is_series:
            meeting.date = local_day(start, event.schedule.zone)
        meeting.claim = self.claim(event, start, lasts)
        if booking.confirmation and by == "attendee":
            meeting.status = "PENDING"
        booking.version += 1
        booking.sequence += 1
        return booking

    def reassign(self, uid: str) -> Booking:
        """To the other host of a team, who must be open and free."""
        booking = self.booking(uid)
        (meeting,) = booking.meetings
        self.check_may_leave(booking, meeting, "host")
        others = [h for h in booking.event.hosts if h not in booking.hosts]
        if booking.event.kind != "round-robin" or not others:
            raise Refused("no_other_host")
        if meeting.start <= self.now:
            raise Refused("in_the_past")
        if self.taken(others[0], *meeting.claim):
            raise Refused("slot_taken")
        booking.hosts = others[:1]
        booking.version += 1
        booking.sequence += 1
        return booking

    def add_attendee(
        self, uid: str, person: str, *, version: int | None = None
    ) -> Booking:
        booking = self.at_version(uid, version)
        if booking.event.seats is None:
            raise Refused("not_a_group")
        if self.whole_status(booking) not in ("PENDING", "CONFIRMED"):
            raise Refused("wrong_status")
        return self.join(booking, [person], set())

    def remove_attendee(self, uid: str, person: str, *, by: str) -> Booking:
        booking = self.booking(uid)
        if person not in booking.people:
            raise Refused("not_found")
        if self.whole_status(booking) not in ("PENDING", "CONFIRMED"):
            raise Refused("wrong_status")
        if len(booking.people) == 1:
            raise Refused("last_attendee")
        self.check_may_leave(booking, booking.meetings[0], by, cancels=True)
        if person == booking.people[0]:
            booking.notes = None  # these were of the one who leaves
        booking.people.remove(person)
        booking.version += 1
        booking.sequence += 1
        return booking

    def update(self, uid: str, notes: str, *, version: int | None = None) -> Booking:
        booking = self.at_version(uid, version)
        if booking.held_until is not None:
            raise Refused("usage")
        if booking.notes == (notes or None):
            return booking
        booking.notes = notes or None
        booking.version += 1
        return booking

    def add_note(self, uid: str, text: str) -> Booking:
        self.booking(uid).host_notes.append(text)
        return self.booking(uid)

    def mark(self, uid: str, word: str, *, on: date | None = None) -> Booking:
        booking = self.with_somebody(uid)
        (meeting,) = self.chosen(booking, on)
        if not self.is_active(booking, meeting) or self.now < meeting.start:
            raise Refused("wrong_status")
        is_group = booking.event.seats is not None
        missed = self.status(booking, meeting) == "NO_SHOW"
        if missed and word == "no_show" and not is_group:
            raise Refused("wrong_status")
        of = booking.people
        marks = [meeting.attendance.get(person) for person in of]
        if is_group and len(set(marks)) > 1:
            of = [p for p in of if p not in meeting.attendance]  # of the others, only
        if not of:
            raise Refused("nothing_to_change")
        if all(meeting.attendance.get(person) == word for person in of):
            return booking
        meeting.attendance |= dict.fromkeys(of, word)
        booking.version += 1
        return booking

    def tick(self) -> None:
        """Write what time has done."""
        for booking in self.bookings:
            for meeting in booking.meetings:
                self.write_expired(booking, meeting)

    def once(self, key: str, request: object, done: Any) -> dict[str, Any]:
        """The first answer again, as it was; another request is refused."""
        if key in self.answers:
            first, answer = self.answers[key]
            if first != request:
                raise Refused("key_reused")
            return answer
        answer = self.shown(done())
        self.answers[key] = request, answer
        return answer

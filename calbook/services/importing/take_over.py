"""One booking of elsewhere after another: made, changed, left as it is or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from calbook.core import imports, needs, people
from calbook.core.booking import take_over
from calbook.core.booking.take_over import Place
from calbook.core.catalog import Assignment, EventType, SchedulingType
from calbook.core.errors import BadInput, CalbookError, SeatsFull, UsageError
from calbook.core.imports import ForeignBooking, Remark, Verdict
from calbook.core.model import Attendee, Booking, Span, Status
from calbook.core.rules.obstacles import Obstacle, slot_taken_error
from calbook.core.text import excerpt
from calbook.services.availability.booking_request import booking_timezone
from calbook.services.bookings import record
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.importing.catalog import EventTypes, HostsHere
from calbook.store.booked_people import complete_attendees
from calbook.store.facts import Exclusion
from calbook.store.imports import Known
from calbook.store.transaction import Transaction


class Outcome(NamedTuple):
    """What became of a booking, in the words of the summary.

    `left_out` are dates of a series whose time was taken, each by its start.
    """

    words: tuple[str, ...]
    uid: str
    left_out: Mapping[datetime, CalbookError] = {}


class Taking(NamedTuple):
    """How all of them are taken over."""

    source: str
    now: datetime
    options: ChangeOptions
    names_nobody: bool
    is_of_one_host: bool  # all that is taken over is one person's


class TakeOver:
    """Takes bookings over inside a transaction that is open."""

    def __init__(
        self,
        tx: Transaction,
        taking: Taking,
        event_types: EventTypes,
        hosts: HostsHere,
        known: Mapping[str, Known],
    ) -> None:
        self._tx, self._taking = tx, taking
        self._event_types, self._hosts, self._known = event_types, hosts, known
        self._zones: dict[str, str] = {}

    def take(self, foreign: ForeignBooking) -> Outcome:
        """What becomes of a booking.

        Raises:
            CalbookError: why it cannot be taken over.
        """
        uid = imports.uid_of(self._taking.source, foreign.uid)
        known = self._known.get(uid)
        verdict = imports.judge(
            foreign,
            None if known is None else known.sequence,
            {} if known is None else known.metadata,
        )
        if verdict is Verdict.SAME:
            return Outcome(("unchanged",), uid)
        if verdict is Verdict.OLDER:
            return Outcome(("older",), uid)
        if known is None:
            return self._save(foreign, self._event_types.find(foreign), uid, None)
        if known.is_erased:
            raise UsageError(f"somebody in {uid} was erased here", uid=uid)
        self._tx.lock_booking(uid)
        before = self._tx.booking(uid)
        _check_may_change(before)
        event_type = self._tx.event_type(before.event_type_id)
        return self._save(foreign, event_type, uid, before)

    def _save(
        self,
        foreign: ForeignBooking,
        event_type: EventType,
        uid: str,
        before: Booking | None,
    ) -> Outcome:
        taking, now = self._taking, self._taking.now
        persons = self._persons(foreign, event_type)
        place = Place(
            uid,
            event_type,
            (),
            foreign.timezone or self._zone(event_type),
            now,
            imports.trace(taking.source, foreign),
        )
        if before is not None:
            foreign = take_over.leave_cancelled(foreign, before)
        place, obstacles = self._find_hosts(foreign, place, before)
        wanted = take_over.make_booking(foreign, place, persons, obstacles)
        _check_seats(event_type, wanted)
        if before is None:
            change = take_over.take_over(wanted, source=taking.source)
        else:
            change = take_over.update(before, wanted, now=now)
        options = taking.options
        if all(o.span.end <= now for o in change.booking.occurrences):
            options = options._replace(is_silent=True)  # nobody is told of the past
        record.save_change(self._tx, before, change, options, now=now)
        if take_over.confirms_request(foreign, place):
            said = "a request there is confirmed here"
            self._event_types.remarks.append(
                Remark(f"{said}: {event_type.id} does not ask its host", foreign.line)
            )
        refused: dict[datetime, CalbookError] = {
            date.start: slot_taken_error(obstacles[date.key], place.timezone)
            for date in foreign.dates
            if date.key in obstacles
        }
        return Outcome(_words(before, change.booking), uid, refused)

    def _zone(self, event_type: EventType) -> str:
        if event_type.id not in self._zones:
            zone = booking_timezone(self._tx, event_type, None)
            self._zones[event_type.id] = zone
        return self._zones[event_type.id]

    def _persons(
        self, foreign: ForeignBooking, event_type: EventType
    ) -> tuple[Attendee, ...]:
        found = foreign.people
        allows_nobody = self._taking.names_nobody or event_type.contact == "NONE"
        if not found and allows_nobody and foreign.title:
            found = (Attendee(name=foreign.title),)
        if not found:
            raise BadInput(
                "it names nobody who comes",
                hint='with contact="none" its title is the name',
                command_hint="with --contact none its title is the name",
            )
        if len(found) > people.MOST:
            raise BadInput(f"it has more than {people.MOST:,} persons")
        first = found[0]
        if not first.name:
            name = first.email or first.phone or "somebody"
            found = (first._replace(name=name), *found[1:])
        if not allows_nobody:
            _check_contact(event_type, found[0])
        people.check_no_duplicate(found)
        return complete_attendees(self._tx, found)

    # -- whose time it takes

    def _find_hosts(
        self, foreign: ForeignBooking, place: Place, before: Booking | None
    ) -> tuple[Place, dict[datetime, Obstacle]]:
        """Who gives the time, and what is in the way of dates of a series.

        Raises:
            SlotTaken: nothing of it is free.
        """
        named = self._named_hosts(foreign, place.event_type, before)
        held = [d for d in foreign.dates if take_over.is_held(foreign, d, place)]
        spans = [
            place.event_type.claimed_span(take_over.span_of(date, place.event_type))
            for date in held
        ]
        _check_apart(spans)
        chosen, in_the_way = self._choose(place, named, spans, before)
        if in_the_way and (foreign.rule is None or len(in_the_way) == len(spans)):
            raise slot_taken_error(in_the_way[min(in_the_way)], place.timezone)
        obstacles = {held[n].key: in_the_way[n] for n in sorted(in_the_way)}
        return place._replace(host_ids=chosen), obstacles

    def _named_hosts(
        self, foreign: ForeignBooking, event_type: EventType, before: Booking | None
    ) -> tuple[str, ...]:
        members = needs.members_of(needs.needs_of(event_type))
        there = self._hosts.find(foreign.hosts)
        named = tuple(id for id in there if id in members)
        if there and not named and not self._taking.is_of_one_host:
            raise _no_member_error(event_type, there[0])
        if foreign.hosts and not there and not self._taking.is_of_one_host:
            raise UsageError(
                f"no host here is {excerpt(foreign.hosts[0])}",
                hint="add the hosts first: hosts.create(…, email=…)",
                command_hint="add the hosts first: calbook host add … --email …",
            )
        if not named and before is not None:
            named = tuple(id for id in before.host_ids if id in members)
        return named

    def _choose(
        self,
        place: Place,
        named: tuple[str, ...],
        spans: Sequence[Span],
        before: Booking | None,
    ) -> tuple[tuple[str, ...], dict[int, Obstacle]]:
        """So many of each need as it asks for: who is named first, then who is free."""
        chosen: list[str] = []
        found: dict[int, Obstacle] = {}
        for need in needs.needs_of(place.event_type):
            members = [id for id in need.ids if id not in chosen]
            ways = {id: self._in_the_way(id, spans, before, place) for id in members}
            if needs.has_choice(need):
                members.sort(key=lambda id: (id not in named, len(ways[id])))
                members = members[: need.number]
            for id in members:
                chosen.append(id)
                for number, obstacle in ways[id].items():
                    found.setdefault(number, obstacle)
        return tuple(chosen), found

    def _in_the_way(
        self, id: str, spans: Sequence[Span], before: Booking | None, place: Place
    ) -> dict[int, Obstacle]:
        """Other bookings; time that is busy elsewhere may be these very meetings."""
        if not spans:
            return {}
        exclusion = None if before is None else Exclusion(before.uid)
        return self._tx.claim_obstacles([id], spans, exclusion=exclusion, now=place.now)


def _no_member_error(event_type: EventType, id: str) -> UsageError:
    """Says how a host comes to give an event type, beside those who do."""
    slug, them = event_type.slug, [each.host_id for each in event_type.hosts]
    options = " ".join(f"--host {each.removeprefix('user_')}" for each in (*them, id))
    if event_type.scheduling_type is SchedulingType.SINGLE:
        options += " --scheduling-type round-robin"
    if event_type.needs or any(a != Assignment(a.host_id) for a in event_type.hosts):
        options = "--host …"  # with the weights that they have
    return UsageError(
        f"{id} does not give {event_type.id}",
        hint=f'add that host: event_types.update("{slug}", hosts=[…])',
        command_hint=f"add that host: calbook event update {slug} {options}",
    )


def _check_contact(event_type: EventType, person: Attendee) -> None:
    try:
        people.check_contact(event_type.contact, person, event_type.id)
    except UsageError as error:
        error.hint = 'contact="none" takes them over all the same'
        error.command_hint = "--contact none takes them over all the same"
        raise


def _check_apart(spans: Sequence[Span]) -> None:
    """The dates of a series must not be in each other's way, buffers included."""
    in_order = sorted(spans)
    if any(one.overlaps(other) for one, other in pairwise(in_order)):
        raise UsageError("its dates overlap each other")


def _check_may_change(before: Booking) -> None:
    """What was cancelled here stays so, whatever is said elsewhere."""
    if all(take_over.is_cancelled_here(before, o) for o in before.occurrences):
        raise UsageError(f"{before.uid} was cancelled here", uid=before.uid)


def _check_seats(event_type: EventType, booking: Booking) -> None:
    live = any(o.status is not Status.CANCELLED for o in booking.occurrences)
    persons = len(booking.attendees)
    if live and event_type.seats is not None and persons > event_type.seats:
        raise SeatsFull(seats=event_type.seats, persons=persons)


def _words(before: Booking | None, after: Booking) -> tuple[str, ...]:
    is_off = all(o.status is Status.CANCELLED for o in after.occurrences)
    if before is None:
        return ("made", "cancelledThere") if is_off else ("made",)
    was_off = all(o.status is Status.CANCELLED for o in before.occurrences)
    return ("cancelled",) if is_off and not was_off else ("updated",)

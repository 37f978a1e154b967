"""Everything that a write transaction can do; another database would offer these.

Speaks core values only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from calbook.core.model import (
    Actor,
    Booking,
    Event,
    Occurrence,
    Span,
    Status,
)
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store import booked_people, columns, occurrences, outbox
from calbook.store.booking_filters import HAS_EXPIRED
from calbook.store.catalog import CatalogWriter
from calbook.store.facts import CLAIM_SECONDS, Exclusion
from calbook.store.writer import insert_named, to_epoch, to_json

if TYPE_CHECKING:
    from calbook.core.rules.obstacles import Obstacle
    from calbook.store.connection import Connection


class Transaction(CatalogWriter):
    """Facts out, bookings, events and catalog in; `actor` says who writes them."""

    def __init__(self, conn: Connection, actor: Callable[[], str | None]) -> None:
        super().__init__(conn)
        self.actor = actor
        self._untaken: dict[str, tuple[Span, ...]] = {}  # where hosts have nothing

    # -- bookings

    def save_new(self, booking: Booking) -> dict[str, Any]:
        """Write a booking that is not there yet; its row, with its parts as lists.

        Nothing may be in the way of its claims, see `expired_in_the_way`.
        """
        row = columns.booking(booking)
        self.insert_all("bookings", tuple(row), [tuple(row.values())])
        self._save_hosts(booking, row)
        attendees = booked_people.save_new_attendees(self, booking)
        dates = occurrences.insert_occurrences(self, booking, booking.occurrences)
        self._claim(booking, _to_be_claimed(booking, None))
        return {
            **row,
            "hosts": booking.host_ids,
            "attendees": attendees,
            "occurrences": dates,
        }

    def save(self, after: Booking, before: Booking) -> None:
        """Write what differs between a booking and the one that was read.

        Nothing may be in the way of its claims, see `expired_in_the_way`.
        """
        row = columns.booking(after)
        self.upsert("bookings", "uid", **row)
        if _hosts(after) != _hosts(before):
            self._remove_hosts(before)
            self._save_hosts(after, row)
        if after.attendees != before.attendees:
            booked_people.save_attendees(self, after, before)
        self._save_occurrences(after, before)

    def mark_told(self, uid: str) -> None:
        """Note that people have had mail about a booking."""
        self.run("update bookings set is_told = true where uid = :uid", uid=uid)

    def mark_recorded(self, booking: Booking) -> None:
        """Note that what time did to the occurrences that are here has been told."""
        self.run(
            "update bookings set sequence = :sequence, updated_at = :updated_at"
            " where uid = :uid",
            uid=booking.uid,
            sequence=booking.sequence,
            updated_at=times.epoch(booking.updated_at),
        )
        self._conn.executemany(
            "update occurrences set due = null"
            " where uid = :uid and recurrence_id = :key",
            [
                {"uid": booking.uid, "key": times.epoch(o.recurrence_id)}
                for o in booking.occurrences
            ],
        )
        if any(o.status is Status.PENDING for o in booking.occurrences):
            self._settle_load(booking)

    def _settle_load(self, booking: Booking) -> None:
        """A booking whose last request expired is none of its hosts' any more."""
        gone = self.count(
            """
            update booking_hosts set is_live = false
            where uid = :uid and is_live and not exists (
                select 1 from occurrences o where o.uid = :uid
                and o.status <> 'CANCELLED'
                and not (o.status = 'PENDING' and o.due is null)
            )
            """,
            uid=booking.uid,
        )
        if gone:
            self._add_load(booking, -1)

    def obstacles(
        self,
        host_ids: Iterable[str],
        spans: Sequence[Span],
        *,
        exclusion: Exclusion | None,
        now: datetime,
    ) -> dict[int, Obstacle]:
        """As `Facts` tells them; that there are none is cheaper to ask, and is kept."""
        taken = []
        for id in host_ids:
            if exclusion is not None or self._is_taken(id, spans):
                taken.append(id)
            else:
                self._untaken[id] = tuple(spans)
        if not taken:
            return {}
        return super().obstacles(taken, spans, exclusion=exclusion, now=now)

    def _is_taken(self, host_id: str, spans: Sequence[Span]) -> bool:
        """Whether anything of a host lies in a span, also a request that expired."""
        return occurrences.is_taken(self, host_id, spans)

    def expired_in_the_way(
        self, after: Booking, before: Booking | None, now: datetime
    ) -> list[tuple[str, datetime]]:
        """The expired requests that hold time which a booking will claim.

        Only those are to let go: should the clock be wrong, the others still hold.
        """
        held = occurrences.by_host(after, _to_be_claimed(after, before))
        wanted = [
            [host_id, *map(times.epoch, claim)]
            for host_id, dates in held.items()
            for claim in self._without_untaken(host_id, [o.claim for o in dates])
        ]
        if not wanted:
            return []
        facts = {"longest": CLAIM_SECONDS, "now": times.epoch(now)}
        found = self._conn.execute(_EXPIRED, {"wanted": to_json(wanted), **facts})
        return [(row["uid"], times.instant(row["recurrence_id"])) for row in found]

    def _without_untaken(self, host_id: str, claims: Sequence[Span]) -> Iterable[Span]:
        untaken = self._untaken.get(host_id, ())
        if untaken == (*claims,):
            return ()
        known = frozenset(untaken)
        return [claim for claim in claims if claim not in known]

    def _save_occurrences(self, after: Booking, before: Booking) -> None:
        old = {o.recurrence_id: o for o in before.occurrences}
        new = {o.recurrence_id: o for o in after.occurrences}
        held, holds = _claim_facts(before), _claim_facts(after)
        # All that is let go goes first: an occurrence may move to where another was.
        self.free_claims(after.uid, [key for key in old if held[key] != holds.get(key)])
        # What takes place again is written anew: it has no claim to be revived by.
        kept = {
            key for key in old.keys() & new.keys() if not _revives(old[key], new[key])
        }
        self._drop_occurrences(after.uid, old.keys() - kept)
        changed = [
            (old[key], o) for key, o in new.items() if key in kept and o != old[key]
        ]
        added = [o for key, o in new.items() if key not in kept]
        occurrences.insert_occurrences(self, after, added)
        occurrences.update_occurrences(self, after, changed)
        self._claim(after, _to_be_claimed(after, before))

    def _remove_hosts(self, before: Booking) -> None:
        self.run("delete from booking_hosts where uid = :uid", uid=before.uid)
        if _is_live(before):
            self._add_load(before, -1)

    def _save_hosts(self, booking: Booking, row: Mapping[str, Any]) -> None:
        """The hosts, and how many bookings of this type each of them has."""
        uid, event_type_id = booking.uid, booking.event_type_id
        last_at = None if booking.recurring is None else row["last_at"]
        self.add_all(
            "booking_hosts",
            _INSERT_HOST,
            [
                (
                    *(uid, n, host_id, event_type_id, uid),
                    *(is_live, is_of_dates, row["starts_at"], last_at),
                )
                for n, (host_id, is_live, is_of_dates) in enumerate(_hosts(booking))
            ],
        )
        if _is_live(booking):
            self._add_load(booking, 1)

    def _add_load(self, booking: Booking, number: int) -> None:
        for host_id in booking.host_ids:
            self.add(
                "host_loads",
                "insert into host_loads values (:event_type_id, :host_id, :number)"
                " on conflict (event_type_id, host_id) do update"
                " set bookings = host_loads.bookings + :number",
                event_type_id=booking.event_type_id,
                host_id=host_id,
                number=number,
            )

    def _drop_occurrences(self, uid: str, keys: Iterable[datetime]) -> None:
        occurrences.delete_by_keys(self, "occurrences", uid, keys)

    def free_claims(self, uid: str, keys: Iterable[datetime]) -> None:
        """Let go of the time of occurrences, which are to be saved after it."""
        occurrences.delete_by_keys(self, "claims", uid, keys)

    def _claim(self, booking: Booking, live: Sequence[Occurrence]) -> None:
        """Hold the hosts' time for occurrences that have been written."""
        for id in occurrences.insert_claims(self, booking, live):
            self._untaken.pop(id, None)

    # -- events

    def append_event(
        self,
        event: Event,
        *,
        id: str,
        revision: tuple[int, int],
        replaced: dict[str, Any] | None,
        booking: Callable[[], dict[str, Any]] | None,
        is_numbered: bool = True,
    ) -> int:
        """Append an event with what its change replaced; its number.

        `revision` is the booking's version and SEQUENCE after it. `booking` makes its
        JSON for the webhooks that want to hear of it, for whom it is queued; None where
        nobody is told. What time does has no actor. The number is 0 where nobody asks
        for it.
        """
        webhooks = self._find_webhooks(event.type) if booking else []
        version, sequence = revision
        facts = {
            "id": id,
            "type": event.type,
            "uid": event.uid,
            "recurrence_id": to_epoch(_only(event.about)),
            "at": times.epoch(event.at),
            "by": event.by,
            "actor": None if event.by is Actor.SYSTEM else self.actor(),
            "change": to_json(event.change),
            "version": version,
            "sequence": sequence,
            "replaced": to_json(replaced),
            "booking": to_json(booking()) if booking and webhooks else None,
        }
        if not (is_numbered or webhooks):
            self.insert_all("events", tuple(facts), [tuple(facts.values())])
            return 0
        row = self._one(
            f"{insert_named('events', tuple(facts))} returning seq", **facts
        )
        assert row is not None
        outbox.queue_event(self, event, row["seq"], webhooks)
        return int(row["seq"])

    def _find_webhooks(self, type: str) -> list[str]:
        return outbox.find_webhooks(self, type)


_INSERT_HOST = (
    "insert into booking_hosts (uid, position, host_id, event_type_id, made, is_live,"
    " is_of_dates, starts_at, last_at) values"
    " (?, ?, ?, ?, (select rowid from bookings where uid = ?), ?, ?, ?, ?)"
)
_EXPIRED = f"""
    with wanted (host_id, start_at, end_at) as materialized (
        select value ->> 0, cast(value ->> 1 as bigint), cast(value ->> 2 as bigint)
        from json_each(:wanted)
    )
    select distinct c.uid, c.recurrence_id
    from wanted w cross join claims c on c.host_id = w.host_id
        and c.claim_start < w.end_at
        and c.claim_start > w.start_at - :longest
        and c.claim_end > w.start_at
    join occurrences o on o.uid = c.uid and o.recurrence_id = c.recurrence_id
    where {HAS_EXPIRED.format(row="o")}
    order by c.uid, c.recurrence_id
"""


def _to_be_claimed(after: Booking, before: Booking | None) -> list[Occurrence]:
    """The occurrences whose time is not held yet as it is to be."""
    if before is None:
        return [o for o in after.occurrences if o.status is not Status.CANCELLED]
    held = _claim_facts(before)
    return [
        o
        for o, facts in zip(after.occurrences, _claim_facts(after).items(), strict=True)
        if o.status is not Status.CANCELLED and facts[1] != held.get(facts[0])
    ]


def _revives(before: Occurrence, after: Occurrence) -> bool:
    return before.status is Status.CANCELLED and after.status is not Status.CANCELLED


def _only(keys: frozenset[datetime]) -> datetime | None:
    return next(iter(keys)) if len(keys) == 1 else None


def _hosts(booking: Booking) -> list[tuple[str, bool, bool]]:
    """Whose booking it is; whether it counts as theirs, or they have dates of it only.

    Who has a date only is not to have a whole booking less for it.
    """
    of_dates = chain.from_iterable(o.host_ids for o in booking.occurrences)
    others = dict.fromkeys(h for h in of_dates if h not in booking.host_ids)
    is_live = _is_live(booking)
    return [
        *((host_id, is_live, False) for host_id in booking.host_ids),
        *((host_id, False, True) for host_id in others),
    ]


def _is_live(booking: Booking) -> bool:
    """Whether it counts as one: not when it is cancelled."""
    return any(
        o.status is not Status.CANCELLED
        and not (o.status is Status.PENDING and o.is_recorded)
        for o in booking.occurrences
    )


def _claim_facts(
    booking: Booking,
) -> dict[datetime, tuple[tuple[str, ...], Span, Status]]:
    """What each occurrence's claims follow from."""
    return {
        o.recurrence_id: (booking.hosts_of(o), o.claim, o.status)
        for o in booking.occurrences
    }

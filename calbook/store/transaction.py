"""Everything that a write transaction can do; another database would offer these.

Speaks core values only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from calbook.core import lifecycle, times
from calbook.core.fields import folded
from calbook.core.model import (
    Attendee,
    Booking,
    Event,
    Occurrence,
    Policy,
    Span,
    Status,
)
from calbook.store.catalog import CatalogWriting
from calbook.store.facts import LONGEST
from calbook.store.writing import to_epoch, to_json, to_minutes, to_question


class Transaction(CatalogWriting):
    """Facts out, bookings, events and catalog in."""

    # -- bookings

    def save(self, after: Booking, before: Booking | None, *, now: datetime) -> None:
        """Write what differs between a booking and the one that was read."""
        self._save_booking(after)
        if before is None or after.host_ids != before.host_ids:
            self._save_hosts(after)
        if before is None or after.attendees != before.attendees:
            self._save_attendees(after.uid, after.attendees)
        self._save_occurrences(after, before, now)

    def _save_occurrences(
        self, after: Booking, before: Booking | None, now: datetime
    ) -> None:
        old = {} if before is None else {o.recurrence_id: o for o in before.occurrences}
        new = {o.recurrence_id: o for o in after.occurrences}
        held = {} if before is None else _held(before)
        holds = _held(after)
        # All that is let go goes first: an occurrence may move to where another was.
        for key in old:
            if held[key] != holds.get(key):
                self._free(after.uid, key)
        for key in old.keys() - new.keys():
            self._drop_occurrence(after.uid, key)
        for key, occurrence in new.items():
            if occurrence != old.get(key):
                self._save_occurrence(after, occurrence)
            if holds[key] != held.get(key):
                self._claim(after, occurrence, now)

    def _save_booking(self, booking: Booking) -> None:
        pending_until, confirmed_until, final = lifecycle.summary(booking)
        self.put(
            "bookings",
            "uid",
            uid=booking.uid,
            event_type_id=booking.event_type_id,
            timezone=booking.timezone,
            starts_at=times.epoch(min(o.span.start for o in booking.occurrences)),
            pending_until=to_epoch(pending_until),
            confirmed_until=to_epoch(confirmed_until),
            final_status=final,
            location=to_json(booking.location),
            meeting_url=booking.meeting_url,
            notes=booking.notes,
            responses=to_json(booking.responses),
            metadata=to_json(booking.metadata),
            recurring=to_json(booking.recurring),
            overrides=to_json(booking.overrides),
            policy=to_json(_policy(booking.policy)),
            sequence=booking.sequence,
            version=booking.version,
            created_at=times.epoch(booking.created_at),
            updated_at=times.epoch(booking.updated_at),
        )

    def _save_hosts(self, booking: Booking) -> None:
        self.run("delete from booking_hosts where uid = :uid", uid=booking.uid)
        for position, host_id in enumerate(booking.host_ids):
            self.run(
                "insert into booking_hosts values (:uid, :position, :host_id)",
                uid=booking.uid,
                position=position,
                host_id=host_id,
            )

    def _save_attendees(self, uid: str, attendees: Iterable[Attendee]) -> None:
        self.run("delete from attendees where uid = :uid", uid=uid)
        for position, attendee in enumerate(attendees):
            self.run(
                "insert into attendees values (:uid, :position, :email,"
                " :email_folded, :name, :phone, :timezone)",
                uid=uid,
                position=position,
                email_folded=folded(attendee.email),
                **attendee._asdict(),
            )

    def _save_occurrence(self, booking: Booking, occurrence: Occurrence) -> None:
        self.put(
            "occurrences",
            "uid, recurrence_id",
            uid=booking.uid,
            recurrence_id=times.epoch(occurrence.recurrence_id),
            event_type_id=booking.event_type_id,
            date=occurrence.date.isoformat(),
            start_at=times.epoch(occurrence.span.start),
            end_at=times.epoch(occurrence.span.end),
            claim_start=times.epoch(occurrence.claim.start),
            claim_end=times.epoch(occurrence.claim.end),
            wall=occurrence.start.wall.isoformat(),
            wall_timezone=occurrence.start.timezone,
            by_offset=int(occurrence.start.by_offset),
            tzdata=times.tzdata_version(occurrence.start.timezone),
            status=occurrence.status,
            resolution=occurrence.resolution,
            cancelled_by=occurrence.cancelled_by,
            reason=occurrence.reason,
            attendance=occurrence.attendance,
            due=to_epoch(lifecycle.due(occurrence)),
        )

    def _drop_occurrence(self, uid: str, recurrence_id: datetime) -> None:
        self.run(
            "delete from occurrences where uid = :uid and recurrence_id = :key",
            uid=uid,
            key=times.epoch(recurrence_id),
        )

    def _free(self, uid: str, recurrence_id: datetime) -> None:
        self.run(
            "delete from claims where uid = :uid and recurrence_id = :key",
            uid=uid,
            key=times.epoch(recurrence_id),
        )

    def _claim(self, booking: Booking, occurrence: Occurrence, now: datetime) -> None:
        if occurrence.status is Status.CANCELLED:
            return
        for host_id in booking.host_ids:
            self._release_expired(host_id, occurrence.claim, now)
            self.run(
                "insert into claims values (:host_id, :start, :end, :uid, :key)",
                host_id=host_id,
                start=times.epoch(occurrence.claim.start),
                end=times.epoch(occurrence.claim.end),
                uid=booking.uid,
                key=times.epoch(occurrence.recurrence_id),
            )

    def _release_expired(self, host_id: str, span: Span, now: datetime) -> None:
        """Drop the claims of expired requests that stand in the way of a new one.

        Only those: should the clock have been wrong, the others still hold.
        """
        self.run(
            """
            delete from claims
            where host_id = :host_id and claim_start < :end
              and claim_start > :start - :longest and claim_end > :start
              and exists (
                select 1 from occurrences o
                where o.uid = claims.uid and o.recurrence_id = claims.recurrence_id
                  and o.status = 'PENDING' and o.start_at <= :now
              )
            """,
            host_id=host_id,
            start=times.epoch(span.start),
            end=times.epoch(span.end),
            longest=LONGEST,
            now=times.epoch(now),
        )

    # -- events and idempotency keys

    def emit(self, event: Event, *, id: str, booking: dict[str, Any]) -> int:
        """Append an event with the booking's JSON as it is after it; its number."""
        cursor = self._conn.execute(
            "insert into events (id, type, uid, recurrence_id, at, by, change, booking)"
            " values (:id, :type, :uid, :recurrence_id, :at, :by, :change, :booking)",
            {
                "id": id,
                "type": event.type,
                "uid": event.uid,
                "recurrence_id": to_epoch(event.recurrence_id),
                "at": times.epoch(event.at),
                "by": event.by,
                "change": to_json(event.change),
                "booking": to_json(booking),
            },
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def first_answer(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The request that first used an idempotency key, and what it answered."""
        row = self._one(
            "select k.request, e.booking from idempotency_keys k"
            " join events e on e.seq = k.event_seq where k.key = :key",
            key=key,
        )
        return (row["request"], json.loads(row["booking"])) if row else None

    def remember(self, key: str, *, request: str, event_seq: int) -> None:
        self.run(
            "insert into idempotency_keys values (:key, :request, :event_seq)",
            key=key,
            request=request,
            event_seq=event_seq,
        )


def _held(booking: Booking) -> dict[datetime, tuple[tuple[str, ...], Span, Status]]:
    """What each occurrence's claims follow from."""
    return {
        o.recurrence_id: (booking.host_ids, o.claim, o.status)
        for o in booking.occurrences
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        **policy._asdict(),
        "cancellation_deadline": to_minutes(policy.cancellation_deadline),
        "questions": [to_question(question) for question in policy.questions],
    }

"""Event types, hosts and schedules, written and removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from calbook.core.catalog import (
    Assignment,
    DateOverride,
    EventType,
    Host,
    Hours,
    Schedule,
)
from calbook.core.errors import InUse
from calbook.core.members import resources_among
from calbook.core.model import MINUTE
from calbook.core.needs import members_of
from calbook.core.rules.limit_text import limit_text
from calbook.core.time import times
from calbook.store.writer import (
    Writer,
    to_epoch,
    to_json,
    to_minutes,
    to_need,
    to_question,
    to_reminder,
    to_rules,
)


class CatalogWriter(Writer):
    """What can be booked, from whom and when."""

    def save_host(self, host: Host, *, now: datetime) -> None:
        facts = {
            **host._asdict(),
            "retired_at": to_epoch(host.retired_at),
            "limits": to_json([limit_text(limit) for limit in host.limits]),
        }
        self.upsert_dated("hosts", now, **facts)

    def save_schedule(self, schedule: Schedule, *, now: datetime) -> None:
        """The schedule itself; its overrides are saved one by one."""
        self.upsert_dated(
            "schedules",
            now,
            id=schedule.id,
            name=schedule.name,
            timezone=schedule.timezone,
            weekly=to_json([_windows(hours) for hours in schedule.weekly]),
        )

    def save_override(self, schedule_id: str, override: DateOverride) -> None:
        self.upsert(
            "schedule_overrides",
            "schedule_id, date",
            schedule_id=schedule_id,
            date=override.date.isoformat(),
            hours=to_json(_windows(override.hours)),
            reason=override.reason,
        )

    def remove_override(self, schedule_id: str, day: date) -> bool:
        cursor = self.count(
            "delete from schedule_overrides where schedule_id = :id and date = :date",
            id=schedule_id,
            date=day.isoformat(),
        )
        return bool(cursor)

    def save_event_type(self, event_type: EventType, *, now: datetime) -> None:
        e, self.locked_event_type = event_type, None
        self.upsert_dated(
            "event_types",
            now,
            id=e.id,
            slug=e.slug,
            title=e.title,
            description=e.description,
            duration=to_minutes(e.duration),
            location=to_json(e.location),
            schedule_id=e.schedule_id,
            buffer_before=to_minutes(e.buffer_before),
            buffer_after=to_minutes(e.buffer_after),
            minimum_notice=to_minutes(e.minimum_notice),
            maximum_advance=e.maximum_advance,
            slot_interval=to_minutes(e.slot_interval),
            slots_per_day=e.slots_per_day,
            requires_confirmation=e.requires_confirmation,
            allow_cancellation=e.allow_cancellation,
            cancellation_deadline=to_minutes(e.cancellation_deadline),
            seats=e.seats,
            max_occurrences=e.max_occurrences,
            questions=to_json([to_question(q) for q in e.questions]),
            scheduling_type=e.scheduling_type,
            round_robin=e.round_robin,
            meeting_url_template=e.meeting_url_template,
            notify=e.notify,
            reminders=to_json([to_reminder(r) for r in e.reminders]),
            contact=e.contact,
            on_free=e.on_free,
            hold_minutes=e.hold_minutes,
            on_decline=e.on_decline,
            active=e.active,
            metadata=to_json(e.metadata),
            needs=to_json([to_need(need) for need in e.needs]),
            durations=to_json([to_minutes(d) for d in e.durations] or None),
            first_date=e.first_date and e.first_date.isoformat(),
            last_date=e.last_date and e.last_date.isoformat(),
            weekly=to_json(e.weekly and list(map(_windows, e.weekly))),
            rules=to_json(to_rules(e)),
        )
        self._record_joins(e)
        self.run("delete from event_type_hosts where event_type_id = :id", id=e.id)
        resources = resources_among(members_of(e.needs))
        rooms = (Assignment(id, is_fixed=True) for id in resources)
        for position, assignment in enumerate((*e.hosts, *rooms)):
            self.run(
                "insert into event_type_hosts values"
                " (:id, :position, :host_id, :weight, :is_fixed, :priority)",
                id=e.id,
                position=position,
                **assignment._asdict(),
            )

    def count_bookings_keeping_text(
        self, before: EventType, after: EventType, *, now: datetime
    ) -> int:
        """Bookings to come whose people were told otherwise than it says from now on.

        Of what changed: a place that a booking was given is none of the event type's.
        """
        [count] = self._conn.execute(
            _KEEPING_TEXT,
            {
                "id": after.id,
                "now": times.epoch(now),
                "has_new_title": after.title != before.title,
                "title": after.title,
                "has_new_description": after.description != before.description,
                "description": after.description,
                "has_new_location": after.location != before.location,
                "location": to_json(after.location),
            },
        ).fetchone()
        return int(count)

    def _record_joins(self, event_type: EventType) -> None:
        """Behind which booking hosts join, where there are some of this type."""
        known = self._conn.execute(
            "select host_id from event_type_hosts where event_type_id = ?",
            [event_type.id],
        ).fetchall()
        before = {row["host_id"] for row in known}
        for assignment in event_type.hosts:
            if assignment.host_id not in before:
                self.run(
                    "insert into host_joins (event_type_id, host_id, since)"
                    " select :id, :host_id, max(rowid) from bookings"
                    " where event_type_id = :id having max(rowid) is not null"
                    " on conflict (event_type_id, host_id)"
                    " do update set since = excluded.since",
                    id=event_type.id,
                    host_id=assignment.host_id,
                )

    def remove(self, noun: str, id: str) -> None:
        """Remove an event type, host or schedule that nothing refers to.

        Raises:
            InUse: naming one thing that does.
        """
        self.check_unused(noun, id)
        if noun in _GIVE_TIME:  # it counts as 0 what was handed over to others
            self.run("delete from host_loads where host_id = :id", id=id)
        self.run(f"delete from {_TABLES[noun]} where id = :id", id=id)

    def check_unused(self, noun: str, id: str) -> None:
        for statement, by, *hints in _USES[noun]:
            row = self._one(statement, id=id)
            if row:
                said = (hint.format(id=id) for hint in hints)
                named = zip(("hint", "command_hint"), said, strict=False)
                raise InUse(noun, id, by=by.format(row[0]), **dict(named))


_KEEPING_TEXT = """
    select count(*) from bookings
    where event_type_id = :id and (pending_until > :now or confirmed_until > :now) and (
        :has_new_title and title is not :title
        or :has_new_description and description is not :description
        or :has_new_location and not has_own_location and location is not :location
    )
"""
_GIVE_TIME = ("host", "resource")
_TABLES = {
    **{"event type": "event_types", "schedule": "schedules"},
    **dict.fromkeys(_GIVE_TIME, "hosts"),
}
# Else its file would stay as it is, for everybody to read.
_PUBLISHED = (
    "select directory from published_feeds where host_id = :id"
    " order by directory limit 1",
    "its feed in {}",
    "remove that feed first",
    "remove that feed first: calbook ics publish DIR --remove",
)
_USES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "event type": (
        (
            "select uid from bookings where event_type_id = :id"
            " order by starts_at, uid limit 1",
            "booking {}",
            "switch it off instead",
            "switch it off instead: calbook event update {id} --inactive",
        ),
        (
            "select id from waiting where event_type_id = :id order by number limit 1",
            "{} on the waiting list",
            "switch it off instead",
            "switch it off instead: calbook event update {id} --inactive",
        ),
    ),
    "host": (
        (
            "select event_type_id from event_type_hosts where host_id = :id"
            " order by event_type_id limit 1",
            "event type {}",
            "give that event type other hosts first",
        ),
        (
            "select uid from booking_hosts where host_id = :id order by uid limit 1",
            "booking {}",
            "a host with bookings stays for their history",
        ),
        _PUBLISHED,
    ),
    "resource": (
        (
            "select event_type_id from event_type_hosts where host_id = :id"
            " order by event_type_id limit 1",
            "event type {}",
            "take it out of what that event type needs first",
        ),
        (
            "select uid from booking_hosts where host_id = :id order by uid limit 1",
            "booking {}",
            "a resource with bookings stays for their history",
        ),
        _PUBLISHED,
    ),
    "schedule": (
        (
            "select id from hosts where schedule_id = :id and kind = 'host'"
            " order by id limit 1",
            "host {}",
            "give that host another schedule first",
        ),
        (
            "select id from hosts where schedule_id = :id order by id limit 1",
            "resource {}",
            "give that resource another schedule first",
        ),
        (
            "select id from event_types where schedule_id = :id order by id limit 1",
            "event type {}",
            "give that event type another schedule first",
        ),
    ),
}


def _windows(hours: Iterable[Hours]) -> list[list[int]]:
    return [[h.start // MINUTE, h.end // MINUTE] for h in hours]

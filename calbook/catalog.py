"""`client.calendar.event_types`, `.schedules` and `.hosts`: what can be booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calbook import wire
from calbook.store import reminders
from calbook.store.reading import Reading, Row
from calbook.values.catalog import EventType, Host, Schedule

if TYPE_CHECKING:
    from calbook.desk import Desk

Json = dict[str, Any]

_MOST_DATES = 1_000  # of one override


class _Catalog:
    """What the three kinds share: reading by id, and removing."""

    _noun: str
    _prefix: str

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def delete(self, id: str) -> None:
        """Remove it.

        Raises:
            InUse: something still refers to it.
        """
        key = self._key(id)
        with self._desk.store.write() as tx:
            _existing(tx, self._noun, key)
            tx.remove(self._noun, key)

    def _key(self, id: object) -> str:
        from calbook.core import fields

        return fields.identifier(id, self._prefix, f"{self._noun} id")

    def _row(self, id: str) -> Row:
        key = self._key(id)
        with self._desk.store.read(Reading) as reading:
            return _existing(reading, self._noun, key)

    def _rows(self, read: Callable[[Reading], list[Row]]) -> list[Row]:
        with self._desk.store.read(Reading) as reading:
            return read(reading)


def _existing(reading: Reading, noun: str, key: str) -> Row:
    readers = {
        "event type": reading.event_type_row,
        "host": reading.host_row,
        "schedule": reading.schedule_row,
    }
    row = readers[noun](key)
    if row is None:
        from calbook.core.errors import NotFound

        raise NotFound(noun, key, known=reading.ids(noun))
    return row


def _check_new(reading: Reading, noun: str, key: str) -> None:
    if key in reading.ids(noun):
        from calbook.core.errors import Exists

        raise Exists(noun, key)


class EventTypes(_Catalog):
    """What can be booked. `id` may be written without `evt_`."""

    _noun, _prefix = "event type", "evt"

    def get(self, id: str) -> EventType:
        return EventType(wire.event_type(self._row(id)))

    def list(self) -> tuple[EventType, ...]:
        rows = self._rows(lambda reading: reading.event_type_rows())
        return tuple(EventType(wire.event_type(row)) for row in rows)

    def create(self, id: str, **fields: Any) -> EventType:
        """Add an event type; the fields are those of its JSON, lengths in minutes.

        Without `hosts`, the oldest host gives the time.

        Raises:
            Exists: there is one with this id.
            BadInput: a field holds what it cannot hold.
        """
        from calbook.intake import event_types

        key = self._key(id)
        with self._desk.store.write() as tx:
            _check_new(tx, self._noun, key)
            new = event_types.event_type(key, fields, default_host=tx.oldest_host())
            _check_references(tx, new)
            tx.save_event_type(new, now=self._desk.clock())
            return EventType(wire.event_type(_existing(tx, self._noun, key)))

    def update(self, id: str, **fields: Any) -> EventType:
        """Set fields; bookings made before keep the rules they were made under.

        Their reminders change with it, as far as they are still to come.
        """
        from calbook.intake import event_types

        key = self._key(id)
        _check_given(self._noun, key, fields)
        changes = event_types.event_type_fields(fields)
        with self._desk.store.write() as tx:
            before = tx.event_type(key)
            after = event_types.checked(before._replace(**changes))
            _check_references(tx, after)
            now = self._desk.clock()
            tx.save_event_type(after, now=now)
            _remind(tx, reminders.of_event_type(tx, key, now), now)
            return EventType(wire.event_type(_existing(tx, self._noun, key)))


def _remind(tx: Any, uids: Sequence[str], now: datetime) -> None:
    """Bring the reminders of bookings in line with what was changed."""
    if not uids:
        return
    from calbook import notices  # only where somebody is reminded

    for uid in uids:
        notices.remind(tx, tx.booking(uid), now=now)


def _check_references(tx: Any, event_type: Any) -> None:
    for assignment in event_type.hosts:
        tx.host(assignment.host_id)
    if event_type.schedule_id is not None:
        tx.timezone_of(event_type.schedule_id)


def _check_given(noun: str, key: str, fields: Mapping[str, Any]) -> None:
    if not fields:
        from calbook.core.errors import NothingToChange

        raise NothingToChange(f"nothing to change on {noun} {key}: name a field")


class Hosts(_Catalog):
    """Who gives the time. `id` may be written without `user_`."""

    _noun, _prefix = "host", "user"

    def get(self, id: str) -> Host:
        return Host(wire.host(self._row(id)))

    def list(self) -> tuple[Host, ...]:
        rows = self._rows(lambda reading: reading.host_rows())
        return tuple(Host(wire.host(row)) for row in rows)

    def timezone(self) -> str:
        """The first host's zone, that days are meant in unless said."""
        from calbook.intake import filters

        with self._desk.store.read(Reading) as reading:
            return filters.zone(reading, None)

    def create(self, id: str, **fields: Any) -> Host:
        """Add a host: name, email, timezone, schedule_id (default: sched_work)."""
        from calbook.intake import schedules

        key = self._key(id)
        with self._desk.store.write() as tx:
            _check_new(tx, self._noun, key)
            read = schedules.host_fields(fields)
            schedule = tx.schedule(read.get("schedule_id", "sched_work"))
            tx.save_host(
                schedules.host(key, fields, schedule=schedule), now=self._desk.clock()
            )
            return Host(wire.host(_existing(tx, self._noun, key)))

    def update(self, id: str, **fields: Any) -> Host:
        """Set fields; reminders that wait go to the new address."""
        from calbook.intake import schedules

        key = self._key(id)
        _check_given(self._noun, key, fields)
        changes = schedules.host_fields(fields)
        with self._desk.store.write() as tx:
            before = tx.host(key)
            after = before._replace(**changes)
            tx.timezone_of(after.schedule_id)
            now = self._desk.clock()
            tx.save_host(after, now=now)
            _remind(tx, reminders.of_host(tx, key, now), now)
            return Host(wire.host(_existing(tx, self._noun, key)))


class Schedules(_Catalog):
    """Weekly hours and overrides. `id` may be written without `sched_`."""

    _noun, _prefix = "schedule", "sched"

    def get(self, id: str) -> Schedule:
        return Schedule(wire.schedule(self._row(id)))

    def list(self) -> tuple[Schedule, ...]:
        rows = self._rows(lambda reading: reading.schedule_rows())
        return tuple(Schedule(wire.schedule(row)) for row in rows)

    def create(self, id: str, **fields: Any) -> Schedule:
        """Add a schedule: name, timezone, availability, overrides."""
        from calbook.intake import schedules

        key = self._key(id)
        new = schedules.schedule(key, fields)
        with self._desk.store.write() as tx:
            _check_new(tx, self._noun, key)
            tx.save_schedule(new, now=self._desk.clock())
            for override in new.overrides.values():
                tx.save_override(key, override)
            return Schedule(wire.schedule(_existing(tx, self._noun, key)))

    def update(self, id: str, **fields: Any) -> Schedule:
        """Set fields; `availability` and `overrides` replace all of what was there."""
        from calbook.intake import schedules

        key = self._key(id)
        _check_given(self._noun, key, fields)
        changes = schedules.schedule_fields(fields)
        with self._desk.store.write() as tx:
            before = tx.schedule(key)
            after = before._replace(**changes)
            tx.save_schedule(after, now=self._desk.clock())
            for day in before.overrides.keys() - after.overrides.keys():
                tx.remove_override(key, day)
            for day, override in after.overrides.items():
                if before.overrides.get(day) != override:
                    tx.save_override(key, override)
            return Schedule(wire.schedule(_existing(tx, self._noun, key)))

    def override(
        self,
        id: str,
        *,
        date: str | date,
        end_date: str | date | None = None,
        availability: Iterable[Mapping[str, str]] = (),
        reason: str | None = None,
    ) -> Schedule:
        """Give the dates from `date` to `end_date`, both included, other hours.

        Without `availability` they are closed.
        """
        from calbook.intake import schedules
        from calbook.intake.shapes import items

        key = self._key(id)
        windows = tuple(items(availability, "availability"))
        overrides = [
            schedules.override({"date": d, "availability": windows, "reason": reason})
            for d in self._local_dates(key, date, end_date)
        ]
        with self._desk.store.write() as tx:
            _existing(tx, self._noun, key)
            for override in overrides:
                tx.save_override(key, override)
            return Schedule(wire.schedule(_existing(tx, self._noun, key)))

    def _local_dates(
        self, key: str, first: str | date, last: str | date | None
    ) -> tuple[date, ...]:
        """Days in the schedule's own zone."""
        zone = self._row(key)["timezone"]
        return tuple(_dates(first, last, now=self._desk.clock(), zone=zone))

    def remove_override(
        self, id: str, *, date: str | date, end_date: str | date | None = None
    ) -> Schedule:
        """Give the dates from `date` to `end_date` their weekly hours back."""
        key = self._key(id)
        days = self._local_dates(key, date, end_date)
        with self._desk.store.write() as tx:
            _existing(tx, self._noun, key)
            if not sum(tx.remove_override(key, day) for day in days):
                from calbook.core.errors import NotFound

                raise NotFound("override", days[0].isoformat())
            return Schedule(wire.schedule(_existing(tx, self._noun, key)))


def _dates(
    first: str | date, last: str | date | None, *, now: datetime, zone: str
) -> list[date]:
    from calbook.core import when
    from calbook.core.errors import BadInput

    start = when.day(first, now=now, timezone=zone)
    end = start if last is None else when.day(last, now=now, timezone=zone)
    count = (end - start).days + 1
    if not 1 <= count <= _MOST_DATES:
        raise BadInput(
            f"{start} to {end} is {count} days; from 1 to {_MOST_DATES:,} fit",
            field="endDate",
        )
    return [start + timedelta(days=n) for n in range(count)]

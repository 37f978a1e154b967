"""What can be read of bookings: one, many, on which days, how many, as files.

Light on purpose: listing imports neither the rules nor their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from calbook import wire
from calbook.store.reading import Reading
from calbook.values.bookings import Booking, Event, Note, Occurrence

if TYPE_CHECKING:
    from calbook.desk import Desk
    from calbook.values.overview import Agenda, Statistics, Week


class Looking:
    """Reading bookings; `uid` may be any unique prefix."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, uid: str) -> Booking:
        """One booking, its status as the clock sees it now.

        Raises:
            NotFound: there is none.
            AmbiguousUid: the shortened uid fits several.
        """
        now = self._now()
        with self._desk.store.read(Reading) as reading:
            row = reading.booking_row(reading.found(uid))
        assert row is not None
        return Booking(wire.booking(row, now=now))

    def list(
        self,
        *,
        status: str | Iterable[str] | None = None,
        event_type_id: str | None = None,
        host_id: str | None = None,
        attendee_email: str | None = None,
        search: str | None = None,
        start_date: str | datetime | None = None,
        end_date: str | datetime | None = None,
        timezone: str | None = None,
        latest_first: bool = False,
        count: int | None = 50,
        offset: int = 0,
        after: str | None = None,
    ) -> tuple[Booking, ...]:
        """Bookings by start, then uid.

        `start_date` is included; a bare date as `end_date` includes that day, a
        moment is not included; both are read in `timezone`, else in UTC's place the
        first host's zone. `count=None` is all; `after` continues behind a uid, at
        the same cost on every page.
        """
        now = self._now()
        wanted = {
            "status": status,
            "event_type_id": event_type_id,
            "host_id": host_id,
            "attendee_email": attendee_email,
            "search": search,
            "start_date": start_date,
            "end_date": end_date,
        }
        check_page(count, offset)
        with self._desk.store.read(Reading) as reading:
            rows = reading.booking_rows(
                _filters(reading, wanted, timezone=timezone, now=now),
                now=now,
                latest_first=bool(latest_first),
                after=None if after is None else reading.found(after),
                limit=-1 if count is None else count,
                offset=offset,
            )
        return tuple(Booking(wire.booking(row, now=now)) for row in rows)

    def list_occurrences(
        self,
        *,
        status: str | Iterable[str] | None = None,
        event_type_id: str | None = None,
        host_id: str | None = None,
        attendee_email: str | None = None,
        search: str | None = None,
        start_date: str | datetime | None = None,
        end_date: str | datetime | None = None,
        timezone: str | None = None,
        latest_first: bool = False,
        count: int | None = 50,
        offset: int = 0,
    ) -> tuple[Booking, ...]:
        """Every meeting by its start, then uid: a booking with its `date` for each.

        Filters as in `list`, asked of the single occurrence; `occurrences` holds it
        alone.
        """
        now = self._now()
        wanted = {
            "status": status,
            "event_type_id": event_type_id,
            "host_id": host_id,
            "attendee_email": attendee_email,
            "search": search,
            "start_date": start_date,
            "end_date": end_date,
        }
        check_page(count, offset)
        with self._desk.store.read(Reading) as reading:
            rows = reading.occurrence_rows(
                _filters(reading, wanted, timezone=timezone, now=now),
                now=now,
                latest_first=bool(latest_first),
                limit=-1 if count is None else count,
                offset=offset,
            )
        return tuple(Booking(wire.one_occurrence(row, now=now)) for row in rows)

    def get_occurrences(self, uid: str) -> tuple[Occurrence, ...]:
        """Every meeting of a booking, by its start."""
        return self.get(uid).occurrences

    def total(
        self, *, occurrences: bool = False, timezone: str | None = None, **wanted: Any
    ) -> int:
        """How many bookings, or occurrences, these filters find without a limit."""
        now = self._now()
        with self._desk.store.read(Reading) as reading:
            chosen = _filters(reading, wanted, timezone=timezone, now=now)
            if occurrences:
                return reading.count_occurrences(chosen, now=now)
            return reading.count_bookings(chosen, now=now)

    def agenda(
        self,
        *,
        start_date: str | datetime = "today",
        days: int = 7,
        event_type_id: str | None = None,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> Agenda:
        """What takes place on some local days, the first being that of `start_date`.

        Days of `timezone`, else of the host's zone, else of the first host's. What was
        cancelled is left out; what began before and is not over is there.
        """
        from calbook import agenda
        from calbook.values.overview import Agenda

        wanted = _given(event_type_id=event_type_id, host_id=host_id)
        return Agenda(
            agenda.read(
                self._desk, wanted, since=start_date, days=days, timezone=timezone
            )
        )

    def week(
        self,
        *,
        of: str | datetime = "today",
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> Week:
        """The agenda from the Monday to the Sunday around a day, with open time.

        Open is when the host's schedule is, without a host when any of them is.
        """
        from calbook import agenda
        from calbook.values.overview import Week

        wanted = _given(host_id=host_id)
        return Week(agenda.week(self._desk, wanted, of=of, timezone=timezone))

    def stats(
        self,
        *,
        by: str | None = None,
        start_date: str | datetime | None = None,
        end_date: str | datetime | None = None,
        event_type_id: str | None = None,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> Statistics:
        """Count the occurrences that start within the dates, as in `list`.

        `by` is event, host, week (ISO weeks of the zone), status or attendee; an
        occurrence of several hosts or attendees counts with each of them. Groups are
        by week in order, else the largest first.

        `hours` are of what is confirmed or completed. The no-show rate is that of the
        occurrences that are over, of an attendee by who came; the cancellation rate is
        that of all, requests rejected and expired among them. Lead times, from booking
        to start, are of single bookings and of the first dates of series.
        """
        from calbook import stats
        from calbook.values.overview import Statistics

        wanted = {
            "event_type_id": event_type_id,
            "host_id": host_id,
            "start_date": start_date,
            "end_date": end_date,
        }
        return Statistics(stats.read(self._desk, wanted, by=by, timezone=timezone))

    def history(self, uid: str) -> tuple[Event, ...]:
        """What happened to a booking, in the order in which it was written."""
        with self._desk.store.read(Reading) as reading:
            row = reading.booking_row(reading.found(uid))
            assert row is not None
            events = reading.event_rows(row["uid"])
        return tuple(Event(wire.event(event, row["timezone"])) for event in events)

    def get_notes(self, uid: str) -> tuple[Note, ...]:
        """The host's notes, private ones too, in the order in which they were written.

        `created_at` is in the booking's zone.
        """
        from calbook import notes

        return tuple(Note(note) for note in notes.read(self._desk, uid))

    def get_ics(
        self,
        uid: str,
        *,
        method: str | None = None,
        alarm: int | None = None,
        date: str | date | None = None,
    ) -> str:
        """The booking as an iCalendar file (RFC 5545), lines ending in CR LF.

        `method` is publish, request or cancel; without one a live booking is a
        request and a cancelled one a cancellation. `alarm` is minutes before. `date`
        is the one occurrence of a series that the file is about.
        """
        from calbook import invites  # slow to import

        return invites.calendar(
            self._desk, uid, method=method, alarm=alarm, date=date
        ).decode()

    def get_feed(
        self,
        *,
        event_type_id: str | None = None,
        host_id: str | None = None,
        start_date: str | datetime | None = None,
        end_date: str | datetime | None = None,
        timezone: str | None = None,
    ) -> str:
        """Many bookings as one iCalendar file to publish; cancelled ones are left out.

        Dates as in `list`: a series is there whole when any of its occurrences is.
        """
        from calbook import invites  # slow to import

        wanted = {
            "event_type_id": event_type_id,
            "host_id": host_id,
            "start_date": start_date,
            "end_date": end_date,
        }
        return invites.feed(self._desk, wanted, timezone=timezone).decode()

    def _now(self) -> int:
        return int(self._desk.clock().timestamp())


def _given(**wanted: Any) -> dict[str, Any]:
    return {key: value for key, value in wanted.items() if value is not None}


_MOST = 2**62  # SQLite counts to 2**63


def check_page(count: int | None, offset: int) -> None:
    numbers = [offset] if count is None else [count, offset]
    if all(isinstance(n, int) and 0 <= n <= _MOST for n in numbers):
        return
    from calbook.core.errors import BadInput
    from calbook.core.text import written

    raise BadInput(
        "count and offset must be whole numbers, not negative",
        count=written(count)[:80],
        offset=written(offset)[:80],
    )


def _filters(
    reading: Reading, wanted: Mapping[str, Any], *, timezone: str | None, now: int
) -> Mapping[str, Any]:
    given = _given(**wanted)
    if not given:
        return {}
    from calbook.intake import filters  # slow to import

    return filters.read(reading, given, timezone=timezone, now=now)

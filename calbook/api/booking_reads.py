"""Bookings as they are read: one, many, their dates, notes and history, figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from typing import TYPE_CHECKING

from calbook.api.booking_files import BookingFiles
from calbook.api.noun import (
    BOOKING_FILTERS,
    PERSON_FILTERS,
    STATISTICS_FILTERS,
    check_keywords,
)
from calbook.api.values.bookings import Booking, Event, Note, Occurrence
from calbook.services.bookings import read

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import Moment
    from calbook.api.values.overview import Agenda, OpenAgenda, Statistics


class BookingReads(BookingFiles):
    """What `Bookings` reads; nothing here writes."""

    def get(self, uid: str) -> Booking:
        """One booking, its status as the clock sees it now.

        Raises:
            NotFound: there is none.
            AmbiguousUid: the shortened uid fits several.
        """
        return Booking(read.get_booking(self._context, uid))

    def last_made(self) -> Booking | None:
        """The booking that was made last, by whomever; None where there is none."""
        found = read.last_made(self._context)
        return None if found is None else Booking(found)

    def list(
        self,
        *,
        latest_first: bool = False,
        count: int | None = None,
        offset: int = 0,
        after: str | None = None,
        **filters: Unpack[inputs.BookingFilters],
    ) -> tuple[Booking, ...]:
        """Bookings by start, then uid: all, or `count` of them.

        Filters: `status` (one or several), `event_type_id`, `host_id`, `resource_id`,
        `attendee_email`, `phone`, `ref`, `person` (an id, or any of these, or a name
        that one person has), `search`, `start_date`, `end_date`. Dates without a zone
        are read in `timezone`, else in the first host's.
        `after` continues behind a uid, at the same cost on every page.
        """
        check_keywords("Bookings.list", filters, BOOKING_FILTERS)
        found = read.list_bookings(
            *(self._context, filters),
            limit=count,
            offset=offset,
            after=after,
            latest_first=latest_first,
        )
        return tuple(map(Booking, found))

    def iter(
        self,
        *,
        latest_first: bool = False,
        count: int | None = None,
        offset: int = 0,
        after: str | None = None,
        **filters: Unpack[inputs.BookingFilters],
    ) -> Iterator[Booking]:
        """The bookings of `list`, read in portions while they are used.

        Each portion is as the bookings are then, and keeps nobody from writing; what
        moves meanwhile may be missed or come twice.
        """
        check_keywords("Bookings.iter", filters, BOOKING_FILTERS)
        found = read.iter_bookings(
            *(self._context, filters),
            limit=count,
            offset=offset,
            after=after,
            latest_first=latest_first,
        )
        return map(Booking, found)

    def list_occurrences(
        self,
        *,
        latest_first: bool = False,
        count: int | None = None,
        offset: int = 0,
        **filters: Unpack[inputs.BookingFilters],
    ) -> tuple[Booking, ...]:
        """Every meeting by its start, then uid: a booking with its `date` for each.

        Filters as in `list`, asked of the single occurrence; `occurrences` holds it
        alone.
        """
        check_keywords("Bookings.list_occurrences", filters, BOOKING_FILTERS)
        found = read.list_occurrences(
            *(self._context, filters),
            limit=count,
            offset=offset,
            latest_first=latest_first,
        )
        return tuple(map(Booking, found))

    def iter_occurrences(
        self,
        *,
        latest_first: bool = False,
        count: int | None = None,
        offset: int = 0,
        **filters: Unpack[inputs.BookingFilters],
    ) -> Iterator[Booking]:
        """The meetings of `list_occurrences`, read as `iter` reads bookings."""
        check_keywords("Bookings.iter_occurrences", filters, BOOKING_FILTERS)
        found = read.iter_occurrences(
            *(self._context, filters),
            limit=count,
            offset=offset,
            latest_first=latest_first,
        )
        return map(Booking, found)

    def get_occurrences(self, uid: str) -> tuple[Occurrence, ...]:
        """Every meeting of a booking, by its start."""
        return self.get(uid).occurrences

    def total(
        self, *, occurrences: bool = False, **filters: Unpack[inputs.BookingFilters]
    ) -> int:
        """How many bookings, or occurrences, the filters of `list` find."""
        check_keywords("Bookings.total", filters, BOOKING_FILTERS)
        return read.count_bookings(self._context, filters, occurrences=occurrences)

    def history(self, uid: str) -> tuple[Event, ...]:
        """What happened to a booking, in the order in which it was written."""
        return tuple(map(Event, read.read_history(self._context, uid)))

    def last_change(self, uid: str | None = None) -> Event:
        """What `undo` would take back, without asking whether it can be.

        Without `uid` of the booking that this client's `actor` changed last.

        Raises:
            NothingToChange: there is nothing to take back.
        """
        from calbook.services.bookings.undo import last_change

        return Event(last_change(self._context, uid))

    def agenda(
        self,
        *,
        start_date: Moment = "today",
        end_date: Moment | None = None,
        days: int | None = None,
        event_type_id: str | None = None,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
        **persons: Unpack[inputs.PersonFilters],
    ) -> Agenda:
        """What takes place on the local days from `start_date` on.

        To `end_date`, included, or as many as `days`, else seven. Days of `timezone`,
        else of the host's zone, else of the first host's. What was cancelled is left
        out; what began before and is not over is there. Persons are chosen as in
        `list`.
        """
        from calbook.api.values.overview import Agenda
        from calbook.services.overview.agenda import read_agenda

        check_keywords("Bookings.agenda", persons, PERSON_FILTERS)
        wanted = {
            **{"event_type_id": event_type_id, "host_id": host_id},
            **{"resource_id": resource_id, **persons},
        }
        answer = read_agenda(
            *(self._context, wanted),
            since=start_date,
            until=end_date,
            days=days,
            timezone=timezone,
        )
        return Agenda(answer)

    def day(
        self,
        *,
        on: str | Date = "today",
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
    ) -> OpenAgenda:
        """The agenda of one day, and when the schedules of its hosts are open."""
        from calbook.api.values.overview import OpenAgenda
        from calbook.services.overview.agenda import read_day

        wanted = {"host_id": host_id, "resource_id": resource_id}
        return OpenAgenda(read_day(self._context, wanted, on=on, timezone=timezone))

    def week(
        self,
        *,
        of: Moment | None = None,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
        week_start: str = "monday",
    ) -> OpenAgenda:
        """The agenda of the week around a day, and when its hosts are open.

        Without a day it is this week; once no more than the weekend is left of it, the
        coming one. It begins on Monday, or on the day named by `week_start`.
        """
        from calbook.api.values.overview import OpenAgenda
        from calbook.services.overview.agenda import read_week

        wanted = {"host_id": host_id, "resource_id": resource_id}
        return OpenAgenda(
            read_week(
                *(self._context, wanted),
                of=of,
                timezone=timezone,
                week_start=week_start,
            )
        )

    def month(
        self,
        *,
        of: Moment = "today",
        event_type_id: str | None = None,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
    ) -> Agenda:
        """The agenda of the calendar month around a day."""
        from calbook.api.values.overview import Agenda
        from calbook.services.overview.agenda import read_month

        wanted = {
            **{"event_type_id": event_type_id, "host_id": host_id},
            **{"resource_id": resource_id},
        }
        return Agenda(read_month(self._context, wanted, of=of, timezone=timezone))

    def stats(
        self,
        *,
        by: inputs.Grouping | None = None,
        **filters: Unpack[inputs.StatisticsFilters],
    ) -> Statistics:
        """Count the occurrences that start within the dates.

        Without dates, from today a year ago to today in a year.
        Filters: `event_type_id`, `host_id`, `resource_id`, `start_date`, `end_date`,
        `timezone`, and of persons as in `list`.
        By week they are ISO weeks of the zone; an occurrence of several hosts or
        attendees counts with each of them. Groups are by week in order, else the
        largest first.

        `hours` are of what is confirmed or completed. The no-show rate is that of the
        occurrences that are over, of an attendee by who came; the cancellation rate is
        that of all, requests rejected and expired among them. Lead times, from booking
        to start, are of single bookings and of the first dates of series.
        """
        from calbook.api.values.overview import Statistics
        from calbook.services.overview.statistics import read_statistics

        check_keywords("Bookings.stats", filters, STATISTICS_FILTERS)
        return Statistics(read_statistics(self._context, filters, by=by))

    def get_notes(self, uid: str) -> tuple[Note, ...]:
        """The host's notes, private ones too, in the order in which they were written.

        `created_at` is in the booking's zone.
        """
        from calbook.services.bookings.notes import read_notes

        return tuple(map(Note, read_notes(self._context, uid)))

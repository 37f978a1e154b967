"""Bookings as they are read: one, many, their dates, notes and history, figures."""

from __future__ import annotations

from collections.abc import Iterator

from calbook.api.booking_files import BookingFiles
from calbook.api.day_reads import DayReads
from calbook.api.noun import (
    BOOKING_FILTERS,
    STATISTICS_FILTERS,
    check_keywords,
)
from calbook.api.values.bookings import Booking, Event, Note, Occurrence
from calbook.core.typing_names import TYPE_CHECKING
from calbook.services.bookings import read

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.values.overview import Statistics


class BookingReads(DayReads, BookingFiles):
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
        moves meanwhile may be missed or come twice. Of a person's bookings those that
        are made meanwhile may be missed too.
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
        Weeks are ISO weeks of the zone, months its months; an occurrence of several
        hosts or attendees counts with each of them. Groups are by week or month in
        order, else the largest first.

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

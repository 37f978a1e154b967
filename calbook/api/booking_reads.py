"""Bookings as they are read: one, many, their dates, notes and history, figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from typing import TYPE_CHECKING

from calbook.api.noun import (
    BOOKING_FILTERS,
    DATE_FILTERS,
    PERSON_FILTERS,
    PERSONS,
    STATISTICS_FILTERS,
    Noun,
    check_keywords,
)
from calbook.api.values.bookings import Booking, Event, Note, Occurrence
from calbook.services.bookings import read

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import Moment
    from calbook.api.values.overview import Agenda, OpenAgenda, Statistics
    from calbook.core.progress import Progress


class BookingReads(Noun):
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

    def get_ics(
        self,
        uid: str,
        *,
        method: inputs.Method | None = None,
        alarm: int | None = None,
        date: str | Date | None = None,
        all_attendees: bool = False,
        **person: Unpack[inputs.OnePerson],
    ) -> str:
        """The booking as an iCalendar file (RFC 5545), lines ending in CR LF.

        Without a `method` a live booking is a request and a cancelled one a
        cancellation; by "none" it is a file to store in a calendar, with no METHOD and
        nobody to ask. `alarm` is minutes before. `date` is the one occurrence of a
        series that the file is about.

        By `email`, `phone`, `ref` or `person` it is the copy for one attendee, with
        their own dates and nobody else's name. Of a group without one it names nobody
        but the hosts; with `all_attendees` it is the host's own copy.

        Raises:
            UsageError: one attendee and all are asked for.
        """
        from calbook.services.calendars.invites import booking_calendar

        check_keywords("Bookings.get_ics", person, PERSONS)
        whose = None
        if person:
            from calbook.wire.reading.booking_requests import read_copy

            whose = read_copy(person, all_attendees)
        return booking_calendar(
            *(self._context, uid),
            method=method,
            alarm=alarm,
            date=date,
            person=whose,
            names_all=all_attendees,
        ).decode()

    def get_feed(
        self,
        *,
        method: inputs.FeedMethod | None = None,
        busy_only: bool = False,
        redact: bool = False,
        refresh: int | None = None,
        progress: Progress | None = None,
        **filters: Unpack[inputs.DateFilters],
    ) -> str:
        """Many bookings as one iCalendar file to publish; cancelled ones are left out.

        Filters as in `stats`: a series is there whole when any of its occurrences is,
        but with `host_id` without the dates that others give. By the `method` "none"
        it has no METHOD.

        With `redact` an entry says the title of its event type and when it is; with
        `busy_only` that somebody is busy then. Both name nobody and no place, and no
        booking's uid. `refresh` is the minutes after which to look again, for who
        subscribes to it. `progress` is called with how many of how many are written.
        """
        from calbook.services.calendars.invites import bookings_feed, read_form

        check_keywords("Bookings.get_feed", filters, DATE_FILTERS)
        form = read_form(busy_only, redact, refresh)
        return bookings_feed(
            self._context, filters, method=method, form=form, progress=progress
        ).decode()

    def get_free_busy(self, **filters: Unpack[inputs.DateFilters]) -> str:
        """When a host or resource is busy with bookings, as one VFREEBUSY.

        Filters as in `stats`: from `start_date`, else now, to `end_date`, else 60 days
        later. Requests that are not confirmed yet are tentative.

        Raises:
            UsageError: neither `host_id` nor `resource_id` is given.
        """
        from calbook.services.calendars.invites import free_busy

        check_keywords("Bookings.get_free_busy", filters, DATE_FILTERS)
        return free_busy(self._context, filters).decode()

    def iter_ics(
        self,
        *,
        alarm: int | None = None,
        progress: Progress | None = None,
        **filters: Unpack[inputs.DateFilters],
    ) -> Iterator[tuple[str, str]]:
        """The bookings of `get_feed`, each as its uid and a file by the method "none".

        As CalDAV and the vdir form store them: one file for each booking.
        """
        from calbook.services.calendars.invites import stored_calendars

        check_keywords("Bookings.iter_ics", filters, DATE_FILTERS)
        for uid, data in stored_calendars(
            self._context, filters, alarm=alarm, progress=progress
        ):
            yield uid, data.decode()

"""Bookings as calendar files: one, many as a feed, a file for each, busy time alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date

from calbook.api.noun import DATE_FILTERS, PERSONS, Noun, check_keywords
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.core.progress import Progress


class BookingFiles(Noun):
    """What `Bookings` writes for calendars (RFC 5545)."""

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
        subscribes to it. `progress` is called with how many of how many were read.
        """
        check_keywords("Bookings.get_feed", filters, DATE_FILTERS)
        parts = self.iter_feed(
            method=method,
            busy_only=busy_only,
            redact=redact,
            refresh=refresh,
            progress=progress,
            **filters,
        )
        return b"".join(parts).decode()

    def iter_feed(
        self,
        *,
        method: inputs.FeedMethod | None = None,
        busy_only: bool = False,
        redact: bool = False,
        refresh: int | None = None,
        progress: Progress | None = None,
        **filters: Unpack[inputs.DateFilters],
    ) -> Iterator[bytes]:
        """The file of `get_feed` in parts, however long it is.

        Everything is read before the first of them, so that nobody who books waits for
        who takes them.
        """
        from calbook.services.calendars.booking_feeds import bookings_feed, read_form

        check_keywords("Bookings.iter_feed", filters, DATE_FILTERS)
        form = read_form(busy_only, redact, refresh)
        return bookings_feed(
            self._context, filters, method=method, form=form, progress=progress
        )

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

"""Bookings as they take place on some days, all at once or read while they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date as Date

from calbook.api.noun import PERSON_FILTERS, Noun, check_keywords
from calbook.api.values.bookings import Booking
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import Moment
    from calbook.api.values.overview import Agenda, OpenAgenda
    from calbook.services.overview.agenda import Find

_HOSTS = ("host_id", "resource_id", "timezone")
_AGENDA = ("start_date", "end_date", "days", "event_type_id", *_HOSTS, *PERSON_FILTERS)


class DayReads(Noun):
    """What `Bookings` reads of days; nothing here writes."""

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
        from calbook.services.overview import agenda

        check_keywords("Bookings.agenda", persons, PERSON_FILTERS)
        find = agenda.find_agenda(
            self._context,
            start_date=start_date,
            end_date=end_date,
            days=days,
            event_type_id=event_type_id,
            host_id=host_id,
            resource_id=resource_id,
            timezone=timezone,
            **persons,
        )
        return Agenda(agenda.read_days(self._context, find))

    def iter_agenda(self, **options: Unpack[inputs.AgendaOptions]) -> Iterator[Booking]:
        """The occurrences of `agenda` alone, read in portions as `iter` does."""
        from calbook.services.overview.agenda import find_agenda

        check_keywords("Bookings.iter_agenda", options, _AGENDA)
        return self._iter(find_agenda, options)

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
        from calbook.services.overview import agenda

        find = agenda.find_day(
            self._context,
            on=on,
            host_id=host_id,
            resource_id=resource_id,
            timezone=timezone,
        )
        return OpenAgenda(agenda.read_open_days(self._context, find))

    def iter_day(self, **options: Unpack[inputs.DayOptions]) -> Iterator[Booking]:
        """The occurrences of `day` alone, read in portions as `iter` does."""
        from calbook.services.overview.agenda import find_day

        check_keywords("Bookings.iter_day", options, ("on", *_HOSTS))
        return self._iter(find_day, options)

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
        from calbook.services.overview import agenda

        find = agenda.find_week(
            self._context,
            of=of,
            host_id=host_id,
            resource_id=resource_id,
            timezone=timezone,
            week_start=week_start,
        )
        return OpenAgenda(agenda.read_open_days(self._context, find))

    def iter_week(self, **options: Unpack[inputs.WeekOptions]) -> Iterator[Booking]:
        """The occurrences of `week` alone, read in portions as `iter` does."""
        from calbook.services.overview.agenda import find_week

        check_keywords("Bookings.iter_week", options, ("of", "week_start", *_HOSTS))
        return self._iter(find_week, options)

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
        from calbook.services.overview import agenda

        find = agenda.find_month(
            self._context,
            of=of,
            event_type_id=event_type_id,
            host_id=host_id,
            resource_id=resource_id,
            timezone=timezone,
        )
        return Agenda(agenda.read_days(self._context, find))

    def iter_month(self, **options: Unpack[inputs.MonthOptions]) -> Iterator[Booking]:
        """The occurrences of `month` alone, read in portions as `iter` does."""
        from calbook.services.overview.agenda import find_month

        check_keywords("Bookings.iter_month", options, ("of", "event_type_id", *_HOSTS))
        return self._iter(find_month, options)

    def _iter(
        self, finder: Callable[..., Find], options: Mapping[str, object]
    ) -> Iterator[Booking]:
        from calbook.services.overview.agenda import iter_days

        return map(Booking, iter_days(self._context, finder(self._context, **options)))

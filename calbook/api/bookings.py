"""`client.calendar.bookings`: bookings made, read and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date as Date
from typing import TYPE_CHECKING, Any

from calbook.api.values.bookings import Booking, Event, Note, Occurrence
from calbook.services.bookings import read
from calbook.services.bookings.read import Page
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Attendee, Moment, RuleName
    from calbook.api.values.overview import Agenda, Statistics, Week
    from calbook.core.errors import CalbookError
    from calbook.services.context import Context

_PAGE = 500  # bookings that `iter` reads at a time


class Bookings:
    """Bookings: made, read, changed. `uid` may be any unique prefix.

    Every change is one transaction and returns the changed booking. It takes
    `if_version` (only if nobody changed the booking since that version),
    `notify_attendee` (tell everybody in it by e-mail; without it the event type's
    `notify` says whether) and `dry_run` (what would happen, with nothing written).

    Raises:
        VersionConflict: the booking is not at `if_version` any more.
        MailNotConfigured: there is no mail server to send the notices.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    # -- making ------------------------------------------------------------------

    def create(
        self,
        *,
        event_type_id: str,
        start_time: Moment,
        attendee: Attendee,
        dry_run: bool = False,
        **options: Unpack[inputs.NewBookingOptions],
    ) -> Booking:
        """Book a start, or raise the first rule that refuses it.

        A `start_time` without offset is read in `timezone`, else in the schedule's.
        `duration` in minutes, another than the event type's, and `override` are for
        `by="host"`. `details["refusals"]` of the error lists every rule that refused.

        `recurring` makes a series in the schedule's wall-clock time. All of it or
        nothing; `details["conflicts"]` of the error lists the dates in the way. With
        `on_conflict="skip"` they are kept as CANCELLED and the others are booked. A
        start at which a group is booked already takes a seat in it.

        The same `idempotency_key` with the same request gets the first answer again.
        """
        from calbook.services.bookings.create import create

        wanted = {
            "event_type_id": event_type_id,
            "start_time": start_time,
            "attendee": attendee,
            **options,
        }
        return Booking(create(self._context, wanted, dry_run=dry_run))

    def create_all(
        self,
        wanted: Iterable[inputs.NewBooking],
        *,
        lines: Iterable[int] | None = None,
        refused: Callable[[CalbookError], None] | None = None,
        dry_run: bool = False,
    ) -> tuple[Booking, ...]:
        """Book all of them in one transaction, or none.

        Each is a mapping of `create`'s arguments. The error of the one that was
        refused has its number, from `lines` or counted from 1, as `details["line"]`.
        With `refused`, that is called with the error instead, and the others go on.
        """
        from calbook.services.bookings.create import create_all

        answers = create_all(
            self._context, wanted, lines=lines, refused=refused, dry_run=dry_run
        )
        return tuple(map(Booking, answers))

    # -- reading -----------------------------------------------------------------

    def get(self, uid: str) -> Booking:
        """One booking, its status as the clock sees it now.

        Raises:
            NotFound: there is none.
            AmbiguousUid: the shortened uid fits several.
        """
        return Booking(read.get_booking(self._context, uid))

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

        Dates without a zone are read in `timezone`, else in the first host's.
        `after` continues behind a uid, at the same cost on every page.
        """
        page = Page(count, offset, after, bool(latest_first))
        return tuple(map(Booking, read.list_bookings(self._context, filters, page)))

    def iter(
        self,
        *,
        latest_first: bool = False,
        **filters: Unpack[inputs.BookingFilters],
    ) -> Iterator[Booking]:
        """The bookings of `list`, read page by page while they are used.

        Each page is as the file is then; what moves meanwhile may be missed or come
        twice.
        """
        page = Page(_PAGE, latest_first=bool(latest_first))
        while answers := read.list_bookings(self._context, filters, page):
            yield from map(Booking, answers)
            page = page._replace(after=answers[-1]["uid"])

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
        page = Page(count, offset, None, bool(latest_first))
        return tuple(map(Booking, read.list_occurrences(self._context, filters, page)))

    def get_occurrences(self, uid: str) -> tuple[Occurrence, ...]:
        """Every meeting of a booking, by its start."""
        return self.get(uid).occurrences

    def total(
        self, *, occurrences: bool = False, **filters: Unpack[inputs.BookingFilters]
    ) -> int:
        """How many bookings, or occurrences, these filters find without a limit."""
        return read.count_bookings(self._context, filters, occurrences=occurrences)

    def history(self, uid: str) -> tuple[Event, ...]:
        """What happened to a booking, in the order in which it was written."""
        return tuple(map(Event, read.read_history(self._context, uid)))

    def agenda(
        self,
        *,
        start_date: Moment = "today",
        days: int = 7,
        event_type_id: str | None = None,
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> Agenda:
        """What takes place on some local days, the first being that of `start_date`.

        Days of `timezone`, else of the host's zone, else of the first host's. What was
        cancelled is left out; what began before and is not over is there.
        """
        from calbook.api.values.overview import Agenda
        from calbook.services.overview.agenda import read_agenda

        wanted = {"event_type_id": event_type_id, "host_id": host_id}
        answer = read_agenda(
            self._context, wanted, since=start_date, days=days, timezone=timezone
        )
        return Agenda(answer)

    def week(
        self,
        *,
        of: Moment = "today",
        host_id: str | None = None,
        timezone: str | None = None,
    ) -> Week:
        """The agenda from the Monday to the Sunday around a day, with open time.

        Open is when the host's schedule is, without a host when any of them is.
        """
        from calbook.api.values.overview import Week
        from calbook.services.overview.agenda import read_week

        wanted = {"host_id": host_id}
        return Week(read_week(self._context, wanted, of=of, timezone=timezone))

    def stats(
        self,
        *,
        by: inputs.Grouping | None = None,
        **filters: Unpack[inputs.DateFilters],
    ) -> Statistics:
        """Count the occurrences that start within the dates, as in `list`.

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
    ) -> str:
        """The booking as an iCalendar file (RFC 5545), lines ending in CR LF.

        Without a `method` a live booking is a request and a cancelled one a
        cancellation. `alarm` is minutes before. `date` is the one occurrence of a
        series that the file is about.
        """
        from calbook.services.calendars.invites import booking_calendar

        return booking_calendar(
            self._context, uid, method=method, alarm=alarm, date=date
        ).decode()

    def get_feed(self, **filters: Unpack[inputs.DateFilters]) -> str:
        """Many bookings as one iCalendar file to publish; cancelled ones are left out.

        Dates as in `list`: a series is there whole when any of its occurrences is.
        """
        from calbook.services.calendars.invites import bookings_feed

        return bookings_feed(self._context, filters).decode()

    # -- changing ----------------------------------------------------------------

    def confirm(self, uid: str, **options: Unpack[inputs.ChangeArguments]) -> Booking:
        """The host says yes to a pending booking, to all pending dates of a series."""
        from calbook.services.bookings.change import confirm

        return self._change(confirm, "confirm", uid, options)

    def reject(
        self,
        uid: str,
        *,
        reason: str | None = None,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """The host says no to a pending booking, to all pending dates of a series."""
        from calbook.services.bookings.change import reject

        return self._change(reject, "reject", uid, options, reason=reason)

    def cancel(
        self,
        uid: str,
        *,
        reason: str | None = None,
        cancelled_by: ActorName = "attendee",
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        **options: Unpack[inputs.RepeatableArguments],
    ) -> Booking:
        """Cancel a booking; its attendee only in time, the host always.

        Of a series the occurrence of a `date`, those `from_date` on (included), or
        `all`: the last two only what is still to come. Dates are the original ones.
        """
        from calbook.services.bookings.change import cancel
        from calbook.wire.reading.booking_requests import read_dates

        dates = read_dates(date, from_date, all)
        return self._change(
            *(cancel, "cancel", uid, options),
            request=[uid, reason, cancelled_by, *_given(**dates._asdict())],
            by=cancelled_by,
            reason=reason,
            dates=dates,
        )

    def cancel_occurrence(
        self, uid: str, *, date: str | Date, **options: Unpack[inputs.CancelArguments]
    ) -> Booking:
        """`cancel` one date of a series, with the same other arguments."""
        return self.cancel(uid, date=date, **options)

    def cancel_all_future(
        self,
        uid: str,
        *,
        from_date: str | Date | None = None,
        **options: Unpack[inputs.CancelArguments],
    ) -> Booking:
        """`cancel` what is still to come of a series, from a date on (included)."""
        return self.cancel(uid, from_date=from_date, all=from_date is None, **options)

    def reschedule(
        self,
        uid: str,
        *,
        start_time: Moment,
        reason: str | None = None,
        timezone: str | None = None,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        reassign: bool = False,
        **options: Unpack[inputs.RepeatableArguments],
    ) -> Booking:
        """Move a booking to another start; uid, length and meeting link stay.

        A `start_time` without offset is read in `timezone`, else in the booking's. Of
        a series it is the new start of the first occurrence that is moved (chosen as
        in `cancel`); the others shift by as many days, to the same wall time. The host
        stays, unless `reassign` lets another one of the team take it.
        """
        from calbook.services.bookings.change import reschedule
        from calbook.wire.reading.booking_requests import read_dates, read_reschedule
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        request = [uid, start_time, reason, timezone, by, rules]
        return self._change(
            *(reschedule, "reschedule", uid, options),
            request=[*request, *_given(**dates._asdict(), reassign=reassign)],
            move=read_reschedule(
                start_time, reason, timezone, by, rules, dates, reassign
            ),
        )

    def update(
        self, uid: str, **corrections: Unpack[inputs.UpdateArguments]
    ) -> Booking:
        """Correct what is not a time or a status; `metadata` replaces all of it.

        `notify_attendee` tells everybody of another place, link or name. A new
        address is invited, and the old one told that it is off; the others are not
        told of that.
        """
        return self._update(uid, corrections)

    def merge_metadata(
        self,
        uid: str,
        put: Mapping[str, Any] | None = None,
        *,
        drop: Iterable[str] = (),
        **corrections: Unpack[inputs.UpdateArguments],
    ) -> Booking:
        """`update`, with metadata keys to set and to drop, the others staying."""
        return self._update(uid, corrections, put=put, drop=drop)

    def add_attendee(
        self,
        uid: str,
        *,
        email: str,
        name: str | None = None,
        phone: str | None = None,
        timezone: str | None = None,
        responses: Mapping[str, Any] | None = None,
        by: ActorName = "attendee",
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Take a seat in a group; for an attendee notice and advance still hold.

        Raises:
            SeatsFull: there is none left.
            DuplicateAttendee: the address is in this booking already.
            NotAGroup: the event type has no seats.
        """
        from calbook.services.bookings.change import add_attendee
        from calbook.wire.reading.people import read_seat

        person = {"email": email, "name": name, "phone": phone, "timezone": timezone}
        attendee = read_seat(person, responses)
        return self._change(
            *(add_attendee, "add_attendee", uid, options), attendee=attendee, by=by
        )

    def remove_attendee(
        self,
        uid: str,
        *,
        email: str,
        by: ActorName = "attendee",
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Give a seat back; an attendee only in time, as with `cancel`.

        After the primary attendee, the one who joined first is the primary.

        Raises:
            LastAttendee: nobody would be left; cancel instead.
        """
        from calbook.services.bookings.change import remove_attendee

        return self._change(
            *(remove_attendee, "remove_attendee", uid, options), email=email, by=by
        )

    def mark_attended(
        self,
        uid: str,
        *,
        date: str | Date | None = None,
        email: str | Iterable[str] | None = None,
        **options: Unpack[inputs.AttendanceArguments],
    ) -> Booking:
        """Record that the attendee came, from the start on; corrects a no-show.

        Of a series say the `date`; in a group persons by `email`, else all of whom
        nothing is known.
        """
        return self._mark("attended", uid, options, date=date, email=email)

    def mark_no_show(
        self,
        uid: str,
        *,
        date: str | Date | None = None,
        email: str | Iterable[str] | None = None,
        **options: Unpack[inputs.AttendanceArguments],
    ) -> Booking:
        """Record that the attendee did not come, from the start on.

        As in `mark_attended`; a group is a NO_SHOW when nobody came.
        """
        return self._mark("no_show", uid, options, date=date, email=email)

    def add_note(self, uid: str, *, content: str, is_private: bool = False) -> Note:
        """Append to the host's notes about a booking of any status.

        A public one is told as an event; the booking's JSON shows neither kind, and
        its version stays.
        """
        from calbook.services.bookings.notes import add_note

        return Note(
            add_note(self._context, uid, content=content, is_private=is_private)
        )

    def _change(
        self,
        change: Callable[..., Json],
        action: str,
        uid: str,
        options: Mapping[str, Any],
        *,
        request: object = None,
        **arguments: Any,
    ) -> Booking:
        """Make one change; `request` is what an idempotency key stands for."""
        from calbook.services.bookings.options import read_options

        asked = uid if request is None else request
        read = read_options(action, asked, **options)
        return Booking(change(self._context, uid, read, **arguments))

    def _update(
        self,
        uid: str,
        given: Mapping[str, Any],
        *,
        put: Mapping[str, Any] | None = None,
        drop: Iterable[str] = (),
    ) -> Booking:
        from calbook.services.bookings.change import update
        from calbook.wire.reading.booking_requests import read_merge, read_update

        options = {key: given[key] for key in _OPTIONS if key in given}
        attendee, values = read_update(
            {key: value for key, value in given.items() if key not in _OPTIONS}
        )
        return self._change(
            *(update, "update", uid, options),
            attendee=attendee,
            values=values,
            merge=read_merge(put, drop),
        )

    def _mark(
        self,
        attendance: str,
        uid: str,
        options: Mapping[str, Any],
        *,
        date: str | Date | None,
        email: str | Iterable[str] | None,
    ) -> Booking:
        from calbook.core.model import Attendance
        from calbook.services.bookings.change import record_attendance
        from calbook.wire.reading.booking_requests import read_dates, read_emails

        return self._change(
            *(record_attendance, attendance, uid, options),
            attendance=Attendance(attendance),
            dates=read_dates(date, None, False),
            emails=read_emails(email),
        )


_OPTIONS = ("if_version", "notify_attendee", "dry_run")


def _given(**arguments: object) -> list[tuple[str, object]]:
    """What was chosen, by name: from a date on is not on that date."""
    return [(name, value) for name, value in arguments.items() if value]

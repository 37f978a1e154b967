"""Persons in a booking: seats taken and given back, and who came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from typing import TYPE_CHECKING, Any

from calbook.api.booking_moves import BookingMoves
from calbook.api.noun import ATTENDANCE, CHANGE, PERSONS, check_keywords
from calbook.api.values.bookings import Booking

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Days, Moment, RuleName


class BookedPeople(BookingMoves):
    """What `Bookings` changes of its persons."""

    def add_attendee(
        self,
        uid: str,
        *,
        email: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        ref: str | None = None,
        timezone: str | None = None,
        language: str | None = None,
        responses: Mapping[str, Any] | None = None,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        on: Days | None = None,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Take a seat in a group; for an attendee notice and advance still hold.

        Of a series in all that is to come, or `on` a date or some dates alone: a
        drop-in, or the end of an absence. Who had dropped in may have more dates, or
        without `on` stay for good. On a closed date, or while the host is away, only
        with `override=["hours"]`. Options as in `confirm`.

        Raises:
            SeatsFull: there is none left on one of the dates.
            DuplicateAttendee: the person has this seat already.
            NotAGroup: the event type has no seats.
            NotFound: the booking has no such date.
        """
        from calbook.services.bookings.seats import add_attendee
        from calbook.wire.reading.booking_requests import read_asker, read_days
        from calbook.wire.reading.people import read_seat

        check_keywords("Bookings.add_attendee", options, CHANGE)
        person = {"email": email, "name": name, "phone": phone, "ref": ref}
        person |= {"timezone": timezone, "language": language}
        attendee = read_seat(person, responses)
        return self._change(
            *(add_attendee, "add_attendee", uid, options),
            attendee=attendee,
            asker=read_asker(by, override),
            on=read_days(on),
        )

    def remove_attendee(
        self,
        uid: str,
        *,
        by: ActorName = "attendee",
        on: Days | None = None,
        **options: Unpack[inputs.LeaveArguments],
    ) -> Booking:
        """Give a seat back; an attendee only in time, as with `cancel`.

        It is one person's: by `email`, `phone`, `ref`, or `person` (any of these, an id
        or a name). Of a series for good, or `on` a date or some dates alone: this is
        how somebody in a group cancels one date, and the deadline is that date's. A
        drop-in who has no date left leaves. After the primary attendee, the regular
        who joined first is the primary. Other options as in `confirm`.

        Raises:
            LastAttendee: nobody would be left; cancel instead.
            AmbiguousPerson: several persons are meant.
            NotFound: nobody is, or the person takes no part on that date.
        """
        from calbook.services.bookings.seats import remove_attendee
        from calbook.wire.reading.booking_requests import read_days, read_person

        who = {key: options.get(key) for key in PERSONS}
        rest = {key: value for key, value in options.items() if key not in who}
        return self._change(
            *(remove_attendee, "remove_attendee", uid, rest),
            person=read_person(**who),
            by=by,
            on=read_days(on),
        )

    def move_attendee(
        self,
        uid: str,
        *,
        to: str | None = None,
        start_time: Moment | None = None,
        on: Days | None = None,
        timezone: str | None = None,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.LeaveArguments],
    ) -> Booking:
        """Move one person's seat to another group of the event type, or to a start.

        The person is named as in `remove_attendee`. `to` is the other group's uid; at
        `start_time` it is the group that meets then, on one date where it is a series,
        else a new one. `on` is the date of a series that is given up, or some dates;
        without it all of the seat moves. Both must be allowed, as leaving and joining
        are, or nothing is written. Where nobody is left, the old group is cancelled.
        Returns the booking in which the person is now; `if_version` is of the other.

        Raises:
            SeatsFull: there is none left.
            UsageError: neither `to` nor `start_time` is given, or both are.
        """
        from calbook.services.bookings.seat_moves import move_attendee
        from calbook.wire.reading.booking_requests import read_person
        from calbook.wire.reading.seat_moves import read_seat_move

        who = {key: options.get(key) for key in PERSONS}
        rest = {key: value for key, value in options.items() if key not in who}
        wanted = read_seat_move(
            read_person(**who),
            to=to,
            start_time=start_time,
            on=on,
            timezone=timezone,
            by=by,
            override=override,
        )
        return self._change(*(move_attendee, "move_attendee", uid, rest), wanted=wanted)

    def mark_attended(
        self,
        uid: str,
        *,
        date: str | Date | None = None,
        **options: Unpack[inputs.AttendanceArguments],
    ) -> Booking:
        """Record that the attendee came, from the start on; corrects a no-show.

        Of a series say the `date`; in a group persons by `email`, `phone`, `ref` or
        `person` (any of these, an id or a name), else all of whom nothing is known.
        Options: `if_version`, `dry_run`.
        """
        return self._mark("attended", uid, options, date=date)

    def mark_no_show(
        self,
        uid: str,
        *,
        date: str | Date | None = None,
        **options: Unpack[inputs.AttendanceArguments],
    ) -> Booking:
        """Record that the attendee did not come, from the start on.

        As in `mark_attended`; a group is a NO_SHOW when nobody came.
        """
        return self._mark("no_show", uid, options, date=date)

    def _mark(
        self,
        attendance: str,
        uid: str,
        given: Mapping[str, Any],
        *,
        date: str | Date | None,
    ) -> Booking:
        from calbook.core.model import Attendance
        from calbook.services.bookings.change import record_attendance
        from calbook.wire.reading.booking_requests import read_dates, read_persons

        who = {key: given[key] for key in PERSONS if key in given}
        options = {key: given[key] for key in given.keys() - who.keys()}
        return self._change(
            *(record_attendance, f"mark_{attendance}", uid, options),
            ATTENDANCE,
            attendance=Attendance(attendance),
            dates=read_dates(date, None, False),
            persons=read_persons(**who),
        )

"""Bookings as they change but for create, confirm, cancel and update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date

from calbook.api.booking_reads import BookingReads
from calbook.api.noun import ATTENDANCE, CHANGE, PERSONS, check_keywords
from calbook.api.values.bookings import Booking
from calbook.core.typing_names import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Days, Moment, RuleName
    from calbook.wire.json_objects import Json


class BookingChanges(BookingReads):
    """What moves a booking, makes a series longer, and changes who takes part."""

    # -- moving ------------------------------------------------------------------

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
        host_id: str | None = None,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Move a booking to another start; uid, length and meeting link stay.

        A `start_time` without offset is read in `timezone`, else in the booking's. Of
        a series it is the new start of the first occurrence that is moved (chosen as
        in `cancel`); the others shift by as many days, to the same wall time. Each
        keeps its hosts, unless `reassign` lets others of the team take it, or
        `host_id` says who does. Options as in `cancel`.
        """
        from calbook.services.bookings.change import reschedule
        from calbook.wire.reading.booking_requests import (
            read_dates,
            read_new_hosts,
            read_reschedule,
        )
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        hosts = read_new_hosts(reassign, None, host_id)
        request = [uid, start_time, reason, timezone, by, rules]
        chosen = given_parts(**dates._asdict(), reassign=reassign, host_id=host_id)
        return self._change(
            *(reschedule, "reschedule", uid, options),
            request=[*request, *chosen],
            wanted=read_reschedule(
                start_time, reason, timezone, by, rules, dates, hosts
            ),
        )

    def reassign(
        self,
        uid: str,
        *,
        host_id: str | None = None,
        from_host_id: str | None = None,
        reason: str | None = None,
        by: ActorName = "host",
        override: Iterable[RuleName] = (),
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Hand a booking over where it is: to `host_id`, else to whose turn it is.

        Of a series the dates chosen as in `cancel`, all of them to one host. Every
        rule is asked but notice, advance and the deadline. Where several hosts meet
        together, `from_host_id` says in whose place. Options as in `cancel`.

        Raises:
            NoOtherHost: nobody else takes the event type.
            SlotTaken, OutsideHours: nobody else can, or not on all the dates.
        """
        from calbook.services.bookings.hand_over import reassign
        from calbook.wire.reading.booking_requests import (
            read_dates,
            read_new_hosts,
            read_reschedule,
        )
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        hosts = read_new_hosts(True, from_host_id, host_id)
        request = [uid, reason, by, rules]
        chosen = given_parts(
            **dates._asdict(), host_id=host_id, from_host_id=from_host_id
        )
        return self._change(
            *(reassign, "reassign", uid, options),
            request=[*request, *chosen],
            wanted=read_reschedule(None, reason, None, by, rules, dates, hosts),
        )

    def extend(
        self,
        uid: str,
        *,
        count: int | None = None,
        until: str | Date | None = None,
        on_conflict: Literal["refuse", "skip", "extend"] = "refuse",
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Give a series `count` more dates after its last, or all `until` a day.

        They follow its own rule, at the time of day and with the hosts that it has now,
        and as many dates in all as the event type lets a series have. Hours, limits and
        overlap are asked of each, notice of the first. `on_conflict` is as in `create`.
        Options: `if_version`, `notify_attendee`, `dry_run`, `idempotency_key`.

        Raises:
            UsageError: it is no series.
            WrongStatus: it is over or cancelled.
            NothingToChange: it has no further date until then.
        """
        from calbook.services.bookings.extend import extend
        from calbook.wire.reading.extensions import read_extension
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        return self._change(
            *(extend, "extend", uid, options),
            request=[uid, count, until, on_conflict, by, rules],
            wanted=read_extension(count, until, on_conflict, by, rules),
        )

    def undo(
        self,
        uid: str | None = None,
        *,
        date: str | Date | None = None,
        reason: str | None = None,
        by: ActorName | None = None,
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Take back the last change of a booking, as a change of its own.

        Without `uid` it is the booking that this client's `actor` changed last. With
        the `date` of a series, that date takes place again, whatever was changed since.
        `by` is who made the change, if nothing else is said; the rules are those of
        booking, moving or taking a seat. Undoing twice is doing it again.
        Options as in `cancel`.

        Raises:
            CannotUndo: nothing takes it back, and what to do instead.
            NothingToChange: there is nothing to take back.
            SlotTaken, DeadlinePassed: the time is not free, or it is too late.
        """
        from calbook.services.bookings.undo import undo_change
        from calbook.wire.reading.idempotency import reusable
        from calbook.wire.reading.undoing import read_undo

        rules = reusable(override)
        return self._change(
            *(undo_change, "undo", uid, options),
            request=[uid, reason, by, rules, *given_parts(date=date)],
            wanted=read_undo(by, rules, reason, date),
        )

    # -- who takes part ----------------------------------------------------------

    def add_attendee(
        self,
        uid: str,
        *,
        email: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        ref: str | None = None,
        person: str | None = None,
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
        with `override=["hours"]`. A `person` whom the book knows, by any of these, an
        id or a name, need not be described. Options as in `confirm`.

        Raises:
            SeatsFull: there is none left on one of the dates.
            DuplicateAttendee: the person has this seat already.
            NotAGroup: the event type has no seats.
            NotFound: the booking has no such date.
        """
        from calbook.services.bookings.seats import add_attendee
        from calbook.wire.reading.booking_requests import read_asker, read_days
        from calbook.wire.reading.people import read_known_person, read_seat

        check_keywords("Bookings.add_attendee", options, CHANGE)
        who = {"email": email, "name": name, "phone": phone, "ref": ref}
        who |= {"timezone": timezone, "language": language, "person": person}
        attendee = read_seat(who, responses)
        return self._change(
            *(add_attendee, "add_attendee", uid, options),
            attendee=attendee,
            known_as=read_known_person(who),
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
        into: str | None = None,
        start_time: Moment | None = None,
        on: Days | None = None,
        timezone: str | None = None,
        reopen: bool = False,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.LeaveArguments],
    ) -> Booking:
        """Move one person's seat to another group of the event type, or to a start.

        The person is named as in `remove_attendee`. `into` is the other group's uid; at
        `start_time` it is the group that meets then, on one date where it is a series,
        else a new one; where one was cancelled only with `reopen`. `on` is the date of
        a series that is given up, or some dates; without it all of the seat moves.
        Both must be allowed, as leaving and joining are, or nothing is written. Where
        nobody is left, the old group is cancelled.
        Returns the booking in which the person is now; `if_version` is of the other.

        Raises:
            SeatsFull: there is none left.
            UsageError: neither `into` nor `start_time` is given, or both are.
        """
        from calbook.services.bookings.seat_moves import move_attendee
        from calbook.wire.reading.booking_requests import read_person
        from calbook.wire.reading.seat_moves import read_seat_move

        who = {key: options.get(key) for key in PERSONS}
        rest = {key: value for key, value in options.items() if key not in who}
        wanted = read_seat_move(
            read_person(**who),
            into=into,
            start_time=start_time,
            on=on,
            timezone=timezone,
            reopen=reopen,
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
        Options: `if_version`, `dry_run`, `idempotency_key`.
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

    # -- each of them ------------------------------------------------------------

    def _change(
        self,
        change: Callable[..., Json],
        action: str,
        uid: str | None,
        options: Mapping[str, Any],
        known: Iterable[str] = CHANGE,
        *,
        request: object = None,
        **arguments: Any,
    ) -> Booking:
        """Make one change; an idempotency key stands for `request`, else all given."""
        from calbook.services.bookings.change_options import read_options

        check_keywords(f"Bookings.{action}", options, known)
        if request is None and options.get("idempotency_key") is not None:
            from calbook.wire.reading.idempotency import reusable

            request = [uid, *reusable(given_parts(**arguments))]
        read = read_options(action, request, **options)
        return Booking(change(self._context, uid, read, **arguments))


def given_parts(**arguments: object) -> list[tuple[str, object]]:
    """What was chosen, by name: from a date on is not on that date."""
    return [(name, value) for name, value in arguments.items() if value]

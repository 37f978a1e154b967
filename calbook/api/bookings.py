"""`client.calendar.bookings`: bookings made, read and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from typing import TYPE_CHECKING, Any

from calbook.api.booking_reads import BookingReads
from calbook.api.noun import (
    ATTENDANCE,
    CHANGE,
    CORRECTIONS,
    PERSONS,
    REPEATABLE,
    check_keywords,
)
from calbook.api.values.bookings import Booking, Note
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Attendee, Moment, RuleName
    from calbook.core.errors import CalbookError


class Bookings(BookingReads):
    """Bookings: made, read, changed. `uid` may be any unique prefix.

    Every change is one transaction and returns the changed booking. It takes
    `if_version` (only if nobody changed the booking since that version),
    `notify_attendee` (tell everybody in it by e-mail; without it the event type's
    `notify` says whether) and `dry_run` (what would happen, with nothing written).
    The same `idempotency_key` with the same request gets the first answer again.

    Raises:
        VersionConflict: the booking is not at `if_version` any more.
        MailNotConfigured: there is no mail server to send the notices.
    """

    # -- making ------------------------------------------------------------------

    def create(
        self,
        *,
        attendee: Attendee,
        event_type_id: str | None = None,
        start_time: Moment | None = None,
        dry_run: bool = False,
        **options: Unpack[inputs.NewBookingOptions],
    ) -> Booking:
        """Book a start, for one attendee and their guests.

        A `start_time` without offset is read in `timezone`, else in the schedule's.
        `duration` is one of the event type's, in minutes; another one and `override`
        are for `by="host"`. `details["refusals"]` of the error lists every rule that
        refused.

        `recurring` makes a series in the schedule's wall-clock time. All of it or
        nothing; `details["conflicts"]` of the error lists the dates in the way. With
        `on_conflict="skip"` they are kept as CANCELLED and the others are booked. A
        start at which a group is booked already takes a seat in it.

        `hold` is the uid of what `hold` claimed: event type and start are known then,
        and no rule of its time is asked again.

        Options: `guests`, `notes`, `responses`, `metadata`, `host_id`, `location`,
        `meeting_url`, `timezone`, `duration`, `by`, `override`, `recurring`,
        `on_conflict`, `idempotency_key`, `notify_attendee`, `hold`.

        Raises:
            CalbookError: the first rule that refuses.
        """
        from calbook.services.bookings.create import create
        from calbook.wire.reading.booking_requests import FIELDS

        known = (*FIELDS, "idempotency_key")
        check_keywords("Bookings.create", options, known)
        wanted = {
            "event_type_id": event_type_id,
            "start_time": start_time,
            "attendee": attendee,
            **options,
        }
        return Booking(create(self._context, wanted, dry_run=dry_run))

    def hold(
        self,
        *,
        event_type_id: str,
        start_time: Moment,
        dry_run: bool = False,
        **options: Unpack[inputs.HoldOptions],
    ) -> Booking:
        """Claim a start for `minutes` (10 unless said), for nobody yet.

        What comes back is PENDING until `held_until`, and then gone by itself;
        `create(hold=uid, attendee=…)` books it, `cancel` gives it back. All rules are
        asked but the questions. Webhooks hear of it once it is booked.

        Options: `minutes` (to 1440), `host_id`, `timezone`, `duration`, `by`,
        `override`, `idempotency_key`.

        Raises:
            CalbookError: the first rule that refuses.
        """
        from calbook.services.bookings.holds import hold
        from calbook.wire.reading.booking_requests import HOLD_FIELDS

        check_keywords("Bookings.hold", options, (*HOLD_FIELDS, "idempotency_key"))
        wanted = {"event_type_id": event_type_id, "start_time": start_time, **options}
        return Booking(hold(self._context, wanted, dry_run=dry_run))

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

    # -- changing ----------------------------------------------------------------

    def confirm(self, uid: str, **options: Unpack[inputs.ChangeArguments]) -> Booking:
        """The host says yes to a pending booking, to all pending dates of a series.

        Options: `if_version`, `notify_attendee`, `dry_run`.

        Raises:
            WrongStatus: it is not pending.
        """
        from calbook.services.bookings.change import confirm

        return self._change(confirm, "confirm", uid, options)

    def reject(
        self,
        uid: str,
        *,
        reason: str | None = None,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """The host says no to it as in `confirm`, with the same options."""
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
        Options: `if_version`, `notify_attendee`, `dry_run`, `idempotency_key`.

        Raises:
            AlreadyCancelled, WrongStatus: it does not take place, or is over.
            DeadlinePassed, CancellationNotAllowed: its attendee may not.
        """
        from calbook.services.bookings.change import cancel
        from calbook.wire.reading.booking_requests import read_dates

        dates = read_dates(date, from_date, all)
        return self._change(
            *(cancel, "cancel", uid, options, REPEATABLE),
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
        stays, unless `reassign` lets another one of the team take it. Options as in
        `cancel`.
        """
        from calbook.services.bookings.change import reschedule
        from calbook.wire.reading.booking_requests import read_dates, read_reschedule
        from calbook.wire.reading.idempotency import reusable

        rules = reusable(override)
        dates = read_dates(date, from_date, all)
        request = [uid, start_time, reason, timezone, by, rules]
        return self._change(
            *(reschedule, "reschedule", uid, options, REPEATABLE),
            request=[*request, *_given(**dates._asdict(), reassign=reassign)],
            wanted=read_reschedule(
                start_time, reason, timezone, by, rules, dates, reassign
            ),
        )

    def update(
        self, uid: str, **corrections: Unpack[inputs.UpdateArguments]
    ) -> Booking:
        """Correct what is not a time or a status; `metadata` replaces all of it.

        Options: `name`, `email`, `phone`, `ref`, `language`, `notes`, `location`,
        `meeting_url`, `metadata`, `if_version`, `dry_run`, and `notify_attendee`, which
        tells everybody of another place, link or name. A new address is invited, and
        the old one told that it is off; the others are not told of that.
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
        email: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        ref: str | None = None,
        timezone: str | None = None,
        language: str | None = None,
        responses: Mapping[str, Any] | None = None,
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Take a seat in a group; for an attendee notice and advance still hold.

        On a closed date, or while the host is away, only with `override=["hours"]`.
        Options as in `confirm`.

        Raises:
            SeatsFull: there is none left.
            DuplicateAttendee: the person is in this booking already.
            NotAGroup: the event type has no seats.
        """
        from calbook.services.bookings.change import add_attendee
        from calbook.wire.reading.booking_requests import read_asker
        from calbook.wire.reading.people import read_seat

        check_keywords("Bookings.add_attendee", options, CHANGE)
        person = {"email": email, "name": name, "phone": phone, "ref": ref}
        person |= {"timezone": timezone, "language": language}
        attendee = read_seat(person, responses)
        return self._change(
            *(add_attendee, "add_attendee", uid, options),
            attendee=attendee,
            asker=read_asker(by, override),
        )

    def remove_attendee(
        self,
        uid: str,
        *,
        by: ActorName = "attendee",
        **options: Unpack[inputs.LeaveArguments],
    ) -> Booking:
        """Give a seat back; an attendee only in time, as with `cancel`.

        It is one person's: by `email`, `phone`, `ref`, or `person` (any of these, an id
        or a name). After the primary attendee, the one who joined first is the primary.
        Other options as in `confirm`.

        Raises:
            LastAttendee: nobody would be left; cancel instead.
            AmbiguousPerson: several persons are meant.
        """
        from calbook.services.bookings.change import remove_attendee
        from calbook.wire.reading.booking_requests import read_person

        who = {key: options.get(key) for key in PERSONS}
        rest = {key: value for key, value in options.items() if key not in who}
        return self._change(
            *(remove_attendee, "remove_attendee", uid, rest),
            person=read_person(**who),
            by=by,
        )

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
        known: Iterable[str] = CHANGE,
        *,
        request: object = None,
        **arguments: Any,
    ) -> Booking:
        """Make one change; `request` is what an idempotency key stands for."""
        from calbook.services.bookings.change_options import read_options

        check_keywords(f"Bookings.{action}", options, known)
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

        corrected = {key: given[key] for key in CORRECTIONS if key in given}
        options = {key: given[key] for key in given.keys() - corrected.keys()}
        check_keywords("Bookings.update", options, CHANGE)
        attendee, values = read_update(corrected)
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


def _given(**arguments: object) -> list[tuple[str, object]]:
    """What was chosen, by name: from a date on is not on that date."""
    return [(name, value) for name, value in arguments.items() if value]

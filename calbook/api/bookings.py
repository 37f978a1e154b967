"""`client.calendar.bookings`: bookings made, read and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Date

from calbook.api.booking_changes import BookingChanges, given_parts
from calbook.api.noun import (
    CHANGE,
    CORRECTIONS,
    check_keywords,
    is_waiting_id,
)
from calbook.api.values.bookings import Booking, Note
from calbook.core.typing_names import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, Attendee, Moment
    from calbook.core.errors import CalbookError
    from calbook.core.progress import Progress
    from calbook.store.context import Context
    from calbook.wire.json_objects import Json


class Bookings(BookingChanges):
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
        event_type_id: str,
        start_time: Moment,
        attendee: Attendee,
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
        `on_conflict="skip"` they are kept as CANCELLED and the others are booked; with
        "extend" further ones too, until as many as `count` says are. A start at which
        a group is booked already takes a seat in it. Where a group was cancelled a new
        one begins only with `reopen`.

        Options: `guests`, `notes`, `responses`, `metadata`, `host_id`, `resource_id`,
        `location`, `meeting_url`, `timezone`, `duration`, `by`, `override`,
        `recurring`, `on_conflict`, `idempotency_key`, `notify_attendee`, `reopen`.

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
        `book_hold` books it, `cancel` gives it back, `reschedule` and `reassign` move
        it; all else is refused, as nobody is in it yet. All rules are asked but those
        about who comes: questions, a person's limits, the room. Webhooks hear of it
        once it is booked.

        Options: `minutes` (to 1440), `host_id`, `resource_id`, `timezone`, `duration`,
        `by`, `override`, `reopen`, `idempotency_key`.

        Raises:
            CalbookError: the first rule that refuses.
        """
        from calbook.services.bookings.create import hold
        from calbook.wire.reading.booking_requests import HOLD_FIELDS

        check_keywords("Bookings.hold", options, (*HOLD_FIELDS, "idempotency_key"))
        wanted = {"event_type_id": event_type_id, "start_time": start_time, **options}
        return Booking(hold(self._context, wanted, dry_run=dry_run))

    def book_hold(
        self,
        uid: str,
        *,
        attendee: Attendee,
        dry_run: bool = False,
        **options: Unpack[inputs.NewBookingOptions],
    ) -> Booking:
        """Book what `hold` claimed, under its uid; with the options of `create`.

        No rule of its time is asked again.

        Raises:
            HoldEnded: it expired, or was given back.
        """
        from calbook.services.bookings.create import create

        wanted = {"hold": uid, "attendee": attendee, **options}
        return Booking(create(self._context, wanted, dry_run=dry_run))

    def create_all(
        self,
        wanted: Iterable[inputs.NewBooking],
        *,
        lines: Iterable[int] | None = None,
        refused: Callable[[CalbookError], None] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> Sequence[Booking]:
        """Book all of them in one transaction, or none.

        Each is a mapping of `create`'s arguments. The error of the one that was
        refused has its number, from `lines` or counted from 1, as `details["line"]`.
        With `refused`, that is called with the error instead, and the others go on.
        `progress` is called with how many of how many were looked at.
        """
        from calbook.api.values.made_bookings import MadeBookings
        from calbook.services.bookings.create_all import create_all

        answers = create_all(
            *(self._context, wanted),
            lines=lines,
            refused=refused,
            dry_run=dry_run,
            progress=progress,
        )
        return MadeBookings(answers)

    def change_all(
        self,
        uids: Iterable[str],
        *,
        action: inputs.ActionName,
        refused: Callable[[CalbookError], None] | None = None,
        dry_run: bool = False,
        **arguments: Any,
    ) -> tuple[Booking, ...]:
        """Do the same to several bookings: all of them in one transaction, or none.

        `action` is the method that would change each, and `arguments` are that
        method's: `change_all(uids, action="cancel", by="host")`. The error
        of the one that was refused has its uid as `details["uid"]`. With `refused`,
        that is called with the error instead, and the others are a change each.
        """
        from calbook.services.bookings.several import change_several
        from calbook.wire.reading.several import check_action

        check_action(action, arguments)

        def change(context: Context, uid: str) -> Json:
            method = getattr(Bookings(context), action)
            answer: Booking = method(uid, **arguments, dry_run=dry_run)
            return answer.to_dict()

        answers = change_several(
            self._context, uids, change, refused=refused, dry_run=dry_run
        )
        return tuple(map(Booking, answers))

    # -- changing ----------------------------------------------------------------

    def confirm(self, uid: str, **options: Unpack[inputs.ChangeArguments]) -> Booking:
        """The host says yes to a pending booking, to all pending dates of a series.

        Of what is offered to somebody on the waiting list it is that person's yes; the
        `wait_…` of who waits may stand for `uid`.
        Options: `if_version`, `notify_attendee`, `dry_run`, `idempotency_key`.

        Raises:
            WrongStatus: it is not pending.
            OfferEnded: nothing is offered to who waits.
        """
        if is_waiting_id(uid):
            from calbook.services.bookings.offers import take

            return self._change(take, "confirm", uid, options)
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
        by: ActorName | None = None,
        cancelled_by: ActorName | None = None,
        date: str | Date | None = None,
        from_date: str | Date | None = None,
        all: bool = False,
        **options: Unpack[inputs.ChangeArguments],
    ) -> Booking:
        """Cancel a booking; its attendee, unless `by` says otherwise, only in time.

        The host always. `cancelled_by` is another name of `by`.
        Of a series the occurrence of a `date`, those `from_date` on (included), or
        `all`: the last two only what is still to come. Dates are the original ones.
        Options: `if_version`, `notify_attendee`, `dry_run`, `idempotency_key`.

        Raises:
            AlreadyCancelled, WrongStatus: it does not take place, or is over.
            DeadlinePassed, CancellationNotAllowed: its attendee may not.
        """
        from calbook.services.bookings.change import cancel
        from calbook.wire.reading.booking_requests import read_canceller, read_dates

        asker = read_canceller(by, cancelled_by)
        dates = read_dates(date, from_date, all)
        return self._change(
            *(cancel, "cancel", uid, options),
            request=[uid, reason, asker, *given_parts(**dates._asdict())],
            by=asker,
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

    def update(
        self, uid: str, **corrections: Unpack[inputs.UpdateArguments]
    ) -> Booking:
        """Correct what is not a time or a status; `metadata` replaces all of it.

        Options: `name`, `email`, `phone`, `ref` and `language`, of the primary attendee
        or of the `person` who is named as in `remove_attendee`; `notes`, `location`,
        `meeting_url`, `metadata`, `if_version`, `dry_run`, `idempotency_key`, and
        `notify_attendee`, which tells everybody of another place, link or name. A new
        address is invited, and the old one told that it is off; the others are not told
        of that. So are guests, by `add_guests` and `remove_guests` (by e-mail, phone,
        number or name); in a group there are `add_attendee` and `remove_attendee`.

        Raises:
            UsageError: it is held for nobody yet.
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

    def add_note(self, uid: str, *, content: str, is_private: bool = False) -> Note:
        """Append to the host's notes about a booking of any status.

        A public one is told as an event; the booking's JSON shows neither kind, and
        its version stays.
        """
        from calbook.services.bookings.notes import add_note

        return Note(
            add_note(self._context, uid, content=content, is_private=is_private)
        )

    def remove_note(self, uid: str, *, note_id: str, dry_run: bool = False) -> Note:
        """Take a note out for good, by its id or a beginning of it; the note as it was.

        Its text is gone from the history as well. Copies made before keep it.

        Raises:
            NotFound: the booking has no such note.
        """
        from calbook.services.bookings.notes import remove_note

        return Note(remove_note(self._context, uid, note_id, dry_run=dry_run))

    def _update(
        self,
        uid: str,
        given: Mapping[str, Any],
        *,
        put: Mapping[str, Any] | None = None,
        drop: Iterable[str] = (),
    ) -> Booking:
        from calbook.services.bookings.change import update
        from calbook.wire.reading.booking_requests import (
            read_guest_change,
            read_merge,
            read_person,
            read_update,
        )

        corrected = {key: given[key] for key in CORRECTIONS if key in given}
        options = {key: given[key] for key in given.keys() - corrected.keys()}
        check_keywords("Bookings.update", options, CHANGE)
        guests = [corrected.pop(key, None) for key in ("add_guests", "remove_guests")]
        whose = corrected.pop("person", None)
        attendee, values = read_update(corrected)
        return self._change(
            *(update, "update", uid, options),
            attendee=attendee,
            values=values,
            person=None if whose is None else read_person(person=whose),
            merge=read_merge(put, drop),
            guest_change=read_guest_change(*guests),
        )

"""Groups, attendance and the host's notes: the persons in a booking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from calbook.looking import Looking
from calbook.terms import terms_of
from calbook.values.bookings import Booking, Note

if TYPE_CHECKING:
    from calbook.ledger import Terms


class Attending(Looking):
    """What becomes of the persons in a booking."""

    def add_attendee(
        self,
        uid: str,
        *,
        email: str,
        name: str | None = None,
        phone: str | None = None,
        timezone: str | None = None,
        responses: Mapping[str, Any] | None = None,
        by: str = "attendee",
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Take a seat in a group; for an attendee notice and advance still hold.

        Raises:
            SeatsFull: there is none left.
            DuplicateAttendee: the address is in this booking already.
            NotAGroup: the event type has no seats.
        """
        from calbook import changes
        from calbook.intake import people

        facts = {"email": email, "name": name, "phone": phone, "timezone": timezone}
        attendee = people.seat(facts, responses)
        terms = terms_of(
            "add_attendee",
            uid,
            if_version=if_version,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(
            changes.add_attendee(self._desk, uid, terms, attendee=attendee, by=by)
        )

    def remove_attendee(
        self,
        uid: str,
        *,
        email: str,
        by: str = "attendee",
        if_version: int | None = None,
        notify_attendee: bool | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Give a seat back; an attendee only in time, as with `cancel`.

        After the primary attendee, the one who joined first is the primary.

        Raises:
            LastAttendee: nobody would be left; cancel instead.
        """
        from calbook import changes

        terms = terms_of(
            "remove_attendee",
            uid,
            if_version=if_version,
            notify=notify_attendee,
            dry_run=dry_run,
        )
        return Booking(
            changes.remove_attendee(self._desk, uid, terms, email=email, by=by)
        )

    def mark_attended(
        self,
        uid: str,
        *,
        date: str | date | None = None,
        email: str | Iterable[str] | None = None,
        if_version: int | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Record that the attendee came, from the start on; corrects a no-show.

        Of a series say the `date`; in a group persons by `email`, else all of whom
        nothing is known.
        """
        terms = terms_of("attended", uid, if_version=if_version, dry_run=dry_run)
        return self._marked(uid, "attended", terms, date=date, email=email)

    def mark_no_show(
        self,
        uid: str,
        *,
        date: str | date | None = None,
        email: str | Iterable[str] | None = None,
        if_version: int | None = None,
        dry_run: bool = False,
    ) -> Booking:
        """Record that the attendee did not come, from the start on.

        As in `mark_attended`; a group is a NO_SHOW when nobody came.
        """
        terms = terms_of("no_show", uid, if_version=if_version, dry_run=dry_run)
        return self._marked(uid, "no_show", terms, date=date, email=email)

    def _marked(
        self,
        uid: str,
        attendance: str,
        terms: Terms,
        *,
        date: Any,
        email: str | Iterable[str] | None,
    ) -> Booking:
        from calbook import changes
        from calbook.core.model import Attendance
        from calbook.intake import requests

        return Booking(
            changes.attend(
                self._desk,
                uid,
                terms,
                Attendance(attendance),
                dates=requests.dates(date, None, False),
                emails=requests.emails(email),
            )
        )

    def add_note(self, uid: str, *, content: str, is_private: bool = False) -> Note:
        """Append to the host's notes about a booking of any status.

        A public one is told as an event; the booking's JSON shows neither kind, and
        its version stays.
        """
        from calbook import notes

        added = notes.add(self._desk, uid, content=content, is_private=is_private)
        return Note(added)

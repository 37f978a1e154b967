"""`client.calendar.waiting`: who waits for time that is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.noun import Noun, check_keywords
from calbook.api.values.waiting import WaitingEntry

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import Attendee, Moment, WaitingOptions


class Waiting(Noun):
    """The waiting list, first come first served.

    Whoever is first and fits is offered what is freed, or booked at once, as the event
    type's `on_free` says, in the transaction that frees it. `bookings.confirm` takes
    an offer, by the id on the list or by the uid that it holds.

    Raises:
        NotFound: nobody is in line under this id.
    """

    def add(
        self,
        *,
        event_type_id: str,
        attendee: Attendee,
        start_time: Moment | None = None,
        earliest: Moment | None = None,
        latest: Moment | None = None,
        dry_run: bool = False,
        **options: Unpack[WaitingOptions],
    ) -> WaitingEntry:
        """Put somebody in line for a start, or for any from `earliest` to `latest`.

        `latest` may be a day, which counts to its end. With `recurring`, for all dates
        of a group that meets so. The options are kept for the booking that may come.

        Options: `guests`, `notes`, `responses`, `metadata`, `host_id`, `resource_id`,
        `location`, `meeting_url`, `timezone`, `duration`, `by`, `override`,
        `recurring`, `notify_attendee`.

        Raises:
            NothingToWaitFor: it is free.
            AlreadyWaiting: the person is in line for it.
            DuplicateAttendee: the person is booked there.
            CalbookError: a rule refuses that others cannot mend.
        """
        from calbook.services.bookings.waiting_list import add
        from calbook.wire.reading.waiting import WAITING_FIELDS

        check_keywords("Waiting.add", options, WAITING_FIELDS)
        given = {
            "event_type_id": event_type_id,
            "attendee": attendee,
            "start_time": start_time,
            "earliest": earliest,
            "latest": latest,
            **options,
        }
        said = {key: value for key, value in given.items() if value is not None}
        return WaitingEntry(add(self._context, said, dry_run=dry_run))

    def get(self, id: str) -> WaitingEntry:
        """Somebody who is or was in line, with the log of what happened."""
        from calbook.services.bookings.waiting_list import get_entry

        return WaitingEntry(get_entry(self._context, id))

    def list(
        self, *, event_type_id: str | None = None, past: bool = False
    ) -> tuple[WaitingEntry, ...]:
        """Who is in line, first come first; with `past` also who was."""
        from calbook.services.bookings.waiting_list import list_entries

        found = list_entries(self._context, event_type_id=event_type_id, past=past)
        return tuple(map(WaitingEntry, found))

    def remove(self, id: str, *, dry_run: bool = False) -> WaitingEntry:
        """Take somebody out; what was offered to them goes to the next in line.

        Raises:
            NothingToChange: they are in line no longer.
        """
        from calbook.services.bookings.waiting_list import remove

        return WaitingEntry(remove(self._context, id, dry_run=dry_run))

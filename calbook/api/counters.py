"""`client.calendar.counters`: other times that attendees propose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from typing import TYPE_CHECKING

from calbook.api.noun import Noun, check_keywords
from calbook.api.values.bookings import Booking
from calbook.api.values.replies import Counter

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import ChangeArguments, RuleName


class Counters(Noun):
    """Proposals, which `replies` has kept, until somebody decides.

    `which` is a proposal's `ctr_…`, or the uid of a booking that has one; `date` and
    `person` say which, where it has several. One ends by itself when its booking moves
    or is cancelled.

    Raises:
        NotFound: there is none.
        UsageError: the booking has several.
        CounterEnded: it was decided already, or has ended.
    """

    def list(
        self, uid: str | None = None, *, past: bool = False
    ) -> tuple[Counter, ...]:
        """Those that are open, as they came; with `past` the others too."""
        from calbook.services.bookings.counters import list_counters

        return tuple(map(Counter, list_counters(self._context, uid, past=past)))

    def accept(
        self,
        which: str,
        *,
        date: str | Date | None = None,
        person: str | None = None,
        reason: str | None = None,
        override: Iterable[RuleName] = (),
        **options: Unpack[ChangeArguments],
    ) -> Booking:
        """Move the booking there, as its host, with the rules of `bookings.reschedule`.

        Its length stays.
        Options: `if_version`, `notify_attendee`, `dry_run`, `idempotency_key`.
        """
        from calbook.api.noun import CHANGE
        from calbook.services.bookings.change_options import read_options
        from calbook.services.bookings.counters import accept
        from calbook.wire.reading.idempotency import reusable

        override = reusable(override)
        check_keywords("Counters.accept", options, CHANGE)
        return Booking(
            accept(
                self._context,
                which,
                read_options(
                    "accept_counter",
                    [which, date, person, reason, override],
                    **options,
                ),
                date=date,
                person=person,
                reason=reason,
                override=override,
            )
        )

    def decline(
        self,
        which: str,
        *,
        date: str | Date | None = None,
        person: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Counter:
        """Leave the booking where it is, and tell the person so by mail.

        Who cannot be told is in `client.not_told`.
        """
        from calbook.services.bookings.counters import decline

        declined = decline(
            self._context,
            which,
            date=date,
            person=person,
            reason=reason,
            dry_run=dry_run,
        )
        return Counter(declined)

"""What `client.calendar.bookings` changes of series."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from typing import TYPE_CHECKING, Literal

from calbook.api.booked_people import BookedPeople
from calbook.api.noun import REPEATABLE
from calbook.api.values.bookings import Booking

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api import inputs
    from calbook.api.inputs import ActorName, RuleName


class SeriesChanges(BookedPeople):
    """What of a series can be changed as no single booking can."""

    def extend(
        self,
        uid: str,
        *,
        count: int | None = None,
        until: str | Date | None = None,
        on_conflict: Literal["refuse", "skip", "extend"] = "refuse",
        by: ActorName = "attendee",
        override: Iterable[RuleName] = (),
        **options: Unpack[inputs.RepeatableArguments],
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
            *(extend, "extend", uid, options, REPEATABLE),
            request=[uid, count, until, on_conflict, by, rules],
            wanted=read_extension(count, until, on_conflict, by, rules),
        )

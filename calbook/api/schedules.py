"""`client.calendar.schedules`: when time is given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from calbook.api.entries import Entries
from calbook.api.values.catalog import Schedule
from calbook.services.catalog.entries import SCHEDULE

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.catalog_inputs import ScheduleFields, Window


class Schedules(Entries[Schedule]):
    """Weekly hours and overrides. `id` may be written without `sched_`."""

    _kind, _value = SCHEDULE, Schedule

    def create(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[ScheduleFields]
    ) -> Schedule:
        """Add a schedule: name, timezone, availability, overrides."""
        from calbook.services.catalog.schedules import create_schedule

        return Schedule(create_schedule(self._context, id, fields, dry_run=dry_run))

    def update(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[ScheduleFields]
    ) -> Schedule:
        """Set fields of `create`; the hours given replace all that were there."""
        from calbook.services.catalog.schedules import update_schedule

        return Schedule(update_schedule(self._context, id, fields, dry_run=dry_run))

    def override(
        self,
        id: str,
        *,
        date: str | date,
        end_date: str | date | None = None,
        availability: Iterable[Window] = (),
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Schedule:
        """Give the dates from `date` to `end_date`, both included, other hours.

        Either may be a week or month. Without `availability` they are closed.
        """
        from calbook.services.catalog.schedules import override_dates

        return Schedule(
            override_dates(
                *(self._context, id, date, end_date),
                availability=availability,
                reason=reason,
                dry_run=dry_run,
            )
        )

    def remove_override(
        self,
        id: str,
        *,
        date: str | date,
        end_date: str | date | None = None,
        dry_run: bool = False,
    ) -> Schedule:
        """Give the dates from `date` to `end_date` their weekly hours back."""
        from calbook.services.catalog.schedules import remove_overrides

        return Schedule(
            remove_overrides(self._context, id, date, end_date, dry_run=dry_run)
        )

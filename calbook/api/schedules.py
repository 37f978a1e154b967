"""`client.calendar.schedules`: when time is given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from calbook.api.values.catalog import Schedule
from calbook.services.catalog import entries
from calbook.services.catalog.entries import SCHEDULE

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import ScheduleFields, Window
    from calbook.services.context import Context


class Schedules:
    """Weekly hours and overrides. `id` may be written without `sched_`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, id: str) -> Schedule:
        return Schedule(entries.get_entry(self._context, SCHEDULE, id))

    def list(self) -> tuple[Schedule, ...]:
        """All of them, by id."""
        return tuple(map(Schedule, entries.list_entries(self._context, SCHEDULE)))

    def create(self, id: str, **fields: Unpack[ScheduleFields]) -> Schedule:
        """Add a schedule: name, timezone, availability, overrides."""
        from calbook.services.catalog.schedules import create_schedule

        return Schedule(create_schedule(self._context, id, fields))

    def update(self, id: str, **fields: Unpack[ScheduleFields]) -> Schedule:
        """Set fields; `availability` and `overrides` replace all of what was there."""
        from calbook.services.catalog.schedules import update_schedule

        return Schedule(update_schedule(self._context, id, fields))

    def override(
        self,
        id: str,
        *,
        date: str | date,
        end_date: str | date | None = None,
        availability: Iterable[Window] = (),
        reason: str | None = None,
    ) -> Schedule:
        """Give the dates from `date` to `end_date`, both included, other hours.

        Without `availability` they are closed.
        """
        from calbook.services.catalog.schedules import override_dates

        return Schedule(
            override_dates(
                *(self._context, id, date, end_date),
                availability=availability,
                reason=reason,
            )
        )

    def remove_override(
        self, id: str, *, date: str | date, end_date: str | date | None = None
    ) -> Schedule:
        """Give the dates from `date` to `end_date` their weekly hours back."""
        from calbook.services.catalog.schedules import remove_overrides

        return Schedule(remove_overrides(self._context, id, date, end_date))

    def delete(self, id: str) -> None:
        """Remove a schedule.

        Raises:
            InUse: something still refers to it.
        """
        entries.remove_entry(self._context, SCHEDULE, id)

"""`client.calendar.retention`: how long people are kept after their last date."""

from __future__ import annotations

from calbook.api.noun import Noun
from calbook.api.values.people import Retention
from calbook.services import retention


class Keeping(Noun):
    """How long people are kept: as long as nobody says otherwise, for ever."""

    def get(self) -> Retention:
        """What was said, and whom it means now."""
        return Retention(retention.show(self._context))

    def set(self, after: str | None, *, dry_run: bool = False) -> Retention:
        """Let `tick` erase who had nothing for so long (`3y`, `18mo`); None: nobody.

        A dry run says how many that would be.

        Raises:
            BadTime: it is no length of the calendar.
        """
        return Retention(retention.save(self._context, after, dry_run=dry_run))

"""`client.calendar.imports`: bookings that were made with another program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from calbook.api.noun import Noun
from calbook.api.values.imports import ImportPreview, TakenOver

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError
    from calbook.core.progress import Progress

Source = Literal["ics", "csv", "calendly", "calcom", "easyappointments", "google"]
File = str | os.PathLike[str] | bytes


class Imports(Noun):
    """Bookings of other programs, taken over from the files that they export."""

    def take_over(
        self,
        source: Source,
        files: Iterable[File],
        *,
        event_type_id: str | None = None,
        map: str | Iterable[str] | None = None,
        timezone: str | None = None,
        dates: Literal["dmy", "mdy"] | None = None,
        contact: Literal["none"] | None = None,
        on_conflict: Literal["refuse", "skip"] = "skip",
        notify: bool = False,
        refused: Callable[[CalbookError], None] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> TakenOver:
        """Take over what files hold, all in one transaction; paths, or their bytes.

        A booking is known again by its UID there, so the same files change nothing,
        and newer ones change what has changed. Rules are passed over, and past
        bookings come along; nobody is told, unless `notify`. What overlaps another
        booking is skipped and `refused` is told of it, or nothing is written where
        `on_conflict` is "refuse".

        `event_type_id` is what all of them book; without, each names its own, which is
        made if it is not there. `map` says which column of a table is which field, as
        in `"start=Startzeit,name=Kunde"`; `timezone` and `dates` how its times are
        read. With `contact="none"` people without an address come along. `progress` is
        called with how many of how many bookings were looked at.

        Raises:
            BadInput: a file cannot be read; nothing is written.
            SlotTaken: something overlaps, and `on_conflict` is "refuse".
        """
        from calbook.services.importing.imports import import_from

        return TakenOver(
            import_from(
                self._context,
                source,
                list(files),
                refused=refused,
                dry_run=dry_run,
                progress=progress,
                event_type_id=event_type_id,
                map=map,
                timezone=timezone,
                dates=dates,
                contact=contact,
                on_conflict=on_conflict,
                notify=notify,
            )
        )

    def preview(
        self,
        file: File,
        *,
        event_type_id: str | None = None,
        map: str | Iterable[str] | None = None,
        timezone: str | None = None,
        dates: Literal["dmy", "mdy"] | None = None,
    ) -> ImportPreview:
        """How a table would be read: its columns and its first rows."""
        from calbook.services.importing.imports import preview

        return ImportPreview(
            preview(
                *(self._context, [file]),
                event_type_id=event_type_id,
                map=map,
                timezone=timezone,
                dates=dates,
            )
        )

"""The library's entrance: a file or database, a clock, and the calendar in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

from calbook.api.calendar import Calendar
from calbook.core.typing_names import TYPE_CHECKING, Self
from calbook.store.context import Clock, open_context, system_clock

if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    from calbook.api.feeds import Place
    from calbook.api.values.availability import BusyCalendar
    from calbook.api.values.bookings import Event
    from calbook.api.values.catalog import Host
    from calbook.api.values.doctor import Diagnosis, FixedTimes
    from calbook.api.values.moving import Imported
    from calbook.api.values.outbox import Delivery
    from calbook.api.values.waiting import WaitingEntry
    from calbook.core.errors import CalbookError
    from calbook.core.progress import Progress
    from calbook.core.upgrade import Upgrade

    OnRefused = Callable[[CalbookError], None]


class Client:
    """A bookings file or a PostgreSQL database, opened when first used.

    Without a path: `CALBOOK_DB`, else `calbook.db` in the user's data directory. A
    `postgresql://` URL is shown in `path` without its password. `clock` returns an
    aware datetime; without one, `CALBOOK_NOW` or the system's. `actor` makes the
    changes, by name; else `CALBOOK_ACTOR`, or the login name. `on_upgrade` is called
    before and after tables are brought up to date. For several threads, take one
    client each.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        clock: Clock | None = None,
        actor: str | None = None,
        on_upgrade: Callable[[Upgrade], object] | None = None,
    ) -> None:
        if path is None:
            from calbook.api.default_path import default_path

            path = default_path()
        self._context = open_context(os.fspath(path), clock or system_clock, actor)
        self._context.store.on_upgrade = on_upgrade
        self.path = self._context.store.path
        self.calendar = Calendar(self._context)

    def __repr__(self) -> str:
        return f"Client({self.path!r})"

    def tick(self, *, refused: OnRefused | None = None) -> tuple[Event, ...]:
        """Write the events for what time has done: completed, expired.

        And the published feeds that are out of date; `refused` is told of those that
        cannot be written.
        """
        from calbook.api.values.bookings import Event
        from calbook.services.outbox import sending

        return tuple(Event(event) for event in sending.tick(self._context, refused))

    def deliver(
        self,
        *,
        limit: int | None = None,
        retry_now: bool = False,
        refused: OnRefused | None = None,
    ) -> tuple[Delivery, ...]:
        """Send what is due and do what `tick` does; each after its attempt.

        At most `limit` attempts, one for each delivery. With `retry_now` also what
        waits for its next attempt.

        Raises:
            DeliveryUnderWay: another process is delivering.
        """
        return tuple(self.delivering(limit=limit, retry_now=retry_now, refused=refused))

    def delivering(
        self,
        *,
        limit: int | None = None,
        watch: bool = False,
        retry_now: bool = False,
        refresh_every: timedelta | None = None,
        refused: OnRefused | None = None,
        overlapped: Callable[[BusyCalendar], None] | None = None,
    ) -> Iterator[Delivery]:
        """As `deliver`, one by one as they are sent; `watch` goes on for ever.

        With `watch`, calendars that were not looked at for `refresh_every` are read
        again beside it, as `busy.refresh` does with `older_than`; `refused` is told
        of a fault that is new and `overlapped` of busy time that lies on bookings,
        from another thread.
        """
        from calbook.api.busy import on_overlap
        from calbook.api.values.outbox import Delivery
        from calbook.services.outbox import sending

        with closing(
            sending.deliver(
                self._context,
                limit=limit,
                watch=watch,
                retry_now=retry_now,
                refresh_every=refresh_every,
                refused=refused,
                overlapped=on_overlap(overlapped),
            )
        ) as sent:
            yield from map(Delivery, sent)

    @property
    def erased(self) -> int:
        """How many persons `tick` and `deliver` have erased, see `retention`."""
        return len(self._context.store.erased)

    @property
    def queued(self) -> int:
        """How many deliveries this client's changes have queued and not yet tried."""
        return len(self._context.store.queued)

    @property
    def not_told(self) -> tuple[str, ...]:
        """Whom this client's changes were to tell by mail, and who has no address."""
        return tuple(dict.fromkeys(self._context.store.untold))

    @property
    def served(self) -> tuple[WaitingEntry, ...]:
        """Who waited and was served, or is in line no more, by changes of this."""
        if not self._context.store.served:
            return ()
        from calbook.api.values.waiting import WaitingEntry
        from calbook.wire.writing.waiting import entry_to_json

        now = self._context.clock()
        found = (entry_to_json(entry, now) for entry in self._context.store.served)
        return tuple(map(WaitingEntry, found))

    @property
    def unchanged(self) -> dict[str, str]:
        """What was so already as this client's changes asked for, by id; in words."""
        return dict(self._context.store.unchanged)

    def first_attempt(self, *, seconds: float = 3.0) -> tuple[Delivery, ...]:
        """Send what this client's changes have queued, once; what has not arrived.

        It takes no longer than that, name resolution included, and raises nothing
        for what could not be sent.

        Raises:
            StoreError: the file could not be read or written for half a second.
        """
        from calbook.api.values.outbox import Delivery
        from calbook.services.outbox import sending

        return tuple(map(Delivery, sending.send_queued(self._context, seconds=seconds)))

    def count_due(self) -> int:
        """How many deliveries may be sent now."""
        from calbook.services.outbox import sending

        return sending.count_due(self._context)

    def count_retries(self) -> tuple[int, datetime | None]:
        """How many deliveries wait for another attempt, and when the first is due."""
        from calbook.services.outbox import sending

        return sending.count_retries(self._context)

    def count_old_calendars(self, age: timedelta) -> int:
        """How many `busy.refresh(older_than=age)` would read again."""
        from calbook.services.calendars import due

        return len(due.find_due(self._context, age))

    def event_ahead(self) -> datetime | None:
        """When the newest event was written, if that is ahead of this clock."""
        from calbook.services.outbox import sending

        return sending.find_event_ahead(self._context)

    @property
    def exists(self) -> bool:
        """Whether the file is there; reading shows what a new one holds."""
        return self._context.store.exists()

    def short_ids(self, ids: Iterable[str]) -> dict[str, str]:
        """How people are shown ids: six letters, or more where others begin alike.

        Of bookings, webhooks, deliveries, the waiting list and counter proposals; each
        is accepted in the place of the whole one, and others are left out.
        """
        from calbook.services.bookings.read import shorten_ids

        return shorten_ids(self._context, ids)

    def now(self) -> datetime:
        """The time by this client's clock, in whole seconds."""
        return self._context.clock()

    def set_up(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        timezone: str | None = None,
    ) -> Host:
        """Give the first host a name and an e-mail, and its schedule a zone."""
        from calbook.api.values.catalog import Host
        from calbook.services.catalog.hosts import set_up_first_host

        given = {"name": name, "email": email, "timezone": timezone}
        fields = {key: value for key, value in given.items() if value is not None}
        return Host(set_up_first_host(self._context, fields))

    def init(self, *, exclusion: bool = True) -> bool:
        """Make the file, or the tables of the database; whether they were missing.

        `exclusion=False` is for a database that has no exclusion constraints: then
        only triggers keep bookings from overlapping.

        Raises:
            NotCalbook: another program's tables are there.
            Newer: a newer calbook made them.
        """
        from calbook.services import maintenance

        return maintenance.create_tables(self._context, has_exclusion=exclusion)

    def migrate(self) -> tuple[int, int]:
        """Bring the tables up to date; the version that they had, and have."""
        from calbook.services import maintenance

        return maintenance.migrate_tables(self._context)

    def grants(self) -> str:
        """The statements that give a database role what it needs every day."""
        from calbook.services import maintenance

        return maintenance.list_grants(self._context)

    def copy_to(
        self,
        path: Place,
        *,
        progress: Progress | None = None,
        replaced: Callable[[str], object] | None = None,
    ) -> dict[str, int]:
        """Copy all there is to another file or URL, made if it is not there.

        Everything or, on any error, nothing; how many rows each table has. `progress`
        is called with how many of how many rows are copied. Where there is only the
        first host and its schedule, the copy replaces them, and `replaced` is called
        with the id of each that was set up.

        Raises:
            StoreError: something is stored there already, or nothing here.
        """
        from calbook.services import maintenance

        return maintenance.copy_all(self._context, os.fspath(path), progress, replaced)

    def export_to(
        self,
        target: str | os.PathLike[str] | BinaryIO,
        *,
        form: Literal["jsonl", "json"] = "jsonl",
        redact: bool = False,
        secrets: bool = False,
        force: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, int]:
        """Write all there is to a file, as JSON that `import_from` reads (`jsonl`).

        How many objects of each type. `redact` leaves out whom bookings are for;
        `secrets` takes those of webhooks along. `progress` as in `copy_to`.
        """
        from calbook.services import moving

        form_of = moving.Form(form, redact, secrets)
        return moving.export(self._context, target, form_of, force, progress)

    def import_from(
        self,
        source: str | os.PathLike[str] | BinaryIO,
        *,
        on_conflict: Literal["refuse", "skip"] = "refuse",
        dry_run: bool = False,
        skipped: OnRefused | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Imported:
        """Take in what `export_to` wrote, all of it or, on any error, nothing.

        What is here already is left as it is, but the first host and its schedule,
        which are replaced if nothing else is here. Where it differs, or something is in
        the way, `skip` leaves the line out, which `skipped` is told of. `progress` is
        called with how many bytes have been read.

        Raises:
            BadInput: a line cannot be read; ImportConflict: one is in the way.
        """
        from calbook.api.values.moving import Imported
        from calbook.services import moving

        told = moving.Listener(skipped, progress)
        taken = moving.take_in(self._context, source, on_conflict, dry_run, told)
        return Imported(taken)

    def check(
        self, *, quick: bool = False, progress: Progress | None = None
    ) -> tuple[str, ...]:
        """What is wrong here, a sentence each; `quick` looks at no booking."""
        from calbook.services import maintenance

        return maintenance.check_file(self._context, progress, quick=quick)

    def diagnose(
        self, *, quick: bool = False, progress: Progress | None = None
    ) -> Diagnosis:
        """All that is wrong with file, setting and program: a bad file raises nothing.

        `quick` leaves out `check`, told to `progress`, and what nobody can book.
        """
        from calbook.api import doctor

        return doctor.diagnose(self._context, quick=quick, progress=progress)

    def fix_times(
        self, *, notify_attendee: bool | None = None, dry_run: bool = False
    ) -> FixedTimes:
        """Move dates back to the time of day that was booked, as zones have changed.

        What belongs together moves in one transaction; what would overlap stays.

        Raises:
            MailNotConfigured: people are to be told, and nothing can send it.
        """
        from calbook.api import doctor

        return doctor.fix_times(self._context, notify_attendee, dry_run=dry_run)

    def backup(
        self, path: Place, *, force: bool = False, progress: Progress | None = None
    ) -> None:
        """Copy the file, whole and consistent, while others go on using it."""
        from calbook.services import maintenance

        maintenance.back_up_file(self._context, os.fspath(path), force, progress)

    def restore(
        self, path: Place, *, confirm: Callable[[], object] | None = None
    ) -> str | None:
        """Put a copy in the file's place; where the present one is kept.

        `confirm` is called once the copy is found sound; what it raises stops it.
        """
        from calbook.services import maintenance

        return maintenance.restore_file(self._context, os.fspath(path), confirm)

    def compact(self) -> tuple[int, int]:
        """Give back the room of what was deleted; the bytes before and after.

        A file is locked meanwhile, and is needed twice over as free room. In a
        database the room is free for new rows, while others go on.

        Raises:
            StoreError: there is too little room, or the tables are another role's.
        """
        from calbook.services import maintenance

        return maintenance.compact_file(self._context)

    def share(self, *, group: str) -> None:
        """Let a group of users here write the file, in a directory of theirs."""
        from calbook.services import maintenance

        maintenance.share_file(self._context, group)

    def close(self) -> None:
        self._context.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

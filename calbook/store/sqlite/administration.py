"""What is done to a bookings file as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from calbook.core.errors import UsageError
from calbook.store.administration import Administration
from calbook.store.sqlite.file_access import MEMORY, is_file

if TYPE_CHECKING:
    from calbook.core.doctor.file_checks import FileFacts
    from calbook.core.progress import Progress
    from calbook.store.administration import Source, Target
    from calbook.store.sqlite.store import SqliteStore


class FileAdministration(Administration):
    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.path = store.path

    def create(self, *, has_exclusion: bool = True) -> bool:
        if not has_exclusion:
            raise _not_of_a_file("exclusion constraints")
        path = self._store.path
        is_new = path == MEMORY or not (is_file(path) and os.path.getsize(path))
        with self._store.writing():
            return is_new

    def migrate(self) -> int:
        from calbook.store.sqlite import maintenance

        return maintenance.migrate_file(self._store)

    def grants(self) -> str:
        raise _not_of_a_file("roles with rights")

    def check(
        self, progress: Progress | None = None, *, quick: bool = False
    ) -> tuple[str, ...]:
        from calbook.store.sqlite import maintenance

        return maintenance.check_file(self._store, progress, quick=quick)

    def describe(self) -> FileFacts:
        from calbook.store.sqlite import file_facts

        return file_facts.read_file_facts(self._store)

    def unchanged(self) -> AbstractContextManager[SqliteStore]:
        from calbook.store.sqlite import maintenance

        return maintenance.on_tables_of_today(self._store)

    def exporting(self, *, is_long: bool = False) -> AbstractContextManager[Source]:
        from calbook.store.sqlite import copying

        return copying.exporting(self._store, is_long=is_long)

    def importing(self) -> AbstractContextManager[Target]:
        from calbook.store.sqlite import copying

        return copying.importing(self._store)

    def backup(
        self, path: str, *, force: bool, progress: Progress | None = None
    ) -> None:
        from calbook.store.sqlite import maintenance

        maintenance.backup(self._store, path, force=force, progress=progress)

    def restore(self, path: str, confirm: Callable[[], object] | None) -> str | None:
        from calbook.store.sqlite import maintenance

        return maintenance.restore(self._store, path, confirm)

    def list_copies(self) -> Iterable[str]:
        from calbook.store.sqlite import file_copies

        return file_copies.list_copies(self.path)

    def compact(self) -> tuple[int, int]:
        from calbook.store.sqlite import compacting

        return compacting.compact(self._store)

    def share(self, group: str) -> None:
        from calbook.store.sqlite import sharing

        sharing.share(self._store, group)


def _not_of_a_file(what: str) -> UsageError:
    return UsageError(
        f"only a PostgreSQL database has {what}",
        command_hint="name one with --db or CALBOOK_DB",
    )

"""What is done to the tables of a database as a whole; much is its own tools' work."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from calbook.core.errors import UsageError
from calbook.store.administration import Administration
from calbook.store.postgres.store import READING

if TYPE_CHECKING:
    from calbook.core.doctor.server_checks import ServerFacts
    from calbook.core.progress import Progress
    from calbook.store.administration import Source, Target
    from calbook.store.postgres.store import PostgresStore

_MAKE = "create extension if not exists {}"
_EXTENSIONS = ("btree_gist", "pg_trgm")


class DatabaseAdministration(Administration):
    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self.path = store.path

    def create(self, *, has_exclusion: bool = True) -> bool:
        from calbook.store.postgres import setup

        return setup.create_tables(self._store, has_exclusion=has_exclusion)

    def migrate(self) -> int:
        from calbook.store.postgres import setup

        return setup.migrate_tables(self._store)

    def grants(self) -> str:
        from calbook.store.postgres import grants

        return grants.grants(self._store.url.schema)

    def check(
        self, progress: Progress | None = None, *, quick: bool = False
    ) -> tuple[str, ...]:
        from calbook.store.postgres import consistency

        with self._store.begun(READING) as conn:
            schema = self._store.url.schema
            return consistency.find_faults(conn, schema, progress, quick=quick)

    def describe(self) -> ServerFacts:
        from calbook.store.postgres import server_facts

        with self._store.begun(READING) as conn:
            return server_facts.read_server_facts(conn, self._store.url.schema)

    def unchanged(self) -> AbstractContextManager[PostgresStore]:
        return nullcontext(self._store)  # only its owner's `migrate` changes tables

    def exporting(self, *, is_long: bool = False) -> AbstractContextManager[Source]:
        from calbook.store.postgres import copying

        return copying.exporting(self._store)

    def importing(self) -> AbstractContextManager[Target]:
        from calbook.store.postgres import copying

        return copying.importing(self._store)

    def backup(
        self, path: str, *, force: bool, progress: Progress | None = None
    ) -> None:
        url = self._store.url
        raise _use_tools(
            [
                "pg_dump",
                f"--dbname={url.public}",
                f"--schema={url.schema}",
                "--no-privileges",
                "--format=custom",
                f"--file={path}",
            ]
        )

    def restore(self, path: str, confirm: Callable[[], object] | None) -> str | None:
        database = f"--dbname={self._store.url.public}"
        raise _use_tools(
            [
                "psql",
                database,
                f"--command={'; '.join(map(_MAKE.format, _EXTENSIONS))}",
            ],
            [
                "pg_restore",
                database,
                "--clean",
                "--if-exists",
                "--single-transaction",
                path,
            ],
        )

    def compact(self) -> tuple[int, int]:
        from calbook.store.postgres import compacting

        return compacting.compact(self._store)

    def share(self, group: str) -> None:
        raise UsageError(
            "a database is shared by its roles",
            hint="give the users' roles the rights that they need",
            command_hint="grant what `calbook db init --grants` prints",
        )


def _use_tools(*commands: list[str]) -> UsageError:
    return UsageError(
        "PostgreSQL's own tools back a database up and restore it",
        hint=" && ".join(map(shlex.join, commands)),
    )

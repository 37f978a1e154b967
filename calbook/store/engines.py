"""Which engine a path or URL is for."""

from __future__ import annotations

from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.administration import Administration
    from calbook.store.store import Store

POSTGRES_SCHEMES = ("postgresql://", "postgres://")
# Another scheme, or libpq's words; `re` compiles it for what may be one.
_OTHER = r"[A-Za-z][A-Za-z0-9+.-]*://|(host|port|user|dbname|service)="


def open_store(path: str) -> Store:
    if path.startswith(POSTGRES_SCHEMES):
        from calbook.store.postgres.store import PostgresStore

        return PostgresStore(path)
    if _is_other(path):  # and maybe a password: it is not shown
        from calbook.core.errors import BadInput

        raise BadInput(
            "bookings are kept in a file or in PostgreSQL",
            hint="a URL begins with postgresql://",
            field="db",
        )
    from calbook.store.sqlite.store import SqliteStore

    return SqliteStore(path)


def _is_other(path: str) -> bool:
    if "://" not in path and "=" not in path:
        return False
    import re

    return re.match(_OTHER, path) is not None


def administer(store: Store) -> Administration:
    """What can be done to a store as a whole."""
    from calbook.store.sqlite.store import SqliteStore

    if isinstance(store, SqliteStore):
        from calbook.store.sqlite.administration import FileAdministration

        return FileAdministration(store)
    from calbook.store.postgres.administration import DatabaseAdministration
    from calbook.store.postgres.store import PostgresStore

    assert isinstance(store, PostgresStore)
    return DatabaseAdministration(store)

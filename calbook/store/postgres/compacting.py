"""What deleted rows held is free for new ones, and the planner knows the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.core.errors import StoreError
from calbook.store.postgres.errors import translate_errors

if TYPE_CHECKING:
    from calbook.store.postgres.connection import Connection
    from calbook.store.postgres.store import PostgresStore

# The server would leave out tables that are another's, and only warn of it.
_TABLES = """
    select c.relname, pg_total_relation_size(c.oid) as size,
        pg_has_role(c.relowner, 'usage') as is_ours
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = :schema and c.relkind = 'r'
    order by c.relname
"""


def compact(store: PostgresStore) -> tuple[int, int]:
    """The size of all tables before and after, with everybody at work meanwhile.

    Raises:
        StoreError: the tables are another role's.
    """
    schema = store.url.schema
    with translate_errors(store.path), store.raw() as conn:
        found = conn.execute(_TABLES, {"schema": schema}).fetchall()
        if not all(row["is_ours"] for row in found):
            raise StoreError(
                f"{conn.role} may not compact the tables of {store.path}",
                hint="their owner may, and the server does so by itself (autovacuum)",
                path=store.path,
            )
        names = ", ".join(f"{schema}.{row['relname']}" for row in found)
        conn.execute(f"vacuum (analyze) {names}")
        return sum(row["size"] for row in found), _size(conn, schema)


def _size(conn: Connection, schema: str) -> int:
    found = conn.execute(_TABLES, {"schema": schema})
    return sum(int(row["size"]) for row in found)

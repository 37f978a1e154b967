"""Whether a database is sound: its tables, its references, and what rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.store.consistency import row_faults
from calbook.store.postgres.catalogue import reference_faults, schema_faults

if TYPE_CHECKING:
    from calbook.core.progress import Progress
    from calbook.store.connection import Connection


def find_faults(
    conn: Connection,
    schema: str,
    progress: Progress | None = None,
    *,
    quick: bool = False,
) -> tuple[str, ...]:
    """What is wrong, a sentence each; of rows only where no column is changed."""
    import psycopg2  # whose lack is told by who connects

    found = [*schema_faults(conn, schema)]
    if not any(line.startswith(("the table", "the column")) for line in found):
        found += [] if quick else [*reference_faults(conn)]
        try:
            found.extend(row_faults(conn, progress, quick=quick))
        except psycopg2.DataError:  # JSON cannot be read, and is named above
            if not found:
                raise
    return tuple(dict.fromkeys(found))

"""What holds for all of a store, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

RETENTION = "retention"  # how long people are kept, as `3y`
CLOCK = "clock"  # since when it goes without a leap, and up to when that is known
LETTERS = "letters"  # that the index for searching has some of who was erased
OF_MACHINE = (CLOCK, LETTERS)  # which no other file has to know


def read_setting(reader: Reader, name: str) -> str | None:
    row = reader.connection.execute(
        "select value from settings where name = :name", {"name": name}
    ).fetchone()
    return None if row is None else str(row["value"])


def save_setting(tx: Writer, name: str, value: str | None) -> None:
    """None takes it out."""
    if value is None:
        tx.run("delete from settings where name = :name", name=name)
    else:
        tx.upsert("settings", "name", name=name, value=value)

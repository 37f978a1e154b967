"""What the statements need of a database's connection: rows by name, facts bound.

A fact is named `:name` in a statement, or `?` by place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol


class Row(Protocol):
    """A row: its columns by name or place, or one after another."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def keys(self) -> Iterable[str]: ...


class Cursor(Protocol):
    """What a statement found or changed; without its `row_factory`, plain tuples."""

    row_factory: Any

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


Facts = Mapping[str, Any] | Sequence[Any]


class Connection(Protocol):
    """A connection inside a transaction."""

    def execute(self, statement: str, facts: Facts = ..., /) -> Cursor: ...
    def executemany(self, statement: str, facts: Iterable[Facts], /) -> object: ...

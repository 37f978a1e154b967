"""Commands on PostgreSQL, against the start of a bare Python; their own work alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from calbook import Client

from . import books, processes
from .figures import Figure
from .many_hosts.simulation import running_server
from .processes import calbook

_SIZE = 1_000


def figures(directory: Path) -> Iterator[Figure]:
    """`list` in a database of 1,000 bookings."""
    book = books.full(directory / "for-postgres.db", _SIZE)
    with running_server() as server:
        url = server.new_database()
        with closing(Client(book.path)) as client:
            client.copy_to(url)
        command = calbook("list", "--json", "--limit", "50", db=url)
        yield Figure(
            f"list --json on PostgreSQL / BASE, {processes.unit()}",
            processes.cost(command),
            at_most=8,
            how=(f"BASE: {processes.BASE}", str(command)),
        )

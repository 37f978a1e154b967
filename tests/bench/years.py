"""What years of events and deliveries cost: nothing that grows with them.

A booking has twenty events; each event was told to a webhook or by mail, lately, and
arrived, but for one in ten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from calbook import Client
from calbook.core.time import times

from . import books, steps
from .figures import Figure

EACH = 20  # events of a booking
_FEWEST = 500  # bookings: others before and after are looked at for a new one
_HOOK = "http://127.0.0.1:9/"  # where nobody listens
_FILL = """
create temp table n as
    with recursive up(n) as (
        select 0 union all select n + 1 from up where n + 1 < :size
    )
    select n from up;
create temp table uids as
    select row_number() over (order by rowid) - 1 as place, uid from bookings;
create index temp.uids_by_place on uids (place);
delete from events;
insert into events (id, type, uid, at, by, change, booking)
    select 'ev_' || n, 'booking.updated', uid, :at - :size + n,
        iif(n % 3, 'host', 'system'), '{}', :booking
    from n join uids on place = n / :each;
insert into deliveries (id, channel, target, uid, event_seq, kind, status, attempts,
        due_at, created_at, finished_at)
    select 'dl_' || substr(id, 4), iif(seq % 2, 'webhook', 'mail'),
        iif(seq % 2, :hook, uid || '@example.com'), uid, seq,
        iif(seq % 2, type, 'request'),
        iif(seq % 20 in (7, 8), 'failed', 'delivered'), 1, at, at, at
    from events order by seq;
insert into attempts (delivery, number, at, status, code, text, milliseconds)
    select id, 1, created_at, status, 200, 'ok', 5 from deliveries;
"""


class Years(NamedTuple):
    client: Client
    uid: str  # of a booking with all its events
    free: Any  # a start that can be booked


def full(path: Path, size: int) -> Years:
    """A file with so many events, and as many deliveries."""
    book = books.full(path, max(_FEWEST, size // EACH))
    client = books.opened(path)
    hook = client.calendar.webhooks.create(_HOOK)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("pragma synchronous = off")
        conn.execute("pragma cache_size = -200000")
        conn.execute("begin")
        [booking] = conn.execute("select booking from events limit 1").fetchone()
        facts = {"size": size, "each": EACH, "hook": hook.id, "booking": booking}
        facts["at"] = times.epoch(books.NOW) - 60
        for statement in _FILL.split(";\n")[:-1]:
            conn.execute(statement, facts)
        conn.execute("commit")
    uid = client.calendar.bookings.list(count=2)[-1].uid
    return Years(client, uid, book.start(book.size // 2) + books.HALF)


OPERATIONS: dict[str, Callable[[Years], object]] = {
    "list": lambda y: y.client.calendar.bookings.list(count=50),
    "create": lambda y: y.client.calendar.bookings.create(
        event_type_id="demo",
        start_time=y.free,
        attendee=books.ATTENDEE,
        dry_run=True,
    ),
    "cancel": lambda y: y.client.calendar.bookings.cancel(y.uid, dry_run=True),
    "history": lambda y: y.client.calendar.bookings.history(y.uid),
    "tick": lambda y: y.client.tick(),
    "deliver with nothing due": lambda y: y.client.deliver(),
    "what is due": lambda y: (y.client.count_due(), y.client.count_retries()),
    "webhook log": lambda y: y.client.calendar.webhooks.log(),
    "webhook log of what failed": lambda y: y.client.calendar.webhooks.log(
        status="failed"
    ),
    "webhook log of a booking": lambda y: y.client.calendar.webhooks.log(uid=y.uid),
    "mail log": lambda y: y.client.calendar.mails.log(),
    "mail log of what failed": lambda y: y.client.calendar.mails.log(status="failed"),
    "mail log of a booking": lambda y: y.client.calendar.mails.log(uid=y.uid),
    "mail log of an address": lambda y: y.client.calendar.mails.log(
        email=f"{y.uid}@example.com"
    ),
}


def figures(directory: Path, *, small: int, large: int) -> Iterator[Figure]:
    """Each operation in both files; the second time, when the tables are known."""
    few = full(directory / "few-years.db", small)
    many = full(directory / "years.db", large)
    for name, operate in OPERATIONS.items():
        yield Figure(
            f"{name} at {large:,} events / at {small:,}",
            count_steps(many, operate) / count_steps(few, operate),
            at_most=1.2,
            unit="steps",
            how=("the operation, by progress handler",),
        )
    few.client.close()
    many.client.close()


def count_steps(years: Years, operate: Callable[[Years], object]) -> int:
    return steps.of_client(years.client, lambda _: operate(years))

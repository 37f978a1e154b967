"""The lines of an export in which a person stands: with others in them still."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from calbook.core.checks import fold_email
from calbook.store.erasing import entries_of
from calbook.store.lines.exporting import Line, find_lines
from calbook.store.lines.nouns import BY_TYPE
from calbook.store.reader import Reader

if TYPE_CHECKING:
    from calbook.store.administration import Source
    from calbook.store.erasing import Person

_UIDS = "(select value from json_each(:uids))"
# By type, in the order of an export: under which key the lines are.
_KEYS = {
    "person": "select id from people where id = :id",
    "booking": f"select uid from bookings where uid in {_UIDS} order by starts_at, uid",
    "idempotencyKey": "select k.key from idempotency_keys k"
    f" join events e on e.seq = k.event_seq where e.uid in {_UIDS} order by e.seq",
    "delivery": "select id from deliveries where channel = 'mail' and target in"
    " (select value from json_each(:emails)) order by seq",
}


Key = tuple[str, str]  # the type of a line, and by what it is found


def person_keys(source: Source, person: Person) -> list[Key]:
    """Of all lines in which somebody stands, in the order of an export."""
    facts = {
        "id": person.id or "",
        "uids": json.dumps(person.uids),
        "emails": json.dumps(sorted(map(fold_email, person.identity.emails))),
    }
    found = {
        kind: [row[0] for row in source.conn.execute(statement, facts)]
        for kind, statement in _KEYS.items()
    }
    found["waiting"] = entries_of(Reader(source.conn), person)
    return [(kind, key) for kind, keys in found.items() for key in keys]


def read_lines(source: Source, keys: Iterable[Key]) -> Iterator[Line]:
    """Those of the keys that are still there, in this order."""
    for kind, some in groupby(keys, key=lambda key: key[0]):
        wanted = [(key,) for _, key in some]
        lines = find_lines(source.conn, BY_TYPE[kind], wanted)
        yield from (lines[key] for key in wanted if key in lines)

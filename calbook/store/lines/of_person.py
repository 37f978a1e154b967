"""The lines of an export in which a person stands: with others in them still."""

from __future__ import annotations

import json
from collections.abc import Iterable
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


def person_keys(source: Source, person: Person) -> dict[str, list[str]]:
    """By type, of all lines in which somebody stands, in the order of an export."""
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
    return found


def read_lines(source: Source, kind: str, keys: Iterable[str]) -> list[Line]:
    """Those of a type that are still there, in the order of the keys."""
    wanted = [(key,) for key in keys]
    lines = find_lines(source.conn, BY_TYPE[kind], wanted)
    return [lines[key] for key in wanted if key in lines]

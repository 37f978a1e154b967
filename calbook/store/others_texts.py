"""What others wrote of somebody who was made nobody: in bookings that are theirs.

What tells nobody else is taken out; what may mean another, and what is no text of a
booking, is found for people to look after.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import ids
from calbook.core.erasing import WORD, Marks
from calbook.core.people import fold_name, lasting_keys
from calbook.store.personal_places import OF_BOOKINGS, ROW_KEYS, Holds, all_texts
from calbook.store.writer import to_json

if TYPE_CHECKING:
    from calbook.store.erased_bookings import BookingEraser
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

Facts = dict[str, Any]

# What is taken out of: not busy time, which a calendar brings again.
_TEXTS: dict[str, dict[str, Holds]] = {
    **{name: p.columns for name, p in OF_BOOKINGS.items() if name != "busy"},
    "attendees": {
        **{"notes": Holds.TEXT, "responses": Holds.EMPTIED, "metadata": Holds.EMPTIED},
    },
    "waiting": {"request": Holds.JSON, "log": Holds.JSON},
}
_FREE = frozenset({Holds.EMPTIED, Holds.PLACE})  # JSON that people wrote as they liked
_PERSONS = frozenset({Holds.BY_PERSON, Holds.PERSON_KEY})
# Where a name is looked for besides.
_NAMED_IN = frozenset({"busy", "event_types", "schedule_overrides"})

_NAMELESS = """
    select uid, position, name from attendees
    where person_id is null and name is not null and exists (
        select 1 from json_each(:words) w where instr(fold_case(name), w.value) > 0
    )
    order by uid, position
"""
_IN_LINE = """
    select id, attendees from waiting where exists (
        select 1 from json_each(:words) w where instr(fold_case(attendees), w.value) > 0
    )
    order by number
"""
_MAILS = """
    select id, uid, channel, target, payload, status from deliveries
    where payload is not null and channel = 'mail' order by seq
"""


class Found(NamedTuple):
    """Where a person's words stand still; `uid` of the booking in which it is."""

    table: str
    key: str
    column: str
    uid: str | None = None


class TextEraser:
    """Takes marks out of what others wrote, and counts it with what was a booking's."""

    def __init__(self, tx: Writer, bookings: BookingEraser, marks: Marks) -> None:
        self._tx, self._bookings, self._marks = tx, bookings, marks

    def take_out(self) -> None:
        changed = [*self._changed_rows()]
        if changed:
            uids = {row["uid"] for _, row, _ in changed if row.get("uid")}
            for uid in sorted(uids):
                self._tx.lock_row(uid)
            for table, row, after in [*self._changed_rows()]:  # as they are by now
                self._bookings.update(table, ROW_KEYS[table], row, after)
            self._bookings.uids += sorted(uids - {*self._bookings.uids})
        for row in _mails(self._tx):
            text = _mail_text(row)
            if row["status"] != "pending" and self._marks.take_out(text) != text:
                self._bookings.erase_mail(row, is_to=False)

    def _changed_rows(self) -> Iterator[tuple[str, Facts, Facts]]:
        for table, columns in _TEXTS.items():
            for row in _rows_with(self._tx, self._marks, table, (*columns,)):
                after = {
                    name: _without(self._marks, holds, row[name])
                    for name, holds in columns.items()
                }
                if any(after[name] != row[name] for name in after):
                    yield table, row, after


def _without(marks: Marks, holds: Holds, value: str | None) -> str | None:
    if value is None or holds in _PERSONS:
        return value
    if holds is Holds.KEY:
        is_told = marks.take_out(value) != value
        return f"{WORD} {ids.delivery()}" if is_told else value
    if not _is_json(holds):
        return marks.take_out(value)
    before = json.loads(value)
    after = marks.take_out_of(before, is_free=_is_free(holds, before))
    return value if after == before else to_json(after)


def _is_json(holds: Holds) -> bool:
    return holds in _FREE or holds is Holds.JSON


def _is_free(holds: Holds, value: Any) -> bool:
    """Of a request that is a list, all but its words are people's own."""
    return holds in _FREE or isinstance(value, list)


# -- what is left ---------------------------------------------------------------------


def find_left(reader: Reader, marks: Marks) -> list[Found]:
    """Where somebody is told still, in every text there is."""
    if not marks.searched:
        return []
    found = [
        Found(table, " ".join(str(row[key]) for key in ROW_KEYS[table]), column, uid)
        for table, columns in all_texts().items()
        for row in _rows_with(reader, marks, table, columns)
        for uid in [row.get("uid")]
        for column in columns
        if row[column] and _is_told_in(marks, table, column, row[column])
    ]
    texts = {each.uid for each in found if each.uid}
    mails = [
        Found("deliveries", row["id"], "payload", row["uid"])
        for row in _mails(reader)
        for text in [_mail_text(row)]
        if marks.contacts_are_in(text) or (row["uid"] in texts and marks.are_in(text))
    ]
    return [*found, *_nameless(reader, marks), *mails]


def _is_told_in(marks: Marks, table: str, column: str, value: str) -> bool:
    holds = _TEXTS.get(table, {}).get(column)
    if (holds is None and table not in _NAMED_IN) or holds in _PERSONS:
        return marks.contacts_are_in(value)
    if holds is None or not _is_json(holds):
        return marks.are_in(value)
    said = json.loads(value)
    return marks.are_in_json(said, is_free=_is_free(holds, said))


def _nameless(reader: Reader, marks: Marks) -> Iterator[Found]:
    """Who has but the same name, in a booking or in line."""
    facts = {"words": to_json([*marks.searched])}
    for row in reader.connection.execute(_NAMELESS, facts).fetchall():
        if fold_name(row["name"]) in marks.names:
            key = f"{row['uid']} {row['position']}"
            yield Found("attendees", key, "name", row["uid"])
    for row in reader.connection.execute(_IN_LINE, facts).fetchall():
        persons = json.loads(row["attendees"])
        if any(
            fold_name(p["name"] or "") in marks.names and not lasting_keys(p)
            for p in persons
        ):
            yield Found("waiting", row["id"], "attendees")


def _rows_with(
    reader: Reader, marks: Marks, table: str, columns: tuple[str, ...]
) -> list[Facts]:
    """Rows in which something of somebody may stand."""
    keys = ROW_KEYS[table]
    of_booking = ["uid"] if table in _TEXTS and _HAS_UID.get(table, True) else []
    names = ", ".join(dict.fromkeys((*keys, *of_booking, *columns)))
    hits = " or ".join(f"instr(fold_case(t.{c}), w.value) > 0" for c in columns)
    found = reader.connection.execute(
        f"select {names} from {table} t where exists ("
        f"select 1 from json_each(:words) w where {hits})",
        {"words": to_json([*marks.searched])},
    )
    return [dict(row) for row in found.fetchall()]


_HAS_UID = dict.fromkeys(("idempotency_keys", "attempts", "waiting"), False)


def _mails(reader: Reader) -> list[Facts]:
    return [dict(row) for row in reader.connection.execute(_MAILS)]


def _mail_text(row: Facts) -> str:
    from calbook.core.mail_texts import read_mail_texts  # slow to import

    return read_mail_texts(row["payload"])

"""Who may be kept no longer: found by an index, a few at a time.

`seen_until` is never later than somebody's last date, so who is not found yet is not
looked at again before their time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.store.reader import EVERYTHING

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_NEVER = 221_845_392_000  # the year 9000, to be exported: of who has not even a name

_PEOPLE = """
    select p.*, coalesce((
        select max(o.end_at) from attendees a join occurrences o on o.uid = a.uid
        where a.person_id = p.id
    ), p.updated_at) as last_end
    from people p where p.erased_at is null and coalesce(p.seen_until, 0) < :before
    order by coalesce(p.seen_until, 0) limit :most
"""
_NAMELESS = """
    select a.uid, a.position, a.name, (
        select max(o.end_at) from occurrences o where o.uid = a.uid
    ) as last_end
    from attendees a
    where a.person_id is null and coalesce(a.seen_until, 0) < :before
    order by coalesce(a.seen_until, 0) limit :most
"""


def count_people(reader: Reader, before: int) -> int:
    """Whose last date was over before then, in the book or by a name alone."""
    facts = {"before": before, "most": EVERYTHING}
    found = reader.connection.execute(
        f"select (select count(*) from ({_PEOPLE}) p where p.last_end < :before)"
        f" + (select count(*) from ({_NAMELESS}) a"
        " where a.last_end < :before and a.name is not null) as people",
        facts,
    ).fetchone()
    assert found is not None
    return int(found["people"])


def people_to_look_at(reader: Reader, before: int, *, most: int) -> list[Row]:
    """Persons of the book who may have had their last date before then; `last_end`."""
    facts = {"before": before, "most": most}
    return reader.connection.execute(_PEOPLE, facts).fetchall()


def nameless_to_look_at(reader: Reader, before: int, *, most: int) -> list[Row]:
    """The same of attendees who are in no book."""
    facts = {"before": before, "most": most}
    return reader.connection.execute(_NAMELESS, facts).fetchall()


def entries_to_empty(reader: Reader, before: int, *, most: int) -> list[Row]:
    """Who was in line for what was over before then."""
    return reader.connection.execute(
        "select * from waiting where until < :before and erased_at is null"
        " order by until limit :most",
        {"before": before, "most": most},
    ).fetchall()


def note_person_seen(tx: Writer, id: str, at: int) -> None:
    tx.run("update people set seen_until = :at where id = :id", id=id, at=at)


def note_nameless_seen(tx: Writer, row: Row, at: int | None) -> None:
    """Of who has not even a name, None: a hold."""
    tx.run(
        "update attendees set seen_until = :at"
        " where uid = :uid and position = :position",
        uid=row["uid"],
        position=row["position"],
        at=_NEVER if at is None else at,
    )

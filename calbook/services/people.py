"""The book of people: looked at, corrected, and two entries made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from calbook.core.time import times
from calbook.services.catalog.entries import note_if_unchanged
from calbook.store import people
from calbook.store.reader import EVERYTHING, Reader
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


def list_people(
    context: Context, *, search: str | None, limit: int | None, offset: int
) -> list[Json]:
    """Everybody by name, or whose name, address, phone or number has a text in it."""
    from calbook.services.bookings.read import check_page

    check_page(limit, offset)
    most = EVERYTHING if limit is None else limit
    with context.store.read(Reader) as reader:
        rows = people.list_people(reader, search=search, limit=most, offset=offset)
    return [_person_json(row) for row in rows]


def get_person(context: Context, person: str) -> Json:
    """One of them, and how their meetings went."""
    from calbook.store.statistics import StatisticsReader

    now = times.epoch(context.clock())
    with context.store.read(StatisticsReader) as reader:
        row = people.find_person(reader, person)
        counted = reader.person_figures(row["id"], now=now)
    figures = {
        name: counted[column] if counted else 0 for name, column in _FIGURES.items()
    }
    return {**_person_json(row), "figures": figures}


_FIGURES = {
    **{name: name for name in ("bookings", "occurrences", "pending", "confirmed")},
    **{"completed": "completed", "noShow": "no_show", "cancelled": "cancelled"},
}


def update_person(
    context: Context, person: str, fields: Mapping[str, Any], *, dry_run: bool
) -> Json:
    """Correct what new bookings take from the book; those made keep what was told.

    Raises:
        Exists: another person is found by what is given.
    """
    from calbook.wire.reading.people import read_person_fields

    changes = read_person_fields(fields)

    def update(tx: Transaction) -> Json:
        row = people.find_person(tx, person)
        before = _person_json(row)
        if {**before, **changes} == before:
            note_if_unchanged(tx, before, before)
            return before
        people.correct_person(tx, row, changes, now=times.epoch(context.clock()))
        return _person_json(people.find_person(tx, row["id"]))

    return context.store.write(update, dry_run=dry_run)


def merge_people(
    context: Context, person: str, other: str, *, dry_run: bool = False
) -> Json:
    """Make two entries one: the first stays, and is found by all of the other's.

    Raises:
        NothingToChange: they are one already.
    """

    def merge(tx: Transaction) -> Json:
        first, second = (people.find_person(tx, each) for each in (person, other))
        people.merge_people(tx, first, second, now=times.epoch(context.clock()))
        return _person_json(people.find_person(tx, first["id"]))

    return context.store.write(merge, dry_run=dry_run)


def _person_json(row: Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "phone": row["phone"],
        "ref": row["ref"],
        "timezone": row["timezone"],
        "language": row["language"],
        "bookings": row["bookings"],
        "createdAt": times.rfc3339(row["created_at"], "UTC"),
        "updatedAt": times.rfc3339(row["updated_at"], "UTC"),
    }

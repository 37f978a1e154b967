"""The book of people: found, listed, corrected; `booked_people` puts them there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from calbook.core import checks
from calbook.core import people as core_people
from calbook.core.errors import AmbiguousPerson, Exists, NotFound, NothingToChange
from calbook.core.model import Attendee
from calbook.core.people import (
    ID_PREFIX,
    Wanted,
    label_with_contact,
    lasting_keys,
    possible_keys,
    searched_digits,
)
from calbook.core.text import excerpt, printable
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store.booked_people import FACTS, UPDATE, keys_of, replace_keys

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_SHOWN = 8  # candidates of an ambiguous text
_PERSON = """
    select p.*,
        (select count(distinct a.uid) from attendees a where a.person_id = p.id)
            as bookings
    from people p
"""
# The whole name first, then any of its words; of both, who has bookings.
_BY_NAME = f"""
    {_PERSON} where p.erased_at is null
        and instr(' ' || fold_case(p.name) || ' ', ' ' || :name || ' ') > 0
    order by fold_case(p.name) <> :name, not exists (
        select 1 from attendees a where a.person_id = p.id
    ), p.id limit {_SHOWN}
"""

# Who may be meant by a misspelt name or address: those that begin alike, some of them.
_LIKE = """
    select name from people
    where erased_at is null and substr(fold_case(name), 1, 1) = :first
    union
    select key as name from person_keys where substr(key, 1, 1) = :first limit 2000
"""


def find_person(reader: Reader, text: object) -> Row:
    """Somebody in the book: by an id, e-mail, phone, number, name, or a word of it.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: a name is more than one person's.
    """
    wanted = checks.line(text, "person", most=checks.EMAIL_LENGTH).strip()
    keys = possible_keys(wanted)
    owners = find_owners(reader, keys)
    for key in keys:
        if key in owners:
            facts = {"id": owners[key]}
            row: Row | None = reader.connection.execute(
                f"{_PERSON} where p.id = :id", facts
            ).fetchone()
            assert row is not None
            return row
    named: list[Row] = reader.connection.execute(
        _BY_NAME, {"name": wanted.casefold()}
    ).fetchall()
    whole = [row for row in named if row["name"].casefold() == wanted.casefold()]
    near = whole or named
    meant = [row for row in near if row["bookings"]] or near
    if not meant:
        raise _nobody_error(reader, wanted)
    if len(meant) > 1:
        raise AmbiguousPerson(
            excerpt(wanted),
            [f"{row['id']} {label_with_contact(dict(row))}" for row in meant],
        )
    return meant[0]


def _nobody_error(reader: Reader, text: str) -> NotFound:
    """Who is known by a name alone is found by it in the bookings."""
    import shlex

    like = reader.connection.execute(_LIKE, {"first": text[:1].casefold()})
    error = NotFound("person", excerpt(text), known=[row["name"] for row in like])
    if not text.startswith(ID_PREFIX) and error.hint is None:
        shown = printable(text)
        error.hint = (
            "who has but a name is not in the book; look into the bookings:"
            f" bookings.list(search={json.dumps(shown, ensure_ascii=False)})"
        )
        error.command_hint = (
            "who has but a name is not in the book; look into the bookings:"
            f" calbook list --search {shlex.quote(shown)}"
        )
    return error


def find_attendee(
    reader: Reader, text: object, said: Attendee | None = None
) -> Attendee:
    """Somebody as `find_person` finds them, to be booked; what is said goes first."""
    row = find_person(reader, text)
    known = Attendee(**{name: row[name] for name in FACTS}, person_id=row["id"])
    facts = {} if said is None else said._asdict()
    return known._replace(**{k: v for k, v in facts.items() if v is not None})


def find_in_booking(
    reader: Reader, attendees: Sequence[Attendee], wanted: Wanted
) -> Attendee:
    """The one of a booking who is meant, by its own facts or as the book finds them.

    The book is asked of a `person` whom the booking's own facts do not lead to.

    Raises:
        NotFound: nobody is.
        AmbiguousPerson: several are.
    """
    try:
        return core_people.find_attendee(attendees, wanted)
    except NotFound:
        if wanted.person is None:
            raise
        some = core_people.find_by_facts(attendees, wanted)
        ids = _find_ids(reader, some, wanted.person)
        found = [person for person in some if person.person_id in ids]
        if not found:
            raise
    return core_people.only_attendee(found, wanted)


def _find_ids(reader: Reader, attendees: Sequence[Attendee], text: str) -> list[str]:
    """Who of them the book finds by a text: by the surest of what it may be."""
    ids = {p.person_id for p in attendees if p.person_id}
    if not ids:
        return []
    owners = find_owners(reader, possible_keys(text))
    if found := [owners[k] for k in possible_keys(text) if owners.get(k) in ids]:
        return found[:1]
    named = reader.connection.execute(
        "select id, name from people where name is not null"
        " and id in (select value from json_each(:ids))",
        {"ids": json.dumps(sorted(ids))},
    )
    return core_people.find_by_name({row["id"]: row["name"] for row in named}, text)


def find_owners(reader: Reader, keys: Sequence[str]) -> dict[str, str]:
    """Whom keys lead to."""
    found = reader.connection.execute(
        "select key, person_id from person_keys"
        " where key in (select value from json_each(:keys))",
        {"keys": json.dumps(keys)},
    )
    return {row["key"]: row["person_id"] for row in found}


_SEARCHED = """
    and (
        instr(fold_case(p.name), :search) > 0
        or exists (
            select 1 from person_keys k where k.person_id = p.id and (
                k.key not like '%:%' and instr(fold_case(k.key), :search) > 0
                or k.key like 'ref:%'
                and instr(substr(fold_case(k.key), 5), :number) > 0
                or k.key like 'tel:%' and instr(k.key, :digits) > 0
            )
        )
    )
"""


def list_people(
    reader: Reader, *, search: str | None, limit: int, offset: int
) -> list[Row]:
    """By name, who has none last; nobody who was erased."""
    text = None if search is None else checks.prose(search, "search").casefold()
    return reader.connection.execute(
        f"{_PERSON} where p.erased_at is null {'' if text is None else _SEARCHED}"
        " order by p.name is null, fold_case(p.name), p.id"
        " limit :limit offset :offset",
        {
            **{"search": text, "limit": limit, "offset": offset},
            "number": checks.fold_ref(text or "") or None,
            "digits": searched_digits(text or ""),
        },
    ).fetchall()


# -- correcting -----------------------------------------------------------------------


def correct_person(
    tx: Writer, row: Row, changes: Mapping[str, Any], *, now: int
) -> None:
    """Set facts of somebody, who is found by the new ones from now on.

    What they replace leads to nobody, so that it may be somebody else's.

    Raises:
        Exists: another person is.
    """
    facts = {name: row[name] for name in FACTS} | dict(changes)
    own = keys_of(tx, row["id"])
    new = [key for key in lasting_keys(changes) if key not in own]
    if taken := find_owners(tx, new):
        other = taken[min(taken)]
        error = Exists("person", other)
        name = find_person(tx, other)["name"] or other
        error.json_message = f"{name} has that address or number ({other})"
        error.hint = f'if it is one person: people.merge("{row["id"]}", "{other}")'
        error.command_hint = (
            f"if it is one person: calbook person merge {row['id']} {other}"
        )
        raise error
    tx.run(UPDATE, id=row["id"], **facts, now=now)
    tx.insert_all(
        "person_keys", ("key", "person_id"), [(key, row["id"]) for key in new]
    )
    before = {name: row[name] for name in changes}
    replace_keys(tx, row["id"], before, facts)


def merge_people(tx: Writer, first: Row, second: Row, *, now: int) -> None:
    """All of the second's is the first's from now on.

    Raises:
        NothingToChange: they are one.
    """
    if first["id"] == second["id"]:
        raise NothingToChange(
            f"{first['id']} is one person already",
            hint="name two who are the same",
            person=first["id"],
        )
    facts = {n: second[n] if first[n] is None else first[n] for n in FACTS}
    tx.run(UPDATE, id=first["id"], **facts, now=now)
    for table in ("person_keys", "attendees"):
        tx.run(
            f"update {table} set person_id = :first where person_id = :second",
            first=first["id"],
            second=second["id"],
        )
    tx.run("delete from people where id = :id", id=second["id"])

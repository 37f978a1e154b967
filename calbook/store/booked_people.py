"""The book of people as bookings keep it: who is booked is found, or goes in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calbook.core import ids
from calbook.core.checks import fold_ref
from calbook.core.people import (
    id_key,
    key_kind,
    lasting_keys,
    person_key,
    phone_digits,
)
from calbook.core.time import times
from calbook.store.writer import Writer, to_json

if TYPE_CHECKING:
    from datetime import date

    from calbook.core.model import Attendee, Booking
    from calbook.store.reader import Reader

FACTS = ("name", "email", "phone", "ref", "timezone", "language")

_KNOWN = """
    select k.key as key, p.id as id, p.name as name, p.email as email,
        p.phone as phone, p.ref as ref, p.timezone as timezone,
        p.language as language
    from person_keys k join people p on p.id = k.person_id
    where k.person_id in (
        select f.person_id from person_keys f
        where f.key in (select value from json_each(:keys))
    )
"""
_INSERT_ATTENDEE = """
    insert into attendees (uid, position, email, person_key, name, phone, phone_digits,
        ref, ref_folded, timezone, language, responses, notes, metadata, person_id,
        only_on, absent_on)
    values (:uid, :position, :email, :person_key, :name, :phone, :phone_digits,
        :ref, :ref_folded, :timezone, :language, :responses, :notes, :metadata,
        :person_id, :only_on, :absent_on)
"""
_INSERT = """
    insert into people (id, name, email, phone, ref, timezone, language, created_at,
        updated_at)
    values (:id, :name, :email, :phone, :ref, :timezone, :language, :now, :now)
"""
UPDATE = """
    update people set name = :name, email = :email, phone = :phone, ref = :ref,
        timezone = :timezone, language = :language, updated_at = :now
    where id = :id
"""


def save_attendees(tx: Writer, after: Booking, before: Booking | None) -> None:
    """The attendees of a booking; what is new of them goes into the book."""
    known = {_facts(person) for person in before.attendees} if before else set()
    new = [person for person in after.attendees if _facts(person) not in known]
    persons = iter(record_people(tx, new, now=times.epoch(after.updated_at)))
    tx.run("delete from attendees where uid = :uid", uid=after.uid)
    for position, attendee in enumerate(after.attendees):
        is_known = _facts(attendee) in known
        facts = {
            **attendee._asdict(),
            "uid": after.uid,
            "position": position,
            "person_key": person_key(attendee),
            "phone_digits": phone_digits(attendee.phone),
            "ref_folded": attendee.ref and fold_ref(attendee.ref),
            "responses": to_json(attendee.responses or None),
            "metadata": to_json(attendee.metadata or None),
            "person_id": attendee.person_id if is_known else next(persons),
            "only_on": _to_dates(attendee.only_on),
            "absent_on": _to_dates(attendee.absent_on),
        }
        tx.run(_INSERT_ATTENDEE, **facts)


def _to_dates(days: Sequence[date]) -> str | None:
    return to_json([day.isoformat() for day in days]) if days else None


def _facts(person: Attendee) -> tuple[str | None, ...]:
    return (*(getattr(person, name) for name in FACTS), person.person_id)


class Known:
    """The persons of the book who may be meant, as they are to be."""

    def __init__(self, tx: Reader, keys: Sequence[str]) -> None:
        self.asked = frozenset(keys)
        self.owners: dict[str, str] = {}  # a person's id by each key
        self.facts: dict[str, dict[str, Any]] = {}
        self.new: set[str] = set()
        self.changed: set[str] = set()
        self.new_keys: list[tuple[str, str]] = []
        if not keys:
            return
        for row in tx.connection.execute(_KNOWN, {"keys": json.dumps(keys)}):
            self.owners[row["key"]] = row["id"]
            self.facts[row["id"]] = {name: row[name] for name in FACTS}

    def find(self, person: Attendee) -> str | None:
        """By the first of e-mail, phone and number that both have, if it is equal."""
        if person.person_id is not None:  # who was merged is found by an old id too
            return self.owners.get(id_key(person.person_id))
        passed: set[str] = set()
        for key in lasting_keys(person):
            owner = self.owners.get(key)
            if owner is not None and not passed & self._kinds(owner):
                return owner
            passed.add(key_kind(key))
        return None

    def _kinds(self, id: str) -> set[str]:
        return {key_kind(key) for key, owner in self.owners.items() if owner == id}

    def record(self, person: Attendee) -> str:
        """Take over what somebody says; who is new gets an id."""
        id = self.find(person)
        if id is None:
            id = ids.person()
            self.facts[id] = dict.fromkeys(FACTS)
            self.new.add(id)
        before = self.facts[id]
        said = {name: getattr(person, name) for name in FACTS}
        after = before | {
            name: value
            for name, value in said.items()
            if value is not None and not _is_same_fact(name, value, before[name])
        }
        if after != before:
            self.facts[id] = after
            self.changed.add(id)
        for key in (id_key(id), *lasting_keys(person)):
            if key not in self.owners:
                self.owners[key] = id
                self.new_keys.append((key, id))
        return id


def _known_of(tx: Writer, attendees: Sequence[Attendee]) -> Known:
    """What this transaction has asked already, if it was of them."""
    keys = _keys_of(attendees)
    asked: Known | None = tx.known_people
    tx.known_people = None
    return asked if asked and asked.asked.issuperset(keys) else Known(tx, keys)


def _keys_of(attendees: Sequence[Attendee]) -> list[str]:
    keys = [key for person in attendees for key in lasting_keys(person)]
    return keys + [id_key(p.person_id) for p in attendees if p.person_id]


def _is_same_fact(name: str, value: str, before: str | None) -> bool:
    """Whether an address or number is only written otherwise."""
    return before is not None and lasting_keys({name: value}) == (
        lasting_keys({name: before}) or None
    )


def find_people(reader: Reader, attendees: Sequence[Attendee]) -> list[str | None]:
    """Who of the book each of them is; None of those who are not in it."""
    known = Known(reader, _keys_of(attendees))
    return [known.find(person) for person in attendees]


def lock_people(tx: Writer, attendees: Sequence[Attendee]) -> None:
    """Be alone with what persons have booked, before it is looked at."""
    keys = {key for person in attendees for key in lasting_keys(person)}
    for key in sorted({*filter(None, find_people(tx, attendees)), *keys}):
        tx.lock_key(f"person {key}")


def record_people(
    tx: Writer, attendees: Sequence[Attendee], *, now: int
) -> list[str | None]:
    """Keep the latest name, zone, language and addresses of each; their ids.

    Who is known by a name alone is in no book. One question, whoever they are; of the
    writes none where nothing is new.
    """
    known = _known_of(tx, attendees)
    found = [
        known.record(person) if person.person_id or lasting_keys(person) else None
        for person in attendees
    ]
    tx.new_people |= known.new
    for id in sorted(known.new | known.changed):  # so that nobody waits in a circle
        statement = _INSERT if id in known.new else UPDATE
        tx.run(statement, id=id, **known.facts[id], now=now)
    tx.insert_all("person_keys", ("key", "person_id"), sorted(known.new_keys))
    return found


def complete_attendees(
    tx: Writer, attendees: Sequence[Attendee]
) -> tuple[Attendee, ...]:
    """With the zone and language that the book knows, where they do not say them."""
    tx.known_people = known = _known_of(tx, attendees)
    return tuple(
        _complete(each, known.facts.get(known.find(each) or "")) for each in attendees
    )


def _complete(person: Attendee, facts: dict[str, Any] | None) -> Attendee:
    if facts is None:
        return person
    return person._replace(
        timezone=person.timezone or facts["timezone"],
        language=person.language or facts["language"],
    )

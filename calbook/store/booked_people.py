"""The book of people as bookings keep it: who is booked is found, or goes in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from calbook.core import ids
from calbook.core import json_text as json
from calbook.core.people import (
    fold_name,
    former_key,
    id_key,
    key_kind,
    lasting_keys,
    person_key,
    read_former_key,
)
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.store import columns
from calbook.store.writer import Writer

if TYPE_CHECKING:
    from calbook.core.model import Attendee, Booking
    from calbook.store.connection import Connection
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
_UPDATE_REPLIES = """
    update attendees set replies = :replies where uid = :uid and position = :position
"""
_PEOPLE = ("id", *FACTS, "created_at", "updated_at")
UPDATE = """
    update people set name = :name, email = :email, phone = :phone, ref = :ref,
        timezone = :timezone, language = :language, updated_at = :now,
        erased_at = null
    where id = :id
"""


def save_attendees(tx: Writer, after: Booking, before: Booking) -> None:
    """The attendees of a booking; what is new of them goes into the book."""
    there = before.attendees
    if _without_replies(there) == _without_replies(after.attendees):
        _save_replies(tx, after, there)
        return
    known = {_facts(person) for person in there}
    new = [person for person in after.attendees if _facts(person) not in known]
    found = iter(_record_people(tx, new, there, now=times.epoch(after.updated_at)))
    tx.run("delete from attendees where uid = :uid", uid=after.uid)
    persons = [
        person.person_id if _facts(person) in known else next(found)
        for person in after.attendees
    ]
    _insert_attendees(tx, after, persons)


def save_new_attendees(tx: Writer, booking: Booking) -> list[dict[str, Any]]:
    """The attendees of a booking that is made just now, as the rows that they are."""
    persons = _record_people(
        tx, booking.attendees, (), now=times.epoch(booking.updated_at)
    )
    return _insert_attendees(tx, booking, persons)


def _insert_attendees(
    tx: Writer, booking: Booking, persons: Sequence[str | None]
) -> list[dict[str, Any]]:
    rows = [
        columns.attendee(booking.uid, position, attendee, person_id)
        for position, (attendee, person_id) in enumerate(
            zip(booking.attendees, persons, strict=True)
        )
    ]
    tx.insert_all("attendees", tuple(rows[0]), [tuple(row.values()) for row in rows])
    return rows


def _without_replies(persons: Sequence[Attendee]) -> list[Attendee]:
    return [person._replace(replies=()) for person in persons]


def _save_replies(tx: Writer, after: Booking, there: Sequence[Attendee]) -> None:
    """Of a group of a thousand who answer, a row for each answer."""
    for position, (old, new) in enumerate(zip(there, after.attendees, strict=True)):
        if old.replies != new.replies:
            replies = columns.replies(new)
            tx.run(_UPDATE_REPLIES, uid=after.uid, position=position, replies=replies)


def _facts(person: Attendee) -> tuple[str | None, ...]:
    return (*(getattr(person, name) for name in FACTS), person.person_id)


class Known:
    """The persons of the book who may be meant, as they are to be."""

    def __init__(self, tx: Reader, keys: Sequence[str]) -> None:
        self.asked: set[str] = set()
        self.owners: dict[str, str] = {}  # a person's id by each key
        self.former: set[tuple[str, str]] = set()  # a person's id, and a former key
        self.facts: dict[str, dict[str, Any]] = {}
        self.new: set[str] = set()
        self.changed: set[str] = set()
        self.new_keys: list[tuple[str, str]] = []
        self.ask(tx.connection, keys)

    def ask(self, conn: Connection, keys: Sequence[str]) -> None:
        """What the book says of others; what is known already has been said since."""
        self.asked |= {*keys}
        if not keys:
            return
        for row in conn.execute(_KNOWN, {"keys": json.dumps(keys)}):
            if (former := read_former_key(row["key"])) is not None:
                self.former.add((row["id"], former))
            else:
                self.owners[row["key"]] = row["id"]
            if row["id"] not in self.facts:
                self.facts[row["id"]] = {name: row[name] for name in FACTS}

    def forget_new(self) -> None:  # which is written
        self.new, self.changed, self.new_keys = set(), set(), []

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

    def record(self, person: Attendee, said: Collection[str]) -> str:
        """Take over the facts that are said; who is new gets an id."""
        id = self.find(person)
        former: set[str] = set()
        if id is not None:
            former = self._update(id, person, said)
        else:
            id = ids.person()
            self.facts[id] = {name: getattr(person, name) for name in FACTS}
            self.new.add(id)
        for key in (id_key(id), *lasting_keys(person)):
            if key not in self.owners and key not in former:
                self.owners[key] = id
                self.asked.add(key)
                self.new_keys.append((key, id))
        return id

    def _update(self, id: str, person: Attendee, said: Collection[str]) -> set[str]:
        """Take over what is said; the keys that are not to lead to them any more.

        What is not said a booking told before. It goes into the book where it has
        none, unless it had it and it was corrected.
        """
        before = self.facts[id]
        given = {n: v for n in FACTS if (v := getattr(person, n)) is not None}
        if not self.former and all(v == before[n] for n, v in given.items()):
            return set()  # as mostly
        former = {
            key
            for key in lasting_keys({n: v for n, v in given.items() if n not in said})
            if (id, key) in self.former and self.owners.get(key) != id
        }
        after = before | {
            name: value
            for name, value in given.items()
            if not _is_same_fact(name, value, before[name])
            and (name in said or before[name] is None)
            and former.isdisjoint(lasting_keys({name: value}))
        }
        if after != before:
            self.facts[id] = after
            self.changed.add(id)
        return former


def _known_of(tx: Writer, attendees: Sequence[Attendee]) -> Known:
    """What this transaction has asked already, if it was of them."""
    keys = _keys_of(attendees)
    asked: Known | None = tx.known_people
    if tx.keeps_people:
        return _ask_more(tx, asked, keys)
    tx.known_people = None
    return asked if asked and asked.asked.issuperset(keys) else Known(tx, keys)


_MOST_KNOWN = 5_000


def _ask_more(tx: Writer, known: Known | None, keys: Sequence[str]) -> Known:
    if known is None or len(known.facts) > _MOST_KNOWN:
        tx.known_people = known = Known(tx, keys)
    elif new := [key for key in keys if key not in known.asked]:
        known.ask(tx.unwritten, new)
    return known


def ask_ahead(tx: Writer, persons: Iterable[Attendee]) -> None:
    """Read what the book knows of many who will be booked."""
    keys = dict.fromkeys(key for p in persons for key in lasting_keys(p))
    _ask_more(tx, tx.known_people, [*keys])


def keys_of(reader: Reader, id: str) -> set[str]:
    """All that somebody is found by, or was."""
    found = reader.connection.execute(
        "select key from person_keys where person_id = :id", {"id": id}
    )
    return {row["key"] for row in found}


def replace_keys(
    tx: Writer,
    id: str,
    before: Attendee | Mapping[str, Any],
    after: Attendee | Mapping[str, Any],
) -> None:
    """What somebody was found by and is no more leads to nobody."""
    replaced = set(lasting_keys(before)) - set(lasting_keys(after))
    own = keys_of(tx, id)
    for key in sorted(replaced & own):
        tx.run("delete from person_keys where key = :key", key=key)
        if (former := former_key(id, key)) not in own:
            tx.insert_all("person_keys", ("key", "person_id"), [(former, id)])


def _keys_of(attendees: Sequence[Attendee]) -> list[str]:
    keys = [key for person in attendees for key in lasting_keys(person)]
    return keys + [id_key(p.person_id) for p in attendees if p.person_id]


def _is_same_fact(name: str, value: str, before: str | None) -> bool:
    """Whether an address or number is only written otherwise."""
    return before is not None and (
        value == before
        or lasting_keys({name: value}) == (lasting_keys({name: before}) or None)
    )


def find_people(reader: Reader, attendees: Sequence[Attendee]) -> list[str | None]:
    """Who of the book each of them is; None of those who are not in it."""
    known = Known(reader, _keys_of(attendees))
    return [known.find(person) for person in attendees]


def correct_attendee(
    tx: Writer, uid: str, before: Attendee, after: Attendee
) -> Attendee:
    """With who it is, once a booking says other facts of its person.

    The same by the surest of them; else whom the new facts lead to. Where they lead to
    nobody, the name is the same and this was the only booking, the entry of the book is
    corrected, as it would be left with none.
    """
    if person_key(before) == person_key(after) or before.person_id is None:
        return after
    stranger = after._replace(person_id=None)
    [found] = find_people(tx, [stranger])
    names = {fold_name(each.name) for each in (before, after) if each.name}
    is_other = found is not None or len(names) > 1 or not lasting_keys(after)
    if is_other or _has_other_bookings(tx, before.person_id, uid):
        return stranger
    said = {name: value for name, value in after._asdict().items() if value}
    old = {name: getattr(before, name) for name in said}
    replace_keys(tx, before.person_id, old, said)
    return after


def _has_other_bookings(reader: Reader, id: str, uid: str) -> bool:
    found = reader.connection.execute(
        "select 1 from attendees where person_id = :id and uid <> :uid limit 1",
        {"id": id, "uid": uid},
    )
    return found.fetchone() is not None


def lock_people(tx: Writer, attendees: Sequence[Attendee]) -> None:
    """Be alone with what persons have booked, before it is looked at."""
    keys = {key for person in attendees for key in lasting_keys(person)}
    for key in sorted({*filter(None, find_people(tx, attendees)), *keys}):
        tx.lock_key(f"person {key}")


def _record_people(
    tx: Writer, attendees: Sequence[Attendee], there: Sequence[Attendee], *, now: int
) -> list[str | None]:
    """Keep the latest name, zone, language and addresses of each; their ids.

    Who is known by a name alone is in no book. One question, whoever they are; of the
    writes none where nothing is new.
    """
    known = _known_of(tx, attendees)
    found = [
        known.record(person, _said_facts(tx, person, there))
        if person.person_id or lasting_keys(person)
        else None
        for person in attendees
    ]
    tx.new_people |= known.new
    for id in sorted(known.new | known.changed):  # so that nobody waits in a circle
        facts = known.facts[id]
        if id in known.new:
            tx.insert_all("people", _PEOPLE, [(id, *facts.values(), now, now)])
        else:
            tx.add("people", UPDATE, **facts, id=id, now=now)
    tx.insert_all("person_keys", ("key", "person_id"), sorted(known.new_keys))
    known.forget_new()
    return found


def _said_facts(
    tx: Writer, person: Attendee, there: Sequence[Attendee]
) -> Collection[str]:
    """What is said of somebody now, and not only carried along by a booking."""
    id = person.person_id
    if id is None or id in tx.named:
        return FACTS
    same = [each for each in there if each.person_id == id]
    return [
        name
        for name in FACTS
        if same and getattr(person, name) not in {getattr(p, name) for p in same}
    ]


def complete_attendees(
    tx: Writer, attendees: Sequence[Attendee]
) -> tuple[Attendee, ...]:
    """With the zone and language that the book knows, where they do not say them.

    What they say of somebody who is named by the book goes into it.
    """
    tx.named |= {person.person_id for person in attendees if person.person_id}
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

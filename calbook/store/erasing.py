"""Persons of a store made nobody: who they are, and all that is theirs.

Within the caller's transaction; `erased_bookings` does what is a booking's, and
`others_texts` what others wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import erasing, ids
from calbook.core.checks import fold_email
from calbook.core.erasing import WORD, Identity, Marks, Words
from calbook.core.people import key_kind, read_former_key
from calbook.store.booking_filters import HAS_EXPIRED, TAKES_PART
from calbook.store.erased_bookings import BookingEraser
from calbook.store.writer import to_json

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.reader import Reader
    from calbook.store.writer import Writer

_KEYS = """
    select k.key, k.person_id from person_keys k
    where k.person_id = :id or k.key in (select value from json_each(:keys))
"""
_COMING = f"""
    select distinct a.uid from attendees a join occurrences o on o.uid = a.uid
    where {{who}} and o.status in ('PENDING', 'CONFIRMED') and o.end_at > :now
        and not {HAS_EXPIRED.format(row="o")} and {TAKES_PART}
    order by a.uid
"""
_NAMED_IN = """
    select uid, change, replaced, booking from events where exists (
        select 1 from json_each(:words) w
        where instr(fold_case(booking), w.value) > 0
            or instr(fold_case(replaced), w.value) > 0
            or instr(fold_case(change), w.value) > 0
    )
"""
_IN_LINE = """
    select * from waiting where exists (
        select 1 from json_each(:words) w
        where instr(fold_case(attendees), w.value) > 0
            or instr(fold_case(request), w.value) > 0
    ) or :uid in (id, offered_uid)
    order by number
"""
_EMPTY_PERSON = """
    update people set name = :word, email = null, phone = null, ref = null,
        language = null, erased_at = :now, updated_at = :now
    where id = :id
"""


class Person(NamedTuple):
    """Somebody to be made nobody: by what they are told, and their bookings.

    `id` is that of the book; `uid` of the booking, or of the entry of the waiting list,
    of who is known by a name alone.
    """

    id: str | None
    identity: Identity
    uids: tuple[str, ...]
    uid: str | None = None


# -- who ------------------------------------------------------------------------------


def read_person(reader: Reader, row: Row, *, everywhere: bool) -> Person:
    """Somebody of the book; `everywhere`: also where they are booked no more."""
    id = row["id"]
    identity = Identity(ids=frozenset({id})).learn(
        {name: row[name] for name in ("name", "email", "phone", "ref")}
    )
    identity = _learn_keys(reader, identity, id)
    rows = reader.connection.execute(
        "select uid, name, email, phone, ref from attendees"
        " where person_id = :id order by uid",
        {"id": id},
    )
    uids: dict[str, None] = {}
    for each in rows:
        facts = {name: each[name] for name in ("name", "email", "phone", "ref")}
        identity = identity.learn(facts)
        uids[each["uid"]] = None
    identity = _without_others(reader, identity, id)
    if everywhere:
        uids |= dict.fromkeys(_former_bookings(reader, identity))
    for uid in uids:
        identity = _learn_history(reader, identity, uid)
    return Person(id, _without_others(reader, identity, id), tuple(uids))


def read_nameless(name: str, uid: str) -> Person:
    """Who is known by a name alone, in one booking or entry of the waiting list."""
    uids = () if ids.is_waiting(uid) else (uid,)
    return Person(None, Identity(names=frozenset({name})), uids, uid)


def read_stranger(reader: Reader, facts: Mapping[str, Any]) -> Person:
    """Who is in no book, by an address or number: in line, or gone from a group."""
    identity = Identity().learn(facts)
    return Person(
        None, identity, tuple(dict.fromkeys(_former_bookings(reader, identity)))
    )


def _learn_keys(reader: Reader, identity: Identity, id: str) -> Identity:
    """All ids, addresses and numbers that lead to somebody, or did."""
    facts = {"id": id, "keys": "[]"}
    for row in reader.connection.execute(_KEYS, facts).fetchall():
        key = read_former_key(row["key"]) or row["key"]
        kind, bare = key_kind(key), key.partition(":")[2]
        if kind == "id":
            identity = identity._replace(ids=identity.ids | {bare})
        elif kind in _FACTS:
            fact = key if kind == "email" else bare
            identity = identity.learn({_FACTS[kind]: fact})
    return identity


_FACTS = {"email": "email", "tel": "phone", "ref": "ref"}


def _without_others(reader: Reader, identity: Identity, id: str) -> Identity:
    """An address that was corrected may be another's, and a number of two."""
    facts = {"id": "", "keys": json.dumps(sorted(identity.keys))}
    found = reader.connection.execute(_KEYS, facts).fetchall()
    others = [row["key"] for row in found if row["person_id"] != id]
    return identity.without_keys(others)


def _former_bookings(reader: Reader, identity: Identity) -> Iterator[str]:
    """Bookings in whose history somebody is a person, and not only a word."""
    words = to_json([*sorted(identity.ids), *Words(identity).searched])
    for row in reader.connection.execute(_NAMED_IN, {"words": words}):
        said = (json.loads(row[n] or "{}") for n in _HISTORY)
        if any(erasing.is_person_in(each, identity) for each in said):
            yield row["uid"]


_HISTORY = ("change", "replaced", "booking")


def _learn_history(reader: Reader, identity: Identity, uid: str) -> Identity:
    rows = reader.connection.execute(
        "select change, replaced, booking from events where uid = :uid order by seq",
        {"uid": uid},
    )
    bare = identity._replace(names=frozenset())  # names are learnt, and tell nobody
    for row in rows.fetchall():
        for column in _HISTORY:
            bare = erasing.find_forms(json.loads(row[column] or "{}"), bare)
    return bare._replace(names=bare.names | identity.names)


def coming_bookings(reader: Reader, person: Person, now: int) -> list[str]:
    """What is still to take place with somebody."""
    if person.uid is None and person.id is None:
        return []
    if person.id is None:
        who, facts = (
            "a.uid = :uid and a.name = :name",
            {
                "uid": person.uid,
                "name": next(iter(person.identity.names)),
            },
        )
    else:
        who, facts = "a.person_id = :id", {"id": person.id}
    found = reader.connection.execute(_COMING.format(who=who), {**facts, "now": now})
    return [row["uid"] for row in found.fetchall()]


def entries_in_line(reader: Reader, person: Person, now: int) -> list[str]:
    """What somebody waits for, or was offered."""
    return [
        row["id"]
        for row in _entries(reader, person)
        if (row["state"] == "waiting" and row["until"] > now)
        or (row["state"] == "offered" and row["held_until"] > now)
        if any(map(person.identity.is_meant, json.loads(row["attendees"])))
    ]


def entries_of(reader: Reader, person: Person) -> list[str]:
    """All that somebody waits for, or did."""
    return [
        row["id"]
        for row in _entries(reader, person)
        if any(map(person.identity.is_meant, json.loads(row["attendees"])))
    ]


def _entries(reader: Reader, person: Person) -> list[Row]:
    words = [*sorted(person.identity.ids), *Words(person.identity).searched]
    facts = {"words": to_json(words), "uid": person.uid or ""}
    return reader.connection.execute(_IN_LINE, facts).fetchall()


# -- all that is theirs ---------------------------------------------------------------


class Eraser:
    """Makes persons nobody, and counts the rows that it changes by table."""

    def __init__(self, tx: Writer, now: int, *, empties: bool = False) -> None:
        self._tx = tx
        self._now = now
        self._bookings = BookingEraser(tx, now, empties=empties)

    @property
    def changed(self) -> Counter[str]:
        return self._bookings.changed

    @property
    def uids(self) -> list[str]:
        """The bookings in which something was."""
        return self._bookings.uids

    @property
    def dropped(self) -> int:
        """How many mails that waited are not sent."""
        return self._bookings.dropped

    def erase(self, person: Person) -> None:
        for uid in person.uids:
            self._bookings.erase(uid, person.identity)
        self._empty_entries(person)
        self._erase_mails(person.identity.emails)
        if person.id is not None:
            self._empty_person(person.id)

    def take_out_of_texts(self, marks: Marks) -> None:
        """Of what others wrote, in bookings that are theirs."""
        from calbook.store.others_texts import TextEraser

        TextEraser(self._tx, self._bookings, marks).take_out()

    def _empty_person(self, id: str) -> None:
        self.changed["people"] += self._tx.count(
            _EMPTY_PERSON, id=id, word=WORD, now=self._now
        )
        self.changed["person_keys"] += self._tx.count(
            "delete from person_keys where person_id = :id and key not like 'id:%'",
            id=id,
        )

    def _erase_mails(self, emails: Iterable[str]) -> None:
        """Also of bookings that they are in no more."""
        for address in sorted({fold_email(email) for email in emails}):
            rows = self._tx.connection.execute(
                "select id, channel, target, payload, status from deliveries"
                " where channel = 'mail' and target = :target",
                {"target": address},
            ).fetchall()
            for row in rows:
                self._bookings.erase_mail(dict(row), is_to=True)

    def _empty_entries(self, person: Person) -> None:
        for row in _entries(self._tx, person):
            after = _empty_entry(row, person.identity)
            if after is None:
                continue
            self._tx.run(
                "update waiting set attendees = :attendees, request = :request,"
                " log = :log, erased_at = coalesce(erased_at, :erased_at)"
                " where id = :id",
                **after,
                erased_at=self._now if after.pop("is_empty") else None,
                id=row["id"],
            )
            self.changed["waiting"] += 1


def _empty_entry(row: Row, identity: Identity) -> dict[str, Any] | None:
    """Somebody in line as nobody; None where they are not in it."""
    persons = json.loads(row["attendees"])
    meant = [identity.is_meant(person) for person in persons]
    own = identity.without_names(
        p["name"] for p, is_them in zip(persons, meant, strict=True) if not is_them
    )
    if not any(meant):
        return None
    names = iter(erasing.own_name(n) for n in range(len(persons)))
    after = [
        {**dict.fromkeys(person), "name": next(names)} if is_them else person
        for person, is_them in zip(persons, meant, strict=True)
    ]
    words = Words(own)
    request = erasing.erase_from_json(
        json.loads(row["request"]), own.is_meant, words, is_own=meant[0]
    )
    return {
        "attendees": to_json(after),
        "request": to_json(request),
        "log": to_json(words.take_out_of(json.loads(row["log"]))),
        "is_empty": all(str(each["name"]).startswith(WORD) for each in after),
    }


def empty_whole_entry(tx: Writer, row: Row, now: int) -> None:
    """All who were in line by an entry, as nobody."""
    persons = [
        {**dict.fromkeys(person), "name": erasing.own_name(n)}
        for n, person in enumerate(json.loads(row["attendees"]))
    ]
    request = erasing.erase_from_json(
        json.loads(row["request"]), lambda _: True, Words(Identity()), is_own=True
    )
    tx.run(
        "update waiting set attendees = :attendees, request = :request,"
        " erased_at = :now where id = :id",
        attendees=to_json(persons),
        request=to_json(request),
        now=now,
        id=row["id"],
    )

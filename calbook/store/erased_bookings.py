"""One booking made to say nothing of somebody: its rows, one table after another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.core import erasing, ids
from calbook.core.checks import fold_email
from calbook.core.erasing import WORD, Identity, Words
from calbook.core.people import id_key, lasting_keys, person_key
from calbook.store.personal_places import OF_BOOKINGS, Holds
from calbook.store.writer import to_json

if TYPE_CHECKING:
    from calbook.store.writer import Writer

Facts = dict[str, Any]

_FACTS = ("name", "email", "phone", "ref")

_NOBODY = """
    insert into people (id, name, created_at, updated_at, erased_at)
    values (:id, :word, :now, :now, :now)
"""
_ATTENDEE = """
    update attendees set name = :name, person_key = :key, person_id = :person_id,
        email = null, phone = null, phone_digits = null, ref = null,
        ref_folded = null, language = null, responses = null, notes = null,
        metadata = null, replies = null
    where uid = :uid and position = :position
"""
_DELIVERIES = """
    select id, channel, target, payload, status from deliveries where uid = :uid
    order by seq
"""
_DROP_TEXT = """
    update deliveries set payload = null, target = :target,
        status = case when status = 'pending' then 'dropped' else status end,
        finished_at = case when status = 'pending' then :now else finished_at end
    where id = :id
"""


class Scope(NamedTuple):
    """What somebody is in one booking; `name` is what they are called from now on.

    `is_own`: what is said of nobody else in it is theirs. `is_alone`: nobody else is
    in it. `is_everybodys`: who was in it once is not to be found in it either.
    """

    uid: str
    identity: Identity
    words: Words
    name: str
    renamed: Mapping[str, str]  # keys of persons
    is_own: bool
    is_alone: bool
    is_everybodys: bool
    has_own_place: bool

    def is_meant(self, person: Mapping[str, Any]) -> bool:
        if self.is_everybodys:
            text = person.get("text", person.get("name"))
            has_contact = any(person.get(key) for key in ("email", "phone", "ref"))
            return has_contact or not str(text or WORD).startswith(WORD)
        return self.identity.is_meant(person)

    def new_key(self, key: str) -> str:
        if key in self.renamed:
            return self.renamed[key]
        return f"name:{self.name}" if self.is_meant({"text": key}) else key


class BookingEraser:
    """Erases persons from bookings, and counts what it changes by table."""

    def __init__(self, tx: Writer, now: int, *, empties: bool) -> None:
        """`empties`: a booking in which nobody is left is emptied of all who were."""
        self._tx = tx
        self._now = now
        self._empties = empties
        self.changed: Counter[str] = Counter()
        self.uids: list[str] = []  # of bookings in which something was
        self.dropped = 0  # mails that waited

    def erase(self, uid: str, identity: Identity) -> None:
        """Make a booking say nothing of somebody."""
        before = self.changed.total()
        self._erase(uid, identity)
        if self.changed.total() > before:
            self.uids.append(uid)

    def _erase(self, uid: str, identity: Identity) -> None:
        rows = self._rows("select * from attendees where uid = :uid", uid=uid)
        rows.sort(key=lambda row: int(row["position"]))
        mine = [row for row in rows if self._is_in(row, identity)]
        others = [row for row in rows if row not in mine]
        names = {row["position"]: name for row, name in _new_names(mine, others)}
        own = self._identity_here(uid, identity, mine, others)
        booking = self._rows("select * from bookings where uid = :uid", uid=uid)[0]
        left = [row for row in others if not _is_nobody(row)]
        scope = Scope(
            uid=uid,
            identity=own,
            words=Words(own, (row["name"] for row in others)),
            name=next(iter(names.values()), erasing.own_name(0)),
            renamed={
                row["person_key"]: f"name:{names[row['position']]}" for row in mine
            },
            is_own=(bool(mine) and mine[0]["position"] == 0) or not left,
            is_alone=not others,
            is_everybodys=self._empties and not left,
            has_own_place=bool(booking["has_own_location"]),
        )
        for row in mine:
            self._empty_attendee(row, names[row["position"]])
        for row in left:
            self._sweep(scope, row)
        for table, place in OF_BOOKINGS.items():
            found = self._rows(
                f"select * from {table} where {place.of_booking}", uid=uid
            )
            for row in found:
                after = {
                    c: _rewrite(scope, h, row[c]) for c, h in place.columns.items()
                }
                if (
                    table == "counter_proposals"
                    and after["person_key"] != row["person_key"]
                ):
                    after["comment"] = None
                self.update(table, place.keys, row, after)
        self._erase_mails(scope)
        self._forget_reminders(scope)

    def _identity_here(
        self, uid: str, identity: Identity, mine: list[Facts], others: list[Facts]
    ) -> Identity:
        """With what is theirs in this booking, though it is another's by now."""
        for row in mine:
            identity = identity.learn({name: row[name] for name in _FACTS})
        history = (
            "select change, replaced, booking from events where uid = :uid order by seq"
        )
        own = identity._replace(names=frozenset())  # they are learnt, and tell nobody
        for row in self._rows(history, uid=uid):
            for value in filter(None, row.values()):
                own = erasing.find_forms(json.loads(value), own)
        own = own._replace(names=own.names | identity.names)
        taken = {key for row in others for key in lasting_keys(row)}
        return own.without_keys(taken).without_names(row["name"] for row in others)

    def _is_in(self, row: Mapping[str, Any], identity: Identity) -> bool:
        if identity.ids or row["person_id"] is not None:
            return row["person_id"] in identity.ids
        return identity.is_meant({"name": row["name"]}) and not _is_nobody(row)

    # -- rows

    def _rows(self, statement: str, **facts: Any) -> list[Facts]:
        return [dict(row) for row in self._tx.connection.execute(statement, facts)]

    def update(
        self, table: str, keys: tuple[str, ...], row: Facts, after: Facts
    ) -> None:
        """Write what differs, and count the row."""
        new = {name: value for name, value in after.items() if value != row[name]}
        if not new:
            return
        changes = ", ".join(f"{name} = :new_{name}" for name in new)
        where = " and ".join(f"{key} = :{key}" for key in keys)
        self._tx.run(
            f"update {table} set {changes} where {where}",
            **{f"new_{name}": value for name, value in new.items()},
            **{key: row[key] for key in keys},
        )
        self.changed[table] += 1

    def _empty_attendee(self, row: Facts, name: str) -> None:
        id = row["person_id"]
        if id is None:  # known by a name alone
            id = ids.person()
            self._tx.run(_NOBODY, id=id, word=WORD, now=self._now)
            self._tx.insert_all("person_keys", ("key", "person_id"), [(id_key(id), id)])
        self._tx.run(
            _ATTENDEE,
            **{key: row[key] for key in ("uid", "position")},
            name=name,
            key=f"name:{name}",
            person_id=id,
        )
        self.changed["attendees"] += 1

    def _sweep(self, scope: Scope, row: Facts) -> None:
        """What another attendee wrote may name them."""
        after = {
            **{n: _sweep_json(scope, row[n]) for n in ("responses", "metadata")},
            "notes": row["notes"] and scope.words.take_out(row["notes"]),
        }
        self.update("attendees", ("uid", "position"), row, after)

    # -- what was sent, and is to be

    def _erase_mails(self, scope: Scope) -> None:
        addresses = {fold_email(email) for email in scope.identity.emails}
        for row in self._rows(_DELIVERIES, uid=scope.uid):
            is_to = row["channel"] == "mail" and row["target"] in addresses
            if is_to or self._names_them(scope, row):
                self.erase_mail(row, is_to=is_to)

    def _names_them(self, scope: Scope, row: Facts) -> bool:
        if row["payload"] is None:
            return False
        if scope.is_alone or scope.is_everybodys:
            return True
        from calbook.core.mail_texts import read_mail_texts  # slow to import

        return scope.words.are_in(read_mail_texts(row["payload"]))

    def erase_mail(self, row: Facts, *, is_to: bool) -> None:
        """Drop a mail's text, the mail where it waits, and the address it went to."""
        self._tx.run(
            _DROP_TEXT,
            id=row["id"],
            target=WORD if is_to else row["target"],
            now=self._now,
        )
        self.changed["deliveries"] += 1
        self.dropped += row["status"] == "pending"
        if is_to:
            self.changed["attempts"] += self._tx.count(
                "update attempts set text = :word where delivery = :id"
                " and text <> :word and text <> ''",
                id=row["id"],
                word=WORD,
            )

    def _forget_reminders(self, scope: Scope) -> None:
        addresses = {fold_email(email) for email in scope.identity.emails}
        for address in sorted(addresses):
            self.changed["reminders"] += self._tx.count(
                "delete from reminders where uid = :uid and target = :target",
                uid=scope.uid,
                target=address,
            )


def _is_nobody(row: Mapping[str, Any]) -> bool:
    """Whether an attendee was made nobody before."""
    has_contact = row["email"] or row["phone"] or row["ref"]
    return not has_contact and str(row["name"] or "").startswith(WORD)


def _new_names(mine: list[Facts], others: list[Facts]) -> Iterator[tuple[Facts, str]]:
    """What each is called now: no two in one booking alike."""
    taken = {person_key(row) for row in others}
    free = (erasing.own_name(n) for n in range(len(mine) + len(others)))
    names = (name for name in free if f"name:{name}" not in taken)
    yield from zip(mine, names, strict=False)


# -- columns --------------------------------------------------------------------------


def _rewrite(scope: Scope, holds: Holds, value: Any) -> Any:
    return None if value is None else _REWRITERS[holds](scope, value)


def _sweep_text(scope: Scope, value: str) -> str:
    return scope.words.take_out(value)


def _sweep_contacts(scope: Scope, value: str) -> str:
    return scope.words.take_contacts_out(value)


def _sweep_json(scope: Scope, value: str | None) -> str | None:
    """Answers and metadata, whose keys are people's own as well."""
    if value is None:
        return None
    before = json.loads(value)
    after = scope.words.take_out_of(before, is_free=True)
    return value if after == before else to_json(after)


def _take_own(scope: Scope, value: str) -> str | None:
    return None if scope.is_own else _sweep_text(scope, value)


def _empty(scope: Scope, value: str) -> str | None:
    return "{}" if scope.is_own else _sweep_json(scope, value)


def _take_place(scope: Scope, value: str) -> str | None:
    if scope.is_own and scope.has_own_place:
        return None
    before = json.loads(value)
    after = scope.words.take_out_of({"location": before})["location"]
    return value if after == before else to_json(after)


def _erase_from_json(scope: Scope, value: str) -> str | None:
    before = json.loads(value)
    after = erasing.erase_from_json(
        before,
        scope.is_meant,
        scope.words,
        is_own=scope.is_own,
        keeps_place=not scope.has_own_place,
        name=scope.name,
    )
    return value if after == before else to_json(after)


def _rename_keys(scope: Scope, value: str) -> str | None:
    before = json.loads(value)
    after = {scope.new_key(key): item for key, item in before.items()}
    return value if after == before else to_json(after)


def _rewrite_note(scope: Scope, value: str) -> str:
    if scope.is_alone or scope.is_everybodys or scope.words.are_hinted_in(value):
        return WORD
    return value


def _replace_key(scope: Scope, value: str) -> str:
    """One that is made of an address, with whatever beside it."""
    said = value.casefold()
    is_theirs = scope.words.are_in(value) or any(
        word in said for word in scope.words.searched
    )
    return f"{WORD} {ids.delivery()}" if is_theirs else value


_REWRITERS: dict[Holds, Callable[[Scope, str], Any]] = {
    Holds.TEXT: _sweep_text,
    Holds.CONTACTS: _sweep_contacts,
    Holds.OWN: _take_own,
    Holds.EMPTIED: _empty,
    Holds.PLACE: _take_place,
    Holds.JSON: _erase_from_json,
    Holds.BY_PERSON: _rename_keys,
    Holds.PERSON_KEY: Scope.new_key,
    Holds.NOTE: _rewrite_note,
    Holds.KEY: _replace_key,
}

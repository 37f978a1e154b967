"""Lines of an export as far as they are about one person: nobody else's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from calbook.core.checks import fold_email
from calbook.core.erasing import Identity, Words, is_person_in
from calbook.core.people import fold_name, lasting_keys
from calbook.core.personal_data import (
    PERSON_FACTS,
    as_person,
    replace_personal_data,
)

Line = dict[str, Any]

# Of a booking, what says nothing of persons though a key is called as if it did.
_KEPT = {"hosts", "policy", "recurring"}
_UNSAID = {"calendarObjects", "reminderPlans"}


def limit_line(line: Line, identity: Identity) -> Line | None:
    """None of a line that says nothing of the person."""
    limit = _BY_TYPE.get(line["type"])
    return None if limit is None else limit(line, identity)


def _booking(line: Line, identity: Identity) -> Line:
    mine = [identity.is_meant(person) for person in line["attendees"]]
    others = [p["name"] for p in line["attendees"] if not identity.is_meant(p)]
    own = identity.without_names(others)
    is_alone = not others and not _has_company(line, own)
    found = {
        key: value
        if key in _KEPT
        else _limit({key: value, **_primary(line, key)}, own)[key]
        for key, value in line.items()
        if key not in _UNSAID
    }
    persons = [
        p for p, is_mine in zip(found["attendees"], mine, strict=True) if is_mine
    ]
    words = Words(own, others)
    notes = {
        key: [n for n in line[key] if is_alone or words.are_hinted_in(n["content"])]
        for key in ("hostNotes", "privateNotes")
    }
    counters = [c for c in line["counterProposals"] if own.is_meant(c)]
    events = [
        _without_other_actor(limited, own)
        for event, limited in zip(line["events"], found["events"], strict=True)
        if is_alone or _is_about(event["change"], own, words)
    ]
    return {
        **found,
        **notes,
        "attendees": persons,
        "counterProposals": counters,
        "events": events,
    }


def _primary(line: Line, key: str) -> Line:
    """What of the whole booking says whose its texts are."""
    return {} if key == "attendees" else {"attendees": line["attendees"]}


def _is_about(change: Line, own: Identity, words: Words) -> bool:
    """What others did in company, and notes on them, are not told."""
    named = change.get("attendee") or change.get("person")
    if named and not own.is_meant(as_person(named)):
        return False
    note = change.get("note")
    return not (note and note["content"]) or words.are_hinted_in(note["content"])


def _has_company(line: Line, own: Identity) -> bool:
    """Whether somebody else was in a booking once.

    Who had the same name, or had but a name where there is one seat, is the person
    before a correction.
    """
    found = []

    def is_meant(person: Mapping[str, Any]) -> bool:
        name = fold_name(str(person.get("name") or ""))
        is_other = "text" not in person and not own.is_meant(person)
        if is_other and name not in map(fold_name, own.names):
            found.append(line["isGroup"] or bool(lasting_keys(person)))
        return False

    replace_personal_data(line["events"], is_meant, lambda _, fact: fact)
    return any(found)


def _without_other_actor(event: Line, own: Identity) -> Line:
    """Who booked by themselves may have been somebody else."""
    actor = event["actor"]
    is_own = event["by"] != "attendee" or (actor and own.is_meant({"text": actor}))
    return event if is_own else {**event, "actor": None}


def _limit(value: Any, own: Identity) -> Any:
    """Without what is said of others."""

    def is_other(person: Mapping[str, Any]) -> bool:
        return not own.is_meant(person)

    def leave_out(key: str, fact: Any) -> Any:
        return type(fact)() if isinstance(fact, dict | list) else None

    return _without_nobody(
        replace_personal_data(value, is_other, leave_out, is_own=False)
    )


def _without_nobody(value: Any) -> Any:
    """Persons of whom nothing is left stand in no list."""
    if isinstance(value, list):
        return [_without_nobody(item) for item in value if not _is_nobody(item)]
    if isinstance(value, dict):
        return {
            key: item if key == "attendees" else _without_nobody(item)
            for key, item in value.items()
        }
    return value


def _is_nobody(item: Any) -> bool:
    is_person = isinstance(item, dict) and {"name", "email"} <= item.keys()
    return is_person and not any(item.get(key) for key in PERSON_FACTS)


def _request(line: Line, identity: Identity) -> Line | None:
    """One in which the person is."""
    limited: Line = _limit(line, identity)
    return limited if is_person_in(line["request"], identity) else None


def _delivery(line: Line, identity: Identity) -> Line | None:
    """Mail to the person."""
    addresses = {fold_email(email) for email in identity.emails}
    is_to = line["channel"] == "mail" and line["target"] in addresses
    return line if is_to else None


def _entry(line: Line, identity: Identity) -> Line | None:
    mine = [person for person in line["attendees"] if identity.is_meant(person)]
    limited = _limit(line, identity)
    return {**limited, "attendees": mine} if mine else None


_BY_TYPE: dict[str, Callable[[Line, Identity], Line | None]] = {
    "person": lambda line, _: line,
    "booking": _booking,
    "idempotencyKey": _request,
    "delivery": _delivery,
    "waiting": _entry,
}

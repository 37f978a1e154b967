"""What of a booking's JSON says something of the persons in it, found and replaced.

The JSON may be a booking, an event's `change`, an attendee, somebody in line (with
`attendees` and `request`), or a request that an idempotency key keeps; its keys may be
written `moveReason` or `move_reason`.

Whoever erases or redacts passes two functions:

* `is_meant(person)` is asked of each person, by a mapping as the JSON has it: with
  `email`, `name`, `phone`, `ref` or `personKey` (of a proposal, see
  `people.person_key`), as far as it names them, or with `text` alone where
  one text stands for somebody (a guest as typed, the key of `attendances`).
* `replace(key, value)` gives what is to stand in place of what was under that key; of a
  person whom one text stands for, the key is `person`. Where that is None in a list or
  as a key, the item is left out.

To take everything out that is personal:

    replace_personal_data(booking, lambda person: True, lambda key, value: None)

What a booking holds besides persons (notes, answers, metadata, reasons, its own place)
belongs to its primary attendee. Where no attendee is named, as in the `change` of a
cancellation, `is_own` says whether it belongs to somebody who is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = Any
IsMeant = Callable[[Mapping[str, Any]], bool]
Replace = Callable[[str, Json], Json]

# What names or reaches a person, and the language that they are written to in.
PERSON_FACTS = frozenset(
    {"name", "email", "phone", "ref", "language", "personKey", "person_key"}
)
# What was written by or about whom the booking is for; metadata and answers whole.
OWN_TEXTS = frozenset(
    {
        *("notes", "content", "responses", "metadata", "put", "drop"),
        *("reason", "moveReason", "move_reason", "comment", "why"),
        *("location", "meetingUrl", "meeting_url"),
    }
)
# Under which there is one person, or several: as objects, or as one text for each.
PERSONS = frozenset(
    {
        *("attendee", "person", "attendees", "guests", "added", "removed"),
        *("add_guests", "remove_guests", "emails", "others"),
    }
)
# Objects whose keys stand for persons.
BY_PERSON = frozenset({"attendances", "replies"})
# Of requests that are lists: where the reason stands in what follows the action.
REASON_AT = {"cancel": 1, "reschedule": 2, "reassign": 1}

_CONTACTS = PERSON_FACTS - {"name", "language"}


def replace_personal_data(
    value: Json, is_meant: IsMeant, replace: Replace, *, is_own: bool = True
) -> Json:
    """A new value of the same form; `value` stays as it is."""
    if isinstance(value, list):
        if is_own and _is_listed_request(value):
            return _without_reason(value, replace)
        return [
            replace_personal_data(item, is_meant, replace, is_own=is_own)
            for item in value
        ]
    if not isinstance(value, dict):
        return value
    is_own = _is_owned(value, is_meant, is_own)
    return {
        key: _replaced(key, item, is_meant, replace, is_own)
        for key, item in value.items()
    }


def _is_owned(value: dict[str, Json], is_meant: IsMeant, is_own: bool) -> bool:
    """Whether the texts of an object are of somebody who is meant."""
    if any(value.get(key) for key in _CONTACTS):
        return is_meant(value)
    primary = value.get("attendee") or next(iter(_items(value.get("attendees"))), None)
    return is_own if not primary else is_meant(as_person(primary))


def _replaced(
    key: str, item: Json, is_meant: IsMeant, replace: Replace, is_own: bool
) -> Json:
    if item is None:
        return None
    if key in PERSONS:
        if isinstance(item, list):
            persons = [_person(each, is_meant, replace) for each in item]
            return [person for person in persons if person is not None]
        return _person(item, is_meant, replace)
    if key in BY_PERSON and isinstance(item, dict):
        return _by_person(item, is_meant, replace)
    if key in PERSON_FACTS or key in OWN_TEXTS:
        return replace(key, item) if is_own else item
    return replace_personal_data(item, is_meant, replace, is_own=is_own)


def _person(item: Json, is_meant: IsMeant, replace: Replace) -> Json:
    is_own = is_meant(as_person(item))
    if not isinstance(item, dict):
        return replace("person", item) if is_own else item
    return {
        key: _replaced(key, fact, is_meant, replace, is_own)
        for key, fact in item.items()
    }


def _by_person(
    item: dict[str, Json], is_meant: IsMeant, replace: Replace
) -> dict[str, Json]:
    keys = {
        key: replace("person", key) if is_meant({"text": key}) else key for key in item
    }
    return {
        new: replace_personal_data(item[key], is_meant, replace)
        for key, new in keys.items()
        if new is not None
    }


def as_person(item: Json) -> Mapping[str, Any]:
    """Somebody as `is_meant` takes them, also where one text stands for them."""
    return item if isinstance(item, dict) else {"text": item}


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _is_listed_request(value: list[Json]) -> bool:
    """`["cancel", ["bk_…", "the reason", …]]`, as `idempotency.request_text` has it."""
    return (
        len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], list)
        and len(value[1]) > REASON_AT.get(value[0], len(value[1]))
    )


def _without_reason(value: list[Json], replace: Replace) -> list[Json]:
    action, parts = value
    at = REASON_AT[action]
    parts = [*parts]
    if parts[at] is not None:
        parts[at] = replace("reason", parts[at])
    return [action, parts]

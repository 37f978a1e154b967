"""Who is the same person: by e-mail, else phone, else customer number, else name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from calbook.core import checks
from calbook.core.checks import fold_email, fold_ref
from calbook.core.errors import (
    AmbiguousPerson,
    DuplicateAttendee,
    NotFound,
    UsageError,
)
from calbook.core.text import printable
from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from calbook.core.model import Attendee

_Id = TypeVar("_Id")

CONTACTS = ("EMAIL", "PHONE", "ANY", "NONE")  # what an event type asks for
ID_PREFIX = "per_"

MOST = 1_000  # persons of a booking

# Patterns that `re` compiles and keeps when they are first needed.
_NOT_DIALLED = r"[^0-9x]"
_SEARCHED = r"[+0-9 ().\-/x]+"
# By an event type's `contact`: what is asked for, and how it is given.
ASKED = {
    "EMAIL": ("an e-mail address", "give email", "add --email"),
    "PHONE": ("a phone number", "give phone", "add --phone"),
    "ANY": (
        "an e-mail address, phone number or customer number",
        "give email, phone or ref",
        "add --email, --phone or --ref",
    ),
}


# -- keys -----------------------------------------------------------------------------


def phone_digits(phone: str | None) -> str | None:
    """A number in one form: `+351 912…`, `00351 912…` and `+351-912…` are the same.

    None where there is nothing to dial. An extension stays, behind an `x`.
    """
    if phone is None:
        return None
    is_abroad = phone.startswith(("+", "00"))
    said = phone.replace("(0)", "") if is_abroad else phone  # +44 (0)20 …
    digits = re.sub(_NOT_DIALLED, "", said)
    if is_abroad and not phone.startswith("+"):
        digits = digits.removeprefix("00")
    if not digits.strip("x"):
        return None
    return f"+{digits}" if is_abroad else digits


def searched_digits(text: str) -> str | None:
    """Of a text that is looked for, what a phone number may hold; None of others."""
    digits = phone_digits(text)
    is_number = re.fullmatch(_SEARCHED, text) and digits and len(digits.strip("+")) > 2
    return digits if is_number else None


def fold_name(name: str) -> str:
    """The form in which names are compared."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def email_key(email: str) -> str:
    return fold_email(email)


def phone_key(digits: str) -> str:
    return f"tel:{digits}"


def ref_key(ref: str) -> str:
    return f"ref:{fold_ref(ref)}"


def id_key(id: str) -> str:
    """Under which a person's own id leads to the person, also once merged."""
    return f"id:{id}"


def former_key(id: str, key: str) -> str:
    """That this was a person's key until it was corrected: it leads to nobody."""
    return f"was:{id}:{key}"


def read_former_key(stored: str) -> str | None:
    """Which key it was; None of a key that leads to somebody."""
    return stored.split(":", 2)[2] if stored.startswith("was:") else None


def lasting_keys(person: Attendee | Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody is found by from one booking to the next, the surest first."""
    if isinstance(person, tuple):  # an attendee, as mostly
        return _keys(person.email, person.phone, person.ref)
    return _keys(*(_fact(person, name) for name in ("email", "phone", "ref")))


@lru_cache
def _keys(email: str | None, phone: str | None, ref: str | None) -> tuple[str, ...]:
    digits = phone_digits(phone)
    found = (
        email and email_key(email),
        digits and phone_key(digits),
        ref and ref_key(ref),
    )
    return tuple(key for key in found if key)


def person_key(person: Attendee | Mapping[str, Any]) -> str:
    """Who somebody is within a booking; by a name only where nothing else is known."""
    first = next(iter(lasting_keys(person)), None)
    return first or f"name:{fold_name(_fact(person, 'name') or '')}"


def key_kind(key: str) -> str:
    """`email`, `tel`, `ref`, `name`, `id` or `was`: no address has a colon."""
    kind, colon, _ = key.partition(":")
    return kind if colon else "email"


def _fact(person: Attendee | Mapping[str, Any], name: str) -> str | None:
    if isinstance(person, Mapping):
        said = person.get(name)
        return None if said is None else str(said)
    said = getattr(person, name)
    return None if said is None else str(said)


# -- persons --------------------------------------------------------------------------


def is_same(one: Attendee, other: Attendee) -> bool:
    """By the first of e-mail, phone and number that both have; else by their names."""
    mine = {key_kind(key): key for key in lasting_keys(one)}
    for key in lasting_keys(other):
        if key_kind(key) in mine:
            return mine[key_kind(key)] == key
    return bool(
        one.name and other.name and fold_name(one.name) == fold_name(other.name)
    )


def label(person: Attendee | Mapping[str, Any]) -> str:
    """What a person is called, for whoever knows all of them."""
    said = (_fact(person, key) for key in ("name", "email", "phone", "ref"))
    return next(filter(None, said), "somebody")


def public_label(person: Attendee) -> str:
    """As others may read it: without phone and customer number."""
    return person.name or person.email or "somebody"


def shown_key(person: Attendee | Mapping[str, Any]) -> str:
    """What stands for a person in JSON: the first that there is, as it was given."""
    said = (_fact(person, key) for key in ("email", "phone", "ref", "name"))
    return next(filter(None, said), "")


def find_same(attendees: Iterable[Attendee], person: Attendee) -> Attendee | None:
    """The one among some who is this person, if anybody is."""
    return next((other for other in attendees if is_same(other, person)), None)


def check_no_duplicate(attendees: Iterable[Attendee]) -> None:
    """Raise when somebody is there twice."""
    for person, is_double in _with_doubles(attendees):
        if is_double:
            raise DuplicateAttendee(
                label(person),
                email=person.email,
                by_name=not lasting_keys(person),
            )


def without_doubles(attendees: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """Each person once."""
    return tuple(
        person for person, is_double in _with_doubles(attendees) if not is_double
    )


def _with_doubles(attendees: Iterable[Attendee]) -> Iterator[tuple[Attendee, bool]]:
    """Each with whether it is somebody who came before."""
    seen: dict[str, list[Attendee]] = {}
    for person in attendees:
        keys = tuple(_nearby_keys(person))
        before = chain.from_iterable(seen.get(key, ()) for key in keys)
        is_double = any(is_same(person, other) for other in before)
        for key in () if is_double else keys:
            seen.setdefault(key, []).append(person)
        yield person, is_double


def _nearby_keys(person: Attendee) -> Iterator[str]:
    yield from lasting_keys(person)
    if person.name:
        yield f"name:{fold_name(person.name)}"


def check_contact(contact: str, person: Attendee, event_type_id: str) -> None:
    """Whether somebody can be reached as an event type asks."""
    has = {
        "EMAIL": person.email,
        "PHONE": phone_digits(person.phone),
        "ANY": lasting_keys(person),
        "NONE": True,
    }
    if has[contact]:
        return
    what, hint, command_hint = ASKED[contact]
    field = "attendee.phone" if contact == "PHONE" else "attendee.email"
    raise UsageError(
        f"{event_type_id} asks for {what}",
        hint=hint,
        command_hint=command_hint,
        field=field,
        contact=contact,
    )


# -- finding somebody who is meant ----------------------------------------------------


class Wanted(NamedTuple):
    """Whom somebody means: by facts that all fit, or by a text that is any of them."""

    email: str | None = None
    phone: str | None = None
    ref: str | None = None
    person: str | None = None  # an id, e-mail, phone, number or name

    def __str__(self) -> str:
        return " ".join(filter(None, self))


def read_wanted(
    email: object = None,
    phone: object = None,
    ref: object = None,
    person: object = None,
) -> Wanted:
    """Raises BadInput where a fact cannot be one."""
    readers = (checks.email, checks.phone, checks.ref, _any_text)
    said = (email, phone, ref, person)
    return Wanted(
        *(
            None if value is None else read(value)
            for read, value in zip(readers, said, strict=True)
        )
    )


def _any_text(value: object) -> str:
    return checks.line(value, "person", most=checks.EMAIL_LENGTH)


def find_attendee(attendees: Sequence[Attendee], wanted: Wanted) -> Attendee:
    """The one of a booking who is meant.

    Raises:
        NotFound: nobody is.
        AmbiguousPerson: several are.
    """
    found = find_by_facts(attendees, wanted)
    if wanted.person is not None:
        found = _named(found, wanted.person)
    if not found:
        known = [text for p in attendees for text in (p.email, p.name) if text]
        raise NotFound("attendee", printable(str(wanted)), known=known)
    return only_attendee(found, wanted)


def only_attendee(found: Sequence[Attendee], wanted: Wanted) -> Attendee:
    """Raises AmbiguousPerson where they are several."""
    if len(found) > 1:
        raise AmbiguousPerson(str(wanted), [label_with_contact(p) for p in found])
    return found[0]


def find_by_facts(attendees: Iterable[Attendee], wanted: Wanted) -> list[Attendee]:
    return [person for person in attendees if _has_facts(person, wanted)]


def _has_facts(person: Attendee, wanted: Wanted) -> bool:
    mine = lasting_keys(person)
    return all(key in mine for key in _keys(wanted.email, wanted.phone, wanted.ref))


def _named(attendees: Sequence[Attendee], text: str) -> list[Attendee]:
    """By the surest of what the text may be."""
    for key in possible_keys(text):
        found = [
            p for p in attendees if key in (id_key(p.person_id or ""), *lasting_keys(p))
        ]
        if found:
            return found
    names = {n: p.name for n, p in enumerate(attendees) if p.name}
    return [attendees[n] for n in find_by_name(names, text)]


def find_by_name(names: Mapping[_Id, str], text: str) -> list[_Id]:
    """Those with the whole name, else with a word of it."""
    name = fold_name(text)
    whole = [id for id, each in names.items() if fold_name(each) == name]
    return whole or [id for id, e in names.items() if name in fold_name(e).split()]


def possible_keys(text: str) -> list[str]:
    """What a text may be the key of, the surest first: an id, or one of the facts."""
    is_id = text.lower().startswith(ID_PREFIX)
    found = [id_key(text.strip().lower())] if is_id else []
    if "@" in text:
        found.append(email_key(text.strip()))
    if checks.is_phone(text.strip()) and (digits := phone_digits(text.strip())):
        found.append(phone_key(digits))
    return [*found, ref_key(text.strip())]


def label_with_contact(person: Attendee | Mapping[str, Any]) -> str:
    """`Ada <ada@example.com>`, `Ada (+351 912 345 678)`, `Ada (ref K-17)`."""
    name, email = _fact(person, "name"), _fact(person, "email")
    phone, ref = _fact(person, "phone"), _fact(person, "ref")
    if email:
        return f"{name} <{email}>" if name else email
    other = phone or (ref and f"ref {ref}")
    if not name:
        return other or "somebody"
    return f"{name} ({other})" if other else name

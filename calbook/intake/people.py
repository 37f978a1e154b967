"""People in a booking: who books, and who comes along."""

from __future__ import annotations

from collections.abc import Iterable

from calbook.core import fields
from calbook.core.errors import BadInput, DuplicateAttendee
from calbook.core.model import Attendee
from calbook.intake.shapes import Object, keyed, maybe, zone

MOST = 1_000


def attendee(value: object, field: str = "attendee") -> Attendee:
    """Who books: name and e-mail are needed."""
    facts = keyed(value, Attendee._fields, field)
    for key in ("name", "email"):
        if facts.get(key) in (None, ""):
            raise BadInput(f"{field} has no {key}", field=f"{field}.{key}")
    return _person(facts, field)


def guest(value: object, field: str = "guest") -> Attendee:
    """An object, or a bare e-mail address."""
    facts = {"email": value} if isinstance(value, str) else value
    read = keyed(facts, Attendee._fields, field)
    if "email" not in read:
        raise BadInput(f"{field} has no email", field=f"{field}.email")
    return _person(read, field)


def _person(facts: Object, field: str) -> Attendee:
    return Attendee(
        email=fields.email(facts["email"], f"{field}.email"),
        name=maybe(fields.line, facts.get("name"), f"{field}.name"),
        phone=maybe(fields.phone, facts.get("phone"), f"{field}.phone"),
        timezone=maybe(zone, facts.get("timezone"), f"{field}.timezone"),
    )


def people(primary: object, guests: Iterable[object]) -> tuple[Attendee, ...]:
    """The primary attendee and the guests, no address twice."""
    found = (attendee(primary), *(guest(item) for item in guests))
    if len(found) > MOST:
        raise BadInput(f"a booking has {MOST:,} persons at most", field="guests")
    check_no_duplicate(found)
    return found


def check_no_duplicate(found: Iterable[Attendee]) -> None:
    seen: set[str] = set()
    for person in found:
        address = fields.folded(person.email)
        if address in seen:
            raise DuplicateAttendee(person.email)
        seen.add(address)

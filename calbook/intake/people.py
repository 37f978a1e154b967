"""People in a booking: who books, and who comes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calbook.core import fields
from calbook.core.errors import BadInput
from calbook.core.model import Attendee
from calbook.core.seats import check_no_duplicate
from calbook.intake.shapes import Object, keyed, maybe, zone

MOST = 1_000
_RESPONSES_LENGTH = 256 * 1024
_PERSON = ("email", "name", "phone", "timezone")


def attendee(value: object, field: str = "attendee") -> Attendee:
    """Who books: name and e-mail are needed."""
    facts = keyed(value, _PERSON, field)
    for key in ("name", "email"):
        if facts.get(key) in (None, ""):
            raise BadInput(f"{field} has no {key}", field=f"{field}.{key}")
    return _person(facts, field)


def guest(value: object, field: str = "guest") -> Attendee:
    """An object, or a bare e-mail address."""
    facts = {"email": value} if isinstance(value, str) else value
    read = keyed(facts, _PERSON, field)
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


def seat(facts: Object, answers: object) -> Attendee:
    """Who takes a seat in a group; the answers are judged by its questions later."""
    given = {key: value for key, value in facts.items() if value is not None}
    found = {} if answers is None else responses(answers)
    return guest(given, "attendee")._replace(responses=found)


def responses(value: object) -> Object:
    """Answers by the keys of their questions."""
    if not isinstance(value, Mapping):
        raise BadInput("responses must be an object of keys and answers")
    if len(fields.as_json(value, "responses")) > _RESPONSES_LENGTH:
        raise BadInput(f"responses take more than {_RESPONSES_LENGTH:,} characters")
    return {str(key): answer for key, answer in value.items()}


def people(primary: object, guests: Iterable[object]) -> tuple[Attendee, ...]:
    """The primary attendee and the guests, no address twice."""
    found = (attendee(primary), *(guest(item) for item in guests))
    if len(found) > MOST:
        raise BadInput(f"a booking has {MOST:,} persons at most", field="guests")
    check_no_duplicate(found)
    return found

"""People in a booking: who books, and who comes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calbook.core import checks
from calbook.core.booking import guests as guests_of
from calbook.core.booking.attendees import check_no_duplicate
from calbook.core.errors import BadInput
from calbook.core.model import Attendee
from calbook.wire.reading.shapes import (
    JsonObject,
    read_object,
    read_optional,
    read_timezone,
)

_RESPONSES_LENGTH = 256 * 1024
_PERSON = ("email", "name", "phone", "timezone")


def read_attendee(value: object, field: str = "attendee") -> Attendee:
    """Who books: name and e-mail are needed."""
    facts = read_object(value, _PERSON, field)
    for key in ("name", "email"):
        if facts.get(key) in (None, ""):
            raise BadInput(f"{field} has no {key}", field=f"{field}.{key}")
    return _person(facts, field)


def read_guest(value: object, field: str = "guest") -> Attendee:
    """An object, or a bare e-mail address."""
    facts = {"email": value} if isinstance(value, str) else value
    read = read_object(facts, _PERSON, field)
    if "email" not in read:
        raise BadInput(f"{field} has no email", field=f"{field}.email")
    return _person(read, field)


def _person(facts: JsonObject, field: str) -> Attendee:
    return Attendee(
        email=checks.email(facts["email"], f"{field}.email"),
        name=read_optional(checks.line, facts.get("name"), f"{field}.name"),
        phone=read_optional(checks.phone, facts.get("phone"), f"{field}.phone"),
        timezone=read_optional(
            read_timezone, facts.get("timezone"), f"{field}.timezone"
        ),
    )


def read_seat(facts: JsonObject, answers: object) -> Attendee:
    """Who takes a seat in a group; the answers are judged by its questions later."""
    given = {key: value for key, value in facts.items() if value is not None}
    found = {} if answers is None else read_responses(answers)
    return read_guest(given, "attendee")._replace(responses=found)


def read_responses(value: object) -> JsonObject:
    """Answers by the keys of their questions."""
    if not isinstance(value, Mapping):
        raise BadInput("responses must be an object of keys and answers")
    if len(checks.to_json_text(value, "responses")) > _RESPONSES_LENGTH:
        raise BadInput(f"responses take more than {_RESPONSES_LENGTH:,} characters")
    return {str(key): answer for key, answer in value.items()}


def read_people(primary: object, guests: Iterable[object]) -> tuple[Attendee, ...]:
    """The primary attendee and the guests, no address twice."""
    found = (read_attendee(primary), *(read_guest(item) for item in guests))
    if len(found) > guests_of.MOST:
        most = f"{guests_of.MOST:,}"
        raise BadInput(f"a booking has {most} persons at most", field="guests")
    check_no_duplicate(found)
    return found

"""People in a booking: who books, and who comes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calbook.core import checks, people
from calbook.core.errors import BadInput, UsageError
from calbook.core.model import Attendee
from calbook.core.typing_names import Any
from calbook.wire.reading.shapes import (
    FieldReader,
    JsonObject,
    read_object,
    read_optional,
    read_timezone,
)

_RESPONSES_LENGTH = 256 * 1024
_READERS: Mapping[str, FieldReader] = {
    "email": checks.email,
    "name": checks.line,
    "phone": checks.phone,
    "ref": checks.ref,
    "timezone": read_timezone,
    "language": checks.language,
}


def read_attendee(value: object, field: str = "attendee") -> Attendee:
    """Who books: a name is needed; what else, the event type says.

    Of a `person` the book knows it, see `read_known_person`.
    """
    facts = read_object(value, (*_READERS, "person"), field)
    if facts.get("name") in (None, "") and facts.get("person") is None:
        raise BadInput(f"{field} has no name", field=f"{field}.name")
    return _person(facts, field)


def read_known_person(attendee: object) -> str | None:
    """By what the book of people is to find who books, if by anything."""
    said = attendee.get("person") if isinstance(attendee, Mapping) else None
    return None if said is None else checks.line(said, "attendee.person")


def read_person_fields(facts: JsonObject) -> dict[str, Any]:
    """What is to be corrected of a person; None empties it.

    Raises:
        UsageError: nothing is.
    """
    given = read_object(facts, _READERS, "the person")
    if not given:
        raise UsageError(
            "nothing to correct is given",
            hint="name a field, as in phone",
            command_hint="name what to correct, as in --phone",
        )
    return {
        name: read_optional(_READERS[name], value, name)
        for name, value in given.items()
    }


def read_guest(value: object, field: str = "guest") -> Attendee:
    """An object, or an e-mail address, a name, or both as `Name <address>`."""
    facts = _split_guest(value) if isinstance(value, str) else value
    person = _person(read_object(facts, _READERS, field), field)
    if not person.name and not people.lasting_keys(person):
        raise BadInput(
            f"{field} has no name, email, phone or ref", field=f"{field}.name"
        )
    return person


def _split_guest(text: str) -> dict[str, str]:
    """The name and address in a text; in a name is nothing of an address."""
    name, bracket, rest = text.strip(" ").partition("<")
    if bracket and rest.endswith(">") and "@" in rest and not {*name} & {*"@<>"}:
        found = {"name": name.strip(" ").strip('"').strip(" "), "email": rest[:-1]}
        return {key: said for key, said in found.items() if said}
    return {"email" if "@" in text else "name": text}


def _person(facts: JsonObject, field: str) -> Attendee:
    return Attendee(
        **{
            name: read(facts[name], f"{field}.{name}")
            for name, read in _READERS.items()
            if facts.get(name) is not None
        }
    )


def read_seat(facts: JsonObject, answers: object) -> Attendee:
    """Who takes a seat in a group; the answers are judged by its questions later.

    Of a `person` the book knows it, see `read_known_person`.
    """
    given = {key: value for key, value in facts.items() if value is not None}
    found = {} if answers is None else read_responses(answers)
    read = read_guest if given.pop("person", None) is None else _person
    return read(given, "attendee")._replace(responses=found)


def read_responses(value: object) -> JsonObject:
    """Answers by the keys of their questions."""
    if not isinstance(value, Mapping):
        raise BadInput("responses must be an object of keys and answers")
    if len(checks.to_json_text(value, "responses")) > _RESPONSES_LENGTH:
        raise BadInput(f"responses take more than {_RESPONSES_LENGTH:,} characters")
    return {str(key): answer for key, answer in value.items()}


def read_people(primary: object, guests: Iterable[object]) -> tuple[Attendee, ...]:
    """The primary attendee and the guests, nobody twice."""
    found = (read_attendee(primary), *(read_guest(item) for item in guests))
    if len(found) > people.MOST:
        most = f"{people.MOST:,}"
        raise BadInput(f"a booking has {most} persons at most", field="guests")
    if len(found) > 1:
        people.check_no_duplicate(found)
    return found

"""Asking on a terminal for what a booking still needs, and showing it first."""

from collections.abc import Callable, Sequence
from typing import Any

from calbook.api.client import Client
from calbook.cli import create_waiting, output
from calbook.cli.asking import ask, ask_choice, ask_yes
from calbook.cli.output import Json
from calbook.cli.screen import cards, words
from calbook.cli.screen.booking_card import booking_card
from calbook.cli.session import unchecked
from calbook.core import checks
from calbook.core.errors import CalbookError, Interrupted, UsageError
from calbook.core.model import Question
from calbook.core.people import ASKED
from calbook.core.rules import questions

_OFFERED = 9
AHEAD = "+60d"


def ask_missing(
    client: Client, given: Json, person: Json, tz: str | None
) -> tuple[Json, Json]:
    """What was given and what was asked for; raises Interrupted at "no"."""
    given, person = dict(given), dict(person)
    event_type = _event_type(client, given.get("event_type_id"))
    given["event_type_id"] = event_type["id"]
    if not given.get("hold") and not given.get("duration"):
        given |= _ask_duration(event_type)
    is_range = "earliest" in given or "latest" in given
    if not given.get("start_time") and not is_range:
        given["start_time"] = _start(client, event_type, given, tz)
    elif not is_range:
        _check_said(client, event_type, given, tz)
    person = ask_person(event_type, person)
    answers = given.setdefault("responses", {})
    for item in event_type["questions"]:
        question = Question(**{**item, "options": tuple(item["options"])})
        if question.key not in answers:
            answer = _answer(question)
            if answer is not None:
                answers[question.key] = answer
    if not is_range:
        _show(client, given, person, tz)
    return given, person


def ask_person(event_type: Json, person: Json) -> Json:
    """Who it is, with what is needed of them beside what was given."""
    person = dict(person)
    for key, label, check in _person(event_type):
        if not person.get(key) and not person.get("person"):
            person[key] = ask(label, check)
    if not any(person.get(key) for key in _CONTACT):
        person |= _ask_contact(event_type)
    return person


def _event_type(client: Client, key: str | None) -> Json:
    if key is not None:
        return client.calendar.event_types.get(key).to_dict()
    known = {
        e.slug: e.to_dict() for e in client.calendar.event_types.list() if e.active
    }
    if not known:
        raise UsageError(
            "there is nothing to book yet",
            hint="calbook event add demo --title 'Product demo' --duration 30",
        )
    if len(known) == 1:
        return next(iter(known.values()))
    output.say_always("What?")
    titles = [(known[slug], f"{slug}  {known[slug]['title']}") for slug in known]

    def check(text: str) -> Json:
        return known[checks.choice(text, "it", tuple(known))]

    found: Json = ask_choice("Event type (a number, or its name)", titles, other=check)
    return found


def _ask_duration(event_type: Json) -> Json:
    """One of several lengths by its number; nothing where there is no choice."""
    lengths = event_type["durations"]
    if len(lengths) == 1:
        return {}
    output.say_always(f"{event_type['title']}. How long?")
    choices = [(length, cards.minutes_text(length)) for length in lengths]
    return {"duration": ask_choice("How long (a number)", choices, default=1)}


def _start(client: Client, event_type: Json, given: Json, tz: str | None) -> str:
    """A free start; one that may not be booked is refused at once."""
    host, duration = given.get("host_id"), given.get("duration")
    is_offered = duration in (None, *event_type["durations"])  # else by an override
    slots = client.calendar.availability.get(
        event_type_id=event_type["id"],
        end_date=AHEAD,
        host_id=host,
        count=_OFFERED,
        duration=duration if is_offered else None,
    )
    zone = tz or client.calendar.availability.timezone(event_type["id"], host_id=host)
    if slots:
        title = event_type["title"]
        length = cards.minutes_text(duration or event_type["duration"])
        output.say_always(f"{title}, {length}. Free, in {zone}:")
    starts = [
        (
            slot.start_time,
            words.moment_text(slot.start_time, zone)
            + _seats_text(slot.seats_left, event_type),
        )
        for slot in slots
    ]

    def check(text: str) -> str:
        _check_start(client, event_type, {**given, "start_time": text}, tz)
        return text

    return ask_start(starts, check)


def ask_start(starts: Sequence[tuple[str, str]], check: Callable[[str], str]) -> str:
    """One of some starts, or any other that `check` takes."""
    start: str = ask_choice(
        "When (a number, or as in 2027-01-18 10:00)", starts, other=check
    )
    return start


def _check_said(client: Client, event_type: Json, given: Json, tz: str | None) -> None:
    """What is refused in any case is so before the rest is asked for.

    Not where somebody could wait, nor of a series, which may leave dates out.
    """
    if given.get("hold") or given.get("recurring"):
        return
    try:
        _check_start(client, event_type, given, tz)
    except CalbookError as refusal:
        if not create_waiting.is_passing(refusal, given):
            raise


def _check_start(client: Client, event_type: Json, given: Json, tz: str | None) -> None:
    """As the attendee: with overrides, any start is taken and judged at the end."""
    if given.get("override"):
        return
    duration = given.get("duration")
    client.calendar.availability.check(
        event_type_id=event_type["id"],
        start_time=given["start_time"],
        host_id=given.get("host_id"),
        timezone=tz,
        duration=duration if duration in event_type["durations"] else None,
    )


def _seats_text(left: int | None, event_type: Json) -> str:
    return "" if left is None else f" ({left} of {event_type['seats']} seats)"


_CONTACT = ("email", "phone", "ref", "person")  # what somebody is found by again


def _person(event_type: Json) -> list[tuple[str, str, Callable[[str], str]]]:
    """What cannot be left out."""
    wanted: list[tuple[str, str, Callable[[str], str]]] = [
        ("name", "Name", lambda text: checks.line(text, "the name"))
    ]
    if event_type["contact"] == "EMAIL":
        wanted.append(("email", "E-mail", lambda text: checks.email(text, "this")))
    is_called = (event_type["location"] or {}).get("type") == "PHONE_INBOUND"
    if is_called or event_type["contact"] == "PHONE":
        wanted.append(("phone", "Phone", lambda text: checks.phone(text, "this")))
    return wanted


def _ask_contact(event_type: Json) -> Json:
    """What somebody is found by again, or nothing where a name is enough.

    A customer number only where it can be nothing else: with letters and digits.
    """
    may_be_empty = event_type["contact"] == "NONE"

    def check(text: str) -> Json:
        if not text and may_be_empty:
            return {}
        if "@" in text:
            return {"email": checks.email(text, "this")}
        if checks.is_phone(text):
            return {"phone": checks.phone(text, "this")}
        if _is_number(text):
            return {"ref": checks.ref(text, "this")}
        raise UsageError(f"this is no {_CONTACTS}")

    more = " (empty to skip)" if may_be_empty else ""
    label = f"{_CONTACTS[:1].upper()}{_CONTACTS[1:]}{more}"
    found: Json = ask(label, check, default="" if may_be_empty else None)
    return found


_CONTACTS = ASKED["ANY"][0].removeprefix("an ")


def _is_number(text: str) -> bool:
    kinds = (str.isalpha, str.isdigit)
    return " " not in text and all(any(map(kind, text)) for kind in kinds)


def _answer(question: Question) -> Any:
    if question.type == "SELECT":
        output.say_always(f"{question.label}?".replace("??", "?"))
        none = [] if question.required else [(None, "(none)")]
        choices = [(each, each) for each in question.options]
        return ask_choice(
            "One of them (a number)",
            choices + none,
            other=lambda text: questions.check_response(question, text),
        )
    hints = [*question.options] or [question.type.lower()] * (question.type != "TEXT")
    hint = f" ({', '.join(hints)})" if hints else ""
    optional = "" if question.required else " (empty to skip)"

    def check(text: str) -> Any:
        if not text and not question.required:
            return None
        return questions.check_response(question, text)

    default = None if question.required else ""
    return ask(f"{question.label}{hint}{optional}", check, default=default)


def _show(client: Client, given: Json, person: Json, tz: str | None) -> None:
    """The booking as it would be; refused before it is asked for.

    Not where somebody could wait: that is asked next.
    """
    plain = {k: v for k, v in given.items() if k != "idempotency_key"}
    try:
        preview = client.calendar.bookings.create(
            **plain, attendee=unchecked(person), dry_run=True
        )
    except CalbookError as refusal:
        if not create_waiting.is_passing(refusal, given):
            raise
        return
    facts = preview.to_dict() | {"uid": "new", "meetingUrl": None}
    output.say_always("")
    for line in booking_card(facts, tz).splitlines()[:-2]:
        output.say_always(line)
    if not ask_yes("Book it?", default=True):
        raise Interrupted

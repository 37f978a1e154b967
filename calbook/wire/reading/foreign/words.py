"""Words and facts of other programs: states, persons, places and zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from calbook.core import checks, people
from calbook.core.errors import CalbookError
from calbook.core.imports import clean_line, clean_prose
from calbook.core.model import Actor, Attendee, Status
from calbook.core.time import parsing
from calbook.wire.reading.foreign.columns import fold

_STATES = {
    Status.CANCELLED: "cancelled canceled cancel storniert abgesagt annule annulee "
    "annulato annullata annullato cancelado cancelada geannuleerd rejected declined "
    "deleted abgelehnt refuse rechazado rifiutato recusado afgewezen",
    Status.NO_SHOW: "noshow nichterschienen absent nopresentado noasistio "
    "nonpresentato ausente falta assente nietverschenen nietgekomen nonvenu "
    "missed didnotattend faltou",
    Status.PENDING: "pending requested tentative offen ausstehend angefragt enattente "
    "pendiente inattesa pendente inafwachting unconfirmed awaiting draft",
    Status.CONFIRMED: "confirmed booked accepted active scheduled approved completed "
    "done rescheduled bestatigt gebucht aktiv erledigt abgeschlossen confirme "
    "confirmado confirmada confermato confermata bevestigd geboekt reserve reservado "
    "realizado completato completado termine ok attended erschienen paid bezahlt",
}
_BY_WORD = {word: state for state, words in _STATES.items() for word in words.split()}
_YES = frozenset({"true", "yes", "y", "1", "x", "ja", "oui", "si", "sim"})
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;<>()\"]+")  # of addresses
_LONGEST = 50_000
_NUMBER = 7  # digits of a phone number; a room has fewer


def read_state(text: str) -> Status | None:
    """What it says of a booking, or its first word does; None where nobody knows."""
    said = fold(text)
    return _BY_WORD.get(said.replace(" ", "")) or _BY_WORD.get(said.partition(" ")[0])


def is_yes(text: object) -> bool:
    return fold(str(text)) in _YES


def read_person(
    extra: dict[str, Any],
    *,
    name: object = None,
    email: object = None,
    phone: object = None,
    timezone: object = None,
    language: object = None,
) -> Attendee:
    """A person, of whom is kept what can be; the rest goes to `extra`."""
    said = clean_line(name)
    address = _checked(checks.email, clean_line(email, most=400), "email", extra)
    number = _checked(checks.phone, clean_line(phone), "phone", extra)
    zone = _checked(_zone, clean_line(timezone), "timezone", extra)
    tongue = _checked(checks.language, clean_line(language), "language", extra)
    return Attendee(
        email=address, name=said, phone=number, timezone=zone, language=tongue
    )


def _zone(value: str) -> str:
    return parsing.timezone(value)


def _checked(check: Any, text: str | None, name: str, extra: dict[str, Any]) -> Any:
    if text is None:
        return None
    try:
        return check(text)
    except CalbookError:
        extra.setdefault(name, text)
        return None


def read_addresses(text: str) -> list[str]:
    """The e-mail addresses of a text, each once."""
    parts = _BETWEEN.split(text[:_LONGEST])
    return list(dict.fromkeys(part for part in parts if "@" in part))


def without_doubles(persons: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """Each person once, and none of whom nothing is known."""
    return people.without_doubles(
        p for p in persons if p.name or p.email or p.phone or p.ref
    )


def who_cancelled(
    said: object, persons: Iterable[Attendee], hosts: Iterable[str]
) -> Actor:
    """Who it was, by name or address; the system where nobody can tell."""
    who = _plain(said)
    is_host = who in map(_plain, hosts)
    is_attendee = who in {_plain(x) for p in persons for x in (p.name, p.email) if x}
    if not who or is_host == is_attendee:
        return Actor.SYSTEM
    return Actor.HOST if is_host else Actor.ATTENDEE


def _plain(name: object) -> str:
    return people.fold_name(clean_line(name) or "")


def read_place(text: object) -> tuple[dict[str, str] | None, str | None]:
    """Where it takes place: a location, and a meeting's address."""
    said = clean_line(text, most=1_000)
    if said is None:
        return None, None
    if checks.is_phone(said) and len(re.findall(r"\d", said)) >= _NUMBER:
        return {"type": "PHONE", "phone": said}, None
    found = _URL.search(said)
    if found is None:
        return {"type": "IN_PERSON", "address": said}, None
    try:
        url = checks.url(found[0].rstrip(".,)"), "meetingUrl")
    except CalbookError:
        return {"type": "IN_PERSON", "address": said}, None
    return {"type": "LINK", "url": url}, url


def read_notes(text: object) -> str | None:
    return clean_prose(str(text or "")) or None

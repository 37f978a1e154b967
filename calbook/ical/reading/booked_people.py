"""What an event says besides its dates: who comes, where it is, who booked it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from calbook.core import checks
from calbook.core.checks import fold_email
from calbook.core.errors import CalbookError
from calbook.core.imports import clean_line, clean_prose
from calbook.core.model import Attendee, Status
from calbook.core.people import without_doubles
from calbook.ical.reading.components import name_of
from calbook.ical.reading.lines import numbered_lines
from calbook.ical.reading.properties import read_line

_MOST = 1_000  # lines of an event
_LONGEST = 100_000  # characters of a line
_KEPT = frozenset(
    {"ATTENDEE", "ORGANIZER", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "URL"}
    | {"CREATED", "LAST-MODIFIED", "DTSTAMP", "CATEGORIES", "CONFERENCE", "CONTACT"}
    | {"X-GOOGLE-CONFERENCE", "COMMENT", "PRIORITY", "CLASS"}
)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_LINE_END = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,200}>")
_BOLD = re.compile(r"<b>([^<]{1,300})</b>", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
# What Google's appointment schedules write above who booked, by their languages.
_BOOKED_BY = frozenset(
    {"booked by", "gebucht von", "réservé par", "reservado por", "prenotato da"}
    | {"geboekt door", "prenotazione effettuata da", "réservation effectuée par"}
)


class Facts(NamedTuple):
    """The properties of one event, by name, each with its parameters and value."""

    lines: tuple[tuple[str, Mapping[str, str], str], ...] = ()

    def _first(self, name: str) -> str:
        return next((value for n, _, value in self.lines if n == name), "")

    def _text(self, name: str) -> str:
        return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], self._first(name))

    @property
    def summary(self) -> str | None:
        return clean_line(self._text("SUMMARY"))

    @property
    def status(self) -> Status:
        said = self._first("STATUS").strip().upper()
        return Status.PENDING if said == "TENTATIVE" else Status.CONFIRMED

    @property
    def created_at(self) -> datetime | None:
        return _stamp(self._first("CREATED"))

    @property
    def changed_at(self) -> datetime | None:
        return _stamp(self._first("LAST-MODIFIED"))

    @property
    def _parts(self) -> tuple[tuple[str, str], ...]:
        """The bold words of a description, each with the lines under it."""
        text = self._text("DESCRIPTION")
        found = _BOLD.split(text)
        return tuple(
            (_plain(found[n]).casefold(), _LINE_END.split(found[n + 1], 1)[0])
            for n in range(1, len(found) - 1, 2)
        )

    @property
    def booked_by(self) -> Attendee | None:
        """Who booked one of Google's appointments: name, e-mail, perhaps a phone."""
        for head, text in self._parts:
            if head.rstrip(":") in _BOOKED_BY:
                said = [line for line in _plain(text).split("\n") if line.strip()]
                return _person_of_lines(said[:4])
        return None

    @property
    def event(self) -> str:
        """Of an appointment the schedule's title, which stands before the name."""
        who, title = self.booked_by, self.summary
        if who is None or title is None:
            return ""
        if who.name and title.endswith(f"({who.name})"):
            return title[: -len(who.name) - 2].strip() or title
        return title

    @property
    def responses(self) -> dict[str, Any]:
        if self.booked_by is None:
            return {}
        answers = {
            clean_line(head, most=60): clean_prose(_plain(text), most=2_000)
            for head, text in self._parts
            if head.rstrip(":") not in _BOOKED_BY
        }
        return {key: said for key, said in answers.items() if key and said}

    @property
    def notes(self) -> str | None:
        if self.booked_by is not None:
            return None
        return clean_prose(_plain(self._text("DESCRIPTION"))) or None

    @property
    def place(self) -> tuple[dict[str, str] | None, str | None]:
        """A location, and the address of a meeting online."""
        said = clean_line(self._text("LOCATION"), most=1_000)
        sources = (self._first("X-GOOGLE-CONFERENCE"), said or "", self._first("URL"))
        url = next(filter(None, map(_url, (*sources, self._first("CONFERENCE")))), None)
        if said is None or (url and _url(said) == url):
            return None, url
        return {"type": "IN_PERSON", "address": said}, url

    @property
    def extra(self) -> dict[str, Any]:
        names = ("CATEGORIES", "CONTACT", "COMMENT", "CLASS", "PRIORITY")
        return {name.lower(): self._text(name) for name in names if self._first(name)}

    def persons(
        self, hosts: frozenset[str]
    ) -> tuple[tuple[Attendee, ...], tuple[str, ...]]:
        """Who comes, and who of a calendar's hosts is in it.

        Where a host is among them, all others come, also who invited. Else the
        organizer is taken for the host.
        """
        every = [
            (name, *_person(params, value))
            for name, params, value in self.lines
            if name in ("ATTENDEE", "ORGANIZER") and _is_somebody(params)
        ]
        there = [
            address
            for _, _, address in every
            if address and fold_email(address) in hosts
        ]
        organizers = [a for n, _, a in every if n == "ORGANIZER" and a]
        skipped = {fold_email(each) for each in there or organizers}
        come = [self.booked_by] if self.booked_by is not None else []
        come += [
            person
            for _, person, address in every
            if person is not None and not (address and fold_email(address) in skipped)
        ]
        return without_doubles(come), tuple(dict.fromkeys(there))


def read_facts(data: bytes) -> dict[int, Facts]:
    """What each event says, under the line that it begins in."""
    found: dict[int, Facts] = {}
    opened: list[tuple[str, int]] = []
    lines: list[tuple[str, Mapping[str, str], str]] = []
    for number, line in numbered_lines(data):
        word, _, kind = line.strip().upper()[:200].partition(":")
        if word == "BEGIN":
            opened.append((kind, number))
            if kind == "VEVENT":
                lines = []
        elif word == "END":
            while opened:
                last, begun = opened.pop()
                if last == "VEVENT":
                    found[begun] = Facts(tuple(lines))
                if last == kind:
                    break
        elif opened and opened[-1][0] == "VEVENT" and len(lines) < _MOST:
            name = name_of(line)
            if name in _KEPT:
                params, value = read_line(line[:_LONGEST])
                lines.append((name, params, value))
    return found


def _is_somebody(params: Mapping[str, str]) -> bool:
    kind = params.get("CUTYPE", "").upper()
    role = params.get("ROLE", "").upper()
    return (
        kind not in ("RESOURCE", "ROOM")
        and role != "NON-PARTICIPANT"
        and params.get("PARTSTAT", "").upper() != "DECLINED"
    )


def _person(
    params: Mapping[str, str], value: str
) -> tuple[Attendee | None, str | None]:
    address = next(_addresses(params, value), None)
    name = clean_line(params.get("CN"))
    if name is not None and "@" in name:
        name = None
    if address is None and name is None:
        return None, None
    return Attendee(email=address, name=name), address


def _addresses(params: Mapping[str, str], value: str) -> Iterator[str]:
    scheme, _, rest = value.partition(":")
    said = rest if scheme.lower() == "mailto" else value
    for each in (said, params.get("EMAIL", "")):
        try:
            yield checks.email(each.strip())
        except CalbookError:
            continue


def _person_of_lines(lines: list[str]) -> Attendee | None:
    email = phone = name = None
    for line in lines:
        said = line.strip()
        if "@" in said and email is None:
            email = next(_addresses({}, said), None)
        elif checks.is_phone(said) and phone is None:
            phone = said
        elif name is None:
            name = clean_line(said)
    found = Attendee(email=email, name=name, phone=phone)
    return found if name or email else None


def _plain(text: str) -> str:
    """Without markup, which is shown nowhere."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip()


def _url(text: str) -> str | None:
    found = _URL.search(text)
    if found is None:
        return None
    try:
        return checks.url(found[0].rstrip(".,)"), "meetingUrl")
    except CalbookError:
        return None


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip().upper(), "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None

"""The entry of a booking as it stands in a calendar: when it is, what it says, and
what its owner has added.

Servers and programs write it anew in their own way: what counts is what it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from calbook.core.errors import BadInput
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times
from calbook.ical.reading.components import name_of
from calbook.ical.reading.lines import numbered_lines

DIGEST = "X-CALBOOK-DIGEST"
_WINDOW = Span(datetime(1990, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))
_LINE = re.compile(r'[A-Za-z0-9-]+(?:;(?:"[^"]*"|[^":])*)?:(.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_ADDED = frozenset({"CATEGORIES", "COLOR"})
_MOST_ADDED = 200  # lines
_SAID = ("SUMMARY", "DESCRIPTION", "LOCATION")
_LETTERS = 24  # of a digest


class Entry(NamedTuple):
    """What a resource says.

    `dates` are in order, `texts` title, description and place of each VEVENT. `said` is
    the digest that stands in it; `additions` are lines of its owner's.
    """

    uid: str | None
    dates: tuple[Span, ...]
    texts: tuple[tuple[str, ...], ...]
    said: str | None
    additions: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.texts[0][0] if self.texts else ""

    @property
    def digest(self) -> str:
        """Of what it says."""
        spans = [[span.start.timestamp(), span.end.timestamp()] for span in self.dates]
        text = json.dumps([spans, sorted(set(self.texts))])
        return sha256(text.encode()).hexdigest()[:_LETTERS]


def read_entry(data: bytes) -> Entry:
    """The events of a resource, which has one UID.

    Raises:
        BadInput: it is no calendar.
    """
    content = read_busy_times(data, timezone="UTC", window=_WINDOW)
    events = list(_events(data))
    if not events:
        raise BadInput("there is no event in it")
    first = next((e for e in events if "RECURRENCE-ID" not in e.values), events[0])
    return Entry(
        uid=first.values.get("UID"),
        dates=tuple(sorted(stretch.span for stretch in content.stretches)),
        texts=tuple(tuple(event.text(name) for name in _SAID) for event in events),
        said=first.values.get(DIGEST),
        additions=tuple(first.additions[:_MOST_ADDED]),
    )


class _Event:
    """The first value of each property, and the lines that its owner has added."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.additions: list[str] = []

    def read(self, line: str) -> None:
        name, found = name_of(line), _LINE.match(line)
        if found is None:
            return
        self.values.setdefault(name, found[1].strip())
        if name in _ADDED:
            self.additions.append(line)

    def text(self, name: str) -> str:
        """A text with its blanks and line breaks as single blanks."""
        plain = _ESCAPED.sub(_unescaped, self.values.get(name, ""))
        return " ".join(plain.split())


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def _events(data: bytes) -> Iterator[_Event]:
    """Those that take place; an alarm is an addition with all its lines."""
    event: _Event | None = None
    inner: list[str] = []  # the components that are open in it
    for _, line in numbered_lines(data):
        word, _, kind = line.strip().upper().partition(":")
        if word == "BEGIN" and event is not None:
            inner.append(kind)
        elif word == "BEGIN" and kind == "VEVENT":
            event = _Event()
            continue
        elif word == "END" and event is not None and not inner:
            if event.values.get("STATUS", "").upper() != "CANCELLED":
                yield event
            event = None
            continue
        if event is None:
            continue
        if not inner:
            event.read(line)
        elif inner[0] == "VALARM":
            event.additions.append(line)
        if word == "END":
            inner.pop()


def digest_of_all(data: bytes, *, but: Iterable[str]) -> str:
    """Of the lines of a calendar but those of some properties."""
    left_out = frozenset(but)
    digest = sha256()
    for _, line in numbered_lines(data):
        if name_of(line) not in left_out:
            digest.update(f"{line}\n".encode())
    return digest.hexdigest()[:_LETTERS]

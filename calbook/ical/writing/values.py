"""Values of iCalendar properties: text from people is made harmless here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

import icalendar

from calbook.core import domain_names
from calbook.ical.writing import event_text

_TEXT_SPECIAL = re.compile(r"[\\;,]")
_MAILTO_SAFE = "@!$'*+"  # RFC 6068, 2: what an address may show unencoded


class _Text(icalendar.vText):
    """TEXT as in RFC 5545, 3.3.11; icalendar would break the line at a typed `\\N`."""

    def to_ical(self) -> bytes:
        return _TEXT_SPECIAL.sub(r"\\\g<0>", self).replace("\n", r"\n").encode()


def add(component: icalendar.Component, name: str, value: object) -> None:
    """Add a property; one that is empty is left out."""
    if value is not None and value != []:
        component.add(name, value)


def text(given: str | None) -> _Text | None:
    cleaned = event_text.clean_text(given or "")
    return _Text(cleaned) if cleaned else None


def address(
    email: str | None, name: str | None, params: Mapping[str, str]
) -> icalendar.vCalAddress:
    """A CAL-ADDRESS; a backslash in a name is a slash, as readers unescape it there.

    Who has no name is called by the address: some programs show nobody else.
    """
    given = event_text.clean_line(email)
    address = quote(domain_names.ascii_address(given), safe=_MAILTO_SAFE)
    shown = event_text.clean_line(name)
    common_name = (shown if shown.strip() else given).replace("\\", "/")
    return icalendar.vCalAddress(
        f"mailto:{address}", params={"CN": common_name, **params}
    )

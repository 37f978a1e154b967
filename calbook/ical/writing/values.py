"""Values of iCalendar properties: text from people is made harmless here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from calbook.core import domain_names
from calbook.ical.writing import event_text
from calbook.ical.writing.components import write_parameters

_MAILTO_SAFE = "@!$'*+"  # RFC 6068, 2: what an address may show unencoded
_URI_SAFE = "%:/?#[]@!$&'()*+,;=~"  # RFC 3986, 2.2, and % of what is encoded already
_UNRESERVED = re.compile(r"[\w.~-]", re.ASCII)  # RFC 3986, 2.3
_NOTHING = timedelta()
_TIME = "%08dT%06d"  # half the time of a field for each part


def text(given: str | None) -> str | None:
    """TEXT as in RFC 5545, 3.3.11; None where nothing is left."""
    cleaned = event_text.clean_text(given) if given else None
    if not cleaned:
        return None
    escaped = cleaned.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,")
    return escaped.replace("\n", r"\n")


def line(given: str | None) -> str | None:
    """TEXT without line breaks."""
    return text(event_text.clean_line(given))


def utc(instant: datetime) -> str:
    """RFC 5545, 3.3.5, form 2; the instant is in UTC."""
    return f"{wall(instant)}Z"


def wall(moment: datetime) -> str:
    """RFC 5545, 3.3.5, form 1 and 3."""
    day = moment.year * 10_000 + moment.month * 100 + moment.day
    clock = moment.hour * 10_000 + moment.minute * 100 + moment.second
    return _TIME % (day, clock)


def duration(length: timedelta) -> str:
    """RFC 5545, 3.3.6."""
    if length < _NOTHING:
        return f"-{duration(-length)}"
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = f"{hours}H" if hours else ""
    time += f"{minutes}M" if minutes or (hours and seconds) else ""
    time += f"{seconds}S" if seconds else ""
    days = f"{length.days}D" if length.days or not time else ""
    return f"P{days}T{time}" if time else f"P{days}"


def offset(of: timedelta) -> str:
    """RFC 5545, 3.3.14."""
    minutes, seconds = divmod(abs(of).seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if of < _NOTHING else "+"
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")


def uri(given: str) -> str:
    """RFC 3986; what is encoded already stays as it is."""
    return _encode(event_text.clean_text(given), _URI_SAFE)


def _encode(text: str, safe: str) -> str:
    if not _UNRESERVED.sub("", text).strip(safe):
        return text
    from urllib.parse import quote  # slow to import, and few need it

    return quote(text, safe=safe)


def address(
    email: str | None, name: str | None, params: Mapping[str, str]
) -> tuple[str, str]:
    """A CAL-ADDRESS and its parameters, as `Component.add` takes them.

    A backslash in a name is a slash, as readers unescape it there. Who has no name is
    called by the address: some programs show nobody else.
    """
    given = event_text.clean_line(email)
    address = _encode(domain_names.ascii_address(given), _MAILTO_SAFE)
    shown = event_text.clean_line(name)
    common_name = (shown if shown.strip() else given).replace("\\", "/")
    return f"mailto:{address}", write_parameters({"CN": common_name, **params})

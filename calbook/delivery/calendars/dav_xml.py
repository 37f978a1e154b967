"""The XML of WebDAV (RFC 4918, 14): what is asked, and the lists that are answered.

A document type is refused, and with it every entity that could grow. Slow to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
SERVER = "{http://calendarserver.org/ns/}"

_SPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    ' xmlns:S="http://calendarserver.org/ns/"'
)
_PREFIXES = {DAV: "D", CALDAV: "C", SERVER: "S"}
_DEEPEST = 200
_MOST_ELEMENTS = 1_500_000  # ten for each of as many events as are read, and more
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r")
_NO_CHARACTERS = {0xFFFE: None, 0xFFFF: None}
_REFERENCE = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));")


class BadXml(Exception):
    """It is no XML, not all of it, or not what was asked for."""


class DavResponse(NamedTuple):
    """What was answered for one resource.

    `properties` are those that it has. `status` is that of all of it, if one was given.
    """

    href: str
    status: int | None
    properties: Mapping[str, Element]

    def text(self, name: str) -> str | None:
        """A property's text; None where there is none."""
        element = self.properties.get(name)
        return None if element is None else "".join(element.itertext()).strip() or None


def propfind_body(names: Iterable[str]) -> bytes:
    return _document(f"<D:propfind {_SPACES}>{_properties(names)}</D:propfind>")


def query_body(start: str, end: str) -> bytes:
    """Events in a time range, as they were written (RFC 4791, 7.8)."""
    return _document(
        f"<C:calendar-query {_SPACES}>{_properties(_DATA)}"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )


def multiget_body(hrefs: Iterable[str]) -> bytes:
    named = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return _document(
        f"<C:calendar-multiget {_SPACES}>{_properties(_DATA)}{named}"
        "</C:calendar-multiget>"
    )


def free_busy_body(start: str, end: str) -> bytes:
    return _document(
        f"<C:free-busy-query {_SPACES}>"
        f'<C:time-range start="{start}" end="{end}"/></C:free-busy-query>'
    )


_DATA = (f"{DAV}getetag", f"{CALDAV}calendar-data")


def _properties(names: Iterable[str]) -> str:
    return f"<D:prop>{''.join(map(_empty, names))}</D:prop>"


def _empty(name: str) -> str:
    space, _, local = name.rpartition("}")
    return f"<{_PREFIXES[space + '}']}:{local}/>"


def _document(root: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{root}'.encode()


# -- answers


def read_multistatus(data: bytes) -> list[DavResponse]:
    """Each response of a list (RFC 4918, 13).

    Raises:
        BadXml: it is something else, or not all of it.
    """
    root = parse_xml(data)
    if root.tag != f"{DAV}multistatus":
        raise BadXml("it is no list")
    return [_response(element) for element in root.iterfind(f"{DAV}response")]


def _response(element: Element) -> DavResponse:
    properties = {
        found.tag: found
        for propstat in element.iterfind(f"{DAV}propstat")
        if _status(propstat) in (200, None)
        for found in propstat.iterfind(f"{DAV}prop/*")
    }
    href = (element.findtext(f"{DAV}href") or "").strip()
    return DavResponse(href, _status(element), properties)


def _status(element: Element) -> int | None:
    words = (element.findtext(f"{DAV}status") or "").split()
    code = words[1] if len(words) > 1 else ""
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else None


def read_conditions(data: bytes) -> frozenset[str]:
    """The conditions that were not met (RFC 4918, 16); none of what says none."""
    try:
        root = parse_xml(data)
    except BadXml:
        return frozenset()
    if root.tag != f"{DAV}error":
        return frozenset()
    return frozenset(child.tag.rpartition("}")[2] for child in root)


def parse_xml(data: bytes) -> Element:
    """A document's root.

    What XML forbids in text is taken out, where it cannot be read otherwise: an event
    with such a character would hide all others.

    Raises:
        BadXml: it is no XML, not all of it, or has a document type.
    """
    try:
        return _parse(data)
    except ElementTree.ParseError:
        mended = _without_forbidden_characters(data)
    try:
        return _parse(mended)
    except ElementTree.ParseError:
        raise BadXml("it is no XML, or not all of it") from None


class _Builder(ElementTree.TreeBuilder):
    """Builds no more than a list has, no deeper, and never with a document type."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise BadXml("it has a document type")

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST:
            raise BadXml("it goes too deep")
        if self._count > _MOST_ELEMENTS:
            raise BadXml("there is too much in it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parse(data: bytes) -> Element:
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(data)
        root = parser.close()
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise BadXml("it is no XML that can be read") from None
    assert isinstance(root, Element)
    return root


def _without_forbidden_characters(data: bytes) -> bytes:
    """As XML 1.0 (2.2) has it; what is not UTF-8 is left as it is."""
    if b"\x00" in data[:4]:
        return data
    text = data.decode("utf-8", "replace").translate(_NO_CHARACTERS)
    plain = text.encode().translate(None, _CONTROLS)
    return _REFERENCE.sub(_allowed_reference, plain)


def _allowed_reference(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    is_allowed = (
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    )
    return found[0] if is_allowed and code not in _NO_CHARACTERS else b""

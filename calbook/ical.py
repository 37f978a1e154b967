"""Bookings as iCalendar (RFC 5545, 5546, 6868, 7986), for other people's calendars.

The same state gives the same bytes: nothing here asks a clock or makes up an id.
Text from people is hostile: each kind of property cleans what goes into it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote

import icalendar

from calbook.core import times
from calbook.core.model import (
    Attendee,
    Booking,
    EventType,
    Host,
    Occurrence,
    Span,
    Status,
)
from calbook.vtimezone import vtimezone

_PRODID = "-//calbook//calbook//EN"  # no version: an upgrade changes no bytes

_LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")
_TEXT_SPECIAL = re.compile(r"[\\;,]")

_MAILTO_SAFE = "@!$'*+"  # RFC 6068, 2: what an address may show unencoded
_URI_SAFE = "%:/?#[]@!$&'()*+,;=~"  # RFC 3986, 2.2, and % of what is encoded already

# A phone call has no number here: the file goes to everybody.
_PLACES = {
    "GOOGLE_MEET": "Google Meet",
    "ZOOM": "Zoom",
    "TEAMS": "Microsoft Teams",
    "PHONE": "Phone call",
    "PHONE_INBOUND": "Phone call",
}


class Invite(NamedTuple):
    """One booking with what its calendar entry needs; the first host organizes."""

    booking: Booking
    event_type: EventType
    hosts: tuple[Host, ...]

    @property
    def organizer(self) -> Host:
        return self.hosts[0]


class Method(StrEnum):
    """What the receiver's calendar is to do (RFC 5546, 1.4)."""

    PUBLISH = "publish"  # show it
    REQUEST = "request"  # ask the attendees, or tell them of a change
    CANCEL = "cancel"  # take it out


def method_for(invite: Invite) -> Method | None:
    """The method of a booking by default; None when nobody can be ORGANIZER."""
    if not invite.organizer.email:
        return None
    if all(_is_cancelled(each) for each in invite.booking.occurrences):
        return Method.CANCEL
    return Method.REQUEST


def calendar(
    invites: Sequence[Invite],
    *,
    method: Method | None,
    name: str | None = None,
    alarm: timedelta | None = None,
) -> bytes:
    """One file of all `invites`, by start; `alarm` sounds that long before each.

    CANCEL takes a booking out whatever its status; REQUEST is for live ones alone.
    Where an organizer has no e-mail the file has no METHOD, and so neither ORGANIZER
    nor ATTENDEE: both are for scheduling alone (RFC 5545, 3.8.4.1 and 3.8.4.3).
    """
    if not all(invite.organizer.email for invite in invites):
        method = None
    zones = _zones(invites)
    written = _head(method, name)
    for zone in sorted(zones):
        written.add_component(zones[zone])
    for invite in sorted(invites, key=_order):
        entry = _event(invite, invite.booking.single, method=method, zones=zones)
        if alarm is not None and entry["STATUS"] != "CANCELLED":
            entry.add_component(_alarm(entry, alarm))
        written.add_component(entry)
    return bytes(written.to_ical())


def _head(method: Method | None, name: str | None) -> icalendar.Calendar:
    head = icalendar.Calendar()
    _add(head, "PRODID", _PRODID)
    _add(head, "VERSION", "2.0")
    _add(head, "METHOD", method and method.upper())
    _add(head, "NAME", _text(_line(name)))
    _add(head, "X-WR-CALNAME", _text(_line(name)))
    return head


def _order(invite: Invite) -> tuple[datetime, str]:
    return invite.booking.occurrences[0].span.start, invite.booking.uid


def _is_cancelled(occurrence: Occurrence) -> bool:
    return occurrence.status is Status.CANCELLED


# -- times -----------------------------------------------------------------------


def _zones(invites: Sequence[Invite]) -> dict[str, icalendar.Timezone]:
    """The zones that can be written as such, each over the dates of its bookings."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for booking in (invite.booking for invite in invites):
        spans[booking.timezone] += [
            each.span
            for each in booking.occurrences
            if _is_plain(each.span, booking.timezone)
        ]
    made = {
        zone: vtimezone(zone, min(s.start for s in used), max(s.end for s in used))
        for zone, used in spans.items()
        if used
    }
    return {zone: component for zone, component in made.items() if component}


def _is_plain(span: Span, zone: str) -> bool:
    """Whether the wall shows start and end once only, so that nobody misreads them."""
    return all(len(times.readings(times.wall(i, zone), zone)) == 1 for i in span)


def _moment(instant: datetime, zone: str | None) -> icalendar.vDatetime:
    """The instant in UTC or in a zone that the file describes.

    The zone is named by hand: icalendar would take several (Africa/Abidjan) for UTC,
    and drops a TZID that is given together with a wall time.
    """
    if zone is None:
        return icalendar.vDatetime(instant)
    moment = icalendar.vDatetime(times.wall(instant, zone))
    moment.params["TZID"] = zone
    return moment


# -- components ------------------------------------------------------------------


def _event(
    invite: Invite,
    occurrence: Occurrence,
    *,
    method: Method | None,
    zones: Collection[str],
) -> icalendar.Event:
    event = icalendar.Event()
    _add_identity(event, invite.booking)
    _add_times(event, occurrence.span, invite.booking.timezone, zones=zones)
    _add(event, "STATUS", _status(occurrence, method))
    _add(event, "SUMMARY", _text(_line(_summary(invite))))
    _add(event, "DESCRIPTION", _text(_description(invite)))
    _add_place(event, invite)
    _add_people(event, invite, method)
    if event["STATUS"] == "CANCELLED":
        _add(event, "COMMENT", _text(occurrence.reason))
    return event


def _add_identity(event: icalendar.Event, booking: Booking) -> None:
    """Which booking this is, and in which state of it."""
    _add(event, "UID", f"{booking.uid}@calbook")
    _add(event, "SEQUENCE", booking.sequence)
    _add(event, "DTSTAMP", booking.updated_at)
    _add(event, "LAST-MODIFIED", booking.updated_at)
    _add(event, "CREATED", booking.created_at)


def _add_times(
    event: icalendar.Event, span: Span, zone: str, *, zones: Collection[str]
) -> None:
    written = zone if zone in zones and _is_plain(span, zone) else None
    _add(event, "DTSTART", _moment(span.start, written))
    _add(event, "DTEND", _moment(span.end, written))


def _status(occurrence: Occurrence, method: Method | None) -> str:
    """COMPLETED and NO_SHOW are no states of a calendar."""
    if method is Method.CANCEL or _is_cancelled(occurrence):
        return "CANCELLED"
    return "TENTATIVE" if occurrence.status is Status.PENDING else "CONFIRMED"


def _add_place(event: icalendar.Event, invite: Invite) -> None:
    place, link = _place(invite), _link(invite)
    _add(event, "LOCATION", _text(place or link))
    if link and link.lower().startswith(("http://", "https://")):
        uri = quote(_cleaned(link), safe=_URI_SAFE)
        _add(event, "URL", icalendar.vUri(uri) if place else None)
        # RFC 7986, 5.11. One FEATURE: icalendar quotes several into a single one.
        params = {"VALUE": "URI", "FEATURE": "VIDEO"}
        _add(event, "CONFERENCE", icalendar.vUri(uri, params=params))


def _add_people(event: icalendar.Event, invite: Invite, method: Method | None) -> None:
    """RFC 5546, 3.2: an ORGANIZER in every method, no ATTENDEE in PUBLISH."""
    if method is None:
        return
    host = invite.organizer
    _add(event, "ORGANIZER", _address(host.email, host.name, {}))
    if method is not Method.PUBLISH:
        _add(event, "ATTENDEE", _attendees(invite))


def _attendees(invite: Invite) -> list[icalendar.vCalAddress]:
    """Those who are asked, then the hosts beside the organizer, who have agreed."""
    asked = {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    agreed = {"PARTSTAT": "ACCEPTED"}
    people: list[tuple[Attendee | Host, dict[str, str]]] = [
        *((attendee, asked) for attendee in invite.booking.attendees),
        *((host, agreed) for host in invite.hosts[1:] if host.email),
    ]
    role = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT"}
    return [
        _address(person.email, person.name, role | answer) for person, answer in people
    ]


def _alarm(event: icalendar.Event, before: timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    _add(alarm, "ACTION", "DISPLAY")
    _add(alarm, "TRIGGER", -before)
    # RFC 5545, 3.6.6 requires one, even where the title had nothing to show.
    _add(alarm, "DESCRIPTION", event.get("SUMMARY", "Reminder"))
    return alarm


# -- what stands in it -----------------------------------------------------------


def _summary(invite: Invite) -> str:
    """Both names, as one entry serves both calendars; a group has the title alone."""
    title, attendee = invite.event_type.title, invite.booking.attendee.name
    if invite.event_type.seats is not None or not attendee:
        return title
    return f"{title}: {invite.organizer.name} and {attendee}"


def _link(invite: Invite) -> str | None:
    return invite.booking.meeting_url or _location(invite).get("url")


def _place(invite: Invite) -> str | None:
    """Where to go; None when the link says it."""
    location = _location(invite)
    place = location.get("address") or location.get("text")
    return place or (None if _link(invite) else _PLACES.get(location.get("type", "")))


def _location(invite: Invite) -> Mapping[str, str]:
    return invite.booking.location or invite.event_type.location or {}


def _description(invite: Invite) -> str:
    """Paragraphs: what it is, the answers, the notes, the link."""
    link, notes = _link(invite), _cleaned(invite.booking.notes or "")
    paragraphs = (
        invite.event_type.description,
        "\n".join(_answers(invite.booking)),
        f"Notes: {notes}" if notes else None,
        f"Join: {link}" if link else None,
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _answers(booking: Booking) -> list[str]:
    """A line for each answer but phone numbers, in the order of the questions."""
    return [
        f"{question.label}: {_spoken(booking.responses[question.key])}"
        for question in booking.policy.questions
        if question.key in booking.responses and question.type != "PHONE"
    ]


def _spoken(answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


# -- values ----------------------------------------------------------------------


class _Text(icalendar.vText):
    """TEXT as in RFC 5545, 3.3.11; icalendar would break the line at a typed `\\N`."""

    def to_ical(self) -> bytes:
        return _TEXT_SPECIAL.sub(r"\\\g<0>", self).replace("\n", r"\n").encode()


def _add(component: icalendar.Component, name: str, value: object) -> None:
    """Add a property; one that is empty is left out."""
    if value is not None and value != []:
        component.add(name, value)


def _cleaned(text: str) -> str:
    """Every kind of line break as `\\n`, and no other control character but tabs.

    Readers split lines at more characters than RFC 5545 does.
    """
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))


def _line(text: str | None) -> str:
    return re.sub(r"[\t\n]", " ", _cleaned(text or ""))


def _text(text: str | None) -> _Text | None:
    cleaned = _cleaned(text or "")
    return _Text(cleaned) if cleaned else None


def _address(
    email: str | None, name: str | None, params: Mapping[str, str]
) -> icalendar.vCalAddress:
    """A CAL-ADDRESS; a backslash in a name is a slash, as readers unescape it there."""
    address = quote(_line(email), safe=_MAILTO_SAFE)
    common_name = _line(name).replace("\\", "/")
    named = {"CN": common_name} if common_name.strip() else {}
    return icalendar.vCalAddress(f"mailto:{address}", params={**named, **params})

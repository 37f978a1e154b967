"""Bookings as iCalendar (RFC 5545, 5546, 6868, 7986), for other people's calendars.

The same state gives the same bytes: nothing here asks a clock or makes up an id.
Text from people is hostile: each kind of property cleans what goes into it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

import icalendar

from calbook.core.booking.series import first_place
from calbook.core.model import Booking, Occurrence, Span
from calbook.core.progress import Progress
from calbook.core.time import times
from calbook.ical.writing import event_text, values
from calbook.ical.writing import series as of_series
from calbook.ical.writing.attendees import write_attendees
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.head import calendar_head
from calbook.ical.writing.identity import add_identity
from calbook.ical.writing.series import Series
from calbook.ical.writing.vtimezone import vtimezone, vtimezone_by_onset

_URI_SAFE = "%:/?#[]@!$&'()*+,;=~"  # RFC 3986, 2.2, and % of what is encoded already


class Method(StrEnum):
    """What the receiver's calendar is to do (RFC 5546, 1.4)."""

    PUBLISH = "publish"  # show it
    REQUEST = "request"  # ask the attendees, or tell them of a change
    CANCEL = "cancel"  # take it out
    DECLINECOUNTER = "declinecounter"  # leave it where it is (RFC 5546, 3.2.8)


# What names the attendees.
_LISTING = (Method.REQUEST, Method.CANCEL, Method.DECLINECOUNTER)


def default_method(invite: Invite) -> Method | None:
    """The method of a booking by default; None when nobody can be ORGANIZER."""
    if not invite.organizer.email:
        return None
    return Method.CANCEL if invite.is_cancelled else Method.REQUEST


def write_calendar(
    invites: Sequence[Invite],
    *,
    method: Method | None,
    name: str | None = None,
    alarm: timedelta | None = None,
    refresh: timedelta | None = None,
    progress: Progress | None = None,
) -> bytes:
    """One file of all `invites`, by start; `alarm` sounds that long before each.

    `refresh` is how often who subscribes to it is to look again (RFC 7986, 5.7).
    `progress` is told how many of them are written.

    CANCEL takes a booking out whatever its status; REQUEST is for live ones alone.
    Where an organizer has no e-mail the file has no METHOD, and so neither ORGANIZER
    nor ATTENDEE: both are for scheduling alone (RFC 5545, 3.8.4.1 and 3.8.4.3). Where
    nobody has one to be asked by, it says PUBLISH (RFC 5546, 3.2.2).

    Raises:
        NotFound: an invite is about a date that its booking does not have.
    """
    if not all(invite.organizer.email for invite in invites):
        method = None
    zones = _zones(invites)
    said = method
    if method in _LISTING and not any(
        write_attendees(invite, None) for invite in invites
    ):
        said = Method.PUBLISH
    written = calendar_head(said, name, refresh)
    for zone in sorted(zones):
        written.add_component(zones[zone])
    for number, invite in enumerate(sorted(invites, key=_order), 1):
        for event in _events(invite, method=method, zones=zones):
            if alarm is not None and event.get("STATUS") != "CANCELLED":
                event.add_component(_alarm(event, alarm))
            written.add_component(event)
        if progress is not None:
            progress(number, len(invites))
    return bytes(written.to_ical())


def _order(invite: Invite) -> tuple[datetime, str]:
    return invite.occurrences[0].span.start, invite.booking.uid


# -- times -----------------------------------------------------------------------


def _zones(invites: Sequence[Invite]) -> dict[str, icalendar.Timezone]:
    """The zones that can be written as such, each over the dates of its bookings.

    A zone whose changes follow no rule is written for a series alone: 10:00 would
    not stay 10:00 in UTC.
    """
    used: dict[str, list[datetime]] = defaultdict(list)
    for invite in invites:
        used[invite.booking.timezone] += _instants(invite)
    made = {
        zone: vtimezone(zone, min(instants), max(instants))
        for zone, instants in used.items()
        if instants
    }
    for zone in {i.booking.timezone for i in invites if i.booking.recurring}:
        made[zone] = made[zone] or vtimezone_by_onset(
            zone, min(used[zone]), max(used[zone])
        )
    return {zone: component for zone, component in made.items() if component}


def _instants(invite: Invite) -> Iterator[datetime]:
    """What is written in the booking's zone: of a series, by the rule and in fact."""
    booking = invite.booking
    if booking.recurring is None:
        span = booking.single.span
        yield from span if _is_plain(span, booking.timezone) else ()
        return
    series = of_series.read_series(booking)
    for occurrence in invite.occurrences:
        start = series.start_by_rule(occurrence)
        yield from (start, start + series.length)
        yield from occurrence.span


def _is_plain(span: Span, zone: str) -> bool:
    """Whether the wall shows start and end once only, so that nobody misreads them."""
    return all(
        len(times.possible_instants(times.wall_time(i, zone), zone)) == 1 for i in span
    )


def _moment(instant: datetime, zone: str | None) -> icalendar.vDatetime:
    """The instant in UTC or in a zone that the file describes.

    The zone is named by hand: icalendar would take several (Africa/Abidjan) for UTC,
    and drops a TZID that is given together with a wall time.
    """
    if zone is None:
        return icalendar.vDatetime(instant)
    return _zoned_time(times.wall_time(instant, zone), zone)


def _rule_time(
    wall: datetime, zone: str, *, zones: Collection[str]
) -> icalendar.vDatetime:
    """A wall time of a rule, even one that the clocks skip or repeat."""
    if zone not in zones:
        return icalendar.vDatetime(times.instant_of_wall(wall, zone))
    return _zoned_time(wall, zone)


def _zoned_time(wall: datetime, zone: str) -> icalendar.vDatetime:
    moment = icalendar.vDatetime(wall)
    moment.params["TZID"] = zone
    return moment


# -- components ------------------------------------------------------------------


def _events(
    invite: Invite, *, method: Method | None, zones: Collection[str]
) -> Iterator[icalendar.Event]:
    """The VEVENTs of an invite: one, and of a series those that differ from it."""
    told, booking = invite.occurrences, invite.booking
    series = of_series.read_series(booking) if booking.recurring else None
    if series and not invite.is_of_dates:
        if method is Method.CANCEL or invite.is_cancelled:
            yield _cancelled_series(invite, series, method=method, zones=zones)
            for occurrence in series.moved:
                yield _occurrence(
                    invite, occurrence, series, method=method, zones=zones
                )
            return
        series = series.cut()
        yield _master(invite, series, method=method, zones=zones)
        told = series.differing
        if method in _LISTING:
            told = of_series.told_apart(series, invite.listed)
    for occurrence in told:
        yield _occurrence(invite, occurrence, series, method=method, zones=zones)


def _occurrence(
    invite: Invite,
    occurrence: Occurrence,
    series: Series | None,
    *,
    method: Method | None,
    zones: Collection[str],
) -> icalendar.Event:
    status = _status(occurrence, method)
    cancelled = status == "CANCELLED"
    reason = occurrence.reason if cancelled else occurrence.move_reason
    event = _event(invite, status, reason=reason, method=method, occurrence=occurrence)
    zone = invite.booking.timezone
    _add_times(event, occurrence.span, zone, zones=zones)
    if series:
        # Who has no rule in the calendar knows a date by its first place for good.
        is_alone = invite.drop_in is not None
        place = first_place(invite.booking) if is_alone else series.place
        wall = place.wall_of(occurrence)
        values.add(event, "RECURRENCE-ID", _rule_time(wall, zone, zones=zones))
    return event


def _master(
    invite: Invite, series: Series, *, method: Method | None, zones: Collection[str]
) -> icalendar.Event:
    """The VEVENT of what is left of a series, which says its rule."""
    status = "TENTATIVE" if series.is_pending else "CONFIRMED"
    event = _event(invite, status, reason=series.move_reason, method=method)
    _add_rule(event, series, exceptions=series.excluded, zones=zones)
    return event


def _cancelled_series(
    invite: Invite, series: Series, *, method: Method | None, zones: Collection[str]
) -> icalendar.Event:
    """The VEVENT that takes all of a series out (RFC 5546, 3.2.5).

    It is written as it was made: its exceptions go with it, and what had moved is
    named where it was last.
    """
    event = _event(invite, "CANCELLED", reason=_reason(invite), method=method)
    _add_rule(event, series, exceptions=(), zones=zones)
    return event


def _event(
    invite: Invite,
    status: str,
    *,
    reason: str | None,
    method: Method | None,
    occurrence: Occurrence | None = None,
) -> icalendar.Event:
    """What all VEVENTs of a booking say alike, and why it is off or was moved.

    A date that others give names these, beside the organizer of all.

    Few programs show a STATUS: a request says so in words.
    """
    if invite.only_title is not None:
        return _titled_event(invite.booking, invite.only_title, status)
    note = invite.language.translate(event_text.REQUESTED)
    requested = [note] if status == "TENTATIVE" else []
    said = event_text.description(invite, has_names=method in _LISTING)
    described = "\n\n".join(filter(None, [*requested, said]))
    title = event_text.summary(invite, occurrence)
    event = icalendar.Event()
    add_identity(event, invite.booking)
    values.add(event, "STATUS", None if invite.leaver else status)
    values.add(event, "TRANSP", "OPAQUE" if invite.is_hosts_own else None)
    values.add(event, "SUMMARY", values.text(event_text.clean_line(title)))
    values.add(event, "DESCRIPTION", values.text(described))
    _add_place(event, invite)
    _add_people(event, invite, method, occurrence)
    for comment in (*requested, reason):
        values.add(event, "COMMENT", values.text(comment))
    return event


def _titled_event(booking: Booking, title: str, status: str) -> icalendar.Event:
    """That something takes place, for whom the rest is no matter."""
    event = icalendar.Event()
    add_identity(event, booking, is_hidden=True)
    values.add(event, "STATUS", status)
    values.add(event, "SUMMARY", values.text(event_text.clean_line(title)))
    return event


def _add_times(
    event: icalendar.Event, span: Span, zone: str, *, zones: Collection[str]
) -> None:
    written = zone if zone in zones and _is_plain(span, zone) else None
    values.add(event, "DTSTART", _moment(span.start, written))
    values.add(event, "DTEND", _moment(span.end, written))


def _add_rule(
    event: icalendar.Event,
    series: Series,
    *,
    exceptions: Sequence[datetime],
    zones: Collection[str],
) -> None:
    """DTSTART is the first date even if it is one of the exceptions.

    DTEND says how long each instance takes (RFC 5545, 3.8.5.3): where the first one
    would say it wrongly, DURATION does.
    """
    start, zone = series.walls[0], series.timezone
    values.add(event, "DTSTART", _rule_time(start, zone, zones=zones))
    if series.has_steady_start:
        values.add(event, "DTEND", _rule_time(start + series.length, zone, zones=zones))
    else:
        values.add(event, "DURATION", series.length)
    values.add(event, "RRULE", series.to_recur())
    for wall in exceptions:
        values.add(event, "EXDATE", _rule_time(wall, zone, zones=zones))


def _status(occurrence: Occurrence, method: Method | None) -> str:
    """COMPLETED and NO_SHOW are no states of a calendar."""
    if method is Method.CANCEL or of_series.is_cancelled(occurrence):
        return "CANCELLED"
    return "TENTATIVE" if of_series.is_pending(occurrence) else "CONFIRMED"


def _reason(invite: Invite) -> str | None:
    """The one that most dates were cancelled for, if any, once all of them are."""
    reasons = [each.reason for each in invite.occurrences]
    return of_series.commonest(reasons) if invite.is_cancelled else None


def _add_place(event: icalendar.Event, invite: Invite) -> None:
    place, link = event_text.place(invite), event_text.link(invite)
    values.add(event, "LOCATION", values.text(place or link))
    if link and link.lower().startswith(("http://", "https://")):
        uri = quote(event_text.clean_text(link), safe=_URI_SAFE)
        values.add(event, "URL", icalendar.vUri(uri) if place else None)
        # RFC 7986, 5.11. One FEATURE: icalendar quotes several into a single one.
        params = {"VALUE": "URI", "FEATURE": "VIDEO"}
        values.add(event, "CONFERENCE", icalendar.vUri(uri, params=params))


def _add_people(
    event: icalendar.Event,
    invite: Invite,
    method: Method | None,
    occurrence: Occurrence | None,
) -> None:
    """RFC 5546, 3.2: an ORGANIZER in every method, no ATTENDEE in PUBLISH."""
    if method is None:
        return
    host = invite.organizer
    values.add(event, "ORGANIZER", values.address(host.email, host.name, {}))
    if method in _LISTING:
        values.add(event, "ATTENDEE", write_attendees(invite, occurrence))


def _alarm(event: icalendar.Event, before: timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    values.add(alarm, "ACTION", "DISPLAY")
    values.add(alarm, "TRIGGER", -before)
    # RFC 5545, 3.6.6 requires one, even where the title had nothing to show.
    values.add(alarm, "DESCRIPTION", event.get("SUMMARY", "Reminder"))
    return alarm

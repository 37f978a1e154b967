"""The VEVENTs of a booking: one, and of a series those that differ from it.

Text from people is hostile: each kind of property cleans what goes into it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.model import Occurrence, Status
from calbook.ical.writing import event_text, values
from calbook.ical.writing.components import Component
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.identity import add_identity
from calbook.ical.writing.method import LISTING, Method
from calbook.ical.writing.moments import write_rule_time, write_span

if TYPE_CHECKING:
    from calbook.ical.writing.series import Series


class Manner(NamedTuple):
    """How the events of a file are written.

    `zones` are those that the file describes; `alarm` sounds that long before each.
    """

    method: Method | None
    zones: Collection[str]
    alarm: timedelta | None = None


def write_events(invite: Invite, manner: Manner) -> Iterator[Component]:
    """The VEVENTs of an invite, that of a series before those of its dates."""
    told = invite.occurrences
    if invite.booking.recurring is None:
        for occurrence in told:
            yield _occurrence(invite, occurrence, manner)
        return
    from calbook.ical.writing import series as of_series  # slow to import

    series = of_series.read_series(invite.booking)
    if not invite.is_of_dates:
        if manner.method is Method.CANCEL or invite.is_cancelled:
            yield _cancelled_series(invite, series, manner)
            for occurrence in series.moved:
                yield _date(invite, occurrence, series, manner)
            return
        series = series.cut()
        yield _master(invite, series, manner)
        told = series.differing
        if manner.method in LISTING:
            told = of_series.told_apart(series, invite.listed)
    for occurrence in told:
        yield _date(invite, occurrence, series, manner)


def _occurrence(invite: Invite, occurrence: Occurrence, manner: Manner) -> Component:
    status = _status(occurrence, manner.method)
    cancelled = status == "CANCELLED"
    reason = occurrence.reason if cancelled else occurrence.move_reason
    event = _event(invite, status, manner, reason=reason, occurrence=occurrence)
    zone = invite.booking.timezone
    start, end = write_span(occurrence.span, zone, zones=manner.zones)
    event.add("DTSTART", *start)
    event.add("DTEND", *end)
    return event


def _date(
    invite: Invite, occurrence: Occurrence, series: Series, manner: Manner
) -> Component:
    """The VEVENT of one date of a series.

    Who has no rule in the calendar knows it by its first place for good.
    """
    from calbook.core.booking.series import first_place  # slow to import

    event = _occurrence(invite, occurrence, manner)
    is_alone = invite.drop_in is not None
    place = first_place(invite.booking) if is_alone else series.place
    wall, zone = place.wall_of(occurrence), invite.booking.timezone
    event.add("RECURRENCE-ID", *write_rule_time(wall, zone, zones=manner.zones))
    return event


def _master(invite: Invite, series: Series, manner: Manner) -> Component:
    """The VEVENT of what is left of a series, which says its rule."""
    status = "TENTATIVE" if series.is_pending else "CONFIRMED"
    event = _event(invite, status, manner, reason=series.move_reason)
    _add_rule(event, series, exceptions=series.excluded, zones=manner.zones)
    return event


def _cancelled_series(invite: Invite, series: Series, manner: Manner) -> Component:
    """The VEVENT that takes all of a series out (RFC 5546, 3.2.5).

    It is written as it was made: its exceptions go with it, and what had moved is
    named where it was last.
    """
    event = _event(invite, "CANCELLED", manner, reason=_reason(invite))
    _add_rule(event, series, exceptions=(), zones=manner.zones)
    return event


def _event(
    invite: Invite,
    status: str,
    manner: Manner,
    *,
    reason: str | None,
    occurrence: Occurrence | None = None,
) -> Component:
    """What all VEVENTs of a booking say alike, and why it is off or was moved.

    A date that others give names these, beside the organizer of all.
    """
    event = Component("VEVENT")
    title = invite.only_title
    if title is None:
        title = event_text.summary(invite, occurrence)
        _add_details(event, invite, status, manner, reason=reason)
        _add_people(event, invite, manner.method, occurrence)
    add_identity(event, invite.booking, is_hidden=invite.only_title is not None)
    shown, said = values.line(title), None if invite.leaver else status
    event.add("SUMMARY", shown)
    event.add("STATUS", said)
    if manner.alarm is not None and said != "CANCELLED":
        event.parts.append(_alarm(shown, manner.alarm))
    return event


def _add_details(
    event: Component, invite: Invite, status: str, manner: Manner, *, reason: str | None
) -> None:
    """Few programs show a STATUS: a request says so in words."""
    said = event_text.description(invite, has_names=manner.method in LISTING)
    note = None
    if status == "TENTATIVE":
        note = invite.language.translate(event_text.REQUESTED)
        said = f"{note}\n\n{said}" if said else note
    event.add("DESCRIPTION", values.text(said))
    event.add("TRANSP", "OPAQUE" if invite.is_hosts_own else None)
    event.add("COMMENT", values.text(note))
    event.add("COMMENT", values.text(reason))
    _add_place(event, invite)


def _add_rule(
    event: Component,
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
    event.add("DTSTART", *write_rule_time(start, zone, zones=zones))
    if series.has_steady_start:
        end = write_rule_time(start + series.length, zone, zones=zones)
        event.add("DTEND", *end)
    else:
        event.add("DURATION", values.duration(series.length))
    event.add("RRULE", series.to_recur())
    for wall in exceptions:
        event.add("EXDATE", *write_rule_time(wall, zone, zones=zones))


def _status(occurrence: Occurrence, method: Method | None) -> str:
    """COMPLETED and NO_SHOW are no states of a calendar."""
    if method is Method.CANCEL or occurrence.status is Status.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if occurrence.status is Status.PENDING else "CONFIRMED"


def _reason(invite: Invite) -> str | None:
    """The one that most dates were cancelled for, if any, once all of them are."""
    from calbook.ical.writing.series import commonest

    reasons = [each.reason for each in invite.occurrences]
    return commonest(reasons) if invite.is_cancelled else None


def _add_place(event: Component, invite: Invite) -> None:
    place, link = event_text.place(invite), event_text.link(invite)
    event.add("LOCATION", values.text(place or link))
    if link and link.lower().startswith(("http://", "https://")):
        uri = values.uri(link)
        event.add("URL", uri if place else None)
        # RFC 7986, 5.11.
        event.add("CONFERENCE", uri, ";FEATURE=VIDEO;VALUE=URI")


def _add_people(
    event: Component,
    invite: Invite,
    method: Method | None,
    occurrence: Occurrence | None,
) -> None:
    """RFC 5546, 3.2: an ORGANIZER in every method, no ATTENDEE in PUBLISH."""
    if method is None:
        return
    host = invite.organizer
    event.add("ORGANIZER", *_organizer(host.email, host.name))
    if method in LISTING:
        from calbook.ical.writing.attendees import write_attendees  # slow to import

        for person in write_attendees(invite, occurrence):
            event.add("ATTENDEE", *person)


@lru_cache
def _organizer(email: str | None, name: str) -> tuple[str, str]:
    """Of a feed mostly the same ones."""
    return values.address(email, name, {})


def _alarm(title: str | None, before: timedelta) -> Component:
    alarm = Component("VALARM")
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", values.duration(-before))
    # RFC 5545, 3.6.6 requires one, even where the title had nothing to show.
    alarm.add("DESCRIPTION", title or "Reminder")
    return alarm

"""Series in every zone there is, as readers that trust the file's own VTIMEZONE see it.

For readers that took London, Lisbon and Dublin for UTC, as their components began no
earlier than the dates used: every summer was an hour wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical

from calbook.core.time.recurrence import Frequency, Recurrence
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import write_calendar
from ical.test_series import series_of
from ical.test_vtimezone import unlike_zones

DAY = timedelta(days=1)
NOON = time(12)
A_WEEK = Recurrence(frequency=Frequency.DAILY, count=7)


def weeks(zone: str, year: int) -> Iterator[date]:
    """The first dates of a week in winter, in summer and around each change."""
    yield from (date(year, 1, 11), date(year, 7, 12))
    local = ZoneInfo(zone)
    days = [date(year, 1, 1) + n * DAY for n in range(365)]
    offsets = [datetime.combine(day, NOON, local).utcoffset() for day in days]
    for day, before, after in zip(days, offsets, offsets[1:], strict=False):
        if before != after:
            yield day - 3 * DAY


def by_vobject(data: str) -> list[datetime]:
    """What Radicale finds, if this file is the first one that it reads.

    A component that was as UTC is from 2000 to 2020 is not even registered.
    """
    known = vars(vobject.icalendar)["__tzidMap"]
    for zone in known.keys() - {"UTC"}:
        del known[zone]
    event = vobject.readOne(data).vevent
    if "rrule" in event.contents:
        return [moment.astimezone(UTC) for moment in event.rruleset]
    return [event.dtstart.value.astimezone(UTC)]


def by_tzical(data: str) -> list[datetime]:
    """The noons of a week from DTSTART on in the zone of the component."""
    ((name, start),) = [
        line.removeprefix("DTSTART").split(":")
        for line in data.partition("BEGIN:VEVENT")[2].split("\r\n")
        if line.startswith("DTSTART")
    ]
    zone = tzical(StringIO(data)).get() if "TZID" in name else UTC
    wall = datetime.fromisoformat(start.rstrip("Z")).replace(tzinfo=zone)
    days = range(7) if "RRULE" in data.partition("BEGIN:VEVENT")[2] else range(1)
    return [(wall + n * DAY).astimezone(UTC) for n in days]


@cache
def misread(zone: str, day: date) -> list[str]:
    """Which readers find other starts of a week's series."""
    first = datetime.combine(day, NOON)
    invite = series_of(first.isoformat(), A_WEEK, zone)
    data = write_calendar([invite], method=Method.REQUEST).decode()
    starts = [occurrence.span.start for occurrence in invite.booking.occurrences]
    return [read.__name__ for read in (by_vobject, by_tzical) if read(data) != starts]


@pytest.mark.parametrize("year", [2026, 2031])
def test_readers_of_the_component_find_every_week_in_every_zone(year):
    wrong = [
        (zone, str(day), reader)
        for zone in unlike_zones()
        for day in weeks(zone, year)
        for reader in misread(zone, day)
    ]

    assert wrong == []

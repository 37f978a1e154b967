"""The time of an event that was left out: from its own start to its own end.

Better too busy than booked twice: it blocks as far as DTSTART can be read, whatever
else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from calbook.core.model import DAY
from calbook.ical.reading.properties import Properties
from calbook.ical.reading.series import Length, Moment, instant, wall_of
from calbook.ical.reading.zones import Zones

_HOUR = timedelta(hours=1)


def own_time(
    properties: Properties, zones: Zones, host_zone: tzinfo
) -> Iterator[tuple[int, int]]:
    """From when until when, in seconds since 1970; of each DTSTART that stands there.

    Without an end that can be read, behind its start, it is an hour, or a whole day.
    """
    ends = [zones.placed(each) for each in properties.get("DTEND", ())]
    lengths = [each.value for each in properties.get("DURATION", ())]
    for prop in properties.get("DTSTART", ()):
        start = zones.placed(prop)
        begin = instant(start, host_zone)
        ended = [instant(end, host_zone) for end in ends]
        ended += [_end(start, length, host_zone) for length in lengths]
        later = [end for end in ended if end > begin]
        yield begin, max(later) if later else _end(start, _usual(start), host_zone)


def _usual(start: Moment) -> Length:
    is_timed = isinstance(start, datetime)
    return Length(0, _HOUR) if is_timed else Length(1, timedelta())


def _end(start: Moment, length: Length, host_zone: tzinfo) -> int:
    zone = (start.tzinfo if isinstance(start, datetime) else None) or host_zone
    days = wall_of(start) + length.days * DAY
    return instant(days, zone) + int(length.time.total_seconds())

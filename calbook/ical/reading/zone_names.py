"""What calendars call the zones of the world, where it is not IANA's name.

Names of the zones as Windows shows them, offsets, other spellings, cities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from functools import cache
from typing import NamedTuple
from zoneinfo import available_timezones

from calbook.core.time import parsing, times

# The words behind the offset in Windows' list, where no IANA name has them.
_SHOWN = {
    "Abu Dhabi": "Asia/Dubai",
    "Alaska": "America/Anchorage",
    "Aleutian Islands": "America/Adak",
    "Arizona": "America/Phoenix",
    "Astana": "Asia/Almaty",
    "Atlantic Time": "America/Halifax",
    "Atlantic Time (Canada)": "America/Halifax",
    "Baja California": "America/Tijuana",
    "Beijing": "Asia/Shanghai",
    "Bern": "Europe/Zurich",
    "Brasilia": "America/Sao_Paulo",
    "Cabo Verde": "Atlantic/Cape_Verde",
    "Canberra": "Australia/Sydney",
    "Central America": "America/Guatemala",
    "Central Europe": "Europe/Berlin",
    "Central European Time": "Europe/Berlin",
    "Central Time": "America/Chicago",
    "Central Time (US & Canada)": "America/Chicago",
    "Chennai": "Asia/Kolkata",
    "Chetumal": "America/Cancun",
    "Chokurdakh": "Asia/Srednekolymsk",
    "Eastern Europe": "Europe/Bucharest",
    "Eastern European Time": "Europe/Bucharest",
    "Eastern Time": "America/New_York",
    "Eastern Time (US & Canada)": "America/New_York",
    "Edinburgh": "Europe/London",
    "Ekaterinburg": "Asia/Yekaterinburg",
    "Georgetown": "America/Guyana",
    "Gorno-Altaysk": "Asia/Barnaul",
    "Greenland": "America/Godthab",
    "Greenwich Mean Time": "Europe/London",
    "Guadalajara": "America/Mexico_City",
    "Haiti": "America/Port-au-Prince",
    "Hanoi": "Asia/Bangkok",
    "Hawaii": "Pacific/Honolulu",
    "Indiana (East)": "America/Indianapolis",
    "International Date Line West": "Etc/GMT+12",
    "Islamabad": "Asia/Karachi",
    "Izhevsk": "Europe/Samara",
    "Marshall": "Pacific/Majuro",
    "Mid-Atlantic": "Etc/GMT+2",
    "Mountain Time": "America/Denver",
    "Mountain Time (US & Canada)": "America/Denver",
    "Mumbai": "Asia/Kolkata",
    "New Caledonia": "Pacific/Noumea",
    "New Delhi": "Asia/Kolkata",
    "Newfoundland": "America/St_Johns",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Osaka": "Asia/Tokyo",
    "Pacific Time": "America/Los_Angeles",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Petropavlovsk-Kamchatsky": "Asia/Kamchatka",
    "Port Louis": "Indian/Mauritius",
    "Pretoria": "Africa/Johannesburg",
    "Quito": "America/Guayaquil",
    "Saint Pierre and Miquelon": "America/Miquelon",
    "Salvador": "America/Bahia",
    "Samoa": "Pacific/Apia",
    "San Juan": "America/Puerto_Rico",
    "Sapporo": "Asia/Tokyo",
    "Saskatchewan": "America/Regina",
    "Solomon": "Pacific/Guadalcanal",
    "Sri Jayawardenepura": "Asia/Colombo",
    "St. Petersburg": "Europe/Moscow",
    "Turks and Caicos": "America/Grand_Turk",
    "Wellington": "Pacific/Auckland",
    "West Central Africa": "Africa/Lagos",
    "Western Europe": "Europe/Lisbon",
    "Western European Time": "Europe/Lisbon",
    "Yukon": "America/Whitehorse",
    # Those of Windows that are gone from its list.
    "Armenian Standard Time": "Asia/Yerevan",
    "Kamchatka Standard Time": "Asia/Kamchatka",
    "Mexico Standard Time": "America/Mexico_City",
    "Mid-Atlantic Standard Time": "Etc/GMT+2",
    # Abbreviations that IANA has not, where they mean one zone's clocks.
    **{"AKDT": "America/Anchorage", "AKST": "America/Anchorage"},
    **{"CDT": "America/Chicago", "EDT": "America/New_York"},
    **{"MDT": "America/Denver", "PDT": "America/Los_Angeles"},
    **{"PST": "America/Los_Angeles", "JST": "Asia/Tokyo"},
    **{"AEDT": "Australia/Sydney", "AEST": "Australia/Sydney"},
    **{"CEST": "Europe/Berlin", "MESZ": "Europe/Berlin", "MEZ": "Europe/Berlin"},
    **{"EEST": "Europe/Bucharest", "WEST": "Europe/Lisbon"},
    **{"NZDT": "Pacific/Auckland", "NZST": "Pacific/Auckland"},
}
_AREAS = (
    *("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/"),
    *("Europe/", "Indian/", "Pacific/"),
)
_NOT_CITIES = frozenset({"north", "south", "west", "center"})

_OFFSET = re.compile(
    r"\(?\s*(?:(?:UTC|GMT|Z)\s*)?(?:([+\-\u2212\u2013\u00b1])\s*(\d{1,2})"
    r"(?:\s*[:.h]?\s*([0-5]\d)(?::00)?)?\s*)\)?",
    re.ASCII | re.IGNORECASE,
)
_NO_OFFSET = re.compile(
    r"\(?\s*(?:UTC|GMT|Z|Coordinated Universal Time)\s*\)?", re.ASCII | re.IGNORECASE
)
_UNIVERSAL = re.compile(r"coordinated universal time(?:\s*[+-]\s*\d+)?", re.IGNORECASE)
_LONGEST = 14 * 60  # minutes


@cache
def _of_windows() -> dict[str, str]:
    """By Windows' names; slow to import."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON


class NamedZone(NamedTuple):
    """A zone, and whether the name says no more of it than its offset."""

    zone: tzinfo
    is_guess: bool = False


def zone_of_exact_name(name: str) -> tzinfo | None:
    """IANA's and Windows' own names."""
    if parsing.is_timezone(name):
        return times.zone(name)
    iana = _of_windows().get(name, "")
    return times.zone(iana) if parsing.is_timezone(iana) else None


def zone_of_name(name: str) -> NamedZone | None:
    """The zone that is meant by any other name: spelling, offset, words, cities."""
    name = " ".join(name.strip("\"' \t/").split())[:200]
    iana = _known().get(name.casefold()) or _known().get(_key(name))
    if iana is not None:
        return NamedZone(times.zone(iana))
    if (whole := _OFFSET.fullmatch(name)) or _NO_OFFSET.fullmatch(name):
        return _of_offset(whole)
    stated = _OFFSET.match(name) or _NO_OFFSET.match(name)
    words = name[stated.end() :].strip(" -") if stated else name
    offset = _of_offset(stated) if stated and words != name else None
    if offset is not None and _UNIVERSAL.fullmatch(words):
        return offset
    zone = _of_words(words, offset)
    if zone is not None or offset is None:
        return zone
    return offset._replace(is_guess=True)


def _of_words(words: str, offset: NamedZone | None) -> NamedZone | None:
    """By the whole, by what stands behind a maker's name, by the first known city."""
    whole = (words, *words.split(" - ")[:1], *_ends(words))
    for text in whole:
        if iana := _known().get(text.casefold()) or _known().get(_key(text)):
            return NamedZone(times.zone(iana))
    found = [times.zone(city) for city in filter(None, map(_city, _parts(words)))]
    alike = (zone for zone in found if offset and _winter(zone) == _winter(offset.zone))
    best = next(alike, found[0] if found else None)
    return None if best is None else NamedZone(best)


def _parts(words: str) -> Iterator[str]:
    for part in re.split(r"[,;:/]|\s-\s", words)[:20]:
        text = re.sub(r"\(.*?\)", "", part)
        text = re.sub(r"^\s*city of\s+", "", text, flags=re.IGNORECASE)
        yield re.sub(r"\s+(?:islands?|is\.)\s*$", "", text, flags=re.IGNORECASE)


def _city(part: str) -> str | None:
    return _known().get(_key(part)) or _cities().get(_key(part))


def _ends(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[at:]) for at in range(1, min(len(parts), 9)))


def _key(name: str) -> str:
    """The letters and digits, so that no comma, blank or & matters; `and` is &."""
    plain = re.sub(r"\band\b|&amp;", "", name.casefold())
    return "".join(char for char in plain if char.isalnum())


@cache
def _known() -> dict[str, str]:
    """IANA's names in any case, and by their letters those that are told by them."""
    iana = sorted(filter(parsing.is_timezone, available_timezones()))
    keys = {_key(name): name for name in iana if name.startswith((*_AREAS, "US/"))}
    for name, zone in {**_of_windows(), **_SHOWN}.items():
        if not name.startswith("UTC"):
            keys[_key(name)] = zone
            keys[_key(name.replace("Standard", "Daylight"))] = zone
    return keys | {name.casefold(): name for name in iana}


@cache
def _cities() -> dict[str, str]:
    names = (name for name in _known().values() if name.startswith(_AREAS))
    cities = {_key(name.rpartition("/")[2]): name for name in sorted(names)}
    return {city: cities[city] for city in cities.keys() - _NOT_CITIES}


def _winter(zone: tzinfo) -> timedelta:
    """The lesser of its offsets: standard time, but in Ireland and Morocco."""
    moments = (datetime(2026, month, 1) for month in (1, 7))  # noqa: DTZ001 (wall)
    return min(zone.utcoffset(moment) or timedelta() for moment in moments)


def _of_offset(found: re.Match[str] | None) -> NamedZone | None:
    """A zone by its offset; none where no zone has that."""
    if found is None or found.re is _NO_OFFSET:
        return NamedZone(fixed_zone(timedelta()))
    sign, hours, minutes = found.groups()
    length = int(hours) * 60 + int(minutes or 0)
    if length > _LONGEST:
        return None
    return NamedZone(
        fixed_zone(timedelta(minutes=-length if sign in "-\u2212\u2013" else length))
    )

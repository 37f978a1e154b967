"""VTIMEZONE components against zoneinfo, for every zone there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from dateutil.rrule import rrulestr

from calbook.core.time import times
from calbook.ical.writing.components import Component
from calbook.ical.writing.vtimezone import vtimezone, vtimezone_by_onset

ZONES = sorted(
    zone
    for zone in available_timezones() - {"localtime", "Factory", "posixrules"}
    if not zone.startswith(("right/", "posix/"))
)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@cache
def unlike_zones() -> list[str]:
    """One of those whose clocks show the same from 1996 to 2040."""
    moments = [datetime(1996, 1, 1, tzinfo=UTC) + 5 * n * DAY for n in range(3_300)]
    return [
        *{
            tuple(
                moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments
            ): zone
            for zone in ZONES
        }.values()
    ]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(zone: str, first: str, last: str) -> icalendar.Timezone | None:
    return as_read(vtimezone(zone, utc(first), utc(last)))


def as_read(component: Component | None) -> icalendar.Timezone | None:
    """As icalendar reads it."""
    return component and icalendar.Timezone.from_ical(component.to_ical())


def observances(zone: str, first: str, last: str) -> list[str]:
    """Each observance on one line: its kind, onset, rule and offsets."""
    component = made(zone, first, last)
    assert component is not None
    return spoken(component)


def spoken(component: icalendar.Timezone) -> list[str]:
    return [
        " ".join(
            part.decode().partition(":")[2]
            for part in each.to_ical().split(b"\r\n")
            if not part.startswith((b"END", b"TZNAME"))
        ).strip()
        for each in component.subcomponents
    ]


# -- how each kind of zone is written ------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        pytest.param(
            "America/New_York",
            [
                "DAYLIGHT 19960310T020000 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3 -0500 -0400",
                "STANDARD 19961103T020000 FREQ=YEARLY;BYDAY=1SU;BYMONTH=11 -0400 -0500",
            ],
            id="north",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            [
                "DAYLIGHT 19961006T020000 FREQ=YEARLY;BYDAY=1SU;BYMONTH=10 +1030 +1100",
                "STANDARD 19960407T020000 FREQ=YEARLY;BYDAY=1SU;BYMONTH=4 +1100 +1030",
            ],
            id="south, half an hour",
        ),
        pytest.param(
            "Europe/Dublin",
            [
                "DAYLIGHT 19960331T010000 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3 +0000 +0100",
                "STANDARD 19961027T020000 "
                "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10 +0100 +0000",
            ],
            id="summer is standard by law",
        ),
        pytest.param(
            "Asia/Kathmandu", ["STANDARD 19960101T000000 +0545 +0545"], id="steady"
        ),
        pytest.param(
            "Asia/Jerusalem",
            [
                "DAYLIGHT 19960322T020000 "
                "FREQ=YEARLY;UNTIL=20290323T020000Z;BYDAY=4FR;BYMONTH=3 +0200 +0300",
                "STANDARD 19961027T020000 "
                "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10 +0300 +0200",
            ],
            id="the Friday before a Sunday, as long as it has one number",
        ),
        pytest.param("Etc/Zulu", None, id="UTC"),
    ],
)
def test_a_day_in_july_2027_is_described_so(zone, expected):
    if expected is None:
        assert made(zone, "2027-07-01", "2027-07-02") is None
        return
    assert observances(zone, "2027-07-01", "2027-07-02") == expected


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        pytest.param(
            "Europe/Moscow",
            "2010-01-01",
            "2011-12-31",
            "DAYLIGHT 19960331T020000 "
            "FREQ=YEARLY;UNTIL=20110327T020000Z;BYDAY=-1SU;BYMONTH=3 +0300 +0400",
            id="within the dates used",
        ),
        pytest.param(
            "Europe/Moscow",
            "2011-01-01",
            "2011-01-02",
            "STANDARD 19961027T030000 "
            "FREQ=YEARLY;UNTIL=20101031T030000Z;BYDAY=-1SU;BYMONTH=10 +0400 +0300",
            id="with the onset in use",
        ),
        pytest.param(
            "America/New_York",
            "2005-07-01",
            "2005-07-02",
            "DAYLIGHT 19960407T020000 "
            "FREQ=YEARLY;UNTIL=20060402T070000Z;BYDAY=1SU;BYMONTH=4 -0500 -0400",
            id="as another begins",
        ),
        pytest.param(
            "America/New_York",
            "2006-07-01",
            "2008-07-01",
            "DAYLIGHT 20070311T020000 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3 -0500 -0400",
            id="and another does",
        ),
    ],
)
def test_a_rule_that_ends_says_so(zone, first, last, expected):
    """RFC 5545, 3.3.10: UNTIL in UTC, the last onset (3.6.5).

    East of Greenwich it is the wall time, as dateutil and vobject compare it with that
    and lost the last onset.
    """
    assert expected in observances(zone, first, last)


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        pytest.param("Asia/Almaty", "2024-01-10", "2024-05-01", id="one change in use"),
        pytest.param("Asia/Jerusalem", "2027-07-01", "2031-07-01", id="no one number"),
        pytest.param("America/Sao_Paulo", "2019-01-10", "2019-01-11", id="unconfirmed"),
        pytest.param("America/Boa_Vista", "2000-09-01", "2000-12-01", id="one week"),
        pytest.param("Africa/Casablanca", "2025-07-01", "2025-07-02", id="by the moon"),
        pytest.param("Asia/Tehran", "2021-01-01", "2021-12-31", id="another calendar"),
    ],
)
def test_changes_by_no_rule_are_not_described(zone, first, last):
    assert made(zone, first, last) is None


@pytest.mark.parametrize(
    ("zone", "first", "start"),
    [
        pytest.param("Asia/Almaty", "2024-05-01 00:00", "19960101", id="just changed"),
        pytest.param("Europe/Moscow", "2027-01-01 00:00", "19960101", id="long ago"),
        pytest.param("America/Bogota", "1970-01-01 00:00", "19690101", id="1969 there"),
        pytest.param("Asia/Tokyo", "8999-12-31 15:00", "19960101", id="9000 there"),
    ],
)
def test_a_zone_at_rest_has_one_observance(zone, first, start):
    (only,) = observances(zone, first, first)

    kind, onset, before, after = only.split()
    assert (kind, onset, before) == ("STANDARD", f"{start}T000000", after)


# -- change by change ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        pytest.param(
            "Asia/Almaty",
            "2024-01-10",
            "2024-05-01",
            [
                "STANDARD 19960101T000000 +0600 +0600",
                "STANDARD 20240301T000000 +0600 +0500",
            ],
            id="after long rest",
        ),
        pytest.param(
            "America/Santiago",
            "2027-07-01",
            "2031-01-01",
            [
                "STANDARD 19960101T000000 -0300 -0300",
                "DAYLIGHT 20270905T000000 FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,"
                "7,8;BYMONTH=9 -0400 -0300",
                "STANDARD 20270404T000000 FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,"
                "7,8;BYMONTH=4 -0300 -0400",
            ],
            id="the first Sunday but the 1st",
        ),
    ],
)
def test_changes_by_no_numbered_weekday_can_be_described(zone, first, last, expected):
    component = as_read(vtimezone_by_onset(zone, utc(first), utc(last)))

    assert component is not None
    assert spoken(component) == expected


@pytest.mark.parametrize(
    ("first", "begun"),
    [
        pytest.param("2025-02-15", "STANDARD 20240310T030000", id="by the moon"),
        pytest.param(
            "2025-02-23 02:00",
            "STANDARD 20240310T030000",
            id="just changed: 02:30 may still be what was before",
        ),
        pytest.param(
            "2025-04-20", "STANDARD 20250223T030000", id="at an hour from UTC"
        ),
    ],
)
def test_changes_by_the_moon_are_described_one_by_one(first, begun):
    """From no hour at UTC on: vobject would take all of it for UTC."""
    component = as_read(
        vtimezone_by_onset("Africa/Casablanca", utc(first), utc("2025-12-01"))
    )

    assert component is not None
    changes = spoken(component)
    assert changes[0] == "STANDARD 19960101T000000 +0100 +0100"
    assert min(changes[1:], key=lambda line: line.split()[1])[:24] == begun
    assert not [line for line in changes if "FREQ" in line]


@pytest.mark.parametrize("zone", ["UTC", "Etc/Zulu"])
def test_utc_is_not_described_at_all(zone):
    assert vtimezone_by_onset(zone, utc("2027-01-01"), utc("2028-01-01")) is None


# -- every zone there is -------------------------------------------------------------

SPANS = {
    "all of 2024": (utc("2024-01-01"), utc("2024-12-31")),
    "all of 2027": (utc("2027-01-01"), utc("2027-12-31")),
    "all of 2035": (utc("2035-01-01"), utc("2035-12-31")),
    "a day in January 2024": (utc("2024-01-15"), utc("2024-01-16")),
    "a day in July 2027": (utc("2027-07-15"), utc("2027-07-16")),
    "a day in July 2035": (utc("2035-07-15"), utc("2035-07-16")),
}
spans = pytest.mark.parametrize(("first", "last"), SPANS.values(), ids=SPANS)


@cache
def described(first: datetime, last: datetime) -> dict[str, icalendar.Timezone]:
    made = {zone: as_read(vtimezone(zone, first, last)) for zone in unlike_zones()}
    return {zone: component for zone, component in made.items() if component}


@spans
def test_what_is_described_is_what_zoneinfo_says(first, last):
    wrong = [
        (zone, instant)
        for zone, component in described(first, last).items()
        for instant in differing(zone, component, first, last)
    ]

    assert wrong == []


def differing(
    zone: str, component: icalendar.Timezone, first: datetime, last: datetime
) -> Iterator[datetime]:
    """The instants at which a reader of the component is not where zoneinfo is.

    icalendar reads with dateutil.
    """
    local, onsets = ZoneInfo(zone), onsets_by_rfc(component, last)
    reader = component.to_tz(lookup_tzid=False)
    for instant in probes(first, last, list(onsets)):
        wall = instant.astimezone(local)
        by_rfc = [offset for onset, offset in onsets.items() if onset <= instant][-1]
        if by_rfc != wall.utcoffset() or read(wall, reader) != instant:
            yield instant


def onsets_by_rfc(component: icalendar.Timezone, last: datetime) -> dict:
    """Each onset up to `last` and its TZOFFSETTO, as RFC 5545, 3.6.5 says."""
    found = {}
    for each in component.subcomponents:
        before = timezone(each["TZOFFSETFROM"].td)
        start = each["DTSTART"].dt.replace(tzinfo=before)
        onsets = [start]
        if "RRULE" in each:
            rule = rrulestr(each["RRULE"].to_ical().decode(), dtstart=start)
            onsets = rule.between(start, last, inc=True)
        found |= {onset.astimezone(UTC): each["TZOFFSETTO"].td for onset in onsets}
    return dict(sorted(found.items()))


def probes(first: datetime, last: datetime, onsets: list[datetime]) -> list[datetime]:
    """Every fifth day and a bit, and around each onset."""
    steps = [first + n * timedelta(days=5, hours=1) for n in range((last - first).days)]
    near = [onset + n for onset in onsets for n in (-DAY, -SECOND, timedelta(0), DAY)]
    return [i for i in (*steps, *near, last) if first <= i <= last]


def read(wall: datetime, reader: tzinfo) -> datetime:
    return wall.replace(tzinfo=reader).astimezone(UTC)


@spans
def test_what_is_described_one_by_one_is_what_zoneinfo_says(first, last):
    wrong = [
        (zone, instant)
        for zone in set(unlike_zones()) - described(first, last).keys()
        if (component := as_read(vtimezone_by_onset(zone, first, last)))
        for instant in differing(zone, component, first, last)
    ]

    assert wrong == []


@spans
def test_onsets_lie_in_1996_and_on_their_own_rule(first, last):
    """RFC 5545, 3.8.5.3: DTSTART is the first instance of the rule."""
    components = described(first, last).values()

    for whole in components:
        starts = [part["DTSTART"].dt.year for part in whole.subcomponents]
        kinds = {part.name for part in whole.subcomponents}
        assert starts.count(1996) == len(kinds)
    for each in (part for whole in components for part in whole.subcomponents):
        before, after = each["TZOFFSETFROM"].td, each["TZOFFSETTO"].td
        start = each["DTSTART"].dt
        assert (each.name == "DAYLIGHT") == (after > before)
        assert "RDATE" not in each
        if rule := each.get("RRULE"):
            endless = {part: rule[part] for part in rule if part != "UNTIL"}
            text = icalendar.vRecur(endless).to_ical().decode()
            assert rrulestr(text, dtstart=start)[0] == start


@pytest.mark.parametrize("year", [2024, 2027, 2035])
def test_few_zones_are_irregular(year):
    """Of 597 names 25 in 2024, 12 in 2027 and 12 in 2035, eight of them UTC's own.

    By tzdata 2025b; by 2026f it is 25, 12 and 10. The others are those of Morocco,
    Egypt, Chile, Greenland, Palestine, Israel, Cuba and Kazakhstan, in years in which
    the rule changes or its weekday has no one number.
    """
    first, last = utc(f"{year}-01-01"), utc(f"{year}-12-31")

    irregular = {zone for zone in ZONES if vtimezone(zone, first, last) is None}

    assert irregular >= {"UTC", "Etc/UTC", "Zulu"}
    assert len(irregular) <= 0.05 * len(ZONES)


def test_the_name_is_the_zones_abbreviation():
    component = made("Europe/Dublin", "2027-07-01", "2027-07-02")

    assert [str(each["TZNAME"]) for each in component.subcomponents] == ["IST", "GMT"]
    assert times.zone(str(component["TZID"])).key == "Europe/Dublin"

"""What calendars call the zones of the world, and how they describe them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calbook.core.busy import CalendarContent
from calbook.core.model import Span
from calbook.ical.reading.busy_times import read_busy_times
from calbook.ical.reading.structure import read_calendars
from calbook.ical.reading.zone_descriptions import zone_described
from calbook.ical.reading.zone_names import zone_of_exact_name, zone_of_name

WINDOW = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
WINTER, SUMMER = datetime(2027, 1, 18, 12), datetime(2027, 7, 18, 12)  # noqa: DTZ001


def read(*events: str, head: str = "", **options: bool) -> CalendarContent:
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    data = f"BEGIN:VCALENDAR\n{head}\n{inner}END:VCALENDAR\n".encode()
    zone = "America/New_York"
    return read_busy_times(data, timezone=zone, window=WINDOW, **options)


def starts(found: CalendarContent) -> list[str]:
    zone = ZoneInfo("America/New_York")
    return [f"{s.span.start.astimezone(zone):%m-%dT%H:%M}" for s in found.stretches]


# As Outlook shows them, old and new, and the zone whose clocks they have.
SHOWN = """
-12:00 International Date Line West|Etc/GMT+12
-11:00 Coordinated Universal Time-11|Etc/GMT+11
-11:00 Midway Island, Samoa|Pacific/Midway
-10:00 Aleutian Islands|America/Adak
-10:00 Hawaii|Pacific/Honolulu
-09:30 Marquesas Islands|Pacific/Marquesas
-09:00 Alaska|America/Anchorage
-09:00 Coordinated Universal Time-09|Etc/GMT+9
-08:00 Baja California|America/Tijuana
-08:00 Tijuana, Baja California|America/Tijuana
-08:00 Coordinated Universal Time-08|Etc/GMT+8
-08:00 Pacific Time (US & Canada)|America/Los_Angeles
-08:00 Pacific Time (US & Canada); Tijuana|America/Los_Angeles
-07:00 Arizona|America/Phoenix
-07:00 Chihuahua, La Paz, Mazatlan|America/Mazatlan
-07:00 La Paz, Mazatlan|America/Mazatlan
-07:00 Mountain Time (US & Canada)|America/Denver
-07:00 Yukon|America/Whitehorse
-06:00 Central America|America/Guatemala
-06:00 Central Time (US & Canada)|America/Chicago
-06:00 Easter Island|Pacific/Easter
-06:00 Guadalajara, Mexico City, Monterrey|America/Mexico_City
-06:00 Guadalajara, Mexico City, Monterrey - New|America/Mexico_City
-06:00 Saskatchewan|America/Regina
-05:00 Bogota, Lima, Quito, Rio Branco|America/Bogota
-05:00 Chetumal|America/Cancun
-05:00 Eastern Time (US & Canada)|America/New_York
-05:00 Haiti|America/Port-au-Prince
-05:00 Havana|America/Havana
-05:00 Indiana (East)|America/Indianapolis
-05:00 Turks and Caicos|America/Grand_Turk
-04:00 Asuncion|America/Asuncion
-04:00 Atlantic Time (Canada)|America/Halifax
-04:00 Caracas|America/Caracas
-04:30 Caracas|America/Caracas
-04:00 Cuiaba|America/Cuiaba
-04:00 Georgetown, La Paz, Manaus, San Juan|America/La_Paz
-04:00 Santiago|America/Santiago
-03:30 Newfoundland|America/St_Johns
-03:00 Araguaina|America/Araguaina
-03:00 Brasilia|America/Sao_Paulo
-03:00 Cayenne, Fortaleza|America/Cayenne
-03:00 City of Buenos Aires|America/Buenos_Aires
-03:00 Greenland|America/Godthab
-03:00 Montevideo|America/Montevideo
-03:00 Punta Arenas|America/Punta_Arenas
-03:00 Saint Pierre and Miquelon|America/Miquelon
-03:00 Salvador|America/Bahia
-02:00 Coordinated Universal Time-02|Etc/GMT+2
-02:00 Mid-Atlantic - Old|Etc/GMT+2
-01:00 Azores|Atlantic/Azores
-01:00 Cabo Verde Is.|Atlantic/Cape_Verde
-01:00 Cape Verde Islands|Atlantic/Cape_Verde
+00:00 Casablanca|Africa/Casablanca
+00:00 Dublin, Edinburgh, Lisbon, London|Europe/London
+00:00 Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London|Europe/London
+00:00 Monrovia, Reykjavik|Atlantic/Reykjavik
+00:00 Sao Tome|Africa/Sao_Tome
+01:00 Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna|Europe/Berlin
+01:00 Amsterdam, Berlin, Bern, Rom, Stockholm, Wien|Europe/Berlin
+01:00 Belgrade, Bratislava, Budapest, Ljubljana, Prague|Europe/Budapest
+01:00 Brussels, Copenhagen, Madrid, Paris|Europe/Paris
+01:00 Sarajevo, Skopje, Warsaw, Zagreb|Europe/Warsaw
+01:00 West Central Africa|Africa/Lagos
+01:00 Windhoek|Africa/Windhoek
+02:00 Amman|Asia/Amman
+02:00 Athens, Bucharest|Europe/Bucharest
+02:00 Athens, Bucharest, Istanbul|Europe/Bucharest
+02:00 Beirut|Asia/Beirut
+02:00 Cairo|Africa/Cairo
+02:00 Chisinau|Europe/Chisinau
+02:00 Damascus|Asia/Damascus
+02:00 Gaza, Hebron|Asia/Hebron
+02:00 Harare, Pretoria|Africa/Johannesburg
+02:00 Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius|Europe/Kiev
+02:00 Jerusalem|Asia/Jerusalem
+02:00 Kaliningrad|Europe/Kaliningrad
+02:00 Khartoum|Africa/Khartoum
+02:00 Tripoli|Africa/Tripoli
+03:00 Baghdad|Asia/Baghdad
+03:00 Istanbul|Europe/Istanbul
+03:00 Kuwait, Riyadh|Asia/Riyadh
+03:00 Minsk|Europe/Minsk
+03:00 Moscow, St. Petersburg|Europe/Moscow
+04:00 Moscow, St. Petersburg, Volgograd|Europe/Moscow
+03:00 Nairobi|Africa/Nairobi
+03:00 Volgograd|Europe/Volgograd
+03:30 Tehran|Asia/Tehran
+04:00 Abu Dhabi, Muscat|Asia/Dubai
+04:00 Astrakhan, Ulyanovsk|Europe/Astrakhan
+04:00 Baku|Asia/Baku
+04:00 Izhevsk, Samara|Europe/Samara
+04:00 Port Louis|Indian/Mauritius
+04:00 Saratov|Europe/Saratov
+04:00 Tbilisi|Asia/Tbilisi
+04:00 Yerevan|Asia/Yerevan
+04:30 Kabul|Asia/Kabul
+05:00 Ashgabat, Tashkent|Asia/Tashkent
+05:00 Ekaterinburg|Asia/Yekaterinburg
+05:00 Islamabad, Karachi|Asia/Karachi
+05:00 Qyzylorda|Asia/Qyzylorda
+05:30 Chennai, Kolkata, Mumbai, New Delhi|Asia/Calcutta
+05:30 Sri Jayawardenepura|Asia/Colombo
+05:45 Kathmandu|Asia/Katmandu
+06:00 Dhaka|Asia/Dhaka
+06:00 Omsk|Asia/Omsk
+06:30 Yangon (Rangoon)|Asia/Rangoon
+07:00 Bangkok, Hanoi, Jakarta|Asia/Bangkok
+07:00 Barnaul, Gorno-Altaysk|Asia/Barnaul
+07:00 Hovd|Asia/Hovd
+07:00 Krasnoyarsk|Asia/Krasnoyarsk
+07:00 Novosibirsk|Asia/Novosibirsk
+07:00 Tomsk|Asia/Tomsk
+08:00 Beijing, Chongqing, Hong Kong, Urumqi|Asia/Shanghai
+08:00 Irkutsk|Asia/Irkutsk
+08:00 Kuala Lumpur, Singapore|Asia/Singapore
+08:00 Perth|Australia/Perth
+08:00 Taipei|Asia/Taipei
+08:00 Ulaanbaatar|Asia/Ulaanbaatar
+08:45 Eucla|Australia/Eucla
+09:00 Chita|Asia/Chita
+09:00 Osaka, Sapporo, Tokyo|Asia/Tokyo
+09:00 Pyongyang|Asia/Pyongyang
+09:00 Seoul|Asia/Seoul
+09:00 Yakutsk|Asia/Yakutsk
+09:30 Adelaide|Australia/Adelaide
+09:30 Darwin|Australia/Darwin
+10:00 Brisbane|Australia/Brisbane
+10:00 Canberra, Melbourne, Sydney|Australia/Sydney
+10:00 Guam, Port Moresby|Pacific/Port_Moresby
+10:00 Hobart|Australia/Hobart
+10:00 Vladivostok|Asia/Vladivostok
+10:30 Lord Howe Island|Australia/Lord_Howe
+11:00 Bougainville Island|Pacific/Bougainville
+11:00 Chokurdakh|Asia/Srednekolymsk
+11:00 Magadan|Asia/Magadan
+11:00 Norfolk Island|Pacific/Norfolk
+11:00 Sakhalin|Asia/Sakhalin
+11:00 Solomon Is., New Caledonia|Pacific/Guadalcanal
+12:00 Anadyr, Petropavlovsk-Kamchatsky|Asia/Kamchatka
+12:00 Auckland, Wellington|Pacific/Auckland
+12:00 Coordinated Universal Time+12|Etc/GMT-12
+12:00 Fiji|Pacific/Fiji
+12:00 Petropavlovsk-Kamchatsky - Old|Asia/Kamchatka
+12:45 Chatham Islands|Pacific/Chatham
+13:00 Nuku'alofa|Pacific/Tongatapu
+13:00 Samoa|Pacific/Apia
+14:00 Kiritimati Island|Pacific/Kiritimati
"""
LIST = [line.split("|") for line in SHOWN.strip().splitlines()]
SPELT = [
    ("europe/berlin", "Europe/Berlin"),
    ("EUROPE/BERLIN", "Europe/Berlin"),
    ('"Europe/Berlin"', "Europe/Berlin"),
    ("Europe/Berlin - CET", "Europe/Berlin"),
    ("Berlin", "Europe/Berlin"),
    ("(GMT+01:00) Europe/Berlin", "Europe/Berlin"),
    ("(GMT+01.00) Amsterdam / Berlin / Bern / Rome", "Europe/Berlin"),
    ("W. Europe Daylight Time", "Europe/Berlin"),
    ("w. europe standard time", "Europe/Berlin"),
    ("Central European Time", "Europe/Berlin"),
    ("America/New York", "America/New_York"),
    ("us/eastern", "America/New_York"),
    ("US-Eastern", "America/New_York"),
    ("/maker.example/Olson_1/america/new_york", "America/New_York"),
    ("Eastern Time (US &amp; Canada)", "America/New_York"),
    ("(GMT-05.00) Eastern Time (US and Canada)", "America/New_York"),
    ("tzone://Microsoft/Utc", "UTC"),
    ("(UTC) Coordinated Universal Time", "UTC"),
    ("etc/gmt+5", "Etc/GMT+5"),
    *((name, "Etc/GMT-1") for name in ("(GMT +01:00)", "GMT+0100", "UTC+1", "+01")),
    *((name, "Etc/GMT+5") for name in ("-0500", "-05:00", "gmt-5", "\u221205:00")),
    *((name, "Asia/Kolkata") for name in ("+0530", "UTC+5:30", "(UTC+05:30)")),
    *((name, "UTC") for name in ("Z", "(UTC)", "utc", "GMT", "UTC\u00b100:00")),
]


@pytest.mark.parametrize(
    ("name", "zone"),
    [(f"(UTC{name[:6]}) {name[7:]}", zone) for name, zone in LIST]
    + [(f"(GMT{name[:6]}) {name[7:]}", zone) for name, zone in LIST[::7]]
    + [(name[7:], zone) for name, zone in LIST[::4] if "Coordinated" not in name]
    + SPELT,
)
def test_a_zone_has_many_names(name: str, zone: str) -> None:
    """Its events were skipped, and their time could be booked."""
    found = zone_of_name(name)

    assert zone_of_exact_name(name) is None or name in {"GMT"}
    assert found is not None
    assert not found.is_guess
    for moment in (WINTER, SUMMER):
        wanted = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert found.zone.utcoffset(moment) == wanted


@pytest.mark.parametrize(
    "name",
    ["", "/", "Mars/Olympus", "Customized Time Zone", "UTC+25", "Local", "../etc"],
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_of_name(name) is None


LINES = [
    "DTSTART;TZID=(UTC-05:00) Eastern Time (US & Canada):20270118T100000",
    "DTSTART;TZID=(UTC+01:00) Amsterdam, Berlin, Bern, Rome:20270118T160000",
    "DTSTART;TZID=Eastern Time (US &amp; Canada);VALUE=DATE-TIME:20270118T100000",
    "DTSTART;VALUE=DATE-TIME;TZID=UTC-05:00:20270118T100000",
    'DTSTART;TZID="W. Europe Standard Time:20270118T160000"',
    "DTSTART; TZID = europe/berlin : 20270118T160000 ",
]


@pytest.mark.parametrize("line", LINES)
def test_a_zone_s_name_need_not_be_quoted(line: str) -> None:
    found = read(f"{line}\nDURATION:PT1H")

    assert starts(found) == ["01-18T10:00"]
    assert (found.skipped, found.remarks) == ((), ())


UNKNOWN = "its time zone Mars/Olympus is not known"


@pytest.mark.parametrize(
    ("head", "hours", "zone"),
    [
        ("", [10], "America/New_York"),
        (
            "X-WR-TIMEZONE:Europe/Berlin",
            [4, 10],
            "Europe/Berlin and in America/New_York",
        ),
        ("X-WR-TIMEZONE:Mars/Olympus", [10], "America/New_York"),
    ],
)
def test_a_zone_that_nobody_knows_is_the_calendar_s_and_the_host_s(
    head: str, hours: list[int], zone: str
) -> None:
    """Its events were skipped, and their time could be booked."""
    event = "UID:x\nDTSTART;TZID=Mars/Olympus:20270118T100000\nDURATION:PT1H"

    found, strict = read(event, head=head), read(event, head=head, strict=True)

    assert starts(found) == [f"01-18T{hour:02}:00" for hour in hours]
    assert found.skipped == ()
    assert found.remarks == (("x", 3, f"{UNKNOWN}: read in {zone}"),)
    assert (strict.stretches, strict.remarks) == ((), ())
    assert strict.skipped == (("x", 3, UNKNOWN),)


def test_an_offset_alone_is_better_than_no_zone() -> None:
    event = "DTSTART;TZID=(UTC+02:00) Atlantis:20270118T170000\nDURATION:PT1H"

    found, strict = read(event), read(event, strict=True)

    assert starts(found) == ["01-18T10:00"]
    assert found.remarks[0].reason.endswith("Atlantis is not known: read in UTC+02:00")
    assert len(strict.skipped) == 1


def test_times_of_a_calendar_whose_zone_nobody_knows_are_the_host_s() -> None:
    event = "DTSTART:20270118T100000\nDURATION:PT1H"
    what = "the calendar's time zone Mars is not known"

    found = read(event, head="X-WR-TIMEZONE:Mars")

    assert starts(found) == ["01-18T10:00"]
    assert found.remarks == ((None, 3, f"{what}: read in America/New_York"),)


# -- what a file says of its zones -----------------------------------------------------

STANDARD = (
    "BEGIN:STANDARD\nDTSTART:20071104T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\n"
    "TZNAME:EST\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nEND:STANDARD\n"
)
DAYLIGHT = (
    "BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\n"
    "TZNAME:EDT\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\nEND:DAYLIGHT\n"
)


def described(standard: str = STANDARD, top: str = "TZID:Own", more: str = "") -> str:
    return f"BEGIN:VTIMEZONE\n{top}\n{standard}{DAYLIGHT}{more}END:VTIMEZONE"


RULE = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"
WHOLE = {
    "as it should be": described(),
    "with what nobody knows": described(
        STANDARD.replace("TZNAME:EST", "X-A;B=c:d\nTZUNTIL:20300101T000000Z\nno colon"),
        "TZID:Own\nTZID-ALIAS-OF:Foo\nTZURL:x\nLAST-MODIFIED:never",
    ),
    "with a bad name": described(STANDARD.replace("TZNAME:EST", "TZNAME;;:EST")),
    "with one name for both": described(STANDARD.replace("EST", "EDT")),
    "since 1601": described(STANDARD.replace("2007", "1601")),
    "since the year 1": described(STANDARD.replace("2007", "0001")),
    "in small letters": described(STANDARD.lower()),
    "in another case": described(top="TZID: OWN "),
    "with colons": described(STANDARD.replace("-0400", "-04:00")),
    "with seconds": described(STANDARD.replace("-0400", "-040000")),
    "with UTC that is none": described(STANDARD.replace("T020000", "T020000Z")),
    "with days of the month": described(
        STANDARD.replace("BYDAY=1SU", "BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7")
    ),
    "with a place": described(STANDARD.replace("=1SU", "=SU;BYSETPOS=1")),
    "with dates": described(
        STANDARD.replace(RULE, "RDATE:20261101T020000,20271107T020000")
    ),
    "with a stray line": described(STANDARD.replace("TZNAME", "BEGIN:Foo\nTZNAME")),
    "by a place alone": (
        "BEGIN:VTIMEZONE\nTZID:Own\nX-LIC-LOCATION:America/New_York\nEND:VTIMEZONE"
    ),
}
SERIES = (
    "UID:w\nDTSTART;TZID=Own:20270304T100000\nDURATION:PT1H\n"
    "RRULE:FREQ=MONTHLY;INTERVAL=4;COUNT=4"
)


@pytest.mark.parametrize("head", WHOLE.values(), ids=WHOLE)
def test_a_described_zone_is_read_whole(head: str) -> None:
    """A line that the library did not know made the zone unknown."""
    found = read(SERIES, head=head)

    assert starts(found) == [f"{day}T10:00" for day in ("03-04", "07-04", "11-04")] + [
        "03-04T10:00"
    ]
    assert found.remarks == ()


BADLY = {
    "without an offset from": STANDARD.replace("TZOFFSETFROM:-0400\n", ""),
    "with a bad offset to": STANDARD.replace("TO:-0500", "TO:x"),
    "with a bad rule": STANDARD.replace("1SU", "XX"),
    "with a bad start": STANDARD.replace("20071104T020000", "never"),
    "with a rule of seconds": STANDARD.replace("YEARLY", "SECONDLY"),
}


@pytest.mark.parametrize("standard", BADLY.values(), ids=BADLY)
def test_of_a_badly_described_zone_what_can_be_read_is(standard: str) -> None:
    found = read(SERIES, head=described(standard))

    assert len(found.stretches) == 4
    assert starts(found)[1] == "07-04T10:00"


def test_a_description_has_the_clocks_of_its_zone() -> None:
    """Both ways, and where the clocks skip and repeat an hour."""
    data = f"BEGIN:VCALENDAR\n{described()}\nEND:VCALENDAR\n".encode()
    [source] = read_calendars(data)[0]
    found = zone_described(source.zones[0], 100)
    assert found is not None
    real, moment = ZoneInfo("America/New_York"), datetime(2027, 3, 1, tzinfo=UTC)

    while moment.year < 2028:
        there, wanted = moment.astimezone(found.zone), moment.astimezone(real)
        assert (there.replace(tzinfo=None), there.fold) == (
            wanted.replace(tzinfo=None),
            wanted.fold,
        )
        for fold in (0, 1):
            wall = moment.replace(tzinfo=None, fold=fold)
            assert found.zone.utcoffset(wall) == real.utcoffset(wall)
        moment += timedelta(minutes=90)


def test_a_zone_of_many_changes_is_not_worked_out() -> None:
    found = read(SERIES, head=described(more=STANDARD * 100))

    assert found.remarks[0].reason.startswith("its time zone Own is not known")


# -- what UTC means --------------------------------------------------------------------

LESSON = "UID:s\nDTSTART:20270308T150000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
EVENING = "UID:t\nDTSTART:20270309T010000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
OTHER = "DTSTART{}:20270301T100000\nDURATION:PT1H\nTRANSP:TRANSPARENT"
CHANGED = "UID:s\nRECURRENCE-ID:{}\nDTSTART:20270316T150000Z\nDURATION:PT1H"
LOCAL = {
    "a series": [LESSON],
    "a single event beside": [LESSON, "UID:q\nDTSTART:20270301T150000Z"],
    "a day beside": [LESSON, "UID:q\nDTSTART:20270301"],
    "a date left out": [LESSON + "0\nEXDATE:20270322T140000Z"],
    "a date changed": [LESSON + "0", CHANGED.format("20270322T140000Z")],
    "an end of the day": [LESSON.replace("COUNT=2", "UNTIL=20270323T035959Z")],
    "a weekday there": [EVENING + ";BYDAY=MO"],
}
IN_UTC = {
    "a zone beside": [LESSON, OTHER.format(";TZID=Europe/Berlin")],
    "a local time beside": [LESSON, OTHER.format("")],
    "a date left out": [LESSON + "0\nEXDATE:20270322T150000Z"],
    "a date changed": [LESSON + "0", CHANGED.format("20270322T150000Z")],
    "an end": [LESSON.replace("COUNT=2", "UNTIL=20270322T150000Z")],
    "a weekday": [EVENING + ";BYDAY=TU"],
    "a day of the month": [
        EVENING.replace("WEEKLY", "MONTHLY").replace("0309T", "0301T") + ";BYMONTHDAY=1"
    ],
    "an hour": [EVENING + ";BYHOUR=1"],
    "another series": [LESSON, EVENING + ";BYDAY=TU"],
}


def second(events: list[str]) -> str:
    """The hour of a second date, after the clocks changed."""
    found = read(*events, head="X-WR-TIMEZONE:America/New_York")
    assert (found.skipped, found.remarks) == ((), ())
    return min(start for start in starts(found) if start > "03-14")[-5:]


@pytest.mark.parametrize("events", LOCAL.values(), ids=LOCAL)
def test_utc_is_local_where_nothing_speaks_against_it(events: list[str]) -> None:
    assert second(events) in {"10:00", "20:00"}


@pytest.mark.parametrize("events", IN_UTC.values(), ids=IN_UTC)
def test_utc_stays_utc(events: list[str]) -> None:
    """Dates that were left out stayed, and weekdays shifted."""
    assert second(events) in {"11:00", "21:00"}


@pytest.mark.parametrize(
    ("name", "iana"),
    [("CEST", "Europe/Berlin"), ("PDT", "America/Los_Angeles"), ("edt", "US/Eastern")],
)
def test_abbreviations_of_summer_time_are_known(name: str, iana: str) -> None:
    """They were read in the host's zone."""
    found = zone_of_name(name)

    assert found is not None
    moment = datetime(2027, 7, 1)  # noqa: DTZ001 (a wall time)
    assert found.zone.utcoffset(moment) == ZoneInfo(iana).utcoffset(moment)

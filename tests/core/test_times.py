"""Instants, wall clocks and local dates, near every kind of clock change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import tzdata

from calbook.core.time import times

utc = datetime.fromisoformat
wall_time = datetime.fromisoformat
day = date.fromisoformat

NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
CASABLANCA = "Africa/Casablanca"
SANTIAGO = "America/Santiago"
BEIRUT = "Asia/Beirut"
CAIRO = "Africa/Cairo"
APIA = "Pacific/Apia"


def test_epoch_seconds_and_instants_are_one_to_one() -> None:
    moment = utc("2027-01-18T10:00:30Z")

    assert times.epoch(moment) == 1_800_266_430
    assert times.instant(1_800_266_430) == moment
    assert times.instant(0) == utc("1970-01-01T00:00Z")
    assert times.epoch(utc("1970-01-01T00:00+14:00")) == -50_400


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        pytest.param(
            "2024-01-15T15:00Z", NEW_YORK, "2024-01-15T10:00:00-05:00", id="w"
        ),
        pytest.param(
            "2024-07-15T14:00Z", NEW_YORK, "2024-07-15T10:00:00-04:00", id="s"
        ),
        pytest.param(
            "2024-01-15T04:15:30Z",
            "Asia/Kathmandu",
            "2024-01-15T10:00:30+05:45",
            id="seconds",
        ),
        pytest.param("2024-01-15T10:00Z", "UTC", "2024-01-15T10:00:00+00:00", id="utc"),
        pytest.param(
            "2024-11-03T05:30Z", NEW_YORK, "2024-11-03T01:30:00-04:00", id="first"
        ),
        pytest.param(
            "2024-11-03T06:30Z", NEW_YORK, "2024-11-03T01:30:00-05:00", id="second"
        ),
    ],
)
def test_moments_are_written_with_the_offset_of_the_zone(
    moment: str, zone: str, expected: str
) -> None:
    instant = utc(moment)

    assert times.rfc3339(instant, zone) == expected
    assert times.rfc3339(times.epoch(instant), zone) == expected


def test_the_wall_shows_a_naive_time() -> None:
    shown = times.wall_time(utc("2024-03-10T07:00Z"), NEW_YORK)

    assert shown == wall_time("2024-03-10 03:00")
    assert shown.tzinfo is None


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        pytest.param(NEW_YORK, "2024-01-15 10:00", "2024-01-15T15:00Z", id="winter"),
        pytest.param(NEW_YORK, "2024-07-15 10:00", "2024-07-15T14:00Z", id="summer"),
        pytest.param(NEW_YORK, "2024-03-10 02:00", "2024-03-10T07:00Z", id="gap-start"),
        pytest.param(NEW_YORK, "2024-03-10 02:30", "2024-03-10T07:30Z", id="gap"),
        pytest.param(NEW_YORK, "2024-03-10 03:00", "2024-03-10T07:00Z", id="gap-end"),
        pytest.param(
            NEW_YORK, "2024-11-03 01:00", "2024-11-03T05:00Z", id="fold-start"
        ),
        pytest.param(NEW_YORK, "2024-11-03 01:30", "2024-11-03T05:30Z", id="fold"),
        pytest.param(NEW_YORK, "2024-11-03 02:00", "2024-11-03T07:00Z", id="fold-end"),
        pytest.param(LORD_HOWE, "2024-10-06 02:15", "2024-10-05T15:45Z", id="half-gap"),
        pytest.param(
            LORD_HOWE, "2024-04-07 01:45", "2024-04-06T14:45Z", id="half-fold"
        ),
        pytest.param(CASABLANCA, "2024-04-14 02:30", "2024-04-14T02:30Z", id="cas-gap"),
        pytest.param(
            CASABLANCA, "2024-03-10 02:30", "2024-03-10T01:30Z", id="cas-fold"
        ),
        pytest.param(SANTIAGO, "2024-09-08 00:00", "2024-09-08T04:00Z", id="midnight"),
        pytest.param(BEIRUT, "2024-03-31 00:00", "2024-03-30T22:00Z", id="beirut-gap"),
        pytest.param(CAIRO, "2024-10-31 23:30", "2024-10-31T20:30Z", id="cairo-fold"),
        pytest.param(APIA, "2011-12-30 10:00", "2011-12-30T20:00Z", id="skipped-day"),
    ],
)
def test_generated_times_take_the_offset_before_a_gap_and_the_first_of_two(
    zone: str, wall: str, expected: str
) -> None:
    settled = times.instant_of_wall(wall_time(wall), zone)

    assert settled == utc(expected)
    assert settled.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        pytest.param(NEW_YORK, "2024-01-15 10:00", ["2024-01-15T15:00Z"], id="once"),
        pytest.param(NEW_YORK, "2024-03-10 02:30", [], id="never"),
        pytest.param(NEW_YORK, "2024-03-10 03:00", ["2024-03-10T07:00Z"], id="after"),
        pytest.param(
            NEW_YORK,
            "2024-11-03 01:30",
            ["2024-11-03T05:30Z", "2024-11-03T06:30Z"],
            id="twice",
        ),
        pytest.param(
            LORD_HOWE,
            "2024-04-07 01:30",
            ["2024-04-06T14:30Z", "2024-04-06T15:00Z"],
            id="twice-in-half-an-hour",
        ),
        pytest.param(APIA, "2011-12-30 10:00", [], id="on-a-skipped-day"),
    ],
)
def test_the_wall_shows_a_time_once_twice_or_never(
    zone: str, wall: str, expected: list[str]
) -> None:
    readings = times.possible_instants(wall_time(wall), zone)

    assert readings == tuple(map(utc, expected))


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        pytest.param(NEW_YORK, "2024-01-15", "2024-01-15T05:00Z", id="plain"),
        pytest.param("Asia/Kathmandu", "2024-01-15", "2024-01-14T18:15Z", id="east"),
        pytest.param(SANTIAGO, "2024-09-08", "2024-09-08T04:00Z", id="gap-santiago"),
        pytest.param(BEIRUT, "2024-03-31", "2024-03-30T22:00Z", id="gap-beirut"),
        pytest.param(CAIRO, "2024-04-26", "2024-04-25T22:00Z", id="gap-cairo"),
        pytest.param(SANTIAGO, "2024-04-07", "2024-04-07T04:00Z", id="fold-santiago"),
        pytest.param(BEIRUT, "2024-10-27", "2024-10-26T22:00Z", id="fold-beirut"),
        pytest.param(CAIRO, "2024-11-01", "2024-10-31T22:00Z", id="fold-cairo"),
        pytest.param(
            "America/Havana", "2024-11-03", "2024-11-03T04:00Z", id="midnight-twice"
        ),
        pytest.param(APIA, "2011-12-31", "2011-12-30T10:00Z", id="after-a-skipped-day"),
    ],
)
def test_a_local_date_begins_with_its_first_instant(
    zone: str, text: str, expected: str
) -> None:
    start = times.day_start(day(text), zone)

    assert start == utc(expected)
    assert times.local_date(start, zone) == day(text)
    assert times.local_date(start - timedelta(seconds=1), zone) < day(text)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        pytest.param("2024-01-15T04:59:59Z", NEW_YORK, "2024-01-14", id="before"),
        pytest.param("2024-01-15T05:00Z", NEW_YORK, "2024-01-15", id="midnight"),
        pytest.param("2011-12-30T09:59:59Z", APIA, "2011-12-29", id="apia-before"),
        pytest.param("2011-12-30T10:00Z", APIA, "2011-12-31", id="apia-after"),
    ],
)
def test_the_local_date_changes_at_local_midnight(
    moment: str, zone: str, expected: str
) -> None:
    assert times.local_date(utc(moment), zone) == day(expected)


@pytest.mark.parametrize(
    ("zone", "text", "skipped"),
    [
        pytest.param(APIA, "2011-12-30", True, id="apia"),
        pytest.param("Pacific/Kiritimati", "1994-12-31", True, id="kiritimati"),
        pytest.param(APIA, "2011-12-29", False, id="apia-before"),
        pytest.param(APIA, "2011-12-31", False, id="apia-after"),
        pytest.param(SANTIAGO, "2024-09-08", False, id="midnight-gap"),
        pytest.param(NEW_YORK, "2024-03-10", False, id="23-hours"),
    ],
)
def test_some_zones_left_out_a_whole_day(zone: str, text: str, skipped: bool) -> None:
    assert times.is_skipped(day(text), zone) is skipped


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(
            "2027-01-18T15:00Z",
            "2027-01-18T15:30Z",
            "Mon 18 Jan 2027, 10:00–10:30",
            id="same-day",
        ),
        pytest.param(
            "2027-01-02T04:30Z",
            "2027-01-02T05:30Z",
            "Fri 1 Jan 2027, 23:30–Sat 2 Jan 00:30",
            id="past-midnight",
        ),
        pytest.param(
            "2024-03-10T06:30Z",
            "2024-03-10T07:30Z",
            "Sun 10 Mar 2024, 01:30–03:30",
            id="over-a-gap",
        ),
    ],
)
def test_a_meeting_is_spoken_of_in_its_wall_times(
    start: str, end: str, expected: str
) -> None:
    assert times.format_meeting(utc(start), utc(end), NEW_YORK) == expected


@pytest.fixture
def zone_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory in which the system's zone files are looked for, and UTC in it."""
    (tmp_path / "UTC").touch()
    monkeypatch.setattr(times, "TZPATH", (str(tmp_path / "none"), str(tmp_path)))
    monkeypatch.setattr(tzdata, "IANA_VERSION", "2026b")
    monkeypatch.delenv("PYTHONTZPATH", raising=False)
    cached = (times.zone, times.newer_package, times.tzdata_version)
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


@pytest.mark.parametrize(
    ("first_line", "version"),
    [
        pytest.param("# version 2026b\n# redo", "2026b", id="named"),
        pytest.param("# version 2026c", "2026c", id="newer than the package"),
        pytest.param("# version 2025z", "2026b", id="older: the package is read"),
        pytest.param("# version 2026b-rearguard\n", "2026b-rearguard", id="variant"),
        pytest.param("R A 1916 o - Jun 14 23s 1 S\n", None, id="unnamed"),
        pytest.param("é\xff", None, id="garbage"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_release_of_the_systems_zone_rules_is_read_from_them(
    zone_files: Path, first_line: str, version: str | None
) -> None:
    (zone_files / "tzdata.zi").write_text(first_line, encoding="utf-8")

    assert times.tzdata_version("UTC") == version


def test_the_release_is_unknown_where_the_system_does_not_tell(
    zone_files: Path,
) -> None:
    assert times.tzdata_version("UTC") is None


def test_a_zone_that_the_system_lacks_comes_from_the_package(zone_files: Path) -> None:
    version = times.tzdata_version("Europe/Lisbon")

    assert version is not None
    assert re.fullmatch(r"20\d\d[a-z]", version)


def test_the_newest_rules_win(zone_files: Path) -> None:
    """The system's were preferred: Vancouver in January 2027 was an hour off."""
    old = Path(tzdata.__path__[0], "zoneinfo", "Asia", "Tokyo")
    (zone_files / "Europe").mkdir()
    shutil.copy(old, zone_files / "Europe" / "Lisbon")
    (zone_files / "tzdata.zi").write_text("# version 2025b\n")

    lisbon = times.zone("Europe/Lisbon")

    assert lisbon.key == str(lisbon) == "Europe/Lisbon"
    assert lisbon.utcoffset(datetime(2027, 7, 1)) == timedelta(hours=1)  # noqa: DTZ001
    assert times.tzdata_version("Europe/Lisbon") == "2026b"
    assert times.zone_data() == "2026b (the tzdata package; the system has 2025b)"


@pytest.mark.parametrize(
    ("system", "package", "said"),
    [
        pytest.param("2026c", "2026b", "2026c (the system; the tzdata package has"
                     " 2026b)", id="the system's are newer"),
        pytest.param("2026b", "2026b", "2026b (the system; the tzdata package has"
                     " 2026b)", id="alike"),
        pytest.param("2026za", "2026z", "2026za (the system; the tzdata package has"
                     " 2026z)", id="after z"),
        pytest.param("2026a-rearguard", "2026b", "2026b (the tzdata package; the system"
                     " has 2026a-rearguard)", id="a variant"),
        pytest.param("", "2026b", "unknown (the system; the tzdata package has 2026b)",
                     id="the system does not say"),
    ],
)  # fmt: skip
def test_the_release_is_compared_and_told(
    zone_files: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    package: str,
    said: str,
) -> None:
    monkeypatch.setattr(tzdata, "IANA_VERSION", package)
    (zone_files / "tzdata.zi").write_text(f"# version {system}")

    assert times.zone_data() == said


def test_macos_says_its_release_in_another_file(zone_files: Path) -> None:
    (zone_files / "+VERSION").write_text("2026c\n")

    assert times.tzdata_version("UTC") == "2026c"


def test_who_says_where_zones_are_is_obeyed(
    zone_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (zone_files / "tzdata.zi").write_text("# version 2025b")
    monkeypatch.setenv("PYTHONTZPATH", str(zone_files))

    assert times.tzdata_version("UTC") == "2025b"
    assert times.newer_package() is None


def test_a_moment_is_spoken_of_with_its_date() -> None:
    spoken = times.format_moment(utc("2027-01-02T04:30:59Z"), NEW_YORK)

    assert spoken == "Fri 1 Jan 2027, 23:30"

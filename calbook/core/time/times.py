"""Instants, zones and wall clocks; the only place that writes date-times as text.

Light on purpose: every command imports it. What people type is read in `parsing`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import TZPATH, ZoneInfo

FIRST_YEAR, LAST_YEAR = 1970, 9000
WEEKDAYS = (
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of a name that was checked when it was stored, by the newest rules.

    Read here: to turn Python's own choice would do so for the whole program.
    """
    newer = _newer_file(name)
    if newer is None:
        return ZoneInfo(name)
    with open(newer, "rb") as file:
        return ZoneInfo.from_file(file, key=name)


def instant(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z."""
    return int(moment.timestamp())


def rfc3339(moment: datetime | int, timezone: str) -> str:
    """The moment in the zone, as in `2024-01-15T10:00:00-05:00` (RFC 3339)."""
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment, zone(timezone)).isoformat()
    return moment.astimezone(zone(timezone)).isoformat()


Formatter = Callable[[int], str]


@cache
def rfc3339_formatter(timezone: str) -> Formatter:
    """`rfc3339` of one zone, for epochs by the thousand."""
    local, moment = zone(timezone), datetime.fromtimestamp
    return lambda epoch: moment(epoch, local).isoformat()


def rfc3339_of_many(timezone: str) -> Formatter:
    """`rfc3339` of one zone, for epochs of which many lie on a day."""
    local, moment = zone(timezone), datetime.fromtimestamp
    days: dict[int, _EvenDay | None] = {}
    clocks: dict[int, str] = {}

    def text(epoch: int) -> str:
        day = epoch // _DAY_SECONDS
        if day not in days:
            days[day] = _even_day(day, local)
        if (known := days[day]) is None:
            return moment(epoch, local).isoformat()
        date, next_date, ahead, offset = known
        second = epoch + ahead
        if second >= _DAY_SECONDS:
            date, second = next_date, second - _DAY_SECONDS
        if (clock := clocks.get(second)) is None:
            clock = clocks[second] = moment(second, UTC).isoformat()[11:19]
        return f"{date}{clock}{offset}"

    return text


_DAY_SECONDS = 86_400
# The local dates of a day of UTC, the seconds from an epoch to one since the first of
# them began, and the offset.
_EvenDay = tuple[str, str, int, str]


def _even_day(day: int, local: ZoneInfo) -> _EvenDay | None:
    """None where the offset changes; no zone changes it twice in a day."""
    begin = datetime.fromtimestamp(day * _DAY_SECONDS, local)
    if datetime.fromtimestamp((day + 1) * _DAY_SECONDS, local).utcoffset() != (
        begin.utcoffset()
    ):
        return None
    midnight = begin.replace(hour=0, minute=0, second=0, tzinfo=None)
    since = begin.replace(tzinfo=None) - midnight
    ahead = since // timedelta(seconds=1) - day * _DAY_SECONDS
    dates = (f"{date:%Y-%m-%d}T" for date in (midnight, midnight + timedelta(days=1)))
    return next(dates), next(dates), ahead, begin.isoformat()[19:]


def wall_time(moment: datetime, timezone: str) -> datetime:
    """What the clock on the wall shows: naive, in the zone."""
    return moment.astimezone(zone(timezone)).replace(tzinfo=None)


def instant_of_wall(wall: datetime, timezone: str) -> datetime:
    """The instant of a generated wall time (RFC 5545, 3.3.5).

    A time that the clocks skip takes the offset before the gap; one that they
    repeat is the first of the two. That is what `fold=0` means (PEP 495).
    """
    if wall.fold:
        wall = wall.replace(fold=0)
    offset = zone(timezone).utcoffset(wall)
    assert offset is not None
    return (wall - offset).replace(tzinfo=UTC)


def possible_instants(wall: datetime, timezone: str) -> tuple[datetime, ...]:
    """The instants at which the wall shows this: one, two (repeated) or none."""
    local = zone(timezone)
    both = {wall.replace(tzinfo=local, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(
        sorted(i for i in both if i.astimezone(local).replace(tzinfo=None) == wall)
    )


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a wall time)


def day_start(day: date, timezone: str) -> datetime:
    """The instant with which a local date begins."""
    return instant_of_wall(midnight(day), timezone)


def day_bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """The instants with which a local date begins and ends.

    It ends before it begins where the zone left it out (Apia, 2011-12-30).
    """
    return _day_bounds(day, zone(timezone))


@lru_cache(maxsize=1024)  # a year that is looked at again and again
def _day_bounds(day: date, local: ZoneInfo) -> tuple[datetime, datetime]:
    start = midnight(day)
    end = start + timedelta(days=1)
    before, after = local.utcoffset(start), local.utcoffset(end)
    assert before is not None
    assert after is not None
    return (start - before).replace(tzinfo=UTC), (end - after).replace(tzinfo=UTC)


def local_date(moment: datetime, timezone: str) -> date:
    return moment.astimezone(zone(timezone)).date()


def is_skipped(day: date, timezone: str) -> bool:
    """Whether the zone left out this local date (Apia, 2011-12-30)."""
    start, end = day_bounds(day, timezone)
    return start >= end


Clock = Callable[[datetime], str]  # how a wall time's hour and minute are written


def clock_24(wall: datetime) -> str:
    return f"{wall:%H:%M}"


def clock_12(wall: datetime) -> str:
    return f"{wall.hour % 12 or 12}:{wall:%M} {'am' if wall.hour < 12 else 'pm'}"


def format_day(day: date) -> str:
    """`Mon 18 Jan 2027`."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def format_moment(moment: datetime, timezone: str, clock: Clock = clock_24) -> str:
    """A moment for people: `Mon 18 Jan 2027, 10:00`, without the zone."""
    local = wall_time(moment, timezone)
    return f"{format_day(local)}, {clock(local)}"


def format_meeting(
    start: datetime, end: datetime, timezone: str, clock: Clock = clock_24
) -> str:
    """A meeting for people: `Mon 18 Jan 2027, 10:00–10:30`, without the zone."""
    first, last = wall_time(start, timezone), wall_time(end, timezone)
    until = clock(last)
    if last.date() != first.date():
        year = f" {last.year}," if last.year != first.year else ""
        until = f"{last:%a} {last.day} {last:%b}{year} {until}"
    return f"{format_moment(start, timezone, clock)}–{until}"


@cache
def tzdata_version(timezone: str) -> str | None:
    """The release of the rules that a zone is read from, as in `2026b`, if known."""
    if _newer_file(timezone) is None:
        for root in TZPATH:
            if os.path.exists(os.path.join(root, timezone)):
                return _release(root)
    return _package()[1]


def zone_data() -> str:
    """Which release of the zones' rules is used, for people."""
    system, (_, package) = _system_release(), _package()
    if system is None:
        return f"{package or 'unknown'} (the tzdata package)"
    if newer_package():
        return f"{package} (the tzdata package; the system has {system})"
    other = f"; the tzdata package has {package}" if package else ""
    return f"{system or 'unknown'} (the system{other})"


def _newer_file(timezone: str) -> str | None:
    """Where the tzdata package has newer rules of a zone than the system."""
    package = newer_package()
    path = package and os.path.join(package, timezone)
    return path if path and os.path.isfile(path) else None


@cache
def newer_package() -> str | None:
    """The tzdata package's zones where they are newer than the system's.

    Python reads the system's first. That stays where a release is not known, and where
    PYTHONTZPATH says what is wanted.
    """
    if "PYTHONTZPATH" in os.environ:
        return None
    system, (folder, package) = _system_release(), _package()
    return folder if is_newer(package, system) else None


def _system_release() -> str | None:
    """The release of the system's rules, "" if it is not known; None without any."""
    root = next(filter(os.path.isdir, TZPATH), None)
    return root and (_release(root) or "")


def _package() -> tuple[str | None, str | None]:
    """The folder of the tzdata package's zones, and their release."""
    try:
        import tzdata
    except ImportError:
        return None, None
    folder = os.path.join(tzdata.__path__[0], "zoneinfo")
    return folder, getattr(tzdata, "IANA_VERSION", None)


def _release(root: str) -> str | None:
    """As the first line of `tzdata.zi` says it, or macOS in `+VERSION`."""
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with open(os.path.join(root, name), "rb") as file:
                words = file.readline(80).decode(errors="replace").split()
        except OSError:
            continue
        if words[:-1] in ([], ["#", "version"]) and words[-1:]:
            return words[-1] if words[-1][:4].isdigit() else None
    return None


def is_newer(release: str | None, than: str | None) -> bool:
    """Whether both are known, and the one came after the other."""
    return bool(release and than) and _order(release or "") > _order(than or "")


def _order(release: str) -> tuple[str, int, str]:
    """2026z comes before 2026za."""
    letters = release[4:].partition("-")[0]
    return release[:4], len(letters), letters

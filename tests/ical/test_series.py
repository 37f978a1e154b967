"""Series as iCalendar: one rule and what differs, as two readers understand them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from hypothesis import assume, given
from hypothesis import strategies as st
from support.properties import examples

from calbook.core.errors import NotFound
from calbook.core.model import GivenStart, Occurrence, Resolution, Span, Status
from calbook.core.time import recurrence, times
from calbook.core.time.recurrence import Frequency, Recurrence, Weekday
from calbook.ical.writing.event_text import Invite
from calbook.ical.writing.method import Method
from calbook.ical.writing.vcalendar import default_method, write_calendar
from ical.test_invites import invite_of, utc

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = timedelta(days=1)
DAILY, WEEKLY, MONTHLY, YEARLY = Frequency
NEW_YORK = "America/New_York"
GOLDEN = Path(__file__).parents[1] / "golden"
CANCELLED = {"status": Status.CANCELLED, "resolution": Resolution.CANCELLED}


def series_of(
    first: str,
    rule: Recurrence,
    zone: str = NEW_YORK,
    *,
    length: timedelta = HOUR,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    **invite: Any,
) -> Invite:
    """A series from a wall time on; `changes` are those of single dates."""
    changes = dict(changes or {})
    occurrences = []
    for wall, start in recurrence.starts(rule, datetime.fromisoformat(first), zone):
        moment = GivenStart(start, wall, zone, by_offset=False)
        span = Span(start, start + length)
        made = Occurrence(
            start, wall.date(), moment, span, span, status=Status.CONFIRMED
        )
        occurrences.append(made._replace(**changes.pop(str(wall.date()), {})))
    assert not changes
    return invite_of(
        zone=zone, recurring=rule, occurrences=tuple(occurrences), **invite
    )


def moved_to(start: str, length: timedelta = HOUR) -> dict[str, Any]:
    return {"span": Span(utc(start), utc(start) + length)}


def off(*dates: str, **rest: Any) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(dates, CANCELLED | rest)


def change(invite: Invite, **changes: Any) -> Invite:
    """The invite with all its occurrences changed alike."""
    changed = (each._replace(**changes) for each in invite.booking.occurrences)
    booking = invite.booking._replace(occurrences=tuple(changed))
    return invite._replace(booking=booking)


TWELVE = Recurrence(frequency=WEEKLY, count=12)
MARCH = ("2024-03-04", "2024-03-11", "2024-03-18", "2024-03-25", "2024-04-01")


def seed(**rest: Any) -> Invite:
    """The series of the seed's own example."""
    return series_of("2024-01-15T10:00", TWELVE, **rest)


# -- readers -------------------------------------------------------------------------


class Event(NamedTuple):
    """A VEVENT by its lines: `EXDATE;TZID=…:…` is under `EXDATE`, whole."""

    lines: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        (line,) = self.lines[name]
        return line

    def value(self, name: str) -> str:
        return self[name].partition(":")[2]


def written(invite: Invite, method: Method | None = Method.REQUEST, **rest: Any) -> str:
    return write_calendar([invite], method=method, **rest).decode()


def events(data: str) -> list[Event]:
    found: list[Event] = []
    for line in data.replace("\r\n ", "").split("\r\n"):
        if line == "BEGIN:VEVENT":
            found.append(Event({}))
        elif found and line and not line.startswith("END"):
            name = line.partition(":")[0].partition(";")[0]
            found[-1].lines.setdefault(name, []).append(line)
    return found


def told(invite: Invite, method: Method | None = Method.REQUEST, **rest: Any) -> Any:
    """The VEVENTs of a file: the master, and those that differ from it."""
    return events(written(invite, method, **rest))


def rule_of(invite: Invite, method: Method | None = Method.REQUEST) -> list[str]:
    """What says the rule: RRULE, EXDATEs and RECURRENCE-IDs."""
    return [
        line
        for event in told(invite, method)
        for name in ("RRULE", "EXDATE", "RECURRENCE-ID")
        for line in event.lines.get(name, [])
    ]


def live(invite: Invite) -> list[Span]:
    occurrences = invite.booking.occurrences
    return sorted(o.span for o in occurrences if o.status is not Status.CANCELLED)


def by_library(data: str) -> list[Span]:
    """What recurring_ical_events shows; it reads zones by their names."""
    shown = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).all()
    return sorted(
        Span(each.start.astimezone(UTC), each.end.astimezone(UTC)) for each in shown
    )


def by_dateutil(data: str) -> list[Span]:
    """What dateutil makes of the lines; it knows the file's own zones alone."""
    zones = tzical(StringIO(data)) if "VTIMEZONE" in data else None

    def moment(line: str) -> datetime:
        name, _, value = line.partition(":")
        wall = datetime.fromisoformat(value.rstrip("Z"))
        zone = name.partition("TZID=")[2]
        return wall.replace(tzinfo=zones.get(zone) if zone else UTC)

    def span(event: Event, start: datetime) -> Span:
        if "DURATION" in event.lines:
            length = icalendar.vDuration.from_ical(event.value("DURATION"))
        else:
            length = moment(event["DTEND"]).replace(tzinfo=None) - moment(
                event["DTSTART"]
            ).replace(tzinfo=None)
        return Span(start.astimezone(UTC), (start + length).astimezone(UTC))

    master, *others = events(data)
    rule = "\n".join(
        [master["DTSTART"], master["RRULE"], *master.lines.get("EXDATE", [])]
    )
    starts = list(rrulestr(rule, forceset=True, tzids=zones and zones.get))
    replaced = {moment(other["RECURRENCE-ID"]).replace(tzinfo=None) for other in others}
    spans = [span(master, s) for s in starts if s.replace(tzinfo=None) not in replaced]
    for other in others:
        start, end = moment(other["DTSTART"]), moment(other["DTEND"])
        spans.append(Span(start.astimezone(UTC), end.astimezone(UTC)))
    return sorted(spans)


# -- the seed's series ---------------------------------------------------------------


def test_the_seeds_series_after_two_cancellations_is_written_like_this():
    invite = seed(
        changes=off("2024-02-05", reason="Ill") | off(*MARCH, reason="Done"),
        description="Weekly call",
        meeting_url="https://meet.example/abc",
        sequence=2,
    )

    data = write_calendar([invite], method=Method.REQUEST)

    assert data == (GOLDEN / "series.ics").read_bytes()


def test_what_was_cancelled_is_neither_in_the_rule_nor_in_the_exceptions():
    data = written(seed(changes=off("2024-02-05", *MARCH)))

    starts = [str(span.start) for span in by_library(data)]
    assert starts == [
        f"2024-{day} 15:00:00+00:00"
        for day in ("01-15", "01-22", "01-29", "02-12", "02-19", "02-26")
    ]
    assert by_dateutil(data) == by_library(data)


def test_ten_in_the_morning_stays_ten_when_the_clocks_change():
    shown = by_library(written(seed()))

    hours = [str(times.rfc3339(span.start, NEW_YORK))[11:] for span in shown]
    assert hours == ["10:00:00-05:00"] * 8 + ["10:00:00-04:00"] * 4
    assert len(told(seed())) == 1


# -- the rule ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "rule", "line"),
    [
        pytest.param("2027-01-18T10:00", Recurrence(frequency=DAILY, count=3),
                     "FREQ=DAILY;COUNT=3", id="count"),
        pytest.param("2027-01-18T10:00", Recurrence(frequency=WEEKLY, count=3,
                     interval=2), "FREQ=WEEKLY;COUNT=3;INTERVAL=2", id="interval"),
        pytest.param("2027-01-18T20:00", Recurrence(frequency=DAILY,
                     until=date(2027, 1, 21)),
                     "FREQ=DAILY;UNTIL=20270122T010000Z", id="until, in UTC"),
        pytest.param("2027-03-01T10:00", Recurrence(frequency=WEEKLY,
                     until=date(2027, 3, 21)),
                     "FREQ=WEEKLY;UNTIL=20270315T140000Z", id="until, in summer"),
        pytest.param("2027-01-18T10:00", Recurrence(frequency=WEEKLY, count=5,
                     by_day=(Weekday("MO"), Weekday("WE"))),
                     "FREQ=WEEKLY;COUNT=5;BYDAY=MO,WE", id="days"),
        pytest.param("2027-01-12T10:00", Recurrence(frequency=MONTHLY, count=5,
                     by_day=(Weekday("TU", 2),)),
                     "FREQ=MONTHLY;COUNT=5;BYDAY=2TU", id="second Tuesday"),
        pytest.param("2027-01-29T10:00", Recurrence(frequency=MONTHLY, count=5,
                     by_day=(Weekday("FR", -1),)),
                     "FREQ=MONTHLY;COUNT=5;BYDAY=-1FR", id="last Friday"),
        pytest.param("2027-01-31T10:00", Recurrence(frequency=MONTHLY, count=4),
                     "FREQ=MONTHLY;COUNT=4", id="the 31st"),
        pytest.param("2028-02-29T10:00", Recurrence(frequency=YEARLY, count=3),
                     "FREQ=YEARLY;COUNT=3", id="leap days"),
    ],
)  # fmt: skip
def test_a_rule_is_written_as_the_rfc_says_it(first, rule, line):
    invite = series_of(first, rule)

    (master,) = told(invite)

    assert master["RRULE"] == f"RRULE:{line}"
    assert by_library(written(invite)) == live(invite)
    assert by_dateutil(written(invite)) == live(invite)


def test_the_31st_is_left_out_where_there_is_none():
    invite = series_of("2027-01-31T10:00", Recurrence(frequency=MONTHLY, count=4))

    shown = by_library(written(invite))

    assert [f"{span.start:%m-%d}" for span in shown] == [
        "01-31",
        "03-31",
        "05-31",
        "07-31",
    ]


WEEK = ("2027-01-18", "2027-01-19", "2027-01-20", "2027-01-21")
TZ = f"TZID={NEW_YORK}"


def four(by: str = "count", **rest: Any) -> Invite:
    """Four days at 10:00 in New York, from 2027-01-18."""
    end: dict[str, Any] = (
        {"count": 4} if by == "count" else {"until": date(2027, 1, 21)}
    )
    return series_of("2027-01-18T10:00", Recurrence(frequency=DAILY, **end), **rest)


@pytest.mark.parametrize(
    ("dates", "by_count", "by_until"),
    [
        pytest.param((), "COUNT=4", "UNTIL=20270121T150000Z", id="none"),
        pytest.param(WEEK[3:], *["UNTIL=20270120T150000Z"] * 2, id="last"),
        pytest.param(WEEK[1:], *["UNTIL=20270118T150000Z"] * 2, id="all but one"),
    ],
)
def test_a_rule_is_cut_where_nothing_follows(dates, by_count, by_until):
    """UNTIL, as Emacs and calcurse miscount where dates were taken out."""
    changes = off(*dates)

    assert rule_of(four("count", changes=changes)) == [f"RRULE:FREQ=DAILY;{by_count}"]
    assert rule_of(four("until", changes=changes)) == [f"RRULE:FREQ=DAILY;{by_until}"]


@pytest.mark.parametrize("by", ["count", "until"])
def test_cancelled_dates_before_live_ones_are_exceptions(by):
    invite = four(by, changes=off(WEEK[0], WEEK[2]))

    (master,) = told(invite)

    assert master["DTSTART"] == f"DTSTART;{TZ}:20270118T100000"
    assert master.lines["EXDATE"] == [
        f"EXDATE;{TZ}:20270118T100000",
        f"EXDATE;{TZ}:20270120T100000",
    ]
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_a_date_that_was_never_free_is_an_exception():
    skipped = {WEEK[1]: {"status": Status.CANCELLED, "resolution": Resolution.CONFLICT}}

    assert rule_of(four(changes=skipped)) == [
        "RRULE:FREQ=DAILY;UNTIL=20270121T150000Z",
        f"EXDATE;{TZ}:20270119T100000",
    ]


# -- what differs --------------------------------------------------------------------


def test_a_moved_occurrence_is_told_of_by_its_first_time():
    invite = four(changes={WEEK[1]: moved_to("2027-01-22 18:00", 45 * MINUTE)})

    master, other = told(invite)

    assert other["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270119T100000"
    assert other["DTSTART"] == f"DTSTART;{TZ}:20270122T130000"
    assert other["DTEND"] == f"DTEND;{TZ}:20270122T134500"
    assert not {"RRULE", "EXDATE"} & other.lines.keys()
    assert "EXDATE" not in master.lines
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_a_rule_goes_on_from_the_first_time_of_what_was_moved():
    invite = four(changes={WEEK[0]: moved_to("2027-01-22 18:00")})

    master, other = told(invite)

    assert master["DTSTART"] == f"DTSTART;{TZ}:20270118T100000"
    assert other["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270118T100000"
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_a_rule_reaches_the_first_time_of_what_was_moved():
    changes = off(WEEK[3]) | {WEEK[2]: moved_to("2027-01-18 18:00")}

    assert rule_of(four(changes=changes)) == [
        "RRULE:FREQ=DAILY;UNTIL=20270120T150000Z",
        f"RECURRENCE-ID;{TZ}:20270120T100000",
    ]


def test_what_was_moved_and_then_cancelled_is_an_exception_alone():
    gone = moved_to("2027-01-22 18:00") | CANCELLED

    assert rule_of(four(changes={WEEK[1]: gone})) == [
        "RRULE:FREQ=DAILY;UNTIL=20270121T150000Z",
        f"EXDATE;{TZ}:20270119T100000",
    ]


def test_all_events_of_a_series_say_the_same_but_when():
    invite = four(
        changes={WEEK[1]: moved_to("2027-01-22 18:00")},
        meeting_url="https://meet.example/abc",
        notes="The proposal",
        sequence=3,
    )

    master, other = told(invite, alarm=15 * MINUTE)

    when = {"DTSTART", "DTEND", "RRULE", "RECURRENCE-ID"}
    assert {k: v for k, v in master.lines.items() if k not in when} == {
        k: v for k, v in other.lines.items() if k not in when
    }
    assert other["TRIGGER"] == "TRIGGER:-PT15M"


def test_the_length_of_most_is_that_of_the_series():
    changes = {WEEK[0]: moved_to("2027-01-18 15:00", 30 * MINUTE)}

    master, other = told(four(changes=changes))

    assert master["DTEND"] == f"DTEND;{TZ}:20270118T110000"
    assert other["DTEND"] == f"DTEND;{TZ}:20270118T103000"


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        pytest.param("PENDING PENDING PENDING PENDING", ["TENTATIVE"], id="pending"),
        pytest.param("CANCELLED PENDING PENDING PENDING", ["TENTATIVE"],
                     id="pending but for one that is cancelled"),
        pytest.param("COMPLETED NO_SHOW CONFIRMED CONFIRMED", ["CONFIRMED"],
                     id="settled ones change nothing"),
        pytest.param("CONFIRMED PENDING CONFIRMED CONFIRMED",
                     ["CONFIRMED", "TENTATIVE"], id="one pending"),
        pytest.param("COMPLETED PENDING PENDING PENDING",
                     ["TENTATIVE", "CONFIRMED"], id="one not pending"),
    ],
)  # fmt: skip
def test_the_state_of_most_is_that_of_the_series(statuses, shown):
    pairs = zip(WEEK, statuses.split(), strict=True)
    changes = {day: {"status": Status(status)} for day, status in pairs}

    found = told(four(changes=changes))

    assert [event.value("STATUS") for event in found] == shown


# -- moved as a whole ----------------------------------------------------------------


def moved_on(invite: Invite, since: str, days: int = 0, hours: int = 0) -> Invite:
    """The invite with its dates from one on moved alike, as of the day before that."""
    by, first = timedelta(days=days, hours=hours), date.fromisoformat(since)
    occurrences = [
        o._replace(span=Span(o.span.start + by, o.span.end + by))
        if o.date >= first
        else o
        for o in invite.booking.occurrences
    ]
    booking = invite.booking._replace(
        occurrences=tuple(occurrences), updated_at=utc(f"{since} 00:00")
    )
    return invite._replace(booking=booking)


@pytest.mark.parametrize(
    ("by", "days", "hours", "start", "rule"),
    [
        pytest.param("count", 0, 3, "20270118T130000",
                     "FREQ=DAILY;COUNT=4", id="to another hour"),
        pytest.param("until", 7, 3, "20270125T130000",
                     "FREQ=DAILY;UNTIL=20270128T180000Z", id="a week on"),
        pytest.param("count", -1, 0, "20270117T100000",
                     "FREQ=DAILY;COUNT=4", id="a day back"),
    ],
)  # fmt: skip
def test_a_series_moved_as_a_whole_is_the_new_rule(by, days, hours, start, rule):
    """It was the old rule, with an override for each date."""
    invite = moved_on(four(by), WEEK[0], days, hours)

    (master,) = told(invite)

    assert master["DTSTART"] == f"DTSTART;{TZ}:{start}"
    assert master["RRULE"] == f"RRULE:{rule}"
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


@pytest.mark.parametrize(
    ("first", "rule", "days", "line"),
    [
        pytest.param("2027-01-18T10:00", Recurrence(frequency=WEEKLY, count=6,
                     by_day=(Weekday("MO"), Weekday("FR"))), 1,
                     "FREQ=WEEKLY;COUNT=6;BYDAY=TU,SA", id="weekdays go along"),
        pytest.param("2027-01-15T10:00", Recurrence(frequency=MONTHLY, count=5), 1,
                     "FREQ=MONTHLY;COUNT=5", id="days of a month"),
        pytest.param("2027-01-12T10:00", Recurrence(frequency=MONTHLY, count=3,
                     by_day=(Weekday("TU", 2),)), 7,
                     "FREQ=MONTHLY;UNTIL=20270309T150000Z;BYDAY=2TU",
                     id="no rule says a week after the second Tuesday"),
    ],
)  # fmt: skip
def test_the_rule_goes_along_where_there_is_one(first, rule, days, line):
    invite = moved_on(series_of(first, rule), first[:10], days)

    master, *others = told(invite)

    assert master["RRULE"] == f"RRULE:{line}"
    assert len(others) in (0, len(invite.booking.occurrences))
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_settled_dates_stay_where_they_were():
    invite = moved_on(series_of("2027-01-18T10:00", TWELVE), "2027-03-29", 1, 4)

    master, *settled = told(invite)

    assert master["DTSTART"] == f"DTSTART;{TZ}:20270119T140000"
    assert master["RRULE"] == "RRULE:FREQ=WEEKLY;UNTIL=20270406T180000Z"
    assert len(settled) == 10
    assert settled[0]["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270119T140000"
    assert settled[0]["DTSTART"] == f"DTSTART;{TZ}:20270118T100000"
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_what_is_cancelled_does_not_keep_a_series_back():
    invite = moved_on(four(changes=off(WEEK[1])), WEEK[2], 0, 3)

    assert rule_of(invite) == [
        "RRULE:FREQ=DAILY;UNTIL=20270121T180000Z",
        f"EXDATE;{TZ}:20270119T130000",
        f"RECURRENCE-ID;{TZ}:20270118T130000",
    ]
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_without_a_common_move_there_are_the_fewest_overrides():
    moved = {day: moved_to(f"{day} 18:00") for day in WEEK[:3]}
    few = {WEEK[3]: moved_to(f"{WEEK[3]} 18:00")}

    assert [line for line in rule_of(four(changes=moved)) if "RECUR" in line] == [
        f"RECURRENCE-ID;{TZ}:20270121T130000"
    ]
    assert [line for line in rule_of(four(changes=few)) if "RECUR" in line] == [
        f"RECURRENCE-ID;{TZ}:20270121T100000"
    ]


def test_a_year_of_days_moved_as_a_whole_is_a_short_file():
    """A mail of 533 kB."""
    rule = Recurrence(frequency=DAILY, count=365)
    invite = moved_on(series_of("2027-01-18T10:00", rule), "2027-01-18", 1, 2)

    assert len(written(invite)) < 4_000


# -- when the clocks change ----------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        pytest.param(NEW_YORK, "2027-03-13T02:30",
                     ["RRULE:FREQ=DAILY;UNTIL=20270315T063000Z",
                      f"RECURRENCE-ID;{TZ}:20270314T023000",
                      "DTSTART;TZID=America/New_York:20270314T033000"], id="gap"),
        pytest.param(NEW_YORK, "2027-11-06T01:30",
                     ["RRULE:FREQ=DAILY;UNTIL=20271108T063000Z",
                      f"RECURRENCE-ID;{TZ}:20271107T013000",
                      "DTSTART:20271107T053000Z"], id="fold, first pass"),
        pytest.param("Australia/Lord_Howe", "2027-10-02T02:10",
                     ["RRULE:FREQ=DAILY;UNTIL=20271003T151000Z",
                      "RECURRENCE-ID;TZID=Australia/Lord_Howe:20271003T021000",
                      "DTSTART;TZID=Australia/Lord_Howe:20271003T024000"],
                     id="gap of half an hour"),
        pytest.param("Australia/Lord_Howe", "2027-04-03T01:40",
                     ["RRULE:FREQ=DAILY;UNTIL=20270404T151000Z",
                      "RECURRENCE-ID;TZID=Australia/Lord_Howe:20270404T014000",
                      "DTSTART:20270403T144000Z"], id="fold of half an hour"),
        pytest.param(NEW_YORK, "2027-03-13T01:30",
                     ["RRULE:FREQ=DAILY;UNTIL=20270315T053000Z",
                      f"RECURRENCE-ID;{TZ}:20270314T013000",
                      "DTSTART;TZID=America/New_York:20270314T013000"],
                     id="over a gap"),
    ],
)  # fmt: skip
def test_a_doubtful_time_of_a_series_is_told_of_by_itself(zone, first, expected):
    """RFC 5545, 3.3.10 ignores what 3.3.5 reads; and readers add up by the clock."""
    rule = Recurrence(frequency=DAILY, count=3)
    invite = series_of(first, rule, zone, length=90 * MINUTE)

    _, other = told(invite)

    assert [*rule_of(invite), other["DTSTART"]] == expected
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_the_second_pass_of_an_hour_is_no_start_that_a_rule_could_say():
    rule = Recurrence(frequency=WEEKLY, count=3)
    later = utc("2027-11-07 06:30")
    invite = series_of(
        "2027-11-07T01:30",
        rule,
        length=30 * MINUTE,
        changes={
            "2027-11-07": {
                "recurrence_id": later,
                "span": Span(later, later + 30 * MINUTE),
            }
        },
    )

    master, other = told(invite)

    assert master["DTSTART"] == f"DTSTART;{TZ}:20271107T013000"
    assert other["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20271107T013000"
    assert other["DTSTART"] == "DTSTART:20271107T063000Z"
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def test_a_first_date_of_an_odd_length_gives_no_end():
    """RFC 5545, 3.8.5.3: the exact length from DTSTART to DTEND is that of all."""
    rule = Recurrence(frequency=DAILY, count=3)
    invite = series_of("2027-11-07T00:30", rule, length=2 * HOUR)

    master, other = told(invite)

    assert master["DURATION"] == "DURATION:PT2H"
    assert "DTEND" not in master.lines
    assert other["DTEND"] == f"DTEND;{TZ}:20271107T013000" or other["DTEND"].endswith(
        "Z"
    )
    assert by_library(written(invite)) == by_dateutil(written(invite)) == live(invite)


def apia(**rest: Any) -> Invite:
    rule = Recurrence(frequency=DAILY, count=4)
    return series_of("2011-12-28T10:00", rule, "Pacific/Apia", **rest)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param({}, ["RECURRENCE-ID;TZID=Pacific/Apia:20111231T100000"],
                     id="by some the same instant as the next, which stays"),
        pytest.param(off("2011-12-31"),
                     ["EXDATE;TZID=Pacific/Apia:20111230T100000",
                      "EXDATE;TZID=Pacific/Apia:20111231T100000"],
                     id="both are out"),
    ],
)  # fmt: skip
def test_a_date_that_the_zone_left_out_does_not_count(changes, lines):
    invite = apia(changes=changes)

    assert rule_of(invite) == ["RRULE:FREQ=DAILY;UNTIL=20111231T200000Z", *lines]
    assert by_library(written(invite)) == live(invite)


def test_a_date_that_the_zone_left_out_is_an_exception():
    rule = Recurrence(frequency=WEEKLY, count=2)
    invite = series_of("2011-12-23T10:00", rule, "Pacific/Apia")

    assert rule_of(invite) == [
        "RRULE:FREQ=WEEKLY;UNTIL=20120105T200000Z",
        "EXDATE;TZID=Pacific/Apia:20111230T100000",
    ]
    assert by_library(written(invite)) == live(invite)


# -- zones ---------------------------------------------------------------------------

RAMADAN = Recurrence(frequency=WEEKLY, count=10)


def described(data: str) -> list[str]:
    return [line[5:] for line in data.split("\r\n") if line.startswith("TZID:")]


def test_a_series_keeps_its_hour_in_a_zone_that_follows_no_rule():
    """In UTC it would drift by an hour over Ramadan."""
    invite = series_of("2025-02-15T10:00", RAMADAN, "Africa/Casablanca")

    data = written(invite)

    (master,) = events(data)
    assert master["DTSTART"] == "DTSTART;TZID=Africa/Casablanca:20250215T100000"
    assert described(data) == ["Africa/Casablanca"]
    assert "RRULE" not in data.partition("BEGIN:VEVENT")[0]
    assert by_library(data) == by_dateutil(data) == live(invite)


def test_a_feed_describes_for_a_series_what_single_bookings_do_without():
    single = invite_of(
        uid="bk_single", zone="Africa/Casablanca", start=utc("2025-03-10 09:00")
    )
    series = series_of("2025-02-15T10:00", RAMADAN, "Africa/Casablanca")

    alone = write_calendar([single], method=Method.PUBLISH).decode()
    both = write_calendar([single, series], method=Method.PUBLISH).decode()

    assert described(alone) == []
    assert described(both) == ["Africa/Casablanca"]
    assert by_library(both) == sorted([*live(series), *live(single)])


@pytest.mark.parametrize(
    ("moved", "to", "onset"),
    [
        pytest.param("2025-02-10", "2025-03-03 10:00", "20240414T020000", id="from"),
        pytest.param("2025-02-17", "2025-04-21 10:00", "20250406T020000", id="to"),
    ],
)
def test_the_dates_used_are_those_of_the_rule_and_those_moved_to(moved, to, onset):
    """Ramadan was from 23 February to 6 April."""
    rule = Recurrence(frequency=WEEKLY, count=2)
    changes = {"2025-02-17": moved_to("2025-03-10 12:00")} | {moved: moved_to(to)}
    invite = series_of("2025-02-10T10:00", rule, "Africa/Casablanca", changes=changes)

    data = written(invite)

    assert f"DTSTART:{onset}\r\n" in data.partition("BEGIN:VEVENT")[0]
    assert by_library(data) == by_dateutil(data) == live(invite)


def test_a_series_in_utc_is_written_in_utc():
    changes = off("2027-01-19") | {"2027-01-20": moved_to("2027-01-20 12:00")}
    rule = Recurrence(frequency=DAILY, count=4)
    invite = series_of("2027-01-18T10:00", rule, "Etc/UTC", changes=changes)

    data = written(invite)

    assert "TZID" not in data
    master, other = events(data)
    assert master["DTSTART"] == "DTSTART:20270118T100000Z"
    assert master["EXDATE"] == "EXDATE:20270119T100000Z"
    assert other["RECURRENCE-ID"] == "RECURRENCE-ID:20270120T100000Z"
    assert by_library(data) == by_dateutil(data) == live(invite)


# -- methods -------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["count", "until"])
def test_a_series_that_is_off_is_taken_out_as_it_was_made(by):
    invite = four(by, changes=off(WEEK[0]) | {WEEK[2]: moved_to("2027-01-22 18:00")})
    gone = change(invite, **CANCELLED, reason="Client left")

    assert default_method(invite) is Method.REQUEST
    assert default_method(gone) is Method.CANCEL
    master, moved = told(gone, Method.CANCEL)
    assert rule_of(gone, Method.CANCEL) == [
        "RRULE:FREQ=DAILY;UNTIL=20270121T150000Z",
        f"RECURRENCE-ID;{TZ}:20270120T100000",
    ]
    assert moved["DTSTART"] == f"DTSTART;{TZ}:20270122T130000"
    assert moved["STATUS"] == "STATUS:CANCELLED"
    assert master["DTSTART"] == f"DTSTART;{TZ}:20270118T100000"
    assert master["STATUS"] == "STATUS:CANCELLED"
    assert master["COMMENT"] == "COMMENT:Client left"
    assert len(master.lines["ATTENDEE"]) == 1


def test_a_series_that_is_off_names_what_stayed_when_the_rest_moved():
    """By the rule of the others, what had stayed was on a day on which it never was."""
    moved = moved_on(four("count"), WEEK[1], hours=1)

    rest, stayed = told(change(moved, **CANCELLED), Method.CANCEL)

    assert rest["DTSTART"] == f"DTSTART;{TZ}:20270118T110000"
    assert stayed["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270118T110000"
    assert stayed["DTSTART"] == f"DTSTART;{TZ}:20270118T100000"
    assert stayed["STATUS"] == "STATUS:CANCELLED"


def test_the_reason_of_most_is_that_of_the_series():
    changes = off(WEEK[0], reason="Ill") | off(*WEEK[1:], reason="Client left")

    (master,) = told(four(changes=changes), Method.CANCEL)

    assert master["COMMENT"] == "COMMENT:Client left"


def test_the_reason_of_few_is_not_that_of_the_series():
    changes = off(WEEK[0], reason="Off to Malta") | off(*WEEK[1:])

    (master,) = told(four(changes=changes), Method.CANCEL)

    assert "COMMENT" not in master.lines


def test_a_live_series_can_be_taken_out():
    invite = four(changes=off(WEEK[0], reason="Ill"))

    (master,) = told(invite, Method.CANCEL, alarm=15 * MINUTE)

    assert master["STATUS"] == "STATUS:CANCELLED"
    assert not {"EXDATE", "COMMENT", "TRIGGER"} & master.lines.keys()


def test_a_series_that_is_off_has_no_method_without_an_organizer():
    mute = tuple(h._replace(email=None) for h in four().hosts)
    gone = change(four(hosts=mute), **CANCELLED)

    (master,) = told(gone, default_method(gone))

    assert master["STATUS"] == "STATUS:CANCELLED"
    assert "METHOD" not in written(gone, None)


def test_a_feed_has_what_is_left_and_names_no_attendee():
    series = four(uid="bk_a", changes=off(WEEK[0]))
    single = invite_of(uid="bk_b", zone=NEW_YORK)

    feed = write_calendar([single, series], method=Method.PUBLISH, name="Demos")
    data = feed.decode()

    assert by_library(data) == sorted([*live(series), *live(single)])
    assert "METHOD:PUBLISH\r\n" in data
    assert "X-WR-CALNAME:Demos\r\n" in data
    assert "ATTENDEE" not in data


# -- one occurrence ------------------------------------------------------------------


def only(invite: Invite, day: str) -> Invite:
    return invite._replace(only=date.fromisoformat(day))


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        pytest.param({}, f"{TZ}:20270119T100000", id="in its place"),
        pytest.param(moved_to("2027-01-22 18:00"), f"{TZ}:20270122T130000", id="moved"),
    ],
)
def test_one_occurrence_is_asked_for_by_its_first_time(changes, start):
    invite = only(four(changes={WEEK[1]: changes}), WEEK[1])

    (event,) = told(invite, default_method(invite))

    assert default_method(invite) is Method.REQUEST
    assert event["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270119T100000"
    assert event["DTSTART"] == f"DTSTART;{start}"
    assert event["STATUS"] == "STATUS:CONFIRMED"
    assert not {"RRULE", "EXDATE"} & event.lines.keys()
    assert described(written(invite)) == [NEW_YORK]


def test_one_occurrence_is_taken_out_with_its_reason():
    invite = only(four(changes=off(WEEK[1], reason="Ill")), WEEK[1])

    (event,) = told(invite, default_method(invite))

    assert default_method(invite) is Method.CANCEL
    assert event["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270119T100000"
    assert event["DTSTART"] == f"DTSTART;{TZ}:20270119T100000"
    assert event["STATUS"] == "STATUS:CANCELLED"
    assert event["COMMENT"] == "COMMENT:Ill"
    assert "ATTENDEE" in event.lines


def test_one_occurrence_can_be_published():
    (event,) = told(only(four(), WEEK[3]), Method.PUBLISH)

    assert event["RECURRENCE-ID"] == f"RECURRENCE-ID;{TZ}:20270121T100000"
    assert "ATTENDEE" not in event.lines


def test_one_occurrence_needs_its_irregular_zone_too():
    series = series_of("2025-02-15T10:00", RAMADAN, "Africa/Casablanca")

    data = written(only(series, "2025-03-08"))

    (event,) = events(data)
    zone = "TZID=Africa/Casablanca"
    assert event["RECURRENCE-ID"] == f"RECURRENCE-ID;{zone}:20250308T100000"
    assert described(data) == ["Africa/Casablanca"]


def test_the_date_of_a_single_booking_is_all_of_it():
    invite = invite_of(zone=NEW_YORK)

    data = written(only(invite, "2027-01-18"))

    assert data == written(invite)
    assert "RECURRENCE-ID" not in data


@pytest.mark.parametrize(
    "invite", [four(), invite_of(zone=NEW_YORK)], ids=["series", "single"]
)
def test_a_date_that_is_none_of_the_bookings_is_not_found(invite):
    other = only(invite, "2027-01-23")

    with pytest.raises(NotFound, match=r"no such occurrence: bk_.* on 2027-01-23"):
        default_method(other)
    with pytest.raises(NotFound, match=r"no such occurrence: bk_.* on 2027-01-23"):
        write_calendar([other], method=Method.PUBLISH)


# -- any series ----------------------------------------------------------------------

ZONES = (
    *(NEW_YORK, "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"),
    *("UTC", "Europe/Dublin", "Africa/Abidjan", "America/Santiago", "Africa/Cairo"),
)
CHANGES = (
    *((NEW_YORK, date(2027, 3, 14)), (NEW_YORK, date(2027, 11, 7))),
    *((NEW_YORK, date(2007, 3, 11)), ("Asia/Jerusalem", date(2029, 3, 23))),
    *(("Australia/Lord_Howe", date(2027, 10, 3)), ("Pacific/Apia", date(2011, 12, 30))),
    *(("Australia/Lord_Howe", date(2027, 4, 4)), ("Europe/Moscow", date(2011, 3, 27))),
    *(("Africa/Casablanca", date(2025, 2, 23)), ("Europe/Moscow", date(2014, 10, 26))),
    *(("Africa/Casablanca", date(2025, 4, 6)), ("Asia/Almaty", date(2024, 3, 1))),
    *(("America/Sao_Paulo", date(2018, 11, 4)), ("Africa/Monrovia", date(1972, 1, 7))),
)


@st.composite
def firsts(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a wall time that it has, often near a change of its clocks."""
    if draw(st.booleans()):
        zone, day = draw(st.sampled_from(CHANGES))
        wall = times.midnight(day - draw(st.integers(0, 9)) * DAY)
        wall += draw(st.integers(0, 20)) * 15 * MINUTE
    else:
        zone, year = draw(st.sampled_from(ZONES)), draw(st.integers(1971, 2060))
        wall = times.midnight(date(year, 1, 1))
        wall += draw(st.integers(0, 366 * 24 * 4)) * 15 * MINUTE
    return zone, times.wall_time(times.instant_of_wall(wall, zone), zone)


@st.composite
def rules(draw: st.DrawFn, first: datetime) -> Recurrence:
    """Rules of which `first` is a date."""
    frequency = draw(st.sampled_from(Frequency))
    most = {DAILY: 15, WEEKLY: 15, MONTHLY: 8, YEARLY: 4}[frequency]
    length = draw(st.integers(1, most))
    step = {DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366}[frequency]
    until = first.date() + length * step * DAY
    by_count = draw(st.booleans())
    return Recurrence(
        frequency=frequency,
        interval=draw(st.integers(1, 3)),
        count=length if by_count else None,
        until=None if by_count else until,
        by_day=draw(by_days(frequency, first)),
    )


@st.composite
def by_days(
    draw: st.DrawFn, frequency: Frequency, first: datetime
) -> tuple[Weekday, ...]:
    if frequency is YEARLY or draw(st.booleans()):
        return ()
    # dateutil finds nothing by a mix of numbered and plain days.
    nth = (first.day - 1) // 7 + 1 if frequency is MONTHLY else None
    others = st.sampled_from([day for day in recurrence.DAYS if day != of(first)])
    days = [of(first), *draw(st.lists(others, max_size=2, unique=True))]
    return tuple(Weekday(day, nth) for day in days)


def of(first: datetime) -> str:
    return recurrence.DAYS[first.weekday()]


@st.composite
def serieses(draw: st.DrawFn) -> Invite:
    zone, first = draw(firsts())
    length = draw(st.sampled_from([15, 30, 60, 90, 180, 1440])) * MINUTE
    invite = series_of(first.isoformat(), draw(rules(first)), zone, length=length)
    occurrences = [draw(changed(each)) for each in invite.booking.occurrences]
    occurrences[0] = draw(later_pass(occurrences[0], zone))
    since = draw(st.integers(0, len(occurrences)))
    by = draw(st.sampled_from([0, 60, 1440, 1500, -2880])) * MINUTE
    occurrences[since:] = [
        each._replace(span=Span(each.span.start + by, each.span.end + by))
        for each in occurrences[since:]
    ]
    assume(any(each.status is not Status.CANCELLED for each in occurrences))
    updated_at = occurrences[min(since, len(occurrences) - 1)].span.start - HOUR
    booking = invite.booking._replace(
        occurrences=tuple(occurrences), updated_at=updated_at
    )
    return invite._replace(booking=booking)


@st.composite
def changed(draw: st.DrawFn, occurrence: Occurrence) -> Occurrence:
    """Half of them as made; else moved, cancelled, awaiting the host's word."""
    status = draw(st.sampled_from([*[Status.CONFIRMED] * 4, *Status]))
    moved = draw(st.sampled_from([0, 0, 0, 0, -1440, -75, 15, 60, 10_080])) * MINUTE
    length = draw(st.sampled_from([None, None, None, 45 * MINUTE]))
    start, end = occurrence.span.start + moved, occurrence.span.end + moved
    span = Span(start, start + length if length else end)
    return occurrence._replace(status=status, span=span)


@st.composite
def later_pass(draw: st.DrawFn, occurrence: Occurrence, zone: str) -> Occurrence:
    """The second pass of a repeated hour, which an offset can mean."""
    passes = times.possible_instants(
        times.wall_time(occurrence.recurrence_id, zone), zone
    )
    later = draw(st.sampled_from(passes)) - occurrence.recurrence_id
    start, end = occurrence.span
    return occurrence._replace(
        recurrence_id=occurrence.recurrence_id + later,
        span=Span(start + later, end + later),
    )


@examples(100)
@given(invite=serieses())
def test_readers_find_what_takes_place_and_nothing_else(invite):
    data = written(invite)

    assert by_library(data) == live(invite)
    if can_be_read_by_dateutil(data):
        assert by_dateutil(data) == live(invite)


def can_be_read_by_dateutil(data: str) -> bool:
    """Not a change of 24 hours (Apia)."""
    return "Apia" not in data.partition("BEGIN:VEVENT")[0]


@given(invite=serieses(), method=st.sampled_from([None, *Method]))
def test_every_file_is_well_formed(invite, method):
    data = write_calendar([invite], method=method, alarm=15 * MINUTE)

    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    calendar = icalendar.Calendar.from_ical(data)
    assert not calendar.errors
    if invite.booking.timezone != "Africa/Abidjan":  # icalendar takes it for UTC
        assert calendar.to_ical() == data
    assert b"RDATE" not in data
    assert b"RANGE" not in data
    assert data == write_calendar([invite], method=method, alarm=15 * MINUTE)

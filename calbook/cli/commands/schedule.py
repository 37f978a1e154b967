"""`schedule add|list|show|update|remove|override`: when time is given."""

from typing import Annotated, Any, NoReturn

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.entries import Entries, Removing, Saving
from calbook.cli.screen import cards
from calbook.cli.session import needed, unchecked, usage_error
from calbook.core.text import printable
from calbook.core.time import clocks, phrases
from calbook.core.time.times import WEEKDAYS

_SCHEDULES = Entries(
    "schedules",
    ("id", "name", "timezone", "availability", "overrides"),
    cards.schedule_card,
)

Name = Annotated[
    str,
    o.Argument(metavar="SCHEDULE", help="The schedule's id: work or sched_work."),
]


NewName = Annotated[
    str | None,
    o.Argument(metavar="[SCHEDULE]", help="Its id: work; else as --input says."),
]


class Fields(o.Group):
    clearable = ("availability",)
    cleared_as = "none"

    name: o.Name = None
    timezone: str | None = o.option("--tz", "ZONE", "The schedule's zone.")
    availability: list[str] | None = o.option(
        "--hours",
        "HOURS",
        "'mon-fri 09:00-12:30,13:30-18:00'; may be repeated. Until 24:00, or"
        " across midnight: 22:00-02:00.",
    )

    def arguments(self) -> dict[str, Any]:
        texts = self.availability
        hours = [] if texts == [self.cleared_as] else texts and read_weekly(texts)
        return o.said(**self.options() | {"availability": hours})


def add(
    schedule: NewName = None, *, fields: Fields, saving: Saving, out: o.Answering
) -> None:
    """Add a schedule."""
    if saving.input_ is None:
        needed(fields.timezone, "--tz", "the schedule's zone: --tz Europe/Lisbon")
    _SCHEDULES.save("create", schedule, fields.arguments(), saving, out)


def update(
    schedule: Name,
    *,
    fields: Fields,
    clear: o.Clear = None,
    saving: Saving,
    out: o.Answering,
) -> None:
    """Change a schedule; --hours replaces all its hours, --clear hours closes it."""
    fields.clear(clear)
    _SCHEDULES.save("update", schedule, fields.arguments(), saving, out)


def read_weekly(texts: list[str]) -> list[dict[str, str]]:
    """`mon-fri 09:00-12:30,13:30-18:00` as the JSON's availability."""
    return [
        {"day": day, **window}
        for text in texts
        for days, _, times in [text.strip().partition(" ")]
        for day in _days(days, text)
        for window in read_windows(times, text)
    ]


def _days(text: str, whole: str) -> list[str]:
    found: list[str] = []
    for part in text.lower().replace("–", "-").split(","):
        first, dash, last = part.partition("-")
        start, end = phrases.weekday(first), phrases.weekday(last if dash else first)
        if start is None or end is None:
            _refuse(whole)
        found += [WEEKDAYS[n % 7] for n in range(start, end + 1 + 7 * (end < start))]
    return found


def _clock(text: str) -> str:
    """`9` and `9am` as `09:00`; what is no time of day is refused later."""
    if text.isdigit() and len(text) < 3:
        return f"{text:0>2}:00"
    clock = clocks.clock_of(text.lower())
    return text if clock is None else clocks.clock_text(clock)


def read_windows(text: str, whole: str) -> list[dict[str, str]]:
    """`10:00-12:00,14:00-16:00` as windows; their times are checked later."""
    found = []
    for part in text.replace(" ", "").replace("–", "-").split(","):
        start, dash, end = part.partition("-")
        if not (start and dash and end):
            _refuse(whole)
        found.append({"startTime": _clock(start), "endTime": _clock(end)})
    return found


def _refuse(text: str) -> NoReturn:
    from calbook.core.errors import BadInput

    raise BadInput(
        f"--hours cannot be {printable(text[:80])}",
        hint="write 'mon-fri 09:00-12:30,13:30-18:00'",
        field="hours",
    )


def list_(*, out: o.Sorting) -> None:
    """List the schedules."""
    _SCHEDULES.print_all(out)


def show(schedule: Name, *, out: o.Answering) -> None:
    """Show one schedule with its overrides."""
    _SCHEDULES.print_one(schedule, out)


def remove(schedule: Name, *, removing: Removing, out: o.Answering) -> None:
    """Remove a schedule that nothing refers to."""
    _SCHEDULES.remove(schedule, removing, out)


class Override(o.Group):
    dry_run: o.DryRun = False
    closed: bool = o.flag("--closed", "Closed all day.")
    hours: str | None = o.option("--hours", "HOURS", "Open then: 10:00-12:00,…")
    off: bool = o.flag("--remove", "Back to the weekly hours.")
    reason: o.Reason = None


def override(
    schedule: Name, *, within: o.Range, given: Override, out: o.Answering
) -> None:
    """Close a date or several, or give them other hours."""
    if within.start_date is None:
        needed(within.on, "--on", "as in --on 2026-12-25")
    if given.closed + given.off + (given.hours is not None) != 1:
        raise usage_error("say one of --closed, --hours, --remove")
    hours = () if given.hours is None else read_windows(given.hours, given.hours)
    with out.client() as client:
        schedules = client.calendar.schedules
        date, to = within.bounds(client, None).values()
        if within.on is not None:
            from calbook.cli import day_count  # only for --on

            date, to = day_count.first_and_last(client, date)
        dates: dict[str, Any] = {"date": date, "end_date": to}
        if given.off:
            changed = schedules.remove_override(
                schedule, **dates, dry_run=given.dry_run
            )
        else:
            changed = schedules.override(
                schedule,
                **dates,
                availability=unchecked(hours),
                reason=given.reason,
                dry_run=given.dry_run,
            )
        stay = client.calendar.bookings.total(
            occurrences=True,
            status=("PENDING", "CONFIRMED"),
            start_date=date,
            end_date=to or date,
            timezone=changed.timezone,
        )
    _SCHEDULES.print(changed, out, dry_run=given.dry_run)
    if stay and not given.off:
        output.flush()
        there = f"--occurrences --from {date} --to {to or date}"
        output.say(f"{stay} booked on these dates stay: calbook list {there}")

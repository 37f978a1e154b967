"""What is said after a change: what became of which booking, when, and whose it is."""

from collections.abc import Sequence

from calbook.cli.output import Json
from calbook.cli.screen import words


def change_lines(
    what: str,
    booking: Json,
    tz: str | None,
    dates: Sequence[str] = (),
    *,
    with_host: bool = False,
    as_host: bool = False,
) -> list[str]:
    """What, which, the whole moment with its zone; then who.

    Of a series the dates that the change was about, and the rule of all; of what was
    held just now, until when.
    """
    touched = [o for o in booking["occurrences"] if o["date"] in dates]
    is_new = booking["version"] == 0
    left_out = words.dates_left_out(booking["occurrences"] if is_new else touched)
    changed = [o for o in touched if o["date"] not in left_out]
    is_new_hold = is_new and words.is_held(booking)
    uid = f" {booking['uid']}" if booking["uid"] else ""
    uid += " as host" * as_host + (_until(booking, tz) if is_new_hold else "")
    if booking["recurring"] and changed:
        first, *others = changed
        number = f"{len(changed)} dates" if others else first["date"]
        ends = ", the first:" if others else ":"
        when = words.meeting_time(first, tz or booking["timezone"])
        lines = [f"{what} {number} of{uid}{ends}", f"  {when}"]
    else:
        lines = [f"{what}{uid}: {words.meeting_time(booking, tz)}"]
    company = booking
    if len(changed) == 1:
        company = words.on_date(booking, changed[0]["date"])
    status = booking["status"] if is_new_hold else _status(changed or [booking], tz)
    lines.append(f"  {', '.join(filter(None, [words.people_text(company), status]))}")
    if booking["recurring"]:
        lines.append(f"  {words.recurrence_text(booking)}")
        lines += [f"  in the way: {words.dates_text(left_out)}"] * bool(left_out)
    every = changed or [booking]
    hosts = dict.fromkeys(h for item in every for h in item["hostIds"])
    resources = dict.fromkeys(r for item in every for r in item["resourceIds"])
    if len(hosts) > 1 or resources or with_host:
        lines.append(f"  with {', '.join((*hosts, *resources))}")
    return lines + [f"  {booking['meetingUrl']}"] * bool(booking["meetingUrl"])


def _status(items: Sequence[Json], tz: str | None) -> str:
    """That of what was changed; nothing where the dates differ."""
    found = {words.status_text(item, tz) for item in items}
    return found.pop() if len(found) == 1 else ""


def _until(booking: Json, tz: str | None) -> str:
    """` until 10:10`; with date and zone on another day than it was held on."""
    zone = tz or booking["timezone"]
    day, _, clock = words.moment_text(booking["heldUntil"], zone).partition(", ")
    is_same = day == words.day_text(booking["createdAt"], zone)
    return f" until {clock}" if is_same else f" until {day}, {clock} {zone}"

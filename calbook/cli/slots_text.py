"""Free starts as a message to paste: days and times where its reader is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from calbook.cli.screen import words
from calbook.cli.session import usage_error
from calbook.core import checks
from calbook.core.model import DAY, MINUTE
from calbook.core.text import printable
from calbook.core.time import times
from calbook.languages.finding import find_language
from calbook.languages.language import LANGUAGES

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.availability import Slot
    from calbook.cli.output import Json
    from calbook.languages.language import Language

Between = tuple[timedelta, timedelta]


def read_between(text: str) -> Between:
    """`08:00-20:00`: between which times of day; `22:00-02:00` is past midnight."""
    from calbook.core.time.clocks import read_clock

    first, dash, last = text.replace("–", "-").partition("-")
    if not dash:
        raise usage_error("--between needs two times", "as in --between 08:00-20:00")
    start = read_clock(first, "--between")
    end = read_clock(last, "--between", is_end=True)
    return start, end + DAY * (end <= start)


def is_between(slot: Slot, between: Between, tz: str) -> bool:
    """Whether it begins and ends within, on its day or, past midnight, on two."""
    start, end = (
        times.wall_time(datetime.fromisoformat(text), tz)
        for text in (slot.start_time, slot.end_time)
    )
    midnight = times.midnight(start.date())
    return any(
        between[0] <= start - midnight + shift and end - midnight + shift <= between[1]
        for shift in (timedelta(0), DAY)
    )


def language_of(client: Client, wanted: Json, tag: str | None) -> Language:
    """As asked for, else that of the person, else of the host who would give it."""
    calendar = client.calendar
    if tag is not None:
        tag = checks.language(tag, "--language")
        checks.choice(tag.partition("-")[0].lower(), "--language", tuple(LANGUAGES))
    elif wanted["person"] is not None:
        tag = calendar.people.get(wanted["person"]).language
    if tag is None:
        event_type = calendar.event_types.get(wanted["event_type_id"])
        host = wanted["host_id"] or event_type.hosts[0]["userId"]
        tag = calendar.hosts.get(host).language
    return find_language(tag)


def slots_message(
    slots: Sequence[Slot],
    title: str,
    tz: str,
    language: Language,
    *,
    limit: int | None,
) -> str:
    """Days with their times, each once; the zone once, and where its clocks change."""
    starts = list({slot.start_time: slot for slot in slots}.values())
    shown = starts[:limit]
    if not starts:
        lines = [language.translate("There is no free time in these days.")]
    else:
        lines = [*_heading(starts[0], title, tz, language), ""]
    lines += _days(shown, tz, language)
    if more := len(starts) - len(shown):
        lines.append(
            language.translate_count("and {n} more time", "and {n} more times", more)
        )
    return "".join(f"{printable(line)}\n" for line in lines)


def _heading(slot: Slot, title: str, tz: str, language: Language) -> Iterator[str]:
    """What it is, how long it takes, and once where the clocks show these times."""
    start, end = map(datetime.fromisoformat, (slot.start_time, slot.end_time))
    yield language.translate_count(
        "{title}, {n} minute",
        "{title}, {n} minutes",
        (end - start) // MINUTE,
        title=title,
    )
    yield language.translate(
        "Free times in the zone {zone} ({offset}):", zone=tz, offset=_offset(slot, tz)
    )


def _days(slots: Sequence[Slot], tz: str, language: Language) -> Iterator[str]:
    """A line for each day, and one before that on which the clocks have changed."""
    before = None
    for date, found in groupby(slots, key=lambda slot: _wall(slot, tz).date()):
        of_day = list(found)
        day, offsets = language.day(date), [_offset(slot, tz) for slot in of_day]
        if before not in (None, offsets[-1]):
            yield language.translate(
                "From {day} on the clocks there show {offset}:",
                day=day,
                offset=offsets[-1],
            )
        before = offsets[-1]
        has_two = len(set(offsets)) > 1
        said = (_time(slot, tz, language, with_offset=has_two) for slot in of_day)
        yield language.translate("{day}: {times}", day=day, times=", ".join(said))


def _time(slot: Slot, tz: str, language: Language, *, with_offset: bool) -> str:
    """On a day that has two with the offset; of a group with the places left."""
    time = language.clock(_wall(slot, tz))
    if with_offset:
        time = f"{time} {_offset(slot, tz)}"
    if slot.seats_left is None:
        return time
    return language.translate_count(
        "{time} ({n} place left)",
        "{time} ({n} places left)",
        slot.seats_left,
        time=time,
    )


def _wall(slot: Slot, tz: str) -> datetime:
    return times.wall_time(datetime.fromisoformat(slot.start_time), tz)


def _offset(slot: Slot, tz: str) -> str:
    """`UTC+01:00`."""
    return f"UTC{words.utc_offset(slot.start_time, tz)}"

"""How long people are kept after their last date: said once, done as time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from calbook.core.time import times
from calbook.store.facts import Facts
from calbook.store.reader import Reader
from calbook.store.settings import (
    CLOCK,
    LETTERS,
    RETENTION,
    read_setting,
    save_setting,
)

if TYPE_CHECKING:
    from calbook.store.connection import Row
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Json

_AT_ONCE = 20  # persons who are looked at in one step, which erases one at most
_GRACE = timedelta(days=2)
_MOST = 500  # steps of one tick: the rest is the next one's
_TRUSTED_AFTER = timedelta(days=7)
_LONGEST_GAP = timedelta(days=31)  # between two ticks
_HOUR = timedelta(hours=1)

_Step = Callable[["Transaction"], None]


def show(context: Context) -> Json:
    with context.store.read(Facts) as facts:
        return _describe_with_people(facts, context.clock())


def save(context: Context, after: str | None, *, dry_run: bool) -> Json:
    """Erase who had nothing for so long; None: nobody."""
    from calbook.core.time import periods  # slow to import

    period = None if after is None else periods.read_period(after, "after")

    def step(tx: Transaction) -> Json:
        save_setting(tx, RETENTION, period)
        return _describe_with_people(tx, context.clock())

    return context.store.write(step, dry_run=dry_run)


def _describe_with_people(facts: Facts, now: datetime) -> Json:
    """And whom it means now, so that nobody is surprised."""
    from calbook.store.retention import count_people  # slow to import

    period = read_setting(facts, RETENTION)
    before = None if period is None else _first_kept(facts, period, now)
    people = 0 if before is None else count_people(facts, times.epoch(before))
    return {**describe(facts, now), "people": people}


def describe(facts: Facts, now: datetime) -> Json:
    """`before`: whose last date was over before that local day is erased."""
    period = read_setting(facts, RETENTION)
    before = None if period is None else _first_kept(facts, period, now)
    day = before and times.local_date(before, _timezone(facts)).isoformat()
    return {"after": period, "before": day}


def is_left_undone(facts: Facts, now: datetime) -> bool:
    """Whether it is on, and nobody who may erase has had `tick` look for two days."""
    if read_setting(facts, RETENTION) is None:
        return False
    said = read_setting(facts, CLOCK)
    return said is None or now - times.instant(int(said.split()[1])) > _GRACE


def _timezone(facts: Facts) -> str:
    """The first host's, by whose days all of it goes."""
    id = facts.oldest_host()
    return "UTC" if id is None else facts.host(id).timezone


def _first_kept(facts: Facts, period: str, now: datetime) -> datetime:
    """Where the day begins from which on people are kept."""
    from calbook.core.time import periods  # slow to import

    zone = _timezone(facts)
    today = times.local_date(now, zone)
    return times.day_start(periods.date_before(today, period), zone)


def steps(context: Context) -> Iterable[_Step]:
    """What erases who may be kept no longer, a few at a time; one look if it is off."""
    with context.store.read(Reader) as reader:
        period = read_setting(reader, RETENTION)
    if period is None or not context.store.may_change_history():
        return ()
    context.store.overwrite_deleted()
    return _erasing_steps(context)


def _erasing_steps(context: Context) -> Iterator[_Step]:
    is_more = [True]

    def look(tx: Transaction) -> None:
        is_more[0] = _trusts_clock(tx, context.clock())

    def step(tx: Transaction) -> None:
        is_more[0] = _erase_some(tx, context.clock())

    yield look
    for _ in range(_MOST):
        if not is_more[0]:
            break
        yield step
    yield from _overwriting_steps()


def _overwriting_steps() -> Iterator[_Step]:
    """Who was erased leaves the index for searching, some pages at a time."""
    is_more = [True]

    def step(tx: Transaction, *, is_first: bool = False) -> None:
        if read_setting(tx, LETTERS) is None:
            is_more[0] = False
            return
        from calbook.store.booking_texts import forget_some_letters  # seldom

        is_more[0] = forget_some_letters(tx.connection, is_first=is_first)
        if not is_more[0]:
            save_setting(tx, LETTERS, None)

    yield partial(step, is_first=True)
    while is_more[0]:
        yield step


def _trusts_clock(tx: Transaction, now: datetime) -> bool:
    """Whether it has gone on for days: one that is years ahead erases everybody."""
    said = read_setting(tx, CLOCK)
    since, last = map(times.instant, map(int, said.split())) if said else (now, now)
    if not last - _HOUR <= now <= last + _LONGEST_GAP:
        since = now
    if said is None or since == now or now - last >= _HOUR:
        save_setting(tx, CLOCK, f"{times.epoch(since)} {times.epoch(now)}")
    return now - since >= _TRUSTED_AFTER


def _erase_some(tx: Transaction, now: datetime) -> bool:
    """Erase the first of a few who is not to be kept; whether there may be more."""
    period = read_setting(tx, RETENTION)
    if period is None:
        return False
    from calbook.store import retention as store  # only where it is on

    before = times.epoch(_first_kept(tx, period, now))
    rows = store.people_to_look_at(tx, before, most=_AT_ONCE)
    if any(_look_at_person(tx, row, before, now) for row in rows):
        return True
    nameless = store.nameless_to_look_at(tx, before, most=_AT_ONCE)
    if any(_look_at_nameless(tx, row, before, now) for row in nameless):
        return True
    entries = store.entries_to_empty(tx, before, most=_AT_ONCE)
    for row in entries:
        from calbook.store.erasing import empty_whole_entry

        empty_whole_entry(tx, row, times.epoch(now))
    return _AT_ONCE in (len(rows), len(nameless), len(entries))


def _look_at_person(tx: Transaction, row: Row, before: int, now: datetime) -> bool:
    from calbook.store import erasing, retention

    at = times.epoch(now)
    if row["last_end"] >= before:
        retention.note_person_seen(tx, row["id"], min(row["last_end"], at))
        return False
    from calbook.services.bookings.erased import lock_person

    person = erasing.read_person(tx, row, everywhere=False)
    lock_person(tx, person)
    looks = (erasing.coming_bookings, erasing.entries_in_line)
    if any(look(tx, person, at) for look in looks):
        retention.note_person_seen(tx, row["id"], at)
        return False
    _erase(tx, person, now)
    return True


def _look_at_nameless(tx: Transaction, row: Row, before: int, now: datetime) -> bool:
    from calbook.store import erasing, retention

    if row["name"] is None or row["last_end"] >= before:
        seen = row["name"] and min(row["last_end"], times.epoch(now))
        retention.note_nameless_seen(tx, row, seen)
        return False
    _erase(tx, erasing.read_nameless(row["name"], row["uid"]), now)
    return True


def _erase(tx: Transaction, person: Any, now: datetime) -> None:
    from calbook.core.model import Actor
    from calbook.services.bookings.erased import erase_person

    erase_person(tx, person, now, by=Actor.SYSTEM, empties=True)
    save_setting(tx, LETTERS, "erased")
    tx.erased.append(person.id or person.uid)

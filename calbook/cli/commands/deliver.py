"""`deliver` and `tick`: send what is due; record what time has done."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from calbook.cli import after_command, output
from calbook.cli import options as o
from calbook.cli.option_values import read_minutes
from calbook.cli.output import Json, OutputOptions
from calbook.cli.progress import show_progress
from calbook.cli.screen import deliveries
from calbook.cli.screen.deliveries import KEYS
from calbook.cli.session import display_timezone
from calbook.core.errors import (
    CalbookError,
    DeliveryFailed,
    DeliveryUnderWay,
    UsageError,
)
from calbook.core.text import printable

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.availability import BusyCalendar


class Round(o.Group):
    """What is tried; named as the library's arguments are."""

    watch: bool = o.flag("--watch", "Go on for ever; Ctrl-C ends it.")
    limit: int | None = o.number("--limit", "At most N attempts.", least=1)
    retry_now: bool = o.flag(
        "--retry-now", "Also what waits for its next attempt; does not count."
    )


Age = Annotated[
    str,
    o.Declared(
        "--refresh",
        metavar="MINUTES|never",
        help="Read calendars again that were not looked at for so long.",
    ),
]


def deliver(*, how: Round, every: Age = "15m", out: o.Answering) -> None:
    """Send what is due to webhooks, by e-mail and to calendars; ticks too.

    Exit status 8: not all that was tried has arrived. It is tried again after 30 s,
    2 min, 15 min, 1 h, 4 h, 12 h and 24 h; then it has failed.
    """
    form = out.form_in_zone()
    if how.watch and (out.json or out.csv):
        raise UsageError("a list without end cannot be printed so", hint="use --jsonl")
    age = _read_age(every)
    with out.client() as client:
        if how.watch:
            _watch(client, form, how, age)
            return
        sent: list[Json] = []
        waiting = ""
        with _unless_under_way():
            sent = _sent(client, how)
            waiting = "" if sent else _nothing_due_text(client)
            _warn_of_clock(client)
        zone, now = display_timezone(client, form), client.now()
        is_old = _has_old(client, age)

    def table(items: Any) -> str:
        if not items:
            return waiting
        return deliveries.deliveries_table(
            items, zone, now=now, to="To"
        ) + _counts_text(items)

    output.print_list(sent, form, keys=KEYS, table=table)
    output.flush()
    if is_old and age is not None:
        _refresh(out, age)
    _report(sent)


def _read_age(every: str) -> timedelta | None:
    """How old a calendar may be; None where none is read again."""
    if every == "never" or os.environ.get("CALBOOK_DELIVER") == "off":
        return None
    minutes = read_minutes(every, "--refresh")
    if not minutes:
        raise UsageError("--refresh is at least 1m", hint="--refresh never reads none")
    return timedelta(minutes=minutes)


def _has_old(client: "Client", age: timedelta | None) -> bool:
    return age is not None and client.count_old_calendars(age) > 0


def _refresh(out: o.Output, age: timedelta) -> None:
    """After what others wait for."""
    with out.client() as client:
        client.calendar.busy.refresh(
            older_than=age, refused=_Refusals().say, overlapped=_say_overlap
        )


def _say_overlap(calendar: "BusyCalendar") -> None:
    """What was booked before stays: somebody is to decide."""
    from calbook.cli.screen import calendar_words

    said = f"{calendar.name}: {calendar_words.overlap_text(calendar.to_dict())}"
    output.say(printable(said))


class _Refusals:
    """What cannot be brought up to date; each is told once."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, error: CalbookError) -> None:
        if error.json_message in self._said:
            return
        self._said.add(error.json_message)
        output.say_always(f"calbook: {printable(error.json_message)}")
        if error.json_hint:
            output.say_always(f"hint: {error.json_hint}")


def _watch(
    client: "Client", form: OutputOptions, how: Round, age: timedelta | None
) -> None:
    """Each delivery is printed as soon as it was tried."""
    zone = display_timezone(client, form)

    def line(items: Any) -> str:
        return f"{deliveries.delivery_line(items[0], zone, now=client.now())}\n"

    trying = client.delivering(
        **how.options(),
        refresh_every=age,
        refused=_Refusals().say,
        overlapped=_say_overlap,
    )
    statuses: Counter[str] = Counter()
    shown = show_progress("", stopped=lambda _: _counts_by_status(statuses))
    with _unless_under_way(), shown:
        output.say(_watching_text(client, age))
        for delivery in trying:
            statuses[delivery.status] += 1
            output.print_list([delivery], form, keys=KEYS, table=line)
            output.flush()
            _warn(delivery.to_dict())


def _watching_text(client: "Client", age: timedelta | None) -> str:
    """What a watcher does, who else would sit there in silence."""
    from calbook.cli.screen import cards

    said = [f"Watching {client.path}: what is due is sent within {_LOOKS} s"]
    if age is not None:
        every = cards.minutes_text(age // timedelta(minutes=1))
        said.append(f"calendars are read again every {every}")
    return f"{', '.join(said)}; {client.count_due():,} due now, Ctrl-C ends it"


_LOOKS = 5  # seconds between two looks, at most


def _sent(client: "Client", how: Round) -> list[Json]:
    sent: list[Json] = []
    trying = client.delivering(**how.options(), refused=_Refusals().say)
    total = client.count_due() if sys.stderr.isatty() else 0
    total = total if how.limit is None else min(total, how.limit)
    with show_progress("Delivering", stopped=lambda _: _left_text(sent)) as progress:
        for delivery in trying:
            sent.append(delivery.to_dict())
            progress(len(sent), max(total, len(sent)))
            _warn(sent[-1])
    left = client.count_due() if how.limit is None and sent else 0
    if left:
        output.say(f"{left:,} more are due, left for the next run")
    again = sum(item["status"] == "pending" for item in sent)
    waiting = client.count_retries()[0] - again if sent else 0
    if waiting > 0:
        output.say(f"{waiting:,} more to be tried again later (or --retry-now)")
    return sent


def _warn_of_clock(client: "Client") -> None:
    """An hour ahead is no clock that was set a little."""
    ahead = client.event_ahead()
    if ahead is not None and ahead - client.now() >= timedelta(hours=1):
        output.say(
            f"calbook: the newest event was written at {ahead:%Y-%m-%d %H:%M} UTC,"
            " ahead of this clock: is it right?"
        )


@contextmanager
def _unless_under_way() -> Iterator[None]:
    """Another process that delivers already is no failure."""
    try:
        yield
    except DeliveryUnderWay as error:
        output.say(f"calbook: {error.json_message}")


def _left_text(sent: Sequence[Json]) -> str:
    """What a round has done that was ended."""
    counts = Counter(item["status"] for item in sent)
    return f"{_counts_by_status(counts)}; what is left stays in the outbox"


def _counts_by_status(counts: "Counter[str]") -> str:
    """`4 delivered, 1 failed, 2 to be tried again`."""
    words = {"delivered": "delivered", "failed": "failed", "pending": _AGAIN}
    said = [f"{counts[status]:,} {word}" for status, word in words.items()]
    return ", ".join(text for text in said if text[:2] != "0 ") or "0 delivered"


_AGAIN = "to be tried again"


def _warn(item: Json) -> None:
    for line in after_command.list_failures([item]):
        output.say_always(line)


def _report(sent: list[Json]) -> None:
    """Exit status 8 unless everything has arrived."""
    left = [item for item in sent if item["status"] != "delivered"]
    if not left:
        return
    again = [item for item in left if item["status"] == "pending"]
    logs = sorted({f"calbook {item['channel']} log" for item in left})
    see = " and ".join(logs)
    raise DeliveryFailed(
        f"{len(left)} of {len(sent)} not delivered",
        hint=f"{len(again)} will be tried again; see {see}" if again else f"see {see}",
        failed=[item["id"] for item in left],
        again=[item["id"] for item in again],
    )


def _nothing_due_text(client: "Client") -> str:
    """Nothing is due; what will be, where an attempt has failed."""
    count, due_at = client.count_retries()
    if due_at is None:
        return "nothing to deliver\n"
    from calbook.cli.screen import cards

    seconds = (due_at - client.now()) // timedelta(seconds=1)
    ahead = f"{seconds} s" if seconds < 60 else cards.minutes_text(-(-seconds // 60))
    first = "" if count == 1 else ", the first"
    said = f"{count:,} to be tried again{first} in {ahead}"
    return f"nothing is due; {said} (or --retry-now)\n"


def _counts_text(items: Any) -> str:
    done = sum(item["status"] == "delivered" for item in items)
    return f"{done} of {len(items)} delivered\n"


_EVENT_KEYS = ("at", "type", "uid", "by", "change", "id")


Ticking = Annotated[
    o.Output, "json", "jsonl", "csv", "fields", "format", "no_deliver", "db"
]


def tick(*, every: Age = "15m", out: Ticking) -> None:
    """Write the events for what time has done: completed, expired.

    And read calendars again, as `deliver` does.
    """
    age = _read_age(every)
    with out.client() as client:
        events = client.tick(refused=_Refusals().say)
        is_old = _has_old(client, None if out.no_deliver else age)
    done = sum(event.type == "booking.completed" for event in events)
    text = f"{done} completed, {len(events) - done} expired\n"
    output.print_list(events, out.form(), keys=_EVENT_KEYS, table=lambda _: text)
    if client.erased:
        who = "1 person" if client.erased == 1 else f"{client.erased:,} people"
        output.say(f"Erased {who}, as retention says")
    output.flush()
    if is_old and age is not None:
        _refresh(out, age)

"""Screens that never lie: every table and card, at six widths."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.running import WIDTHS, golden

from calbook.store.reader import Reader
from calbook.store.short_ids import shorten

if TYPE_CHECKING:
    from support.running import Look, Run

pytest_plugins = ("support.running", "support.odd_store")

# What is looked at; a name with @ is an id of the odd store.
LOOKS = {
    "list": "list",
    "list-tz": "list --tz Asia/Kathmandu --limit 6",
    "list-occurrences": "list --occurrences --limit 8",
    "show": "show @talk",
    "show-series": "show @series",
    "history": "history @alike",
    "history-series": "history @series",
    "occurrences": "occurrences @series",
    "attendees": "attendee list @series",
    "notes": "note list @talk",
    "people": "person list",
    "person": "person show ada@example.com",
    "waiting": "waiting list",
    "waiting-show": "waiting show @waiting",
    "counters": "counter list",
    "events": "event list",
    "event": "event show talk",
    "hosts": "host list",
    "host": "host show @long",
    "host-away": "host away me --from 2027-01-19 --to 2027-01-22 --dry-run",
    "resources": "resource list",
    "resource": "resource show room1",
    "schedules": "schedule list",
    "schedule": "schedule show always",
    "webhooks": "webhook list",
    "webhook": "webhook show @webhook",
    "deliveries": "webhook log",
    "mails": "mail log",
    "calendars": "calendar list",
    "calendar": "calendar show work-and-everything-else",
    "calendar-log": "calendar log --limit 5",
    "busy": "busy list",
    "busy-times": "busy list --times",
    "feeds": "ics publish --list",
    "slots": "slots --event demo --days 3",
    "slots-team": "slots --event consultation_with_the_whole_team --days 2",
    "slots-explain": "slots --event demo --on 2027-01-20 --explain",
    "next": "next",
    "explain": "explain --event talk --start 2027-01-25T09:00",
    "explain-refused": "explain --event demo --start 2027-01-20T09:00",
    "stats": "stats",
    "stats-event": "stats --by event",
    "stats-host": "stats --by host",
    "stats-week": "stats --by week",
    "stats-status": "stats --by status",
    "stats-attendee": "stats --by attendee",
    "schema": "schema",
    "config": "config show",
    "demo": "demo",
    "error": "create --event demo --start 2027-01-20T09:00 --name A --email a@b.de",
    "error-usage": "list --upcoming --past",
    "error-ambiguous": "show bk_7q2mx4",
}


@pytest.mark.parametrize(("name", "args"), LOOKS.items(), ids=LOOKS)
def test_a_screen_is_what_it_was(
    look_at_all_widths: Look, odd_store: dict[str, str], name: str, args: str
) -> None:
    known = {f"@{name}": id for name, id in odd_store.items()}

    text = look_at_all_widths(*(known.get(word, word) for word in args.split()))

    assert text == golden(f"screens/{name}.txt", text)


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_uid_on_a_screen_is_accepted_by_show(
    look: Look, run: Run, odd_store: dict[str, str], columns: int
) -> None:
    """Two bookings began with the same six letters, and neither could be shown."""
    screens = "".join(
        look(*args.split(), columns=columns)
        for args in (
            *("list", "list --occurrences", "agenda --days 20", "week", "webhook log"),
            *("counter list", "person show ada@example.com --occurrences"),
            "host away me --from 2027-01-19 --to 2027-01-22 --dry-run",
            f"history {odd_store['alike']}",
        )
    )

    uids = {*re.findall(r"\bbk_\w*", screens)}
    assert len(uids) > 15
    for uid in uids:
        assert len(uid) >= len("bk_") + 4
        assert run("show", uid, "--json").json["uid"].startswith(uid)


@given(st.lists(st.text("01z", min_size=12, max_size=12), min_size=1, unique=True))
def test_short_ids_are_accepted_in_the_place_of_the_whole(letters: list[str]) -> None:
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute("create table bookings (uid text primary key)")
        uids = [f"bk_{each}" for each in letters]
        conn.executemany("insert into bookings values (?)", [(uid,) for uid in uids])
        reader = Reader(conn)

        short = dict(shorten(reader, uids))

        assert {reader.resolve_uid(short[uid]) for uid in uids} == {*uids}
        assert all(reader.resolve_uid(short[uid]) == uid for uid in uids)
        assert all(len(each) >= len("bk_") + 6 for each in short.values())

"""Screens that never lie: every table and card, at six widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.running import golden

if TYPE_CHECKING:
    from support.running import Look

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
    "busy": "busy list",
    "busy-times": "busy list --times",
    "feeds": "ics publish --list",
    "slots": "slots --event demo --days 3",
    "slots-team": "slots --event consultation_with_the_whole_team --days 2",
    "slots-explain": "slots --event demo --explain 2027-01-20",
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

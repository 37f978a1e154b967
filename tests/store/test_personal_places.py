"""No column of text is forgotten where something of a person may stand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from calbook import Client
from calbook.store.copying import TABLES
from calbook.store.personal_places import OF_BOOKINGS, ROW_KEYS, all_texts

# What holds words of calbook, ids, times and rules, but nothing that says who.
_NEVER = {
    "attendees": {"uid", "person_id", "timezone", "language", "only_on", "absent_on"}
    | {"replies"},
    "attempts": {"delivery", "status"},
    "booking_hosts": {"uid", "host_id", "event_type_id"},
    "bookings": {"uid", "event_type_id", "timezone", "final_status", "recurring"}
    | {"overrides", "policy"},
    "busy": {"host_id", "uid"},
    "calendar_objects": {"uid", "etag", "digest", "state"},
    "calendars": {"host_id", "kind", "mark", "password_command", "password_env"},
    "claims": {"host_id", "uid"},
    "counter_proposals": {"id", "uid", "state"},
    "deliveries": {"id", "channel", "uid", "kind", "payload", "status"},
    "event_type_hosts": {"event_type_id", "host_id"},
    "event_types": {"id", "schedule_id", "scheduling_type", "round_robin", "needs"}
    | {"reminders", "contact", "durations", "first_date", "last_date", "weekly"}
    | {"rules", "on_free", "on_decline"},
    "events": {"id", "type", "uid", "by"},
    "host_joins": {"event_type_id", "host_id"},
    "host_loads": {"event_type_id", "host_id"},
    "hosts": {"id", "timezone", "schedule_id", "kind", "limits", "language"},
    "notes": {"id", "uid"},
    "private_notes": {"id", "uid"},
    "occurrences": {"uid", "event_type_id", "date", "wall", "wall_timezone", "tzdata"}
    | {"status", "resolution", "cancelled_by", "attendance", "hosts"},
    "people": {"id", "timezone", "language"},
    "person_keys": {"person_id"},
    "published_feeds": {"host_id", "name"},
    "reminder_plans": {"uid"},
    "reminder_updates": {"noun", "id"},
    "reminders": {"uid", "delivery"},
    "schedule_overrides": {"schedule_id", "date", "hours"},
    "schedules": {"id", "timezone", "weekly"},
    "settings": {"name"},
    "waiting": {"id", "event_type_id", "timezone", "by", "uid", "state", "passed"}
    | {"offered_uid"},
    "webhooks": {"id", "events", "secret", "old_secrets"},
}

# What is made anew of the others whenever they change.
_NEVER["bookings"] |= {"search"}


def test_every_column_of_text_is_a_place_or_never_one(path: Path) -> None:
    """`payload`, which is encoded, is looked into apart."""
    Client(path).init()
    with closing(sqlite3.connect(path)) as conn:
        texts = {
            table: {
                name
                for _, name, kind, *_ in conn.execute(f"pragma table_info({table})")
                if kind == "TEXT"
            }
            for table in TABLES
        }

    places = all_texts()
    for table, columns in texts.items():
        found, never = {*places.get(table, ())}, _NEVER.get(table, set())
        assert (table, found | never, found & never) == (table, columns, set())
    assert places.keys() <= ROW_KEYS.keys()
    assert {*OF_BOOKINGS} <= {*TABLES}

"""What the role that works with the database every day may do, table by table.

It changes no history and no table; a test takes each right away and sees it missed.
"""

from __future__ import annotations

RIGHTS = {
    "select": ("calbook_schema",),
    # what is written once and never changed
    "select, insert": ("events", "idempotency_keys", "notes", "private_notes"),
    "select, insert, update": (
        *("bookings", "reminder_plans", "host_joins", "waiting"),
        *("counter_proposals", "day_counts"),
    ),
    "select, insert, delete": (*("event_type_hosts", "claims", "busy", "reminders"),),
    "select, insert, update, delete": (
        *("schedules", "schedule_overrides", "hosts", "event_types", "host_loads"),
        *("booking_hosts", "occurrences", "calendars", "webhooks", "deliveries"),
        *("attempts", "reminder_updates", "attendees", "people", "calendar_objects"),
        *("published_feeds", "person_keys", "settings"),
    ),
}
_ROLE = "staff"


def grants(schema: str) -> str:
    """Statements for whoever owns the tables, a line each."""
    lines = [
        f"-- as the owner; {_ROLE} is the role of every day",
        f"grant usage on schema {schema} to {_ROLE};",
    ]
    for rights, tables in RIGHTS.items():
        lines += [f"grant {rights} on {schema}.{t} to {_ROLE};" for t in tables]
    return "\n".join(lines)

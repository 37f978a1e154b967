"""The tables, as migrations that are only ever appended.

Slow to import: only for a file that is new or behind.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from calbook.core.checks import fold_email
from calbook.core.model import LONGEST_CLAIM
from calbook.core.people import phone_digits
from calbook.store.booking_texts import fill_search
from calbook.store.refolding import fold_addresses_again
from calbook.store.sqlite import (
    tables,
    version_5,
    version_6,
    version_7,
    version_8,
    version_9,
    version_10,
    version_11,
    version_12,
    words,
)

migrations = Migrations("calbook")


@migrations()
def create_catalog(db: Database) -> None:
    _run(db.conn, tables.CATALOG)


@migrations()
def create_bookings(db: Database) -> None:
    longest = int(LONGEST_CLAIM.total_seconds())
    but_itself = "and (host_id, claim_start) is not (old.host_id, old.claim_start)"
    _run(
        db.conn,
        tables.BOOKINGS.format(
            longest=longest,
            insert_overlap=tables.OVERLAP.format(longest=longest, but_itself=""),
            update_overlap=tables.OVERLAP.format(
                longest=longest, but_itself=but_itself
            ),
        ),
    )


@migrations()
def create_events(db: Database) -> None:
    _run(db.conn, tables.EVENTS)


@migrations()
def add_series_groups_teams(db: Database) -> None:
    _run(db.conn, tables.SERIES_GROUPS_TEAMS)


@migrations()
def create_notes(db: Database) -> None:
    _run(db.conn, tables.NOTES)


@migrations()
def create_busy(db: Database) -> None:
    _run(db.conn, tables.BUSY.format(longest=int(LONGEST_CLAIM.total_seconds())))


@migrations()
def create_outbox(db: Database) -> None:
    _run(db.conn, tables.OUTBOX)


@migrations()
def add_reminders(db: Database) -> None:
    _run(db.conn, tables.REMINDERS)


@migrations()
def undo_wrong_clocks(db: Database) -> None:
    _run(db.conn, version_5.WRONG_CLOCKS)


@migrations()
def add_remarks_on_calendars(db: Database) -> None:
    _run(db.conn, version_5.CALENDAR_REMARKS)


@migrations()
def give_bookings_their_own_texts(db: Database) -> None:
    _run(db.conn, version_5.OWN_TEXTS)
    db.conn.create_function("fold_email", 1, fold_email)
    _run(db.conn, version_5.FOLDED_DOMAINS)


@migrations()
def guard_meetings(db: Database) -> None:
    _run(db.conn, version_5.GUARDS)
    _run(db.conn, version_5.REMINDER_UPDATES)


@migrations()
def create_host_joins(db: Database) -> None:
    _run(db.conn, version_5.HOST_JOINS)


@migrations()
def add_actors(db: Database) -> None:
    _run(db.conn, version_6.ACTORS)


@migrations()
def add_leases(db: Database) -> None:
    _run(db.conn, version_6.LEASES)


@migrations()
def let_dates_have_other_hosts(db: Database) -> None:
    _run(db.conn, version_7.HOSTS_OF_DATES)


@migrations()
def let_requests_expire_sooner(db: Database) -> None:
    _run(db.conn, version_7.HOLDS)


@migrations()
def add_resources(db: Database) -> None:
    _run(db.conn, version_8.RESOURCES)


@migrations()
def ask_for_contact(db: Database) -> None:
    _run(db.conn, version_8.CONTACTS)


@migrations()
def keep_people(db: Database) -> None:
    fold_addresses_again(db.conn, "email glob '*[^ -~]*'")
    _run(db.conn, version_8.PEOPLE)
    version_8.add_people(db.conn)
    db.conn.create_function("phone_digits", 1, phone_digits)
    _run(db.conn, version_8.ATTENDEES)


@migrations()
def let_hosts_retire(db: Database) -> None:
    _run(db.conn, version_8.RETIRED_HOSTS)


@migrations()
def mark_own_locations(db: Database) -> None:
    _run(db.conn, version_8.OWN_LOCATIONS)


@migrations()
def let_durations_be_chosen(db: Database) -> None:
    _run(db.conn, version_8.DURATIONS)


@migrations()
def bound_event_types_by_dates(db: Database) -> None:
    _run(db.conn, version_8.BOOKABLE_DATES)


@migrations()
def give_event_types_hours(db: Database) -> None:
    _run(db.conn, version_8.OWN_HOURS)


@migrations()
def add_limits(db: Database) -> None:
    _run(db.conn, version_8.LIMITS)


@migrations()
def let_attendees_have_dates(db: Database) -> None:
    _run(db.conn, version_8.DATES_OF_ATTENDEES)


@migrations()
def keep_waiting_people(db: Database) -> None:
    _run(db.conn, version_8.WAITING)


@migrations()
def connect_calendars(db: Database) -> None:
    _run(db.conn, version_9.CONNECTIONS)


@migrations()
def let_calendars_be_delivered_to(db: Database) -> None:
    _run(db.conn, version_9.CALENDAR_DELIVERIES)


@migrations()
def keep_replies(db: Database) -> None:
    _run(db.conn, version_9.REPLIES)


@migrations()
def keep_published_feeds(db: Database) -> None:
    _run(db.conn, version_9.PUBLISHED_FEEDS)


@migrations()
def create_settings(db: Database) -> None:
    _run(db.conn, version_10.SETTINGS)


@migrations()
def let_people_be_erased(db: Database) -> None:
    _run(db.conn, version_10.ERASED)


@migrations()
def find_logs_by_channel(db: Database) -> None:
    _run(db.conn, version_10.LOGS)


@migrations()
def let_hosts_have_languages(db: Database) -> None:
    _run(db.conn, version_11.LANGUAGES)


@migrations()
def find_by_host_and_status(db: Database) -> None:
    _run(db.conn, version_12.INDEXES)
    _run(db.conn, version_12.ATTENDEES)


@migrations()
def search_bookings(db: Database) -> None:
    _run(db.conn, version_12.SEARCH)
    fill_search(db.conn)
    words.keep_words(db.conn)


@migrations()
def count_bookings(db: Database) -> None:
    _run(db.conn, version_12.COUNTERS)


@migrations()
def shorten_events(db: Database) -> None:
    _run(db.conn, version_12.EVENTS)


def migrate(conn: sqlite3.Connection) -> None:
    """Apply what is missing, inside the caller's write transaction."""
    migrations.apply(Database(conn, recursive_triggers=False, execute_plugins=False))


def _run(conn: sqlite3.Connection, script: str) -> None:
    """Run statement by statement: `executescript` would commit the transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            conn.execute(statement)
            statement = ""

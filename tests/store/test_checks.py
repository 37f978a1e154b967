"""What a check finds in a file or a database that another program has written to."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import chain
from typing import Protocol

import psycopg2
import pytest
from support.postgres import SUPERUSER, Server

from calbook import Booking, Client, errors, interrupts
from calbook.store.row_checks import CHECKS, OTHER_TEXT, TOGETHER
from calbook.store.sqlite import index_check, row_sums
from calbook.store.sqlite.consistency import find_faults
from calbook.store.sqlite.row_sums import SUMS, Sums


class Spoil(Protocol):
    """Runs statements without the guards, unless they are what is spoilt."""

    def __call__(self, script: str, *, guarded: bool = False) -> None: ...


@pytest.fixture
def database(store: str, request: pytest.FixtureRequest) -> str:
    if store == "sqlite":
        return str(request.getfixturevalue("place"))
    url: str = request.getfixturevalue("fresh_schema")
    with Client(url) as client:
        client.init()
    return url


@pytest.fixture
def spoil(store: str, database: str, request: pytest.FixtureRequest) -> Spoil:
    if store == "sqlite":
        return lambda script, guarded=False: _spoil_file(database, script, guarded)
    server: Server = request.getfixturevalue("postgres")
    schema = database.rpartition("=")[2]

    def spoil(script: str, *, guarded: bool = False) -> None:
        as_superuser = server.url(user=SUPERUSER)
        with closing(psycopg2.connect(as_superuser)) as conn, conn, conn.cursor() as c:
            c.execute(f"set search_path = {schema}")
            if not guarded:
                c.execute("set session_replication_role = replica")
            c.execute(script)

    return spoil


def _spoil_file(path: str, script: str, guarded: bool) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        guards = conn.execute(
            "select name, sql from sqlite_master where type = 'trigger'"
        ).fetchall()
        conn.execute("pragma foreign_keys = off")
        for name, _ in () if guarded else guards:
            conn.execute(f"drop trigger {name}")
        conn.executescript(script)
        for _, text in () if guarded else guards:
            conn.execute(text)


def tell_somebody(client: Client) -> None:
    """An event that is told of says what the booking was."""
    client.calendar.webhooks.create("https://hooks.example/told")


def test_a_check_knows_the_revision_that_an_event_told_of(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    uid = booking().uid
    client.calendar.bookings.update(uid, notes="Tea")
    spoil("update bookings set version = 0")

    found = f"{uid} is an older revision than its newest event tells of"
    assert client.check() == (found,)


def test_nothing_is_wrong_with_what_calbook_wrote(
    client: Client, booking: Callable[..., Booking]
) -> None:
    first, _ = booking(), booking()
    client.calendar.bookings.cancel(first.uid)

    assert client.check() == ()


# What another program does, first without the file's guards, and what is found.
FAULTS = {
    "claims of user_me overlap: {0} and {1}": "update claims"
    " set claim_end = claim_end + 3600",
    "{0} holds time of user_me for a cancelled occurrence": "update occurrences"
    " set status = 'CANCELLED' where uid = '{0}'",
    "{0} has its attendee 1 on a date that it does not have": "update attendees"
    """ set only_on = '["2001-01-01"]' where uid = '{0}'""",
    "{0} holds time of user_me for no occurrence": "delete from occurrences"
    " where uid = '{0}'",
    "{0} holds time of user_bob, who is not its host": "update claims"
    " set host_id = 'user_bob' where uid = '{0}'",
    "{0} holds other time of user_me than its occurrence says": "update claims"
    " set claim_end = claim_end + 60 where uid = '{0}'",
    "{0} will take place but holds no time of user_me": "delete from claims"
    " where uid = '{0}'",
    "{0} takes place outside the time that it holds of user_me": "update occurrences"
    " set end_at = end_at + 60 where uid = '{0}'",
    "{0} is at another time than 2027-01-18T10:00:00 in UTC": "update occurrences"
    " set by_offset = false, start_at = start_at + 60 where uid = '{0}'",
    "{0} is at another time than its newest event tells": "update occurrences"
    " set end_at = end_at - 60 where uid = '{0}'",
    "{0} has another status than its newest event tells": "update occurrences set"
    " status = 'CANCELLED', resolution = 'cancelled' where uid = '{0}'",
    "{0} is an older revision than its newest event tells of": "update bookings"
    " set sequence = -1 where uid = '{0}'",
    "{0} is due at another time than its status ends": "update occurrences"
    " set due = due + 60 where uid = '{0}'",
    "{0} is at another time than rubbish in UTC": "update occurrences"
    " set wall = 'rubbish' where uid = '{0}'",
    "{0} is in the unknown zone Mars/One": "update bookings"
    " set timezone = 'Mars/One' where uid = '{0}'",
    "user_me is in the unknown zone America": "update hosts"
    " set timezone = 'America' where id = 'user_me'",
    "{0} has no title": "update bookings set title = '' where uid = '{0}'",
    "the reminders of evt_demo must be JSON": "update event_types"
    " set reminders = '{{' where id = 'evt_demo'",
    "the needs of evt_demo must be a list": "update event_types"
    " set needs = '5' where id = 'evt_demo'",
    "the needs of evt_demo must be JSON": "update event_types"
    " set needs = '{{' where id = 'evt_demo'",
    "the questions of evt_demo must be a list": "update event_types"
    " set questions = '{{}}' where id = 'evt_demo'",
    "the rules of evt_demo must be an object": "update event_types"
    " set rules = '[]' where id = 'evt_demo'",
    "the weekly of sched_work must be hours of seven days": "update schedules"
    " set weekly = '[1, 2]'",
    "the hours of sched_work must be hours of a day": "insert into"
    " schedule_overrides values ('sched_work', '2027-01-01', '\"x\"', null)",
    "the limits of user_me must be a list of texts": "update hosts"
    " set limits = '3' where id = 'user_me'",
    "the skipped of {2} must be a list": "update calendars set skipped = '1'",
    "the attendees of wait_x must be a list of persons": "insert into waiting (id,"
    " event_type_id, attendees, request, timezone, by, since, until, is_range, state,"
    " created_at, updated_at) values ('wait_x', 'evt_demo', '1', '{{}}', 'UTC', 'host',"
    " 1, 2, true, 'waiting', 0, 0)",
    "the metadata of {0} must be an object": "update bookings"
    " set metadata = '[]' where uid = '{0}'",
    "the only_on of {0} must be a list of dates": "update attendees"
    " set only_on = '5' where uid = '{0}'",
    "the hosts of {0} must be a list of texts": "update occurrences"
    " set hosts = '5' where uid = '{0}'",
    "the change of {0} must be an object": "update events"
    " set change = 'true' where uid = '{0}'",
    "user_bob joined evt_demo behind a booking that is not there": "insert into"
    " host_joins values ('evt_demo', 'user_bob', 9999)",
    "the reminders of evt_x wait for a change of host, which is not there": "insert"
    " into reminder_updates values ('host', 'evt_x', 0)",
    "{0} has the unknown status DONE": "update occurrences set status = 'DONE'"
    " where uid = '{0}'",
    "{0} is CONFIRMED and yet ended as rejected": "update occurrences"
    " set resolution = 'rejected' where uid = '{0}'",
    "{0} is listed at another time or with another status than its occurrences"
    " have": "update bookings set confirmed_until = null where uid = '{0}'",
    "{0} counts as a booking of evt_other, which it is not": "update occurrences"
    " set event_type_id = 'evt_other' where uid = '{0}'",
    "{0} is counted wrong in the turns of user_me": "update booking_hosts"
    " set is_live = false where uid = '{0}'",
    "{0} is listed at another time among the bookings of user_me": "update"
    " booking_hosts set starts_at = starts_at + 1 where uid = '{0}'",
    "the bookings of user_me are counted wrong": "update host_loads"
    " set bookings = bookings + 1",
    "the meetings of all are counted wrong": "update day_counts"
    " set meetings = meetings + 1 where id = ''",
    "the meetings of evt_demo are counted wrong": "update day_counts"
    " set seconds = seconds + 1 where id = 'evt_demo'",
    "the meetings of user_me are counted wrong": "delete from day_counts"
    " where id = 'user_me'",
    "the meetings of user_bob are counted wrong": "update day_counts"
    " set id = 'user_bob' where id = 'user_me'",
    "{0} has no occurrence": "delete from claims where uid = '{0}';"
    " delete from occurrences where uid = '{0}'",
    "{0} is searched by another text than it has": "update bookings"
    " set search = replace(search, 'ada', 'eve') where uid = '{0}'",
    "{0} has no host": "delete from booking_hosts where uid = '{0}'",
    "{0} has no attendee": "delete from attendees where uid = '{0}'",
    "{0} is not found by the address of its attendee 1": "update attendees"
    " set person_key = 'bob@example.com' where uid = '{0}'",
    "{0} is not found by the phone of its attendee 1": "update attendees"
    " set phone = '912 345 678' where uid = '{0}'",
    "{0} is not found by the number of its attendee 1": "update attendees"
    " set ref = 'K-1', ref_folded = 'K-1' where uid = '{0}'",
    "attendee 1 of {0} is not in the book of people": "update attendees"
    " set person_id = null where uid = '{0}'",
    "the person per_x is found by nothing": "insert into people"
    " (id, created_at, updated_at) values ('per_x', 0, 0)",
    "{0} has no event that tells of its making": "delete from events where uid = '{0}'",
    "{0} has an event of time's that says mary did it": "update events"
    " set by = 'system', actor = 'mary' where uid = '{0}'",
    "dlv_x is being sent by another machine, which no file allows": "insert into"
    " deliveries (id, channel, target, kind, status, due_at, created_at, leased_until)"
    " values ('dlv_x', 'mail', 'a@example.com', 'reminder', 'pending', 0, 0, 9)",
    "the policy of {0} must be JSON": "update bookings set policy = '{{'"
    " where uid = '{0}'",
    "{0} is not there, but its attendees": "delete from bookings where uid = '{0}'",
    "a row of bookings refers to a missing row of event_types": "delete from"
    " event_types",
    "busy time of user_bob belongs to a calendar of user_me": "update busy"
    " set host_id = 'user_bob'",
    "busy time of user_me belongs to no calendar": "delete from calendars",
    "the busy time of user_me in {2} has a gap": "delete from busy"
    " where busy_start = (select busy_start from busy limit 1 offset 2)",
}


# What a file and a database have each of their own.
OWN_FAULTS = {
    "sqlite": {
        "the trigger claims_moved is missing": "drop trigger claims_moved",
        "the trigger claims_inserted is not as calbook made it": "drop trigger"
        " claims_inserted; create trigger claims_inserted before insert on claims"
        " begin select 1; end",
        "the trigger helpful is not calbook's": "create trigger helpful after insert on"
        " bookings begin delete from claims; end",
        "the table deliveries is not as calbook made it": "alter table deliveries"
        " drop column leased_until",
        "the table events is not as calbook made it": "alter table events"
        " drop column actor",
        "the index occurrences_due is missing": "drop index occurrences_due",
    },
    "postgres": {
        "the trigger claims_written is missing": "drop trigger claims_written"
        " on claims",
        "the trigger claims_kept is not as calbook made it": "alter table claims"
        " disable trigger claims_kept",
        "the function keep_to_claim is not as calbook made it": "create or replace"
        " function keep_to_claim() returns trigger language plpgsql"
        " as 'begin return new; end'",
        "the trigger helpful is not calbook's": "create trigger helpful before insert"
        " on bookings for each row execute function keep_to_claim()",
        "the index occurrences_due is missing": "drop index occurrences_due",
        "the index reminder_plans_until is not as calbook made it": "drop index"
        " reminder_plans_until; create index reminder_plans_until on reminder_plans"
        " (due_until)",
        "the constraint claims_overlap is missing": "alter table claims"
        " drop constraint claims_overlap",
        "the constraint claims_check is missing": "alter table claims"
        " drop constraint claims_check",
        "the constraint attendees_uid_fkey is missing": "alter table attendees"
        " drop constraint attendees_uid_fkey",
        "the column bookings.title is not as calbook made it": "alter table bookings"
        " alter column title drop not null",
        "the column calendars.kind is missing": "alter table calendars"
        " drop column kind",
        "the table private_notes is missing": "drop table private_notes",
        "the table bookings is not as calbook made it": "alter table bookings"
        " enable row level security",
    },
}


def test_a_check_finds_and_names_what_is_missing_or_changed(
    client: Client, booking: Callable[..., Booking], spoil: Spoil, store: str
) -> None:
    booking()

    for script in OWN_FAULTS[store].values():
        spoil(script, guarded=True)

    assert sorted(client.check()) == sorted(OWN_FAULTS[store])


@pytest.mark.parametrize(("finding", "damage"), FAULTS.items(), ids=FAULTS)
def test_a_check_finds_and_names_what_another_program_broke(
    client: Client,
    booking: Callable[..., Booking],
    spoil: Spoil,
    store: str,
    *,
    finding: str,
    damage: str,
) -> None:
    """A meeting moved onto another one, and a guard that guards nothing, passed."""
    tell_somebody(client)
    first, second = booking().uid, booking().uid
    client.calendar.hosts.create("bob", name="Bob", email="bob@example.com")
    calendar = client.calendar.busy.add(
        start_time="2027-03-01 00:00Z", end_time="2027-03-20 00:00Z", host_id="me"
    )
    assert client.check() == ()
    names = (first, second, calendar.name)
    if store == "postgres" and "overlap" in finding:
        spoil("alter table claims drop constraint claims_overlap")

    spoil(damage.format(*names))

    assert finding.format(*names) in client.check()


def test_a_check_finds_a_request_that_holds_no_time(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    """It could not be confirmed, and a check passed it over."""
    client.calendar.event_types.create("ask", requires_confirmation=True)
    uid = booking(event_type_id="ask").uid
    spoil(f"delete from claims where uid = '{uid}'")

    assert client.check() == (f"{uid} will take place but holds no time of user_me",)


def test_a_check_finds_a_request_that_nobody_confirmed(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    tell_somebody(client)
    client.calendar.event_types.create("ask", requires_confirmation=True)
    uid = booking(event_type_id="ask").uid
    spoil(
        f"update occurrences set status = 'CONFIRMED', due = end_at where uid = '{uid}'"
    )

    assert f"{uid} has another status than its newest event tells" in client.check()


def test_a_check_finds_the_date_of_a_series_that_was_moved_or_revived(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    """Of a series nothing was compared with what people were told."""
    tell_somebody(client)
    uid = booking(recurring={"frequency": "DAILY", "count": 5}).uid
    spoil(
        f"create temp table middle as select recurrence_id as r from occurrences"
        f"  where uid = '{uid}' order by 1 limit 1 offset 2;"
        f"create temp table held as select host_id from claims where uid = '{uid}'"
        f"  and recurrence_id = (select r from middle);"
        f"delete from claims where uid = '{uid}'"
        f"  and recurrence_id = (select r from middle);"
        "update occurrences set start_at = start_at + 43200, end_at = end_at + 43200,"
        "  claim_start = claim_start + 43200, claim_end = claim_end + 43200,"
        "  due = due + 43200, wall = replace(wall, 'T10', 'T22')"
        f"  where uid = '{uid}' and recurrence_id = (select r from middle);"
        "insert into claims select host_id, claim_start, claim_end, uid, recurrence_id"
        f"  from occurrences, held where uid = '{uid}'"
        "  and recurrence_id = (select r from middle);"
    )

    assert f"{uid} is at another time than its newest event tells" in client.check()


def test_a_quick_check_looks_at_what_is_set_up_and_at_no_booking(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    uid = booking().uid
    client.calendar.resources.create("room", name="Room")
    assert client.check(quick=True) == ()

    spoil(
        "update hosts set kind = 'host' where id = 'res_room';"
        f"update bookings set title = '' where uid = '{uid}'"
    )

    found = ("res_room is a host and yet called so",)
    assert client.check(quick=True) == found
    searched = f"{uid} is searched by another text than it has"
    assert {*client.check()} == {*found, f"{uid} has no title", searched}


def test_a_quick_check_misses_a_trigger(
    client: Client, booking: Callable[..., Booking], spoil: Spoil, store: str
) -> None:
    booking()
    spoil(
        "drop trigger claims_kept" + " on claims" * (store == "postgres"), guarded=True
    )

    assert client.check(quick=True) == ("the trigger claims_kept is missing",)


@pytest.mark.sqlite
def test_only_the_whole_check_compares_an_index_with_its_table(
    client: Client, booking: Callable[..., Booking], database: str
) -> None:
    """Written while the index was not there: its rows are in order, but old."""
    booking()
    client.close()
    index = "name = 'bookings_by_start'"
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.execute("pragma writable_schema = on")
        row = conn.execute(f"select * from sqlite_master where {index}").fetchone()
        conn.execute(f"delete from sqlite_master where {index}")
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.execute("update bookings set created_at = created_at + 1")
        conn.execute("pragma writable_schema = on")
        conn.execute("insert into sqlite_master values (?, ?, ?, ?, ?)", row)

    assert client.check(quick=True) == ()
    assert client.check() == ("row 1 missing from index bookings_by_start",)


@pytest.mark.sqlite
def test_a_quick_check_finds_a_page_that_is_no_page(
    client: Client, booking: Callable[..., Booking], database: str
) -> None:
    booking()
    client.close()
    with closing(sqlite3.connect(database)) as conn:
        [root] = conn.execute(
            "select rootpage from sqlite_master where name = 'private_notes'"
        ).fetchone()
        [size] = conn.execute("pragma page_size").fetchone()
    with open(database, "r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\0" * size)

    with pytest.raises(errors.Damaged):
        client.check(quick=True)


def test_findings_of_one_kind_are_named_a_few_at_a_time(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    for _ in range(8):
        booking()
    spoil("delete from claims")

    assert len(client.check()) == 5


@pytest.mark.parametrize(
    "damage",
    [
        "update host_loads set bookings = bookings + 1",
        "delete from host_loads",
        "update booking_hosts set is_live = false",
    ],
)
def test_a_check_finds_turns_that_are_counted_wrong(
    client: Client, booking: Callable[..., Booking], spoil: Spoil, damage: str
) -> None:
    booking()

    spoil(damage)

    assert "the bookings of user_me are counted wrong" in client.check()


def test_a_check_finds_the_host_of_a_date_who_is_not_the_bookings(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    uid = booking().uid
    spoil(f"""update occurrences set hosts = '["user_bob"]' where uid = '{uid}'""")

    findings = client.check()

    assert f"{uid} takes place with user_bob, of whom nothing else says so" in findings
    assert f"{uid} holds time of user_me, who is not its host" in findings


def test_a_check_finds_a_host_of_several_whose_time_is_free(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    uid = booking().uid
    client.calendar.hosts.create("bob", name="Bob")
    spoil(
        "insert into booking_hosts select uid, 1, 'user_bob', event_type_id, made,"
        f" false, false, starts_at, last_at from booking_hosts where uid = '{uid}'"
    )

    assert f"{uid} will take place but holds no time of user_bob" in client.check()


@pytest.mark.parametrize(
    ("finding", "damage"),
    [
        ("{} waits for a webhook that is sent nothing", "delete from webhooks"),
        (
            "{} waits for a webhook that is sent nothing",
            "update webhooks set active = false",
        ),
        (
            "{} tells of an event of another booking",
            "update deliveries set uid = (select uid from bookings b"
            " where b.uid <> deliveries.uid limit 1)",
        ),
    ],
)
def test_a_check_finds_what_waits_in_vain(
    client: Client,
    booking: Callable[..., Booking],
    spoil: Spoil,
    finding: str,
    damage: str,
) -> None:
    booking()
    client.calendar.webhooks.create("https://example.com/")
    booking()
    (queued,) = client.calendar.webhooks.log()
    assert client.check() == ()

    spoil(damage)

    assert finding.format(queued.id) in client.check()


@pytest.mark.sqlite  # a database takes no such text
@pytest.mark.parametrize("column", ["responses", "overrides", "policy"])
def test_a_check_names_json_that_is_no_utf_8(
    client: Client, booking: Callable[..., Booking], spoil: Spoil, column: str
) -> None:
    uid = booking().uid

    spoil(f"update bookings set {column} = cast(x'5bff5d' as text)")

    assert client.check() == (f"the {column} of {uid} must be JSON",)


@pytest.mark.sqlite
def test_a_check_says_of_text_that_is_no_utf_8_that_the_file_is_damaged(
    client: Client, booking: Callable[..., Booking], spoil: Spoil
) -> None:
    """Where a function of ours was given it, SQLite's error came through."""
    booking()
    spoil("update occurrences set wall_timezone = cast(x'ff' as text)")

    with pytest.raises(errors.Damaged):
        client.check()


@pytest.mark.parametrize("server", ["postgres", "postgres_15"])
@pytest.mark.parametrize("exclusion", [True, False])
def test_the_tables_of_a_new_database_are_as_the_list_says(
    request: pytest.FixtureRequest, server: str, exclusion: bool
) -> None:
    """On every server alike, and in a schema of any name."""
    url = request.getfixturevalue(server).new_schema()

    with Client(url) as client:
        client.init(exclusion=exclusion)

        assert client.check() == ()
    request.getfixturevalue(server).drop_schema(url)


def _fill(client: Client, booking: Callable[..., Booking]) -> None:
    """With bookings that are cancelled, in a series, of several hosts and confirmed."""
    client.calendar.hosts.create("bob", name="Bob")
    client.calendar.event_types.create(
        "both", hosts=["me", "bob"], scheduling_type="COLLECTIVE"
    )
    client.calendar.event_types.create("ask", requires_confirmation=True)
    client.calendar.bookings.cancel(booking().uid)
    client.calendar.bookings.confirm(booking(event_type_id="ask").uid)
    booking(recurring={"frequency": "DAILY", "count": 3})
    booking(
        event_type_id="both",
        attendee={
            "name": "Zoë Weiß",
            "email": "zoe@bücher.example",
            "phone": "+49 1 23",
        },
        guests=["bob@example.com"],
        notes="Ärger",
    )


@pytest.mark.sqlite
def test_what_sums_settle_is_not_asked_row_by_row(
    client: Client, booking: Callable[..., Booking], database: str
) -> None:
    _fill(client, booking)

    with closing(sqlite3.connect(database)) as conn:
        sums = Sums(conn)
        settled = {name for names in SUMS for name in names if sums.settle(name)}

    assert settled == {name for names in SUMS for name in names}
    assert settled <= {*CHECKS, *chain(*TOGETHER), OTHER_TEXT}


@pytest.mark.sqlite
@pytest.mark.parametrize("few", [0, 1_000], ids=["index", "rows"])
def test_ctrl_c_within_a_function_that_sqlite_calls_is_heard(
    client: Client,
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    """SQLite says but that the function failed, which was told as a bug."""
    booking()

    def strike(*_: object) -> int:
        signal.raise_signal(signal.SIGINT)
        return 0

    monkeypatch.setattr(row_sums, "_hash_row", strike)
    monkeypatch.setattr(index_check, "_FEW", few)
    usual = interrupts.listen()
    try:
        with pytest.raises(KeyboardInterrupt):
            client.check()
    finally:
        interrupts.unlisten(usual)


TABLES = (
    *("bookings", "booking_hosts", "occurrences", "claims", "attendees", "events"),
    *("day_counts", "host_loads"),
)


@pytest.mark.sqlite
@pytest.mark.parametrize("table", TABLES)
def test_sums_pass_over_nothing_that_rows_say(
    client: Client,
    booking: Callable[..., Booking],
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    """Of any one value that is another, and of any row that is not there."""
    _fill(client, booking)
    tell_somebody(client)
    client.calendar.bookings.cancel(booking().uid)
    client.close()
    of_file = "calbook.store.sqlite.consistency"
    for name in ("_schema_faults", "_page_faults"):  # which take their time
        monkeypatch.setattr(f"{of_file}.{name}", lambda *_, **__: [])
    with closing(sqlite3.connect(database)) as conn:
        for (trigger,) in conn.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            conn.execute(f"drop trigger {trigger}")
        columns = conn.execute(f"pragma table_info({table})").fetchall()
        key = ", ".join(name for _, name, *_, is_key in columns if is_key)
        place = f"where ({key}) = (select {key} from {table} limit 1 offset {{}})"
        damage = [
            f"update {table} set {name} = {value} {place.format(n)}"
            for _, name, kind, *_ in columns
            for n in (0, 2)
            for value in (name + (" + 1" if kind == "INTEGER" else " || 'x'"), "null")
        ]
        damage += [f"delete from {table} {place.format(n)}" for n in (0, 2)]
        told = 0
        for statement in damage:
            with closing(sqlite3.connect(":memory:")) as other:
                conn.backup(other)
                try:
                    other.execute(statement)
                except sqlite3.IntegrityError:
                    continue
                said = {*find_faults(other)}
                with monkeypatch.context() as patch:
                    patch.setattr(Sums, "settle", lambda *_: False)
                    patch.setattr("calbook.store.consistency.CONDITIONS", {})
                    assert said == {*find_faults(other)}, statement
                told += bool(said)

    assert told > 1

"""What `doctor` finds in real files and databases, and what it does not."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
import pytest
from support.postgres import Server
from support.stores import change, locked, opened

from calbook import Booking, Client, EventType, errors
from calbook.core.doctor.findings import KINDS
from calbook.store.sqlite.file_copies import (
    LOOKED_AT,
    TEMPORARY,
    private_directory,
    start_copy,
)

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Configure
    from support.zones import NewRules

    from calbook.settings.mail_server import MailServer

pytest_plugins = ("support.zones", "support.mailing")


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def host(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who can be booked, and no settings."""
    monkeypatch.setenv("CALBOOK_CONFIG", str(tmp_path / "config.toml"))
    client.set_up(name="Grace", email="grace@example.com", timezone="UTC")


@pytest.fixture
def set_up_mail(configure: Configure, tmp_path: Path) -> Configure:
    """As `config smtp` writes the settings: for nobody else."""

    def set_up(port: int, **fields: Any) -> MailServer:
        server = configure(port, **fields)
        (tmp_path / "config.toml").chmod(0o600)
        return server

    return set_up


def found(client: Client, *, quick: bool = True) -> dict[str, str]:
    """The messages by their codes."""
    return {f.code: f.message for f in client.diagnose(quick=quick).findings}


def test_nothing_is_wrong_where_all_is_well(
    client: Client, booking: Callable[..., Booking]
) -> None:
    booking()

    diagnosis = client.diagnose()

    assert diagnosis.findings == ()
    assert diagnosis.facts["readable"] is True


# -- the file ----------------------------------------------------------------------


def test_a_missing_file_is_named_and_not_made(path: Path) -> None:
    missing = path.with_name("other.db")
    with Client(missing) as client:
        assert found(client) == {"missing": f"there are no bookings in {missing}"}
    assert not missing.exists()


@pytest.mark.parametrize(
    ("content", "severity"),
    [
        pytest.param(b"garbage" * 1000, "not a calbook file", id="garbage"),
        pytest.param(b"SQLite format 3\0" + bytes(5000), "not a calbook", id="header"),
    ],
)
def test_what_is_no_bookings_file_is_said_with_all_other_facts(
    path: Path, content: bytes, severity: str
) -> None:
    other = path.with_name("other.db")
    other.write_bytes(content)

    with Client(other) as client:
        diagnosis = client.diagnose()

    [finding] = [f for f in diagnosis.findings if f.code == "unusable"]
    assert (finding.severity, severity in finding.message) == ("critical", True)
    assert diagnosis.facts["file"]["size"] == len(content)
    assert diagnosis.facts["readable"] is False
    assert other.read_bytes() == content


def test_a_file_of_a_newer_calbook_is_named(path: Path, client: Client) -> None:
    client.close()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma user_version = 999")

    assert "newer calbook" in found(client)["unusable"]


def test_a_file_that_was_cut_short_is_damaged_and_known_to_be(
    path: Path, client: Client
) -> None:
    client.close()
    path.write_bytes(path.read_bytes()[:-100])

    diagnosis = client.diagnose()

    assert "cut short" in {f.code: f.message for f in diagnosis.findings}["unusable"]
    assert diagnosis.facts["readable"] is True  # so a monitor gets CRITICAL


def test_a_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with Client(tmp_path) as client:
        assert "is not a file" in found(client)["unusable"]


def test_what_the_rows_say_against_each_other_is_found_unless_it_is_to_be_quick(
    client: Client, place: str, booking: Callable[..., Booking]
) -> None:
    uid = booking().uid
    with opened(place) as conn:
        conn.execute("update bookings set title = ''")

    assert found(client, quick=False) == {
        "inconsistent": f"{uid} is searched by another text than it has"
    }
    assert found(client) == {}


def test_garbage_in_a_row_ends_no_report(
    client: Client, place: str, event_type: Callable[..., EventType]
) -> None:
    event_type()
    with opened(place) as conn:
        conn.execute("update event_types set reminders = '{'")

    codes = found(client, quick=False)

    assert "the reminders of evt_demo must be JSON" in codes["inconsistent"]
    assert "is damaged" in codes["not_checked"]


def test_a_locked_file_or_database_is_said_to_be_so(
    client: Client, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = client._context.store.with_patience(0.05)
    assert quick is not None
    client._context.store = quick

    with locked(place):
        assert "locked by" in found(client)["unusable"]
        assert len(found(client, quick=False)) == 1


def test_a_file_that_others_may_read_is_named(path: Path, client: Client) -> None:
    path.chmod(0o644)

    assert "readable_by_others" in found(client)
    path.chmod(0o600)
    assert found(client) == {}


@pytest.fixture
def stranger(path: Path) -> Iterator[Callable[[], Client]]:
    """A client on a file of somebody else's, in a directory that others can enter."""
    directory = Path(tempfile.mkdtemp(prefix="calbook-"))
    with Client(directory / "bookings.db") as client:
        client.set_up(name="Grace", timezone="UTC")
        client.diagnose(quick=True)  # what is loaded later, a stranger may not read
    directory.chmod(0o755)

    def become() -> Client:
        if os.geteuid() == 0:
            os.seteuid(65_001)
        else:
            directory.chmod(0o500)
        return Client(directory / "bookings.db")

    yield become
    os.seteuid(os.getuid())
    directory.chmod(0o700)
    shutil.rmtree(directory)


def test_a_directory_in_which_no_journal_can_be_made_is_named(
    stranger: Callable[[], Client],
) -> None:
    with stranger() as client:
        codes = found(client)

    assert codes["not_writable"].startswith("cannot ")
    assert ("other_owner" in codes) == (os.getuid() == 0)


def test_a_file_that_was_left_in_wal_mode_is_named(path: Path, client: Client) -> None:
    client.close()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma journal_mode = wal")

    assert "wal_left" in found(client)
    client.calendar.event_types.create("demo")
    assert found(client) == {}


def test_a_file_in_wal_mode_that_is_in_use_is_judged_by_sqlites_version(
    path: Path, client: Client
) -> None:
    client.close()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma journal_mode = wal")
        conn.execute("update hosts set name = 'Grace'")
        codes = found(client)

    assert "wal_left" not in codes
    assert ("sqlite_fault" in codes) == (sqlite3.sqlite_version_info < (3, 51, 3))


def test_a_journal_that_a_killed_program_left_is_named_and_taken_back(
    path: Path, client: Client
) -> None:
    client.close()
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        " c.execute('pragma cache_size = 1'); c.execute('begin immediate');"
        " c.execute('create table x as with n(i) as (select 1 union all select i + 1"
        " from n limit 5000) select i, zeroblob(200) as b from n'); os._exit(1)"
    )
    os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", script, str(path)])
    journal = Path(f"{path}-journal")
    os.utime(journal, (0, 0))

    assert "journal_left" in found(client)
    assert not journal.exists()
    assert found(client) == {}


def test_copies_that_were_kept_are_facts_and_no_findings(
    path: Path, client: Client, tmp_path: Path
) -> None:
    client.backup(tmp_path / "copy.db")
    kept = client.restore(tmp_path / "copy.db")

    diagnosis = client.diagnose(quick=True)

    assert [c["path"] for c in diagnosis.facts["file"]["copies"]] == [kept]
    assert diagnosis.findings == ()


def test_copies_that_a_killed_program_left_are_named_with_what_removes_them(
    path: Path, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was booked was in them for ever, and nobody was told."""
    elsewhere = tmp_path / "it's temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    of_backup = Path(start_copy(str(tmp_path / "copy.db"), share=lambda _: None))
    of_restore = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=path.parent))
    of_check = Path(tempfile.mkdtemp(prefix=LOOKED_AT))
    of_older = path.with_name(f"{path.name}.before-7.k3_f0abc")
    left = sorted(map(str, (of_backup, of_restore, of_check, of_older)))
    of_older.touch()
    (of_restore / "new.db").touch()
    for each in (of_backup, of_check, of_older, of_restore, of_restore / "new.db"):
        os.utime(each, (0, 0))
    Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=path.parent)).joinpath("x").touch()
    path.with_name(f"{path.name}.before-7").touch()

    with private_directory(LOOKED_AT) as in_use:  # of a long export into a pipe
        os.utime(in_use, (0, 0))
        [finding] = client.diagnose(quick=True).findings
    (of_restore / "new.db").touch()  # somebody is at work on it
    [fewer] = client.diagnose(quick=True).findings
    subprocess.run(fewer.hint, shell=True, check=True)

    assert (finding.code, finding.details["paths"]) == ("copies_left", left)
    assert fewer.details["paths"] == [each for each in left if each != str(of_restore)]
    assert found(client) == {}
    assert of_restore.exists()


def test_a_clock_that_is_behind_the_newest_event_is_named(
    client: Client, clock: Clock, booking: Callable[..., Booking]
) -> None:
    booking()
    clock.move(hours=-1)

    assert found(client)["clock_behind"] == (
        "the newest event is dated 60 min ahead of this clock"
    )


def test_a_clock_that_is_given_is_a_fact_and_not_blamed(
    client: Client,
    clock: Clock,
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a replay the computer's clock was called wrong."""
    booking()
    monkeypatch.setenv("CALBOOK_NOW", "2027-01-04T08:00Z")
    with Client(client.path) as replaying:
        diagnosis = replaying.diagnose(quick=True)

    assert diagnosis.findings == ()
    assert diagnosis.facts["variables"]["CALBOOK_NOW"] == "2027-01-04T08:00Z"


# -- a database --------------------------------------------------------------------


@pytest.fixture
def server_url(postgres: Server) -> Iterator[str]:
    url = postgres.new_schema()
    with Client(url) as client:
        client.init()
        client.set_up(email="grace@example.com", timezone="UTC")
    yield url
    postgres.drop_schema(url)


@pytest.mark.sqlite
def test_a_server_is_described_without_its_password(server_url: str) -> None:
    with Client(server_url.replace("owner@", "owner:geheim@")) as client:
        diagnosis = client.diagnose()

    assert diagnosis.findings == ()
    server = diagnosis.facts["server"]
    assert (server["role"], server["exclusion"], server["local"]) == (
        "owner",
        True,
        True,
    )
    assert "geheim" not in json.dumps(diagnosis.to_dict())


@pytest.mark.sqlite
def test_rights_that_a_role_lacks_are_named(postgres: Server, server_url: str) -> None:
    schema = server_url.rpartition("=")[2]
    with suppress(psycopg2.errors.DuplicateObject):
        postgres.run("create role looking login")
    postgres.run(f"grant usage on schema {schema} to looking", "calbook")
    for what in ("tables", "sequences"):
        postgres.run(
            f"grant select on all {what} in schema {schema} to looking", "calbook"
        )

    with Client(server_url.replace("owner@", "looking@")) as client:
        message = found(client)["missing_rights"]

    assert message.startswith("the role looking lacks rights: insert on ")
    assert "more" in message
    with Client(server_url) as client:
        granted = client.grants().replace("staff", "looking")
    postgres.run(granted, "calbook")
    with Client(server_url.replace("owner@", "looking@")) as client:
        assert found(client, quick=False) == {}


@pytest.mark.sqlite
def test_people_whom_the_role_of_every_day_may_not_erase_are_told_of(
    postgres: Server, server_url: str, clock: Clock
) -> None:
    """Retention was on, and nobody was ever erased nor heard of it."""
    with suppress(psycopg2.errors.DuplicateObject):
        postgres.run("create role looking login")
    with Client(server_url, clock=clock) as client:
        postgres.run(client.grants().replace("staff", "looking"), "calbook")
        as_owner = {"off": found(client)}
        client.calendar.retention.set("1y")
        as_owner["on"] = found(client)
    with Client(server_url.replace("owner@", "looking@"), clock=clock) as client:
        client.tick()
        message = found(client)["cannot_erase"]
    with Client(server_url, clock=clock) as client:
        client.tick()
    with Client(server_url.replace("owner@", "looking@"), clock=clock) as client:
        assert found(client) == {}
        clock.move(days=3)
        assert "cannot_erase" in found(client)
    assert as_owner == {"off": {}, "on": {}}
    assert message.endswith("tick who may erase people: the role looking may not")


@pytest.mark.sqlite
def test_a_server_that_is_not_there_is_critical() -> None:
    with Client("postgresql://grace:geheim@127.0.0.1:1/none") as client:
        diagnosis = client.diagnose()

    [finding] = diagnosis.findings
    assert (finding.code, finding.severity) == ("unusable", "critical")
    assert "geheim" not in json.dumps(diagnosis.to_dict())


@pytest.mark.sqlite
def test_a_database_without_tables_is_to_be_made(postgres: Server) -> None:
    with Client(postgres.new_schema()) as client:
        [finding] = client.diagnose().findings

    assert "there is no calbook in" in finding.message
    assert finding.hint == "calbook db init makes the tables"


# -- time zones --------------------------------------------------------------------


def test_dates_that_moved_are_listed_with_what_would_overlap(
    client: Client,
    clock: Clock,
    event_type: Callable[..., EventType],
    new_rules: NewRules,
) -> None:
    event_type(duration=60)
    client.calendar.schedules.update("always", timezone="Africa/Lagos")
    book = client.calendar.bookings.create
    ada = {"name": "Ada", "email": "ada@example.com"}
    for day in range(10, 17):
        start = f"2027-01-{day} 10:00"
        book(event_type_id="demo", start_time=start, attendee=ada)
    fixed = book(event_type_id="demo", start_time="2027-01-10T10:00Z", attendee=ada).uid
    new_rules("Africa/Lagos", "Etc/UTC")

    diagnosis = client.diagnose(quick=True)

    moved, overlapping = diagnosis.findings
    assert moved.code == "time_moved"
    assert "7 dates are" in moved.message
    assert "at 09:00 instead of 10:00, 60 min earlier" in moved.message
    assert moved.message.endswith("and 2 more")
    assert (moved.details["count"], len(moved.details["dates"])) == (7, 5)
    assert overlapping.code == "cannot_move_back"
    assert fixed in overlapping.message
    assert "ada@" not in json.dumps(diagnosis.to_dict()).lower()


def test_dates_at_their_wall_time_are_no_finding(
    client: Client, booking: Callable[..., Booking], new_rules: NewRules
) -> None:
    booking()
    new_rules("Africa/Lagos", "Etc/UTC")

    assert found(client) == {}


# -- sending -----------------------------------------------------------------------


@pytest.fixture
def webhook(client: Client) -> str:
    made = client.calendar.webhooks.create("https://example.com/geheimes-stueck")
    return made.id


def test_what_is_due_for_long_needs_somebody_who_delivers(
    client: Client, clock: Clock, webhook: str, booking: Callable[..., Booking]
) -> None:
    booking()
    clock.move(minutes=10)
    assert found(client) == {}
    clock.move(minutes=10)

    [late] = client.diagnose(quick=True).findings
    clock.move(days=2)
    [later] = client.diagnose(quick=True).findings

    assert late.message == (
        "1 delivery is due, the oldest for 20 min: nothing runs `calbook deliver`"
    )
    assert (late.severity, later.severity) == ("warning", "critical")
    assert "geheim" not in json.dumps(client.diagnose().to_dict())


def test_what_failed_lately_is_counted_and_then_forgotten(
    client: Client, clock: Clock, webhook: str, booking: Callable[..., Booking]
) -> None:
    booking()
    at = int(clock.now.timestamp())
    change(client, "update deliveries set status = 'failed', finished_at = :at", at=at)

    assert found(client)["deliveries_failed"] == (
        "1 delivery has failed for good in the last 7 days (webhook)"
    )
    clock.move(days=8)
    assert "deliveries_failed" not in found(client)


def test_what_is_tried_for_over_a_day_is_counted(
    client: Client, clock: Clock, webhook: str, booking: Callable[..., Booking]
) -> None:
    booking()
    clock.move(days=2)
    due = int((clock.now + timedelta(hours=1)).timestamp())
    change(client, "update deliveries set attempts = 5, due_at = :due", due=due)

    assert list(found(client)) == ["retried_for_long"]


def test_a_webhook_that_its_receiver_switched_off_is_named(
    client: Client, webhook: str
) -> None:
    client.calendar.webhooks.update(webhook, active=False)
    assert found(client) == {}
    change(client, "update webhooks set disabled_reason = '410 Gone'")

    assert webhook in found(client)["webhook_disabled"]


def test_plain_http_that_was_not_allowed_is_named(client: Client, webhook: str) -> None:
    change(client, "update webhooks set url = 'http://example.com/geheim'")

    message = found(client)["webhook_plain_http"]

    assert webhook in message
    assert "geheim" not in message
    client.calendar.webhooks.update(webhook, allow_http=True)
    assert found(client) == {}


def test_who_is_told_by_mail_needs_a_server_and_a_host_with_an_address(
    client: Client, event_type: Callable[..., EventType], set_up_mail: Configure
) -> None:
    event_type(reminders=[{"minutes_before": 60, "to": "attendee"}])
    client.calendar.hosts.update("me", email=None)

    assert list(found(client)) == ["mail_not_configured", "host_without_email"]

    set_up_mail(25)
    client.calendar.hosts.update("me", email="grace@example.com")
    assert found(client) == {}


def test_attendees_whom_no_reminder_reaches_are_counted(
    client: Client,
    event_type: Callable[..., EventType],
    booking: Callable[..., Booking],
    set_up_mail: Configure,
) -> None:
    set_up_mail(25)
    event_type(contact="any", reminders=[{"minutes_before": 60, "to": "attendee"}])
    uids = [
        booking(attendee={"name": "Eve", "phone": f"+3519123456{n}"}).uid
        for n in range(10, 17)
    ]
    booking()

    finding = {f.code: f for f in client.diagnose(quick=True).findings}["no_address"]

    assert finding.message.endswith("and 2 more: somebody has no e-mail")
    assert (finding.details["uids"], finding.details["count"]) == (uids[:5], 7)


def test_settings_that_cannot_be_read_are_named(client: Client, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("smtp = [")

    assert "cannot read" in found(client)["mail_settings"]
    (tmp_path / "config.toml").write_text('[defaults]\nzone = "Mars"\n')
    assert "config.toml:2: no such time zone" in found(client)["mail_settings"]


def test_a_password_that_cannot_be_had_is_named_and_no_command_is_run(
    client: Client, set_up_mail: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in = {"user": "grace", "security": "tls"}
    set_up_mail(465, **log_in, password_env="CALBOOK_TEST_PASSWORD")
    assert "CALBOOK_TEST_PASSWORD" in found(client)["password_missing"]
    monkeypatch.setenv("CALBOOK_TEST_PASSWORD", "geheim")
    assert found(client) == {}

    set_up_mail(465, **log_in, password_command="no-such-program geheim")
    message = found(client)["password_missing"]
    set_up_mail(465, **log_in, password_command="false")

    assert "geheim" not in message
    assert found(client) == {}


def test_settings_that_everybody_may_read_are_named(
    client: Client, set_up_mail: Configure, tmp_path: Path
) -> None:
    set_up_mail(25)
    (tmp_path / "config.toml").chmod(0o644)
    assert "config_readable" in found(client)
    (tmp_path / "config.toml").chmod(0o640)

    assert found(client) == {}


# -- calendars ---------------------------------------------------------------------


def test_a_calendar_that_was_not_read_for_a_day_is_named(
    client: Client, clock: Clock, tmp_path: Path
) -> None:
    directory = tmp_path / "vdir"
    directory.mkdir()
    client.calendar.connections.add("work", str(directory), busy=True)
    clock.move(hours=20)
    assert found(client) == {}
    clock.move(hours=10)

    assert found(client)["calendar_not_read"] == "calendar work was last read 30 h ago"
    client.calendar.busy.refresh()
    assert found(client) == {}

    directory.rmdir()
    client.calendar.busy.refresh(refused=lambda error: None)
    assert "(" in found(client)["calendar_not_read"]


def test_a_calendar_whose_password_cannot_be_had_is_named(
    client: Client, tmp_path: Path
) -> None:
    client.calendar.connections.add("work", str(tmp_path), busy=True)
    change(client, "update calendars set password_env = 'CALBOOK_NO_PASSWORD'")

    assert "CALBOOK_NO_PASSWORD" in found(client)["calendar_password"]


# -- the catalog -------------------------------------------------------------------


def test_a_schedule_without_hours_is_named_if_somebody_uses_it(
    client: Client,
) -> None:
    client.calendar.schedules.create("empty", timezone="UTC", availability=[])
    assert found(client) == {}
    client.calendar.event_types.create("demo", schedule_id="empty")

    codes = found(client, quick=False)

    assert codes["no_hours"] == "no open hours, and yet in use: sched_empty"
    assert "evt_demo (" in codes["not_bookable"]
    client.calendar.schedules.override(
        "empty",
        date="2027-02-01",
        availability=[{"startTime": "10:00", "endTime": "12:00"}],
    )
    assert found(client, quick=False) == {}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"last_date": "2026-12-31"}, "2026-12-31", id="over"),
        pytest.param({"first_date": "2027-12-31"}, "2027-12-31", id="not yet"),
        pytest.param({"minimum_notice": 60 * 24 * 60}, "earliest", id="notice"),
        pytest.param({"duration": 1440}, "", id="too long"),
    ],
)
def test_what_nobody_can_book_says_why(
    client: Client, fields: dict[str, Any], why: str
) -> None:
    client.calendar.event_types.create("demo", **fields)

    message = found(client, quick=False)["not_bookable"]

    assert message.startswith("nobody can book evt_demo (")
    assert why in message
    client.calendar.event_types.update("demo", active=False)
    assert found(client) == {}


def test_a_host_who_has_retired_leaves_nothing_to_book(client: Client) -> None:
    client.calendar.event_types.create("demo")
    client.calendar.hosts.retire("me")

    assert "not_bookable" in found(client, quick=False)
    assert "not_bookable" not in found(client)


def test_an_event_type_without_a_host_is_named(client: Client) -> None:
    client.calendar.event_types.create("demo")
    change(client, "delete from event_type_hosts")

    assert found(client)["no_hosts"] == "no host, and yet to be booked: evt_demo"


# -- the program -------------------------------------------------------------------


def test_an_environment_in_which_urllib3_was_replaced_is_named(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As urllib3-future does, which is installed over the files of urllib3."""
    info = tmp_path / "site" / "urllib3_future-2.13.909.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: urllib3-future\nVersion: 2.13.909\n"
    )
    (info / "RECORD").write_text("urllib3/__init__.py,,\n")
    monkeypatch.syspath_prepend(str(info.parent))

    assert "by urllib3-future" in found(client)["urllib3_replaced"]


def test_facts_have_versions_and_paths_and_nothing_that_is_secret(
    client: Client,
    set_up_mail: Configure,
    webhook: str,
    booking: Callable[..., Booking],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALBOOK_ACTOR", "ada-lovelace")
    set_up_mail(465, security="tls", user="geheim", password_env="CALBOOK_PW")
    monkeypatch.setenv("CALBOOK_PW", "geheim")
    booking(notes="geheim", attendee={"name": "Geheim", "email": "geheim@example.org"})

    diagnosis = client.diagnose()
    facts, said = diagnosis.facts, json.dumps(diagnosis.to_dict())

    assert facts["versions"]["libraries"]["icalendar"]
    assert facts["path"] == client.path
    assert "geheim" not in said.lower()
    assert "lovelace" not in said
    assert "example.org" not in said


def test_every_finding_there_can_be_is_in_the_manual() -> None:
    page = Path(errors.__file__).parents[1] / "manual" / "trouble.md"
    text = page.read_text(encoding="utf-8")

    assert [code for code in KINDS if f"`{code}`" not in text] == []

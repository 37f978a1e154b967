"""Completion: the table of commands, shells that complete, a file left alone."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import MONDAY
from support import answering
from support.receiving import no_hanging
from support.running import PATIENCE
from support.stores import opened

import calbook
from calbook.cli import tree
from calbook.cli.answers import ANSWERS
from calbook.cli.commands import help as manual
from calbook.cli.shell import command_table, complete
from calbook.cli.shell.scripts import SCRIPTS
from calbook.core.model import Status
from calbook.core.rules import booking_rules
from calbook.core.time import parsing
from calbook.store.sqlite import file_access
from calbook.store.sqlite.file_access import APPLICATION_ID, SCHEMA_VERSION

pytest_plugins = ("support.running",)

ROOT = Path(__file__).parents[2]
FILES = {
    "bash": "calbook.bash",
    "zsh": "_calbook",
    "fish": "calbook.fish",
    "powershell": "calbook.ps1",
}
EVIL = "$(touch pwned)"
NEXT = MONDAY + timedelta(days=16)
HINT = f"{NEXT:%a %Y-%m-%d %H:%M} Europe/Lisbon demo"
SHELLS = [
    pytest.param(
        shell,
        marks=pytest.mark.skipif(not shutil.which(shell), reason=f"no {shell} here"),
    )
    for shell in ("bash", "zsh", "fish")
]
Complete = Callable[..., list[str]]


# -- the scripts and the table that they go by


@pytest.mark.parametrize("shell", FILES)
def test_the_script_in_the_repository_is_the_one_that_is_printed(
    shell: str, run: Any
) -> None:
    file = ROOT / "completions" / FILES[shell]

    printed = run("completion", shell).out

    assert file.read_text(encoding="utf-8") == printed, (
        f"run: calbook completion {shell} > completions/{FILES[shell]}"
    )


TABLE = ROOT / "calbook" / "cli" / "shell" / "commands.txt"


def test_the_table_is_that_of_the_commands() -> None:
    assert TABLE.read_text() == command_table.table(), (
        f"run: python -m calbook.cli.shell.command_table > {TABLE.relative_to(ROOT)}"
    )


def rows(place: str) -> dict[str, tuple[str, str]]:
    return complete._rows(TABLE.read_bytes(), place)


def names(command: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every word and option of the tree with the command that it follows."""
    for param in command.params:
        if param.param_type_name == "option":
            yield from ((place, o) for o in (*param.opts, *param.secondary_opts))
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            above, _, word = f"{place} {name}".rpartition(" ")
            yield above, word
            yield from names(command.get_command(None, name), f"{place} {name}")


def test_every_command_and_option_is_in_the_table() -> None:
    wanted = set(names(tree.LazyGroup("calbook", tree.COMMANDS, ""), "calbook"))

    assert len(wanted) > 200
    assert [(place, name) for place, name in wanted if name not in rows(place)] == []


@pytest.mark.parametrize(
    ("place", "key", "offered"),
    [
        ("show", "<1>", "@uids"),
        ("cancel", "<*>", "@uids"),
        ("list", "--after", "@uids"),
        ("list", "--tz", "@zones"),
        ("create", "--attendee-tz", "@zones"),
        ("create", "--event", "@events"),
        ("create", "--host", "@hosts"),
        ("create", "--name", "@names"),
        ("create", "--email", "@emails"),
        ("create", "--person", "@people"),
        ("list", "--email", "@emails"),
        ("host update", "--email", "?"),
        ("person show", "<1>", "@people"),
        ("person merge", "<2>", "@people"),
        ("create", "--input", "file"),
        ("create", "--by", "attendee|host|"),
        ("create", "--notify", "-"),
        ("create", "--repeat", "daily|weekly|monthly|yearly|"),
        ("create", "--on-conflict", "refuse|skip|"),
        ("create", "--start", "?"),
        ("slots", "--event", "@events"),
        ("slots", "--host", "@hosts"),
        ("slots", "--exclude", "@uids"),
        ("slots", "--repeat", "daily|weekly|monthly|yearly|"),
        ("slots", "--explain", "-"),
        ("explain", "--event", "@events"),
        ("explain", "--host", "@hosts"),
        ("explain", "--exclude", "@uids"),
        ("explain", "--start", "?"),
        ("event add", "<1>", "?"),
        ("event show", "<1>", "@events"),
        ("event update", "--host", "@hosts"),
        ("event update", "--no-notify", "-"),
        ("event add", "--schedule", "@schedules"),
        ("host add", "--tz", "@zones"),
        ("host remove", "<1>", "@hosts"),
        ("schedule override", "<1>", "@schedules"),
        ("busy import", "<1>", "file"),
        ("busy remove", "<1>", "@busy"),
        ("busy refresh", "<1>", "@calendars"),
        ("ics", "-o", "file"),
        ("ics", "--output", "file"),
        ("ics", "--method", "publish|request|cancel|none|"),
        ("db backup", "<1>", "file"),
        ("db restore", "<1>", "@databases"),
        ("completion", "<1>", "bash|zsh|fish|powershell|"),
    ],
)
def test_what_is_offered(place: str, key: str, offered: str) -> None:
    assert rows(f"calbook {place}")[key][0] == offered


def test_choices_are_those_of_the_core(client: calbook.Client) -> None:
    with pytest.raises(calbook.errors.BadInput) as refused:
        client.calendar.event_types.create("x", round_robin={"algorithm": "x"})

    def words(*choices: str) -> str:
        return "".join(f"{word.lower().replace('_', '-')}|" for word in choices)

    rules = words(*refused.value.details["choices"])
    assert rows("calbook list")["--status"][0] == words(*Status)
    assert rows("calbook event add")["--assignment"][0] == rules
    assert rows("calbook create")["--override"][0] == ",".join(
        booking_rules.RULE_OVERRIDES
    )


@pytest.mark.parametrize("text", [TABLE.read_text(), SCRIPTS["powershell"]])
def test_what_windows_reads_is_ascii(text: str) -> None:
    """It takes a script without a mark, and what programs say, for an old code page."""
    assert text.isascii()


def test_an_unknown_shell_is_refused(run: Any) -> None:
    answer = run("completion", "tcsh")

    assert answer.status == 2
    assert "bash, zsh, fish, powershell" in answer.err


# -- what `--fields` offers

# What prints each kind of object that a command lists; UID is a booking's.
_WITH_DATES = ("", " --occurrences")
LISTINGS = {
    "list": ["list", "list --occurrences"],
    "show": ["show UID"],
    "occurrences": ["occurrences UID"],
    "history": ["history UID"],
    "agenda": ["agenda --from 2027-01-18"],
    "week": ["week --of 2027-01-18"],
    "day": ["day --on 2027-01-18"],
    "month": ["month --of 2027-01"],
    "today": ["today"],
    "tomorrow": ["tomorrow"],
    "next": ["next"],
    "attendee list": ["attendee list UID"],
    "note list": ["note list UID"],
    "person list": ["person list"],
    "person show": [f"person show a@b.example{more}" for more in _WITH_DATES],
    "waiting list": ["waiting list"],
    "counter list": ["counter list"],
    "reply": ["reply ANSWER"],
    "waiting show": ["waiting show WAITING"],
    "slots": ["slots --event demo", "slots --event demo --on 2027-01-18 --explain"],
    "explain": ["explain --event demo --start 2027-01-18T11:00"],
    "stats": ["stats", "stats --by host"],
    "busy list": ["busy list", "busy list --times"],
    "ics publish": ["ics publish --list"],
    "calendar list": ["calendar list"],
    "calendar show": ["calendar show work"],
    "calendar sync": ["calendar sync --yes"],
    "calendar log": ["calendar log"],
    "event list": ["event list"],
    "event show": ["event show demo"],
    "host list": ["host list"],
    "host show": ["host show me"],
    "resource list": ["resource list"],
    "resource show": ["resource show room1"],
    "schedule list": ["schedule list"],
    "schedule show": ["schedule show work"],
    "webhook list": ["webhook list"],
    "webhook show": ["webhook show WEBHOOK"],
    "webhook log": ["webhook log"],
    "mail log": ["mail log"],
    "deliver": ["deliver"],
    "tick": ["tick"],
}
SETUP = """init --name Me --email me@example.com --tz UTC
config smtp --server 127.0.0.1 --port 9 --sender me@example.com --security none
webhook add http://127.0.0.1:9/ --allow-http
event add demo
resource add room1
busy add --from 2027-01-06 --to 2027-01-06
create --event demo --start 2027-01-18T10:00 --name A --email a@b.example --notify
create --event demo --start 2027-01-18T10:00 --name B --email b@b.example --wait"""


@pytest.fixture
def listed(
    run: Any, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Any]:
    """The JSON of a command, in a file that has something of everything."""
    monkeypatch.setenv("CALBOOK_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("CALBOOK_DELIVER", "off")
    for line in SETUP.splitlines():
        assert run(*line.split()).status == 0
    uid = run("list", "--json").json[0]["uid"]
    webhook = run("webhook", "list", "--json").json[0]["id"]
    waiting = run("waiting", "list", "--json").json[0]["id"]
    run("note", "add", uid, "Hello")
    answer = tmp_path / "answer.ics"
    more = "DTSTART:20270119T100000Z"
    said = answering.calendar(uid, method="COUNTER", who="a@b.example", more=more)
    answer.write_text(said)
    run("reply", answer)
    (tmp_path / "work").mkdir()
    run("calendar", "add", "work", "--url", tmp_path / "work", "--push")
    (tmp_path / "work" / "bk_another12345.ics").write_text("BEGIN:VCALENDAR\n")
    run("ics", "publish", str(tmp_path / "feeds"))

    def listed(line: str) -> Any:
        clock.move(days={"tick": 30, "today": 14, "tomorrow": 13}.get(line, 0))
        names = {"UID": uid, "WEBHOOK": webhook, "WAITING": waiting}
        names["ANSWER"] = str(answer)
        words = [names.get(word, word) for word in line.split()]
        return json.loads(run(*words, "--json").out)

    return listed


@pytest.mark.parametrize("command", LISTINGS)
def test_the_fields_offered_are_the_keys_of_what_is_listed(
    command: str, listed: Callable[[str], Any]
) -> None:
    answers = [listed(line) for line in LISTINGS[command]]

    items = [a[0] if isinstance(a, list) else a for a in answers]
    if command == "explain":
        items += items[0]["rules"]
    offered = rows(f"calbook {command}")["--fields"][0].split(",")
    assert set(offered) == {key for item in items for key in item}


def test_all_that_is_listed_has_its_fields_offered() -> None:
    places = (block.split("\n")[0] for block in TABLE.read_text().split("\n\n"))

    with_fields = {place for place in places if place and "--fields" in rows(place)}

    listings = {f"calbook {command}" for command in LISTINGS}
    changes = with_fields - listings
    assert listings <= with_fields
    assert {place.removeprefix("calbook ") for place in changes} <= ANSWERS.keys()
    assert all("," in rows(place)["--fields"][0] for place in changes)


# -- what `__complete` answers


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def uids(
    booking: Callable[..., Any], client: Any, path: Path, monkeypatch: Any
) -> list[str]:
    """Two bookings to come and two in the past, as they are to be offered."""
    client.calendar.hosts.update("me", timezone="Europe/Lisbon")
    client.calendar.event_types.create("idle", title=EVIL, active=False)
    starts = [NEXT + timedelta(days=day) for day in (1, -1, -4, 0)]
    later, past, long_past, next_ = (
        booking(start_time=start, attendee={"name": EVIL, "email": "x@example.com"}).uid
        for start in starts
    )
    monkeypatch.setenv("CALBOOK_DB", str(path))
    monkeypatch.setenv("CALBOOK_NOW", f"{NEXT:%Y-%m-%dT%H:%M:%SZ}")
    client.close()
    return [next_, later, past, long_past]


@pytest.fixture
def offered(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Complete]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")  # the computer's, which is never shown

    def offer(*args: str) -> list[str]:
        assert complete.complete(args) == 0
        out, err = capfd.readouterr()
        assert err == ""
        return out.splitlines()

    yield offer
    monkeypatch.undo()
    time.tzset()


def test_uids_come_with_a_hint_the_next_first_then_the_latest(
    offered: Complete, uids: list[str]
) -> None:
    lines = offered("uids")

    assert [line.split("\t")[0] for line in lines] == uids
    assert lines[0] == f"{uids[0]}\t{HINT}"


def test_the_hint_is_in_the_zone_of_the_first_host_and_says_so(
    offered: Complete, uids: list[str], place: str
) -> None:
    with calbook.Client(place) as client:
        client.calendar.hosts.create("new", timezone="Asia/Tokyo")
        client.calendar.hosts.update("me", timezone="America/New_York")

    line = offered("uids")[0]

    assert line == f"{uids[0]}\tWed 2027-01-20 04:00 America/New_York demo"


def test_people_are_offered_from_the_book_but_nothing_that_a_shell_runs(
    offered: Complete, booking: Callable[..., Any], client: Any, path: Path
) -> None:
    people = [
        {"name": "Ada Lovelace", "email": "ada+x@example.com"},
        {"name": "Zoë-Ann", "email": "Zoe@bücher.example", "phone": "12345"},
        {"name": "-rf", "email": "o'brien@example.com"},
        {"name": "$(touch pwned)", "email": "a`b`@example.com"},
        {"name": "a|c", "ref": "ada@1"},
    ]
    for hour, who in enumerate(people, 10):
        booking(start_time=f"2027-01-18 {hour}:00", attendee=who)
    client.close()
    db = f"--db={path}"

    assert offered("names", db) == ["Ada Lovelace", "Zoë-Ann"]
    assert offered("names", db, "zo") == ["Zoë-Ann"]
    addresses = ["ada+x@example.com", "zoe@xn--bcher-kva.example"]
    assert offered("emails", db) == addresses
    assert offered("emails", db, "ada") == addresses[:1]
    assert offered("people", db, "ada") == ["Ada Lovelace", *addresses[:1]]
    shown = offered("--word=", "create", f"--db={path}", "--person")
    assert shown[0].startswith("paths\t")
    assert shown[1:] == ["Ada Lovelace", "Zoë-Ann", *addresses]


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Mars/Olympus", "$(touch pwned)"])
def test_the_hint_is_in_utc_where_there_is_no_such_zone(
    offered: Complete, uids: list[str], place: str, zone: str
) -> None:
    with opened(place) as conn:
        conn.execute("update hosts set timezone = ?", (zone,))

    assert offered("uids")[0] == f"{uids[0]}\tWed 2027-01-20 09:00 UTC demo"


@pytest.mark.parametrize("length", [3, 5, 15])
def test_a_uid_begun_is_finished(
    offered: Complete, uids: list[str], length: int
) -> None:
    begun = uids[1][:length]

    found = [line.split("\t")[0] for line in offered("uids", begun)]

    assert found == [uid for uid in uids if uid.startswith(begun)]


def test_a_uid_begun_without_its_prefix_is_finished_without(
    offered: Complete, uids: list[str]
) -> None:
    bare = uids[1].removeprefix("bk_")

    found = offered("uids", bare[:6])

    assert [line.split("\t")[0] for line in found] == [bare]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["events"], ["demo", "idle"]),
        (["events", "d"], ["demo"]),
        (["events", "ev"], ["evt_demo", "evt_idle"]),
        (["events", "evt_i"], ["evt_idle"]),
        (["hosts"], ["me"]),
        (["hosts", "user_"], ["user_me"]),
        (["schedules"], ["always", "work"]),
        (["schedules", "x"], []),
        (["notes"], []),
        ([], []),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("uids")
def test_ids(offered: Complete, args: list[str], expected: list[str]) -> None:
    assert offered(*args) == expected


def test_zones_are_those_that_are_taken(offered: Complete) -> None:
    found = offered("zones")

    assert len(found) > 400
    assert [zone for zone in found if not parsing.is_timezone(zone)] == []
    assert offered("zones", "europe/lis") == ["Europe/Lisbon"]
    assert offered("zones", "Mars") == []


CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:20270118T093000Z
DTEND:20270118T094500Z
SUMMARY:Secret
END:VEVENT
END:VCALENDAR
"""


def test_calendars_are_offered_and_own_busy_time_with_its_start(
    offered: Complete, uids: list[str], place: str, tmp_path: Path
) -> None:
    """Only what was read from a file can be read again."""
    file = tmp_path / "work.ics"
    file.write_text(CALENDAR)
    with calbook.Client(place) as client:
        busy = client.calendar.busy
        busy.import_ics(CALENDAR.encode(), name="team-2")
        busy.import_ics(str(file), name="work")
        busy.import_ics(str(file), name="-x")
        old, new = (
            busy.add(
                start_time=f"{day}T10:00Z", end_time=f"{day}T11:00Z", reason="Secret"
            ).name
            for day in ("2027-01-05", "2027-02-01")
        )

    assert offered("busy") == [
        "team-2\tme",
        "work\tme",
        f"{new}\tMon 2027-02-01 10:00 Europe/Lisbon me",
        f"{old}\tTue 2027-01-05 10:00 Europe/Lisbon me",
    ]
    assert offered("busy", "wo") == ["work\tme"]
    assert offered("calendars") == ["work\tme"]


def test_only_bookings_files_and_directories_are_offered_to_restore(
    offered: Complete, uids: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = path.with_name("here")
    (here / "sub dir").mkdir(parents=True)
    (here / "saved").write_text("no bookings")
    foreign(here / "saved.db")
    for name in ("friday $(touch pwned)", "sub dir/copy", ".hidden"):
        shutil.copy(path, here / name)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(here.parent))

    assert offered("databases") == ["friday $(touch pwned)", "sub dir/"]
    assert offered("databases", "s") == ["sub dir/"]
    assert offered("databases", "./f") == ["./friday $(touch pwned)"]
    assert offered("databases", "sub dir/") == ["sub dir/copy"]
    assert offered("databases", ".h") == [".hidden"]
    assert offered("databases", "~/here/f") == ["~/here/friday $(touch pwned)"]
    assert offered("databases", f"{here}/fr") == [f"{here}/friday $(touch pwned)"]
    assert offered("databases", "nowhere/") == []


# -- a command line

LINES = [
    ("calbook ev", ["event"]),
    ("calbook event sh", ["show"]),
    ("calbook create --ev", ["--event", "--every"]),
    ("calbook create --even", ["--event"]),
    ("calbook create --repeat w", ["weekly"]),
    ("calbook create --on-conflict ", ["refuse", "skip"]),
    ("calbook attendee a", ["add"]),
    ("calbook create --event d", ["demo"]),
    ("calbook create --json --event d", ["demo"]),
    ("calbook event show --json i", ["idle"]),
    ("calbook host show m", ["me"]),
    ("calbook cancel --by h", ["host"]),
    ("calbook list --status no", ["no-show"]),
    ("calbook list --tz Europe/Lis", ["Europe/Lisbon"]),
    ("calbook create --override hours,no", ["hours,notice"]),
    ("calbook list --fields uid,hostId", ["uid,hostId", "uid,hostIds"]),
    ("calbook note list x --fields cont", ["content"]),
    ("calbook completion po", ["powershell"]),
    ("calbook help se", ["setup", "settings", "series"]),
    ("calbook help event r", ["remove"]),
    ("calbook help setup ", []),
    ("calbook list --db nowhere --event d", []),
    ("calbook list --db=nowhere --event d", []),
    ("calbook event add d", []),
    ("calbook show x bk", []),
    ("calbook nonsense cr", []),
]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *LINES,
        ("calbook list --fields uid,hostId,uid,host", ["uid,hostId,uid,hostIds"]),
        ("calbook create --event=d", ["demo"]),
        ("calbook show -- id", []),
        ("calbook event show -- id", ["idle"]),
        ("calbook create --input ", []),
        ("calbook create --start ", []),
        ("calbook --color n", ["never"]),
        ("calbook show la", ["last"]),
        ("calbook list --after nex", ["next"]),
        ("calbook --color never --ascii event sh", ["show"]),
        ("calbook event show --color=al", ["always"]),
    ],
)
@pytest.mark.usefixtures("uids")
def test_a_line_is_completed(offered: Complete, line: str, expected: list[str]) -> None:
    *before, word = line.split(" ")[1:]

    _, *found = offered(f"--word={word}", *before)

    assert [candidate.split("\t")[0] for candidate in found] == expected


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("calbook ", "words\tcommand or option\t"),
        (
            "calbook create --event=",
            "words\tThe event type: evt_demo or demo.\t--event=",
        ),
        ("calbook list --db ", "files\tThe bookings file or URL [CALBOOK_DB].\t"),
        ("calbook db restore x", "paths\tFILE\t"),
        (
            "calbook list --fields=",
            "list\tOnly these JSON keys.\t--fields=",
        ),
    ],
)
@pytest.mark.usefixtures("uids")
def test_the_shell_is_told_how_to_take_it(
    offered: Complete, line: str, first: str
) -> None:
    *before, word = line.split(" ")[1:]

    assert offered(f"--word={word}", *before)[0] == first


def test_help_offers_every_topic_and_command(offered: Complete) -> None:
    _, *found = offered("--word=", "help")

    words = [line.split("\t")[0] for line in found]
    commands = [name for name in tree.COMMANDS if " " not in name]
    assert words == [*manual.TOPICS, *commands]
    assert all(line.split("\t")[1] for line in found)


def test_a_command_of_two_words_is_offered_beside_what_the_first_takes(
    offered: Complete, uids: list[str]
) -> None:
    found = offered("--word=", "ics")
    begun = offered("--word=pub", "ics")

    assert found[1].startswith("publish\tKeep feeds")
    assert [line.split("\t")[0] for line in found[2:]] == uids
    assert begun[1:] == found[1:2]
    assert offered("--word=--rot", "ics", "publish")[1].startswith("--rotate")


def test_commands_are_offered_alone_and_options_when_begun(offered: Complete) -> None:
    commands = offered("--word=", "note")[1:]
    options = offered("--word=-", "note")[1:]
    both = offered("--word=", "list")[1:]

    assert [line.split("\t")[0] for line in commands] == [
        "add",
        "list",
        "remove",
        "help",
    ]
    assert [line.split("\t")[0] for line in options] == [
        *("--help", "-q", "--quiet", "--no-input", "--no-pager", "--color", "--ascii")
    ]
    assert all(line.startswith("-") for line in both)


def test_fifty_are_enough(
    offered: Complete, uids: list[str], booking: Callable[..., Any]
) -> None:
    for hour in range(60):
        booking(start_time=MONDAY + timedelta(days=30, hours=hour))

    assert len(offered("uids")) == 50
    assert len(offered("uids", "bk_")) == 50


def test_the_file_named_is_the_one_read(
    offered: Complete, uids: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = path.rename(path.with_name("a ?b#c%20.db"))
    monkeypatch.setenv("HOME", str(path.parent))

    assert offered("events", "") == []
    assert offered("events", f"--db={odd}", "d") == ["demo"]
    assert offered("events", f"--db=~/{odd.name}") == ["demo", "idle"]
    monkeypatch.chdir(odd.parent)
    assert offered("events", f"--db={odd.name}") == ["demo", "idle"]


def test_the_default_file_is_in_the_data_directory(
    offered: Complete, uids: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALBOOK_DB")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: path.parent)

    assert offered("events") == []
    path.rename(path.with_name("calbook.db"))
    assert offered("events") == ["demo", "idle"]


def test_what_a_shell_could_run_is_not_offered(
    offered: Complete, uids: list[str], place: str
) -> None:
    """Ids are checked when they are made, but anybody may write the file."""
    with opened(place) as conn:
        for table in ("schedules", "event_types", "bookings"):
            columns = [row[1] for row in conn.execute(f"pragma table_info({table})")]
            rest = [c for c in columns[1:] if c != "slug"]
            slug, evil = (["slug"], [EVIL]) if "slug" in columns else ([], [])
            conn.execute(
                f"insert into {table} ({','.join([columns[0], *slug, *rest])})"
                f" select {','.join('?' * (1 + len(slug)))}, {','.join(rest)}"
                f" from {table} limit 1",
                [f"bk_{EVIL}", *evil],
            )

    lines = [line for kind in ("uids", "events", "schedules") for line in offered(kind)]

    assert len(lines) == len(uids) + 4
    assert not [line for line in lines if "$" in line]


# -- trouble


def foreign(place: str) -> None:
    with opened(place) as conn:
        conn.execute("create table bookings (uid, starts_at, event_type_id)")
        conn.execute("insert into bookings values ('bk_x', 1, 'evt_x')")


def wal(path: Path) -> None:
    pragma(path, "journal_mode = wal")


def pragma(place: str, what: str) -> None:
    with opened(place) as conn:
        conn.execute(f"pragma {what}").fetchall()


def endless(place: str) -> None:
    with opened(place) as conn:
        conn.execute("alter table bookings rename to kept")
        conn.execute(
            "create view bookings as with recursive n (i) as"
            " (values (1) union all select i + 1 from n)"
            " select 'bk_' || i as uid, i as starts_at, 'evt_x' as event_type_id from n"
        )


TROUBLES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "directory": lambda path: (path.unlink(), path.mkdir()),
    "text": lambda path: path.write_text("Dear diary"),
    "empty": lambda path: path.write_bytes(b""),
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "foreign": lambda path: (path.unlink(), foreign(path)),
    "newer": lambda path: pragma(path, f"user_version = {SCHEMA_VERSION + 1}"),
    "wal": wal,
    "damaged": lambda path: path.write_bytes(path.read_bytes()[:4096]),
    "endless": endless,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_the_file_is_silent_and_leaves_it_alone(
    uids: list[str], path: Path, trouble: str
) -> None:
    TROUBLES[trouble](path)
    before = contents(path.parent)

    for begun in ("", "bk_a"):
        done = spawn(sys.executable, "-m", "calbook", "__complete", "uids", begun)
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)

    assert contents(path.parent) == before


def contents(directory: Path) -> dict[str, bytes | None]:
    return {
        file.name: file.read_bytes() if file.is_file() else None
        for file in directory.iterdir()
    }


def test_a_lock_is_not_waited_for(
    offered: Complete, uids: list[str], place: str
) -> None:
    with opened(place) as writer:
        writer.execute("begin exclusive")
        with no_hanging(file_access.LOCK_WAIT_SECONDS):
            assert offered("uids") == []
        writer.execute("rollback")
    assert offered("uids") != []


def test_what_the_store_says_is_said_here_too() -> None:
    assert complete.APPLICATION_ID == APPLICATION_ID
    assert complete.SCHEMA_VERSION == SCHEMA_VERSION


@pytest.mark.parametrize(
    ("first_line", "is_newer"),
    [("# version 2020a", True), ("# version 2999z", False), ("", False)],
)
def test_hints_are_in_the_newest_zones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_line: str, is_newer: bool
) -> None:
    """The system's were preferred, however old."""
    (tmp_path / "tzdata.zi").write_text(first_line)
    monkeypatch.setattr(complete, "_SYSTEM_ZONES", str(tmp_path))

    assert complete._is_package_newer() is is_newer


@pytest.mark.parametrize("args", [["uids"], ["--word=bk_", "show"], ["zones", "Eu"]])
def test_the_program_imports_next_to_nothing(
    args: list[str], uids: list[str], tmp_path: Path
) -> None:
    """Start-up is all that a completion costs (start-up)."""
    code = (
        "import sys; from calbook.cli.shell.complete import complete;"
        f"complete({args});"
        "print(*sys.modules)"
    )
    (tmp_path / "tzdata").mkdir()  # stands for the package, as -S leaves all out
    (tmp_path / "tzdata" / "__init__.py").touch()
    (tmp_path / "tzdata" / "zones").write_text("Europe/Lisbon\nEurope/Paris\n")
    paths = f"{ROOT}{os.pathsep}{tmp_path}"

    done = spawn(sys.executable, "-S", "-c", code, env={"PYTHONPATH": paths})

    *lines, modules = done.stdout.splitlines()
    assert len(lines) > 1
    heavy = {"typer", "re", "json", "typing", "enum", "dataclasses", "pathlib"}
    heavy |= {"platformdirs", "zoneinfo", "contextlib", "datetime", "sqlite3"}
    heavy |= {"calbook.core", "calbook.api.client"}
    assert heavy & set(modules.split()) == set()


def test_the_program_answers_and_ends_well(uids: list[str], tmp_path: Path) -> None:
    done = spawn(sys.executable, "-m", "calbook", "__complete", "uids")

    assert done.stdout.count("\n") == len(uids)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_reader_that_left_is_no_trouble(uids: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "calbook", "__complete", "uids"],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)

    assert (done.stderr, done.returncode) == (b"", 0)


def spawn(*args: str, env: dict[str, str] | None = None) -> Any:
    return subprocess.run(
        args,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


# -- real shells


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uids: list[str]) -> Path:
    """`calbook` on the path, in an empty directory."""
    scripts, here = tmp_path / "bin", tmp_path / "here"
    scripts.mkdir()
    here.mkdir()
    calbook = scripts / "calbook"
    calbook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calbook "$@"\n')
    calbook.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(here)
    yield here
    assert list(here.iterdir()) == [], "something was run that was only to be shown"


_BASH = r"""
. "$0"
compopt() { :; }
COMP_LINE=$1 COMP_POINT=${#1}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_calbook
printf '%s\n' "${COMPREPLY[@]}"
"""
_ZSH = r"""
PS1='ready> '
fpath=("$SCRIPTS" $fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:*' list-colors
unsetopt beep list_beep
"""


def in_bash(line: str) -> list[str]:
    """The words as bash cuts them, handed to the function as bash does it."""
    words = line.replace("=", " = ").split(" ")
    words = [w for n, w in enumerate(words) if w or n == len(words) - 1]
    if line.endswith("="):
        words.pop()
    script = ROOT / "completions" / "calbook.bash"
    done = spawn("bash", "--norc", "-c", _BASH, str(script), line, *words)
    assert done.stderr == ""
    return done.stdout.split()


def in_fish(line: str) -> list[str]:
    script = ROOT / "completions" / "calbook.fish"
    done = spawn("fish", "--no-config", "-c", f"source {script}; complete -C'{line}'")
    assert done.stderr == ""
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


def in_zsh(line: str, expected: str) -> str:
    """What zsh's line editor shows once it shows what is expected, or after a while."""
    home = Path(os.environ["HOME"])
    (home / ".zshrc").write_text(_ZSH)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-d", "-i"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        env={**os.environ, "ZDOTDIR": str(home), "SCRIPTS": str(ROOT / "completions")},
    )
    os.close(follower)
    try:
        seen = _read(leader, until="ready> ")
        os.write(leader, f"{line}\t\t".encode())
        seen = _read(leader, until=expected)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    return seen


def _read(leader: int, *, until: str) -> str:
    seen, deadline = "", time.monotonic() + PATIENCE
    while until not in seen and time.monotonic() < deadline:
        if select.select([leader], [], [], 0.1)[0]:
            seen += os.read(leader, 65536).decode(errors="replace")
    return seen


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *LINES,
        ("calbook create --event=d", ["demo"]),
        ("calbook create --event=", ["demo", "idle"]),
        ("calbook create --input=x --event d", ["demo"]),
    ],
)
def test_bash_completes(line: str, expected: list[str]) -> None:
    assert in_bash(line) == expected


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.usefixtures("program")
def test_bash_is_not_misled_by_where_it_cuts_words() -> None:
    """bash cuts `10:00` into three words, which would shift all that follows."""
    line = "calbook event show --fields 10:00=x d"
    words = line.replace(":", " : ").replace("=", " = ").split()
    script = ROOT / "completions" / "calbook.bash"

    done = spawn("bash", "--norc", "-c", _BASH, str(script), line, *words)

    assert done.stdout.split() == ["demo"]


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"), [*LINES, ("calbook create --event=d", ["--event=demo"])]
)
def test_fish_completes(line: str, expected: list[str]) -> None:
    assert in_fish(line) == expected


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *((line, found[0]) for line, found in LINES if found),
        ("calbook create --event=d", "--event=demo"),
        ("calbook c", "Say yes to a booking that awaits confirmation."),
        ("calbook list --", "The bookings file or URL [CALBOOK_DB]."),
    ],
)
def test_zsh_completes(line: str, expected: str) -> None:
    assert expected in in_zsh(line, expected)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_uid_is_completed_and_nothing_of_the_attendee_is_run(
    shell: str, uids: list[str], program: Path
) -> None:
    """A shell that takes hints for code would make the file `pwned`."""
    line = f"calbook show {uids[0][:8]}"

    if shell == "zsh":
        assert uids[0] in in_zsh(line, uids[0])
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == [uids[0]]


@pytest.mark.parametrize("shell", SHELLS)
def test_all_uids_are_listed_with_their_hints(
    shell: str, uids: list[str], program: Path
) -> None:
    line = "calbook show bk_"

    if shell == "zsh":
        seen = in_zsh(line, uids[-1])
        assert all(uid in seen for uid in uids)
        assert HINT in seen
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == uids


@pytest.mark.parametrize("shell", SHELLS)
def test_a_webhook_is_completed(shell: str, place: str, program: Path) -> None:
    """The scripts asked for none: they did not know the kind."""
    with calbook.Client(place) as client:
        id = client.calendar.webhooks.create("https://a.example/").id
    line = f"calbook webhook log {id[:5]}"

    if shell == "zsh":
        assert id in in_zsh(line, id)
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == [id]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_on_the_line_is_the_one_asked(
    shell: str, path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALBOOK_DB")
    line = f"calbook list --db {path} --event d"

    if shell == "zsh":
        assert "--event demo" in in_zsh(line, "--event demo")
    else:
        assert {"bash": in_bash, "fish": in_fish}[shell](line) == ["demo"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_copy_is_quoted_and_what_is_no_copy_is_not_offered(
    shell: str, path: Path, program: Path
) -> None:
    shutil.copy(path, path.with_name("friday $(touch pwned)"))
    foreign(path.with_name("friend.db"))
    line = "calbook db restore ../fri"

    if shell == "zsh":
        quoted = r"../friday\ \$\(touch\ pwned\)"
        assert quoted in in_zsh(line, quoted)
    elif shell == "fish":
        assert in_fish(line) == ["../friday $(touch pwned)"]
    else:  # the words, which readline is told to quote
        assert in_bash(line) == ["../friday", "$(touch", "pwned)"]

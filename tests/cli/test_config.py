"""`config`: what is set for this computer, and what it does to commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from support.running import Run, Terminal

from calbook import Client, EventType
from calbook.cli import defaults, pager
from calbook.cli.commands import help
from calbook.core.errors import InputError
from calbook.settings import editing, reading
from calbook.settings.table import SETTINGS

pytest_plugins = ("support.running",)

ADA = ("--name", "Ada", "--email", "ada@example.com")
START = "2027-01-18 10:00"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("CALBOOK_CONFIG", str(file))
    return file


# -- the file --------------------------------------------------------------------------


def test_each_value_says_where_it_comes_from(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('[defaults]\nevent = "demo"\nzone = "Europe/Lisbon"\n')
    monkeypatch.setenv("CALBOOK_TZ", "UTC")

    rows = {name: rest for name, *rest in run("config", "show").rows}
    alone = run("config", "show", "defaults.zone", "--json").json

    assert list(rows) == list(SETTINGS)
    assert rows["defaults.event"] == ["demo", "file"]
    assert rows["defaults.zone"] == ["UTC", "environment"]
    assert rows["defaults.week_start"] == ["monday", "default"]
    assert [(each["value"], each["variable"]) for each in alone] == [
        ("UTC", "CALBOOK_TZ")
    ]


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("defaults.notify", "No", False),
        ("defaults.time_format", "12", "12"),
        ("defaults.week-start", "SUNDAY", "sunday"),
        ("Defaults.By", "host", "host"),
        ("defaults.pager", "less -FRX", "less -FRX"),
    ],
)
def test_what_is_set_is_got_and_taken_out_again(
    run: Run, config: Path, name: str, value: str, stored: object
) -> None:
    assert run("config", "set", name, value).status == 0
    section, key = name.lower().replace("-", "_").split(".")
    assert tomllib.loads(config.read_text()) == {section: {key: stored}}
    said = "false" if stored is False else stored
    assert run("config", "get", name).out == f"{said}\n"

    default = SETTINGS[f"{section}.{key}"].default
    assert run("config", "unset", name, "--json").json["value"] == default
    assert run("config", "get", name).out == f"{default or ''}\n"
    assert config.read_text() == ""


COMMENTED = """\
# my own file
[smtp] # the server
host = 'a.example'   # of the house
from = "a@b.org"

[defaults]
# who sits here
by = "host"
"""


def test_comments_stay_whatever_is_set(run: Run, config: Path) -> None:
    config.write_text(COMMENTED)

    run("config", "set", "smtp.port", "2525")
    run("config", "set", "defaults.by", "attendee")
    run("config", "smtp", "--server", "b.example")
    changed = config.read_text()
    run("config", "unset", "smtp.port")
    run("config", "set", "defaults.by", "host")
    run("config", "smtp", "--server", "a.example")

    assert 'host = "b.example"   # of the house' in changed
    assert "port = 2525" in changed
    assert config.read_text() == COMMENTED.replace("'", '"')


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('a = 1\n[defaults]\nby = "host"\n', 1, "no such setting: a"),
        ('[defaults]\n\nevnt = "demo"', 3, "no such setting: defaults.evnt"),
        ('[defaults]\nby = "me" # x', 2, "defaults.by cannot be me"),
        ('x.y = 1\ndefaults.zone = "Mars"', 1, "no such setting: x"),
        ('defaults.zone = "Mars"', 1, "no such time zone: Mars"),
        ('#\n"defaults" = {by = "host", notify = 3}', 2, "defaults.notify must be"),
        ('[smtp]\nhost = "a"\nport = 0', 3, "smtp.port is 0"),
        ("[mail]\n[smtp]\nallowPlain = 1", 3, "smtp.allow_plain must be true"),
        ("\n\ndefaults = 5", 3, "defaults must be a table of settings"),
        ('[defaults]\nby = "host"\nby = "host"', 3, "line 3"),
        ("[defaults\n", 1, "line 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    run: Run, config: Path, text: str, line: int, said: str
) -> None:
    config.write_text(text)

    error = run("config", "show", "--json").error

    assert error["code"] in ("bad_input", "bad_zone")
    assert said in error["message"]
    assert (
        f"{config}:{line}: " in error["message"] or f"line {line}" in error["message"]
    )


def test_a_file_that_never_ends_is_not_read(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(config)

    assert "no regular file" in run("config", "show", "--json").error["message"]
    assert run("list").status == 0
    monkeypatch.setenv("CALBOOK_CONFIG", "/dev/zero")
    assert run("config", "get", "defaults.by").out == "attendee\n"


def test_what_is_set_says_what_counts(
    config: Path, terminal: Callable[..., Terminal]
) -> None:
    shown = []
    for verb, *value in (("set", "UTC"), ("unset",)):
        for env in ({}, {"CALBOOK_TZ": "Asia/Tokyo"}):
            screen = terminal("config", verb, "defaults.zone", *value, **env)
            assert screen.end() == 0
            shown.append(screen.shown)

    assert shown == [
        "defaults.zone = UTC\n",
        "defaults.zone = Asia/Tokyo (CALBOOK_TZ)\n",
        "defaults.zone is not set\n",
        "defaults.zone = Asia/Tokyo (CALBOOK_TZ)\n",
    ]


def test_a_key_that_there_is_not_can_be_taken_out(run: Run, config: Path) -> None:
    config.write_text('theme = "dark"\n[defaults]\nevnt = "demo"\nby = "host"\n')

    assert run("config", "unset", "defaults.evnt").status == 0
    assert run("config", "unset", "theme").status == 0
    assert run("config", "unset", "theme", "--json").error["code"] == "bad_input"
    assert tomllib.loads(config.read_text()) == {"defaults": {"by": "host"}}


def test_what_is_no_whole_mail_server_is_not_set(run: Run, config: Path) -> None:
    assert (
        "no from" in run("config", "set", "smtp.host", "a.b", "--json").error["message"]
    )
    assert not config.exists()


@pytest.mark.parametrize(
    "text",
    ["", COMMENTED, 'defaults.by = "host"\n', 'defaults = { by = "host" } # x\n'],
)
def test_each_form_of_a_file_can_be_changed(config: Path, text: str) -> None:
    """A section of its own, dotted keys, or all on one line."""
    config.write_text(text)

    config.write_bytes(editing.with_value(SETTINGS["defaults.zone"], "UTC"))

    editing.check_file(config.read_bytes())
    assert reading.read_document().values["defaults"]["zone"] == "UTC"


def test_what_somebody_else_wrote_meanwhile_is_read_anew(config: Path) -> None:
    config.write_text('[defaults]\nevent = "one"\n')
    first = defaults.read_default("event")
    config.write_text('[defaults]\nevent = "other"\n')

    assert (first, defaults.read_default("event")) == ("one", "other")


def test_the_manual_lists_what_there_is() -> None:
    found = re.findall(
        r"^\| `([a-z_.]+)` \|(.*)\|(.*)\|(.*)\|$", help.page("settings"), re.M
    )

    assert [name for name, *_ in found] == list(SETTINGS)
    for name, values, variable, text in found:
        setting = SETTINGS[name]
        words = [word.strip("` ") for word in values.partition("[")[0].split(",")]
        assert "|".join(words) == setting.values
        assert variable.strip(" `") == (setting.variable or "")
        assert text.strip() == setting.help
        default = re.search(r"\[(.*)\]", values)
        assert (default[1] if default else "") == str(
            setting.default or ""
        ).lower() or (setting.default is False)


def test_every_value_that_is_a_choice_can_be_set_by_its_words() -> None:
    for setting in SETTINGS.values():
        for word in setting.values.split("|") if "|" in setting.values else ():
            value = setting.typed(word)
            assert setting.check(value, setting.name) == value
        with pytest.raises(InputError):
            setting.check(object(), setting.name)


def test_what_can_be_read_is_shown_beside_a_fault(
    run: Run, config: Path, terminal: Callable[..., Terminal]
) -> None:
    config.write_text('[defaults]\nevent = "demo"\nby = "me"\nfoo = 1\n')

    piped = run("config", "show")
    screen = terminal("config", "show")

    assert piped.status == screen.end() == 2
    assert "defaults.event\tdemo\tfile\n" in piped.out
    assert "defaults.by\t" not in piped.out
    assert "smtp.host" in piped.out
    for said in (piped.err, screen.shown):
        for fault in ("cannot be me", "no such setting: defaults.foo"):
            assert " ".join(said.split()).count(fault) == 1


def test_an_event_type_of_the_settings_is_named_as_that(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text('[defaults]\nevent = "nope"\n')

    for command in (("slots",), ("create", "--start", START, *ADA)):
        hint = run(*command, "--json").error["hint"]
        assert hint == f"defaults.event in {config} says so"
    assert run("slots", "--event", "nope", "--json").error["hint"] is None


# -- in an editor ----------------------------------------------------------------------


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts one text after the other into the file that it is given."""

    def editor(*texts: str) -> None:
        for number, text in enumerate(texts):
            tmp_path.joinpath(f"text-{number}").write_text(text)
        program = tmp_path / "editor"
        program.write_text(
            f'#!/bin/sh\ncd {tmp_path}\ncp "$1" seen\n'
            "n=$(cat n 2>/dev/null || echo 0)\n"
            'cp "text-$n" "$1"\necho $((n + 1)) > n\n'
        )
        program.chmod(0o700)
        monkeypatch.setenv("VISUAL", str(program))

    return editor


def test_what_the_editor_wrote_is_taken(
    run: Run, config: Path, editor: Callable[..., None], tmp_path: Path
) -> None:
    editor('# mine\n[defaults]\nby = "host"\n')

    assert run("config", "edit").status == 0

    assert config.read_text() == '# mine\n[defaults]\nby = "host"\n'
    assert config.stat().st_mode & 0o777 == 0o600
    offered = (tmp_path / "seen").read_text()
    assert all(
        f"# {each.key} = {each.values}\n" in offered for each in SETTINGS.values()
    )
    editing.check_file(offered.encode())


def test_no_editor_is_started_where_nobody_is(
    run: Run,
    editor: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    config: Path,
) -> None:
    editor("[defaults]\nby = 'host'\n")
    refused = run("config", "edit", "--no-input")
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR", raising=False)
    alone = run("config", "edit")

    for answer in (refused, alone):
        assert answer.status == 2
        assert "nobody is at a terminal" in answer.err
    assert not config.exists()


def test_what_makes_no_sense_is_not_taken(
    run: Run, config: Path, editor: Callable[..., None]
) -> None:
    config.write_text('[defaults]\nby = "host"\n')
    editor('[defaults]\nby = "host"\nzone = "Mars"\n')

    answer = run("config", "edit")

    assert answer.status == 2
    assert "line 3: no such time zone: Mars" in answer.err
    kept = answer.err.rpartition("your text is kept in ")[2].strip()
    assert "Mars" in Path(kept).read_text()
    assert config.read_text() == '[defaults]\nby = "host"\n'


def test_on_a_terminal_it_can_be_edited_again(
    terminal: Callable[..., Terminal], config: Path, editor: Callable[..., None]
) -> None:
    editor("[defaults", "[defaults]\nnotify = true\n")

    screen = terminal("config", "edit")
    screen.expect("cannot read it: Expected ']'")
    screen.expect("Edit it again?")
    screen.type("y\n")

    assert screen.end() == 0
    assert config.read_text() == "[defaults]\nnotify = true\n"


def test_a_file_that_is_left_as_it_was_is_not_written(
    run: Run, config: Path, editor: Callable[..., None]
) -> None:
    config.write_text(COMMENTED)
    before = config.stat().st_ino
    editor(COMMENTED)

    answer = run("config", "edit")

    assert (answer.status, answer.err) == (0, "nothing was changed\n")
    assert config.stat().st_ino == before


# -- what the defaults do --------------------------------------------------------------


def test_the_event_type_and_the_zone_need_not_be_said(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text('[defaults]\nevent = "demo"\nzone = "Asia/Tokyo"\n')

    made = run("create", "--start", "2027-01-19 00:00", *ADA, "--json").json
    first = run("slots", "--from", START, "--limit", "1").rows[0][0]
    why = run("explain", "--start", "2027-01-19 01:00", "--json").json
    held = run("hold", "--start", "2027-01-19 02:00", "--json").json

    assert made["startTime"] == "2027-01-18T15:00:00+00:00"
    assert first.endswith("+09:00")
    assert (why["eventTypeId"], why["bookable"]) == ("evt_demo", True)
    assert held["startTime"] == "2027-01-18T17:00:00+00:00"
    assert run("list", "--tz", "UTC").rows[0][1] == "2027-01-18T15:00:00+00:00"


def test_notify_need_not_be_said(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text("[defaults]\nnotify = true\n")

    refused = run("create", "--event", "demo", "--start", START, *ADA, "--json").error
    made = run(
        *("create", "--event", "demo", "--start", START, *ADA, "--no-notify", "--json")
    )

    assert refused["code"] == "mail_not_configured"
    cancelled = run("cancel", made.json["uid"], "--json").error
    assert cancelled["code"] == "mail_not_configured"


def test_lines_of_input_say_it_all_themselves(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text('[defaults]\nnotify = true\nevent = "demo"\nby = "host"\n')
    ada = {"name": "Ada", "email": "ada@example.com"}
    line = {"eventTypeId": "demo", "startTime": START, "attendee": ada}

    assert run("create", "--input", "-", "--json", input=json.dumps(line)).status == 0
    del line["eventTypeId"]
    assert run("create", "--input", "-", input=json.dumps(line)).status == 2


TWELVE = [
    (("list",), "Mon 18 Jan 2027, 12:00 pm–12:30 pm"),
    (("agenda", "--from", START[:10]), "12:00 pm–12:30 pm"),
    (("slots", "--event", "demo", "--from", START[:10], "--days", "1"), "2:30 pm"),
    (("show", "UID"), "Mon 18 Jan 2027, 12:00 pm–12:30 pm"),
    (("history", "UID"), "Mon 4 Jan 2027, 9:00 am"),
    (
        ("busy", "list", "--times", "--from", START[:10]),
        "Mon 18 Jan 2027, 11:00 pm–Tue 19 Jan 12:00 am",
    ),
]


@pytest.mark.parametrize(("args", "shown"), TWELVE, ids=lambda each: str(each[0]))
def test_times_of_a_terminal_are_shown_by_twelve_hours(
    run: Run,
    config: Path,
    terminal: Callable[..., Terminal],
    client: Client,
    event_type: Callable[..., EventType],
    args: tuple[str, ...],
    shown: str,
) -> None:
    event_type()
    made = run("create", "--event", "demo", "--start", f"{START[:10]} 12:00", *ADA)
    busy = run("busy", "add", "--from", "2027-01-18 23:00", "--to", "2027-01-19 00:00")
    assert busy.status == 0, busy
    args = tuple(made.rows[0][0] if arg == "UID" else arg for arg in args)
    plain = run(*args).out
    config.write_text("[defaults]\ntime_format = 12\n")

    screen = terminal(*args)

    assert screen.end() == 0
    assert shown in re.sub(r"\s+", " ", screen.shown)
    assert not re.search(r"\b(1[3-9]|2[0-3]|0\d):\d\d\b", screen.shown)
    assert run(*args).out == plain


@pytest.mark.parametrize(
    ("own", "text", "shown"),
    [
        (None, '[defaults]\npager = "echo set"\n', "set\n"),
        ("echo own", '[defaults]\npager = "echo set"\n', "own\n"),
        (None, "", "third\n"),
        ("", '[defaults]\npager = "echo set"\n', ""),
    ],
)
def test_the_pager_is_that_of_the_settings_unless_a_variable_says(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    own: str | None,
    text: str,
    shown: str,
) -> None:
    monkeypatch.setenv("PAGER", "echo third")
    monkeypatch.delenv("CALBOOK_PAGER", raising=False)
    if own is not None:
        monkeypatch.setenv("CALBOOK_PAGER", own)
    config.write_text(text)

    pager.page(["a\n"])

    assert capfd.readouterr().out == shown


def test_a_week_begins_on_the_day_of_the_settings(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    for start in ("2027-01-15 10:00", "2027-01-17 00:00", START, "2027-01-24 00:00"):
        times = ("--start", start, "--by", "host", "--override", "hours")
        assert run("create", "--event", "demo", *times, *ADA).status == 0

    def of_week(*args: str) -> list[str]:
        return [row[1][:10] for row in run(*args).rows]

    week = ("week", "--of", START[:10])
    ranged = ("list", "--on", "next week", "--tz", "UTC")
    monday = [of_week(*week), of_week(*ranged)]
    config.write_text('[defaults]\nweek_start = "sunday"\n')

    assert monday == [["2027-01-18", "2027-01-24"], ["2027-01-15", "2027-01-17"]]
    assert of_week(*week) == ["2027-01-17", "2027-01-18"]
    assert of_week(*ranged) == ["2027-01-15"]


def test_the_output_is_for_a_terminal_alone(
    run: Run,
    config: Path,
    terminal: Callable[..., Terminal],
    client: Client,
    event_type: Callable[..., EventType],
) -> None:
    event_type()
    run("create", "--event", "demo", "--start", START, *ADA)
    plain = run("list").out
    config.write_text('[defaults]\noutput = "json"\n')

    assert run("list").out == plain
    screen = terminal("list")
    assert screen.end() == 0
    assert json.loads(screen.shown)[0]["eventTypeId"] == "evt_demo"
    screen = terminal("list", "--csv")
    screen.end()
    assert screen.shown.startswith("uid,startTime")
    screen = terminal("list", CALBOOK_OUTPUT="table")
    screen.end()
    assert screen.shown.startswith("UID")


@pytest.mark.parametrize("text", ["[defaults", '[defaults]\nzone = "Mars"\n'])
def test_a_fault_is_in_nobodys_way_who_looks(
    run: Run, config: Path, terminal: Callable[..., Terminal], text: str, client: Client
) -> None:
    client.set_up(timezone="UTC")
    config.write_text(text)

    quiet = run("list", "--quiet")
    piped = run("list")
    assert (quiet.status, quiet.err) == (0, "")
    assert (piped.status, piped.err.count("(it does not count)")) == (0, 1)
    assert os.fspath(config) in piped.err
    assert run("agenda").status == 0
    screen = terminal("list")
    assert screen.end() == 0
    assert "(it does not count)" in " ".join(screen.shown.split())


CHANGES = [
    ("event = 5", ("create", "--start", START, *ADA)),
    ("event = 5", ("hold", "--start", START)),
    ("by = 'me'", ("create", "--event", "demo", "--start", START, *ADA)),
    ("by = 'me'", ("cancel", "abc")),
    ("by = 'me'", ("undo", "abc")),
    ("notify = 3", ("create", "--event", "demo", "--start", START, *ADA)),
    ("notify = 3", ("confirm", "abc")),
    ("week_start = 'May'", ("host", "away", "demo", "--on", "next week")),
    ("]", ("create", "--event", "demo", "--start", START, *ADA)),
    ("]", ("confirm", "abc")),
]


@pytest.mark.parametrize(("line", "args"), CHANGES, ids=str)
def test_a_change_is_refused_whose_default_cannot_be_read(
    run: Run,
    config: Path,
    event_type: Callable[..., EventType],
    line: str,
    args: tuple[str, ...],
) -> None:
    event_type()
    config.write_text(f"[defaults]\n{line}\n")

    answer = run(*args)

    assert answer.status == 2
    assert os.fspath(config) in answer.err
    assert re.search(r":2: |line 2", answer.err)
    assert run("list", "--json", "--quiet").json == []


def test_what_is_said_needs_no_default(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text("[defaults")
    said = ("--event", "demo", "--by", "attendee", "--tz", "UTC", "--no-notify")

    assert run("create", "--start", START, *ADA, *said).status == 0


def test_nothing_is_booked_in_another_zone_by_mistake(
    run: Run, config: Path, event_type: Callable[..., EventType]
) -> None:
    event_type()
    config.write_text('[defaults]\nzone = "Mars"\n')

    error = run("create", "--event", "demo", "--start", START, *ADA, "--json").error

    assert (error["code"], error["details"]["line"]) == ("bad_zone", 2)
    assert run("list", "--json", "--quiet").json == []


def test_where_there_is_no_file_nothing_more_is_loaded(
    environment: Callable[[], dict[str, str]], config: Path, client: Client
) -> None:
    client.set_up(timezone="UTC")
    more = ("tomllib", "calbook.settings.table", "calbook.settings.values", "tomlkit")
    code = (
        "import sys\nfrom calbook.cli import app\napp.run(['list', '--json'])\n"
        f"print(*(m for m in {more} if m in sys.modules), file=sys.stderr)"
    )

    def load() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment() | {"CALBOOK_CONFIG": os.fspath(config)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stderr.split()

    assert load() == []
    config.write_text('[defaults]\nby = "host"\n')
    assert load() == list(more[:-1])

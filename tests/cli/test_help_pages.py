"""The help of commands: grouped, whole at every width, asked for in each usual way."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from calbook.cli.help import defaults, headings
from calbook.cli.help.layout import WIDEST, fold
from calbook.cli.help.page import Page, page_of
from calbook.cli.tree import COMMANDS, build_command

if TYPE_CHECKING:
    from support.running import Run, Terminal

pytest_plugins = ("support.running",)


def places(tree: Any = COMMANDS, *words: str) -> Iterator[tuple[str, ...]]:
    """Every command and every group."""
    for name, below in tree.items():
        yield (*words, name)
        if not isinstance(below, str):
            yield from places(below, *words, name)


PLACES = tuple(places())


def built(words: tuple[str, ...]) -> Any:
    place: Any = COMMANDS
    for word in words:
        place = place[word]
    return build_command(words[-1], place)


def page(words: tuple[str, ...]) -> Page:
    return page_of(built(words), words)


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("words", [(), *PLACES], ids=" ".join)
def test_help_fits_the_screen_and_cuts_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    shown = run(*words, "--help").out

    lines = shown.splitlines()
    long = [line for line in lines if len(line) > min(columns, WIDEST)]
    assert not [line for line in long if len(shlex.split(line.rstrip("\\"))) > 1]
    if words:
        seen = re.sub(r"\s+", "", shown)
        for entries in page(words).sections.values():
            for term, text in entries:
                assert re.sub(r"\s+", "", f"{term}{text}") in seen, term


@pytest.mark.parametrize(
    ("words", "option", "heading"),
    [
        (("create",), "--start", "When"),
        (("create",), "--email", "Who"),
        (("create",), "--override", "Rules"),
        (("create",), "--dry-run", "Safety"),
        (("create",), "--json", "Output"),
        (("create",), "--notes", "What"),
        (("create",), "--db", "General"),
        (("stats",), "--by", "Output"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_options_stand_in_groups(
    words: tuple[str, ...], option: str, heading: str
) -> None:
    found = [
        name
        for name, entries in page(words).sections.items()
        if any(option in term.split() for term, _ in entries)
    ]

    assert found == [heading]


def test_every_option_is_in_the_help_once() -> None:
    for words in PLACES:
        command = built(words)
        entries = [e for found in page(words).sections.values() for e in found]
        terms = [term.split()[0].rstrip(",") for term, _ in entries]
        assert len(set(terms)) == len(terms), words
        for param in command.params:
            names = {*param.opts, *param.secondary_opts}
            listed = [t for t, _ in entries if names & {*re.split(r"[, ]+", t)}]
            is_option = param.param_type_name == "option"
            assert len(listed) == is_option, (words, names)


def test_the_table_of_headings_names_options_that_exist_each_once() -> None:
    named = [name for names in headings.HEADINGS.values() for name in names.split()]
    known = {"--help", "--version"} | {
        name for words in PLACES for p in built(words).params for name in p.opts
    }

    assert len(named) == len(set(named))
    assert sorted({*named} - known) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("event", "help"), ("event", "--help")),
        (("event", "help"), ("help", "event")),
        (("event", "help", "add"), ("event", "add", "--help")),
        (("help", "create"), ("create", "-h")),
        (("help", "note", "add"), ("note", "add", "--help")),
    ],
    ids=" ".join,
)
def test_help_is_asked_for_in_each_usual_way(
    run: Run, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    asked, own = run(*first), run(*second)

    assert asked == own
    assert (asked.status, asked.err) == (0, "")


def test_what_help_does_not_know_in_a_group_is_told_with_what_is_near(
    run: Run,
) -> None:
    answer = run("event", "help", "ad")

    assert answer.status == 2
    assert "did you mean event add?" in answer.err


@pytest.mark.parametrize(
    ("args", "is_paged"),
    [
        (("create", "--help"), True),
        (("help", "create"), True),
        (("create", "--help", "--no-pager"), False),
        (("event", "--help"), False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_long_help_goes_through_the_pager(
    terminal: Callable[..., Terminal], args: tuple[str, ...], is_paged: bool
) -> None:
    screen = terminal(*args, TERM="xterm", CALBOOK_PAGER="sed s/^/paged:/")

    assert screen.end() == 0
    assert ("paged:Usage: " in screen.shown) == is_paged
    assert "Usage: calbook" in screen.shown


@pytest.mark.parametrize("group", [g for g in PLACES if hasattr(built(g), "sections")])
def test_a_group_lists_help_with_what_it_is(run: Run, group: tuple[str, ...]) -> None:
    assert re.search(r"^  help +Show this help", run(*group, "-h").out, re.MULTILINE)


def test_variables_and_defaults_are_told() -> None:
    said = dict(
        entry for found in page(("agenda",)).sections.values() for entry in found
    )

    assert "[env:\xa0CALBOOK_TZ" in said["--tz ZONE"]
    assert "[default: 7]" in said["--days N"].replace("\xa0", " ")


def test_every_option_and_argument_says_what_it_is() -> None:
    silent = [
        (" ".join(words), term)
        for words in PLACES
        for entries in page(words).sections.values()
        for term, text in entries
        if not re.search("[A-Za-z]{2}", text.partition("[")[0])
    ]

    assert silent == []


def test_what_stands_for_something_is_called_alike() -> None:
    """A command that asks for its own words says so in its metavar alone."""
    metavars = {
        word
        for words in PLACES
        for param in built(words).params
        if param.metavar and not re.search("[a-z]", param.metavar)
        for word in re.split(r"[^A-Z]+", param.metavar)
    }

    assert not metavars & {"CMD", "MIN", "NUM", "INTEGER", "STR", "STRING", "PATH"}
    assert "COMMAND" in metavars


def test_the_defaults_of_an_event_type_are_those_that_it_gets(run: Run) -> None:
    """What the help says of `event add` is what the JSON of a new one says."""
    run("init", "--name", "Grace", "--tz", "Europe/Lisbon")
    made = run("event", "add", "new-thing", "--json").json
    keys = {"cancellation": "allowCancellation", "assignment": "roundRobin"}
    words = {None: "none", True: "yes", False: "no"}

    for option, told in defaults.DEFAULTS["event add"].items():
        name = option.removeprefix("--")
        key = keys.get(name) or re.sub(r"-(\w)", lambda m: m[1].upper(), name)
        if key in made and " " not in told and key != "roundRobin":
            found = made[key]
            is_word = found is None or isinstance(found, bool)
            assert told == (words[found] if is_word else str(found).lower()), option
    assert made["slotInterval"] == made["duration"] == 30


def test_every_default_is_of_an_option_that_is_there() -> None:
    for command, told in defaults.DEFAULTS.items():
        if command in ("slots", "explain", "attendee add", "attendee remove"):
            continue  # which share a table with others
        names = {o for p in built(tuple(command.split())).params for o in p.opts}
        assert {*told} - names <= {"--duration"}, command


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("a,b,c,d,e,f", 4, ["a,b,", "c,d,", "e,f"]),
        ("daily|weekly", 8, ["daily|", "weekly"]),
        ("in [env:\xa0X] it", 8, ["in", "[env: X]", "it"]),
        ("in [env:\xa0X] it", 6, ["in", "[env:", "X] it"]),
        ("", 8, []),
    ],
)
def test_lines_are_broken_at_blanks_else_behind_a_sign(
    text: str, width: int, lines: list[str]
) -> None:
    assert fold(text, width) == lines

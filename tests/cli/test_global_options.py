"""Options of all commands: colours, ASCII, silence, no questions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Booking
from calbook.cli import global_options
from calbook.cli.ascii_signs import to_ascii
from calbook.cli.screen import cells, colours

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

RED = "\x1b[31m"


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.mark.parametrize(
    "line",
    [
        ("--color=always", "list"),
        ("list", "--color", "always"),
        ("--color", "never", "list", "--color=always"),
        ("--ascii", "list", "-q", "--color=ALWAYS", "--no-pager", "--no-input"),
    ],
)
def test_they_stand_before_a_command_or_behind_it(
    run: Run, booking: Callable[..., Booking], line: tuple[str, ...]
) -> None:
    booking()

    assert "\x1b[1m" in run(*line).out


@pytest.mark.parametrize("group", [("--quiet", "event"), ("event", "--quiet")])
def test_a_group_takes_them_too(run: Run, group: tuple[str, ...]) -> None:
    run("event", "add", "demo", "--duration", "30")

    assert run(*group, "remove", "demo", "--yes").err == ""


def test_what_belongs_to_another_option_is_left_to_it(
    run: Run, booking: Callable[..., Booking]
) -> None:
    cancelled = run("cancel", booking().uid, "--reason", "--quiet", "--json").json

    assert cancelled["reason"] == "--quiet"


def test_behind_two_dashes_they_are_words(run: Run) -> None:
    answer = run("show", "--", "--quiet")

    assert (answer.status, "--quiet" in answer.err) == (3, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("list", "--asci"), "--ascii"),
        (("--quite", "list"), "--quiet"),
        (("list", "--color", "red"), "choose one of auto, always, never"),
        (("list", "--color"), "requires an argument"),
        (("list", "--quiet=no"), "does not take a value"),
    ],
)
def test_a_misspelt_one_is_refused(run: Run, line: tuple[str, ...], said: str) -> None:
    answer = run(*line)

    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_a_line_does_not_speak_for_the_next_one(
    run: Run, booking: Callable[..., Booking]
) -> None:
    booking()

    run("list", "--color=always", "--quiet")

    assert "\x1b" not in run("list").out


def test_they_are_in_the_help(run: Run) -> None:
    help = run("--help").out

    for option in ("-q, --quiet", "--no-input", "--no-pager", "--color", "--ascii"):
        assert option in help


def test_the_version_is_said_beside_them(run: Run) -> None:
    said = run("--version").out

    assert run("-q", "--no-pager", "--version").out == run("--ascii", "-V").out == said
    assert run("list", "--version").status == 2


# -- colours


@pytest.mark.parametrize(
    ("said", "env", "is_shown", "expected"),
    [
        (None, {}, True, True),
        (None, {}, False, False),
        (None, {"NO_COLOR": "1"}, True, False),
        (None, {"NO_COLOR": ""}, True, True),
        (None, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        (None, {"FORCE_COLOR": "1"}, False, True),
        (None, {"FORCE_COLOR": "0"}, True, True),
        (None, {"CLICOLOR_FORCE": "1"}, False, True),
        (None, {"CLICOLOR_FORCE": "0"}, False, False),
        (None, {"CLICOLOR": "0"}, True, False),
        (None, {"CLICOLOR": "1"}, True, True),
        (None, {"TERM": "dumb"}, True, False),
        (None, {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"CLICOLOR": "0"}, True, False),
    ],
)
def test_who_decides_on_colours(
    monkeypatch: pytest.MonkeyPatch,
    said: str | None,
    env: dict[str, str],
    is_shown: bool,
    expected: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_shown, raising=False)
    monkeypatch.setattr(
        global_options, "_given", {} if said is None else {"color": said}
    )

    assert global_options.has_colours(sys.stdout) is expected
    painted = colours.paint_lines([[cells.StyledText("over", "CANCELLED")]])
    assert ("\x1b" in painted) is expected


def test_without_colours_no_escape_is_on_the_screen(
    terminal: Callable[..., Any], booking: Callable[..., Booking]
) -> None:
    """NO_COLOR left bold and underlined text."""
    booking()
    for args in (("list",), ("help", "scripting"), ("agenda",)):
        plain, coloured = terminal(*args, NO_COLOR="1"), terminal(*args)
        assert (plain.end(), coloured.end()) == (0, 0)

        assert "\x1b" not in plain.raw
        assert "\x1b" in coloured.raw


def test_forced_colours_make_no_screen_of_lines_for_programs(
    run: Run, booking: Callable[..., Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    booking()
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b" not in run("list").out
    assert "\t" in run("list").out


def test_json_is_the_same_in_colours(run: Run, booking: Callable[..., Booking]) -> None:
    booking()

    assert run("list", "--json", "--color=always").json == run("list", "--json").json


# -- ASCII


def test_signs_are_as_wide_in_ascii() -> None:
    drawn = "─│┼┘█▌·•×–−→┃┋╱✓“”"

    assert to_ascii(drawn).isascii()
    assert len(to_ascii(drawn)) == len(drawn)
    assert to_ascii("wait …") == "wait ..."
    assert to_ascii("Zoë 日本") == "Zoë 日本"


@pytest.mark.parametrize(
    ("line", "env"),
    [
        (("--ascii",), {}),
        ((), {"CALBOOK_ASCII": "1"}),
        ((), {"PYTHONIOENCODING": "ascii"}),
    ],
)
def test_a_screen_in_ascii_is_laid_out_as_in_signs(
    terminal: Callable[..., Any],
    booking: Callable[..., Booking],
    line: tuple[str, ...],
    env: dict[str, str],
) -> None:
    booking(attendee={"name": "Ada " * 30, "email": "ada@example.com"})
    for args in (("list",), ("week", "--of", "2027-01-18"), ("help", "times")):
        plain = terminal(*args, *line, **env, NO_COLOR="1")
        drawn = terminal(*args, NO_COLOR="1")
        assert (plain.end(), drawn.end()) == (0, 0)

        assert plain.shown.isascii()
        assert not drawn.shown.isascii()
        if args[0] != "help":
            lengths = [[*map(len, t.shown.splitlines())] for t in (plain, drawn)]
            assert lengths[0] == lengths[1]


def test_what_people_wrote_stays_in_ascii(
    run: Run, booking: Callable[..., Booking]
) -> None:
    booking(attendee={"name": "Zoë", "email": "zoe@example.com"})

    assert "Zoë" in run("list", "--ascii", "--color=always").out


def test_ascii_that_is_switched_off_draws_signs(
    terminal: Callable[..., Any], booking: Callable[..., Booking]
) -> None:
    booking()
    shown = terminal("list", CALBOOK_ASCII="0")
    shown.end()

    assert "─" in shown.shown


# -- silence


def test_quiet_says_nothing_but_the_answer(
    run: Run, booking: Callable[..., Booking]
) -> None:
    booking()
    assert run("db", "check").err != ""

    answer = run("db", "check", "--quiet")

    assert (answer.status, answer.err) == (0, "")


def test_quiet_says_errors(run: Run) -> None:
    answer = run("show", "bk_zzzz", "-q")

    assert (answer.status, answer.out) == (3, "")
    assert answer.err.startswith("calbook: no such booking")


def test_quiet_says_which_lines_were_refused(
    run: Run, booking: Callable[..., Booking]
) -> None:
    booking()

    answer = run("create", "--input", "-", "-q", input="{}\n{}\n")

    assert len(answer.err.splitlines()) >= 2


# -- questions


@pytest.mark.parametrize(
    ("line", "env"), [(("--no-input",), {}), ((), {"CALBOOK_NO_INPUT": "1"})]
)
def test_nobody_is_asked_with_no_input(
    terminal: Callable[..., Any],
    booking: Callable[..., Booking],
    line: tuple[str, ...],
    env: dict[str, str],
) -> None:
    """As off a terminal: it goes on, or says what is missing."""
    booking()
    shown = terminal("create", "--event", "demo", *line, **env)

    assert shown.end() == 2
    assert "missing" in shown.shown

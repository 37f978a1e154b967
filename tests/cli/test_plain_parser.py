"""Plain lines are read as typer reads them, or left to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.options import commands
from support.properties import examples
from support.running import Run, numbered

from calbook.cli import calls, global_options, plain_parser, tree
from calbook.cli.shell import call_table

pytest_plugins = ("support.running",)

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "calbook" / "cli" / "plain_calls.txt"


class Read(NamedTuple):
    """What a line was read as: the call, and what it said of how calbook speaks."""

    function: Any
    given: dict[str, Any]
    places: list[tuple[str, Any, tuple[str, ...]]]
    uids: list[str]
    said: dict[str, Any]


def read(call: calls.Call) -> Read:
    places = [(name, kind, tuple(fields)) for name, kind, fields in call.places]
    said = {name: global_options.given(name) for name in global_options.OPTIONS}
    return Read(call.function, dict(call.given), places, [*call.uids], said)


def read_plainly(args: list[str]) -> Read | None:
    with global_options.RestoreGiven():
        call = plain_parser.read_call(args)
        return None if call is None else read(call)


def read_by_typer(args: list[str]) -> Read | None:
    """None where it has no call to make of them."""
    found: list[Read] = []
    with pytest.MonkeyPatch.context() as patch, global_options.RestoreGiven():
        patch.setattr(calls.Call, "run", lambda call: found.append(read(call)))
        try:
            tree.run(args)
        except Exception:  # whatever is wrong, typer alone says it
            return None
    return found[0] if found else None


def test_the_table_is_that_of_the_commands() -> None:
    assert TABLE.read_text() == call_table.table(), (
        f"run: python -m calbook.cli.shell.call_table > {TABLE.relative_to(ROOT)}"
    )


def test_the_parser_stays_short() -> None:
    """It is worth its lines only as long as it is read in one go."""
    assert len(Path(plain_parser.__file__).read_text().splitlines()) <= 150


# -- plain lines ---------------------------------------------------------------------


def options_of(command: str) -> list[Any]:
    found = [p for p in commands()[command].params if p.param_type_name == "option"]
    return [*found, *global_options.OPTIONS.values()]


def spellings(option: Any) -> list[str]:
    if isinstance(option, tuple):
        return [*option[0]]
    return [*option.opts, *option.secondary_opts]


def plain_value(option: Any) -> str | None:
    """One that it takes; None of a flag."""
    if isinstance(option, tuple):
        return "never" if option[1] else None
    return None if option.is_flag else "7" if option.type.name == "int" else "some text"


def arguments_of(command: str) -> list[str]:
    params = commands()[command].params
    return ["bk_4e2xxqpf6m00"] * any(p.param_type_name == "argument" for p in params)


PLAIN = [
    pytest.param([command, *arguments_of(command), *words], id=" ".join(ids))
    for command in call_table.PLAIN
    for ids, words in [
        ((command,), []),
        *(
            ((command, name), [name, *filter(None, [plain_value(option)])])
            for option in options_of(command)
            for name in spellings(option)
        ),
    ]
]


@pytest.mark.parametrize("args", PLAIN)
def test_a_plain_line_is_read_as_typer_reads_it(args: list[str]) -> None:
    plainly = read_plainly(args)

    assert plainly is not None
    assert plainly == read_by_typer(args)


@pytest.mark.parametrize(
    "line",
    [
        *("", "--help", "list --help", "list -h", "lst", "help list", "List"),
        *("list more", "show", "show a b", "cancel", "show --uid a"),
        *("list --limi 3", "list --limit", "list --limit=x", "list --limit -1"),
        *("list --limit 1_0", "list --limit ٣", "list --limit 1000000001"),
        *("list --json=1", "list --json --csv", "list --upcoming --past", "list -L=3"),
        *("list --tz UTC --tz UTC", "cancel a --notify --no-notify", "list -x"),
        *(
            "list --color maybe",
            "list --color NEVER",
            "--quiet list",
            "list --no-quiet",
        ),
    ],
)
def test_what_is_not_plain_is_left_to_typer(line: str) -> None:
    assert read_plainly(line.split()) is None


def test_what_was_left_to_typer_has_said_nothing() -> None:
    with global_options.RestoreGiven():
        assert plain_parser.read_call(["list", "--quiet", "--nonsense"]) is None
        assert global_options.given("quiet") is None


def test_typers_own_completion_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_plainly(["list"])
    monkeypatch.setenv("_CALBOOK_COMPLETE", "bash_complete")

    assert read_plainly(["list"]) is None


# -- all lines -----------------------------------------------------------------------

VALUES = st.one_of(
    st.sampled_from(
        [
            *("", "-", "--", "-5", "0", "7", "1000000000", "1000000001", "007", "1_0"),
            *("٣", " 3", "+3", "last", "next", "bk_4e2xxqpf6m00", "a=b", "=", "--json"),
            *("always", "NEVER", "auto|never", "Zoë", "\u202e", "🙂", "-n", "-L"),
        ]
    ),
    st.text(max_size=4),
)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Any line of a plain command: options in all spellings, and words between them."""
    command = draw(st.sampled_from(call_table.PLAIN))
    names = [name for option in options_of(command) for name in spellings(option)]
    letters = [name[1] for name in names if name[:2] != "--"]
    cluster = st.text(st.sampled_from([*letters, "x"]), min_size=1, max_size=3)
    name, value = st.sampled_from(names), VALUES
    part = st.one_of(
        st.tuples(name),
        st.tuples(name, value),
        st.builds("{}={}".format, name, value).map(lambda word: (word,)),
        st.builds("-{}{}".format, cluster, value).map(lambda word: (word,)),
        st.builds("-{}".format, cluster).map(lambda word: (word,)),
        st.tuples(name.map(lambda word: word[:-1])),
        st.tuples(value),
    )
    found = draw(st.lists(part, max_size=4))
    words = draw(st.sampled_from([[], arguments_of(command)]))
    return [command, *words, *(word for one in found for word in one)]


def plain_lines() -> st.SearchStrategy[list[str]]:
    """Lines that nothing is wrong with: each option at most once, with a value."""
    return st.sampled_from(call_table.PLAIN).flatmap(
        lambda command: st.lists(
            st.sampled_from(options_of(command)), max_size=4, unique_by=str
        ).map(
            lambda found: [
                *(command, *arguments_of(command)),
                *(
                    word
                    for option in found
                    for word in (spellings(option)[0], plain_value(option))
                    if word is not None
                ),
            ]
        )
    )


@examples(600)
@given(st.one_of(lines(), plain_lines()))
def test_any_line_is_read_as_typer_reads_it_or_left_to_it(args: list[str]) -> None:
    plainly = read_plainly(args)

    assert plainly is None or plainly == read_by_typer(args)


@examples(300)
@given(plain_lines())
def test_only_what_typer_refuses_is_left_of_plain_lines(args: list[str]) -> None:
    assert (read_plainly(args) is None) == (read_by_typer(args) is None)


# -- answers -------------------------------------------------------------------------

ADA = ("--name", "Ada", "--email", "ada@example.com")
STORY = [
    ("list",),
    ("create", "--event", "demo", "--start", "2027-01-18 10:00", *ADA, "--json"),
    ("create", "-edemo", "--start=2027-01-18 10:00", *ADA),
    ("create", "-e", "demo", "--start", "2027-01-18 10:00", *ADA, "--json"),
    ("create", "-e", "no", "--start", "2027-01-18 12:00", *ADA),
    ("create", "-e", "demo", "--start", "soon", *ADA, "--jsonl"),
    ("create", "-ne", "demo", "--start", "2027-01-18 12:00", *ADA),
    ("create", "-e", "ask", "--start", "2027-01-18 12:00", *ADA, "--meta", "a=b"),
    ("create", "-e", "ask", "--start", "2027-01-18 12:00", "--name", "Ada", "-q"),
    ("confirm", "last", "--json"),
    ("reschedule", "last", "--start", "2027-01-18 14:00"),
    ("reschedule", "last"),
    ("reject", "last", "--reason", "No"),
    *(("list", form) for form in ("--json", "--jsonl", "--csv", "--limit=1")),
    *(("list", "--format", "{uid} {name}"), ("list", "--sort", "status", "--reverse")),
    ("list", "--status", "pending", "--status", "confirmed", "--fields", "uid,status"),
    *(("list", "--status", "none"), ("list", "--after", "last"), ("list", "--tz", "X")),
    *(("show", "last", "--json"), ("show", "bk_no"), ("show", "next"), ("show", "")),
    *(("next",), ("next", "--short"), ("next", "--json"), ("next", "--short", "--csv")),
    *(("agenda", "--on", "2027-01-18"), ("today", "--json"), ("tomorrow", "--csv")),
    *(("day", "--on", "2027-01-18"), ("week", "--of=2027-01-18", "--by", "host")),
    *(("week", "--svg"), ("week", "--color-scheme", "dark"), ("month", "--host", "me")),
    ("slots", "-e", "demo", "--from", "2027-01-18", "--days", "1"),
    ("slots", "-e", "demo", "--on", "2027-01-18", "--explain", "--json"),
    *(("slots",), ("slots", "-e", "demo", "--limit", "some"), ("list", "--all", "--")),
    ("explain", "-e", "demo", "--start", "2027-01-18 10:00"),
    ("explain", "-e", "demo", "--start", "2027-01-18 15:00", "--json"),
    *(("history", "last"), ("occurrences", "last", "--tz", "UTC")),
    *(("cancel", "next", "--reason", "Ill", "--json"), ("cancel", "last", "bk_no")),
    *(("cancel", "--", "last"), ("list", "--actor", "me"), ("list", "\udcff")),
]


def test_answers_are_the_same_to_the_byte_whoever_reads_the_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_typer = []

    def tell(story: str) -> list[str]:
        monkeypatch.setenv("CALBOOK_DB", str(tmp_path / f"{story}.db"))
        run("event", "add", "demo")
        run("event", "add", "ask", "--requires-confirmation")
        said = ((line, run(*line)) for line in STORY)
        text = "\0".join("\n".join(map(str, (line, *answer))) for line, answer in said)
        return re.sub(r"\b(per|ev)_\w+", r"\1_", numbered(text)).split("\0")

    plainly = tell("plain")
    by = tree.run
    monkeypatch.setattr(plain_parser, "read_call", lambda args: None)
    monkeypatch.setattr(tree, "run", lambda args: (by_typer.append(args), by(args))[1])

    assert tell("typer") == [text.replace("plain.db", "typer.db") for text in plainly]
    assert len(by_typer) > len(STORY)


def test_plain_lines_need_no_typer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "run", lambda args: 99)
    taken = [line for line in STORY if run(*line).status != 99]

    assert {line[0] for line in taken} == {*call_table.PLAIN}
    assert len(taken) > 0.9 * len(STORY)

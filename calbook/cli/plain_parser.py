"""Plain command lines, read by a table: most calls need nothing else of typer.

What it does not understand completely is left to typer, which alone says what is wrong
and gives help. `plain_calls.txt` is made of the commands by `shell/call_table.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module

from calbook.cli import global_options
from calbook.cli.calls import Call
from calbook.core.typing_names import Any

_TABLE = os.path.join(os.path.dirname(__file__), "plain_calls.txt")
_FLAGS = {"on": True, "off": False}


class _NotPlain(Exception):
    """Typer has to read it."""


def read_call(args: Sequence[str]) -> Call | None:
    """The call that typer would make of the arguments; None where it has to read them.

    Nothing has happened where there is none.
    """
    rows = _find_rows("".join(args[:1]))
    if not rows or "_CALBOOK_COMPLETE" in os.environ:  # typer's own completion
        return None
    line = _Line(rows)
    try:
        line.read(iter(args[1:]))
        line.take_words()
        line.check_exclusive()
    except _NotPlain:
        return None
    global_options.take(line.given)
    return _make_call(args[0], rows, line.given)


def _find_rows(command: str) -> list[list[str]]:
    """The words of each line that the table has of a command."""
    if not command.isalpha():
        return []
    with open(_TABLE, encoding="utf-8") as file:
        _, _, behind = file.read().partition(f"\n\n{command}\n")
    found, _, _ = behind.partition("\n\n")
    return [row.split(" ") for row in found.split("\n") if row]


class _Line:
    """What a command line says: values by their parameters' names."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.rows = rows
        self.options = {row[0]: row[1:] for row in rows if row[0].startswith("-")}
        for name, (spelt, choices, _) in global_options.OPTIONS.items():
            self.options |= {word: [name, choices or "on"] for word in spelt}
        self.given: dict[str, Any] = {}
        self.words: list[str] = []  # which are no option's

    def read(self, rest: Iterator[str]) -> None:
        for word in rest:
            if word == "--":
                self.words += rest
            elif word.startswith("--"):
                option, equals, value = word.partition("=")
                self._take(option, value if equals else None, rest)
            elif word.startswith("-") and word != "-":
                self._take_letters(word, rest)
            else:
                self.words.append(word)

    def _take_letters(self, word: str, rest: Iterator[str]) -> None:
        """`-e demo`, `-edemo`, or several that have no value: `-ny`."""
        for at, letter in enumerate(word[1:], 2):
            if self._kind(f"-{letter}") not in _FLAGS:
                self._take(f"-{letter}", word[at:] or None, rest)
                return
            self._take(f"-{letter}", None, rest)

    def _kind(self, option: str) -> str:
        _require(option in self.options)
        return self.options[option][1]

    def _take(self, option: str, value: str | None, rest: Iterator[str]) -> None:
        """An option with its value, which is the next word where it stands alone."""
        kind, name = self._kind(option), self.options[option][0]
        if kind in _FLAGS:
            _require(value is None and name not in self.given)
            self.given[name] = _FLAGS[kind]
            return
        value = next(rest, None) if value is None else value
        _require(value is not None and (kind == "list" or name not in self.given))
        if kind == "list":
            self.given.setdefault(name, []).append(value)
        else:
            self.given[name] = _convert(str(value), kind)

    def take_words(self) -> None:
        """Who leaves out an argument is asked for it."""
        wanted = [row[1:] for row in self.rows if row[0] == "<"]
        _require(bool(self.words) == len(wanted))
        for name, how_many in wanted:
            _require(how_many == "many" or len(self.words) == 1)
            self.given[name] = self.words if how_many == "many" else self.words[0]

    def check_exclusive(self) -> None:
        for mark, *names in self.rows:
            _require(mark != "!" or len(self.given.keys() & {*names}) < 2)


def _require(is_plain: bool) -> None:
    if not is_plain:
        raise _NotPlain


def _convert(value: str, kind: str) -> str | int:
    """Text, one of a choice, or a number, whose kind is the least that it may be."""
    if not kind.isdigit():
        _require(kind == "text" or value in kind.split("|"))
        return value
    _require(value.isascii() and value.isdigit() and len(value) < 10)
    _require(int(value) >= int(kind))
    return int(value)


def _make_call(command: str, rows: list[list[str]], given: dict[str, Any]) -> Call:
    """With the defaults of what was not said."""
    function = _find(*rows[0][1:])
    places = [(row[1], _find(*row[2:4]), row[4:]) for row in rows if row[0] == ":"]
    usual = {name: getattr(kind, name) for _, kind, names in places for name in names}

    def make_params() -> Sequence[Any]:
        from calbook.cli.command import make_command  # slow to import

        return make_command(command, function).params

    return Call(
        *(function, places, {**(function.__kwdefaults__ or {}), **usual, **given}),
        uids=[row[1] for row in rows if row[0] == "@"],
        params=make_params,
    )


def _find(module: str, name: str) -> Any:
    return getattr(import_module(f"calbook.cli.{module}"), name)

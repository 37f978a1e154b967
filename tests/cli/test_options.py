"""Groups of options: one parameter of a command, spread out for the command line."""

import re
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.testing import CliRunner

import calbook
from calbook.cli import options as o
from calbook.cli.command import expand_groups
from calbook.cli.screen import tables

CLI = Path(calbook.__file__).parent / "cli"


class Colours(o.Group):
    warm: str | None = o.option("--warm", "COLOUR", "As fire.")
    cold: str = o.option("--cold", "COLOUR", default="blue")
    is_pale: bool = o.flag("--pale", "With white in it.")


Painting = Annotated[Colours, "is_pale", "warm"]
painted: list[dict[str, Any]] = []


def paint(
    what: Annotated[str, typer.Argument()],
    *,
    colours: Painting,
    often: Annotated[int, typer.Option("--often")] = 1,
    others: o.Dates,
) -> None:
    """Paint it."""
    painted.append({**locals(), "cold": colours.cold})


def test_a_group_is_spread_out_in_its_place() -> None:
    expanded = expand_groups(paint)

    dates = ["date", "from_date", "all"]
    assert [*signature(expanded).parameters] == [
        *("what", "is_pale", "warm", "often"),
        *dates,
    ]
    assert expanded.__doc__ == "Paint it."


def test_a_command_gets_its_groups_with_what_was_said_and_the_defaults() -> None:
    app = typer.Typer()
    app.command()(expand_groups(paint))

    done = CliRunner().invoke(app, ["wall", "--warm", "red", "--from", "2027-01-18"])

    assert done.exit_code == 0, done.output
    (found,) = painted
    assert (found["what"], found["often"], found["cold"]) == ("wall", 1, "blue")
    assert found["colours"].options() == {"is_pale": False, "warm": "red"}
    assert found["others"].given() == {"from_date": "2027-01-18", "all": False}


def test_tables_that_are_named_are_there() -> None:
    sources = [file.read_text(encoding="utf-8") for file in CLI.rglob("*.py")]
    named = {
        name for text in sources for name in re.findall(r'table_of\("(\w+)"', text)
    }

    assert "bookings_table" in named
    assert [name for name in sorted(named) if not hasattr(tables, name)] == []

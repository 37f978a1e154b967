"""Groups of options spread out for the command line, and what all options keep to."""

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from support.running import Run

import calbook
from calbook.cli import options as o
from calbook.cli.command import make_command
from calbook.cli.screen import tables
from calbook.core.errors import UsageError

pytest_plugins = ("support.running",)

CLI = Path(calbook.__file__).parent / "cli"


class Colours(o.Group):
    exclusive = (("warm", "cold"),)

    warm: str | None = o.option("--warm", "COLOUR", "As fire.")
    cold: str = o.option("--cold", "COLOUR", default="blue")
    is_pale: bool = o.flag("--pale", "With white in it.")
    layers: int | None = o.number("--layers", "How thick.", least=1)
    shines: bool | None = o.option("--shiny/--dull", help="In the sun.")
    tools: list[str] | None = o.option("--tool", "TOOL")


Painting = Annotated[Colours, "is_pale", "warm"]
painted: list[dict[str, Any]] = []


def paint(
    what: Annotated[str, o.Argument()],
    *,
    colours: Painting,
    often: Annotated[int, o.Declared("--often")] = 1,
    others: o.Dates,
) -> None:
    """Paint it."""
    painted.append({**locals(), "cold": colours.cold})


def brush(
    places: Annotated[list[str], o.Argument(metavar="PLACE…")],
    *,
    colours: Colours,
    limit: Annotated[int | None, o.Declared("--limit", metavar="N")] = None,
) -> None:
    """Paint it by hand."""
    painted.append({"places": places, **colours.options(), "limit": limit})


def run_brush(*args: str) -> dict[str, Any]:
    painted.clear()
    make_command("brush", brush).main([*args], standalone_mode=False)
    (found,) = painted
    return found


def test_a_group_is_spread_out_in_its_place() -> None:
    command = make_command("paint", paint)

    dates = ["date", "from_date", "all"]
    assert [param.name for param in command.params] == [
        *("what", "is_pale", "warm", "often"),
        *dates,
    ]
    assert command.help == "Paint it."


def test_a_command_gets_its_groups_with_what_was_said_and_the_defaults() -> None:
    painted.clear()
    args = ["wall", "--warm", "red", "--from", "2027-01-18"]

    make_command("paint", paint).main(args, standalone_mode=False)

    (found,) = painted
    assert (found["what"], found["often"], found["cold"]) == ("wall", 1, "blue")
    assert found["colours"].options() == {"is_pale": False, "warm": "red"}
    assert found["others"].given() == {"from_date": "2027-01-18", "all": False}


def test_each_kind_of_option_comes_as_it_is_declared() -> None:
    given = ("--pale", "--layers", "2", "--dull", "--tool", "a", "--tool", "b")

    assert run_brush("wall", "door", *given, "-L", "3") == {
        "places": ["wall", "door"],
        **{"warm": None, "cold": "blue", "is_pale": True, "layers": 2},
        **{"shines": False, "tools": ["a", "b"], "limit": 3},
    }
    assert run_brush("wall") == {
        "places": ["wall"],
        **{"warm": None, "cold": "blue", "is_pale": False, "layers": None},
        **{"shines": None, "tools": None, "limit": None},
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("--warm red --warm orange", "--warm is given twice"),
        ("--warm=red --warm red", "--warm is given twice"),
        ("-L 2 --limit 3", "--limit is given twice"),
        ("--shiny --dull", "--shiny and --dull exclude each other"),
        ("--warm red --cold blue", "--warm and --cold exclude each other"),
        ("--layers 0", "--layers is 0; it must be at least 1"),
        ("--limit -1", "--limit is -1; it must be from 0 to 1,000,000,000"),
    ],
)
def test_options_that_contradict_each_other_are_refused(args: str, said: str) -> None:
    with pytest.raises(UsageError) as refusal:
        run_brush("wall", *args.split())

    assert refusal.value.message == said


@pytest.mark.parametrize("args", ["--pale --pale", "--tool a --tool a"])
def test_what_says_the_same_twice_is_no_contradiction(args: str) -> None:
    assert run_brush("wall", *args.split())["places"] == ["wall"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("list --json --csv", "--json and --csv exclude each other"),
        (
            "list --jsonl --csv --json",
            "--json and --jsonl and --csv exclude each other",
        ),
        ("list --upcoming --past", "--upcoming and --past exclude each other"),
        ("list --limit 3 --all", "--limit and --all exclude each other"),
        ("agenda --on fri --days 2", "--on and --days exclude each other"),
        ("stats --to fri --days 2", "--to and --days exclude each other"),
        ("list --limit x", "--limit needs a whole number, not x"),
        ("stats --days x", "--days needs a whole number, not x"),
        ("slots -e demo --days 0", "--days is 0; it must be from 1 to 3,660"),
        ("stats --days 0", "--days is 0; it must be from 1 to 3,660"),
        ("host add bob --email bob", "--email is not an e-mail address: bob"),
        ("event add demo --seats 0", "--seats is 0; it must be from 1 to 10,000"),
        ("event add demo --booking-limit x", "--booking-limit cannot be x"),
        ("busy import a.ics --name a/b", "--name cannot be"),
    ],
)
def test_errors_name_the_option(run: Run, args: str, said: str) -> None:
    run("event", "add", "demo")

    answer = run(*args.split(" "))

    assert answer.status == 2
    assert said in answer.err.splitlines()[0].replace('"', "")


def test_a_line_of_an_input_is_named_as_it_is_there(run: Run) -> None:
    run("event", "add", "demo")
    line = '{"event_type_id": "demo", "start_time": "x"}'

    error = run("create", "--input", "-", "--json", input=line).error

    assert "--" not in error["message"]


@pytest.mark.parametrize("name", ["-h", "--help"])
def test_help_has_a_short_name(run: Run, name: str) -> None:
    assert run("list", name).out.startswith("Usage: calbook list")


def test_short_names_do_what_the_long_ones_do(run: Run, tmp_path: Path) -> None:
    run("event", "add", "demo")
    at = ("create", "-e", "demo", "--start", "2027-01-18 10:00", "--name", "Ada")

    tried = run(*at, "--email", "ada@example.com", "-n", "--json").json
    made = run(*at, "--email", "ada@example.com", "--json").json
    run("ics", made["uid"], "-o", tmp_path / "a.ics")
    listed = run("list", "-L", "0", "--json").json
    removed = run("cancel", made["uid"], "-y", "-q", "--by", "host")

    assert (tried["startTime"], listed) == (made["startTime"], [])
    assert (removed.status, removed.err) == (0, "")
    assert (tmp_path / "a.ics").exists()


RANGE = ("2027-01-18", "2027-01-19")


@pytest.mark.parametrize(
    ("args", "days"),
    [
        (("--on", "2027-01-18"), ("18",)),
        (("--from", "2027-01-18", "--to", "2027-01-19"), ("18", "19")),
        (("--from", "2027-01-18", "--days", "2"), ("18", "19")),
        (("--from", "2027-01-19"), ("19", "20")),
        (("--to", "2027-01-18"), ("18",)),
    ],
    ids=" ".join,
)
def test_every_range_means_the_same(
    run: Run, args: tuple[str, ...], days: tuple[str, ...]
) -> None:
    run("event", "add", "demo", "--duration", "30")
    ada = ("--name", "Ada", "--email", "ada@example.com")
    for day in ("18", "19", "20"):
        start = f"2027-01-{day} 10:00"
        run("create", "--event", "demo", "--start", start, *ada)

    listed = run("list", *args, "--json").json
    counted = run("stats", *args, "--json").json
    feed = run("ics", "--feed", *args).out
    rows = run("export", "--format", "csv", *args).out.splitlines()[1:]

    assert {item["startTime"][8:10] for item in listed} == {*days}
    assert counted["occurrences"] == len(days)
    assert set(re.findall(r"DTSTART\S*:202701(\d\d)", feed)) == {*days}
    assert {row.split(",")[1][8:10] for row in rows} == {*days}


def test_tables_that_are_named_are_there() -> None:
    sources = [file.read_text(encoding="utf-8") for file in CLI.rglob("*.py")]
    named = {
        name for text in sources for name in re.findall(r'table_of\("(\w+)"', text)
    }

    assert "occurrences_table" in named
    assert [name for name in sorted(named) if not hasattr(tables, name)] == []

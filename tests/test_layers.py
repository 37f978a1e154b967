"""Who may import whom, and what each command may cost to start."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calbook
from calbook import Client

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

PACKAGE = Path(calbook.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = (
    *("rich", "icalendar", "recurring_ical_events"),
    *("sqlite_utils", "pydantic", "dateutil", "idna"),
)

# By folder: which others it may import besides itself, and which libraries.
ROOMS = {
    "core": ("", "dateutil tzdata idna"),
    "interrupts": ("", ""),
    "store": ("core interrupts", "sqlite3 sqlite_utils psycopg2 tzlocal"),
    "wire": ("core", ""),
    "languages": ("core", "babel"),
    "ical": ("core languages", "icalendar dateutil"),
    "settings": ("core wire", "platformdirs tomlkit"),
    "whole_files": ("interrupts", ""),
    "delivery": (
        "core wire languages ical store settings whole_files interrupts __version__",
        "urllib3 standardwebhooks certifi",
    ),
    "services": (
        "core wire languages ical store delivery settings whole_files __version__",
        "",
    ),
    "api": ("core wire services settings store.context", "platformdirs"),
    "cli": (
        "core wire languages api settings whole_files interrupts __version__",
        "typer rich platformdirs sqlite3 _sqlite3 tzdata",
    ),
    "__main__": ("cli interrupts", ""),
    "__init__": ("core api", ""),
}
# One heavy library in one place, or in few.
PLACES = {
    "rich": "cli.screen.painting",
    "typer": "cli",
    "sqlite3": "store delivery cli.shell.complete",
    "_sqlite3": "cli.shell.complete",
    "tzdata": "core cli.shell.complete",
    "sqlite_utils": "store.sqlite.schema",
    "psycopg2": "store.postgres",
    "tzlocal": "store.first_host",
    "icalendar": "ical",
    "urllib3": "delivery.http delivery.webhook.http",
    "standardwebhooks": "delivery.webhook",
    "tomlkit": "settings.editing",
    "babel": "languages.translated",
    "idna": "core.domain_names",
}


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Every name that is imported anywhere, as whole as it is told, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node).startswith(
            "typer._"
        ):
            yield node.lineno, f"typer.{node.attr}"


def is_allowed(module: str, name: str) -> bool:
    """Whether a module, named from `calbook` on, may import a name."""
    top, _, rest = name.partition(".")
    room = module.partition(".")[0]
    others, libraries = ROOMS.get(room, ("", ""))
    if top == "calbook":
        return any(is_within(rest, place) for place in (room, *others.split()))
    places = PLACES.get(top, room).split()
    if any(part.startswith("_") for part in name.split(".")[1:]):
        return False
    if top in sys.stdlib_module_names and top not in PLACES:
        return True
    return top in libraries.split() and any(is_within(module, p) for p in places)


def is_within(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


def faults(module: str, source: str, file: str = "example.py") -> list[str]:
    """What a module imports and may not, a line each."""
    return [
        f"{file}:{line}: {module} may not import {name}"
        for line, name in imports(source)
        if not is_allowed(module, name)
    ]


def name_of(file: Path) -> str:
    """`core.time.times`; a package's own file is its folder."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and parts[1:] else parts)


PACKAGES = [name_of(f) for f in MODULES if f.stem == "__init__" and f.parent != PACKAGE]
SOURCES = {name_of(file): file.read_text(encoding="utf-8") for file in MODULES}


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_what_its_room_may(module: str) -> None:
    assert faults(module, SOURCES[module], module) == []


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("core.rules.booking_rules", "import sqlite3", "sqlite3"),
        (
            "core.rules.booking_rules",
            "from calbook.store import rows",
            "calbook.store.rows",
        ),
        ("core.rules.booking_rules", "from calbook import wire", "calbook.wire"),
        ("core.rules.booking_rules", "def f():\n    import rich", "rich"),
        ("store.facts", "from sqlite_utils import Database", "sqlite_utils.Database"),
        ("store.facts", "from calbook.cli import app", "calbook.cli.app"),
        ("services.bookings.change", "import sqlite3", "sqlite3"),
        ("services.bookings.change", "import icalendar", "icalendar"),
        ("services.bookings.change", "import calbook.api.client", "calbook.api.client"),
        ("ical.writing.vcalendar", "from calbook import store", "calbook.store"),
        ("api.bookings", "import calbook.store.sqlite", "calbook.store.sqlite"),
        ("cli.commands.week", "from rich.text import Text", "rich.text.Text"),
        ("cli.commands.week", "from calbook import services", "calbook.services"),
        ("cli.app", "import click", "click"),
        ("cli.app", "from typer._click import core", "typer._click.core"),
        ("cli.app", "import typer\ntyper._click.echo()", "typer._click"),
        ("cli.app", "from .tree import COMMANDS", ".tree.COMMANDS"),
        ("new_room", "from calbook.core import model", "calbook.core.model"),
    ],
)
def test_a_wrong_import_is_named_with_its_line(
    module: str, source: str, named: str
) -> None:
    (fault,) = faults(module, source)

    line = len(source.splitlines())
    assert fault == f"example.py:{line}: {module} may not import {named}"


def test_schemas_are_made_where_they_are_asked_for_alone() -> None:
    """They read every type there is, which is slow."""
    users = {
        module
        for module, source in SOURCES.items()
        for _, name in imports(source)
        if name.startswith("calbook.api.schema")
    }

    of_commands = {"cli.commands.schema", "cli.shell.command_table"}
    others = {module for module in users if not is_within(module, "api.schema")}
    assert others == {"__init__", *of_commands}


def test_every_room_is_lived_in() -> None:
    assert ROOMS.keys() == {module.partition(".")[0] for module in SOURCES}


def test_completion_is_answered_without_any_other_module() -> None:
    assert [
        n for _, n in imports(SOURCES["cli.shell.complete"]) if "calbook" in n
    ] == []


def test_no_modules_import_each_other() -> None:
    left = {
        module: {_module(name) for _, name in imports(source)} - {module}
        for module, source in SOURCES.items()
    }
    while free := [m for m, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]

    assert left == {}


def _module(name: str) -> str:
    """The module in which an imported name lies."""
    inner = name.removeprefix("calbook.")
    return inner if inner in SOURCES else inner.rpartition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_belongs_there_and_imports_nothing(package: str) -> None:
    tree = ast.parse(SOURCES[package])

    assert len(tree.body) == 1
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_is_read_in_one_go(module: str) -> None:
    """`core.errors` is one tree in one file (style.md, 21)."""
    lines = len(SOURCES[module].splitlines())

    assert lines <= 400 or module == "core.errors"


# -- what is loaded ------------------------------------------------------------------

LOADED = """
import atexit, os, sys
names = sys.argv.pop(1).split(",")
def tell():
    print(*sorted(set(names) & set(sys.modules)), file=sys.stderr)
atexit.register(tell)
from calbook.__main__ import main
main()
"""

Loaded = Callable[..., list[str]]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def loaded(
    client: Client,
    environment: Callable[[], dict[str, str]],
) -> Loaded:
    """Which of the named modules a command has loaded when it ends."""
    client.set_up(timezone="America/New_York", email="grace@example.com")
    client.calendar.event_types.create("demo")

    def loaded(*args: str, among: tuple[str, ...], **env: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", LOADED, ",".join(among), *args],
            env=environment() | env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr.split()

    return loaded


def create(hour: int) -> tuple[str, ...]:
    person = ("--name", "Ada", "--email", "ada@example.com")
    return ("create", "--event", "demo", "--start", f"2027-01-18 {hour}:00", *person)


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("list", "--occurrences"),
        ("occurrences", "UID"),
        ("attendee", "list", "UID"),
        ("note", "list", "UID"),
    ],
    ids=" ".join,
)
def test_listing_loads_no_rules_and_nothing_heavy(
    loaded: Loaded, run: Run, command: tuple[str, ...]
) -> None:
    uid = run(*create(10)).rows[0][0]
    run("note", "add", uid, "Called back")
    run("note", "add", uid, "In a hurry", "--private")
    run(*create(14), "--repeat", "weekly", "--count", "3")
    args = [uid if arg == "UID" else arg for arg in command]
    forms = ["--json", "--jsonl", "--csv", *["--all"] * (command[0] == "list")]
    slow = (
        "calbook.core.rules.booking_rules",
        "calbook.core.model",
        "calbook.core.checks",
        "calbook.services.bookings.change",
        "calbook.wire.reading.booking_requests",
        "calbook.core.time.recurrence",
        "calbook.cli.screen.tables",
        "calbook.cli.commands.create",
        "email",
        "typer.rich_utils",
    )

    assert all(map(find_spec, slow))  # a name that is no more is never loaded
    for form in forms:
        # The clock of a test would have to be read by `when`.
        assert loaded(*args, form, among=(*HEAVY, *slow), CALBOOK_NOW="") == []


def test_a_file_needs_nothing_of_postgresql(loaded: Loaded, path: Path) -> None:
    load = ("psycopg2", "calbook.store.postgres")

    for args in (("list", "--json"), create(10)):
        assert loaded(*args, among=load) == []


def test_without_a_pushed_calendar_none_is_thought_of(loaded: Loaded) -> None:
    load = (
        *("calbook.core.calendars", "calbook.store.calendars", "calbook.store.pushes"),
        *("calbook.delivery.calendars", "calbook.services.calendars"),
        *("urllib3", "xml", "icalendar"),
    )

    for args in (create(10), ("list", "--json")):
        assert loaded(*args, among=load) == []


@pytest.mark.parametrize(
    "command", [("deliver",), ("tick",), ("busy", "refresh"), ("list", "--json")]
)
def test_without_calendars_elsewhere_no_network_is_loaded(
    loaded: Loaded, client: Client, path: Path, command: tuple[str, ...]
) -> None:
    file = path.with_name("work.ics")
    file.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    client.calendar.busy.import_ics(file, name="work")
    network = (
        *("urllib3", "ssl", "socket", "http.client", "xml.etree.ElementTree"),
        "calbook.delivery.calendars.feed",
        "calbook.delivery.calendars.caldav",
        "calbook.delivery.http.session",
    )

    assert all(map(find_spec, network))
    assert loaded(*command, among=network, CALBOOK_NOW="") == []


@pytest.mark.parametrize("command", ["deliver", "tick"])
def test_without_published_feeds_none_is_thought_of(
    loaded: Loaded, client: Client, command: str, tmp_path: Path
) -> None:
    feeds = ("icalendar", "calbook.services.calendars.publishing")

    assert loaded(command, among=feeds) == []
    client.calendar.feeds.publish(tmp_path)
    assert loaded(command, among=feeds) == [*feeds[1:]]


@pytest.mark.parametrize(
    "command",
    [
        (*create(10), "--json"),
        (*create(10), "--repeat", "weekly", "--count", "3", "--json"),
        create(10),
        ("show", "UID", "--json"),
        ("cancel", "UID", "--json"),
        ("reschedule", "UID", "--start", "2027-01-19 10:00", "--json"),
        ("event", "list", "--json"),
        ("note", "add", "UID", "Called back"),
        ("occurrences", "UID"),
        ("attendee", "list", "UID"),
        ("history", "UID"),
        ("agenda", "--from", "2027-01-18"),
        ("week", "--of", "2027-01-18", "--json"),
        ("day", "--on", "2027-01-18", "--json"),
        ("week", "--svg"),
        ("next", "--csv"),
        ("next", "--short"),
        ("today", "--json"),
        ("stats", "--by", "week"),
        ("slots", "--event", "demo", "--json"),
        ("slots", "--event", "demo"),
        ("slots", "--event", "demo", "--on", "2027-01-18", "--explain"),
        ("explain", "--event", "demo", "--start", "2027-01-18 14:00", "--json"),
        ("explain", "--event", "demo", "--start", "2027-01-18 14:00"),
        ("busy", "add", "--from", "fri", "--to", "fri"),
        ("busy", "list"),
        ("db", "path"),
        ("--help",),
        ("list", "--help"),
        ("--version",),
    ],
    ids=lambda command: " ".join(command[:1] + command[-1:]),
)
def test_a_command_loads_nothing_heavy(
    loaded: Loaded, run: Run, command: tuple[str, ...]
) -> None:
    (made,) = run(*create(12), "--json").out.splitlines()
    uid = made.split('"')[3]

    args = (uid if arg == "UID" else arg for arg in command)
    found = loaded(*args, among=HEAVY)

    assert found == []


# By command: how many of calbook's own modules its plain line may load.
OWN_MODULES = {
    "list": 60,
    "show": 60,
    "next": 71,
    "agenda": 76,
    "slots": 71,
    "explain": 102,
    "create": 115,
    "cancel": 129,
    "--version": 10,
}
DEAR = ("typer", "typing", "inspect", "dataclasses", "signal", "importlib.util")
PARSERS = ("json", "re", "enum")  # each as dear as twenty modules of calbook


@pytest.mark.sqlite
@pytest.mark.parametrize("command", OWN_MODULES)
def test_a_plain_line_loads_little(loaded: Loaded, run: Run, command: str) -> None:
    (made,) = run(*create(12), "--json").out.splitlines()
    uid = made.split('"')[3]
    rest = {
        "show": (uid, "--json"),
        "next": (),
        "slots": ("--event", "demo", "--json", "--days", "30"),
        "explain": ("--event", "demo", "--start", "2027-01-18 15:00", "--json"),
        "create": (*create(14)[1:], "--json"),
        "cancel": (uid, "--json"),
        "--version": (),
    }
    own = tuple(f"calbook.{module}" for module in SOURCES if module != "__init__")
    others = DEAR + PARSERS * (command in ("list", "show", "--version"))

    # As most computers are: no settings, and a clock that nobody has set.
    usual = {"CALBOOK_NOW": "", "CALBOOK_CONFIG": "/dev/null/none"}
    args = rest.get(command, ("--json",))
    found = loaded(command, *args, among=own + others, **usual)

    assert [name for name in found if name in others] == []
    assert len(found) <= OWN_MODULES[command], found


@pytest.mark.sqlite
@pytest.mark.parametrize("command", ["list", "agenda", "day", "week", "month"])
def test_what_a_screen_shows_loads_little(
    loaded: Loaded, run: Run, command: str
) -> None:
    """Compressed files came with the screen's size, and typer with the grids."""
    run(*create(12))
    others = (*DEAR, "json", "shutil")

    assert loaded(command, "--color", "always", among=others) == []


def test_a_calendar_file_loads_nothing_heavy(loaded: Loaded, run: Run) -> None:
    uid = run(*create(10)).rows[0][0]

    assert loaded("ics", uid, among=HEAVY) == []


@pytest.mark.parametrize(
    ("repeat", "expected"), [("weekly", []), ("monthly", ["dateutil"])]
)
def test_free_starts_of_a_series_load_dateutil_at_most(
    loaded: Loaded, repeat: str, expected: list[str]
) -> None:
    """And that only for what does not come every so many days."""
    rule = ("--repeat", repeat, "--count", "3")

    found = loaded("slots", "--event", "demo", *rule, "--json", among=HEAVY)

    assert found == expected


def test_a_calendar_is_read_without_icalendar(loaded: Loaded, tmp_path: Path) -> None:
    file = tmp_path / "work.ics"
    file.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")

    found = loaded("busy", "import", str(file), "--name", "work", among=HEAVY)

    assert found == []


def test_importing_calbook_loads_nothing_else() -> None:
    code = (
        "import sys; import calbook; before = set(sys.modules); calbook.Client\n"
        "print(*sorted(m for m in before if m.startswith('calbook')))\n"
        "heavy = {'rich', 'typer', 'icalendar', 'sqlite_utils'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "calbook\n\n"


def test_plugins_have_each_a_fixture_of_their_own() -> None:
    """Of two with one name the tests of others would have the one that came last."""
    tests = Path(__file__).parent
    plugins = [tests / "conftest.py", *tests.glob("support/*.py")]
    names = [
        node.name
        for file in plugins
        if file.name != "places.py"  # whose fixture a module imports
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any("fixture" in ast.unparse(each) for each in node.decorator_list)
    ]

    assert sorted(names) == sorted(set(names))

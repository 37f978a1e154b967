"""Who may import whom, and what each command may cost to start."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import calbook
from calbook import Client

if TYPE_CHECKING:
    from running import Run

pytest_plugins = ("running",)

PACKAGE = Path(calbook.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = (
    *("rich", "icalendar", "recurring_ical_events"),
    *("sqlite_utils", "pydantic", "dateutil"),
)


class Room(NamedTuple):
    """Modules, by prefix, and what they may import besides the standard library."""

    calbook: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


CORE, STORE, INTAKE = "calbook.core", "calbook.store", "calbook.intake"
VALUES = ("calbook.values", "calbook.wire")
# The library behind `Client`: one room, its modules side by side.
LIBRARY = (
    *("calbook.client", "calbook.bookings", "calbook.catalog", "calbook.availability"),
    *("calbook.changes", "calbook.creating", "calbook.ledger", "calbook.planning"),
    *("calbook.owning", "calbook.desk", "calbook.joining", "calbook.looking"),
    *("calbook.notes", "calbook.attending", "calbook.terms"),
    *("calbook.openings", "calbook.finding", "calbook.explaining"),
    *("calbook.agenda", "calbook.stats"),
    *("calbook.notes", "calbook.attending", "calbook.terms", "calbook.busy"),
    *("calbook.wishes", "calbook.webhooks", "calbook.notices", "calbook.mails"),
    *("calbook.deliveries",),
)
SQL = ("sqlite3",)
MAIL = ("calbook.settings", "calbook.delivery", "calbook.ical")
SENDING = (CORE, STORE, *VALUES, "calbook.delivery")

# The most specific prefix counts. What is not here may import nothing.
ROOMS = {
    "calbook.core": Room((CORE,), ("dateutil", "tzdata")),
    "calbook.store": Room((CORE, STORE), SQL),
    "calbook.store.setup": Room((CORE, STORE), (*SQL, "tzlocal")),
    "calbook.store.schema": Room((CORE, STORE), (*SQL, "sqlite_utils")),
    "calbook.values": Room((CORE, "calbook.values")),
    "calbook.wire": Room((CORE, "calbook.store.reading")),
    "calbook.intake": Room((CORE, INTAKE, "calbook.values")),
    "calbook.intake.filters": Room((CORE, INTAKE, "calbook.store.reading")),
    "calbook.ical": Room((CORE, "calbook.ical"), ("icalendar",)),
    "calbook.ical.entry": Room((CORE,)),
    "calbook.ical.series": Room((CORE,), ("icalendar",)),
    "calbook.ical.vtimezone": Room((CORE,), ("icalendar", "dateutil")),
    "calbook.ical.scanning": Room((CORE,)),
    "calbook.ical.effort": Room((CORE, "calbook.ical.scanning")),
    "calbook.ical.zones": Room((CORE, "calbook.ical.scanning"), ("icalendar",)),
    "calbook.ical.reading": Room(
        (CORE, "calbook.ical"), ("icalendar", "recurring_ical_events")
    ),
    **dict.fromkeys(LIBRARY, Room((*LIBRARY, CORE, STORE, INTAKE, *VALUES))),
    "calbook.client": Room(
        (*LIBRARY, CORE, STORE, *VALUES, "calbook.delivery"), ("platformdirs",)
    ),
    "calbook.bookings": Room(
        (*LIBRARY, CORE, STORE, INTAKE, *VALUES, "calbook.invites")
    ),
    "calbook.looking": Room(
        (*LIBRARY, CORE, STORE, INTAKE, *VALUES, "calbook.invites")
    ),
    "calbook.busy": Room(
        (
            *(CORE, STORE, "calbook.values", "calbook.desk"),
            *("calbook.files", "calbook.ical.reading"),
        )
    ),
    "calbook.files": Room((CORE,)),
    "calbook.webhooks": Room(
        (*LIBRARY, CORE, STORE, INTAKE, *VALUES, "calbook.delivery")
    ),
    "calbook.invites": Room((CORE, STORE, INTAKE, "calbook.desk", "calbook.ical")),
    "calbook.settings": Room((CORE, INTAKE), ("platformdirs", "tomli_w")),
    "calbook.notices": Room((CORE, STORE, *MAIL)),
    "calbook.delivery.letters": Room((CORE, "calbook.ical")),
    "calbook.delivery.mail": Room((*SENDING, "calbook.settings")),
    "calbook.delivery": Room((*SENDING, "calbook.desk"), SQL),
    "calbook.delivery.webhooks": Room(
        (*SENDING, "calbook.__version__"), ("urllib3", "standardwebhooks", "certifi")
    ),
    "calbook.delivery.verifying": Room(SENDING, ("standardwebhooks",)),
    "calbook.cli": Room(("calbook.cli", "calbook.client", *VALUES, CORE), ("typer",)),
    "calbook.cli.tables": Room(("calbook.cli", CORE), ("rich",)),
    "calbook.cli.failing": Room(
        ("calbook.cli", CORE, "calbook.__version__"), ("typer", "platformdirs")
    ),
    "calbook.cli.app": Room(("calbook.cli", CORE, "calbook.__version__"), ("typer",)),
    # JSON from outside is read by the same shapes as the library's arguments.
    "calbook.cli.batch": Room(
        ("calbook.cli", "calbook.client", *VALUES, CORE, INTAKE, "calbook.creating")
    ),
    "calbook.cli.config": Room(
        ("calbook.cli", "calbook.client", CORE, "calbook.settings", "calbook.delivery"),
        ("typer",),
    ),
    "calbook.cli.event": Room(
        (
            *("calbook.cli", "calbook.client", *VALUES, CORE, INTAKE),
            "calbook.settings",
        ),
        ("typer",),
    ),
    # Answered before anything else is loaded.
    "calbook.cli.complete": Room((), (*SQL, "platformdirs")),
    "calbook.__main__": Room(("calbook.cli.app", "calbook.cli.complete")),
    "calbook": Room(("calbook.client", CORE, "calbook.values")),
}


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that is imported anywhere, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module in ("calbook", "calbook.core", "calbook.cli", "calbook.intake"):
                yield from ((node.lineno, f"{module}.{a.name}") for a in node.names)
            else:
                yield node.lineno, module
        elif isinstance(node, ast.Attribute) and _is_private_typer(node):
            yield node.lineno, f"typer.{node.attr}"


def _is_private_typer(node: ast.Attribute) -> bool:
    of_typer = isinstance(node.value, ast.Name) and node.value.id == "typer"
    return of_typer and node.attr.startswith("_")


def within(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == p or module.startswith(f"{p}.") for p in prefixes)


def room_of(module: str) -> Room:
    if module == "calbook":
        return ROOMS[module]
    prefixes = [p for p in ROOMS if p != "calbook" and within(module, (p,))]
    return ROOMS[max(prefixes, key=len)] if prefixes else Room()


def faults(module: str, source: str, file: str = "example.py") -> list[str]:
    """What a module imports and may not, a line each."""
    room, found = room_of(module), []
    for line, name in imported(ast.parse(source)):
        top = name.partition(".")[0]
        private = any(part.startswith("_") for part in name.split(".")[1:])
        if top == "calbook":
            allowed = within(name, room.calbook)
        elif top in sys.stdlib_module_names:
            allowed = top != "sqlite3" or top in room.others
        else:
            allowed = top in room.others and not private
        if not allowed:
            found.append(f"{file}:{line}: {module} may not import {name}")
    return found


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_what_its_room_may(file: Path) -> None:
    source = file.read_text(encoding="utf-8")

    assert faults(name_of(file), source, str(file)) == []


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("calbook.core.policy", "import sqlite3", "sqlite3"),
        ("calbook.core.policy", "from calbook.store import rows", "calbook.store"),
        ("calbook.core.policy", "from calbook import wire", "calbook.wire"),
        ("calbook.core.policy", "import icalendar", "icalendar"),
        ("calbook.core.policy", "def f():\n    import rich", "rich"),
        ("calbook.store.sqlite", "from sqlite_utils import Database", "sqlite_utils"),
        ("calbook.store.sqlite", "from calbook.cli import app", "calbook.cli.app"),
        ("calbook.changes", "import sqlite3", "sqlite3"),
        ("calbook.changes", "from calbook.ical import calendar", "calbook.ical"),
        (
            "calbook.ical.components",
            "from calbook.store.facts import Facts",
            "calbook.store.facts",
        ),
        ("calbook.cli.looking", "from rich.table import Table", "rich.table"),
        ("calbook.cli.week", "from rich.text import Text", "rich.text"),
        ("calbook.cli.looking", "import sqlite3", "sqlite3"),
        ("calbook.cli.looking", "import calbook.store.sqlite", "calbook.store.sqlite"),
        ("calbook.cli.app", "import click", "click"),
        ("calbook.cli.app", "from click.core import Group", "click.core"),
        ("calbook.cli.app", "from typer._click import core", "typer._click"),
        ("calbook.cli.app", "import typer\ntyper._click.echo()", "typer._click"),
        (
            "calbook.cli.complete",
            "from calbook.core import times",
            "calbook.core.times",
        ),
        ("calbook.new_room", "from calbook.core import times", "calbook.core.times"),
        ("calbook.cli.app", "from .looking import show", ".looking"),
    ],
)
def test_a_wrong_import_is_named_with_its_line(
    module: str, source: str, named: str
) -> None:
    (fault,) = faults(module, source)

    line = len(source.splitlines())
    assert fault == f"example.py:{line}: {module} may not import {named}"


def test_every_room_is_lived_in() -> None:
    names = {name_of(file) for file in MODULES}

    assert {room for room in ROOMS if room not in names} == set()


def test_each_heavy_library_is_imported_at_one_place() -> None:
    places: dict[str, set[str]] = {}
    for file in MODULES:
        for _, name in imported(ast.parse(file.read_text(encoding="utf-8"))):
            places.setdefault(name.partition(".")[0], set()).add(name_of(file))

    assert places["rich"] == {"calbook.cli.tables"}
    assert places["recurring_ical_events"] == {"calbook.ical.reading"}
    assert places["icalendar"] == {
        "calbook.ical.components",
        "calbook.ical.reading",
        "calbook.ical.series",
        "calbook.ical.vtimezone",
        "calbook.ical.zones",
    }
    assert places["sqlite_utils"] == {"calbook.store.schema"}
    assert places["urllib3"] == {"calbook.delivery.webhooks"}
    assert places["standardwebhooks"] == {
        "calbook.delivery.webhooks",
        "calbook.delivery.verifying",
    }
    assert not {"click", "pydantic"} & places.keys()


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
def database(path: Path) -> str:
    return str(path)


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
        "calbook.core.policy",
        "calbook.core.model",
        "calbook.core.fields",
        "calbook.changes",
        "calbook.intake.requests",
        "calbook.core.recurrence",
        "calbook.cli.tables",
        "calbook.cli.create",
        "email",
        "typer.rich_utils",
    )

    for form in forms:
        # The clock of a test would have to be read by `when`.
        assert loaded(*args, form, among=(*HEAVY, *slow), CALBOOK_NOW="") == []


@pytest.mark.parametrize(
    "command",
    [
        (*create(10), "--json"),
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
        ("week", "--svg", "-"),
        ("next", "--csv"),
        ("stats", "--by", "week"),
        ("slots", "--event", "demo", "--json"),
        ("slots", "--event", "demo"),
        ("slots", "--event", "demo", "--explain", "2027-01-18"),
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


def test_a_calendar_file_loads_icalendar_alone(loaded: Loaded, run: Run) -> None:
    uid = run(*create(10)).rows[0][0]

    assert loaded("ics", uid, among=("rich", "icalendar", "sqlite_utils")) == [
        "icalendar"
    ]


def test_free_starts_of_a_series_load_dateutil_alone(loaded: Loaded) -> None:
    rule = ("--series", "weekly", "--count", "3")

    found = loaded("slots", "--event", "demo", *rule, "--json", among=HEAVY)

    assert found == ["dateutil"]


def test_a_calendar_that_is_read_loads_what_reads_it(
    loaded: Loaded, tmp_path: Path
) -> None:
    file = tmp_path / "work.ics"
    file.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")

    found = loaded("busy", "import", str(file), "--name", "work", among=HEAVY)

    assert found == ["dateutil", "icalendar", "recurring_ical_events"]


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

"""Man pages: those that lie there are those that are made, and `man` can read them."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from calbook.cli.help import examples, man
from calbook.cli.tree import COMMANDS

PAGES = dict(man.pages())
ROOT = Path(__file__).parents[2]


def plain(name: str) -> str:
    """What a page says, without roff."""
    text = re.sub(r"\\f[BIR]", "", PAGES[name])
    return text.replace("\\-", "-").replace("\\(aq", "'")


def test_the_pages_are_those_of_the_commands() -> None:
    written = {f.name: f.read_text(encoding="ascii") for f in man.DIRECTORY.iterdir()}

    assert written.keys() == PAGES.keys(), "run: python -m calbook.cli.help.man"
    for name, text in PAGES.items():
        assert written[name] == text, "run: python -m calbook.cli.help.man"


def test_there_is_one_of_each_command_and_group() -> None:
    names = {f"calbook-{name.replace(' ', '-')}.1" for name in COMMANDS}

    assert PAGES.keys() == {"calbook.1", *names}


def test_each_page_has_what_a_man_page_has() -> None:
    for name, text in PAGES.items():
        heads = re.findall(r"^\.SH (.+)", text, re.MULTILINE)
        assert heads[:2] == ["NAME", "SYNOPSIS"], name
        assert heads[-1] == "SEE ALSO", name
        assert re.search(rf"^{name.removesuffix('.1')} \\- \w", text, re.MULTILINE)


def test_a_page_of_a_group_has_all_its_commands_and_examples() -> None:
    text = plain("calbook-event.1")

    for name in ("add", "list", "show", "update", "remove"):
        assert f"\n.SH {name.upper()}\n" in text
        assert f"calbook event {name} [OPTIONS]" in text
        for example in examples.find_examples(f"event {name}").examples:
            assert f"\n{example.line}\n" in text


def test_the_first_page_has_variables_and_exit_codes_of_the_manual() -> None:
    text = plain("calbook.1")

    assert "CALBOOK_DB\nthe bookings file, as --db" in text
    assert ".SH EXIT STATUS\n.TP\n0\ndone" in text
    assert "--no-input" in text
    assert "--no-input" not in plain("calbook-create.1")


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff here")
@pytest.mark.parametrize("name", PAGES)
def test_groff_reads_a_page_without_a_warning(name: str) -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww"],
        input=PAGES[name].encode(),
        capture_output=True,
    )

    warnings = [w for w in done.stderr.decode().splitlines() if "adjust line" not in w]
    assert warnings == []
    assert b"SEE ALSO" in re.sub(rb".\x08|\x1b\[\d*m", b"", done.stdout)


def test_what_roff_takes_for_its_own_is_escaped() -> None:
    assert man._code(r".a\b 'c' -d…") == r"\&.a\eb \(aqc\(aq \-d\[u2026]"


def test_the_wheel_puts_them_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    source = man.DIRECTORY.relative_to(ROOT).as_posix()
    assert wheel["shared-data"][source] == "share/man/man1"

"""README and manual do what they say, are short, and lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from calbook.api.schema.nouns import NAMES
from calbook.cli.commands import help
from manual import json_pages
from manual.documents import (
    DOCUMENTS,
    NOW,
    PAGES,
    ROOT,
    Reader,
    aligned,
    blocks,
    environment,
    steps,
)
from manual.picture import PICTURE, picture

README = (ROOT / "README.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\[[^\]]*\]\(((?!https?:)[^)]+)\)")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = environment(tmp_path)
    for name in [name for name in os.environ if name.startswith(("CALBOOK", "XDG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CALBOOK_NOW", NOW)
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path, found)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path)


def name_of(file: Path) -> str:
    return file.stem


def prose(file: Path) -> str:
    """A document without its code."""
    text = file.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


# -- what it says is so --------------------------------------------------------------


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_every_step_prints_what_stands_under_it(file: Path, reader: Reader) -> None:
    found = list(steps(file.read_text(encoding="utf-8")))

    for step in found:
        assert aligned(reader.run(step)) == aligned(step.printed), step.source

    assert found


def test_completion_is_set_up_as_the_manual_says(shell: dict[str, str]) -> None:
    page = help.page("setup")

    for block in blocks(page, "bash"):
        done = subprocess.run(
            ["bash", "-c", f"{block}\ncomplete -p calbook"],
            env=shell,
            capture_output=True,
            text=True,
        )

        assert "calbook" in done.stdout
        assert done.stderr == ""


def test_two_commands_do_all_the_set_up() -> None:
    commands = [line for block in blocks(README, "sh") for line in block.splitlines()]

    assert len(commands) == 2
    assert ".venv/bin/calbook demo" in commands[0]
    assert ".[test]" in commands[1]
    assert "pytest" in commands[1]


def test_the_demo_plays_the_main_job(shell: dict[str, str], tmp_path: Path) -> None:
    env = {name: value for name, value in shell.items() if name != "CALBOOK_NOW"}

    done = subprocess.run(
        ["calbook", "demo"], cwd=tmp_path, env=env, capture_output=True, text=True
    )

    assert done.returncode == 0
    assert done.stderr == ""
    for command in (
        *("event add", "create", "list", "reschedule", "cancel", "ics"),
        "list --occurrences",
    ):
        assert f"$ calbook {command}" in done.stdout
    assert "that time is taken by" in done.stdout
    assert "BEGIN:VCALENDAR" in done.stdout
    assert done.stdout.endswith("calbook create --event demo\n")
    assert not list(tmp_path.rglob("*.db"))


def test_the_picture_is_the_one_that_is_drawn() -> None:
    assert PICTURE.read_bytes() == picture(), "run: python -m tests.manual.picture"


@pytest.mark.parametrize("topic", json_pages.PAGES)
def test_a_page_of_json_says_what_the_schemas_say(topic: str) -> None:
    written = (ROOT / "calbook" / "manual" / f"{topic}.md").read_text("utf-8")

    assert written == json_pages.page(topic), "run: python -m tests.manual.json_pages"


def test_every_noun_is_on_one_page() -> None:
    told = [noun for page in json_pages.PAGES.values() for noun in page.nouns]

    assert sorted(told) == sorted(NAMES)


# -- its form ------------------------------------------------------------------------


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_a_document_is_short(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())

    assert lines <= (200 if file.stem == "README" else 250)


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_a_page_begins_with_its_title_and_what_it_is_for(file: Path) -> None:
    title, summary, _ = file.read_text(encoding="utf-8").split("\n\n", 2)

    assert re.fullmatch(r"# [A-Z][\w -]+", title)
    assert re.fullmatch(r"This page shows how [^\n]+\.", summary)


def test_every_page_is_a_topic_and_lies_in_the_package() -> None:
    assert sorted(help.TOPICS) == sorted(file.stem for file in PAGES)
    assert {file.parents[1] for file in PAGES} == {Path(help.__file__).parents[2]}


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_no_link_leads_nowhere(file: Path) -> None:
    targets = _LINK.findall(prose(file))

    assert [t for t in targets if not (file.parent / t).is_file()] == []


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_a_page_links_to_pages_alone(file: Path) -> None:
    """What lies outside of the package is not there when it is installed."""
    targets = _LINK.findall(prose(file))

    assert {target.removesuffix(".md") for target in targets} <= set(help.TOPICS)


def test_the_readme_leads_to_every_page() -> None:
    targets = set(_LINK.findall(README))

    assert {f"calbook/manual/{topic}.md" for topic in help.TOPICS} <= targets


# -- on a package index --------------------------------------------------------------


def test_the_readme_of_a_package_has_no_relative_links() -> None:
    """The rules of pyproject.toml; an index shows the text without its files."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hook = project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = README
    for rule in hook["substitutions"]:
        text = re.sub(rule["pattern"], rule["replacement"], text)

    assert "week.svg)" not in text
    assert "](" not in text
    assert "More: Booking, Finding a time." in text
    assert blocks(text, "console") == blocks(README, "console")
    assert blocks(text, "python") == blocks(README, "python")

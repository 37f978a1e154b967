"""Checkers find each typing error of typos.py, and none in the manual's Python.

mypy is strict; pyright is as it comes. Errors elsewhere are not these files' matter.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPOS = Path(__file__).with_name("typos.py")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

Found = set[tuple[str, int]]  # file names and lines with errors


def mypy(files: list[Path], cache: Path) -> Found:
    options = ["--strict", "--allow-untyped-defs", "--follow-imports=silent"]
    printed = _run("mypy", *options, f"--cache-dir={cache}", *files)
    errors = re.findall(r"^(.+?):(\d+): error:", printed, re.MULTILINE)
    return {(Path(file).name, int(line)) for file, line in errors}


def pyright(files: list[Path], cache: Path) -> Found:
    options = ["--outputjson", "--pythonpath", sys.executable]
    answer = json.loads(_run("pyright", *options, *files))
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in answer["generalDiagnostics"]
        if each["severity"] == "error"
    }


def _run(checker: str, *args: object) -> str:
    command = [sys.executable, "-m", checker, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.mark.parametrize("check", [mypy, pyright])
def test_checkers_find_the_typos_and_nothing_in_the_manual(
    check: Callable[[list[Path], Path], Found], tmp_path: Path
) -> None:
    lines = TYPOS.read_text().splitlines()
    marked = {
        (TYPOS.name, number)
        for number, line in enumerate(lines, 1)
        if line.endswith("# error")
    }
    pages = []
    for document in (ROOT / "README.md", *(ROOT / "calbook/manual").glob("*.md")):
        if blocks := _BLOCK.findall(document.read_text()):
            pages.append(tmp_path / f"{document.stem}.py")
            pages[-1].write_text("\n".join(blocks))

    found = check([TYPOS, *pages], tmp_path / "cache")

    assert len(pages) >= 3
    assert found - marked == set()
    assert marked - found == set()

"""`completion install`: the script lies where a shell looks, and the shell finds it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.running import PATIENCE

from calbook.cli.shell import install
from calbook.cli.shell.scripts import SCRIPTS

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

PLACES = {
    "bash": ".local/share/bash-completion/completions/calbook",
    "zsh": ".local/share/zsh/site-functions/_calbook",
    "fish": ".config/fish/completions/calbook.fish",
    "powershell": ".config/powershell/calbook.ps1",
}
PROFILE = ".config/powershell/Microsoft.PowerShell_profile.ps1"
BASH_COMPLETION = next(filter(os.path.exists, install._BASH_COMPLETION), None)


@pytest.fixture
def home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: Callable[[], dict[str, str]],
) -> Path:
    """A person's home with nothing in it, and `calbook` on the path."""
    home = tmp_path / "person"
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "calbook"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calbook "$@"\n')
    program.chmod(0o755)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(install.__file__).parents[3]))
    monkeypatch.setenv("HOME", str(home))
    return home


def ask(*args: str) -> str:
    """What a shell prints."""
    done = subprocess.run(
        args,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(shell), reason=f"no {shell} here")


# -- what is written


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_put_where_the_shell_looks(
    run: Run, home: Path, shell: str
) -> None:
    file = home / PLACES[shell]

    dry = run("completion", "install", shell, "--dry-run")
    assert not file.parent.exists()
    first = run("completion", "install", shell)
    second = run("completion", "install", shell)

    assert (dry.status, first.status, second.status) == (0, 0, 0)
    assert f"Would write {file}\n" in dry.err
    assert f"Wrote {file}\n" in first.err
    assert f"{file} is up to date\n" in second.err
    assert file.read_text() == SCRIPTS[shell]


@pytest.mark.parametrize(
    ("variable", "shell", "file"),
    [
        ("XDG_DATA_HOME", "bash", "bash-completion/completions/calbook"),
        ("BASH_COMPLETION_USER_DIR", "bash", "completions/calbook"),
        ("XDG_DATA_HOME", "zsh", "zsh/site-functions/_calbook"),
        ("XDG_CONFIG_HOME", "fish", "fish/completions/calbook.fish"),
    ],
)
def test_variables_say_where_the_shell_looks(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, shell: str, file: str
) -> None:
    monkeypatch.setenv(variable, str(home / "own"))

    assert install.place_of(shell).file == home / "own" / file


def test_what_is_not_calbooks_stays_without_force(run: Run, home: Path) -> None:
    file = home / PLACES["fish"]
    file.parent.mkdir(parents=True)
    file.write_text("complete -c calbook -a mine\n")

    refused = run("completion", "install", "fish")
    kept = file.read_text()
    forced = run("completion", "install", "fish", "--force")

    assert (refused.status, kept) == (1, "complete -c calbook -a mine\n")
    assert "--force" in refused.err
    assert forced.status == 0
    assert file.read_text() == SCRIPTS["fish"]


def test_one_that_an_older_calbook_made_is_replaced(run: Run, home: Path) -> None:
    file = home / PLACES["bash"]
    file.parent.mkdir(parents=True)
    file.write_text(
        "# bash completion for calbook, made by `calbook completion bash`\n"
    )

    assert run("completion", "install", "bash").status == 0
    assert file.read_text() == SCRIPTS["bash"]


def test_the_profile_of_powershell_gets_its_line_once(run: Run, home: Path) -> None:
    profile = home / PROFILE
    profile.parent.mkdir(parents=True)
    profile.write_text("$x = 1")

    dry = run("completion", "install", "powershell", "--dry-run")
    assert profile.read_text() == "$x = 1"
    for _ in range(2):
        assert run("completion", "install", "powershell").status == 0

    line = f". '{home / PLACES['powershell']}'"
    assert f"Would add to {profile}: {line}\n" in dry.err
    assert profile.read_text() == f"$x = 1\n{line}\n"


def test_that_calbook_is_not_found_is_said(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("completion", "install", "fish").err
    monkeypatch.setenv("PATH", str(home))

    assert "PATH" not in found
    assert (
        "hint: calbook is not on your PATH" in run("completion", "install", "fish").err
    )


# -- which shell


def test_the_running_shell_counts_before_the_login_shell(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")

    ask("bash", "-c", "calbook completion install; true")

    assert (home / PLACES["bash"]).is_file()
    assert not (home / PLACES["fish"]).exists()


def test_else_the_login_shell_is_taken_and_one_that_is_unknown_refused(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_parents", lambda pid: iter(("python", "sshd")))
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    taken = run("completion", "install")
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    refused = run("completion", "install")

    assert taken.status == 0
    assert (home / PLACES["fish"]).is_file()
    assert refused.status == 2
    assert "calbook completion install bash|zsh|fish|powershell" in refused.err


# -- real shells


@pytest.mark.skipif(not BASH_COMPLETION, reason="no bash-completion here")
@needs("bash")
def test_bash_finds_it(run: Run, home: Path) -> None:
    said = run("completion", "install", "bash").err

    shown = ask(
        *("bash", "--norc", "-c"),
        f". {BASH_COMPLETION}; _completion_loader calbook; complete -p calbook",
    )

    assert "hint" not in said
    assert shown == "complete -F _calbook calbook\n"


@needs("fish")
def test_fish_finds_it_and_completes(run: Run, home: Path) -> None:
    assert run("completion", "install", "fish").status == 0

    shown = ask("fish", "-c", "complete -C 'calbook db bac'")

    assert shown.split("\t")[0] == "backup"


_ASKED = "print -r -- $_comps[calbook]; autoload +X _calbook && print loaded"


@needs("zsh")
def test_zsh_finds_it_in_a_folder_that_is_the_users(run: Run, home: Path) -> None:
    (home / ".zfunc").mkdir()
    (home / ".zshrc").write_text(
        "fpath=(~/.zfunc $fpath); autoload -Uz compinit && compinit -u"
    )

    said = run("completion", "install", "zsh").err

    assert said == f"Wrote {home}/.zfunc/_calbook\n"
    assert ask("zsh", "-ic", _ASKED).split() == ["_calbook", "loaded"]


@needs("zsh")
def test_zsh_finds_it_once_the_line_is_added(run: Run, home: Path) -> None:
    said = run("completion", "install", "zsh").err
    before = ask("zsh", "-ic", _ASKED).split()
    line = said.split("add to ~/.zshrc: ")[1]
    (home / ".zshrc").write_text(line.replace("compinit\n", "compinit -u\n"))

    assert before != ["_calbook", "loaded"]
    assert ask("zsh", "-ic", _ASKED).split() == ["_calbook", "loaded"]

"""Where each shell looks for completion scripts, and how one is put there."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from calbook.cli.shell.scripts import SCRIPTS
from calbook.core.errors import UsageError

_OURS = "made by `calbook completion"  # stands in each script's first lines
_ZSH_FOLDERS = ("completions", "site-functions", "zfunc", ".zfunc", "functions")
_PATIENCE = 5  # seconds for a shell to say where it looks
_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
    "/opt/local/share/bash-completion/bash_completion",
    "/etc/bash_completion",
)


class Place(NamedTuple):
    """The file, a line that goes into another one, and what a person has to do."""

    file: Path
    profile: Path | None = None
    line: str = ""
    advice: str = ""


def running_shell() -> str:
    """The shell that started this, else the user's own.

    Raises:
        UsageError: neither is known to calbook.
    """
    login = os.path.basename(os.environ.get("SHELL", ""))
    for name in (*_parents(os.getppid()), login):
        name = name.removeprefix("-").replace("pwsh", "powershell")
        if name in SCRIPTS:
            return name
    raise UsageError(
        "which shell it is cannot be seen",
        hint=f"name it: calbook completion install {'|'.join(SCRIPTS)}",
    )


def _parents(pid: int) -> Iterator[str]:
    """The programs above this one, where the system tells."""
    for _ in range(4):  # behind `uv run` and its like
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")
        except OSError:
            return
        yield name.partition("(")[2]
        pid = int(rest.split()[1])


def place_of(shell: str) -> Place:
    """Where a shell looks for a script of the user's own."""
    if shell == "bash":
        return _bash_place()
    if shell == "zsh":
        return _zsh_place()
    if shell == "fish":
        return Place(_config() / "fish/completions/calbook.fish")
    folder = _config() / "powershell"
    file = folder / "calbook.ps1"
    profile = folder / "Microsoft.PowerShell_profile.ps1"
    return Place(file, profile, f". '{str(file).replace(chr(39), chr(39) * 2)}'")


def _bash_place() -> Place:
    own = os.environ.get("BASH_COMPLETION_USER_DIR", "").partition(":")[0]
    folder = Path(own) if own else _data() / "bash-completion"
    file = folder / "completions/calbook"
    if any(map(os.path.exists, _BASH_COMPLETION)):
        return Place(file)
    return Place(
        file, advice=f"without the package bash-completion, add to ~/.bashrc: . {file}"
    )


def _zsh_place() -> Place:
    """A folder of its `fpath` that is the user's own, else one to be added there."""
    for folder in map(Path, _zsh_folders()):
        is_own = folder.is_relative_to(Path.home()) and os.access(folder, os.W_OK)
        if is_own and folder.name in _ZSH_FOLDERS:
            return Place(folder / "_calbook")
    folder = _data() / "zsh/site-functions"
    line = f"fpath+=({folder}); autoload -Uz compinit && compinit"
    return Place(folder / "_calbook", advice=f"add to ~/.zshrc: {line}")


def _zsh_folders() -> Sequence[str]:
    """What zsh says, as only its own files know."""
    zsh = shutil.which("zsh")
    if zsh is None:
        return ()
    try:
        done = subprocess.run(
            [zsh, "-ic", "print -rl -- '' $fpath"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return os.fsdecode(done.stdout).splitlines()


def _data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")


def _config() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def is_ours(file: Path) -> bool:
    """Whether what is there was made by calbook, and may be replaced."""
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            return any(_OURS in line for _, line in zip(range(3), text, strict=False))
    except OSError:
        return False

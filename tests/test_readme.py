"""Every command in the README is run, in its order, and prints what it says."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOW = "2027-01-11T09:00:00Z"
UID = re.compile(r"bk_[0-9a-z]{12}")
SHORT = re.compile(r"bk_(?!nobody)[0-9a-z]{6}")
TOKEN = re.compile(r"https://meet\.example/[\w-]{22}")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """Each command with the output printed under it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.fixture
def environment(tmp_path):
    scripts = tmp_path / "bin"
    scripts.mkdir()
    calbook = scripts / "calbook"
    calbook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calbook "$@"\n')
    calbook.chmod(0o755)
    return {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "CALBOOK_NOW": NOW,
        "TERM": "dumb",
        "COLUMNS": "80",
        "LANG": "C.UTF-8",
    }


def on_terminal(command: str, *, cwd: Path, env: dict[str, str]) -> str:
    """What a terminal of 80 columns shows of a shell command."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=cwd,
        env=env,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    process.wait()
    os.close(leader)
    return shown.decode().replace("\r", "")


def aligned(text: str) -> list[str]:
    """Lines without the table's own left margin."""
    return [line.strip(" ") for line in text.splitlines()]


def as_printed(output: str, printed: str, known: dict[str, str]) -> str:
    """The output with the README's uids and tokens in the place of the real ones.

    A uid is known by its first nine letters; new ones are learnt in their order.
    """
    for shown, real in zip(SHORT.findall(printed), SHORT.findall(output), strict=False):
        known.setdefault(shown, real)
    full = {uid[:9]: uid for uid in UID.findall(printed)}
    for shown, real in known.items():
        if shown in full:
            output = re.sub(rf"{real}[0-9a-z]{{6}}", full[shown], output)
        output = output.replace(real, shown)
    return TOKEN.sub("https://meet.example/…", output)


def test_every_command_of_the_readme_prints_what_it_says(tmp_path, environment):
    known: dict[str, str] = {}

    for command, printed in steps():
        typed = command
        for shown, real in known.items():
            typed = typed.replace(shown, real)
        output = on_terminal(typed, cwd=tmp_path, env=environment)

        shown = as_printed(output, printed, known)
        assert aligned(shown) == aligned(printed), command


def test_the_python_examples_run(tmp_path, environment):
    every = blocks("python")
    receiver, *others = sorted(every, key=lambda block: "serve_forever" not in block)
    assert "serve_forever" in receiver  # test_webhooks runs it
    for block in others:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_completion_is_set_up_as_the_readme_says(environment):
    for block in blocks("bash"):
        done = subprocess.run(
            ["bash", "-c", f"{block}\ncomplete -p calbook"],
            env=environment,
            capture_output=True,
            text=True,
        )

        assert "calbook" in done.stdout
        assert done.stderr == ""


def test_two_commands_do_all_the_set_up():
    commands = [line for block in blocks("sh") for line in block.splitlines()]

    assert len(commands) == 2
    assert ".venv/bin/calbook demo" in commands[0]
    assert ".[test]" in commands[1]
    assert "pytest" in commands[1]


def test_the_demo_plays_the_main_job(tmp_path, environment):
    env = {k: v for k, v in environment.items() if k != "CALBOOK_NOW"}

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

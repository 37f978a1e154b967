"""Radicale and xandikos: calendar servers from PyPI that send nobody anything."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from support.dav import Account, CalendarServer
from support.processes import Unavailable, explained, remove, start_python, try_ports

PASSWORD = "a secret: word"
_RADICALE = """
[server]
hosts = 127.0.0.1:{port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = {directory}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {directory}/data
[web]
type = none
"""


class Radicale(CalendarServer):
    """Reads its password file and its folders anew for each request."""

    def __init__(self, directory: Path) -> None:
        url = f"http://127.0.0.1:{(directory / 'port').read_text()}/"
        super().__init__(directory, url, _new_account(directory, url))
        self.request("PROPFIND", url)  # at the first login, it makes the user's folder

    def place(self, collection: str, objects: dict[str, bytes | str]) -> None:
        """Write objects into a collection's folder: hundreds in a moment.

        What Radicale itself cannot read is there for no client.
        """
        path = unquote(urlsplit(collection).path).strip("/")
        folder = self._directory / "data" / "collection-root" / path
        for name, text in objects.items():
            data = text.encode() if isinstance(text, str) else text
            (folder / name).write_bytes(data)


class Xandikos(CalendarServer):
    """Asks for no password; what all tests write is of the same user."""

    def __init__(self, directory: Path) -> None:
        url = f"http://127.0.0.1:{(directory / 'port').read_text()}/"
        account = Account("ada", PASSWORD, f"{url}ada/calendars/")
        super().__init__(directory, url, account)
        self._name = (
            f"{os.getpid()}x{len(list(directory.glob('data/ada/calendars/*')))}"
        )

    def collection(self, name: str = "calendar") -> str:
        return super().collection(f"{name}-{self._name}-")


def start_radicale(directory: Path) -> None:
    """A server whose data are in `directory`.

    Raises:
        Unavailable: it is not installed, or does not start.
    """
    _prepare(directory, "radicale")
    (directory / "users").touch()

    def start() -> None:
        port = (directory / "port").read_text()
        config = _RADICALE.format(port=port, directory=directory)
        (directory / "config").write_text(config)
        command = ("-m", "radicale", "--config", str(directory / "config"))
        start_python(directory, *command, ready="Radicale server ready")

    with explained(directory / "log"):
        try_ports(directory, start)


def start_xandikos(directory: Path) -> None:
    """A server whose data are in `directory`.

    Raises:
        Unavailable: it is not installed, or does not start.
    """
    _prepare(directory, "xandikos")
    command = (
        *("-m", "xandikos", "serve", "--no-detect-systemd", "--autocreate"),
        *("--current-user-principal", "/ada/"),
        *("--directory", str(directory / "data")),
        *("--state-dir", str(directory / "state"), "--listen-address", "127.0.0.1"),
    )

    def start() -> None:
        port = (directory / "port").read_text()
        start_python(directory, *command, "--port", port, ready="Listening on")

    with explained(directory / "log"):
        try_ports(directory, start)


def _prepare(directory: Path, package: str) -> None:
    if find_spec(package) is None:
        raise Unavailable(f"{package} is not installed: pip install '.[test]'")
    remove(directory)  # what did not start
    directory.mkdir()


def _new_account(directory: Path, url: str) -> Account:
    with (directory / "users").open("a") as users:
        user = f"ada{os.getpid()}x{users.tell()}"
        users.write(f"{user}:{PASSWORD}\n")  # at once, as it is short
    return Account(user, PASSWORD, f"{url}{user}/")

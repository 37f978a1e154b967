"""The program and the computer that it runs on: versions, paths, variables."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import stat
import sys
from contextlib import suppress
from importlib import metadata
from os.path import exists
from typing import TYPE_CHECKING
from zoneinfo import TZPATH

from calbook.core.doctor.catalog_checks import LibraryFacts
from calbook.core.doctor.sending_checks import MailFacts
from calbook.core.errors import BadInput, InputError
from calbook.core.text import printable
from calbook.core.time import times
from calbook.settings.mail_server import mail_server
from calbook.settings.reading import config_path, read_document
from calbook.settings.values import check_document
from calbook.wire.json_objects import Json

if TYPE_CHECKING:
    from calbook.settings.mail_server import MailServer

_LIBRARIES = (
    *("typer", "rich", "sqlite-utils", "icalendar", "python-dateutil"),
    *("platformdirs", "tzdata", "tzlocal", "urllib3", "standardwebhooks", "tomlkit"),
    *("idna", "babel", "certifi"),
)
_DRIVER = "psycopg2-binary", "psycopg2"
_CLOCK = "CALBOOK_NOW"
# None that names a person, an address or a secret; CALBOOK_DB is shown as the path.
_VARIABLES = (
    *("TERM", "LANG", "LC_ALL", "LC_TIME", "TZ", "COLUMNS", "NO_COLOR", "PYTHONTZPATH"),
    *("PYTHONUTF8", "CALBOOK_CONFIG", "CALBOOK_TZ", "CALBOOK_DELIVER", "CALBOOK_UMASK"),
    _CLOCK,
)


def read_libraries() -> LibraryFacts:
    versions = {name: _version(name) for name in _LIBRARIES}
    if driver := next(filter(None, map(_version, _DRIVER)), None):
        versions["psycopg2"] = driver
    return LibraryFacts(versions, _loaded_urllib3(), _urllib3_from())


def _version(name: str) -> str | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(name)
    return None


def _loaded_urllib3() -> str | None:
    """What is loaded by that name says of itself, whoever installed it."""
    with suppress(Exception):  # another's may fail in any way
        return str(__import__("urllib3").__version__)
    return None


def _urllib3_from() -> tuple[str, ...]:
    """Those that are installed, of which all but the first write over its files."""
    return tuple(filter(_version, ("urllib3", "urllib3-future")))


def read_versions(libraries: LibraryFacts) -> Json:
    from calbook import __version__

    return {
        "calbook": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": dict(libraries.versions),
    }


def read_paths() -> Json:
    return {
        "program": os.path.dirname(os.path.abspath(f"{__file__}/../..")),
        "python": sys.executable,
        "config": config_path(),
        "zones": times.zone_data(),
        "zoneFolders": [
            path for path in (times.newer_package(), *TZPATH) if path and exists(path)
        ],
    }


def read_variables() -> Json:
    """Those that change what calbook does, as far as they are set."""
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def is_clock_given() -> bool:
    """For a test or a replay: then it says nothing of this computer's clock."""
    return bool(os.environ.get(_CLOCK))


def read_mail_settings() -> MailFacts:
    """The mail server of this computer; nothing is sent, and no command is run."""
    path = config_path()
    facts = MailFacts(path, config_mode=_mode(path))
    try:
        server = mail_server()
        check_document(read_document())  # the other settings too
    except InputError as error:
        return facts._replace(fault=error.json_message)
    if server is None:
        return facts
    fault = find_password_fault(server.password_command, server.password_env)
    return facts._replace(
        is_configured=True, password_fault=fault and f"the mail server: {fault}"
    )


def mail_server_json(mail: MailFacts) -> Json:
    server = _server()
    return {
        "configured": mail.is_configured,
        "security": server and server.security,
        "port": server and server.port,
        "logsIn": bool(server and server.user),
    }


def _server() -> MailServer | None:
    with suppress(BadInput):
        return mail_server()
    return None


def find_password_fault(command: str | None, variable: str | None) -> str | None:
    """Why there would be no password; a command is looked for and not run."""
    if variable is not None and not os.environ.get(variable):
        return f"the variable {printable(variable)}, for the password, is not set"
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if words and shutil.which(words[0]):
        return None
    return "the program of its password command is not there"


def _mode(path: str) -> int | None:
    """None where there is no such file, or it is none."""
    with suppress(OSError, ValueError):
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode):
            return stat.S_IMODE(found.st_mode)
    return None

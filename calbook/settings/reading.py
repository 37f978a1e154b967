"""The config file: where it is, what it says, and on which line.

Light: commands look here for defaults, and most computers have no such file.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from calbook.core.errors import BadInput, InputError

# What says a setting in the environment, before the file.
VARIABLES = {
    "defaults.zone": "CALBOOK_TZ",
    "defaults.output": "CALBOOK_OUTPUT",
    "defaults.pager": "CALBOOK_PAGER",
}


class Document(NamedTuple):
    """What a config file says; without a path it is one that is being edited."""

    path: str
    text: str = ""
    values: Mapping[str, Any] = {}


# What the file was when it was last read, and what it said.
_last_read: tuple[object, Document] = (None, Document(""))


def config_path() -> str:
    """`CALBOOK_CONFIG`, else `config.toml` in the user's config directory.

    Empty where there is no such directory: never a file of the directory that somebody
    happens to be in.
    """
    if named := os.environ.get("CALBOOK_CONFIG"):
        return named
    directory = _config_directory()
    return os.path.join(directory, "config.toml") if os.path.isabs(directory) else ""


def _config_directory() -> str:
    """As platformdirs says; on Linux without it, as it is slow to import."""
    if sys.platform == "linux" and "ANDROID_DATA" not in os.environ:
        xdg = os.environ.get("XDG_CONFIG_HOME", "").strip()
        return os.path.join(xdg or os.path.expanduser("~/.config"), "calbook")
    from platformdirs import user_config_dir

    return user_config_dir("calbook", appauthor=False)


def may_be_set(name: str) -> bool:
    """Whether the environment says it, or there is a file that may."""
    return bool(os.environ.get(VARIABLES.get(name, ""))) or os.path.exists(
        config_path()
    )


def may_name(section: str) -> bool:
    """Whether a section's name stands in the file at all, however broken it is."""
    if not os.path.isfile(config_path()):  # a pipe would be waited for
        return True
    try:
        with open(config_path(), "rb") as file:
            return section.encode() in file.read()
    except OSError:
        return True


def read_document() -> Document:
    """All that the file says; nothing where there is none.

    Raises:
        BadInput: it cannot be read.
    """
    global _last_read
    path = config_path()
    try:
        found = os.stat(path)
        if stat.S_ISCHR(found.st_mode):  # the null device; others never end
            return Document(path)
        if stat.S_ISFIFO(found.st_mode):
            raise ValueError("it is no regular file")
        state = (path, found.st_ino, found.st_size, found.st_mtime_ns)
        if _last_read[0] != state:
            with open(path, "rb") as file:
                _last_read = state, parse(path, file.read())
        return _last_read[1]
    except FileNotFoundError:
        return Document(path)
    except (OSError, ValueError, RecursionError) as error:
        raise _read_error(path, error) from None


def parse(path: str, data: bytes) -> Document:
    """What these bytes say as a config file.

    Raises:
        ValueError: they say nothing, and on which line.
    """
    import tomllib  # slow to import

    text = data.decode("utf-8-sig")
    try:
        return Document(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        last = f"at line {len(text.splitlines())}, the last"
        raise ValueError(str(error).replace("at end of document", last)) from None


def _read_error(path: str, error: Exception) -> BadInput:
    from calbook.core.errors import BadInput
    from calbook.core.text import printable

    why = str(error)
    if isinstance(error, OSError):
        why = error.strerror or why
    elif isinstance(error, RecursionError):
        why = "it is nested too deeply"
    return BadInput(f"cannot read {path}: {printable(why)}", path=path)


def name_place(
    error: InputError, document: Document, section: str, key: str | None = None
) -> None:
    """Say in which file, and on which line, a key stands, or its section."""
    line = find_line(document.text, section, key)
    error.details |= {"path": document.path} | ({"line": line} if line else {})
    at = document.path
    if line:
        at = f"{at}:{line}" if at else f"line {line}"
    error.json_message = f"{at}: {error.json_message}"


def find_line(text: str, section: str, key: str | None = None) -> int | None:
    """The line on which a key of a section is set, else on which the section begins.

    tomllib does not say it. Keys may be dotted, quoted, in an inline table, and in
    camelCase.
    """
    import re

    from calbook.core.text import snake

    table, begins = "", None
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+([^\]#]*)", line)
        pair = re.match(r"\s*([^=#\[]+)=\s*(.*)", line)
        if head:
            table = name = _plain_key(head[1])
        elif pair:
            name = _plain_key(f"{table}.{pair[1]}" if table else pair[1])
        else:
            continue
        inner = re.findall(r"[{,]\s*([\w\"'-]+)\s*=", pair[2] if pair else "")
        names = [name, *(f"{name}.{_plain_key(each)}" for each in inner)]
        if key is not None and f"{section}.{key}" in map(snake, names):
            return number
        if begins is None and f"{name}.".startswith(f"{section}."):
            begins = number
    return begins


def _plain_key(text: str) -> str:
    """A key without the quotes of its parts."""
    return ".".join(part.strip().strip("\"'") for part in text.split("."))

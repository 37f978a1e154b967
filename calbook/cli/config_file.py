"""The config file of this computer, written."""

import os

from calbook.cli import file_output
from calbook.core.errors import OutputError
from calbook.settings.directories import make_directory
from calbook.settings.reading import config_path


def save_config(data: bytes) -> None:
    """Into the file itself, also where a link leads to it."""
    named = config_path()
    if not named:
        raise OutputError(
            "there is no home directory for the config file",
            hint="name it with CALBOOK_CONFIG, or set HOME",
        )
    path = os.path.realpath(named)
    try:
        make_directory(os.path.dirname(path))
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None
    file_output.save_file(path, data, force=True)


def read_config() -> bytes | None:
    """Its bytes; None where there is none."""
    try:
        with open(config_path(), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"cannot read {config_path()}: {error.strerror}") from None

"""The config file of this computer, written."""

import os

from calbook import settings
from calbook.cli import file_output
from calbook.core.errors import OutputError


def save_config(data: bytes) -> None:
    """Into the file itself, also where a link leads to it."""
    named = settings.config_path()
    if not named:
        raise OutputError(
            "there is no home directory for the config file",
            hint="name it with CALBOOK_CONFIG, or set HOME",
        )
    path = os.path.realpath(named)
    try:
        settings.make_directory(os.path.dirname(path))
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None
    file_output.save_file(path, data, force=True)

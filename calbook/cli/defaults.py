"""What counts where an option is not said: the `defaults` of the settings.

Where the file makes no sense there are none, which a terminal is told: a fault in it
must not stop a command. Light, as every command asks.
"""

import sys
from typing import TYPE_CHECKING, Any

from calbook.core.text import printable
from calbook.settings import reading

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError

_told: set[str] = set()


def read_default(name: str, *, refuses: bool = False) -> Any:
    """A default by its name, as in `week_start`; None where none is set.

    Raises:
        InputError: what the environment says cannot be, or, with `refuses`, what the
            file says.
    """
    full = f"defaults.{name}"
    if not reading.may_be_set(full):
        return None
    from calbook.core.errors import InputError
    from calbook.settings import values

    try:
        found = values.read_value(full)
    except InputError as error:
        is_value = "line" in error.details and error.details.get("field") != "defaults"
        if "path" not in error.details or (refuses and is_value):
            raise
        _tell(error)
        return None
    try:
        values.refuse_unknown(reading.read_document())
    except InputError as error:
        _tell(error)
    return None if found.source == "default" else found.value


def _tell(error: "CalbookError") -> None:
    """Say once what is wrong, to somebody who sits there."""
    if sys.stderr.isatty() and error.message not in _told:
        _told.add(error.message)
        said = printable(f"calbook: {error.message}: so it does not count")
        print(said, file=sys.stderr)


def read_timezone(tz: str | None, *, refuses: bool = False) -> str | None:
    """`--tz`, else CALBOOK_TZ, else the default; None is each booking's own zone."""
    if not tz:
        zone: str | None = read_default("zone", refuses=refuses)
        return zone
    from calbook.core.time import parsing

    return parsing.timezone(tz)


def begin_week(text: str | None) -> str | None:
    """`next week` with the day on which a week begins by default; all else as it is."""
    *turn, unit = (text or "").lower().split() or [""]
    if unit != "week" or turn not in ([], ["this"], ["next"], ["last"]):
        return text
    start = read_default("week_start")
    return text if start is None else f"{text} from {start}"

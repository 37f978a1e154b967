"""What counts where an option is not said: the `defaults` of the settings.

Where the file makes no sense there are none, which is said: a fault in it must not stop
who looks. What changes something is refused, as it may be another change than was
meant. Light, as every command asks.
"""

from __future__ import annotations

import sys

from calbook.cli import global_options
from calbook.core.text import printable
from calbook.core.typing_names import TYPE_CHECKING, Any
from calbook.settings import reading

if TYPE_CHECKING:
    from calbook.core.errors import CalbookError

_OF_MAIL = ("smtp", "mail")  # whose faults concern who sends or reads mail

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
        if "path" not in error.details:
            raise
        if not reading.may_name("defaults"):  # of mail alone, which asks for itself
            return None
        if refuses:
            raise
        _tell(error)
        return None
    document = reading.read_document()
    others = [section for section in document.values if section not in _OF_MAIL]
    try:
        if others:
            values.refuse_unknown(document, *others)
    except InputError as error:
        _tell(error)
    return None if found.source == "default" else found.value


def was_told(error: CalbookError) -> bool:
    return error.message in _told


def _tell(error: CalbookError) -> None:
    """Say once what is wrong in the file."""
    if was_told(error) or global_options.given("quiet"):
        return
    from calbook.cli.screen import cells
    from calbook.cli.terminal_size import find_columns

    _told.add(error.message)
    said = printable(f"calbook: {error.message} (it does not count)")
    lines = cells.fold(said, find_columns()) if sys.stderr.isatty() else [said]
    print("\n".join(lines), file=sys.stderr)


def read_timezone(tz: str | None, *, refuses: bool = False) -> str | None:
    """`--tz`, else CALBOOK_TZ, else the default; None is each booking's own zone."""
    if not tz:
        zone: str | None = read_default("zone", refuses=refuses)
        return zone
    from calbook.core.time import parsing

    return parsing.timezone(tz)


def begin_week(text: str | None, *, refuses: bool = False) -> str | None:
    """`next week` with the day on which a week begins by default; all else as it is."""
    *turn, unit = (text or "").lower().split() or [""]
    if unit != "week" or turn not in ([], ["this"], ["next"], ["last"]):
        return text
    start = read_default("week_start", refuses=refuses)
    return text if start is None else f"{text} from {start}"

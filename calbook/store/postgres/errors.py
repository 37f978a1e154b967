"""PostgreSQL's complaints, in calbook's words; none shows a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    import psycopg2

    from calbook.core.errors import CalbookError, StoreError

LOCK_WAIT_SECONDS = 10.0


class Collision(Exception):
    """Another transaction came in between; the same may go well when done again."""

    def __init__(self, error: psycopg2.Error) -> None:
        super().__init__(str(error))
        self.is_lock = error.pgcode in _LOCKING


# Of postgresql.org/docs/current/errcodes-appendix.html
_SERIALIZATION, _DEADLOCK = "40001", "40P01"
_LOCKING = {_SERIALIZATION, _DEADLOCK}
_COLLISIONS = {
    *_LOCKING,
    "23505",  # unique_violation
    "23503",  # foreign_key_violation
    "23P01",  # exclusion_violation
}
_LOCK_NOT_AVAILABLE = "55P03"
_READ_ONLY = "25006"
_NOT_SUPPORTED = "0A000"  # on a standby: to begin what writes
_NO_RIGHT = "42501"
_NO_TABLE = {"42P01", "3F000"}
_BROKEN = ("08", "57P")
_UNUSABLE = (
    # classes: connection, resources, …
    *("08", "53", "57", "58", "28", "3D", "XX", _NOT_SUPPORTED),
)


@contextmanager
def translate_errors(shown: str, *, is_commit: bool = False) -> Iterator[None]:
    """Within, the driver's errors become `StoreError` or `Collision`.

    Any other is a bug, and passes.
    """
    psycopg2 = import_driver()
    try:
        yield
    except psycopg2.Error as error:
        if error.pgcode in _COLLISIONS:
            raise Collision(error) from error
        known = _translate(error, shown)
        if known is None:
            raise
        if is_commit and _is_lost(error):
            known.hint = "it may have been done, or not: look before you do it again"
        raise known from None


def import_driver() -> ModuleType:
    """psycopg2, which is slow to import.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import psycopg2
        import psycopg2.extensions
    except ImportError:
        from calbook.core.errors import UsageError

        raise UsageError(
            "PostgreSQL needs its driver",
            hint="pip install 'calbook[postgres]', or psycopg2-binary",
        ) from None
    return psycopg2


def _is_lost(error: psycopg2.Error) -> bool:
    """Whether the connection broke, to the server or behind a pooler."""
    return error.pgcode is None or error.pgcode.startswith(_BROKEN)


def _translate(error: psycopg2.Error, shown: str) -> CalbookError | None:
    import psycopg2

    from calbook.core import errors

    code, said = error.pgcode, first_line(error)
    if code == _LOCK_NOT_AVAILABLE:
        return busy_error(shown)
    if code == _READ_ONLY or (code == _NOT_SUPPORTED and "recovery" in said):
        return errors.ReadOnly(
            f"{shown} cannot be written: the server is read-only",
            hint="name the primary server, not a standby",
            path=shown,
        )
    if code == _NO_RIGHT:
        return errors.StoreError(
            f"{shown}: {said}",
            hint="its owner gives the rights that are needed",
            command_hint="its owner gives the rights that `calbook db init --grants`"
            " prints",
            path=shown,
        )
    if code in _NO_TABLE:
        return no_tables_error(shown)
    if code is None and said.startswith("invalid "):  # libpq, of what it was given
        return errors.BadInput(f"{shown} cannot be used: {said}", field="db")
    lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    if (code is None and lost) or (code or "").startswith(_UNUSABLE):
        return errors.StoreError(f"{shown} cannot be used: {said}", path=shown)
    return None


def busy_error(shown: str) -> StoreError:
    from calbook.core.errors import Busy

    return Busy(
        f"{shown} is locked by others",
        hint=f"calbook waited {LOCK_WAIT_SECONDS:.0f} s; try again",
        path=shown,
    )


def no_tables_error(shown: str) -> StoreError:
    from calbook.core.errors import StoreError

    return StoreError(
        f"there is no calbook in {shown}",
        hint="client.init() makes the tables",
        command_hint="calbook db init makes the tables",
        path=shown,
    )


def first_line(error: psycopg2.Error) -> str:
    """What the server or libpq says, without where it was said."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = lines[0] if lines else type(error).__name__
    for word in ("FATAL:", "ERROR:"):
        said = said.rpartition(word)[2].strip() or said
    return said

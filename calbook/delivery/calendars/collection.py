"""What a calendar elsewhere can be asked: a collection of CalDAV, or a directory.

It holds resources, one for each UID (RFC 4791, 4.1), by their names in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple, Protocol

from calbook.core.model import Span


class Resource(NamedTuple):
    """A resource as it stands there.

    `name` is its last part of the path, unquoted. Without `etag` its server gives none.
    """

    name: str
    data: bytes
    etag: str | None = None


class Collection(Protocol):
    """A calendar that was opened; nothing of it is remembered between calls.

    All raise `CollectionError`.
    """

    def read_mark(self) -> str | None:
        """What differs after a change of any resource; None where nothing says so."""

    def list_etags(self) -> dict[str, str | None]:
        """The names of all resources, with their etags."""

    def read(self, name: str) -> Resource | None:
        """One resource; None where there is none."""

    def read_some(self, names: Iterable[str]) -> Iterator[Resource]:
        """Those of some that are there, in any order."""

    def read_between(self, window: Span) -> Iterator[Resource]:
        """Those with an event in a window, one by one, never expanded by the server.

        A directory gives all that it has. One that is there and cannot be had has no
        data.
        """

    def read_free_busy(self, window: Span) -> bytes:
        """When its owner is busy: VFREEBUSY (RFC 4791, 7.10)."""

    def create(self, name: str, data: bytes) -> str | None:
        """Write a resource that is not there; its etag.

        Raises:
            HasChanged: there is one of that name.
        """

    def replace(self, name: str, data: bytes, *, etag: str | None) -> str | None:
        """Write over a resource as it was with that etag; the new one.

        Raises:
            HasChanged: it is another one by now, or gone.
        """

    def remove(self, name: str, *, etag: str | None) -> None:
        """Take a resource out as it was with that etag; one that is gone is no fault.

        Raises:
            HasChanged: it is another one by now.
        """

    def end_by(self, moment: float) -> None:
        """Ask nothing from a moment of the monotonic clock on, nor wait beyond it."""

    def close(self) -> None:
        """Let go of connections."""


class CollectionError(Exception):
    """It could not be done; `str()` says why, in words for people, without secrets.

    `code` is HTTP's status, if there was an answer; `retry_after` what it asked for.
    What is not `is_final` may work when it is tried again. Without `is_reached` nothing
    there has answered.
    """

    def __init__(
        self,
        text: str,
        *,
        code: int | None = None,
        retry_after: timedelta | None = None,
        is_final: bool = False,
        is_reached: bool = True,
    ) -> None:
        super().__init__(text)
        self.code, self.retry_after = code, retry_after
        self.is_final, self.is_reached = is_final, is_reached


class TooMuch(CollectionError):
    """It was asked for more at once than there can be in an answer."""


class HasChanged(CollectionError):
    """A resource is not as it was thought to be (412)."""

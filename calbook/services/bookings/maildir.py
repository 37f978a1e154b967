"""The answers in a Maildir, each message by itself.

A message is renamed, never written or deleted: to `cur`, with S (seen) once it was
understood, else with F (flagged) for somebody to look at, also at a no that came too
late. What is no answer to an
invitation of calbook's stays where it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from calbook.core.booking.replies import Outcome
from calbook.core.errors import BadInput, CalbookError
from calbook.core.text import excerpt
from calbook.ical.reading.mails import LARGEST_MESSAGE, may_answer, read_mail
from calbook.services.bookings.replies import is_own_answer, keep_answers
from calbook.settings.mail_server import authserv_id

if TYPE_CHECKING:
    from calbook.ical.reading.replies import Answer
    from calbook.store.context import Context
    from calbook.wire.json_objects import Json

_HANDLED = frozenset("SFTD")  # seen, flagged, trashed, a draft: somebody has
_METHODS = (b"method=reply", b"method=counter", b"method=refresh")


class _Message(NamedTuple):
    folder: str
    name: str

    @property
    def flags(self) -> str:
        return self.name.rpartition(":2,")[2] if ":2," in self.name else ""

    def name_with(self, flag: str) -> str:
        """As it is called in `cur`; flags stand in the order of ASCII."""
        unique = self.name.rpartition(":2,")[0] if ":2," in self.name else self.name
        return f"{unique}:2,{''.join(sorted({*self.flags, flag}))}"


def read_maildir(
    context: Context,
    path: str | os.PathLike[str],
    *,
    trust_forwarded: bool,
    dry_run: bool,
    refused: Callable[[CalbookError], None] | None,
) -> list[Json]:
    """What came of each answer, with its `file`, in the order in which mail came.

    Raises:
        BadInput: it is no Maildir, or none that can be written, or a message cannot be
            read and nobody is told so by `refused`; all are read before.
    """
    folder = os.fspath(path)
    if not all(os.path.isdir(os.path.join(folder, each)) for each in ("cur", "new")):
        raise BadInput(
            f"{excerpt(folder)} is no Maildir",
            hint="it has the folders new, cur and tmp",
            path=folder,
        )
    if not dry_run:
        _check_is_movable(folder)
    believed = authserv_id()
    told: list[Json] = []
    faults: list[CalbookError] = []
    with _alone(folder):
        for message in _unread(folder):
            try:
                found = _read(
                    context, folder, message, believed, trust_forwarded, dry_run
                )
            except BadInput as error:
                faults.append(_name_file(error, message))
                if refused is not None:
                    refused(error)
                if not dry_run:
                    _file_away(folder, message, "F")
                continue
            told += [{**answer, "file": message.name} for answer in found]
    if faults and refused is None:
        raise faults[0]
    return told


def _check_is_movable(folder: str) -> None:
    """What stays where it is would be read again each time, and answered anew."""
    for each in ("new", "cur"):
        if not os.access(os.path.join(folder, each), os.W_OK):
            raise BadInput(
                f"no mail can be moved in {excerpt(folder)}",
                hint="whoever reads its answers has to be able to write there",
                path=folder,
            )


def _name_file(error: BadInput, message: _Message) -> BadInput:
    error.json_message = f"{excerpt(message.name)}: {error.json_message}"
    error.details["file"] = message.name
    return error


def _read(
    context: Context,
    folder: str,
    message: _Message,
    believed: str | None,
    trust_forwarded: bool,
    dry_run: bool,
) -> list[Json]:
    data = _content(os.path.join(folder, message.folder, message.name))
    if data is None or not may_answer(data):
        return []
    try:
        mail = read_mail(data, authserv_id=believed)
    except BadInput as error:
        if "most" in error.details and not _says_answer(data):
            return []  # an ordinary mail with large files, or many
        raise
    if not mail.is_mail or not any(map(is_own_answer, mail.answers)):
        return []
    answers = keep_answers(
        context, mail, trust_forwarded=trust_forwarded, dry_run=dry_run
    )
    if not dry_run:
        is_done = all(map(_is_done, mail.answers, answers))
        _file_away(folder, message, "S" if is_done else "F")
    return answers


def _is_done(answer: Answer, told: Json) -> bool:
    """Whether nobody has to look at it; a no is of use even if it is out of date."""
    is_late = told["outcome"] == Outcome.OUT_OF_DATE
    says_no = any(each.partstat == "DECLINED" for each in answer.attendees)
    return bool(told["isUnderstood"]) and not (is_late and says_no)


def _says_answer(data: bytes) -> bool:
    said = data.lower().replace(b'"', b"")
    return any(method in said for method in _METHODS)


def _unread(folder: str) -> list[_Message]:
    """By the time of their arrival; in `cur` what nobody has read."""
    found: list[tuple[float, _Message]] = []
    for place in ("new", "cur"):
        with os.scandir(os.path.join(folder, place)) as entries:
            for entry in entries:
                message = _Message(place, entry.name)
                if entry.name.startswith(".") or _HANDLED & {*message.flags}:
                    continue
                with suppress(OSError):  # gone meanwhile
                    at = entry.stat(follow_symlinks=False).st_mtime
                    found.append((at, message))
    return [message for _, message in sorted(found)]


def _content(path: str) -> bytes | None:
    """Its bytes, or one more than a message may have; None of what is no file."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            return file.read(LARGEST_MESSAGE + 1)
    except OSError:
        return None  # moved by a mail program, or not ours to read


def _file_away(folder: str, message: _Message, flag: str) -> None:
    """Rename it; where somebody else has meanwhile, it is theirs."""
    old = os.path.join(folder, message.folder, message.name)
    new = os.path.join(folder, "cur", message.name_with(flag))
    with suppress(OSError):
        if not os.path.lexists(new):
            os.rename(old, new)


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """One reader at a time, where the system has such locks; the next one waits."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

"""`client.calendar.replies`: what attendees answer to invitations by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.replies import Answer

if TYPE_CHECKING:
    import os

    from calbook.core.errors import CalbookError


class Replies(Noun):
    """Answers that come by mail: yes, no, perhaps, another time, or once more please.

    An answer counts when its ATTENDEE is in the booking and has sent the mail; else
    it is only reported. Each is a transaction of its own.
    """

    def read(
        self, data: bytes, *, trust_forwarded: bool = False, dry_run: bool = False
    ) -> tuple[Answer, ...]:
        """What came of each answer in a mail, or in a bare calendar file.

        Of other mail, and of calendars that are no answer, nothing. A bare file has no
        sender: whoever passes it vouches for it. With `trust_forwarded` so they do for
        mail that somebody else has sent on.

        Raises:
            BadInput: it cannot be read, or is larger than 1 MB.
        """
        from calbook.services.bookings.replies import read_reply

        found = read_reply(
            self._context, data, trust_forwarded=trust_forwarded, dry_run=dry_run
        )
        return tuple(map(Answer, found))

    def read_maildir(
        self,
        path: str | os.PathLike[str],
        *,
        trust_forwarded: bool = False,
        dry_run: bool = False,
        refused: Callable[[CalbookError], None] | None = None,
    ) -> tuple[Answer, ...]:
        """What came of the answers in `new`, and in `cur` what nobody has read.

        A mail that was understood goes to `cur` as seen, one that was not goes there
        flagged; other mail stays where it is. `refused` is called with the error of
        each that cannot be read; without it the first one is raised in the end.

        Raises:
            BadInput: it is no Maildir.
        """
        from calbook.services.bookings.maildir import read_maildir

        found = read_maildir(
            self._context,
            path,
            trust_forwarded=trust_forwarded,
            dry_run=dry_run,
            refused=refused,
        )
        return tuple(map(Answer, found))

"""Files that show others when a host's bookings are."""

from __future__ import annotations

from calbook.api.values.value import Value


class PublishedFeed(Value):
    """A host's feed in a directory of a web server.

    host_id: whose bookings it holds
    name, path: the file's, which nobody guesses, behind the server's address; and where
    busy_only, redacted: what of the bookings it says
    written_at: as of when it is here, RFC 3339 text; None where it is not
    """

    host_id: str
    name: str
    path: str
    busy_only: bool
    redacted: bool
    written_at: str | None

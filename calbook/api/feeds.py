"""`client.calendar.feeds`: files for a web server, one for each host."""

from __future__ import annotations

import os

from calbook.api.noun import Noun
from calbook.api.values.feeds import PublishedFeed
from calbook.services.calendars import publishing

Place = str | os.PathLike[str]


class Feeds(Noun):
    """Feeds that `deliver` and `tick` write again when something has changed."""

    def publish(
        self,
        directory: Place,
        *,
        host_id: str | None = None,
        busy_only: bool = False,
        redact: bool = False,
        full: bool = False,
    ) -> tuple[PublishedFeed, ...]:
        """Keep a file in a directory for a host, or for each that there is now.

        From a month ago on. What `busy_only` and `redact` leave out is as in
        `bookings.get_feed`; `full` leaves nothing out. A feed that is there already
        keeps its name, and without any of the three what it says. A new one says
        no more than any other there.

        Raises:
            UsageError: two of the three are given.
            OutputError: the directory cannot be made, or a file not be written.
        """
        found = publishing.publish_feeds(
            *(self._context, directory),
            host_id=host_id,
            busy_only=busy_only,
            redact=redact,
            full=full,
        )
        return tuple(map(PublishedFeed, found))

    def list(
        self, *, directory: Place | None = None, host_id: str | None = None
    ) -> tuple[PublishedFeed, ...]:
        """By directory and host."""
        found = publishing.list_feeds(
            self._context, directory=directory, host_id=host_id
        )
        return tuple(map(PublishedFeed, found))

    def remove(
        self, directory: Place, *, host_id: str | None = None
    ) -> tuple[PublishedFeed, ...]:
        """Keep none in a directory any more, of a host or of all, and delete the files.

        Raises:
            NotFound: there is none.
            OutputError: a file cannot be deleted; its feed stays.
        """
        found = publishing.remove_feeds(self._context, directory, host_id=host_id)
        return tuple(map(PublishedFeed, found))

    def rotate(
        self, directory: Place, *, host_id: str | None = None
    ) -> tuple[PublishedFeed, ...]:
        """Give files new names; the old ones are deleted.

        Raises:
            NotFound: there is none.
            OutputError: a file cannot be deleted or written.
        """
        found = publishing.rotate_feeds(self._context, directory, host_id=host_id)
        return tuple(map(PublishedFeed, found))

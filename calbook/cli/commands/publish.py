"""`ics publish`: feeds as files in a directory of a web server."""

import os
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.session import needed, table_of
from calbook.core.errors import UsageError

if TYPE_CHECKING:
    from calbook.api.feeds import Feeds
    from calbook.api.values.feeds import PublishedFeed

_KEYS = ("hostId", "name", "path", "busyOnly", "redacted", "writtenAt")


class What(o.Group):
    """What is done with the feeds of a directory."""

    lists: bool = o.flag("--list", "Show what is published; of all directories.")
    removes: bool = o.flag("--remove", "Publish no more, and delete the files.")
    rotates: bool = o.flag("--rotate", "Give the files new names.")

    @property
    def word(self) -> str | None:
        """`--list`, `--remove` or `--rotate`, if one is given."""
        words = {"lists": "--list", "removes": "--remove", "rotates": "--rotate"}
        given = [word for name, word in words.items() if getattr(self, name)]
        if len(given) > 1:
            raise UsageError(f"{' and '.join(given)} exclude each other")
        return given[0] if given else None


class Form(o.Group):
    busy_only: bool = o.flag("--busy-only", "Only when somebody is busy.")
    redact: bool = o.flag("--redact", "Titles of event types, and no persons.")
    full: bool = o.flag("--full", "All there is, also where less was said before.")

    @property
    def words(self) -> list[str]:
        words = {"busy_only": "--busy-only", "redact": "--redact", "full": "--full"}
        return [word for name, word in words.items() if getattr(self, name)]


def publish(
    directory: Annotated[
        str | None,
        o.Argument(metavar="DIR", help="A directory that a web server shows."),
    ] = None,
    *,
    host: o.Host = None,
    form: Form,
    what: What,
    out: o.Answering,
) -> None:
    """Keep feeds of hosts in the directory of a web server.

    Each is a file with a name that nobody guesses; `deliver` and `tick` write it again
    when something has changed. A feed that is there says what it said before, unless
    it is told otherwise.
    """
    word = what.word
    if word and form.words:
        raise UsageError(f"{word} does not say what a feed says")
    if len(form.words) > 1:
        raise UsageError(f"{' and '.join(form.words)} exclude each other")
    if word != "--list":
        needed(directory, "DIR", "as in calbook ics publish /var/www/feeds")
    with out.client() as client:
        found = _do(client.calendar.feeds, word, directory, host, form)
    table = table_of("published_table")
    output.print_list(found, out.form(), keys=_KEYS, table=table)
    if found and word in (None, "--rotate") and output.is_terminal():
        output.say(
            "a web server shows them as https://…/NAME; whoever knows a name may read"
        )


def _do(
    feeds: "Feeds",
    word: str | None,
    directory: str | None,
    host: str | None,
    form: Form,
) -> "tuple[PublishedFeed, ...]":
    if word == "--list":
        return feeds.list(directory=directory, host_id=host)
    place = os.fspath(directory or "")
    if word == "--remove":
        return feeds.remove(place, host_id=host)
    if word == "--rotate":
        return feeds.rotate(place, host_id=host)
    return feeds.publish(place, host_id=host, **vars(form))

"""What a list of one host, of a status or of a text costs as others' bookings grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from calbook import Client

from . import books, steps
from .books import Book
from .figures import Figure

_EACH = 160  # bookings of a host
_PAGE = 50
_NAME = books.ATTENDEE["name"]
_HOST = {"host_id": books.HOST}

Operations = dict[str, Callable[[Client], object]]

LIST: Operations = {"list": lambda c: c.calendar.bookings.list(count=_PAGE)}
SEARCHES: Operations = {
    "list --search, all": lambda c: _search(c, _NAME),
    "list --search, one": lambda c: _search(c, books.nth_uid(7)),
    "list --search, none": lambda c: _search(c, "nobody"),
}
STATUSES: Operations = {
    f"list --status {status}, none": lambda c, s=status: c.calendar.bookings.list(
        status=s.upper(), count=_PAGE
    )
    for status in ("pending", "cancelled", "no_show")
}
STATISTICS: Operations = {
    "stats --by week, a year": lambda c: c.calendar.bookings.stats(by="week"),
}
OF_A_HOST: Operations = {
    "list --host": lambda c: c.calendar.bookings.list(count=_PAGE, **_HOST),
    "agenda --host": lambda c: c.calendar.bookings.agenda(**_DAYS, **_HOST),
    "week --host": lambda c: c.calendar.bookings.week(of=books.coming_day(), **_HOST),
    "stats --host": lambda c: c.calendar.bookings.stats(**_HOST),
}
_DAYS = {"start_date": books.coming_day(), "days": 7}


def figures(directory: Path, few: Book, many: Book) -> Iterator[Figure]:
    """Steps in SQLite; of what its index of letters does they are not all."""
    with books.opened(few.path) as small, books.opened(many.path) as large:
        names = f"at {many.size:,} bookings / at {few.size:,}"
        yield from _flat(names, LIST | STATUSES, small, large)
        # Its index of letters is a tree, which is higher in a larger file.
        yield from _flat(names, SEARCHES, small, large, at_most=3)
        for name, search in SEARCHES.items():
            yield Figure(
                f"{name} / list, {many.size:,} bookings",
                steps.paired(large, search, LIST["list"]),
                at_most=2,
                unit="CPU time",
                how=("bookings.list(search=…) / bookings.list(), 50 of each",),
            )
    hosts = min(1_000, many.size // _EACH)
    alone = books.full(directory / "alone.db", _EACH)
    team = books.full(directory / "team.db", _EACH * hosts, hosts=hosts)
    with books.opened(alone.path) as small, books.opened(team.path) as large:
        yield from _flat(f"of {hosts:,} hosts / of one", OF_A_HOST, small, large)


def _flat(
    names: str,
    operations: Operations,
    small: Client,
    large: Client,
    *,
    at_most: float = 1.2,
) -> Iterator[Figure]:
    for name, operate in operations.items():
        yield Figure(
            f"{name}, {names}",
            steps.of_client(large, operate) / steps.of_client(small, operate),
            at_most=at_most,
            unit="steps",
            how=("views: bookings.list(…), agenda(…), week(…), stats(…)",),
        )


def _search(client: Client, text: str) -> object:
    return client.calendar.bookings.list(search=text, count=_PAGE)

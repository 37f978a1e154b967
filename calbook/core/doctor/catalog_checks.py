"""What may be wrong with what is offered, and with the program that offers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from calbook.core.doctor.findings import (
    MOST_NAMED,
    Finding,
    count_of,
    make_finding,
    name_some,
)

DAYS_AHEAD = 30


class CatalogFacts(NamedTuple):
    """`not_bookable` are event types, each with what is most in the way."""

    schedules_without_hours: Sequence[str] = ()
    event_types_without_hosts: Sequence[str] = ()
    not_bookable: Mapping[str, str] = {}


class LibraryFacts(NamedTuple):
    """Versions by name, None where it is missing; who else installed `urllib3`."""

    versions: Mapping[str, str | None]
    urllib3_version: str | None = None
    urllib3_from: Sequence[str] = ()


def check_catalog(catalog: CatalogFacts) -> Iterator[Finding]:
    if ids := catalog.schedules_without_hours:
        yield make_finding(
            "no_hours",
            f"no open hours, and yet in use: {name_some(ids)}",
            name=ids[0],
            ids=list(ids[:MOST_NAMED]),
        )
    if ids := catalog.event_types_without_hosts:
        yield make_finding(
            "no_hosts",
            f"no host, and yet to be booked: {name_some(ids)}",
            name=ids[0],
            ids=list(ids[:MOST_NAMED]),
        )
    if closed := catalog.not_bookable:
        each = [f"{id} ({why})" for id, why in closed.items()]
        yield make_finding(
            "not_bookable",
            f"nobody can book {name_some(each)} in the next {DAYS_AHEAD} days",
            name=next(iter(closed)),
            eventTypes=[
                {"id": id, "reason": why} for id, why in [*closed.items()][:MOST_NAMED]
            ],
        )


def check_libraries(libraries: LibraryFacts) -> Iterator[Finding]:
    missing = [name for name, found in libraries.versions.items() if found is None]
    if missing:
        said = count_of(len(missing), "library is", "libraries are")
        yield make_finding(
            "library_missing", f"{said} not installed: {name_some(missing)}"
        )
    others = [name for name in libraries.urllib3_from if name != "urllib3"]
    known, found = libraries.versions.get("urllib3"), libraries.urllib3_version
    if others or (known and found and known != found):
        by = f" by {name_some(others)}" if others else ""
        yield make_finding(
            "urllib3_replaced",
            f"urllib3 {known} was replaced{by}: {found or 'another'} is loaded",
            installed=known,
            loaded=found,
            by=others,
        )

"""What may be wrong with a database server, and with the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from calbook.core.doctor.findings import Finding, make_finding, name_some

_OLDEST = 150000
_MOST_SECONDS = 5  # between two clocks


class ServerFacts(NamedTuple):
    """A PostgreSQL server as it was found; `ahead` are seconds of its clock."""

    version: str
    number: int  # of the version: 180001
    role: str
    has_exclusion: bool
    extension: str | None
    is_standby: bool
    is_local: bool
    is_encrypted: bool
    ahead: float
    missing_rights: Sequence[str] = ()
    may_erase: bool = True


def check_server(server: ServerFacts) -> Iterator[Finding]:
    if server.number < _OLDEST:
        yield make_finding(
            "server_too_old", f"PostgreSQL {server.version} is older than 15"
        )
    if server.is_standby:
        yield make_finding("server_read_only", "the server only lets read: a standby")
    elif server.missing_rights:
        yield make_finding(
            "missing_rights",
            f"the role {server.role} lacks rights: {name_some(server.missing_rights)}",
            rights=list(server.missing_rights),
        )
    if abs(server.ahead) > _MOST_SECONDS:
        way = "ahead of" if server.ahead > 0 else "behind"
        yield make_finding(
            "clock_differs",
            f"the server's clock is {abs(server.ahead):.0f} s {way} this computer's",
            seconds=round(server.ahead),
        )
    if not (server.is_local or server.is_encrypted):
        yield make_finding(
            "unencrypted", "the connection to the server is not encrypted"
        )

"""The URL that names a database: what is calbook's in it, and what people may see."""

from __future__ import annotations

import re
from typing import NamedTuple

from calbook.core.errors import BadInput

DEFAULT_SCHEMA = "calbook"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRET = ("password", "sslpassword")


class DatabaseUrl(NamedTuple):
    """`dsn` is for libpq and may hold a password; `shown` holds none."""

    dsn: str
    schema: str
    shown: str


def read_url(url: str) -> DatabaseUrl:
    """A `postgresql://` URL, with `schema` among its parameters or without.

    All other parameters are libpq's.

    Raises:
        BadInput: no schema can have that name.
    """
    head, _, query = url.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    named = [pair.removeprefix("schema=") for pair in pairs if _name(pair) == "schema"]
    schema = named[-1] if named else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise BadInput(
            "a schema is named by small letters, digits and underscores",
            field="db",
        )
    libpq = [pair for pair in pairs if _name(pair) != "schema"]
    public = [pair for pair in pairs if _name(pair) not in _SECRET]
    return DatabaseUrl(
        dsn=_join(head, libpq),
        schema=schema,
        shown=_join(_without_password(head), public),
    )


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _without_password(head: str) -> str:
    """Up to the last @: a password may hold one that nobody escaped."""
    scheme, _, rest = head.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{place}"


def _join(head: str, pairs: list[str]) -> str:
    return f"{head}?{'&'.join(pairs)}" if pairs else head

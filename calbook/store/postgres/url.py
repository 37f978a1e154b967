"""The URL that names a database: what is calbook's in it, and what people may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from calbook.core.errors import BadInput

DEFAULT_SCHEMA = "calbook"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_HOST = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(:[0-9]*)?")
# Of postgresql.org/docs/current/libpq-connect.html
_SECRET = (
    *("password", "sslpassword", "oauth_client_secret"),
    *("scram_client_key", "scram_server_key"),
)


class DatabaseUrl(NamedTuple):
    """`dsn` is for libpq and may hold a password; the others hold none.

    `public` is what libpq reads of `shown`, which names the schema too.
    """

    dsn: str
    schema: str
    shown: str
    public: str

    def __repr__(self) -> str:
        return f"DatabaseUrl({self.shown!r})"


def read_url(url: str) -> DatabaseUrl:
    """A `postgresql://` URL, with `schema` among its parameters or without.

    All other parameters are libpq's.

    Raises:
        BadInput: no schema can have that name, or a password is not told apart.
    """
    head, shown_head, query = _split(url)
    pairs = [pair for pair in query.split("&") if pair]
    named = [pair.removeprefix("schema=") for pair in pairs if _name(pair) == "schema"]
    schema = named[-1] if named else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(schema):
        raise BadInput(
            "a schema is named by small letters, digits and underscores",
            field="db",
        )
    if schema.startswith("pg_") or schema == "information_schema":
        raise BadInput(f"the schema {schema} is PostgreSQL's own", field="db")
    libpq = [pair for pair in pairs if _name(pair) != "schema"]
    shown = [pair for pair in pairs if _name(pair) not in _SECRET]
    public = [pair for pair in libpq if pair in shown]
    return DatabaseUrl(
        dsn=_join(head, libpq),
        schema=schema,
        shown=_join(shown_head, shown),
        public=_join(shown_head, public),
    )


def bad_url_error(unknown: Sequence[str] = ()) -> BadInput:
    """Says nothing of the URL but a parameter's name: a part may be a password."""
    if unknown:
        return BadInput(
            f"the URL of the database has the unknown parameter {unknown[0]}",
            hint="it takes those of libpq, and schema",
            field="db",
        )
    return BadInput(
        "the URL of the database cannot be read",
        hint="postgresql://user@host:port/database?parameter=value,"
        " with @ / ? : in a name or password as %40 %2F %3F %3A",
        field="db",
    )


def _name(pair: str) -> str:
    return unquote(pair.partition("=")[0])


def _split(url: str) -> tuple[str, str, str]:
    """What stands before the query, the same without a password, and the query.

    As libpq reads it: the first @ ends user and password, if no / stands before.
    """
    scheme, _, rest = url.partition("://")
    found = re.match("[^@/]*@", rest)
    login, place = (found[0], rest[found.end() :]) if found else ("", rest)
    place, _, query = place.partition("?")
    user = login.removesuffix("@").partition(":")[0]
    hosts = place.partition("/")[0].split(",")
    if "@" in place or "?" in user or not all(map(_HOST.fullmatch, hosts)):
        raise bad_url_error()
    user += "@" if login else ""
    return f"{scheme}://{login}{place}", f"{scheme}://{user}{place}", query


def _join(head: str, pairs: list[str]) -> str:
    return f"{head}?{'&'.join(pairs)}" if pairs else head

"""`calbook __complete KIND [--db=FILE] [PREFIX]`: what shells offer for a word.

A line per candidate, for a uid with a tab and a hint behind it. Never fails, never
writes, and imports next to nothing: somebody holds the tab key.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence

# What `store.sqlite` says too; importing it would cost more than the answer.
APPLICATION_ID = 0x43616C42
SCHEMA_VERSION = 4

_MOST = 50
_PATIENCE = 0.2  # seconds for a lock
_STEPS = 10_000_000  # of SQLite's machine, under a second
KINDS = {
    "uids": "bk_",
    "events": "evt_",
    "hosts": "user_",
    "schedules": "sched_",
    "webhooks": "wh_",
}

# The next ones first, then the latest.
_ORDER = "order by starts_at < :now, abs(starts_at - :now), uid limit :most"
# By index, as the file may hold a million.
_NEAR = """
    select * from (
        select uid, starts_at, event_type_id from bookings
        where starts_at >= :now order by starts_at limit :most
    ) union all select * from (
        select uid, starts_at, event_type_id from bookings
        where starts_at < :now order by starts_at desc limit :most
    )
"""
_ALL_UIDS = f"select * from ({_NEAR}) {_ORDER}"
_SOME_UIDS = f"""
    select uid, starts_at, event_type_id from bookings
    where uid >= :prefix and uid < :prefix || '~' {_ORDER}
"""
_IDS = {
    "events": "select id from event_types order by active desc, id",
    "hosts": "select id from hosts order by id",
    "schedules": "select id from schedules order by id",
    "webhooks": "select id from webhooks order by rowid",
}


def complete(args: Sequence[str]) -> int:
    """Print the candidates; on any trouble nothing, and always 0."""
    try:
        kind, *rest = args
        typed = rest.pop(0)[5:] if rest and rest[0].startswith("--db=") else ""
        path = os.path.expanduser(typed) or _default_file()
        lines = _lines(kind, rest[0] if rest else "", path)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except Exception:
        pass  # a shell has no place for it, and the command itself will tell
    return 0


def _default_file() -> str:
    if path := os.environ.get("CALBOOK_DB"):
        return path
    from platformdirs import user_data_dir  # slow to import

    return os.path.join(user_data_dir("calbook", appauthor=False), "calbook.db")


def _lines(kind: str, prefix: str, path: str) -> list[str]:
    if kind not in KINDS or not _is_ours(path):
        return []
    conn = sqlite3.connect(_read_only(path), uri=True, timeout=_PATIENCE)
    conn.set_progress_handler(lambda: True, _STEPS)
    try:
        if kind == "uids":
            return list(_uids(conn, prefix))
        ids = [row[0] for row in conn.execute(_IDS[kind]) if _is_plain(row[0])]
    finally:
        conn.close()
    return _spelled(ids, prefix, KINDS[kind])[:_MOST]


def _is_ours(path: str) -> bool:
    """Judged by its first bytes, so that SQLite opens no stranger's file.

    A file in WAL mode is left alone: even to read it, SQLite makes files beside it.
    """
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        header = file.read(72)
    version = int.from_bytes(header[60:64], "big")
    return (
        header[18:20] == b"\1\1"
        and header[68:72] == APPLICATION_ID.to_bytes(4, "big")
        and 1 <= version <= SCHEMA_VERSION
    )


def _read_only(path: str) -> str:
    """The file as a URI (sqlite.org/uri.html), by hand as urllib is slow to import."""
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{'//' if name.startswith('/') else ''}{name}?mode=ro"


def _uids(conn: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """Uids written as the person began: with `bk_` or without."""
    is_bare = not "bk_".startswith(prefix[:3])
    letters = prefix if is_bare else prefix[3:]
    rows = conn.execute(
        _SOME_UIDS if letters else _ALL_UIDS,
        {"prefix": f"bk_{letters}", "now": _now(conn), "most": _MOST},
    )
    for uid, starts_at, event_type in rows:
        if _is_plain(uid) and _is_plain(event_type):
            start = time.strftime("%a %Y-%m-%d %H:%M", time.localtime(starts_at))
            yield f"{uid[3:] if is_bare else uid}\t{start} {event_type[4:]}"


def _now(conn: sqlite3.Connection) -> int:
    """`CALBOOK_NOW`, read by SQLite, else the system's clock."""
    row = conn.execute(
        "select coalesce(unixepoch(?), unixepoch())", (os.environ.get("CALBOOK_NOW"),)
    ).fetchone()
    return int(row[0])


def _spelled(ids: Sequence[str], prefix: str, noun: str) -> list[str]:
    """Ids without their noun, as people type them; with it once they began it."""
    if not prefix:
        return [id.removeprefix(noun) for id in ids]
    both = [spelling for id in ids for spelling in (id.removeprefix(noun), id)]
    return [spelling for spelling in both if spelling.startswith(prefix)]


def _is_plain(name: str) -> bool:
    """Nothing that a shell could run, whoever wrote the file."""
    return name.isascii() and name.replace("_", "").isalnum()

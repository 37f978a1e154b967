"""`calbook __complete`: what shells offer for a word.

`--word=WORD WORD...` is a command line up to the cursor, the word that is being typed
first; `KIND [--db=FILE] [PREFIX]` one kind of names. A line per candidate, with a tab
and a hint behind it where that helps. Never fails, never writes, and imports next to
nothing: somebody holds the tab key.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

TYPE_CHECKING = False  # typing's; that import is half as dear as a completion
if TYPE_CHECKING:
    import sqlite3

# What `store.sqlite` says too; importing it would cost more than the answer.
APPLICATION_ID = 0x43616C42
SCHEMA_VERSION = 12

_MOST = 50
_PATIENCE = 0.2  # seconds for a lock
_STEPS = 10_000_000  # of SQLite's machine, under a second

# Ids, and the noun before them that nobody has to type.
_IDS = {
    "events": ("evt_", "select id, slug from event_types order by active desc, id"),
    "hosts": ("user_", "select id from hosts where id >= 'user_' order by id"),
    "resources": ("res_", "select id from hosts where id < 'user_' order by id"),
    "schedules": ("sched_", "select id from schedules order by id"),
    "waits": (
        "wait_",
        "select id from waiting where state in ('waiting', 'offered') order by number",
    ),
    "webhooks": ("wh_", "select id from webhooks order by rowid"),
}
# Names that begin so, each with its start and what it is of: the next ones first, then
# the latest.
_ORDER = "order by starts_at < :now, abs(starts_at - :now), name limit :most"
_CALENDARS = """
    select name, (
        select min(stretch_start) from busy
        where calendar_id = calendars.id and kind = 'own'
    ) as starts_at, substr(host_id, 6)
    from calendars where name >= :prefix and name < :prefix || '~'
"""
_HINTED = {
    "uids": f"""
        select uid as name, starts_at, substr(event_type_id, 5) from bookings
        where uid >= :prefix and uid < :prefix || '~' {_ORDER}
    """,
    "busy": f"{_CALENDARS} {_ORDER}",
    "calendars": f"{_CALENDARS} and source is not null {_ORDER}",
    "connections": f"{_CALENDARS} and kind in ('caldav', 'vdir') {_ORDER}",
}
# An address has no colon, which other keys have.
_EMAILS = """
    select key from person_keys
    where key >= :prefix and key < :prefix || '~' and instr(key, '@') > 0
        and instr(key, ':') = 0 order by key limit :most
"""
_NAMES = """
    select distinct name from people
    where substr(name, 1, length(:prefix)) = :prefix collate nocase
    order by name limit :most
"""
_PEOPLE = {"emails": (_EMAILS,), "names": (_NAMES,), "people": (_NAMES, _EMAILS)}
# By index, as the file may hold a million.
_ALL_UIDS = f"""
    select * from (
        select * from (
            select uid as name, starts_at, substr(event_type_id, 5) from bookings
            where starts_at >= :now order by starts_at limit :most
        ) union all select * from (
            select uid, starts_at, substr(event_type_id, 5) from bookings
            where starts_at < :now order by starts_at desc limit :most
        )
    ) {_ORDER}
"""
_FACTS = """
    select coalesce(unixepoch(?), unixepoch()),
        (select timezone from hosts where id >= 'user_' order by rowid limit 1)
"""


def complete(args: Sequence[str]) -> int:
    """Print the candidates; on any trouble nothing, and always 0."""
    try:
        first, *rest = args
        if first.startswith("--word="):
            lines = _answer(first[7:], rest)
        else:
            db = rest.pop(0)[5:] if rest and rest[0].startswith("--db=") else ""
            lines = _names(first, rest[0] if rest else "", db)
        sys.stdout.write("\n".join((*lines, "")))
        sys.stdout.flush()
    except Exception:
        pass  # a shell has no place for it, and the command itself will tell
    return 0


# -- a command line ------------------------------------------------------------------


def _answer(word: str, before: Sequence[str]) -> Sequence[str]:
    """First how the candidates are to be taken, what is wanted, and what stands ahead
    of it in the word (`--event=`); then the candidates.

    They are `words`, a `list` that goes on behind a comma, `paths` to be quoted as the
    shell does, or any `files`, which the shell knows itself.
    """
    rows, option, number, db = _walk(before)
    offered, help, lead = "-", "command or option", ""
    is_ended = "--" in before
    if not option and not is_ended and word.startswith("--") and "=" in word:
        option, _, word = word.partition("=")
        lead = f"{option}="
    if option or is_ended or not word.startswith("-"):
        other = ("-" if number == 1 and not option else "?", help)
        row = rows.get(option or f"<{number}>") or (not option and rows.get("<*>"))
        offered, help = row or other
    mode, found = _candidates(offered, word, db, rows)
    if mode == "words" and number == 1 and not option and offered != "-":
        names = (name for name in rows if name[0].isalpha())  # as `ics publish`
        found = (
            *_beginning(word, (f"{name}\t{rows[name][1]}" for name in names)),
            *found,
        )
    return (f"{mode}\t{help}\t{lead}", *found)


def _walk(before: Sequence[str]) -> "tuple[Rows, str, int, str]":
    """What may follow, whose value is next, the argument's number, and `--db`."""
    with open(f"{os.path.dirname(__file__)}/commands.txt", "rb") as file:
        table = file.read()
    place, option, number, db = "calbook", "", 1, ""
    rows = _rows(table, place)
    for word in before:
        if option:
            db = word if option == "--db" else db
            option = ""
        elif word.startswith("-"):
            db = word[5:] if word.startswith("--db=") else db
            option = word if rows.get(word, ("-",))[0] != "-" else ""
        elif word in rows:
            place = f"{place} {word}"
            rows = _rows(table, place)
        else:
            number += 1
    return rows, option, number, db


Rows = dict[str, tuple[str, str]]


def _rows(table: bytes, place: str) -> Rows:
    """What may follow a command: what is offered for its value, and its help."""
    found = _paragraph(table, place)
    return found and found | _paragraph(table, "*")


def _paragraph(table: bytes, place: str) -> Rows:
    start = table.find(f"\n\n{place}\n".encode())
    block = table[start + 2 : table.find(b"\n\n", start + 2)] if start >= 0 else b""
    cells = (line.split("\t") for line in block.decode().split("\n")[1:])
    return {name: (offered, help) for name, offered, help in cells}


def _candidates(
    offered: str, word: str, db: str, rows: Rows
) -> tuple[str, Sequence[str]]:
    if offered == "file":
        return "files", ()
    if offered[0] == "@":
        mode = "paths" if offered in _QUOTED else "words"
        return mode, _names(offered[1:], word, db)
    if "," in offered:
        begun = word[: word.rfind(",") + 1]
        keys = (key for key in offered.split(",") if key not in begun.split(","))
        return "list", _beginning(word, (begun + key for key in keys))
    if offered == "-":
        return "words", _beginning(word, _words(word, rows))
    return "words", _beginning(word, offered.strip("?|").split("|"))


def _words(word: str, rows: Rows) -> list[str]:
    """Commands; options where there are none, or when begun."""
    words = [name for name in rows if name[0].isalpha()]
    if word.startswith("-") or not words:
        words = [name for name in rows if name[0] == "-"]
    return [f"{name}\t{rows[name][1]}" for name in words]


def _beginning(word: str, lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line and line.startswith(word)]


# -- names ---------------------------------------------------------------------------


def _names(kind: str, prefix: str, typed_path: str) -> Sequence[str]:
    if kind == "zones":
        return _zones(prefix)
    if kind == "databases":
        return _databases(prefix)
    path = os.path.expanduser(typed_path) or _default_file()
    header = _header(path)
    # In WAL mode it is left alone: even to read it, SQLite makes files beside it.
    if not _is_ours(header) or header[18:20] != b"\1\1":
        return ()
    try:  # sqlite3 itself loads datetime, which is a tenth of the cost
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3  # type: ignore[no-redef]

    conn = sqlite3.connect(_read_only(path), uri=True, timeout=_PATIENCE)
    conn.set_progress_handler(lambda: True, _STEPS)
    try:
        if kind in _PEOPLE:
            return list(_people(conn, kind, prefix))
        if kind in _HINTED:
            return list(_with_hints(conn, kind, prefix))
        noun, query = _IDS[kind]
        ids = [row for row in conn.execute(query) if all(map(_is_plain, row))]
    finally:
        conn.close()
    return _spelled(ids, prefix, noun)[:_MOST]


def _zones(prefix: str) -> list[str]:
    with open(f"{_tzdata()}/zones", encoding="ascii") as file:
        names = file.read().split()
    begun = prefix.lower()
    return sorted(n for n in names if n.lower().startswith(begun) and n != "Factory")


def _tzdata() -> str:
    import tzdata  # an empty package

    return str(tzdata.__path__[0])


def _databases(prefix: str) -> list[str]:
    """Files that are calbook's, and directories, which may have some in them."""
    folder, begun = os.path.split(prefix)
    found = []
    for entry in os.scandir(os.path.expanduser(folder) or "."):
        is_hidden = entry.name.startswith(".") and not begun
        if is_hidden or not entry.name.startswith(begun):
            continue
        if entry.name.isprintable() and (
            entry.is_dir() or _is_ours(_header(entry.path))
        ):
            found.append(entry.name + "/" * entry.is_dir())
    return [prefix.removesuffix(begun) + name for name in sorted(found)]


def _default_file() -> str:
    if path := os.environ.get("CALBOOK_DB"):
        return path
    from platformdirs import user_data_dir  # slow to import

    return os.path.join(user_data_dir("calbook", appauthor=False), "calbook.db")


def _header(path: str) -> bytes:
    if not os.path.isfile(path):
        return b""
    with open(path, "rb") as file:
        return file.read(72)


def _is_ours(header: bytes) -> bool:
    """Judged by its first bytes, so that SQLite opens no stranger's file."""
    version = int.from_bytes(header[60:64], "big")
    is_calbook = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return is_calbook and 1 <= version <= SCHEMA_VERSION


def _read_only(path: str) -> str:
    """The file as a URI (sqlite.org/uri.html), by hand as urllib is slow to import."""
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{'//' if name.startswith('/') else ''}{name}?mode=ro"


def _with_hints(conn: "sqlite3.Connection", kind: str, prefix: str) -> Iterator[str]:
    """Uids are written as the person began: with `bk_` or without."""
    is_bare = kind == "uids" and not "bk_".startswith(prefix[:3])
    begun = f"bk_{prefix}" if is_bare else prefix
    is_all = kind == "uids" and "bk_".startswith(begun)
    now, zone = conn.execute(_FACTS, (os.environ.get("CALBOOK_NOW"),)).fetchone()
    has_zone = _set_timezone(zone)
    shape = f"%a %Y-%m-%d %H:%M {zone if has_zone else 'UTC'} "
    wall_time = time.localtime if has_zone else time.gmtime
    rows = conn.execute(
        _ALL_UIDS if is_all else _HINTED[kind],
        {"prefix": begun, "now": now, "most": _MOST},
    )
    if kind == "uids" and prefix:
        yield from (word for word in _UID_WORDS if word.startswith(prefix))
    for name, start, about in rows:
        if _is_plain(name + about):
            when = "" if start is None else time.strftime(shape, wall_time(start))
            yield f"{name[3 * is_bare :]}\t{when}{about}"


_UID_WORDS = ("last\tThe booking made last", "next\tThe next meeting")
_QUOTED = ("@databases", "@names", "@people")  # they may have spaces


def _people(conn: "sqlite3.Connection", kind: str, prefix: str) -> Iterator[str]:
    """What a shell could run is left out; spaces in a name are quoted by it."""
    for query in _PEOPLE[kind]:
        also = " .-" if query is _NAMES else "@.+-_"
        for (text,) in conn.execute(query, {"prefix": prefix, "most": _MOST}):
            if text[0].isalnum() and all(c.isalnum() or c in also for c in text):
                yield text


def _set_timezone(zone: str | None) -> bool:
    """Make it the process's own, if it can be had; zoneinfo is slow to import."""
    if zone is None or "." in zone or not hasattr(time, "tzset"):
        return False
    roots = (_SYSTEM_ZONES, f"{_tzdata()}/zoneinfo")
    for root in reversed(roots) if _is_package_newer() else roots:
        if os.path.isfile(f"{root}/{zone}"):
            os.environ["TZ"] = f":{root}/{zone}"
            time.tzset()
            return True
    return False


_SYSTEM_ZONES = "/usr/share/zoneinfo"


def _is_package_newer() -> bool:
    """As `times.newer_package`, but that 2026z comes after 2026za."""
    import tzdata

    try:
        with open(f"{_SYSTEM_ZONES}/tzdata.zi", encoding="ascii") as file:
            release = file.readline(80).split()[-1]
    except (OSError, ValueError, IndexError):
        return False
    return bool(getattr(tzdata, "IANA_VERSION", "") > release)


def _spelled(ids: Sequence[Sequence[str]], prefix: str, noun: str) -> list[str]:
    """Ids without their noun, as people type them; with it once they began it.

    Behind an id may stand its slug, which is shorter to type.
    """
    if not prefix:
        return [names[-1].removeprefix(noun) for names in ids]
    every = [
        spelling
        for id, *slug in ids
        for spelling in dict.fromkeys((*slug, id.removeprefix(noun), id))
    ]
    return [spelling for spelling in every if spelling.startswith(prefix)]


def _is_plain(name: str) -> bool:
    """Nothing that a shell could run or take for an option, whoever wrote the file."""
    letters = name.replace("-", "_")
    return name.isascii() and f"_{letters}".isidentifier() and not name.startswith("-")

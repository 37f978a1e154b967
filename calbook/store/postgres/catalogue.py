"""What the tables of a database are made of, a line each, as the server tells it.

`catalogue.txt` holds the lines of a new one:
`python -m calbook.store.postgres.catalogue URL > calbook/store/postgres/catalogue.txt`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from calbook.store.postgres.functions import BUMPED_ONCE

if TYPE_CHECKING:
    from calbook.store.connection import Connection
    from calbook.store.postgres.store import PostgresStore

_LIST = Path(__file__).with_suffix(".txt")
_EXCLUSION = "claims_overlap"
_LETTERS = ("index", "bookings_by_letters")
# What each server has in its own words, or has not.
_BY_SERVER = ("fold_case", _LETTERS[1])

# The kind of a thing, its name, and what it is.
_THINGS = """
    with here as (select oid from pg_namespace where nspname = current_schema)
    select 'table', c.relname::text, concat_ws(' ', c.relkind, c.relpersistence,
        case when c.relrowsecurity then 'row security' end)
    from pg_class c where c.relnamespace = (select oid from here)
        and c.relkind in ('r', 'p')
    union all
    select 'column', c.relname || '.' || a.attname, concat_ws(' ',
        format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then 'not null' end,
        nullif(a.attidentity, ''), l.collname, pg_get_expr(d.adbin, d.adrelid))
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = (select oid from here) and c.relkind in ('r', 'p')
        and a.attnum > 0 and not a.attisdropped
    union all
    select 'index', c.relname, concat_ws(' ', pg_get_indexdef(c.oid),
        case when not i.indisvalid then 'invalid' end)
    from pg_class c join pg_index i on i.indexrelid = c.oid
    where c.relnamespace = (select oid from here)
        and not exists (select 1 from pg_constraint k where k.conindid = c.oid)
    union all
    select 'constraint', c.conname, concat_ws(' ', c.conrelid::regclass,
        pg_get_constraintdef(c.oid))
    from pg_constraint c where c.connamespace = (select oid from here)
        and c.contype not in ('n', 't')
    union all
    select 'trigger', t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid),
        case when t.tgenabled <> 'O' then 'switched off' end)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = (select oid from here) and not t.tgisinternal
    union all
    select 'function', p.proname, concat_ws(' ', p.provolatile, p.prosecdef,
        p.proconfig, p.prosrc)
    from pg_proc p where p.pronamespace = (select oid from here) and not exists (
        select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e'
    )
"""
_BROKEN = """
    with here as (select oid from pg_namespace where nspname = current_schema)
    select conname, conrelid::regclass::text, confrelid::regclass::text,
        array(select attname::text from unnest(conkey) with ordinality k (n, place)
            join pg_attribute on attrelid = conrelid and attnum = n order by place),
        array(select attname::text from unnest(confkey) with ordinality k (n, place)
            join pg_attribute on attrelid = confrelid and attnum = n order by place)
    from pg_constraint where contype = 'f'
    and connamespace = (select oid from here) order by 1
"""

# What may be said in several ways: blanks, brackets, and the types of constants.
_LOOSE = re.compile(r"\s+|[()]|::\w+(?: precision| varying)?")

Things = dict[tuple[str, str], str]


def schema_faults(conn: Connection, schema: str) -> Iterator[str]:
    """What differs from the tables of a new database, a sentence each."""
    there, wanted = _things(conn, schema), _read_list()
    row = conn.execute("select has_exclusion from calbook_schema").fetchone()
    if not row[0]:
        del wanted["constraint", _EXCLUSION]
    if _LETTERS not in there:
        del wanted[_LETTERS]
    gone = [n for kind, n in wanted if kind == "table" and (kind, n) not in there]
    yield from (f"the table {name} is missing" for name in gone)
    for (kind, name), text in wanted.items():
        if any(table in f"{name} {text}" for table in gone):
            continue  # it went with its table
        if (kind, name) not in there:
            yield f"the {kind} {name} is missing"
        elif there[kind, name] != text:
            yield f"the {kind} {name} is not as calbook made it"
    for kind, name in there.keys() - wanted.keys():
        if kind == "trigger":
            yield f"the trigger {name} is not calbook's"


def reference_faults(conn: Connection) -> Iterator[str]:
    """Rows that refer to rows which are not there: only a superuser can make them."""
    for _, table, parent, columns, keys in conn.execute(_BROKEN).fetchall():
        same = " and ".join(
            f"p.{key} = t.{column}" for column, key in zip(columns, keys, strict=True)
        )
        refers = " and ".join(f"t.{column} is not null" for column in columns)
        found = conn.execute(
            f"select 1 from {table} t where {refers}"
            f" and not exists (select 1 from {parent} p where {same}) limit 1"
        )
        if found.fetchone():
            yield f"a row of {table} refers to a missing row of {parent}"


def _things(conn: Connection, schema: str) -> Things:
    return {
        (kind, name): _plain(kind, name, text, schema)
        for kind, name, text in conn.execute(_THINGS).fetchall()
    }


def _plain(kind: str, name: str, text: str, schema: str) -> str:
    """The same on every server that is supported, and in every schema."""
    if name in _BY_SERVER:
        return ""
    text = re.sub(rf"\b{schema}(?=\.|, pg_temp)", "calbook", text)
    text = _LOOSE.sub("", text.replace(BUMPED_ONCE, "")).replace("calbook.", "")
    return sha256(text.encode()).hexdigest()[:16] if kind == "function" else text


def _read_list() -> Things:
    lines = (line.split("\t") for line in _LIST.read_text("utf-8").splitlines())
    return {(kind, name): text for kind, name, text in lines}


def _print_list(store: PostgresStore) -> None:
    with store.raw() as conn:
        conn.add("begin")
        conn.add(f"set local search_path = {store.url.schema}")
        found = _things(conn, store.url.schema)
    sys.stdout.writelines(
        f"{kind}\t{name}\t{text}\n" for (kind, name), text in sorted(found.items())
    )


if __name__ == "__main__":
    from calbook.store.postgres.store import PostgresStore

    _print_list(PostgresStore(sys.argv[1]))

"""A database server as a role of every day finds it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from calbook.core.doctor.server_checks import ServerFacts
from calbook.store.postgres.grants import RIGHTS

if TYPE_CHECKING:
    from calbook.store.postgres.connection import Connection

_SERVER = """
    select current_setting('server_version') as version,
        current_setting('server_version_num')::integer as number,
        current_user as role,
        exists (
            select 1 from pg_constraint c join pg_class t on t.oid = c.conrelid
            where c.contype = 'x' and t.relnamespace = to_regnamespace(:schema)
        ) as has_exclusion,
        (select extversion from pg_extension where extname = 'btree_gist')
            as extension,
        pg_is_in_recovery() as is_standby,
        extract(epoch from clock_timestamp())::double precision as at,
        coalesce(has_table_privilege(to_regclass(:history), 'update'), false)
            as may_erase
"""
_MISSING = """
    select w.value ->> 0 as name, w.value ->> 1 as verb from json_each(:wanted) w
    where case when to_regclass(w.value ->> 0) is null then false
        else not has_table_privilege(w.value ->> 0, w.value ->> 1) end
"""


def read_server_facts(conn: Connection, schema: str) -> ServerFacts:
    facts = {"schema": schema, "history": f"{schema}.events"}
    before = time.time()
    row = conn.execute(_SERVER, facts).fetchone()
    after = time.time()
    assert row is not None
    wanted = [
        [f"{schema}.{table}", verb]
        for verbs, tables in RIGHTS.items()
        for table in tables
        for verb in verbs.split(", ")
    ]
    missing = conn.execute(_MISSING, {"wanted": json.dumps(wanted)}).fetchall()
    return ServerFacts(
        version=row["version"],
        number=row["number"],
        role=row["role"],
        has_exclusion=row["has_exclusion"],
        extension=row["extension"],
        is_standby=row["is_standby"],
        is_local=conn.is_local,
        is_encrypted=conn.is_encrypted,
        ahead=row["at"] - (before + after) / 2,
        may_erase=row["may_erase"],
        missing_rights=tuple(f"{verb} on {name}" for name, verb in missing),
    )

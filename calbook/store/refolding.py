"""Addresses in the form of today, in what calbook up to version 7 stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calbook.core.checks import fold_email

if TYPE_CHECKING:
    from calbook.store.connection import Connection

_OTHER = """
    update attendees set email_folded = :new
    where email = :email and email_folded = :old and not exists (
        select 1 from attendees o
        where o.uid = attendees.uid and o.email_folded = :new
    )
"""
_TARGETS = """
    update {table} set target = :new where target = :old {mail} and uid in (
        select uid from attendees where email = :email and email_folded = :new
    )
"""
_ATTENDANCES = """
    select uid, recurrence_id, attendances from occurrences where uid in (
        select uid from attendees where email = :email and email_folded = :new
    ) and attendances is not null
"""


def fold_addresses_again(conn: Connection, is_international: str) -> None:
    """They were case-folded, by which `weiß@` and `weiss@` were one mailbox.

    `is_international` is how the engine says it of `email`: others are the same.
    """
    found = conn.execute(
        f"select distinct email, email_folded from attendees where {is_international}"
    ).fetchall()
    for email, old in found:
        change = {"email": email, "old": old, "new": fold_email(email)}
        if change["new"] == old:
            continue
        conn.execute(_OTHER, change)
        for table, mail in (("deliveries", "and channel = 'mail'"), ("reminders", "")):
            conn.execute(_TARGETS.format(table=table, mail=mail), change)
        _rename_attendances(conn, change)


def _rename_attendances(conn: Connection, change: dict[str, str]) -> None:
    for uid, recurrence_id, text in conn.execute(_ATTENDANCES, change).fetchall():
        said = json.loads(text)
        if change["old"] not in said:
            continue
        said = {change["new"] if k == change["old"] else k: v for k, v in said.items()}
        conn.execute(
            "update occurrences set attendances = :said"
            " where uid = :uid and recurrence_id = :recurrence_id",
            {
                "said": json.dumps(said, ensure_ascii=False),
                "uid": uid,
                "recurrence_id": recurrence_id,
            },
        )

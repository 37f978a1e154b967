"""Making a new file one's own: the first host and its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook import wire
from calbook.core.errors import NotFound
from calbook.intake import schedules
from calbook.values.catalog import Host

if TYPE_CHECKING:
    from calbook.desk import Desk


def set_up(desk: Desk, **given: str | None) -> Host:
    """Set what is given on the oldest host; a zone on its schedule as well.

    Raises:
        NotFound: the file has no host.
    """
    wanted = {key: value for key, value in given.items() if value is not None}
    fields = schedules.host_fields(wanted)
    with desk.store.write() as tx:
        key = tx.oldest_host()
        if key is None:
            raise NotFound("host", "user_me")
        host, now = tx.host(key), desk.clock()
        tx.save_host(host._replace(**fields), now=now)
        if "timezone" in fields:
            schedule = tx.schedule(host.schedule_id)
            tx.save_schedule(schedule._replace(timezone=fields["timezone"]), now=now)
        row = tx.host_row(key)
    assert row is not None
    return Host(wire.host(row))

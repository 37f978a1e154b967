"""What version 12 adds to the tables of a database, see `sqlite.version_12`."""

from calbook.store.postgres.functions import MOVED

INDEXES = f"""
alter table booking_hosts
    add column starts_at bigint,
    add column last_at bigint;
update booking_hosts h set starts_at = b.starts_at, last_at = case
    when b.recurring is not null then coalesce(b.last_at, b.starts_at) end
from bookings b where b.uid = h.uid;
create index booking_hosts_by_start on booking_hosts (host_id, starts_at, uid);
create index booking_hosts_recurring on booking_hosts (host_id, last_at)
    where last_at is not null;

create index bookings_pending on bookings (starts_at, uid)
    where pending_until is not null;
create index bookings_pending_series on bookings (pending_until)
    where pending_until is not null and recurring is not null;
create index bookings_cancelled on bookings (starts_at, uid)
    where final_status = 'CANCELLED';
create index bookings_no_show on bookings (starts_at, uid)
    where final_status = 'NO_SHOW';
create index bookings_attended on bookings (starts_at, uid)
    where final_status = 'COMPLETED' and confirmed_until is null;
{MOVED}
"""


SEARCH = """
alter table bookings
    add column search text not null default '';
"""


COUNTERS = """
"""


EVENTS = """
"""

SCRIPT = INDEXES + SEARCH + COUNTERS + EVENTS

"""What version 12 adds to the tables."""

from calbook.store.old_events import IS_NEEDED

# A host's bookings in the order of lists; the dates of a series reach to `last_at`,
# which single bookings have none of. Then those of each status that few have: of what
# is to come or over most are confirmed, and found by their start.
INDEXES = """
alter table booking_hosts add column starts_at integer;
alter table booking_hosts add column last_at integer;
update booking_hosts set (starts_at, last_at) = (
    select starts_at, iif(recurring is null, null, coalesce(last_at, starts_at))
    from bookings b where b.uid = booking_hosts.uid
);
create index booking_hosts_by_start on booking_hosts (host_id, starts_at, uid);
create index booking_hosts_recurring on booking_hosts (host_id, last_at)
    where last_at is not null;

create trigger bookings_moved after update of starts_at, last_at, recurring on bookings
when (old.starts_at, old.last_at, old.recurring)
    is not (new.starts_at, new.last_at, new.recurring)
begin
    update booking_hosts set starts_at = new.starts_at,
        last_at = iif(new.recurring is null, null, new.last_at)
    where uid = new.uid;
end;

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
"""


SEARCH = """
"""


COUNTERS = """
"""


# An event has what its change replaced, and the booking after it only where somebody
# may ask for it. SQLite lets a column be null only where it is a new one.
EVENTS = f"""
alter table events add column sequence integer;
alter table events add column version integer;
alter table events add column replaced text;
alter table events add column kept text;
update events set kept = booking where {IS_NEEDED};
alter table events drop column booking;
alter table events rename column kept to booking;
"""

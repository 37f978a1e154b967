"""What version 12 adds to the tables."""

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


# Where a booking stands in the index of its letters, in the order of lists: by five
# minutes and one of 32 parts of them, so that few share a place; the way from one to
# the next takes two bytes.


def place_of(start: str) -> str:
    """The first of the places at an instant."""
    return f"(({start} + 62135683200) / 300 * 32)"


PLACE = f"({place_of('{0}starts_at')} + unicode(substr({{0}}uid, -1)) % 32)"

# What bookings are searched in (`core.search`), and what the index of it has not got
# (`sqlite.words`): all behind the last booking that it has, and what changed since.
SEARCH = f"""
alter table bookings add column search text not null default '';
create index bookings_by_place on bookings ({PLACE.format("")});
create table indexed_words (last_booking integer not null) strict;
insert into indexed_words values (0);
create table changed_words (
    booking integer primary key,
    place integer,
    text text
) strict;

create trigger words_added after insert on bookings
when new.rowid <= (select last_booking from indexed_words)
begin
    insert into changed_words (booking) select new.rowid where not exists (
        select 1 from changed_words where booking = new.rowid
    );
end;

create trigger words_changed after update of uid, search, starts_at on bookings
when (old.search, {PLACE.format("old.")}) <> (new.search, {PLACE.format("new.")})
    and old.rowid <= (select last_booking from indexed_words)
begin
    insert into changed_words
    select old.rowid, {PLACE.format("old.")}, old.search where not exists (
        select 1 from changed_words where booking = old.rowid
    );
end;
"""


COUNTERS = """
"""


EVENTS = """
"""

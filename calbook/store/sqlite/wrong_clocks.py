"""The migration after which a clock that was wrong does no harm; it stays as it is.

Requests that had lost their time by one have expired.
"""

# When the reminders of a booking were worked out, so that a clock that was ahead then
# is noticed; what falls due by `due_until` is queued, without one all there is.
WRONG_CLOCKS = """
create table reminder_plans (
    uid text primary key references bookings (uid),
    made_at integer not null,
    due_until integer
) strict, without rowid;
create index reminder_plans_made on reminder_plans (made_at);
create index reminder_plans_until on reminder_plans (due_until)
    where due_until is not null;
insert into reminder_plans
    select uid, at, iif(recurring is null, null, at) from (
        select b.uid, b.recurring, (
            select at from events e where e.uid = b.uid order by seq desc limit 1
        ) as at
        from bookings b join event_types t on t.id = b.event_type_id
        where b.uid in (select uid from reminders)
            or b.recurring is not null and t.reminders <> '[]'
    ) where at is not null;

create index deliveries_waiting on deliveries (due_at)
    where status = 'pending' and (attempts > 0 or kind <> 'reminder');

update occurrences set status = 'CANCELLED', resolution = 'expired',
    cancelled_by = 'system'
where status = 'PENDING' and due is null and exists (
    select 1 from booking_hosts h where h.uid = occurrences.uid and not exists (
        select 1 from claims c where c.host_id = h.host_id
            and c.uid = h.uid and c.recurrence_id = occurrences.recurrence_id
    )
);
delete from claims where exists (
    select 1 from occurrences o where o.uid = claims.uid
        and o.recurrence_id = claims.recurrence_id and o.status = 'CANCELLED'
);
update bookings set pending_until = (
    select max(start_at) from occurrences o
    where o.uid = bookings.uid and o.status = 'PENDING'
) where pending_until is not null;
"""

-- One booking, as pgbench sends it: in a line is what travels together, with `\;` from
-- one statement to the next, as calbook sends it. Only the look for what is due, which
-- is not one host's, is left to `calbook tick`. A start that is taken ends there.

\set host random(0, :hosts - 1)
\set type :host / 10
\set start 1800000000 + 1800 * random(0, 100000)
\set uid random(1, 4611686018427387904)

begin isolation level read committed read write \; set local search_path = public \; set local lock_timeout = 10000 \; select version from calbook_schema;
select title, duration, settings from event_types where id = 'evt_:type';
select id from hosts where id in ('host_:host') order by id for no key update;
select * from hosts where id = 'host_:host';
select timezone, weekly from schedules where id = 'sched_work';
select * from hosts where id = 'host_:host';
select timezone, weekly from schedules where id = 'sched_work';
select count(*) as taken from claims where host_id = 'host_:host' and claim_start < :start + 1800 and claim_start > :start - 259200 and claim_end > :start \gset
\if :taken
rollback;
\else
insert into bookings values ('host_:host', 'bk_:uid', 'evt_:type', 'Europe/Berlin', :start, :start, :start + 1800, 'COMPLETED', '{}', '{}', '[]', '{"buffer_before":0,"buffer_after":0,"cancellation_deadline":1440}', 0, 1, :start, :start) \; delete from booking_hosts where host_id = 'host_:host' and uid = 'bk_:uid' \; insert into booking_hosts values ('host_:host', 'bk_:uid', 0, 'evt_:type', 1) \; insert into host_loads values ('host_:host', 'evt_:type', 1) on conflict (host_id, event_type_id) do update set bookings = host_loads.bookings + 1 \; delete from attendees where host_id = 'host_:host' and uid = 'bk_:uid' \; insert into attendees values ('host_:host', 'bk_:uid', 0, 'ada:uid@example.com', 'ada:uid@example.com', 'Ada Lovelace') \; insert into occurrences values ('host_:host', 'bk_:uid', :start, 'evt_:type', '2027-01-18', :start, :start + 1800, :start, :start + 1800, '2027-01-18T10:00', 'Europe/Berlin', 'CONFIRMED', 'UNKNOWN', :start + 1800) \; insert into claims values ('host_:host', :start, :start + 1800, 'bk_:uid', :start) \; select b.*, a.email, a.name, o.* from bookings b join attendees a using (host_id, uid) join occurrences o using (host_id, uid) where b.host_id = 'host_:host' and b.uid = 'bk_:uid';
insert into events (host_id, id, type, uid, at, by, change, booking) values ('host_:host', 'ev_:uid', 'booking.created', 'bk_:uid', :start, 'attendee', '{}', repeat('{"uid": "bk_0zs0zqg80fpc", "status": "CONFIRMED", ', 19));
select id from webhooks where active = 1;
select e.settings from bookings b join event_types e on e.id = b.event_type_id where b.host_id = 'host_:host' and b.uid = 'bk_:uid';
commit;
\endif

-- One booking, as pgbench sends it: in a line is what travels together, with `\;` from
-- one statement to the next, as calbook sends it. Only the look for what is due, which
-- is not one host's, is left to `calbook tick`. A start that is taken ends there. Who
-- books was not known to the host.

\set host random(0, :hosts - 1)
\set start 1800000000 + 1800 * random(0, 100000)
\set uid random(1, 4611686018427387904)

begin isolation level read committed read write \; set local search_path = public \; set local lock_timeout = 10000 \; select version from calbook_schema;
select id from hosts where id in (select host_id from event_type_hosts where event_type_id in (select id from event_types where id = 'evt_:host')) order by id for no key update;
select e.*, (select coalesce(json_agg(json_build_object('host_id', host_id)), '[]') from (select * from event_type_hosts where event_type_id = e.id order by position) x) as hosts from event_types e where e.id = 'evt_:host';
select k.key, p.* from person_keys k join people p on p.host_id = k.host_id and p.id = k.person_id where k.host_id = 'host_:host' and k.person_id in (select f.person_id from person_keys f where f.host_id = 'host_:host' and f.key in ('ada:uid@example.com'));
select timezone from schedules where id = 'sched_work';
select s.*, (select coalesce(json_agg(json_build_object('date', date, 'hours', hours)), '[]') from (select * from schedule_overrides where schedule_id = s.id and date between '2027-01-14' and '2027-01-22' order by date) x) as overrides from schedules s where s.id = 'sched_work';
with spans (start_at, end_at) as materialized (select cast(value as bigint), cast(value as bigint) + 1800 from json_items('[:start]')) select (exists (select 1 from spans s where s.start_at < (select c.claim_end from claims c where c.host_id = 'host_:host' and c.claim_start < s.end_at order by c.claim_start desc limit 1)) or exists (select 1 from spans s join busy b on b.host_id = 'host_:host' and b.busy_start < s.end_at and b.busy_start > s.start_at - 259200 and b.busy_end > s.start_at) or exists (select 1 from (select max(end_at) as end_at from spans) s join hosts h on h.id = 'host_:host' and h.retired_at < s.end_at))::integer as taken \gset
\if :taken
rollback;
\else
select * from hosts where id in ('host_:host');
insert into bookings values ('host_:host', 'bk_:uid', 'evt_:host', 'Europe/Berlin', :start, :start, :start + 1800, 'COMPLETED', '{}', '{}', '[]', '{"requires_confirmation": false, "cancellation_deadline": 1440}', 0, 1, :start, :start, 'Demo', 'demoada lovelaceada:uid@example.combk_:uid') \; insert into booking_hosts values ('host_:host', 'bk_:uid', 0, 'evt_:host', (select rowid from bookings where host_id = 'host_:host' and uid = 'bk_:uid'), true, false, :start, null) \; insert into host_loads values ('host_:host', 'evt_:host', 1) on conflict (host_id, event_type_id) do update set bookings = host_loads.bookings + 1 \; insert into people values ('host_:host', 'per_:uid', 'Ada Lovelace', 'ada:uid@example.com', :start, :start, :start) \; insert into person_keys values ('host_:host', 'ada:uid@example.com', 'per_:uid') \; insert into person_keys values ('host_:host', 'id:per_:uid', 'per_:uid') \; insert into attendees values ('host_:host', 'bk_:uid', 0, 'ada:uid@example.com', 'ada:uid@example.com', 'Ada Lovelace', 'per_:uid') \; insert into occurrences values ('host_:host', 'bk_:uid', :start, 'evt_:host', '2027-01-18', :start, :start + 1800, :start, :start + 1800, '2027-01-18T10:00', 'Europe/Berlin', 'CONFIRMED', 'UNKNOWN', :start + 1800) \; insert into claims values ('host_:host', :start, :start + 1800, 'bk_:uid', :start) \; select exists (select 1 from calendars where is_pushed);
select id from webhooks where active and (events = '[]' or events like '%booking.created%') order by id;
insert into events (host_id, id, type, uid, at, by, change, version, sequence) values ('host_:host', 'ev_:uid', 'booking.created', 'bk_:uid', :start, 'attendee', '{}', 0, 0) \; commit;
\endif

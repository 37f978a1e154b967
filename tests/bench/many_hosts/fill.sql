-- Bookings number `first` up to but not including `last`, in the order of time: each
-- host has one every seven hours, half an hour long.

create function filling(first bigint, last bigint, hosts bigint) returns table (
    host_id text, event_type_id text, uid text, email text, start_at bigint
) language sql stable as $$
    select 'host_' || n % hosts, 'evt_' || n % hosts / 10, 'bk_' || n,
        'ada' || n || '@example.com', 1800000000 + n / hosts * 25200
    from generate_series(first, last - 1) n
$$;

create function fill(first bigint, last bigint, hosts bigint) returns void
language sql set session_replication_role = replica as $$ -- looks nothing up
    insert into bookings
    select host_id, uid, event_type_id, 'Europe/Berlin', start_at, start_at,
        start_at + 1800, 'COMPLETED', '{}', '{}', '[]',
        '{"buffer_before":0,"buffer_after":0,"cancellation_deadline":1440}',
        0, 1, start_at, start_at
    from filling(first, last, hosts);

    insert into booking_hosts
    select host_id, uid, 0, event_type_id, 1 from filling(first, last, hosts);

    insert into host_loads
    select host_id, event_type_id, count(*) from filling(first, last, hosts)
    group by host_id, event_type_id
    on conflict (host_id, event_type_id)
    do update set bookings = host_loads.bookings + excluded.bookings;

    insert into attendees
    select host_id, uid, 0, email, email, 'Ada Lovelace'
    from filling(first, last, hosts);

    insert into occurrences
    select host_id, uid, start_at, event_type_id, '2027-01-18', start_at,
        start_at + 1800, start_at, start_at + 1800, '2027-01-18T10:00',
        'Europe/Berlin', 'CONFIRMED', 'UNKNOWN', start_at + 1800
    from filling(first, last, hosts);

    insert into claims
    select host_id, start_at, start_at + 1800, uid, start_at
    from filling(first, last, hosts);

    insert into events (host_id, id, type, uid, at, by, change, booking)
    select host_id, 'ev_' || uid, 'booking.created', uid, start_at, 'attendee', '{}',
        repeat('{"uid": "bk_0zs0zqg80fpc", "status": "CONFIRMED", ', 19)
    from filling(first, last, hosts);
$$;

-- Bookings number `first` up to but not including `last`, in the order of time: each
-- host has one every seven hours, half an hour long.

create function filling(first bigint, last bigint, hosts bigint) returns table (
    host_id text, event_type_id text, uid text, email text, person_id text,
    start_at bigint
) language sql stable as $$
    select 'host_' || n % hosts, 'evt_' || n % hosts, 'bk_' || n,
        'ada' || n || '@example.com', 'per_' || n, 1800000000 + n / hosts * 25200
    from generate_series(first, last - 1) n
$$;

create function fill(first bigint, last bigint, hosts bigint) returns void
language sql set session_replication_role = replica as $$ -- looks nothing up
    insert into bookings
    select host_id, uid, event_type_id, 'Europe/Berlin', start_at, start_at,
        start_at + 1800, 'COMPLETED', '{}', '{}', '[]',
        '{"requires_confirmation": false, "cancellation_deadline": 1440}',
        0, 1, start_at, start_at, 'Demo', 'demoada lovelace' || email || uid
    from filling(first, last, hosts);

    insert into booking_hosts
    select host_id, uid, 0, event_type_id, 1, true, false, start_at, null
    from filling(first, last, hosts);

    insert into host_loads
    select host_id, event_type_id, count(*) from filling(first, last, hosts)
    group by host_id, event_type_id
    on conflict (host_id, event_type_id)
    do update set bookings = host_loads.bookings + excluded.bookings;

    insert into people
    select host_id, person_id, 'Ada Lovelace', email, start_at, start_at, start_at
    from filling(first, last, hosts);

    insert into person_keys
    select host_id, key, person_id from filling(first, last, hosts),
        lateral (values (email), ('id:' || person_id)) k (key);

    insert into attendees
    select host_id, uid, 0, email, email, 'Ada Lovelace', person_id
    from filling(first, last, hosts);

    insert into occurrences
    select host_id, uid, start_at, event_type_id, '2027-01-18', start_at,
        start_at + 1800, start_at, start_at + 1800, '2027-01-18T10:00',
        'Europe/Berlin', 'CONFIRMED', 'UNKNOWN', start_at + 1800
    from filling(first, last, hosts);

    insert into claims
    select host_id, start_at, start_at + 1800, uid, start_at
    from filling(first, last, hosts);

    insert into day_counts
    select host_id, id, (start_at + 62135683200) / 86400, 'CONFIRMED', count(*),
        count(*) * 1800
    from filling(first, last, hosts),
        lateral (values (''), (event_type_id), (host_id)) i (id)
    group by 1, 2, 3
    on conflict (share, id, day, status) do update set
        meetings = day_counts.meetings + excluded.meetings,
        seconds = day_counts.seconds + excluded.seconds;

    insert into events (host_id, id, type, uid, at, by, change, version, sequence)
    select host_id, 'ev_' || uid, 'booking.created', uid, start_at, 'attendee', '{}',
        0, 0
    from filling(first, last, hosts);
$$;

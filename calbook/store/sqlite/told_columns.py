"""What version 5 keeps of a booking beside `tables`: what its people were told."""

# What people were told of a booking stays, whatever becomes of its event type.
OWN_TEXTS = """
alter table bookings add column title text not null default '';
alter table bookings add column description text;
alter table bookings add column is_group integer not null default 0;
update bookings set (title, description, is_group, location) = (
    select title, description, seats is not null,
        coalesce(bookings.location, e.location)
    from event_types e where e.id = bookings.event_type_id
);

alter table occurrences add column move_reason text;
update occurrences set move_reason = (
    select change ->> '$.reason' from events e
    where e.uid = occurrences.uid and e.type = 'booking.rescheduled' and (
        change ->> '$.dates' is null
        or date in (select value from json_each(change, '$.dates'))
    )
    order by seq desc limit 1
) where uid in (select uid from events where type = 'booking.rescheduled');
alter table bookings add column is_told integer not null default 0;
update bookings set is_told = 1 where uid in (
    select uid from deliveries where channel = 'mail' and kind <> 'reminder'
);
"""


# Addresses whose domain has another form than it had: two that were one stay so.
FOLDED_DOMAINS = """
update or ignore attendees set email_folded = fold_email(email)
where email glob '*[^ -~]*';
"""

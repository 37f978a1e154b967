"""What the database does itself: functions that statements call, and triggers.

That `json_items` gives few rows is what makes the planner look into the index for each.
"""

FUNCTIONS = """
create function json_items(items text) returns table (key text, value text)
language plpgsql immutable strict rows 3 as $$
begin
    if json_typeof(items::json) = 'object' then
        return query select * from json_each_text(items::json);
    else
        return query select (n - 1)::text, item
        from json_array_elements_text(items::json) with ordinality as a (item, n);
    end if;
end $$;

create function unixepoch() returns bigint language sql volatile as $$
    select floor(extract(epoch from clock_timestamp()))::bigint
$$;

create function json_valid(said text) returns boolean language plpgsql immutable
strict as $$
begin
    perform said::json;
    return true;
exception when invalid_text_representation then
    return false;
end $$;

create function fold_case(said text) returns text language sql immutable as $$
    select coalesce({folded}, '')
$$;
"""

# A calbook has looked before it writes; this is for whoever else does, at any
# isolation level: the host's row is what two of them meet at. Who has met it once in
# this transaction is alone with it: to change it for each claim takes the square.
BUMPED_ONCE = " and xmin <> pg_current_xact_id()::xid"
OVERLAP = """
create function refuse_overlap() returns trigger language plpgsql
set search_path from current as $$
begin
    update hosts set revision = revision + 1 where id = new.host_id{once};
    if exists (
        select 1 from claims
        where host_id = new.host_id
          and claim_start < new.claim_end
          and claim_start > new.claim_start - {longest}
          and claim_end > new.claim_start
          and not (tg_op = 'UPDATE' and host_id = old.host_id
            and claim_start = old.claim_start)
    ) then
        raise exclusion_violation using
            message = 'this claim overlaps another of its host';
    end if;
    return new;
end $$;
create trigger claims_written before insert or update of
    host_id, claim_start, claim_end on claims
for each row execute function refuse_overlap();
"""

EXCLUSION = """
alter table claims add constraint claims_overlap
    exclude using gist (host_id with =, int8range(claim_start, claim_end) with &&);
"""

# A meeting lies within its claim, and neither moves without the other.
GUARDS = """
create function keep_to_claim() returns trigger language plpgsql
set search_path from current as $$
begin
    if new.start_at < new.claim_start or new.end_at > new.claim_end or exists (
        select 1 from claims c
        where c.uid = case tg_op when 'UPDATE' then old.uid else new.uid end
          and c.recurrence_id = case tg_op when 'UPDATE' then old.recurrence_id
            else new.recurrence_id end
          and (c.uid, c.recurrence_id, c.claim_start, c.claim_end, false)
            is distinct from (new.uid, new.recurrence_id, new.claim_start,
              new.claim_end, new.status = 'CANCELLED')
    ) then
        raise check_violation using
            message = 'this meeting is at another time than its claim';
    end if;
    if tg_op = 'UPDATE' and old.status = 'CANCELLED' and new.status <> 'CANCELLED'
        and not exists (
            select 1 from claims c
            where c.uid = old.uid and c.recurrence_id = old.recurrence_id
        )
    then
        raise check_violation using
            message = 'this meeting is cancelled and has no claim';
    end if;
    return new;
end $$;
create trigger occurrences_written before insert or update of
    uid, recurrence_id, start_at, end_at, claim_start, claim_end, status
on occurrences for each row execute function keep_to_claim();

create function keep_to_meeting() returns trigger language plpgsql
set search_path from current as $$
begin
    if exists (
        select 1 from occurrences o
        where o.uid = old.uid and o.recurrence_id = old.recurrence_id
          and (o.uid, o.recurrence_id, o.claim_start, o.claim_end, old.host_id)
            is distinct from (new.uid, new.recurrence_id, new.claim_start,
              new.claim_end, new.host_id)
    ) then
        raise check_violation using
            message = 'this claim is at another time than its meeting';
    end if;
    return new;
end $$;
create trigger claims_kept before update on claims
for each row execute function keep_to_meeting();
"""

# The hosts of a booking are listed by its times.
MOVED = """
create function move_hosts() returns trigger language plpgsql
set search_path from current as $$
begin
    update booking_hosts set starts_at = new.starts_at, last_at = case
        when new.recurring is not null then new.last_at end
    where uid = new.uid;
    return null;
end $$;
create trigger bookings_moved after update of starts_at, last_at, recurring on bookings
for each row when ((old.starts_at, old.last_at, old.recurring)
    is distinct from (new.starts_at, new.last_at, new.recurring))
execute function move_hosts();
"""

# What bookings are searched in has an index of its letters where the server has that to
# offer; else all are looked at.
LETTERS = """
do $$
declare
    home text;
begin
    if not exists (select 1 from pg_extension where extname = 'pg_trgm') then
        select nspname into home from pg_namespace
        where nspname = 'public' and has_schema_privilege(oid, 'create');
        execute format(
            'create extension pg_trgm schema %I', coalesce(home, current_schema)
        );
    end if;
    select n.nspname into home from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm';
    execute format(
        'create index bookings_by_letters on bookings using gin'
        ' (search %I.gin_trgm_ops)', home
    );
exception when insufficient_privilege or feature_not_supported or undefined_file
    or undefined_object or unique_violation
then
    null;
end $$;
"""

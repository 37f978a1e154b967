"""Which rows are a line, and what each column is in it; written as `tables` has it.

What is not here is worked out again (`DERIVED`).
"""

from __future__ import annotations

from calbook.store.lines.tables import Noun, Table


def _reminder_updates(noun: str) -> Table:
    return Table(
        "reminder_updates",
        "after#bookings",
        key="reminderUpdates",
        parent="id",
        only={"noun": noun},
        flat=True,
    )


SETTING = Noun("setting", Table("settings", "name:line value"), by="name")

SCHEDULE = Noun(
    "schedule",
    Table(
        "schedules",
        "rowid#schedules id:id name:line timezone:zone weekly:week created_at:time"
        " updated_at:time",
    ),
    Table(
        "schedule_overrides",
        "date:date hours:hours reason?",
        key="overrides",
        parent="schedule_id",
    ),
    by="id",
)

HOST = Noun(
    "host",
    Table(
        "hosts",
        "rowid#hosts id:id kind:line name:line email:line? timezone:zone"
        " schedule_id@schedules capacity:int? limits:texts retired_at:time?"
        " language:line? created_at:time updated_at:time",
    ),
    _reminder_updates("host"),
    by="id",
    later=("language",),  # since version 11
)

EVENT_TYPE = Noun(
    "eventType",
    Table(
        "event_types",
        "rowid#event_types id:id slug:id title:line description? active:bool"
        " duration:int durations:minutes? location:object? schedule_id@schedules?"
        " weekly:week? first_date:date? last_date:date? buffer_before:int"
        " buffer_after:int minimum_notice:int maximum_advance:int? slot_interval:int?"
        " slots_per_day:int? rules:object requires_confirmation:bool"
        " allow_cancellation:bool cancellation_deadline:int? seats:int?"
        " max_occurrences:int questions:list contact:contact scheduling_type:scheduling"
        " round_robin:line? needs:list meeting_url_template? notify:bool reminders:list"
        " on_free:on_free hold_minutes:int on_decline:on_decline metadata:object"
        " created_at:time updated_at:time",
    ),
    Table(
        "event_type_hosts",
        "position:int host_id@hosts weight:int is_fixed:bool priority:int",
        key="hosts",
        parent="event_type_id",
    ),
    Table(
        "host_joins",
        "host_id@hosts since#bookings",
        key="joins",
        parent="event_type_id",
    ),
    _reminder_updates("event type"),
    by="id",
    unique=("slug",),
)

PERSON = Noun(
    "person",
    Table(
        "people",
        "id:id name:line? email:line? phone:line? ref:line? timezone:zone?"
        " language:line? created_at:time updated_at:time erased_at:time?"
        " seen_until:time?",
    ),
    Table("person_keys", "key", key="keys", parent="person_id", flat=True),
    by="id",
)

CALENDAR = Noun(
    "calendar",
    Table(
        "calendars",
        "id#calendars host_id@hosts name:line kind:calendar_kind source?"
        " user_name? password_command? password_env? shows_text:bool is_strict:bool"
        " allows_private:bool is_busy:bool is_pushed:bool is_free_busy:bool"
        " is_careful:bool events:int free:int bookings:int skipped:list"
        " skipped_count:int remarks:list remark_count:int imported_at:time"
        " horizon:time? mark? checked_at:time? tried_at:time? fault?",
    ),
    Table(
        "busy",
        "stretch:int stretch_start:time stretch_end:time text? uid:id?",
        key="busy",
        parent="calendar_id",
    ),
    by="id",
    identity=("host_id", "name"),
)

BOOKING = Noun(
    "booking",
    Table(
        "bookings",
        "rowid#bookings uid:id event_type_id@event_types timezone:zone title:line"
        " description? is_group:bool location:object? has_own_location:bool"
        " meeting_url? notes? responses:object metadata:object recurring:recurring?"
        " overrides:texts policy:policy is_told:bool sequence:int version:int"
        " created_at:time updated_at:time",
    ),
    Table(
        "booking_hosts",
        "position:int host_id@hosts is_of_dates:bool",
        key="hosts",
        parent="uid",
    ),
    Table(
        "attendees",
        "position:int email:line? name:line? phone:line? ref:line? timezone:zone?"
        " language:line? person_id@people? responses:object? notes? metadata:object?"
        " only_on:dates? absent_on:dates? replies:replies? seen_until:time?",
        key="attendees",
        parent="uid",
    ),
    Table(
        "occurrences",
        "recurrence_id:time date:date start_at:time end_at:time claim_start:time"
        " claim_end:time wall:wall wall_timezone:zone by_offset:bool tzdata:line?"
        " status:status is_recorded:bool held_until:time? resolution:resolution?"
        " cancelled_by:actor? reason? move_reason? attendance:attendance"
        " attendances:attendances? hosts:texts?",
        key="occurrences",
        parent="uid",
    ),
    Table(
        "events",
        "seq#events id:id type:line recurrence_id:time? at:time by:actor actor?"
        " change:object sequence:int? version:int? replaced:object? booking:snapshot?",
        key="events",
        parent="uid",
        later=("sequence", "version", "replaced"),  # since version 12
    ),
    Table(
        "notes",
        "position:int id:id content created_at:time",
        key="hostNotes",
        parent="uid",
    ),
    Table(
        "private_notes",
        "position:int id:id content created_at:time",
        key="privateNotes",
        parent="uid",
    ),
    Table(
        "counter_proposals",
        "number#counter_proposals id:id recurrence_id:time? person_key start_at:time"
        " end_at:time comment? state:counter_state sequence:int stamped_at:time"
        " created_at:time updated_at:time",
        key="counterProposals",
        parent="uid",
    ),
    Table(
        "reminder_plans",
        "made_at:time due_until:time?",
        key="reminderPlans",
        parent="uid",
    ),
    Table(
        "calendar_objects",
        "calendar_id#calendars name:line etag? digest? state:line written_at:time",
        key="calendarObjects",
        parent="uid",
    ),
    by="uid",
)

IDEMPOTENCY_KEY = Noun(
    "idempotencyKey",
    Table(
        "idempotency_keys",
        "key event_uid@bookings event_seq:event request:request answer:object?",
    ),
    by="key",
)

WEBHOOK = Noun(
    "webhook",
    Table(
        "webhooks",
        "rowid#webhooks id:id url events:texts active:bool disabled_reason?"
        " allow_http:bool secret headers:headers old_secrets:old_secrets"
        " created_at:time updated_at:time",
    ),
    by="id",
    secrets=("secret", "headers", "oldSecrets"),
)

DELIVERY = Noun(
    "delivery",
    Table(
        "deliveries",
        "seq#deliveries id:id channel:channel target uid@bookings? event_seq:event?"
        " kind:line payload? status:delivery_status attempts:int due_at:time"
        " created_at:time finished_at:time?",
    ),
    Table(
        "attempts",
        "number:int at:time status:line code:int? text milliseconds:int",
        key="log",
        parent="delivery",
    ),
    Table(
        "reminders",
        "uid@bookings start_at:time minutes:int target:line",
        key="reminders",
        parent="delivery",
    ),
    by="id",
)

WAITING = Noun(
    "waiting",
    Table(
        "waiting",
        "number#waiting id:id event_type_id@event_types attendees:persons"
        " request:object timezone:zone by:actor since:time until:time"
        " is_range:bool uid@bookings? recurrence_id:time? state:waiting_state"
        " offered_uid@bookings? is_seat:bool"
        " held_until:time? passed:list log:list created_at:time updated_at:time"
        " erased_at:time?",
    ),
    by="id",
)

PUBLISHED_FEED = Noun(
    "publishedFeed",
    Table(
        "published_feeds",
        "directory:line host_id@hosts name:line is_busy_only:bool is_redacted:bool"
        " event_seq:last_event?",
    ),
    by="directory",
    identity=("directory", "host_id"),
)

# What a line refers to stands before it.
NOUNS = (
    *(SETTING, SCHEDULE, HOST, EVENT_TYPE, PERSON, CALENDAR, BOOKING),
    *(IDEMPOTENCY_KEY, WEBHOOK, DELIVERY, WAITING, PUBLISHED_FEED),
)
BY_TYPE = {noun.type: noun for noun in NOUNS}

# Columns that no line has, as they follow from others: `derived` works them out.
DERIVED = {
    "bookings": {
        *("starts_at", "last_at", "pending_until", "confirmed_until", "final_status"),
        "search",
    },
    "booking_hosts": {"event_type_id", "made", "is_live", "starts_at", "last_at"},
    "attendees": {"person_key", "phone_digits", "ref_folded"},
    "occurrences": {"event_type_id", "due"},
    "busy": {"host_id", "busy_start", "busy_end"},
    "deliveries": {"leased_until"},  # nobody sends it yet
}
# And tables.
DERIVED_TABLES = {
    "claims",
    "host_loads",
    "day_counts",
    "indexed_words",
    "changed_words",
}

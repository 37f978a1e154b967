"""What the walk begins with, on the model and in the store alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from calbook import Client

from .facts import EventType, Schedule
from .undoing import UndoModel as Model

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ALWAYS = {day: [(0, 1440)] for day in range(7)}
WORK = {day: [(540, 750), (810, 1080)] for day in range(5)}
NIGHT = {5: [(1320, 1440)], 6: [(0, 150), (180, 360)]}  # 02:30 is not in each spring
NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"

# Before clocks go forward, back, and back by half an hour; days around them.
BEGINNINGS = tuple(
    datetime(2027, month, day, 16, tzinfo=UTC)
    for month, day in ((3, 12), (11, 5), (4, 2))
)
HOSTS = ("me", "alan")


def event_types() -> list[EventType]:
    always = Schedule(zone=NEW_YORK, hours=ALWAYS)
    return [
        EventType(
            id="demo",
            schedule=Schedule(zone=NEW_YORK, hours=WORK),
            hosts=["me"],
            lengths=(30, 60),
            after=10,
        ),
        EventType(
            id="coaching",
            schedule=always,
            hosts=["me"],
            lengths=(60,),
            notice=720,
            advance=5,
            confirmation=True,
            deadline=1440,
        ),
        EventType(id="yoga", schedule=always, hosts=["me"], lengths=(60,), seats=3),
        EventType(
            id="night",
            schedule=Schedule(zone=NEW_YORK, hours=NIGHT),
            hosts=["alan"],
            before=15,
            interval=20,
        ),
        EventType(id="team", schedule=always, hosts=["alan", "me"], kind="round-robin"),
        EventType(
            id="pair",
            schedule=Schedule(zone=LORD_HOWE, hours=ALWAYS),
            hosts=["me", "alan"],
            kind="collective",
            lengths=(45,),
            per_day=2,
            cancellable=False,
        ),
        EventType(
            id="once",
            schedule=always,
            hosts=["alan"],
            first=date(2027, 3, 13),
            last=date(2027, 11, 7),
            after=5,
            before=5,
        ),
    ]


def new_model(now: datetime) -> Model:
    return Model(now, event_types())


def set_up(client: Client) -> None:
    """The same hosts, hours and event types in a new store."""
    client.set_up(name="Grace", timezone=NEW_YORK)
    client.calendar.hosts.create("alan")
    for each in event_types():
        hours = [
            {"day": DAYS[day], "startTime": clock(begins), "endTime": clock(ends)}
            for day, windows in each.schedule.hours.items()
            for begins, ends in windows
        ]
        client.calendar.schedules.create(
            f"of_{each.id}", timezone=each.schedule.zone, availability=hours
        )
        client.calendar.event_types.create(each.id, **_fields(each))


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _fields(each: EventType) -> Any:
    """In the words of the manual; a team takes turns by priority."""
    turns: dict[str, Any] = {"hosts": each.hosts}
    if each.kind == "round-robin":
        named = enumerate(reversed(each.hosts))
        turns = {
            "scheduling_type": "ROUND_ROBIN",
            "round_robin": "PRIORITY",
            "hosts": [{"userId": host, "priority": n + 1} for n, host in named],
        }
    elif each.kind == "collective":
        turns["scheduling_type"] = "COLLECTIVE"
    return {
        **turns,
        "schedule_id": f"of_{each.id}",
        "durations": list(each.lengths),
        "slot_interval": each.interval,
        "buffer_before": each.before,
        "buffer_after": each.after,
        "minimum_notice": each.notice,
        "maximum_advance": each.advance,
        "first_date": each.first,
        "last_date": each.last,
        "slots_per_day": each.per_day,
        "seats": each.seats,
        "requires_confirmation": each.confirmation,
        "allow_cancellation": each.cancellable,
        "cancellation_deadline": each.deadline,
    }

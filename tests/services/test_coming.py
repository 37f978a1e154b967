"""Bookings of other programs, taken over from what they export."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from support.mailing import Configure
from support.stores import ask, dump

from calbook import Booking, Client, EventType, errors
from calbook.api.values.imports import TakenOver
from calbook.core.errors import CalbookError

pytest_plugins = ("support.mailing",)

FILES = Path(__file__).parents[1] / "data" / "coming"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n"
EVENT = (
    "BEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:{sequence}\r\nDTSTART:{start}\r\n"
    "DURATION:PT30M\r\nSUMMARY:Talk\r\nSTATUS:{status}\r\n{more}"
    "ATTENDEE;CN=Ada:mailto:ada@example.com\r\nEND:VEVENT\r\n"
)
TABLE = "id,start,name,email,event\n"
ALL = "2020-01-01"
WEEKLY_START = "20270119T100000Z"
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=3\r\n"
LEFT_OUT = f"{WEEKLY}EXDATE:20270126T100000Z\r\n"
Take = Callable[..., TakenOver]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def grace(client: Client) -> Client:
    """The host is Grace, in Lisbon."""
    client.set_up(name="Grace Hopper", email="grace@example.com")
    client.set_up(timezone="Europe/Lisbon")
    return client


@pytest.fixture
def refused() -> list[CalbookError]:
    return []


@pytest.fixture
def take(grace: Client, refused: list[CalbookError]) -> Take:
    """Takes over some files, by name, or what they hold."""

    def take_over(source: Any, *files: str | bytes, **options: Any) -> TakenOver:
        paths = [f if isinstance(f, bytes) else FILES / f for f in files]
        return grace.calendar.imports.take_over(
            source, paths, refused=refused.append, **options
        )

    return take_over


def event(
    uid: str = "a@example.com",
    start: str = "20270118T100000Z",
    *,
    sequence: int = 0,
    status: str = "CONFIRMED",
    more: str = "",
) -> str:
    return EVENT.format(
        uid=uid, start=start, sequence=sequence, status=status, more=more
    )


def calendar(*events: str) -> bytes:
    return CALENDAR.format("".join(events)).encode()


def bookings(client: Client, status: str | None = None) -> dict[str | None, Booking]:
    """All there are, by who booked."""
    found = client.calendar.bookings.list(start_date=ALL)
    return {b.attendee.name: b for b in found if status in (None, b.status)}


def own_metadata(booking: Booking) -> dict[str, Any]:
    return {k: v for k, v in booking.metadata.items() if not k.startswith("import.")}


# -- Calendly --------------------------------------------------------------------------


CALENDLY = ("calendly_events.csv", "calendly_event_types.json")


def test_a_meeting_of_calendly_comes_with_all_it_has(take: Take, grace: Client) -> None:
    take("calendly", *CALENDLY)

    ada = bookings(grace)["Ada Lovelace"]
    assert ada.start_time == "2027-01-18T11:00:00+00:00"
    assert ada.end_time == "2027-01-18T11:30:00+00:00"
    assert (ada.attendee.email, ada.attendee.phone) == (
        "ada@example.com",
        "+351 912 345 678",
    )
    assert [g.email for g in ada.guests] == ["bob@example.com", "cem@example.com"]
    assert ada.meeting_url == "https://meet.example/j/92494367104"
    assert ada.responses == {
        "please_share_anything_that_will_help": 'A "long" answer,\nover two lines'
    }
    assert own_metadata(ada)["UTM Campaign"] == "spring"
    assert ada.event_type_id == "evt_30min"


def test_who_cancelled_and_who_did_not_come_stay_so(take: Take, grace: Client) -> None:
    take("calendly", *CALENDLY)

    found = bookings(grace)
    dora, emil = found["Dora Marsden"], found["Emil Noether"]
    assert (dora.status, dora.reason) == (
        "CANCELLED",
        "Found another time (Dora Marsden)",
    )
    assert (emil.status, emil.attendance) == ("NO_SHOW", "no_show")


def test_the_invitees_of_one_event_are_a_group_but_who_cancelled(
    take: Take, grace: Client
) -> None:
    done = take("calendly", *CALENDLY)

    group = bookings(grace)["Fay Weldon"]
    assert [g.name for g in group.guests] == ["Gus Grissom"]
    assert group.event_type_id == "evt_open_class"
    [line] = [r["line"] for r in done.remarks if "Hal Abelson" in r["reason"]]
    assert line == 8  # its own, and not that of the first of the group


def test_what_overlaps_is_named_with_what_it_overlaps_and_skipped(
    take: Take, grace: Client, refused: list[CalbookError]
) -> None:
    done = take("calendly", *CALENDLY)

    ada = bookings(grace)["Ada Lovelace"]
    [skipped] = done.skipped
    assert (skipped["line"], skipped["conflictsWith"]) == (9, ada.uid)
    [error] = refused
    assert isinstance(error, errors.SlotTaken)
    assert "line 9, Ida Overlap" in str(error)
    assert "Ida Overlap" not in bookings(grace)


def test_its_event_types_are_made_with_their_questions(
    take: Take, grace: Client
) -> None:
    done = take("calendly", "calendly_event_types.json")

    assert done.event_types_made == ["evt_30min", "evt_open_class"]
    made = grace.calendar.event_types.get("30min")
    assert (made.title, made.duration) == ("30 Minute Meeting", 30)
    assert [q["key"] for q in made.questions] == [
        "please_share_anything_that_will_help",
        "which_size",
    ]
    assert not grace.calendar.event_types.get("open-class").active


def test_events_and_invitees_in_two_files_are_joined(take: Take, grace: Client) -> None:
    events = (
        "Event UUID,Event Type Name,Start Date & Time,End Date & Time\n"
        "e1,Talk,2027-01-18 11:00 am,2027-01-18 11:30 am\n"
    )
    invitees = "Event UUID,Invitee Name,Invitee Email\ne1,Ada,ada@example.com\n"

    take("calendly", events.encode(), invitees.encode())

    assert bookings(grace)["Ada"].start_time == "2027-01-18T11:00:00+00:00"


GONE = (
    "Event UUID,Event Type Name,Start Date & Time,End Date & Time,Location,"
    "Invitee Name,Invitee Email,Canceled,Canceled By,User Name,User Email\n"
    "e1,Talk,2027-01-18 11:00,2027-01-18 11:30,{place},Ada,ada@example.com,{off},"
    "{by},Grace Hopper,grace@example.com\n"
)


@pytest.mark.parametrize(
    ("by", "actor"),
    [
        ("Ada", "attendee"),
        ("ADA@example.com", "attendee"),
        ("Grace Hopper", "host"),
        ("grace@example.com", "host"),
        ("Calendly", "system"),
        ("", "system"),
    ],
)
def test_who_cancelled_at_calendly_is_kept(
    take: Take, grace: Client, by: str, actor: str
) -> None:
    """It was the system, whoever it had been."""
    take("calendly", GONE.format(place="", off="true", by=by).encode())

    ada = bookings(grace)["Ada"]
    assert (ada.status, ada.cancelled_by) == ("CANCELLED", actor)
    [_, cancelled] = grace.calendar.bookings.history(ada.uid)
    assert cancelled.by == actor


def test_what_somebody_cancelled_there_can_take_place_again(
    take: Take, grace: Client
) -> None:
    """It is not what was cancelled here; what is cancelled here then stays so."""
    off, on = (
        GONE.format(place="", off=off, by=by).encode()
        for off, by in (("true", "Ada"), ("false", ""))
    )
    take("calendly", off)

    assert take("calendly", on).updated == 1
    ada = bookings(grace)["Ada"]
    assert (ada.status, ada.cancelled_by) == ("CONFIRMED", None)
    grace.calendar.bookings.cancel(ada.uid)
    done = take("calendly", on.replace(b"11:30", b"11:45"))
    assert (done.skipped_count, bookings(grace)["Ada"].status) == (1, "CANCELLED")


@pytest.mark.parametrize(
    ("said", "location"),
    [
        ("+1 555 1234", {"type": "PHONE", "phone": "+1 555 1234"}),
        ("Phone call: (555) 123-4567", {"type": "PHONE", "phone": "(555) 123-4567"}),
        ("https://x.example/a", {"type": "LINK", "url": "https://x.example/a"}),
        ("1234 Main Street", {"type": "IN_PERSON", "address": "1234 Main Street"}),
    ],
)
def test_a_number_and_an_address_online_are_no_places(
    take: Take, grace: Client, said: str, location: dict[str, str]
) -> None:
    take("calendly", GONE.format(place=said, off="false", by="").encode())

    assert bookings(grace)["Ada"].location == location


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_the_zone_of_calendlys_times_is_said(take: Take, zone: str | None) -> None:
    """Without `--tz` they were read in the host's, and nothing said so."""
    done = take("calendly", *CALENDLY, timezone=zone, dry_run=True)

    used = zone or "Europe/Lisbon"
    reasons = [r["reason"] for r in done.remarks]
    assert f"its times are read by the clocks of {used}" in reasons


# -- cal.com ---------------------------------------------------------------------------


CALCOM = ("calcom_bookings.json", "calcom_event_types.json")


def test_a_booking_of_cal_com_comes_with_all_it_has(take: Take, grace: Client) -> None:
    take("calcom", *CALCOM)

    ada = bookings(grace)["Ada Lovelace"]
    assert ada.start_time == "2027-01-18T11:00:00+00:00"
    assert ada.attendee.timezone == "America/New_York"
    assert [g.email for g in ada.guests] == ["bob@example.com"]
    assert (ada.notes, ada.responses) == (
        "Bring the report",
        {"company": "Analytical Engines"},
    )
    assert own_metadata(ada)["crm"] == "K-17"


@pytest.mark.parametrize(
    ("name", "status"),
    [("Cem Öz", "CANCELLED"), ("Dora", "NO_SHOW"), ("Emil", "PENDING")],
)
def test_states_of_cal_com_are_kept(
    take: Take, grace: Client, name: str, status: str
) -> None:
    take("calcom", *CALCOM)

    assert bookings(grace)[name].status == status


def test_an_event_type_of_cal_com_keeps_its_rules(take: Take, grace: Client) -> None:
    take("calcom", *CALCOM)

    found = grace.calendar.event_types.get("consultation").to_dict()
    names = ("durations", "bufferBefore", "bufferAfter", "minimumNotice")
    assert [found[name] for name in names] == [[45, 30, 60], 5, 10, 120]
    assert grace.calendar.event_types.get("yoga").seats == 8
    assert grace.calendar.event_types.get("on-request").requires_confirmation


def test_a_status_that_nobody_knows_is_told(
    take: Take, refused: list[CalbookError]
) -> None:
    take("calcom", *CALCOM)

    assert [str(e) for e in refused] == [
        "booking_uid_128: its status lost is not known"
    ]


def page(
    uid: str = "a", status: str = "accepted", **pagination: object
) -> dict[str, object]:
    """An answer of its API with one booking, whose event type nobody describes."""
    person = {"name": "Ada", "email": "ada@example.com", "timeZone": "UTC"}
    times = {"start": "2027-01-18T11:00:00Z", "end": "2027-01-18T11:45:00Z"}
    facts = {"uid": uid, "status": status, "eventType": {"slug": "talk"}}
    item = facts | times | {"attendees": [person]}
    return {"status": "success", "data": [item], "pagination": pagination}


@pytest.mark.parametrize(
    ("pages", "missing"),
    [
        ([{"hasNextPage": True, "remainingItems": 247}], "247"),
        ([{"hasNextPage": True}], "1"),
        ([{"hasNextPage": True, "totalItems": 1}], "1"),
        ([{"hasNextPage": False, "totalItems": 3}], "2"),
        ([{"hasNextPage": True, "totalItems": 4}], "3"),
        ([{"hasNextPage": True, "remainingItems": 1}, {"hasNextPage": False}], None),
    ],
)
def test_pages_of_cal_com_that_are_missing_are_a_fault(
    take: Take,
    refused: list[CalbookError],
    pages: list[dict[str, object]],
    missing: str | None,
) -> None:
    """Of 250 bookings three came, and the exit status was 0."""
    files = [json.dumps(page(f"b{n}", **each)) for n, each in enumerate(pages)]

    take("calcom", *map(str.encode, files))

    said = [str(e) for e in refused if "other pages" in str(e)]
    wanted = f"{missing} or more bookings are on other pages that cal.com answers"
    assert said == ([] if missing is None else [f"{wanted}: take them all"])


def test_a_request_stays_one_where_its_event_type_is_made(
    take: Take, grace: Client
) -> None:
    """Without the event types a request was confirmed, and nobody was told."""
    done = take("calcom", json.dumps(page(status="pending")).encode())

    assert bookings(grace)["Ada"].status == "PENDING"
    assert [r["reason"] for r in done.remarks] == [
        "talk asks its host for a word on each booking, as a request waits for one"
    ]


def test_a_request_that_has_expired_makes_no_event_type_ask(
    take: Take, grace: Client
) -> None:
    old = json.dumps(page(status="pending")).replace("2027-01-18", "2025-01-18")

    take("calcom", old.encode())

    assert not grace.calendar.event_types.get("talk").requires_confirmation


def test_a_request_that_is_confirmed_is_told(
    demo: EventType, take: Take, grace: Client
) -> None:
    data = json.dumps(page(status="pending")).encode()

    done = take("calcom", data, event_type_id="demo")

    assert bookings(grace)["Ada"].status == "CONFIRMED"
    assert [r["reason"] for r in done.remarks] == [
        "a request there is confirmed here: evt_demo does not ask its host"
    ]


# -- Easy!Appointments -----------------------------------------------------------------


def test_appointments_of_a_dump_come_by_their_providers_clocks(
    take: Take, grace: Client
) -> None:
    grace.calendar.hosts.create("alan", name="Alan", email="alan@example.com")

    done = take("easyappointments", "easyappointments.sql")

    assert (done.made, done.cancelled_there) == (4, 1)
    ada = [
        b
        for b in grace.calendar.bookings.list(start_date=ALL)
        if b.attendee.name == "Ada Lovelace"
    ]
    first, visit, group = sorted(ada, key=lambda b: b.start_time)
    assert (first.host_id, first.start_time) == (
        "user_alan",
        "2026-03-24T09:00:00+00:00",  # 10:00 in Berlin
    )
    assert visit.notes == 'It\'s the "first" visit;\nbring (papers), please'
    assert [g.name for g in group.guests] == ["Bob"]
    assert own_metadata(visit)["custom_field_1"] == "K-17"


def test_blocked_time_is_no_booking(take: Take) -> None:
    done = take("easyappointments", "easyappointments.sql")

    assert [(r["foreignUid"], r["line"]) for r in done.left_out] == [
        ("appointment 4", 28)
    ]


def test_of_several_providers_those_must_be_hosts_here(
    take: Take, refused: list[CalbookError]
) -> None:
    take("easyappointments", "easyappointments.sql")

    assert [str(e) for e in refused] == [
        "line 26, Ada Lovelace, Tue 24 Mar 2026, 09:00 Europe/Lisbon:"
        " no host here is alan@example.com"
    ]


def test_its_tables_come_as_csv_too(take: Take, grace: Client) -> None:
    files = ("ea_appointments.csv", "ea_users.csv", "ea_services.csv")

    take("easyappointments", *files)

    ada = bookings(grace)["Ada Lovelace"]
    assert (ada.start_time, ada.event_type_id) == (
        "2027-01-18T09:30:00+00:00",
        "evt_service",
    )


def table_file(name: str) -> bytes:
    return (FILES / name).read_bytes()


def test_the_zone_of_providers_who_have_none_is_said(take: Take) -> None:
    users = table_file("ea_users.csv").replace(b"Europe/Lisbon", b"")

    done = take("easyappointments", "ea_appointments.csv", users, "ea_services.csv")

    said = "times are read by the clocks of Europe/Lisbon"
    assert [r["reason"] for r in done.remarks] == [
        f"of providers without a time zone {said}"
    ]


@pytest.mark.parametrize(
    "files",
    [
        (table_file("ea_appointments.csv"), table_file("ea_services.csv")),
        (
            table_file("easyappointments.sql").replace(
                b"INSERT INTO `ea_users`", b"INSERT INTO `ea_others`"
            ),
        ),
    ],
    ids=["csv", "sql"],
)
def test_appointments_without_the_people_are_refused(
    take: Take, files: tuple[bytes, ...]
) -> None:
    """The hint was `--contact none`, which made bookings of nobody with no host."""
    with pytest.raises(errors.BadInput, match="the table ea_users is missing"):
        take("easyappointments", *files, contact="none")


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (
            "easyappointments",
            (
                b"id,start_datetime,end_datetime,id_services,id_users_customer,"
                b"id_users_provider\n1,2026-10-25 01:30:00,2026-10-25 02:10:00,1,5,2\n",
                table_file("ea_users.csv"),
            ),
        ),
        (
            "calendly",
            (
                b"Start Date & Time,End Date & Time,Event Type Name,Invitee Name,"
                b"Invitee Email\n2026-10-25 01:30 am,2026-10-25 02:10 am,T,Ada,"
                b"a@x.example\n",
            ),
        ),
    ],
    ids=["easyappointments", "calendly"],
)
def test_a_meeting_is_as_long_as_it_says_where_clocks_change(
    take: Take, grace: Client, source: str, files: tuple[bytes, ...]
) -> None:
    """40 minutes became 100."""
    take(source, *files)

    [found] = grace.calendar.bookings.list(start_date=ALL)
    assert found.ends_at - found.starts_at == timedelta(minutes=40)


def test_appointments_without_their_services_are_told(take: Take) -> None:
    done = take("easyappointments", "ea_appointments.csv", "ea_users.csv")

    assert "the table ea_services is missing: nothing tells what they are called" in [
        r["reason"] for r in done.remarks
    ]


# -- calendars -------------------------------------------------------------------------


def test_appointments_of_google_are_told_from_other_events(
    take: Take, grace: Client
) -> None:
    done = take("google", "google.ics")

    ada = bookings(grace)["Ada Lovelace"]
    assert (ada.event_type_id, ada.attendee.email, ada.attendee.phone) == (
        "evt_strategy_talk",
        "ada@example.com",
        "+351 912 345 678",
    )
    assert ada.responses == {"your company": "Analytical Engines & Sons"}
    assert ada.meeting_url == "https://meet.google.com/abc-defg-hij"
    assert [r["foreignUid"] for r in done.left_out] == ["lunch@google.com"]


def test_google_packs_its_calendars(take: Take, grace: Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(FILES / "google.ics", "grace@example.com.ics")
        archive.writestr("__MACOSX/._grace@example.com.ics", "\0")  # macOS packed it

    take("google", packed.getvalue())

    assert "Ada Lovelace" in bookings(grace)


def test_a_workbook_is_told_from_an_archive_of_files(take: Take) -> None:
    """Of an .xlsx it was said that one table is read at a time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")

    with pytest.raises(errors.BadInput, match="is a document of an office program"):
        take("csv", packed.getvalue())


@pytest.fixture
def demo(event_type: Callable[..., EventType], grace: Client) -> EventType:
    return event_type(duration=30)


def test_events_of_a_calendar_are_bookings_of_an_event_type(
    demo: EventType, take: Take, grace: Client
) -> None:
    done = take("ics", "calendar.ics", event_type_id="demo", contact="none")

    ada = bookings(grace)["Ada Lovelace"]
    assert (ada.start_time, ada.end_time) == (
        "2027-01-18T10:00:00+00:00",  # 11:00 in Berlin
        "2027-01-18T10:45:00+00:00",
    )
    assert (ada.guests, ada.notes) == ((), "Bring the report\nand a pen")
    assert ada.location == {"type": "IN_PERSON", "address": "12 Main Street"}
    assert "Fay , a ; b" in bookings(grace)
    assert bookings(grace)["Emil"].status == "CANCELLED"
    assert {r["reason"] for r in done.left_out} == {
        "it takes whole days",
        "it leaves the time free",
        "it has no DTSTART",
    }


def test_a_series_is_one_booking_with_its_dates(
    demo: EventType, take: Take, grace: Client
) -> None:
    take("ics", "calendar.ics", event_type_id="demo", contact="none")

    cem = bookings(grace)["Cem"]
    assert cem.recurring is not None
    assert (cem.recurring["frequency"], cem.recurring["count"]) == ("WEEKLY", 9)
    assert [(o.start_time[:16], o.status) for o in cem.occurrences][2:5] == [
        ("2027-03-15T09:00", "CANCELLED"),
        ("2027-03-23T14:00", "CONFIRMED"),
        ("2027-03-29T09:00", "CONFIRMED"),  # by the clocks of Lisbon
    ]


def test_a_rule_that_calbook_has_not_comes_to_single_bookings(
    demo: EventType, take: Take, grace: Client
) -> None:
    take("ics", "calendar.ics", event_type_id="demo", contact="none")

    found = grace.calendar.bookings.list(
        start_date=ALL, attendee_email="dora@example.com"
    )
    days = ("2027-01-05", "2027-01-20", "2027-02-05", "2027-02-20")
    assert [b.start_time[:10] for b in found] == [*days]


def test_nobody_is_named_only_where_that_is_agreed_to(
    demo: EventType, take: Take, refused: list[CalbookError]
) -> None:
    take("ics", "calendar.ics", event_type_id="demo")

    assert any("it names nobody who comes" in str(e) for e in refused)


def test_a_series_without_an_end_is_bounded_and_that_is_told(
    demo: EventType, take: Take, grace: Client
) -> None:
    weekly = event(more="RRULE:FREQ=WEEKLY\r\n")

    done = take("ics", calendar(weekly), event_type_id="demo")

    [remark] = done.remarks
    assert remark["reason"].startswith("it has more dates than the 155 from")
    assert len(bookings(grace)["Ada"].occurrences) == 155


def test_dates_of_a_series_that_are_taken_are_left_out(
    demo: EventType, take: Take, grace: Client, refused: list[CalbookError]
) -> None:
    single = event("b@example.com", "20270125T101500Z")
    weekly = event(more="RRULE:FREQ=WEEKLY;COUNT=3\r\n")

    done = take("ics", calendar(single, weekly), event_type_id="demo")

    assert (done.made, done.skipped_count, refused) == (2, 0, [])
    [left_out] = done.left_out
    assert left_out["reason"].startswith(
        "Ada, Mon 25 Jan 2027, 10:00 Europe/Lisbon: that time is taken by bk_"
    )
    series = next(b for b in grace.calendar.bookings.list() if b.recurring)
    assert [o.status for o in series.occurrences] == [
        *("CONFIRMED", "CANCELLED", "CONFIRMED"),
    ]


def test_a_series_with_dates_that_are_taken_can_end_it_all(
    demo: EventType, take: Take, database: str
) -> None:
    """With `--on-conflict refuse` its other dates were written."""
    files = calendar(event(start="20270125T101500Z"), event("b", more=WEEKLY))
    before = dump(database)

    with pytest.raises(errors.SlotTaken, match="25 Jan 2027, 10:00"):
        take("ics", files, event_type_id="demo", on_conflict="refuse")

    assert dump(database) == before


def test_a_series_that_is_left_out_counts_once(demo: EventType, take: Take) -> None:
    """With a date that has moved it was counted twice."""
    free = "TRANSP:TRANSPARENT\r\n"
    series = event(more=f"{WEEKLY}{free}")
    moved = event(
        start="20270126T110000Z", more=f"RECURRENCE-ID:20270125T100000Z\r\n{free}"
    )

    done = take("ics", calendar(series, moved), event_type_id="demo")

    assert done.left_out_count == 1


def test_a_feed_of_calbook_comes_to_the_same_instants(
    demo: EventType, take: Take, grace: Client, tmp_path: Path, clock: Clock
) -> None:
    calls = grace.calendar.bookings
    ada = {"name": "Ada", "email": "ada@example.com"}
    weekly = {"frequency": "WEEKLY", "count": 14}
    wanted = {"event_type_id": "demo", "attendee": ada}
    series = calls.create(**wanted, start_time="2027-01-18 10:00", recurring=weekly)  # type: ignore[arg-type]
    calls.cancel(series.uid, date="2027-01-25")
    calls.reschedule(series.uid, start_time="2027-02-02 11:00", date="2027-02-01")
    calls.create(**wanted, start_time="2027-01-20 10:00")  # type: ignore[arg-type]
    feed = calls.get_feed(event_type_id="demo").encode()

    with Client(tmp_path / "other.db", clock=clock) as other:
        other.calendar.event_types.create(slug="demo", title="Demo")
        for _ in range(2):
            done = other.calendar.imports.take_over(
                "ics", [feed], event_type_id="demo", contact="none"
            )
        found = [
            (b.uid, [(o.starts_at, o.status) for o in b.occurrences])
            for b in other.calendar.bookings.list()
        ]

    assert (done.made, done.unchanged) == (0, 2)
    assert found == [
        (b.uid, [(o.starts_at, o.status) for o in b.occurrences]) for b in calls.list()
    ]
    assert take("ics", feed, event_type_id="demo").unchanged == 2


def test_its_own_feed_changes_nothing_of_what_came_from_elsewhere(
    take: Take, grace: Client, database: str
) -> None:
    """What had been taken over was read anew, or named nobody."""
    take("calendly", *CALENDLY)
    feed = grace.calendar.bookings.get_feed().encode()
    before = dump(database)

    done = take("ics", feed, event_type_id="30min")

    assert (done.updated, done.skipped_count) == (0, 0)
    assert done.unchanged > 0
    assert dump(database) == before


# -- again -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("calendly", CALENDLY),
        ("calcom", CALCOM),
        ("easyappointments", ("easyappointments.sql",)),
        ("google", ("google.ics",)),
        ("csv", ("table_de.csv",)),
    ],
)
def test_the_same_files_again_change_nothing(
    take: Take, grace: Client, database: str, source: str, files: tuple[str, ...]
) -> None:
    first = take(source, *files, contact="none")
    before = dump(database)

    again = take(source, *files, contact="none")

    assert first.made > 0
    assert (again.made, again.updated, again.cancelled) == (0, 0, 0)
    assert dump(database) == before
    assert grace.check() == ()


def test_a_higher_sequence_moves_the_booking(
    demo: EventType, take: Take, grace: Client
) -> None:
    take("ics", calendar(event()), event_type_id="demo")
    before = bookings(grace)["Ada"]

    moved = event(start="20270119T110000Z", sequence=1)
    done = take("ics", calendar(moved), event_type_id="demo")

    after = bookings(grace)["Ada"]
    assert (done.updated, after.uid) == (1, before.uid)
    assert after.start_time == "2027-01-19T11:00:00+00:00"
    assert after.sequence == before.sequence + 1
    types = [e.type for e in grace.calendar.bookings.history(after.uid)]
    assert types == ["booking.created", "booking.rescheduled"]


@pytest.mark.parametrize("turn", [1, -1])
def test_of_several_files_the_newest_counts(
    demo: EventType, take: Take, grace: Client, turn: int
) -> None:
    """A booking that was in two files had two dates afterwards."""
    older, newer = event(), event(start="20270119T110000Z", sequence=1)
    files = [calendar(older), calendar(newer)][::turn]

    done = take("ics", *files, event_type_id="demo")

    [found] = grace.calendar.bookings.list(start_date=ALL)
    assert done.made == 1
    assert [o.start_time for o in found.occurrences] == ["2027-01-19T11:00:00+00:00"]
    assert grace.check() == ()


def test_one_date_of_our_own_series_is_not_taken_for_all_of_it(
    demo: EventType, take: Take, grace: Client
) -> None:
    """A calendar with a single date of it left of the series that date alone."""
    series = grace.calendar.bookings.create(
        event_type_id="demo",
        start_time="2027-01-19T10:00",
        attendee={"name": "Ada", "email": "ada@example.com"},
        recurring={"frequency": "WEEKLY", "count": 3},
    )
    uid = f"{series.uid}@calbook.invalid"
    date = event(
        uid, WEEKLY_START, sequence=9, more=f"RECURRENCE-ID:{WEEKLY_START}\r\n"
    )

    done = take("ics", calendar(date), event_type_id="demo")

    assert (done.made, done.skipped_count) == (0, 1)
    assert len(grace.calendar.bookings.get(series.uid).occurrences) == 3


def test_a_lower_sequence_is_older_than_what_is_here(
    demo: EventType, take: Take, grace: Client
) -> None:
    take("ics", calendar(event(sequence=3)), event_type_id="demo")

    older = event(start="20270119T110000Z", sequence=2)
    done = take("ics", calendar(older), event_type_id="demo")

    assert (done.older, done.updated) == (1, 0)
    assert bookings(grace)["Ada"].start_time == "2027-01-18T10:00:00+00:00"


def test_what_was_cancelled_since_is_cancelled_here_and_its_time_is_free(
    demo: EventType, take: Take, grace: Client
) -> None:
    take("ics", calendar(event()), event_type_id="demo")

    off = event(sequence=1, status="CANCELLED")
    other = event("b@example.com")
    done = take("ics", calendar(off, other), event_type_id="demo")

    assert (done.cancelled, done.made) == (1, 1)


def test_what_was_cancelled_after_it_should_have_been_held_is_cancelled(
    demo: EventType, take: Take, grace: Client, clock: Clock
) -> None:
    take("ics", calendar(event()), event_type_id="demo")
    clock.move(days=30)

    off = event(sequence=1, status="CANCELLED")
    take("ics", calendar(off), event_type_id="demo")

    assert bookings(grace)["Ada"].status == "CANCELLED"


def test_what_was_cancelled_here_stays_so(
    demo: EventType, take: Take, grace: Client, refused: list[CalbookError]
) -> None:
    take("ics", calendar(event()), event_type_id="demo")
    grace.calendar.bookings.cancel(bookings(grace)["Ada"].uid)

    take("ics", calendar(event(sequence=5)), event_type_id="demo")
    moved = event(start="20270119T110000Z", sequence=6)
    take("ics", calendar(moved), event_type_id="demo")

    assert bookings(grace)["Ada"].status == "CANCELLED"
    assert "was cancelled here" in str(refused[-1])


def test_what_takes_place_again_is_booked_again(
    demo: EventType, take: Take, grace: Client
) -> None:
    """What had been cancelled could not be revived: a trigger's error ended it all."""
    off = event(status="CANCELLED"), event("b@example.com", WEEKLY_START, more=LEFT_OUT)
    take("ics", calendar(*off), event_type_id="demo")

    on = (
        event(sequence=1),
        event("b@example.com", WEEKLY_START, sequence=1, more=WEEKLY),
    )
    done = take("ics", calendar(*on), event_type_id="demo")

    assert done.updated == 2
    found = grace.calendar.bookings.list(start_date=ALL)
    assert {o.status for b in found for o in b.occurrences} == {"CONFIRMED"}
    assert grace.check() == ()


def test_a_date_that_was_cancelled_here_stays_so(
    demo: EventType, take: Take, grace: Client
) -> None:
    """A newer file, whatever was new in it, let it take place again."""
    series = event(start=WEEKLY_START, more=WEEKLY)
    take("ics", calendar(series), event_type_id="demo")
    uid = bookings(grace)["Ada"].uid
    grace.calendar.bookings.cancel(uid, date="2027-01-26", cancelled_by="host")

    newer = event(start=WEEKLY_START, sequence=1, more=f"{WEEKLY}LOCATION:There\r\n")
    done = take("ics", calendar(newer), event_type_id="demo")

    dates = grace.calendar.bookings.get(uid).occurrences
    assert done.updated == 1
    assert [(o.status, o.cancelled_by) for o in dates] == [
        ("CONFIRMED", None),
        ("CANCELLED", "host"),
        ("CONFIRMED", None),
    ]


def test_who_was_erased_does_not_come_back_with_a_newer_file(
    demo: EventType, take: Take, grace: Client, refused: list[CalbookError]
) -> None:
    """A higher SEQUENCE brought the name and the address back."""
    take("ics", calendar(event(start="20260105T100000Z")), event_type_id="demo")
    grace.calendar.people.erase("ada@example.com")

    newer = event(start="20260105T110000Z", sequence=5)
    done = take("ics", calendar(newer), event_type_id="demo")

    assert (done.updated, done.skipped_count) == (0, 1)
    assert "was erased here" in str(refused[-1])
    assert "ada@example.com" not in str(dump(grace.path))


def test_a_longer_meeting_says_how_long_it_has_become(
    demo: EventType, take: Take, grace: Client
) -> None:
    """Its history said that it was moved from ten to ten o'clock, and no more."""
    take("ics", calendar(event()), event_type_id="demo")

    longer = event(sequence=1).replace("PT30M", "PT45M")
    take("ics", calendar(longer), event_type_id="demo")

    [_, moved] = grace.calendar.bookings.history(bookings(grace)["Ada"].uid)
    assert moved.change["duration"] == 45


def test_who_was_seen_here_stays_seen(
    demo: EventType, take: Take, grace: Client, clock: Clock
) -> None:
    take("ics", calendar(event()), event_type_id="demo")
    clock.move(days=30)
    uid = bookings(grace)["Ada"].uid
    grace.calendar.bookings.mark_attended(uid)

    told = event(sequence=1, more="LOCATION:Elsewhere\r\n")
    done = take("ics", calendar(told), event_type_id="demo")

    after = bookings(grace)["Ada"]
    assert (done.updated, after.attendance) == (1, "attended")


# -- nobody is told --------------------------------------------------------------------


def test_nobody_is_told_of_what_comes_unless_it_is_asked_for(
    demo: EventType, take: Take, grace: Client, configure: Configure
) -> None:
    configure(9)
    grace.calendar.webhooks.create("https://hooks.example/calbook")
    grace.calendar.event_types.update("demo", notify=True)
    past = event("past@example.com", "20200106T100000Z")

    take("ics", calendar(event(), past), event_type_id="demo")
    grace.tick()

    assert ask(grace, "select * from deliveries") == []
    told = event("c@example.com", "20270119T110000Z")
    long_ago = event("d@example.com", "20200107T100000Z")
    take("ics", calendar(told, long_ago), event_type_id="demo", notify=True)
    channels = ask(grace, "select channel from deliveries order by channel")
    assert [row["channel"] for row in channels] == ["mail", "webhook"]


def test_past_bookings_and_closed_hours_come_along(
    grace: Client, take: Take, event_type: Callable[..., EventType]
) -> None:
    event_type(minimum_notice=600, maximum_advance=3, slots_per_day=1, active=False)
    events = [
        event("a@x.example", "20200106T030000Z"),
        event("b@x.example", "20270104T093000Z"),
        event("c@x.example", "20270104T113000Z"),
        event("d@x.example", "20280104T033000Z"),
    ]

    done = take("ics", calendar(*events), event_type_id="demo")

    assert (done.made, done.skipped_count) == (4, 0)
    assert [b.status for b in grace.calendar.bookings.list(start_date=ALL)] == [
        "COMPLETED",
        *["CONFIRMED"] * 3,
    ]
    assert grace.check() == ()


# -- a table ---------------------------------------------------------------------------


def test_a_german_table_comes_with_umlauts_states_and_clock_changes(
    take: Take, grace: Client, refused: list[CalbookError]
) -> None:
    done = take("csv", "table_de.csv", timezone="Europe/Berlin", contact="none")

    found = bookings(grace)
    assert found["Ada Löwe"].notes == '=HYPERLINK("http://x")'
    assert found["Ada Löwe"].start_time == "2027-01-18T09:00:00+00:00"
    assert (found["Cem"].status, found["Dora"].status) == ("CANCELLED", "NO_SHOW")
    assert found["Emil"].starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert found["Gus\x1b[31m"].starts_at == datetime(2027, 1, 20, 15, tzinfo=UTC)
    assert own_metadata(found["Gus\x1b[31m"]) == {"email": "kein Postfach"}
    assert [r["reason"] for r in done.remarks] == [
        "the clocks of Europe/Berlin skipped 2027-03-28 02:30: read as 03:30",
        "2027-10-31 02:30 came twice in Europe/Berlin: read as the first",
    ]
    assert {(r["line"], r["reason"]) for r in done.left_out} == {
        (9, "20.01.2027 25:00 is no time"),
        (10, "it is the same as line 4"),
    }
    assert [e.code for e in refused] == ["slot_taken", "bad_input"]


def test_a_file_of_calendly_is_told_from_other_tables(take: Take) -> None:
    """Its groups came as so many meetings, all but one of which overlapped."""
    with pytest.raises(errors.UsageError, match="is an export of Calendly") as caught:
        take("csv", "calendly_events.csv")

    assert caught.value.command_hint == (
        "say --from calendly; or with --map start=COLUMN,… which column is which"
    )
    mapped = "start=Start Date & Time,name=Invitee Name,event=Event Type Name"
    assert take("csv", "calendly_events.csv", map=mapped).made > 0


def test_an_old_workbook_is_no_table(take: Take) -> None:
    with pytest.raises(errors.BadInput, match="is a document of an office program"):
        take("csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))


def test_a_table_that_does_not_say_what_is_booked_needs_it_named(
    demo: EventType, take: Take, grace: Client
) -> None:
    table = b"start,name,email\n2027-01-18 10:00,Ada,ada@example.com\n"

    with pytest.raises(errors.UsageError, match="do not say which event type"):
        take("csv", table)
    assert take("csv", table, event_type_id="demo").made == 1


def test_many_rows_are_taken_over_at_once(
    demo: EventType, take: Take, grace: Client
) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        f"{n},{first + timedelta(hours=n):%Y-%m-%d %H:%M},P{n},p{n}@example.com,demo"
        for n in range(500)
    ]

    done = take("csv", (TABLE + "\n".join(rows) + "\n").encode(), timezone="UTC")

    assert (done.made, done.skipped_count) == (500, 0)


# -- refused as a whole ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "data", "said"),
    [
        ("ics", b"hello", "it is not a calendar file"),
        ("ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "the calendar is cut short"),
        ("csv", b"", "the file is empty"),
        ("csv", b"\x00\x01\x02\xff", "line 1: it is no text"),
        (
            "csv",
            b'start,name\n2027-01-18 10:00,"Ada\n',
            "it is cut short within quotes",
        ),
        ("csv", b"start,name\n2027-01-18 10:00,Ada,1,2\n", "line 2: it has 4 columns"),
        ("csv", b"start,name\n2027-01-18 10:00", "line 2: it is cut short"),
        ("csv", b"a,b\n1,2\n", "no column says when a booking begins"),
        ("calendly", b"a,b\n1,2\n", "is no file of Calendly"),
        ("calendly", b'{"collection": 7}', "is no file of Calendly"),
        ("calcom", b'{"data": [1, 2', "line 1: it is no JSON"),
        ("calcom", b"[" * 100_000, "it is no JSON that can be read"),
        ("calcom", b'{"a": 1}', "is no file of cal.com"),
        (
            "easyappointments",
            b"INSERT INTO `ea_appointments` (`id`, `start_datetime`) VALUES\n(1, 'x",
            "line 2: it is cut short within quotes",
        ),
        (
            "easyappointments",
            b"INSERT INTO ea_appointments (id, start_datetime) VALUES (1, NOW());",
            "line 1: NOW is not expected there",
        ),
        ("google", b"PK\x03\x04broken", "is an archive that cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    demo: EventType, take: Take, database: str, source: str, data: bytes, said: str
) -> None:
    before = dump(database)

    with pytest.raises(errors.InputError, match=said.replace("(", r"\(")):
        take(source, data, event_type_id="demo")

    assert dump(database) == before


def test_a_file_that_is_too_large_is_refused(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calbook.core.imports.LARGEST_FILE", 1_000)

    with pytest.raises(errors.BadInput, match="at most 1,000 fit"):
        take("calcom", b" " * 1_001)


def test_nothing_is_written_where_the_first_that_is_taken_ends_it(
    demo: EventType, take: Take, database: str
) -> None:
    before = dump(database)

    with pytest.raises(errors.SlotTaken, match="Ida Overlap"):
        take("calendly", *CALENDLY, on_conflict="refuse")

    assert dump(database) == before


def test_nothing_is_written_where_the_first_that_cannot_be_read_ends_it(
    take: Take, database: str
) -> None:
    before = dump(database)

    with pytest.raises(errors.BadInput, match="booking_uid_128"):
        take("calcom", *CALCOM, on_conflict="refuse")

    assert dump(database) == before


def test_the_history_says_where_it_came_from(take: Take, grace: Client) -> None:
    take("calendly", *CALENDLY)

    dora = bookings(grace)["Dora Marsden"]
    history = grace.calendar.bookings.history(dora.uid)
    assert [(e.type, e.by, e.change) for e in history] == [
        ("booking.created", "system", {"imported": "calendly"}),
        (
            "booking.cancelled",
            "attendee",
            {"resolution": "cancelled", "reason": "Found another time (Dora Marsden)"},
        ),
    ]
    assert dora.metadata["import.source"] == "calendly"
    assert dora.metadata["import.uid"] == "82083ec6-7579-47ae-a7d2-9801b304aabf"


def test_a_changed_table_corrects_persons_and_hosts_stay(
    demo: EventType, take: Take, grace: Client
) -> None:
    row = "7,2027-01-18 10:00,Ada,{},demo\n"
    take("csv", (TABLE + row.format("old@example.com")).encode())

    done = take("csv", (TABLE + row.format("ada@example.com")).encode())

    after = bookings(grace)["Ada"]
    assert (done.updated, after.attendee.email) == (1, "ada@example.com")
    assert after.host_id == "user_me"


def test_a_round_robin_goes_to_who_is_free_or_named(
    take: Take, grace: Client, event_type: Callable[..., EventType]
) -> None:
    grace.calendar.hosts.create("alan", name="Alan", email="alan@example.com")
    event_type(hosts=["me", "alan"], scheduling_type="ROUND_ROBIN")
    heading = "id,start,name,email,event,host\n"
    rows = [
        "1,2027-01-18 10:00,Ada,ada@x.example,demo,alan@example.com\n",
        "2,2027-01-18 10:00,Bob,bob@x.example,demo,\n",
        "3,2027-01-18 10:00,Cem,cem@x.example,demo,Alan\n",
    ]

    done = take("csv", (heading + "".join(rows)).encode())

    found = bookings(grace)
    assert (found["Ada"].host_id, found["Bob"].host_id) == ("user_alan", "user_me")
    assert [s["line"] for s in done.skipped] == [4]


HOSTED = (
    "start,name,email,event,host\n"
    "2027-01-18 10:00,Ada,ada@x.example,Talk,alan@example.com\n"
    "2027-01-18 11:00,Bob,bob@x.example,Talk,Grace Hopper\n"
)


def test_an_event_type_that_is_made_has_all_hosts_of_its_rows(
    take: Take, grace: Client
) -> None:
    """It had those alone that were named by an address; rows of others were refused."""
    grace.calendar.hosts.create("alan", name="Alan", email="alan@example.com")

    done = take("csv", HOSTED.encode())

    assert (done.made, done.skipped_count) == (2, 0)
    found = bookings(grace)
    assert (found["Ada"].host_id, found["Bob"].host_id) == ("user_alan", "user_me")


def test_a_host_that_an_event_type_lacks_can_be_added_as_it_is_said(
    take: Take,
    grace: Client,
    refused: list[CalbookError],
    event_type: Callable[..., EventType],
) -> None:
    event_type("talk", title="Talk")
    grace.calendar.hosts.create("alan", name="Alan", email="alan@example.com")

    take("csv", HOSTED.encode())

    [error] = refused
    assert "user_alan does not give evt_talk" in str(error)
    assert error.command_hint == (
        "add that host: calbook event update talk --host me --host alan"
        " --scheduling-type round-robin"
    )


def test_a_dry_run_says_what_would_become_of_it(
    take: Take, database: str, grace: Client
) -> None:
    grace.calendar.hosts.list()
    before = dump(database)

    done = take("calendly", *CALENDLY, dry_run=True)

    assert (done.made, done.event_types_made) == (4, ["evt_30min", "evt_open_class"])
    assert dump(database) == before


def test_a_calendar_needs_its_event_type_named(take: Take) -> None:
    with pytest.raises(errors.UsageError, match="does not say which event type"):
        take("ics", "calendar.ics")

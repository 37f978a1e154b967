"""The calendar servers that other tests use do what those tests rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from calbook import Client
from support.broken_events import BROKEN, broken_event, event
from support.cyrus import Cyrus, invitation
from support.dav import CalendarServer, Refused
from support.plain_calendars import Radicale, Xandikos

if TYPE_CHECKING:
    from pathlib import Path

    from support.running import Run

pytest_plugins = ("support.running",)

START = datetime(2027, 1, 18, 10, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
A = event(START, HALF_AN_HOUR, uid="a")
LATER = event(START + HALF_AN_HOUR, HALF_AN_HOUR, uid="a")


@pytest.fixture(
    params=["radicale", "xandikos", pytest.param("cyrus", marks=pytest.mark.cyrus)]
)
def server(request: pytest.FixtureRequest) -> CalendarServer:
    return request.getfixturevalue(request.param)


def test_an_object_is_put_replaced_and_removed(server: CalendarServer) -> None:
    calendar, other = server.collection(), server.collection()
    assert server.objects(calendar) == {}

    assert server.put(calendar, "a.ics", A) != server.put(calendar, "a.ics", LATER)
    ((name, text),) = server.objects(calendar).items()
    assert (name, "DTSTART:20270118T103000Z" in text) == ("a.ics", True)
    assert server.objects(other) == {}

    server.remove(calendar, "a.ics")
    assert server.objects(calendar) == {}
    with pytest.raises(Refused) as refused:
        server.remove(calendar, "a.ics")
    assert refused.value.status == 404


def test_what_is_there_is_not_written_over_unasked(server: CalendarServer) -> None:
    calendar = server.collection()
    url, etag = f"{calendar}a.ics", server.put(calendar, "a.ics", A)
    assert etag is not None
    text = {"Content-Type": "text/calendar"}

    def put(name: str, value: str) -> int:
        return server.request("PUT", url, LATER, headers=text | {name: value}).status

    assert put("If-None-Match", "*") == 412
    assert put("If-Match", '"another"') == 412
    assert put("If-Match", etag) == 204
    assert put("If-Match", etag) == 412


@pytest.mark.parametrize(
    "name", ["radicale", pytest.param("cyrus", marks=pytest.mark.cyrus)]
)
def test_a_password_is_asked_for(request: pytest.FixtureRequest, name: str) -> None:
    server: CalendarServer = request.getfixturevalue(name)
    calendar = server.collection()
    wrong = server.account._replace(password="wrong")

    assert server.request("GET", calendar, account=wrong).status == 401


def test_five_kinds_are_broken_only_for_their_reader(
    client: Client, radicale: Radicale, run: Run, tmp_path: Path
) -> None:
    client.set_up(name="Grace", email="grace@example.com", timezone="UTC")
    calendar = radicale.collection()
    for number, kind in enumerate(BROKEN):
        text = broken_event(kind, START, uid=f"broken{number}")
        radicale.put(calendar, f"{number}.ics", text)
        file = tmp_path / f"{number}.ics"
        file.write_text(radicale.objects(calendar)[f"{number}.ics"], newline="")
        assert run("busy", "import", file, "--json").json["skippedCount"] == 1, kind


def test_hundreds_of_objects_are_placed_at_once(radicale: Radicale) -> None:
    calendar = radicale.collection()
    names = [f"{number}.ics" for number in range(200)]

    radicale.place(
        calendar, {name: event(START, HALF_AN_HOUR, uid=name) for name in names}
    )

    assert radicale.names(calendar) == sorted(names)


def test_xandikos_lists_each_object_but_no_query_of_a_broken_calendar(
    xandikos: Xandikos,
) -> None:
    calendar = xandikos.collection()
    xandikos.put(calendar, "a.ics", A)
    broken = A.replace("20270118T100000Z", "20271318T100000Z").replace("UID:a", "UID:b")
    xandikos.put(calendar, "b.ics", broken)

    assert list(xandikos.objects(calendar)) == ["a.ics", "b.ics"]
    query = (
        '<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop>'
        '<C:calendar-data/></prop><C:filter><C:comp-filter name="VCALENDAR">'
        '<C:comp-filter name="VEVENT"><C:time-range start="20270101T000000Z"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )
    headers = {"Depth": "1", "Content-Type": "application/xml"}
    assert xandikos.request("REPORT", calendar, query, headers=headers).status == 500


@pytest.mark.cyrus
def test_cyrus_invites_an_attendee_who_has_an_account(cyrus: Cyrus) -> None:
    """The control of all tests that no invitation is sent."""
    calendar, bob = cyrus.collection(), cyrus.add_account()

    cyrus.put(calendar, "a.ics", invitation("a", cyrus.account.address, bob.address))

    (request,) = cyrus.inbox(bob).values()
    assert "METHOD:REQUEST" in request
    (copy,) = cyrus.calendar(bob).values()
    assert "UID:a" in copy
    assert cyrus.mails() == []

    cyrus.remove(calendar, "a.ics")
    assert [t for t in cyrus.inbox(bob).values() if "METHOD:CANCEL" in t]


@pytest.mark.cyrus
def test_cyrus_mails_an_attendee_who_has_none(cyrus: Cyrus) -> None:
    calendar, zoe = cyrus.collection(), "zoe@elsewhere.example"

    cyrus.put(calendar, "a.ics", invitation("a", cyrus.account.address, zoe))

    (mail,) = cyrus.mails()
    assert mail["recipient"] == zoe
    assert "METHOD:REQUEST" in mail["ical"]

"""Slugs: an event type's short name, and everywhere it is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from calbook import Client, errors
from calbook.cli.shell.complete import complete

if TYPE_CHECKING:
    from support.running import Run

pytest_plugins = ("support.running",)

ADA = {"name": "Ada", "email": "ada@example.com"}
START = "2027-01-18 10:00"


@pytest.mark.parametrize(
    ("id", "fields", "expected"),
    [
        (None, {"slug": "product-demo"}, ("evt_product_demo", "product-demo")),
        (None, {"slug": "Intro"}, ("evt_intro", "intro")),
        ("demo", {"slug": "product-demo"}, ("evt_demo", "product-demo")),
        ("evt_demo", {}, ("evt_demo", "demo")),
    ],
)
def test_the_id_follows_from_the_slug_unless_it_is_given(
    client: Client, id: str | None, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    made = client.calendar.event_types.create(id, **fields)

    assert (made.id, made.slug) == expected
    assert made.title == expected[1].replace("-", " ").capitalize()
    assert client.calendar.event_types.get(expected[1]) == made
    assert client.calendar.event_types.get(expected[0]) == made


@pytest.mark.parametrize("name", ["product-demo", "evt_x", "x", "Product-Demo"])
def test_a_slug_is_accepted_wherever_an_event_type_is_named(
    client: Client, name: str
) -> None:
    calendar = client.calendar
    calendar.event_types.create("x", slug="product-demo")

    made = calendar.bookings.create(event_type_id=name, start_time=START, attendee=ADA)

    assert made.event_type_id == "evt_x"
    assert [b.uid for b in calendar.bookings.list(event_type_id=name)] == [made.uid]
    assert calendar.availability.get(
        event_type_id=name, start_date=START, count=1, exclude_booking_uid=made.uid
    )
    asked = {"event_type_id": name, "start_time": START}
    assert calendar.availability.explain(**asked).code == "slot_taken"
    assert made.uid in calendar.bookings.get_feed(event_type_id=name)
    assert calendar.event_types.update(name, title="Tour").id == "evt_x"
    calendar.bookings.cancel(made.uid, cancelled_by="host")
    with pytest.raises(errors.InUse):
        calendar.event_types.delete(name)


def test_a_slug_can_be_changed_and_the_id_stays(client: Client) -> None:
    types = client.calendar.event_types
    types.create("demo")

    changed = types.update("demo", slug="product-demo")

    assert (changed.id, changed.slug) == ("evt_demo", "product-demo")
    assert types.get("product-demo") == types.get("demo") == changed
    types.delete("product-demo")
    assert types.list() == ()


@pytest.mark.parametrize(
    ("id", "fields"),
    [
        ("other", {"slug": "product-demo"}),
        ("product_demo", {"slug": "product-demo"}),
        ("other", {"slug": "x"}),
        ("x", {"slug": "other"}),
    ],
)
def test_no_two_event_types_can_be_meant_by_one_name(
    client: Client, id: str, fields: dict[str, Any]
) -> None:
    types = client.calendar.event_types
    types.create("x", slug="product-demo")

    with pytest.raises(errors.Exists):
        types.create(id, **fields)

    types.create("free")
    for name in ("product-demo", "x"):
        with pytest.raises(errors.Exists):
            types.update("free", slug=name)
    assert [each.slug for each in types.list()] == ["free", "product-demo"]


@pytest.mark.parametrize(
    "slug", ["", "-x", "a b", "ä", "evt_x", "x" * 61, "a/b", None, 5, "a\n"], ids=repr
)
def test_what_is_no_slug_is_refused(client: Client, slug: Any) -> None:
    with pytest.raises(errors.BadInput):
        client.calendar.event_types.create("demo", slug=slug)
    with pytest.raises(errors.BadInput):
        client.calendar.event_types.create()
    assert client.calendar.event_types.list() == ()


def test_ids_may_have_hyphens(client: Client) -> None:
    calendar = client.calendar
    host = calendar.hosts.create("ann-marie", name="Ann")
    schedule = calendar.schedules.create("night-shift", timezone="Europe/Lisbon")
    room = calendar.resources.create("room-1")
    made = calendar.event_types.create(
        "dev-call", hosts=["ann-marie"], needs=["room-1"]
    )

    assert (host.id, schedule.id, room.id) == (
        *("user_ann-marie", "sched_night-shift", "res_room-1"),
    )
    assert (schedule.name, room.name) == ("Night shift", "Room 1")
    assert (made.id, made.slug) == ("evt_dev-call", "dev-call")
    for name in ("dev-call", "evt_dev-call", "DEV-CALL"):
        assert calendar.event_types.get(name) == made


def test_slugs_on_the_command_line(run: Run, client: Client) -> None:
    made = run("event", "add", "--slug", "product-demo", "--json").json
    typed = json.dumps({"slug": "from-json"})
    read = run("event", "add", "--input", "-", "--json", input=typed).json

    assert (made["id"], made["slug"]) == ("evt_product_demo", "product-demo")
    assert (read["id"], read["slug"]) == ("evt_from_json", "from-json")
    assert run("event", "show", "product-demo", "--json").json == made
    changed = run("event", "update", "product-demo", "--slug", "tour", "--json").json
    assert changed == {**made, "slug": "tour"}
    for command in ("list", "agenda", "stats"):
        assert run(command, "--event", "from-json", "--json").status == 0
    assert run("event", "add", "--json").error["code"] == "usage"


def test_slugs_are_completed(
    run: Run, capsysbinary: pytest.CaptureFixture[bytes], path: Path
) -> None:
    run("event", "add", "--slug", "product-demo", "--json")
    run("event", "add", "talk", "--json")

    def completed(prefix: str) -> list[str]:
        assert complete(["events", f"--db={path}", prefix]) == 0
        return capsysbinary.readouterr().out.decode().split()

    assert completed("") == ["product-demo", "talk"]
    assert completed("pro") == ["product-demo", "product_demo"]
    assert completed("evt_t") == ["evt_talk"]

"""Guests of a one-to-one booking, added and taken out after it was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MONDAY

from calbook import Booking, Client, errors

if TYPE_CHECKING:
    from conftest import Clock
    from support.mailing import Server
    from support.running import Run

pytest_plugins = ("support.running", "support.mailing")

Make = Callable[..., Any]


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def made(client: Client, booking: Make) -> Booking:
    client.set_up(name="Grace Hopper", email="grace@example.com")
    found: Booking = booking(guests=["bob@example.com"])
    return found


def emails(booking: Booking) -> list[str | None]:
    return [guest.email for guest in booking.guests]


def test_guests_are_added_and_taken_out(client: Client, made: Booking) -> None:
    eve = {"email": "eve@example.com", "name": "Eve"}

    after = client.calendar.bookings.update(
        made.uid, add_guests=["zoe@example.com", eve], remove_guests=["BOB@example.com"]
    )

    assert emails(after) == ["zoe@example.com", "eve@example.com"]
    assert after.attendee == made.attendee
    assert (after.sequence, after.version) == (1, 1)
    *_, event = client.calendar.bookings.history(made.uid)
    assert event.type == "booking.updated"
    assert event.change == {
        "fields": ["guests"],
        "added": [
            {"email": "zoe@example.com", "name": None},
            {"email": "eve@example.com", "name": "Eve"},
        ],
        "removed": [{"email": "bob@example.com", "name": None}],
    }


def test_a_guest_who_is_added_makes_no_new_revision(
    client: Client, made: Booking
) -> None:
    """As with an address that is corrected: the others are told of nothing."""
    after = client.calendar.bookings.update(made.uid, add_guests=["zoe@example.com"])

    assert (after.sequence, after.version) == (0, 1)
    assert "zoe@example.com" in client.calendar.bookings.get_ics(made.uid)


def test_other_corrections_go_along(client: Client, made: Booking) -> None:
    after = client.calendar.bookings.update(
        made.uid,
        name="Ada King",
        notes="Tea",
        add_guests=["ada.old@example.com"],
        email="king@example.com",
        remove_guests=["bob@example.com"],
    )

    assert (after.attendee.name, after.notes) == ("Ada King", "Tea")
    assert emails(after) == ["ada.old@example.com"]
    *_, event = client.calendar.bookings.history(made.uid)
    assert event.change["fields"] == ["notes", "attendee", "guests"]


def test_who_is_taken_out_and_added_is_corrected(client: Client, made: Booking) -> None:
    bob = {"email": "bob@example.com", "name": "Bob"}

    after = client.calendar.bookings.update(
        made.uid, add_guests=[bob], remove_guests=["bob@example.com"]
    )

    assert [guest.name for guest in after.guests] == ["Bob"]
    assert after.sequence == 0


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"add_guests": ["BOB@example.com"]}, errors.DuplicateAttendee, "already"),
        ({"add_guests": ["ada@example.com"]}, errors.DuplicateAttendee, "already"),
        ({"add_guests": ["a@b.c", "A@b.c"]}, errors.DuplicateAttendee, "already"),
        ({"remove_guests": ["eve@example.com"]}, errors.NotFound, "eve@example.com"),
        ({"remove_guests": ["ada@example.com"]}, errors.BadInput, "no guest in it"),
        ({"add_guests": ["bob@"]}, errors.BadInput, "e-mail"),
        ({"add_guests": "bob@example.com"}, errors.BadInput, "addGuests|add_guests"),
        (
            {"add_guests": [f"g{n}@example.com" for n in range(999)]},
            errors.BadInput,
            "1,000 persons",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_refused(
    client: Client,
    made: Booking,
    fields: dict[str, Any],
    error: type[errors.CalbookError],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        client.calendar.bookings.update(made.uid, **fields)

    assert client.calendar.bookings.get(made.uid) == made


def test_none_are_nothing_to_change(client: Client, made: Booking) -> None:
    with pytest.raises(errors.NothingToChange):
        client.calendar.bookings.update(made.uid, add_guests=[], remove_guests=[])


def test_a_group_has_seats_instead(
    client: Client, event_type: Make, booking: Make
) -> None:
    event_type("yoga", seats=3)
    uid = booking(event_type_id="yoga").uid

    with pytest.raises(errors.UsageError, match="is a group") as refusal:
        client.calendar.bookings.update(uid, add_guests=["zoe@example.com"])

    assert refusal.value.json_hint == (
        f"calbook attendee add {uid}, or attendee remove"
    )


def test_what_is_over_or_off_takes_none(
    client: Client, made: Booking, booking: Make, clock: Clock
) -> None:
    off = booking().uid
    client.calendar.bookings.cancel(off)
    clock.now = MONDAY.replace(day=20)

    for uid in (made.uid, off):
        for fields in (
            {"add_guests": ["zoe@example.com"]},
            {"remove_guests": ["bob@example.com"]},
        ):
            with pytest.raises(errors.CalbookError) as refusal:
                client.calendar.bookings.update(uid, **fields)
            assert refusal.value.code in ("wrong_status", "not_found")


def test_a_series_has_them_on_all_dates(client: Client, booking: Make) -> None:
    client.set_up(email="grace@example.com")
    uid = booking(recurring={"frequency": "DAILY", "count": 3}).uid

    client.calendar.bookings.update(uid, add_guests=["zoe@example.com"])

    assert "zoe@example.com" in client.calendar.bookings.get_ics(uid)


def test_the_added_are_invited_and_the_removed_told_alone(
    client: Client, made: Booking, post: Server
) -> None:
    client.calendar.bookings.update(
        made.uid,
        add_guests=["zoe@example.com"],
        remove_guests=["bob@example.com"],
        notify_attendee=True,
    )
    client.deliver()

    told = {mail.message["To"].addresses[0].addr_spec: mail for mail in post.received}
    assert {to: mail.method for to, mail in told.items()} == {
        "zoe@example.com": "REQUEST",
        "bob@example.com": "CANCEL",
    }
    leaving = told["bob@example.com"].calendar.decode()
    assert "zoe@example.com" not in leaving
    assert "SEQUENCE:1" in leaving


def test_the_command_has_them_as_create_has(run: Run, made: Booking) -> None:
    changed = run(
        *("update", made.uid, "--guest", "zoe@example.com", "--guest", "eve@b.org"),
        *("--remove-guest", "bob@example.com", "--json"),
    ).json

    assert [guest["email"] for guest in changed["guests"]] == [
        *("zoe@example.com", "eve@b.org")
    ]
    told = run("history", made.uid).rows[-1]
    assert "added" in "".join(told)


def test_the_history_names_them(run: Run, made: Booking, monkeypatch: Any) -> None:
    from calbook.cli import output

    eve = ("--guest", "eve@example.com", "--remove-guest", "bob@example.com")
    run("update", made.uid, *eve)
    monkeypatch.setattr(output, "as_terminal", True)

    shown = run("history", made.uid).out

    assert "added" in shown
    assert "removed" in shown
    assert "[" not in shown


# -- whether they may come -------------------------------------------------------------


def test_no_more_guests_are_added_than_a_room_holds(
    client: Client, booking: Make, event_type: Make
) -> None:
    """Six were in a room for two."""
    client.calendar.resources.create("small", capacity=2)
    event_type(needs=[{"count": 1, "of": ["res_small"]}])
    made = booking()
    update = client.calendar.bookings.update
    update(made.uid, add_guests=["bob@example.com"])

    with pytest.raises(errors.SeatsFull, match="small, which holds 2") as refusal:
        update(made.uid, add_guests=["eve@example.com"])

    assert refusal.value.details["resourceId"] == "res_small"
    swap = {"add_guests": ["eve@example.com"], "remove_guests": ["bob@example.com"]}
    client.calendar.resources.update("small", capacity=1)
    assert emails(update(made.uid, **swap)) == ["eve@example.com"]


def test_guests_are_asked_for_what_they_have_booked(
    client: Client, booking: Make, event_type: Make
) -> None:
    """Whoever came later passed the limits of persons, and was in two places."""
    event_type(per_person=["1/day"], no_double=True)
    bob = {"name": "Bob", "email": "bob@example.com"}
    daily = {"frequency": "DAILY", "count": 3}
    made = booking(start_time="2027-01-18 10:00", recurring=daily)
    booking(attendee=bob, start_time="2027-01-20 12:00")
    update = client.calendar.bookings.update

    with pytest.raises(errors.LimitReached, match="2027-01-20 is full") as refusal:
        update(made.uid, add_guests=[bob])

    assert refusal.value.details["person"] == "Bob"
    assert "override" not in (refusal.value.hint or "")
    assert emails(update(made.uid, add_guests=["eve@example.com"])) == [
        "eve@example.com"
    ]

"""What is locked before it is looked at: somebody else is in the middle of a change.

Each test holds a change of another's open, lets calbook come to it, and commits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from conftest import MONDAY, Clock
from support.places import Place, connect
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests
from support.running import PATIENCE, wait_until

from calbook import Booking, Client, EventType, errors
from calbook.core.busy import Stretch
from calbook.core.model import Span
from calbook.core.time import times
from calbook.delivery.outcome import Outcome
from calbook.delivery.worker import DeliveryWorker, _Attempt
from calbook.services.calendars.busy import _EMPTY
from calbook.store import busy, outbox, waits
from calbook.store.transaction import Transaction

PLACES = ("postgres",)
_T = TypeVar("_T")

Book = Callable[..., Booking]
HOOK = "https://example.com/hook"


@pytest.fixture
def database(place: Place) -> str:
    return place.url


def during(place: Place, change: str, act: Callable[[], _T]) -> _T:
    """What is returned by what waits for another's change to be committed."""
    blocked = "select count(*) from pg_stat_activity where %s = any(%s)"
    with (
        closing(connect(place.url)) as other,
        other.cursor() as cursor,
        ThreadPoolExecutor(1) as pool,
    ):
        cursor.execute(change)
        pid = str(other.info.backend_pid)
        query = blocked % (pid, "pg_blocking_pids(pid)")
        acting = pool.submit(act)
        wait_until(lambda: acting.done() or place.rows(query) == [(1,)])
        has_waited = not acting.done()
        other.commit()
        assert has_waited
        return acting.result(PATIENCE)


def write(client: Client, step: Callable[[Transaction], _T]) -> _T:
    return client._context.store.write(step)


def row(place: Place, columns: str, table: str) -> Any:
    [found] = place.rows(f"select {columns} from {table}")
    return found


# -- what is booked


def test_who_waited_for_a_host_books_by_the_rules_of_now(
    place: Place, client: Client, event_type: Callable[..., EventType], booking: Book
) -> None:
    """It had read the event type before it waited."""
    event_type()
    change = """
        select 1 from hosts for no key update;
        update event_types set active = false
    """

    with pytest.raises(errors.CalbookError) as refused:
        during(place, change, booking)

    assert refused.value.code == "inactive"


def test_an_event_type_changes_when_its_hosts_are_booked(
    place: Place, client: Client, event_type: Callable[..., EventType]
) -> None:
    """Else two who book could follow two rules, and both would be right."""
    event_type()
    update = client.calendar.event_types.update

    changed = during(
        place,
        "select 1 from hosts for no key update",
        lambda: update("demo", slots_per_day=1),
    )

    assert changed.slots_per_day == 1


def test_who_is_handed_a_booking_meanwhile_is_locked_too(
    place: Place, client: Client, event_type: Callable[..., EventType], booking: Book
) -> None:
    client.calendar.hosts.create("bob")
    event_type(hosts=["me"])
    uid = booking().uid
    locked = "select id from hosts where revision >= 0 for no key update nowait"
    change = f"""
        select 1 from bookings for no key update;
        delete from claims; update booking_hosts set host_id = 'user_bob';
        insert into claims select 'user_bob', claim_start, claim_end, uid, recurrence_id
        from occurrences where uid = '{uid}'
    """

    def lock(tx: Transaction) -> str:
        tx.lock_booking(uid)
        tx.connection.execute("select 1")
        with closing(connect(place.url)) as other, other.cursor() as cursor:
            cursor.execute(f"{locked.replace('nowait', 'skip locked')}")
            return " ".join(id for (id,) in cursor.fetchall())

    assert during(place, change, lambda: write(client, lock)) == ""


# -- what is sent


def test_what_is_to_be_sent_again_is_not_forgotten(
    place: Place, client: Client, booking: Book
) -> None:
    client.calendar.webhooks.create(HOOK)
    booking()
    arrived = "update deliveries set status = 'delivered', finished_at = 0"
    with closing(connect(place.url)) as other, other, other.cursor() as cursor:
        cursor.execute(arrived)

    def forget(tx: Transaction) -> None:
        outbox.forget_delivered(tx, 1, most=10)

    again = "update deliveries set status = 'pending', finished_at = null"
    during(place, again, lambda: write(client, forget))

    assert row(place, "status", "deliveries") == ("pending",)


def test_what_has_just_arrived_is_not_tried_at_once(
    place: Place, client: Client, booking: Book
) -> None:
    """Its attempts were counted down, and it was due when it had arrived."""
    client.calendar.webhooks.create(HOOK)
    booking()
    now = times.epoch(MONDAY)
    later = f"update deliveries set attempts = 1, due_at = {now + 600}"
    with closing(connect(place.url)) as other, other, other.cursor() as cursor:
        cursor.execute(later)

    during(
        place,
        "update deliveries set status = 'delivered', attempts = 2",
        lambda: write(client, lambda tx: waits.retry_some_now(tx, now)),
    )

    assert row(place, "attempts, due_at", "deliveries") == (2, now + 600)


def test_what_is_sent_is_read_when_nobody_changes_it_any_more(
    place: Place, client: Client, booking: Book
) -> None:
    client.calendar.webhooks.create(HOOK)
    booking()
    [(seq,)] = place.rows("select seq from deliveries")
    worker = DeliveryWorker(client._context)

    job = during(
        place,
        "update deliveries set payload = 'as it is now'",
        lambda: worker._take_job(seq),
    )

    assert job is not None
    assert job.payload == "as it is now"


def test_a_later_event_is_leased_to_nobody_while_an_earlier_one_is_pending(
    place: Place, client: Client, booking: Book
) -> None:
    client.calendar.webhooks.create(HOOK)
    client.calendar.bookings.cancel(booking().uid)
    first, second = (n for (n,) in place.rows("select seq from deliveries order by 1"))
    worker = DeliveryWorker(client._context)

    assert worker._take_job(second) is None
    assert worker._take_job(first) is not None
    assert worker._take_job(first) is None
    leased = place.rows("select leased_until is null from deliveries order by seq")
    assert leased == [(False,), (True,)]


def test_a_webhook_that_moves_is_not_switched_off_for_its_old_address(
    place: Place, client: Client, booking: Book
) -> None:
    client.calendar.webhooks.create(HOOK)
    booking()
    [(seq,)] = place.rows("select seq from deliveries")
    worker = DeliveryWorker(client._context)
    job = worker._take_job(seq)
    assert job is not None
    gone = Outcome("gone", 410, "Gone")
    move = """
        select pg_advisory_xact_lock(hashtext(current_schema || '.catalog'));
        update webhooks set url = 'https://example.org/new'
    """

    during(
        place,
        move,
        lambda: worker._write_outcome(_Attempt(job, MONDAY, 0.0, 1.0), gone, 0.5),
    )

    assert row(place, "active", "webhooks") == (True,)
    assert row(place, "status", "deliveries") == ("pending",)


# -- calendars


def test_an_import_that_was_overtaken_says_so(
    place: Place, client: Client, clock: Clock
) -> None:
    """Its counts were written beside the other one's busy time."""
    ten = MONDAY + timedelta(days=1)
    stretch = Stretch(Span(ten, ten + timedelta(hours=1)), None)
    calendar = {
        **_EMPTY,
        **{"host_id": "user_me", "name": "work", "kind": "ics", "shows_text": False},
        **{"imported_at": 0, "events": 9},
    }
    first, second = (busy.replace_steps(calendar, [stretch]) for _ in range(2))
    write(client, next(first))
    for step in second:
        if write(client, step) == 0:
            break

    with pytest.raises(errors.Busy, match="imported again"):
        write(client, next(first))

"""What every store keeps, noun by noun: the same answers, wherever the bookings are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import Clock
from support.places import Place
from support.places import place as place
from support.places import pytest_generate_tests as pytest_generate_tests

from calbook import Booking, Client, EventType, errors
from calbook.core.busy import Stretch
from calbook.core.model import Span, Status
from calbook.core.outgoing.webhooks import Webhook
from calbook.store import (
    busy,
    delivery_log,
    limits,
    notes,
    outbox,
    reminders,
    turns,
    waits,
    webhooks,
)
from calbook.store.busy import BusyReader
from calbook.store.engines import open_store
from calbook.store.facts import Facts
from calbook.store.idempotency_keys import first_result, store_result
from calbook.store.outbox import OutboxReader
from calbook.store.reader import EVERYTHING, Reader
from calbook.store.statistics import StatisticsReader
from calbook.store.store import Store
from calbook.store.transaction import Transaction

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
TEN = datetime(2027, 1, 18, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)
Book = Callable[..., Booking]


class Undone(Exception):
    pass


@pytest.fixture
def database(place: Place) -> str:
    return place.url


@pytest.fixture
def opened(client: Client, event_type: Callable[..., EventType]) -> Iterator[Store]:
    """A store of `demo` and nothing else, beside a client on the same bookings."""
    event_type()
    found = open_store(client.path)
    yield found
    found.close()


def find(opened: Store, statement: str, **facts: Any) -> list[tuple[Any, ...]]:
    with opened.read(Reader) as reader:
        return [tuple(row) for row in reader.connection.execute(statement, facts)]


def rename(name: str) -> Callable[[Transaction], None]:
    return lambda tx: tx.save_host(tx.host("user_me")._replace(name=name), now=NOW)


def name(opened: Store) -> str:
    with opened.read(Facts) as facts:
        return facts.host("user_me").name


# -- transactions ----------------------------------------------------------------------


def test_what_is_written_is_there_for_all(opened: Store, client: Client) -> None:
    assert opened.write(lambda tx: rename("Ada")(tx) or 7) == 7

    assert name(opened) == "Ada"
    assert client.calendar.hosts.get("me").name == "Ada"


def test_what_raises_is_taken_back(opened: Store) -> None:
    before = name(opened)

    def fail(tx: Transaction) -> None:
        rename("Ada")(tx)
        raise Undone

    with pytest.raises(Undone):
        opened.write(fail)

    assert name(opened) == before


def test_a_dry_run_does_all_and_takes_it_back(opened: Store) -> None:
    before = name(opened)

    def step(tx: Transaction) -> str:
        rename("Ada")(tx)
        return tx.host("user_me").name

    assert opened.write(step, dry_run=True) == "Ada"

    assert name(opened) == before


def test_what_comes_after_the_commit_finds_it_done(opened: Store) -> None:
    found: list[str] = []

    def step(tx: Transaction) -> None:
        rename("Ada")(tx)
        tx.after_commit.append(lambda: found.append("after"))
        found.append("before")

    opened.write(step)

    assert found == ["before", "after"]


def test_nothing_comes_after_what_failed(opened: Store) -> None:
    found: list[str] = []

    def step(tx: Transaction) -> None:
        tx.after_commit.append(lambda: found.append("after"))
        raise Undone

    with pytest.raises(Undone):
        opened.write(step)

    assert found == []


def rename_and_fail(tx: Transaction) -> None:
    rename("Eve")(tx)
    tx.host("user_none")


def test_a_savepoint_is_taken_back_alone(opened: Store) -> None:
    def step(tx: Transaction) -> None:
        rename("Ada")(tx)
        with pytest.raises(errors.NotFound), tx.savepoint():
            rename_and_fail(tx)
        with tx.savepoint():
            tx.run("update hosts set email = 'ada@example.com'")

    opened.write(step)

    with opened.read(Facts) as facts:
        host = facts.host("user_me")
    assert (host.name, host.email) == ("Ada", "ada@example.com")


def test_a_view_stays_as_it_was(opened: Store, client: Client, place: Place) -> None:
    with opened.read(Facts) as facts:
        before = facts.host("user_me").name
        if not place.is_file:  # whose readers hold off its writers
            client.calendar.hosts.update("me", name="Ada")
        assert facts.host("user_me").name == before


def test_a_view_writes_nothing(opened: Store) -> None:
    refused = pytest.raises(Exception, match=r"read-?only|cannot be written")

    with refused, opened.read(Reader) as reader:
        reader.connection.execute("update hosts set name = 'Ada'")

    assert name(opened) != "Ada"


def test_nested_use_is_refused(opened: Store) -> None:
    refused = pytest.raises(errors.StoreError, match="in the middle of another call")

    with opened.read(Reader), refused:
        name(opened)

    assert name(opened)


def test_a_store_that_was_closed_opens_again(opened: Store) -> None:
    opened.write(rename("Ada"))
    opened.close()
    opened.close()

    assert name(opened) == "Ada"


def test_portions_stay_up_to_the_one_that_raises(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calbook.store.store.PORTION_SECONDS", 0)

    def fail(tx: Transaction) -> None:
        raise Undone

    with pytest.raises(Undone):
        opened.write_portions([rename("Ada"), rename("Eve"), fail, rename("Bob")])

    assert name(opened) == "Eve"


def test_an_impatient_one_does_not_wait(opened: Store) -> None:
    hasty = opened.with_patience(0.05)
    assert hasty is not None

    with opened.transaction() as tx:
        rename("Ada")(tx)
        tx.lock_hosts(["user_me"])
        with pytest.raises(errors.Busy):
            hasty.write(lambda tx: tx.lock_hosts(["user_me"]))

    hasty.close()
    assert name(opened) == "Ada"


def test_who_waits_for_news_sees_what_others_queue(
    opened: Store, client: Client, booking: Book
) -> None:
    client.calendar.webhooks.create("https://example.com/")
    before = opened.change_mark()
    assert opened.change_mark() == before

    booking()

    assert opened.change_mark() != before


def test_one_sends_alone_or_leases_what_it_sends(opened: Store) -> None:
    assert (opened.delivery_lock is None) is opened.has_leases


# -- bookings --------------------------------------------------------------------------


def test_a_booking_is_read_as_it_was_saved(opened: Store, booking: Book) -> None:
    uid = booking(notes="Ünï “q” 100%", metadata={"a": [1, None, True]}).uid
    with opened.read(Facts) as facts:
        before = facts.booking(uid)
    after = before._replace(
        notes="New",
        version=before.version + 1,
        attendees=(*before.attendees, before.attendees[0]._replace(email="b@c.d")),
    )

    opened.write(lambda tx: tx.save(after, before))

    with opened.read(Facts) as facts:
        assert facts.booking(uid) == after


def test_bookings_are_listed_by_start_then_uid(opened: Store, booking: Book) -> None:
    uids = [booking().uid for _ in range(3)]

    def page(**more: Any) -> list[str]:
        wanted = {"now": 0, "latest_first": False, "after": None, "limit": EVERYTHING}
        with opened.read(Reader) as reader:
            rows = reader.booking_rows({}, **{**wanted, "offset": 0, **more})
            return [row["uid"] for row in rows]

    assert page() == uids
    assert page(latest_first=True) == uids[::-1]
    with opened.read(Reader) as reader:
        first = reader.place_of(uids[0])
    assert page(after=first) == uids[1:]
    assert page(limit=1, offset=1) == uids[1:2]


def test_a_claim_has_its_time_alone(opened: Store, booking: Book) -> None:
    first, second = booking(), booking()

    def overlap(tx: Transaction) -> None:
        claim = "select claim_start, claim_end from claims where uid = :uid"
        start, end = tx.connection.execute(claim, {"uid": first.uid}).fetchone()
        tx.run(
            "insert into claims values ('user_me', :start, :end, :uid, ("
            " select recurrence_id from occurrences where uid = :uid))",
            start=start + 60,
            end=end + 60,
            uid=second.uid,
        )

    with pytest.raises(Exception, match="overlaps another of its host"):
        opened.write(overlap)

    assert find(opened, "select count(*) from claims") == [(2,)]


def test_claims_are_in_the_way_and_touch_nobody(opened: Store, booking: Book) -> None:
    uid = booking(start_time=TEN).uid
    spans = [Span(TEN + n * HALF, TEN + (n + 1) * HALF) for n in (-1, 0, 1)]

    with opened.read(Facts) as facts:
        found = facts.claim_obstacles(["user_me"], spans, exclusion=None, now=NOW)
        ranges = facts.busy_ranges(
            "user_me", Span(TEN - HALF, TEN + 2 * HALF), exclusion=None, now=NOW
        )

    assert {n: obstacle.claim.uid for n, obstacle in found.items()} == {1: uid}
    assert ranges == [(int(TEN.timestamp()), int((TEN + HALF).timestamp()))]


def test_a_date_may_have_other_hosts(
    opened: Store, client: Client, booking: Book
) -> None:
    """They hold its time, and are found by it; whose booking it is stays."""
    client.calendar.hosts.create("bob", name="Bob")
    made = booking(recurring={"frequency": "DAILY", "count": 2})
    with opened.read(Facts) as facts:
        before = facts.booking(made.uid)
    first, second = before.occurrences
    after = before._replace(
        occurrences=(first, second._replace(host_ids=("user_bob",)))
    )

    opened.write(lambda tx: tx.save(after, before))

    with opened.read(Facts) as facts:
        assert facts.booking(made.uid) == after
    assert find(opened, "select host_id from claims order by claim_start") == [
        ("user_me",),
        ("user_bob",),
    ]
    shown = client.calendar.bookings.get(made.uid)
    assert [o.host_ids for o in shown.occurrences] == [("user_me",), ("user_bob",)]
    assert shown.host_ids == ("user_me",)
    bookings = client.calendar.bookings
    assert [b.uid for b in bookings.list(host_id="bob")] == [made.uid]
    [of_bob] = bookings.list_occurrences(host_id="bob")
    assert (of_bob.date, of_bob.host_id) == (second.date.isoformat(), "user_bob")
    counted = bookings.stats(by="host").groups
    assert sorted((row.group, row.occurrences) for row in counted) == [
        ("user_bob", 1),
        ("user_me", 1),
    ]
    assert client.check() == ()

    opened.write(lambda tx: tx.save(before, after))

    assert find(opened, "select distinct host_id from claims") == [("user_me",)]
    assert bookings.list(host_id="bob") == ()
    assert client.check() == ()


def test_a_hold_lets_go_before_its_start(
    opened: Store, client: Client, booking: Book
) -> None:
    uid = booking(start_time=TEN).uid
    until = TEN - timedelta(days=3)
    with opened.read(Facts) as facts:
        before = facts.booking(uid)
    held = before.single._replace(status=Status.PENDING, held_until=until)
    after = before._replace(occurrences=(held,))

    opened.write(lambda tx: tx.save(after, before))

    whole = Span(TEN - HALF, TEN + 2 * HALF)
    another = after._replace(uid="bk_another")
    ids = [after.attendee.person_id or ""]

    def seen(now: datetime) -> list[object]:
        me, out = ["user_me"], {"exclusion": None, "now": now}
        with opened.transaction() as tx:
            return [
                tx.claim_obstacles(me, [whole], **out) != {},
                tx.busy_ranges("user_me", whole, **out) != [],
                tx.count_per_span("evt_demo", [whole], **out) == [(1, 1800)],
                limits.read_host_meetings(tx, "user_me", [whole], **out) != [],
                limits.read_person_meetings(tx, ids, since=TEN, **out) != [],
                tx.turn_facts("evt_demo", "user_me", now=now)[0] == 1,
                tx.due_occurrences(now, limit=10) == [],
                tx.expired_in_the_way(another, None, now) == [],
            ]

    assert opened.write(lambda tx: tx.booking(uid)) == after
    assert seen(until - timedelta(seconds=1)) == [True] * 8
    assert seen(until) == [False] * 8
    assert client.check() == ()


def test_occurrences_are_due_once(opened: Store, booking: Book) -> None:
    uids = sorted([booking(start_time=TEN).uid, booking(start_time=TEN + HALF).uid])
    late = TEN + timedelta(days=1)

    def due(tx: Transaction) -> list[str]:
        return sorted(uid for uid, _ in tx.due_occurrences(late, limit=10))

    assert opened.write(due) == uids

    opened.write(lambda tx: tx.mark_recorded(tx.booking(uids[0])))

    assert opened.write(due) == uids[1:]


def test_events_are_in_the_order_of_writing(
    opened: Store, client: Client, booking: Book
) -> None:
    uid = booking().uid
    client.calendar.bookings.update(uid, notes="New")
    client.calendar.bookings.cancel(uid)

    with opened.read(Reader) as reader:
        rows = reader.event_rows(uid)

    assert [row["type"].partition(".")[2] for row in rows] == [
        "created",
        "updated",
        "cancelled",
    ]
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)


def test_a_key_has_one_request(opened: Store, booking: Book) -> None:
    uid = booking().uid
    [(seq,)] = find(opened, "select seq from events")

    def keep(tx: Transaction) -> None:
        answer = {"uid": uid}
        store_result(tx, "key", request="{}", event_seq=seq, answer=answer)

    assert opened.write(lambda tx: first_result(tx, "key")) is None
    opened.write(keep)

    found = opened.write(lambda tx: first_result(tx, "key"))
    assert found is not None
    assert found == ("{}", uid, {"uid": uid})
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        opened.write(keep)


def test_notes_of_both_kinds_are_in_one_order(opened: Store, booking: Book) -> None:
    uid = booking().uid
    for number, is_private in enumerate((False, True, False)):
        note = {"id": f"n{number}", "uid": uid, "content": str(number)}
        note |= {"created_at": 9 - number, "is_private": is_private}
        opened.write(lambda tx, note=note: notes.insert_note(tx, note))

    with opened.read(Reader) as reader:
        rows = notes.note_rows(reader, uid)

    assert [(row["content"], bool(row["is_private"])) for row in rows] == [
        ("0", False),
        ("1", True),
        ("2", False),
    ]


def test_figures_count_what_there_is(opened: Store, booking: Book) -> None:
    booking(), booking(recurring={"frequency": "DAILY", "count": 3})

    with opened.read(StatisticsReader) as reader:
        [row] = reader.figures("event", {}, now=int(NOW.timestamp()))

    counted = ("key", "label", "bookings", "occurrences", "confirmed", "seconds")
    assert [row[name] for name in counted] == ["evt_demo", "Demo", 2, 4, 4, 4 * 1800]
    assert isinstance(row["mean_lead"], float)


# -- busy time, catalog, turns ---------------------------------------------------------


def test_busy_time_replaces_that_of_its_calendar(opened: Store) -> None:
    calendar = {
        **{"host_id": "user_me", "name": "work", "kind": "file", "source": None},
        **{"shows_text": True, "events": 1, "free": 0, "bookings": 0, "skipped": "[]"},
        **{"skipped_count": 0, "imported_at": 0, "horizon": None, "is_strict": False},
        **{"remarks": "[]", "remark_count": 0},
    }

    def replace(*starts: datetime) -> None:
        stretches = [Stretch(Span(start, start + HALF), "x") for start in starts]
        opened.write_portions(busy.replace_steps(calendar, stretches))

    replace(TEN, TEN + 4 * HALF)
    replace(TEN + HALF)

    with opened.read(BusyReader) as reader:
        [row] = reader.calendar_rows(host_id="user_me")
        ranges = reader.busy_ranges(
            "user_me", Span(TEN, TEN + 9 * HALF), exclusion=None, now=NOW
        )
    start = int((TEN + HALF).timestamp())
    assert (row["name"], row["stretches"]) == ("work", 1)
    assert ranges == [(start, start + 1800)]
    opened.write_portions(busy.remove_steps(row["id"]))
    assert find(opened, "select * from busy") == []


def test_the_catalog_is_read_as_it_was_saved(opened: Store) -> None:
    with opened.read(Facts) as facts:
        event_type = facts.event_type("evt_demo")
        schedule = facts.schedule("sched_work")
    changed = event_type._replace(title="Ünï", seats=5, metadata={"a": None})

    def step(tx: Transaction) -> None:
        tx.save_event_type(changed, now=NOW)
        assert not tx.remove_override(schedule.id, date(2027, 1, 18))

    opened.write(step)

    with opened.read(Facts) as facts:
        assert facts.event_type("evt_demo") == changed
        assert facts.event_type("demo") == changed
        with pytest.raises(errors.NotFound):
            facts.host("user_none")


def test_what_is_in_use_stays(opened: Store, booking: Book) -> None:
    booking()
    uses = (("event type", "evt_demo"), ("host", "user_me"), ("schedule", "sched_work"))

    for noun, id in uses:
        with pytest.raises(errors.InUse):
            opened.write(lambda tx, noun=noun, id=id: tx.remove(noun, id))


def test_a_turn_counts_live_bookings(
    opened: Store, client: Client, booking: Book
) -> None:
    first, _ = booking(), booking()
    client.calendar.bookings.cancel(first.uid)

    with opened.read(Facts) as facts:
        number, made = turns.read_turn(facts.connection, "evt_demo", "user_me", now=NOW)

    assert number == 1
    assert made == max(find(opened, "select rowid from bookings"))[0]


# -- the outbox ------------------------------------------------------------------------


def add_webhook(opened: Store, id: str, *events: str) -> None:
    webhook = Webhook(id=id, url="https://a.example/", events=events, secret="s")
    opened.write(lambda tx: webhooks.save_webhook(tx, webhook, now=NOW))


def test_an_event_is_queued_for_the_webhooks_that_want_it(
    opened: Store, booking: Book
) -> None:
    add_webhook(opened, "wh_all")
    add_webhook(opened, "wh_some", "booking.created", "booking.rejected")
    add_webhook(opened, "wh_other", "booking.cancelled")
    add_webhook(opened, "wh_off")
    opened.write(lambda tx: webhooks.disable_webhook(tx, "wh_off", "410", now=NOW))

    booking()

    with opened.read(OutboxReader) as reader:
        due = reader.due_rows(int(NOW.timestamp()))
    assert [row["target"] for row in due] == ["wh_all", "wh_some"]


def test_a_delivery_waits_for_the_one_before_it(
    opened: Store, client: Client, booking: Book
) -> None:
    add_webhook(opened, "wh_all")
    client.calendar.bookings.cancel(booking().uid)
    now = int(NOW.timestamp())
    with opened.read(OutboxReader) as reader:
        first, second = reader.due_rows(now)
        assert reader.sendable_row(second["seq"]) is None
        job = reader.sendable_row(first["seq"])
    assert job is not None
    attempt = {"at": now, "status": "delivered", "code": 200, "text": "ok"}

    opened.write(
        lambda tx: outbox.record_attempt(
            tx,
            id=job["id"],
            attempt={**attempt, "milliseconds": 3},
            status="delivered",
            due_at=None,
        )
    )

    with opened.read(OutboxReader) as reader:
        assert reader.sendable_row(first["seq"]) is None
        assert reader.sendable_row(second["seq"]) is not None
        assert reader.count_due(now) == 1
        row = delivery_log.find_row(reader, job["id"])
    assert row is not None
    assert (row["status"], row["attempts"]) == ("delivered", 1)


def test_a_lease_is_one_senders(opened: Store, booking: Book) -> None:
    add_webhook(opened, "wh_all")
    booking()
    [(seq,)] = find(opened, "select seq from deliveries")

    def lease(tx: Transaction) -> bool:
        return outbox.lease_delivery(tx, seq, seconds=60)

    assert [opened.write(lease) for _ in range(2)] == [True, False]
    opened.write(lambda tx: tx.run("update deliveries set leased_until = 0"))
    assert opened.write(lease)


def test_what_waits_is_made_due(opened: Store, booking: Book) -> None:
    add_webhook(opened, "wh_all")
    booking()
    now = int(NOW.timestamp())
    later = "update deliveries set due_at = due_at + 3600, attempts = 1"
    opened.write(lambda tx: tx.run(later))

    assert opened.write(lambda tx: waits.retry_some_now(tx, now)) == 1

    with opened.read(OutboxReader) as reader:
        assert reader.count_due(now) == 1


def test_reminders_are_kept_by_their_delivery(opened: Store, booking: Book) -> None:
    uid = booking().uid
    key = (TEN, 60, "ada@example.com")

    def queue(tx: Transaction) -> str:
        id = outbox.queue_delivery(
            tx,
            channel="mail",
            target="ada@example.com",
            uid=uid,
            kind="reminder",
            now=NOW,
            payload="…",
            due_at=TEN - 2 * HALF,
        )
        reminders.add_reminder(tx, uid, key, id)
        reminders.save_plan(tx, uid, NOW, TEN)
        return id

    id = opened.write(queue)

    found = opened.write(lambda tx: reminders.queued_reminders(tx, uid))
    assert {key: (each.id, each.is_pending) for key, each in found.items()} == {
        key: (id, True)
    }
    assert opened.write(lambda tx: reminders.start_reminded_of(tx, id)) == TEN
    opened.write(lambda tx: reminders.drop_reminder(tx, id, NOW))
    assert opened.write(lambda tx: reminders.queued_reminders(tx, uid)) == {}
    assert find(opened, "select status from deliveries") == [("dropped",)]


def test_whoever_removes_a_webhook_drops_what_waits(
    opened: Store, booking: Book, clock: Clock
) -> None:
    add_webhook(opened, "wh_all")
    booking()

    assert opened.write(lambda tx: webhooks.remove_webhook(tx, "wh_all", now=NOW)) == 1

    with opened.read(OutboxReader) as reader:
        assert reader.webhook_rows() == []
        assert reader.due_rows(int(NOW.timestamp())) == []

"""Searching: what is found, with an index and without, in files and databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import MONDAY, Clock

from calbook import Booking, Client
from calbook.core.checks import fold_ref
from calbook.core.people import searched_digits
from calbook.core.search import fold_text
from calbook.store import searching
from calbook.store.booking_texts import search_faults
from calbook.store.reader import Reader
from calbook.store.sqlite.words import has_full_text, keep_words, word_faults

NAMES = (
    *("Ada Lovelace", "ada LOVELACE", "José Núñez", "JOSE NUNEZ", "Straße", "İstanbul"),
    *("Grace Hopper", "😀 ok ok", "100 % sure", "a_b_c", "back\\slash", '"quoted" one'),
    *("Łukasz Żak", "Ängström", "AND OR NOT", "x", "김각 가나", "Müller-Lüdenscheidt"),
)
NOTES = (None, "Bring the Café menu", "first line\nsecond line", "k 1007", "zzz")
NEEDLES = (
    *("ada", "ADA L", "love", "jose", "José", "nune", "núñ", "strasse", "ß", "ist"),
    *("x", "ok", "😀", "% s", "_b_", "\\s", '"quo', "and or", "or not", "zak", "łuk"),
    *("ang", "engström", "각", "가", "cafe", "line\nsec", "k 1007", "K1007", "1007"),
    *("912 345", "+351 912", "00351", "12", "912", "5678", "demo", "bk_", "@example"),
    *(
        "",
        " ",
        "no such text",
        "\x1f",
        "\x1d9",
        "e\x1e",
        "second line\x1f",
        "mül",
        "ada" * 900,
    ),
)


@pytest.fixture
def many(client: Client, booking: Callable[..., Booking]) -> list[Booking]:
    """By all sorts of people; each third has a number, each fourth a phone."""
    found = []
    for n, (name, notes) in enumerate(zip(NAMES * 4, NOTES * 15, strict=False)):
        person: dict[str, Any] = {"name": name, "email": f"p{n}@example.com"}
        if n % 3 == 0:
            person["ref"] = f"K {1000 + n % 9}"
        if n % 4 == 0:
            person["phone"] = f"+351 912 34{n % 7} 678"
        rule = {"frequency": "WEEKLY", "count": 3} if n % 11 == 7 else None
        found.append(booking(attendee=person, notes=notes, recurring=rule))
    return found


def is_found(booking: Booking, needle: str) -> bool:
    """What a search means, said once more in Python."""
    text = fold_text(needle)
    texts = [booking.uid, booking.title, booking.notes, booking.attendee.name]
    texts.append(booking.attendee.email)
    phone = "".join(c for c in booking.attendee.phone or "" if c in "+0123456789")
    digits = searched_digits(text)
    ref = fold_ref(text)
    return (
        any(text in fold_text(each or "") for each in texts)
        or (bool(ref) and ref in fold_text(fold_ref(booking.attendee.ref or "")))
        or (digits is not None and digits in phone)
    )


def asked(client: Client, **more: Any) -> list[Any]:
    bookings = client.calendar.bookings
    found = []
    for needle in NEEDLES[:: 4 if more else 1]:
        wanted = {"search": needle, **more}
        page = [b.uid for b in bookings.list(**wanted, count=7)]
        found.append(
            [
                [b.uid for b in bookings.list(**wanted)],
                page,
                [
                    b.uid
                    for b in bookings.list(
                        **wanted, count=3, after=page[-1] if page else None
                    )
                ],
                [
                    b.uid
                    for b in bookings.list(
                        **wanted, latest_first=True, count=3, offset=2
                    )
                ],
                [b.uid for b in bookings.list_occurrences(**wanted)],
                [
                    b.start_time
                    for b in bookings.list_occurrences(
                        **wanted, latest_first=True, count=5, offset=2
                    )
                ],
                bookings.total(**wanted),
                bookings.total(**wanted, occurrences=True),
            ]
        )
    return found


def faults(client: Client) -> list[str]:
    with client._context.store.read(Reader) as reader:
        conn = reader.connection
        is_file = isinstance(conn, sqlite3.Connection)
        return [*search_faults(conn), *(word_faults(conn) if is_file else ())]


def index_all(client: Client) -> None:
    def keep(tx: Any) -> None:
        if isinstance(tx.connection, sqlite3.Connection):
            keep_words(tx.connection, most=-1)

    client._context.store.write(keep)


FILTERS = [
    {**dates, **other}
    for dates, other in product(
        ({}, {"start_date": "2027-01-19"}, {"end_date": "2027-01-20"}),
        ({}, {"status": "CONFIRMED"}, {"host_id": "me"}, {"event_type_id": "demo"}),
    )
]


@pytest.mark.parametrize("more", FILTERS, ids=lambda more: "-".join(more) or "all")
def test_an_index_finds_what_looking_at_all_finds(
    client: Client,
    many: list[Booking],
    more: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = asked(client, **more)
    index_all(client)
    old = asked(client, **more)
    monkeypatch.setattr(searching, "FEW", 0)
    few = asked(client, **more)
    monkeypatch.setattr(searching, "choose_letters", lambda *_: None)
    scanned = asked(client, **more)

    everything = client.calendar.bookings.list(**more)
    wanted = [
        [b.uid for b in everything if is_found(b, n)]
        for n in NEEDLES[:: 4 if more else 1]
    ]
    assert [found[0] for found in scanned] == wanted
    assert new == scanned
    assert old == scanned
    assert few == scanned
    assert faults(client) == []


def test_what_is_changed_is_found_by_what_it_is_now(
    client: Client, many: list[Booking]
) -> None:
    index_all(client)
    bookings, first = client.calendar.bookings, many[0].uid

    bookings.update(first, notes="quixotic plans")
    bookings.reschedule(first, start_time="2027-03-01T10:00:00Z")
    bookings.update(many[1].uid, name="Zenobia")

    for _ in range(2):
        assert [b.uid for b in bookings.list(search="quixotic")] == [first]
        assert [b.uid for b in bookings.list(search="lovelace", count=99)][-1] == first
        assert [b.uid for b in bookings.list(search="zenobia")] == [many[1].uid]
        assert many[1].uid not in [b.uid for b in bookings.list(search="lovelace")]
        index_all(client)
    assert faults(client) == []


def test_bookings_at_one_time_are_found_alone(
    client: Client, event_type: Callable[..., Any], booking: Callable[..., Booking]
) -> None:
    """They share places of the index: what one loses the others keep."""
    hosts = [f"h{n}" for n in range(40)]
    for host in hosts:
        client.calendar.hosts.create(host, name=host)
    event_type("group", hosts=hosts, scheduling_type="ROUND_ROBIN", slots_per_day=None)
    made = [
        booking(
            event_type_id="group",
            start_time="2027-02-01T10:00:00Z",
            attendee={"name": f"Person number {n:02}", "email": f"p{n}@example.com"},
        )
        for n in range(40)
    ]
    index_all(client)
    bookings = client.calendar.bookings

    for each in made[::2]:
        bookings.update(each.uid, name="Gone")
    index_all(client)

    for n, each in enumerate(made):
        found = [b.uid for b in bookings.list(search=f"number {n:02}")]
        assert found == ([each.uid] if n % 2 else [])
    uids = sorted(b.uid for b in made)
    pages: list[str] = []
    while page := bookings.list(
        search="@example", count=7, after=pages[-1] if pages else None
    ):
        pages += [b.uid for b in page]
    assert pages == uids
    assert faults(client) == []


def test_where_sqlite_has_no_full_text_all_are_looked_at(
    client: Client, many: list[Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calbook.store.sqlite.words.has_full_text", lambda _: False)
    index_all(client)

    found = client.calendar.bookings.list(search="nunez")

    assert len(found) == 8


def test_every_hundredth_booking_brings_the_index_up_to_date(
    client: Client, booking: Callable[..., Booking], database: str
) -> None:
    if "://" in database:
        pytest.skip("of a file")
    for n in range(101):
        booking(attendee={"name": f"Person {n}", "email": f"p{n}@example.com"})

    with client._context.store.reading() as conn:
        last = conn.execute("select last_booking from indexed_words").fetchone()[0]

    assert last == 101
    assert has_full_text(conn)
    assert len(client.calendar.bookings.list(search="person 10")) == 2


def test_a_text_that_a_booking_has_not_is_a_fault(
    client: Client, many: list[Booking]
) -> None:
    wrong = [many[0].uid, many[1].uid, many[2].uid]
    client._context.store.write(
        lambda tx: [
            tx.run("update bookings set search = search || 'x' where uid = :a", a=uid)
            for uid in wrong
        ]
    )

    with client._context.store.read(Reader) as reader:
        assert sorted(search_faults(reader.connection)) == sorted(wrong)


@pytest.mark.parametrize(
    "damage",
    [
        "delete from indexed_words",
        "delete from booking_words_data where id > 10",
        "delete from booking_words_data",
        "insert into booking_words (booking_words) values ('delete-all')",
    ],
)
def test_an_index_that_is_damaged_is_named_and_made_anew(
    path: Path, clock: Clock, damage: str
) -> None:
    with file_of_many(path, clock) as client:
        with closing(sqlite3.connect(path)) as conn, conn:
            conn.execute(damage)
        named = client.check()
        client.compact()
        found = client.calendar.bookings.list(search="Person 7")

        assert named
        assert len(named) <= 5
        assert client.check() == ()
        assert len(found) == 11


def test_a_sqlite_without_full_text_keeps_no_text_that_was_erased(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with file_of_many(path, clock) as client:
        with monkeypatch.context() as patch:
            patch.setattr("calbook.store.sqlite.words.has_full_text", lambda _: False)
            client.calendar.people.erase("Person 77", cancel=True)
            assert b"person 77" not in path.read_bytes()
        client.calendar.event_types.create("other")

        assert not client.calendar.bookings.list(search="Person 77")
        assert len(client.calendar.bookings.list(search="Person 7")) == 10
        assert client.check() == ()
        assert b"rson 77" not in path.read_bytes()


@contextmanager
def file_of_many(path: Path, clock: Clock) -> Iterator[Client]:
    """Enough that there is an index."""
    with Client(path, clock=clock) as client:
        client.calendar.event_types.create("demo")
        client.calendar.bookings.create_all(
            {
                "event_type_id": "demo",
                "start_time": MONDAY + timedelta(days=7 * n + 7),
                "attendee": {"name": f"Person {n}", "email": f"p{n}@example.com"},
                "by": "host",
                "override": ["advance"],
            }
            for n in range(120)
        )
        yield client

"""Everything as lines, from one file or database into another, and nothing lost."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bench import books
from conftest import MONDAY
from hypothesis import given
from hypothesis import strategies as st
from support.properties import TORTURE, examples

from calbook import Client, errors
from calbook.core.redaction import redact_line
from calbook.store.copying import NUMBERED
from calbook.store.lines import importing
from calbook.store.lines.nouns import DERIVED, DERIVED_TABLES, NOUNS
from store.test_copies import full, other, rows, url

if TYPE_CHECKING:
    from conftest import Clock

    Change = Callable[[list[dict[str, Any]]], object]

__all__ = ["full", "other", "url"]  # fixtures

pytestmark = pytest.mark.sqlite

SECRETS = ("secret", "headers", "old_secrets")


def export(place: object, clock: Clock, **how: Any) -> bytes:
    file = io.BytesIO()
    with Client(str(place), clock=clock) as client:
        client.export_to(file, **how)
    return file.getvalue()


def take_in(place: object, data: bytes, clock: Clock, **how: Any) -> Any:
    with Client(str(place), clock=clock) as client:
        return client.import_from(io.BytesIO(data), **how)


def findings(place: object, clock: Clock) -> tuple[str, ...]:
    with Client(str(place), clock=clock) as client:
        return client.check()


def changed(data: bytes, change: Change) -> bytes:
    """The export with its objects changed."""
    items = [json.loads(line) for line in data.splitlines()]
    change(items)
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def first(items: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(item for item in items if item["type"] == kind)


_MADE: list[bytes] = []


@pytest.fixture
def exported(request: pytest.FixtureRequest, clock: Clock) -> bytes:
    """The export of a full file, made once."""
    if not _MADE:
        _MADE.append(export(request.getfixturevalue("full"), clock))
    return _MADE[0]


# -- what a line has -------------------------------------------------------------------


def test_each_column_is_in_a_line_or_follows_from_one(path: Path) -> None:
    with Client(path) as client:
        client.init()
    declared: dict[str, dict[str, bool]] = {}
    for noun in NOUNS:
        for table in (noun.table, *noun.children):
            found = declared.setdefault(table.name, {})
            found |= {c.name: c.is_optional for c in table.columns if c.is_stored}
            found |= dict.fromkeys((table.parent, *table.only), False)
            found.pop("", None)
    with closing(sqlite3.connect(path)) as conn:
        there = {
            name: {
                row[1]: not (row[3] or row[5])
                for row in conn.execute(f"pragma table_info({name})")
            }
            for (name,) in conn.execute(
                "select name from sqlite_master where type = 'table'"
                r" and name not like '\_%' escape '\' and name not like 'sqlite%'"
            ).fetchall()
        }

    for name in DERIVED_TABLES:
        there.pop(name)
    for table, columns in there.items():
        for column in DERIVED.get(table, ()):
            columns.pop(column)
    for table in declared:
        declared[table].pop("rowid", None)
    declared["published_feeds"]["event_seq"] = False  # none is number 0
    assert declared == there


def test_everything_is_the_same_after_a_round_trip(
    full: Path, url: str, path: Path, clock: Clock
) -> None:
    """File → URL → file, with secrets and without."""
    back, plain = path.with_name("back.db"), path.with_name("plain.db")
    data = export(full, clock, secrets=True)

    answer = take_in(url, data, clock)
    take_in(back, export(url, clock, secrets=True), clock)
    take_in(plain, export(url, clock), clock)

    assert export(url, clock, secrets=True) == data
    assert export(back, clock, secrets=True) == data
    assert export(plain, clock) == export(full, clock)
    assert sum(answer.imported.values()) == data.count(b"\n") - 2
    before = loads_above_zero(rows(full))
    assert all(before.values())
    for place in (url, back):
        assert loads_above_zero(rows(place)) == before
        assert findings(place, clock) == ()
    with_others = rows(plain)
    assert findings(plain, clock) == ()
    for kept in (before, with_others):
        kept.pop("webhooks")
    assert loads_above_zero(with_others) == before


def loads_above_zero(found: dict[str, Any]) -> dict[str, Any]:
    """Who has no booking left may be counted as 0 or not at all."""
    loads = [row for row in found["host_loads"] if row[0] != 0]
    return {**found, "host_loads": loads}


def test_what_is_made_next_is_numbered_behind_what_came_in(
    exported: bytes, url: str, path: Path, clock: Clock
) -> None:
    target = path.with_name("other.db")
    for place in (url, target):
        take_in(place, exported, clock)
        with Client(str(place), clock=clock) as client:
            made = client.calendar.hosts.create("new", name="New")
            client.calendar.event_types.create("new")
            client.calendar.busy.add(
                host_id="me", start_time="2027-07-01", end_time="2027-07-02"
            )

            assert client.calendar.hosts.list()[-1] == made


def test_a_webhook_without_its_secret_has_a_new_one(
    full: Path, path: Path, clock: Clock
) -> None:
    target = path.with_name("other.db")

    answer = take_in(target, export(full, clock), clock)

    with closing(sqlite3.connect(target)) as conn:
        [(id, secret, headers)] = conn.execute(
            "select id, secret, headers from webhooks"
        ).fetchall()
    assert answer.new_secrets == [id]
    assert secret.startswith("whsec_")
    assert headers == "{}"
    assert secret.encode() not in export(full, clock, secrets=True)


# -- into what is there ----------------------------------------------------------------


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_second_import_changes_nothing(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    data = exported
    first = take_in(target, data, clock)
    before = rows(target)

    again = take_in(target, data, clock)

    assert again.there == first.imported
    assert (again.imported, again.skipped, again.new_secrets) == ({}, {}, [])
    assert rows(target) == before


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_dry_run_says_the_same_and_leaves_nothing(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    data = exported

    tried = take_in(target, data, clock, dry_run=True)

    assert [p.name for p in path.parent.glob("other*")] == []
    with pytest.raises(errors.StoreError):
        findings(target, clock)
    assert tried.dry_run
    assert take_in(target, data, clock).imported == tried.imported


@pytest.mark.parametrize("to", ["database", "file"])
def test_what_comes_to_others_is_numbered_behind_them(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    data = exported
    with Client(str(target), clock=clock) as client:
        client.init()
        client.calendar.hosts.update("me", email="eve@example.com")
        client.calendar.event_types.create("talk")
        mine = client.calendar.bookings.create(
            event_type_id="talk",
            start_time=MONDAY + timedelta(days=1),
            attendee={"name": "Eve", "email": "eve@example.com"},
        )

    def rename(items: list[dict[str, Any]]) -> None:
        for n, item in enumerate(items):
            text = json.dumps(item)
            for id in ("user_me", "sched_work"):
                text = text.replace(id, f"{id}_2")
            items[n] = json.loads(text)
        for item in items:
            if item["type"] == "calendar":
                item["name"] += "2"

    answer = take_in(target, changed(data, rename), clock)

    assert (answer.there, answer.skipped) == ({}, {})
    assert findings(target, clock) == ()
    again = take_in(target, changed(data, rename), clock)
    assert again.there == answer.imported
    with Client(str(target), clock=clock) as client:
        bookings = client.calendar.bookings
        assert bookings.get(mine.uid) == mine
        assert len(bookings.list(count=None)) == answer.imported["booking"] + 1
        assert all(bookings.history(b.uid) for b in bookings.list(count=None))


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_new_computer_that_was_set_up_takes_all_in(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    """After `init` the import was refused, as the two things that it makes differ."""
    target: object = url if to == "database" else path.with_name("other.db")
    with Client(str(target), clock=clock) as client:
        client.init()
        client.set_up(name="Ada", email="ada@example.com", timezone="Asia/Tokyo")

    answer = take_in(target, exported, clock)

    assert answer.replaced == ["sched_work", "user_me"]
    assert export(target, clock) == exported
    assert take_in(target, exported, clock).replaced == []


def test_a_first_host_beside_something_else_stays(
    exported: bytes, path: Path, clock: Clock
) -> None:
    target = path.with_name("other.db")
    with Client(target, clock=clock) as client:
        client.set_up(name="Ada")
        client.calendar.event_types.create("mine")
    before = rows(target)

    with pytest.raises(errors.ImportConflict):
        take_in(target, exported, clock)

    assert rows(target) == before


# -- what is in the way ----------------------------------------------------------------


def differ(items: list[dict[str, Any]]) -> None:
    first(items, "host")["name"] = "Somebody else"


@pytest.fixture(params=["file", "database"])
def visited(request: pytest.FixtureRequest, path: Path, clock: Clock) -> str:
    """Where two are whom the export has under other ids."""
    target = str(path.with_name("other.db"))
    if request.param == "database":
        target = request.getfixturevalue("url")
    with Client(target, clock=clock) as client:
        client.init()
        client.calendar.hosts.create("eve", name="Eve")
        client.calendar.event_types.create("mine", hosts=["eve"])
        for number, name in enumerate(("ada", "zoe")):
            client.calendar.bookings.create(
                event_type_id="mine",
                start_time=MONDAY + timedelta(days=1, hours=number),
                attendee={"name": f"{name} there", "email": f"{name}@example.com"},
            )
    return target


def alone(items: list[dict[str, Any]], *more: str) -> None:
    """Only what is needed for Ada's bookings, for a host of their own."""
    ada = next(item for item in items if "ada@example.com" in item.get("keys", ()))
    ada["keys"] += more
    kinds = ("export", "schedule", "host", "eventType", "booking", "end")
    kept = [item for item in items if item["type"] in kinds or item is ada]
    text = json.dumps([item for item in kept if is_of(ada, item)])
    for id in ("user_me", "sched_work"):
        text = text.replace(id, f"{id}_2")
    items[:] = json.loads(text)


def is_of(ada: dict[str, Any], item: dict[str, Any]) -> bool:
    ids = {each["personId"] for each in item.get("attendees", ())}
    return ids <= {ada["id"]} and not item.get("calendarObjects")


def test_who_is_there_under_another_id_is_the_same_person(
    exported: bytes, visited: str, clock: Clock
) -> None:
    """All bookings of who had booked at both places were left out."""
    data = changed(exported, lambda items: alone(items, "tel:+351912"))
    with Client(visited, clock=clock) as client:
        before = client.calendar.people.get("ada@example.com")

    answer = take_in(visited, data, clock)

    again = take_in(visited, data, clock)
    with Client(visited, clock=clock) as client:
        people = client.calendar.people
        assert people.get("+351912") == people.get("ada@example.com")
        assert people.get("ada@example.com").id == before.id
        assert people.get("ada@example.com").name == "ada there"
        ids = {b.attendee.person_id for b in client.calendar.bookings.list(count=None)}
    assert (answer.there, answer.skipped) == ({"person": 1}, {})
    assert answer.imported["booking"] > 5
    assert (again.imported, again.there["booking"]) == ({}, answer.imported["booking"])
    assert before.id in ids
    assert len(ids) == 2
    assert findings(visited, clock) == ()


def test_who_is_two_persons_there_is_a_conflict(
    exported: bytes, visited: str, clock: Clock
) -> None:
    data = changed(exported, lambda items: alone(items, "zoe@example.com"))

    with pytest.raises(errors.ImportConflict, match="which is taken"):
        take_in(visited, data, clock)


def take_slug(items: list[dict[str, Any]]) -> None:
    first(items, "eventType")["id"] = "evt_other"
    first(items, "eventType")["number"] = 100


def test_what_is_there_and_differs_is_a_conflict(
    exported: bytes, path: Path, clock: Clock
) -> None:
    target = path.with_name("other.db")
    data = exported
    take_in(target, data, clock)
    before = rows(target)

    with pytest.raises(errors.Conflict) as refused:
        take_in(target, changed(data, differ), clock)

    assert refused.value.code == "import_conflict"
    assert refused.value.message == (
        "line 5: host user_me is there already, and differs"
    )
    assert rows(target) == before


def test_what_is_in_the_way_is_left_out_with_what_hangs_on_it(
    exported: bytes, path: Path, clock: Clock
) -> None:
    target, told = path.with_name("other.db"), []
    data = exported
    take_in(target, data, clock)
    before = rows(target)

    def change(items: list[dict[str, Any]]) -> None:
        differ(items)
        items[:] = [item for item in items if item["type"] != "idempotencyKey"]
        for item in items:
            if item["type"] == "booking":
                item["uid"] = f"{item['uid'][:-1]}z"
                for n, event in enumerate(item["events"]):
                    event["id"] = f"ev_{n}{item['uid']}"

    answer = take_in(
        target,
        changed(data, change),
        clock,
        on_conflict="skip",
        skipped=lambda error: told.append(error.message),
    )

    assert rows(target) == before
    assert answer.imported == {}
    assert answer.skipped["host"] == 1
    assert answer.skipped["booking"] >= 19
    assert sum(answer.skipped.values()) == len(told)
    assert any("needs user_me, which is left out" in line for line in told)


@pytest.mark.parametrize("to", ["database", "file"])
def test_a_feed_that_comes_to_others_is_written_anew(
    full: Path, url: str, path: Path, clock: Clock, to: str
) -> None:
    """Where the booking that it was written for was left out, nothing came in; else
    it was taken for what had been written of all bookings.
    """
    target: object = url if to == "database" else path.with_name("other.db")
    take_in(target, export(full, clock), clock)
    for place, name in ((target, "Cy"), (full, "Ada")):
        with Client(str(place), clock=clock) as client:
            client.calendar.bookings.create(
                event_type_id="demo",
                start_time=MONDAY + timedelta(days=90),
                attendee={"name": name, "email": f"{name}@example.com"},
            )
            client.tick()
    with Client(str(target), clock=clock) as client:
        client.calendar.feeds.remove(path.with_name("feeds"))

    answer = take_in(target, export(full, clock), clock, on_conflict="skip")

    assert (answer.skipped["booking"], answer.imported["publishedFeed"]) == (1, 2)
    feeds = export(target, clock).splitlines()[-3:-1]
    assert [json.loads(line)["eventId"] for line in feeds] == [None, None]
    assert findings(target, clock) == ()


@pytest.mark.parametrize("to", ["database", "file"])
def test_who_takes_the_time_of_another_is_named_with_it(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    data = exported
    uids = [
        item["uid"]
        for item in map(json.loads, data.splitlines())
        if item["type"] == "booking"
        and item["hosts"][0]["hostId"] == "user_me"
        and item["occurrences"][0]["status"] == "CONFIRMED"
        and len(item["occurrences"]) == 1
    ]
    taker = json.dumps(uids[1]).encode()

    def collide(items: list[dict[str, Any]]) -> None:
        found = {item.get("uid"): item for item in items if item["type"] == "booking"}
        one, other = found[uids[0]], found[uids[1]]
        other["occurrences"] = one["occurrences"]

    with pytest.raises(errors.Conflict) as refused:
        take_in(target, changed(data, collide), clock)

    assert taker in data
    line = next(
        n
        for n, t in enumerate(data.splitlines(), 1)
        if b'"number":' in t and t.startswith(b'{"type":"booking"') and taker in t
    )
    assert refused.value.message.startswith(
        f"line {line}: booking {uids[1]} overlaps {uids[0]} at "
    )
    assert refused.value.details["line"] == line
    assert [p.name for p in path.parent.glob("other*")] == []


def test_a_slug_that_is_taken_is_a_conflict(
    exported: bytes, path: Path, clock: Clock
) -> None:
    target = path.with_name("other.db")
    data = exported
    take_in(target, data, clock)

    with pytest.raises(errors.Conflict, match="has the slug demo, which is taken"):
        take_in(target, changed(data, take_slug), clock)


# -- lines that are none ---------------------------------------------------------------


def of(kind: str, *place: Any, value: Any) -> Change:
    """Sets what stands at a place in the first object of a type."""

    def change(items: list[dict[str, Any]]) -> None:
        item: Any = first(items, kind)
        for part in place[:-1]:
            item = item[part]
        item[place[-1]] = value

    return change


def without(kind: str, key: str) -> Change:
    return lambda items: first(items, kind).pop(key)


RULE = {
    "frequency": "DAILY",
    "interval": 1,
    "count": 3,
    "until": None,
    "byDay": [],
}

OCCURRENCE = ("booking", "occurrences", 0)
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
BAD: dict[str, tuple[Change, str]] = {
    "type": (of("host", "type", value="ghost"), "has the unknown type ghost"),
    "no type": (without("host", "type"), "has the unknown type None"),
    "missing": (without("host", "email"), "the key email is missing"),
    "identity": (without("host", "id"), "the key id is missing"),
    "unknown": (of("host", "colour", value=1), "the key colour is unknown"),
    "inner": (of(*OCCURRENCE, "x", value=1), "the key x of occurrences is unknown"),
    "number": (of("host", "name", value=5), "name must be text"),
    "text": (of("eventType", "duration", value="30"), "duration must be a whole"),
    "true": (of("eventType", "duration", value=True), "duration must be a whole"),
    "boolean": (of("eventType", "active", value=1), "active must be true or false"),
    "huge": (of("eventType", "duration", value=10**30), "duration must be a whole"),
    "huge number": (of("host", "number", value=10**30), "number must be a whole"),
    "negative": (of("host", "number", value=-1), "number must be a whole"),
    "too long": (of("eventType", "duration", value=5000), "is refused: "),
    "null": (of("host", "name", value=None), "name must be text"),
    "zone": (of("host", "timezone", value="Mars/Base"), "timezone is no zone"),
    "time": (of("host", "createdAt", value="yesterday"), "createdAt must be a time"),
    "offset": (
        of("host", "createdAt", value="2027-01-04T09:00:00+01:00"),
        "createdAt must be a time",
    ),
    "list": (of("host", "createdAt", value=[]), "createdAt has another type"),
    "date": (of(*OCCURRENCE, "date", value="2027-02-30"), "date of occurrences must"),
    "end": (
        of(*OCCURRENCE, "endTime", value="2020-01-01T00:00:00Z"),
        "ends before it begins",
    ),
    "claim": (
        of(*OCCURRENCE, "claimStart", value="2027-01-04T10:10:00Z"),
        "takes place outside the time that it claims",
    ),
    "word": (of(*OCCURRENCE, "status", value="MAYBE"), "must be one of PENDING"),
    "resolution": (of(*OCCURRENCE, "resolution", value="cancelled"), "is cancelled"),
    "line": (of("host", "name", value="a\nb"), "name must be one line"),
    "NUL": (of("booking", "notes", value="a\0b"), "holds a NUL"),
    "surrogate": (of("booking", "notes", value="\ud800"), "half a character"),
    "deep": (of("booking", "metadata", value={"x": DEEP}), "nested too deeply"),
    "policy": (of("booking", "policy", value={}), "policy must be"),
    "rule": (of("booking", "recurring", value={"frequency": "X"}), "recurring must"),
    **{
        f"rule {fact}": (of("booking", "recurring", value=RULE | fact), "recurring m")
        for fact in (
            *(
                {"interval": 0},
                {"interval": False},
                {"interval": 10**30},
                {"count": -1},
            ),
            *({"until": "2027-09-01"}, {"count": None}, {"x": 1}, {"byDay": ["XX"]}),
            *({"byDay": ["2MO"]}, {"byDay": ["0MO"], "frequency": "MONTHLY"}),
        )
    },
    "rules": (of("eventType", "rules", value={"x": 1}), "cannot be read"),
    "hours": (of("schedule", "weekly", value=[["x"]]), "weekly must be hours of"),
    "midnight": (of("schedule", "weekly", 0, value=[[0, 1441]]), "weekly must be"),
    "person": (of("waiting", "attendees", 0, "name", value=[1]), "attendees must be"),
    "huge hours": (of("schedule", "weekly", value=[[[0, 10**30]]]), "weekly must be"),
    "infinite": (of("booking", "metadata", value={"x": float("inf")}), "is no JSON"),
    "reference": (
        of("host", "scheduleId", value="sched_no"),
        "refers to sched_no, which is not there",
    ),
    "event": (
        of("idempotencyKey", "eventId", value="ev_no"),
        "the event ev_no is not there",
    ),
    "calendar": (
        of(
            "booking",
            "calendarObjects",
            value=[
                {
                    "calendarId": 99,
                    "name": "x",
                    "etag": None,
                    "digest": None,
                    "state": "written",
                    "writtenAt": "2027-01-04T10:00:00Z",
                }
            ],
        ),
        "there is no calendar 99",
    ),
    "for ever": (
        of("calendar", "busy", 0, "stretchEnd", value="9999-12-31T00:00:00Z"),
        "is busy for more than 100 years on end",
    ),
    "nobody": (of("booking", "attendees", value=[]), "has no attendee"),
    "no date": (of("booking", "occurrences", value=[]), "has no occurrence"),
    "no host": (of("booking", "hosts", value=[]), "has no host"),
    "object": (of("booking", "hosts", value={}), "hosts must be a list"),
    "texts": (of("booking", "hosts", value=["x"]), "hosts must be a list of objects"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_line_that_says_what_cannot_be_is_named_and_nothing_is_written(
    exported: bytes, path: Path, clock: Clock, name: str
) -> None:
    change, said = BAD[name]
    target = path.with_name("other.db")
    data = changed(exported, change)
    same = changed(exported, len).splitlines()
    pairs = enumerate(zip(same, data.splitlines(), strict=True), 1)
    wrong = next(n for n, (old, new) in pairs if old != new)

    with pytest.raises(errors.BadInput) as refused:
        take_in(target, data, clock)

    assert f"line {wrong}" in refused.value.message
    assert said in refused.value.message
    assert refused.value.details["line"] == wrong
    assert refused.value.exit_code == 2
    assert [p.name for p in path.parent.glob("other*")] == []


ODD: list[Any] = [
    *(None, True, 0, -1, 2**63, 1.5, "", "x", "a\nb", "a\0b", "\ud800", "2027-01-01"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "Europe/Paris", "user_me"),
    *("CONFIRMED", "CANCELLED", [], {}, [None], ["x"], {"a": 1}, {"": None}, [[1, 2]]),
]


@examples(25)
@given(st.data())
def test_whatever_a_line_says_is_taken_in_or_refused(
    exported: bytes, clock: Clock, data: st.DataObject
) -> None:
    """What came in can be read again."""

    def meddle(items: list[dict[str, Any]]) -> None:
        kind = data.draw(st.sampled_from(sorted({item["type"] for item in items})))
        place: Any = first(items, kind)
        while True:
            keys = sorted(place) if isinstance(place, dict) else [*range(len(place))]
            key = data.draw(st.sampled_from(keys))
            if not (place[key] and isinstance(place[key], dict | list)):
                break
            if data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(st.sampled_from(ODD))

    with Client(":memory:", clock=clock) as client:
        try:
            client.import_from(io.BytesIO(changed(exported, meddle)))
        except errors.CalbookError:
            return
        calendar = client.calendar
        client.export_to(io.BytesIO(), redact=True)
        for booking in calendar.bookings.list(count=None):
            calendar.bookings.history(booking.uid)
            calendar.bookings.get_ics(booking.uid, all_attendees=True)
        for noun in (
            "hosts",
            "event_types",
            "schedules",
            "webhooks",
            "busy",
            "waiting",
        ):
            assert getattr(calendar, noun).list() is not None


_HEAD = b'{"type":"export","apiVersion":"1","schemaVersion":9}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is no export of calbook's"),
        (b"\n\r\nBEGIN:VCALENDAR\r\n", "this is a calendar, and no export"),
        (b"\xef\xbb\xbfStart;Name\r\n1;x\r\n", "this is a table"),
        (b'"Start Time","Name"\n', "this is a table"),
        (b"PK\3\4\x14\0", "this is a spreadsheet"),
        (b"SQLite format 3\0\x10\0,\n", "this is a database"),
        (b"\x1f\x8b\x08\0\n", "this is a file packed by gzip"),
        (b'{"apiVersion":"1","schemaVersion":10,"settings":[\n', "as one document"),
        (b'[\n{"uid": "1"}\n]\n', "this is other JSON"),
        (b'{\n  "data": []\n}\n', "this is other JSON"),
        (b"hello\n", "line 1 is no JSON: expecting value at character 1"),
        (_HEAD + b'{"a":"b\n', "invalid control character at character 8"),
        (b"\xff\xfe{}\n", "line 1 is not UTF-8"),
        (b"1\n", "line 1 is no object"),
        (b'{"type":"booking"}\n', "is no export of calbook's"),
        (b'{"type":"export"}\n', "needs schemaVersion and apiVersion"),
        (b'{"type":"export","apiVersion":"1","schemaVersion":9,"x":1}', "key x"),
        (b'{"type":"export","apiVersion":"1","schemaVersion":9}\n{"type', "line 2"),
        (_HEAD + b'{"type":"end"', "is cut short: line 2 breaks off"),
        (_HEAD, "is cut short: its last line is missing"),
        (_HEAD + b'{"type":"end"}\n\n{}\n', "line 4 comes after the end"),
        (_HEAD + b'{"type":"end","x":1}\n', "line 2 has the unknown key x"),
        (_HEAD + b"[" * 100_000 + b"\n", "is nested too deeply"),
        (_HEAD + b'{"a":' + b"9" * 5_000 + b"}\n", "line 2 is no JSON"),
        (b'{"a":"' + b"x" * (64 * 1024 * 1024) + b'"}', "has more than 67,108,864"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_export_is_refused(
    path: Path, clock: Clock, text: bytes, said: str
) -> None:
    with pytest.raises(errors.BadInput) as refused:
        take_in(path, text, clock)

    assert said in refused.value.message
    assert not path.exists()


def test_an_export_that_was_cut_is_refused_wherever_it_was(
    exported: bytes, path: Path, clock: Clock
) -> None:
    """Cut behind a line it came in, with fewer bookings."""
    target = path.with_name("other.db")
    lines = exported.splitlines(keepends=True)

    for length in range(1, len(lines)):
        with pytest.raises(errors.BadInput, match=r"is cut short|no export"):
            take_in(target, b"".join(lines[:length]), clock)
    assert not target.exists()


def test_an_export_of_version_10_knows_no_languages_of_hosts(
    exported: bytes, path: Path, clock: Clock
) -> None:
    """What it has not is as if it were null: so it is there when it comes again."""

    def as_of_10(items: list[Any]) -> None:
        items[0]["schemaVersion"] = 10
        for item in items:
            if item["type"] == "host":
                del item["language"]

    data, target = changed(exported, as_of_10), path.with_name("other.db")
    first_ = take_in(target, data, clock)
    again = take_in(target, data, clock)

    assert first_.imported["host"] == again.there["host"] > 0
    with Client(target, clock=clock) as client:
        assert {host.language for host in client.calendar.hosts.list()} == {None}


@pytest.mark.parametrize("key", ["schemaVersion", "apiVersion"])
def test_an_export_of_a_newer_calbook_is_refused(
    exported: bytes, path: Path, clock: Clock, key: str
) -> None:
    newer = 999 if key == "schemaVersion" else "2"
    data = changed(exported, lambda items: items[0].update({key: newer}))

    with pytest.raises(errors.Newer):
        take_in(path.with_name("other.db"), data, clock)


@pytest.mark.parametrize("to", ["database", "file"])
def test_what_a_check_would_complain_of_does_not_come_in(
    exported: bytes, url: str, path: Path, clock: Clock, to: str
) -> None:
    target: object = url if to == "database" else path.with_name("other.db")
    change = of(*OCCURRENCE, "wall", value="2027-01-04T11:00:00")
    data = changed(
        exported,
        lambda items: (change(items), of(*OCCURRENCE, "byOffset", value=False)(items)),
    )

    with pytest.raises(
        errors.BadInput, match=r"contradicts itself: bk_.* is at another"
    ):
        take_in(target, data, clock)

    with pytest.raises(errors.StoreError):
        findings(target, clock)


@pytest.mark.parametrize("room", [True, False], ids=["room", "no room"])
def test_others_book_while_an_export_is_written(
    full: Path,
    path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    room: bool,
) -> None:
    """Of a copy of the file, or of itself where there is no room for one."""
    target, before = path.with_name("export.jsonl"), export(full, clock)
    if not room:
        monkeypatch.setattr(tempfile, "tempdir", str(path.with_name("nowhere")))

    def book(done: int, total: int) -> None:
        with Client(full, clock=clock) as client:
            client.calendar.hosts.create(f"h{done}", name="New")

    with Client(full, clock=clock) as client:
        client.export_to(target, progress=book if room else None)

    assert target.read_bytes() == before
    assert (export(full, clock) != before) is room


def test_an_import_that_is_interrupted_leaves_nothing(
    exported: bytes, url: str, path: Path, clock: Clock
) -> None:
    data = exported

    def interrupt(done: int) -> None:
        if done > len(data) / 2:
            raise KeyboardInterrupt

    for target in (url, path.with_name("other.db")):
        with pytest.raises(KeyboardInterrupt):
            take_in(target, data, clock, progress=interrupt)

        with pytest.raises(errors.StoreError):
            findings(target, clock)
    assert [p.name for p in path.parent.glob("other*")] == []


# -- without persons -------------------------------------------------------------------


def test_a_redacted_export_holds_nothing_personal(full: Path, clock: Clock) -> None:
    words = ["ada@", "zoe", "zoë", "bob", "eve@", "kim", "Tea", "quoted", "key 0"]
    words += ["no such user", "whsec_", '"Ill"', "xxxxxxxxxx", '"Off"', "1.5e"]
    plain, redacted = export(full, clock), export(full, clock, redact=True)

    assert b'"redacted":true' in redacted.splitlines()[0]
    found = {word for word in words if word.encode().lower() in redacted.lower()}
    assert found == set()
    assert b"ada@" in plain.lower()
    names = Counter(json.loads(line)["type"] for line in redacted.splitlines())
    assert names["booking"] == 20
    assert {"Me", "Ann"} <= {
        json.loads(line).get("name") for line in redacted.splitlines()
    }


def test_a_redacted_export_is_not_taken_in(
    full: Path, path: Path, clock: Clock
) -> None:
    data = export(full, clock, redact=True)

    with pytest.raises(errors.BadInput, match="is redacted: it lacks the persons"):
        take_in(path.with_name("other.db"), data, clock)


def test_what_is_redacted_says_nothing_of_persons_wherever_it_stands(
    exported: bytes, clock: Clock
) -> None:
    """Each text of a person's is marked, and no mark is left."""
    marked = json.loads(
        json.dumps([json.loads(line) for line in exported.splitlines()[1:-1]]).replace(
            "example.com", "MARK.com"
        )
    )

    left = [redact_line(line) for line in marked if line["type"] not in KEPT]

    assert "MARK" in json.dumps(marked)
    assert "MARK" not in json.dumps(left)


KEPT = {"host", "webhook"}  # a host's own address, and where events are sent


# -- of any size -----------------------------------------------------------------------


@pytest.mark.torture
def test_memory_does_not_grow_with_the_bookings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_AT_ONCE", 100)
    peaks = []
    for size in (400 * TORTURE, 4_000 * TORTURE):
        place = books.full(tmp_path / f"{size}.db", size).path
        lines = tmp_path / f"{size}.jsonl"
        tracemalloc.start()
        with books.opened(place) as client:
            client.export_to(lines)
        with books.opened(tmp_path / f"{size}-new.db") as client:
            client.import_from(lines)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.5 * peaks[0], peaks


def test_numbers_are_kept_of_all_tables_that_have_them() -> None:
    counted = {
        (table.name, column.name)
        for noun in NOUNS
        for table in (noun.table, *noun.children)
        for column in table.columns
        if column.counts == table.name
    }

    assert counted == {*NUMBERED.items()}

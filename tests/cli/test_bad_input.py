"""Bad input: exit 2, one clear line, nothing written; and text that wants to be obeyed.

What a single field takes is in `core/test_fields.py`; here the whole program stands
between the input and the file.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.stores import dump

from calbook import Client, errors

if TYPE_CHECKING:
    from support.running import Answer, Run, Spawn, Terminal

pytest_plugins = ("support.running",)


@pytest.fixture
def database(place: str) -> str:
    return place


@pytest.fixture
def uid(client: Client) -> str:
    """A booking in New York, with an event type that asks a question."""
    client.set_up(name="Grace", email="grace@example.com", timezone="America/New_York")
    client.calendar.event_types.create("demo", questions=[{"label": "Company"}])
    ada = {"name": "Ada", "email": "ada@example.com"}
    return client.calendar.bookings.create(
        event_type_id="demo", start_time="2027-01-18 10:00", attendee=ada
    ).uid


def check_refused(answer: Answer) -> None:
    """Exit 2, one line, perhaps a hint, and no more than a screen of it."""
    said, *hint = answer.err.splitlines()
    assert (answer.status, answer.out) == (2, "")
    assert said.startswith("calbook: ")
    assert not hint or (len(hint) == 1 and hint[0].startswith("hint: "))
    assert len(answer.err) < 1_000
    assert is_harmless(answer.err)


def is_harmless(text: str) -> bool:
    """Nothing but letters, signs, line ends and the tabs between columns."""
    return all(
        unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        for char in text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    )


# -- options ------------------------------------------------------------------------


def create(**options: str) -> tuple[str, ...]:
    wanted = {
        "event": "demo",
        "start": "2027-01-18 11:00",
        "name": "Eve",
        "email": "eve@example.com",
        **options,
    }
    pairs = ((f"--{name.replace('_', '-')}", text) for name, text in wanted.items())
    return ("create", *(word for pair in pairs for word in pair))


MILLION = "x" * 1_000_000
HUGE = 10**5_000  # Python refuses to write it
FAR = ("--to", "8000-01-01")
HOST = {"by": "host", "override": "duration"}


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(create(tz="../../etc/passwd"), id="a path as zone"),
        pytest.param(create(tz="Europe/Lisbonne"), id="an unknown zone"),
        pytest.param(create(tz="/etc/localtime"), id="a file as zone"),
        pytest.param(create(tz="right/Europe/Paris"), id="a zone with leap seconds"),
        pytest.param(create(tz="EUROPE"), id="a directory of zones"),
        pytest.param(create(attendee_tz="Mars/Olympus"), id="an attendee on Mars"),
        pytest.param(create(start="2027-03-14 02:30"), id="a time that is skipped"),
        pytest.param(create(start="2027-11-07 01:30"), id="a time that is repeated"),
        pytest.param(create(start="2027-04-31 11:00"), id="31 April"),
        pytest.param(create(start="2027-02-29 11:00"), id="29 February"),
        pytest.param(create(start="0000-01-18 11:00"), id="year 0"),
        pytest.param(create(start="10000-01-18 11:00"), id="year 10000"),
        pytest.param(create(start="9999-12-31 23:59"), id="year 9999"),
        pytest.param(create(start="1969-12-31 23:59Z"), id="year 1969"),
        pytest.param(create(start="2027-01-18 24:00"), id="24 o'clock"),
        pytest.param(create(start="2027-01-18 11:60"), id="minute 60"),
        pytest.param(create(start="2027-01-18 11:00:60"), id="second 60"),
        pytest.param(create(start="2027-01-18T11:00+24:00"), id="offset 24:00"),
        pytest.param(create(start="٢٠٢٧-01-18 11:00"), id="other digits"),
        pytest.param(create(start="18/01/2027 11:00"), id="slashes"),
        pytest.param(create(start="2027-01-18"), id="a bare date"),
        pytest.param(create(start="1.5"), id="a number"),
        pytest.param(create(start="+99999999d"), id="a length too long"),
        pytest.param(create(start=MILLION), id="a long start"),
        pytest.param(create(**HOST, duration="0"), id="duration 0"),
        pytest.param(create(**HOST, duration="-30"), id="duration -30"),
        pytest.param(create(duration="1e3"), id="duration 1e3"),
        pytest.param(create(duration="9" * 400), id="a huge duration"),
        pytest.param(create(name=""), id="no name"),
        pytest.param(create(name=" \t "), id="a blank name"),
        pytest.param(create(name="\u2003\u3000"), id="a name of wide blanks"),
        pytest.param(create(name="Eve\nBcc: all"), id="a name of two lines"),
        pytest.param(create(name="Eve\u2028Bcc"), id="a line separator"),
        pytest.param(create(name="x" * 201), id="a name of 201 characters"),
        pytest.param(create(name="x" * 100_000), id="a name of 100 kB"),
        pytest.param(create(email=""), id="no e-mail"),
        pytest.param(create(email="eve"), id="an e-mail without @"),
        pytest.param(create(email="eve@a@b"), id="an e-mail with two @"),
        pytest.param(create(email="eve@"), id="an e-mail without domain"),
        pytest.param(create(email="eve@b.example\nBcc: x@y.z"), id="e-mail, newline"),
        pytest.param(create(email="Eve <eve@b.example>"), id="e-mail with name"),
        pytest.param(create(email="eve@\u202eb.example"), id="e-mail with bidi"),
        pytest.param(create(email="x" * 300 + "@b.example"), id="a long e-mail"),
        pytest.param(create(guest="bob@"), id="a guest without domain"),
        pytest.param(create(phone="call me"), id="a phone without digits"),
        pytest.param(create(notes="x" * 20_001), id="long notes"),
        pytest.param(create(response="Acme"), id="an answer without key"),
        pytest.param(create(response="size=9"), id="an answer nobody asked for"),
        pytest.param(create(response="company=" + "x" * 1_001), id="a long answer"),
        pytest.param(create(meta="key"), id="metadata without value"),
        pytest.param(create(meta=f"{'k' * 41}=v"), id="a long key"),
        pytest.param(create(meta=f"k={'v' * 66_000}"), id="large metadata"),
        pytest.param(create(location="MOON:base"), id="a location on the moon"),
        pytest.param(create(location="LINK"), id="a link without address"),
        pytest.param(create(location="ZOOM:javascript:alert(1)"), id="a script"),
        pytest.param(create(meeting_url="ftp://meet.example"), id="an ftp link"),
        pytest.param(create(meeting_url="https://a:b@meet.example"), id="a password"),
        pytest.param(create(meeting_url="https://meet.example/ x"), id="a blank in it"),
        pytest.param(create(by="robot"), id="an unknown actor"),
        pytest.param(create(by="system"), id="time as actor"),
        pytest.param(create(override="hours"), id="an attendee's override"),
        pytest.param(create(by="host", override="overlap"), id="overriding overlap"),
        pytest.param(create(host=""), id="an empty host"),
        pytest.param(create(host="no host"), id="a host with a blank"),
        pytest.param(create(event="Demo!"), id="an event type with a sign"),
        pytest.param(create(event="../demo"), id="an event type as path"),
        pytest.param(create(idempotency_key=""), id="an empty key"),
        pytest.param(create(idempotency_key="k" * 201), id="a long key"),
        pytest.param((*create(), "--notify"), id="a notice without mail server"),
        pytest.param((*create(), "--input", "/nowhere"), id="input from nowhere"),
        pytest.param((*create(), "--input", "/"), id="input from a directory"),
        pytest.param((*create(), "--db", ""), id="an empty path"),
        pytest.param(("cancel", "UID", "--reason", "x" * 1_001), id="a long reason"),
        pytest.param(("cancel", "UID", "--by", "nobody"), id="cancelled by nobody"),
        pytest.param(("cancel", "UID", "--if-version", "one"), id="version one"),
        pytest.param(("cancel", "UID", "--notify"), id="cancelled with notice"),
        pytest.param(("confirm", "UID", "--notify"), id="confirmed with notice"),
        pytest.param(("reject", "UID", "--notify"), id="rejected with notice"),
        pytest.param(
            ("reschedule", "UID", "--start", "mon 11:00", "--notify"),
            id="moved with notice",
        ),
        pytest.param(("reschedule", "UID", "--start", "2027-03-14 02:30"), id="move"),
        pytest.param(("update", "UID", "--name", ""), id="name taken out"),
        pytest.param(("update", "UID", "--email", ""), id="e-mail taken out"),
        pytest.param(("update", "UID", "--location", "MOON"), id="moved to the moon"),
        pytest.param(("ics", "UID", "--method", "refresh"), id="an unknown method"),
        pytest.param(("ics", "UID", "--alarm", "soon"), id="an unknown alarm"),
        pytest.param(("ics", "UID", "--alarm", "9999999d"), id="an alarm too long"),
        pytest.param(("list", "--limit", "9" * 30), id="a huge limit"),
        pytest.param(("list", "--search", "x" * 20_001), id="a long search"),
        pytest.param(("init", "--tz", "../../etc/passwd"), id="init on a path"),
        pytest.param(("init", "--name", ""), id="init without name"),
        pytest.param(("init", "--email", "grace"), id="init without @"),
        pytest.param(("event", "add", "x", "--duration", "0"), id="type of 0 minutes"),
        pytest.param(("event", "add", "x" * 61), id="a long id"),
        pytest.param(("event", "add", ""), id="an empty id"),
        pytest.param(("event", "add", "evt_"), id="an id without slug"),
        pytest.param(("event", "add", "x", "--title", "x" * 201), id="a long title"),
        pytest.param(("host", "add", "x", "--email", "x"), id="a host without @"),
        pytest.param(("host", "add", "x", "--tz", "x"), id="a host without zone"),
        pytest.param(("schedule", "add", "x"), id="a schedule without zone"),
        pytest.param(
            ("schedule", "override", "work", "--on", "2027-02-30", "--closed"),
            id="closed on 30 February",
        ),
        pytest.param(
            ("schedule", "override", "work", "--on", "2027-01-18", "--hours", ""),
            id="a date with empty hours",
        ),
        pytest.param(
            ("schedule", "override", "work", "--on", "1970-01-01", "--closed", *FAR),
            id="closed for millennia",
        ),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_read_is_refused_and_nothing_written(
    run: Run, place: str, uid: str, args: tuple[str, ...]
) -> None:
    before = dump(place)

    answer = run(*(uid if arg == "UID" else arg for arg in args))

    check_refused(answer)
    assert dump(place) == before


@pytest.mark.parametrize(
    "args",
    [
        (b"create", b"--name", b"\xff\xfe"),
        (b"list", b"--search", b"caf\xe9"),
        (b"show", b"\xc0\xaf"),
        (b"list", b"--d\xe9b", b"x"),
        (b"list", b"--db", b"\xff.db"),
        (b"list", b"--json", b"\xed\xa0\x80"),
    ],
    ids=["name", "search", "uid", "option", "path", "json"],
)
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_an_argument_that_is_not_utf_8_is_refused(
    spawn: Spawn, place: str, uid: str, args: tuple[bytes, ...], locale: str
) -> None:
    before = dump(place)

    process = spawn(*args, env={"LC_ALL": locale})
    out, err = process.communicate()

    assert (process.returncode, out) == (2, b"")
    assert err.isascii()
    assert len(err.splitlines()) == 1
    assert b"is not valid UTF-8" in err
    assert dump(place) == before


def test_a_megabyte_in_one_argument_is_refused(run: Run, place: str, uid: str) -> None:
    before = dump(place)

    for args in (create(name=MILLION), ("show", MILLION), ("host", "show", MILLION)):
        answer = run(*args)
        assert answer.status in (2, 3)
        assert answer.out == ""
        assert len(answer.err) < 1_000
    assert dump(place) == before


# -- JSON ---------------------------------------------------------------------------


def booking(**different: Any) -> dict[str, Any]:
    wanted = {
        "eventTypeId": "demo",
        "startTime": "2027-01-18 11:00",
        "attendee": {"name": "Eve", "email": "eve@example.com"},
    }
    return {key: value for key, value in (wanted | different).items() if value != ...}


def person(**different: Any) -> dict[str, Any]:
    return booking(attendee=booking()["attendee"] | different)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


BAD_BOOKINGS = {
    "unknown key": booking(colour="red"),
    "mistyped key": booking(eventTypeID="demo"),
    "one key in both spellings": booking(event_type_id="demo"),
    "unknown key of the attendee": person(age=9),
    "no event type": booking(eventTypeId=...),
    "no start": booking(startTime=...),
    "no attendee": booking(attendee=...),
    "null start": booking(startTime=None),
    "number as start": booking(startTime=1800270000),
    "object as start": booking(startTime={}),
    "empty start": booking(startTime=""),
    "number as event type": booking(eventTypeId=5),
    "list as attendee": booking(attendee=[]),
    "text as attendee": booking(attendee="Eve"),
    "attendee without name": booking(attendee={"email": "eve@example.com"}),
    "attendee without e-mail": booking(attendee={"name": "Eve"}),
    "empty name": person(name=""),
    "blank name": person(name="  "),
    "NUL in a name": person(name="E\0ve"),
    "surrogate in a name": person(name="E\ud800ve"),
    "surrogates the wrong way round": person(name="\udc00\ud800"),
    "megabyte of name": person(name=MILLION),
    "newline in a name": person(name="Eve\nBcc: x"),
    "list as name": person(name=["Eve"]),
    "e-mail without @": person(email="eve"),
    "newline in an e-mail": person(email="eve@example.com\n"),
    "NUL in an e-mail": person(email="eve@example.com\0"),
    "surrogate in an e-mail": person(email="e\udfffve@example.com"),
    "attendee's zone": person(timezone="../../etc/passwd"),
    "surrogate in a zone": booking(timezone="\ud800"),
    "NUL in a zone": booking(timezone="Europe/Lisbon\0"),
    "number as zone": booking(timezone=1),
    "text as guests": booking(guests="bob@example.com"),
    "number as guest": booking(guests=[5]),
    "guest without anything": booking(guests=[{"timezone": "UTC"}]),
    "guest without a name in it": booking(guests=[{"name": " "}]),
    "null as guest": booking(guests=[None]),
    "NUL in notes": booking(notes="a\0b"),
    "surrogate in notes": booking(notes="\udead"),
    "number as notes": booking(notes=1),
    "surrogate in a key": booking(**{"\ud800": 1}),
    "surrogate in an answer": booking(responses={"company": "\ud800"}),
    "NUL in an answer": booking(responses={"company": "a\0"}),
    "list as answers": booking(responses=["Acme"]),
    "surrogate in a metadata key": booking(metadata={"\ud800": 1}),
    "surrogate in metadata": booking(metadata={"a": ["\ud800"]}),
    "NUL in metadata": booking(metadata={"a": "\0"}),
    "NUL in a metadata key": booking(metadata={"a\0": 1}),
    "empty metadata key": booking(metadata={"": 1}),
    "51 metadata keys": booking(metadata={str(n): n for n in range(51)}),
    "deep metadata": booking(metadata={"a": nested(900)}),
    "deep answers": booking(responses={"company": nested(900)}),
    "list as metadata": booking(metadata=[]),
    "huge duration": booking(duration=10**30),
    "duration 0": booking(duration=0, by="host", override=["duration"]),
    "duration true": booking(duration=True, by="host", override=["duration"]),
    "duration 30.0": booking(duration=30.0),
    "duration as text": booking(duration="30"),
    "number as actor": booking(by=5),
    "text as overrides": booking(by="host", override="hours"),
    "unknown override": booking(by="host", override=["hour"]),
    "number as override": booking(by="host", override=[1]),
    "location without type": booking(location={"url": "https://a.example"}),
    "list as location": booking(location=[]),
    "location with another's part": booking(
        location={"type": "ZOOM", "address": "Main St"}
    ),
    "number as key": booking(idempotencyKey=5),
    "notice": booking(notifyAttendee=True),
}  # fmt: skip


@pytest.mark.parametrize("wanted", BAD_BOOKINGS.values(), ids=BAD_BOOKINGS)
@pytest.mark.parametrize("form", [(), ("--atomic",)], ids=["", "atomic"])
def test_an_object_that_cannot_be_read_is_refused_and_nothing_written(
    run: Run, place: str, uid: str, wanted: dict[str, Any], form: tuple[str, ...]
) -> None:
    before = dump(place)

    answer = run("create", "--input", "-", *form, input=json.dumps(wanted))

    check_refused(answer)
    assert dump(place) == before


@pytest.mark.parametrize("wanted", BAD_BOOKINGS.values(), ids=BAD_BOOKINGS)
def test_the_library_refuses_the_same(
    client: Client, place: str, uid: str, wanted: dict[str, Any]
) -> None:
    before = dump(place)

    with pytest.raises(errors.InputError):
        client.calendar.bookings.create_all([wanted])

    assert dump(place) == before


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"nonsense", id="nonsense"),
        pytest.param(b"{'single': 'quotes'}", id="single quotes"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"5", id="a number"),
        pytest.param(b'{"startTime": NaN}', id="NaN"),
        pytest.param(b'{"duration": Infinity}', id="Infinity"),
        pytest.param(b'{"duration": -Infinity}', id="-Infinity"),
        pytest.param(b'{"duration": 1e999}', id="a number beyond floats"),
        pytest.param(b'{"duration": ' + b"9" * 5_000 + b"}", id="5,000 digits"),
        pytest.param(b'{"by": "host", "by": "attendee"}', id="a key twice"),
        pytest.param(b'{"attendee": {"name": "A", "name": "B"}}', id="twice inside"),
        pytest.param(b"[" * 100_000, id="100,000 brackets"),
        pytest.param(b'{"a":' * 100_000, id="100,000 braces"),
        pytest.param(b'{"eventTypeId": "demo"', id="cut short"),
        pytest.param(b'{"eventTypeId": "demo"} {}', id="two objects on a line"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b'{"notes": "caf\xe9"}', id="Latin-1"),
        pytest.param(b'{"notes": "\x00"}', id="a NUL byte"),
        pytest.param(b'{"notes": "\x1b[31m"}', id="a control character"),
    ],
)
@pytest.mark.parametrize("noun", ["booking", "event type"])
def test_what_is_no_json_object_is_refused_and_nothing_written(
    run: Run, place: str, uid: str, noun: str, text: bytes
) -> None:
    before = dump(place)
    command = ("create",) if noun == "booking" else ("event", "add", "new")

    answer = run(*command, "--input", "-", input=text)

    check_refused(answer)
    assert dump(place) == before


@pytest.mark.parametrize(
    ("key", "twice"),
    [
        ('"startTime":', '"startTime": "2027-01-18 12:00", "startTime":'),
        ('"name":', '"name": "Bob", "name":'),
        ('"eventTypeId":', '"metadata": {"a": [{"b": 1, "b": 1}]}, "eventTypeId":'),
    ],
    ids=["a key", "a key of the attendee", "a key inside metadata"],
)
def test_a_key_that_is_there_twice_is_refused(
    run: Run, place: str, uid: str, key: str, twice: str
) -> None:
    text = json.dumps(booking())
    before = dump(place)

    answer = run("create", "--input", "-", input=text.replace(key, twice))

    check_refused(answer)
    assert "twice" in answer.err
    assert dump(place) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": 0},
        {"title": "a\0b"},
        {"title": "\ud800"},
        {"title": MILLION},
        {"title": " "},
        {"title": None},
        {"colour": "red"},
        {"bufferBefore": 1441},
        {"bufferAfter": -1},
        {"minimumNotice": 525_601},
        {"slotInterval": 0},
        {"slotsPerDay": 0},
        {"seats": 0},
        {"maxOccurrences": 731},
        {"requiresConfirmation": "yes"},
        {"active": 1},
        {"hosts": []},
        {"hosts": "me"},
        {"hosts": ["me", "user_me"]},
        {"questions": [{"label": "Q", "type": "SELECT"}]},
        {"questions": [{"label": "Q"}, {"label": "q?"}]},
        {"questions": [{"label": "日"}, {"label": "日"}]},
        {"schedulingType": "TRIPLE"},
        {"roundRobin": {"algorithm": "RANDOM"}},
        {"meetingUrlTemplate": "meet.example/{uid}"},
        {"location": {"type": "LINK"}},
        {"metadata": {"a": float("1e308") * 10}},
    ],
    ids=lambda fields: json.dumps(fields)[:40],
)
def test_an_event_type_that_cannot_be_read_is_refused_and_nothing_written(
    run: Run, client: Client, place: str, uid: str, fields: dict[str, Any]
) -> None:
    before = dump(place)

    for command in (("add", "new"), ("update", "demo")):
        check_refused(run("event", *command, "--input", "-", input=json.dumps(fields)))
    with pytest.raises(errors.InputError):
        client.calendar.event_types.create("new", **fields)
    with pytest.raises(errors.InputError):
        client.calendar.event_types.update("demo", **fields)

    assert dump(place) == before


# -- the library's own ways -----------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda b, uid: b.get("\0"),
        lambda b, uid: b.get("bk_\ud800"),
        lambda b, uid: b.get(MILLION),
        lambda b, uid: b.get("bk_' or 1"),
        lambda b, uid: b.list(after="\ud800"),
    ],
    ids=["NUL", "surrogate", "long", "quote", "after"],
)
def test_what_is_no_uid_is_not_found(
    client: Client, uid: str, call: Callable[[Any, str], object]
) -> None:
    with pytest.raises(errors.NotFound) as caught:
        call(client.calendar.bookings, uid)

    assert is_harmless(caught.value.message)


@pytest.mark.parametrize(
    "call",
    [
        lambda b, uid: b.list(count=-1),
        lambda b, uid: b.list(offset=-1),
        lambda b, uid: b.list(count=10**20),
        lambda b, uid: b.list(offset=10**20),
        lambda b, uid: b.list(status="OPEN"),
        lambda b, uid: b.list(status=["CONFIRMED", "OPEN"]),
        lambda b, uid: b.list(search="\0"),
        lambda b, uid: b.list(start_date="2027-02-30"),
        lambda b, uid: b.list(end_date="soon"),
        lambda b, uid: b.list(timezone="Mars", start_date="2027-01-18"),
        lambda b, uid: b.cancel(uid, reason="a\0b"),
        lambda b, uid: b.cancel(uid, reason="\ud800"),
        lambda b, uid: b.cancel(uid, cancelled_by="system"),
        lambda b, uid: b.cancel(uid, idempotency_key="\ud800"),
        lambda b, uid: b.reschedule(uid, start_time="\0"),
        lambda b, uid: b.reschedule(uid, start_time=5),
        lambda b, uid: b.reschedule(uid, start_time="now", override=("hours",)),
        lambda b, uid: b.update(uid, name="\0"),
        lambda b, uid: b.update(uid, metadata={"a": "\ud800"}),
        lambda b, uid: b.update(uid, metadata=None),
        lambda b, uid: b.get_ics(uid, method="reply"),
        lambda b, uid: b.get_ics(uid, alarm=-1),
        lambda b, uid: b.get_ics(uid, alarm=HUGE),
        lambda b, uid: b.list(status=5),
        lambda b, uid: b.list(status=HUGE),
        lambda b, uid: b.list(status=[HUGE]),
        lambda b, uid: b.list(count=HUGE),
        lambda b, uid: b.list(start_date=HUGE),
        lambda b, uid: b.list(attendee_email="\ud800"),
        lambda b, uid: b.cancel(uid, cancelled_by=HUGE, idempotency_key="k"),
        lambda b, uid: b.cancel(uid, if_version="x"),
        lambda b, uid: b.update(uid, notes="x", if_version=HUGE),
        lambda b, uid: b.add_attendee(uid, email="b@example.com", responses=5),
        lambda b, uid: b.add_attendee(uid, email="b@example.com", responses="x"),
        lambda b, uid: b.add_attendee(uid, email="b@example.com", responses=[1]),
        lambda b, uid: b.add_attendee(uid, email="b@example.com", by=HUGE),
        lambda b, uid: b.merge_metadata(uid, "x"),
        lambda b, uid: b.merge_metadata(uid, drop=5),
        lambda b, uid: b.merge_metadata(uid, {"a": HUGE}),
    ],
)
def test_an_argument_that_cannot_be_read_is_refused(
    client: Client, place: str, uid: str, call: Callable[[Any, str], object]
) -> None:
    """Some of them ended in an error of Python's own, numbers too long to write too."""
    before = dump(place)

    with pytest.raises(errors.InputError):
        call(client.calendar.bookings, uid)

    assert dump(place) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.availability.get(event_type_id="demo", timezone=5),
        lambda c: c.availability.get(event_type_id="demo", timezone=["UTC"]),
        lambda c: c.availability.get(event_type_id="demo", timezone=HUGE),
        lambda c: c.availability.get(event_type_id="demo", count=-1),
        lambda c: c.availability.get(event_type_id="demo", count=HUGE),
        lambda c: c.availability.get(event_type_id="demo", count="x"),
        lambda c: c.schedules.override("work", date="2027-01-18", availability=5),
    ],
)
def test_an_argument_about_what_is_free_is_refused_like_any_other(
    client: Client, uid: str, call: Callable[[Any], object]
) -> None:
    """These ended in errors of Python's own."""
    with pytest.raises(errors.InputError):
        call(client.calendar)


RULE = {"frequency": "DAILY", "count": 2}


@pytest.mark.parametrize("key", [None, "k"], ids=["once", "with a key"])
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"guests": {1, ("a",)}}, id="a set of several kinds"),
        pytest.param({"guests": {HUGE, "a"}}, id="a set with a long number"),
        pytest.param({"guests": [HUGE]}, id="a long number as guest"),
        pytest.param({"attendee": {b"name": "Ada"}}, id="bytes as the attendee's key"),
        pytest.param({"metadata": {b"a": 1}}, id="bytes as a metadata key"),
        pytest.param({"metadata": {HUGE: 1}}, id="a long number as a metadata key"),
        pytest.param({"metadata": {"a": HUGE}}, id="a long number in the metadata"),
        pytest.param({"responses": {b"a": 1}}, id="bytes as a question"),
        pytest.param({"responses": {"company": HUGE}}, id="a long answer"),
        pytest.param({"duration": HUGE}, id="a long number as duration"),
        pytest.param({"by": HUGE}, id="a long number as who asks"),
        pytest.param({"recurring": {**RULE, "count": HUGE}}, id="as count"),
        pytest.param({"recurring": {**RULE, "interval": HUGE}}, id="as interval"),
        pytest.param({"recurring": {**RULE, "byDay": [HUGE]}}, id="as a weekday"),
        pytest.param({"recurring": {**RULE, HUGE: 1}}, id="as a key of a rule"),
    ],
)
def test_a_booking_of_odd_parts_is_refused_with_and_without_a_key(
    client: Client, place: str, uid: str, facts: dict[str, Any], key: str | None
) -> None:
    """Before anything was read, its text for the key was made, and that failed."""
    before = dump(place)
    wanted = {
        "event_type_id": "demo",
        "start_time": "2027-01-18 11:00",
        "attendee": {"name": "Eve", "email": "eve@example.com"},
        **facts,
    }

    with pytest.raises((errors.InputError, errors.InvalidResponses)):
        client.calendar.bookings.create(**wanted, idempotency_key=key)

    assert dump(place) == before


def test_the_order_is_latest_first_for_whatever_is_true(
    client: Client, uid: str
) -> None:
    """Any other word than True or False ended in an error of the database's."""
    bookings = client.calendar.bookings

    assert bookings.list(latest_first="x") == bookings.list(latest_first=True)


# -- text that a terminal, a table, a spreadsheet or a reader would obey ---------------

EVIL = (
    "\x1b[31mred\x1b]0;title\x07",  # escape sequences
    "\x9b31m\x90c1",  # the same in C1
    "safe\u202etxt.exe\u2066\u2069\u200f",  # bidi controls
    "[red]markup[/red][link=x]",
    "\x7fback\x08space\ttab",
    "zero\u200bwidth\ufeff\u00ad",
    "\U000e0041tag",
)
FAMILY = "👩\u200d👩\u200d👧"  # joiners inside emoji stay


@pytest.fixture(params=EVIL, ids=ascii)
def evil(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def shown(client: Client, uid: str, evil: str) -> str:
    """A booking, its people, event type, host and schedule full of such text."""
    calendar = client.calendar
    calendar.hosts.update("me", name=evil)
    calendar.schedules.update("work", name=evil)
    calendar.schedules.override("work", date="2027-03-01", reason=evil)
    calendar.event_types.update(
        "demo",
        title=evil,
        description=f"{evil}\n{evil}",
        questions=[{"label": evil, "key": "company"}],
        location={"type": "CUSTOM", "text": evil},
        metadata={evil: evil},
    )
    calendar.bookings.update(
        uid,
        name=evil,
        notes=f"{evil}\r{evil}\n{evil}",
        location={"type": "IN_PERSON", "address": evil},
        metadata={evil: [evil, {evil: None}]},
    )
    calendar.bookings.cancel(uid, reason=evil, cancelled_by="host")
    return uid


VIEWS = [
    ("list",),
    ("show", "UID"),
    ("history", "UID"),
    ("event", "list"),
    ("event", "show", "demo"),
    ("host", "list"),
    ("host", "show", "me"),
    ("schedule", "list"),
    ("schedule", "show", "work"),
]


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_text_is_shown_harmless_when_piped(
    run: Run, shown: str, view: tuple[str, ...]
) -> None:
    args = [shown if arg == "UID" else arg for arg in view]
    forms = [(), ("--json",)]
    if "show" not in args:
        forms += [("--jsonl",), ("--csv",)]

    for form in forms:
        answer = run(*args, *form)
        assert (answer.status, answer.err) == (0, "")
        assert is_harmless(answer.out)
    fields = ",".join(
        run(*args, "--fields", "nothing").err.split("are ")[-1].split(", ")
    )
    assert is_harmless(run(*args, "--fields", fields.strip()).out)


def test_text_comes_back_as_it_was_given(
    run: Run, client: Client, shown: str, evil: str
) -> None:
    calendar = client.calendar
    booking = run("show", shown, "--json").json
    event_type = run("event", "show", "demo", "--json").json

    assert booking["attendee"]["name"] == evil
    assert booking["notes"] == f"{evil}\r{evil}\n{evil}"
    assert booking["location"]["address"] == evil
    assert booking["metadata"] == {evil: [evil, {evil: None}]}
    assert booking["reason"] == evil
    assert booking == calendar.bookings.get(shown).to_dict()
    assert event_type["title"] == evil
    assert event_type["questions"][0]["label"] == evil
    assert event_type == calendar.event_types.get("demo").to_dict()
    assert run("host", "show", "me", "--json").json["name"] == evil
    assert run("schedule", "show", "work", "--json").json["overrides"][0]["reason"] == (
        evil
    )
    (told,) = [e for e in calendar.bookings.history(shown) if "reason" in e.change]
    assert told.change["reason"] == evil
    (listed,) = run("list", "--search", evil.strip(), "--json").json
    assert listed == booking


def test_text_is_shown_harmless_on_a_terminal(
    terminal: Callable[..., Terminal], shown: str, evil: str
) -> None:
    for view in VIEWS[:5]:
        screen = terminal(*(shown if arg == "UID" else arg for arg in view))
        assert screen.end() == 0
        assert is_harmless(screen.shown)
        assert "[red]" in screen.shown or "[red]" not in evil


def test_text_in_a_change_is_shown_harmless(
    terminal: Callable[..., Terminal], run: Run, uid: str, evil: str
) -> None:
    piped = run("update", uid, "--name", evil)
    screen = terminal("cancel", uid, "--reason", evil)
    assert screen.end() == 0

    assert is_harmless(piped.out + screen.shown)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["plain", "json"])
@pytest.mark.parametrize(
    "args",
    [
        ("show", "EVIL"),
        ("event", "show", "EVIL"),
        ("list", "--status", "EVIL"),
        ("list", "--tz", "EVIL"),
        ("list", "--from", "EVIL"),
        ("list", "--fields", "EVIL"),
        ("list", "EVIL"),
        ("EVIL",),
        ("list", "--EVIL"),
        ("list", "--limit", "EVIL"),
        ("host", "update", "me", "--name", "Me", "--db", "EVIL/nowhere"),
        ("create", "--response", "EVIL"),
        create(email="EVIL@"),
        create(phone="EVIL"),
        create(location="EVIL:x"),
        create(meeting_url="ftp://EVIL"),
        create(duration="EVIL"),
        create(by="EVIL"),
        create(by="host", override="EVIL"),
        ("event", "add", "x", "--question", "|EVIL"),
        ("event", "add", "x", "--question", "Q|EVIL"),
        ("event", "add", "x", "--question", "EVIL|select"),
        ("event", "add", "x", "--question", "EVIL|1|2|3|4|5"),
        ("event", "add", "x", "--host", "me:EVIL"),
        ("schedule", "add", "x", "--tz", "UTC", "--hours", "EVIL"),
        ("schedule", "add", "x", "--tz", "UTC", "--hours", "mon EVIL-12:00"),
        ("ics", "UID", "--method", "EVIL"),
        ("ics", "UID", "-o", "EVIL/nowhere"),
        ("db", "restore", "EVIL"),
        ("create", "--input", "EVIL"),
    ],
    ids=" ".join,
)
def test_an_error_about_such_text_is_harmless(
    run: Run, place: str, uid: str, args: tuple[str, ...], form: tuple[str, ...]
) -> None:
    before = dump(place)
    for evil in EVIL:
        words = (uid if arg == "UID" else arg.replace("EVIL", evil) for arg in args)
        answer = run(*words, *form)
        assert (answer.status != 0, answer.out) == (True, "")
        assert is_harmless(answer.err)
        assert "a bug in calbook" not in answer.err
    assert dump(place) == before


def test_one_emoji_of_several_stays_one(run: Run, client: Client, uid: str) -> None:
    client.calendar.bookings.update(uid, name=FAMILY)

    assert run("list", "--fields", "attendee.name").out == f"{FAMILY}\n"
    assert FAMILY in run("list", "--json").out


def test_a_row_of_csv_stays_one_row_and_of_tsv_one_line(
    run: Run, shown: str, evil: str
) -> None:
    chosen = ("--fields", "attendee.name,reason,uid")
    in_csv = run("list", *chosen, "--csv").out

    rows = list(csv.reader(io.StringIO(in_csv, newline="")))
    assert [len(row) for row in rows] == [3, 3]
    assert rows[1][2] == shown
    assert [len(row) for row in run("list", *chosen).rows] == [3]

"""What servers say that is not so, or not all of it: errors, and no empty calendar."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from support.broken_events import event
from support.lying_calendars import PASSWORD, PATH, USER, LyingCalendar
from support.receiving import HANGS, Answer, close, drip, hang, huge, no_hanging, status

from calbook.core.model import Span
from calbook.delivery.calendars import caldav, dav_xml
from calbook.delivery.calendars.collection import (
    Collection,
    CollectionError,
    HasChanged,
)
from calbook.delivery.calendars.discovery import Discovery, discover

pytest_plugins = ("support.lying_calendars",)

DAY = datetime(2027, 1, 18, tzinfo=UTC)
WINDOW = Span(DAY, DAY + timedelta(days=1))
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (to, b"&%c;" % of * 10)
        for of, to in zip(b"abcdefghi", b"bcdefghij", strict=True)
    )
    + b']><multistatus xmlns="DAV:"><response><href>&j;</href></response></multistatus>'
)


def opened(
    url: str,
    *,
    user: str | None = None,
    password: str = PASSWORD,
    seconds: float = 20.0,
) -> Collection:
    return caldav.open_collection(
        url, user=user, password=password, allow_private=True, seconds=seconds
    )


@pytest.fixture
def collection(liar: LyingCalendar) -> Iterator[Collection]:
    with closing(opened(liar.url)) as collection:
        yield collection


def calendar(uid: str, hour: int = 10, text: str = "Elsewhere") -> bytes:
    start = DAY + timedelta(hours=hour)
    written = event(start, timedelta(minutes=30), uid=uid)
    return written.replace("SUMMARY:Elsewhere", f"SUMMARY:{text}").encode()


def multistatus(inner: str) -> bytes:
    return (
        f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{inner}'
        "</multistatus>"
    ).encode()


Ask = Callable[[Collection], object]
READS: dict[str, Ask] = {
    "mark": lambda c: c.read_mark(),
    "list": lambda c: c.list_etags(),
    "between": lambda c: list(c.read_between(WINDOW)),
    "some": lambda c: list(c.read_some(["a.ics"])),
}


TOO_MANY = multistatus(
    f"<response><href>{PATH}</href><status>HTTP/1.1 507 Too many</status></response>"
)


@pytest.fixture(params=READS)
def read(request: pytest.FixtureRequest) -> Ask:
    return READS[request.param]


# -- lists


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (status(207, body=LAUGHS), "it has a document type"),
        (status(207, body=LAUGHS.decode().encode("utf-16")), "cannot be read"),
        (status(207, body=b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'), "document"),
        (status(207, body=b"<a>" * 100_000), "too deep"),
        (status(207, body=multistatus("<response>")), "not all of it"),
        (status(207, body=b""), "not all of it"),
        (status(207, body=b"<html></html>"), "it is no list"),
        (status(200, body=b"<html>Welcome</html>"), "not a calendar server's"),
        (
            status(207, "Content-Encoding: gzip", body=gzip.compress(bytes(40 << 20))),
            "32",
        ),
        (huge(64 << 20), "32 MB|calendar server's"),
        (status(500), "failed, with status 500"),
        (status(404), "no calendar at this address"),
        (close(), "no proper answer"),
        (
            close(b"HTTP/1.1 207 Multi\r\nContent-Length: 999\r\n\r\n<mult"),
            "proper answer",
        ),
        (status(207, *["X-Y: " + "z" * 3000] * 101), "no proper answer"),
    ],
    ids=[
        *("laughs", "laughs in UTF-16", "file", "deep", "cut", "nothing", "html"),
        *("200", "packed", "huge", "500", "404", "closed", "short", "headers"),
    ],
)
def test_what_is_no_whole_list_is_an_error(
    liar: LyingCalendar, collection: Collection, read: Ask, answer: Answer, said: str
) -> None:
    liar.store("a.ics", calendar("a"))
    liar.raw = {"PROPFIND": [answer] * 9, "REPORT": [answer] * 9}

    with no_hanging(), pytest.raises(CollectionError, match=said):
        read(collection)


@pytest.mark.parametrize(
    "answer",
    [
        hang(),
        hang(b"HTTP/1.1 207 Multi\r\n\r\n", multistatus("")),
        drip(b"HTTP/1.1 207 Multi\r\n\r\n" + bytes(1000), every=0.05),
    ],
    ids=["silent", "never ends", "dripping"],
)
def test_a_slow_server_is_not_waited_for(
    liar: LyingCalendar, read: Ask, answer: Answer
) -> None:
    liar.raw = {"PROPFIND": [answer], "REPORT": [answer]}

    with (
        closing(opened(liar.url, seconds=0.4)) as collection,
        no_hanging(),
        pytest.raises(CollectionError, match="no answer within 1 s") as raised,
    ):
        read(collection)

    assert not raised.value.is_reached


@pytest.mark.parametrize("read", ["list", "between", "some"], indirect=True)
def test_a_list_that_says_it_is_cut_short_is_an_error(
    liar: LyingCalendar, collection: Collection, read: Ask
) -> None:
    for name in ("a.ics", "b.ics", "c.ics"):
        liar.store(name, calendar(name))
    liar.is_full = True

    with pytest.raises(CollectionError, match="does not give all") as raised:
        read(collection)

    assert raised.value.code == 507


@pytest.mark.parametrize("size", [1, 50, 200])
def test_a_list_that_ends_in_the_middle_is_an_error(
    liar: LyingCalendar, collection: Collection, size: int
) -> None:
    for name in ("a.ics", "b.ics", "c.ics"):
        liar.store(name, calendar(name))
    liar.cuts = size

    for read in READS.values():
        with pytest.raises(CollectionError, match="cannot be read"):
            read(collection)


def test_a_list_of_more_than_all_events_is_an_error(
    liar: LyingCalendar, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 MB of empty elements took half a minute and 700 MB."""
    monkeypatch.setattr(dav_xml, "_MOST_ELEMENTS", 1_000)
    liar.raw = {"REPORT": [status(207, body=multistatus("<b/>" * 1_001))]}

    with pytest.raises(CollectionError, match="too much in it"):
        list(collection.read_between(WINDOW))


def test_what_is_too_much_for_one_answer_is_read_in_parts(
    liar: LyingCalendar, collection: Collection
) -> None:
    """A calendar of more than 32 MB could not be read at all."""
    names = [f"{n}.ics" for n in range(5)]
    for name in names:
        liar.store(name, calendar(name))
    liar.raw = {"REPORT": [huge(40 << 20), status(207, body=TOO_MANY)]}

    found = list(collection.read_between(WINDOW))

    assert sorted(each.name for each in found) == names
    assert liar.methods().count("REPORT") == 5


def test_a_list_without_the_calendar_itself_is_an_error(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.raw = {"PROPFIND": [status(207, body=multistatus(""))]}

    with pytest.raises(CollectionError, match="not of this calendar"):
        collection.list_etags()


def test_a_list_of_another_calendar_is_an_error(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.store("a.ics", calendar("a"))
    liar.href = lambda name: f"/cal/eve/{name}"

    with pytest.raises(CollectionError, match="not of this calendar"):
        list(collection.read_between(WINDOW))


def test_no_events_of_what_is_no_calendar_is_an_error(liar: LyingCalendar) -> None:
    liar.properties = {"/files/": "<D:resourcetype><D:collection/></D:resourcetype>"}
    liar.raw = {"REPORT": [status(207, body=multistatus(""))] * 2}

    for path in ("/files/", "/none/"):
        with (
            closing(opened(f"http://{liar.host}{path}")) as collection,
            pytest.raises(CollectionError, match="no calendar at this address"),
        ):
            list(collection.read_between(WINDOW))


@pytest.mark.parametrize(
    "href",
    [
        lambda name: PATH + name,
        lambda name: f"http://127.0.0.1:1{PATH}a%20b%40c.ics",
        lambda name: f"https://inner.example{PATH}a%20b@c.ics",
        lambda name: f"/{PATH}/a%20b%40c.ics",
        lambda name: "/%63al/%61da/work/%61%20b%40c%2Eics",
        lambda name: f"\n  {PATH}a%20b%40c.ics\n",
    ],
    ids=["plain", "other port", "other server", "slashes", "all quoted", "spaces"],
)
def test_an_event_is_known_by_its_name_however_that_is_written(
    liar: LyingCalendar, collection: Collection, href: Callable[[str], str]
) -> None:
    liar.store("a b@c.ics", calendar("a"))
    liar.href = href

    assert collection.list_etags() == {"a b@c.ics": '"v1"'}
    assert [r.name for r in collection.read_between(WINDOW)] == ["a b@c.ics"]
    assert [r.name for r in collection.read_some(["a b@c.ics"])] == ["a b@c.ics"]


@pytest.mark.parametrize(
    "href",
    [
        "/cal/eve/b.ics",
        f"{PATH}../b.ics",
        f"{PATH}inner/b.ics",
        "/",
        "",
        f"{PATH}%2e%2e",
    ],
)
def test_what_lies_elsewhere_is_left_out(
    liar: LyingCalendar, collection: Collection, href: str
) -> None:
    liar.store("a.ics", calendar("a"))
    liar.store("b.ics", calendar("b"))
    liar.href = lambda name: PATH + name if name == "a.ics" else href

    assert list(collection.list_etags()) == ["a.ics"]
    assert [r.name for r in collection.read_between(WINDOW)] == ["a.ics"]


def test_an_event_that_a_list_hides_is_still_there(
    liar: LyingCalendar, collection: Collection
) -> None:
    """A deletion that is no deletion: whoever asks for it by name finds it."""
    liar.store("a.ics", calendar("a"))
    liar.hidden = {"a.ics"}

    assert collection.list_etags() == {}
    assert collection.read("a.ics") is not None


def test_a_query_that_gives_no_data_is_followed_by_asking_for_them(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.gives_data = False
    for name in ("a.ics", "b.ics"):
        liar.store(name, calendar(name))

    assert len(list(collection.read_between(WINDOW))) == 2
    assert liar.methods() == ["REPORT", "REPORT"]

    liar.knows_multiget = False
    assert len(list(collection.read_between(WINDOW))) == 2
    assert liar.methods()[2:] == ["REPORT", "REPORT", "GET", "GET"]


def test_one_event_that_the_server_fails_at_spoils_no_other(
    liar: LyingCalendar, collection: Collection
) -> None:
    for name in ("a.ics", "b.ics", "c.ics"):
        liar.store(name, calendar(name))
    liar.failing = {"b.ics"}

    found = {r.name: bool(r.data) for r in collection.read_between(WINDOW)}
    assert found == {"a.ics": True, "c.ics": True, "b.ics": False}

    liar.failing = set(liar.objects)
    with pytest.raises(CollectionError, match="failed, with status 500"):
        list(collection.read_between(WINDOW))


@pytest.mark.parametrize("text", ["\x0b", "\x00", "&#11;", "&#x1;", "\udcff", "\ufffe"])
def test_a_character_that_xml_forbids_spoils_no_other_event(
    liar: LyingCalendar, collection: Collection, text: str
) -> None:
    data = calendar("a", text="before@after").decode()
    inner = "".join(
        f"<response><href>{PATH}{name}</href><propstat><prop><C:calendar-data>"
        f"{calendar_text}</C:calendar-data></prop></propstat></response>"
        for name, calendar_text in {
            "a.ics": data.replace("@", text),
            "b.ics": calendar("b").decode(),
        }.items()
    )
    head = b'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    body = head + inner.encode("utf-8", "surrogateescape") + b"</multistatus>"
    liar.raw = {"REPORT": [status(207, body=body)]}

    found = {r.name: r.data for r in collection.read_between(WINDOW)}

    assert found["b.ics"] == calendar("b")
    assert b"SUMMARY:before" in found["a.ics"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "&#13;\n"])
def test_lines_end_as_in_the_file_whatever_xml_made_of_them(
    liar: LyingCalendar, collection: Collection, ending: str
) -> None:
    data = calendar("a").decode().replace("\r\n", ending)
    body = multistatus(
        f"<response><href>{PATH}a.ics</href><propstat><prop><C:calendar-data>{data}"
        "</C:calendar-data></prop></propstat></response>"
    )
    liar.raw = {"REPORT": [status(207, body=body)]}

    (found,) = collection.read_between(WINDOW)

    assert found.data == calendar("a")


def test_what_is_packed_though_nobody_asked_is_read(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.packs = True
    liar.store("a.ics", calendar("a"))

    assert [r.data for r in collection.read_between(WINDOW)] == [calendar("a")]
    found = collection.read("a.ics")
    assert found is not None
    assert found.data == calendar("a")


def test_a_login_page_is_no_event(liar: LyingCalendar, collection: Collection) -> None:
    liar.raw = {"GET": [status(200, "Content-Type: text/html; charset=utf-8")]}

    with pytest.raises(CollectionError, match="not a calendar server's"):
        collection.read("a.ics")


# -- writing


@pytest.mark.parametrize("etags", ["strong", "weak", "none"])
def test_an_etag_is_asked_for_where_the_answer_has_none(
    liar: LyingCalendar, collection: Collection, etags: str
) -> None:
    liar.etags, liar.answers_etag = etags, False

    etag = collection.create("a.ics", calendar("a"))

    assert etag == liar.etag("a.ics")


def test_what_was_written_is_written_though_its_etag_cannot_be_had(
    liar: LyingCalendar, collection: Collection
) -> None:
    """To say that it failed would write it twice."""
    liar.answers_etag = False
    liar.raw = {"GET": [status(503)]}

    assert collection.create("a.ics", calendar("a")) is None


def test_an_event_that_is_kept_under_another_name_is_an_error(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.raw = {"PUT": [status(201)]}

    with pytest.raises(CollectionError, match="under another name") as raised:
        collection.create("a.ics", calendar("a"))

    assert raised.value.is_final


@pytest.mark.parametrize(("etags", "begins"), [("weak", "W/"), ("odd", "é")])
def test_an_etag_that_is_no_condition_is_compared_here(
    liar: LyingCalendar, collection: Collection, etags: str, begins: str
) -> None:
    """A server would refuse each of these."""
    liar.etags = etags
    first = collection.create("a.ics", calendar("a"))

    second = collection.replace("a.ics", calendar("a", text="Second"), etag=first)

    assert (first, second) == (f'{begins}"v1"', f'{begins}"v2"')
    for change in (
        lambda: collection.replace("a.ics", calendar("a"), etag=first),
        lambda: collection.remove("a.ics", etag=first),
    ):
        with pytest.raises(HasChanged):
            change()
    collection.remove("a.ics", etag=second)
    collection.remove("a.ics", etag=second)
    with pytest.raises(HasChanged):
        collection.replace("a.ics", calendar("a"), etag=second)


def test_a_refusal_that_does_not_end_is_a_change_each_time(
    liar: LyingCalendar, collection: Collection
) -> None:
    etag = collection.create("a.ics", calendar("a"))
    liar.refuses = 3

    with pytest.raises(HasChanged):
        collection.create("b.ics", calendar("b"))
    with pytest.raises(HasChanged):
        collection.replace("a.ics", calendar("a"), etag=etag)
    with pytest.raises(HasChanged):
        collection.remove("a.ics", etag=etag)


def test_removing_is_done_where_the_server_refuses_though_it_is_gone(
    liar: LyingCalendar, collection: Collection
) -> None:
    liar.raw = {"DELETE": [status(412)]}

    collection.remove("a.ics", etag='"v1"')


@pytest.mark.parametrize("is_kept", [False, True], ids=["new", "kept"])
def test_an_answer_that_is_lost_after_the_write_leaves_it_to_compare(
    liar: LyingCalendar, collection: Collection, is_kept: bool
) -> None:
    """Asked again, over a kept connection at once, it is there: never a second one."""
    if is_kept:
        collection.read_mark()
    liar.loses = 1

    with pytest.raises(CollectionError) as raised:
        collection.create("a.ics", calendar("a"))

    assert isinstance(raised.value, HasChanged) is is_kept
    with pytest.raises(HasChanged):
        collection.create("a.ics", calendar("a"))
    found = collection.read("a.ics")
    assert found is not None
    assert found.data == calendar("a")


NO_UID = (
    b'<d:error xmlns:d="DAV:"><c:no-uid-conflict '
    b'xmlns:c="urn:ietf:params:xml:ns:caldav"/></d:error>'
)


@pytest.mark.parametrize(
    ("answer", "said", "is_final"),
    [
        (status(400), "does not understand", True),
        (status(401), "asks for a user and a password", False),
        (status(401, "WWW-Authenticate: Bearer"), "user and a password", False),
        (status(403), "does not allow", False),
        (status(403, body=NO_UID), "under another name", True),
        (status(405), "no calendar that can be used so", True),
        (status(409), "no calendar at this address", False),
        (status(413), "larger than the server takes", True),
        (status(423), "locked", False),
        (status(429, "Retry-After: 120"), "too often", False),
        (status(503, "Retry-After: 120"), "not available", False),
        (status(507), "no room", False),
        (status(302, "Location: https://evil.example/x?t=1"), "evil.example/x$", True),
        (status(301, "Location: http://a:b@evil.example/"), "to http://evil", True),
        (status(418), "status 418", False),
        (status(302, "Location: https://a.example/\x1b[2J"), "001b", True),
    ],
)
def test_a_refusal_is_told_in_words(
    liar: LyingCalendar,
    collection: Collection,
    answer: Answer,
    said: str,
    is_final: bool,
) -> None:
    liar.raw = {"PUT": [answer]}

    with pytest.raises(CollectionError, match=said) as raised:
        collection.create("a.ics", calendar("a"))

    error = raised.value
    assert error.is_final is is_final
    assert error.is_reached
    asked = timedelta(seconds=120) if error.code in (429, 503) else None
    assert error.retry_after == asked


# -- who asks, and where it moved to


@pytest.mark.parametrize("login", ["Basic", "Digest", "Digest SHA-256"])
def test_a_user_logs_in_as_the_server_wants_it(liar: LyingCalendar, login: str) -> None:
    liar.login = login

    with closing(opened(liar.url, user=USER)) as collection:
        etag = collection.create("a.ics", calendar("a"))
        collection.read_mark()
        collection.remove("a.ics", etag=etag)

    assert liar.methods() == ["PUT", "PUT", "PROPFIND", "DELETE"]
    assert "authorization" not in liar.requests[0].headers  # http: it could be read


def test_a_nonce_that_is_used_up_is_followed_by_another(liar: LyingCalendar) -> None:
    liar.login, liar.nonce_lasts = "Digest", 2

    with closing(opened(liar.url, user=USER)) as collection:
        for _ in range(5):
            collection.read_mark()

    assert len(liar.requests) == 8


@pytest.mark.parametrize("login", ["Basic", "Digest", "Digest SHA-256"])
def test_a_wrong_password_is_tried_once(liar: LyingCalendar, login: str) -> None:
    liar.login = login

    with (
        closing(opened(liar.url, user=USER, password="wrong")) as collection,
        pytest.raises(CollectionError, match="does not accept") as raised,
    ):
        collection.read_mark()

    assert raised.value.code == 401
    assert len(liar.requests) == 2


def test_another_way_to_log_in_is_named(liar: LyingCalendar) -> None:
    liar.raw = {"PROPFIND": [status(401, "WWW-Authenticate: Bearer")]}

    with (
        closing(opened(liar.url, user=USER)) as collection,
        pytest.raises(CollectionError, match="another way to log in"),
    ):
        collection.read_mark()


def test_a_calendar_is_followed_within_its_server(liar: LyingCalendar) -> None:
    liar.store("a.ics", calendar("a"))
    liar.raw = {"PROPFIND": [status(301, f"Location: {PATH}")]}

    with closing(opened(f"http://{liar.host}/old/")) as collection:
        assert list(collection.list_etags()) == ["a.ics"]
        assert collection.read("a.ics") is not None

    assert [r.path for r in liar.requests] == ["/old/", PATH, f"{PATH}a.ics"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (
            "http://169.254.169.254/latest/",
            "has moved to http://169.254.169.254/latest/",
        ),
        ("http://other.example/", "has moved to http://other.example/"),
        ("http://ada:pw@127.0.0.1:1/", "has moved to http://127.0.0.1:1/"),
        ("file:///etc/passwd", "has moved to file:///etc/passwd"),
        ("http://[::1", "has moved elsewhere"),
        ("/\x1b[2J", "from one address to the next"),
        ("", "from one address to the next"),
    ],
)
def test_nobody_is_followed_to_another_server(
    liar: LyingCalendar, collection: Collection, place: str, said: str
) -> None:
    answer = status(302, *([f"Location: {place}"] if place else []))
    liar.raw = {"PROPFIND": [answer] * 9}

    with pytest.raises(CollectionError, match=said) as raised:
        collection.read_mark()

    assert "\x1b" not in str(raised.value)
    assert "pw" not in str(raised.value).replace("passwd", "")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://169.254.169.254/cal/", "link-local"),
        ("http://[fd00:ec2::254]/cal/", "metadata"),
        ("http://0.0.0.0/cal/", "unspecified"),
        ("http://93.184.216.34/cal/", "plain http"),
        ("https://nobody.invalid/cal/", "was not found"),
        ("ftp://a.example/", "is not https"),
        ("https:///x", "is not https"),
        ("https://a.example:99999/", "is not https"),
        ("https://ada:pw@a.example/", "has a user in it"),
    ],
)
def test_an_address_that_nothing_may_be_sent_to_is_refused(url: str, said: str) -> None:
    with pytest.raises(CollectionError, match=said) as raised:
        opened(url).read_mark()

    assert not raised.value.is_reached
    assert "pw" not in str(raised.value)


def test_private_networks_are_refused_unless_allowed(liar: LyingCalendar) -> None:
    refused = caldav.open_collection(
        liar.url, user=None, password=None, allow_private=False, seconds=HANGS
    )

    with pytest.raises(CollectionError, match="--allow-private"):
        refused.read_mark()

    assert liar.requests == []


# -- discovery


def found(url: str, user: str | None = None) -> Discovery:
    return discover(url, user=user, password=PASSWORD, allow_private=True, seconds=20.0)


HOME = "<C:calendar-home-set><D:href>/cal/ada/</D:href></C:calendar-home-set>"
PRINCIPAL = (
    "<D:current-user-principal><D:href>/p/ada/</D:href></D:current-user-principal>"
)
CALENDAR = (
    "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    "<D:displayname>Work\n\x9b and more</D:displayname>"
    "<C:supported-calendar-component-set><C:comp name='VEVENT'/>"
    "</C:supported-calendar-component-set><D:current-user-privilege-set>"
    "<D:privilege><D:read/></D:privilege></D:current-user-privilege-set>"
    "<C:calendar-timezone>BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nEND:VTIMEZONE"
    "</C:calendar-timezone>"
)


def test_a_calendar_is_found_as_itself(liar: LyingCalendar) -> None:
    there = found(liar.url)

    assert there.is_calendar
    assert there.abilities == ("1", "3", "calendar-access")
    (calendar,) = there.calendars
    assert (calendar.url, calendar.has_mark) == (liar.url, True)
    assert (calendar.name, calendar.can_write, calendar.has_free_busy) == (None,) * 3


@pytest.mark.parametrize("start", ["/", "/nowhere/"])
def test_calendars_are_found_from_a_server_by_its_user(
    liar: LyingCalendar, start: str
) -> None:
    liar.login = "Basic"
    liar.properties = {
        "/.well-known/caldav": PRINCIPAL,
        "/p/ada/": HOME,
        "/cal/ada/": CALENDAR.replace("<C:calendar/>", ""),
    }

    there = found(f"http://{liar.host}{start}", USER)

    assert there.calendars == ()
    liar.properties["/cal/ada/"] = CALENDAR
    (calendar,) = found(f"http://{liar.host}{start}", USER).calendars
    assert calendar.url == f"http://{liar.host}/cal/ada/"
    assert calendar.name == "Work \\u009b and more"
    assert calendar.components == ("VEVENT",)
    assert calendar.timezone == "Europe/Berlin"
    assert calendar.can_write is False


def test_a_home_on_another_server_is_named(liar: LyingCalendar) -> None:
    liar.properties = {
        "/": "<C:calendar-home-set><D:href>https://p1.evil.example/x</D:href>"
        "</C:calendar-home-set>"
    }

    with pytest.raises(CollectionError, match=r"another server, p1\.evil\.example"):
        found(f"http://{liar.host}/")


def test_a_server_without_calendars_is_an_error(liar: LyingCalendar) -> None:
    with pytest.raises(CollectionError, match="no calendar at this address"):
        found(f"http://{liar.host}/")


@pytest.mark.parametrize("kind", ["radicale", "xandikos", "cyrus"])
def test_calendars_of_a_real_server_are_found(
    request: pytest.FixtureRequest, kind: str
) -> None:
    server = request.getfixturevalue(kind)
    url = server.collection()

    for start in (server.url, server.home, url):
        there = discover(
            start,
            user=server.user,
            password=server.password,
            allow_private=True,
            seconds=20.0,
        )

        calendars = {calendar.url: calendar for calendar in there.calendars}
        assert url in calendars
        assert calendars[url].can_write is True
        assert calendars[url].has_mark
        assert "VEVENT" in (calendars[url].components or ("VEVENT",))
        assert there.is_calendar is (start == url)
        assert "calendar-access" in there.abilities

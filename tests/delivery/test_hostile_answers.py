"""Whatever bytes come from a calendar server: read, or refused in words."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from calbook.delivery.calendars import dav_server, dav_xml, hrefs
from calbook.delivery.calendars.authentication import Login
from calbook.delivery.calendars.status_words import describe_refusal
from calbook.delivery.http.answers import RequestFailed, unpack

_WORDS = st.sampled_from(
    [
        *("<multistatus xmlns='DAV:'>", "</multistatus>", "<response>", "</response>"),
        *(
            "<href>",
            "</href>",
            "/a.ics",
            "<status>HTTP/1.1 200 OK</status>",
            "<status>",
        ),
        *("<propstat>", "</propstat>", "<prop>", "</prop>", "<getetag>", "&#0;", "&x;"),
        *("<!DOCTYPE x>", "<?xml version='1.0' encoding='utf-7'?>", "\x00", "\ufffe"),
        *("<![CDATA[", "]]>", "<!--", "\x0b", "é", "<error xmlns='DAV:'>", "</error>"),
    ]
)
_DOCUMENTS = st.one_of(
    st.binary(max_size=200), st.lists(_WORDS, max_size=20).map("".join).map(str.encode)
)
_ADDRESSES = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("http://", "https://", "//", "/", "[", "]", ":", "@", "%", "%ff"),
                *("%2f", "a.example", "::1", "443", "99999", "..", "?", "#", "\n"),
                *("\u2100", "é"),
            ]
        ),
        max_size=8,
    ).map("".join),
)


@given(_DOCUMENTS)
@example(b"<?xml version='1.0' encoding='nonsense'?><a/>")
@example(b"<?xml version='1.0' encoding='utf-16'?><a/>")
@example(b"\xff\xfe<\x00a\x00/\x00>\x00")
def test_a_document_is_read_or_refused(data: bytes) -> None:
    with suppress(dav_xml.BadXml):
        for response in dav_xml.read_multistatus(data):
            hrefs.parts_of(response.href)
            response.text("{DAV:}getetag")
    error = describe_refusal(403, {}, data, has_user=True)
    assert str(error).isprintable()


@given(_ADDRESSES)
def test_an_address_is_followed_or_not(text: str) -> None:
    assert dav_server.is_same_site("https://a.example/", text) in (True, False)
    assert all(hrefs.parts_of(text))
    with suppress(dav_server.CollectionError):
        dav_server.check_url(text)


@given(st.text(max_size=100))
@example('Digest realm="\\", nonce=')
@example("Digest algorithm=SHA-256")
def test_a_challenge_is_answered_or_not(text: str) -> None:
    login = Login("ada", "secret", is_safe=False)

    if login.take_challenge(text):
        assert login.header("GET", "/")


@given(st.lists(st.binary(max_size=50), max_size=4))
def test_what_is_packed_wrongly_is_refused(parts: list[bytes]) -> None:
    with suppress(RequestFailed):
        for _ in unpack([b"\x1f\x8b\x08\x00", *parts]):
            pass


def test_a_document_in_utf_16_is_read() -> None:
    root = dav_xml.parse_xml('<?xml version="1.0"?><a>é</a>'.encode("utf-16"))

    assert root.text == "é"

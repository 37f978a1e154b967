"""What must stay secret does, whatever receivers answer and people mistype."""

from __future__ import annotations

import base64
import html
import json
import quopri
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest
from standardwebhooks import Webhook as Outside
from support.receiving import Receiver, slow, status

from calbook import Client, errors
from calbook.delivery.masking import mask_secrets
from calbook.wire.writing.outbox import MASK

if TYPE_CHECKING:
    from conftest import Clock
    from support.running import Run, Terminal

    from calbook import Booking

pytest_plugins = ("support.receiving", "support.running")

Book = Callable[..., "Booking"]
VALUE = "Bearer eyJ0b/3N=+ecret=="


@pytest.fixture
def database(place: str) -> str:
    return place


# -- what a receiver echoes


def check_hidden(*texts: str) -> None:
    for text in texts:
        assert "3N=+ecret" not in text, text
        assert MASK in text, text


def test_what_an_answer_echoes_is_masked_wherever_it_is_shown(
    client: Client, receiver: Receiver, booking: Book, run: Run
) -> None:
    """A receiver like httpbin answered with the request: its token was in the log."""
    hook = client.calendar.webhooks.create(
        receiver.url(), headers={"Authorization": VALUE}
    )
    echo = json.dumps({"headers": {"Authorization": VALUE, "Key": hook.secret}})
    receiver.answer = status(500, body=echo.encode())
    booking()

    said = [
        run("webhook", "test", hook.id, "--json").err,
        run("deliver", "--json").out,
        run("webhook", "log", "--json").out,
        run("webhook", "log", "--fields", "response").out,
    ]

    check_hidden(*said)
    assert hook.secret[6:] not in "".join(said)


def test_a_redirect_to_an_echo_is_masked_too(
    client: Client, receiver: Receiver
) -> None:
    place = f"Location: https://a.example/?token={quote(VALUE, safe='')}"
    receiver.answer = status(302, place)
    hook = client.calendar.webhooks.create(
        receiver.url(), headers={"Authorization": VALUE}
    )

    attempt = client.calendar.webhooks.test(hook.id)

    assert attempt.response == (
        f"a redirect, not followed: https://a.example/?token={MASK}"
    )


def test_it_is_masked_before_it_is_cut(client: Client, receiver: Receiver) -> None:
    receiver.answer = status(500, body=b"x" * 190 + VALUE.encode())
    hook = client.calendar.webhooks.create(receiver.url(), headers={"X-Key": VALUE})

    attempt = client.calendar.webhooks.test(hook.id)

    assert attempt.response == "x" * 190 + MASK


def test_an_echo_that_is_cut_shows_no_beginning_of_a_secret() -> None:
    secret = "s" * 1_000 + "t" * 900

    shown = mask_secrets((secret + ",") * 5, [secret])

    assert "s" not in shown


@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.lower,
        json.dumps,
        lambda text: json.dumps(json.dumps({"a": text})),
        lambda text: text.replace("/", "\\/"),
        html.escape,
        quote,
        quote_plus,
        lambda text: quote(quote(text, safe=""), safe=""),
        lambda text: "".join(
            f"\\u{ord(c):04X}" if c in "<>&" else c for c in json.dumps(text)
        ),
    ],
    ids=[
        *("plain", "lower", "JSON", "JSON twice", "slashes", "HTML", "URL", "form"),
        *("URL twice", "escapes"),
    ],
)
def test_a_secret_is_recognised_in_the_usual_spellings(
    spell: Callable[[str], str],
) -> None:
    secret = "Token a\"b\\c/<d&e>='f+g h"

    shown = mask_secrets(f"({spell(secret)})", [secret])

    assert shown.replace(MASK, "") in ("()", '("")', '("{\\"a\\": \\"\\"}")')


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "spell",
    [
        _base64,
        lambda text: _base64(text).rstrip("="),
        lambda text: _base64(text).swapcase(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
        lambda text: _base64(f"ada:{text}"),
        lambda text: _base64(f"\0ada\0{text}"),
        lambda text: _base64(f"ad\0ad\0{text}\r\n"),
        lambda text: quote(_base64(text), safe=""),
        lambda text: json.dumps(_base64(text)).replace("/", "\\/"),
        lambda text: _base64(json.dumps({"password": text})),
        lambda text: "\r\n ".join([_base64(text)[:5], _base64(text)[5:]]),
        lambda text: json.dumps(f"{_base64(text)[:5]}\n{_base64(text)[5:]}"),
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex().upper(),
        lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
        lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
        lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
        lambda text: "".join(f"&#{ord(char)};" for char in text),
        lambda text: "".join(f"&#x{ord(char):X};" for char in text),
        lambda text: text.encode().hex(":"),
        lambda text: text.encode("utf-16-le").hex(),
        lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
        lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
        lambda text: repr(text.encode())[2:-1],
        lambda text: quopri.encodestring(text.encode()).decode(),
        lambda text: text.encode().decode("latin-1"),
        lambda text: _base64(_base64(f"\0ada\0{text}")),
    ],
)
@pytest.mark.parametrize("secret", ["s3cret/w?rd>~", "hunter2", "a b/c", "pässwörd"])
def test_a_secret_is_recognised_in_codes(
    spell: Callable[[str], str], secret: str
) -> None:
    """base64, hex and letters by their numbers went into the log as they came."""
    shown = mask_secrets(f"said ({spell(secret)}).", [secret])

    assert shown.replace('"', "") == f"said ({MASK})."


def test_what_a_header_says_in_base64_is_hidden_as_well() -> None:
    header = f"Basic {_base64('ada:hunter2')}"

    assert mask_secrets("ada:hunter2, hunter2!", [header]) == f"{MASK}, {MASK}!"
    secret = "whsec_" + _base64("0123456789abcdefghijklmn")
    assert mask_secrets(b"0123456789abcdefghijklmn".hex(), [secret]) == MASK


def test_words_are_left_that_have_no_secret_in_them() -> None:
    answer = "535 5.7.8 authentication failed: no such user ada"

    assert mask_secrets(answer, ["hunter2", "ail: nos", "\0ada\0hunter2"]) == answer


def test_a_short_value_is_no_secret() -> None:
    assert mask_secrets("401: no", ["1", "abcd"]) == "401: no"


def test_the_token_alone_is_masked_without_its_scheme() -> None:
    assert mask_secrets("no such token: abcd-efgh", ["Bearer abcd-efgh"]) == (
        f"no such token: {MASK}"
    )


@pytest.mark.parametrize(
    ("answer", "secret"),
    [
        ("\\" * 65_536, "\\" * 500 + "x"),
        ("a" + " " * 65_536, "a" + " " * 500 + "x"),
        ("a " * 32_768, "a " * 500 + "x"),
        ("%25" * 20_000, "%25" * 300 + "x"),
        ("&amp;" * 13_000, "&amp;" * 300 + "x"),
        (("\\" * 9 + "/") * 6_000, "\\/" * 4 + "y"),
        (("\\" * 9 + "/") * 6_000, "\\/" * 900),
    ],
    ids=[
        *("backslashes", "blanks", "words", "percents", "entities", "few slashes"),
        "many slashes",
    ],
)
def test_no_answer_keeps_it_busy(answer: str, secret: str) -> None:
    began = time.thread_time()

    mask_secrets(answer, [secret, *(f"{n}{secret}" for n in range(20))])

    assert time.thread_time() - began < 4  # minutes, if it looked at each pair


# -- what people mistype


@pytest.mark.parametrize(
    "header",
    [
        "Authorization Bearer topsecret==",
        "Bearer topsecret: x",
        "topsecret",
        ": topsecret",
        "=topsecret",
        "Authorization: tópsecret",
        "Authorization=\ttopsecret\x01",
        "Host: topsecret",
    ],
)
def test_a_header_that_is_refused_is_not_repeated(run: Run, header: str) -> None:
    answer = run("webhook", "add", "https://a.example/", "--header", header)

    assert answer.status == 2
    assert "psecret" not in answer.err


def test_the_refusal_shows_how_a_header_is_written(run: Run) -> None:
    answer = run("webhook", "add", "https://a.example/", "--header", "Bearer x")

    assert answer.err.splitlines()[1] == 'hint: write "Authorization=Bearer …"'


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("Authorization: Bearer X==", "authorization", "Bearer X=="),
        ("Authorization=Bearer X==", "authorization", "Bearer X=="),
        ("X-Url=https://a.example", "x-url", "https://a.example"),
        ("X-Pair: a=b", "x-pair", "a=b"),
    ],
)
def test_a_header_is_taken_with_either_sign(
    run: Run, receiver: Receiver, header: str, name: str, value: str
) -> None:
    """`Authorization: Bearer X==` was cut at its first `=`, and shown in the error."""
    added = run("webhook", "add", receiver.url(), "--header", header, "--json").json

    run("webhook", "test", added["id"])

    assert receiver.requests[0].headers[name] == value


@pytest.mark.parametrize(
    "url",
    [
        "https://user:topsecret@h.example:99999/",
        "https://user:topsecret@[::1/",
        "https:user:topsecret@h.example",
        "https:/user:topsecret@h.example",
        "user:topsecret@h.example",
        "ftp://user:topsecret@h.example/",
        "https://user:topsecret@h.example/",
        "https://user:topsecret%40h.example/",
        "https://user:topsecret\uff20h.example/",
        "https://user:topsecret",
        "https:user:topsecret",
        "https://user:top#secret@h.example/",
        "http://h.example/topsecret@here",
    ],
)
def test_what_may_be_a_password_in_an_address_is_not_repeated(
    client: Client, url: str
) -> None:
    with pytest.raises(errors.BadUrl) as caught:
        client.calendar.webhooks.create(url)

    assert "secret" not in json.dumps(caught.value.to_dict())


# -- rotations


def signers(request: Any, secrets: dict[str, str]) -> set[str]:
    """Which of the secrets signed a request, by name."""
    given = request.headers["webhook-signature"].split()
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    return {
        name
        for name, secret in secrets.items()
        if Outside(secret).sign(
            request.headers["webhook-id"], at, request.body.decode()
        )
        in given
    }


def test_each_secret_signs_for_a_day_after_its_own_rotation(
    client: Client, clock: Clock, receiver: Receiver
) -> None:
    """A second rotation within the day cut the first secret off."""
    webhooks = client.calendar.webhooks
    hook = webhooks.create(receiver.url())
    clock.move(hours=1)
    second = webhooks.rotate(hook.id)
    clock.move(hours=1)
    third = webhooks.rotate(hook.id)
    for hours in (0, 23, 1):
        clock.move(hours=hours)
        webhooks.test(hook.id)

    secrets = {"1": hook.secret, "2": second.secret, "3": third.secret}
    assert [signers(request, secrets) for request in receiver.requests] == [
        {"1", "2", "3"},
        {"2", "3"},
        {"3"},
    ]
    assert third.old_secrets_until == [
        "2027-01-05T11:00:00+00:00",
        "2027-01-05T10:00:00+00:00",
    ]
    assert webhooks.get(hook.id).old_secrets_until == []


def test_five_old_secrets_are_kept_and_none_is_shown(
    client: Client, receiver: Receiver
) -> None:
    webhooks = client.calendar.webhooks
    hook = webhooks.create(receiver.url())
    secrets = {"0": hook.secret}
    for number in range(1, 7):
        secrets[str(number)] = webhooks.rotate(hook.id).secret

    webhooks.test(hook.id)

    assert signers(receiver.requests[0], secrets) == set("123456")
    shown = json.dumps(webhooks.get(hook.id).to_dict())
    assert len(webhooks.get(hook.id).old_secrets_until) == 5
    assert not any(secret[6:] in shown for secret in secrets.values())


def test_a_secret_that_is_taken_again_signs_once(
    client: Client, receiver: Receiver
) -> None:
    mine = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    hook = client.calendar.webhooks.create(receiver.url(), secret=mine)

    again = client.calendar.webhooks.rotate(hook.id, secret=mine)
    client.calendar.webhooks.test(hook.id)

    assert again.old_secrets_until == []
    assert len(receiver.requests[0].headers["webhook-signature"].split()) == 1


def test_a_terminal_says_until_when_the_old_ones_sign(
    client: Client, clock: Clock, terminal: Callable[..., Terminal]
) -> None:
    client.set_up(timezone="America/New_York")
    hook = client.calendar.webhooks.create("https://a.example/")
    client.calendar.webhooks.rotate(hook.id)
    clock.now += timedelta(hours=1)

    rotated = terminal("webhook", "rotate", hook.id)
    rotated.end()
    shown = terminal("webhook", "show", hook.id, "--tz", "Asia/Tokyo")
    shown.end()

    assert rotated.shown.splitlines()[-3:] == [
        "Old secrets  one signs until Tue 5 Jan 2027, 05:00",
        "             one signs until Tue 5 Jan 2027, 04:00",
        "Times in     America/New_York",
    ]
    assert "one signs until Tue 5 Jan 2027, 18:00" in shown.shown
    assert shown.shown.splitlines()[-1].split() == ["Times", "in", "Asia/Tokyo"]


# -- an address that was replaced


def test_gone_from_an_address_before_switches_nothing_off(
    client: Client, place: str, clock: Clock, receiver: Receiver, booking: Book
) -> None:
    """The webhook was moved while the old address answered: its queue was dropped."""
    hook = client.calendar.webhooks.create(receiver.url("/old"))
    uid = booking().uid
    client.calendar.bookings.cancel(uid)

    def moved(conn: Any) -> None:
        with Client(place, clock=clock) as other:
            other.calendar.webhooks.update(hook.id, url=receiver.url("/new"))
        slow(0, status(410))(conn)

    receiver.answers["/old"] = [moved]
    (sent,) = client.deliver()
    clock.move(minutes=1)
    client.deliver()

    assert (sent.status, sent.code, sent.log[0]["status"]) == ("pending", 410, "retry")
    assert client.calendar.webhooks.get(hook.id).active
    assert [request.path for request in receiver.requests] == ["/old", "/new", "/new"]

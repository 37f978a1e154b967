"""What is said of a user and password, by the examples of RFC 7616, 3.9.1."""

from __future__ import annotations

import secrets

import pytest

from calbook.delivery.calendars.authentication import Login

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CLIENT = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
MD5, SHA_256 = (
    f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={name},'
    f' nonce="{NONCE}", opaque="{OPAQUE}"'
    for name in ("MD5", "SHA-256")
)
BASIC = 'Basic realm="a"'


def mufasa(*, is_safe: bool = False) -> Login:
    return Login("Mufasa", "Circle of Life", is_safe=is_safe)


@pytest.mark.parametrize(
    ("offered", "response"),
    [
        (MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            SHA_256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
    ids=["MD5", "SHA-256"],
)
def test_a_digest_is_that_of_the_standard(
    monkeypatch: pytest.MonkeyPatch, offered: str, response: str
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: CLIENT)
    login = mufasa()

    assert login.header("GET", "/dir/index.html") is None
    assert login.take_challenge(offered)

    said = login.header("GET", "/dir/index.html") or ""
    assert f'response="{response}"' in said
    assert f'opaque="{OPAQUE}"' in said
    assert "nc=00000001" in said
    assert "nc=00000002" in (login.header("GET", "/dir/index.html") or "")


@pytest.mark.parametrize(
    ("offered", "begins"),
    [
        (f"{MD5}, {SHA_256}", "Digest"),
        (f"{BASIC}, {SHA_256}", "Digest"),
        (f"{MD5}, {BASIC}", "Digest"),
        ("Negotiate, Basic", "Basic"),
        ("basic REALM=a", "Basic"),
        ("", "Basic"),
        (MD5.replace("MD5", "MD5-sess"), None),
        (MD5.replace("auth, auth-int", "auth-int"), None),
        ("Bearer", None),
    ],
)
def test_the_best_that_is_offered_is_taken(offered: str, begins: str | None) -> None:
    login = mufasa()

    assert login.take_challenge(offered) is (begins is not None)

    said = login.header("GET", "/")
    assert (said is None) if begins is None else (said or "").startswith(begins)
    if "SHA-256" in offered:
        assert "algorithm=SHA-256" in (said or "")


def test_basic_is_said_at_once_only_where_nobody_else_reads_it() -> None:
    """Some servers show a stranger less, instead of asking who it is."""
    assert (mufasa(is_safe=True).header("GET", "/") or "").startswith("Basic ")
    assert mufasa(is_safe=False).header("GET", "/") is None


def test_a_user_that_is_not_ascii_is_sent_as_utf_8() -> None:
    login = Login("zoë", "pä", is_safe=False)
    login.take_challenge(MD5)

    said = login.header("GET", "/") or ""

    assert 'username="zoë"' in said.encode("latin-1").decode()


def test_nobody_logs_in_without_a_user() -> None:
    login = Login(None, None, is_safe=True)

    assert not login.take_challenge(BASIC)
    assert login.header("GET", "/") is None

"""Passwords from elsewhere: what is none is said, and what was printed is not."""

from __future__ import annotations

import pytest

from calbook.delivery.passwords import NoPassword, read_password


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("printf ''", "gave no password"),
        (r"printf '\nsecret\n'", "gave no password"),
        (r"printf 'secret\377\n'", "gave no password"),
        ("sh -c 'echo secret; exit 3'", "ended with status 3"),
        ("sh -c 'echo secret; sleep 9; echo'", "gave no password"),
        ("'", "gave no password"),
        ("no-such-command secret", "gave no password"),
        ("", "gave no password"),
    ],
)
def test_what_is_no_password_is_said_without_it(command: str, said: str) -> None:
    """An empty line was sent as the password, and the server said that it is wrong."""
    with pytest.raises(NoPassword, match=said) as raised:
        read_password(command, None, seconds=0.5)

    assert "secret" not in str(raised.value)


def test_the_first_line_is_the_password() -> None:
    command = r"printf ' a b \r\nlogin: grace\n'"

    assert read_password(command, None, seconds=5) == " a b "

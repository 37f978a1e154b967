"""Who logs in somewhere, and where the password comes from."""

from __future__ import annotations

from calbook.core.errors import BadInput


def check_log_in(
    user: str | None, password_command: str | None, password_env: str | None
) -> None:
    """Refuse a user without a password, a password without a user, and two of them."""
    sources = [s for s in (password_command, password_env) if s is not None]
    if len(sources) > 1:
        raise BadInput("give password_command or password_env, not both")
    if (user is None) != (not sources):
        raise BadInput(
            "a user needs a password, and a password a user",
            hint="add user with password_command or password_env",
            command_hint="add --user with --password-command or --password-env",
            field="user",
        )

"""The mail server of this computer, and whose word about senders is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from calbook.core.errors import BadInput
from calbook.settings.reading import name_place, read_document
from calbook.settings.server_names import is_loopback
from calbook.settings.table import SETTINGS
from calbook.settings.values import read_section, read_value
from calbook.wire.reading.log_in import check_log_in

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_NEEDED = {"host": "--server smtp.example.com", "from": "--sender you@example.com"}


class MailServer(NamedTuple):
    """The SMTP server that takes the mail, and as whom."""

    host: str
    port: int
    security: str  # starttls, tls or none
    sender: str
    allow_plain: bool = False  # unencrypted to another machine
    user: str | None = None
    password_command: str | None = None
    password_env: str | None = None


def mail_server() -> MailServer | None:
    """The mail server; None where none is configured.

    Raises:
        BadInput: the file cannot be read, or says something that cannot be.
    """
    section = read_section("smtp")
    if not section:
        return None
    try:
        return read_server(section)
    except BadInput as error:
        key = str(error.details.get("field", "")) or None
        name_place(error, read_document(), "smtp", key)
        raise


def authserv_id() -> str | None:
    """The name under which the host's server writes what it found out about a mail.

    None where none is set: then no mail is believed to be its sender's (RFC 8601).

    Raises:
        BadInput: the file cannot be read, or the name cannot be one.
    """
    name: str | None = read_value("mail.authserv_id").value
    return name


def read_server(section: Mapping[str, Any]) -> MailServer:
    """The settings of a mail server, each checked, and all of them together."""
    for needed, option in _NEEDED.items():
        if needed not in section:
            raise BadInput(
                f"smtp has no {needed}", command_hint=f"add {option}", field=needed
            )
    facts = {
        key: SETTINGS[f"smtp.{key}"].check(value, key) for key, value in section.items()
    }
    sender, security = facts.pop("from"), facts.setdefault("security", "starttls")
    read = MailServer(**{"port": _PORTS[security], "sender": sender} | facts)
    check_log_in(read.user, read.password_command, read.password_env)
    if security == "none" and not (read.allow_plain or is_loopback(read.host)):
        raise BadInput(
            f"mail to {read.host} would go unencrypted, for anybody on its way to read",
            hint='take security = "starttls" or "tls"; allow_plain if it must be',
            command_hint="take --security starttls or tls; --allow-plain if it must be",
            field="security",
        )
    return read

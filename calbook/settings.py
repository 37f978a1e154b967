"""What is set for this computer, in `config.toml`: the mail server, and who asks.

It holds no password, only where one comes from.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from calbook.core import checks, domain_names
from calbook.core.errors import BadInput
from calbook.core.model import Actor
from calbook.core.text import printable
from calbook.wire.reading.log_in import check_log_in
from calbook.wire.reading.shapes import read_object

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_KEYS = (
    *("host", "port", "security", "user", "password_command", "password_env"),
    *("from", "allow_plain"),
)


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


def config_path() -> str:
    """`CALBOOK_CONFIG`, else `config.toml` in the user's config directory.

    Empty where there is no such directory: never a file of the directory that somebody
    happens to be in.
    """
    if named := os.environ.get("CALBOOK_CONFIG"):
        return named
    directory = _config_directory()
    return os.path.join(directory, "config.toml") if os.path.isabs(directory) else ""


def _config_directory() -> str:
    """As platformdirs says; on Linux without it, as it is slow to import.

    Every command that somebody may ask for looks here who that is.
    """
    if sys.platform == "linux" and "ANDROID_DATA" not in os.environ:
        xdg = os.environ.get("XDG_CONFIG_HOME", "").strip()
        return os.path.join(xdg or os.path.expanduser("~/.config"), "calbook")
    from platformdirs import user_config_dir

    return user_config_dir("calbook", appauthor=False)


def make_directory(path: str) -> None:
    """Make a directory of the user's own, and what is missing above it.

    For nobody else, whatever the umask: `makedirs` leaves that to it above the last.
    """
    if not os.path.isdir(path):
        make_directory(os.path.dirname(os.path.abspath(path)))
        with suppress(FileExistsError):  # made meanwhile
            os.mkdir(path, 0o700)


def mail_server() -> MailServer | None:
    """The mail server; None where none is configured.

    Raises:
        BadInput: the file cannot be read, or says something that cannot be.
    """
    section = read_document().get("smtp")
    if section is None:
        return None
    try:
        return read_server(section)
    except BadInput as error:
        error.json_message = f"{config_path()}: {error.json_message}"
        raise


def read_document() -> dict[str, Any]:
    """All that the file says; nothing where there is none."""
    try:
        with open(config_path(), "rb") as file:
            return _parse_toml(file.read())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(
            f"cannot read {config_path()}: {why}", path=config_path()
        ) from None
    except RecursionError:
        why = "it is nested too deeply"
        raise BadInput(
            f"cannot read {config_path()}: {why}", path=config_path()
        ) from None


def _parse_toml(data: bytes) -> dict[str, Any]:
    if not data:
        return {}
    import tomllib  # slow to import

    return tomllib.loads(data.decode())


def authserv_id() -> str | None:
    """The name under which the host's server writes what it found out about a mail.

    None where none is set: then no mail is believed to be its sender's (RFC 8601).

    Raises:
        BadInput: the file cannot be read, or the name cannot be one.
    """
    section = read_object(read_document().get("mail", {}), _MAIL_KEYS, "mail")
    said = section.get("authserv_id")
    return None if said is None else _read_authserv_id(said)


def with_authserv_id(name: str) -> bytes:
    """The file with the name of the host's server; `none` takes it out."""
    whole = read_document()
    section = read_object(whole.get("mail", {}), _MAIL_KEYS, "mail")
    kept = {key: value for key, value in section.items() if key != "authserv_id"}
    if name.strip().lower() not in ("", "none"):
        kept["authserv_id"] = _read_authserv_id(name)
    return _to_toml({**whole, "mail": kept})


_MAIL_KEYS = ("authserv_id",)


def _read_authserv_id(value: object) -> str:
    name = checks.line(value, "mail.authserv_id", most=253).strip()
    if name.isascii() and name.isprintable() and not set(name) & set(' ;"()='):
        return name
    raise BadInput(
        f"mail.authserv_id cannot be {printable(name)}",
        hint="write what stands behind Authentication-Results: mx.example.com",
        field="mail.authserv_id",
    )


def usual_asker() -> str | None:
    """Who is taken to ask where `--by` is not said; None where that is not set.

    Raises:
        BadInput: the file cannot be read, or names nobody who can ask.
    """
    if not os.path.exists(config_path()):  # most commands ask, and few have set it
        return None
    try:
        section = read_object(read_document().get("defaults", {}), ("by",), "defaults")
        return None if "by" not in section else _read_asker(section["by"])
    except BadInput as error:
        if "path" not in error.details:
            error.json_message = f"{config_path()}: {error.json_message}"
        raise


def with_usual_asker(by: str) -> bytes:
    """The file with who is taken to ask, over what it has."""
    whole = read_document()
    section = read_object(whole.get("defaults", {}), ("by",), "defaults")
    return _to_toml({**whole, "defaults": {**section, "by": _read_asker(by)}})


def _read_asker(value: object) -> str:
    return checks.choice(value, "defaults.by", (Actor.ATTENDEE, Actor.HOST))


def with_mail_server(given: Mapping[str, Any]) -> bytes:
    """The file with these settings of the mail server over those it has.

    With a `user` of None nobody logs in.
    """
    whole = read_document()
    kept = read_object(whole.get("smtp", {}), _KEYS, "smtp")
    if not given.keys().isdisjoint(_PASSWORDS):
        kept = {key: kept[key] for key in kept if key not in _PASSWORDS}
    section = {**kept, **given}
    if "user" in given and given["user"] is None:
        section = {key: section[key] for key in section if key not in _LOG_IN}
    read_server(section)
    return _to_toml({**whole, "smtp": section})


def without_mail_server() -> bytes:
    whole = read_document()
    whole.pop("smtp", None)
    return _to_toml(whole)


_NEEDED = {"host": "--server smtp.example.com", "from": "--sender you@example.com"}
_PASSWORDS = ("password_command", "password_env")
_LOG_IN = ("user", *_PASSWORDS)


def _to_toml(whole: Mapping[str, Any]) -> bytes:
    import tomli_w

    return tomli_w.dumps(whole).encode()


def read_server(section: object) -> MailServer:
    """The settings of a mail server, each checked, and all of them together."""
    facts = read_object(section, _KEYS, "smtp")
    for needed, option in _NEEDED.items():
        if needed not in facts:
            said = f"smtp has no {needed}"
            raise BadInput(said, command_hint=f"add {option}", field=needed)
    security = checks.choice(
        facts.get("security", "starttls"), "security", tuple(_PORTS)
    )
    port = facts.get("port", _PORTS[security])
    read = MailServer(
        host=_host(facts["host"]),
        port=checks.whole_number(port, "port", least=1, most=65_535),
        security=security,
        sender=_sender(facts["from"]),
        allow_plain=checks.boolean(facts.get("allow_plain", False), "allow_plain"),
        **{
            key: checks.line(facts[key], key, most=1_000)
            for key in ("user", *_PASSWORDS)
            if key in facts
        },
    )
    check_log_in(read.user, read.password_command, read.password_env)
    if security == "none" and not (read.allow_plain or _is_loopback(read.host)):
        raise BadInput(
            f"mail to {read.host} would go unencrypted, for anybody on its way to read",
            hint='take security = "starttls" or "tls"; allow_plain if it must be',
            command_hint="take --security starttls or tls; --allow-plain if it must be",
            field="security",
        )
    return read


def _host(value: object) -> str:
    host = checks.line(value, "host", most=253)
    if not host.isascii():
        with suppress(ValueError):
            host = domain_names.ascii_domain(host)
    if not host.isascii() or not host.isprintable() or any(c in host for c in " /@"):
        raise BadInput(
            f"host cannot be {printable(host)}",
            hint="write it as smtp.example.com",
            field="host",
        )
    return host


def _sender(value: object) -> str:
    try:
        address = checks.email(value, "from")
    except BadInput as error:
        error.hint = "write the address alone: you@example.com"
        raise
    address = domain_names.ascii_address(address)
    if not address.isascii():
        raise BadInput(
            f"from must be ASCII before the @, not {printable(address)}", field="from"
        )
    return address


def _is_loopback(host: str) -> bool:
    import ipaddress  # slow to import

    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

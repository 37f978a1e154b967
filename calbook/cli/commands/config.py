"""`config show|set|smtp|smtp-test`: what is set for this computer."""

from typing import Annotated, Any

import typer

from calbook import settings
from calbook.cli import config_file, output
from calbook.cli import options as o
from calbook.cli.screen import words
from calbook.cli.session import read_whole_number
from calbook.core import checks
from calbook.core.errors import MailNotConfigured, UsageError

_KEYS = (
    "path",
    "host",
    "port",
    "security",
    "user",
    "passwordFrom",
    "from",
    "allowPlain",
    "defaults.by",
    "mail.authservId",
)


def show(out: o.JsonOnly) -> None:
    """Show what is set, and where."""
    _show(out)


_SETTINGS = {
    "defaults.by": settings.with_usual_asker,
    "mail.authserv_id": settings.with_authserv_id,
}


def set_(
    setting: Annotated[str, typer.Argument(metavar="SETTING")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    *,
    out: o.JsonOnly,
) -> None:
    """Set defaults.by (attendee or host), who asks where --by is not said.

    Or mail.authserv_id, whose word about the senders of mail is taken.
    """
    name = checks.choice(setting, "the setting", tuple(_SETTINGS))
    config_file.save_config(_SETTINGS[name](value))
    _show(out)


class Server(o.Group):
    """The settings, named as in the file."""

    host: str | None = o.option("--server", "SERVER", "Its name: smtp.example.com.")
    port: str | None = o.option(
        "--port",
        "N",
        "Its port, if not 587 for starttls, 465 for tls or 25 for none.",
    )
    security: str | None = o.option("--security", "starttls|tls|none", "[starttls]")
    user: str | None = o.option("--user", "NAME", "Who logs in; none: nobody.")
    password_command: str | None = o.option(
        "--password-command", "CMD", "Prints the password: 'pass smtp'."
    )
    password_env: str | None = o.option(
        "--password-env", "NAME", "The variable that holds it."
    )
    sender: str | None = o.option("--sender", "ADDRESS", "Whom the mail comes from.")
    allow_plain: bool | None = o.option(
        "--allow-plain",
        help="Let mail go unencrypted, for others to read: --security none.",
    )


_NAMES = {"sender": "from"}  # which Python has for itself


def smtp(
    *,
    server: Server,
    remove: Annotated[
        bool, typer.Option("--remove", help="Send no mail any more.")
    ] = False,
    out: o.JsonOnly,
) -> None:
    """Say which server takes the mail; the rest stays as it is."""
    said = {_NAMES.get(name, name): v for name, v in server.given().items()}
    if server.port is not None:
        said["port"] = read_whole_number(server.port, "--port")
    if server.user == "none":
        said["user"] = None
    if bool(said) == remove:
        raise UsageError(
            "say what to set, or --remove",
            hint="calbook config smtp --server smtp.example.com --sender me@example.com"
            " --user me --password-command 'pass smtp'",
        )
    config_file.save_config(
        settings.without_mail_server() if remove else settings.with_mail_server(said)
    )
    _show(out)


def _show(out: o.Output) -> None:
    output.print_object(_settings(), out.form(), keys=_KEYS, card=_card)


def _settings() -> dict[str, Any]:
    """Nothing secret: a command may hold a password."""
    return {
        "path": settings.config_path(),
        **_mail_settings(),
        "defaults": {"by": settings.usual_asker() or "attendee"},
        "mail": {"authservId": settings.authserv_id()},
    }


def _mail_settings() -> dict[str, Any]:
    server = settings.mail_server()
    if server is None:
        return dict.fromkeys(_KEYS[1:-2])
    command, variable = server.password_command, server.password_env
    return {
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "user": server.user,
        "passwordFrom": "command" if command else variable and f"${variable}",
        "from": server.sender,
        "allowPlain": server.allow_plain,
    }


def _card(item: dict[str, Any]) -> str:
    server = item["host"] and f"{item['host']}:{item['port']}"
    return words.card_text(
        [
            ("File", item["path"]),
            ("Mail server", server or "none"),
            ("Security", item["security"]),
            ("User", item["user"]),
            ("Password", item["passwordFrom"] and f"from {item['passwordFrom']}"),
            ("From", item["from"]),
            ("Plain mail", item["allowPlain"] and "allowed"),
            ("Who asks", item["defaults"]["by"]),
            ("Senders by", item["mail"]["authservId"]),
        ]
    )


def smtp_test(
    *,
    to: Annotated[
        str | None,
        typer.Option("--send-to", metavar="ADDRESS", help="Send a mail there as well."),
    ] = None,
    out: o.JsonOnly,
) -> None:
    """Try the mail server; with --send-to, by sending a mail."""
    from calbook.api.mails import check_server

    address = None if to is None else checks.email(to, "--send-to")
    server = settings.mail_server()
    if server is None:
        raise MailNotConfigured(
            "no mail server is configured",
            command_hint="name one: calbook config smtp --server smtp.example.com"
            " --sender you@example.com",
        )
    code, text = check_server(server, to=address)
    item = {
        "host": server.host,
        "port": server.port,
        "to": address,
        "code": code,
        "response": text,
    }
    output.print_object(item, out.form(), keys=tuple(item), card=_test_text)


def _test_text(item: dict[str, Any]) -> str:
    done = f"Sent a mail to {item['to']}" if item["to"] else "It takes mail"
    return f"{done}; {item['host']}:{item['port']} said: {item['response']}\n"

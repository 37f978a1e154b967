"""`config show|smtp|smtp-test`: the mail server, set for this computer."""

import os
from contextlib import closing
from typing import Annotated, Any

import typer

from calbook import settings
from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.screen import words
from calbook.delivery.outcome import Outcome

_KEYS = (
    "path",
    "host",
    "port",
    "security",
    "user",
    "passwordFrom",
    "from",
    "allowPlain",
)


def show(json: o.Json = False) -> None:
    """Show the mail server and where its settings are."""
    _show(json)


def smtp(
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="The server: smtp.example.com."),
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(
            "--port",
            metavar="N",
            help="Its port, if not 587 for starttls, 465 for tls or 25 for none.",
        ),
    ] = None,
    security: Annotated[
        str | None,
        typer.Option("--security", metavar="starttls|tls|none", help="[starttls]"),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Who logs in; none: nobody."),
    ] = None,
    password_command: Annotated[
        str | None,
        typer.Option(
            "--password-command",
            metavar="CMD",
            help="Prints the password: 'pass smtp'.",
        ),
    ] = None,
    password_env: Annotated[
        str | None,
        typer.Option(
            "--password-env", metavar="NAME", help="The variable that holds it."
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="ADDRESS", help="Whom the mail comes from."),
    ] = None,
    allow_plain: Annotated[
        bool,
        typer.Option(
            "--allow-plain",
            help="Let mail go unencrypted, for others to read: --security none.",
        ),
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Send no mail any more.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Say which server takes the mail; the rest stays as it is."""
    given: dict[str, Any] = {
        "host": host,
        "port": None if port is None else _port(port),
        "security": security,
        "user": user,
        "password_command": password_command,
        "password_env": password_env,
        "from": from_,
        "allow_plain": allow_plain or None,
    }
    said = {key: value for key, value in given.items() if value is not None}
    if user == "none":
        said["user"] = None
    if bool(said) == remove:
        from calbook.core.errors import UsageError

        raise UsageError(
            "say what to set, or --remove",
            hint="calbook config smtp --host smtp.example.com --from me@example.com"
            " --user me --password-command 'pass smtp'",
        )
    _save(settings.without_mail_server() if remove else settings.with_mail_server(said))
    _show(json)


def _port(text: str) -> int:
    from calbook.cli.session import read_whole_number

    return read_whole_number(text, "--port")


def _save(data: bytes) -> None:
    """Into the file itself, also where a link leads to it."""
    from calbook.cli import file_output
    from calbook.core.errors import OutputError

    path = os.path.realpath(settings.config_path())
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", path=path) from None
    file_output.save_file(path, data, force=True)


def _show(json: bool) -> None:
    output.print_object(_settings(), OutputOptions(json=json), keys=_KEYS, card=_card)


def _settings() -> dict[str, Any]:
    """Nothing secret: a command may hold a password."""
    server = settings.mail_server()
    if server is None:
        return dict.fromkeys(_KEYS) | {"path": settings.config_path()}
    command, variable = server.password_command, server.password_env
    return {
        "path": settings.config_path(),
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "user": server.user,
        "passwordFrom": "command" if command else variable and f"${variable}",
        "from": server.sender,
        "allowPlain": server.allow_plain,
    }


def _card(item: dict[str, Any]) -> str:
    if item["host"] is None:
        return words.card_text([("File", item["path"]), ("Mail server", "none")])
    return words.card_text(
        [
            ("File", item["path"]),
            ("Mail server", f"{item['host']}:{item['port']}"),
            ("Security", item["security"]),
            ("User", item["user"]),
            ("Password", item["passwordFrom"] and f"from {item['passwordFrom']}"),
            ("From", item["from"]),
            ("Plain mail", item["allowPlain"] and "allowed"),
        ]
    )


def smtp_test(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="Send a mail there as well."),
    ] = None,
    json: o.Json = False,
) -> None:
    """Try the mail server; with --to, by sending a mail."""
    from calbook.core import checks
    from calbook.core.errors import DeliveryFailed, MailNotConfigured

    address = None if to is None else checks.email(to, "--to")
    server = settings.mail_server()
    if server is None:
        raise MailNotConfigured(
            "no mail server is configured",
            command_hint="name one: calbook config smtp --host smtp.example.com"
            " --from you@example.com",
        )
    outcome = _try_server(server, address)
    if outcome.status != "delivered":
        raise DeliveryFailed(
            f"{server.host}:{server.port}: {outcome.text}",
            hint="see calbook config show",
            host=server.host,
            port=server.port,
            code=outcome.code,
        )
    item = {
        "host": server.host,
        "port": server.port,
        "to": address,
        "code": outcome.code,
        "response": outcome.text,
    }
    output.print_object(
        item, OutputOptions(json=json), keys=tuple(item), card=_test_text
    )


def _try_server(server: settings.MailServer, to: str | None) -> Outcome:
    from calbook.api.client import system_clock
    from calbook.core import ids
    from calbook.delivery.mail import messages, smtp  # slow to import

    if to is None:
        return smtp.check_login(server, seconds=smtp.ATTEMPT_SECONDS)
    envelope = messages.Envelope(ids.delivery(), server.sender, system_clock())
    message = messages.test_message(envelope, to)
    with closing(smtp.SmtpSender()) as postman:
        return postman.send_message(server, to, message, seconds=smtp.ATTEMPT_SECONDS)


def _test_text(item: dict[str, Any]) -> str:
    done = f"Sent a mail to {item['to']}" if item["to"] else "It takes mail"
    return f"{done}; {item['host']}:{item['port']} said: {item['response']}\n"

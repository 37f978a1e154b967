"""`config show|get|set|unset|edit|path|smtp|smtp-test`: what this computer is set to.

All but the mail server's own commands is made of the one table of settings.
"""

from typing import Annotated, Any

from calbook.cli import config_file, output
from calbook.cli import options as o
from calbook.cli.defaults import was_told
from calbook.cli.error_output import Refusals
from calbook.cli.option_values import read_whole_number
from calbook.cli.session import require_yes
from calbook.core import checks
from calbook.core.errors import InputError, MailNotConfigured, UsageError
from calbook.settings import editing
from calbook.settings.mail_server import mail_server
from calbook.settings.reading import config_path
from calbook.settings.table import SETTINGS, find_setting
from calbook.settings.values import Value, read_value, read_values

_SET = "set EDITOR to your editor, or: calbook config set SETTING VALUE"
_KEYS = ("name", "value", "source")
Name = Annotated[str, o.Argument(metavar="SETTING", help="As config show lists them.")]


def show(
    name: Annotated[
        str | None,
        o.Argument(metavar="[SETTING]", help="Only this one; all without it."),
    ] = None,
    *,
    out: o.JsonOnly,
) -> None:
    """Show each setting and where it comes from: environment, file or default."""
    if name is not None:
        _print_list([read_value(find_setting(name).name)], out)
        return
    found, faults = read_values()
    if faults and out.json:
        raise faults[0]
    if found:
        _print_list(found, out)
    refusals = Refusals(out.form())
    for fault in faults:
        refusals.report(fault, told=was_told(fault))
    refusals.finish()


def get(name: Name) -> None:
    """Print the value of a setting alone."""
    found = read_value(find_setting(name).name)
    output.write(f"{_text(found.value)}\n")


def set_(
    name: Name,
    value: Annotated[
        str, o.Argument(metavar="VALUE", help="What it may be: config show.")
    ],
    *,
    out: o.JsonOnly,
) -> None:
    """Set a setting in the file of this computer."""
    setting = find_setting(name)
    new = None if value.strip().lower() in ("", "none") else setting.typed(value)
    if setting.key == "security":
        new = value  # where none is a word
    config_file.save_config(editing.with_value(setting, new))
    _print_one(setting.name, out)


def unset(name: Name, *, out: o.JsonOnly) -> None:
    """Take a setting out of the file, so that its default counts."""
    data = None if name in SETTINGS else editing.without_key(name)
    if data is not None:
        config_file.save_config(data)
        return
    setting = find_setting(name)
    if read_value(setting.name).source == "file":
        config_file.save_config(editing.with_value(setting, None))
    _print_one(setting.name, out)


def path() -> None:
    """Print where the file is, also before it is there."""
    output.write(f"{config_path()}\n")


def edit() -> None:
    """Edit the file in your editor; what makes no sense is not taken."""
    from calbook.cli import editor  # only here

    before = config_file.read_config()
    with editor.own_copy("config.toml", before or _template()) as copy:
        while True:
            editor.run_editor(copy, hint=_SET)
            with open(copy, "rb") as file:
                data = file.read()
            if data in (before, _template()):
                output.say("nothing was changed")
                return
            try:
                editing.check_file(data)
                break
            except InputError as error:
                if not output.is_interactive():
                    raise
                output.say(f"calbook: {error.message}")
                require_yes("Edit it again?", yes=False)
        config_file.save_config(data)
    output.say(f"saved {config_path()}")


def _template() -> bytes:
    """What there is to be set, for a file that is not there yet."""
    lines = ["# What is set for this computer. A line counts without its #."]
    section = ""
    for setting in SETTINGS.values():
        if setting.section != section:
            section = setting.section
            lines += ["", f"[{section}]"]
        lines += [f"# {setting.help}", f"# {setting.key} = {setting.values}"]
    return "\n".join([*lines, ""]).encode()


class Server(o.Group):
    """The settings, named as in the file."""

    host: str | None = o.option("--server", "SERVER", "Its name: smtp.example.com.")
    port: str | None = o.option(
        "--port",
        "N",
        "Its port, if not 587 for starttls, 465 for tls or 25 for none.",
    )
    security: str | None = o.option(
        "--security", "starttls|tls|none", "How it is encrypted [default: starttls]."
    )
    user: str | None = o.option("--user", "NAME", "Who logs in; none: nobody.")
    password_command: str | None = o.option(
        "--password-command", "COMMAND", "Prints the password: 'pass smtp'."
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
        bool, o.Declared("--remove", help="Send no mail any more.")
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
        editing.without_mail_server() if remove else editing.with_mail_server(said)
    )
    of_server = [name for name in SETTINGS if name.startswith("smtp.")]
    _print_list(list(map(read_value, of_server)), out)


def _print_list(values: list[Value], out: o.Output) -> None:
    def table(items: Any) -> str:
        from calbook.cli.screen.settings import settings_table

        return settings_table(items, config_path())

    output.print_list(list(map(_to_json, values)), out.form(), keys=_KEYS, table=table)


def _print_one(name: str, out: o.Output) -> None:
    output.print_object(
        _to_json(read_value(name)),
        out.form(),
        keys=_KEYS,
        card=_card,
    )


def _card(item: dict[str, Any]) -> str:
    """What counts now, and whether something else than the file says so."""
    if item["value"] is None:
        return f"{item['name']} is not set\n"
    said = f"{item['name']} = {_text(item['value'])}"
    if item["source"] == "file":
        return f"{said}\n"
    is_variable = item["source"] == "environment"
    return f"{said} ({item['variable'] if is_variable else 'default'})\n"


def _to_json(found: Value) -> dict[str, Any]:
    """Nothing secret: a command may hold a password, so its first word alone."""
    setting, value = found.setting, found.value
    if setting.is_secret and value:
        first, *more = value.split()
        value = first if not more else "…" if "=" in first else f"{first} …"
    return {
        "name": setting.name,
        "value": value,
        "source": found.source,
        "default": setting.default,
        "values": setting.values,
        "variable": setting.variable,
        "description": setting.help,
    }


def _text(value: Any) -> str:
    """As `config set` takes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def smtp_test(
    *,
    to: Annotated[
        str | None,
        o.Declared("--send-to", metavar="ADDRESS", help="Send a mail there as well."),
    ] = None,
    out: o.JsonOnly,
) -> None:
    """Try the mail server; with --send-to, by sending a mail."""
    from calbook.api.mails import check_server

    address = None if to is None else checks.email(to, "--send-to")
    server = mail_server()
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

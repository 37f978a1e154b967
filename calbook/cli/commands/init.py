"""`init`: the file's first host, and who sits at the keyboard."""

from typing import Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.host import HOSTS


class Person(o.Group):
    name: str | None = o.option("--name", "NAME", "Your name.")
    email: str | None = o.option("--email", "ADDRESS", "Invites come from it.")
    timezone: str | None = o.option("--tz", "ZONE", "The zone of your working hours.")


def init(*, person: Person, out: o.Answering) -> None:
    """Make the bookings file yours: name, e-mail, zone. On a terminal it asks."""
    by: bytes | None = None
    with out.client() as client:
        asks = (
            output.is_interactive()
            and not out.json
            and None in person.options().values()
        )
        if asks:
            person = _ask(client.set_up().to_dict(), person)
            by = _ask_who_asks()
        host = client.set_up(**person.given())
    if by is not None:
        from calbook.cli import config_file  # only where it is to be written

        config_file.save_config(by)
    HOSTS.print(host, out)
    if asks:
        output.flush()
        output.say(f"Your bookings are in {client.path}. Next:")
        output.say("  calbook event add demo --title 'Product demo' --duration 30")
        output.say("  calbook create --event demo")


def _ask(me: dict[str, Any], person: Person) -> Person:
    from calbook.cli.asking import ask
    from calbook.core import checks
    from calbook.core.time import parsing

    questions: dict[str, tuple[str, Any]] = {
        "name": ("Your name", lambda text: checks.line(text, "the name")),
        "email": ("Your e-mail", lambda text: checks.email(text, "this")),
        "timezone": ("Your time zone", parsing.timezone),
    }
    return Person(
        **{
            key: getattr(person, key)
            or ask(label, check, default=me[key] if me[key] != "Me" else None)
            for key, (label, check) in questions.items()
        }
    )


def _ask_who_asks() -> bytes | None:
    """The config file with who sits at the keyboard; None where it says so already."""
    from calbook.cli.asking import ask_choice
    from calbook.core import checks
    from calbook.settings.editing import with_value
    from calbook.settings.table import find_setting
    from calbook.settings.values import read_value

    setting = find_setting("defaults.by")
    _, before, source = read_value(setting.name)
    words = ("host", "attendee")
    usual = "host" if source == "default" else before
    output.say_always("Who sits at this keyboard?")
    by: str = ask_choice(
        "Who asks (a number)",
        [(words[0], "the host, who may pass rules"), (words[1], "the attendee")],
        default=1 + words.index(usual),
        other=lambda text: checks.choice(text, "it", words),
    )
    return None if by == before else with_value(setting, by)

"""`init` and `tick`: the file's first host, and what time has done."""

from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards
from calbook.cli.session import open_client, show_value

_HOST_KEYS = ("id", "name", "email", "timezone", "scheduleId")
_EVENT_KEYS = ("at", "type", "uid", "by", "change", "id")


def init(
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Your name.")
    ] = None,
    email: Annotated[
        str | None,
        typer.Option("--email", metavar="ADDRESS", help="Invites come from it."),
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="The zone of your working hours."),
    ] = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Make the bookings file yours: name, e-mail, zone. On a terminal it asks."""
    given = {"name": name, "email": email, "timezone": tz}
    with open_client(db) as client:
        asks = output.is_interactive() and not json and None in given.values()
        if asks:
            given = _asked(client.calendar.hosts.list()[0].to_dict(), given)
        wanted = {key: value for key, value in given.items() if value is not None}
        host = client.set_up(**wanted)
    show_value(host, OutputOptions(json=json), keys=_HOST_KEYS, card=cards.host_card)
    if asks:
        output.flush()
        output.say(f"Your file is {client.path}. Next:")
        output.say("  calbook event add demo --title 'Product demo' --duration 30")
        output.say("  calbook create --event demo")


def _asked(me: dict[str, Any], given: dict[str, str | None]) -> dict[str, str | None]:
    from calbook.cli.prompts import ask
    from calbook.core import checks
    from calbook.core.time import parsing

    questions: dict[str, tuple[str, Any]] = {
        "name": ("Your name", lambda text: checks.line(text, "the name")),
        "email": ("Your e-mail", lambda text: checks.email(text, "this")),
        "timezone": ("Your time zone", parsing.timezone),
    }
    return {
        key: given[key]
        or ask(label, check, default=me[key] if me[key] != "Me" else None)
        for key, (label, check) in questions.items()
    }


def tick(
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    no_deliver: o.NoDeliver = False,
    db: o.Db = None,
) -> None:
    """Write the events for what time has done: completed, expired."""
    with open_client(db) as client:
        events = [event.to_dict() for event in client.tick()]

    def table(items: Any) -> str:
        done = sum(item["type"] == "booking.completed" for item in items)
        return f"{done} completed, {len(items) - done} expired\n"

    output.print_list(
        events, OutputOptions(json, jsonl, csv, fields), keys=_EVENT_KEYS, table=table
    )

"""`host add|list|show|update|remove`: who gives the time."""

from typing import Annotated, Any

import typer

from calbook.cli import options as o
from calbook.cli.commands import catalog
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards
from calbook.cli.session import open_client, show_value

_KEYS = ("id", "name", "email", "timezone", "scheduleId")

Name = Annotated[
    str, typer.Argument(metavar="HOST", help="The host's id: alice or user_alice.")
]
FullName = Annotated[str | None, typer.Option("--name", metavar="NAME")]
Zone = Annotated[
    str | None,
    typer.Option("--tz", metavar="ZONE", help="The host's zone."),
]
Schedule = Annotated[
    str | None,
    typer.Option("--schedule", metavar="SCHEDULE", help="The host's usual schedule."),
]


def add(
    host: Name,
    name: FullName = None,
    email: o.Email = None,
    tz: Zone = None,
    schedule: Schedule = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Add a host."""
    with open_client(db) as client:
        added = client.calendar.hosts.create(host, **_fields(name, email, tz, schedule))
    show_value(added, OutputOptions(json=json), keys=_KEYS, card=cards.host_card)


def update(
    host: Name,
    name: FullName = None,
    email: o.Email = None,
    tz: Zone = None,
    schedule: Schedule = None,
    json: o.Json = False,
    db: o.Db = None,
) -> None:
    """Change a host; an empty --email takes it out."""
    fields = _fields(name, email, tz, schedule)
    if email == "":
        fields["email"] = None
    with open_client(db) as client:
        updated = client.calendar.hosts.update(host, **fields)
    show_value(updated, OutputOptions(json=json), keys=_KEYS, card=cards.host_card)


def _fields(
    name: str | None, email: str | None, tz: str | None, schedule: str | None
) -> dict[str, Any]:
    given = {"name": name, "email": email, "timezone": tz, "schedule_id": schedule}
    return {key: value for key, value in given.items() if value is not None}


def list_hosts(
    json: o.Json = False,
    jsonl: o.Jsonl = False,
    csv: o.Csv = False,
    fields: o.Fields = None,
    db: o.Db = None,
) -> None:
    """List the hosts."""
    catalog.show_all("hosts", OutputOptions(json, jsonl, csv, fields), db, keys=_KEYS)


def show(
    host: Name, json: o.Json = False, fields: o.Fields = None, db: o.Db = None
) -> None:
    """Show one host."""
    form = OutputOptions(json=json, fields=fields)
    catalog.show_one("hosts", host, form, db, keys=_KEYS, card=cards.host_card)


def remove(
    host: Name, yes: o.Yes = False, json: o.Json = False, db: o.Db = None
) -> None:
    """Remove a host that nothing refers to."""
    catalog.remove("hosts", host, db, yes=yes, json=json)

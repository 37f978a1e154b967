"""`host add|list|show|update|remove`: who gives the time."""

from typing import Annotated

import typer

from calbook.cli import options as o
from calbook.cli.entries import Entries
from calbook.cli.screen import cards

HOSTS = Entries(
    "hosts",
    ("id", "name", "email", "timezone", "scheduleId", "retiredAt"),
    cards.host_card,
)

Name = Annotated[
    str, typer.Argument(metavar="HOST", help="The host's id: alice or user_alice.")
]


class Fields(o.Group):
    name: o.Name = None
    email: o.Email = None
    timezone: str | None = o.option("--tz", "ZONE", "The host's zone.")
    schedule_id: str | None = o.option(
        "--schedule", "SCHEDULE", "The host's usual schedule."
    )


def add(host: Name, *, fields: Fields, out: o.Printing) -> None:
    """Add a host."""
    HOSTS.save("create", host, fields.given(), out)


def update(host: Name, *, fields: Fields, out: o.Printing) -> None:
    """Change a host; an empty --email takes it out."""
    without_email = {"email": None} if fields.email == "" else {}
    HOSTS.save("update", host, fields.given() | without_email, out)


def list_(*, out: o.Listing) -> None:
    """List the hosts."""
    HOSTS.print_all(out)


def show(host: Name, *, out: o.Showing) -> None:
    """Show one host."""
    HOSTS.print_one(host, out)


def remove(host: Name, *, yes: o.Yes = False, out: o.Printing) -> None:
    """Remove a host that nothing refers to."""
    HOSTS.remove(host, out, yes=yes)

"""`host add|list|show|update|remove`: who gives the time."""

from typing import Annotated

from calbook.cli import options as o
from calbook.cli.entries import Entries, Removing, Saving
from calbook.cli.output import Json
from calbook.cli.screen import cards

HOSTS = Entries(
    "hosts",
    ("id", "name", "email", "timezone", "scheduleId", "retiredAt", "language"),
    cards.host_card,
    shown_only=("retired_at",),
)

Name = Annotated[
    str, o.Argument(metavar="HOST", help="The host's id: alice or user_alice.")
]


NewName = Annotated[
    str | None,
    o.Argument(metavar="[HOST]", help="Its id: alice; else as --input says."),
]


class Fields(o.Group):
    clearable = ("email", "limits", "language")

    name: o.Name = None
    email: o.Email = None
    timezone: str | None = o.option("--tz", "ZONE", "The host's zone.")
    language: str | None = o.option(
        "--language", "TAG", "Of mail to them and their attendees: de, pt-BR; or none."
    )
    schedule_id: str | None = o.option(
        "--schedule", "SCHEDULE", "The host's usual schedule."
    )
    limits: list[str] | None = o.option(
        "--booking-limit",
        "N/PERIOD",
        "Most over all event types: 6/day, 20/week, 8h/day; may be repeated,"
        " none takes all out.",
    )


def add(
    host: NewName = None, *, fields: Fields, saving: Saving, out: o.Answering
) -> None:
    """Add a host."""
    HOSTS.save("create", host, _read_fields(fields), saving, out)


def update(
    host: Name,
    *,
    fields: Fields,
    clear: o.Clear = None,
    saving: Saving,
    out: o.Answering,
) -> None:
    """Change a host, or --clear the e-mail, the limits or the language."""
    fields.clear(clear)
    without_email = {"email": None} if fields.email == "" else {}
    HOSTS.save("update", host, _read_fields(fields) | without_email, saving, out)


def _read_fields(fields: Fields) -> Json:
    given = fields.given()
    if given.get("language") in ("", "none"):
        given["language"] = None
    if "limits" in given:
        given["limits"] = o.without_none(given["limits"])
    return given


def list_(*, out: o.Sorting) -> None:
    """List the hosts."""
    HOSTS.print_all(out)


def show(host: Name, *, out: o.Answering) -> None:
    """Show one host."""
    HOSTS.print_one(host, out)


def remove(host: Name, *, removing: Removing, out: o.Answering) -> None:
    """Remove a host that nothing refers to."""
    HOSTS.remove(host, removing, out)

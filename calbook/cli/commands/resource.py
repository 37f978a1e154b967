"""`resource add|list|show|update|remove`: rooms and things that bookings need."""

from typing import Annotated, Any

from calbook.cli import options as o
from calbook.cli.entries import Entries, Removing, Saving
from calbook.cli.option_values import read_whole_number
from calbook.cli.screen import cards

RESOURCES = Entries(
    "resources",
    ("id", "name", "kind", "capacity", "timezone", "scheduleId"),
    cards.resource_card,
)

Name = Annotated[
    str,
    o.Argument(metavar="RESOURCE", help="The resource's id: room1 or res_room1."),
]


NewName = Annotated[
    str | None,
    o.Argument(metavar="[RESOURCE]", help="Its id: room1; else as --input says."),
]


class Fields(o.Group):
    clearable = ("capacity", "schedule_id")
    cleared_as = "none"

    name: o.Name = None
    kind: str | None = o.option("--kind", "WORD", "What it is: room, device, …")
    capacity: str | None = o.option("--capacity", "N", "Persons it holds, or none.")
    timezone: str | None = o.option("--tz", "ZONE", "The zone of its days.")
    schedule_id: str | None = o.option(
        "--schedule", "SCHEDULE", "When it can be had; at any time without, or none."
    )


def _given(fields: Fields) -> dict[str, Any]:
    """`none` takes a limit out."""
    given = fields.given()
    for name in ("capacity", "schedule_id"):
        if given.get(name) in ("", "none"):
            given[name] = None
    if given.get("capacity") is not None:
        given["capacity"] = read_whole_number(given["capacity"], "--capacity")
    return given


def add(
    resource: NewName = None, *, fields: Fields, saving: Saving, out: o.Answering
) -> None:
    """Add a room or thing."""
    RESOURCES.save("create", resource, _given(fields), saving, out)


def update(
    resource: Name,
    *,
    fields: Fields,
    clear: o.Clear = None,
    saving: Saving,
    out: o.Answering,
) -> None:
    """Change a room or thing, or --clear its capacity or schedule."""
    fields.clear(clear)
    RESOURCES.save("update", resource, _given(fields), saving, out)


def list_(*, out: o.Sorting) -> None:
    """List the rooms and things."""
    RESOURCES.print_all(out)


def show(resource: Name, *, out: o.Answering) -> None:
    """Show one room or thing."""
    RESOURCES.print_one(resource, out)


def remove(resource: Name, *, removing: Removing, out: o.Answering) -> None:
    """Remove a room or thing that nothing refers to."""
    RESOURCES.remove(resource, removing, out)

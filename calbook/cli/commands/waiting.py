"""`waiting list|show|remove`: who waits for time that is taken."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.output import Json
from calbook.cli.session import mark_dry_run, report_write_failure

if TYPE_CHECKING:
    from calbook.api.values.waiting import WaitingEntry
    from calbook.cli.output import OutputOptions

KEYS = (
    *("id", "state", "position", "eventTypeId", "startTime", "earliest", "latest"),
    *("timezone", "attendee.name", "attendee.email", "heldUntil", "offeredUid"),
)

Id = Annotated[
    str,
    o.Argument(metavar="WAITING", help="The id on the list; a prefix will do."),
]


def list_(
    *,
    event: o.EventType = None,
    past: Annotated[
        bool, o.Declared("--all", help="Also who is in line no longer.")
    ] = False,
    out: o.SortingTimes,
) -> None:
    """List who is in line, first come first."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.waiting.list(event_type_id=event, past=past)

    def table(items: Sequence[Json]) -> str:
        from calbook.cli.screen import waiting

        return waiting.waiting_table(items, form.tz)

    output.print_list(found, form, keys=KEYS, table=table)


def show(id: Id, *, out: o.AnsweringTimes) -> None:
    """Show somebody in line, with what happened and why."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.waiting.get(id)
    _print(found, form)


def remove(
    id: Id,
    *,
    dry_run: o.DryRun = False,
    out: o.PrintingChange,
) -> None:
    """Take somebody out; what was offered to them goes to the next in line."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.waiting.remove(id, dry_run=dry_run)
    with report_write_failure("Removed", [] if dry_run else [str(found.id)]):
        _print(found, form)
    mark_dry_run(form, dry_run=dry_run)


def _print(entry: "WaitingEntry", form: "OutputOptions") -> None:
    def card(item: Json) -> str:
        from calbook.cli.screen import waiting

        return waiting.waiting_card(item, form.tz)

    output.print_object(entry, form, keys=KEYS, card=card)

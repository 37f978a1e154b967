"""`host away|retire|restore`: a host who is away for some time, or for good."""

from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.host import HOSTS, Name
from calbook.cli.output import Json
from calbook.cli.session import (
    report_write_failure,
    require_yes,
    say_not_written,
    usage_error,
)

if TYPE_CHECKING:
    from calbook.api.values.host_dates import HostAway

_KEYS = (
    *("outcome", "uid", "date", "startTime", "endTime", "eventTypeId"),
    *("attendee.name", "attendee.email", "hostIds", "code", "message"),
)
_OUTCOMES = {"handedOver": "handed over", "cancelled": "cancelled", "left": "left"}


class Fate(o.Group):
    """What becomes of the dates in it."""

    reassign: bool = o.flag("--reassign", "Hand over what another host can take.")
    cancel: bool = o.flag("--cancel", "Cancel what is left.")
    list: bool = o.flag("--list", "Change nothing; as without --reassign, --cancel.")
    reason: o.Reason = None


class Telling(o.Group):
    notify_attendee: bool | None = o.Change.declared["notify_attendee"]
    dry_run: o.DryRun = False
    yes: o.Yes = False
    no_deliver: bool = o.Change.declared["no_deliver"]


def away(
    host: Name,
    *,
    within: o.Range,
    what: Fate,
    change: Telling,
    out: o.PrintingChange,
) -> None:
    """Hand over or cancel what a host has to do in some time, or list it.

    The exit status is 1 where something is left that was to be handed over.
    """
    within.check_both_ends("as in --from today --to fri")
    changes = what.reassign or what.cancel
    if what.list and changes:
        raise usage_error("--list changes nothing", "leave it out, or the others")
    form = out.form_in_zone()
    wanted: Json = {
        "reassign": what.reassign,
        "cancel": what.cancel,
        "reason": what.reason,
        "timezone": form.tz,
        "notify_attendee": o.read_notify(change.notify_attendee),
    }
    with out.client() as client:
        hosts = client.calendar.hosts
        start, end = within.bounds(client, form.tz).values()
        wanted |= {"start_time": start, "end_time": end}
        if what.cancel and not change.dry_run:
            would = hosts.away(host, **wanted, dry_run=True)
            if count := len(would.cancelled):
                dates = "1 date" if count == 1 else f"{count} dates"
                require_yes(f"Cancel {dates} of {would.host}?", yes=change.yes)
        found = hosts.away(host, **wanted, dry_run=change.dry_run)
    _print_away(found, form, changes=changes, dry_run=change.dry_run)
    if what.reassign and found.left:
        raise typer.Exit(1)


def _print_away(
    found: "HostAway", form: output.OutputOptions, *, changes: bool, dry_run: bool
) -> None:
    facts = found.to_dict()
    done = [item["uid"] for key in ("handedOver", "cancelled") for item in facts[key]]
    with report_write_failure("Changed", [] if dry_run else list(dict.fromkeys(done))):
        if form.json:
            output.print_object(facts, form, keys=(), card=str)
            return
        rows = [
            {"outcome": word if changes else "listed", **item}
            for key, word in _OUTCOMES.items()
            for item in facts[key]
        ]
        rows.sort(key=lambda row: (row["startTime"], row["uid"]))
        output.print_list(rows, form, keys=_KEYS, table=lambda _: _table(facts, rows))
    if not output.is_for_people(form):
        return
    output.flush()
    for line in _remarks(facts, changes=changes, dry_run=dry_run):
        output.say(line)


def _table(facts: Json, rows: list[Json]) -> str:
    from calbook.cli.screen import host_dates

    return host_dates.away_table(facts, rows)


def _remarks(facts: Json, *, changes: bool, dry_run: bool) -> list[str]:
    """What was not changed, and how to take back what was."""
    if dry_run:
        return ["nothing was changed: --dry-run"] if changes else []
    if changes:
        name = facts["busy"]
        return [f"the time is blocked by {name}: calbook busy remove {name} frees it"]
    if facts["left"]:
        return ["hint: --reassign hands over what others can take, --cancel cancels"]
    return []


def retire(
    host: Name,
    *,
    since: Annotated[
        str | None,
        o.Declared("--from", metavar="WHEN", help="From then on [default: now]."),
    ] = None,
    dry_run: o.DryRun = False,
    out: o.AnsweringTimes,
) -> None:
    """Let nobody book a host any more; what is left to do is listed."""
    form = out.form_in_zone()
    with out.client() as client:
        found = client.calendar.hosts.retire(host, from_date=since, dry_run=dry_run)
    facts = found.to_dict()
    if form.json:
        output.print_object(facts, form, keys=(), card=str)
        return
    rows = [{"outcome": "left", **item} for item in facts["left"]]

    def table(_: object) -> str:
        from calbook.cli.screen import host_dates

        return host_dates.retired_text(facts, rows)

    output.print_list(rows, form, keys=_KEYS, table=table)
    if dry_run:
        say_not_written()
    if rows and output.is_for_people(form):
        output.flush()
        first, last = (facts["left"][n]["startTime"][:10] for n in (0, -1))
        name = facts["host"]["id"].removeprefix("user_")
        call = f"calbook host away {name} --from {first} --to {last} --reassign"
        output.say(f"hint: {call} hands over what others can take")


def restore(host: Name, *, dry_run: o.DryRun = False, out: o.Answering) -> None:
    """Let a host who has retired be booked again."""
    with out.client() as client:
        found = client.calendar.hosts.restore(host, dry_run=dry_run)
    HOSTS.print(found, out, dry_run=dry_run)

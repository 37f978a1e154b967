"""`erase`: a person made nobody; `retention`: how long people are kept."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.person import Who
from calbook.cli.session import require_yes, usage_error
from calbook.core.text import printable

if TYPE_CHECKING:
    from calbook.api.values.people import Erasure


class Erasing(o.Group):
    uid: str | None = o.option(
        "--uid", "UID", "The booking in which PERSON is, of who has but a name."
    )
    cancel: bool = o.flag("--cancel", "Cancel what is still to come first.")
    dry_run: bool = o.flag("--dry-run", "Only show what would be erased.")
    yes: bool = o.flag("--yes", "Do not ask.")


def erase(
    person: Who,
    *,
    how: Erasing,
    out: o.PrintingQueued,
) -> None:
    """Make a person nobody in all that is stored; times and counts stay."""
    with out.client() as client:
        people = client.calendar.people
        label = printable(people.describe(person, uid=how.uid))
        done = people.erase(person, uid=how.uid, cancel=how.cancel, dry_run=True)
        if not how.dry_run and not _is_nothing(done):
            require_yes(f"Erase {label} from {_places(done)} for good?", yes=how.yes)
        if not how.dry_run:
            sends = os.environ.get("CALBOOK_DELIVER") != "off" and not out.no_deliver
            done = people.erase(
                person,
                uid=how.uid,
                cancel=how.cancel,
                cancelled=client.first_attempt if sends else None,
            )
    if out.json:
        output.print_object(done.to_dict(), out.form(), keys=(), card=str)
        return
    for line in _lines(done, label):
        output.say(line)


def _is_nothing(done: "Erasure") -> bool:
    return not done.places and not done.cancelled


def _places(done: "Erasure") -> str:
    bookings = "1 booking" if done.bookings == 1 else f"{done.bookings:,} bookings"
    return bookings if done.bookings else "what is stored"


def _lines(done: "Erasure", label: str) -> list[str]:
    verb = "would be " if done.dry_run else ""
    lines = [f"Nothing is held of {label}"] if _is_nothing(done) else []
    if done.places:
        what = "Would erase" if done.dry_run else "Erased"
        lines = [f"{what} {label}, in so many places:"]
    lines += [f"  {each['place']}: {each['count']:,}" for each in done.places]
    if done.cancelled:
        lines.append(f"{verb}cancelled: {', '.join(done.cancelled)}".capitalize())
    if done.mails_dropped:
        lines.append(
            f"{done.mails_dropped:,} mails that waited {verb or 'are '}dropped"
        )
    if done.elsewhere:
        lines.append("Still named in what is not theirs; look after it yourself:")
        lines += [f"  {e['place']} {e['key']}: {e['field']}" for e in done.elsewhere]
    if not (done.dry_run or done.compacted):
        lines.append("The room is not given back yet: calbook db compact")
    if done.copies and done.places:
        import shlex  # few have copies

        lines.append("Copies of the file hold it still. To remove them:")
        lines.append(f"  rm -r {shlex.join(done.copies)}")
    return lines


Retaining = Annotated[
    str | None,
    typer.Option(
        "--after", metavar="PERIOD", help="Erase people so long after: 3y, 18mo, 90d."
    ),
]


def retention(
    *,
    after: Retaining = None,
    off: Annotated[
        bool, typer.Option("--off", help="Erase nobody by itself any more.")
    ] = False,
    out: o.Printing,
) -> None:
    """Say how long people are kept after their last date, or show it."""
    if off and after is not None:
        raise usage_error("--after and --off contradict each other")
    with out.client() as client:
        found = client.calendar.retention.get()
        if off or after is not None:
            found = client.calendar.retention.set(after)
    if out.json:
        output.print_object(found.to_dict(), out.form(), keys=(), card=str)
        return
    if found.after is None:
        output.say("People are kept: nobody is erased by itself")
        return
    from calbook.core.time import periods

    output.say(
        f"People are erased {periods.period_text(found.after)} after their last date:"
        f" now whose last was before {found.before}"
    )

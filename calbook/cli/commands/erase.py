"""`erase`: a person made nobody; `retention`: how long people are kept."""

import os
from typing import TYPE_CHECKING, Annotated, Any

from calbook.cli import options as o
from calbook.cli import output
from calbook.cli.commands.person import Who
from calbook.cli.session import require_stored, require_yes, usage_error
from calbook.core.text import printable

if TYPE_CHECKING:
    from calbook.api.values.people import Erasure, Retention


class Erasing(o.Group):
    uid: str | None = o.option(
        "--uid", "UID", "A booking of PERSON, where only a name is known."
    )
    cancel: bool = o.flag("--cancel", "Cancel what is still to come first.")
    texts: bool = o.flag("--texts", "Take the name out of what others wrote, too.")
    dry_run: bool = o.flag("--dry-run", "Only show what would be erased.")
    yes: o.Yes = False


def erase(
    person: Who,
    *,
    how: Erasing,
    out: o.PrintingQueued,
) -> None:
    """Make a person nobody in all that is stored; times and counts stay."""
    from calbook.cli.screen.erasing import erasure_lines, is_nothing

    with out.client() as client:
        require_stored(client)
        people = client.calendar.people
        label = printable(people.describe(person, uid=how.uid, texts=how.texts))
        options: Any = {"uid": how.uid, "cancel": how.cancel, "texts": how.texts}
        done = people.erase(person, **options, dry_run=True)
        if not how.dry_run and not is_nothing(done):
            require_yes(f"Erase {label} from {_places(done)} for good?", yes=how.yes)
        if not how.dry_run:
            sends = os.environ.get("CALBOOK_DELIVER") != "off" and not out.no_deliver
            done = people.erase(
                person, **options, cancelled=client.first_attempt if sends else None
            )
    if out.json:
        output.print_object(done.to_dict(), out.form(), keys=(), card=str)
        return
    for line in erasure_lines(done, label):
        output.say(line)


def _places(done: "Erasure") -> str:
    bookings = "1 booking" if done.bookings == 1 else f"{done.bookings:,} bookings"
    return bookings if done.bookings else "what is stored"


Retaining = Annotated[
    str | None,
    o.Declared(
        "--keep", metavar="PERIOD", help="Erase people so long after: 3y, 18mo, 90d."
    ),
]


def retention(
    *,
    after: Retaining = None,
    off: Annotated[
        bool, o.Declared("--off", help="Erase nobody by itself any more.")
    ] = False,
    dry_run: Annotated[
        bool, o.Declared("--dry-run", help="Only show who would be erased.")
    ] = False,
    yes: o.Yes = False,
    out: o.Printing,
) -> None:
    """Say how long people are kept after their last date, or show it."""
    if off and after is not None:
        raise usage_error("--keep and --off contradict each other")
    with out.client() as client:
        require_stored(client)
        found = client.calendar.retention.get()
        if off or after is not None:
            found = client.calendar.retention.set(after, dry_run=True)
            if found.people and not dry_run:
                require_yes(f"{_gone_text(found)} Erase them?", yes=yes)
            if not dry_run:
                found = client.calendar.retention.set(after)
    if out.json:
        output.print_object(found.to_dict(), out.form(), keys=(), card=str)
        return
    if found.after is None:
        output.say("People are kept: nobody is erased by itself")
        return
    from calbook.core.time import periods

    would = "would be" if dry_run and after is not None else "are"
    output.say(
        f"People {would} erased {periods.period_text(found.after)} after their last"
        f" date, today if before {found.before}"
    )
    if found.people:
        output.say(_gone_text(found))


def _gone_text(found: "Retention") -> str:
    many = "is 1 person" if found.people == 1 else f"are {found.people:,} people"
    return f"There {many} whom the next ticks erase."

"""`create --wait`: put somebody in line where what they want is taken."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from calbook.cli import output
from calbook.cli.output import Json, OutputOptions
from calbook.cli.session import mark_dry_run, report_write_failure, unchecked
from calbook.core.errors import CalbookError, NothingToWaitFor, UsageError

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.bookings import Booking
    from calbook.api.values.waiting import WaitingEntry

_NOT_KEPT = ("idempotency_key", "on_conflict", "hold")


class Wish(NamedTuple):
    """What is wanted, and for whom."""

    client: "Client"
    given: Json
    person: Json
    dry_run: bool


def check_options(given: Json) -> None:
    """Raise where something was said that somebody in line cannot have."""
    for key in _NOT_KEPT:
        if given.get(key) is not None:
            option = "--" + key.replace("_", "-")
            raise UsageError(f"{option} is for who books, not for who waits")


def book_or_wait(
    wish: Wish,
    book: "Callable[[], Booking]",
    form: OutputOptions,
    *,
    is_wanted: bool,
) -> "Booking | None":
    """Book it; where it is taken or full, put the person in line and say so.

    Who does not want it yet is asked first.
    """
    while "earliest" not in wish.given and "latest" not in wish.given:
        try:
            return book()
        except CalbookError as refusal:
            if not is_passing(refusal, wish.given):
                raise
            is_date = "group" in refusal.details  # of a series, which may have room
            has_room = is_date and refusal.details.get("seatsLeft") != 0
            if not is_wanted:
                if has_room:
                    raise
                _ask(refusal)
        try:
            _wait(wish, form)
        except NothingToWaitFor:
            if is_date:
                raise
            is_wanted = True  # it was freed just now
        else:
            return None
    _wait(wish, form)
    return None


def is_passing(refusal: CalbookError, given: Mapping[str, Any]) -> bool:
    """Whether somebody could wait for what refuses it to pass."""
    from calbook.core.booking.waiting import can_pass

    is_full = refusal.code == "seats_full"
    if given.get("hold") or (given.get("recurring") and not is_full):
        return False
    if is_full and 1 + len(given.get("guests") or ()) > refusal.details["seats"]:
        return False
    is_by_rules = bool(refusal.details.get("refusals"))
    return is_by_rules and "conflicts" not in refusal.details and can_pass(refusal)


def _ask(refusal: CalbookError) -> None:
    """Say what refuses it, and ask whether they wait; raises Failures at "no"."""
    from calbook.cli import error_output  # only where somebody is asked
    from calbook.cli.asking import ask_yes

    error_output.show(refusal, wants_json=False)
    if not ask_yes("Put them in line for it?"):
        raise error_output.Failures(refusal.exit_code)


def _wait(wish: Wish, form: OutputOptions) -> None:
    wanted = {key: value for key, value in wish.given.items() if key not in _NOT_KEPT}
    entry = wish.client.calendar.waiting.add(
        **wanted, attendee=unchecked(wish.person), dry_run=wish.dry_run
    )
    _show(entry, form, dry_run=wish.dry_run)


def _show(entry: "WaitingEntry", form: OutputOptions, *, dry_run: bool) -> None:
    from calbook.cli.commands.waiting import KEYS
    from calbook.cli.screen import waiting

    with report_write_failure("Put in line", [] if dry_run else [str(entry.id)]):
        output.print_object(
            entry,
            form,
            keys=KEYS,
            card=lambda item: waiting.added_text(item, form.tz, dry_run=dry_run),
        )
    mark_dry_run(form, dry_run=dry_run)

"""The last change of a booking taken back, by the rules for whoever asks for it.

One function is one transaction; a refusal raises and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from calbook.core.booking import (
    effective_status,
    inverses,
    lifecycle,
    seats_undone,
    series,
    transitions,
    undo,
)
from calbook.core.booking.changes import Change
from calbook.core.booking.inverses import Undoing
from calbook.core.booking.transitions import Action
from calbook.core.booking.undo import Inverse, PastChange
from calbook.core.errors import AlreadyCancelled, Damaged, NothingToChange
from calbook.core.model import Booking, Resolution, Status
from calbook.core.time import parsing
from calbook.services.bookings import change, notes
from calbook.services.bookings.change_options import ChangeOptions
from calbook.services.bookings.undo_rules import Rules
from calbook.store.last_changes import uid_changed_last
from calbook.store.reader import Reader
from calbook.wire.json_objects import Json
from calbook.wire.reading import history
from calbook.wire.reading.undoing import UndoRequest

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction
    from calbook.wire.json_objects import Row


def undo_change(
    context: Context, uid: str | None, options: ChangeOptions, wanted: UndoRequest
) -> Json:
    """Take back the last change of a booking, or of the one that was changed last.

    With a date of a series, what took that date off, whatever was changed since.

    Raises:
        CannotUndo: nothing takes it back.
        NothingToChange: there is nothing to take back.
        RuleError, Conflict: the rules do not allow it.
    """

    def undo_with(*, removes_notes: bool) -> Json:
        def decide(tx: Transaction, booking: Booking, now: datetime) -> Change:
            past = _past_change(tx, booking, wanted, now)
            inverse = _find_inverse(booking, past)
            asker = wanted.asker(past.by)
            undo.check_party(past, asker.by, booking.uid)
            if inverse is Inverse.WITHDRAW and not removes_notes:
                raise _NoteInTheWay
            undoing = Undoing(booking, past, now, asker.by, wanted.reason)
            return _INVERSES[inverse](Rules(tx, undoing, asker.overridden, options))

        return change.change_found(
            context,
            lambda tx: _find_uid(tx, uid, context.store.actor()),
            options,
            decide,
        )

    try:
        return undo_with(removes_notes=False)
    except _NoteInTheWay:
        notes.prepare_removal(context, dry_run=options.dry_run)
        return undo_with(removes_notes=True)


class _NoteInTheWay(Exception):
    """The store has to be made ready before a note can be removed for good."""


def last_change(context: Context, uid: str | None) -> Json:
    """The event of the change that would be taken back, with its booking's uid.

    Raises:
        NothingToChange: there is none.
    """
    from calbook.store.facts import Facts
    from calbook.wire.writing.bookings import event_to_json

    with context.store.read(Facts) as facts:
        booking = facts.booking(_find_uid(facts, uid, context.store.actor()))
        rows = facts.event_rows(booking.uid)
        past = _read_history(history.last_change, rows, booking)
    id = past.undoes["id"]
    row = next(row for row in rows if row["id"] == id)
    return event_to_json(row, booking.timezone)


def _find_uid(reader: Reader, uid: str | None, actor: str | None) -> str:
    if uid is not None:
        return reader.resolve_uid(uid)
    found = uid_changed_last(reader, actor)
    if found is None:
        who = f" by {actor}" if actor else ""
        raise NothingToChange(
            f"nothing was changed{who} yet",
            hint="give a uid",
            command_hint="give a UID",
        )
    return found


def _past_change(
    tx: Transaction, booking: Booking, wanted: UndoRequest, now: datetime
) -> PastChange:
    rows = tx.event_rows(booking.uid)
    if wanted.date is None:
        return _read_history(history.last_change, rows, booking)
    day = parsing.day(wanted.date, now=now, timezone=booking.timezone)
    day = _check_is_off(booking, day, now)
    return _read_history(history.change_that_took_off, rows, booking, day)


def _read_history(
    read: Callable[..., PastChange | None],
    rows: Sequence[Row],
    booking: Booking,
    *day: date,
) -> PastChange:
    """Raise where there is no change, or what another program wrote is none."""
    try:
        found = read(rows, booking, *day)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Damaged(
            f"what {booking.uid} was before its last change cannot be read",
            hint="change it by hand; calbook wrote nothing",
            uid=booking.uid,
        ) from error
    if found is None:
        raise _nothing_to_undo(booking.uid)
    return found


def _check_is_off(booking: Booking, day: date, now: datetime) -> date:
    """Raise where a date takes place as it is, or nobody has taken it off."""
    occurrence = effective_status.effective_occurrence(
        series.occurrence_on(booking, day), now
    )
    if occurrence.resolution is Resolution.EXPIRED:
        name = transitions.occurrence_name(booking, occurrence)
        raise AlreadyCancelled(name, Resolution.EXPIRED)
    if occurrence.status is not Status.CANCELLED:
        raise NothingToChange(
            f"{transitions.occurrence_name(booking, occurrence)} is not cancelled",
            hint="without date, the last change is taken back",
            command_hint="without --on, the last change is taken back",
            uid=booking.uid,
        )
    return day


def _nothing_to_undo(uid: str) -> NothingToChange:
    return NothingToChange(f"nothing of {uid} was changed yet", uid=uid)


def _find_inverse(booking: Booking, past: PastChange) -> Inverse:
    if past.day is not None and "erased" not in past.facts:
        return Inverse.RESTORE
    return undo.find_inverse(past, booking.uid)


def _restore(rules: Rules) -> Change:
    dates = inverses.dates_to_restore(rules.undoing)
    hosts = [rules.undoing.booking.hosts_of(now) for now, _ in dates]
    used = rules.check_time([(now, now.span) for now, _ in dates], hosts)
    undoing = rules.undoing._replace(overrides=used)
    return inverses.restore(undoing, dates, rules.event_type)


def _ask_again(rules: Rules) -> Change:
    return inverses.ask_again(rules.undoing)


def _end(rules: Rules) -> Change:
    dates = inverses.dates_to_end(rules.undoing)
    current = [now for now, _ in dates]
    booking, now = rules.undoing.booking, rules.undoing.now
    transitions.check_transition(booking, current, Action.CANCEL, now)
    rules.check_change(current, "cancel")
    return inverses.end(rules.undoing, dates)


def _confirm(rules: Rules) -> Change:
    booking, now = rules.undoing.booking, rules.undoing.now
    pending = transitions.occurrences_allowing(booking, Action.CONFIRM, now)
    change.check_claims(rules.tx, booking, pending, now)
    confirmed = lifecycle.confirm(booking, now=now, by=rules.undoing.by)
    return confirmed.with_facts(undoes=rules.undoing.past.undoes)


def _move(rules: Rules) -> Change:
    dates = inverses.dates_moved(rules.undoing)
    current = [now for now, _ in dates]
    booking, now = rules.undoing.booking, rules.undoing.now
    transitions.check_transition(booking, current, Action.RESCHEDULE, now)
    rules.check_change(current, "reschedule")
    before = rules.undoing.past.before
    used = rules.check_time(
        [(now, was.span) for now, was in dates],
        [before.hosts_of(was) for _, was in dates],
    )
    undoing = rules.undoing._replace(overrides=used)
    return inverses.move_back(undoing, dates, rules.event_type)


def _seat(rules: Rules) -> Change:
    inverses.check_persons(rules.undoing)
    used = rules.check_seats()
    return seats_undone.seat_as_before(rules.undoing._replace(overrides=used))


def _correct(rules: Rules) -> Change:
    from calbook.services.bookings import undo_details  # only for corrections

    return undo_details.correct(rules)


def _mark(rules: Rules) -> Change:
    return inverses.mark_as_before(rules.undoing)


def _withdraw(rules: Rules) -> Change:
    undoing = rules.undoing
    return notes.withdraw(rules.tx, undoing.booking, undoing.past, undoing.now)


_INVERSES: Mapping[Inverse, Callable[[Rules], Change]] = {
    Inverse.RESTORE: _restore,
    Inverse.ASK_AGAIN: _ask_again,
    Inverse.END: _end,
    Inverse.CONFIRM: _confirm,
    Inverse.MOVE: _move,
    Inverse.SEAT: _seat,
    Inverse.CORRECT: _correct,
    Inverse.MARK: _mark,
    Inverse.WITHDRAW: _withdraw,
}

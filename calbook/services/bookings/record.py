"""What every change ends with: time's part told, the booking saved, its event written.

All inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import chain

from calbook.core import ids
from calbook.core.booking import lifecycle
from calbook.core.booking.changes import Change
from calbook.core.errors import AlreadySo
from calbook.core.model import Booking, Event
from calbook.core.time import times
from calbook.core.typing_names import TYPE_CHECKING
from calbook.services.bookings.change_options import ChangeOptions
from calbook.store import line_check, reminders
from calbook.store.facts import keys_to_json
from calbook.store.transaction import Transaction
from calbook.wire.json_objects import Json
from calbook.wire.writing.bookings import (
    Answer,
    RowAnswer,
    booking_to_json,
    event_to_json,
    is_hold,
)

if TYPE_CHECKING:
    from calbook.services.bookings.waiting_line import WaitingLine
    from calbook.store.reminders import NotificationSettings

MOST_EVENTS = 50  # events of time passing that one write tells at most


def find_stored_result(
    tx: Transaction, options: ChangeOptions, now: datetime
) -> Json | None:
    """What the first request with its idempotency key was answered, if any."""
    key = options.idempotency_key
    if key is None:
        return None
    from calbook.services.bookings import repeats  # few give one

    return repeats.find_first_answer(tx, key, options, now)


def keep_booking(
    tx: Transaction,
    booking: Booking,
    met: AlreadySo,
    options: ChangeOptions,
    *,
    now: datetime,
) -> Json:
    """Answer a change that asked for what is so already: nothing is written."""
    tx.unchanged.append((booking.uid, met.json_message))
    answer = _answer(tx, booking.uid, now)
    seq = tx.last_event_seq(booking.uid)
    if seq is not None:
        _store_result(tx, options, seq, answer)
    return answer()


def _store_result(
    tx: Transaction, options: ChangeOptions, event_seq: int, answer: Answer
) -> None:
    """Under its idempotency key, if it has one."""
    key = options.idempotency_key
    if key is not None:
        from calbook.services.bookings import repeats  # few give one

        repeats.keep_answer(tx, key, options, event_seq, answer())


def record_expired_and_completed(tx: Transaction, now: datetime) -> list[Json]:
    """Write the events of occurrences that have expired or ended, oldest first.

    Only those occurrences are read and written, however long a series is.
    """
    due = tx.due_occurrences(now, limit=MOST_EVENTS)
    found: list[tuple[int, Event, str, Json]] = []
    line = waiting_line(tx, now) if due else None
    due = [(uid, key) for uid, key in due if not ids.is_waiting(uid)]
    for uid, keys in _by_uid(due).items():
        before = tx.booking_part(uid, keys)
        if line is not None and not line.can_expire(before):
            continue  # whoever comes next tells of it
        change = lifecycle.expire_and_complete(before, before.occurrences, now)
        tx.mark_recorded(change.booking)
        row = tx.booking_part_row(uid, keys_to_json(keys))
        assert row is not None
        answer = booking_to_json(row, now=times.epoch(now))
        for occurrence, event in zip(before.occurrences, change.events, strict=True):
            order = due.index((uid, occurrence.recurrence_id))
            found.append((order, event, before.timezone, answer))
    told = [
        event_to_json(tx.event_row(_tell(tx, event, answer, now)), timezone)
        for _, event, timezone, answer in sorted(found, key=lambda item: item[0])
    ]
    if line is not None:
        line.serve_expired(limit=MOST_EVENTS)
    return told


def waiting_line(tx: Transaction, now: datetime) -> WaitingLine | None:
    """Who waits; None where nobody does, which is asked once."""
    return _make_line(tx, now) if line_check.is_used(tx, now) else None


def _make_line(tx: Transaction, now: datetime) -> WaitingLine:
    from calbook.services.bookings.waiting_line import WaitingLine  # slow to import

    return WaitingLine(tx, _save_apart, _tell_apart, now)


def _save_apart(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    options: ChangeOptions,
    now: datetime,
) -> None:
    _save(tx, before, change, options, now=now)


def _tell_apart(tx: Transaction, event: Event, now: datetime) -> None:
    append_event(tx, event, booking_json(tx, event.uid, now))


def _tell(tx: Transaction, event: Event, answer: Json, now: datetime) -> int:
    """Append an event of time's; bad news by mail and to calendars as well."""
    seq = append_event(tx, event, answer)
    if event.type != "booking.cancelled":
        return seq
    habit = reminders.notification_settings(tx, event.uid)
    if habit.notify:
        from calbook.services.outbox import mail_notices

        mail_notices.queue_expiry_notice(tx, event, seq, now=now)
    if habit.are_pushed and not is_hold(answer):
        from calbook.store import pushes

        pushes.queue_pushes(tx, event.uid, kind=event.type, now=now)
    return seq


def _by_uid(due: Iterable[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """Each booking is read and written once, however many of its dates are due."""
    found: dict[str, list[datetime]] = {}
    for uid, key in due:
        found.setdefault(uid, []).append(key)
    return found


def save_change(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    options: ChangeOptions,
    *,
    now: datetime,
) -> Json:
    """Save a booking with its events; the booking's JSON as it is now.

    Who waits for what it frees is served at the end of the transaction, which may not
    have taken all that it frees by now.
    """
    answer = _save(tx, before, change, options, now=now)()
    if before is None:
        return answer  # what is new frees nothing
    from calbook.core.booking import freed_time  # slow to import

    after = change.booking
    outcome = freed_time.offer_end(before, after)
    if outcome is not None:  # also where nobody is in line any more
        _make_line(tx, now).settle_offer(before, after, outcome)
    has_joined = after.is_group and len(after.attendees) > len(before.attendees)
    if has_joined and (line := waiting_line(tx, now)) is not None:
        tx.before_commit.append(partial(line.end_needless_offers, after.uid))
    freed = freed_time.time_freed(before, after)
    if freed is not None and (line := waiting_line(tx, now)) is not None:
        tx.before_commit.append(partial(line.serve_change, after, freed))
    return answer


def save_new(
    tx: Transaction, change: Change, options: ChangeOptions, *, now: datetime
) -> Answer:
    """`save_change` of a booking that is not there yet."""
    return _save(tx, None, change, options, now=now)


def _save(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    options: ChangeOptions,
    *,
    now: datetime,
) -> Answer:
    change = _end_expired_in_the_way(tx, before, change, now)
    if before is not None:
        change = _settle_answers(tx, before, change, now)
    booking = change.booking
    if before is None:
        answer = RowAnswer(tx.save_new(booking), times.epoch(now))
    else:
        tx.save(booking, before)
        answer = _answer(tx, booking.uid, now)
    is_silent = options.is_silent
    habit = _notification_settings(tx, before, booking)
    notifies = habit.notify if options.notify is None else options.notify
    is_numbered = notifies or options.idempotency_key is not None
    replaced = None if before is None else _replaced(before, booking)
    last = len(change.events) - 1
    seqs = [
        _append_event(
            tx,
            event,
            answer,
            revision=(booking.version, booking.sequence),
            replaced=replaced if n == last else None,
            is_told=not (is_silent or booking.is_hold),
            is_numbered=is_numbered,
        )
        for n, event in enumerate(change.events)
    ]
    _queue_mail(tx, before, change, seqs, options, habit, now=now)
    if habit.are_pushed and not is_silent:
        _queue_pushes(tx, before, change, now)
    _store_result(tx, options, seqs[-1], answer)
    return answer


def _replaced(before: Booking, after: Booking) -> Json | None:
    from calbook.wire.writing.history import replaced_to_json  # only for changes

    return replaced_to_json(before, after)


def _notification_settings(
    tx: Transaction, before: Booking | None, after: Booking
) -> NotificationSettings:
    event_type = tx.locked_event_type
    if before is None and event_type and event_type.id == after.event_type_id:
        return reminders.settings_when_new(tx, event_type)
    return reminders.notification_settings(tx, after.uid)


def _end_expired_in_the_way(
    tx: Transaction, before: Booking | None, change: Change, now: datetime
) -> Change:
    """Requests whose time is taken have expired for good; the change, if its own.

    Else they would be pending again, without their time, once a wrong clock is right.
    """
    in_the_way = tx.expired_in_the_way(change.booking, before, now)
    for uid, keys in _by_uid(in_the_way).items():
        is_own = uid == change.booking.uid
        if not is_own:
            tx.lock_row(uid)
        asked = change.booking if is_own else tx.booking(uid)
        ended = lifecycle.end_expired(
            asked, [o for o in asked.occurrences if o.recurrence_id in keys], now
        )
        if is_own:
            change = Change(ended.booking, (*ended.events, *change.events))
            continue
        tx.save(ended.booking, asked)
        if asked.is_offer:
            _make_line(tx, now).lapse_offer(asked)
        for event in ended.events:
            _tell(tx, event, booking_json(tx, uid, now), now)
    return change


def _settle_answers(
    tx: Transaction, before: Booking, change: Change, now: datetime
) -> Change:
    """Who answered to a time that has changed is asked again; proposals end."""
    from calbook.core.booking import dates_changed  # only for changes

    after = change.booking
    if any(person.replies for person in after.attendees):
        from calbook.core.booking import replies  # slow to import

        after = replies.ask_again(before, after)
    if dates_changed.may_end_proposals(before, after) and line_check.has_proposal(
        tx, after.uid
    ):
        from calbook.core.booking import counters  # slow to import
        from calbook.store.counters import list_counters, save_counter

        for counter in list_counters(tx, uid=after.uid):
            if counters.has_ended(before, after, counter):
                ended = counter._replace(state=counters.State.ENDED, updated_at=now)
                save_counter(tx, ended)
    return change._replace(booking=after)


def booking_json(tx: Transaction, uid: str, now: datetime) -> Json:
    """The booking's JSON as it is now."""
    return _answer(tx, uid, now)()


def _answer(tx: Transaction, uid: str, now: datetime) -> RowAnswer:
    row = tx.booking_row(uid)
    assert row is not None
    return RowAnswer(row, times.epoch(now))


def _queue_mail(
    tx: Transaction,
    before: Booking | None,
    change: Change,
    seqs: list[int],
    options: ChangeOptions,
    habit: NotificationSettings,
    *,
    now: datetime,
) -> None:
    """Mail beside the events, and reminders before the meetings."""
    notify = habit.notify if options.notify is None else options.notify
    if notify and not options.is_silent:
        from calbook.services.outbox import (
            mail_notices,  # only where somebody is to be told
        )

        mail_notices.queue_notices(tx, before, change, seqs, now=now)
    if habit.has_reminders or habit.has_queued_reminders:
        from calbook.services.outbox import mail_notices

        mail_notices.update_reminders(tx, change.booking, now=now)


def _queue_pushes(
    tx: Transaction, before: Booking | None, change: Change, now: datetime
) -> None:
    """For the calendars of all who give it or gave it; a hold stands in none."""
    if change.booking.is_held and (before is None or before.is_held):
        return
    from calbook.store import pushes  # few have such calendars

    former = () if before is None else {*before.host_ids, *_hosts_of_dates(before)}
    kind = change.events[-1].type
    pushes.queue_pushes(tx, change.booking.uid, kind=kind, now=now, former=former)


def _hosts_of_dates(booking: Booking) -> Iterable[str]:
    return chain.from_iterable(o.host_ids for o in booking.occurrences)


def append_event(
    tx: Transaction, event: Event, answer: Json, *, is_silent: bool = False
) -> int:
    """Append an event that replaced nothing; `answer` is the booking after it."""
    return _append_event(
        tx,
        event,
        lambda: answer,
        revision=(answer["version"], answer["sequence"]),
        replaced=None,
        is_told=not (is_silent or is_hold(answer)),
        is_numbered=True,
    )


def _append_event(
    tx: Transaction,
    event: Event,
    answer: Answer,
    *,
    revision: tuple[int, int],
    replaced: Json | None,
    is_told: bool,
    is_numbered: bool,
) -> int:
    """Append an event, with what its change replaced; its number, if it is to have one.

    `replaced` goes with the last event of a change. Nobody has heard of a hold.
    """
    return tx.append_event(
        event,
        id=ids.event(),
        revision=revision,
        replaced=replaced,
        booking=partial(_limit, event, answer) if is_told else None,
        is_numbered=is_numbered,
    )


def _limit(event: Event, whole: Answer) -> Json:
    from calbook.wire.writing.event_bookings import limit_to_event  # for webhooks

    return limit_to_event(event, whole())

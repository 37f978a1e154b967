"""Sending what is due: in order for each booking and target, targets in parallel.

Only this module's caller's thread uses the file, and never while it waits for the
network: threads send, and hand back how it went.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from calbook import interrupts
from calbook.core.erasing import WORD
from calbook.core.errors import Busy
from calbook.core.outgoing.pushes import EntryState
from calbook.core.time import times
from calbook.delivery import job as jobs
from calbook.delivery import retry
from calbook.delivery.channel_queues import ChannelQueues
from calbook.delivery.forgetting import forget_old
from calbook.delivery.job import Job
from calbook.delivery.outcome import EntryChange, Outcome, no_answer
from calbook.store import delivery_log, outbox, webhooks
from calbook.store.outbox import OutboxReader
from calbook.wire.json_objects import Json
from calbook.wire.writing.outbox import delivery_to_json

if TYPE_CHECKING:
    from calbook.store.context import Context
    from calbook.store.transaction import Transaction


ATTEMPT_SECONDS = (
    10.0  # seconds for one attempt, from looking up the name to the answer's end
)
_MOST_QUEUES = 8  # targets that are sent to at once; and calendars beside them
_GRACE = 0.25  # seconds between a channel's own end and giving up on it
_LEAST = 1.0  # seconds that an attempt is worth beginning for, in a short round
_LEASE = 60  # seconds for an attempt, and to record it
_LONGEST_SLEEP = 5  # seconds, where other machines may make something due
_LOOK = 0.5  # seconds after which a watcher looks whether the file has changed
_STALE = 1.0  # seconds after which a round looks what else has become due


class _Attempt(NamedTuple):
    """An attempt under way."""

    job: Job
    at: datetime
    began: float
    deadline: float


class DeliveryWorker:
    """One round of sending; each delivery is attempted once at most.

    `only` are the deliveries to send, by id; `until` ends the round, on the
    monotonic clock. A watcher goes on until it is interrupted.
    """

    def __init__(
        self,
        context: Context,
        *,
        only: Collection[str] | None = None,
        limit: int | None = None,
        until: float | None = None,
    ) -> None:
        self._context = context
        self._stays = False
        self._can_record = only is not None  # by whom has just queued them
        self._only = only
        self._left = limit
        self._until = until
        left = 0.0 if until is None else until - time.monotonic()
        self._least = min(_LEAST, left / 2)
        self._queues = ChannelQueues()
        self._attempts: dict[str, _Attempt] = {}
        self._tried: set[int] = set()
        self._planned = 0.0
        self._looked = 0  # the epoch of a watcher's last look
        self._wake = float("inf")  # and of the next one
        self._done: SimpleQueue[tuple[str, Job, Outcome, float]] = SimpleQueue()

    def round(
        self,
        tick: Callable[[], object] | None = None,
        follow_up: Callable[[], object] | None = None,
    ) -> Iterator[Json]:
        """Send what is due, until nothing is; each delivery after its attempt.

        `follow_up` does what depends on how all is then.
        """
        if tick is not None:
            self._tick(tick)
        if follow_up is not None:
            follow_up()
        try:
            while True:
                self._start()
                if not self._attempts or time.monotonic() > self._planned + _STALE:
                    self._plan()
                    self._start()
                if not self._attempts:
                    return
                yield from self._record_finished(min(self._wait(), _STALE))
        finally:
            self._queues.close()

    def watch(
        self, tick: Callable[[], object], follow_up: Callable[[], object]
    ) -> Iterator[Json]:
        """Send what is due whenever something is; without end but for `limit`."""
        seen: object = None
        self._stays = True
        try:
            while self._attempts or not self._is_used_up():
                try:
                    if self._state() != seen:  # also by who mends what was in vain
                        self._queues.resume_all()
                        seen = self._look(tick, follow_up)
                    elif self._is_time() or self._queues.resume_rested():
                        seen = self._look(tick, follow_up)
                    self._start()
                except Busy:  # another program is at the file, and for long
                    seen = None
                yield from self._record_finished(_LOOK)
                self._queues.close(but={*self._attempts, *self._queues.waiting()})
        finally:
            self._queues.close()

    def _look(
        self, tick: Callable[[], object], follow_up: Callable[[], object]
    ) -> object:
        """Plan what is due, and when to look again; the state that was seen."""
        self._looked = times.epoch(self._context.clock())
        self._tick(tick)
        seen = self._state()  # what is written from here on is seen next time
        follow_up()
        self._tried.clear()
        self._plan()
        self._wake = self._next()
        return seen

    def _state(self) -> object:
        """What differs after a change by others."""
        return self._context.store.change_mark()

    def _is_time(self) -> bool:
        """Time to look again, also because the clock was put back."""
        now = times.epoch(self._context.clock())
        return now >= self._wake or now < self._looked

    def _tick(self, tick: Callable[[], object]) -> None:
        """Tell of what time has done, and forget what arrived long ago."""
        tick()
        self._context.store.queued.clear()
        forget_old(self._context.store, self._context.clock())

    # -- what to send next

    def _plan(self) -> None:
        """What is due, oldest first."""
        self._planned = time.monotonic()
        now = times.epoch(self._context.clock())
        with self._context.store.read(OutboxReader) as reading:
            rows = reading.due_rows(now, only=self._only)
        if rows and not self._can_record:
            self._check_room()
        # By id: a restored file may have given the number to another meanwhile.
        begun = {attempt.job.id for attempt in self._attempts.values()}
        self._queues.plan(
            row
            for row in rows
            if row["seq"] not in self._tried and row["id"] not in begun
        )

    def _check_room(self) -> None:
        """Send nothing that could not be noted: it would be sent again for ever."""
        self._context.store.write(outbox.reserve_space)
        self._can_record = True

    def _next(self) -> float:
        """The epoch at which something will be due or has to be told."""
        now = times.epoch(self._context.clock())
        with self._context.store.read(OutboxReader) as reading:
            moments = (
                reading.next_due(now),
                reading.next_lease_end(now),
                reading.next_plan(now),
                reading.next_status_change(),
            )
        least = now + _LONGEST_SLEEP if self._context.store.has_leases else float("inf")
        return min([least, *(m for m in moments if m is not None)])

    def _start(self) -> None:
        """Give every free queue its next delivery."""
        for key in self._queues.waiting():
            while key not in self._attempts and not self._is_full(key):
                seq = self._queues.take(key)
                if seq is None:
                    break
                self._try(key, seq)

    def _is_full(self, key: str) -> bool:
        """Each host's calendar may be on a server that hangs: no mail waits for it."""
        is_calendar = self._queues.is_calendar(key)
        alike = [
            k for k in self._attempts if self._queues.is_calendar(k) is is_calendar
        ]
        busy = len(alike) >= _MOST_QUEUES
        return busy or self._is_used_up() or self._seconds() <= self._least

    def _is_used_up(self) -> bool:
        return self._left is not None and self._left <= 0

    def _seconds(self) -> float:
        """How long an attempt may take that begins now."""
        if self._until is None:
            return ATTEMPT_SECONDS
        return min(ATTEMPT_SECONDS, self._until - time.monotonic() - _GRACE)

    def _try(self, key: str, seq: int) -> None:
        job = self._take_job(seq)
        if job is None:  # sent, dropped, or another of its booking comes first
            return
        self._tried.add(seq)
        if self._left is not None:
            self._left -= 1
        now, began, seconds = self._context.clock(), time.monotonic(), self._seconds()
        self._attempts[key] = _Attempt(job, now, began, began + seconds + _GRACE)
        sender = self._queues.sender(key, job.channel)
        send = partial(sender.send, job, now=now, seconds=seconds)
        Thread(target=self._send, args=(key, job, send), daemon=True).start()

    def _take_job(self, seq: int) -> Job | None:
        """A delivery that may be sent now, and that nobody else sends meanwhile."""
        if not self._context.store.has_leases:
            with self._context.store.read(OutboxReader) as reading:
                return jobs.read_job(reading, seq, now=self._context.clock())

        def lease(tx: Transaction) -> Job | None:
            if not outbox.lease_delivery(tx, seq, seconds=_LEASE):
                return None
            reading = OutboxReader(tx.connection)  # as it is now
            return jobs.read_job(reading, seq, now=self._context.clock())

        return self._context.store.write(lease)

    def _send(self, key: str, job: Job, send: Callable[[], Outcome]) -> None:
        """In a thread of its own, without the file."""
        try:
            outcome = send()
        except Exception as error:
            outcome = Outcome(
                "retry", None, f"a bug in calbook: {type(error).__name__}"
            )
        self._done.put((key, job, outcome, time.monotonic()))

    # -- how it went

    def _wait(self) -> float:
        """Seconds until the first attempt under way has to be given up."""
        first = min(attempt.deadline for attempt in self._attempts.values())
        return first - time.monotonic()

    def _record_finished(self, seconds: float) -> Iterator[Json]:
        """Record what has ended; waits for the first so many seconds."""
        interrupts.release()
        with suppress(Empty):
            key, job, outcome, ended = self._done.get(timeout=max(0.001, seconds))
            attempt = self._attempts.get(key)
            if attempt is not None and attempt.job is job:  # else given up before
                yield from self._record(key, outcome, ended)
        now = time.monotonic()
        for key, attempt in list(self._attempts.items()):
            if attempt.deadline <= now:
                seconds = attempt.deadline - attempt.began - _GRACE
                yield from self._record(key, no_answer(seconds), now)

    def _record(self, key: str, outcome: Outcome, ended: float) -> Iterator[Json]:
        """Note how an attempt went; nothing of one that the file does not know."""
        attempt = self._attempts.pop(key)
        self._queues.record_outcome(key, outcome)
        while True:
            try:
                found = self._write_outcome(attempt, outcome, ended)
                break
            except Busy:  # a watcher waits for whoever is at the file
                if not self._stays:
                    raise
        if found is not None:
            yield found

    def _write_outcome(
        self, attempt: _Attempt, outcome: Outcome, ended: float
    ) -> Json | None:
        """None where a restore meanwhile took the delivery out of the file."""
        job, now = attempt.job, self._context.clock()

        def write(tx: Transaction) -> Json | None:
            texts = OutboxReader(tx.connection).sent_texts(job.id)
            if texts is None:
                return None
            went = outcome
            if texts != (job.payload, job.booking):  # answers repeat what was erased
                went = went._replace(text=WORD)
            if went.status == "gone":
                tx.lock_catalog()
            if went.status == "gone" and _has_moved(tx, job):
                went = went._replace(status="retry")
            decision = retry.decide_retry(went, attempts=job.attempts + 1, now=now)
            entry = {
                "at": times.epoch(attempt.at),
                "status": went.status,
                "code": went.code,
                "text": went.text,
                "milliseconds": round((ended - attempt.began) * 1000),
            }
            outbox.record_attempt(
                tx,
                id=job.id,
                attempt=entry,
                status=decision.status,
                due_at=decision.due_at,
            )
            if decision.due_at is not None:
                self._wake = min(self._wake, times.epoch(decision.due_at))
            if went.entry is not None:
                _note_entry(tx, went.entry, now)
            if went.status == "gone":
                _give_up(tx, job, went, now)
            row = delivery_log.find_row(tx, job.id)
            assert row is not None
            return delivery_to_json(row)

        return self._context.store.write(write)


def _has_moved(tx: Transaction, job: Job) -> bool:
    """Whether the answer came from an address that the webhook no longer has."""
    if job.webhook is None:
        return False
    row = OutboxReader(tx.connection).webhook_row(job.target)
    return row is not None and row["url"] != job.webhook.url


def _note_entry(tx: Transaction, change: EntryChange, now: datetime) -> None:
    """What stands in a calendar now."""
    from calbook.store import pushes

    if change.entry is None:
        pushes.forget_entry(tx, change.calendar, change.uid)
    else:
        pushes.record_entry(tx, change.calendar, change.entry, now=now)
    if change.entry is None or change.entry.state == EntryState.WRITTEN:
        pushes.forget_moved(tx, change.calendar, change.uid)


def _give_up(tx: Transaction, job: Job, outcome: Outcome, now: datetime) -> None:
    """Send nothing more to who wants nothing more."""
    if job.channel == "webhook":
        reason = f"{outcome.code}: {outcome.text}"
        webhooks.disable_webhook(tx, job.target, reason, now=now)
    outbox.drop_pending(tx, job.channel, job.target, now=now)

"""Everything calbook refuses to do, as one tree of exceptions.

CalbookError
├── InputError         2  what was given cannot be read: usage, times, zones, fields
├── NotFound           3  no such booking, event type, host, schedule, occurrence
├── Conflict           4  somebody else has it: a slot, a seat, a key, a version
├── RuleError          5  a rule or a status says no
├── AmbiguousUid       6  a shortened uid fits more than one booking
├── StoreError         7  the file: locked, damaged, foreign, newer, not writable
├── DeliveryFailed     8  something could not be delivered
├── OutputError        1  an answer could not be written
├── Findings           1  a check of the file found something
└── Interrupted      130  the person said no, or pressed Ctrl-C

Each leaf has the `code` that scripts match on; the branch has the exit status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar


class CalbookError(Exception):
    """The root: a refusal or failure with a code, a message and often a hint."""

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, hint: str | None = None, **details: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = details

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints on stderr."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "hint": self.hint,
                "exitCode": self.exit_code,
                "details": self.details,
            }
        }


class OutputError(CalbookError):
    """An answer could not be written: disk full, target in the way."""

    code = "io"


class Findings(CalbookError):
    """A check of the file found something."""

    code = "findings"

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__(
            "; ".join(findings),
            hint="restore a backup, or ask for help with this text",
            findings=list(findings),
        )


class Interrupted(CalbookError):
    """The person answered no, or pressed Ctrl-C."""

    code = "interrupted"
    exit_code = 130

    def __init__(self, message: str = "nothing was changed") -> None:
        super().__init__(message)


# -- 2: what was given cannot be read ---------------------------------------


class InputError(CalbookError):
    """What was given cannot be read."""

    exit_code = 2


class UsageError(InputError):
    """The command or call is incomplete, or its parts contradict each other."""

    code = "usage"


class BadInput(InputError):
    """A field holds something that it cannot hold."""

    code = "bad_input"


class BadUrl(InputError):
    """An address that nothing may be sent to."""

    code = "bad_url"

    def __init__(self, url: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"{url} cannot be a webhook's address: {why}", hint=hint, url=url
        )


class BadTime(InputError):
    """Text that is not a moment, day or length of time as calbook reads them."""

    code = "bad_time"


class NonexistentTime(InputError):
    """A typed local time that the clocks skip."""

    code = "nonexistent_time"

    def __init__(self, wall: str, zone: str, before: str, after: str) -> None:
        super().__init__(
            f"{wall} does not exist in {zone}: the clocks skip it",
            hint=f"write {before} or {after}",
            time=wall,
            timezone=zone,
            choices=[before, after],
        )


class AmbiguousTime(InputError):
    """A typed local time that happens twice."""

    code = "ambiguous_time"

    def __init__(self, wall: str, zone: str, first: str, second: str) -> None:
        super().__init__(
            f"{wall} happens twice in {zone}: the clocks go back",
            hint=f"write {first} (first) or {second} (second)",
            time=wall,
            timezone=zone,
            choices=[first, second],
        )


class BadZone(InputError):
    """A name that is no IANA time zone."""

    code = "bad_zone"

    def __init__(self, name: str, suggestion: str | None = None) -> None:
        super().__init__(
            f"no such time zone: {name}",
            hint=f"did you mean {suggestion}?"
            if suggestion
            else "use an IANA name such as Europe/Lisbon or America/New_York",
            timezone=name,
        )


class InvalidResponses(InputError):
    """The answers do not fit the event type's questions; names every fault."""

    code = "invalid_responses"

    def __init__(self, faults: Mapping[str, str]) -> None:
        listed = "; ".join(f"{key}: {fault}" for key, fault in faults.items())
        super().__init__(
            f"the answers do not fit the questions ({listed})",
            hint="give each answer as --response key=value",
            faults=dict(faults),
        )


class MailNotConfigured(InputError):
    """A notice was asked for and there is no mail server to send it."""

    code = "mail_not_configured"

    def __init__(
        self,
        message: str = "no mail server is configured, so nobody can be notified",
        *,
        hint: str = "name one with calbook config smtp, or go on with --no-notify",
    ) -> None:
        super().__init__(message, hint=hint)


class HostWithoutEmail(MailNotConfigured):
    """Nobody could answer a notice: the host has no e-mail address."""

    def __init__(self, host: str) -> None:
        InputError.__init__(
            self,
            f"{host} has no e-mail address, so nobody can be notified",
            hint=f"calbook host update {host} --email …, or go on with --no-notify",
            hostId=host,
        )


# -- 3: not found -------------------------------------------------------------


class NotFound(CalbookError):
    """There is no such thing in this file."""

    code = "not_found"
    exit_code = 3

    def __init__(self, noun: str, key: str, *, known: Iterable[str] = ()) -> None:
        near = _nearest(key, known)
        super().__init__(
            f"no such {noun}: {key}",
            hint=f"did you mean {near}?" if near else None,
            noun=noun,
            id=key,
        )


# -- 4: somebody else has it ----------------------------------------------------


class Conflict(CalbookError):
    """Somebody else has it."""

    exit_code = 4


class Exists(Conflict):
    """The id or slug is taken."""

    code = "exists"

    def __init__(self, noun: str, key: str) -> None:
        super().__init__(f"{noun} {key} exists already", noun=noun, id=key)


class SlotTaken(Conflict):
    """The host's time is claimed by another booking."""

    code = "slot_taken"

    def __init__(
        self, *, uid: str, when: str, host: str, until: str, free: str
    ) -> None:
        """`uid` is empty where a series that is not booked yet overlaps itself."""
        if not uid:
            super().__init__(
                f"that time overlaps another date of this series ({when})",
                hint="let them lie further apart, buffers included",
                uid=None,
                when=when,
                hostId=host,
                freeFrom=until,
            )
            return
        super().__init__(
            f"that time is taken by {uid} ({when})",
            hint=f"that host is free again from {free}, buffers included",
            uid=uid,
            when=when,
            hostId=host,
            freeFrom=until,
        )


class HostBusy(SlotTaken):
    """The host is busy with something that is no booking of calbook's.

    `calendar` is an imported one's name, or the id of a host's own busy time.
    """

    def __init__(
        self,
        calendar: str,
        is_own: bool,
        text: str | None,
        *,
        when: str,
        host: str,
        until: str,
        free: str,
    ) -> None:
        by = f": {host} is busy" if is_own else f" by the calendar {calendar} of {host}"
        Conflict.__init__(
            self,
            f"that time is taken{by} ({when})" + (f": {text}" if text else ""),
            hint=f"that host is free again from {free}",
            uid=None,
            when=when,
            hostId=host,
            freeFrom=until,
            calendar=calendar,
        )


class SeatsFull(Conflict):
    """More persons than seats."""

    code = "seats_full"

    def __init__(self, *, seats: int, persons: int) -> None:
        super().__init__(
            f"{persons} persons do not fit into {seats} seats",
            seats=seats,
            persons=persons,
        )


class DuplicateAttendee(Conflict):
    """The same e-mail address twice in one booking."""

    code = "duplicate_attendee"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is in this booking already", email=email)


class KeyReused(Conflict):
    """An idempotency key came back with another request."""

    code = "key_reused"

    def __init__(self, key: str, uid: str) -> None:
        super().__init__(
            f"idempotency key {key} was used for another request ({uid})",
            hint="repeat the first request as it was, or take a new key",
            key=key,
            uid=uid,
        )


class VersionConflict(Conflict):
    """The booking changed since it was read."""

    code = "version_conflict"

    def __init__(self, uid: str, *, expected: int, actual: int) -> None:
        super().__init__(
            f"{uid} has changed meanwhile: version {actual}, not {expected}",
            hint=f"look at it again: calbook show {uid}",
            uid=uid,
            expected=expected,
            actual=actual,
        )


# -- 5: a rule or a status says no ------------------------------------------------


class RuleError(CalbookError):
    """A rule or a status says no."""

    exit_code = 5


class InThePast(RuleError):
    """The start is not in the future."""

    code = "in_the_past"


class Inactive(RuleError):
    """The event type is switched off."""

    code = "inactive"


class OutsideHours(RuleError):
    """The meeting does not lie within one stretch of the schedule's open time."""

    code = "outside_hours"


class MinimumNotice(RuleError):
    """The start is too soon."""

    code = "minimum_notice"


class MaximumAdvance(RuleError):
    """The start is too far away."""

    code = "maximum_advance"


class SlotsPerDay(RuleError):
    """The day has as many bookings of this event type as it may have."""

    code = "slots_per_day"


class DeadlinePassed(RuleError):
    """It is too late for the attendee to cancel or move the booking."""

    code = "deadline_passed"


class CancellationNotAllowed(RuleError):
    """The event type lets attendees neither cancel nor move."""

    code = "cancellation_not_allowed"


class AlreadyCancelled(RuleError):
    """The booking is cancelled already."""

    code = "already_cancelled"

    def __init__(self, uid: str, how: str) -> None:
        said = "left out: its time was taken" if how == "conflict" else how
        super().__init__(f"{uid} is already {said}", uid=uid.split()[0], resolution=how)


class WrongStatus(RuleError):
    """The life cycle has no such step from the booking's status.

    `uid` may be followed by "on" and the date of one occurrence.
    """

    code = "wrong_status"

    def __init__(self, uid: str, *, action: str, status: str, allowed: str) -> None:
        super().__init__(
            f"{uid} is {status}: only a {allowed} booking can be {action}",
            uid=uid.split()[0],
            status=status,
            allowed=allowed.split(" or "),
        )


class TooEarly(WrongStatus):
    """Nobody can have come, or not, before the start."""

    def __init__(self, name: str, *, action: str) -> None:
        RuleError.__init__(
            self,
            f"{name} has not begun: it can be {action} from its start on",
            uid=name.split()[0],
        )


class NotAGroup(RuleError):
    """The event type is for one attendee and their guests."""

    code = "not_a_group"

    def __init__(self, uid: str, event_type: str) -> None:
        super().__init__(
            f"{uid} is no group: {event_type} has no seats",
            hint=f"make it one: calbook event update {event_type} --seats 8",
            uid=uid,
            eventTypeId=event_type,
        )


class LastAttendee(RuleError):
    """Nobody would be left in the booking."""

    code = "last_attendee"

    def __init__(self, uid: str, email: str) -> None:
        super().__init__(
            f"{email} is the last attendee of {uid}",
            hint=f"cancel it instead: calbook cancel {uid}",
            uid=uid,
            email=email,
        )


class InUse(RuleError):
    """Something still refers to what was to be removed."""

    code = "in_use"

    def __init__(self, noun: str, key: str, *, by: str, hint: str) -> None:
        super().__init__(
            f"{noun} {key} is in use: {by}", hint=hint, noun=noun, id=key, usedBy=by
        )


class NothingToChange(RuleError):
    """The change asked for is what is stored already."""

    code = "nothing_to_change"


# -- 6, 7: which one, and the file -------------------------------------------------


class AmbiguousUid(CalbookError):
    """A shortened uid fits more than one booking, or an id more than one thing."""

    code = "ambiguous_uid"
    exit_code = 6

    def __init__(
        self, prefix: str, candidates: Sequence[str], *, noun: str = "booking"
    ) -> None:
        super().__init__(
            f"{prefix} fits more than one {noun}: {', '.join(candidates)}",
            hint="give one letter more",
            prefix=prefix,
            candidates=list(candidates),
        )


class StoreError(CalbookError):
    """The file cannot be used: not writable, disk full, moved away."""

    code = "storage"
    exit_code = 7


class Busy(StoreError):
    """Another program held the file's lock for longer than calbook waits."""

    code = "busy"


class DeliveryUnderWay(Busy):
    """Another process is delivering; what is due is left to it.

    It `stays` if it goes on for ever.
    """

    def __init__(self, path: str, *, stays: bool = False) -> None:
        super().__init__(
            "another calbook is delivering: what is due is left to it",
            path=path,
            stays=stays,
        )
        self.stays = stays


class Damaged(StoreError):
    """The file is cut short or its pages contradict each other."""

    code = "damaged"


class NotCalbook(StoreError):
    """The path leads to something that is not a calbook file."""

    code = "not_calbook"


class Newer(StoreError):
    """The file was made by a newer calbook."""

    code = "newer"


class ReadOnly(StoreError):
    """The file may be read but not written."""

    code = "read_only"


# -- 8: delivery --------------------------------------------------------------------


class DeliveryFailed(CalbookError):
    """Something could not be delivered."""

    code = "delivery_failed"
    exit_code = 8


def _nearest(key: str, known: Iterable[str]) -> str | None:
    import difflib  # only when something is already wrong

    return next(iter(difflib.get_close_matches(key, list(known), 1)), None)

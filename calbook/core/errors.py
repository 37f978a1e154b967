"""Everything calbook refuses to do, as one tree of exceptions.

CalbookError
├── InputError         2  what was given cannot be read: usage, times, zones, fields
├── NotFound           3  no such booking, event type, host, schedule, occurrence
├── Conflict           4  somebody else has it: a slot, a seat, a key, a version
├── RuleError          5  a rule or a status says no
├── AmbiguousUid       6  a shortened uid fits more than one booking, or a name
│                         more than one person (AmbiguousPerson)
├── StoreError         7  the file: locked, damaged, foreign, newer, not writable
├── DeliveryFailed     8  something could not be delivered
├── OutputError        1  an answer could not be written
├── Findings           1  a check of the file found something
└── Interrupted      130  the person said no, or pressed Ctrl-C

Each leaf has the `code` that scripts match on; the branch has the exit status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from calbook.core.members import bare_resource, is_resource
from calbook.core.text import snake
from calbook.core.typing_names import Any, ClassVar


class CalbookError(Exception):
    """The root: a refusal or failure with a code, a message and often a hint.

    Message, hint and `details["field"]` name the library's arguments (`start_time`);
    `to_dict()` and the command line have the JSON's (`startTime`) and, in the hint,
    the command line's options. The other details are the JSON's.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init_subclass__(cls, *, code: str = "", exit_code: int = 0) -> None:
        if code:
            cls.code = code
        if exit_code:
            cls.exit_code = exit_code

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        command_hint: str | None = None,
        **details: object,
    ) -> None:
        super().__init__(message)
        self.json_message = message  # with the JSON's names
        self.command_message: str | None = None  # with options, where it came from some
        self.hint = hint
        self.command_hint = command_hint  # where the command line needs other words
        self.details: dict[str, Any] = details
        self.json_field = str(details.get("field", ""))
        if self.json_field[:1].islower():  # iCalendar's are not ours
            details["field"] = snake(self.json_field)

    @property
    def message(self) -> str:
        """What is wrong, in a line, without a full stop."""
        field = self.json_field
        return self.json_message.replace(field, self.details.get("field", field))

    @property
    def json_hint(self) -> str | None:
        return self.command_hint or self.hint

    def name_line(self, line: int) -> None:
        """Say which line of an input, or which of several requests, is refused."""
        self.json_message = f"line {line}: {self.json_message}"
        self.details["line"] = line

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled with all its facts, whatever made its message of them."""
        return _restore, (type(self), self.args), self.__dict__

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints on stderr."""
        field = {"field": self.json_field} if self.json_field else {}
        return {
            "error": {
                "code": self.code,
                "message": self.json_message,
                "hint": self.json_hint,
                "exitCode": self.exit_code,
                "details": self.details | field,
            }
        }


def _restore(kind: type[CalbookError], args: tuple[Any, ...]) -> CalbookError:
    return kind.__new__(kind, *args)


class OutputError(CalbookError, code="io"):
    """An answer could not be written: disk full, target in the way."""


class Findings(CalbookError, code="findings"):
    """A check of the file found something."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__(
            "; ".join(findings),
            hint="restore a backup, or ask for help with this text",
            findings=list(findings),
        )


class Interrupted(CalbookError, code="interrupted", exit_code=130):
    """The person answered no, or pressed Ctrl-C."""

    def __init__(self, message: str = "nothing was changed") -> None:
        super().__init__(message)


class InputError(CalbookError, exit_code=2):
    """What was given cannot be read."""


class UsageError(InputError, code="usage"):
    """The command or call is incomplete, or its parts contradict each other."""


class BadInput(InputError, code="bad_input"):
    """A field holds something that it cannot hold."""


class BadUrl(InputError, code="bad_url"):
    """An address that nothing may be sent to."""

    def __init__(
        self, url: str, why: str, *, what: str = "a webhook's address", **hints: str
    ) -> None:
        super().__init__(f"{url} cannot be {what}: {why}", **hints, url=url)


class BadTime(InputError, code="bad_time"):
    """Text that is not a moment, day or length of time as calbook reads them."""


class NonexistentTime(InputError, code="nonexistent_time"):
    """A typed local time that the clocks skip."""

    def __init__(self, wall: str, zone: str, before: str, after: str) -> None:
        super().__init__(
            f"{wall} does not exist in {zone}: the clocks skip it",
            hint=f"write {before} or {after}",
            time=wall,
            timezone=zone,
            choices=[before, after],
        )


class AmbiguousTime(InputError, code="ambiguous_time"):
    """A typed local time that happens twice."""

    def __init__(self, wall: str, zone: str, first: str, second: str) -> None:
        super().__init__(
            f"{wall} happens twice in {zone}: the clocks go back",
            hint=f"write {first} (first) or {second} (second)",
            time=wall,
            timezone=zone,
            choices=[first, second],
        )


class BadZone(InputError, code="bad_zone"):
    """A name that is no IANA time zone."""

    def __init__(self, name: str, suggestion: str | None = None) -> None:
        super().__init__(
            f"no such time zone: {name}",
            hint=f"did you mean {suggestion}?"
            if suggestion
            else "use an IANA name such as Europe/Lisbon or America/New_York",
            timezone=name,
        )


class InvalidResponses(InputError, code="invalid_responses"):
    """The answers do not fit the event type's questions; names every fault."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        listed = "; ".join(f"{key}: {fault}" for key, fault in faults.items())
        super().__init__(
            f"the answers do not fit the questions ({listed})",
            hint='give them as responses={"key": value}',
            command_hint="give each answer as --response key=value",
            faults=dict(faults),
        )


class MailNotConfigured(InputError, code="mail_not_configured"):
    """A notice was asked for and there is no mail server to send it."""

    def __init__(
        self,
        message: str = "no mail server is configured, so nobody can be notified",
        *,
        command_hint: str = (
            "name one with calbook config smtp, or go on with --no-notify"
        ),
    ) -> None:
        hint = "name one in the configuration, or go on with notify_attendee=False"
        super().__init__(message, hint=hint, command_hint=command_hint)


class HostWithoutEmail(MailNotConfigured):
    """Nobody could answer a notice: the host has no e-mail address."""

    def __init__(self, host: str) -> None:
        InputError.__init__(
            self,
            f"{host} has no e-mail address, so nobody can be notified",
            hint="give the host one, or go on with notify_attendee=False",
            command_hint=f"calbook host update {host} --email …,"
            " or go on with --no-notify",
            hostId=host,
        )


class NotFound(CalbookError, code="not_found", exit_code=3):
    """There is no such thing in this file."""

    def __init__(self, noun: str, key: str, *, known: Iterable[str] = ()) -> None:
        from calbook.core.suggestions import did_you_mean

        super().__init__(
            f"no such {noun}: {key}",
            hint=did_you_mean(key, known),
            noun=noun,
            id=key,
        )


class Conflict(CalbookError, exit_code=4):
    """Somebody else has it."""


class Exists(Conflict, code="exists"):
    """The id or slug is taken."""

    def __init__(
        self,
        noun: str,
        key: str,
        *,
        said: str | None = None,
        hint: str | None = None,
        command_hint: str | None = None,
    ) -> None:
        super().__init__(
            said or f"{noun} {key} exists already",
            hint=hint,
            command_hint=command_hint,
            noun=noun,
            id=key,
        )


class ImportConflict(Conflict, code="import_conflict"):
    """A line of an export is there already and differs, or wants what is taken."""

    def __init__(self, said: str, noun: str, id: object, **details: object) -> None:
        super().__init__(
            said,
            hint="import into a file that is not there yet; on_conflict='skip' leaves"
            " out such lines, and what needs them",
            command_hint="import into a file that is not there yet: --db NEW;"
            " --on-conflict skip leaves out such lines, and what needs them",
            noun=noun,
            id=id,
            **details,
        )


class SlotTaken(Conflict, code="slot_taken"):
    """The host's time is claimed by another booking."""

    def __init__(
        self, *, uid: str, when: str, host: str, until: str, free: str
    ) -> None:
        """`uid` is empty where a series that is not booked yet overlaps itself."""
        said = f"that time is taken by {uid}"
        whose = bare_resource(host) if is_resource(host) else "that host"
        hint = f"{whose} is free again from {free}, buffers included"
        if not uid:
            said = "that time overlaps another date of this series"
            hint = "let them lie further apart, buffers included"
        super().__init__(
            f"{said} ({when})",
            hint=hint,
            uid=uid or None,
            when=when,
            **_whose(host),
            freeFrom=until,
        )


def _whose(id: str) -> dict[str, str | None]:
    """Under the name of its kind: hosts are no resources."""
    return {"hostId": None, "resourceId": id} if is_resource(id) else {"hostId": id}


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
        whose = bare_resource(host) if is_resource(host) else "that host"
        by = f": {host} is busy" if is_own else f" by the calendar {calendar} of {host}"
        Conflict.__init__(
            self,
            f"that time is taken{by} ({when})" + (f": {text}" if text else ""),
            hint=f"{whose} is free again from {free}",
            uid=None,
            when=when,
            **_whose(host),
            freeFrom=until,
            calendar=calendar,
        )


class HostRetired(SlotTaken, code="host_retired"):
    """The host takes no bookings from some time on."""

    def __init__(self, host: str, *, since: str, when: str) -> None:
        name = host.removeprefix("user_")
        Conflict.__init__(
            self,
            f"{host} takes no bookings from {when} on",
            hint=f'take the host back: hosts.restore("{name}")',
            command_hint=f"take the host back: calbook host restore {name}",
            uid=None,
            hostId=host,
            retiredAt=since,
        )


class SeatsFull(Conflict, code="seats_full"):
    """More persons than seats."""

    def __init__(
        self,
        *,
        seats: int,
        persons: int,
        room: str | None = None,
        date: str | None = None,
        held: int = 0,
    ) -> None:
        """`room` is the resource that holds no more, `date` that of a series.

        `held` seats are offered.
        """
        where = f"{bare_resource(room)}, which holds {seats}" if room else None
        day = f", on {date}" if date else ""
        offered = f": {held} offered to who waits for a seat" if held else ""
        number = "1 seat" if seats == 1 else f"{seats} seats"
        fits = f"do not fit into {where or number}"
        facts: dict[str, Any] = {"resourceId": room} if room else {}
        facts |= {"date": date} if date else {}
        facts |= {"offered": held} if held else {}
        super().__init__(
            f"{persons} persons {fits}{day}{offered}",
            seats=seats,
            persons=persons,
            **facts,
        )


class NeedsTaken(Conflict, code="needs_taken"):
    """Coming bookings cannot be given what their event type needs by now."""


class DuplicateAttendee(Conflict, code="duplicate_attendee"):
    """The same person twice in one booking; `email` is None where there is none.

    `by_name` says that nothing else is known, `day` on which date of a series it is.
    """

    def __init__(
        self,
        person: str,
        *,
        email: str | None,
        by_name: bool = False,
        day: object = None,
    ) -> None:
        hint = None
        if by_name:
            hint = "two of one name need a phone or a number to tell them apart"
        where = "is in this booking" if day is None else f"has a seat on {day}"
        super().__init__(
            f"{email or person} {where} already",
            hint=hint,
            email=email,
            **({} if email else {"person": person}),
        )


class AlreadyWaiting(Conflict, code="already_waiting"):
    """The same person twice in line for the same."""

    def __init__(self, person: str, id: str) -> None:
        super().__init__(
            f"{person} is in line for it already ({id})",
            hint="look at it: waiting.list()",
            command_hint="look at it: calbook waiting list",
            waitingId=id,
        )


class NothingToWaitFor(Conflict, code="nothing_to_wait_for"):
    """It is free: who waited for it would wait for ever."""

    def __init__(
        self,
        slug: str,
        start: str,
        *,
        when: str,
        uid: str | None = None,
        date: str = "",
    ) -> None:
        """`when` says the start for people.

        `uid` is that of the group whose series has a seat left on a `date`.
        """
        hint = f'book it: bookings.create(event_type_id="{slug}", …)'
        command_hint = f"book it: calbook create --event {slug} --start {start}"
        if uid is not None:
            hint = f'take a seat: bookings.add_attendee("{uid}", on=["{date}"], …)'
            command_hint = f"take a seat: calbook attendee add {uid} --on {date}"
        super().__init__(
            f"{when} is free: nobody has to wait for it",
            hint=hint,
            command_hint=command_hint,
            startTime=start,
        )


class HasBookings(Conflict, code="has_bookings"):
    """Somebody to be erased has something still to come."""

    def __init__(self, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if ids[5:] else "")
        super().__init__(
            f"something is still to come: {shown}",
            hint="cancel it first, or erase with cancel=True",
            command_hint="cancel it first, or add --cancel",
            uids=[*ids],
        )


class KeyReused(Conflict, code="key_reused"):
    """An idempotency key came back with another request."""

    def __init__(self, key: str, uid: str) -> None:
        super().__init__(
            f"idempotency key {key} was used for another request ({uid})",
            hint="repeat the first request as it was, or take a new key",
            key=key,
            uid=uid,
        )


class VersionConflict(Conflict, code="version_conflict"):
    """The booking changed since it was read."""

    def __init__(self, uid: str, *, expected: int, actual: int) -> None:
        super().__init__(
            f"{uid} has changed meanwhile: version {actual}, not {expected}",
            hint="look at it again",
            command_hint=f"look at it again: calbook show {uid}",
            uid=uid,
            expected=expected,
            actual=actual,
        )


class RuleError(CalbookError, exit_code=5):
    """A rule or a status says no."""


class InThePast(RuleError, code="in_the_past"):
    """The start is not in the future."""


class Inactive(RuleError, code="inactive"):
    """The event type is switched off."""


class OutsideHours(RuleError, code="outside_hours"):
    """The meeting does not lie within one stretch of the schedule's open time."""


class OutsideDates(RuleError, code="outside_dates"):
    """The start is before the first or after the last date of its event type."""


class MinimumNotice(RuleError, code="minimum_notice"):
    """The start is too soon."""


class MaximumAdvance(RuleError, code="maximum_advance"):
    """The start is too far away."""


class SlotsPerDay(RuleError, code="slots_per_day"):
    """The day has as many bookings of this event type as it may have."""


class LimitReached(RuleError, code="limit_reached"):
    """As much is booked as may be: of an event type, of a host or by a person."""


class OpenBookingsReached(RuleError, code="open_bookings_reached"):
    """Somebody has as many bookings to come as may be; another start mends nothing."""


class GroupCancelled(RuleError, code="group_cancelled"):
    """A group was to begin where another one was cancelled."""

    def __init__(self, when: str, *, uid: str, start: str) -> None:
        super().__init__(
            f"the group of {when} was cancelled: nobody takes a seat there",
            hint="begin another one all the same: reopen=True",
            command_hint="begin another one all the same: --reopen",
            uid=uid,
            start=start,
        )


class DeadlinePassed(RuleError, code="deadline_passed"):
    """It is too late for the attendee to cancel or move the booking."""


class CancellationNotAllowed(RuleError, code="cancellation_not_allowed"):
    """The event type lets attendees neither cancel nor move."""


class AlreadyCancelled(RuleError, code="already_cancelled"):
    """The booking is cancelled already."""

    def __init__(self, uid: str, how: str) -> None:
        said = "left out: its time was taken" if how == "conflict" else how
        super().__init__(f"{uid} is already {said}", uid=uid.split()[0], resolution=how)


class WrongStatus(RuleError, code="wrong_status"):
    """The life cycle has no such step from the booking's status.

    `uid` may be followed by "on" and the date of one occurrence.
    """

    def __init__(self, uid: str, *, action: str, status: str, allowed: str) -> None:
        super().__init__(
            f"{uid} is {status}: only a {allowed} booking can be {action}",
            uid=uid.split()[0],
            status=status,
            allowed=allowed.split(" or "),
        )


class HoldEnded(RuleError, code="hold_ended"):
    """What was held for a while is held no longer."""

    def __init__(
        self, uid: str, *, until: str, when: str, slug: str, start: str
    ) -> None:
        """`when` says `until` for people."""
        super().__init__(
            f"{uid} was held until {when}",
            hint=f'book the start if it is free: create(event_type_id="{slug}", …)',
            command_hint="book the start if it is free:"
            f" calbook create --event {slug} --start {start}",
            uid=uid,
            heldUntil=until,
        )


class OfferEnded(RuleError, code="offer_ended"):
    """What was offered to somebody in line is offered no longer, or not yet."""

    def __init__(self, id: str, state: str) -> None:
        super().__init__(
            f"{id} is {state}: only what is offered can be taken",
            waitingId=id,
            state=state,
        )


class CounterEnded(RuleError, code="counter_ended"):
    """Another time that somebody proposed was decided on, or the booking moved."""

    def __init__(self, id: str, state: str) -> None:
        super().__init__(
            f"{id} is {state}: only what is open can be accepted or declined",
            hint="see counters.list(past=True)",
            command_hint="see calbook counter list --all",
            counterId=id,
            state=state,
        )


class TooEarly(WrongStatus):
    """Nobody can have come, or not, before the start."""

    def __init__(self, name: str, *, action: str) -> None:
        RuleError.__init__(
            self,
            f"{name} has not begun: it can be {action} from its start on",
            uid=name.split()[0],
        )


class NotAGroup(RuleError, code="not_a_group"):
    """The event type is for one attendee and their guests."""

    def __init__(self, uid: str, event_type: str) -> None:
        super().__init__(
            f"{uid} is no group: {event_type} has no seats",
            hint=f'make it one: event_types.update("{event_type}", seats=8)',
            command_hint=f"make it one: calbook event update {event_type} --seats 8",
            uid=uid,
            eventTypeId=event_type,
        )


class LastAttendee(RuleError, code="last_attendee"):
    """Nobody would be left in the booking."""

    def __init__(self, uid: str, person: str, *, email: str | None) -> None:
        super().__init__(
            f"{email or person} is the last attendee of {uid}",
            hint="cancel it instead",
            command_hint=f"cancel it instead: calbook cancel {uid}",
            uid=uid,
            email=email,
        )


class InUse(RuleError, code="in_use"):
    """Something still refers to what was to be removed."""

    def __init__(self, noun: str, key: str, *, by: str, **hints: str) -> None:
        said = f"{noun} {key} is in use: {by}"
        super().__init__(said, **hints, noun=noun, id=key, usedBy=by)


class NothingToChange(RuleError, code="nothing_to_change"):
    """No change was asked for, or there is nothing left that it could change."""


class AlreadySo(NothingToChange):
    """What was asked for is stored already: no refusal, it is answered as it is."""


class CannotUndo(RuleError, code="cannot_undo"):
    """The last change of a booking has nothing that takes it back."""

    def __init__(
        self,
        uid: str,
        what: str,
        *,
        type: str,
        why: str,
        hint: str | None = None,
        command_hint: str | None = None,
    ) -> None:
        super().__init__(
            f'"{what}" of {uid} cannot be undone: {why}',
            hint=hint,
            command_hint=command_hint,
            uid=uid,
            type=type,
        )


class NoOtherHost(NothingToChange, code="no_other_host"):
    """Nobody else gives the time of an event type."""

    def __init__(self, uid: str, event_type_id: str, host_ids: Sequence[str]) -> None:
        slug = event_type_id.removeprefix("evt_")
        super().__init__(
            f"nobody else takes {event_type_id}: it stays with {', '.join(host_ids)}",
            hint=f'name further hosts: event_types.update("{slug}", hosts=[…])',
            command_hint=f"name further hosts: calbook event update {slug} --host …",
            uid=uid,
            eventTypeId=event_type_id,
            hostIds=list(host_ids),
        )


# -- 6, 7: which one, and the file -------------------------------------------------


class AmbiguousUid(CalbookError, code="ambiguous_uid", exit_code=6):
    """A shortened uid fits more than one booking, or an id more than one thing."""

    def __init__(
        self, prefix: str, candidates: Sequence[str], *, noun: str = "booking"
    ) -> None:
        super().__init__(
            f"{prefix} fits more than one {noun}: {', '.join(candidates)}",
            hint="give one letter more",
            prefix=prefix,
            candidates=list(candidates),
        )


class AmbiguousPerson(AmbiguousUid, code="ambiguous_person"):
    """A name, phone or number is more than one person's."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        CalbookError.__init__(
            self,
            f"{text} is more than one person: {', '.join(candidates)}",
            hint="name one by e-mail, phone, number or id",
            person=text,
            candidates=list(candidates),
        )


class StoreError(CalbookError, code="storage", exit_code=7):
    """The file cannot be used: not writable, disk full, moved away."""


class Busy(StoreError, code="busy"):
    """Another program held the file's lock for longer than calbook waits."""


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


class Damaged(StoreError, code="damaged"):
    """The file is cut short, or what is in it contradicts itself."""


class NotCalbook(StoreError, code="not_calbook"):
    """The path leads to something that is not a calbook file."""


class Newer(StoreError, code="newer"):
    """The file was made by a newer calbook."""


class ReadOnly(StoreError, code="read_only"):
    """The file may be read but not written."""


class DeliveryFailed(CalbookError, code="delivery_failed", exit_code=8):
    """Something could not be delivered."""


class CalendarUnreachable(DeliveryFailed, code="calendar_unreachable"):
    """A calendar elsewhere did not answer, or not as one."""


class CalendarEmpty(CalbookError, code="calendar_empty"):
    """A calendar that held something still to come suddenly holds nothing at all."""

    def __init__(
        self, name: str, stretches: int, *, holds_bookings: bool = False
    ) -> None:
        nothing = "nothing but bookings" if holds_bookings else "nothing"
        super().__init__(
            f"it holds {nothing} any more, and its busy time stays as it was",
            hint="if that is right, refresh it with confirmed=True",
            command_hint=f"if that is right: calbook busy refresh {name} --yes",
            stretches=stretches,
        )


class EntriesGone(CalbookError, code="entries_gone"):
    """All or most of what was written into a calendar is suddenly gone."""

    def __init__(self, name: str, host: str, number: int, gone: int) -> None:
        super().__init__(
            f"{name} of {host} holds nothing any more, not even what was written there"
            f" ({number})"
            if gone == number
            else f"most of what was written into {name} of {host} is gone"
            f" ({gone} of {number})",
            hint="if that is right, sync it with confirmed=True",
            command_hint=f"if that is right: calbook calendar sync {name} --yes",
            calendar=name,
            hostId=host,
            written=number,
            gone=gone,
        )

"""`client.calendar.availability`: which starts can be booked."""

from __future__ import annotations

from datetime import date as Date

from calbook.api.noun import Noun
from calbook.api.values.availability import Block, Explanation, Slot
from calbook.core.typing_names import TYPE_CHECKING
from calbook.services.availability import lookup
from calbook.services.availability.lookup import AvailabilityQuery

if TYPE_CHECKING:
    from calbook.api.inputs import Day, Moment, Recurrence


class Availability(Noun):
    """Free starts, by the same rules that booking obeys.

    With `exclude_booking_uid`, where that booking can be moved to: with its own length
    and hosts, or to another `host_id`. Of a series with `exclude_date` that occurrence
    alone, else all that are to come. Of another event type, or for a new series, as if
    it were not there. A `resource_id` asks for that room or thing.
    """

    def timezone(
        self,
        event_type_id: str,
        *,
        host_id: str | None = None,
        resource_id: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: Day | None = None,
    ) -> str:
        """The zone that an event type's bookings live in; the excluded one's own."""
        query = AvailabilityQuery(
            *(event_type_id, host_id, exclude_booking_uid, exclude_date),
            resource_id=resource_id,
        )
        return lookup.read_timezone(self._context, query)

    def check(
        self,
        *,
        event_type_id: str,
        start_time: Moment,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
        duration: int | None = None,
        person: str | None = None,
    ) -> None:
        """Raise the refusal that booking this start would meet.

        Whoever attends, or a `person` of the book.
        """
        query = AvailabilityQuery(
            event_type_id,
            host_id,
            timezone=timezone,
            duration=duration,
            resource_id=resource_id,
            person=person,
        )
        lookup.check_start(self._context, query, start_time)

    def explain(
        self,
        *,
        event_type_id: str,
        start_time: Moment,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: Day | None = None,
        reassign: bool = False,
        duration: int | None = None,
        person: str | None = None,
    ) -> Explanation:
        """What each rule says of a start, with the facts that it compared.

        As `create` would decide for one attendee: for anybody, or for a `person` of the
        book (an id, e-mail, phone, number or name), whose bookings count. `code` and
        `exit_code` are those of the refusal, if any; `host_id` the host who would take
        it, `joins` the group that it would join. With `reassign`, the excluded booking
        may go to others; where it is, they take it by the rules of `bookings.reassign`.
        """
        query = AvailabilityQuery(
            *(event_type_id, host_id, exclude_booking_uid, exclude_date, timezone),
            reassigns=reassign,
            resource_id=resource_id,
            duration=duration,
            person=person,
        )
        return Explanation(lookup.read_explanation(self._context, query, start_time))

    def blocked(
        self,
        *,
        event_type_id: str,
        date: str | Date,
        host_id: str | None = None,
        resource_id: str | None = None,
        timezone: str | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: Day | None = None,
        reassign: bool = False,
        person: str | None = None,
    ) -> tuple[Block, ...]:
        """The stretches of a local date in which nothing can be booked, and why.

        In order; they overlap where several reasons do. Claims count with their
        buffers. `host_id` is null where it is no single host's matter. What a `person`
        of the book has booked counts as well, where the event type limits it.
        """
        query = AvailabilityQuery(
            *(event_type_id, host_id, exclude_booking_uid, exclude_date, timezone),
            reassigns=reassign,
            resource_id=resource_id,
            person=person,
        )
        return tuple(map(Block, lookup.list_blocked(self._context, query, date)))

    def get(
        self,
        *,
        event_type_id: str,
        start_date: Moment = "now",
        end_date: Moment | None = None,
        days: int | None = None,
        host_id: str | None = None,
        resource_id: str | None = None,
        recurring: Recurrence | None = None,
        timezone: str | None = None,
        count: int | None = None,
        exclude_booking_uid: str | None = None,
        exclude_date: Day | None = None,
        reassign: bool = False,
        duration: int | None = None,
        person: str | None = None,
    ) -> tuple[Slot, ...]:
        """Starts on the slot grid that an attendee may book, in order; `count` at most.

        From `start_date`, included, to `end_date` (a bare date includes that day) or
        to the end of so many days (7 without either), ten years at most. A slot's
        `host_id` is the host whose turn it would be now; a group with a seat left is
        listed at whatever time it starts.
        With `recurring`, as in `create`, the starts at which the whole series fits.
        `duration` is one of the event type's `durations`, without it the first.
        With `reassign`, the excluded booking may go to any host of the event type. For
        a `person` of the book, what they have booked counts as it does in `create`.

        Raises:
            NotFound: nobody in the book is that person.
            BadInput: the range is too long, or the series would be.
        """
        query = AvailabilityQuery(
            *(event_type_id, host_id, exclude_booking_uid, exclude_date, timezone),
            reassigns=reassign,
            resource_id=resource_id,
            duration=duration,
            person=person,
        )
        slots = lookup.list_slots(
            self._context,
            query,
            start_date=start_date,
            end_date=end_date,
            days=days,
            recurring=recurring,
            count=count,
        )
        to_json = slots.to_json
        return tuple([Slot.made_by(to_json, start) for start in slots.starts])

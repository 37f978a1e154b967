"""What every noun of `client.calendar` is: methods on one bookings file.

And the names that `**options` takes at run time; `inputs` has their types, and would
cost every command the import of its classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from calbook.store.context import Context


DATE_FILTERS = (
    *("event_type_id", "host_id", "resource_id"),
    *("start_date", "end_date", "timezone"),
)
PERSON_FILTERS = ("attendee_email", "phone", "ref", "person")
BOOKING_FILTERS = (*DATE_FILTERS, *PERSON_FILTERS, "status", "search")
STATISTICS_FILTERS = (*DATE_FILTERS, *PERSON_FILTERS)
PERSONS = ("email", "phone", "ref", "person")
ATTENDANCE = ("if_version", "dry_run", "idempotency_key")
CHANGE = (*ATTENDANCE, "notify_attendee")
CORRECTIONS = (
    *("name", "email", "phone", "ref", "language", "notes"),
    *("location", "meeting_url", "metadata"),
    *("add_guests", "remove_guests", "person"),
)


class Noun:
    def __init__(self, context: Context) -> None:
        self._context = context


def check_keywords(
    method: str, given: Mapping[str, object], known: Iterable[str]
) -> None:
    """Refuse an unknown name as Python does."""
    for name in given and given.keys() - set(known):
        raise TypeError(f"{method}() got an unexpected keyword argument {name!r}")


def is_waiting_id(id: object) -> bool:
    """Whether it names somebody on the waiting list, and no booking."""
    return isinstance(id, str) and id.strip().lower().startswith("wait_")

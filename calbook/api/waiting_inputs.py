"""What somebody who waits says besides the event type and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from calbook.api.inputs import ActorName, Guest, Location, Recurrence, RuleName
    from calbook.api.values import json_types


class WaitingOptions(TypedDict, total=False):
    """As `NewBookingOptions`, for the booking that may come of it."""

    guests: Iterable[str | Guest]
    notes: str | None
    responses: Mapping[str, Any] | None
    metadata: Mapping[str, Any] | None
    host_id: str | None
    resource_id: str | None
    location: str | Location | None
    meeting_url: str | None
    timezone: str | None
    duration: int | None
    by: ActorName
    override: Iterable[RuleName]
    recurring: Recurrence | json_types.Recurrence | None
    notify_attendee: bool | None

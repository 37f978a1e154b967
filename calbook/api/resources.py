"""`client.calendar.resources`: rooms and things that bookings need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calbook.api.entries import Entries
from calbook.api.values.catalog import Resource
from calbook.services.catalog.entries import RESOURCE

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.catalog_inputs import ResourceFields


class Resources(Entries[Resource]):
    """Rooms and things. `id` may be written without `res_`."""

    _kind, _value = RESOURCE, Resource

    def create(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[ResourceFields]
    ) -> Resource:
        """Add a resource: name, kind (room), capacity, timezone, schedule_id.

        Without a schedule it can be had at any time.
        """
        from calbook.services.catalog.resources import create_resource

        return Resource(create_resource(self._context, id, fields, dry_run=dry_run))

    def update(
        self, id: str, *, dry_run: bool = False, **fields: Unpack[ResourceFields]
    ) -> Resource:
        """Set fields of `create`; bookings keep the resources that they have."""
        from calbook.services.catalog.resources import update_resource

        return Resource(update_resource(self._context, id, fields, dry_run=dry_run))

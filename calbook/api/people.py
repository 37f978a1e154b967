"""`client.calendar.people`: who was ever booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from calbook.api.noun import Noun
from calbook.api.values.people import Erasure, Person
from calbook.services import people

if TYPE_CHECKING:
    from typing import Unpack

    from calbook.api.inputs import PersonFields
    from calbook.wire.json_objects import Json


class People(Noun):
    """Who was ever booked: bookings keep the book, nobody has to.

    Who has but a name is not in it: `bookings.list(search=…)` finds theirs.

    A person is named by an id, an e-mail address, a phone or customer number, or a name
    that nobody else has.

    Raises:
        NotFound: nobody is meant.
        AmbiguousPerson: several persons are.
    """

    def list(
        self, *, search: str | None = None, count: int | None = None, offset: int = 0
    ) -> tuple[Person, ...]:
        """Everybody by name; or who has a text in a name, address or number."""
        found = people.list_people(
            self._context, search=search, limit=count, offset=offset
        )
        return tuple(map(Person, found))

    def get(self, person: str) -> Person:
        """One of them, with `figures` of how the meetings went."""
        return Person(people.get_person(self._context, person))

    def update(
        self, person: str, *, dry_run: bool = False, **fields: Unpack[PersonFields]
    ) -> Person:
        """Correct what the next booking takes from the book; those made stay.

        An address or number that is replaced leads to nobody any more.

        Fields: `name`, `email`, `phone`, `ref`, `timezone`, `language`; None empties
        one.

        Raises:
            Exists: another person is found by what is given.
        """
        return Person(
            people.update_person(self._context, person, fields, dry_run=dry_run)
        )

    def merge(self, person: str, other: str, *, dry_run: bool = False) -> Person:
        """Make two entries one: `person` stays, with the bookings of the other.

        What the first does not know is taken from the other, whose id, addresses and
        numbers lead to the first from then on.

        Raises:
            NothingToChange: they are one already.
        """
        return Person(
            people.merge_people(self._context, person, other, dry_run=dry_run)
        )

    def erase(
        self,
        person: str,
        *,
        uid: str | None = None,
        cancel: bool = False,
        texts: bool = False,
        dry_run: bool = False,
        cancelled: Callable[[], object] | None = None,
    ) -> Erasure:
        """Make somebody nobody in all that is stored; times and counts stay.

        With `uid` the person is looked for in that booking or entry of the waiting
        list, where a name will do. An address or phone number of nobody in the book
        is looked for everywhere. `cancel` first cancels what is still to come; then
        `cancelled` may send what is to be told of it, which is dropped after it.
        With `texts` the name is taken out of what others wrote, too; then it may be
        the name of nobody in the book.

        Raises:
            HasBookings: something is still to come, and `cancel` is not given.
            StoreError: this role of the database may not change what is past.
        """
        from calbook.services import erasing  # slow to import

        wanted = erasing.Erasing(person, uid, cancel, texts)
        done = erasing.erase(
            self._context, wanted, dry_run=dry_run, cancelled=cancelled
        )
        return Erasure(done)

    def describe(
        self, person: str, *, uid: str | None = None, texts: bool = False
    ) -> str:
        """What somebody whom `erase` would mean is called, in a line."""
        from calbook.services import erasing  # slow to import

        return erasing.describe(self._context, person, uid=uid, texts=texts)

    def export(self, person: str, *, uid: str | None = None) -> tuple[Json, ...]:
        """All that is held of somebody: lines of an export, without others' data.

        Whom it means is said as for `erase`.
        """
        return tuple(self.iter_export(person, uid=uid))

    def iter_export(self, person: str, *, uid: str | None = None) -> Iterator[Json]:
        """The lines of `export`, read some at a time while they are used."""
        from calbook.services.person_export import export_person  # slow to import

        return export_person(self._context, person, uid=uid)

    def page(self, person: str, *, uid: str | None = None) -> str:
        """The same as a page of Markdown that the person can read."""
        from calbook.wire.writing.person_page import person_page  # slow to import

        lines = self.export(person, uid=uid)
        label = self.describe(person, uid=uid)
        return person_page(lines[1:], label, self._context.clock())

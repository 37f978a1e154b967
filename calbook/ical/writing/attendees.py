"""The ATTENDEEs of an entry, with what each of them has said (RFC 5545, 3.8.4.1)."""

from __future__ import annotations

from calbook.core.booking import replies
from calbook.core.catalog import Host
from calbook.core.model import Attendee, Occurrence
from calbook.ical.writing import values
from calbook.ical.writing.event_text import Invite


def write_attendees(
    invite: Invite, occurrence: Occurrence | None
) -> list[tuple[str, str]]:
    """Those who are asked, with what they said, then the hosts beside the organizer.

    These have agreed.
    """
    agreed = {"PARTSTAT": "ACCEPTED"}
    day = occurrence and occurrence.date
    people: list[tuple[Attendee | Host, dict[str, str]]] = [
        *(
            (person, {"PARTSTAT": replies.partstat(person, day), "RSVP": "TRUE"})
            for person in invite.listed
            if person.email
        ),
        *(
            (host, agreed)
            for host in invite.hosts_of(occurrence)
            if host.email and host != invite.organizer
        ),
    ]
    if invite.leaver:
        people = [(invite.leaver, {})]
    role = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT"}
    return [
        values.address(person.email, person.name, role | answer)
        for person, answer in people
    ]

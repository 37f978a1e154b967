"""What a file asks of a calendar."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """What the receiver's calendar is to do (RFC 5546, 1.4)."""

    PUBLISH = "publish"  # show it
    REQUEST = "request"  # ask the attendees, or tell them of a change
    CANCEL = "cancel"  # take it out
    DECLINECOUNTER = "declinecounter"  # leave it where it is (RFC 5546, 3.2.8)


# What names the attendees.
LISTING = (Method.REQUEST, Method.CANCEL, Method.DECLINECOUNTER)

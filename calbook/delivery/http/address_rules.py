"""Which addresses may be dialled for what: a rule says why one may not be."""

from __future__ import annotations

from collections.abc import Callable

from calbook.core.outgoing import forbidden_addresses

AddressRule = Callable[[str], str | None]


def webhook_rule(scheme: str, *, allow_http: bool) -> AddressRule:
    """Private networks too; plain http to loopback alone, or as it was allowed."""

    def why_not(address: str) -> str | None:
        if why := forbidden_addresses.address_refusal(address):
            return f"{address} is {why}"
        if scheme == "https" or allow_http or forbidden_addresses.is_loopback(address):
            return None
        return f"plain http to {address}, which is not loopback"

    return why_not


def calendar_rule(scheme: str, *, allow_private: bool) -> AddressRule:
    """For calendars and feeds: private networks, and plain http there, if allowed."""

    def why_not(address: str) -> str | None:
        if why := forbidden_addresses.address_refusal(address):
            return f"{address} is {why}"
        if not forbidden_addresses.is_private(address):
            return None if scheme == "https" else f"plain http to {address}"
        if allow_private:
            return None
        return f"{address} is in a private network, which --allow-private allows"

    return why_not

"""Names and addresses as a mail server takes them, and what one calls itself."""

from __future__ import annotations

from contextlib import suppress

from calbook.core import checks, domain_names
from calbook.core.errors import BadInput
from calbook.core.text import printable


def authserv_id(value: object, field: str) -> str:
    name = checks.line(value, field, most=253).strip()
    if name.isascii() and name.isprintable() and not set(name) & set(' ;"()='):
        return name
    raise BadInput(
        f"{field} cannot be {printable(name)}",
        hint="write what stands behind Authentication-Results: mx.example.com",
        field=field,
    )


def host(value: object, field: str) -> str:
    name = checks.line(value, field, most=253)
    if not name.isascii():
        with suppress(ValueError):
            name = domain_names.ascii_domain(name)
    if not name.isascii() or not name.isprintable() or any(c in name for c in " /@"):
        raise BadInput(
            f"{field} cannot be {printable(name)}",
            hint="write it as smtp.example.com",
            field=field,
        )
    return name


def sender(value: object, field: str) -> str:
    try:
        address = checks.email(value, field)
    except BadInput as error:
        error.hint = "write the address alone: you@example.com"
        raise
    address = domain_names.ascii_address(address)
    if not address.isascii():
        raise BadInput(
            f"{field} must be ASCII before the @, not {printable(address)}", field=field
        )
    return address


def is_loopback(host: str) -> bool:
    import ipaddress  # slow to import

    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

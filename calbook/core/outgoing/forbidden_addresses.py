"""Which network addresses may be sent to: not the ones reached only by accident.

What answers on this link, for this cloud machine, or for everybody at once is not, in
whatever form the address is written. Private networks are told apart from all others.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# What cloud providers answer on with a machine's own secrets: EC2 and most others are
# link-local; these are not.
_METADATA: frozenset[Address] = frozenset(
    {
        ip_address("fd00:ec2::254"),  # EC2
        ip_address("fd00:ec2::253"),
        ip_address("fd00:ec2::23"),  # EKS
        ip_address("fd20:ce::254"),  # Google
        ip_address("100.100.100.200"),  # Alibaba
        ip_address("192.0.0.192"),  # Oracle
        ip_address("fd00:c1::a9fe:a9fe"),
        ip_address("fd00:42::42"),  # Scaleway
        ip_address("fd00:a9fe:a9fe::1"),  # Linode
        ip_address("168.63.129.16"),  # Azure
    }
)
_THIS_NETWORK = IPv4Network("0.0.0.0/8")  # RFC 791, 3.2: Linux takes it for itself
_SITE_LOCAL = IPv6Network("fec0::/10")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, 2.1
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215
# Where an IPv4 address stands behind 48, 56, 64 and 96 bits (RFC 6052, 2.2).
_POSITIONS = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_LOOPBACK_6 = IPv6Address("::1")


def address_refusal(text: str) -> str | None:
    """Why nothing may be sent to an address; None when it may."""
    address = _read(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        for inner in _translated_addresses(address):
            why = _why_not(inner)
            if why is None and not inner.is_global:
                why = "a translated private address"
            if why is not None:
                return why
        if _translated_addresses(address):
            return None
    return _why_not(_plain(address))


def is_loopback(text: str) -> bool:
    return _plain(_read(text)).is_loopback


def is_private(text: str) -> bool:
    """Whether it is reached from here only: loopback, or a network of its own.

    Of one that may be sent to; what is translated is public then.
    """
    address = _plain(_read(text))
    if isinstance(address, IPv6Address) and _translated_addresses(address):
        return False
    return not address.is_global


def _read(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 (`::ffff:…`) as itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _translated_addresses(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that a packet to this one ends up at."""
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _LOCAL_NAT64:
        return _embedded_addresses(address)
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return (low,)
    is_plain = address == _LOOPBACK_6 or address.is_unspecified
    return () if is_plain or address not in _COMPATIBLE else (low,)


def _embedded_addresses(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """What may be meant, as nobody knows the prefix; nothing begins with a zero."""
    data = address.packed
    found = (IPv4Address(bytes(data[n] for n in at)) for at in _POSITIONS)
    return tuple(a for a in found if a not in _THIS_NETWORK) or (IPv4Address(0),)


def _why_not(address: Address) -> str | None:
    if address.is_loopback:
        return None
    if address in _METADATA:
        return "a cloud metadata address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_unspecified or address in _THIS_NETWORK:
        return "an unspecified address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_reserved or address in _SITE_LOCAL:
        return "a reserved address"
    return None

"""Which addresses may be sent to, in every form in which they can be written."""

from __future__ import annotations

import pytest

from calbook.core.outgoing import forbidden_addresses

REFUSED = {
    "169.254.169.254": "link-local",
    "169.254.0.1": "link-local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fd00:ec2::254": "metadata",
    "fd20:ce::254": "metadata",
    "100.100.100.200": "metadata",
    "192.0.0.192": "metadata",
    "168.63.129.16": "metadata",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "::": "unspecified",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "ff02::1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "fec0::1": "reserved",
    # The same in other clothes.
    "::ffff:169.254.169.254": "link-local",
    "::ffff:100.100.100.200": "metadata",
    "::ffff:0.0.0.0": "unspecified",
    "::169.254.169.254": "link-local",
    "::127.0.0.1": "translated",
    "2002:a9fe:a9fe::1": "link-local",
    "2002:7f00:1::1": "translated",
    "2002:a00:1::1": "translated",
    "64:ff9b::a9fe:a9fe": "link-local",
    "64:ff9b::7f00:1": "translated",
    "64:ff9b:1::a9fe:a9fe": "link-local",
    "2001:0:a9fe:a9fe::1": "link-local",
    "2001:0:808:808:0:0:5601:5601": "link-local",  # Teredo, its client inverted
}
ALLOWED = (
    "93.184.216.34",
    "10.0.0.5",
    "172.16.0.5",
    "192.168.1.5",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "fd12:3456::1",
    "2606:4700::1111",
    "64:ff9b::808:808",
    "2002:808:808::1",
)


@pytest.mark.parametrize(("address", "word"), REFUSED.items(), ids=REFUSED)
def test_what_is_reached_only_by_accident_is_refused(address: str, word: str) -> None:
    assert word in (forbidden_addresses.address_refusal(address) or "")


@pytest.mark.parametrize("address", ALLOWED)
def test_other_addresses_may_be_sent_to(address: str) -> None:
    assert forbidden_addresses.address_refusal(address) is None


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::1", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback_is_this_computer_and_nothing_translated(
    address: str, is_loopback: bool
) -> None:
    assert forbidden_addresses.is_loopback(address) is is_loopback

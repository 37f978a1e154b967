"""To whom a user and password are sent that were given for one server."""

from __future__ import annotations

import pytest

from calbook.delivery.calendars.dav_server import is_same_site


@pytest.mark.parametrize(
    ("url", "other", "is_same"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "https://A.example:443/y", True),
        ("http://10.0.0.1:80/", "http://10.0.0.1/", True),
        ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/", True),
        ("https://example.com/", "https://dav.example.com/", True),
        ("https://dav.example.co.uk/", "https://www.example.co.uk/", True),
        ("https://dav.example.co.uk/", "https://evil.co.uk/", False),
        ("https://example.co.uk/", "https://evil.co.uk/", False),
        ("https://dav.example.com/", "https://evil-example.com/", False),
        ("https://dav.example.com/", "https://example.com.evil.org/", False),
        ("https://dav.example.com/", "https://com/", False),
        ("https://a.example/", "http://a.example/", False),
        ("http://a.example/", "https://a.example/", False),
        ("http://dav.example.com/", "http://www.example.com/", False),
        ("https://dav.example.com/", "https://www.example.com:8443/", False),
        ("https://a.example/", "https://a.example:8443/", False),
        ("https://a.example/", "https://ada:pw@a.example/", False),
        ("https://10.0.0.1/", "https://10.9.0.1/", False),
        ("https://[fd00::1]/", "https://[fd00::2]/", False),
        ("https://localhost/", "https://evil.localhost/", False),
        ("https://a.example/", "https://a.example:port/", False),
        ("https://a.example/", "ftp://a.example/", False),
    ],
)
def test_another_server_is_followed_only_within_its_site(
    url: str, other: str, is_same: bool
) -> None:
    assert is_same_site(url, other) is is_same

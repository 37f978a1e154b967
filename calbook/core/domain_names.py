"""Names of hosts as DNS knows them: international ones in their `xn--` form.

By IDNA 2008 (RFC 5891) after the mapping of UTS 46, as browsers look them up: in that
of 2003, which Python has, `straße` is `strasse`, another host.
"""

from __future__ import annotations

from functools import lru_cache

_LONGEST, _LABEL_LENGTH = 253, 63  # of all, and between dots (RFC 1035, 2.3.4)


@lru_cache
def ascii_domain(name: str) -> str:
    """The name in ASCII; one that is so already stays as it is.

    Raises:
        ValueError: it is no name of a host.
    """
    encoded = name if name.isascii() else _encode(name)
    if len(encoded) > _LONGEST or not all(map(_is_label, encoded.split("."))):
        raise ValueError("a part is empty, too long or has other than letters")
    return encoded


def _is_label(text: str) -> bool:
    """Letters, digits, hyphens within, and underscores, as some hosts have them."""
    letters = text.replace("-", "x").replace("_", "x")
    is_whole = len(text) <= _LABEL_LENGTH and text.strip("-") == text
    return is_whole and letters.isascii() and letters.isalnum()


def _encode(name: str) -> str:
    import idna  # slow to import, for its tables

    mapped = idna.uts46_remap(name, std3_rules=False)
    return ".".join(
        label if label.isascii() else idna.alabel(label).decode()
        for label in mapped.split(".")
    )


def ascii_host(name: str) -> str:
    """What to look up for the host of a URL: an address, or a name with or without
    the dot at its end.

    Raises:
        ValueError: a part is empty or too long, or no name has such letters.
    """
    given = name.removesuffix(".")
    if not given.isascii():
        return ascii_domain(given) + "." * (given != name)
    if not all(0 < len(label) <= _LABEL_LENGTH for label in given.split(".")):
        raise ValueError("a part is empty or too long")
    return name


def ascii_address(email: str) -> str:
    """An e-mail address with its domain in ASCII, the part before the @ as it is."""
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{ascii_domain(domain)}"
    except ValueError:  # kept before such names were refused
        return email

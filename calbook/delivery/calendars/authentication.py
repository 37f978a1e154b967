"""Who asks: Basic (RFC 7617) and Digest (RFC 7616), as the server wants it."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import md5, sha256

_ALGORITHMS = {"SHA-256": sha256, "MD5": md5}  # the better one first
_SCHEME = re.compile(r"(?:^|,)\s*(Basic|Digest)(?:\s+|$)", re.IGNORECASE)
_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))')


class Login:
    """A user and password for one server, and the nonce that it gave."""

    def __init__(self, user: str | None, password: str | None, *, is_safe: bool):
        """Basic is sent before it is asked for where nobody else can read it."""
        self._user, self._password = user or "", password or ""
        self._is_given = user is not None
        self._digest: dict[str, str] | None = None
        self._is_basic = self._is_given and is_safe
        self._uses = 0  # of the nonce

    def header(self, method: str, target: str) -> str | None:
        """What to say with a request; nothing before a server has asked for Digest."""
        if self._digest is not None:
            self._uses += 1
            return self._digest_header(self._digest, method, target)
        if not self._is_basic:
            return None
        return f"Basic {b64encode(f'{self._user}:{self._password}'.encode()).decode()}"

    def take_challenge(self, text: str) -> bool:
        """Whether what was asked for (401) can be answered with something new."""
        if not self._is_given:
            return False
        offered = dict(reversed(list(_challenges(text or "Basic"))))
        for algorithm in _ALGORITHMS:
            if (digest := offered.get(algorithm)) is None:
                continue
            if self._digest is not None and self._uses == 1:
                return False  # it was asked for and given: the password is wrong
            self._digest, self._uses = digest, 0
            return True
        was_basic, self._is_basic = self._is_basic, "Basic" in offered
        self._digest = None
        return self._is_basic and not was_basic

    def _digest_header(
        self, challenge: Mapping[str, str], method: str, target: str
    ) -> str:
        hashed = _ALGORITHMS[_algorithm(challenge)]

        def digest(*parts: str) -> str:
            return hashed(":".join(parts).encode()).hexdigest()

        realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")
        secret = digest(self._user, realm, self._password)
        count, client = f"{self._uses:08x}", secrets.token_hex(8)
        chosen = (nonce, count, client, "auth") if "qop" in challenge else (nonce,)
        said = {
            "username": self._user,
            "realm": realm,
            "nonce": nonce,
            "uri": target,
            "response": digest(secret, *chosen, digest(method, target)),
        }
        if "opaque" in challenge:
            said["opaque"] = challenge["opaque"]
        words = [f'{key}="{_quoted(value)}"' for key, value in said.items()]
        words.append(f"algorithm={_algorithm(challenge)}")
        if "qop" in challenge:
            words += [f'cnonce="{client}"', f"nc={count}", "qop=auth"]
        # A header is Latin-1 to those below: so they send it as UTF-8.
        return f"Digest {', '.join(words)}".encode().decode("latin-1")


def _challenges(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """`Basic`, or the algorithm of a Digest that can be answered."""
    words = _SCHEME.split(text)
    for scheme, rest in zip(words[1::2], words[2::2], strict=True):
        found = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
            for name, quoted, plain in _PARAMETER.findall(rest)
        }
        if scheme.lower() == "basic":
            yield "Basic", found
        elif "auth" in re.split(r"[\s,]+", found.get("qop", "auth").lower()):
            yield _algorithm(found), found


def _algorithm(challenge: Mapping[str, str]) -> str:
    return challenge.get("algorithm", "MD5").upper()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

"""Why nothing was answered, in words for people."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from calbook.core.domain_names import ascii_host
from calbook.delivery.http.connection import Refused

FAULTS = (Refused, HTTPError, HTTPException, OSError, ValueError)


def describe_fault(error: Exception, url: str) -> str:
    """An error in a few words, without what Python calls its objects."""
    cause = error.__cause__ or error
    if isinstance(cause, Refused):
        return str(cause)
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return _NO_TLS.get(cause.reason or "", f"TLS failed: {_words(cause.reason)}")
    if isinstance(cause, socket.gaierror):
        known = cause.errno == socket.EAI_NONAME
        host = ascii_host(urlsplit(url).hostname or "")
        return f"the name {host} was not found" + f": {cause.strerror}" * (not known)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    if isinstance(cause, HTTPException | HTTPError):
        return "no proper answer"
    return f"no proper answer: {type(cause).__name__}"


_NO_TLS = dict.fromkeys(
    ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"),
    "the server speaks no TLS on this port",
)


def _words(reason: str | None) -> str:
    """`UNSUPPORTED_PROTOCOL` as words."""
    return (reason or "no reason given").lower().replace("_", " ")

"""Several requests to one server, over a connection that is kept while it is good.

Slow to import.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import ceil

from urllib3.connection import HTTPConnection

from calbook import __version__, interrupts
from calbook.delivery.http.address_rules import AddressRule
from calbook.delivery.http.answers import Answer, RequestFailed, read_answer
from calbook.delivery.http.connection import (
    cut_at,
    host_header,
    open_connection,
    target_of,
)
from calbook.delivery.http.error_words import FAULTS, describe_fault


class Session:
    """Requests to the server of a URL; its name is looked up at each connection."""

    def __init__(self, url: str, rule: AddressRule) -> None:
        self._url, self._rule = url, rule
        self._connection: HTTPConnection | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        seconds: float,
        most: int,
    ) -> Answer:
        """Ask for a URL of this server; nothing is followed.

        Made again once where a kept connection was closed before anything was
        answered: whoever changes something by it says what has to be there.

        Raises:
            RequestFailed: nothing came in time, or more than `most` bytes of it.
        """
        deadline = time.monotonic() + seconds
        sent = {
            "host": host_header(self._url),
            "user-agent": f"calbook/{__version__}",
            "accept-encoding": "identity",
            **headers,
        }
        try:
            was_kept = self._is_open()
            try:
                return self._exchange(method, url, sent, body, deadline, most)
            except ConnectionError:
                if not was_kept or time.monotonic() >= deadline:
                    raise
            return self._exchange(method, url, sent, body, deadline, most)
        except FAULTS as error:
            if time.monotonic() >= deadline:
                said = f"no answer within {ceil(seconds)} s"
            else:
                said = describe_fault(error, self._url)
            raise RequestFailed(said, is_reached=False) from None

    def _is_open(self) -> bool:
        """Whether there is a connection that its server has not closed yet."""
        if self._connection is not None and not self._connection.is_connected:
            self.close()
        return self._connection is not None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
        most: int,
    ) -> Answer:
        interrupts.release()
        connection = self._connection or open_connection(
            self._url, self._rule, deadline
        )
        self._connection = None  # kept when all of the answer was read
        is_whole = False
        try:
            with cut_at(deadline, connection):
                connection.request(
                    method,
                    target_of(url),
                    body=body,
                    headers=headers,
                    preload_content=False,
                    decode_content=False,
                )
                response = connection.getresponse()
                answer = read_answer(response, most=most)
            if time.monotonic() >= deadline:  # cut off, it would pass for whole
                raise TimeoutError
            is_whole = True
        finally:
            if not is_whole or connection.sock is None:
                connection.close()
        self._connection = connection if connection.sock is not None else None
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

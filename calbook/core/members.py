"""Hosts and resources: both give their time, and are told apart by their ids.

Light: listings ask here.
"""

from __future__ import annotations

from collections.abc import Iterable

RESOURCE_PREFIX = "res_"


def is_resource(id: str) -> bool:
    return id.startswith(RESOURCE_PREFIX)


def bare_resource(id: str) -> str:
    """As people call it: `room1`."""
    return id.removeprefix(RESOURCE_PREFIX)


def hosts_among(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple([id for id in ids if not id.startswith(RESOURCE_PREFIX)])


def resources_among(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple([id for id in ids if id.startswith(RESOURCE_PREFIX)])

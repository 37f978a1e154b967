"""Why nobody can take a request: whoever comes nearest to it speaks for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from calbook.core import needs
from calbook.core.assignment import HostIds
from calbook.core.catalog import Need
from calbook.core.errors import CalbookError, HostRetired, OutsideHours, SlotTaken
from calbook.core.members import RESOURCE_PREFIX, is_resource
from calbook.core.rules import several_dates
from calbook.services.availability import member_facts
from calbook.services.availability.booking_request import BookingRequest
from calbook.services.availability.member_facts import MemberFacts
from calbook.store.facts import Facts


class _Lack(NamedTuple):
    """Those of whom too few are free: `ids` are told of, `number` are needed."""

    ids: HostIds
    number: int
    of: int


def find_refusal(
    facts: Facts, request: BookingRequest, known: MemberFacts
) -> CalbookError:
    """What refuses each of those who could take it, the nearest in front."""
    refused = member_facts.refused_dates(
        request, needs.members_of(request.needs), known
    )
    may_skip = request.move is None and not request.skips_conflicts
    lack = _find_lack(request, refused)
    errors = {}
    for id in lack.ids:
        ids = _beside(request, refused, id)
        decision = member_facts.decide_together(request, ids, known)
        error = several_dates.dates_refusal(decision, may_skip=may_skip)
        if error is not None:
            errors[id] = error
    nearest = min(errors.values(), key=_distance)
    of_host = nearest.details.get("of") == "host"
    if isinstance(nearest, SlotTaken | OutsideHours) or of_host:
        _tell_of_all(nearest, errors, lack)
    return nearest


def _distance(error: CalbookError) -> tuple[bool, int, int]:
    """How far somebody is from being booked; who has retired is farthest."""
    every = error.details.get("refusals", ())
    has_retired = any(each["code"] == HostRetired.code for each in every)
    return has_retired, len(error.details.get("conflicts", ())), error.exit_code


def _find_lack(request: BookingRequest, refused: Mapping[str, int]) -> _Lack:
    """Hosts are told of first; resources where they alone are not to be had."""
    free = [id for id, dates in refused.items() if not dates]
    unmet = needs.unmet_conditions(request.needs, free)
    asked = [id for id in request.wanted if refused[id]]
    if asked and is_resource(asked[0]):
        return _Lack((asked[0],), 1, 1)
    of_hosts = [(n, ids) for n, ids in unmet if not is_resource(ids[0])]
    if unmet and not of_hosts:
        count, ids = unmet[0]
        some = ids if count < len(ids) else _first_refused(ids, refused)
        return _Lack(some, count, len(ids))
    choices = [(n.number, n.ids) for n in request.needs if needs.has_choice(n)]
    hosts = [(n, ids) for n, ids in choices if not is_resource(ids[0])]
    lacking = [(n, ids) for n, ids in of_hosts if n < len(ids)]
    if not lacking and not hosts:
        return _Lack(request.leads, 1, 1)
    count, ids = (lacking or hosts)[0]
    if ids == request.needs[0].ids and count == 1:
        ids = request.leads  # of one, only who was asked for could be it
    return _Lack(ids, count, len(ids))


def _first_refused(ids: HostIds, refused: Mapping[str, int]) -> HostIds:
    return tuple(id for id in ids if refused[id])[:1]


def _beside(request: BookingRequest, refused: Mapping[str, int], id: str) -> HostIds:
    """One of those who lack, and for the other needs who is free most often."""
    found: list[str] = []
    for need in request.needs:
        if not needs.has_choice(need):
            found += need.ids
        elif id in need.ids and id not in found:
            found.append(id)
        else:
            found += _nearest(request, need, refused)
    return tuple(dict.fromkeys(found))


def _nearest(
    request: BookingRequest, need: Need, refused: Mapping[str, int]
) -> Sequence[str]:
    if not needs.has_choice(need):
        return need.ids
    order = sorted(
        need.ids, key=lambda id: (id not in request.wanted, refused[id].bit_count())
    )
    return order[: need.number]


def _tell_of_all(
    nearest: CalbookError, errors: Mapping[str, CalbookError], lack: _Lack
) -> None:
    is_of_resources = is_resource(lack.ids[0])
    if len(lack.ids) == 1 and not is_of_resources:
        return
    key, id_key = (
        ("resources", "resourceId") if is_of_resources else ("hosts", "hostId")
    )
    names = [id.removeprefix(RESOURCE_PREFIX) for id in lack.ids]
    if len(lack.ids) > 1:
        nearest.details[key] = [
            {id_key: id, "code": error.code, "message": error.json_message}
            for id, error in errors.items()
        ]
    free = lack.of - len(errors)
    if lack.number > 1 and len(lack.ids) > 1:
        who = ", ".join(names) if is_of_resources else f"{lack.of} hosts"
        said = f"{free} of {who} can be had, {lack.number} are needed"
    elif len(lack.ids) > 1 and is_of_resources:
        said = f"none of {', '.join(names)} is free"
    elif is_of_resources:
        said = names[0]
    else:
        said = f"none of {len(lack.ids)} hosts is free"
    nearest.json_message = f"{said}: {nearest.json_message}"

"""Several meetings judged together: the dates of a series.

Notice and advance are asked of the first date alone; of each, whether it is still
to come, hours, the day's limit and overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from calbook.core import policy, times
from calbook.core.errors import (
    CalbookError,
    HostBusy,
    OutsideHours,
    SlotsPerDay,
    SlotTaken,
)
from calbook.core.policy import EACH, RULES, Proposal, Rules, Verdict

_OF_EACH = (OutsideHours, SlotsPerDay, SlotTaken)
_NAMED = 20  # dates that a message names; the details have all


class Ruling(NamedTuple):
    """A verdict for each meeting that was proposed, in their order."""

    proposals: tuple[Proposal, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def refused(self) -> tuple[int, ...]:
        """The places of those that may not be booked."""
        return tuple(n for n, verdict in enumerate(self.verdicts) if verdict.refusals)

    @property
    def used(self) -> tuple[str, ...]:
        """The overrides that were needed, each once."""
        every = (name for verdict in self.verdicts for name in verdict.used)
        return tuple(dict.fromkeys(every))

    @property
    def can_skip(self) -> bool:
        """Whether every refusal is one of a date, and some dates are left."""
        return len(self.refused) < len(self.verdicts) and all(
            isinstance(refusal, _OF_EACH)
            for verdict in self.verdicts
            for refusal in verdict.refusals
        )


def rule(proposals: Iterable[Proposal], rules: Rules = RULES) -> Ruling:
    """All rules for the earliest meeting, whatever its place; EACH for the others."""
    proposals = tuple(proposals)
    first = min(proposals, key=lambda proposal: proposal.meeting)
    verdicts = tuple(
        policy.decide(proposal, rules if proposal is first else EACH)
        for proposal in proposals
    )
    return Ruling(proposals, verdicts)


def refusal(ruling: Ruling, *, may_skip: bool = False) -> CalbookError | None:
    """What refuses the meetings, all of them named; None when nothing does.

    `may_skip` adds the advice to book the other dates.
    """
    if not ruling.refused:
        return None
    refused = [(ruling.proposals[n], ruling.verdicts[n]) for n in ruling.refused]
    proposal, first = refused[0]
    needed = tuple(name for _, verdict in refused for name in verdict.needed)
    error = policy.refusal_of(proposal, first._replace(needed=needed))
    if len(ruling.proposals) == 1:
        return error
    error.details["conflicts"] = [_conflict(p, verdict) for p, verdict in refused]
    if not all(isinstance(each, _OF_EACH) for each in first.refusals):
        return error  # it is not about the date
    named = [f"{_date(p)} ({_reason(verdict)})" for p, verdict in refused[:_NAMED]]
    more = len(refused) - len(named)
    error.message = (
        f"{len(refused)} of {len(ruling.proposals)} dates cannot be booked: "
        + ", ".join(named + [f"and {more} more"] * bool(more))
    )
    error.args = (error.message,)
    if may_skip and ruling.can_skip:
        error.hint = "book the other dates: --on-conflict skip"
    return error


def _conflict(proposal: Proposal, verdict: Verdict) -> dict[str, Any]:
    first = verdict.refusals[0]
    return {
        "date": _date(proposal),
        "startTime": times.rfc3339(proposal.meeting.start, proposal.timezone),
        "code": first.code,
        "message": first.message,
        "uid": first.details.get("uid"),
    }


def _date(proposal: Proposal) -> str:
    return times.local_date(proposal.meeting.start, proposal.timezone).isoformat()


def _reason(verdict: Verdict) -> str:
    first = verdict.refusals[0]
    if isinstance(first, HostBusy):
        return f"taken by {first.details['calendar']}"
    if isinstance(first, SlotTaken):
        uid = first.details["uid"]
        return f"taken by {uid}" if uid else "overlaps another date of the series"
    if isinstance(first, OutsideHours):
        return "outside the open hours"
    return first.message

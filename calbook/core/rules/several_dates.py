"""Several meetings judged together: the dates of a series.

Notice and advance are asked of the first date alone; of each, whether it is still
to come, first and last date, hours, limits and overlap.
"""

from __future__ import annotations

from collections.abc import Iterable

from calbook.core.errors import (
    CalbookError,
    GroupCancelled,
    HostBusy,
    HostRetired,
    LimitReached,
    OutsideDates,
    OutsideHours,
    SlotsPerDay,
    SlotTaken,
)
from calbook.core.model import Claim, Span
from calbook.core.rules import booking_rules
from calbook.core.rules.booking_rules import (
    RULES,
    RULES_FOR_EACH_DATE,
    Decision,
    Proposal,
    Rules,
)
from calbook.core.rules.obstacles import Obstacle
from calbook.core.time import times
from calbook.core.typing_names import Any, NamedTuple

_OF_EACH = (
    *(OutsideDates, OutsideHours, SlotsPerDay, LimitReached),
    *(GroupCancelled, SlotTaken),
)
_NAMED = 20  # dates that a message names; the details have all


_FREE = Decision((), (), ())


class DatesDecision(NamedTuple):
    """A decision for each meeting that was proposed, in their order.

    Where nothing was in the way of any, there may be the first proposal alone.
    """

    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]

    def with_free(self, number: int) -> DatesDecision:
        """With so many more that nothing is in the way of."""
        return self._replace(decisions=self.decisions + (_FREE,) * number)

    @property
    def refused_numbers(self) -> tuple[int, ...]:
        """The places of those that may not be booked."""
        return tuple([n for n, each in enumerate(self.decisions) if each.refusals])

    @property
    def overrides_used(self) -> tuple[str, ...]:
        """The overrides that were needed, each once."""
        every = (
            name for decision in self.decisions for name in decision.overrides_used
        )
        return tuple(dict.fromkeys(every))

    @property
    def can_skip(self) -> bool:
        """Whether every refusal is one of a date, and some dates are left."""
        return len(self.refused_numbers) < len(self.decisions) and (
            self.only_refuses_dates
        )

    @property
    def only_refuses_dates(self) -> bool:
        """Whether every refusal is one of a date, and would not be of another."""
        return all(
            isinstance(refusal, _OF_EACH)
            for decision in self.decisions
            for refusal in decision.refusals
        )


def decide_dates(
    proposals: Iterable[Proposal],
    rules: Rules = RULES,
    of_others: Rules = RULES_FOR_EACH_DATE,
    *,
    host_id: str | None = None,
) -> DatesDecision:
    """All rules for the earliest meeting, whatever its place; fewer for the others.

    Limits count what is booked by then: of these meetings those earlier ones, too,
    that are not refused. With `host_id` these are in each other's way as well.
    """
    proposals = list(proposals)
    if len(proposals) == 1:  # as mostly
        decision = booking_rules.decide_rules(proposals[0], rules)
        return DatesDecision(tuple(proposals), (decision,))
    decisions: dict[int, Decision] = {}
    booked: list[Span] = []
    for n in sorted(range(len(proposals)), key=lambda n: proposals[n].meeting):
        proposals[n] = _after(booked, proposals[n], host_id)
        decisions[n] = booking_rules.decide_rules(
            proposals[n], of_others if decisions else rules
        )
        if not decisions[n].refusals:
            booked.append(proposals[n].meeting)
    return DatesDecision(
        tuple(proposals), tuple(decisions[n] for n in range(len(proposals)))
    )


def _after(booked: list[Span], p: Proposal, host_id: str | None) -> Proposal:
    """As it is once earlier meetings are booked, which are in order."""
    if not booked:
        return p
    obstacle = p.obstacle
    if obstacle is None and host_id is not None:
        last, claims = booked[-1], p.event_type.claimed_span
        taken = claims(last)
        if claims(p.meeting).start < taken.end:
            obstacle = Obstacle(Claim(host_id, taken, "", taken.start), last)
    return p._replace(workload=p.workload.with_meetings(booked), obstacle=obstacle)


def dates_refusal(
    dates_decision: DatesDecision, *, may_skip: bool = False
) -> CalbookError | None:
    """What refuses the meetings, all of them named; None when nothing does.

    `may_skip` adds the advice to book the other dates.
    """
    if not dates_decision.refused_numbers:
        return None
    refused = [
        (dates_decision.proposals[n], dates_decision.decisions[n])
        for n in dates_decision.refused_numbers
    ]
    proposal, first = refused[0]
    needed = tuple(
        name for _, decision in refused for name in decision.overrides_needed
    )
    error = booking_rules.combined_refusal(
        proposal, first._replace(overrides_needed=needed)
    )
    if len(dates_decision.proposals) == 1:
        return error
    error.details["conflicts"] = [_conflict(p, decision) for p, decision in refused]
    if not all(isinstance(each, _OF_EACH) for each in first.refusals):
        return error  # it is not about the date
    named = [f"{_date(p)} ({_reason(decision)})" for p, decision in refused[:_NAMED]]
    more = len(refused) - len(named)
    error.json_message = (
        f"{len(refused)} of {len(dates_decision.proposals)} dates cannot be booked: "
        + ", ".join(named + [f"and {more} more"] * bool(more))
    )
    if may_skip and dates_decision.can_skip:
        error.hint = 'book the other dates: on_conflict="skip"'
        error.command_hint = "book the other dates: --on-conflict skip"
    return error


def _conflict(proposal: Proposal, decision: Decision) -> dict[str, Any]:
    first = decision.refusals[0]
    return {
        "date": _date(proposal),
        "startTime": times.rfc3339(proposal.meeting.start, proposal.timezone),
        "code": first.code,
        "message": first.json_message,
        "uid": first.details.get("uid"),
    }


def _date(proposal: Proposal) -> str:
    return times.local_date(proposal.meeting.start, proposal.timezone).isoformat()


def _reason(decision: Decision) -> str:
    first = decision.refusals[0]
    if isinstance(first, HostBusy):
        return f"taken by {first.details['calendar']}"
    if isinstance(first, HostRetired):
        return f"{first.details['hostId']} takes no bookings by then"
    if isinstance(first, SlotTaken):
        uid = first.details["uid"]
        return f"taken by {uid}" if uid else "overlaps another date of the series"
    if isinstance(first, OutsideDates):
        return "outside its dates"
    if isinstance(first, OutsideHours):
        return "outside the open hours"
    if isinstance(first, GroupCancelled):
        return f"{first.details['uid']} was cancelled there"
    return first.json_message

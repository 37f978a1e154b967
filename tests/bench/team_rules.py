"""A month of a large team's starts: with needs and limits, against without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time

from calbook import Client

from .figures import Figure

_NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
_HOSTS, _ROOMS, _DAYS = 20, 6, 30
_HOURS = (10, 12, 15)  # of each working day, each host's bookings
_TURNS = 9
_LIMITS = ("6/day", "40/week", "8h/day")


def figures() -> Iterator[Figure]:
    """The same hosts with the same bookings; the limits of hosts are in one file."""
    with (
        Client(":memory:", clock=lambda: _NOW) as plain,
        Client(":memory:", clock=lambda: _NOW) as ruled,
    ):
        clients = {"plain": plain, "ruled": ruled}
        for name, client in clients.items():
            fill(client, limits=_LIMITS if name == "ruled" else ())
        costs = {name: list[float]() for name in clients}
        for turn in range(_TURNS + 1):
            for name, client in clients.items():
                cost = _cost(client, name)
                if turn:  # the first one loads what is needed
                    costs[name].append(cost)
    yield Figure(
        f"slots of {_HOSTS} hosts for {_DAYS} days, needs and limits / none",
        median(costs["ruled"]) / median(costs["plain"]),
        at_most=4,
        unit="CPU time",
        how=(f"availability.get(…, days={_DAYS})",),
    )


def fill(client: Client, limits: Sequence[str]) -> None:
    """Twenty hosts and six rooms with a month of bookings; two event types."""
    calendar = client.calendar
    hosts = [f"h{n}" for n in range(_HOSTS)]
    rooms = [f"room{n}" for n in range(_ROOMS)]
    for host in hosts:
        calendar.hosts.create(host)
    for room in rooms:
        calendar.resources.create(room)
    team = {"hosts": hosts, "scheduling_type": "ROUND_ROBIN"}
    calendar.event_types.create("plain", maximum_advance=None, **team)
    calendar.event_types.create(
        "ruled",
        maximum_advance=None,
        needs=[f"2 of {','.join(hosts)}", f"1 of {','.join(rooms)}"],
        limits=["100/day", "600/week", "3000/month"],
        max_in_a_row=3,
        break_after=15,
    )
    for n, host in enumerate(hosts):
        for day in range(_DAYS):
            _book(client, host, day, n)
        calendar.hosts.update(host, limits=limits)


def _book(client: Client, host: str, day: int, n: int) -> None:
    date = (_NOW + timedelta(days=day + 1)).date()
    if date.weekday() > 4:
        return
    for hour in _HOURS:
        client.calendar.bookings.create(
            event_type_id="plain",
            host_id=host,
            start_time=f"{date} {hour}:{n % 2 * 30:02}",
            attendee={"name": "Ada", "email": f"{host}.{day}.{hour}@example.com"},
        )


def _cost(client: Client, event_type: str) -> float:
    began = process_time()
    client.calendar.availability.get(
        event_type_id=event_type, start_date="2027-01-05", days=_DAYS
    )
    return process_time() - began

"""Few bookings against very many, and the ways to refuse an overlap; taking turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from statistics import median

from support.postgres import Server

from ..figures import Figure
from .simulation import HOSTS, Measured, Simulation, running_server

CONNECTIONS = (8, 32, 128)
SMALL, MIDDLE, LARGE = 1_000, 100_000, 1_000_000
SECONDS = 10  # new connections know no tables yet: a shorter run would measure that
TURNS = 3
_COSTED = 2_000  # bookings whose bytes are counted

Results = dict[tuple[str, int], list[Measured]]


def figures() -> Iterator[Figure]:
    """How flat the figures are at 1,000,000 bookings, and what the constraint costs."""
    with running_server() as server:
        simulations = {
            f"{SMALL:,}": _filled(server, SMALL),
            f"{MIDDLE:,}": _filled(server, MIDDLE),
            f"{MIDDLE:,}, no constraint": _filled(server, MIDDLE, exclusion=False),
            f"{LARGE:,}": _filled(server, LARGE),
        }
        results = _measure(simulations)
        cost = simulations[f"{LARGE:,}"].cost(_COSTED)
    small, middle, free, large = simulations
    for connections in CONNECTIONS:
        for name, one, other, most in (
            ("cpu", large, small, 2.0),
            ("p50", large, small, 2.0),
            ("p99", large, small, 2.0),
            ("cpu", free, middle, None),
            ("p99", free, middle, None),
        ):
            yield Figure(
                f"{name} of {one} / of {other} bookings, {connections} connections",
                _ratio(results, name, (one, connections), (other, connections)),
                at_most=most,
                how=(
                    _line(other, connections, results),
                    _line(one, connections, results),
                ),
            )
    yield Figure(
        "round trips of a booking",
        cost.round_trips,
        at_most=11,
        how=(
            f"a booking: {cost.statements} statements in {cost.round_trips} round"
            f" trips, {cost.bytes_stored:,.0f} bytes of tables and indexes,"
            f" {cost.bytes_logged:,.0f} of WAL",
        ),
    )


def _filled(server: Server, size: int, *, exclusion: bool = True) -> Simulation:
    print(f"... filling in {size:,} bookings", file=sys.stderr)
    name = f"size_{size}" if exclusion else f"size_{size}_trigger"
    simulation = Simulation(server, name, hosts=HOSTS, exclusion=exclusion)
    simulation.grow(size)
    return simulation


def _measure(simulations: dict[str, Simulation]) -> Results:
    """Each in turn, so that what else the machine does is shared by all."""
    results: Results = {}
    for _ in range(TURNS):
        for name, simulation in simulations.items():
            with simulation.copied() as copy:
                for connections in CONNECTIONS:
                    measured = copy.book(connections, seconds=SECONDS)
                    results.setdefault((name, connections), []).append(measured)
                    print("...", name, connections, measured, file=sys.stderr)
                if copy.overlaps():
                    raise SystemExit(f"bench: overlaps among {name} bookings")
    return results


def _ratio(
    results: Results, name: str, one: tuple[str, int], other: tuple[str, int]
) -> float:
    return median(
        getattr(a, name) / getattr(b, name)
        for a, b in zip(results[one], results[other], strict=True)
    )


def _line(name: str, connections: int, results: Results) -> str:
    measured = results[name, connections]
    per_second, p50, p99, cpu = map(median, zip(*measured, strict=True))
    return (
        f"{name} bookings of {HOSTS:,} hosts, {connections} connections:"
        f" {per_second:,.0f} bookings a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms,"
        f" cpu {cpu:.2f} ms"
    )

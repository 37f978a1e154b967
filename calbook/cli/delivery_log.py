"""What `webhook log` and `mail log` share: deliveries, listed or one by itself."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from calbook.cli import output
from calbook.cli.options import Group, Output, option
from calbook.cli.output import OutputOptions
from calbook.cli.screen import cards, deliveries
from calbook.cli.session import display_timezone
from calbook.core.errors import UsageError

if TYPE_CHECKING:
    from calbook.api.client import Client
    from calbook.api.values.outbox import Delivery


class Log(Group):
    """Which deliveries."""

    status: str | None = option(
        "--status",
        "pending|delivered|failed|dropped",
        "Only those of which this became.",
    )
    limit: int = option("--limit", "N", "At most N.", default=50)
    delivery: str | None = option(
        "--id", "DELIVERY", "This delivery alone, with each of its attempts."
    )

    def arguments(self) -> dict[str, Any]:
        """As the library takes them."""
        return {"status": self.status, "count": self.limit}


def print_deliveries(
    found: "Sequence[Delivery]",
    form: OutputOptions,
    zone: str,
    *,
    now: datetime,
    to: str | None,
    nothing: str,
    keys: Sequence[str] = deliveries.KEYS,
) -> None:
    """A listing; `to` heads whom each goes to, where that differs."""

    def table(items: Sequence[dict[str, Any]]) -> str:
        if not items:
            return nothing
        return deliveries.deliveries_table(items, zone, now=now, to=to)

    output.print_list(found, form, keys=keys, table=table)


def print_delivery(
    get: "Callable[[Client], Delivery]", log: Log, *others: str | None, out: Output
) -> None:
    """The one of `--id`, beside which no other choice makes sense."""
    form = out.form_in_zone()
    if any(other is not None for other in (*others, log.status)):
        raise UsageError("--id names one delivery: nothing else goes with it")
    with out.client() as client:
        found = get(client)
        zone, now = display_timezone(client, form), client.now()
    card = partial(deliveries.delivery_card, tz=zone, now=now)
    output.print_object(found, form, keys=deliveries.KEYS, card=card)


def print_redelivery(delivery: "Delivery", out: Output) -> None:
    """Before the first attempt, which the same command may make."""
    said = f"Will be sent again: {delivery.id} ({cards.delivery_kind(delivery.type)})\n"
    output.print_object(delivery, out.form(), keys=deliveries.KEYS, card=lambda _: said)

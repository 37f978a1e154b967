"""The values of options, as they are typed: numbers, lengths, pairs, series."""

from __future__ import annotations

from calbook.cli.output import Json
from calbook.cli.session import usage_error
from calbook.core.typing_names import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from calbook.api.client import Client


def read_minutes(text: str | None, option: str) -> int | None:
    """A length of time as an option takes it: minutes, or `90m`, `1h30m`, `2d`."""
    if text is None:
        return None
    from calbook.core.time import lengths

    return lengths.minutes(text, option)


def read_number_of_days(text: str | None, option: str) -> int | None:
    """Days: `60`, `60d`, `8w`."""
    if text is None or not any(map(str.isalpha, text)):
        return read_whole_number(text, option)
    from calbook.core.errors import BadInput
    from calbook.core.model import DAY
    from calbook.core.time import lengths

    length = lengths.duration(text, option)
    if length % DAY:
        raise BadInput(f"{option} needs whole days, not {text}", hint="write 60 or 60d")
    return length // DAY


def read_day(client: Client, text: str, field: str) -> date:
    """A local date of the first host."""
    from calbook.core.errors import BadTime
    from calbook.core.time import parsing

    zone = client.calendar.hosts.timezone()
    try:
        return parsing.day(text, now=client.now(), timezone=zone)
    except BadTime as error:
        error.details["field"] = field
        raise


def read_whole_number(text: str | None, option: str) -> int | None:
    """A whole number in ASCII digits."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 20:
        return int(text)
    from calbook.core.errors import BadInput
    from calbook.core.text import printable

    raise BadInput(f"{option} needs a whole number, not {printable(text[:80])}")


def read_recurring(
    option: str,
    *,
    frequency: str | None,
    interval: str | None,
    count: str | None,
    until: str | None,
    by_day: str | None,
) -> Json | None:
    """The options of a series as the object that the library takes."""
    given = {
        "frequency": frequency,
        "interval": read_whole_number(interval, "--every"),
        "count": read_whole_number(count, "--count"),
        "until": until,
        "by_day": by_day,
    }
    rule = {key: value for key, value in given.items() if value is not None}
    if rule and frequency is None:
        raise usage_error(
            "--every, --count, --until and --by-day are for a series",
            hint=f"add {option} daily, weekly, monthly or yearly",
        )
    return rule or None


def read_on_conflict(word: str | None, *, extend: bool) -> str | None:
    """What becomes of a series whose dates are in the way of others, for the library.

    Whether to go on is said by `--extend`, beside `--on-conflict skip`.
    """
    if not extend:
        return word
    if word is None or word.lower() != "skip":
        raise usage_error(
            "--extend makes up for dates that are left out",
            hint="add --on-conflict skip",
        )
    return "extend"


def read_pairs(items: list[str] | None, option: str) -> dict[str, str]:
    """Repeated `k=v` options as an object; the last one of a key counts."""
    found: dict[str, str] = {}
    for item in items or ():
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise usage_error(f"{option} needs key=value, not {item[:80]}")
        found[key.strip()] = value
    return found

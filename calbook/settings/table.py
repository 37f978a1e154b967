"""Which settings there are: one table, from which all that knows them is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from calbook.core.typing_names import TYPE_CHECKING, Any, NamedTuple
from calbook.settings.reading import VARIABLES

if TYPE_CHECKING:
    from calbook.core.errors import BadInput

Check = Callable[[object, str], Any]  # of a value and the setting's name


class Setting(NamedTuple):
    """One setting by its section and key: `defaults.by`.

    `values` are the words that it may be, or what it is in a word; `default` counts
    where nothing is said; `typed` makes of a command line's text what the file has.
    """

    name: str
    values: str
    help: str
    check: Check
    default: Any = None
    typed: Callable[[str], object] = str
    is_secret: bool = False  # it may hold a password: shown only when asked for by name

    @property
    def variable(self) -> str | None:
        return VARIABLES.get(self.name)

    @property
    def section(self) -> str:
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        return self.name.partition(".")[2]


def _one_of(*words: str) -> Check:
    def check(value: object, name: str) -> str:
        from calbook.core import checks

        return checks.choice(value, name, words)

    return check


def _line(value: object, name: str) -> str:
    from calbook.core import checks

    return checks.line(value, name, most=1_000).strip()


def _zone(value: object, name: str) -> str:
    from calbook.core.time import parsing

    return parsing.timezone(_line(value, name))


def _boolean(value: object, name: str) -> bool:
    from calbook.core import checks

    return checks.boolean(value, name)


def _read_boolean(text: str) -> object:
    words = {"true": True, "yes": True, "false": False, "no": False}
    return words.get(text.strip().lower(), text)


def _port(value: object, name: str) -> int:
    from calbook.core import checks

    return checks.whole_number(value, name, least=1, most=65_535)


def _read_number(text: str) -> object:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _of_server(function: str) -> Check:
    def check(value: object, name: str) -> Any:
        from calbook.settings import server_names

        return getattr(server_names, function)(value, name)

    return check


_SECURITY = ("starttls", "tls", "none")
_EVERY = (
    Setting(
        "defaults.event", "EVENT", "The event type where --event is not said.", _line
    ),
    Setting("defaults.zone", "ZONE", "The zone where --tz is not said.", _zone),
    Setting(
        "defaults.week_start",
        "monday|sunday|saturday",
        "With which day a week begins.",
        _one_of("monday", "sunday", "saturday"),
        default="monday",
    ),
    Setting(
        "defaults.time_format",
        "24|12",
        "How a terminal shows times: 14:30 or 2:30 pm.",
        _one_of("24", "12"),
        default="24",
    ),
    Setting(
        "defaults.output",
        "table|json|jsonl|csv",
        "What a terminal shows; a pipe gets what it always gets.",
        _one_of("table", "json", "jsonl", "csv"),
        default="table",
    ),
    Setting(
        "defaults.pager",
        "COMMAND",
        "What shows more than a screen; cat: nothing.",
        _line,
    ),
    Setting(
        "defaults.by",
        "attendee|host",
        "Who asks where --by is not said.",
        _one_of("attendee", "host"),
        default="attendee",
    ),
    Setting(
        "defaults.notify",
        "true|false",
        "Whether people are told where neither --notify nor --no-notify is said;"
        " unset: as the event type says.",
        _boolean,
        typed=_read_boolean,
    ),
    Setting(
        "mail.authserv_id",
        "NAME",
        "Whose word about the senders of mail is taken.",
        _of_server("authserv_id"),
    ),
    Setting("smtp.host", "HOST", "The server that takes the mail.", _of_server("host")),
    Setting(
        "smtp.port",
        "N",
        "Its port; unset: 587 for starttls, 465 for tls, 25 for none.",
        _port,
        typed=_read_number,
    ),
    Setting(
        "smtp.security",
        "|".join(_SECURITY),
        "How it is spoken to.",
        _one_of(*_SECURITY),
        default="starttls",
    ),
    Setting("smtp.user", "NAME", "Who logs in.", _line),
    Setting(
        "smtp.password_command",
        "COMMAND",
        "Prints the password.",
        _line,
        is_secret=True,
    ),
    Setting("smtp.password_env", "NAME", "The variable that holds it.", _line),
    Setting("smtp.from", "ADDRESS", "Whom mail comes from.", _of_server("sender")),
    Setting(
        "smtp.allow_plain",
        "true|false",
        "Whether mail may go unencrypted to another machine.",
        _boolean,
        default=False,
        typed=_read_boolean,
    ),
)
SETTINGS: Mapping[str, Setting] = {each.name: each for each in _EVERY}


def find_setting(name: str) -> Setting:
    """By its name, in any case and with hyphens too.

    Raises:
        BadInput: there is none of that name.
    """
    found = SETTINGS.get(name.strip().lower().replace("-", "_"))
    if found is not None:
        return found
    raise unknown_setting(name)


def unknown_setting(name: str) -> BadInput:
    from calbook.core.errors import BadInput
    from calbook.core.suggestions import did_you_mean
    from calbook.core.text import excerpt

    return BadInput(
        f"no such setting: {excerpt(name)}",
        hint=did_you_mean(name, SETTINGS, f"there are {', '.join(SETTINGS)}"),
        field=name,
        known=list(SETTINGS),
    )


def section_keys(section: str) -> tuple[str, ...]:
    return tuple(each.key for each in _EVERY if each.section == section)

"""What each command prints with `--json`, as nouns of `calbook schema`.

`booking[]` is a list of them, `booking?` may be null. With `--jsonl` a list is one
object a line, without its brackets.
"""

from collections.abc import Mapping


def _entries(group: str, noun: str, *names: str) -> dict[str, tuple[str, ...]]:
    """One entry, or all of them where they are listed."""
    return {f"{group} {name}": (noun + "[]" * (name == "list"),) for name in names}


_EACH = ("booking", "booking[]")  # where several may be named

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "create": (*_EACH, "waiting-entry"),
    "hold": ("booking",),
    "list": ("booking[]",),
    "show": ("booking",),
    **dict.fromkeys(("confirm", "reject", "cancel", "reassign"), _EACH),
    **dict.fromkeys(("attended", "no-show"), _EACH),
    **dict.fromkeys(("reschedule", "extend", "update", "undo"), ("booking",)),
    "occurrences": ("occurrence[]",),
    **_entries("waiting", "waiting-entry", "list", "show", "remove"),
    **_entries("attendee", "booking", "add", "move", "remove"),
    "attendee list": ("attendee[]",),
    "reply": ("answer[]",),
    "counter list": ("counter[]",),
    "counter accept": ("booking",),
    "counter decline": ("counter",),
    **_entries("note", "note", "add", "list", "remove"),
    **_entries("person", "person", "list", "update", "merge"),
    "person show": ("person", "person-with-dates"),
    "erase": ("erasure",),
    "slots": ("slot[]", "block[]"),
    "explain": ("explanation", "rule[]"),  # the latter with --jsonl
    **dict.fromkeys(("agenda", "today", "tomorrow"), ("booking[]",)),
    **dict.fromkeys(("day", "week", "month"), ("booking[]",)),
    "next": ("booking?",),
    "history": ("event[]",),
    "stats": ("figures", "figures[]"),
    "ics": ("calendar-text", "written-folder"),
    "ics publish": ("published-feed[]",),
    **_entries("busy", "busy-calendar", "import", "add", "remove"),
    "busy list": ("busy-calendar[]", "busy-time[]"),
    "busy refresh": ("busy-calendar[]",),
    **_entries("calendar", "connected-calendar", "add", "list", "show", "update"),
    "calendar remove": ("connected-calendar",),
    "calendar check": ("calendar-check",),
    "calendar sync": ("calendar-finding[]",),
    "calendar log": ("delivery[]", "delivery"),
    "calendar redeliver": ("delivery",),
    "init": ("host",),
    **_entries("event", "event-type", "add", "list", "show", "update", "remove"),
    **_entries("host", "host", "add", "list", "show", "update", "remove", "restore"),
    "host away": ("host-away",),
    "host retire": ("retired-host",),
    **_entries("resource", "resource", "add", "list", "show", "update", "remove"),
    **_entries("schedule", "schedule", "add", "list", "show", "update", "remove"),
    "schedule override": ("schedule",),
    **_entries("webhook", "webhook", "add", "list", "show", "update", "remove"),
    "webhook rotate": ("webhook",),
    "webhook test": ("attempt",),
    "webhook log": ("delivery[]", "delivery"),
    "webhook redeliver": ("delivery",),
    "webhook verify": ("verified-request",),
    "tick": ("event[]",),
    "deliver": ("delivery[]",),
    "mail log": ("delivery[]", "delivery"),
    "mail redeliver": ("delivery",),
    **dict.fromkeys(("config show", "config smtp"), ("setting[]",)),
    **dict.fromkeys(("config set", "config unset"), ("setting",)),
    "config smtp-test": ("mail-server-answer",),
    "doctor": ("diagnosis", "fixed-times"),  # the latter with --fix-times
    "export": ("exported",),  # with --output
    "import": ("imported", "taken-over"),  # the latter with --from
    "db path": ("store-path",),
    "db init": ("made-store", "grants"),
    "db migrate": ("migration",),
    "db check": ("[]",),  # what it finds is an error
    "db copy": ("copied",),
    "db backup": ("store-path",),
    "db restore": ("restored",),
    "db compact": ("compacted",),
    "db share": ("shared-file",),
    "retention": ("retention",),
}

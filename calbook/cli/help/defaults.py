"""What options are without being said, where no option's own default says it.

What is left out stays empty until the rules ask for it, so the command line does not
know it; `update` leaves as it is what `add` gives a default.
"""

from collections.abc import Mapping

_BY_RULES = {"--by": "attendee", "--duration": "the first"}

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "create": {**_BY_RULES, "--on-conflict": "refuse", "--every": "1"},
    **dict.fromkeys(
        (
            *("hold", "slots", "explain", "cancel", "reschedule"),
            *("attendee add", "attendee move", "attendee remove"),
        ),
        _BY_RULES,
    ),
    "extend": {"--on-conflict": "refuse"},
    "event add": {
        "--slug": "the id without evt_",
        "--title": "the slug in words",
        "--duration": "30",
        "--host": "the one there is",
        "--buffer-before": "0",
        "--buffer-after": "0",
        "--minimum-notice": "0",
        "--maximum-advance": "none",
        "--slot-interval": "the length",
        "--slots-per-day": "none",
        "--requires-confirmation": "no",
        "--cancellation": "yes",
        "--cancellation-deadline": "none",
        "--seats": "none",
        "--max-occurrences": "730",
        "--scheduling-type": "single",
        "--assignment": "least-recent",
        "--notify": "no",
        "--contact": "any",
        "--on-free": "offer",
        "--hold-minutes": "60",
        "--on-decline": "record",
        "--active": "yes",
        "--max-in-a-row": "none",
        "--per-person-open": "none",
        "--no-double": "no",
    },
    "host add": {"--name": "the id in words", "--tz": "the first host's"},
    "resource add": {
        "--name": "the id in words",
        "--kind": "room",
        "--capacity": "none",
        "--schedule": "any time",
        "--tz": "the first host's",
    },
    "schedule add": {"--name": "the id in words"},
}

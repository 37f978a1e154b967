"""Under which heading of the help an option stands: one table, by its name.

A name means the same everywhere, so it stands under the same heading everywhere, but
for the few whose command says otherwise. What is not in the table is about `What`.
"""

from collections.abc import Mapping

HEADINGS: Mapping[str, str] = {
    "What": "",
    "When": """
        --start --from --to --on --days --duration --exclude --hours --closed
        --exclude-on --between --repeat --every --count --until --by-day
        --upcoming --past --of
        --first-date --last-date --explain --after --keep --tolerance
    """,
    "Who": """
        --by --name --email --phone --ref --person --attendee-tz --language --guest
        --remove-guest --host --from-host --resource --contact --group --user
        --all-attendees --actor --notify
    """,
    "Rules": """
        --override --reopen --wait --on-conflict --extend --atomic --each --active
        --minimum-notice --maximum-advance --buffer-before --buffer-after --break
        --slots-per-day --slot-interval --max-in-a-row --seats --capacity --needs
        --requires-confirmation --cancellation --cancellation-deadline --per-person
        --per-person-open --no-double --scheduling-type --assignment --count-window
        --hold-minutes --on-free --max-occurrences --booking-limit
    """,
    "Safety": """
        --dry-run --yes --force --if-version --idempotency-key
        --allow-http --allow-plain --allow-private
    """,
    "Output": """
        --json --jsonl --csv --fields --format --output --print --svg --color-scheme
        --folder --sort --reverse --text --short --limit --offset --all
        --occurrences --list --tz
    """,
    "General": "--no-deliver --db --help --version",
}
_OTHERWISE = {
    ("init", "--tz"): "What",
    ("stats", "--by"): "Output",
    ("list", "--after"): "Output",
    ("day", "--by"): "Output",
    ("week", "--by"): "Output",
    ("cancel", "--all"): "When",
    ("reassign", "--all"): "When",
    ("reschedule", "--all"): "When",
    ("schema", "--all"): "What",
}
_HEADING = {
    option: heading for heading, names in HEADINGS.items() for option in names.split()
}


def heading_of(option: str, command: str) -> str:
    """By the option's long name and the command's last word."""
    return _OTHERWISE.get((command, option)) or _HEADING.get(option, "What")

"""How a program teaches itself: help, man pages, completion, hints."""

from cli.conventions import Shown

TEACHING = (
    Shown(
        "Without arguments there is help, and it is no error.",
        "calbook",
        out="^Usage: calbook",
    ),
    Shown(
        "Help goes to standard output.",
        "calbook create --help",
        out="^Usage",
        not_err=".",
    ),
    Shown(
        "help COMMAND is COMMAND --help.",
        "calbook help create",
        out="^Usage: calbook create",
    ),
    Shown(
        "GROUP help is GROUP --help.", "calbook event help", out="^Usage: calbook event"
    ),
    Shown("The first help names where to begin.", "calbook --help", out="calbook init"),
    Shown(
        "Help has examples that can be pasted.",
        "calbook create --help",
        out=r"(?s)\nExamples:\n  # .*\n  calbook create",
    ),
    Shown(
        "Options are in groups.",
        "calbook create --help",
        out=r"(?s)\nWhen:\n.*\nWho:\n.*\nOutput:\n",
    ),
    Shown("Defaults are told.", "calbook agenda --help", out=r"\[default: 7\]"),
    Shown("Variables are told.", "calbook list --help", out=r"\[env: CALBOOK_DB\]"),
    Shown(
        "Words to choose from are told.",
        "calbook create --help",
        out=r"daily\|weekly\|monthly\|yearly",
    ),
    Shown(
        "What cannot be left out stands in the usage.",
        "calbook hold --help",
        out=r"^Usage: .*--event EVENT --start WHEN",
    ),
    Shown(
        "Help fits a narrow screen.",
        "COLUMNS=40 calbook list --help",
        not_out=r"\n[^\n]{60,}",
    ),
    Shown(
        "Topics are pages of a manual, as gh help TOPIC.",
        "calbook help booking",
        out="^# Booking",
    ),
    Shown(
        "A misspelt command is told with the nearest.",
        "calbook crate",
        2,
        err=r"did you mean create\?",
    ),
    Shown(
        "A misspelt name is told with the nearest.",
        "calbook slots --event dmeo",
        3,
        err=r"did you mean (evt_)?demo",
    ),
    Shown(
        "An error says where help is.",
        "calbook list --zzzzzz",
        2,
        err="see calbook list --help",
    ),
    Shown(
        "A refusal says what to do instead.",
        "calbook create -e demo --start '2027-01-17 10:00' --person 'Ada Lovelace'",
        5,
        err="hint: .*--by host --override hours",
    ),
    Shown(
        "Completion is installed.",
        "calbook completion install fish --dry-run",
        err="Would write .*fish/completions/calbook.fish",
    ),
    Shown(
        "What was done names the next step.",
        "calbook hold -e demo --start '2027-01-22 11:00'",
        out="calbook\\s+create\\s+--hold",
        where="terminal",
    ),
)

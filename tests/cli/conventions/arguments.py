"""How a command line is written: POSIX, GNU, and what most programs do."""

from cli.conventions import Shown

ARGUMENTS = (
    Shown("-h is help.", "calbook list -h", out="^Usage: calbook list"),
    Shown(
        "--help is help of the command it stands with.",
        "calbook note add --help",
        out="^Usage: calbook note add",
    ),
    Shown("--version says the version.", "calbook --version", out=r"^calbook \d"),
    Shown("-- ends the options.", "calbook show -- bk_5t8zc0", out="Ada Lovelace"),
    Shown(
        "- is standard input.",
        "calbook create --input - < requests.jsonl",
        out="zoe@example.com",
    ),
    Shown(
        "-o - is standard output.", "calbook export -o -", out='^{"type":"header"|^{'
    ),
    Shown(
        "--option=value is --option value.",
        "calbook list --limit=1",
        out=r"\A[^\n]*\n\Z",
    ),
    Shown("-ovalue has none.", "calbook list -L1", out=r"\A[^\n]*\n\Z"),
    Shown(
        "Short flags are grouped.",
        "calbook cancel bk_5t8zc0 -ny",
        out="CANCELLED",
    ),
    Shown(
        "Options stand behind arguments.", "calbook show bk_5t8zc0 --json", out='"uid"'
    ),
    Shown(
        "Options of all commands stand before the command too.",
        "calbook -q cancel bk_5t8zc0 --by host",
        not_err="Cancelled",
    ),
    Shown(
        "What may be repeated adds up.",
        "calbook list --status pending --status cancelled --fields status",
        out="(?s)PENDING.*CANCELLED|CANCELLED.*PENDING",
        not_out="CONFIRMED",
    ),
    Shown(
        "A single option twice is refused.",
        "calbook list --limit 1 --limit 2",
        2,
        err="--limit is given twice",
    ),
    Shown(
        "Options that exclude each other are refused.",
        "calbook list --json --csv",
        2,
        err="--json and --csv",
    ),
    Shown(
        "An error names the option as it was typed.",
        "calbook list --limit x",
        2,
        err="--limit",
    ),
    Shown(
        "Several things are named behind each other.",
        "calbook cancel bk_5t8zc0 bk_6n1pk8 --by host --yes",
        out=r"(?s)CANCELLED.*CANCELLED",
    ),
    Shown(
        "Ids are shortened as far as they are clear.",
        "calbook show bk_5short",
        out="Ada Lovelace",
    ),
)

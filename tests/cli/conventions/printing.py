"""What is printed: for people on a terminal, for programs in a pipe."""

from cli.conventions import Shown

PRINTING = (
    Shown(
        "Data goes to standard output, words to standard error.",
        "calbook calendar remove home --yes",
        err="Disconnected home",
        not_out="Disc",
    ),
    Shown(
        "Piped, a row is a line with tabs.",
        "calbook host list",
        out=r"(?m)^user_me\tGrace Hopper\t",
    ),
    Shown(
        "On a terminal, it is a table.", "calbook host list", out="─", where="terminal"
    ),
    Shown("--json prints JSON.", "calbook list --json", out=r"\A\[\{.*\}\]\n\Z"),
    Shown(
        "--jsonl prints an object a line.",
        "calbook list --jsonl -L 2",
        out=r"\A\{.*\}\n\{.*\}\n\Z",
    ),
    Shown(
        "--csv prints CSV with a header.", "calbook host list --csv", out=r"\A\w+,\w+,"
    ),
    Shown(
        "Keys are chosen, as gh's --json a,b.",
        "calbook list --json -L 1 --fields uid,attendee.name",
        out=r'\A\[\{"uid": "\w+", "attendee.name": "[^"]+"\}\]\n\Z',
    ),
    Shown(
        "A template is filled, as khal's --format.",
        "calbook list -L 1 --format '{status} {attendee.name}'",
        out=r"\A[A-Z]+ [^\n\t]+\n\Z",
    ),
    Shown(
        "Times for programs are RFC 3339.",
        "calbook show bk_5t8zc0 --fields startTime",
        out=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\n\Z",
    ),
    Shown(
        "Errors are JSON where JSON was asked for.",
        "calbook show bk_none --json",
        3,
        err=r'\A\{"error": \{"code": "not_found"',
        not_out=".",
    ),
    Shown(
        "An empty list is no error.", "calbook list --from 2031-01-01", 0, not_out="."
    ),
    Shown(
        "--quiet says nothing but the answer.",
        "calbook calendar remove home --yes --quiet",
        not_err=".",
    ),
    Shown(
        "Rows are sorted by any key, and turned round.",
        "calbook host list --sort name --reverse --fields name",
        out=r"\AGrace Hopper\n(?s:.*)Alice Liddell\n\Z",
    ),
    Shown("A pipe gets no colours.", "calbook list", not_out="\x1b"),
    Shown(
        "A terminal gets colours.", "calbook list -L 3", out="\x1b\\[", where="terminal"
    ),
    Shown(
        "NO_COLOR takes them away.",
        "NO_COLOR=1 calbook list -L 3",
        not_out="\x1b\\[[0-9;]*3[0-7]m",
        where="terminal",
    ),
    Shown(
        "--color always is for less -R.", "calbook list --color always", out="\x1b\\["
    ),
    Shown(
        "FORCE_COLOR does so too.",
        "TERM=dumb FORCE_COLOR=1 calbook list -L 3",
        out="\x1b\\[",
        where="terminal",
    ),
    Shown(
        "TERM=dumb gets none.",
        "TERM=dumb calbook list -L 3",
        not_out="\x1b\\[[0-9;]*3[0-7]m",
        where="terminal",
    ),
    Shown(
        "A pager is used where it is set.",
        "CALBOOK_PAGER='sed s/^/paged:/' calbook help booking",
        out="paged:",
        where="terminal",
    ),
    Shown(
        "--no-pager uses none.",
        "CALBOOK_PAGER='sed s/^/paged:/' calbook help booking --no-pager",
        not_out="paged:",
        where="terminal",
    ),
    Shown(
        "--ascii draws without lines.",
        "calbook list -L 3 --ascii",
        not_out="─",
        where="terminal",
    ),
    Shown(
        "A file is not overwritten.", "calbook export -o export.jsonl", 1, err="--force"
    ),
    Shown("--force overwrites it.", "calbook export -o export.jsonl --force"),
    Shown(
        "What one command prints another reads.",
        "calbook event show demo --json | calbook event add copy --input - --slug copy",
        out="evt_copy",
    ),
    Shown(
        "A status line gets one short line.",
        "calbook next --short",
        out=r"\A[^\n]{5,60}\n\Z",
    ),
)

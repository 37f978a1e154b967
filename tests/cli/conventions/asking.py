"""What is asked, what is agreed to, and what can be taken back."""

from cli.conventions import Shown

ASKING = (
    Shown(
        "What is destroyed is asked about first.",
        "calbook db restore backup.db",
        130,
        out=r"\[y/N\]",
        where="terminal",
    ),
    Shown("--yes answers.", "calbook db restore backup.db --yes", err="Restored"),
    Shown(
        "Off a terminal nobody is asked, and --yes is named.",
        "calbook db restore backup.db",
        2,
        err="--yes",
    ),
    Shown(
        "--no-input never asks.",
        "calbook --no-input create",
        2,
        out="missing",
        where="terminal",
    ),
    Shown(
        "CALBOOK_NO_INPUT does so too, as GH_PROMPT_DISABLED.",
        "CALBOOK_NO_INPUT=1 calbook create",
        2,
        out="missing",
        where="terminal",
    ),
    Shown(
        "--dry-run says what would be.",
        "calbook cancel bk_5t8zc0 --by host --dry-run",
        out="CANCELLED",
    ),
    Shown(
        "--dry-run changes nothing.",
        "calbook cancel bk_5t8zc0 --by host -n; calbook show bk_5t8zc0 --fields status",
        out="CONFIRMED",
    ),
    Shown(
        "A repeat with the same key changes nothing more.",
        "calbook note list bk_5t8zc0 --fields id; "
        "calbook create -e demo --start 'fri 12:00' --person 'Ada Lovelace'"
        " --idempotency-key k1 --fields uid; "
        "calbook create -e demo --start 'fri 12:00' --person 'Ada Lovelace'"
        " --idempotency-key k1 --json",
        out='"uid"',
    ),
    Shown(
        "What is so already is no error.",
        "calbook event update demo --title 'Product demo'",
        0,
    ),
    Shown(
        "undo takes back the last change.",
        "calbook undo bk_0c8bn3 --by host",
        out="CONFIRMED",
    ),
    Shown(
        "Secrets come from standard input.",
        "calbook webhook rotate wh_6b3n --secret-stdin < new-secret.txt",
        out="wh_",
    ),
    Shown(
        "Secrets are not shown again.",
        "calbook webhook show wh_6b3n --json",
        not_out="whsec_[A-Za-z0-9]",
    ),
    Shown(
        "$EDITOR is used.",
        "EDITOR='cp minutes.txt' calbook note add bk_5t8zc0 --edit",
        where="terminal",
        out="Added note_",
    ),
    Shown(
        "Other refusals have statuses of their own.",
        "calbook show bk_none",
        3,
        err="no such booking",
    ),
    Shown("No traceback is shown.", "calbook import old.csv", 2, not_err="Traceback"),
)

"""How people write times, and where programs keep things."""

from cli.conventions import Shown

_OF = "--format '{startTime}'"
TIMES_AND_PLACES = (
    Shown("today is a day.", "calbook slots -e demo --on today --json -L 1", out=""),
    Shown(
        "A weekday is the next one.",
        "calbook hold -e demo --start 'fri 15:00' --json",
        out='"startTime": "2027-01-15T15:00',
    ),
    Shown(
        "An ISO week is a range.",
        "calbook list --on 2027-W03 --fields startTime",
        out=r"2027-01-(18|19|2\d)T",
        not_out="2027-01-25",
    ),
    Shown(
        "A month is a range.",
        "calbook list --on 2027-02 --occurrences --fields date",
        out="2027-02-01",
        not_out="2027-01",
    ),
    Shown(
        "A length is written as 1h30m.",
        "calbook event add long --duration 1h30m --json",
        out='"duration": 90',
    ),
    Shown(
        "What could be two days is refused with both.",
        "calbook list --from 01/02/2027",
        2,
        err="2027-0",
    ),
    Shown(
        "--from, --to and --days are a range.",
        "calbook agenda --from 2027-01-18 --days 1 --json",
        out="2027-01-18",
    ),
    Shown(
        "--tz is another zone.",
        "calbook show bk_5t8zc0 --tz Asia/Tokyo",
        out=r"\+09:00",
    ),
    Shown(
        "A variable says the same.",
        "CALBOOK_TZ=Asia/Tokyo calbook show bk_5t8zc0",
        out=r"\+09:00",
    ),
    Shown(
        "An option goes before its variable.",
        "CALBOOK_TZ=Asia/Tokyo calbook show bk_5t8zc0 --tz Europe/Paris",
        out=r"\+01:00",
    ),
    Shown(
        "Settings lie in the XDG config directory.",
        "XDG_CONFIG_HOME=/tmp/c calbook config path",
        out="^/tmp/c/calbook/",
    ),
    Shown(
        "Data lie in the XDG data directory.",
        "XDG_DATA_HOME=/tmp/d calbook db path",
        out="^/tmp/d/calbook/",
    ),
    Shown(
        "Settings are read and written by key, as git config.",
        "calbook config set defaults.week_start sunday; "
        "calbook config get defaults.week_start",
        out="^sunday\n",
    ),
    Shown(
        "A variable goes before the file.",
        "calbook config set defaults.zone Asia/Tokyo; "
        "CALBOOK_TZ=Europe/Paris calbook show bk_5t8zc0",
        out=r"\+01:00",
    ),
    Shown(
        "--db names another file.", "calbook list --db backup.db --limit 1", out="bk_"
    ),
)
LEFT_OUT = {
    "Long options may be shortened (GNU).": (
        "A new option would change what an old script means; the nearest is named."
    ),
    "-v says more (uv, khal).": (
        "What is of use is said, and -q takes it away; CALBOOK_DEBUG=1 is for bugs."
    ),
    "Aliases of one's own (gh alias).": "The shell has them, and completes them.",
    "A full-screen mode (ikhal).": "Every command can be scripted; a screen cannot.",
    "A setting may be given once by -c key=value (git).": (
        "Each that matters for one call has an option and a variable."
    ),
}

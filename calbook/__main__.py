"""`calbook` and `python -m calbook`; completion is answered before typer loads."""

import gc
import os
import sys

_ZONE_FOLDERS = (  # Python's own default
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
)
_OBJECTS = 50_000  # more than modules and a screenful are, and soon reached by a loop


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:2] == ["__complete"]:
        gc.disable()
        from calbook.cli.shell.complete import complete

        os._exit(complete(sys.argv[2:]))
    from calbook import interrupts

    interrupts.listen()
    try:
        status = _run()
    except (KeyboardInterrupt, interrupts.Terminated):  # while modules load
        interrupts.deafen()
        status = interrupts.status()
    _leave(status)


def _leave(status: int) -> None:
    """At once: what the interpreter tidies up at its end is a tenth of a call.

    What was left to be done then is done, and what a stream cannot take is told by
    Python's own way out. Whom a signal has ended it ends: a shell goes on with the next
    command of a program that exits by itself.
    """
    import atexit

    from calbook import interrupts

    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(status)
    if status == interrupts.status():
        interrupts.die()
    os._exit(status)


def _run() -> int:
    # Loading modules leaves no garbage, and looking for it costs 5 %.
    gc.set_threshold(_OBJECTS)
    if sys.argv[1:] not in (["--version"], ["-V"]):
        _load_zoneinfo()
    from calbook.cli.app import run

    return run(sys.argv[1:])


def _load_zoneinfo() -> None:
    """Tell it where zones are: asking `sysconfig` is a tenth of a listing's cost."""
    if "PYTHONTZPATH" in os.environ:
        return
    os.environ["PYTHONTZPATH"] = os.pathsep.join(_ZONE_FOLDERS)
    import zoneinfo  # noqa: F401

    del os.environ["PYTHONTZPATH"]


if __name__ == "__main__":
    main()

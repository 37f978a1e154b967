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


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:2] == ["__complete"]:
        gc.disable()
        from calbook.cli.shell.complete import complete

        # What the interpreter tidies up at its end is a seventh of the cost.
        os._exit(complete(sys.argv[2:]))
    try:
        status = _run()
    except KeyboardInterrupt:  # while modules load
        status = 130
    sys.exit(status)


def _run() -> int:
    gc.disable()  # loading modules leaves no garbage, and looking for it costs 5 %
    _load_zoneinfo()
    from calbook.cli.app import run

    gc.freeze()
    gc.enable()
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

"""`calbook` and `python -m calbook`; completion is answered before typer loads."""

import gc
import os
import sys


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
    from calbook.cli.app import run

    gc.freeze()
    gc.enable()
    return run(sys.argv[1:])


if __name__ == "__main__":
    main()

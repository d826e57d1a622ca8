"""`python -m deckgen`, and the command `deckgen`."""

from __future__ import annotations

import gc
import os
import sys

from deckgen import streams


def main() -> None:
    """Run the command line and end the process.

    It ends without taking apart what the build made, object by object, which would cost a tenth of its time.
    """
    # a build makes many objects and no cycles worth looking for, which would cost a tenth of its time
    gc.disable()
    streams.prepare()
    code = _run()
    sys.stderr.flush()
    os._exit(code)


def _run() -> int:
    """Run the command line; its exit code."""
    code: object = 0
    try:
        try:
            from deckgen.cli.app import app  # noqa: PLC0415 (what takes time to import is imported where used)

            app()
        except SystemExit as exit_:
            code = exit_.code
        sys.stdout.flush()
    except SystemExit as exit_:  # the reader of stdout has gone away
        code = exit_.code
    except streams.OutputError as error:
        if not code:  # else it has been told
            sys.stderr.write(f"error: {error.strerror}\n")
        code = code or 2
    except KeyboardInterrupt:
        sys.stderr.write("error: stopped\n")
        code = 130
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()

"""`python -m deckgen`, and the command `deckgen`."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and end the process.

    It ends without taking apart what the build made, object by object, which would cost a tenth of its time.
    """
    # a build makes many objects and no cycles worth looking for, which would cost a tenth of its time
    gc.disable()
    code: object = 0
    try:
        from deckgen.cli import app  # noqa: PLC0415 (what takes time to import is imported where it is used)

        app()
    except SystemExit as exit_:
        code = exit_.code
    except KeyboardInterrupt:
        sys.stderr.write("error: stopped\n")
        code = 130
    with suppress(OSError):
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()

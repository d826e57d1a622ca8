"""The script: `python __main__.py JOB.json`, in a Python that has `anki` and need not have deckgen."""

import importlib
import importlib.util
import sys
from pathlib import Path


def main() -> None:
    """Find the modules of the rehearsal where this file is, and run the job."""
    here = Path(__file__).resolve().parent
    root = here.parents[2]
    # Python searches the folder of a script first; and the deckgen that it may have is another one
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != here]
    spec = importlib.util.spec_from_file_location(
        "deckgen", root / "__init__.py", submodule_search_locations=[str(root)]
    )
    assert spec  # noqa: S101 (for mypy: there is one for every file of Python)
    sys.modules["deckgen"] = importlib.util.module_from_spec(spec)
    importlib.import_module("deckgen.commands.verify.rehearsal.rehearse").main(Path(sys.argv[1]))


if __name__ == "__main__":
    main()

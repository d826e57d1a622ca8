"""An export of a deck: the forms, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.commands.export import crowdanki, csv_files, json_file

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.commands.export.contents import Export

_FORMS = {"csv": csv_files.export, "json": json_file.export, "crowdanki": crowdanki.export}


def export(build: Build, to: str) -> Export:
    """A deck in another form.

    Args:
        build: The deck's build, which has no errors.
        to: The form: csv, json or crowdanki.

    Raises:
        CallError: No note of the deck can have this form.
    """
    return _FORMS[to](build)

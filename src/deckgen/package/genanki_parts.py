"""What a package takes from genanki: the schema of the collection, and the form of note types and decks.

To import genanki takes a tenth of the time of a small build, because one of its libraries imports asyncio. So
only the modules with the schema are loaded, and note types and decks are written here as genanki does.
"""

from __future__ import annotations

from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

_DECK: dict[str, Any] = {
    "collapsed": False,
    "conf": 1,
    "desc": "",
    "dyn": 0,
    "extendNew": 0,
    "extendRev": 50,
    "id": 0,
    "lrnToday": [163, 2],
    "mod": 1425278051,
    "name": "",
    "newToday": [163, 2],
    "revToday": [163, 0],
    "timeToday": [163, 23598],
    "usn": -1,
}
_NOTE_TYPE: dict[str, Any] = {
    "css": "",
    "did": 0,
    "flds": [],
    "id": "",
    "latexPost": "\\end{document}",
    "latexPre": "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\\usepackage[utf8]{inputenc}\n"
    "\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n",
    "latexsvg": False,
    "mod": 0,
    "name": "",
    "req": [],
    "sortf": 0,
    "tags": [],
    "tmpls": [],
    "type": 0,
    "usn": -1,
    "vers": [],
}
_FIELD: dict[str, Any] = {"font": "Liberation Sans", "media": [], "rtl": False, "size": 20, "sticky": False}
_TEMPLATE: dict[str, Any] = {"bafmt": "", "bqfmt": "", "bfont": "", "bsize": 0, "did": None}


def schema() -> str:
    """The statements that create the tables and indexes of a collection."""
    return _text("apkg_schema", "APKG_SCHEMA")


def first_row() -> str:
    """The statement that fills the table `col`."""
    return _text("apkg_col", "APKG_COL")


def _text(module: str, name: str) -> str:
    """A text that a module of genanki defines, read without the rest of genanki."""
    package = find_spec("genanki")
    spec = PathFinder.find_spec(module, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"genanki has no module `{module}`")
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    text: str = getattr(loaded, name)
    return text


def deck_entry(own: dict[str, Any]) -> dict[str, Any]:
    """A deck in the collection's format; `own` has what differs from genanki's decks."""
    return {**_DECK, **own}


def note_type_entry(own: dict[str, Any]) -> dict[str, Any]:
    """A note type in the collection's format; `own` has what differs from genanki's, with its fields."""
    fields = [_completed(entry, at, _FIELD) for at, entry in enumerate(own["flds"])]
    templates = [_completed(entry, at, _TEMPLATE) for at, entry in enumerate(own["tmpls"])]
    return {**_NOTE_TYPE, **own, "flds": fields, "tmpls": templates}


def _completed(entry: dict[str, Any], at: int, defaults: dict[str, Any]) -> dict[str, Any]:
    """The entry of a field or card template, with its place and the defaults for what it lacks."""
    return {**entry, "ord": at, **{name: value for name, value in defaults.items() if name not in entry}}

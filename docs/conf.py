"""How Sphinx makes a site of these pages: `make docs-site`. A link that leads nowhere is a warning there."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

from deckgen import __version__
from deckgen.address import REPOSITORY

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TOP = Path(__file__).parents[1]

project = "deckgen"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["architecture.md"]  # its picture is one that only GitHub draws
suppress_warnings = ["misc.highlighting_failure"]  # some examples are wrong on purpose
myst_heading_anchors = 4  # with the anchors that GitHub gives
html_theme = "furo"
html_title = f"deckgen {release}"
html_copy_source = False


def list_codes(_app: Sphinx, page: str, text: list[str]) -> None:
    """Put the pages of the codes below their index."""
    if page == "codes/README":
        text[0] += "\n```{toctree}\n:glob:\n:hidden:\n\n*\n```\n"


def link_to_repository(app: Sphinx, doctree: nodes.document) -> None:
    """Let links to files that are no pages of the site lead to the repository."""
    pages = {Path(app.env.doc2path(name)) for name in app.env.found_docs}
    folders = (Path(app.env.doc2path(app.env.docname)).parent, TOP)  # the README is part of a page
    for link in list(
        chain(*(doctree.findall(kind) for kind in (addnodes.pending_xref, addnodes.download_reference)))
    ):
        target = link["reftarget"] + (".md" if link["refdomain"] == "doc" else "")
        path = next((path for folder in folders if (path := (folder / target).resolve()).exists()), None)
        if path and path.is_relative_to(TOP) and path not in pages:
            place = f"{'tree' if path.is_dir() else 'blob'}/main/{path.relative_to(TOP).as_posix()}"
            address = f"https://github.com/{REPOSITORY}/{place}"
            link.replace_self(nodes.reference("", "", *link.children, refuri=address))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the two functions above."""
    app.connect("source-read", list_codes)
    app.connect("doctree-read", link_to_repository, priority=100)  # before others follow these links
    return {"parallel_read_safe": True, "parallel_write_safe": True}

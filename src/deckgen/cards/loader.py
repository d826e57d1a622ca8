"""What lies in folders of templates: kinds, the files that Jinja reads, and those that faces show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import BaseLoader, TemplateNotFound, TemplateRuntimeError

from deckgen.cards.media import FONTS, IMAGES, SOUNDS, Media, take
from deckgen.cards.media_places import nearest, unwrapped
from deckgen.diagnostics import Diagnostic, Span, composed, proposal, same
from deckgen.source import MAX_SMALL, Document, control_characters, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2 import Environment

    from deckgen.project import Folder

MAX_CODE = 64 * 1024
"""The most Jinja in all templates of a deck, in characters: it takes time to read."""

_OPENS = re.compile(r"\[\[|\[%")


class Loader(BaseLoader):
    """Loads KIND/FILE from the kind's folder, and base/FILE from the last folder that has it."""

    def __init__(self, folders: Iterable[Folder], kinds: Iterable[Folder]) -> None:
        """Prepare for the folders of templates, and those of the kinds in force."""
        self.bases = [folder / "base" for folder in folders]
        self.kinds = {folder.path.name: folder for folder in kinds}
        self.texts: dict[str, str] = {}
        """The templates loaded so far, by their paths as diagnostics show them."""
        self._names: dict[str, dict[str, str]] = {}
        self.unreadable: list[Diagnostic] = []
        self.code = 0
        """How much of them is Jinja, in characters."""

    def find(self, template: str) -> Folder | None:
        """The file of a template; None where there is none."""
        first, _, name = template.partition("/")
        if not name or "/" in name or "\\" in name or name.startswith("."):
            return None
        owners = (
            reversed(self.bases) if first == "base" else [self.kinds[first]] if first in self.kinds else []
        )
        for owner in owners:
            # also a folder, a pipe or a link to nowhere of that name, which is told when it is read
            if own := self._listed(owner).get(composed(name)):
                return owner / own
        return None

    def _listed(self, folder: Folder) -> dict[str, str]:
        """The names in a folder, by their composed letters; capitals count on every system alike."""
        if folder.shown not in self._names:
            try:
                names = sorted((path.name for path in folder.path.iterdir()), reverse=True)
            except OSError:
                names = []
            self._names[folder.shown] = {composed(name): name for name in names}
        return self._names[folder.shown]

    def shipped(self, name: str) -> str:
        """The text of deckgen's own file of a name in base/; empty where it has none."""
        text, fault = load(self.bases[0].path / name, self.bases[0].shown, self.bases[0].top, MAX_SMALL)
        return "" if fault else text

    def is_own(self, path: str) -> bool:
        """Whether a template, by its path as diagnostics show it, is the deck's and not deckgen's."""
        return len(self.bases) == 1 or not path.startswith(self.bases[0].shown.removesuffix("base"))

    def names(self, kind: str) -> list[str]:
        """The names of the templates that those of a kind may extend or include."""
        folders = [(kind, self.kinds[kind]), *(("base", base) for base in self.bases)]
        files = (
            f"{name}/{path.name}"
            for name, folder in folders
            if folder.path.is_dir()
            for path in folder.path.glob("*.j2")
        )
        return sorted(set(files))

    def beside(self, kind: str) -> list[str]:
        """The names of the files in a kind's folder and in base/ that are no templates."""
        folders = [folder.path for folder in (self.kinds[kind], *self.bases) if folder.path.is_dir()]
        names = {path.name for folder in folders for path in folder.iterdir()}
        return sorted(name for name in names if not name.endswith((".j2", ".yaml")))

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template, for Jinja."""
        del environment
        found = self.find(template)
        if found is None:
            raise TemplateNotFound(template)
        text, fault = load(found.path, found.shown, found.top, MAX_SMALL)
        text = self.texts[found.shown] = text.replace("\r\n", "\n")
        if self.code > MAX_CODE:
            raise TemplateNotFound(template)  # which has been told
        self.code += sum(map(len, _tags_of_jinja(text)))
        if self.code > MAX_CODE and not fault:
            message = (
                f"up to here the templates have more than {MAX_CODE >> 10} KiB between `[[ ]]` and `[% %]`"
            )
            fault = Diagnostic("too-large", message, Span(found.shown))
        fault = fault or next(control_characters(Document(found.shown, text)), None)
        if fault:
            self.unreadable.append(fault)
            raise TemplateNotFound(template)
        return self.texts[found.shown], found.shown, lambda: True


def _tags_of_jinja(text: str) -> Iterator[str]:
    """What stands between the marks of Jinja in a template."""
    end = 0
    while match := _OPENS.search(text, end):
        close = text.find("]]" if match.group() == "[[" else "%]", match.end())
        end = close + 2 if close >= 0 else len(text)
        yield text[match.start() : end]


class MediaError(TemplateRuntimeError):
    """A face shows a file that cannot be had.

    Attributes:
        code: The code of the diagnostic that says so.
        hint: What to do.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        """Keep what is to be told."""
        super().__init__(message)
        self.code = code
        self.hint = hint


class FaceMedia:
    """The files that faces and css show by `media("seal.svg")`.

    Attributes:
        known: Those found so far, by their paths as diagnostics show them.
        shown: Those asked for since this was last cleared, by their names in the package.
    """

    def __init__(self, loader: Loader) -> None:
        """Prepare for a deck's templates."""
        self._loader = loader
        self.known: dict[str, Media] = {}
        self.shown: dict[str, Media] = {}

    def named(self, kind: str, file: object) -> str:
        """The name in learners' collections of a file in a kind's folder or in base/.

        It begins with `_`, by which Anki knows that note types need the file.

        Raises:
            MediaError: There is no such file, or none that may be packed.
        """
        name = file if isinstance(file, str) else ""
        beside = self._loader.beside(kind)
        if name not in beside:  # letters may be composed or not, and capitals count on every system alike
            name = next((other for other in beside if composed(other) == composed(name)), name)
        found = self._loader.find(f"{kind}/{name}") or self._loader.find(f"base/{name}")
        if found is None or (name not in beside and same(name) in map(same, beside)):
            hint = "it lies beside the faces, or in templates/base/, and is named without a folder"
            plain = unwrapped(name).replace("\\", "/").rstrip("/").rpartition("/")[2]
            if near := nearest(plain, beside) if plain else "":
                hint = proposal(name, near)
            raise MediaError("missing-media", f"there is no file `{name}`", hint)
        media = self.known.get(found.shown)
        if media is None:
            media = self.known[found.shown] = _taken(found, name)
        self.shown[media.name] = media
        return media.name


def _taken(found: Folder, name: str) -> Media:
    """A file as one of the package's media."""
    try:
        real = found.path.resolve()
        if not real.is_relative_to(found.top):
            raise MediaError("unreadable-media", f"`{name}` is a link that leads out of the project", "")
        media = take(real, name, IMAGES | SOUNDS | FONTS, "_")
        if isinstance(media, Media):
            return media
        raise MediaError(media.code, media.message, media.hint)
    except OSError as error:
        raise MediaError("unreadable-media", f"`{name}` cannot be read: {error.strerror}", "") from error
    except RuntimeError as error:  # what Python up to 3.12 says of links that go round
        if isinstance(error, MediaError):
            raise
        raise MediaError("unreadable-media", f"`{name}` is a link that leads to itself", "") from error

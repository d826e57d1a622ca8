"""The files in folders of templates: those that Jinja reads, and those that faces show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BaseLoader, TemplateNotFound, TemplateRuntimeError

from deckgen.cards import words
from deckgen.cards.media import FONTS, IMAGES, SOUNDS, Media, kept, take
from deckgen.cards.media_places import nearest, unwrapped
from deckgen.diagnostics import Diagnostic, Problem, Span, composed, proposal, same
from deckgen.patterns import pattern
from deckgen.source import MAX_SMALL, Document, control_characters, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from jinja2 import Environment

    from deckgen.project import Folder

MAX_CODE = 64 * 1024
"""The most Jinja code in all templates of a deck, in characters: parsing it takes time."""

_OPENS = pattern(r"\[\[|\[%")


class Loader(BaseLoader):
    """Loads KIND/FILE from the kind's folder, and base/FILE from the last base folder that has it.

    The words of faces have one name for faces, and a file for each language.
    """

    def __init__(self, folders: Iterable[Folder], kinds: Iterable[Folder], language: str) -> None:
        """Prepare for the folders of templates, those of the kinds in force, and the deck's language."""
        self._words = words.file_names(language)
        self.bases = [folder / "base" for folder in folders]
        self.kinds = {folder.path.name: folder for folder in kinds}
        self.texts: dict[str, str] = {}
        """The templates loaded so far, by their paths as diagnostics show them."""
        self._names: dict[str, dict[str, str]] = {}
        self.unreadable: list[Diagnostic] = []
        self.code = 0
        """The amount of Jinja code in them, in characters."""

    def find(self, template: str) -> Folder | None:
        """The file of a template; None if it does not exist."""
        first, _, name = template.partition("/")
        if not name or "/" in name or "\\" in name or name.startswith("."):
            return None
        owners = (
            reversed(self.bases) if first == "base" else [self.kinds[first]] if first in self.kinds else []
        )
        names = self._words if template == words.PATH else [composed(name)]
        for owner in owners:
            # it may be a folder, a pipe or a dead link: that is reported when it is read
            for each in names:
                if own := self.listed(owner).get(each):
                    return owner / own
        return None

    def listed(self, folder: Folder) -> dict[str, str]:
        """The names in a folder, by their composed form; capitals matter on every system."""
        if folder.shown not in self._names:
            try:
                names = sorted((path.name for path in folder.path.iterdir()), reverse=True)
            except OSError:
                names = []
            self._names[folder.shown] = {composed(name): name for name in names}
        return self._names[folder.shown]

    def shipped(self, name: str) -> str:
        """The text of deckgen's own base/ file of a name; empty if there is none."""
        text, fault = load(self.bases[0].path / name, self.bases[0].shown, self.bases[0].top, MAX_SMALL)
        return "" if fault else text

    def locate(self, rest: str, tag: str, files: list[str]) -> Span:
        """The place of a tag of a rendered face in its templates, or else the face's first line."""
        word = tag.strip("{}#^/ ").rpartition(":")[2]
        for piece in (rest, tag, word):
            for path in files:
                offset = self.texts[path].find(piece) if piece else -1
                if offset >= 0:
                    line = self.texts[path].count("\n", 0, offset) + 1
                    column = offset - (self.texts[path].rfind("\n", 0, offset) + 1) + 1
                    length = len((word if piece is word else tag).split("\n", 1)[0])
                    return Span(path, line, column, column + length)
        return Span(files[0], 1)

    def shipped_words(self) -> str:
        """The text of deckgen's own words in the deck's language, or else in English."""
        return next(filter(None, map(self.shipped, self._words)), "")

    def is_own(self, path: str) -> bool:
        """Whether a template belongs to the deck and not to deckgen, by its path as diagnostics show it."""
        return len(self.bases) == 1 or not path.startswith(self.bases[0].shown.removesuffix("base"))

    def names(self, kind: str) -> list[str]:
        """The names of the templates that the templates of a kind can extend or include."""
        folders = [(kind, self.kinds[kind]), *(("base", base) for base in self.bases)]
        files = (
            f"{name}/{path.name}"
            for name, folder in folders
            if folder.path.is_dir()
            for path in folder.path.glob("*.j2")
        )
        return sorted(set(files))

    def beside(self, kind: str) -> list[str]:
        """The names of the files in a kind's folder and in base/ that are not templates."""
        folders = [folder.path for folder in (self.kinds[kind], *self.bases) if folder.path.is_dir()]
        names = {path.name for folder in folders for path in folder.iterdir()}
        return sorted(name for name in names if not name.endswith((".j2", ".yaml")))

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template, for Jinja."""
        del environment
        file = self.find(template)
        if file is None:
            raise TemplateNotFound(template)
        text, fault = load(file.path, file.shown, file.top, MAX_SMALL)
        text = self.texts[file.shown] = text.replace("\r\n", "\n")
        if self.code > MAX_CODE:
            raise TemplateNotFound(template)  # an earlier template has been reported
        self.code += sum(map(len, _tags_of_jinja(text)))
        if self.code > MAX_CODE and not fault:
            message = (
                f"up to here, the templates contain more than {MAX_CODE >> 10} KiB of code "
                "between `[[ ]]` and `[% %]`"
            )
            fault = Diagnostic("too-large", message, Span(file.shown))
        fault = fault or next(control_characters(Document(file.shown, text)), None)
        if fault:
            self.unreadable.append(fault)
            raise TemplateNotFound(template)
        return self.texts[file.shown], file.shown, lambda: True


def _tags_of_jinja(text: str) -> Iterator[str]:
    """The tags of Jinja in a template, with their marks."""
    end = 0
    while match := _OPENS.search(text, end):
        close = text.find("]]" if match.group() == "[[" else "%]", match.end())
        end = close + 2 if close >= 0 else len(text)
        yield text[match.start() : end]


class MediaError(TemplateRuntimeError):
    """A file that a face shows cannot be used.

    Attributes:
        code: The code of the diagnostic.
        hint: The hint of the diagnostic.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        """Keep the parts of the diagnostic."""
        super().__init__(message)
        self.code = code
        self.hint = hint


class FaceMedia:
    """The files that faces and css show by `media("seal.svg")`.

    Attributes:
        known: The files used so far, by their paths as diagnostics show them.
        shown: The files used since this was last cleared, by their names in the package.
    """

    def __init__(self, loader: Loader) -> None:
        """Prepare for a deck's templates."""
        self._loader = loader
        self.known: dict[str, Media] = {}
        self.shown: dict[str, Media] = {}

    def named(self, kind: str, file: object) -> str:
        """The name in learners' collections of a file in a kind's folder or in base/.

        It begins with `_`, so that Anki keeps the file although no field shows it.

        Raises:
            MediaError: There is no such file, or it cannot be packed.
        """
        name = file if isinstance(file, str) else ""
        beside = self._loader.beside(kind)
        if name not in beside:  # the composed form does not matter; capitals do, on every system
            name = next((other for other in beside if composed(other) == composed(name)), name)
        target = self._loader.find(f"{kind}/{name}") or self._loader.find(f"base/{name}")
        if target is None or (name not in beside and same(name) in map(same, beside)):
            hint = "put it next to the faces or into templates/base/, and write its name without a folder"
            plain = unwrapped(name).replace("\\", "/").rstrip("/").rpartition("/")[2]
            if near := nearest(plain, beside) if plain else "":
                hint = proposal(name, near)
            raise MediaError("missing-media", f"there is no file `{name}`", hint)
        media = self.known.get(target.shown)
        if media is None:
            media = self.known[target.shown] = _media_of(target, name, _of_face)
        self.shown[media.name] = media
        return media.name

    def keep(self, kind: str) -> Iterator[Diagnostic]:
        """Show the files of an adopted kind that its cards name as in Anki: those that begin with `_`.

        Returns:
            The diagnostics of those that cannot be packed.
        """
        folder = self._loader.kinds[kind]
        for name, own in sorted(self._loader.listed(folder).items()):
            file = folder / own
            if not name.startswith("_") or file.path.is_dir():
                continue
            try:
                media = _media_of(file, name, kept)
            except MediaError as error:
                yield Diagnostic(error.code, str(error), Span(file.shown), error.hint)
                continue
            others = (path for path, each in self.known.items() if each.name == name)
            other = next(others, file.shown)
            self.shown[name] = self.known[file.shown] = media
            if self.known[other].digest != media.digest:
                message = f"`{name}` differs from `{other}`, but Anki keeps one file of each name"
                hint = "give one of them another name, also in the faces and the style that show it"
                yield Diagnostic("bad-kind", message, Span(file.shown), hint)


def _of_face(path: Path, name: str) -> Media | Problem:
    """A file that a face or css shows by `media(…)`, as a media file of the package."""
    return take(path, name, IMAGES | SOUNDS | FONTS, "_")


def _media_of(file: Folder, name: str, take_it: Callable[[Path, str], Media | Problem]) -> Media:
    """The media file of the package that a function makes from a file.

    Raises:
        MediaError: It cannot be packed.
    """
    try:
        real = file.path.resolve()
        if not real.is_relative_to(file.top):
            raise MediaError("unreadable-media", f"`{name}` is a link to a place outside the project", "")
        media = take_it(real, name)
        if isinstance(media, Media):
            return media
        raise MediaError(media.code, media.message, media.hint)
    except OSError as error:
        raise MediaError("unreadable-media", f"`{name}` cannot be read: {error.strerror}", "") from error
    except RuntimeError as error:  # Python up to 3.12 raises it for links in circles
        if isinstance(error, MediaError):
            raise
        raise MediaError("unreadable-media", f"`{name}` is a link to itself", "") from error

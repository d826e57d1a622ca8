"""Checks of the content of a media file: that it fits the ending of its name, and that it is complete.

It uses only the standard library: a decoder of pictures, sounds and fonts would be a heavy dependency, and
much slower than reading the files. Tests in Chromium showed which files a browser draws. The ending does not
matter among pictures of pixels, nor among sounds, so a PNG called .jpg passes. An SVG is drawn only under its
own ending, and a HEIC under none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from deckgen.cards import containers, sound_frames
from deckgen.cards.containers import CUT, LINE_ENDS
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

ENDINGS = {
    "image": ("avif", "gif", "jpeg", "jpg", "png", "svg", "webp"),
    "sound": ("flac", "m4a", "mp3", "mp4", "oga", "ogg", "opus", "wav", "webm"),
    "font": ("otf", "ttf", "woff", "woff2"),
}
"""The endings of media files, by family."""

_FAMILY = {ending: family for family, endings in ENDINGS.items() for ending in endings}
_WORDS = {"image": "an image", "sound": "a sound or video", "font": "a font"}

_SHOWN = {
    "image": ", and show it as `![what it shows](PATH)`",
    "sound": ", and play it as `[sound:PATH]`",
}
"""How a text shows a file of a family."""

_FORMATS: dict[str, tuple[str, str, Callable[[bytes], str]]] = {
    "png": ("image", "a PNG image", containers.png),
    "jpeg": ("image", "a JPEG image", containers.jpeg),
    "gif": ("image", "a GIF image", containers.gif),
    "webp": ("image", "a WebP image", containers.webp),
    "avif": ("image", "an AVIF image", containers.avif),
    "mp3": ("sound", "an MP3 sound", sound_frames.mp3),
    "aac": ("sound", "an AAC sound", lambda _: ""),  # nothing in it marks its end
    "wav": ("sound", "a WAV sound", containers.wav),
    "flac": ("sound", "a FLAC sound", sound_frames.flac),
    "ogg": ("sound", "an Ogg sound", containers.ogg),
    "mp4": ("sound", "an MP4 sound or video", containers.mp4),
    "webm": ("sound", "a WebM sound or video", containers.webm),
    "sfnt": ("font", "a font", containers.sfnt),
    "ttc": ("font", "a collection of fonts", containers.ttc),
    "woff": ("font", "a WOFF font", containers.woff),
    "woff2": ("font", "a WOFF2 font", containers.woff2),
}
"""The allowed formats: the family, the name in messages, and the function that checks a file."""

_PLAIN = frozenset(["", "wav", "sfnt", "ttc"])
"""The formats that are not compressed; an SVG has no name among them."""

_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"\0\x01\0\0", "sfnt"),
    (0, b"OTTO\0", "sfnt"),
    (0, b"true\0", "sfnt"),
    (0, b"ttcf\0", "ttc"),
    (0, b"wOFF", "woff"),
    (0, b"wOF2", "woff2"),
    (0, b"RF64", "wav"),
    (0, b"BW64", "wav"),
)
"""The beginnings of files of these formats: the offset, the bytes and the format."""

_FOREIGN = (
    (0, b"II*\0", "a TIFF or raw photo"),
    (0, b"MM\0*", "a TIFF or raw photo"),
    (0, b"II+\0", "a TIFF image"),
    (0, b"MM\0+", "a TIFF image"),
    (0, b"IIRO", "a raw photo"),
    (0, b"IIU\0", "a raw photo"),
    (0, b"FUJIFILMCCD-RAW", "a raw photo"),
    (0, b"II\xbc\x01", "a JPEG XR image"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"gimp xcf", "a GIMP file"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (0, b"\0\0\x01\0", "a Windows icon"),
    (0, b"icns", "an icon of macOS"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (0, b"qoif", "a QOI image"),
    (0, b"\x0a\x05\x01", "a PCX image"),
    (0, b"DDS ", "a DDS image"),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (40, b" EMF", "a Windows metafile"),
    (128, b"DICM", "a DICOM image"),
    (0, b"AT&TFORM", "a DjVu file"),
    (0, b"MThd", "a MIDI file"),
    (0, b"\x30\x26\xb2\x75", "a Windows Media sound or video"),
    (0, b"#!AMR", "an AMR sound"),
    (0, b"caff", "a CAF sound"),
    (0, b".snd", "an AU sound"),
    (0, b"\x0b\x77", "an AC-3 sound"),
    (0, b"riff\x2e\x91\xcf\x11", "a Wave64 sound"),
    (0, b"MAC ", "a Monkey's Audio sound"),
    (0, b"wvpk", "a WavPack sound"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"\0\0\x01\xba", "an MPEG video"),
    (0, b"\0\0\x01\xb3", "an MPEG video"),
    (0, b"\x80\x01", "a PostScript font"),
    (0, b"\x01fcp", "a bitmap font"),
    (0, b"PK\x03\x04", "a zip archive, or a document that is one"),
    (0, b"Rar!", "an archive"),
    (0, b"7z\xbc\xaf", "an archive"),
    (0, b"\x1f\x8b", "a compressed file (gzip)"),
    (0, b"\xd0\xcf\x11\xe0", "a Microsoft Office document"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"bplist", "a property list of macOS"),
    (0, b"\0\x05\x16\x07", "an extra file that macOS creates next to a file (`._…`), not the file itself"),
)
"""Formats that no browser draws or not every player plays: the offset, the bytes and the name."""

_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "an AVI video", b"RMID": "a MIDI file"}
_BRANDS = (("avif avis", "avif"), ("heic heix hevc hevx heim heis hevm hevs mif1 msf1", "a HEIC photo"))
_BOXES = frozenset([b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"styp", b"pnot"])
_BMP_HEADS = frozenset([12, 40, 52, 56, 64, 108, 124])  # bytes
_OTHER_ENDINGS = {"jpeg": "jpg", "sfnt": "ttf", "ttc": "ttf", "aac": "m4a"}
EXPORTED = {"image": "png, jpg or webp", "sound": "mp3, m4a or ogg", "font": "woff2"}
"""The best formats for exporting a file of each family."""

_HEAD = 4096  # bytes that are searched for the cause of an unknown content
_CONTROL = pattern(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_POINTER = pattern(rb"(?:\xef\xbb\xbf)?version https?://[\w.-]+/spec/v[0-9]")
_ANNEX = pattern(rb"[^\n]{0,1000}?\bannex[/\\]objects[/\\]")
_NETPBM = pattern(rb"P[1-7]\s(?:#[^\n]*\n|\s)*[0-9W]")
_CONFLICT = pattern(rb"^<{7} ", re.MULTILINE)
_PAGE = pattern(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]{0,200}>|<!--(?:(?!-->).){0,2000}-->)*+<(?:!doctype\s+html|html|head|body|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_BASE64 = pattern(rb"data:[a-z]+/|(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR|SUQz|T2dnUw|PHN2Zy)[0-9A-Za-z+/]{8}")
_PATH = pattern(rb"(?:\.{0,2}/)?[^\n<>{}:]{1,400}\.[A-Za-z0-9]{2,5}\s?")
_PNG_REWRITTEN = pattern(rb"\x89PNG(?:\n\x1a\n|\r+\n\x1a\r+\n)")
_AS_TEXT = (b"\xef\xbf\xbd", b"\xc2\x89PNG", b"\xc3\xbf\xc3\x98\xc3\xbf", b"\xc3\xbf\xc3\xbb")
_SVG = pattern(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]{0,2000}>\s*)*<(?:\w+:)?svg\b")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NAMESPACE = "http://www.w3.org/2000/svg"

_AGAIN = "copy, download or export it again, and check that it opens"
_LFS = "run `git lfs pull`; in GitHub Actions, `actions/checkout` needs `lfs: true`"
_BINARY = "write `*.{0} binary` to .gitattributes (use binary mode with FTP), and restore the original"
_SERVER = "open the address in a browser, check whether it asks for a login, and save the file itself"

Fault = tuple[str, str]
"""A fault, as the end of a sentence that begins with the file's name, and a hint."""


def content_fault(content: bytes, ending: str) -> Fault | None:
    """The fault of a media file's content; None if there is none.

    Args:
        content: The whole content.
        ending: The ending of its name, in small letters and without the dot: one of `ENDINGS`.
    """
    family = _FAMILY[ending]
    name = _format(content)
    if not name:
        return _cause(content, family) or (
            _svg(content) if ending == "svg" and _is_xml(content) else _unknown(content, ending)
        )
    belongs, words, walk = _FORMATS[name]
    own = _OTHER_ENDINGS.get(name, name)
    if belongs != family:
        return (
            f"is {words}, not {_WORDS[family]}",
            f"replace the file; or rename it to end in `.{own}`{_SHOWN.get(belongs, '')}",
        )
    if ending == "svg":
        return f"is {words}, not an SVG", f"rename it to end in `.{own}`, so that it is shown correctly"
    # (a WAV can repeat the same few bytes; a compressed file does not)
    if name != "wav" and containers.rewritten(content):
        return LINE_ENDS, _BINARY.format(ending)
    fault = walk(content)
    return (fault, _AGAIN) if fault else None


def shrinks(content: bytes) -> bool:
    """Whether a media file without faults becomes smaller if it is compressed.

    Its format decides: all but these contain compressed data, of which zlib takes one or two percent more at
    most, and trying out a piece of each file would take longer than its digest.
    """
    return _format(content) in _PLAIN


def _format(content: bytes) -> str:
    """The allowed format of a content, by its beginning; empty if it has none."""
    for place, mark, name in _SIGNATURES:
        if content.startswith(mark, place):
            return name
    if content[:4] in {b"RIFF", b"RIFX"} and _RIFF.get(content[8:12], "") in _FORMATS:
        return _RIFF[content[8:12]]
    if content[4:8] in _BOXES and (name := _by_brand(content)) in _FORMATS:
        return name
    tagged = content[sound_frames.after_tags(content) :][:4] if content.startswith(b"ID3") else b""
    if tagged == b"fLaC":
        return "flac"
    return "mp3" if content.startswith(b"ID3") and not tagged else sound_frames.frames(content)


def _by_brand(content: bytes) -> str:
    """The format of a file made of boxes, by the brands that it names; or the name of a foreign format."""
    size = min(int.from_bytes(content[:4]), 256) if content[4:8] == b"ftyp" else 0
    brands = {content[place : place + 4].decode("latin-1") for place in (8, *range(16, size, 4))}
    for names, what in _BRANDS:
        if brands & set(names.split()):
            return what
    return "a raw photo" if "crx " in brands else "mp4"


def _cause(content: bytes, family: str) -> Fault | None:  # noqa: PLR0911 (one for each cause)
    """The fault of a content in no allowed format; None if the cause is not certain."""
    what = _WORDS[family]
    if _POINTER.match(content):
        return f"is a Git LFS pointer, not {what}", _LFS
    head = content[:_HEAD]
    text = _CONTROL.search(head) is None
    if text and len(content) < _HEAD and _ANNEX.match(content):
        return f"is a git-annex pointer, not {what}", "run `git annex get` for it, then `git annex unlock`"
    if _PAGE.match(head):
        return f"is a web page (HTML), not {what}", _SERVER
    if text and head.lstrip()[:1] in {b"{", b"["}:
        return f"is JSON, not {what}, perhaps a server's response", _SERVER
    if _BASE64.match(head):
        return f"is base64 text, not {what}", "decode it first, for example with `base64 --decode`"
    if content.startswith(_AS_TEXT):
        return "was saved as text by another program, which destroyed it", "restore the original"
    if not content.strip(b"\0"):
        return "contains only zeros; copying it was probably interrupted", _AGAIN
    foreign = "" if text and family == "image" and _SVG.match(head) else _foreign(content)
    if foreign:
        hint = f"open it and export it as {EXPORTED[family]}; renaming it does not change its format"
        return f"is {foreign}, despite its name", hint
    return None


def _foreign(content: bytes) -> str:  # noqa: PLR0911 (one for each cause)
    """The name of a known format that is not allowed; empty if the format is unknown."""
    if content[4:8] in _BOXES:
        return _by_brand(content)
    if content[:4] in {b"RIFF", b"FORM"}:
        return _RIFF.get(content[8:12], "an AIFF sound" if content[:4] == b"FORM" else "")
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADS:
        return "a BMP image"
    if b"%PDF-" in content[:1024]:
        return "a PDF"
    if content[:4] == b"\xff\xd8\xff\xf7":
        return "a JPEG-LS image"
    if content[:1] == content[188:189] == content[376:377] == b"G":
        return "an MPEG transport stream"
    if _NETPBM.match(content):
        return "a Netpbm image"
    return next((what for place, mark, what in _FOREIGN if content.startswith(mark, place)), "")


def _unknown(content: bytes, ending: str) -> Fault:  # noqa: PLR0911 (one for each cause)
    """The fault of a content in an unknown format: perhaps it is a text, or git treated it as one."""
    what = _WORDS[_FAMILY[ending]]
    head = content[:_HEAD]
    if _PNG_REWRITTEN.match(content):
        return LINE_ENDS, _BINARY.format(ending)
    if _CONTROL.search(head) is None or head[:2] in _UTF_16:
        if _SVG.match(head):
            return "is an SVG, which only works with an SVG name", "rename it to end in `.svg`"
        if _CONFLICT.search(head):
            return (
                "contains conflict markers from git",
                "run `git checkout --ours` or `--theirs` for it",
            )
        if len(content) < _HEAD and _PATH.fullmatch(content):
            hint = "put the file itself there; on Windows, git makes links if `core.symlinks` is on"
            return (
                "contains only a path; git writes links this way where it is not allowed to create them",
                hint,
            )
        return f"is a text file, not {what}", f"put {what} there, or use another file"
    for place, mark, name in _SIGNATURES:
        at = content.find(mark, 0, _HEAD) if len(mark) > 2 and not place else -1  # noqa: PLR2004 (fewer bytes may be chance)
        if at > 0 and _FORMATS[name][0] == _FAMILY[ending]:
            return f"begins with {at:,} bytes that are not part of {_FORMATS[name][1]}", _AGAIN
    if containers.rewritten(content):
        return LINE_ENDS, _BINARY.format(ending)
    return f"is not {what} in a format that deckgen knows", _AGAIN


def _is_xml(content: bytes) -> bool:
    """Whether a content begins as XML does."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return content[:2] in _UTF_16 or start.startswith((b"<", b"\0<"))


def _svg(content: bytes) -> Fault | None:
    """The fault of an SVG; None if there is none. Browsers show only well-formed XML in UTF-8 or UTF-16."""
    wide = content[:2] in _UTF_16
    if not wide and b"\0" in content[:4]:
        return "is UTF-16 without a byte order mark, so browsers do not show it", "save it as UTF-8"
    # for images, browsers ignore the declared encoding: it is UTF-8, or UTF-16 with its mark
    parser = expat.ParserCreate(None if wide else "utf-8", namespace_separator=" ")
    roots: list[str] = []
    skipped: list[str] = []

    def begin(name: str, _: object) -> None:
        roots.append(name)
        parser.StartElementHandler = None

    parser.StartElementHandler = begin
    parser.SkippedEntityHandler = lambda name, _: skipped.append(name)
    try:
        parser.Parse(content, True)  # noqa: FBT003 (not by name)
    except expat.ExpatError as error:
        return _ill_formed(content, error, wide=wide)
    if skipped:
        return f"uses the entity `&{skipped[0]};`, which SVG does not have", "write the character itself"
    space, _, root = roots[0].rpartition(" ")
    if root != "svg":
        return f"is XML, but not SVG: its first element is `<{root[:60]}>`", _SERVER
    if space != _NAMESPACE:
        hint = f'in the file, change `<svg` to `<svg xmlns="{_NAMESPACE}"`'
        return "does not declare that it is SVG, so browsers do not show it", hint
    return None


def _ill_formed(content: bytes, error: expat.ExpatError, *, wide: bool) -> Fault:
    """The fault of XML that is not well formed, by the parser's error."""
    codes = expat.errors.codes
    if _CONFLICT.search(content):
        return "contains conflict markers from git", "resolve the conflict in that file, as in any text file"
    if error.code in {
        codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    }:
        return CUT, _AGAIN
    if not wide:
        try:
            content.decode()
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            return f"is not UTF-8 in line {line}, so browsers do not show it", "save it as UTF-8"
    hint = "open it in a browser to see the place, or export it again"
    if error.code == codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]:
        hint = 'a prefix such as `xlink:` needs `xmlns:xlink="http://www.w3.org/1999/xlink"` in `<svg …>`'
    elif error.code == codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
        hint = "write `&` as `&amp;`, and `<` in text as `&lt;`; " + hint
    elif error.code == codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        hint = "write the character itself, or its number, such as `&#160;`"
    return (
        f"is not well-formed XML: {expat.ErrorString(error.code)}, in line {error.lineno} of the file",
        hint,
    )

"""What a media file holds: what it is, whether it is whole, and what is said where it is not.

The files are made here, byte by byte: small, and whole as far as their containers tell.
"""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen.cards.media_content import ENDINGS, content_fault
from tests.faults import MP3, PNG, POINTER

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300"
    + "01" * 64
    + "ffc0000b080001000101011100ffc4001400010000000000000000000000000000000affc4001410"
    "0100000000000000000000000000000000ffda0008010100003f00d2cf20ffd9"
)
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
LINES = b"\x0a\x9c\x0d\x33" * 20
"""Bytes that a program takes for line ends."""


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file."""
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + form + body


def box(kind: bytes, data: bytes = b"") -> bytes:
    """A box of ISO base media."""
    return struct.pack(">I", len(data) + 8) + kind + data


def page(data: bytes, flags: int = 0) -> bytes:
    """A page of Ogg."""
    sizes = [255] * (len(data) // 255) + [len(data) % 255]
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([len(sizes), *sizes]) + data


def font(data: bytes = LINES) -> bytes:
    """A TrueType font of one table."""
    return b"\0\1\0\0" + struct.pack(">H6x", 1) + b"head" + struct.pack(">III", 0, 28, len(data)) + data


def flac(samples: int) -> bytes:
    """A FLAC of one frame, which says how many samples there are."""
    info = struct.pack(">HH6x", 192, 192) + (44100 << 44 | samples).to_bytes(8) + bytes(16)
    head = b"\xff\xf8\x10\x00\x00"
    checksum = 0
    for byte in head:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum << 1 ^ (0x107 if checksum & 0x80 else 0)
    return b"fLaC\x80\0\0\x22" + info + head + bytes([checksum]) + b"\0" * 20


WEBP = riff(b"WEBP", (b"VP8L", LINES))
WAV = riff(b"WAVE", (b"fmt ", bytes(16)), (b"data", LINES))
MP4 = box(b"ftyp", b"isom\0\0\0\0mp42") + box(b"moov", LINES) + box(b"mdat", LINES)
AVIF = box(b"ftyp", b"avif\0\0\0\0mif1") + box(b"meta", LINES) + box(b"mdat", LINES)
HEIC = box(b"ftyp", b"heic\0\0\0\0mif1") + box(b"meta", LINES) + box(b"mdat", LINES)
OGG = page(b"\x01vorbis" + LINES, 2) + page(LINES * 4, 4)
WEBM = b"\x1a\x45\xdf\xa3\x84\x42\x82\x81w\x18\x53\x80\x67\x90\x1f\x43\xb6\x75\x8b" + LINES[:11]
WOFF2 = b"wOF2\0\1\0\0" + struct.pack(">I", 128) + bytes(36) + LINES
WOFF = (
    b"wOFF\0\1\0\0" + struct.pack(">IH", 144, 1) + bytes(30) + b"head" + struct.pack(">III", 64, 80, 80)
    + bytes(4) + LINES
)  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'

WHOLE = {
    "png": PNG, "jpg": JPEG, "jpeg": JPEG, "gif": GIF, "webp": WEBP, "avif": AVIF, "svg": SVG, "mp3": MP3,
    "wav": WAV, "flac": flac(192), "ogg": OGG, "oga": OGG, "opus": OGG, "mp4": MP4, "m4a": MP4, "webm": WEBM,
    "ttf": font(), "otf": font().replace(b"\0\1\0\0", b"OTTO", 1), "woff": WOFF, "woff2": WOFF2,
}  # fmt: skip
SHOWN_WITHOUT = {"gif": 1, "mp3": 208, "flac": 20}
"""How many bytes at the end a browser or player does without: GIF's trailer, a frame, a part of one."""


@pytest.mark.parametrize("ending", [ending for endings in ENDINGS.values() for ending in endings])
def test_a_whole_file_of_each_format_passes(ending: str) -> None:
    """And one that another program has put something behind, but for fonts that say their length, and XML."""
    assert content_fault(WHOLE[ending], ending) is None
    longer = content_fault(WHOLE[ending] + b"put here by a camera", ending)
    assert (longer is None) is (ending not in {"woff", "woff2", "svg"})


def later(data: bytes, place: int, chunk: bytes) -> bytes:
    """A PNG with another chunk after the one that ends at a place."""
    made = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:place] + made + data[place:]


SOUND_FILES = {
    "an animated PNG": ("png", later(PNG, 33, b"acTL" + bytes(8))),
    "a PNG called jpg": ("jpg", PNG),
    "a WebP called png": ("png", WEBP),
    "a JPEG of two scans": ("jpg", JPEG[:-2] + b"\xff\xda\0\x08\1\1\0\0\x3f\0\xd2\xff\xd9"),
    "a JPEG with bytes between its segments": (
        "jpg",
        JPEG[:2] + b"\xff\xff" + JPEG[3:20] + b"\0\0" + JPEG[20:],
    ),
    "a GIF without a trailer": ("gif", GIF[:-1]),
    "an animated WebP": ("webp", riff(b"WEBP", (b"VP8X", bytes(10)), (b"ANIM", bytes(6)), (b"ANMF", LINES))),
    "an MP3 with both kinds of tags": ("mp3", b"ID3\3\0\0\0\0\1\0" + bytes(128) + MP3 + b"TAG" + bytes(125)),
    "an MP3 after zeros": ("mp3", b"ID3\3\0\0\0\0\0\0" + bytes(700) + MP3),
    "an AAC called mp3": ("mp3", b"\xff\xf1\x50\x80\x01\x1f\xfc\0" * 3),
    "an Ogg called mp3": ("mp3", OGG),
    "a WAV from a pipe": ("wav", WAV.replace(struct.pack("<I", 80), b"\xff\xff\xff\xff")),
    "a FLAC that does not know its length": ("flac", flac(0)),
    "a FLAC with an ID3 tag": ("flac", b"ID3\3\0\0\0\0\0\4abcd" + flac(192)),
    "an Ogg that was recorded": ("ogg", page(b"\x01vorbis", 2) + page(LINES)),
    "an MP4 with its index at the end": ("m4a", box(b"ftyp", b"M4A ") + box(b"mdat", LINES) + box(b"moov")),
    "an MP4 in fragments": ("mp4", box(b"ftyp", b"iso5") + box(b"moov") + box(b"moof") + box(b"mdat", LINES)),
    "an MP4 whose data go to the end": (
        "mp4",
        box(b"ftyp", b"isom") + box(b"moov") + b"\0\0\0\0mdat" + LINES,
    ),
    "a film of QuickTime": ("mp4", box(b"wide") + box(b"mdat", LINES) + box(b"moov")),
    "a WebM of a broadcast": ("webm", WEBM.replace(b"\x90\x1f", b"\1\xff\xff\xff\xff\xff\xff\xff\x1f")),
    "an SVG with a prolog": (
        "svg",
        b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<!-- a -->\n<!DOCTYPE svg>\n' + SVG,
    ),
    "an SVG in UTF-16": ("svg", SVG.decode().encode("utf-16")),
    "an SVG of Illustrator": (
        "svg",
        b'<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]><svg xmlns="&ns;"></svg>',
    ),
    "an SVG that says UTF-16 and is not": ("svg", b'<?xml version="1.0" encoding="utf-16"?>' + SVG),
    "an SVG with a script, which does not run": ("svg", SVG.replace(b"<path", b"<script>1</script><path")),
}


@pytest.mark.parametrize("name", SOUND_FILES)
def test_what_browsers_and_players_take_passes(name: str) -> None:
    """Odd and sound files: an error here would stop a deck for nothing."""
    ending, content = SOUND_FILES[name]
    assert content_fault(content, ending) is None


ANNEX = "/annex/objects/SHA256E-s12345--0123456789abcdef.png\n"
TELLING: dict[str, tuple[str, str | bytes, str]] = {
    "Git LFS": ("png", POINTER, "git lfs pull"),
    "Git LFS ": ("svg", POINTER, "lfs: true"),
    "Git LFS  ": ("woff2", POINTER.replace("\n", "\r\n"), "git lfs pull"),
    "git-annex": ("png", ANNEX, "git annex get"),
    "git-annex ": ("mp3", "../.git/annex/objects/a/b/SHA256E-s1--0.mp3", "git annex get"),
    "git-annex  ": ("svg", ANNEX.replace("/", "\\"), "git annex get"),
    "a web page": ("jpg", "<!DOCTYPE html>\n<title>404</title>", "browser"),
    "a web page ": ("svg", "\n <!-- a --> <HTML><body>Sign in</body></HTML>", "browser"),
    "a web page  ": ("mp3", '<?xml version="1.0"?><html xmlns="x"/>', "browser"),
    "JSON": ("png", '{"message": "Not Found"}', "browser"),
    "not SVG: its first element is `<Error>`": ("svg", "<Error><Code>AccessDenied</Code></Error>", "browser"),
    "a text file, not an image": ("png", "To be drawn.\n", "put an image there"),
    "a text file, not a sound": ("mp3", "Zu hören\n".encode("latin-1"), ""),
    "a path; git writes links": ("png", "../../shared/media/tree.png", "core.symlinks"),
    "base64": ("png", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "decode"),
    "base64 ": ("jpg", "data:image/jpeg;base64,/9j/", "decode"),
    "conflict markers": ("png", f"<<<<<<< HEAD\n{POINTER}=======\n{POINTER}>>>>>>> x\n", "checkout"),
    "conflict markers ": ("svg", SVG[:60] + b"\n<<<<<<< HEAD\n" + SVG[60:], "resolve"),
    "contains only zeros": ("png", bytes(4096), "again"),
    "is an SVG": ("png", SVG, "`.svg`"),
    "a PNG image, not an SVG": ("svg", PNG, "`.png`"),
    "a JPEG image, not a sound": ("mp3", JPEG, "`.jpg`"),
    "an MP3 sound, not an image": ("png", MP3, "`.mp3`"),
    "a font, not an image": ("png", font(), "`.ttf`"),
    "a PNG image, not a font": ("woff2", PNG, "`.png`"),
    "a HEIC photo": ("jpg", HEIC, "export it"),
    "a HEIC photo ": ("avif", HEIC, "export it"),
    "a TIFF": ("png", b"II*\0\x08\0\0\0" + LINES, "png, jpg or webp"),
    "a BMP": ("png", b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + LINES, "export it"),
    "a PDF": ("png", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "export it"),
    "a PDF ": ("svg", b"%PDF-1.7\n", "export it"),
    "a Photoshop file": ("jpg", b"8BPS\0\1" + LINES, "export it"),
    "a Windows icon": ("png", b"\0\0\1\0\1\0" + LINES, "export it"),
    "a JPEG 2000": ("jpg", b"\0\0\0\x0cjP  \r\n\x87\n" + LINES, "export it"),
    "a JPEG XL": ("jpg", b"\xff\x0a" + LINES, "export it"),
    "a DICOM": ("jpg", bytes(128) + b"DICM" + LINES, "export it"),
    "a Netpbm": ("png", b"P6\n1 1\n255\n\0\0\0", "export it"),
    "a compressed file": ("svg", b"\x1f\x8b\x08" + LINES, "export it"),
    "an AVI video": ("mp4", riff(b"AVI ", (b"LIST", LINES)), "mp3, m4a or ogg"),
    "an AIFF": ("wav", b"FORM\0\0\0\x50AIFF" + LINES, "export it"),
    "a MIDI": ("mp3", b"MThd\0\0\0\6" + LINES, "export it"),
    "a Windows Media": ("mp3", b"\x30\x26\xb2\x75" + LINES, "export it"),
    "a zip archive": ("woff", b"PK\3\4" + LINES, "export it"),
    "line endings": ("png", PNG.replace(b"\r\n", b"\n"), "`*.png binary`"),
    "line endings ": ("png", PNG.replace(b"\n", b"\r\n"), "`*.png binary`"),
    "line endings  ": ("jpg", (JPEG[:-2] + LINES + JPEG[-2:]).replace(b"\n", b"\r\n"), "`*.jpg binary`"),
    "line endings   ": ("mp4", MP4.replace(b"\n", b"\r\n"), "`*.mp4 binary`"),
    "line endings    ": ("ttf", font().replace(b"\n", b"\r\n"), "`*.ttf binary`"),
    "saved as text": ("png", PNG.decode("utf-8", "replace").encode(), "original"),
    "saved as text ": ("jpg", JPEG.decode("latin-1").encode(), "original"),
    "begins with 3 bytes": ("png", b"\xef\xbb\xbf" + PNG, "again"),
    "CgBI": ("png", later(PNG, 8, b"CgBI\0\0\0\0"), "again"),
    "a tag but no sound": ("mp3", b"ID3\3\0\0\0\0\0\0", "again"),
    "no index (moov)": ("m4a", box(b"ftyp", b"M4A ") + box(b"mdat", LINES), "again"),
    "cut short": ("svg", SVG[:-1], "again"),
    "mismatched tag": ("svg", SVG.replace(b"</svg>", b"</g></svg>"), "browser"),
    "invalid token": ("svg", SVG.replace(b"<path", b"Q & A <path"), "`&amp;`"),
    "unbound prefix": ("svg", SVG.replace(b"<path", b"<path xlink:href='#a'"), "xmlns:xlink"),
    "undefined entity": ("svg", SVG.replace(b"<path", b"&nbsp;<path"), "&#160;"),
    "the entity `&nbsp;`": (
        "svg",
        b'<!DOCTYPE svg SYSTEM "svg.dtd">' + SVG.replace(b"<path", b"&nbsp;<path"),
        "write the character",
    ),
    "does not declare that it is SVG": ("svg", b"<svg/>", "xmlns"),
    "not UTF-8 in line 2": ("svg", SVG.replace(b"<path", b"\n<text>\xe9</text><path"), "UTF-8"),
    "not UTF-8 in line 1": (
        "svg",
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + SVG.replace(b"<path", b"\xe9<path"),
        "UTF-8",
    ),
    "UTF-16 without a byte order mark": ("svg", SVG.decode().encode("utf-16-be"), "UTF-8"),
    "in a format that deckgen knows": ("png", b"\7\7\7\7" + LINES, "again"),
}  # fmt: skip


@pytest.mark.parametrize("words", TELLING)
def test_what_is_wrong_is_said_with_its_cause_and_the_way_out(words: str) -> None:
    """The message names what the file really is, or what happened to it; the hint what to do."""
    ending, content, hint = TELLING[words]
    fault = content_fault(content if isinstance(content, bytes) else content.encode(), ending)
    assert fault is not None
    assert words.strip() in fault[0]
    assert hint in fault[1]


@given(ending=st.sampled_from(sorted(set(WHOLE) - {"wav", "webm"})), part=st.floats(0, 1, exclude_max=True))
@example(ending="oga", part=0.248046875)
@settings(max_examples=600, deadline=None)
def test_a_file_that_is_cut_is_told_or_still_shown(ending: str, part: float) -> None:
    """Wherever it is cut: all that can be gone unseen is what browsers and players do without.

    An Ogg file is whole at the end of each page: a recorder that was stopped writes the same.
    """
    content = WHOLE[ending]
    cut = content[: max(1, int(part * len(content)))]
    if content_fault(cut, ending) is None and not content.startswith(b"OggS", len(cut)):
        assert len(content) - len(cut) <= SHOWN_WITHOUT.get(ending, 0)


@given(ending=st.sampled_from(sorted(WHOLE)), junk=st.binary(min_size=1, max_size=40))
@settings(max_examples=600, deadline=None)
def test_a_picture_or_font_after_junk_is_told(ending: str, junk: bytes) -> None:
    """A player looks for the first frame of an MP3, and XML may begin with blanks; others begin at once."""
    content = junk + WHOLE[ending]
    if ending not in {"mp3", "svg"} and not content.startswith(WHOLE[ending][:4]):
        assert content_fault(content, ending) is not None


BEGINNINGS = [b"", *(content[:size] for content in WHOLE.values() for size in (2, 4, 8, 12, 30, 60))]


@given(
    ending=st.sampled_from(sorted(WHOLE)),
    begin=st.sampled_from(BEGINNINGS),
    rest=st.binary(max_size=400),
)
@example(ending="mp3", begin=b"\xff" * 400, rest=b"")
@example(ending="svg", begin=b"<?xml version='1.0' encoding='gb18030'?>", rest=b"\x81")
@example(ending="webm", begin=b"\x1a\x45\xdf\xa3", rest=b"")
@example(ending="ttf", begin=b"ttcf\0\1\0\0\xff\xff\xff\xff", rest=b"\0" * 40)
@settings(max_examples=2000, deadline=None)
def test_no_content_raises(ending: str, begin: bytes, rest: bytes) -> None:
    """Whatever follows the beginning of a format, there is an answer in whole words."""
    fault = content_fault(begin + rest, ending)
    for text in fault or ():
        assert text == text.strip()
        assert not text.endswith(".")
        assert "\n" not in text

"""Checks that a sound made of frames is complete: MP3, AAC and FLAC; `containers` checks others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.cards.containers import CUT, DAMAGED

if TYPE_CHECKING:
    from collections.abc import Callable

_REACH = 256 * 1024  # bytes in which the first frame is searched
_CHAIN = 3  # so many frames in a row are no accident
_HERTZ = (44100, 48000, 32000)  # rates of MPEG 1; half of them in MPEG 2, a quarter in 2.5
_PARTS = {3: 1, 2: 2, 0: 4}  # the divisor of the rates, by the bits of the version
_KBITS = {  # kilobits a second, by whether it is MPEG 1, and by layer
    (True, 1): range(32, 480, 32),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def after_tags(data: bytes) -> int:
    """The offset after the ID3 tags at the beginning, in bytes; beyond the end if they are cut short."""
    place = 0
    while data.startswith(b"ID3", place) and place + 10 <= len(data):
        size = 0
        for byte in data[place + 6 : place + 10]:
            size = size << 7 | byte & 0x7F
        place += size + (20 if data[place + 5] & 0x10 else 10)
    return place


def frames(data: bytes) -> str:
    """The format of a row of frames: `mp3` for any layer of MPEG, or `aac`; empty if there are no frames."""
    start = after_tags(data)
    if _first(data, start, _mpeg_frame) >= 0 or _is_free(data, start):
        return "mp3"
    return "aac" if _first(data, start, _aac_frame) >= 0 else ""


def mp3(data: bytes) -> str:
    """An MP3: its frames, and their total length if the first frame states it."""
    start = after_tags(data)
    if start >= len(data):
        return CUT if start > len(data) else "contains a tag but no sound"
    first = _first(data, start, _mpeg_frame)
    if first < 0:
        return "" if _is_free(data, start) else DAMAGED
    frame = data[first : first + _mpeg_frame(data, first)]
    place = max(frame.find(b"Xing", 0, 64), frame.find(b"Info", 0, 64))
    if place < 0 or not frame[place + 7 : place + 8] or not frame[place + 7] & 2:
        return ""
    at = place + 8 + 4 * (frame[place + 7] & 1)
    # programs that trim a sound by a few frames keep the old length
    return CUT if int.from_bytes(frame[at : at + 4]) - 2 * len(frame) > len(data) - first else ""


def _first(data: bytes, start: int, length: Callable[[bytes, int], int]) -> int:
    """The offset of the first frame that others follow; -1 if there is none.

    Args:
        data: The sound.
        start: The offset at which to begin, in bytes.
        length: Returns the length of the frame at an offset, in bytes; 0 if there is none.
    """
    place = start - 1
    while (place := data.find(b"\xff", place + 1, start + _REACH)) >= 0:
        at, count = place, 0
        while count < _CHAIN and (size := length(data, at)) and at + size <= len(data):
            at, count = at + size, count + 1
        last = at + 4 > len(data) or data.startswith((b"TAG", b"APETAGEX"), at) or length(data, at)
        if count == _CHAIN or (count and last and (place == start or count > 1)):
            return place
    return -1


def _mpeg_frame(data: bytes, place: int) -> int:
    """The length of the MPEG frame at an offset, in bytes; 0 if none begins there."""
    head = data[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    kbits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or kbits in {0, 15} or rate == 3:
        return 0
    bits = _KBITS[version == 3, layer][kbits - 1] * 1000
    hertz, padding = _HERTZ[rate] // _PARTS[version], head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding


def _is_free(data: bytes, place: int) -> bool:
    """Whether MPEG frames with a free bitrate begin at an offset: their headers do not state a length."""
    head = data[place : place + 3]
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE6 not in {0xE2, 0xE4, 0xE6} or head[2] & 0xF0:
        return False
    second = data.find(head[:2], place + 24, place + 8192)
    third = 2 * second - place
    return second > 0 and head[:2] in data[third - 1 : third + 3]


def _aac_frame(data: bytes, place: int) -> int:
    """The length of the ADTS frame at an offset, in bytes; 0 if none begins there."""
    head = data[place : place + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def flac(data: bytes) -> str:
    """A FLAC: its blocks, and the last frame, which must have the last sample."""
    start = after_tags(data) + 4
    place, info, last = start, data[start + 4 : start + 38], 0
    while not last:
        head = data[place : place + 4]
        if len(head) < 4:
            return CUT
        if place == start and head[0] & 0x7F:
            return DAMAGED
        last = head[0] & 0x80
        place += 4 + int.from_bytes(head[1:4])
    if place + 2 > len(data):
        return CUT
    if data[place] != 0xFF or data[place + 1] & 0xFE != 0xF8:
        return DAMAGED
    total = int.from_bytes(info[13:18]) & ((1 << 36) - 1)
    return CUT if _last_sample(data, place, info) < total else ""


def _last_sample(data: bytes, start: int, info: bytes) -> int:
    """The number of samples up to the end of the last frame.

    Args:
        data: The sound.
        start: The offset of the first frame, in bytes.
        info: The block STREAMINFO.
    """
    sync, block, least = data[start : start + 2], int.from_bytes(info[:2]), int.from_bytes(info[4:7])
    place = len(data) - max(least, 4)  # a shorter frame is incomplete
    while (place := data.rfind(sync, start, place + 2)) >= 0:
        number, samples = _flac_frame(data[place : place + 16])
        if samples:
            return (number if sync[1] & 1 else number * block) + samples
        place -= 1
    return 0


def _flac_frame(head: bytes) -> tuple[int, int]:
    """The number and the samples of the FLAC frame that begins with these bytes; zeros if none does."""
    if len(head) < 16 or head[3] & 1:
        return 0, 0
    length = 8 - (head[4] ^ 0xFF).bit_length() or 1
    if length > 7 or 0x80 <= head[4] < 0xC0:
        return 0, 0
    number = head[4] & (0x7F if length == 1 else (1 << 7 - length) - 1)
    for byte in head[5 : 4 + length]:
        number = number << 6 | byte & 0x3F
    at, code = 4 + length, head[2] >> 4
    wide = {6: 1, 7: 2}.get(code, 0)
    if wide:
        samples = int.from_bytes(head[at : at + wide]) + 1
    else:
        samples = 192 if code == 1 else 576 << code - 2 if 1 < code < 6 else 256 << code - 8 if code else 0
    at += wide + {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    return (number, samples) if code and _crc8(head[:at]) == head[at] else (0, 0)


def _crc8(data: bytes) -> int:
    """The checksum of the header of a FLAC frame."""
    checksum = 0
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum << 1 ^ (0x107 if checksum & 0x80 else 0)
    return checksum

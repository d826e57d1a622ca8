"""The wire format of Protocol Buffers: as much of it as the messages need that Anki writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.package.reader.archive import AGAIN, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARINT, _FIXED64, _DATA, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_LONGEST_VARINT = 10
_MOST = 500_000  # fields of a message, each of which takes far more memory than bytes


class Message:
    """A message; what its fields are called stands in Anki's .proto files."""

    def __init__(self, data: bytes) -> None:
        """Read its fields.

        Raises:
            UnreadableError: It is damaged.
        """
        self._fields: dict[int, list[int | bytes]] = {}
        at, end = 0, len(data)
        left = _MOST
        while at < end:
            left -= 1
            if not left:
                raise _damaged()
            key, at = _varint(data, at)
            kind = key & 7
            if kind == _VARINT:
                number, at = _varint(data, at)
                self._fields.setdefault(key >> 3, []).append(number)
                continue
            if kind == _DATA:
                size, at = _varint(data, at)
            elif kind in _FIXED:
                size = _FIXED[kind]
            else:
                raise _damaged()
            if size > end - at:
                raise _damaged()
            self._fields.setdefault(key >> 3, []).append(data[at : at + size])
            at += size

    def number(self, field: int, default: int = 0) -> int:
        """A field of an integer type; the last of it counts."""
        value = self._fields.get(field, (default,))[-1]
        if not isinstance(value, int):
            raise _damaged()
        return value - 2**64 if value >= 2**63 else value

    def flag(self, field: int) -> bool:
        """A field that is yes or no."""
        return self.number(field) != 0

    def optional(self, field: int) -> int | None:
        """A field of an integer type that may be absent."""
        return self.number(field) if field in self._fields else None

    def data(self, field: int) -> bytes:
        """A field of bytes, or of a message; the last of it counts."""
        value = self._fields.get(field, (b"",))[-1]
        if not isinstance(value, bytes):
            raise _damaged()
        return value

    def text(self, field: int) -> str:
        """A field of text."""
        try:
            return self.data(field).decode()
        except UnicodeDecodeError as error:
            raise _damaged() from error

    def messages(self, field: int) -> Iterator[Message]:
        """A repeated field of messages."""
        for value in self._fields.get(field, ()):
            if not isinstance(value, bytes):
                raise _damaged()
            yield Message(value)

    def __contains__(self, field: int) -> bool:
        """Whether a field is there."""
        return field in self._fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, of at most 64 bits, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:  # noqa: PLR2004 (the last byte lacks the upper bit)
            return number & (2**64 - 1), at + place + 1
    raise _damaged()


def _damaged() -> UnreadableError:
    return UnreadableError("is damaged: its Anki settings cannot be read", AGAIN)

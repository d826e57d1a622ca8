"""A collection by anyone, read as a SQLite database in which nothing of theirs runs."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.package.reader.archive import AGAIN, UnreadableError, in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deckgen.package.reader.archive import Clock, Limits

_STEPS = 20_000  # of SQLite's machine, between two looks at the clock
_ROW = 8  # no row of notes or cards takes fewer bytes in the file
_TYPES = {int: "INTEGER", str: "TEXT", bytes: "BLOB"}
_PRAGMAS = ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0")
_LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 50,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 2,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 8,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_MOST_SCHEMA = 1000


class Database:
    """An open collection.

    Attributes:
        size: How many bytes its file has.
        limits: What is read of it.
    """

    def __init__(self, connection: sqlite3.Connection, size: int, limits: Limits) -> None:
        """Keep the connection, the size of the file, and the tables that are what they seem."""
        self._connection = connection
        self.size = size
        self.limits = limits
        schema = self._connection.execute("SELECT name, sql FROM sqlite_master").fetchmany(_MOST_SCHEMA)
        self._tables = {
            name
            for name, sql in schema
            if isinstance(name, str) and isinstance(sql, str) and _is_table(name, sql)
        }

    def rows(self, table: str, columns: Mapping[str, type], order: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a table.

        Args:
            table: The table.
            columns: What to read, and as what: int, str or bytes.
            order: The columns to sort by.

        Raises:
            UnreadableError: There is no such table, a row lacks something, or there are more rows or is more
                text than the file has room for.
        """
        self._see(table)
        chosen = ", ".join(f"CAST({name} AS {_TYPES[kind]})" for name, kind in columns.items())
        # an index may say something else than the table
        query = f"SELECT {chosen} FROM {table} NOT INDEXED ORDER BY {order}"  # noqa: S608 (all of it is ours)
        sized = [place for place, kind in enumerate(columns.values()) if kind is not int]
        # a page may be named by many others, and a text by many rows
        most, left = min(self.limits.rows, self.size // _ROW), self.size
        for number, row in enumerate(self._connection.execute(query)):
            if None in row:
                raise _damaged()
            for place in sized:
                left -= len(row[place])
            if left < 0 or number >= most:
                if number >= self.limits.rows:
                    raise UnreadableError(
                        f"contains more than {most:,} {table}", "check where the file comes from"
                    )
                raise _damaged()
            yield row

    def _see(self, table: str) -> None:
        """See that a table is one, and that none of its columns is computed while it is read."""
        if table not in self._tables:
            raise _damaged()
        columns = self._connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        if any(hidden for *_, hidden in columns):
            raise _damaged()


def _is_table(name: str, sql: str) -> bool:
    """Whether SQLite makes an ordinary table of this name when it reads this statement."""
    return re.match(rf"CREATE TABLE [\"'`\[]?{re.escape(name)}[\"'`\]]?\s*\(", sql) is not None


@contextmanager
def open_database(chunks: Iterable[bytes], limits: Limits, clock: Clock) -> Iterator[Database]:
    """Open a collection.

    It is unpacked into a file of its own: SQLite reads of that what it needs, while a database in memory
    takes room for the whole, and cannot be opened where it was in WAL mode.

    Args:
        chunks: Its bytes.
        limits: What is read of it.
        clock: Stops what takes too long.

    Raises:
        UnreadableError: It is damaged, or exceeds a limit.
    """
    with _room():
        folder = tempfile.TemporaryDirectory(prefix="deckgen-")
    with folder as name:
        path = Path(name).resolve() / "collection"
        size = _unpack(chunks, path)
        try:
            # immutable: it asks for no lock, and looks for no journal
            uri = f"{path.as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
                _lock(connection, limits, clock)
                yield Database(connection, size, limits)
        except sqlite3.DataError as error:
            raise UnreadableError(f"contains a text of more than {in_bytes(limits.text)}") from error
        except sqlite3.Error as error:
            clock.check()
            raise _damaged() from error


def _unpack(chunks: Iterable[bytes], path: Path) -> int:
    """Write a file, and give its size in bytes."""
    with path.open("wb") as file:
        for chunk in chunks:
            with _room():
                file.write(chunk)
        with _room():
            file.flush()
        return file.tell()


@contextmanager
def _room() -> Iterator[None]:
    """Say where there is no room, and not that the package cannot be read."""
    try:
        yield
    except OSError as error:
        raise UnreadableError(
            f"cannot be unpacked in the temporary folder: {error.strerror}",
            "set TMPDIR to use another folder",
        ) from error


def _lock(connection: sqlite3.Connection, limits: Limits, clock: Clock) -> None:
    """Allow nothing but reading tables, within limits."""
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    for name, most in _LIMITS.items():
        connection.setlimit(name, most)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.text)
    connection.create_collation("unicase", _unicase)
    connection.set_progress_handler(lambda: clock.late, _STEPS)
    connection.set_authorizer(_allowed)


def _allowed(action: int, first: str | None, _: str | None, __: str | None, inner: str | None) -> int:
    """Whether SQLite may do something: read tables, but nothing within a view or trigger."""
    reading = action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    about = action == sqlite3.SQLITE_PRAGMA and first == "table_xinfo"
    return sqlite3.SQLITE_OK if (reading or about) and inner is None else sqlite3.SQLITE_DENY


def _unicase(one: str, other: str) -> int:
    """How Anki's tables compare names: as if all letters were small."""
    first, second = one.casefold(), other.casefold()
    return (first > second) - (first < second)


def _damaged() -> UnreadableError:
    return UnreadableError("is damaged: its collection cannot be read", AGAIN)

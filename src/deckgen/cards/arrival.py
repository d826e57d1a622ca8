r"""A comparison of a text with what Markdown shows of it: diagnostics for lost and changed text.

Markdown removes the signs that it reads as marks: the stars of emphasis, the number of an item, a link's
address. Any other text that is in the source but not on the card is lost without a message. And Markdown
reads some signs as marks that the author hardly meant as marks: `2*3*4`, `__init__`, `\d+\.\d`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from deckgen.cards import blocks
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deckgen.cards.blocks import Events


class Change(NamedTuple):
    """A piece of text that a card does not show as it was typed.

    Attributes:
        code: A code of the catalogue.
        start: The offset in the text, in characters.
        length: The number of characters.
        message: A message that says how the card shows it.
        hint: A hint that says what to write.
    """

    code: str
    start: int
    length: int
    message: str
    hint: str


WIDE = r"[\u2e80-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6]"
"""The letters and signs of scripts that put no blanks between words."""
IS_WIDE = pattern(WIDE)

# stars around words: a blank or an opening sign before the first, a blank or a closing sign after the last
_AROUND_WORDS = pattern(
    r"\*(?:(?:(?<=\s\*)|(?<=\s[(\"\u201c\u00ab]\*)|(?<=\A\*))\*{0,2}(?=[^\s*)\]])"
    r"|(?<=[^\s*(\['\"|{]\*)\*{0,2}(?=[\s.,;:!?)\"\u201d\u00bb]|\Z))"
)
_BOLD = pattern(r"</?strong>")
_EMPHASIS = pattern(r"</?em>")

# marks between two pieces of visible text
_MARKS = pattern(
    r"(?:`{3,}|~{3,})[^\n]*"  # a fence with its language
    r"|\]\([ ]*<[^<>\n]*>[^()\n]*\)"  # links and images
    r"|\]\((?:[^()\n]|\([^()\n]*\)|\n(?!\n))*\)|\]\[[^\[\]]*\]|!?\[|\]"
    r"|\\(?=[!-/:-@\[-`{-~\n]|$)"  # escapes
    r"|(?:^|(?<=[\s>]))(?:[-+*]|\d{1,9}[.)])(?=\s|$)"  # items
    r"|^[ \t>]*(?:\|?[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*$|^[ \t>]*=+[ \t]*$"  # under a head
    r"|[\s>*_|#<]",
    re.MULTILINE,
)
_DEFINITION = pattern(r"^[ >]{0,9}\[(?P<label>[^\[\]\n]+)\]:[ \t]*\n?[ \t]*\S+[^\n]*", re.MULTILINE)
_AROUND = frozenset(zip("([{'\"|\u2018\u201c<", ")]}'\"|\u2019\u201d>", strict=True))
_NAMES = frozenset(
    name
    for each in (object, int, str, list, dict, type, BaseException)
    for name in (
        *dir(each),
        "__main__",
        "__file__",
        "__all__",
        "__future__",
        "__slots__",
        "__enter__",
        "__exit__",
    )
    if name.startswith("__")
)
"""Python's special names."""
_UNIT = pattern(r"[-*][ ]+(?:\{\{c[0-9]+::)?\d+(?:[.,]\d+)?(?:\}\})?\s?(?:°|%|€|\$|£|mm|dB|dpt|D\b|V\b|mV)")
_TOKEN_SIZE = 24  # bytes; the number in place of a cloze or of code is shorter
_REACH = 100  # characters of a word that are read on each side
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TOKEN = pattern(r"\S+")
_HARD_BREAK = pattern(r"(?<!\\)(?:\\\\)*\\\Z")  # at the end of a line
_DRIVE = pattern(r"[(\"']?[A-Za-z]:\\")
_KEPT = pattern(r"\\(?![!-/:-@\[-`{-~])")
_ENUMERATION = pattern(
    r"[\u30fb\u25e6\u25cb\u25a0\u25a1\u25c6\u25c7\u203b\u2460-\u249b\u2776-\u2793\u2192\u2014\u2219\u2610-\u2612\u2713\u2714"
    r"\u2705\u27a2\uf0b7\u3220-\u3229]|->|--(?=[ \t])|\|(?=[^\n]*\|)|\[\d{1,2}\]"
    r"|[IVX]{1,5}\.(?=[ \t])|\(?[ivx]{1,4}\)"
    r"|[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]\u3001|[\u0661-\u0669\u0430-\u044f\u03b1-\u03c9\u05d0-\u05ea][.)]"
    r"|[0-9\uff10-\uff19]{1,3}[\uff0e\uff09\u3001]|[(\uff08][0-9a-z\uff10-\uff19]{1,3}[)\uff09]"
    r"|[a-zA-Z][.)](?=[ \t])"
)
_ENUMERATED = pattern(rf"\n[ \t]*(?:{_ENUMERATION.pattern})")


def arrives(text: str, html: str) -> bool:
    """Whether HTML is the text as typed, with no markup but emphasis around words."""
    if "\n" in text and _ENUMERATED.search(text):
        return False
    if not text.isascii() and ("\n" in text or "*" in text) and IS_WIDE.search(text):
        return False  # beside wide letters, stars can still become emphasis, and line breaks are not blanks
    html = html.replace("&quot;", '"')
    if html == text or "*" not in text or "_" in text:
        return html == text
    again = _EMPHASIS.sub("*", _BOLD.sub("**", html))
    return again == text and "*" not in _AROUND_WORDS.sub("", text)


def changes(text: str, events: Events, as_typed: Callable[[str], str] = str) -> Iterator[Change]:
    """The parts of a text that Markdown does not show as typed.

    Args:
        text: The text that Markdown has read.
        events: Markdown's events for the text, with offsets in bytes of UTF-8.
        as_typed: Returns the author's text for a part of it.
    """
    return iter(_Comparison(text, events, as_typed).changes)


class _Comparison:
    """Finds the changes of a text, from event to event."""

    def __init__(self, text: str, events: Events, as_typed: Callable[[str], str]) -> None:
        self.as_typed = as_typed
        self.raw = text.encode()
        self.text = text
        self.ascii = text.isascii()
        self.changes: list[Change] = []
        self.events = events
        self._gaps()
        depth = 0
        for number, (event, span) in enumerate(events):
            start = event.get("Start") if isinstance(event, dict) else None
            if isinstance(start, str) and start in {"Emphasis", "Strong"}:
                self._emphasis(span[0], span[1], number)
            elif isinstance(start, dict) and "List" in start:
                depth += 1
                if depth <= blocks.DEEP:
                    self._list(start["List"], span, number)
            elif blocks.is_list(event, "End"):
                depth -= 1
            elif isinstance(start, dict) and "Heading" in start:
                self._heading(*span)
            elif isinstance(start, dict) and "Link" in start:
                self._link(event, span, number)
        self._run_together()

    def _place(self, offset: int) -> int:
        """The offset in characters, from one in bytes."""
        return offset if self.ascii else len(self.raw[:offset].decode())

    def _slice(self, start: int, end: int) -> str:
        return self.raw[start:end].decode(errors="replace")

    def _add(self, code: str, start: int, end: int, message: str, hint: str) -> None:
        """Add a change, whose offsets are given in bytes."""
        offset = self._place(start)
        self.changes.append(Change(code, offset, self._place(end) - offset, message, hint))

    # Text that no card shows

    def _gaps(self) -> None:
        leaves = [span for event, span in self.events if _is_leaf(event)]
        used = {
            link["id"].casefold()
            for event, _ in self.events
            if isinstance(event, dict) and isinstance(event.get("Start"), dict)
            for name, link in event["Start"].items()
            if name in {"Link", "Image"} and link["id"]
        }
        done = 0
        for start, end in [*sorted(leaves), (len(self.raw), len(self.raw))]:
            if start > done:
                gap = self._slice(done, start)
                if not gap.isspace():
                    self._gap(gap, done, used)
            done = max(done, end)

    def _gap(self, gap: str, start: int, used: set[str]) -> None:
        """Check the source between two pieces of visible text: it holds marks, or lost text."""
        if "\\" in gap:
            self._escapes(gap, start)
        rest = gap
        for match in _DEFINITION.finditer(gap):
            if match["label"].casefold() not in used:
                message = "Markdown reads this line as the address of a link, so no card shows it"
                hint = f"if it is text, write `\\[{match['label']}]: …`; if it is a link, `[text](https://…)`"
                at = start + len(gap[: match.start()].encode())
                self._add("lost-text", at, at + len(match[0].encode()), message, hint)
            rest = rest.replace(match[0], "")
        rest = _MARKS.sub(" ", rest).strip()
        if not rest:
            return
        at = start + len(gap[: max(gap.find(rest.split()[0]), 0)].encode())
        message = "Markdown removes this, so no card shows it"
        hint = "rephrase it, or put it into code"
        if "|" in gap or self._in_table(start):
            message = "this row has more cells than the table's header, and no card shows the extra ones"
            hint = "add cells to the header; write a `|` that is part of the text as `\\|`"
        self._add("lost-text", at, at + len(rest.split("\n")[0].encode()), message, hint)

    def _in_table(self, offset: int) -> bool:
        return any(
            span[0] <= offset < span[1]
            for event, span in self.events
            if isinstance(event, dict) and event.get("Start") == "TableRow"
        )

    # Marks that take effect, but were hardly meant as marks

    def _escapes(self, gap: str, start: int) -> None:
        """Report backslashes that are lost from what looks like a path or a pattern."""
        place = self._place(start)
        for match in re.finditer(r"\\", gap.partition("](")[0]):
            at = place + match.start()
            sign = self.text[at + 1 : at + 2]
            token = self._token_at(at)
            before, after = self.text[at - 1 : at] if at else "", self.text[at + 2 : at + 3]
            inside = sign in "./-" and before.isalnum() and after.isalnum()
            inside = inside or (sign in "()" and before != "]" and not re.match(r"\d+\\[.)]", token))
            network = sign == "\\" and after.isalnum() and not before.strip("(\"' \n")
            inside = inside or _DRIVE.match(token) is not None
            if sign in _PUNCTUATION and (_KEPT.search(token.replace("\\\\", "")) or inside or network):
                if self.changes and self.changes[-1].hint.find(f"`{token}`") > 0:
                    continue  # each word once
                message = f"Markdown removes this backslash before `{sign}`, so the card does not show it"
                hint = (
                    f"put paths and patterns into code: `` `{token}` ``; or write `\\\\` for each backslash"
                )
                self.changes.append(Change("changed-text", at, 1, message, hint))

    def _token_at(self, place: int) -> str:
        """The characters without a blank around an offset, up to a limit on each side."""
        before = re.search(r"\S*$", self.text[max(place - _REACH, 0) : place])
        after = _TOKEN.match(self.text, place, place + _REACH)
        token = (before[0] if before else "") + (after[0] if after else "")
        is_break = after and _HARD_BREAK.search(token) and self.text[after.end() : after.end() + 1] == "\n"
        return token[:-1] if is_break else token

    def _emphasis(self, start: int, end: int, number: int) -> None:
        """Report emphasis within a word or a product, and a name that begins and ends with `__`."""
        raw = self._slice(start, end)
        size = 2 if self.events[number][0]["Start"] == "Strong" else 1
        inner = raw[size:-size]
        before = self.as_typed(self._slice(max(start - _TOKEN_SIZE, 0), start))[-1:]
        after = self.as_typed(self._slice(end, end + _TOKEN_SIZE))[:1]
        inner = self.as_typed(inner)
        if raw.startswith("__") and _is_name(inner, before, after):
            message = f"`{raw}` appears as `{inner}` in bold"
            hint = f"for the name, write `` `{raw}` `` or `\\_\\_{inner}\\_\\_`; for bold text, `**{inner}**`"
            self._add("changed-text", start, end, message, hint)
        elif _is_operator(raw[:size], before, inner, after):
            tag = "em" if size == 1 else "strong"
            message = f"these `{raw[:size]}` count as emphasis, so the card does not show them"
            hint = (
                f"to show them, write `\\{raw[0]}`, or put the text into code; inside a word "
                f"write `<{tag}>…</{tag}>`"
            )
            self._add("changed-text", start, end, message, hint)

    def _list(self, first: int | None, span: tuple[int, int], number: int) -> None:
        """Report a list that Markdown numbers differently, or whose only sign was hardly meant as one."""
        items = blocks.items(self.events, number)
        if first is None:
            typed = self.as_typed(self._slice(items[0], min(span[1], items[0] + 60)))
            if len(items) == 1 and _UNIT.match(typed):
                message = f"this `{typed[0]}` makes a list with one item, so the card does not show it"
                hint = f"to show it, write `\\{typed[0]}`, or remove the space after it"
                self._add("changed-text", items[0], items[0] + 1, message, hint)
            return
        numbers = [int(match[1]) for at in items if (match := blocks.NUMBER.match(self._slice(at, at + 11)))]
        expected = list(range(first, first + len(numbers)))
        if numbers != expected and (len(set(numbers)) > 1 or first > 1):  # `1.` for each item is usual
            wrong = next(place for place, each in enumerate(numbers) if each != expected[place])
            message = f"the card shows {expected[wrong]} here, because Markdown numbers list items itself"
            hint = f"if it is not a list number, add a backslash: `{numbers[wrong]}\\.`"
            self._add(
                "changed-text", items[wrong], items[wrong] + len(str(numbers[wrong])) + 1, message, hint
            )

    def _heading(self, start: int, end: int) -> None:
        """Report a `#` for a number or a command, or a line below a text, that makes a heading."""
        raw = self._slice(start, end)
        below_nothing = raw.startswith("#") and not self.raw[end:].strip() and self.raw[:start].strip()
        if below_nothing and re.match(r"#+[ \t]+(?:TODO|TBD|FIXME)\b:?", raw):
            return  # a text that is still to be written
        if below_nothing or re.match(r"#[ \t]+(?=[a-z0-9$./~])", raw):
            message = "this `#` makes a heading, so the card does not show it"
            hint = "to show it, write `\\#`; if it is a command, put it into code"
            if re.match(r"#+[ \t]+[^\W\d_]", raw):
                hint = f"if it is a comment, move it above the key of this text; {hint}"
            if below_nothing:
                message = "this `#` makes a heading with nothing below it"
            self._add("changed-text", start, start + 1, message, hint)
        elif not raw.lstrip().startswith("#"):
            line = raw.rstrip().rpartition("\n")[2]
            at = start + len(raw.rstrip().encode()) - len(line.encode())
            message = "this line turns the text above it into a heading, so the card does not show the line"
            hint = "put an empty line before it; to make a heading, write `## …`"
            self._add("changed-text", at, at + len(line.encode()), message, hint)

    def _link(self, event: dict[str, Any], span: tuple[int, int], number: int) -> None:
        """Report a link without words, which nobody sees."""
        following = self.events[number + 1][0]
        if "Link" in event["Start"] and isinstance(following, dict) and "End" in following:
            message = "this link has no text, so the card does not show it"
            self._add(
                "lost-text", *span, message, "write its text between the square brackets: `[text](https://…)`"
            )

    def _run_together(self) -> None:
        """Report lines that look like the items of a list, but that a card shows as one paragraph."""
        previous: Any = None
        lines: list[tuple[int, str]] = []
        for event, span in self.events:
            if isinstance(event, dict) and "Text" in event:
                if previous == {"Start": "Paragraph"}:
                    lines.clear()
                match = _ENUMERATION.match(self._slice(span[0], span[0] + 20))
                if match and previous in ({"Start": "Paragraph"}, "SoftBreak"):
                    lines.append((span[0], match[0]))
                    if len(lines) > 1 and _follows(lines[-2][1], match[0]):
                        break
            previous = event
        else:
            if lines and lines[0][1] == "|":
                self._below_its_head(lines[0][0])
            return
        start, sign = lines[-2]
        if sign == "|" and self._below_its_head(start):
            return
        message = f"`{sign}` does not make a list, so the card shows these lines as one"
        hint = "write each item on a separate line after `- ` or `1. `, or end each line with `<br>`"
        if sign == "|":
            message = "`|` does not make a table here, so the card shows these lines as one"
            hint = _table_hint(self._slice(start, len(self.raw)))
        self._add("changed-text", start, start + len(sign.encode()), message, hint)

    def _below_its_head(self, start: int) -> bool:
        """Report a table's head that is indented further than the row at a place; whether there is one."""
        head = self._indented_head(start)
        if head is not None:
            message = (
                "the header of this table is indented further than its rows, so the card shows "
                "both as plain text"
            )
            self._add("changed-text", *head, message, "start all lines of the table in the same column")
        return head is not None

    def _indented_head(self, start: int) -> tuple[int, int] | None:
        """Where the head of a table is code by its indentation, right above the row at a place."""
        for event, (first, end) in self.events:
            if event == {"Start": {"CodeBlock": "Indented"}} and end <= start:
                head = self._slice(first, end)
                if not self._slice(end, start).strip() and re.search(
                    r"^[ \t]*\|[ |:-]*--[ |:-]*$", head.strip("\n"), re.MULTILINE
                ):
                    return first, first + len(head.partition("\n")[0].encode())
        return None


def _table_hint(text: str) -> str:
    """A hint for lines with `|` that are to be a table with the first line as its head."""
    head, _, below = text.partition("\n")
    columns = len(head.strip().removeprefix("|").removesuffix("|").replace("\\|", "").split("|"))
    line = f"|{'---|' * columns}"
    if re.match(r"[ \t|:-]*--[ \t|:-]*(?:\n|$)", below):
        return f"the line below the header needs as many columns as the header: `{line}`"
    return f"below the table's header, write `{line}`"


def _follows(sign: str, other: str) -> bool:
    """Whether the second sign continues a list after the first: the same, or the next number or letter."""
    roman = re.fullmatch(r"\(?[ivxIVX]+[.)]", sign) and re.fullmatch(r"\(?[ivxIVX]+[.)]", other)
    return (
        (sign == other and not any(map(str.isalnum, sign)))
        or bool(roman)
        or any(ord(b) - ord(a) == 1 for a, b in zip(sign, other, strict=False))
    )


def _is_leaf(event: Any) -> bool:  # noqa: ANN401 (an event has one of many shapes)
    """Whether an event is visible content."""
    return not isinstance(event, dict) or not ("Start" in event or "End" in event)


def _is_name(inner: str, before: str, after: str) -> bool:
    """Whether the text between two `__` is a name of a program, and not a word in bold type."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", inner):
        return False
    return f"__{inner}__" in _NAMES or inner.isupper() or before == "." or after in {".", "(", "[", "="}


def _is_operator(sign: str, before: str, inner: str, after: str) -> bool:
    """Whether signs of emphasis were hardly meant as such: in a product, a path, or alone in brackets."""
    beside = {(before, inner[:1]), (inner[-1:], after)}
    if not beside.isdisjoint(_AROUND) or (before in set("./\\@") and before):
        return True
    if sign[0] != "*":
        return False
    product = all(map(joins, (before, inner[-1:]))) and all(map(is_joined, (inner[:1], after)))
    if sign == "**":
        return product and (before + inner[:1]).isdigit()
    return product and not inner.isupper()


def _is_letter(char: str) -> bool:
    """Whether a character is a letter or digit of a script that puts blanks between words."""
    return char.isalnum() and (ord(char) < 0x530 or 0x1E00 <= ord(char) < 0x2000)  # noqa: PLR2004 (of Unicode)


def joins(char: str) -> bool:
    """Whether a text that ends with a character can precede an operator: a word, bracket, cloze or code."""
    return bool(char) and (_is_letter(char) or char in ")]}`$")


def is_joined(char: str) -> bool:
    """Whether a text that begins with a character can follow an operator."""
    return bool(char) and (_is_letter(char) or char in "([{`$")

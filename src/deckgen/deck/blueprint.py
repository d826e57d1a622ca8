"""The blueprint of an exam: its domains, each with its share of the questions and its tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.anki.tags import folded
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node

WEIGHT = pattern(r"[0-9]{1,3}(?:\.[0-9]{1,9})?")
"""The form of a weight."""

_KEYS = ("tag", "title", "weight")
_TOTAL = 100  # percent, of all weights together
_ROUNDING = 0.5  # percent by which the sum may miss the total: three domains of 33.3 are fine


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the exam.

    Attributes:
        tag: The tag of the notes that prepare for it.
        title: Its title; the tag if it has none.
        weight: Its share of the exam, in percent.
        at: The node of its tag.
    """

    tag: str
    title: str
    weight: float
    at: Node

    def covers(self, tags: Iterable[str]) -> bool:
        """Whether one of the tags is the domain's or one below it, in any case, as in Anki's search."""
        own = folded(self.tag)
        return any(tag == own or tag.startswith(f"{own}::") for tag in map(folded, tags))


def read(reader: NodeReader, node: Node) -> tuple[Domain, ...]:
    """The domains under `blueprint`; the reader gets the diagnostics."""
    before = len(reader.diagnostics)
    items = reader.items(node, "blueprint", "tag")
    domains: dict[str, Domain] = {}
    for domain in filter(None, (_domain(reader, item) for item in items)):
        first = domains.setdefault(folded(domain.tag), domain)
        if first is not domain:
            line = reader.document.span(first.at).line
            message = f"the tag `{domain.tag}` is used for two domains; the first is at line {line}"
            reader.report("blueprint-tag", domain.at, message, "give one of them a different tag")
    if len(reader.diagnostics) == before:
        if not items:
            reader.report("empty-value", node, "`blueprint` has no items", "remove it, or list the domains")
        else:
            _check_sum(reader, domains.values())
    return tuple(domains.values())


def _check_sum(reader: NodeReader, domains: Iterable[Domain]) -> None:
    """Warn if the weights do not add up to 100 percent."""
    total = sum(domain.weight for domain in domains)
    if abs(total - _TOTAL) > _ROUNDING:
        message = f"the weights of the blueprint add up to {total:g}, not 100"
        hint = "they are percentages of the exam's questions; check whether a domain is missing or repeated"
        reader.report("blueprint-weights", reader.document.place_of("blueprint"), message, hint)


def _domain(reader: NodeReader, item: Node) -> Domain | None:
    """A domain; None, with a report, if it has faults."""
    what = "a domain of the blueprint"
    mapping = reader.mapping(item, what, _KEYS, _KEYS)
    if mapping is None or not reader.require(mapping, what, ("tag", "weight"), _KEYS):
        return None
    at = mapping.entries["tag"]
    tag = reader.tag(at, "tag")
    weight = _weight(reader, mapping.entries["weight"])
    title = reader.prose(mapping.entries["title"], "title") if "title" in mapping.entries else None
    if not tag or weight is None:
        return None
    return Domain(tag, " ".join(title.value.split()) if title else tag, weight, at)


def _weight(reader: NodeReader, node: Node) -> float | None:
    """A share in percent; None, with a report, for anything else."""
    scalar = reader.scalar(node, "weight")
    if scalar is None:
        return None
    if WEIGHT.fullmatch(scalar.value) and 0 < float(scalar.value) <= _TOTAL:
        return float(scalar.value)
    number = scalar.value.replace("%", "").replace(",", ".").strip()
    hint = f"write `weight: {number}`" if WEIGHT.fullmatch(number) and number != scalar.value else ""
    message = "`weight` must be a number above 0, up to 100"
    reader.report("wrong-type", scalar, message, hint or "write a percentage, as in `weight: 24`")
    return None

"""The blueprint of an exam: which share of its questions each domain has, and which tag stands for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.anki.tags import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node

WEIGHT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,9})?")
"""What a weight looks like."""

_KEYS = ("tag", "title", "weight")
_WHOLE = 100  # percent
_ROUNDING = 0.5  # percent by which weights may miss the whole: three domains of 33.3 are fine


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the exam.

    Attributes:
        tag: The tag of the notes that prepare for it.
        title: What it is called; the tag where it has no title.
        weight: How much of the exam it makes up, in percent.
        at: Where its tag stands.
    """

    tag: str
    title: str
    weight: float
    at: Node

    def covers(self, tags: Iterable[str]) -> bool:
        """Whether one of some tags is its own or one below it, in whatever capitals, as in Anki's search."""
        own = folded(self.tag)
        return any(tag == own or tag.startswith(f"{own}::") for tag in map(folded, tags))


def read(reader: NodeReader, node: Node) -> tuple[Domain, ...]:
    """Read what stands under `blueprint`; what is wrong with it is in the reader afterwards."""
    before = len(reader.diagnostics)
    items = reader.items(node, "blueprint", "tag")
    domains: dict[str, Domain] = {}
    for domain in filter(None, (_domain(reader, item) for item in items)):
        first = domains.setdefault(folded(domain.tag), domain)
        if first is not domain:
            line = reader.document.span(first.at).line
            message = f"the tag `{domain.tag}` stands for two domains; the first is at line {line}"
            reader.report("blueprint-tag", domain.at, message, "give one of them another tag")
    if len(reader.diagnostics) == before:
        if not items:
            reader.report(
                "empty-value", node, "`blueprint` has no items", "take it away, or list the domains"
            )
        else:
            _check_sum(reader, domains.values())
    return tuple(domains.values())


def _check_sum(reader: NodeReader, domains: Iterable[Domain]) -> None:
    """Warn where the weights do not make up a whole exam."""
    total = sum(domain.weight for domain in domains)
    if abs(total - _WHOLE) > _ROUNDING:
        message = f"the weights of the blueprint are {total:g} in all, not 100"
        hint = "they are percent of the exam's questions; is a domain missing, or there twice?"
        reader.report("blueprint-weights", reader.document.place_of("blueprint"), message, hint)


def _domain(reader: NodeReader, item: Node) -> Domain | None:
    """A domain; None, reported, where something is wrong with it."""
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
    """A share in percent; None, reported, for anything else."""
    scalar = reader.scalar(node, "weight")
    if scalar is None:
        return None
    if WEIGHT.fullmatch(scalar.value) and 0 < float(scalar.value) <= _WHOLE:
        return float(scalar.value)
    meant = scalar.value.replace("%", "").replace(",", ".").strip()
    hint = f"write `weight: {meant}`" if WEIGHT.fullmatch(meant) and meant != scalar.value else ""
    message = "`weight` is not a number above 0 and up to 100"
    reader.report("wrong-type", scalar, message, hint or "it is a percentage, as in `weight: 24`")
    return None

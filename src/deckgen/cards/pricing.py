"""What templates are made of, and what each part costs: put into them before they become code.

A part of a template that makes something, or looks at all of it, without asking the sandbox goes through a
filter of the sandbox instead, which has it paid for first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

MAX_DEPTH = 10
"""How deep loops and the like stand in each other; Jinja reads such a template as often."""
TAGS = "block call extends filter for from if import include macro set with".split()
"""The tags of Jinja that templates may use."""
SPEND, JOINED, WEIGHED, WALKED = "$spend", "$joined", "$weighed", "$walked"
"""Filters that no template can name: pay; join the parts of `~`; pay for a value; pay for a loop's items."""

_NODES = frozenset(
    "Template Output TemplateData Extends For If Macro CallBlock FilterBlock With Block Include Import"
    " FromImport Assign AssignBlock Name NSRef Const Tuple List Dict Pair Keyword CondExpr Filter Test"
    " Call Getitem Getattr Slice Concat Compare Operand Mul Div FloorDiv Add Sub Mod Pow Not Neg Pos And"
    " Or".split()
)
_BODIES = (nodes.Template, nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a template is made of.

    Attributes:
        extends: The name of the template that it always extends; empty where there is none, or it is
            worked out.
        own: The blocks that stand in no other, with their lines, from 1.
        blocks: The names of all its blocks.
    """

    extends: str
    own: dict[str, int]
    blocks: frozenset[str]


def outline(template: nodes.Template) -> Outline:
    """What a template is made of."""
    extends = next((node for node in template.body if isinstance(node, nodes.Extends)), None)
    parent = extends.template if extends else None
    return Outline(
        str(parent.value) if isinstance(parent, nodes.Const) else "",
        {node.name: node.lineno for node in template.body if isinstance(node, nodes.Block)},
        frozenset(node.name for node in template.find_all(nodes.Block)),
    )


class Pricing(NodeTransformer):
    """Puts a price on all parts of a template, whose bodies begin with it: a loop's is paid in each round."""

    def __init__(self, name: str | None, file: str | None) -> None:
        """Begin with nothing to pay.

        Args:
            name: The template's name.
            file: The name of its file.
        """
        self._template = name, file
        self._work = self._made = self._depth = 0

    def visit(self, node: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401 (as Jinja has it)
        """What stands in the place of a part.

        Raises:
            TemplateSyntaxError: Templates may not use it.
        """
        if type(node).__name__ not in _NODES:  # only `autoescape` makes such
            line = next((each.lineno for each in node.find_all(nodes.Node) if each.lineno), 1)
            raise TemplateSyntaxError("Encountered unknown tag 'autoescape'.", line, *self._template)
        self._work += 1
        if isinstance(node, nodes.TemplateData):
            self._made += len(node.data)
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            self._made += len(node.value)
        if isinstance(node, _BODIES):
            self._visit_body(node)
        else:
            self.generic_visit(node)
        return _priced(node)

    def _visit_body(self, node: Any) -> None:  # noqa: ANN401 (bodies have no type of their own)
        around, self._work, self._made = (self._work, self._made), 1, 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            said = f"loops, macros and blocks stand more than {MAX_DEPTH} deep in each other"
            raise TemplateSyntaxError(said, node.lineno, *self._template)
        self.generic_visit(node)
        cost = _through(SPEND, nodes.Const(self._work), nodes.Const(self._made))
        node.body.insert(0, nodes.ExprStmt(cost).set_lineno(node.lineno, override=True))
        self._depth -= 1
        self._work, self._made = around


def _priced(node: nodes.Node) -> nodes.Node:
    """A part of a template that asks the sandbox before it makes or reads something."""
    match node:
        case nodes.Concat():
            return _through(JOINED, *node.nodes)
        case nodes.List() | nodes.Dict() | nodes.Tuple(ctx="load"):
            return _through(WEIGHED, node)
        case nodes.Output():  # Jinja would make texts of numbers and the like while it reads the template
            odd = (isinstance(each, nodes.Const) and not isinstance(each.value, str) for each in node.nodes)
            node.nodes = [
                _through(WEIGHED, each) if is_odd else each
                for each, is_odd in zip(node.nodes, odd, strict=True)
            ]
        case nodes.Compare():
            node.expr = _through(WEIGHED, node.expr)
            for operand in node.ops:
                operand.expr = _through(WEIGHED, operand.expr)
        case nodes.Getitem(arg=nodes.Slice()):
            node.node = _through(WEIGHED, node.node)
        case nodes.For():
            each = len(list(node.test.find_all(nodes.Node))) + 1 if node.test else 0
            node.iter = _through(WALKED, node.iter, nodes.Const(each))
    return node


def _through(name: str, *given: Any) -> nodes.Filter:  # noqa: ANN401 (Jinja says of some parts that they are nodes)
    """What a filter makes of something."""
    made = nodes.Filter(given[0], name, list(given[1:]), [], None, None)
    made.set_lineno(given[0].lineno or 1)
    return made

"""The cost of templates: it is put into their syntax trees before they are compiled.

Some parts of a template would make values, or read whole values, without a call of the sandbox. They are
passed through a filter of the sandbox, which charges for them first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

MAX_DEPTH = 10
"""How deep loops and the like can be nested; Jinja's work grows with the depth."""
TAGS = "block call extends filter for from if import include macro set with".split()
"""The tags of Jinja that templates can use."""
SPEND, JOINED, WEIGHED, WALKED = "$spend", "$joined", "$weighed", "$walked"
"""Filters that no template can name: charge; join the parts of `~`; charge for a value, for a loop."""

_NODES = frozenset(
    "Template Output TemplateData Extends For If Macro CallBlock FilterBlock With Block Include Import"
    " FromImport Assign AssignBlock Name NSRef Const Tuple List Dict Pair Keyword CondExpr Filter Test"
    " Call Getitem Getattr Slice Concat Compare Operand Mul Div FloorDiv Add Sub Mod Pow Not Neg Pos And"
    " Or".split()
)
_BODIES = (nodes.Template, nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a template.

    Attributes:
        extends: The name of the template that it extends; empty if there is none, or if it is computed.
        own: The blocks that are in no other block, with their lines, from 1.
        blocks: The names of all its blocks.
    """

    extends: str
    own: dict[str, int]
    blocks: frozenset[str]


def outline(template: nodes.Template) -> Outline:
    """The outline of a template."""
    extends = next((node for node in template.body if isinstance(node, nodes.Extends)), None)
    parent = extends.template if extends else None
    return Outline(
        str(parent.value) if isinstance(parent, nodes.Const) else "",
        {node.name: node.lineno for node in template.body if isinstance(node, nodes.Block)},
        frozenset(node.name for node in template.find_all(nodes.Block)),
    )


class Pricing(NodeTransformer):
    """Puts a charge at the beginning of each body of a template; that of a loop is paid in each round."""

    def __init__(self, name: str | None, file: str | None) -> None:
        """Begin with no cost.

        Args:
            name: The template's name.
            file: The name of its file.
        """
        self._template = name, file
        self._work = self._made = self._depth = 0

    def visit(self, node: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401 (as Jinja has it)
        """The node that replaces a node.

        Raises:
            TemplateSyntaxError: Templates cannot use it.
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
        outer, self._work, self._made = (self._work, self._made), 1, 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"loops, macros and blocks are nested more than {MAX_DEPTH} levels deep"
            raise TemplateSyntaxError(message, node.lineno, *self._template)
        self.generic_visit(node)
        cost = _through(SPEND, nodes.Const(self._work), nodes.Const(self._made))
        node.body.insert(0, nodes.ExprStmt(cost).set_lineno(node.lineno, override=True))
        self._depth -= 1
        self._work, self._made = outer


def _priced(node: nodes.Node) -> nodes.Node:
    """A node that calls the sandbox before it makes or reads values."""
    match node:
        case nodes.Concat():
            return _through(JOINED, *node.nodes)
        case nodes.List() | nodes.Dict() | nodes.Tuple(ctx="load"):
            return _through(WEIGHED, node)
        case nodes.Output():  # Jinja would make texts of constants while it compiles
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


def _through(name: str, *arguments: Any) -> nodes.Filter:  # noqa: ANN401 (Jinja types some parts only as nodes)
    """A node that passes others through a filter."""
    node = nodes.Filter(arguments[0], name, list(arguments[1:]), [], None, None)
    node.set_lineno(arguments[0].lineno or 1)
    return node

"""The Jinja of faces: a stranger's template runs no code of its own, and no longer than it may.

Jinja's sandbox keeps templates from what is not theirs. It does not keep them from loops within loops or from
texts that double; here every piece of a template that is run, and every character that is made, costs
something, and a deck has so much to spend.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import StrictUndefined, TemplateRuntimeError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from jinja2 import BaseLoader, Template
    from jinja2.runtime import Context

MAX_WORK = 2_000_000
"""How many pieces of templates are run for a deck; those of the shipped kinds are some thousands."""
MAX_MADE = 64 * 1024 * 1024
"""How many characters they make, all together."""
MAX_LOOP = 1000
"""How far `range` goes."""

FILTERS = (
    "abs capitalize count d default e escape first float forceescape int join last length list lower map max"
    " min reject rejectattr replace reverse round safe select selectattr sort string striptags sum title trim"
    " truncate unique upper urlencode wordcount"
).split()
"""The filters that templates may use."""

TAGS = "block call extends filter for from if import include macro set with".split()
"""The tags of Jinja."""

_OF_TEXTS = frozenset(
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower"
    " isnumeric isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex"
    " rpartition rsplit rstrip split splitlines startswith strip swapcase title upper".split()
)
_FORMATS = ("format", "format_map")
_BODIES = (nodes.Template, nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)
_LARGE = 1_000_000

_T = TypeVar("_T")


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


class TooMuchError(TemplateRuntimeError):
    """A template does more than it may."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with `[[ … ]]` and `[% … %]`, whose templates have so much to spend.

    Attributes:
        work: How many pieces of templates may still be run.
        made: How many characters they may still make.
        outlines: What the templates read so far are made of, by the names of their files.
        asked: The names of the templates that have been asked for since this was last cleared.
    """

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, loader: BaseLoader) -> None:
        """Prepare for a deck's templates."""
        super().__init__(
            loader=loader,
            cache_size=-1,
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[[",
            variable_end_string="]]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=True,
            finalize=self._finalized,
            undefined=StrictUndefined,
        )
        self.work = MAX_WORK
        self.made = MAX_MADE
        self.outlines: dict[str, Outline] = {}
        self.asked: set[str] = set()
        self.globals = {"range": _range, "dict": dict, "namespace": Namespace}
        self.filters = {name: self._charged(name, self.filters[name]) for name in FILTERS}

    # What is charged

    def spend(self, work: int, made: int = 0) -> None:
        """Take something from what a deck may do.

        Raises:
            TooMuchError: There is not so much left.
        """
        self.work -= work
        self.made -= made
        if self.spent:
            raise TooMuchError("the templates do more than deckgen lets them: is there a loop within loops?")

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.work < 0 or self.made < 0

    def joined(self, *parts: object) -> str:
        """What `~` makes of its parts."""
        texts = [part if isinstance(part, str) else str(part) for part in parts]
        self.spend(len(texts), sum(map(len, texts)))
        if any(hasattr(part, "__html__") for part in parts):
            return Markup("").join(texts)
        return "".join(texts)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002, ANN401 (Jinja's)
    ) -> Template:
        """A template, also one that another includes, imports or extends."""
        self.asked.add(str(name))
        return super().get_template(name, parent, globals)

    def _finalized(self, value: object) -> object:
        """A value as it gets into a face: its braces, which Anki would read as a field, made harmless."""
        if isinstance(value, str):
            self.spend(1, len(value))
            if not isinstance(value, Markup):
                return Markup(html.escape(value).replace("{", "&#123;"))  # noqa: S704 (escaped on the spot)
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """What an operator makes of two values, where that is not too large."""
        large = (isinstance(each, int) and abs(each) > _LARGE for each in (left, right))
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if (operator == "%" and not numbers) or (operator in {"*", "**"} and (not numbers or any(large))):
            raise TooMuchError(f"`{operator}` is for numbers that are not too large")
        if operator == "**" and abs(right) > 64:  # noqa: PLR2004 (an exponent)
            raise TooMuchError("the exponent is too large")
        if not numbers:
            self.spend(1, _size(left) + _size(right))
        return super().call_binop(context, operator, left, right)

    def _charged(self, name: str, filter_: Callable[..., _T]) -> Callable[..., _T]:
        """A filter that costs what it is given, and what it makes."""
        at = 1 if hasattr(filter_, "jinja_pass_arg") else 0

        def charged(*arguments: Any, **options: Any) -> _T:  # noqa: ANN401
            given = sum(map(_size, arguments[at:]))
            if name in {"replace", "join"}:
                # each character of the first may become all of the last
                given = _size(arguments[at]) * max(1, *map(_size, (*arguments[at + 1 :], *options.values())))
            self.spend(1, given)
            return filter_(*arguments, **options)

        if at:
            charged.jinja_pass_arg = filter_.jinja_pass_arg  # type: ignore[attr-defined] # as its decorators do
        return charged

    # What templates may reach

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401
        """An attribute, where a template may use it; `format` makes texts of any length."""
        if isinstance(obj, str) and attribute in _FORMATS:
            return self.unsafe_undefined(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        """What stands under a name or number, where a template may use it."""
        if isinstance(obj, str) and argument in _FORMATS:
            return self.unsafe_undefined(obj, argument)
        return super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Whether a template may use an attribute; of texts only what makes no large ones."""
        if isinstance(obj, str):
            return attr in _OF_TEXTS
        return super().is_safe_attribute(obj, attr, value)

    def compile(  # type: ignore[override] # the other ways to call it are not used
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,  # noqa: FBT001, FBT002 (as Jinja has it)
        defer_init: bool = False,  # noqa: FBT001, FBT002
    ) -> str | CodeType:
        """The code of a template, which pays for itself as it runs."""
        template = self.parse(source, name, filename) if isinstance(source, str) else source
        self.outlines[filename or ""] = _outline(template)
        _with_costs(template)
        return super().compile(template, name, filename, raw, defer_init)  # type: ignore[call-overload, no-any-return]


def _range(*limits: int) -> range:
    """Numbers up to a limit.

    Raises:
        TooMuchError: There are too many.
    """
    numbers = range(*limits)
    if len(numbers) > MAX_LOOP:
        raise TooMuchError(f"`range` goes up to {MAX_LOOP:,} numbers")
    return numbers


def _size(value: object) -> int:
    """How many characters or items a value has, all in all."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (list, tuple)):
        return len(value) + sum(len(each) for each in value if isinstance(each, str))
    return 1


def _outline(template: nodes.Template) -> Outline:
    extends = next((node for node in template.body if isinstance(node, nodes.Extends)), None)
    parent = extends.template if extends else None
    return Outline(
        str(parent.value) if isinstance(parent, nodes.Const) else "",
        {node.name: node.lineno for node in template.body if isinstance(node, nodes.Block)},
        frozenset(node.name for node in template.find_all(nodes.Block)),
    )


def _with_costs(template: nodes.Template) -> None:
    """Let each body of a template begin with what it costs, and `~` with what it makes."""
    for parent in [template, *template.find_all(nodes.Node)]:
        for field, value in parent.iter_fields():
            if isinstance(value, nodes.Concat):
                setattr(parent, field, _priced(value))
            elif isinstance(value, list):
                value[:] = [_priced(each) if isinstance(each, nodes.Concat) else each for each in value]
    bodies: list[Any] = [template, *template.find_all(_BODIES)]
    for body in bodies:
        inside = list(body.find_all(nodes.Node))
        made = sum(len(each.data) for each in inside if isinstance(each, nodes.TemplateData))
        made += sum(
            len(each.value)
            for each in inside
            if isinstance(each, nodes.Const) and isinstance(each.value, str)
        )
        cost = _call("spend", [nodes.Const(len(inside)), nodes.Const(made)])
        body.body.insert(0, nodes.ExprStmt(cost).set_lineno(body.lineno, override=True))


def _priced(concat: nodes.Concat) -> nodes.Call:
    call = _call("joined", concat.nodes)
    call.set_lineno(concat.lineno, override=True)
    return call


def _call(name: str, arguments: list[Any]) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), arguments, [], None, None)

"""The Jinja of faces: a stranger's template cannot run Python code, and cannot run for long.

All that a template can do is on a list: the nodes of Jinja's syntax, the filters and tests, the functions,
and the members of values. Anything else is an error, also if another version of Jinja adds it. Each step is
charged before it runs, by the sizes of its arguments. A deck has a budget, and values have a maximum size: so
no single step takes long, and all of them together end. The budget is counted in steps and characters, not in
time: a deck is valid on every machine or on none.
"""

from __future__ import annotations

import html
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateRuntimeError, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from markupsafe import Markup

from deckgen.cards.pricing import JOINED, SPEND, WALKED, WEIGHED, Pricing, outline
from deckgen.cards.template_values import (
    FILTERS,
    MAX_VALUE,
    TAKES,
    TESTS,
    TOO_LARGE,
    Function,
    TooMuchError,
    UseError,
    described,
    limited_range,
    members_of,
    size_of,
    use_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    from jinja2 import BaseLoader, Template
    from jinja2.runtime import Context

    from deckgen.cards.pricing import Outline

MAX_WORK = 500_000
"""The most steps of templates for a deck; the shipped kinds need some thousands."""
MAX_MADE = 8 * 1024 * 1024
"""The most characters that all steps together make or read."""
_LOAD = 20  # steps that loading another template costs
_LOOK = 3  # steps that access to a member costs
_TAG = 5  # steps that a field or section of Anki's costs: the rendered face is parsed afterwards

_COMPILED: dict[tuple[object, ...], tuple[str | CodeType, Outline]] = {}
_KEPT = 200  # templates; a deck has some twenty


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with `[[ … ]]` and `[% … %]`, and with a budget for its templates.

    Attributes:
        work: The number of steps that are left.
        made: The number of characters that may still be made or read.
        outlines: The outlines of the templates loaded so far, by the names of their files.
        asked: The names of the templates that were requested since this was last cleared.
    """

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "**", "%"])

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
        self.globals = {
            "range": Function("[% for number in range(3) %]", limited_range),
            "dict": Function('[% set words = dict(a="b") %]', dict),
            "namespace": Function("[% set found = namespace(it=false) %]", Namespace),
        }
        own: dict[str, Any] = {
            "join": self._join,
            "string": self.text,
            "wordcount": lambda value: len(value.split()),
        }
        filters: dict[str, Any] = {name: own.get(name, self.filters[name]) for name in FILTERS}
        self.filters = {name: self._charged(name, each) for name, each in filters.items()}
        self.filters |= {
            SPEND: pass_context(lambda _context, work, made: self.spend(work, made)),
            JOINED: pass_context(lambda _context, *parts: self.joined(*parts)),
            WEIGHED: pass_context(lambda _context, value: self.weighed(value)),
            WALKED: pass_context(lambda _context, values, each: self.walked(values, each)),
        }
        tests: dict[str, Any] = {name: self.tests[name] for name in TESTS}
        self.tests = {name: self._charged(name, each) for name, each in tests.items()}

    # The budget

    def spend(self, work: int, made: int = 0) -> None:
        """Charge steps and characters.

        Raises:
            TooMuchError: The budget is spent.
        """
        self.work -= work
        self.made -= made
        if self.spent:
            raise TooMuchError(
                "the templates do more work than deckgen allows: is there a loop inside another loop?"
            )

    @property
    def spent(self) -> bool:
        """Whether the budget is spent."""
        return self.work < 0 or self.made < 0

    def rendered(self, template: Template, known: dict[str, object]) -> str:
        """The text that a template makes, given the names that it knows.

        Raises:
            TooMuchError: The text has more of Anki's fields and sections than the budget allows.
        """
        text = template.render(known)
        self.spend(_TAG * text.count("{{"))
        return text

    def weighed(self, value: Any) -> Any:  # noqa: ANN401
        """A value, charged by its size.

        Raises:
            TooMuchError: It is too large, or the budget is spent.
        """
        self.spend(1, size_of(value))
        return value

    def walked(self, values: Any, each: int) -> Any:  # noqa: ANN401
        """The items of a loop, charged for; `each` is the number of steps of the loop's test for an item."""
        self.weighed(values)
        if hasattr(values, "__len__"):
            self.spend(each * len(values))
        return values

    def joined(self, *parts: object) -> str:
        """The text that `~` makes of its parts."""
        texts = [self.text(part) for part in parts]
        self.spend(len(texts), sum(map(len, texts)))
        if any(isinstance(part, Markup) for part in texts):
            return Markup("").join(texts)
        return "".join(texts)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002, ANN401 (Jinja's)
    ) -> Template:
        """A template, also one that another template includes, imports or extends."""
        self.asked.add(str(name))
        return super().get_template(name, parent, globals)

    def text(self, value: object) -> str:
        """A text or number as a text.

        Raises:
            UseError: It is anything else: Python's text for it is nothing for a card.
        """
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float, Undefined)):  # what is undefined raises its own error
            size_of(value)
            return str(value)
        raise UseError(f"{described(value)} is not text, so a card cannot show it", use_of(value))

    def _finalized(self, value: object) -> object:
        """A value as HTML for a face; its braces are escaped, because Anki would read them as a field."""
        text = self.text(value)
        self.spend(1, len(text))
        if isinstance(text, Markup):
            return text
        return Markup(html.escape(text).replace("{", "&#123;"))  # noqa: S704 (escaped on the spot)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """The result of an operator for two numbers; `+` also takes two texts or lists."""
        self.weighed([left, right])
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "**" and numbers and abs(right) > 64:  # noqa: PLR2004 (an exponent)
            raise TooMuchError("the exponent is too large")
        alike = any(isinstance(left, sort) and isinstance(right, sort) for sort in (str, list, tuple))
        undefined = isinstance(left, Undefined) or isinstance(right, Undefined)
        if not (numbers or undefined or (operator == "+" and alike)):
            message = f"`{operator}` works on numbers, not on {described(left)} and {described(right)}"
            raise TemplateRuntimeError(message)
        return self.weighed(super().call_binop(context, operator, left, right))

    def call(  # with Jinja's names
        __self,  # noqa: N805
        __context: Context,  # noqa: PYI063
        __obj: Any,  # noqa: ANN401
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The result of a function, a macro or a method."""
        self, function = __self, __obj
        if not self.is_safe_callable(function):
            raise SecurityError(f"{described(function)} cannot be called")
        values = [*args, *kwargs.values()]
        self.weighed(values)
        owner = getattr(function, "__self__", None)
        if isinstance(owner, str):
            # some methods search one text for another at each place
            self.spend(1, len(owner) * (1 + sum(len(each) for each in values if isinstance(each, str))))
        elif owner is not None:
            self.weighed(owner)
        result = super().call(__context, function, *args, **kwargs)
        return self.weighed([*result] if isinstance(result, (KeysView, ValuesView, ItemsView)) else result)

    def _charged(self, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """A filter or test that is charged by the size of its arguments and of its result."""
        passed = getattr(run, "jinja_pass_arg", None)

        @pass_context  # (so Jinja does not run it while it compiles a template)
        def charged(context: Context, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            value, rest = arguments[0], [*arguments[1:], *options.values()]
            types, type_name = TAKES.get(name, ((object,), ""))
            if not isinstance(value, (*types, Undefined)):
                raise TemplateRuntimeError(f"`{name}` works on {type_name}, not on {described(value)}")
            self.weighed([value, *rest])
            self._foresee(name, value, rest)
            first = {"context": context, "eval_context": context.eval_ctx, "environment": self}
            result = run(*([first[passed.name]] if passed else []), *arguments, **options)
            lazy = isinstance(result, Iterator) and not isinstance(result, LoopContext)
            return self.weighed(list(result) if lazy else result)

        return charged

    def _foresee(self, name: str, value: Any, rest: list[Any]) -> None:  # noqa: ANN401
        """Charge a filter whose work is larger than the sizes of its arguments.

        Raises:
            TooMuchError: The work is too large.
        """
        texts = [each for each in rest if isinstance(each, str)]
        if name == "replace" and len(texts) > 1 and not isinstance(value, Undefined):
            self._room(str(value).count(texts[0]) * len(texts[1]))
        elif name == "trim":
            self.spend(0, len(str(value)) * sum(map(len, texts)))
        elif name == "striptags":
            self.spend(0, len(str(value)) * str(value).count("<"))
        elif name == "round" and any(isinstance(each, int) and abs(each) > 64 for each in rest):  # noqa: PLR2004
            raise TooMuchError("`round` allows up to 64 digits")
        elif name == "sum" and any(isinstance(each, (list, tuple)) for each in rest):
            raise TooMuchError("`sum` works on numbers")

    def _room(self, made: int) -> None:
        """Charge a text before it is made.

        Raises:
            TooMuchError: It is too large.
        """
        if made > MAX_VALUE:
            raise TooMuchError(TOO_LARGE)
        self.spend(0, made)

    def _join(self, items: Iterable[object], d: str = "", attribute: str | None = None) -> str:
        """The items, or an attribute of each, as one text."""
        values = [self.getattr(item, attribute) if attribute else item for item in items]
        texts = [self.text(value) for value in values]
        self._room(sum(map(len, texts)) + len(texts) * len(self.text(d)))
        marked = any(isinstance(text, Markup) for text in (d, *texts))
        return (Markup.escape(d) if marked else d).join(texts)

    # The members and functions that templates can use

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401
        """A member of a value, as in `value.name`, if templates can use it."""
        self.spend(_LOOK)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        """An item of a value, as in `value["name"]`, if templates can use it."""
        self.spend(_LOOK)
        self.weighed(argument)
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: object) -> None:
        """Disable `format` of texts, which could make texts of any length."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Whether templates can use an attribute."""
        if isinstance(obj, (TemplateModule, Namespace)):
            return not attr.startswith("_")
        return attr in members_of(obj) and not isinstance(value, type)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401
        """Whether templates can call an object."""
        if isinstance(obj, (Function, Macro, BlockReference, LoopContext, Undefined)):
            return True
        return getattr(obj, "__name__", "") in members_of(getattr(obj, "__self__", None))

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:  # noqa: ANN401
        """A placeholder for an attribute that templates cannot use; any use of it raises an error."""
        message = f"templates cannot use `{attribute}` of {described(obj)}"
        return self.undefined(message, name=attribute, obj=obj, exc=SecurityError)

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002, ANN401 (as Jinja has it)
        self.spend(_LOAD)
        return super()._load_template(name, globals)

    def compile(  # type: ignore[override] # the other ways to call it are not used
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,  # noqa: FBT001, FBT002 (as Jinja has it)
        defer_init: bool = False,  # noqa: FBT001, FBT002
    ) -> str | CodeType:
        """The code of a template, which charges the budget as it runs.

        It is kept for the next build in the process: `--fix` and the preview build a deck again and again.
        """
        key = (source, name, filename, raw, defer_init)
        if key not in _COMPILED:
            template = self.parse(source, name, filename) if isinstance(source, str) else source
            template_outline = outline(template)
            Pricing(name, filename).visit(template)
            code = super().compile(template, name, filename, raw, defer_init)  # type: ignore[call-overload]
            if len(_COMPILED) >= _KEPT:
                _COMPILED.clear()
            _COMPILED[key] = code, template_outline
        code, self.outlines[filename or ""] = _COMPILED[key]
        return code

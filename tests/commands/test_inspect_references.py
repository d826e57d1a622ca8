"""What `deckgen inspect` takes from HTML and css as the name of a file."""

from __future__ import annotations

import pytest

from deckgen.commands.inspect.references import of_css, of_html


@pytest.mark.parametrize(
    ("css", "files"),
    [
        ('a { background: url("_my bg.png") }', [("_my bg.png", "image")]),
        ("a { background: url( 'a (1).png' ) }", [("a (1).png", "image")]),
        ("a { background: URL(_b.png) }", [("_b.png", "image")]),
        ("/* url(gone.png) */ a { b: url(c.png) } /* @import 'd.css';", [("c.png", "image")]),
        ("@import url( 'e.css' ); @import \"f g.css\"; @import'h.css';", ["e.css", "f g.css", "h.css"]),
        ("@import url(//i.example/j.css);", ["//i.example/j.css"]),
        ("@font-face { src: url(k;l.woff2) format('woff2') }", [("k;l.woff2", "font")]),
        ("a { b: url(data:image/png;base64," + "A" * 9000 + "), url(m.png) }", [("m.png", "image")]),
        ("url(" * 100_000, []),
        ("/*" * 100_000, []),
        ("@import " + " " * 100_000, []),
    ],
)
def test_files_that_a_style_names(css: str, files: list[tuple[str, str] | str]) -> None:
    """A quoted name is whole, with its blanks and parentheses; what is in a comment is no name."""
    wanted = [(each, "style") if isinstance(each, str) else each for each in files]
    assert [(each.address, each.sort) for each in of_css(css)] == wanted


def test_files_that_a_template_names() -> None:
    """A comment of css ends in its own style sheet: such signs in an attribute hide nothing."""
    html = (
        '<input accept="image/*"><style>/* url(gone.png) */ a { b: url("c d.png") } /* url(e.png)</style>'
        "<p style='background: url(&quot;f g.png&quot;)'>url(text.png)</p>[sound:h&amp;i.mp3]"
        "<script>a.b = 'url(_j.png)'</script><img src='k.png'>"
    )
    found = [each.address for each in of_html(html)]
    assert sorted(found) == ["_j.png", "c d.png", "f g.png", "h&i.mp3", "k.png"]
    assert not list(of_html("<style" * 20_000))

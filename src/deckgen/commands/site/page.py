"""The pages of a site as HTML: the deck's own, and one of all its changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deckgen.cards.html import escape
from deckgen.cards.locales import direction
from deckgen.cards.page_html import page_html, shown_text
from deckgen.commands.diff.markdown import escaped
from deckgen.commands.init.answers import LICENSES
from deckgen.commands.repository import page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.cards.sentences import Sentences
    from deckgen.commands.release.changelog import Section
    from deckgen.commands.site.chapters import Chapter
    from deckgen.commands.site.download import Download
    from deckgen.commands.site.release import Released
    from deckgen.deck.notes import Deck

FOLDER = Path(__file__).parent / "page"
CHANGES = "changes.html"
PICTURE = (1200, 630)
"""The width and height of the picture by which others show a link to the page, in pixels."""
_ANKI = "[Anki](https://apps.ankiweb.net)"
_POLICY = "default-src 'none'; {}style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_CARDS = "script-src 'self'; frame-src 'self'; "
_DESCRIPTION = 200  # characters; search engines show about so many
_PLACE = re.compile("«(\\w+)»")


@dataclass(frozen=True)
class Facts:
    """What the pages tell.

    Attributes:
        deck: The deck.
        sentences: What deckgen says, in its language.
        notes: The number of its notes.
        cards: The number of its cards.
        released: Its last release; None if there is none.
        download: Its package; None if there is none, or none is known.
        repository: Its repository on GitHub, as OWNER/REPO; empty if there is none.
        address: The address of the site, with a slash at its end; empty if it is not known.
        chapters: The chapters.
        formulas: Whether a card has a formula.
        sections: The sections of its changelog that learners have got.
        stamps: A digest of each file that the pages load, by its name.
    """

    deck: Deck
    sentences: Sentences
    notes: int
    cards: int
    released: Released | None
    download: Download | None
    repository: str
    address: str
    chapters: Sequence[Chapter]
    formulas: bool
    sections: Sequence[Section]
    stamps: ReadOnly[str, str]

    @property
    def say(self) -> Callable[..., str]:
        """A sentence in the language of the page."""
        return self.sentences.say

    @property
    def language(self) -> str:
        """The language of the page: that of the sentences, which may be another than the deck's."""
        return self.sentences.language

    @property
    def own(self) -> str:
        """The attributes of an element with a text of the deck's; empty where they are the page's."""
        language = self.deck.language
        same = language == self.language
        return "" if same else f' lang="{escape(language)}" dir="{direction(language)}"'

    def file(self, name: str) -> str:
        """The address of a file of the site, which changes with its content."""
        return f"{name}?v={self.stamps[name]}"

    def html(self, sentence: str, **words: str) -> str:
        """A sentence as HTML; its other words are Markdown."""
        return page_html(self.say(sentence, **words), 1)


def index(facts: Facts) -> str:
    """The deck's page."""
    parts = [
        *_header(facts),
        "<main>",
        *_about(facts),
        *_cards(facts),
        *_news(facts),
        *_import(facts),  # what is new says that it is below
        "</main>",
        *_footer(facts),
        *(f'<script src="{facts.file(name)}"></script>' for name in ("loader.js", "frames.js", "site.js")),
    ]
    return _page(facts, "", _CARDS, parts)


def changes(facts: Facts) -> str:
    """The page of all changes."""
    title = facts.say("changelog", title=facts.deck.title)
    back = facts.say("page_back", title=facts.deck.title)
    parts = [
        f'<header class="short"><h1>{escape(title)}</h1>',
        f'<p><a href="index.html">{escape(back)}</a></p></header>',
        "<main>",
        *(f"<section{facts.own}>{_section(each, 2)}</section>" for each in facts.sections),
        *_import(facts),
        "</main>",
    ]
    return _page(facts, CHANGES, "", parts)


def _page(facts: Facts, name: str, policy: str, body: list[str]) -> str:
    """A page.

    Args:
        facts: What the pages tell.
        name: The name of its file; empty for that which the folder itself shows.
        policy: What it may load besides pictures and its style.
        body: Its HTML.
    """
    title = facts.say("changelog" if name else "page_title", title=facts.deck.title)
    values = {
        "language": escape(facts.language),
        "direction": direction(facts.language),
        "policy": _POLICY.format(policy),
        "title": escape(title),
        "head": "\n".join(_meta(facts, title, name)),
        "icon": "icon.svg",
        "style": facts.file("site.css"),
        "body": "\n".join(body),
    }
    return _framed(values)


def _framed(values: ReadOnly[str, str]) -> str:
    """A page, given what stands in the places of page.html."""
    frame = (FOLDER / "page.html").read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: values[place[1]], frame)


class Listed(NamedTuple):
    """A deck of a page that lists several.

    Attributes:
        deck: The deck; its page is in the folder of its id.
        sentences: What deckgen says, in its language.
        version: The version that its page shows.
        time: When that was built, in seconds since 1970.
    """

    deck: Deck
    sentences: Sentences
    version: str
    time: int


def overview(name: str, decks: Sequence[Listed], address: str) -> str:
    """The page that lists the decks of a repository, in the language of the first of them.

    Args:
        name: The name of the repository.
        decks: The decks; the first one's style and icon are used.
        address: The address of the page.
    """
    first = decks[0]
    icon = f"{first.deck.id}/icon.svg"
    body = [f'<header class="top"><img class="motif" src="{icon}" alt="" width="88" height="88">']
    body += [f"<h1>{escape(name)}</h1></header>", "<main>", *map(_listed, decks), "</main>"]
    language = first.sentences.language
    return _framed(
        {
            "language": escape(language),
            "direction": direction(language),
            "policy": _POLICY.format(""),
            "title": escape(name),
            "head": f'<link rel="canonical" href="{escape(address)}">',
            "icon": icon,
            "style": f"{first.deck.id}/site.css",
            "body": "\n".join(body),
        }
    )


def _listed(entry: Listed) -> str:
    """A deck in a list: its title, which leads to its page, what it is, and its version."""
    deck, say = entry.deck, entry.sentences.say
    tag = f'lang="{escape(deck.language)}" dir="{direction(deck.language)}"'
    about = shown_text(deck.description, _DESCRIPTION)
    version = say("page_version", version=entry.version, day=entry.sentences.day(entry.time))
    parts = [f'<section {tag}><h2><a href="{deck.id}/">{escape(deck.title)}</a></h2>']
    parts += [f"<p>{escape(about)}</p>"] if about else []
    return "\n".join([*parts, f'<p class="facts">{escape(version)}</p></section>'])


def _meta(facts: Facts, title: str, name: str) -> Iterator[str]:
    """What search engines read, and those who show a link to the page."""
    description = shown_text(facts.deck.description, _DESCRIPTION) or _content(facts)
    properties = {"og:type": "website", "og:title": title, "og:description": description}
    yield f'<meta name="description" content="{escape(description)}">'
    if facts.address:
        address = facts.address + name
        yield f'<link rel="canonical" href="{escape(address)}">'
        width, height = PICTURE
        properties |= {
            "og:url": address,
            "og:image": f"{facts.address}{facts.file('social.png')}",
            "og:image:width": str(width),
            "og:image:height": str(height),
            "og:image:alt": facts.deck.title,
        }
    for key, value in properties.items():
        yield f'<meta property="{key}" content="{escape(value)}">'
    yield f'<meta name="twitter:card" content="{"summary_large_image" if facts.address else "summary"}">'


def _content(facts: Facts) -> str:
    """How many notes and cards there are, in a sentence."""
    notes, cards = facts.say("notes", facts.notes), facts.say("cards", facts.cards)
    return facts.say("content", notes=notes, cards=cards)


def _header(facts: Facts) -> Iterator[str]:
    """The top of the page: the deck, its version, and the button."""
    yield '<header class="top"><img class="motif" src="icon.svg" alt="" width="88" height="88">'
    yield f"<h1{facts.own}>{escape(facts.deck.title)}</h1>"
    released = facts.released
    counts = [facts.say("notes", facts.notes), facts.say("cards", facts.cards)]
    if released:
        day = facts.sentences.day(released.time)
        counts.insert(0, facts.say("page_version", version=released.version, day=day))
    yield f'<p class="facts">{"".join(f"<span>{escape(each)}</span> " for each in counts)}</p>'
    for sentence in _cautions(released):
        version = released.version if released else ""
        yield f'<div class="caution">{facts.html(sentence, version=escaped(version))}</div>'
    if facts.download:
        link = escape(facts.download.link)
        yield f'<p class="get"><a class="download" href="{link}">{escape(facts.say("page_download"))}</a></p>'
        yield f'<p class="on-paper">{escape(_absolute(facts.download, facts.address))}</p>'
    yield f'<div class="quiet">{facts.html("page_anki", anki=_ANKI)}</div>'
    places = {"try": "page_try", "news": "page_news", "import": "import_head", "update": "page_update"}
    if not _newest(facts):
        del places["news"]
    links = (f'<li><a href="#{place}">{escape(facts.say(word))}</a></li>' for place, word in places.items())
    yield f"<nav><ul>{''.join(links)}</ul></nav></header>"


def _cautions(released: Released | None) -> Iterator[str]:
    """The sentences that say where the page shows something else than what learners get."""
    if released is None:
        yield "page_unreleased"
        return
    if released.prerelease:
        yield "prerelease"
    if released.ahead:
        yield "page_ahead"


def _absolute(download: Download, address: str) -> str:
    """The address of the package, for paper."""
    return f"{address}{download.link}" if download.file else download.link


def _about(facts: Facts) -> Iterator[str]:
    """What the deck is, in its author's words."""
    if facts.deck.description:
        yield f'<div class="about"{facts.own}>{page_html(facts.deck.description, 2)}</div>'


def _cards(facts: Facts) -> Iterator[str]:
    """The cards to try."""
    words = {name: facts.say(f"page_{name}") for name in ("card", "show", "next", "link", "missing")}
    words["stamp"] = facts.stamps["deck/index.js"]
    data = "".join(f' data-{name}="{escape(word)}"' for name, word in words.items())
    yield f'<section id="try"{data}><h2>{escape(facts.say("page_try"))}</h2>'
    yield facts.html("page_try_how")
    if facts.formulas:
        yield facts.html("page_formulas")
    yield f'<div class="caution" id="needs-script">{facts.html("page_script")}</div>'
    hidden = "" if len(facts.chapters) > 1 else " hidden"
    yield f'<div id="cards" hidden><p class="picker"{hidden}>'
    yield f'<label for="chapter">{escape(facts.say("page_chapter"))}</label>'
    yield f'<select id="chapter"{facts.own}>{"".join(_options(facts.chapters))}</select></p>'
    yield '<div class="screen" id="screen"></div><p id="said" role="status"></p><div class="controls">'
    yield f'<button type="button" id="previous">{escape(facts.say("page_previous"))}</button>'
    yield '<p id="place" aria-live="polite"></p>'
    yield f'<button type="button" id="turn">{escape(facts.say("page_show"))}</button></div></div></section>'


def _options(chapters: Sequence[Chapter]) -> Iterator[str]:
    """The chapters to choose from; those of one subdeck are together."""
    number = 0
    for deck, group in groupby(chapters, key=lambda each: each.deck):
        listed = list(group)
        together = deck and len(listed) > 1
        if together:
            yield f'<optgroup label="{escape(deck)}">'
        for chapter in listed:
            name = chapter.name if together else chapter.deck or chapter.name
            yield f'<option value="{number}">{escape(name)} ({chapter.cards})</option>'
            number += 1
        if together:
            yield "</optgroup>"


def _import(facts: Facts) -> Iterator[str]:
    """How to import the package, and how to update the deck with it."""
    file = f"`{facts.deck.id}.apkg`"
    ways = "\n".join(f"- {facts.say(way, file=file)}" for way in ("computer", "android", "iphone"))
    yield f'<section id="import"><h2>{escape(facts.say("import_head"))}</h2>{page_html(ways, 3)}</section>'
    yield f'<section id="update"><h2>{escape(facts.say("page_update"))}</h2>{facts.html("kept")}</section>'


def _newest(facts: Facts) -> Section | None:
    """The section of the last release in the changelog; None if it has none."""
    version = facts.released.version if facts.released else ""
    return next((each for each in facts.sections if each.version == version), None)


def _news(facts: Facts) -> Iterator[str]:
    """What the last release has changed."""
    section = _newest(facts)
    if section is None:
        return
    yield f'<section id="news"><h2>{escape(facts.say("page_news"))}</h2>'
    yield f"<div{facts.own}>{_section(section, 3)}</div>"
    if len(facts.sections) > 1:
        yield f'<p><a href="{CHANGES}">{escape(facts.say("page_all_news"))}</a></p>'
    yield "</section>"


def _section(section: Section, level: int) -> str:
    """A section of the changelog, with its heading at a level."""
    heading = f"<h{level}>{escape(section.title)}</h{level}>"
    return f'{heading}\n<div class="changes">{page_html(section.text, level + 1)}</div>'


def _footer(facts: Facts) -> Iterator[str]:
    """Who has made the deck, what is allowed with it, and where to write to."""
    deck = facts.deck
    yield "<footer>"
    if deck.authors:
        yield facts.html("page_by", authors=escaped(", ".join(deck.authors)))
    if deck.license:
        known = LICENSES.get(deck.license)
        name = escaped(known.name if known else deck.license)
        yield facts.html(
            "page_license", license=f"[{name}]({known.address})" if known and known.address else name
        )
    links = {}
    if facts.repository:
        links["page_repository"] = page_of(facts.repository)
    if deck.feedback:
        links["page_suggest"] = deck.feedback.replace("{id}", "")
    listed = (
        f'<li><a href="{escape(link)}">{escape(facts.say(word))}</a></li>' for word, link in links.items()
    )
    if links:
        yield f"<ul>{''.join(listed)}</ul>"
    yield "</footer>"

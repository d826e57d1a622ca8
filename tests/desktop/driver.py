"""Drives the real desktop Anki from a test: starts it without a screen, does steps in it, closes it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conftest import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

PATIENCE = 30
"""How many seconds a step may take."""

_MARK = "(() => { const face = document.querySelector('.face'); if (face) { face.old = true; } return 1; })()"
_SHOWN = """
(() => {
    const face = document.querySelector(".face");
    return face && !face.old && document.getElementById("qa").style.opacity === "1";
})()
"""
_LISTEN = """
(() => {
    document.body.clicked = false;
    addEventListener("click", () => { document.body.clicked = true; }, { once: true });
    return 1;
})()
"""
_PAINT = """
(() => {
    document.body.painted = false;
    requestAnimationFrame(() => requestAnimationFrame(() => { document.body.painted = true; }));
    return 1;
})()
"""


def desktop_python() -> str:
    """A Python with the desktop Anki; without one the test is skipped."""
    folder = Path(sys.prefix) / "desktop"
    python = os.environ.get("DECKGEN_DESKTOP", str(folder / "bin" / "python"))
    if not Path(python).exists():
        missing(
            "the desktop Anki is not there: `make test` installs it; or name a Python with aqt in"
            " DECKGEN_DESKTOP"
        )
    tried = subprocess.run([python, "-c", "import aqt.qt"], capture_output=True, text=True, check=False)
    if tried.returncode:
        missing(f"the desktop Anki does not start; CONTRIBUTING.md says what it needs: {tried.stderr[-300:]}")
    return python


@contextmanager
def faultless(desktop: Desktop) -> Iterator[Desktop]:
    """A desktop Anki for a test in which neither a script nor Anki itself may fail."""
    desktop.faults()
    yield desktop
    desktop.do("close")
    desktop.do("night", False)  # noqa: FBT003 (steps have no keywords)
    assert desktop.faults() == []


class Desktop:
    """A running desktop Anki."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        """Listen to its answers.

        Args:
            process: Anki, started with inside.py.
            log: What it and its pages print.
        """
        self._process = process
        self._log = log
        self._read = 0
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()

    def _listen(self, answers: TextIO) -> None:
        for line in answers:
            self._answers.put(line)
        self._answers.put("")

    def wait_for_answer(self) -> Any:  # noqa: ANN401 (whatever a page holds)
        """The answer to the last step."""
        try:
            line = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            line = ""
        answer = json.loads(line or '{"error": "Anki does not answer"}')
        if "error" in answer:
            log = self._log.read_text("utf-8", errors="replace")
            raise AssertionError(f"{answer['error']}\n\nThe end of Anki's log:\n{log[-4000:]}")
        return answer["value"]

    def do(self, step: str, *arguments: object) -> Any:  # noqa: ANN401 (whatever a page holds)
        """Do one of the steps of inside.py."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([step, arguments]) + "\n")
        self._process.stdin.flush()
        return self.wait_for_answer()

    def see(self, expression: str) -> Any:  # noqa: ANN401 (whatever a page holds)
        """The value of a JavaScript expression in the page that is looked at."""
        return self.do("evaluate", expression)

    def wait(self, expression: str) -> None:
        """Wait until a JavaScript expression is true in the page that is looked at."""
        end = time.monotonic() + PATIENCE
        while not self.see(expression):
            if time.monotonic() > end:
                page = self.see("document.body.innerText")
                raise AssertionError(f"not so after {PATIENCE} s: {expression}\n\nThe page:\n{page}")
            time.sleep(0.02)

    def draw(self, step: str, *arguments: object) -> None:
        """Do a step after which a side of a card is drawn, also the same one again; wait until it stands."""
        self.see(_MARK)
        self.do(step, *arguments)
        self.wait(_SHOWN)
        # what is not painted yet takes no clicks
        self.see(_PAINT)
        self.wait("document.body.painted")

    def study(self, search: str) -> None:
        """Study the cards that a search finds, as if never seen before; the first one is shown."""
        self.draw("study", search)

    def click(self, selector: str, number: int) -> None:
        """Click with the mouse on the element with a number, from 0, among those of a selector."""
        self.see(_LISTEN)
        self.do("click", selector, number)
        self.wait("document.body.clicked")

    def flip(self) -> None:
        """Show the answer."""
        self.draw("press", "Space")

    def next(self, key: str) -> None:
        """Press a key that brings the next card: 1 is Again, 3 is Good, - buries, u undoes."""
        self.draw("press", key)

    def note(self) -> str:
        """The first field of the note whose card is shown."""
        return str(self.do("state")[1])

    def picture(self, path: Path, width: int) -> None:
        """Save a picture of the whole page that is looked at.

        Args:
            path: A .png file.
            width: The width of the page in pixels.
        """
        self.do("resize", width, 400)
        self.wait(f"innerWidth === {width}")
        height = self.see("document.documentElement.scrollHeight")
        self.do("resize", width, height)
        self.wait(f"innerHeight === {height}")
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.do("picture", str(path))

    def faults(self) -> list[str]:
        """The errors of scripts and of Anki itself since this was last asked."""
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        new, self._read = lines[self._read :], len(lines)
        # Browse may be closed before its editor has loaded, which is Anki's own affair
        return [
            line
            for line in new
            if line.startswith(("JS error", "Traceback", "thread '")) and "saveNow is not defined" not in line
        ]


@contextmanager
def running(python: str) -> Iterator[Desktop]:
    """A desktop Anki with a fresh collection, which is closed in the end.

    Args:
        python: A Python that has aqt.
    """
    with tempfile.TemporaryDirectory(prefix="anki", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        log = folder / "log.txt"
        environment = {
            **os.environ,
            # another Anki of the same user may be running
            "ANKI_SINGLE_INSTANCE_KEY": uuid.uuid4().hex,
            "HOME": name,
            "QT_QPA_PLATFORM": "offscreen",
            # as root, and in most containers, Chromium's own sandbox does not start
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
        }
        with log.open("w") as output:
            process = subprocess.Popen(
                [python, str(Path(__file__).with_name("inside.py")), str(folder / "base")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                encoding="utf-8",
                env=environment,
            )
        try:
            desktop = Desktop(process, log)
            desktop.wait_for_answer()
            yield desktop
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout
            process.stdout.close()

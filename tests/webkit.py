"""WebKit, the engine of AnkiMobile, driven by the tests: GTK's small browser on a screen that nobody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import WebKitGTK

DRIVER = "WebKitWebDriver"
PLACES = ("/usr/lib", "/usr/libexec", "/usr/lib64")
"""Where systems keep what only other programs start."""


def _program(name: str, package: str) -> str:
    """The path of a program."""
    path = shutil.which(name)
    if not path:
        missing(f"{name} is not there: `apt-get install {package}` has it")
    return path


def _mini_browser() -> str:
    """The path of GTK's MiniBrowser, which is on no PATH: the newest of its versions."""
    found = [each for place in PLACES for each in Path(place).glob("**/webkit*gtk*/MiniBrowser")]
    if not found:
        missing("MiniBrowser is not there: `apt-get install webkit2gtk-driver` has it")
    return str(max(found))


@contextmanager
def _screen() -> Iterator[str]:
    """A screen that nobody sees: its name for DISPLAY."""
    program = _program("Xvfb", "xvfb")
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        [program, *options], pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as names:
            name = names.readline().strip()
        if not name:
            missing("Xvfb does not start here")
        yield f":{name}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running() -> Iterator[WebKitGTK]:
    """A WebKit, which is closed in the end."""
    try:
        from selenium import webdriver  # noqa: PLC0415 (few need it)
        from selenium.webdriver.webkitgtk.options import Options  # noqa: PLC0415
        from selenium.webdriver.webkitgtk.service import Service  # noqa: PLC0415
    except ImportError:
        missing("selenium is not there: `pip install selenium` has it")
    driver, options = _program(DRIVER, "webkit2gtk-driver"), Options()
    options.binary_location = _mini_browser()
    options.add_argument("--automation")
    with ExitStack() as stack:
        environment = {**os.environ, "DISPLAY": stack.enter_context(_screen())}
        environment |= {"WEBKIT_DISABLE_COMPOSITING_MODE": "1", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        # as root, and in most containers, its own sandbox does not start; selenium looks for no driver itself
        environment |= {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # selenium 4.51 calls itself in an old way
            service = Service(executable_path=driver, env=environment)
            opened = webdriver.WebKitGTK(options=options, service=service)
        stack.callback(opened.quit)
        opened.set_script_timeout(30)
        opened.set_page_load_timeout(30)
        opened.set_window_size(1300, 900)
        yield opened

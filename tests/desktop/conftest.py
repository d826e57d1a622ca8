"""A desktop Anki of its own for the tests of this folder, with the decks that do not fit easily."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, run
from tests.desktop.driver import desktop_python, faultless, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.desktop.driver import Desktop


@pytest.fixture(scope="session")
def stressed_anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """A desktop Anki with the stress decks."""
    python = desktop_python()
    folder = tmp_path_factory.mktemp("stressed")
    packages = []
    for name in ("stress", "stress-ar"):
        packages.append(folder / f"{name}.apkg")
        deck = REPOSITORY / "tests/decks" / name
        result = run("build", "--project", deck, "--output", packages[-1])
        assert result.returncode == 0, result.stderr
    with running(python) as desktop:
        for package in packages:
            desktop.do("take", str(package))
        yield desktop


@pytest.fixture
def anki(stressed_anki: Desktop) -> Iterator[Desktop]:
    """It, in which neither a script nor Anki itself may fail."""
    with faultless(stressed_anki) as desktop:
        yield desktop

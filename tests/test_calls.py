"""The program does not become slower unnoticed: it calls no more functions than it did."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from tests import calls

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE = 0.1


@pytest.mark.filterwarnings("default::UserWarning")
@pytest.mark.parametrize("name", calls.RUNS)
def test_the_program_does_not_do_more(name: str, tmp_path: Path) -> None:
    """More than a tenth more calls fail; a tenth less is told, so that the figure is lowered."""
    if reason := calls.differs():
        pytest.skip(reason)
    known, now = calls.figures()[name], calls.calls(name, tmp_path)
    told = f"{name}: {now:,} calls instead of {known:,} ({now / known - 1:+.0%})"
    assert now <= known * (1 + TOLERANCE), f"{told}. If that is what it should cost, run `make calls`."
    if now < known * (1 - TOLERANCE):
        warnings.warn(f"{told}. Run `make calls` to keep it so.", stacklevel=1)

"""Watermarks beside their peers: the same pictures and sounds, the same attacks, one run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Row

TITLE = "Watermarks"


def rows(folder: Path) -> Iterator[Row]:
    """As ``make bench`` asks; ``python -m benchmarks.watermark --help`` tells what else there is."""
    from benchmarks.watermark.run import Wanted, measured

    return measured(folder, Wanted())

"""Marking words as they are sampled: time a token."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measuring import Row, milliseconds, processor
from colophon.labels.watermark.key import PUBLIC
from colophon.labels.watermark.sampling import GreenList, Tournament

TITLE = "Sampled words"
VOCABULARY, CONTEXT = 150_000, 4_000
BAR = 0.001
"""Seconds."""
SPREADS = {"a clear choice": 3.0, "many choices": 1.8, "nearly all alike": 0.5}


def rows(_folder: Path) -> Iterator[Row]:
    draw = np.random.default_rng(12)
    scores = draw.standard_normal((1, VOCABULARY)).astype(np.float32)
    ids = draw.integers(0, VOCABULARY, (1, CONTEXT))
    for method in (Tournament, GreenList):
        for spread, factor in SPREADS.items():
            work = partial(method(PUBLIC), ids, scores * np.float32(factor))
            seconds = processor(work, 40)
            yield Row(
                f"{method.__name__}: a token of {VOCABULARY:,}, {spread}",
                milliseconds(seconds),
                bar=f"≤ {milliseconds(BAR)} of CPU",
                held=seconds <= BAR,
            )

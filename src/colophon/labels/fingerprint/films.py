"""Films found again by frames that follow each other as they did."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from colophon.labels.fingerprint.codes import CodeHit, Codes
from colophon.labels.fingerprint.image import VARIANTS
from colophon.labels.fingerprint.print import MATCH
from colophon.labels.fingerprint.video import FilmPrint, FilmQuery

LEAST_FRAMES = 2
"""Frames that must be found, where as many are looked for."""
_DRIFT_MS = 1_000
"""How far from where it should be a frame may be found: the kept ones are half a second apart."""
_MIRRORED = VARIANTS.index("mirrored")

Pair = tuple[int, int, CodeHit]
"""When in the film that is looked for, when in the known one."""


@dataclass(frozen=True, slots=True)
class FilmHit:
    """``start_s``: where in the known film the other begins. ``frames``: found in order, of ``of``
    looked for. ``distance``: bits by which they differ, the middle of all. ``false_match``: an
    upper bound on the probability that chance gave the nearest frame alone.
    """

    id: int
    start_s: float
    mirrored: bool
    frames: int
    of: int
    distance: int
    false_match: float


class Films:
    """Ids (64 bits) by film. May be used from several threads."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: a snapshot to begin with. Raises FileMissing, EmptyFile, MalformedFile."""
        self._codes = Codes(path)
        self.remove, self.save = self._codes.remove, self._codes.save

    def __len__(self) -> int:
        """Frames."""
        return len(self._codes)

    @property
    def new(self) -> int:
        """Frames that no snapshot holds yet."""
        return self._codes.new

    def add(self, id_: int, print_: FilmPrint) -> None:
        """Found by every search that begins afterwards."""
        times, codes = zip(*print_.frames, strict=True)
        self._codes.add(id_, codes, times)

    def find(self, query: FilmQuery, radius: int = MATCH) -> list[FilmHit]:
        """Known films with frames of this one in the same order and pace, those with the most
        first."""
        pairs: dict[tuple[int, int], list[Pair]] = defaultdict(list)
        for time, print_ in query.frames:
            codes = [print_.bits, print_.variants[_MIRRORED]]
            for hit in self._codes.within(codes, radius):
                pairs[hit.id, hit.query].append((time, hit.place, hit))
        hits = [
            _hit(id_, _in_order(_together(found)), len(query.frames), mirrored=bool(mirrored))
            for (id_, mirrored), found in pairs.items()
        ]
        least = min(LEAST_FRAMES, len(query.frames))
        hits = [hit for hit in hits if hit.frames >= least]
        return sorted(hits, key=lambda hit: (-hit.frames, hit.distance))


def _together(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that agree on where the one begins in the other, as far as most do."""
    ordered = sorted(pairs, key=_offset)
    offsets = [_offset(pair) for pair in ordered]
    spans = [(bisect_left(offsets, start + _DRIFT_MS), at) for at, start in enumerate(offsets)]
    end, start = max(spans, key=lambda span: span[0] - span[1])
    return ordered[start:end]


def _offset(pair: Pair) -> int:
    return pair[1] - pair[0]


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """Of each frame its nearest match, and of these the longest run that never goes back."""
    nearest: dict[int, Pair] = {}
    for pair in pairs:
        if pair[0] not in nearest or pair[2].distance < nearest[pair[0]][2].distance:
            nearest[pair[0]] = pair
    runs: list[list[Pair]] = []
    for time in sorted(nearest):
        pair = nearest[time]
        at = bisect_right([run[-1][1] for run in runs], pair[1])
        grown = [*runs[at - 1], pair] if at else [pair]
        runs[at : at + 1] = [grown]
    return runs[-1] if runs else []


def _hit(id_: int, pairs: Sequence[Pair], looked_for: int, *, mirrored: bool) -> FilmHit:
    start = round(median(_offset(pair) for pair in pairs) / 1000, 2)
    distance = int(median(pair[2].distance for pair in pairs))
    chance = min(pair[2].false_match for pair in pairs)
    return FilmHit(id_, start, mirrored, len(pairs), looked_for, distance, chance)

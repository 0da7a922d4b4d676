"""One measured line, and how the clock and the memory are read for it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from colophon.labels import Label
from colophon.labels.provider_code import build, uscc_check_character

_FIRST_17 = "91110000MADEM0000"
PRODUCER = build(_FIRST_17 + uscc_check_character(_FIRST_17), "10000")
LABEL = Label(PRODUCER, "benchmark-0001")
MIB = 1 << 20
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Row:
    """``bar``: what the figure is held to, or a dash; ``held``: it is inside its bar."""

    what: str
    figure: str
    peer: str = "–"
    ratio: str = "–"
    bar: str = "–"
    held: bool = True

    def line(self) -> str:
        mark = "–" if self.bar == "–" else "yes" if self.held else "**no**"
        cells = (self.what, self.figure, self.peer, self.ratio, self.bar, mark)
        return f"| {' | '.join(cells)} |"


def median(work: Callable[[], object], times: int = 9) -> float:
    """Seconds of wall time: the median of ``times`` runs after one to warm up."""
    work()
    return statistics.median(timed(work) for _ in range(times))


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time, the median of ``times`` runs after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def side_by_side(
    one: Callable[[], float], other: Callable[[], float], times: int
) -> tuple[float, float]:
    """The best of two measurements that take turns, each on a disk with nothing left to do."""
    figures: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for work, kept in zip((one, other), figures, strict=True):
            os.sync()
            kept.append(work())
    return min(figures[0]), min(figures[1])


def flushed_copy(source: Path, target: Path) -> None:
    """The peer of whatever writes a file: the same bytes, on the disk, and nothing else."""
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def child(code: str, *arguments: object, **variables: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment
    ).stdout


def peak_memory() -> int:
    """Bytes this process has held at most so far."""
    return _status("VmHWM", "self")


def memory_of(process: int) -> int:
    """Bytes another process holds now."""
    return _status("VmRSS", str(process))


def _status(field: str, process: str) -> int:
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(text.split(f"{field}:")[1].split()[0]) * 1024


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.{1 if seconds < 0.1 else 0}f} ms"


def mebibytes(count: int) -> str:
    return f"{count / MIB:.0f} MiB"

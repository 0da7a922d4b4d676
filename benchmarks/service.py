"""`colophon serve`: how soon it answers, and what it holds in memory."""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.measuring import Row, mebibytes, memory_of

TITLE = "The service"
SECOND_START_BAR = 4.0
"""Seconds until a folder that was served before answers again."""
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds to ready and to the first page; bytes held after some pages."""

    ready: float
    page: float
    memory: int


def rows(folder: Path) -> Iterator[Row]:
    first = _start(folder / "service")
    later = [_start(folder / "service") for _ in range(3)]
    ready, page = (
        statistics.median(getattr(one, name) for one in later) for name in ("ready", "page")
    )
    yield Row("first start, with tables, keys and static files made", f"{first.ready:.1f} s")
    yield Row(
        "second start, until it is ready",
        f"{ready:.1f} s",
        bar=f"≤ {SECOND_START_BAR:.0f} s",
        held=ready <= SECOND_START_BAR,
    )
    yield Row("second start, until its first page is there", f"{page:.1f} s")
    yield Row("memory after that page", mebibytes(max(one.memory for one in later)))


def _start(data: Path) -> Start:
    command = [sys.executable, "-m", "colophon.cli", "serve", "--port", "0", "--json"]
    started = time.perf_counter()
    with subprocess.Popen(
        [*command, "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as service:
        try:
            url = _address(service)
            _answered(url + "readyz")
            ready = time.perf_counter() - started
            _answered(url)
            page = time.perf_counter() - started
            return Start(ready, page, memory_of(service.pid))
        finally:
            service.send_signal(signal.SIGTERM)


def _address(service: subprocess.Popen[str]) -> str:
    shown = ""
    for line in service.stdout or ():
        shown += line
        if line.startswith("}"):
            break
    url: str = json.loads(shown)["url"]
    return url


def _answered(url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - our own loopback
                answer.read()
            return
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)

"""``make bench``: runs every measurement and writes docs/benchmarks/.

Ends with 1 when a figure misses its bar. A name or several after it run only those.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from benchmarks import (
    checking,
    credentials,
    explicit,
    fingerprints,
    jobs,
    labelling,
    many,
    sampling,
    service,
    watermark,
)
from benchmarks.measuring import ROOT, Row

PAGES = ROOT / "docs" / "benchmarks"
MEASUREMENTS = {
    "labelling": labelling,
    "explicit": explicit,
    "checking": checking,
    "many": many,
    "credentials": credentials,
    "jobs": jobs,
    "service": service,
    "fingerprints": fingerprints,
    "watermark": watermark,
    "sampling": sampling,
}


def main() -> None:
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    missed = []
    with tempfile.TemporaryDirectory(prefix="colophon-bench-") as folder:
        for name in wanted:
            measured = list(_told(MEASUREMENTS[name].rows(Path(folder))))
            missed += [row.what for row in measured if not row.held]
            _write(name, MEASUREMENTS[name], measured)
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    sys.exit(1 if missed else 0)


def _told(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        print(row.line(), flush=True)
        yield row


def _write(name: str, module: ModuleType, rows: list[Row]) -> None:
    first = (module.__doc__ or "").splitlines()[0]
    lines = [
        f"# {module.TITLE}, measured",
        "",
        first,
        "",
        "Written by `make bench`. Times are medians of several runs, of large films and of jobs the",
        f"best; *peer* is what stands beside in the same run. {_machine()}",
        "",
        "| what | figure | peer | ratio | bar | held |",
        "|---|---|---|---|---|---|",
        *(row.line() for row in rows),
        "",
    ]
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / f"{name}.md").write_text("\n".join(lines), encoding="utf-8")


def _machine() -> str:
    today = datetime.now(tz=UTC).date().isoformat()
    cores = f"{os.cpu_count()} cores"
    return f"Python {platform.python_version()}, {platform.machine()}, {cores}, {today}."


if __name__ == "__main__":
    main()

"""``make bench``: runs every measurement and writes docs/benchmarks/."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import labelling

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "labelling.md"


def main() -> None:
    rows = labelling.measure()
    lines = [
        "# Labelling, measured",
        "",
        "Written by `make bench`; every figure is from one run on one machine. Times are the",
        "median of several runs; *peer* is the tool beside it in the same run.",
        "",
        f"Python {platform.python_version()}, {platform.machine()}, "
        f"{datetime.now(tz=UTC).date().isoformat()}.",
        "",
        "| what | figure | peer | ratio or limit | held |",
        "|---|---|---|---|---|",
        *(row.line() for row in rows),
        "",
    ]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    sys.exit(0 if all(row.held for row in rows) else 1)


if __name__ == "__main__":
    main()

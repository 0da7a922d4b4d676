"""``python -m benchmarks.watermark``: the same run with other contents, shorter or longer."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.watermark.run import MEDIA, Wanted, measured


def main() -> None:
    asked = _asked()
    wanted = Wanted(
        media=(asked.only,) if asked.only else MEDIA,
        quick=asked.quick,
        slow=asked.slow,
        peers=not asked.alone,
        pictures=asked.pictures,
        sounds=asked.sounds,
        unmarked=asked.unmarked,
        attacks=asked.attack or "",
        written=asked.write,
    )
    missed = 0
    with tempfile.TemporaryDirectory(prefix="colophon-bench-") as folder:
        for row in measured(Path(folder), wanted):
            print(row.line(), flush=True)
            missed += not row.held
    sys.exit(1 if missed else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watermark", description=__doc__)
    add = parser.add_argument
    add("--only", choices=MEDIA, help="one medium")
    add("--quick", action="store_true", help="three contents a medium, 40 unmarked looks")
    add("--slow", action="store_true", help="RivaGAN too")
    add("--alone", action="store_true", help="no peers")
    add("--pictures", type=Path, help="a folder of pictures in place of the made ones")
    add("--sounds", type=Path, help="a folder of sounds in place of the made ones")
    add("--unmarked", type=int, default=200, help="looks at contents without a mark")
    add("--attack", help="only attacks whose name holds this")
    add("--write", action="store_true", help="write the page and plots of docs/benchmarks/")
    return parser.parse_args()


if __name__ == "__main__":
    main()

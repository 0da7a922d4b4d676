"""``python -m tests.fuzz [--runs N] [--jobs N] [--only NAME] [--seed N] [--write FILE]``.

Every failure's input is kept under ``artifacts/fuzz``; the exit code says whether there was one.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import resource
import signal
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from colophon.errors import ColophonError
from tests.fuzz.mutations import mutated
from tests.fuzz.target import Target, Unsound
from tests.fuzz.targets import all_targets

PIECE = 1_000
"""Runs a task."""
HANGS = 20
"""Seconds after which a run is stopped, however busy the machine is."""
SLOW = 2.0
"""Seconds of CPU time that no run (reading, writing and reading again) may take on these small
files, on a busy machine."""
MEMORY = 4 << 30
"""Bytes of address space for all processes together."""
KEPT = Path("artifacts/fuzz")


@dataclass
class Outcome:
    """What came of some runs of one target."""

    name: str
    runs: int = 0
    slowest: float = 0.0
    failures: dict[str, bytes] = field(default_factory=dict)


class Slow(Exception):
    """A run took so long that a larger file would stop a service."""


class Hangs(BaseException):
    """Raised by the alarm, so that no reader's own handler takes it for a bad file."""


def run(target: Target, runs: int, seed: int) -> Outcome:
    """So many damaged files through one target."""
    chance = random.Random(seed)
    outcome = Outcome(target.name)
    for _ in range(runs):
        data = mutated(chance.choice(target.seeds), target.seeds, chance)
        began = time.process_time()
        failure = _failure(target, data)
        seconds = time.process_time() - began
        if failure is None and seconds > SLOW:
            failure = f"{Slow.__name__}: {seconds:.1f} s"
        if failure is not None:
            outcome.failures.setdefault(failure, data)
        outcome.runs += 1
        outcome.slowest = max(outcome.slowest, seconds)
    return outcome


def _failure(target: Target, data: bytes) -> str | None:
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        target.run(data)
    except ColophonError:
        return None
    except (Exception, Hangs) as error:
        return _signature(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def _signature(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    words = f" {error}" if isinstance(error, Unsound) else ""
    return f"{type(error).__name__}{words[:80]} in {place}"


def _on_alarm(_number: int, _frame: Any) -> None:
    raise Hangs


def _prepare(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, _on_alarm)


def _piece(index: int, runs: int, seed: int) -> Outcome:
    return run(_TARGETS[index], runs, seed)


def main() -> int:
    """Runs, tells, and answers 1 when any run failed."""
    asked = _asked()
    _TARGETS.extend(one for one in all_targets() if not asked.only or asked.only in one.name)
    parts = sum(target.weight for target in _TARGETS)
    shares = [math.ceil(asked.runs * target.weight / parts) for target in _TARGETS]
    total = {target.name: Outcome(target.name) for target in _TARGETS}
    began = time.monotonic()
    with ProcessPoolExecutor(asked.jobs, None, _prepare, (MEMORY // asked.jobs,)) as pool:
        pieces = [
            pool.submit(_piece, index, min(PIECE, share - done), asked.seed + 7919 * index + done)
            for done in range(0, max(shares), PIECE)
            for index, share in enumerate(shares)
            if done < share
        ]
        for piece in pieces:
            _add(total, piece.result())
    table = _table(total, time.monotonic() - began)
    sys.stdout.write(table)
    if asked.write:
        Path(asked.write).write_text(_HEAD + table, encoding="utf-8")
    return 1 if any(outcome.failures for outcome in total.values()) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=45438)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", metavar="FILE")
    return parser.parse_args()


def _add(total: dict[str, Outcome], piece: Outcome) -> None:
    outcome = total[piece.name]
    outcome.runs += piece.runs
    outcome.slowest = max(outcome.slowest, piece.slowest)
    for signature, data in piece.failures.items():
        if signature in outcome.failures:
            continue
        outcome.failures[signature] = data
        KEPT.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", piece.name)
        kept = KEPT / f"{name}-{sha256(data).hexdigest()[:12]}"
        kept.write_bytes(data)
        sys.stderr.write(f"{piece.name}: {signature} ({kept})\n")


def _table(total: dict[str, Outcome], seconds: float) -> str:
    lines = ["| target | runs | failures | slowest run, s of CPU |", "|---|---:|---:|---:|"]
    for outcome in sorted(total.values(), key=lambda one: one.name):
        failures = len(outcome.failures)
        lines.append(f"| {outcome.name} | {outcome.runs} | {failures} | {outcome.slowest:.2f} |")
    runs = sum(outcome.runs for outcome in total.values())
    failures = sum(len(outcome.failures) for outcome in total.values())
    lines.append(f"| **all** | **{runs}** | **{failures}** | {seconds:.0f} s in all |")
    slowest = max(total.values(), key=lambda one: one.slowest)
    lines += ["", f"Slowest: {slowest.name}, {slowest.slowest:.2f} s."]
    return "\n".join(lines) + "\n"


_TARGETS: list[Target] = []
_HEAD = """# Damaged files

`make fuzz` damages the samples of every carrier's tests by chance, by cutting, by lying about
sizes and by mixing, then reads, writes and reads again. A run fails when anything but a named
error comes out, when it takes over two seconds of CPU time or all of them four gibibytes, or when a
file was written that does not read back as exactly one label.

`make fuzz` 随机损坏每个载体测试样本（改字节、截断、伪造长度、拼接），然后读、写、再读。出现任何未命名的
异常、占用 CPU 超过 2 秒或合计内存超过 4 GiB，或写出的文件不能读回唯一标识，都算失败。

"""

if __name__ == "__main__":
    sys.exit(main())

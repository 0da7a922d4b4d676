"""Ten thousand files of every family through the commands: labelled, inspected, compared."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.measuring import PRODUCER, Row
from colophon.labels import Label
from colophon.labels.carriers.families import FAMILIES
from colophon.labels.duty import Action
from colophon.labels.writing import apply
from tests.fuzz.targets import contracts

TITLE = "Many files"
FILES, A_FOLDER, JOBS = 10_000, 200, 2
POOL_BAR = 0.7
"""Of a bare process pool's rate."""
SMALL = 60_000
KIND = ("--kind", "image", "--action", "edited")


def rows(folder: Path) -> Iterator[Row]:
    source, out, bare = (folder / name for name in ("many", "many-out", "many-bare"))
    names = _made(source)
    peer = _rate(partial(_bare, source, bare))
    shutil.rmtree(bare)
    ours = _rate(partial(_command, "label", source, "-d", out, *KIND, "--producer", PRODUCER))
    yield Row(
        f"`colophon label` of {FILES} small files of {names} families, {JOBS} jobs",
        f"{ours:.0f} files/s",
        f"bare process pool {peer:.0f} files/s",
        f"{ours / peer:.2f} ×",
        f"≥ {POOL_BAR} ×",
        ours >= POOL_BAR * peer,
    )
    began = time.perf_counter()
    _command("inspect", out)
    rate = FILES / (time.perf_counter() - began)
    yield Row("`colophon inspect` of what came out", f"{rate:.0f} files/s")
    same = _same(folder)
    yield Row(
        "read back with the number that was written",
        f"{same} of {FILES}",
        bar="all",
        held=same == FILES,
    )
    again = _rate(partial(_command, "label", source, "-d", out, *KIND, "--producer", PRODUCER))
    yield Row("the same again, all there already", f"{again:.0f} files/s")


def _made(folder: Path) -> int:
    """Writes the files; answers how many families they are of."""
    suffix = {id(family.carrier()): family.extensions[0] for family in FAMILIES}
    samples = [
        (sample, suffix[id(contract.carrier)])
        for contract in contracts()
        if id(contract.carrier) in suffix
        for sample in sorted(contract.samples(), key=len)[:2]
        if len(sample) <= SMALL and _takes(sample, suffix[id(contract.carrier)])
    ]
    for number in range(FILES):
        sample, ending = samples[number % len(samples)]
        path = folder / f"{number // A_FOLDER:03}" / f"{number:05}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample)
    return len({ending for _, ending in samples})


def _takes(sample: bytes, ending: str) -> bool:
    """Whether a sample can be labelled at all under its family's usual name."""
    try:
        _label(sample, None, f"a{ending}")
    except Exception:  # noqa: BLE001 - some samples are there to be refused
        return False
    return True


def _label(source: Path | bytes, target: Path | None, name: str | None = None) -> None:
    label = Label(PRODUCER, "bench")
    apply(source, target, label=label, kind="image", action=Action.EDITED, name=name)


def _rate(work: partial[None]) -> float:
    os.sync()
    began = time.perf_counter()
    work()
    return FILES / (time.perf_counter() - began)


def _bare(source: Path, target: Path) -> None:
    paths = [path for path in sorted(source.rglob("*")) if path.is_file()]
    for parent in {path.parent for path in paths}:
        (target / parent.relative_to(source)).mkdir(parents=True, exist_ok=True)
    targets = [target / path.relative_to(source) for path in paths]
    # This process has threads of its own libraries by now, which a fork would leave behind.
    with ProcessPoolExecutor(JOBS, get_context("spawn")) as pool:
        list(pool.map(_label, paths, targets, chunksize=16))


def _command(name: str, folder: Path, *options: object) -> None:
    report = folder.parent / f"{name}.csv"
    command = [sys.executable, "-m", "colophon.cli", name, folder, *options]
    command += ["--jobs", JOBS, "--report", report, "--no-progress"]
    command += ["--data", folder.parent / "none"] if name == "label" else []
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode()[-2000:])


def _same(folder: Path) -> int:
    written = {Path(row["output"]): row["produce_id"] for row in _rows(folder / "label.csv")}
    found = {Path(row["file"]): row["produce_id"] for row in _rows(folder / "inspect.csv")}
    return sum(found.get(path) == number for path, number in written.items())


def _rows(report: Path) -> list[dict[str, str]]:
    with report.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""Jobs a second through the embedded runner on SQLite, beside what the database itself can do."""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measuring import Row, child

TITLE = "Jobs"
JOBS, ROUNDS = 500, 3
BAR = 300
"""Jobs a second."""
WORKERS = 2
KINDS = {
    "benchmark.plain": "jobs without an effect",
    "benchmark.effect": "jobs with one durable effect each, exactly once",
}


def rows(folder: Path) -> Iterator[Row]:
    durable = 1 / _seconds_a_commit(folder / "bare-full.sqlite3", "FULL")
    light = 1 / _seconds_a_commit(folder / "bare-normal.sqlite3", "NORMAL")
    printed = child(_CHILD, COLOPHON_DATA=str(folder / "jobs"), COLOPHON_RUNNER="off")
    measured = json.loads(printed)
    queued = measured.pop("queued")
    yield Row(f"queueing, {JOBS} jobs in one transaction", f"{queued:.0f} jobs/s")
    for kind, rate in measured.items():
        peer = durable if kind == "benchmark.effect" else light
        yield Row(
            f"{KINDS[kind]}, {WORKERS} threads",
            f"{rate:.0f} jobs/s",
            f"bare {'durable' if peer is durable else 'light'} commits {peer:.0f}/s",
            f"{rate / peer:.2f} of them",
            f"≥ {BAR} jobs/s",
            rate >= BAR,
        )


def _seconds_a_commit(path: Path, synchronous: str) -> float:
    """One inserted row a transaction, with the write-ahead log that the service uses."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {synchronous}")
    database.execute("CREATE TABLE bare (words TEXT)")
    count = 500
    started = time.perf_counter()
    for number in range(count):
        database.execute("INSERT INTO bare VALUES (?)", (f"row {number}",))
    taken = (time.perf_counter() - started) / count
    database.close()
    return taken


_CHILD = "from benchmarks import jobs; jobs.measure()"


def measure() -> None:
    """In a process of its own, on a fresh data folder with every table of the service."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "colophon.site.settings"
    import django

    django.setup()
    from colophon.site import preparation
    from colophon.store import jobs
    from colophon.store.context import JobContext

    def plain(context: object) -> None:
        del context

    def effect(context: JobContext) -> None:
        context.once("one", _made)

    bodies: dict[str, Callable[..., None]] = {
        "benchmark.plain": plain,
        "benchmark.effect": effect,
    }
    preparation.tables()
    found: dict[str, list[float]] = {"queued": [], **{kind: [] for kind in bodies}}
    for kind, body in bodies.items():
        jobs.body(kind)(body)
        for number in range(ROUNDS):
            found["queued"].append(_queued(kind, number))
            found[kind].append(_ran(kind))
    json.dump({name: statistics.median(rates) for name, rates in found.items()}, sys.stdout)


def _made() -> int:
    """A durable effect: an event in the log, as every act leaves one."""
    from colophon.store import clock, events

    name = events.kind("benchmark.made", zh="测量", en="Measured")
    return events.append(name, "benchmark:1", {}, by="benchmark:1", now=clock.now()).pk


def _queued(kind: str, turn: int) -> float:
    from django.db import transaction

    from colophon.store import jobs

    started = time.perf_counter()
    with transaction.atomic():
        for number in range(JOBS):
            jobs.queue(kind, {}, key=f"{kind}:{turn}:{number}")
    return JOBS / (time.perf_counter() - started)


def _ran(kind: str) -> float:
    from colophon.store.models import Job
    from colophon.store.runner import Runner

    waiting = Job.objects.filter(kind=kind).exclude(state="done")
    os.sync()
    runner = Runner(workers=WORKERS)
    started = time.perf_counter()
    runner.start()
    while waiting.exists():
        time.sleep(0.02)
    taken = time.perf_counter() - started
    runner.stop()
    return JOBS / taken

"""Jobs a second through the embedded runner on SQLite, beside what the database itself can do."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measuring import Row, child

TITLE = "Jobs"
JOBS, ROUNDS, COMMITS = 400, 4, 100
BAR, DISK_BAR = 300, 0.5
"""Jobs a second; or, where the disk is the limit, so many of its bare commits."""
WORKERS = 2
KINDS = {
    "benchmark.plain": "jobs without an effect",
    "benchmark.effect": "jobs with one durable effect each, exactly once",
}


def rows(folder: Path) -> Iterator[Row]:
    printed = child(_CHILD, COLOPHON_DATA=str(folder / "jobs"), COLOPHON_RUNNER="off")
    measured = json.loads(printed)
    yield Row(f"queueing, {JOBS} jobs in one transaction", f"{measured.pop('queued'):.0f} jobs/s")
    for kind, (rate, peer) in measured.items():
        yield Row(
            f"{KINDS[kind]}, {WORKERS} threads",
            f"{rate:.0f} jobs/s",
            f"bare durable commits {peer:.0f}/s",
            f"{rate / peer:.2f} of them",
            f"≥ {BAR} jobs/s, or {DISK_BAR} of the commits where the disk is the limit",
            rate >= min(BAR, DISK_BAR * peer),
        )


def _commits(path: Path) -> float:
    """Durable transactions a second of one inserted row each, in a log such as the service's."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE IF NOT EXISTS bare (words TEXT)")
    started = time.perf_counter()
    for number in range(COMMITS):
        database.execute("INSERT INTO bare VALUES (?)", (f"row {number}",))
    taken = time.perf_counter() - started
    database.close()
    return COMMITS / taken


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
    queued, found = [], {}
    for kind, body in bodies.items():
        jobs.body(kind)(body)
        rounds = []
        for number in range(ROUNDS):
            queued.append(_queued(kind, number))
            rounds.append(_beside_the_disk(kind))
        found[kind] = max(rounds)
    json.dump({"queued": max(queued), **found}, sys.stdout)


def _beside_the_disk(kind: str) -> tuple[float, float]:
    """Jobs a second, and what the disk does just before and after: others may be using it."""
    bare = Path(os.environ["COLOPHON_DATA"], "bare.sqlite3")
    before = _commits(bare)
    rate = _ran(kind)
    return rate, (before + _commits(bare)) / 2


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

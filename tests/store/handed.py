"""Celery workers to be killed: the same jobs as in ``killed``, past one machine.

    python -m tests.store.handed drive DATA JOBS KILLS SEED
    python -m tests.store.handed worker

The driver queues jobs, starts two workers, kills their whole process groups while they have
jobs in hand and starts others, and prints what is then in the database, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

from tests.store import killed

WORKERS = 2
FINISH_SECONDS = 60
START_SECONDS = 30


def worker() -> None:
    import django

    django.setup()
    killed.register()
    from colophon.site.celery import worker_main

    worker_main(concurrency=2, log_level="ERROR")


def start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.store.handed", "worker"]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def done_count() -> int:
    from colophon.store.models import Job

    return Job.objects.filter(state="done").count()


def await_more(than: int) -> None:
    until = time.monotonic() + START_SECONDS
    while done_count() <= than and not killed.all_done() and time.monotonic() < until:
        time.sleep(0.02)


def strike(workers: list[subprocess.Popen[bytes]]) -> None:
    """Kills all workers at a moment at which one of them surely has a job in hand.

    They are stopped first: what they hold when they are looked at, they still hold when killed.
    """
    until = time.monotonic() + START_SECONDS
    while True:
        signal_all(workers, signal.SIGSTOP)
        if leased_count() or killed.all_done() or time.monotonic() > until:
            break
        signal_all(workers, signal.SIGCONT)
        time.sleep(0.01)
    for process in workers:
        kill(process)


def signal_all(workers: list[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    for process in workers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def leased_count() -> int:
    from colophon.store.models import Job

    return Job.objects.filter(state="leased").count()


def drive(count: int, kills: int, chance: random.Random) -> int:
    """How many kills hit workers while work was left."""
    workers = [start_worker() for _ in range(WORKERS)]
    hits = 0
    try:
        for number in range(kills):
            # One batch of promises for each kill, so that there is always work to be killed at.
            queue_batch(number, count // kills, count)
            await_more(done_count())
            time.sleep(chance.uniform(0.0, 0.3))
            strike(workers)
            hits += not killed.all_done()
            workers = [start_worker() for _ in range(WORKERS)]
        await_end()
    finally:
        for process in workers:
            kill(process)
    return hits


def queue_batch(number: int, size: int, follow: int) -> None:
    from django.db import transaction

    for one in range(number * size, (number + 1) * size):
        with transaction.atomic():
            killed.promise(one, follow)


def await_end() -> None:
    until = time.monotonic() + FINISH_SECONDS
    while not killed.all_done() and time.monotonic() < until:
        time.sleep(0.05)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    if sys.argv[1] == "worker":
        worker()
        return
    os.environ["COLOPHON_DATA"] = sys.argv[2]
    count, kills, seed = map(int, sys.argv[3:6])
    import django

    django.setup()
    killed.register()
    killed.prepare()
    hits = drive(count, kills, random.Random(seed))
    sys.stdout.write(json.dumps({"killed": hits, **killed.found()}))


if __name__ == "__main__":
    main()

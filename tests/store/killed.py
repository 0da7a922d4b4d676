"""A service to be killed: run as a program, it does jobs and dies by SIGKILL, again and again.

    python -m tests.store.killed DATA JOBS KILLS SEED     (settings from the environment)

The parent queues the jobs, forks children that run the embedded runner, kills each at a
random moment, and lets the last one finish. It prints what is then in the database, as JSON.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time

WORKERS = 2
LEASE_SECONDS = 0.4
POLL_SECONDS = 0.05
FINISH_SECONDS = 60


def prepare() -> None:
    """Tables without any constraint: only the store's own promise keeps them exact."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effect (job integer, step text)")
        cursor.execute("CREATE TABLE started (job integer)")
        cursor.execute("CREATE TABLE counter (n integer)")
        cursor.execute("INSERT INTO counter VALUES (0)")


def execute(statement: str, *parameters: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def register() -> None:
    """The body, with every kind of effect: rows, a counter, an event, a blob, a next job."""
    from colophon.store import blobs, clock, events, jobs

    effect = events.kind("killed.effect", zh="效果", en="An effect")

    @jobs.body("killed.work")
    def work(context, number, follow):
        execute("INSERT INTO started VALUES (%s)", number)
        context.once("row", lambda: execute("INSERT INTO effect VALUES (%s, 'row')", number))
        # Long enough that most kills find a body half way.
        time.sleep(0.01)
        blob = blobs.keep(io.BytesIO(content_of(number)))
        context.once("count", lambda: execute("UPDATE counter SET n = n + 1"))

        def last():
            body = {"blob": blob.sha256}
            events.append(effect, f"job:{number}", body, by="system", now=clock.now())
            if follow:
                promise(number + follow, 0)

        context.once("event", last)


def content_of(number: int) -> bytes:
    return random.Random(number).randbytes(200_000)


def promise(number: int, follow: int) -> None:
    from colophon.store import jobs

    arguments = {"number": number, "follow": follow}
    jobs.queue("killed.work", arguments, key=f"killed {number}")


def queue_all(count: int) -> None:
    """``count`` jobs; each queues one more, so that 2 × ``count`` are due in the end."""
    from django.db import transaction

    with transaction.atomic():
        for number in range(count):
            promise(number, count)


def run_until_killed() -> None:
    from colophon.store import runner

    runner.Runner(workers=WORKERS, seconds=LEASE_SECONDS, poll=POLL_SECONDS).start()
    while True:
        time.sleep(1)


def all_done() -> bool:
    from colophon.store.models import Job

    return not Job.objects.filter(state__in=["queued", "leased"]).exists()


def kill_again_and_again(kills: int, chance: random.Random) -> int:
    """Kill child after child until ``kills`` are done or no work is left; how many died at it."""
    from django.db import connection

    for killed in range(kills):
        if all_done():
            return killed
        connection.close()
        child = os.fork()
        if child == 0:
            run_until_killed()
        time.sleep(chance.uniform(0.02, 0.35))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return kills


def finish() -> None:
    from django.db import connection

    connection.close()
    child = os.fork()
    if child == 0:
        run_until_killed()
    until = time.monotonic() + FINISH_SECONDS
    while not all_done() and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def found() -> dict[str, object]:
    """Everything the test judges by."""
    from django.db import connection

    from colophon.errors import ColophonError
    from colophon.store import blobs
    from colophon.store.models import Event, Job

    def column(statement: str) -> list[object]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [row[0] for row in cursor.fetchall()]

    def whole(sha256: str) -> bool:
        try:
            return blobs.verify(sha256).size == 200_000
        except ColophonError:
            return False

    entries = [json.loads(bytes(event.entry)) for event in Event.objects.all()]
    return {
        "states": list(Job.objects.values_list("state", flat=True)),
        "rows": column("SELECT job FROM effect"),
        "counter": column("SELECT n FROM counter"),
        "events": [entry["subject"] for entry in entries],
        "blobs_whole": all(whole(entry["body"]["blob"]) for entry in entries),
        "starts": len(column("SELECT job FROM started")),
    }


def main() -> None:
    data, count, kills, seed = sys.argv[1], *map(int, sys.argv[2:5])
    os.environ["COLOPHON_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    import django

    django.setup()
    register()
    prepare()
    queue_all(count)
    killed = kill_again_and_again(kills, random.Random(seed))
    finish()
    sys.stdout.write(json.dumps({"killed": killed, **found()}))


if __name__ == "__main__":
    main()

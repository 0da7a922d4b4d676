"""Kill -9 at any moment loses nothing and doubles nothing."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers

ROOT = Path(__file__).parents[2]


def run(module, mode, data, jobs, kills, database="", settings=None):
    seed = random.SystemRandom().randrange(10**6)
    arguments = [*mode.split(), str(data), str(jobs), str(kills), str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "COLOPHON_DATABASE_URL": database,
            "COLOPHON_LOG_LEVEL": "ERROR",
            "COLOPHON_RUNNER": "on",
            **(settings or {}),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0
    return json.loads(done.stdout)


def judge(found, jobs, least_kills):
    total = 2 * jobs
    assert found["killed"] >= least_kills, "it was killed while it worked"
    assert found["states"] == ["done"] * total
    assert sorted(found["rows"]) == list(range(total))
    assert found["counter"] == [total]
    assert sorted(found["events"]) == sorted(f"job:{number}" for number in range(total))
    assert found["blobs_whole"]
    # The kills hit bodies at work: some were started again, and still nothing doubled.
    assert found["starts"] > total


@pytest.mark.slow
def test_on_sqlite(tmp_path):
    found = run("tests.store.killed", "", tmp_path / "data", 80, 14)
    judge(found, 80, 5)


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql(tmp_path):
    if servers.postgresql_binary("initdb") is None:
        pytest.skip("needs the Debian package postgresql")
    with servers.postgresql() as url:
        found = run("tests.store.killed", "", tmp_path / "data", 80, 14, url)
    judge(found, 80, 5)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.needs("redis-server")
def test_celery_workers_on_postgresql(tmp_path):
    if servers.postgresql_binary("initdb") is None:
        pytest.skip("needs the Debian package postgresql")
    with servers.postgresql() as database, servers.redis() as broker:
        settings = {"COLOPHON_BROKER_URL": broker, "COLOPHON_LEASE_SECONDS": "1"}
        found = run("tests.store.handed", "drive", tmp_path / "data", 60, 2, database, settings)
    judge(found, 60, 1)

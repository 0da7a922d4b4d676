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


def killed(data, jobs, kills, database=""):
    seed = random.SystemRandom().randrange(10**6)
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.killed", str(data), str(jobs), str(kills), str(seed)],
        cwd=ROOT,
        env={**os.environ, "COLOPHON_DATABASE_URL": database, "COLOPHON_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
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


def test_on_sqlite(tmp_path):
    found = killed(tmp_path / "data", 120, 18)
    judge(found, 120, 5)


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql(tmp_path):
    if servers.postgresql_binary("initdb") is None:
        pytest.skip("needs the Debian package postgresql")
    with servers.postgresql() as url:
        found = killed(tmp_path / "data", 120, 18, url)
    judge(found, 120, 5)

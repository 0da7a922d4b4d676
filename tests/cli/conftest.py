"""Commands are run as their users run them: a process, its output, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ran:
    """What came back from a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


def colophon(*arguments: object, data: Path | None = None, cwd: Path | None = None) -> Ran:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment["COLOPHON_DATA"] = str(data or "/nonexistent/colophon")
    done = subprocess.run(
        [sys.executable, "-m", "colophon.cli", *map(str, arguments)],
        capture_output=True, cwd=cwd, env=environment, timeout=120,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an initialised demonstration operator."""
    folder = tmp_path_factory.mktemp("operator") / "data"
    ran = colophon("init", "--demonstration", "--yes", "--no-admin", data=folder)
    assert ran.code == 0, ran.err
    return folder

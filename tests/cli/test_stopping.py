"""A command that is told to stop leaves nothing half done, and nobody at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.labels import made

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """Pictures that take a while to encode."""
    folder = tmp_path_factory.mktemp("pictures")
    Image.effect_noise((3000, 3000), 90).convert("RGB").save(folder / "0.png", compress_level=0)
    for number in (1, 2, 3, 4, 5):
        os.link(folder / "0.png", folder / f"{number}.png")
    return folder


def _started(out: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The command, once it is in the middle of a file."""
    command = [sys.executable, "-m", "colophon.cli", "label", "--producer", made.PRODUCER]
    run = subprocess.Popen(
        [*command, *arguments, "-d", str(out)],
        env={**os.environ, "COLOPHON_DATA": "/nonexistent/colophon"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # Background jobs of a shell without job control ignore it; ours must hear it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not _parts(out):
        time.sleep(0.02)
    assert _parts(out)
    return run


def _parts(folder: Path) -> list[Path]:
    return list(folder.glob(".colophon-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_nothing_half_done_stays(number, jobs, pictures, tmp_path) -> None:
    out = tmp_path / "out"
    run = _started(out, str(pictures), "--jobs", jobs)
    # As a terminal does for Ctrl-C: to the whole group.
    os.killpg(run.pid, number) if number == signal.SIGINT else run.send_signal(number)
    told, _ = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == (1 if number == signal.SIGINT else 128 + number)
    assert b"Traceback" not in told
    assert _parts(out) == []
    assert len(list(out.iterdir())) < len(list(pictures.iterdir()))
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_killed_outright_and_run_again(pictures, tmp_path) -> None:
    out = tmp_path / "out"
    run = _started(out, str(pictures / "0.png"))
    run.kill()
    run.communicate(timeout=PATIENCE_SECONDS)
    assert not (out / "0.png").exists()
    left = _parts(out)
    assert left
    for part in left:
        os.utime(part, (1, 1))
    again = subprocess.run(
        [*run.args], env={**os.environ, "COLOPHON_DATA": "/nonexistent/colophon"}, check=False
    )  # fmt: skip
    assert again.returncode == 0
    assert [path.name for path in out.iterdir()] == ["0.png"]

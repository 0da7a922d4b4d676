"""Past one machine: the service hands its jobs to `colophon worker` over a broker."""

import subprocess
import sys

import pytest

from tests import servers
from tests.content.made import png_bytes, wav_bytes
from tests.site import serving

pytestmark = [pytest.mark.slow, pytest.mark.needs("redis-server")]


def test_what_the_service_takes_in_a_worker_labels(tmp_path):
    folder = tmp_path / "data"
    with servers.redis() as url:
        server = serving.start(folder, COLOPHON_BROKER_URL=url)
        worker = None
        try:
            server.key = serving.issue_key(folder)
            waiting = server.send("/api/content?wait=1", png_bytes())
            assert waiting.status == 202
            worker = subprocess.Popen(
                [sys.executable, "-m", "colophon.cli", "worker", "--concurrency", "2"],
                env=serving.environment(folder, COLOPHON_BROKER_URL=url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            paths = [waiting.json()["url"]]
            for data, name in ((png_bytes(colour=(9, 9, 9)), "b.png"), (wav_bytes(), "a.wav")):
                paths.append(server.send("/api/content", data, name).json()["url"])
            states = [serving.wait_for(server, path)["state"] for path in paths]
            assert states == ["released"] * 3
            assert server.ask("/readyz").status == 200
        finally:
            if worker is not None:
                worker.terminate()
                worker.wait(30)
            server.stop()

"""The real service on a data folder of its own, and Debian's Chromium to visit it."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import free_port

from .media import make_media

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PASSWORD = "three-long-words-7"
SCREENSHOTS = Path(__file__).parents[2] / "artifacts/screenshots"
SECONDS = 60


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.needs("chromium"))


@dataclass
class Service:
    """A running service: where it answers and where its data lie."""

    url: str
    environment: dict[str, str]

    def command(self, *words):
        """Runs one command on the same data folder."""
        done = subprocess.run(
            [sys.executable, "-m", "colophon.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="package")
def service(tmp_path_factory):
    """``colophon init`` and ``colophon serve``, as a stranger types them."""
    data = tmp_path_factory.mktemp("browser-data")
    environment = os.environ | {
        "COLOPHON_DATA": str(data),
        "COLOPHON_INSPECT_PER_MINUTE": "1000",
        "ADMIN_PASSWORD": PASSWORD,
    }
    environment.pop("COLOPHON_RUNNER", None)
    port = free_port()
    running = Service(f"http://127.0.0.1:{port}", environment)
    running.command("init", "--demonstration", "--yes", "--admin-password-env", "ADMIN_PASSWORD")
    log = (data / "serve.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "colophon.cli", "serve", "--port", str(port)],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(running.url + "/readyz", process, log.name)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        shutil.copy(
            log.name,
            SCREENSHOTS.parent / f"serve-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.log",
        )
        shutil.rmtree(data, ignore_errors=True)


def _wait(url, process, log):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(Path(log).read_text())


@pytest.fixture(scope="package")
def chromium():
    """One browser for all tests; each page gets a context of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, service):
    """Opens a fresh page; at the end, no page may have complained in its console."""
    contexts, complaints = [], []

    def open_page(*, lang="en", width=1280, dark=False, script=True):
        context = chromium.new_context(
            base_url=service.url,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            locale="zh-CN" if lang == "zh" else "en-GB",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        return page

    open_page.complaints = complaints
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def staff(visit):
    """A page on which the administrator is signed in."""

    def sign_in(**wishes):
        page = visit(**wishes)
        page.goto("/account/login/")
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.click(".entrance form button[type=submit]")
        page.wait_for_url("**/account")
        return page

    return sign_in


class Labelled:
    """A picture, a text, a sound and a video, each labelled by the command when asked for."""

    def __init__(self, service, folder):
        self.service, self.out = service, folder / "labelled"
        self.out.mkdir()
        self.made = make_media(folder)

    def __getitem__(self, medium):
        source = self.made[medium]
        finished = self.out / source.name
        if not finished.exists():
            self.service.command("label", str(source), "-d", str(self.out))
        return finished


@pytest.fixture(scope="package")
def labelled(service, tmp_path_factory):
    """medium → the path of a labelled file."""
    return Labelled(service, tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="package")
def plain(tmp_path_factory):
    """The same four without a label."""
    return make_media(tmp_path_factory.mktemp("plain"))

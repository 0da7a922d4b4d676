"""What every test stands on: a data folder of its own, and honest skips."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Before Django reads its settings: tests never touch an operator's data folder.
os.environ["COLOPHON_DATA"] = tempfile.mkdtemp(prefix="colophon-test-")
os.environ.setdefault("COLOPHON_RUNNER", "off")

NO_SKIP = os.environ.get("COLOPHON_NO_SKIP") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("needs"):
            missing = [program for program in mark.args if shutil.which(program) is None]
            if missing and not NO_SKIP:
                reason = f"needs the Debian program {', '.join(missing)}"
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    shutil.rmtree(os.environ["COLOPHON_DATA"], ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """With COLOPHON_NO_SKIP=1 a skip is a failure: CI proves everything."""
    outcome = yield
    report = outcome.get_result()
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where no skip is allowed: {report.longrepr}"


@pytest.fixture
def data_folder() -> Path:
    """The data folder the settings of this test run point at."""
    return Path(os.environ["COLOPHON_DATA"])

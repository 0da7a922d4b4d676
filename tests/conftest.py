"""What every test stands on: a data folder of its own, and honest skips."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.append_only import emptying_lifts_triggers  # noqa: F401 - a fixture for all tests

# Before Django reads its settings: tests never touch an operator's data folder. Named here
# and not in pyproject, where pytest-django would load the settings before this file.
os.environ["COLOPHON_DATA"] = tempfile.mkdtemp(prefix="colophon-test-")
os.environ.setdefault("COLOPHON_RUNNER", "off")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Load the settings, so that pytest-django finds them configured.

    The variable does not stay: a parallel worker must load this file first, as we did.
    """
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    settings.DATABASES  # noqa: B018
    del os.environ["DJANGO_SETTINGS_MODULE"]


NO_SKIP = os.environ.get("COLOPHON_NO_SKIP") == "1"

# Time decides no test. CI judges a change by the same examples each time; everywhere else new
# ones are looked for.
hypothesis_settings.register_profile("house", deadline=None, derandomize=NO_SKIP)
hypothesis_settings.load_profile("house")


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


@pytest.fixture(autouse=True)
def forgotten():
    """Each test's database is empty again, and so is this process's index of fingerprints."""
    known = sys.modules.get("colophon.content.known")
    if known is not None:
        known._known.cache_clear()

"""A file that breaks its decoder costs its own result, not the batch."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from colophon.cli import batch
from colophon.cli.files import tasks
from colophon.cli.profile import Operator
from tests.labels import made

WANTED = batch.Wanted(
    kind=None,
    action="created",
    explicit="auto",
    wording=None,
    position="auto",
    watermark="auto",
    credential=False,
    produce_id=None,
    producer=None,
    profile="cn",
    value="1",
    force=False,
    lang="en",
)
labelled = batch._apply


def _breaks_on_some(task, wanted, operator):
    if "breaks" in task.source.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return labelled(task, wanted, operator)


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_rest_is_labelled(jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_apply", _breaks_on_some)
    names = ["a.png", "b-breaks.png", "c.png", "d-breaks.png", "e.png"]
    for name in names:
        (tmp_path / name).write_bytes(made.picture("PNG"))
    todo = tasks((str(tmp_path),), output=None, directory=str(tmp_path / "out"), in_place=False)
    operator = Operator(made.PRODUCER, None, None)
    results = list(batch.run(todo, WANTED, operator, jobs=jobs))
    tally = batch.Tally()
    for document, code in results:
        tally.add(document, code)
    assert (tally.labelled, tally.failed, tally.exit_code) == (3, 2, 3)
    codes = [document.get("error", {}).get("code") for document, _ in results]
    assert codes == [None, "malformed_file", None, "malformed_file", None]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "c.png", "e.png"]

"""What a killed process left under work is swept; what is fresh or another's stays."""

import os
import time

from colophon.content import decoding
from colophon.labels.placing import STALE_SECONDS


def test_old_work_is_swept_once(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding.folder, "data", lambda: tmp_path)
    base = tmp_path / "tmp"
    for name in ("work-old", "work-new", "other"):
        (base / name).mkdir(parents=True)
        (base / name / "file").write_bytes(b"x")
    long_ago = time.time() - 2 * STALE_SECONDS
    for name in ("work-old", "other"):
        os.utime(base / name, (long_ago, long_ago))
    assert decoding.work_folder() == base
    assert sorted(left.name for left in base.iterdir()) == ["other", "work-new"]

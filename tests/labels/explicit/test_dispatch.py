"""One door for every medium, and it opens fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from colophon.labels.explicit import apply
from colophon.labels.model import Medium


def test_the_door_loads_nothing_heavy() -> None:
    code = (
        "import sys; import colophon.labels.explicit, colophon.labels.explicit.wording;"
        "print([m for m in ('numpy','cv2','PIL','av','yaml','pypdf','django') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("media_type", "medium"),
    [("text/csv", Medium.TEXT), ("model/stl", Medium.SCENE)],
)
def test_media_without_a_label_of_their_own_are_left_alone(
    tmp_path: Path, media_type: str, medium: Medium
) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"bytes")
    assert apply(source, target, media_type, medium) is None
    assert not target.exists()

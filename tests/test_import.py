"""The public door opens light: no framework, no codec, no model library comes with it."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("django", "cv2", "numpy", "PIL", "av", "c2pa", "torch", "yaml", "pypdf", "cryptography")
PROGRAM = f"""
import sys, json
import colophon
from colophon import labels
labels.Label, labels.Kind
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""


def test_the_door_is_light() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout) == []


def test_the_door_names_what_it_offers() -> None:
    from colophon import labels

    for name in labels.__all__:
        assert getattr(labels, name)
    assert not hasattr(labels, "remove")

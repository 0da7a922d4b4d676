"""Image restoration by OpenCV, in a process of its own with limits on time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colophon.content.editors import editor
from colophon.content.editors.editor import Editor, Instructions
from colophon.errors import EditorRefused
from colophon.labels.duty import Action
from colophon.labels.model import Kind, Medium

NAME = "image"
OPERATIONS = ("denoise", "inpaint")
SECONDS_ALLOWED = 180


def check(given: Instructions) -> dict[str, Any]:
    """``operation`` denoise with ``strength`` (1 to 30), or inpaint with ``radius`` in pixels
    (1 to 20) where the file ``mask`` is not black.
    """
    editor.only(NAME, given, ("operation", "strength", "radius"))
    return {
        "operation": editor.choice(NAME, given, "operation", OPERATIONS, "denoise"),
        "strength": editor.number(NAME, given, "strength", least=1, most=30, default=8),
        "radius": editor.number(NAME, given, "radius", least=1, most=20, default=3),
    }


def run(instructions: Instructions, inputs: Mapping[str, Path], target: Path) -> None:
    """Restores the picture ``file`` into a PNG.

    Raises EditorRefused with the reason the working process gave, or that it hit a limit.
    """
    if instructions["operation"] == "inpaint" and "mask" not in inputs:
        raise EditorRefused(editor=NAME, detail="mask?")
    order = {
        **instructions,
        "inputs": {name: str(path) for name, path in inputs.items()},
        "target": str(target),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "colophon.content.editors.restoration"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS_ALLOWED,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EditorRefused(editor=NAME, detail=f"> {SECONDS_ALLOWED} s") from error
    if done.returncode or not target.exists():
        said = done.stdout.decode(errors="replace").strip()
        raise EditorRefused(editor=NAME, detail=said[:200] or f"exit {done.returncode}")


EDITOR = Editor(
    name=NAME,
    kind=Kind.IMAGE,
    action=Action.EDITED,
    medium=Medium.IMAGE,
    media_type="image/png",
    suffix=".png",
    check=check,
    run=run,
    inputs=("file",),
    optional=("mask",),
)

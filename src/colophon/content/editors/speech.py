"""Speech by espeak-ng, called as a program with the text on its standard input."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colophon.content.editors import editor
from colophon.content.editors.editor import Editor, Instructions
from colophon.errors import EditorRefused, ToolMissing
from colophon.labels.duty import Action
from colophon.labels.model import Kind, Medium

NAME = "speech"
PROGRAM = "espeak-ng"
LONGEST_TEXT = 5_000
SECONDS_ALLOWED = 120
VOICES = {"zh": "cmn", "en": "en"}


def check(given: Instructions) -> dict[str, Any]:
    """``text``, ``voice`` (zh or en), ``words_per_minute`` and ``pitch`` (0 to 99)."""
    editor.only(NAME, given, ("text", "voice", "words_per_minute", "pitch"))
    return {
        "text": editor.words(NAME, given, "text", longest=LONGEST_TEXT),
        "voice": editor.choice(NAME, given, "voice", tuple(VOICES), "zh"),
        "words_per_minute": editor.number(
            NAME, given, "words_per_minute", least=80, most=300, default=160
        ),
        "pitch": editor.number(NAME, given, "pitch", least=0, most=99, default=50),
    }


def run(instructions: Instructions, inputs: Mapping[str, Path], target: Path) -> None:
    """Speaks the text into a WAV file.

    Raises ToolMissing without the program, EditorRefused when it fails or takes too long.
    """
    del inputs
    program = shutil.which(PROGRAM)
    if program is None:
        raise ToolMissing(tool=PROGRAM)
    command = [
        program,
        *("-v", VOICES[instructions["voice"]]),
        *("-s", str(instructions["words_per_minute"])),
        *("-p", str(instructions["pitch"])),
        *("-w", str(target), "--stdin"),
    ]
    try:
        subprocess.run(
            command,
            input=instructions["text"].encode(),
            capture_output=True,
            timeout=SECONDS_ALLOWED,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise EditorRefused(editor=NAME, detail=type(error).__name__) from error
    if not target.exists():
        raise EditorRefused(editor=NAME, detail="-")


EDITOR = Editor(
    name=NAME,
    kind=Kind.SPEECH,
    action=Action.CREATED,
    medium=Medium.AUDIO,
    media_type="audio/wav",
    suffix=".wav",
    check=check,
    run=run,
)

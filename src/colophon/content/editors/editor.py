"""What an editor is: its output's type, a check of the wishes, and the work itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colophon.errors import EditorRefused
from colophon.labels.duty import Action
from colophon.labels.model import Kind, Medium

Instructions = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Editor:
    """``inputs`` are the files it needs; ``optional`` those it can use.

    ``check`` raises EditorRefused for instructions it cannot follow and answers them with
    all defaults filled in; ``run(instructions, inputs, target)`` writes the finished file.
    """

    name: str
    kind: Kind
    action: Action
    medium: Medium
    media_type: str
    suffix: str
    check: Callable[[Instructions], dict[str, Any]]
    run: Callable[[Instructions, Mapping[str, Path], Path], None]
    inputs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def words(
    editor: str, given: Instructions, name: str, *, longest: int, default: str | None = None
) -> str:
    """A text among the instructions.

    Raises EditorRefused when it is missing, empty, no text, or longer than ``longest``.
    """
    value = given.get(name, default)
    if not isinstance(value, str) or not value.strip():
        raise EditorRefused(editor=editor, detail=f"{name}: text needed")
    if len(value) > longest:
        raise EditorRefused(editor=editor, detail=f"{name}: <= {longest}")
    check_characters(editor, name, value)
    return value


def check_characters(editor: str, name: str, value: str) -> None:
    """Raises EditorRefused for NUL and half surrogate pairs: no file and no database holds them."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise EditorRefused(editor=editor, detail=f"{name}: Unicode")


def number(
    editor: str, given: Instructions, name: str, *, least: int, most: int, default: int
) -> int:
    """A whole number among the instructions, with its bounds.

    Raises EditorRefused for anything else.
    """
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise EditorRefused(editor=editor, detail=f"{name}: {least}..{most}")
    return value


def choice(
    editor: str, given: Instructions, name: str, allowed: tuple[str, ...], default: str
) -> str:
    """One of ``allowed``.

    Raises EditorRefused for anything else.
    """
    value = given.get(name, default)
    if value not in allowed:
        raise EditorRefused(editor=editor, detail=f"{name}: {', '.join(allowed)}")
    return str(value)


def only(editor: str, given: Instructions, known: tuple[str, ...]) -> None:
    """Raises EditorRefused for an instruction the editor does not know."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise EditorRefused(editor=editor, detail=f"{unknown[0][:40]}?")

"""A text template: ``$name`` places filled with given values, nothing else is evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from colophon.content.editors import editor
from colophon.content.editors.editor import Editor, Instructions
from colophon.errors import EditorRefused
from colophon.labels.duty import Action
from colophon.labels.model import Kind, Medium

NAME = "text"
LONGEST_TEMPLATE = 20_000
LONGEST_VALUE = 5_000
MOST_VALUES = 200
LONGEST_RESULT = 1_000_000


class _Places(Template):
    """``$名`` works too: a place's name may be of any script."""

    flags = re.NOFLAG
    idpattern = r"(?:[^\W\d]\w*)"


def check(given: Instructions) -> dict[str, Any]:
    """``template`` and ``values`` (name → text); every place must have its value."""
    editor.only(NAME, given, ("template", "values"))
    template = editor.words(NAME, given, "template", longest=LONGEST_TEMPLATE)
    values = given.get("values", {})
    if not isinstance(values, Mapping) or len(values) > MOST_VALUES:
        raise EditorRefused(editor=NAME, detail=f"values: <= {MOST_VALUES}")
    known = {_name(name): _value(name, value) for name, value in values.items()}
    fill(template, known)
    return {"template": template, "values": known}


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled.

    Raises EditorRefused for a place without a value, a stray ``$``, or a result too long.
    """
    places = _Places(template)
    if not places.is_valid():
        raise EditorRefused(editor=NAME, detail="$")
    missing = sorted(set(places.get_identifiers()) - set(values))
    if missing:
        raise EditorRefused(editor=NAME, detail=f"${missing[0][:40]}?")
    # Counted before filling: a short template can name a long value many times.
    count = dict.fromkeys(values, 0)
    for found in places.pattern.finditer(template):
        name = found.group("named") or found.group("braced")
        if name:
            count[name] += 1
    size = len(template) + sum(count[name] * len(values[name]) for name in count)
    if size > LONGEST_RESULT:
        raise EditorRefused(editor=NAME, detail=f"<= {LONGEST_RESULT}")
    return places.substitute(values)


def run(instructions: Instructions, inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the filled template as Markdown."""
    del inputs
    target.write_text(fill(instructions["template"], instructions["values"]), encoding="utf-8")


def _name(name: object) -> str:
    text = str(name)[:LONGEST_VALUE]
    editor.check_characters(NAME, "values", text)
    return text


def _value(name: object, value: object) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise EditorRefused(editor=NAME, detail=f"values.{str(name)[:40]}")
    text = str(value)
    if len(text) > LONGEST_VALUE:
        raise EditorRefused(editor=NAME, detail=f"values.{str(name)[:40]}: <= {LONGEST_VALUE}")
    editor.check_characters(NAME, "values", text)
    return text


EDITOR = Editor(
    name=NAME,
    kind=Kind.TEXT,
    action=Action.CREATED,
    medium=Medium.TEXT,
    media_type="text/markdown",
    suffix=".md",
    check=check,
    run=run,
)

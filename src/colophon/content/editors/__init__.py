"""The built-in editors: small and real, so that the whole road runs on a bare machine."""

from __future__ import annotations

from colophon.content.editors import image, speech, text
from colophon.content.editors.editor import Editor
from colophon.errors import EditorRefused

EDITORS: dict[str, Editor] = {
    editor.name: editor for editor in (text.EDITOR, speech.EDITOR, image.EDITOR)
}


def editor(name: str) -> Editor:
    """The editor of that name.

    Raises EditorRefused when there is none.
    """
    found = EDITORS.get(name)
    if found is None:
        raise EditorRefused(editor=name[:32], detail=", ".join(EDITORS))
    return found

"""One door for every medium: put the explicit label on a file (Source: Art. 17)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from colophon.errors import Lang
from colophon.labels.explicit import office_kinds
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.manner import USUAL
from colophon.labels.explicit.text_formats import WRITERS
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark

Note = Callable[[Remark], None]
Progress = Callable[[float], None]
_TEXTS = frozenset(
    {"text/plain", "text/markdown", "text/x-markdown", "text/html", "application/xhtml+xml"}
)


def apply(
    source: Path,
    target: Path,
    media_type: str,
    medium: Medium,
    *,
    wording: str | None = None,
    lang: Lang = "zh",
    position: str = "auto",
    note: Note | None = None,
    progress: Progress | None = None,
    limits: Limits = STANDARD,
    style: Style = USUAL,
) -> ExplicitWritten | None:
    """Write ``target`` as ``source`` plus a visible or audible label; the source stays.

    ``wording`` replaces the standard words and must itself comply. ``position``: a place of the
    medium; one that it does not know means auto. Texts and documents have a ``style`` of their
    own. ``note`` is told what could not be kept; ``progress`` may raise to stop. None, and no
    target, when files of this type bear none. Raises InputError kinds, WordingNotCompliant.
    """
    style.check()
    name = _worker(media_type, medium)
    if name is None:
        return None
    apply_file = import_module(f"colophon.labels.explicit.{name}").apply_file
    written: ExplicitWritten | None = apply_file(
        source,
        target,
        media_type,
        wording=wording,
        lang=lang,
        position=position,
        note=note or _quiet,
        progress=progress or _still,
        limits=limits,
        style=style,
    )
    return written


def _worker(media_type: str, medium: Medium) -> str | None:
    if medium is Medium.SCENE:
        return "scene"
    if office_kinds.form_of(media_type):
        return "office"
    if media_type in _TEXTS or media_type in WRITERS:
        return "text"
    if media_type == "application/pdf":
        return "pdf"
    if media_type.startswith("image/"):
        return "image"
    if media_type.startswith(("audio/", "video/")) and medium is Medium.AUDIO:
        return "audio"
    if media_type.startswith("video/"):
        return "video"
    return None


def _quiet(_remark: Remark) -> None:
    return None


def _still(_fraction: float) -> None:
    return None

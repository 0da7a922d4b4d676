"""The explicit label of what holds its words as words: texts, documents, drawings, scenes.

Source: GB 45438-2025 5.1, 5.5.
"""

from __future__ import annotations

import re
from html import unescape
from typing import BinaryIO

from colophon.labels.checking import rules
from colophon.labels.checking.elements import label_in
from colophon.labels.explicit import finding, finding_office, office_kinds
from colophon.labels.model import ExplicitLayer, Medium

TEXT_CAP = 16 << 20
"""Bytes of a text of which both ends are looked at."""
SVG = "image/svg+xml"
SVG_CAP = 4 << 20
SCENES = ("model/gltf-binary", "model/gltf+json")
_SVG_WORDS = re.compile(
    r'aria-label="([^"<>]{2,200})"|<(?:\w{1,20}:)?text\b[^<>]{0,2000}>([^<>]{2,200})<'
)


def read(source: BinaryIO, media_type: str, medium: Medium) -> ExplicitLayer | None:
    """None for what holds no words to read. Raises InputError kinds for broken scenes."""
    if media_type in SCENES:
        from colophon.labels.explicit import scene_finding

        return scene_finding.in_scene(source, media_type)
    if media_type == SVG:
        return _drawing(source)
    if office_kinds.form_of(media_type) is not None:
        return _words(finding_office.in_package(source, media_type), medium)
    if medium is Medium.TEXT or media_type.startswith("text/"):
        source.seek(0)
        return _words(finding.in_words(source.read(TEXT_CAP), media_type), Medium.TEXT)
    return None


def _words(found: finding.Words | None, medium: Medium) -> ExplicitLayer:
    if found is None:
        return ExplicitLayer(present=False)
    requirements = rules.of_words(medium, found.text, found.where)
    return rules.layer(found.text, "text", requirements, where=found.where)


def _drawing(source: BinaryIO) -> ExplicitLayer:
    """Words of a drawing: where they stand and how high is for who draws it to say."""
    source.seek(0)
    drawing = source.read(SVG_CAP).decode("utf-8", "replace")
    for match in _SVG_WORDS.finditer(drawing):
        text = label_in(unescape(match[1] or match[2]))
        if text is not None:
            return rules.layer(text, "text", rules.of_manifest(Medium.IMAGE, text))
    return ExplicitLayer(present=False)

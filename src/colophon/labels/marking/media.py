"""Which types of file carry a mark, and whose work it is."""

from __future__ import annotations

_PICTURES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/tiff",
    "image/bmp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/jxl",
)
_SAMPLES = (
    "audio/wav",
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/flac",
    "audio/x-flac",
    "audio/aiff",
    "audio/x-aiff",
)
_ENCODED_SOUND = (
    "audio/mpeg",
    "audio/mp4",
    "audio/x-m4a",
    "audio/aac",
    "audio/ogg",
    "audio/opus",
)
_WORDS = ("text/plain", "text/markdown", "text/x-markdown")
_SCENES = ("model/gltf-binary",)

FORMS = (
    dict.fromkeys(_PICTURES, "picture")
    | dict.fromkeys((*_SAMPLES, *_ENCODED_SOUND), "sound")
    | dict.fromkeys(_WORDS, "words")
    | dict.fromkeys(_SCENES, "scene")
)
"""Media type → module of this room."""

ON_REQUEST = frozenset({*_ENCODED_SOUND, *_WORDS, *_SCENES})
"""Marked only where that is asked for: sound that has to be encoded again with loss, words that
get characters which are not seen, and shapes that may have been measured."""

MEDIA = ("image", "audio", "text", "scene")
"""The media whose files may bear a mark."""

"""Which types of file carry a mark, and whose work it is."""

from __future__ import annotations

FORMS = {
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/webp": "picture",
    "image/tiff": "picture",
    "image/bmp": "picture",
    "image/avif": "picture",
    "image/heic": "picture",
    "image/heif": "picture",
    "image/jxl": "picture",
    "audio/wav": "sound",
    "audio/x-wav": "sound",
    "audio/vnd.wave": "sound",
    "audio/flac": "sound",
    "audio/x-flac": "sound",
    "audio/aiff": "sound",
    "audio/x-aiff": "sound",
    "audio/mpeg": "sound",
    "audio/mp4": "sound",
    "audio/x-m4a": "sound",
    "audio/aac": "sound",
    "audio/ogg": "sound",
    "audio/opus": "sound",
}
"""Media type → module of this room."""

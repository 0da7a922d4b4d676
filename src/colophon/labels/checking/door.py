"""The one door: which way the label of a file is looked for, by what the file is."""

from __future__ import annotations

from typing import Literal

from colophon.errors import ColophonError, ExtraMissing
from colophon.labels.checking import ocr, rules, texts
from colophon.labels.explicit.formats.order import DECODERS_RAISE
from colophon.labels.model import CredentialLayer, ExplicitLayer, Medium
from colophon.labels.sources import Opened

Look = Literal["auto", "on", "off"]


def explicit(
    given: Opened,
    media_type: str,
    medium: Medium,
    manifest: CredentialLayer | None,
    *,
    look: Look = "auto",
) -> ExplicitLayer | None:
    """The explicit label of a file, judged; None when it was not looked for.

    ``look``: off finds words in texts, documents and scenes, and what a valid manifest says;
    auto also decodes the ends of sound, and pictures and a film's opening where the extra
    ``ocr`` is installed; on demands that extra. Raises ExtraMissing for ``on``, and for nothing
    else: what cannot be decoded has no label one could perceive.
    """
    found = _in_file(given, media_type, medium, look)
    if found is not None and found.present:
        return found
    if manifest is not None and manifest.valid and manifest.explicit:
        requirements = rules.of_manifest(medium, manifest.explicit)
        return rules.layer(manifest.explicit, "manifest", requirements)
    return found


def _in_file(given: Opened, media_type: str, medium: Medium, look: Look) -> ExplicitLayer | None:
    try:
        found = texts.read(given.file, media_type, medium)
        if found is not None or look == "off":
            return found
        return _perceived(given, media_type, medium, look)
    except ExtraMissing:
        if look == "on":
            raise
        return None
    except (ColophonError, MemoryError, *DECODERS_RAISE):
        return ExplicitLayer(present=False)


def _perceived(given: Opened, media_type: str, medium: Medium, look: Look) -> ExplicitLayer | None:
    """What can only be seen or heard."""
    from colophon.labels.checking import film, pictures, sound

    if medium is Medium.AUDIO and sound.readable(media_type):
        return sound.heard(given.file, media_type, given.name)
    still, moving = pictures.readable(media_type), film.readable(media_type, medium)
    if not still and not moving:
        return None
    if not ocr.available():
        if look == "on":
            raise ExtraMissing(extra=ocr.EXTRA)
        return None
    if still:
        return pictures.seen(given.file, media_type, given.name)
    return film.seen(given.file, media_type, given.name)

"""A label put on a sample by the code that labels everything else, and what came of it.

The samples are our own, so they are drawn on in this process; one outcome of each wish is kept
for a while, because the page asks for its numbers and the browser for its pictures.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from colophon.console.samples import ALL, Sample
from colophon.errors import Lang
from colophon.labels import explicit, profiles
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark

KEPT = 96
"""Outcomes kept: some eight wishes over the samples, a few MiB."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A label somebody thinks of: all that changes how it looks and sounds."""

    wording: str = ""
    position: str = "auto"
    profile: str = "cn"
    lang: Lang = "zh"
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True)
class Tried:
    """A sample with its label: bytes a browser shows, and what was measured."""

    sample: Sample
    data: bytes = field(repr=False)
    media_type: str
    written: ExplicitWritten | None
    notes: tuple[Remark, ...] = ()

    @property
    def text(self) -> str:
        """The bytes as words, where they are words."""
        return self.data.decode() if self.sample.medium is Medium.TEXT else ""


@lru_cache(KEPT)
def tried(name: str, wish: Wish) -> Tried:
    """The sample of this name under ``wish``.

    Raises KeyError for another name, WordingNotCompliant, StyleNotCompliant, ToolMissing.
    """
    sample = ALL[name]
    notes: list[Remark] = []
    with tempfile.TemporaryDirectory(prefix="colophon-sample-") as folder:
        source = Path(folder, f"sample{sample.suffix}")
        target = Path(folder, f"labelled{sample.suffix}")
        source.write_bytes(sample.make())
        written = _applied(source, target, sample, wish, notes)
        data = target.read_bytes()
    shown, media_type = data, sample.media_type
    if sample.medium is Medium.VIDEO:
        shown, media_type = first_frame(data), "image/png"
    return Tried(sample, shown, media_type, written, tuple(notes))


def _applied(
    source: Path, target: Path, sample: Sample, wish: Wish, notes: list[Remark]
) -> ExplicitWritten | None:
    rules = profiles.profile(wish.profile)
    lang: Lang = "zh" if rules.chinese else wish.lang
    return explicit.apply(
        source,
        target,
        sample.media_type,
        sample.medium,
        wording=wish.wording or rules.words(sample.medium, lang),
        lang=lang,
        position=wish.position,
        style=wish.style,
        note=notes.append,
    )


def first_frame(film: bytes) -> bytes:
    """The first frame of a film of ours, as PNG."""
    import av

    out = io.BytesIO()
    with av.open(io.BytesIO(film)) as container:
        frame = next(container.decode(video=0))
        frame.to_image().save(out, "PNG")
    return out.getvalue()

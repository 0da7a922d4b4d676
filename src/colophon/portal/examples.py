"""Three example files for the verify page, labelled by the road that labels everything.

They are drawn and labelled on first use, with the operator's own profile and key, and made
again when either changes. Without an operator there are none: an example without a true
maker would be a false label.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from colophon.errors import ColophonError
from colophon.portal import drawing


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what it is called, what kind it is, how its bytes are made."""

    name: str
    title: str | Promise
    file_name: str
    media_type: str
    kind: str
    draw: Callable[[], bytes]

    def opened(self) -> BinaryIO:
        """The labelled file. Raises OperatorMissing before there is an operator."""
        return _labelled(self).open("rb")


ALL = (
    Example("picture", _("a picture"), "landscape.jpg", "image/jpeg", "image", drawing.landscape),
    Example("text", _("a text"), "letter.md", "text/markdown", "text", lambda: drawing.note("zh")),
    Example("sound", _("a sound"), "bell.wav", "audio/wav", "audio", drawing.bell),
)


def named() -> tuple[Example, ...]:
    """The examples; none before there is an operator to name in them."""
    from colophon.parties import operator

    return ALL if operator.find() else ()


def find(name: str) -> Example | None:
    """The example called ``name``."""
    return next((each for each in named() if each.name == name), None)


def _labelled(example: Example) -> Path:
    from colophon.parties import operator, signing

    profile = operator.current()
    signer = signing.signer()
    maker = [operator.provider_code(profile), profile.wording, profile.position, str(signer)]
    mark = hashlib.sha256("\n".join(maker).encode()).hexdigest()[:16]
    folder = Path(settings.DATA) / "examples"
    finished = folder / f"{mark}-{example.file_name}"
    if not finished.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        _make(example, finished)
    return finished


def _make(example: Example, finished: Path) -> None:
    from colophon.labels.model import Label
    from colophon.labels.writing import apply
    from colophon.parties import operator, signing

    profile = operator.current()
    with tempfile.TemporaryDirectory(dir=finished.parent, prefix="making-") as folder:
        source = Path(folder) / example.file_name
        source.write_bytes(example.draw())
        target = Path(folder) / f"labelled{source.suffix}"
        applied = apply(
            source,
            target,
            kind=example.kind,
            label=Label(operator.provider_code(profile), f"example-{example.name}"),
            explicit="auto",
            wording=profile.wording or None,
            position=profile.position,
            credential=signing.signer(),
        )
        if not applied.read_back:
            raise ColophonError
        os.replace(target, finished)

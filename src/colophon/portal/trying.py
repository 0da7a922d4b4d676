"""A label put on a visitor's own file to be looked at: nothing is submitted, nothing is kept.

The file is decoded in a process of its own, one at a time, within a size, a time and a memory.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from colophon.content import submission
from colophon.content.release import workplace
from colophon.errors import ColophonError, Lang, TooLarge, TooOften
from colophon.labels.apart import Bounds, Worker
from colophon.labels.duty import KIND_OF_MEDIUM
from colophon.labels.model import Applied, Label
from colophon.labels.reading import medium_of
from colophon.parties import operator
from colophon.portal.upload import Preview, Received, preview

MOST_BYTES = 20 << 20
"""A larger file is labelled when it is submitted, and not before."""
A_MINUTE = 12
"""Previews one account may ask for."""
SECONDS = 30.0
"""How long one preview may work, and how long another waits for it."""
SHOWN_BYTES = MOST_BYTES + (4 << 20)
NUMBER = "preview"
"""Stands in the label where a released file has its number: no record answers to it."""
_BOUNDS = Bounds(memory_bytes=3 << 30, silent_seconds=SECONDS)
_turn = threading.Lock()
_worker = Worker(_BOUNDS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says of the file, in the words of ``submission``."""

    kind: str = ""
    action: str = "created"
    explicit: str = "auto"
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Trial:
    """What labelling would do: to be shown, then forgotten. ``kind``: the technology it was
    taken for, asked or decided from the file.
    """

    name: str
    medium: str
    kind: str
    applied: Applied
    shown: Preview

    @property
    def explicit(self) -> dict[str, Any]:
        """The visible or audible label; empty when there would be none."""
        return dict(self.applied.written.get("explicit") or {})


def tried(given: Received, asked: Asked) -> Trial:
    """The file with its labels.

    Raises TooLarge, TooOften (somebody else's preview takes too long), OperatorMissing,
    RequestInvalid, and what ``labels.apply`` raises for a file or a wish that will not do.
    """
    submission.check(submission.Order(given.name, asked.kind, asked.action, asked.explicit))
    size = given.source.seek(0, 2)
    if size > MOST_BYTES:
        raise TooLarge(file=given.name, detail=f"> {MOST_BYTES >> 20} MiB")
    if not _turn.acquire(timeout=SECONDS):
        raise TooOften(seconds=round(SECONDS))
    try:
        return _labelled(given, asked)
    except ColophonError as error:
        error.details["file"] = given.name
        raise
    finally:
        _turn.release()


def _labelled(given: Received, asked: Asked) -> Trial:
    # Some forms are told by their name alone.
    suffix = PurePath(given.name).suffix.lower()
    if not (suffix[1:].isascii() and suffix[1:].isalnum()):
        suffix = ""
    with workplace() as place:
        source, target = place / f"given{suffix}", place / f"labelled{suffix}"
        given.source.seek(0)
        with source.open("wb") as copy:
            shutil.copyfileobj(given.source, copy)
        applied = _applied(source, target, asked, given.name)
        medium = medium_of(applied.media_type)
        with target.open("rb") as finished:
            shown = preview(finished, applied.media_type, medium.value, most=SHOWN_BYTES)
    kind = asked.kind or KIND_OF_MEDIUM[medium].value
    return Trial(given.name, medium.value, kind, applied, shown)


def _applied(source: Path, target: Path, asked: Asked, name: str) -> Applied:
    known = operator.current()
    label = Label(content_producer=operator.provider_code(known), produce_id=NUMBER)
    return _worker.apply(
        source,
        target,
        label=label,
        progress=_until(time.monotonic() + SECONDS, name),
        kind=asked.kind or None,
        action=asked.action,
        explicit=asked.explicit,
        lang=asked.lang,
        sidecar=False,
        **operator.label_options(known),
    )


def _until(moment: float, name: str) -> Callable[[float], None]:
    def check(_part: float) -> None:
        if time.monotonic() > moment:
            raise TooLarge(file=name, detail=f"> {SECONDS:.0f} s")

    return check

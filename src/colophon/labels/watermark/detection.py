"""What a look for a mark answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transform:
    """How the marked content was changed before it was read; None: the medium or the reading does
    not tell. ``scale``: its size now over its size when marked. ``rotation_deg``: anticlockwise.
    ``start_s``: how much was cut off before it; ``tempo``: its speed now over its speed then.
    """

    scale: float | None = None
    rotation_deg: float | None = None
    mirrored: bool | None = None
    start_s: float | None = None
    tempo: float | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """A mark. ``payload``: 64 bits whose check bits agree; None: traces of a mark under this key
    whose payload could not be read, which is evidence, never proof. ``confidence``: one less the
    probability that content without a mark gives as much.
    """

    payload: int | None
    confidence: float
    transform: Transform = Transform()

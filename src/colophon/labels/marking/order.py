"""What is asked of one marking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.remarks import Remark

if TYPE_CHECKING:
    from colophon.labels.watermark.key import MarkKey


def _quiet(_remark: Remark) -> None:
    return None


def _still(_fraction: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Mark:
    """What is put in: 64 bits, under a key."""

    payload: int
    key: MarkKey

    @property
    def shown(self) -> str:
        """The payload as it is told: 16 hex digits."""
        return f"{self.payload:016x}"


@dataclass(frozen=True, slots=True)
class Order:
    """``name``: what errors call the file. ``note`` hears what could not be kept; ``progress`` gets 0.0 to 1.0 and may raise
    to stop."""

    name: str
    limits: Limits = field(default=STANDARD)
    note: Callable[[Remark], None] = _quiet
    progress: Callable[[float], None] = _still

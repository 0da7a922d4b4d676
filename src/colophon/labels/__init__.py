"""Labels: put on what is due, read what is there.

``from colophon import labels`` is the whole public door of this room and costs milliseconds:
heavy modules load when a call needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from colophon.labels.model import Applied, Duty, Findings, Kind, Label, LabelValue, Medium

if TYPE_CHECKING:
    from colophon.labels import watermark
    from colophon.labels.reading import inspect
    from colophon.labels.writing import apply

__all__ = [
    "Applied",
    "Duty",
    "Findings",
    "Kind",
    "Label",
    "LabelValue",
    "Medium",
    "apply",
    "inspect",
    "watermark",
]

_LATE = {"apply": "colophon.labels.writing", "inspect": "colophon.labels.reading"}


def __getattr__(name: str) -> Any:
    if name == "watermark":
        return import_module("colophon.labels.watermark")
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module(_LATE[name]), name)

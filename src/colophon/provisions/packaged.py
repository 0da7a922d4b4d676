"""Reads the data files that lie in this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def load(name: str) -> Any:
    """A packaged YAML file as plain values."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text(name), Loader=loader)  # noqa: S506 - a safe loader, the faster if there


def text(name: str) -> str:
    """A packaged text file."""
    return (_FOLDER / name).read_text(encoding="utf-8")

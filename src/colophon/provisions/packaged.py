"""Reads the data files that lie in this package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """A packaged YAML file as plain values."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text(name), Loader=loader)  # noqa: S506 - a safe loader, the faster if there


def text(name: str) -> str:
    """A packaged text file."""
    return files("colophon.provisions").joinpath(name).read_text(encoding="utf-8")

"""Where the data folder is: the only place in this room that asks the settings for it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def data() -> Path:
    """The one data folder."""
    return Path(settings.DATA)

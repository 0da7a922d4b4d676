"""Words of a style that the drawing of every medium knows, and the style where none was chosen."""

from __future__ import annotations

from colophon.labels.model import Style

USUAL = Style()
LIGHT, DARK = "light", "dark"
PLATE, OUTLINE = "plate", "outline"

"""Judging the explicit label that a file shows or plays, number by number.

Source: GB 45438-2025 clause 5.
"""

from colophon.labels.checking.door import Look, explicit
from colophon.labels.checking.wording import words

__all__ = ["Look", "explicit", "words"]

"""What a medium may cost before any of it is decoded: sizes read from headers, checked first."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one labelling; the operator may pass others."""

    pixels: int = 100_000_000
    """Width times height of a picture, summed over the frames of an animation."""
    frames: int = 2_000
    """Frames of an animation, pages of a TIFF."""
    video_pixels: int = 8_192 * 4_352
    """Width times height of one video frame."""
    seconds: int = 6 * 3_600
    """Length of sound and video."""
    text_bytes: int = 64 * 1024 * 1024
    """Size of a text, Markdown or HTML file."""
    picture_bytes: int = 1024 * 1024 * 1024
    """Size of a picture file."""

    def check(self, what: str, found: float, most: float, file: str) -> None:
        """Raises TooLarge when ``found`` is over ``most``."""
        if found > most:
            raise TooLarge(file=file, detail=f"{what} {found:.0f} > {most:.0f}")


STANDARD = Limits()

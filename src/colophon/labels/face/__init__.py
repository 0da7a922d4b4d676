"""The label face: a gothic of our own for the words that labels use, kept as pen strokes."""

from colophon.labels.face.render import Mask, Outline, covers, outline, render

__all__ = ["Mask", "Outline", "covers", "outline", "render"]

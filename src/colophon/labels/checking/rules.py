"""The numbers of GB 45438-2025 clause 5, held against what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colophon.labels.checking.elements import has_elements
from colophon.labels.model import ExplicitLayer, Medium, Requirement
from colophon.provisions import parameters

if TYPE_CHECKING:
    from colophon.labels.checking.finding import Found

CLAUSES = {
    Medium.TEXT: "5.1",
    Medium.DOCUMENT: "5.1",
    Medium.IMAGE: "5.2",
    Medium.AUDIO: "5.3",
    Medium.VIDEO: "5.4",
    Medium.SCENE: "5.5",
}
HEIGHTS = {
    Medium.IMAGE: "explicit.image.min_height_ratio",
    Medium.VIDEO: "explicit.video.min_height_ratio",
}
SECONDS = "explicit.video.min_seconds"
CONTRAST = "explicit.min_contrast"
SHARE, RATIO, TIME = "share of the shortest side", "contrast ratio", "seconds"

CLOCK_SLACK = 0.01
"""Seconds that time stamps, kept in whole ticks, may be off by."""


def of_words(medium: Medium, text: str, where: str) -> tuple[Requirement, ...]:
    """Of a label read as text at the start or the end."""
    clause = CLAUSES[medium]
    return (elements(medium, text), Requirement("place", clause, met=True, found=where))


def of_picture(medium: Medium, found: Found) -> tuple[Requirement, ...]:
    """Of a label seen on a picture, or on a film's frame that shows it worst."""
    return (
        elements(medium, found.text),
        Requirement("place", CLAUSES[medium], found.at_edge, found.where),
        _height(medium, found),
        _contrast(found.contrast),
    )


def of_manifest(medium: Medium, text: str) -> tuple[Requirement, ...]:
    """Of a label that was not looked at: the words are all that is known."""
    return (elements(medium, text),)


def elements(medium: Medium, text: str) -> Requirement:
    """Both elements in the standard's words."""
    return Requirement("elements", CLAUSES[medium], has_elements(text), text)


def seconds(found: float) -> Requirement:
    """How long a film shows its label."""
    least = parameters.number(SECONDS)
    met = found >= least - CLOCK_SLACK
    return Requirement("seconds", CLAUSES[Medium.VIDEO], met, round(found, 2), least, TIME)


def layer(
    text: str,
    how: str,
    requirements: tuple[Requirement, ...],
    *,
    where: str | None = None,
    height_ratio: float | None = None,
    seconds: float | None = None,
) -> ExplicitLayer:
    """A label found. Legible: all of place, size, contrast and time that was measured is met;
    None when nothing was."""
    measured = [one.met for one in requirements if one.code != "elements" and one.met is not None]
    return ExplicitLayer(
        present=True,
        text=text,
        where=where,
        height_ratio=None if height_ratio is None else round(height_ratio, 4),
        seconds=None if seconds is None else round(seconds, 3),
        legible=all(measured) if measured else None,
        how=how,
        requirements=requirements,
    )


def _height(medium: Medium, found: Found) -> Requirement:
    least, clause = parameters.number(HEIGHTS[medium]), CLAUSES[medium]
    if found.height_ratio is None:
        return Requirement("height", clause, None, None, least, SHARE)
    met = found.height_ratio >= least - found.slack
    return Requirement("height", clause, met, round(found.height_ratio, 4), least, SHARE)


def _contrast(found: float | None) -> Requirement:
    chosen = parameters.parameter(CONTRAST)
    least, clause = parameters.number(CONTRAST), f"{chosen.source} {chosen.clause}"
    if found is None:
        return Requirement("contrast", clause, None, None, least, RATIO)
    return Requirement("contrast", clause, found >= least, round(found, 2), least, RATIO)

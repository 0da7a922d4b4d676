"""A labelled film, looked at again: how far the words stand out once encoded."""

from __future__ import annotations

from pathlib import Path

from colophon.labels.explicit import film, opening


def contrasts(target: Path, media_type: str, work: film.Work) -> list[float]:
    """The contrast in every frame the label is on; empty when it is too small to measure."""
    found: list[float] = []
    to_the_end = work.seconds == film.TO_THE_END
    with target.open("rb") as stream, opening.reading(stream, media_type, target.name) as container:
        picture = film.main_picture(container, target.name)
        start: float | None = None
        for frame in film.frames_of(container, picture):
            now = float((frame.pts or 0) * (picture.time_base or 0))
            start = now if start is None else start
            if now - start > work.seconds or now - start >= work.shown_until:
                break
            if to_the_end:
                work.tell(now - start)
            reached = work.label.seen(film.drawable(frame, work.look.form))
            if reached is not None:
                found.append(reached)
    return found

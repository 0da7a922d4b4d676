"""All that is known by its prints, in one folder: pictures, films, sounds and texts.

Each index is a snapshot (one file, checked when it is opened, read where it lies) and what was added
since, which every search sees at once and which is lost with the process: whoever keeps the prints
adds it again from their record. Looking up answers what was found, how near, how it was changed,
and how likely chance would give as much.
"""

from __future__ import annotations

from pathlib import Path

from colophon.labels.fingerprint.codes import Codes
from colophon.labels.fingerprint.films import Films
from colophon.labels.fingerprint.sounds import Sounds
from colophon.labels.fingerprint.words import Texts

PICTURES, FILMS, SOUNDS, TEXTS = "pictures.prints", "films.prints", "sounds.prints", "texts.prints"


class Index:
    """``pictures``, ``films``, ``sounds``, ``texts``: each may be added to and searched by itself.
    May be used from several threads.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: with the snapshots to begin with; those that are not there are empty. Raises
        EmptyFile, MalformedFile for a damaged one.
        """
        self.pictures = Codes(_there(folder, PICTURES))
        self.films = Films(_there(folder, FILMS))
        self.sounds = Sounds(_there(folder, SOUNDS))
        self.texts = Texts(_there(folder, TEXTS))

    @property
    def new(self) -> int:
        """Rows that no snapshot holds yet: when to save again."""
        return self.pictures.new + self.films.new + self.sounds.new + self.texts.new

    def remove(self, id_: int) -> None:
        """Everything of this id."""
        for one in (self.pictures, self.films, self.sounds, self.texts):
            one.remove(id_)

    def save(self, folder: Path) -> None:
        """New snapshots, each replaced at once. Raises DiskFull, TargetUnwritable."""
        self.pictures.save(folder / PICTURES)
        self.films.save(folder / FILMS)
        self.sounds.save(folder / SOUNDS)
        self.texts.save(folder / TEXTS)


def _there(folder: Path | None, name: str) -> Path | None:
    path = None if folder is None else folder / name
    return path if path is not None and path.exists() else None

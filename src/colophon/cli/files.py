"""Which files a command means, and where their labelled copies go."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from colophon.errors import FileMissing, UsageError

LABELLED = ".labelled"
"""Put before the extension of a labelled copy that stays beside its source."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to label. ``listed``: it was named itself, not found in a folder."""

    source: Path
    target: Path
    listed: bool


def expand(names: tuple[str, ...]) -> Iterator[tuple[Path, Path | None]]:
    """Each file with the folder it was found under (None for a file named itself).

    Folders are walked without following links, in a fixed order, hidden files and former
    labelled copies left out. Raises FileMissing for a name that matches nothing.
    """
    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from ((found, path) for found in _walk(path))
        elif path.exists() or path.is_symlink():
            yield path, None
        else:
            matches = sorted(glob.glob(name, recursive=True))
            if not matches:
                raise FileMissing(file=name)
            yield from ((Path(match), None) for match in matches if not Path(match).is_dir())


def _walk(folder: Path) -> Iterator[Path]:
    from colophon.labels.carriers import extensions

    known = extensions()
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(files):
            path = Path(parent, name)
            former = path.stem.endswith(LABELLED)
            if not name.startswith(".") and not former and path.suffix.lower() in known:
                yield path


def tasks(
    names: tuple[str, ...], *, output: str | None, directory: str | None, in_place: bool
) -> list[Task]:
    """The files and their targets. Raises UsageError when two would share one target."""
    if sum(map(bool, (output, directory, in_place))) > 1:
        raise UsageError(detail="-o, -d and --in-place exclude each other")
    found = list(expand(names))
    if output and (len(found) != 1 or found[0][1]):
        raise UsageError(detail="-o names one output; use -d for several files")
    made = [
        Task(source, _target(source, under, output, directory, in_place=in_place), under is None)
        for source, under in found
    ]
    _refuse_shared_targets(made)
    return made


def _target(
    source: Path, under: Path | None, output: str | None, directory: str | None, *, in_place: bool
) -> Path:
    if in_place:
        return source
    if output:
        return Path(output)
    if directory:
        return Path(directory) / (source.relative_to(under) if under else source.name)
    return source.with_name(f"{source.stem}{LABELLED}{source.suffix}")


def _refuse_shared_targets(made: list[Task]) -> None:
    seen: set[Path] = set()
    for task in made:
        if task.target in seen:
            raise UsageError(detail=f"two sources would both be written to {task.target}")
        seen.add(task.target)

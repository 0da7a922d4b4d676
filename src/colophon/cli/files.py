"""Which files a command means, and where their labelled copies go."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from colophon.errors import FileMissing, UsageError

LABELLED = ".labelled"
"""Put before the extension of a labelled copy that stays beside its source."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to label. ``in_place``: the target is the source. ``makes_folders``: those the
    target lies in may be made."""

    source: Path
    target: Path
    in_place: bool = False
    makes_folders: bool = False


def expand(
    names: tuple[str, ...], left_out: Callable[[Path], None] = lambda _path: None
) -> Iterator[tuple[Path, Path | None]]:
    """Each file with the folder it was found under (None for a file named itself).

    Folders are walked without following links, in a fixed order, hidden files and former
    labelled copies left out; ``left_out`` hears of each file of an unknown type. Raises
    FileMissing for a name that matches nothing.
    """
    for name in names:
        path = Path(name)
        if _is_folder(path):
            yield from ((found, path) for found in _walk(path, left_out))
        elif _is_there(path):
            yield path, None
        else:
            matches = sorted(glob.glob(name, recursive=True))
            if not matches:
                raise FileMissing(file=name)
            yield from ((Path(match), None) for match in matches if not _is_folder(Path(match)))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_there(path: Path) -> bool:
    """Whether the name is taken; one that we may not look at is, and opening it will tell."""
    try:
        os.lstat(path)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _walk(folder: Path, left_out: Callable[[Path], None]) -> Iterator[Path]:
    from colophon.labels.carriers import extensions

    known = extensions()
    closed: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=closed.append, followlinks=False):
        folders.sort()
        for name in sorted(files):
            path = Path(parent, name)
            if name.startswith(".") or path.stem.endswith(LABELLED):
                continue
            if path.suffix.lower() in known:
                yield path
            else:
                left_out(path)
    # A folder that cannot be looked into must not pass for an empty one: it fails by its name.
    yield from (Path(error.filename) for error in closed)


def tasks(
    names: tuple[str, ...],
    *,
    output: str | None,
    directory: str | None,
    in_place: bool,
    left_out: Callable[[Path], None] = lambda _path: None,
) -> list[Task]:
    """The files and their targets. In place, a link that is named keeps pointing at its file,
    which is the one replaced; links found in folders are left alone. What lies in ``directory``
    already is a former output, no source.

    Raises UsageError when two would share one target.
    """
    if sum(map(bool, (output, directory, in_place))) > 1:
        raise UsageError(detail="-o, -d and --in-place exclude each other")
    found = list(expand(names, left_out))
    if directory:
        outputs = Path(directory).resolve()
        found = [(path, under) for path, under in found if not _within(path, under, outputs)]
    if output and (len(found) != 1 or found[0][1]):
        raise UsageError(detail="-o names one output; use -d for several files")
    if in_place:
        found = [(source, under) for source, under in found if not (under and source.is_symlink())]
    made = [
        Task(
            source,
            _target(source, under, output, directory, in_place=in_place),
            in_place,
            makes_folders=directory is not None,
        )
        for source, under in found
    ]
    _refuse_shared_targets(made)
    return made


def _target(
    source: Path, under: Path | None, output: str | None, directory: str | None, *, in_place: bool
) -> Path:
    if in_place:
        return Path(os.path.realpath(source)) if source.is_symlink() else source
    if output:
        return Path(output)
    if directory:
        return Path(directory) / (source.relative_to(under) if under else source.name)
    return source.with_name(f"{source.stem}{LABELLED}{source.suffix}")


def _within(path: Path, under: Path | None, outputs: Path) -> bool:
    """Whether a walked file lies in the folder of outputs, which itself lies in the walked one."""
    if under is None or not outputs.is_relative_to(under.resolve()) or outputs == under.resolve():
        return False
    return path.resolve().is_relative_to(outputs)


def _refuse_shared_targets(made: list[Task]) -> None:
    seen: set[Path] = set()
    for task in made:
        if task.target in seen:
            raise UsageError(detail=f"two sources would both be written to {task.target}")
        seen.add(task.target)

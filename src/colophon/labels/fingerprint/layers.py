"""What all indexes are made of: a snapshot on disk, sorted to be searched, and over it what came
since in memory, seen at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint import shelf
from colophon.labels.fingerprint.growing import Growing

Arrays = Mapping[str, NDArray[Any]]
Columns = Mapping[str, tuple[Any, int]]

_EVERY: Columns = {"ids": (np.uint64, 0), "places": (np.uint32, 0)}


@dataclass(frozen=True, slots=True)
class Layer:
    """``arrays``: rows by column, and where it is ``sorted`` what sorts them; ``removed``: ids whose
    rows here count no more; ``kept``: on disk."""

    arrays: Arrays
    removed: frozenset[int] = frozenset()
    sorted: bool = False
    kept: bool = False

    def __len__(self) -> int:
        return len(self.arrays["ids"])

    def alive(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of these rows count."""
        gone = np.fromiter(self.removed, np.uint64, len(self.removed))
        return ~np.isin(self.arrays["ids"][rows], gone)


class Layers:
    """Rows with an id (64 bits) and a place (32 bits). May be used from several threads.

    ``kind``: the name its files go by; ``columns``: type and width of what a row holds beside;
    ``sort``: gives a layer's further arrays, by which it is searched; ``loose``: how many rows may
    lie unsorted.
    """

    def __init__(
        self, kind: str, columns: Columns, sort: Callable[[Arrays], Arrays], loose: int
    ) -> None:
        self._kind, self._columns, self._sort = kind, {**columns, **_EVERY}, sort
        self._loose = loose
        self._lock, self._saving = threading.Lock(), threading.Lock()
        self._below: tuple[Layer, ...] = ()
        self._fixed = 0
        self._new = Growing(**self._columns)

    def __len__(self) -> int:
        """Rows, those removed since the snapshot among them."""
        return sum(map(len, self.now()))

    @property
    def new(self) -> int:
        """Rows that no snapshot holds yet."""
        return sum(len(layer) for layer in self.now() if not layer.kept)

    def add(self, id_: int, **rows: NDArray[Any]) -> None:
        """One row or several of one id; ``places`` among them."""
        ids = np.full(len(rows["places"]), id_, np.uint64)
        with self._lock:
            self._new.add(ids=ids, **rows)
            if len(self._new) >= self._loose:
                self._fold()

    def remove(self, id_: int) -> None:
        """All rows of this id; no error where there are none."""
        with self._lock:
            self._below = tuple(
                replace(layer, removed=layer.removed | {id_}) for layer in self._below
            )
            self._new.keep(self._new.column("ids") != np.uint64(id_))

    def now(self) -> tuple[Layer, ...]:
        """The layers as they stand; what comes later does not change them."""
        with self._lock:
            return (*self._below, self._fresh())

    def save(self, path: Path) -> None:
        """Everything as one new snapshot, which is searched from now on; searching and adding go on
        meanwhile. Raises DiskFull, TargetUnwritable; then everything is as it was.
        """
        with self._saving:
            before = self._frozen()
            try:
                rows = self._joined(before)
                shelf.write(path, self._kind, {**rows, **self._sort(rows)})
                made = self._opened(path)
                with self._lock:
                    since = [
                        now.removed - then.removed
                        for now, then in zip(self._below, before, strict=False)
                    ]
                    made = replace(made, removed=frozenset().union(*since))
                    self._below = (made, *self._below[len(before) :])
            finally:
                self._fixed = 1 if self._below and self._below[0].kept else 0

    def load(self, path: Path) -> None:
        """A snapshot instead of all there is. Raises FileMissing, EmptyFile, MalformedFile."""
        made = self._opened(path)
        with self._lock:
            self._below, self._fixed = (made,), 1
            self._new.clear()

    def _opened(self, path: Path) -> Layer:
        return Layer(shelf.read(path, self._kind), sorted=True, kept=True)

    def _frozen(self) -> tuple[Layer, ...]:
        """All layers, of which none changes until `_fixed` is less."""
        with self._lock:
            if len(self._new):
                self._below = (*self._below, self._fresh())
                self._new.clear()
            self._fixed = len(self._below)
            return self._below

    def _fold(self) -> None:
        """What is new becomes a sorted layer, together with those above the snapshot that are no
        larger: so there are few, and each row is sorted a few times only."""
        folded, below = [self._fresh()], list(self._below)
        while len(below) > self._fixed and len(below[-1]) <= sum(map(len, folded)):
            folded.append(below.pop())
        rows = self._joined(tuple(folded))
        self._below = (*below, Layer({**rows, **self._sort(rows)}, sorted=True))
        self._new.clear()

    def _fresh(self) -> Layer:
        return Layer({name: self._new.column(name) for name in self._columns})

    def _joined(self, layers: tuple[Layer, ...]) -> Arrays:
        """The rows that count."""
        alive = [layer.alive(np.arange(len(layer))) for layer in layers]
        empty = Growing(**self._columns)
        return {
            name: np.concatenate(
                [empty.column(name)]
                + [layer.arrays[name][rows] for layer, rows in zip(layers, alive, strict=True)]
            )
            for name in self._columns
        }

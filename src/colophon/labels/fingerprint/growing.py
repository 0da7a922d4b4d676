"""Columns of numbers that grow row by row without being copied each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_FIRST = 64


class Growing:
    """``columns``: each with its type and width, 0 for one number a row. What `column` gave keeps
    its rows whatever comes later, so it may be read while others write.
    """

    def __init__(self, **columns: tuple[Any, int]) -> None:
        self._kinds = columns
        self.clear()

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        """Begins anew."""
        self._count = 0
        self._held = {name: _room(_FIRST, *kind) for name, kind in self._kinds.items()}

    def add(self, **rows: NDArray[Any]) -> None:
        """As many rows for each column."""
        more = len(next(iter(rows.values())))
        count = self._count + more
        for name, values in rows.items():
            held = self._held[name]
            if count > len(held):
                self._held[name] = _room(max(count, 2 * len(held)), *self._kinds[name])
                self._held[name][: self._count] = held[: self._count]
            self._held[name][self._count : count] = values
        self._count = count

    def keep(self, wanted: NDArray[np.bool_]) -> None:
        """Only these rows, in new room."""
        if wanted.all():
            return
        self._held = {name: self.column(name)[wanted] for name in self._kinds}
        self._count = int(wanted.sum())

    def column(self, name: str) -> NDArray[Any]:
        """The rows there are now."""
        return self._held[name][: self._count]


def _room(rows: int, kind: Any, width: int) -> NDArray[Any]:
    return np.empty((rows, width) if width else rows, kind)

"""Contents known again by their fingerprints when every label is gone.

The fingerprints are rows of the database; what is searched is an index of them in this process,
begun from a snapshot in the data folder and brought up to date before every search.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.content.models import Fingerprint
from colophon.errors import ColophonError
from colophon.labels.fingerprint.print import Print
from colophon.store import files as kept_files
from colophon.store import folder

if TYPE_CHECKING:
    from colophon.labels.fingerprint.files import Hit

SAVED_AFTER = 50_000
"""So many new rows, of which a picture has sixteen, make a new snapshot worth its time."""
_AT_ONCE = 500
_OVERLAP = 1_000
_LAST = "last"


class Known:
    """The index of one process; searches and additions take turns."""

    def __init__(self, snapshots: Path) -> None:
        from colophon.labels.fingerprint.index import Index

        self._snapshots = snapshots
        self._turn = threading.Lock()
        try:
            self._last = int((snapshots / _LAST).read_text())
            self._index = Index(snapshots)
        except (OSError, ValueError, ColophonError):
            # None yet, or a damaged one: the database has it all.
            self._last, self._index = 0, Index()
        self._seen: set[int] = set()

    def find(self, query: Print) -> list[Hit]:
        """Ids of fingerprints, the nearest first."""
        from colophon.labels.fingerprint import files

        with self._turn:
            self._catch_up()
            return files.find(self._index, query)

    def _catch_up(self) -> None:
        """Numbers are given in one order and seen in another, where several write at once: the
        last of them are looked through again.
        """
        from colophon.labels.fingerprint import files

        late = Fingerprint.objects.filter(pk__gt=self._last - _OVERLAP).order_by("pk")
        fresh = [pk for pk in late.values_list("pk", flat=True) if pk not in self._seen]
        for start in range(0, len(fresh), _AT_ONCE):
            for row in Fingerprint.objects.filter(pk__in=fresh[start : start + _AT_ONCE]):
                files.add(self._index, row.pk, Print(row.medium, bytes(row.data)))
        self._last = max([self._last, *fresh])
        self._seen = {pk for pk in self._seen.union(fresh) if pk > self._last - _OVERLAP}
        if self._index.new > SAVED_AFTER:
            with suppress(ColophonError, OSError):
                self._save()

    def _save(self) -> None:
        """A crash in between only means that rows are added twice."""
        self._snapshots.mkdir(mode=kept_files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        self._index.save(self._snapshots)
        (self._snapshots / _LAST).write_text(str(self._last))


def find(query: Print) -> tuple[Fingerprint, Hit] | None:
    """The nearest fingerprint that is still there; of equals, one from before labelling."""
    hits = {hit.id: hit for hit in _known(folder.data() / "prints").find(query)}
    rows = Fingerprint.objects.filter(pk__in=hits)
    found = [(hits[row.pk].distance, row.step == "after", row) for row in rows]
    if not found:
        return None
    row = min(found, key=lambda one: one[:2])[2]
    return row, hits[row.pk]


@cache
def _known(snapshots: Path) -> Known:
    return Known(snapshots)

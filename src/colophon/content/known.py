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

SAVED_AFTER = 20_000
"""So many new rows make a new snapshot worth its time."""
_AT_ONCE = 5_000
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

    def find(self, query: Print) -> list[Hit]:
        """Ids of fingerprints, the nearest first."""
        from colophon.labels.fingerprint import files

        with self._turn:
            self._catch_up()
            return files.find(self._index, query)

    def _catch_up(self) -> None:
        from colophon.labels.fingerprint import files

        rows = Fingerprint.objects.filter(pk__gt=self._last).order_by("pk")
        for row in rows.iterator(_AT_ONCE):
            files.add(self._index, row.pk, Print(row.medium, bytes(row.data)))
            self._last = row.pk
        if self._index.new > SAVED_AFTER:
            with suppress(ColophonError, OSError):
                self._save()

    def _save(self) -> None:
        """A crash in between only means that rows are added twice."""
        self._snapshots.mkdir(mode=kept_files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        self._index.save(self._snapshots)
        (self._snapshots / _LAST).write_text(str(self._last))


def find(query: Print) -> tuple[Fingerprint, Hit] | None:
    """The nearest fingerprint that is still there."""
    for hit in _known(folder.data() / "prints").find(query):
        row = Fingerprint.objects.select_related("content").filter(pk=hit.id).first()
        if row is not None:
            return row, hit
    return None


@cache
def _known(snapshots: Path) -> Known:
    return Known(snapshots)

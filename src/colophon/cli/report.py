"""A report of many files, written as they are done: CSV for people, JSON for programs.

The file gets its name at the end, or when the work is stopped; a report that was there before is
replaced only then.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from colophon.errors import TargetUnwritable, UsageError
from colophon.labels.placing import Stage

COLUMNS = (
    "file",
    "output",
    "result",
    "media_type",
    "verdict",
    "notice",
    "integrity",
    "label",
    "content_producer",
    "produce_id",
    "content_propagator",
    "propagate_id",
    "signature",
    "credential",
    "explicit",
    "duty",
    "deviations",
    "notes",
    "sha256",
    "error",
    "seconds",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take words for a formula."""


class Report:
    """Rows as they come."""

    def __init__(self, out: TextIO, form: str) -> None:
        self._out, self._form, self._count = out, form, 0
        if form == ".csv":
            self._rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            self._rows.writeheader()
        elif form == ".json":
            out.write("[")

    def add(self, document: Mapping[str, Any]) -> None:
        """One file's document, as ``--json`` tells it."""
        if self._form == ".csv":
            self._rows.writerow({name: _cell(value) for name, value in row(document).items()})
        else:
            lead = ("," if self._count else "") + "\n" if self._form == ".json" else ""
            end = "" if self._form == ".json" else "\n"
            self._out.write(lead + json.dumps(document, ensure_ascii=False) + end)
        self._count += 1

    def end(self) -> None:
        if self._form == ".json":
            self._out.write("\n]\n")
        self._out.flush()
        os.fsync(self._out.fileno())


@contextmanager
def reporting(target: str | None) -> Iterator[Report | None]:
    """A report at ``target`` (.csv, .json or .jsonl), or None without one.

    Raises UsageError for another extension, TargetUnwritable.
    """
    if target is None:
        yield None
        return
    path = Path(target)
    if path.suffix.lower() not in (".csv", ".json", ".jsonl"):
        raise UsageError(detail=f"--report {path.name}: .csv, .json or .jsonl")
    if not path.parent.is_dir():
        raise TargetUnwritable(file=path.name, detail="no such folder")
    stage = Stage(path)
    try:
        with stage.path().open("x", encoding="utf-8", newline="") as out:
            report = Report(out, path.suffix.lower())
            try:
                yield report
            finally:
                report.end()
                Path(out.name).replace(path)
    finally:
        stage.clear()


def row(document: Mapping[str, Any]) -> dict[str, Any]:
    """One document, of labelling or of inspecting, as the columns of the CSV."""
    found = dict.fromkeys(COLUMNS)
    found.update({name: document[name] for name in COLUMNS if name in document})
    found["result"] = _result(document)
    found["error"] = document.get("error", {}).get("code")
    found["notes"] = " ".join(note["code"] for note in document.get("notes", ()))
    layers = document.get("layers")
    found.update(_written(document) if layers is None else _found(layers))
    return found


def _result(document: Mapping[str, Any]) -> str:
    if "error" in document:
        return "failed"
    if document.get("skipped"):
        return "skipped"
    return "inspected" if "layers" in document else "labelled"


def _written(document: Mapping[str, Any]) -> dict[str, Any]:
    written = document.get("written", {})
    fields = json.loads(written.get("aigc", {}).get("value", "{}"))
    explicit = written.get("explicit")
    return {
        **_label(fields.get, "Label ContentProducer ProduceID ContentPropagator PropagateID"),
        "credential": "signed" if "credential" in written else None,
        "explicit": explicit["text"] if explicit else None,
        "duty": "{explicit} {source}".format(**document["duty"]) if "duty" in document else None,
    }


def _found(layers: Mapping[str, Any]) -> dict[str, Any]:
    aigc, manifest = layers.get("aigc", {}), layers.get("credential", {})
    keys = "label content_producer produce_id content_propagator propagate_id"
    return {
        **_label(aigc.get, keys),
        "signature": (aigc.get("security") or {}).get("signature"),
        "credential": _standing(manifest) if manifest.get("present") else None,
        "explicit": layers.get("explicit", {}).get("text"),
        "deviations": " ".join(one["code"] for one in aigc.get("deviations", ())),
    }


def _label(get: Any, keys: str) -> dict[str, Any]:
    columns = ("label", "content_producer", "produce_id", "content_propagator", "propagate_id")
    return {column: get(key) for column, key in zip(columns, keys.split(), strict=True)}


def _standing(manifest: Mapping[str, Any]) -> str:
    if not manifest.get("valid"):
        return "invalid" if manifest.get("valid") is False else "unchecked"
    return "trusted" if manifest.get("trusted") else "valid"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text

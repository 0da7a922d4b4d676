"""The shipped vectors, run on this machine: what the reader must see, and what it does see.

A vector is a JSON file in ``vectors/`` (values and texts) or ``vectors/files/`` (whole files); a
new case is a new file and a line in the README there, and needs no code.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from colophon.errors import ColophonError, UnknownType
from colophon.labels import aigc, carriers, gathering, provider_code
from colophon.labels.aigc import AigcReading
from colophon.labels.model import as_json
from colophon.labels.security_data import Pin, TrustStore, public_key

FOLDERS = ("colophon.labels.vectors", "colophon.labels.vectors.files")
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Result:
    """``detail`` is empty when the case passed, else what was expected and what was seen."""

    name: str
    passed: bool
    detail: str = ""


def run() -> Iterator[Result]:
    """Every vector in the order of its name; one that cannot be read counts as failed."""
    for file in cases():
        try:
            vector = json.loads(file.read_text(encoding="utf-8"))
            expected, seen = vector["expect"], _ROADS[vector["road"]](vector)
        except (ValueError, KeyError, ColophonError) as error:
            yield Result(_name(file), passed=False, detail=repr(error))
            continue
        yield Result(_name(file), expected == seen, _difference(expected, seen))


def cases() -> list[Traversable]:
    """The vectors' files, by name."""
    found = [
        file
        for folder in FOLDERS
        for file in resources.files(folder).iterdir()
        if file.name.endswith(_SUFFIX)
    ]
    return sorted(found, key=lambda file: file.name)


def _name(file: Traversable) -> str:
    return file.name.removesuffix(_SUFFIX)


def _read(vector: dict[str, Any]) -> list[dict[str, Any]]:
    return [_seen(aigc.read(_input(vector), vector["place"]))]


def _find(vector: dict[str, Any]) -> list[dict[str, Any]]:
    return [_seen(reading) for reading in aigc.find(_input(vector), vector["place"])]


def _file(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """A whole file, read as `labels.inspect` reads it. Raises UnknownType."""
    content = _input(vector)
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    found = carriers.recognise(source, vector["name"])
    if found is None:
        raise UnknownType(file=vector["name"])
    places = [found.carrier.standard_place(form) for form in found.carrier.forms]
    layer = gathering.layer(found.carrier.read(source), places)
    return [
        {
            "media_type": found.media_type,
            "place": layer.place,
            "fields": [*layer.fields()],
            "deviations": sorted({deviation.code for deviation in layer.deviations}),
            "count": layer.count,
        }
    ]


def _code(vector: dict[str, Any]) -> dict[str, Any]:
    text = vector["input"]
    found = provider_code.parse(text)
    return {
        "faults": list(provider_code.faults(text)),
        "uscc": found.uscc if found else None,
        "extension": found.extension if found else None,
        "role": found.role if found else None,
    }


def _security(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """A label with its security data, before somebody who pinned the keys of ``trust``, in a file
    whose content has the digests of ``content`` by method.
    """
    pins = vector.get("trust", [])
    found = aigc.layer(
        [aigc.read(_input(vector), vector["place"])],
        trust=TrustStore(tuple(_pin(entry) for entry in pins)),
        content=vector["content"].__getitem__ if "content" in vector else None,
    )
    named = sorted({deviation.code for deviation in found.deviations})
    return [{**as_json(found.security), "deviations": named}]


def _pin(entry: dict[str, Any]) -> Pin:
    key = public_key(entry["key"])
    if key is None:
        raise ValueError(entry["name"])
    return Pin(entry["name"], key, tuple(entry.get("codes", [])))


_ROADS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "read": _read,
    "find": _find,
    "file": _file,
    "code": _code,
    "security": _security,
}


def _input(vector: dict[str, Any]) -> bytes | str:
    if "input_base64" in vector:
        return base64.b64decode(vector["input_base64"])
    return str(vector["input"])


def _seen(reading: AigcReading) -> dict[str, Any]:
    layer = aigc.layer([reading])
    return {
        "fields": [*reading.fields()],
        "deviations": sorted({deviation.code for deviation in reading.deviations}),
        "security": layer.security.kind if layer.security else None,
        "count": layer.count,
    }


def _difference(expected: Any, seen: Any) -> str:
    if expected == seen:
        return ""
    return f"expected {json.dumps(expected)}; saw {json.dumps(seen)}"

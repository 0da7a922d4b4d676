"""A glTF document opened to add to it: read as values, changed where its text stands.

What is there keeps its bytes and its number; parts of ours (known by their name) are exchanged
where they are, new ones come last. Source: glTF 2.0 (ISO/IEC 12113).
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge
from colophon.labels.carriers import glb, json_spans
from colophon.labels.carriers.edits import Edit

NAME = "colophon:explicit-label"
"""Names every part of ours, so that it is found again and nothing of others is touched."""
PLATE, VIEW = f"{NAME}:plate", f"{NAME}:view"
"""What the names of our nodes begin with: readers ask that no two nodes bear one name."""
GLB_TYPE, GLTF_TYPE = "model/gltf-binary", "model/gltf+json"
_DATA_URI = "data:application/octet-stream;base64,"


@dataclass(frozen=True, slots=True)
class Document:
    """``text``: the JSON; ``tree``: its values; ``whole``: the GLB it lies in, if any."""

    text: bytes
    tree: dict[str, Any]
    whole: glb.Glb | None
    size: int

    _kinds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The parts of one kind. Raises MalformedFile."""
        if kind not in self._kinds:
            found = self.tree.get(kind, [])
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                raise MalformedFile(detail=f"glTF {kind}")
            self._kinds[kind] = found
        return self._kinds[kind]

    def one(self, kind: str, number: object) -> dict[str, Any]:
        """Raises MalformedFile where there is no such part."""
        found = self.all(kind)
        if type(number) is not int or not 0 <= number < len(found):
            raise MalformedFile(detail=f"glTF {kind} {str(number)[:20]}")
        return found[number]


def opened(source: BinaryIO, media_type: str) -> Document:
    """Raises EmptyFile, TruncatedFile, MalformedFile, TooLarge."""
    if media_type == GLB_TYPE:
        whole = glb.opened(source)
        return Document(whole.text, _values(whole.text), whole, whole.size)
    source.seek(0)
    text = source.read(glb.MOST_JSON + 1)
    if not text:
        raise EmptyFile
    if len(text) > glb.MOST_JSON:
        raise TooLarge(detail=f"glTF > {glb.MOST_JSON} bytes")
    return Document(text, _values(text), None, len(text))


def _values(text: bytes) -> dict[str, Any]:
    json_spans.root(text)  # bounds depth and count before values are made of it
    try:
        tree = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as wrong:
        raise MalformedFile(detail="glTF JSON") from wrong
    asset = tree.get("asset")
    version = asset.get("version") if isinstance(asset, dict) else None
    if not str(version).startswith("2"):
        raise MalformedFile(detail=f"glTF version {str(version)[:8]}; version 2 is the one known")
    return dict(tree)


class Changes:
    """Parts to exchange or to add, and the edits they come to."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._exchanged: dict[str, dict[int, bytes]] = defaultdict(dict)
        self._added: dict[str, list[bytes]] = defaultdict(list)
        self._lists: dict[tuple[str, int, str], list[bytes]] = defaultdict(list)
        self._members: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        self._bin: Edit | None = None
        self._own: dict[str, list[int]] = {}

    def put(self, kind: str, entry: dict[str, Any], number: int | None = None) -> int:
        """Puts a part of ours in the place of ``number``, or of the next of our old ones, or
        behind all; its number."""
        entry = {"name": NAME, **entry}
        written = json.dumps(entry, separators=(",", ":"), allow_nan=False).encode()
        old = self._old(kind)
        if number is None and old:
            number = old.pop(0)
        if number is not None:
            self._exchanged[kind][number] = written
            return number
        self._added[kind].append(written)
        return len(self._document.all(kind)) + len(self._added[kind]) - 1

    def _old(self, kind: str) -> list[int]:
        """Our parts from before that are not taken yet; nodes are told by their owner."""
        if kind not in self._own:
            parts = [] if kind == "nodes" else self._document.all(kind)
            self._own[kind] = [n for n, one in enumerate(parts) if one.get("name") == NAME]
        return self._own[kind]

    def list_in(self, kind: str, number: int, name: str, value: int) -> None:
        """Adds a number to a list within a part of others (children, nodes), once."""
        there = self._document.all(kind)[number].get(name, [])
        written = str(value).encode()
        if value not in there and written not in self._lists[kind, number, name]:
            self._lists[kind, number, name].append(written)

    def use(self, extension: str) -> None:
        """Announces an extension."""
        written = json.dumps(extension).encode()
        if extension not in self._document.tree.get("extensionsUsed", []):
            self._added["extensionsUsed"].append(written)

    def buffer(self, data: bytes) -> tuple[int, int]:
        """Puts our bytes into the file; the buffer's number and where they begin in it."""
        whole, buffers = self._document.whole, self._document.all("buffers")
        if whole is None or (buffers and ("uri" in buffers[0] or not whole.has_bin)):
            uri = _DATA_URI + base64.b64encode(data).decode()
            return self.put("buffers", {"byteLength": len(data), "uri": uri}), 0
        start = self._behind_others(whole)
        at = whole.bin_start + start
        gap = bytes(-start % 4)
        self._bin = Edit(at, whole.bin_end, gap + data)
        length = start + len(gap) + len(data)
        if buffers:
            self._members["buffers", 0]["byteLength"] = str(length).encode()
        else:
            self._added["buffers"].append(json.dumps({"byteLength": length}).encode())
        return 0, start + len(gap)

    def _behind_others(self, whole: glb.Glb) -> int:
        """Where others' bytes end: at the end of all, or where our old ones begin if nobody's
        come after them."""
        end = whole.bin_end - whole.bin_start
        views = [one for one in self._document.all("bufferViews") if one.get("buffer") == 0]
        own = [one.get("byteOffset", 0) for one in views if one.get("name") == NAME]
        others = [
            one.get("byteOffset", 0) + one["byteLength"] for one in views if one.get("name") != NAME
        ]
        first = min(own, default=end)
        return first if 0 <= first <= end and max(others, default=0) <= first else end

    def edits(self) -> list[Edit]:
        """The edits of the file."""
        text = self._document.text
        root = json_spans.root(text)
        missing: dict[str, bytes | json_spans.Tree] = {}
        edits: list[Edit] = []
        inside = {kind for kind, _, _ in self._lists} | {kind for kind, _ in self._members}
        for kind in [*self._added, *sorted((inside | set(self._exchanged)) - set(self._added))]:
            there = root.get(kind)
            if there is not None and json_spans.is_array(text, there):
                edits += self._within(kind, json_spans.array_at(text, there.value))
            elif self._added[kind]:
                missing[kind] = b"[" + b",".join(self._added[kind]) + b"]"
        edits += json_spans.merged(text, root, missing)
        whole = self._document.whole
        return edits if whole is None else glb.rewritten(whole, edits, self._bin)

    def _within(self, kind: str, array: json_spans.Array) -> list[Edit]:
        text = self._document.text
        edits = json_spans.appended(text, array, self._added[kind])
        for number, written in self._exchanged[kind].items():
            edits.append(Edit(*array.elements[number], written))
        touched = {number for one, number, _ in self._lists if one == kind}
        for number in sorted(touched | {number for one, number in self._members if one == kind}):
            edits += self._inside(kind, number, array.elements[number][0])
        return edits

    def _inside(self, kind: str, number: int, start: int) -> list[Edit]:
        text = self._document.text
        part = json_spans.object_at(text, start)
        values: dict[str, bytes | json_spans.Tree] = {**self._members.get((kind, number), {})}
        edits: list[Edit] = []
        for (one, place, name), new in self._lists.items():
            if (one, place) != (kind, number) or not new:
                continue
            there = part.get(name)
            if there is not None and json_spans.is_array(text, there):
                edits += json_spans.appended(text, json_spans.array_at(text, there.value), new)
            else:
                values[name] = b"[" + b",".join(new) + b"]"
        return edits + json_spans.merged(text, part, values)

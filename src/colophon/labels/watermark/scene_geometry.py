"""Surfaces of a GLB: read from its binary chunk, and written back into it.

Only triangles that lie plainly in the file can be read: what is compressed (Draco, meshopt), sparse
or in another file cannot. Source: glTF 2.0 3.6 (binary data), 3.7.2 (geometry).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.explicit.scene_document import NAME, Document
from colophon.labels.watermark.scene_lattice import Points, Surface, Whole

MOST_CORNERS = 20_000_000
"""Corners and triangle ends of all surfaces together."""
_MOST_PARTS = 20_000
_TRIANGLES = 4
_FLOAT = 5126
_KINDS: dict[object, str] = {
    5120: "<i1",
    5121: "<u1",
    5122: "<i2",
    5123: "<u2",
    5125: "<u4",
    _FLOAT: "<f4",
}
_FINE = ("<f4", "<i2", "<u2")
_TYPES = {1: "SCALAR", 3: "VEC3"}
_COMPRESSED = frozenset({"KHR_draco_mesh_compression"})


@dataclass(frozen=True)
class Part:
    """A surface in the file. ``accessor``: that of its corners; ``used``: which of them."""

    accessor: int
    used: Whole
    surface: Surface
    kind: str

    @property
    def fine(self) -> bool:
        """Its numbers are fine enough to carry a mark."""
        return self.kind in _FINE

    def kept(self, points: Points) -> Points:
        """As the file keeps them."""
        kind = np.dtype(self.kind)
        if kind.kind != "f":
            bounds = np.iinfo(kind)
            points = np.clip(np.rint(points), bounds.min, bounds.max)
        return points.astype(kind).astype(np.float64)


def parts(document: Document, chunk: bytes | bytearray) -> Iterator[Part]:
    """The surfaces, the plates of explicit labels left out. Raises MalformedFile, TooLarge."""
    read = corners = 0
    for mesh in document.all("meshes"):
        if mesh.get("name") == NAME:
            continue
        for primitive in mesh.get("primitives", []):
            read += 1
            if read > _MOST_PARTS:
                raise TooLarge(detail=f"glTF of over {_MOST_PARTS} primitives")
            part = _part(document, chunk, primitive)
            if part is None:
                continue
            corners += len(part.used) + part.surface.faces.size
            if corners > MOST_CORNERS:
                raise TooLarge(detail=f"glTF of over {MOST_CORNERS} corners")
            yield part


def _part(document: Document, chunk: bytes | bytearray, primitive: dict[str, Any]) -> Part | None:
    number = primitive.get("attributes", {}).get("POSITION")
    plain = primitive.get("mode", _TRIANGLES) == _TRIANGLES
    if number is None or not plain or _COMPRESSED & set(primitive.get("extensions", {})):
        return None
    found = array(document, chunk, number, 3)
    if found is None:
        return None
    ends = _ends(document, chunk, primitive, len(found))
    if ends is None:
        return None
    used, faces = np.unique(ends, return_inverse=True)
    points = found[used].astype(np.float64)
    if not len(used) or not np.isfinite(points).all():
        return None
    return Part(number, used, Surface(points, faces.reshape(-1, 3)), found.dtype.str)


def _ends(
    document: Document, chunk: bytes | bytearray, primitive: dict[str, Any], count: int
) -> Whole | None:
    if "indices" not in primitive:
        return np.arange(count // 3 * 3)
    found = array(document, chunk, primitive["indices"], 1)
    if found is None or found.dtype.kind != "u":
        return None
    ends = found[: len(found) // 3 * 3, 0].astype(np.int64)
    if len(ends) and int(ends.max()) >= count:
        raise MalformedFile(detail="glTF indices beyond the corners")
    return ends


def array(
    document: Document, chunk: bytes | bytearray, number: object, across: int
) -> NDArray[Any] | None:
    """An accessor's values, count × ``across``, as they lie in the chunk (a view into it); None
    where they do not lie plainly in it. Raises MalformedFile."""
    accessor = document.one("accessors", number)
    if "sparse" in accessor or accessor.get("type") != _TYPES[across]:
        return None
    place = _view(document, accessor.get("bufferView"))
    kind = _KINDS.get(accessor.get("componentType"))
    if place is None or kind is None:
        return None
    start, length, stride = place
    count, offset = _whole(accessor, "count"), _whole(accessor, "byteOffset")
    item = np.dtype(kind).itemsize
    step = stride or item * across
    if step < item * across or not count:
        return None
    if offset + step * (count - 1) + item * across > length or start + length > len(chunk):
        raise MalformedFile(detail="glTF accessor beyond its bytes")
    return np.ndarray((count, across), kind, chunk, start + offset, (step, item))


def _view(document: Document, number: object) -> tuple[int, int, int] | None:
    """Where a buffer view lies in the chunk, its length and stride; None where it does not."""
    if number is None:
        return None
    view = document.one("bufferViews", number)
    if view.get("buffer") != 0 or "uri" in document.one("buffers", 0) or view.get("extensions"):
        return None
    return _whole(view, "byteOffset"), _whole(view, "byteLength"), _whole(view, "byteStride")


def span(document: Document, number: object) -> tuple[int, int] | None:
    """Where a buffer view begins and ends in the chunk; None where it lies elsewhere."""
    place = _view(document, number)
    return None if place is None else (place[0], place[0] + place[1])


def _whole(part: dict[str, Any], name: str) -> int:
    value = part.get(name, 0)
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise MalformedFile(detail=f"glTF {name}")
    return value


def write(document: Document, chunk: bytearray, part: Part, points: Points) -> dict[str, bytes]:
    """Puts corners where they lay, rounded as they are kept there; the accessor's new bounds."""
    found = array(document, chunk, part.accessor, 3)
    if found is None:
        return {}
    found[part.used] = part.kept(points)
    low, high = found.min(axis=0), found.max(axis=0)
    return {"min": _numbers(low), "max": _numbers(high)}


def _numbers(values: NDArray[Any]) -> bytes:
    """As glTF asks: exactly the numbers that are kept."""
    told = (f"{float(one):.9g}" if values.dtype.kind == "f" else str(int(one)) for one in values)
    return f"[{','.join(told)}]".encode()

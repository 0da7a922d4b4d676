"""Marks in virtual scenes (GLB): in the places of the corners, and in the base-colour pictures.

Each carries the whole payload, so that one is enough. The first outlives whatever keeps the shape
(another order of corners, joined or quantised corners, moving, turning, scaling), the second what
keeps the pictures. Neither outlives a surface made anew (remeshing, decimation) together with new
pictures, nor can what is compressed (Draco, meshopt) be marked before it is unpacked.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from colophon.errors import TooSmallToMark
from colophon.labels.carriers import glb, json_spans
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.explicit.scene import named_failures
from colophon.labels.explicit.scene_document import GLB_TYPE, Document, opened
from colophon.labels.watermark import payload as words
from colophon.labels.watermark import scene_geometry, scene_lattice, scene_texture
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.scene_geometry import Part
from colophon.labels.watermark.scene_lattice import WIDTHS, Lattice, Points, Surface

LEAST_CORNERS = 300
"""Corners that a file's surfaces must have together to be tried at all."""
_ALONE = 4
"""Surfaces that are also read each for itself, the largest first: others may have been added."""
_LOOKS = 2 * len(WIDTHS) * (1 + _ALONE)
_SPREADS = (0.0, 0.003)
_PROVEN_BITS = (12, 13)
"""Precision of corners at which a mark must still be read; the first is tried first."""
_LEAST_COVER = 0.3
"""Of the code's values, below which there is no hope of reading it."""
_TURNED = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])

Edits = dict[tuple[str, int], dict[str, bytes]]
"""New members of numbered parts, by kind and number."""


def embed(data: bytes, payload: int, key: MarkKey) -> bytes:
    """The GLB with the payload (64 bits) in it.

    Raises TooSmallToMark, EmptyFile, TruncatedFile, MalformedFile, TooLarge.
    """
    with named_failures(""):
        document, chunk = _opened(data)
        edits: Edits = {}
        surfaces = _mark_surfaces(document, chunk, payload, key, edits)
        pictures = _mark_textures(document, chunk, payload, key, edits)
        if not surfaces and not pictures:
            raise TooSmallToMark(detail=_why(document, chunk))
        return _written(data, document, bytes(chunk), edits)


def detect(data: bytes, key: MarkKey) -> Detection | None:
    """The mark under ``key``, in the surfaces or else in the pictures on them.

    Raises EmptyFile, TruncatedFile, MalformedFile, TooLarge.
    """
    with named_failures(""):
        document, chunk = _opened(data)
        surfaces = [part.surface for part in scene_geometry.parts(document, chunk)]
        found = _read(surfaces, key)
        if found is not None:
            return found
        pictures = [
            bytes(chunk[one.start : one.end])
            for one in scene_texture.textures(document, len(chunk))
        ]
        return scene_texture.found(pictures, key)


def _opened(data: bytes) -> tuple[Document, bytearray]:
    document = opened(io.BytesIO(data), GLB_TYPE)
    whole = document.whole
    if whole is None or not whole.has_bin:
        return document, bytearray()
    return document, bytearray(data[whole.bin_start : whole.bin_end])


def _why(document: Document, chunk: bytearray) -> str:
    count = sum(len(part.used) for part in scene_geometry.parts(document, chunk))
    return f"glTF: {count} corners, no texture that can carry it"


def _read(surfaces: Sequence[Surface], key: MarkKey) -> Detection | None:
    """As the surfaces are; where that says nothing, as the bodies are that were joined in them."""
    joined = [one.joined()[0] for one in surfaces]
    found = _heard(joined, key)
    if found is None:
        bodies = [body for one in joined for body in one.bodies()]
        found = _heard(bodies, key) if len(bodies) > len(joined) else None
    return found


def _heard(joined: Sequence[Surface], key: MarkKey) -> Detection | None:
    far = sorted((scene_lattice.distances(one) for one in joined), key=len, reverse=True)
    if sum(map(len, far)) < LEAST_CORNERS // 2:
        return None
    heard = []
    for width in WIDTHS:
        votes = [Lattice(width, key).votes(one) for one in far]
        heard.append(scene_lattice.soft(votes))
        if len(votes) > 1:
            heard += [scene_lattice.soft([one]) for one in votes[:_ALONE]]
    for word in words.decode_many(np.stack(heard), key, _LOOKS):
        if word is not None:
            return Detection(word.payload, 1 - word.false_accept)
    return None


def _mark_surfaces(
    document: Document, chunk: bytearray, payload: int, key: MarkKey, edits: Edits
) -> bool:
    parts = [part for part in scene_geometry.parts(document, chunk) if part.fine]
    if sum(len(part.used) for part in parts) < LEAST_CORNERS:
        return False
    moved = _marked(parts, payload, key)
    for part, points in zip(parts, moved or [], strict=False):
        bounds = scene_geometry.write(document, chunk, part, points)
        edits["accessors", part.accessor] = bounds
    return moved is not None


def _marked(parts: Sequence[Part], payload: int, key: MarkKey) -> list[Points] | None:
    """The corners of all parts with the mark, as coarse and as little drawn apart as makes it
    last; None where none does."""
    signs = words.encode(payload, key)
    far = [scene_lattice.distances(part.surface.joined()[0]) for part in parts]
    second = None
    for spread in _SPREADS:
        for width in WIDTHS:
            lattice = Lattice(width, key)
            if lattice.cover(far, signs, spread) < _LEAST_COVER:
                continue
            moved = [
                part.kept(scene_lattice.marked(part.surface, lattice, signs, spread=spread))
                for part in parts
            ]
            surfaces = [part.surface.at(one) for part, one in zip(parts, moved, strict=True)]
            if _lasts(surfaces, _PROVEN_BITS[0], payload, key):
                return moved
            if second is None and _lasts(surfaces, _PROVEN_BITS[1], payload, key):
                second = moved
    return second


def _lasts(surfaces: Sequence[Surface], bits: int, payload: int, key: MarkKey) -> bool:
    """Whether the mark is read from the surfaces turned and kept with so many bits."""
    turned = (one.at(_rounded(one.points @ _TURNED, bits)) for one in surfaces)
    found = _heard([one.joined()[0] for one in turned], key)
    return found is not None and found.payload == payload


def _rounded(points: Points, bits: int) -> Points:
    low = points.min(axis=0)
    step = (float(np.ptp(points, axis=0).max()) or 1.0) / ((1 << bits) - 1)
    return np.asarray(low + np.rint((points - low) / step) * step)


def _mark_textures(
    document: Document, chunk: bytearray, payload: int, key: MarkKey, edits: Edits
) -> bool:
    """Puts marked pictures in the place of the others; what lies behind them moves on."""
    views = document.all("bufferViews")
    offsets = {n: one.get("byteOffset", 0) for n, one in enumerate(views) if one["buffer"] == 0}
    grown = 0
    found = sorted(scene_texture.textures(document, len(chunk)), key=lambda one: -one.start)
    done = False
    for one in found:
        picture = scene_texture.marked(bytes(chunk[one.start : one.end]), payload, key)
        if picture is None:
            continue
        done = True
        padding = (one.end - one.start - len(picture)) % 4
        chunk[one.start : one.end] = picture + bytes(padding)
        growth = len(picture) + padding - (one.end - one.start)
        grown += growth
        for number, offset in offsets.items():
            offsets[number] = offset + growth if offset >= one.end else offset
        edits["bufferViews", one.view] = {"byteLength": str(len(picture)).encode()}
    _told(document, offsets, grown, edits)
    return done


def _told(document: Document, offsets: dict[int, int], grown: int, edits: Edits) -> None:
    """New places of buffer views, and the new length of the buffer."""
    views = document.all("bufferViews")
    for number, offset in offsets.items():
        if offset != views[number].get("byteOffset", 0):
            edits.setdefault(("bufferViews", number), {})["byteOffset"] = str(offset).encode()
    if grown:
        length = document.one("buffers", 0)["byteLength"] + grown
        edits["buffers", 0] = {"byteLength": str(length).encode()}


def _written(data: bytes, document: Document, chunk: bytes, edits: Edits) -> bytes:
    whole = document.whole
    if whole is None:
        return data
    text = document.text
    root = json_spans.root(text)
    arrays = {
        kind: json_spans.array_at(text, member.value)
        for kind in {kind for kind, _ in edits}
        if (member := root.get(kind)) is not None
    }
    changes: list[Edit] = []
    for (kind, number), members in edits.items():
        part = json_spans.object_at(text, arrays[kind].elements[number][0])
        changes += json_spans.changed(text, part, members)
    padded = chunk + bytes(-len(chunk) % 4)
    binary = Edit(whole.bin_start, whole.bin_end, padded)
    return applied(data, glb.rewritten(whole, changes, binary))

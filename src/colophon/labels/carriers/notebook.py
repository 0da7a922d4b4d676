"""Jupyter notebooks: the label is the member ``AIGC`` of the notebook's own metadata.

Source: GB 45438-2025 Annex E; nbformat 4 (notebook-level ``metadata`` takes further members).
No cell is touched, and nothing is printed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import ColophonError, MalformedFile
from colophon.labels.carriers import json_label, json_spans
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.json_spans import Member, Object
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.text_file import decoded, is_text, rest_of, text_of

_STANDARD = f"notebook:metadata:{FIELD}"
_PLACES = (("body", "notebook:body"),)
_OWN = ("nbformat", "cells", "worksheets")


class NotebookCarrier:
    """Carrier of ``.ipynb``."""

    name = "notebook"
    media_types = ("application/x-ipynb+json",)
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        if not is_text(head):
            return None
        text = decoded(head[: len(head) & ~1] or head).text
        return self.media_types[0] if text.lstrip().startswith("{") else None

    def read(self, source: BinaryIO) -> list[Packet]:
        try:
            file = json_label.json_file(source)
            _, labels = _labels(file)
        except ColophonError:
            return [rest_of(text_of(source), (), _PLACES)]
        known = file.edits(Edit(one.start, one.end, b"") for one, _ in labels)
        packets = [Packet("aigc", _STANDARD, value) for _, value in labels]
        return [*packets, rest_of(decoded(applied(file.data, known)), (), _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        file = json_label.json_file(source)
        root, _ = _labels(file)
        if not any(root.get(name) for name in _OWN):
            raise MalformedFile(detail="JSON, but no notebook")
        edits = _edits(file.utf8, root, packets["aigc"])
        return pieces_of(file.edits(edits), len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _labels(file: json_label.JsonFile) -> tuple[Object, list[tuple[Member, bytes]]]:
    root = json_spans.root(file.utf8)
    metadata = root.get("metadata")
    if metadata is None or not json_spans.is_object(file.utf8, metadata):
        return root, []
    return root, json_label.labels_of(file.utf8, json_spans.object_at(file.utf8, metadata.value))


def _edits(utf8: bytes, root: Object, label: bytes) -> list[Edit]:
    metadata = root.get("metadata")
    if metadata is None or not json_spans.is_object(utf8, metadata):
        return json_spans.merged(utf8, root, {"metadata": {FIELD: json_label.quoted(label)}})
    owner = json_spans.object_at(utf8, metadata.value)
    return json_label.label_edits(utf8, owner, label)


NOTEBOOK = NotebookCarrier()
